// Sampling of profiles: exact values, what is left out, failing functions.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "mensura/profiles.hpp"
#include "profiles/line_window.hpp"

namespace {

using namespace mensura;

struct Result {
    std::vector<double> values;
    std::vector<std::int64_t> counts;
    ProfileResult state;
};

// An image of 6 x 8 pixels whose value is 10 y + x, or a constant where `slope` is false.
std::vector<float> ramp(bool slope = true) {
    std::vector<float> pixels;
    for (int y = 0; y < 6; ++y) {
        for (int x = 0; x < 8; ++x) pixels.push_back(slope ? static_cast<float>(10 * y + x) : 0.1F);
    }
    return pixels;
}

ImageView view_of(const std::vector<float>& pixels) {
    return {
        reinterpret_cast<const std::byte*>(pixels.data()), DType::float32, false, {1, 6, 8}, {0, 32, 4}};
}

// One line of three samples across, a row apart.
Result sample_line(const std::vector<float>& pixels, std::array<double, 2> start,
                   std::array<double, 2> step, std::int64_t samples, const Sampling& sampling = {},
                   const Reducer& reducer = {}) {
    const std::vector<std::int64_t> offsets{0, samples};
    const std::array<double, 2> across{1, 0};
    const std::vector<double> rows{-1, 0, 1};
    const std::vector<double> weights{1, 1, 1};
    ProfileGeometry geometry;
    geometry.offsets = offsets;
    geometry.points = start.data();
    geometry.steps = step.data();
    geometry.across = across.data();
    geometry.offsets_across = rows;
    geometry.weights = weights;
    const auto size = static_cast<std::size_t>(samples);
    Result result{std::vector<double>(size), std::vector<std::int64_t>(size, -1), {}};
    const std::vector<ProfileImage> images{{view_of(pixels)}};
    result.state = sample_profiles(images, geometry, sampling, reducer,
                                   {result.values.data(), 0, 1, result.counts.data(), 0, 1}, 2);
    return result;
}

}  // namespace

TEST_CASE("a ramp is exact and a constant is the constant") {
    for (const auto interpolation : {Interpolation::linear, Interpolation::cubic}) {
        const Sampling sampling{interpolation, Outside::nan, 0};
        const Result found = sample_line(ramp(), {2.25, 2}, {0.125, 0.5}, 5, sampling);
        for (std::size_t i = 0; i < 5; ++i) {
            const auto number = static_cast<double>(i);
            CHECK(found.values[i] == doctest::Approx(22.5 + 1.25 * number + 2 + 0.5 * number));
        }
        CHECK(found.state.complete);
        for (const double value : sample_line(ramp(false), {2.3, 2.1}, {0.1, 0.7}, 5, sampling).values) {
            CHECK(value == static_cast<double>(0.1F));
        }
    }
}

TEST_CASE("samples outside and beside NaN are left out and counted") {
    const Result border = sample_line(ramp(), {0, 0}, {0, 1}, 3);
    CHECK_FALSE(border.state.complete);
    CHECK(border.counts == std::vector<std::int64_t>{2, 2, 2});
    CHECK(border.values == std::vector<double>{5, 6, 7});

    std::vector<float> pixels = ramp();
    pixels[2 * 8 + 3] = std::numeric_limits<float>::quiet_NaN();
    const Result beside = sample_line(pixels, {2, 2}, {0, 1}, 3);
    CHECK(beside.counts == std::vector<std::int64_t>{3, 2, 3});
    CHECK(beside.values == std::vector<double>{22, 23, 24});

    const Result away = sample_line(ramp(), {20, 0}, {0, 1}, 2);
    CHECK(away.counts == std::vector<std::int64_t>{0, 0});
    CHECK(std::isnan(away.values[0]));
}

TEST_CASE("a function reduces, and its failure names the profile") {
    const Reducer range{
        Reduction::function, 0,
        [](const double* values, std::int64_t count, double* result, std::int32_t* status) {
            *result = values[count - 1] - values[0];
            *status = 0;
        }};
    CHECK(sample_line(ramp(), {2, 2}, {0, 1}, 2, {}, range).values == std::vector<double>{20, 20});
    const Reducer failing{Reduction::function, 0,
                          [](const double*, std::int64_t, double*, std::int32_t*) {}};
    CHECK(sample_line(ramp(), {2, 2}, {0, 1}, 2, {}, failing).state.failed == 0);
    CHECK(sample_line(ramp(), {2, 2}, {0, 1}, 2, {}, failing).state.failed_image == 0);
    CHECK(sample_line(ramp(), {2, 2}, {0, 1}, 2, {}, range).state.failed_image == -1);
}

