// Editing label images: pixel by pixel, in every layout, in place, on several threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "images.hpp"
#include "measure/label_index.hpp"
#include "mensura/edit.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

using Numbers = std::vector<std::uint64_t>;

const std::vector<Shape> shapes{{1, 1, 1}, {1, 9, 65}, {1, 700, 900}, {2, 3, 4}, {5, 6, 70}, {9, 1, 9}};

// Random labels of which about half are replaced, among them one beyond every signed number.
template <class T>
struct Scene {
    Image<T> labels;
    Numbers ids;
    Numbers values;

    Scene(Shape shape, unsigned seed) : labels(random_image<T>(shape, 9, seed)) {
        const T largest = std::numeric_limits<T>::max();
        for (T& pixel : labels.pixels) pixel = pixel == 8 ? largest : pixel;
        ids = {2, 5, static_cast<std::uint64_t>(largest)};
        values = {7, 0, 100};
    }

    // What `relabel` should make of a pixel, where others are kept or not.
    std::int64_t expected(T pixel, bool is_kept) const {
        for (std::size_t k = 0; k < ids.size(); ++k) {
            if (ids[k] == static_cast<std::uint64_t>(pixel)) return static_cast<std::int64_t>(values[k]);
        }
        return is_kept ? static_cast<std::int64_t>(pixel) : 0;
    }
};

template <class T, class U>
void check_relabeling(Shape shape) {
    const Scene<T> scene(shape, 31);
    Image<U> out(shape, U{55});
    relabel(scene.labels.view(), scene.ids, scene.values, out.mutable_view(), 3);
    bool equal = true;
    for (std::size_t i = 0; i < out.pixels.size(); ++i) {
        const auto found = static_cast<std::int64_t>(out.pixels[i]);
        equal &= found == scene.expected(scene.labels.pixels[i], std::is_same_v<T, U>);
    }
    CHECK(equal);
}

// The components of label 0, also those on the border.
Regions holes_of(const Image<std::int16_t>& labels) {
    Image<std::uint8_t> mask(labels.shape);
    for (std::size_t i = 0; i < mask.pixels.size(); ++i) mask.pixels[i] = labels.pixels[i] == 0;
    return find_regions(mask.view(), {1, Scalar{std::int64_t{0}}, false, {}, {}, 1});
}

}  // namespace

TEST_CASE("labels are replaced pixel by pixel, in any pair of types") {
    for (const Shape& shape : shapes) {
        check_relabeling<std::uint8_t, std::uint8_t>(shape);
        check_relabeling<std::int32_t, std::int32_t>(shape);
        check_relabeling<std::int8_t, std::int64_t>(shape);
        check_relabeling<std::uint64_t, std::uint8_t>(shape);
        check_relabeling<std::uint16_t, std::int16_t>(shape);
    }
}

TEST_CASE("in place only the labels named are written, and negative ones never") {
    Image<std::int8_t> labels({1, 2, 4}, {-1, 3, 3, 0, 2, -3, -3, 2});
    relabel(labels.view(), Numbers{3, 2}, Numbers{9, 0}, labels.mutable_view(), 1);
    CHECK(labels.pixels == std::vector<std::int8_t>{-1, 9, 9, 0, 0, -3, -3, 0});
}

TEST_CASE("byte-swapped labels with gaps are read and written, and nothing between them") {
    const std::vector<std::uint16_t> before{0x0100, 9, 0x0200, 9, 0x0200, 9};
    Image<std::uint16_t> wide({1, 1, 6}, before);
    MutableImageView out = wide.mutable_view();
    out.byte_swapped = true;
    out.shape.width = 3;
    out.strides.x *= 2;
    const ImageView in{out.data, out.dtype, true, out.shape, out.strides};
    relabel(in, Numbers{2}, Numbers{0x1234}, out, 1);
    CHECK(wide.pixels == std::vector<std::uint16_t>{0x0100, 9, 0x3412, 9, 0x3412, 9});
}

