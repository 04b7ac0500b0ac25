// Labeling of any image with any options, against a flood fill: numbers of every pixel, sizes, painting
// into any integer type and layout, one thread and three, few strips and many.
#include <array>
#include <limits>

#include "input.hpp"
#include "mensura/edit.hpp"
#include "mensura/regions.hpp"
#include "target.hpp"

namespace mensura::fuzz {
namespace {

// A value of the palette of the image, as options take it.
Scalar scalar_of(DType dtype, long double value) {
    if (is_floating(dtype)) return static_cast<double>(value);
    if (value < 0) return static_cast<std::int64_t>(value);
    return static_cast<std::uint64_t>(value);
}

struct Question {
    AnyImage image;
    FindOptions options;
    long double background = 0;
    long double threshold = 0;

    bool is_foreground(long double v) const {
        if (options.threshold) return v > threshold;
        if (!options.background) return true;
        return v != background && v == v;
    }
    bool joins(long double a, long double b) const {
        const bool alike = !options.by_value || options.threshold || image.view.dtype == DType::boolean;
        return alike || a == b;
    }
};

Question make_question(Bytes& bytes) {
    const DType dtype = all_types[static_cast<std::size_t>(bytes.below(all_types.size()))];
    const Shape shape = make_shape(bytes);
    Question question{make_image(bytes, shape, dtype), {}};
    FindOptions& options = question.options;
    options.connectivity = static_cast<int>(1 + bytes.below(3));
    options.by_value = bytes.flag();
    const auto pick = [&] {
        const auto count = static_cast<std::int64_t>(question.image.pixels.size());
        return question.image.pixels[static_cast<std::size_t>(bytes.below(count))];
    };
    switch (bytes.below(4)) {
        case 0: options.background.reset(); break;
        case 1:
            question.background = pick();
            options.background = scalar_of(dtype, question.background);
            break;
        case 2:
            question.threshold = pick();
            if (dtype == DType::boolean || question.threshold != question.threshold) break;
            options.threshold = scalar_of(dtype, question.threshold);
            break;
        default: break;  // as it is: 0
    }
    for (bool& periodic : options.periodic) periodic = bytes.below(8) == 0;
    options.strip_pixels = bytes.flag() ? 1 + bytes.below(300) : 0;
    return question;
}

// The neighbor of a coordinate, or -1 where there is none.
std::int64_t neighbor(std::int64_t at, std::int64_t step, std::int64_t size, bool periodic) {
    const std::int64_t to = at + step;
    if (to >= 0 && to < size) return to;
    return periodic ? (to + size) % size : -1;
}

// Components by flood fill from every pixel in raster order.
std::vector<std::int64_t> flood_fill(const Question& q) {
    const Shape& shape = q.image.view.shape;
    std::vector<std::int64_t> labels(q.image.pixels.size(), 0);
    const auto index = [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        return static_cast<std::size_t>((z * shape.height + y) * shape.width + x);
    };
    std::int64_t count = 0;
    std::vector<std::array<std::int64_t, 3>> open;
    const auto& periodic = q.options.periodic;
    visit_pixels(shape, [&](std::int64_t z0, std::int64_t y0, std::int64_t x0) {
        if (labels[index(z0, y0, x0)] != 0 || !q.is_foreground(q.image.at(z0, y0, x0))) return;
        labels[index(z0, y0, x0)] = ++count;
        open.push_back({z0, y0, x0});
        while (!open.empty()) {
            const auto [z, y, x] = open.back();
            open.pop_back();
            for (int step = 0; step < 27; ++step) {
                const int dz = step / 9 - 1, dy = step / 3 % 3 - 1, dx = step % 3 - 1;
                if (std::abs(dz) + std::abs(dy) + std::abs(dx) > q.options.connectivity) continue;
                const std::int64_t a = neighbor(z, dz, shape.depth, periodic[0]);
                const std::int64_t b = neighbor(y, dy, shape.height, periodic[1]);
                const std::int64_t c = neighbor(x, dx, shape.width, periodic[2]);
                if (a < 0 || b < 0 || c < 0 || labels[index(a, b, c)] != 0) continue;
                const long double value = q.image.at(a, b, c);
                if (!q.is_foreground(value) || !q.joins(value, q.image.at(z, y, x))) continue;
                labels[index(a, b, c)] = count;
                open.push_back({a, b, c});
            }
        }
    });
    return labels;
}

constexpr std::array out_types{DType::int32, DType::uint8, DType::uint16, DType::uint64};

// Paints into a type that holds the count, over what was there or over zeros.
void check_paint(Bytes& bytes, const Regions& regions, const std::vector<std::int64_t>& expected,
                 int threads) {
    DType dtype = out_types[static_cast<std::size_t>(bytes.below(out_types.size()))];
    if (regions.count() > 255) dtype = DType::int64;
    AnyImage out;
    out.view.dtype = dtype;
    out.view.shape = regions.shape();
    const auto item = item_size(dtype);
    const std::ptrdiff_t step = bytes.flag() ? item : 2 * item;
    const Shape& shape = regions.shape();
    const bool cleared = bytes.flag();
    out.view.strides = {shape.height * shape.width * step, shape.width * step, step};
    out.memory.assign(static_cast<std::size_t>(shape.pixels() * step), std::byte(cleared ? 0 : 0x5A));
    out.view.data = out.memory.data();
    paint(regions, out.mutable_view(), cleared, threads);
    std::size_t k = 0;
    visit_integer_type(dtype, [&]<class T>(std::type_identity<T>) {
        visit_pixels(shape, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
            const auto found = load_pixel<T>(place_of(out, z, y, x), false);
            require(static_cast<std::int64_t>(found) == expected[k++], "a pixel has another number");
        });
    });
}

void check_sizes(const Regions& regions, const std::vector<std::int64_t>& expected, int threads) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(regions.count()), 0);
    for (const std::int64_t label : expected) {
        require(label <= regions.count(), "there are too few regions");
        if (label > 0) ++counts[static_cast<std::size_t>(label - 1)];
    }
    const RegionSizes sizes = region_sizes(regions, 3, threads);
    for (std::size_t k = 0; k < counts.size(); ++k) {
        require(sizes.pixels[k] == counts[k], "a region has another size");
        require(counts[k] > 0, "a region is empty");
    }
}

}  // namespace
}  // namespace mensura::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mensura::fuzz;
    Bytes bytes(data, size);
    Question question = make_question(bytes);
    const std::vector<std::int64_t> expected = flood_fill(question);
    for (const int threads : {1, 3}) {
        question.options.threads = threads;
        const mensura::Regions regions = find_regions(question.image.view, question.options);
        check_sizes(regions, expected, threads);
        check_paint(bytes, regions, expected, threads);
    }
    digest_column(expected);
    return 0;
}
