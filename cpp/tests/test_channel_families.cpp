// Powers, positions, quality and border pixels: known answers, extremes of every type, and tiles.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "images.hpp"
#include "measure/quality.hpp"
#include "measure/wide.hpp"
#include "mensura/components.hpp"
#include "mensura/measure.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

MeasurePlan plan_of_families(const Shape& shape) {
    MeasurePlan plan;
    plan.image = shape;
    plan.border_pixels = true;
    plan.intensity_powers = true;
    plan.intensity_positions = true;
    plan.intensity_quality = true;
    return plan;
}

template <class T>
RegionTable measure_row(const std::vector<T>& pixels, const std::vector<std::uint8_t>& mask = {},
                        std::optional<Scalar> saturation = {}) {
    const Shape shape{1, 1, static_cast<std::int64_t>(pixels.size())};
    const Image<std::uint8_t> labels(shape, 1);
    const Image<T> image(shape, pixels);
    const Image<std::uint8_t> masked(shape, mask);
    ChannelView view{image.view()};
    if (!mask.empty()) view.mask = masked.view();
    Accumulator sums(plan_of_families(shape), {{dtype_of<T>(), saturation}});
    sums.add(labels.view(), {&view, 1}, {}, 1);
    return sums.table(1);
}

ImageView part_of(ImageView view, const Origin& first, const Shape& shape) {
    view.data += first[0] * view.strides.z + first[1] * view.strides.y + first[2] * view.strides.x;
    view.shape = shape;
    return view;
}

bool same_bits(const Column<double>& a, const Column<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    });
}

// Columns that are the same bits for any tiling, also of floating images.
void check_same_counts(const RegionTable& a, const RegionTable& b) {
    CHECK(a.label == b.label);
    CHECK(a.border_pixels == b.border_pixels);
    const auto& x = a.channels[0];
    const auto& y = b.channels[0];
    for (std::size_t axis = 0; axis < 3; ++axis) {
        CHECK(same_bits(x.min_at[axis], y.min_at[axis]));
        CHECK(same_bits(x.max_at[axis], y.max_at[axis]));
    }
    CHECK(x.nan == y.nan);
    CHECK(x.masked == y.masked);
    CHECK(x.saturated == y.saturated);
    CHECK(x.at_min == y.at_min);
}

void check_close(const Column<double>& a, const Column<double>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t k = 0; k < a.size(); ++k)
        CHECK(std::abs(a[k] - b[k]) <= 1e-12 * (1 + std::abs(a[k])));
}

// Tiles in random order, half of them gathered in an accumulator of their own.
template <class T>
void check_tiles(int values) {
    const Shape shape{5, 40, 70};
    const auto labels = random_image<std::uint16_t>(shape, 12, 1);
    auto image = random_image<T>(shape, values, 2);
    if constexpr (std::is_floating_point_v<T>) {
        for (std::size_t k = 0; k < image.pixels.size(); k += 11) image.pixels[k] = std::nanf("");
        for (T& pixel : image.pixels) pixel = pixel * pixel + T(1000);
    }
    const auto mask = random_image<std::uint8_t>(shape, 2, 3);
    const std::vector<ChannelKind> kinds{{dtype_of<T>(), Scalar{std::int64_t{values - 2}}}};
    const ChannelView whole{image.view(), mask.view()};
    Accumulator expected(plan_of_families(shape), kinds);
    expected.add(labels.view(), {&whole, 1}, {}, 1);

    std::vector<Origin> tiles;
    for (std::int64_t z = 0; z < shape.depth; z += 2)
        for (std::int64_t y = 0; y < shape.height; y += 13)
            for (std::int64_t x = 0; x < shape.width; x += 27) tiles.push_back({z, y, x});
    std::mt19937 random(4);
    std::shuffle(tiles.begin(), tiles.end(), random);
    Accumulator sums(plan_of_families(shape), kinds);
    Accumulator others(plan_of_families(shape), kinds);
    for (std::size_t k = 0; k < tiles.size(); ++k) {
        const Origin& at = tiles[k];
        const Shape size{std::min<std::int64_t>(2, shape.depth - at[0]),
                         std::min<std::int64_t>(13, shape.height - at[1]),
                         std::min<std::int64_t>(27, shape.width - at[2])};
        const ChannelView tile{part_of(image.view(), at, size), part_of(mask.view(), at, size)};
        Accumulator& either = k % 2 == 0 ? sums : others;
        either.add(part_of(labels.view(), at, size), {&tile, 1}, at, 1);
    }
    others.merge(Accumulator::load(sums.save()));
    const RegionTable a = expected.table(1);
    const RegionTable b = others.table(1);
    check_same_counts(a, b);
    if constexpr (std::is_integral_v<T>) {
        CHECK(same_bits(a.channels[0].skewness, b.channels[0].skewness));
        CHECK(same_bits(a.channels[0].kurtosis, b.channels[0].kurtosis));
    } else {
        check_close(a.channels[0].skewness, b.channels[0].skewness);
        check_close(a.channels[0].kurtosis, b.channels[0].kurtosis);
    }
}