TEST_CASE("arguments of relabel that do not fit are refused") {
    Image<std::uint8_t> labels({1, 2, 2});
    Image<float> floats({1, 2, 2});
    Image<std::uint8_t> other({1, 2, 3});
    const Numbers one{1};
    const Numbers two{1, 1};
    CHECK_THROWS_AS(relabel(labels.view(), one, two, labels.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(relabel(labels.view(), two, two, labels.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(relabel(labels.view(), one, one, other.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(relabel(labels.view(), one, one, floats.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(relabel(floats.view(), one, one, labels.mutable_view(), 1), std::invalid_argument);
}

TEST_CASE("regions are filled with a value each, and nothing else is") {
    for (const Shape& shape : shapes) {
        const auto image = random_image<std::uint8_t>(shape, 2, 32);
        const Regions regions =
            find_regions(image.view(), {1, Scalar{std::int64_t{0}}, false, {}, {}, 2});
        Numbers values;
        for (std::int64_t k = 0; k < regions.count(); ++k) {
            values.push_back(static_cast<std::uint64_t>(3 * k + 1));
        }
        Image<std::int64_t> out(shape, -7);
        fill(regions, values, out.mutable_view(), 3);
        Image<std::int64_t> expected(shape, -7);
        const auto numbers = flood_fill(image, 1);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            if (numbers[i] != 0) expected.pixels[i] = 3 * (numbers[i] - 1) + 1;
        }
        CHECK(out.pixels == expected.pixels);
    }
}

TEST_CASE("regions are sized, and those on the border told, pixel by pixel") {
    for (const Shape& shape : shapes) {
        for (const int values : {2, 3, 40}) {
            const auto image = random_image<std::uint8_t>(shape, values, 34);
            const auto numbers = flood_fill(image, 1);
            const Regions regions =
                find_regions(image.view(), {1, Scalar{std::int64_t{0}}, true, {}, {}, 2});
            const int axes = shape.depth > 1 ? 3 : 2;
            std::vector<std::int64_t> pixels(static_cast<std::size_t>(regions.count()));
            std::vector<std::uint8_t> on_border(pixels.size());
            for (std::size_t i = 0; i < numbers.size(); ++i) {
                if (numbers[i] == 0) continue;
                const auto at = static_cast<std::int64_t>(i);
                const std::int64_t x = at % shape.width;
                const std::int64_t y = at / shape.width % shape.height;
                const std::int64_t z = at / shape.width / shape.height;
                const bool inside = x > 0 && x + 1 < shape.width && y > 0 && y + 1 < shape.height &&
                                    (axes == 2 || (z > 0 && z + 1 < shape.depth));
                const auto k = static_cast<std::size_t>(numbers[i] - 1);
                ++pixels[k];
                if (!inside) on_border[k] = 1;
            }
            for (const int threads : {1, 3}) {
                const RegionSizes sizes = region_sizes(regions, axes, threads);
                CHECK(
                    std::equal(pixels.begin(), pixels.end(), sizes.pixels.begin(), sizes.pixels.end()));
                CHECK(std::equal(on_border.begin(), on_border.end(), sizes.on_border.begin(),
                                 sizes.on_border.end()));
            }
        }
    }
    const Image<std::uint8_t> plane({1, 3, 3}, {0, 0, 0, 0, 1, 0, 0, 0, 0});
    const Regions middle = find_regions(plane.view(), {1, Scalar{std::int64_t{0}}, false, {}, {}, 1});
    CHECK(region_sizes(middle, 2, 1).on_border[0] == 0);
    CHECK(region_sizes(middle, 3, 1).on_border[0] == 1);
}

TEST_CASE("arguments of fill and labels_around that do not fit are refused") {
    Image<std::uint8_t> image({1, 2, 2}, 1);
    Image<std::uint8_t> other({1, 2, 3});
    Image<float> floats({1, 2, 2});
    const Regions regions = find_regions(image.view(), {1, Scalar{std::int64_t{0}}, false, {}, {}, 1});
    CHECK_THROWS_AS(fill(regions, Numbers{}, image.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(fill(regions, Numbers{1}, other.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(fill(regions, Numbers{1}, floats.mutable_view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(labels_around(regions, other.view(), 1), std::invalid_argument);
    CHECK_THROWS_AS(labels_around(regions, floats.view(), 1), std::invalid_argument);
}

TEST_CASE("the label around a region is the one that all its face neighbors have") {
    for (const Shape& shape : shapes) {
        auto labels = random_image<std::int16_t>(shape, 4, 33);
        for (std::int16_t& pixel : labels.pixels) pixel = pixel == 3 ? std::int16_t{-3} : pixel;
        const Regions holes = holes_of(labels);
        Image<std::int64_t> numbers(shape);
        paint(holes, numbers.mutable_view(), true, 1);

        std::vector<std::set<std::int64_t>> met(static_cast<std::size_t>(holes.count()));
        const auto meet = [&](std::int64_t z, std::int64_t y, std::int64_t x, std::int64_t region) {
            if (z < 0 || y < 0 || x < 0) return;
            if (z >= shape.depth || y >= shape.height || x >= shape.width) return;
            if (labels.at(z, y, x) != 0)
                met[static_cast<std::size_t>(region - 1)].insert(labels.at(z, y, x));
        };
        for (std::int64_t z = 0; z < shape.depth; ++z)
            for (std::int64_t y = 0; y < shape.height; ++y)
                for (std::int64_t x = 0; x < shape.width; ++x) {
                    const std::int64_t region = numbers.at(z, y, x);
                    if (region == 0) continue;
                    for (const int step : {-1, 1}) {
                        meet(z + step, y, x, region);
                        meet(z, y + step, x, region);
                        meet(z, y, x + step, region);
                    }
                }
        for (const int threads : {1, 3}) {
            const Column<std::uint64_t> around = labels_around(holes, labels.view(), threads);
            REQUIRE(around.size() == met.size());
            bool equal = true;
            for (std::size_t k = 0; k < met.size(); ++k) {
                const bool single = met[k].size() == 1 && *met[k].begin() > 0;
                equal &= around[k] ==
                         (single ? static_cast<std::uint64_t>(*met[k].begin()) : std::uint64_t{0});
            }
            CHECK(equal);
        }
    }
}

TEST_CASE("an index tells labels it has from those it has not, near and far apart") {
    LabelIndex index;
    CHECK(index.find(5) == -1);
    const Numbers labels{5, 6, 2000, ~std::uint64_t{0}, std::uint64_t{1} << 63, 7};
    for (std::size_t k = 0; k < labels.size(); ++k) {
        CHECK(index.slot(labels[k]) == static_cast<std::int64_t>(k));
        for (std::size_t j = 0; j <= k; ++j)
            CHECK(index.find(labels[j]) == static_cast<std::int64_t>(j));
    }
    for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{8},
                                      std::uint64_t{1} << 40, ~std::uint64_t{0} - 1}) {
        CHECK(index.find(other) == -1);
    }
}
