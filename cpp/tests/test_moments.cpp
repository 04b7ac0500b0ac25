// Moments against sums over pixels in integers of 128 bits, at the limits of every width inside, and in
// tiles.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "images.hpp"
#include "measure/exact_moments.hpp"
#include "mensura/measure.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

MeasurePlan plan_of_moments(int axes) {
    MeasurePlan plan;
    plan.axes = axes;
    plan.third_moments = true;
    plan.intensity_weighted_moments = true;
    return plan;
}

ImageView part_of(ImageView view, const Origin& first, const Shape& shape) {
    view.data += first[0] * view.strides.z + first[1] * view.strides.y + first[2] * view.strides.x;
    view.shape = shape;
    return view;
}

Int128 power(Int128 base, std::size_t exponent) {
    Int128 result = 1;
    for (std::size_t k = 0; k < exponent; ++k) result *= base;
    return result;
}

// What a sum over pixels comes to.
template <class L, class T>
double moment_of(Image<L> labels, Image<T> image, bool weighted, std::uint64_t label,
                 const std::array<std::int64_t, 3>& corner, std::size_t index) {
    Int128 sum = 0;
    const Shape& shape = labels.shape;
    for (std::int64_t z = 0; z < shape.depth; ++z)
        for (std::int64_t y = 0; y < shape.height; ++y)
            for (std::int64_t x = 0; x < shape.width; ++x) {
                if (labels.at(z, y, x) != static_cast<L>(label)) continue;
                const Int128 weight = weighted ? static_cast<Int128>(image.at(z, y, x)) : 1;
                sum += weight * power(z - corner[0], index / 16) * power(y - corner[1], index / 4 % 4) *
                       power(x - corner[2], index % 4);
            }
    return static_cast<double>(sum);
}

template <class T>
void check_against_pixels(const Shape& shape, int values) {
    const auto labels = random_image<std::int16_t>(shape, 4, 1);
    const auto image = random_image<T>(shape, values, 2);
    const ChannelView channel{image.view()};
    const int axes = shape.depth == 1 ? 2 : 3;
    const RegionTable table = measure_labels(labels.view(), {&channel, 1}, plan_of_moments(axes), 1);
    REQUIRE(table.moments.size() == (axes == 2 ? 16 : 64));
    for (std::size_t row = 0; row < table.label.size(); ++row) {
        std::array<std::int64_t, 3> corner{};
        for (std::size_t a = axes == 2 ? 1 : 0; a < 3; ++a) corner[a] = table.box_begin[a][row];
        for (std::size_t m = 0; m < table.moments.size(); ++m) {
            CHECK(table.moments[m][row] == moment_of(labels, image, false, table.label[row], corner, m));
            CHECK(table.channels[0].moments[m][row] ==
                  moment_of(labels, image, true, table.label[row], corner, m));
        }
    }
}

bool same_bits(const std::vector<Column<double>>& a, const std::vector<Column<double>>& b) {
    return a == b;  // no NaN here
}

template <class T>
void check_tiles(const Shape& shape) {
    const auto labels = random_image<std::uint16_t>(shape, 7, 3);
    const auto image = random_image<T>(shape, 100, 4);
    const ChannelView whole{image.view()};
    const MeasurePlan plan = plan_of_moments(shape.depth == 1 ? 2 : 3);
    const RegionTable expected = measure_labels(labels.view(), {&whole, 1}, plan, 2);
    Accumulator sums(plan, {{dtype_of<T>()}});
    Accumulator others(plan, {{dtype_of<T>()}});
    bool other = false;
    for (std::int64_t z = 0; z < shape.depth; z += 3)
        for (std::int64_t y = shape.height / 17 * 17; y >= 0; y -= 17)
            for (std::int64_t x = 0; x < shape.width; x += 29) {
                const Origin at{z, y, x};
                const Shape size{std::min<std::int64_t>(3, shape.depth - z),
                                 std::min<std::int64_t>(17, shape.height - y),
                                 std::min<std::int64_t>(29, shape.width - x)};
                if (size.height == 0) continue;
                const ChannelView tile{part_of(image.view(), at, size)};
                (other ? others : sums).add(part_of(labels.view(), at, size), {&tile, 1}, at, 1);
                other = !other;
            }
    sums.merge(Accumulator::load(others.save()));
    const RegionTable table = sums.table(1);
    CHECK(same_bits(table.moments, expected.moments));
    CHECK(same_bits(table.central_moments, expected.central_moments));
    CHECK(same_bits(table.channels[0].moments, expected.channels[0].moments));
    CHECK(same_bits(table.channels[0].central_moments, expected.channels[0].central_moments));
}