TEST_CASE("of what failed, the status and the values of the first sample are kept") {
    const Reducer failing{Reduction::function, 0,
                          [](const double* values, std::int64_t, double*, std::int32_t* status) {
                              const bool is_good = values[0] < 13;
                              if (values[0] != 15) *status = is_good ? 0 : static_cast<int>(values[0]);
                          }};
    const ProfileResult later = sample_line(ramp(), {2, 2}, {0, 1}, 4, {}, failing).state;
    CHECK(later.failed == 0);
    CHECK(later.failed_status == 13);
    CHECK(later.failed_values == std::vector<double>{13, 23, 33});
    const ProfileResult unknown = sample_line(ramp(), {2, 5}, {0, 1}, 2, {}, failing).state;
    CHECK(unknown.failed_status == -1);
    CHECK(unknown.failed_values == std::vector<double>{15, 25, 35});
    const ProfileResult none = sample_line(ramp(), {2, 1}, {0, 1}, 2, {}, failing).state;
    CHECK(none.failed == -1);
    CHECK(none.failed_values.empty());
}

// ------------------------------------------------------------------- many lines near each other

namespace {

// Lines of 60 samples in an image of 150 x 200 pixels, some beyond its borders, one that is NaN.
struct ManyLines {
    static constexpr std::int64_t number = 700;
    static constexpr std::int64_t samples = 60;

    std::vector<double> points;
    std::vector<double> ends;
    std::vector<double> steps;
    std::vector<double> across;
    std::vector<std::int64_t> offsets{0};

    ManyLines() {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> anywhere(0, 1);
        for (std::int64_t line = 0; line < number; ++line) {
            const double angle = 6.3 * anywhere(random);
            const double start[2] = {160 * anywhere(random) - 5, 210 * anywhere(random) - 5};
            const double step[2] = {0.9 * std::sin(angle), 0.9 * std::cos(angle)};
            for (std::size_t axis = 0; axis < 2; ++axis) {
                points.push_back(line == 11 ? std::numeric_limits<double>::quiet_NaN() : start[axis]);
                steps.push_back(step[axis]);
                ends.push_back(start[axis] + (samples - 1) * step[axis]);
            }
            across.insert(across.end(), {step[1] / 0.9, -step[0] / 0.9});
            offsets.push_back(offsets.back() + samples);
        }
    }