// What pixels exceed their smallest by is exact, however large they are.
template <class T>
void check_above_min() {
    constexpr T high = std::numeric_limits<T>::max();
    const RegionTable table = measure_row<T>({static_cast<T>(high - 3), high, high});
    CHECK(table.channels[0].above_min[0] == 6);
}

// One pixel of four differs from the others: skewness 2 / sqrt(3), kurtosis 7 / 3, wherever they are.
template <class T>
void check_one_of_four(T base, T step) {
    const auto other = static_cast<T>(base + step);
    const RegionTable table = measure_row<T>({base, other, base, base});
    CHECK(table.channels[0].skewness[0] == doctest::Approx(2 / std::sqrt(3.0)).epsilon(1e-14));
    CHECK(table.channels[0].kurtosis[0] == doctest::Approx(7.0 / 3).epsilon(1e-14));
}

template <class T>
void check_ends_of_type() {
    constexpr T low = std::numeric_limits<T>::lowest();
    constexpr T high = std::numeric_limits<T>::max();
    check_one_of_four<T>(low, T{1});
    check_one_of_four<T>(static_cast<T>(high - 1), T{1});
    const RegionTable pair = measure_row<T>({low, high});
    CHECK(std::abs(pair.channels[0].skewness[0]) < 1e-15);
    CHECK(pair.channels[0].kurtosis[0] == 1);
    const RegionTable more = measure_row<T>({low, high, high});
    CHECK(more.channels[0].skewness[0] == doctest::Approx(-std::sqrt(0.5)).epsilon(1e-14));
    CHECK(more.channels[0].kurtosis[0] == doctest::Approx(1.5).epsilon(1e-14));
    const RegionTable many = measure_row<T>(std::vector<T>(10'000, high));
    CHECK(std::isnan(many.channels[0].skewness[0]));
    CHECK(std::isnan(many.channels[0].kurtosis[0]));
}

// Regions that are summed up window by window: wider and taller than one, of several runs a row, with
// gaps of rows and of whole windows, beside one that is too wide for it.
Image<std::uint8_t> regions_of_windows(const Shape& shape, unsigned seed) {
    Image<std::uint8_t> labels(shape);
    std::mt19937 random(seed);
    const auto fill = [&](std::uint8_t label, std::int64_t y, std::int64_t x, std::int64_t rows,
                          std::int64_t columns, unsigned kept) {
        for (std::int64_t r = y; r < y + rows; ++r) {
            for (std::int64_t c = x; c < x + columns; ++c) {
                if (random() % 16 < kept) labels.at(0, r, c) = label;
            }
        }
    };
    fill(1, 0, 0, 90, 32, 16);
    fill(2, 3, 40, 80, 150, 13);
    fill(3, 2, 200, 36, 20, 16);
    fill(4, 60, 210, 30, 9, 3);
    fill(4, 1, 402, 2, 5, 12);  // 198 columns in all, most of its windows empty
    fill(5, 95, 0, 20, 400, 14);
    fill(6, 40, 240, 1, 1, 16);
    fill(7, 38, 250, 40, 40, 1);
    return labels;
}

// The same pixels where rows are not contiguous, which are summed up run by run.
template <class T>
void check_windows(const std::vector<T>& values, unsigned seed) {
    const Shape shape{1, 120, 420};
    const Image<std::uint8_t> labels = regions_of_windows(shape, seed);
    Image<T> image(shape);
    Image<T> apart({1, shape.height, 7 * shape.width});
    Image<std::uint8_t> mask(shape);
    std::mt19937 random(seed);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        image.pixels[i] = values[random() % values.size()];
        apart.pixels[7 * i] = image.pixels[i];
        mask.pixels[i] = random() % 8 == 0;
    }
    ImageView strided = apart.view();
    strided.shape = shape;
    strided.strides.x *= 7;
    MeasurePlan plan;
    plan.axes = 2;
    plan.image = shape;
    plan.third_moments = true;
    plan.intensity_squares = true;
    plan.intensity_powers = true;
    plan.intensity_positions = true;
    plan.intensity_weighted_centroid = true;
    plan.intensity_weighted_moments = true;
    for (const bool masked : {false, true}) {
        const auto table_of = [&](const ImageView& view) {
            ChannelView channel{view};
            if (masked) channel.mask = mask.view();
            return measure_labels(labels.view(), {&channel, 1}, plan, 1).channels[0];
        };
        const RegionTable::Channel a = table_of(image.view());
        const RegionTable::Channel b = table_of(strided);
        CHECK(a.valid == b.valid);
        const auto check_same = [](const auto& x, const auto& y) {
            REQUIRE(x.size() == y.size());
            for (std::size_t k = 0; k < x.size(); ++k) CHECK(same_bits(x[k], y[k]));
        };
        check_same(std::array{a.sum, a.min, a.max, a.squares, a.skewness, a.kurtosis},
                   std::array{b.sum, b.min, b.max, b.squares, b.skewness, b.kurtosis});
        check_same(a.moments, b.moments);
        check_same(a.central_moments, b.central_moments);
        check_same(a.min_at, b.min_at);
        check_same(a.max_at, b.max_at);
        check_same(a.centroid, b.centroid);
    }
}

}  // namespace