// Two pixels of equal weight, as far apart as `distance` along each axis: odd central moments are 0, and
// even ones weight x (distance / 2)^p, however wide the sums.
template <class T>
void check_pair(std::int64_t distance, T value) {
    const Image<std::uint8_t> label({1, 1, 1}, 1);
    const Image<T> image({1, 1, 1}, value);
    const ChannelView channel{image.view()};
    Accumulator sums(plan_of_moments(3), {{dtype_of<T>()}});
    sums.add(label.view(), {&channel, 1}, {-distance, 5, 0}, 1);
    sums.add(label.view(), {&channel, 1}, {0, 5 + distance, distance}, 1);
    const RegionTable table = sums.table(1);
    for (std::size_t m = 0; m < 64; ++m) {
        const int order = moment_order(m);
        const double mean = order % 2 != 0 ? 0 : std::pow(static_cast<double>(distance) / 2, order);
        CHECK(table.central_moments[m][0] == doctest::Approx(2 * mean).epsilon(1e-14));
        CHECK(table.channels[0].central_moments[m][0] ==
              doctest::Approx(2 * static_cast<double>(value) * mean).epsilon(1e-14));
        if (order % 2 != 0) CHECK(table.channels[0].central_moments[m][0] == 0);
    }
}

}  // namespace

TEST_CASE("moments equal sums over pixels, for every pixel type") {
    for (const Shape& shape : {Shape{1, 9, 70}, Shape{1, 1, 1}, Shape{4, 5, 66}, Shape{1, 150, 3}}) {
        check_against_pixels<std::uint8_t>(shape, 255);
        check_against_pixels<std::int8_t>(shape, 255);
        check_against_pixels<std::int16_t>(shape, 65535);
        check_against_pixels<std::uint16_t>(shape, 65535);
        check_against_pixels<std::int32_t>(shape, 1 << 30);
        check_against_pixels<std::uint32_t>(shape, 1 << 30);
        check_against_pixels<std::int64_t>(shape, 1 << 30);
        check_against_pixels<std::uint64_t>(shape, 1 << 30);
    }
}

TEST_CASE("moments of runs beyond every stretch and reach") {
    // Runs of 1 to thousands of pixels, near and far from the first one.
    const Shape shape{1, 4, 9000};
    Image<std::uint8_t> labels(shape, 1);
    for (std::size_t k = 0; k < labels.pixels.size(); k += 1 + k % 911) labels.pixels[k] = 0;
    const Image<std::uint16_t> image(shape, 65535);
    const ChannelView channel{image.view()};
    const RegionTable table = measure_labels(labels.view(), {&channel, 1}, plan_of_moments(2), 1);
    const std::array<std::int64_t, 3> corner{0, table.box_begin[1][0], table.box_begin[2][0]};
    for (std::size_t m = 0; m < 16; ++m) {
        CHECK(table.moments[m][0] == moment_of(labels, image, false, 1, corner, m));
        CHECK(table.channels[0].moments[m][0] == moment_of(labels, image, true, 1, corner, m));
    }
}

TEST_CASE("moments of tiles have the same bits") {
    check_tiles<std::uint8_t>({1, 60, 100});
    check_tiles<std::int32_t>({7, 40, 70});
    check_tiles<std::uint64_t>({7, 40, 70});
}