    ProfileGeometry geometry(bool with_ends, std::span<const double> offsets_across,
                             std::span<const double> weights) const {
        ProfileGeometry geometry;
        geometry.offsets = offsets;
        geometry.points = points.data();
        geometry.steps = steps.data();
        geometry.ends = with_ends ? ends.data() : nullptr;
        geometry.across = across.data();
        geometry.offsets_across = offsets_across;
        geometry.weights = weights;
        return geometry;
    }
};

// The same image in rows of so many pixels.
template <class T>
std::vector<T> in_rows_of(std::int64_t row_pixels) {
    std::mt19937 random(7);
    std::vector<T> pixels(static_cast<std::size_t>(150 * row_pixels));
    for (std::int64_t y = 0; y < 150; ++y) {
        for (std::int64_t x = 0; x < 200; ++x) {
            pixels[static_cast<std::size_t>(y * row_pixels + x)] = static_cast<T>(random() % 1000);
        }
    }
    if constexpr (std::is_floating_point_v<T>) {
        pixels[static_cast<std::size_t>(70 * row_pixels + 90)] = std::numeric_limits<T>::infinity();
    }
    return pixels;
}

struct ManySamples {
    std::vector<double> values;
    std::vector<std::int64_t> counts;
};

template <class T>
ManySamples sample_many(const ManyLines& lines, DType dtype, std::int64_t row_pixels, bool with_ends,
                        const std::vector<double>& offsets_across) {
    const std::vector<T> pixels = in_rows_of<T>(row_pixels);
    const std::vector<double> weights(offsets_across.size(), 1);
    const auto size = static_cast<std::ptrdiff_t>(sizeof(T));
    const ImageView view{reinterpret_cast<const std::byte*>(pixels.data()),
                         dtype,
                         false,
                         {1, 150, 200},
                         {0, row_pixels * size, size}};
    const auto total = static_cast<std::size_t>(ManyLines::number * ManyLines::samples);
    ManySamples found{std::vector<double>(total), std::vector<std::int64_t>(total, -1)};
    const std::vector<ProfileImage> images{{view}};
    sample_profiles(images, lines.geometry(with_ends, offsets_across, weights), {}, {},
                    {found.values.data(), 0, 1, found.counts.data(), 0, 1}, 2);
    return found;
}

bool are_same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::ranges::equal(
        a, b, [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

template <class T>
void check_rows(DType dtype) {
    const ManyLines lines;
    constexpr auto colliding = static_cast<std::int64_t>(4096 / sizeof(T));
    for (const bool with_ends : {false, true}) {
        for (const std::vector<double>& across : {std::vector<double>{0}, {-1.5, -0.5, 0.5, 1.5}}) {
            const ManySamples plain = sample_many<T>(lines, dtype, 203, with_ends, across);
            const ManySamples copied = sample_many<T>(lines, dtype, colliding, with_ends, across);
            CHECK(are_same(plain.values, copied.values));
            CHECK(plain.counts == copied.counts);
        }
    }
}

}  // namespace

TEST_CASE("lines side by side have the same samples however far apart the rows of the image lie") {
    check_rows<std::uint8_t>(DType::uint8);
    check_rows<std::uint16_t>(DType::uint16);
    check_rows<std::int32_t>(DType::int32);
    check_rows<float>(DType::float32);
    check_rows<double>(DType::float64);
}

TEST_CASE("a part of an image is copied where its rows collide and many samples lie in it") {
    const std::vector<float> pixels = ramp();
    CHECK_FALSE(rows_collide(view_of(pixels)));
    ImageView apart = view_of(pixels);
    apart.strides.y = 3 * 4096;
    CHECK(rows_collide(apart));
    apart.strides.y = -4096;
    CHECK(rows_collide(apart));
    apart.strides.y = 0;
    CHECK_FALSE(rows_collide(apart));
    CHECK(copying_pays({0, 100, 0, 60}, 1000, 1));
    CHECK_FALSE(copying_pays({0, 100, 0, 61}, 1000, 1));
    CHECK(copying_pays({0, 256, 0, 64}, 1 << 20, 4));
    CHECK_FALSE(copying_pays({0, 256, 0, 64}, 1 << 20, 5));
    CHECK_FALSE(copying_pays({0, std::int64_t{1} << 40, 0, std::int64_t{1} << 40}, 1 << 20, 1));
}

TEST_CASE("the bounds of lines hold all pixels of samples amid pixels") {
    LineBounds bounds;
    CHECK(bounds.box({1, 40, 50}).height() == 0);
    bounds.add({3.5, 20, 0.5, -1, 0, 0}, 11);  // from (3.5, 20) to (8.5, 10)
    const PlaneBox box = bounds.box({1, 40, 50});
    CHECK(box.y_begin == 3);
    CHECK(box.y_end == 10);
    CHECK(box.x_begin == 10);
    CHECK(box.x_end == 20 + 2 + spare_pixel_bytes);
    CHECK(bounds.samples() == 11);
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    bounds.add({unknown, unknown, 0, 0, 0, 0}, 1);
    bounds.add({5, 15, 0, 0, 1, 0, 0, -1e15, 1e300}, 1);  // its only sample is the last
    const PlaneBox all = bounds.box({1, 40, 50});
    CHECK(all.y_begin == 0);
    CHECK(all.y_end == 10);
    CHECK(all.x_end == 50);
}

TEST_CASE("the copy of a part has its pixels, in rows an odd number of cache lines apart") {
    const std::vector<float> pixels = ramp();
    LineWindow window;
    const auto part = window.copy(view_of(pixels), 4, {2, 5, 3, 8});
    CHECK(part.row_step == 16);
    const auto* copied = reinterpret_cast<const float*>(part.pixels);
    for (std::int64_t y = 2; y < 5; ++y) {
        for (std::int64_t x = 3; x < 8; ++x) {
            CHECK(copied[y * part.row_step + x - part.origin] == static_cast<float>(10 * y + x));
        }
    }
}