TEST_CASE("skewness and kurtosis at both ends of every integer type") {
    check_ends_of_type<std::int8_t>();
    check_ends_of_type<std::int16_t>();
    check_ends_of_type<std::int32_t>();
    check_ends_of_type<std::int64_t>();
    check_ends_of_type<std::uint8_t>();
    check_ends_of_type<std::uint16_t>();
    check_ends_of_type<std::uint32_t>();
    check_ends_of_type<std::uint64_t>();
}

TEST_CASE("skewness and kurtosis of floating pixels far from 0") {
    check_one_of_four<double>(1e8, 1);
    check_one_of_four<double>(1e15, 0.125);
    check_one_of_four<double>(-1e15, 0.125);
    check_one_of_four<float>(1e7F, 1);
    check_one_of_four<double>(0, 1e-70);
    check_one_of_four<double>(0, 1e70);
    CHECK(std::isnan(measure_row<double>(std::vector<double>(700, 0.1)).channels[0].skewness[0]));
    CHECK(std::isnan(measure_row<double>({0, 1e200, 0}).channels[0].kurtosis[0]));
    CHECK(std::isnan(measure_row<double>({0, 1e-200, 0}).channels[0].kurtosis[0]));
}

TEST_CASE("sums above the smallest value keep their digits") {
    check_above_min<std::uint8_t>();
    check_above_min<std::int32_t>();
    check_above_min<std::uint64_t>();
    check_above_min<std::int64_t>();
    CHECK(measure_row<double>({1e15, 1e15 + 0.5}).channels[0].above_min[0] == 0.5);
    CHECK(std::isnan(measure_row<double>({std::nan("")}).channels[0].above_min[0]));
}