TEST_CASE("central moments of pixels far apart are exact in every width") {
    for (const std::int64_t distance : {1, 30, 1000, 200'000}) {
        check_pair<std::uint8_t>(distance, 255);
        check_pair<std::uint16_t>(distance, 65535);
        check_pair<std::int32_t>(distance, std::numeric_limits<std::int32_t>::lowest());
        check_pair<std::uint64_t>(distance, std::numeric_limits<std::uint64_t>::max());
        check_pair<std::int64_t>(distance, std::numeric_limits<std::int64_t>::lowest());
        check_pair<double>(distance, 0.5);
    }
}

TEST_CASE("moments without weight, without pixels, and of boxes that are too large") {
    const Image<std::uint8_t> labels({1, 1, 2}, 1);
    const Image<std::int32_t> cancelling({1, 1, 2}, {7, -7});
    const ChannelView channel{cancelling.view()};
    const RegionTable table = measure_labels(labels.view(), {&channel, 1}, plan_of_moments(2), 1);
    CHECK(table.channels[0].moments[1][0] == -7);
    CHECK(table.channels[0].central_moments[0][0] == 0);
    CHECK(std::isnan(table.channels[0].central_moments[1][0]));
    CHECK(std::isnan(table.channels[0].central_moments[15][0]));

    const Image<std::uint8_t> all({1, 1, 2}, 1);
    const ChannelView masked{cancelling.view(), all.view()};
    CHECK(std::isnan(
        measure_labels(labels.view(), {&masked, 1}, plan_of_moments(2), 1).channels[0].moments[0][0]));

    Accumulator sums(plan_of_moments(2), {});
    sums.add(labels.view(), {}, {0, 0, 0}, 1);
    sums.add(labels.view(), {}, {0, std::int64_t{1} << 30, std::int64_t{1} << 30}, 1);
    CHECK(std::isnan(sums.table(1).moments[0][0]));
}

TEST_CASE("wide integers become the nearest double at any scale") {
    const Wide<4> one = Int128{1};
    const auto shifted = [&](int bits) {
        Wide<4> value = one;
        for (int k = 0; k < bits; ++k) value = value * 2;
        return value;
    };
    for (const int bits : {0, 1, 52, 53, 63, 64, 65, 127, 128, 200, 254}) {
        const Wide<4> value = shifted(bits);
        CHECK(static_cast<double>(value) == std::ldexp(1.0, bits));
        CHECK(static_cast<double>(-value) == -std::ldexp(1.0, bits));
        CHECK(value.scaled(-bits - 10) == std::ldexp(1.0, -10));
        if (bits < 55) continue;
        // Halves go to the even number, and more than a half goes up.
        const Wide<4> half = value + shifted(bits - 53);
        CHECK(static_cast<double>(half) == std::ldexp(1.0, bits));
        CHECK(static_cast<double>(half + one) == std::nextafter(std::ldexp(1.0, bits), HUGE_VAL));
        CHECK(static_cast<double>(half - one) == std::ldexp(1.0, bits));
    }
    CHECK(static_cast<double>(Wide<4>(Int128{0})) == 0);
    CHECK(one.scaled(-1074) == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("pairs of doubles give the nearest double of a quotient, halves the even one") {
    CHECK(nearest(TwoDoubles{1, 0x1p-54}) == 1);
    CHECK(nearest(TwoDoubles{1, 0x1p-53}) == 1);
    CHECK(nearest(TwoDoubles{1 + 0x1p-52, 0x1p-53}) == 1 + 0x1p-51);
    CHECK(nearest(TwoDoubles{1 + 0x1p-52, -0x1p-53}) == 1);
    CHECK(nearest(TwoDoubles{-1 - 0x1p-52, -0x1p-53 * (1 + 0x1p-50)}) == -1 - 0x1p-51);
    // a b, less what its last bit is, over b: the nearest double of a.
    for (const std::uint64_t a : {0xffffffffffffffffU, 0x8000000000000401U, 0x8000000000000400U,
                                  0x123456789abcdef1U, 0x7fffffffffffffffU}) {
        const std::uint64_t b = 0xfedcba9876543211U;
        const TwoDoubles product = Wide<3>(static_cast<Int128>(UInt128{a} * b >> 1)).scaled_pair(1);
        const TwoDoubles factor = Wide<3>(Int128{b}).scaled_pair(0);
        CHECK(nearest(product / factor) == static_cast<double>(a));
        CHECK(nearest(factor * TwoDoubles{1, 0}) == static_cast<double>(b));
    }
}

TEST_CASE("integers of every width as pairs of doubles") {
    for (int bits = 0; bits < 120; ++bits) {
        for (const Int128 value : {Int128{1} << bits, (Int128{1} << bits) + 1, -(Int128{3} << bits) / 2,
                                   ((Int128{1} << bits) - 1) | 1}) {
            const TwoDoubles pair = Wide<4>(value).scaled_pair(0);
            CHECK(pair.high == static_cast<double>(value));
            const Int128 rest = value - static_cast<Int128>(pair.high) - static_cast<Int128>(pair.low);
            CHECK((rest < 0 ? -rest : rest) <= Int128{1} << std::max(0, bits - 105));
            CHECK(Wide<4>(value).scaled_pair(-7).high == std::ldexp(pair.high, -7));
        }
    }
    CHECK(Wide<4>(Int128{0}).scaled_pair(0).high == 0);
}
