// Sampling of profiles: exact values, what is left out, failing functions.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "mensura/profiles.hpp"

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