TEST_CASE("powers of many stretches: integers and floats of the same values agree") {
    // Runs of all lengths around a stretch, with values whose powers need every bit of the sums.
    for (const std::size_t length : {255U, 257U, 4095U, 4097U, 9000U}) {
        std::mt19937_64 random(length);
        std::vector<std::uint16_t> pixels(length);
        for (auto& pixel : pixels) pixel = static_cast<std::uint16_t>(65535 - random() % 300);
        const std::vector<std::uint64_t> wide(pixels.begin(), pixels.end());
        const std::vector<std::uint32_t> half(pixels.begin(), pixels.end());
        const std::vector<double> floats(pixels.begin(), pixels.end());
        const RegionTable narrow = measure_row(pixels);
        CHECK(same_bits(measure_row(wide).channels[0].kurtosis, narrow.channels[0].kurtosis));
        CHECK(same_bits(measure_row(half).channels[0].kurtosis, narrow.channels[0].kurtosis));
        CHECK(same_bits(measure_row(half).channels[0].skewness, narrow.channels[0].skewness));
        check_close(measure_row(floats).channels[0].kurtosis, narrow.channels[0].kurtosis);
        check_close(measure_row(floats).channels[0].skewness, narrow.channels[0].skewness);
    }
}

TEST_CASE("tiles in random order give the same bits") {
    check_tiles<std::uint8_t>(4);
    check_tiles<std::int16_t>(3000);
    check_tiles<std::int32_t>(5);
    check_tiles<std::uint64_t>(1'000'000);
    check_tiles<float>(6);
    check_tiles<double>(6);
}

TEST_CASE("regions summed up window by window have the sums of their runs") {
    for (unsigned seed = 0; seed < 4; ++seed) {
        check_windows<std::uint16_t>({65535}, seed);
        check_windows<std::uint16_t>({0, 1, 65534, 65535}, seed);
        check_windows<std::uint8_t>({255}, seed);
        check_windows<std::uint8_t>({0, 7, 8, 254}, seed);
        std::vector<std::uint16_t> many;
        for (int v = 0; v < 65536; v += 13) many.push_back(static_cast<std::uint16_t>(v));
        check_windows(many, seed);
    }
}

TEST_CASE("positions are the first in raster order, at both ends of a type") {
    const RegionTable table = measure_row<std::uint8_t>({255, 7, 255, 0, 0, 9});
    CHECK(table.channels[0].min_at[2][0] == 3);
    CHECK(table.channels[0].max_at[2][0] == 0);
    const RegionTable constant = measure_row<std::int64_t>({5, 5, 5});
    CHECK(constant.channels[0].min_at[2][0] == 0);
    CHECK(constant.channels[0].max_at[2][0] == 0);
    const RegionTable top = measure_row<std::uint8_t>({255, 255});
    CHECK(top.channels[0].min_at[2][0] == 0);
    const double inf = std::numeric_limits<double>::infinity();
    const RegionTable finite = measure_row<double>({std::nan(""), -inf, 2, 1, inf, 2});
    CHECK(finite.channels[0].min_at[2][0] == 3);
    CHECK(finite.channels[0].max_at[2][0] == 2);
    const RegionTable none = measure_row<float>({std::nanf(""), HUGE_VALF});
    CHECK(std::isnan(none.channels[0].min_at[2][0]));
    CHECK(std::isnan(none.channels[0].max_at[0][0]));
}

TEST_CASE("quality counts each pixel once, and masked ones only as masked") {
    const double nan = std::nan("");
    const double inf = std::numeric_limits<double>::infinity();
    const RegionTable table = measure_row<double>({nan, inf, -inf, 1, 1, 9, nan, 1, 8},
                                                  {0, 0, 0, 0, 0, 0, 1, 1, 0}, Scalar{8.5});
    const auto& channel = table.channels[0];
    CHECK(channel.nan[0] == 1);
    CHECK(channel.masked[0] == 2);
    CHECK(channel.saturated[0] == 2);  // 9 and infinity
    CHECK(channel.at_min[0] == 2);
    CHECK(channel.valid[0] == 4);
    CHECK(measure_row<double>({inf, -inf, 1}).channels[0].saturated[0] == 1);
    CHECK(measure_row<std::uint8_t>({255, 255, 1}).channels[0].saturated[0] == 0);
    const RegionTable masked = measure_row<std::uint8_t>({1, 2}, {1, 1}, Scalar{std::int64_t{0}});
    CHECK(masked.channels[0].masked[0] == 2);
    CHECK(masked.channels[0].saturated[0] == 0);
    CHECK(masked.channels[0].at_min[0] == 0);
}

TEST_CASE("a saturation becomes the smallest pixel that is not below it") {
    CHECK(smallest_not_below<std::uint8_t>(Scalar{254.5}) == std::uint8_t{255});
    CHECK(!smallest_not_below<std::uint8_t>(Scalar{255.5}));
    CHECK(!smallest_not_below<std::uint8_t>(Scalar{std::int64_t{256}}));
    CHECK(smallest_not_below<std::uint8_t>(Scalar{std::int64_t{-3}}) == std::uint8_t{0});
    CHECK(smallest_not_below<std::int8_t>(Scalar{-1e30}) == std::int8_t{-128});
    CHECK(!smallest_not_below<std::uint64_t>(Scalar{0x1p64}));
    CHECK(!smallest_not_below<std::int64_t>(Scalar{~std::uint64_t{0}}));
    CHECK(smallest_not_below<std::uint64_t>(Scalar{~std::uint64_t{0}}) == ~std::uint64_t{0});
    CHECK(smallest_not_below<float>(Scalar{0.1}) == 0.1F);  // the nearest float lies above
    const float below = std::nextafter(0.3F, 0.0F);
    CHECK(smallest_not_below<float>(Scalar{double{below}}) == below);
    CHECK(smallest_not_below<float>(Scalar{double{below} + 1e-12}) == 0.3F);
    CHECK(smallest_not_below<float>(Scalar{1e300}) == std::numeric_limits<float>::infinity());
}

TEST_CASE("border pixels of whole images of any shape") {
    for (const Shape& shape :
         {Shape{1, 1, 1}, Shape{1, 5, 7}, Shape{4, 1, 6}, Shape{3, 4, 1}, Shape{4, 5, 6}}) {
        const Image<std::uint8_t> labels(shape, 1);
        const auto inner = [](std::int64_t n) { return std::max<std::int64_t>(0, n - 2); };
        MeasurePlan plan;
        plan.image = shape;
        plan.border_pixels = true;
        const RegionTable table = measure_labels(labels.view(), {}, plan, 1);
        CHECK(table.border_pixels[0] ==
              shape.pixels() - inner(shape.depth) * inner(shape.height) * inner(shape.width));
        if (shape.depth > 1) continue;
        plan.axes = 2;
        const RegionTable flat = measure_labels(labels.view(), {}, plan, 1);
        CHECK(flat.border_pixels[0] == shape.pixels() - inner(shape.height) * inner(shape.width));
    }
    MeasurePlan without;
    without.border_pixels = true;
    CHECK_THROWS_AS(Accumulator(without, {}), std::invalid_argument);
}

TEST_CASE("components are counted by label, in order of the labels") {
    const Image<std::int32_t> labels({1, 3, 6}, {7, 0, 2, 2, 0, -1,  //
                                                 0, 7, 0, 0, 2, -1,  //
                                                 3, 0, 7, 3, 0, 3});
    CHECK(count_components(labels.view(), 1) == Column<std::int64_t>{1, 3, 1});
    const Shape shape{6, 30, 40};
    const auto random = random_image<std::uint16_t>(shape, 9, 8);
    const auto parts = flood_fill(random, 3);
    std::vector<std::int64_t> expected(9);
    std::int64_t seen = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
        if (parts[k] <= seen) continue;
        seen = parts[k];
        ++expected[random.pixels[k]];
    }
    const Column<std::int64_t> counts = count_components(random.view(), 2);
    CHECK(std::vector<std::int64_t>(counts.begin(), counts.end()) ==
          std::vector<std::int64_t>(expected.begin() + 1, expected.end()));
    CHECK(count_components(Image<std::uint8_t>({1, 2, 2}, 0).view(), 1).empty());
}
