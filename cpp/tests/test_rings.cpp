// Rings: distances beside those found one by one, for any number of threads, and sums beside plain ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "images.hpp"
#include "mensura/rings.hpp"
#include "rings/distance_transform.hpp"
#include "rings/geodesic.hpp"
#include "rings/nearest_object.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

using Sizes = std::array<std::int64_t, 3>;
using Sides = std::array<double, 3>;

std::size_t pixels_of(const Sizes& size) {
    return static_cast<std::size_t>(size[0] * size[1] * size[2]);
}

Sizes place_of(std::size_t pixel, const Sizes& size) {
    const auto i = static_cast<std::int64_t>(pixel);
    return {i / size[2] / size[1], i / size[2] % size[1], i % size[2]};
}

double squared(const Sizes& a, const Sizes& b, const Sides& weight) {
    double sum = 0;
    for (std::size_t k = 0; k < 3; ++k) {
        const auto step = static_cast<double>(a[k] - b[k]);
        sum += weight[k] * (step * step);
    }
    return sum;
}

// Which pixels count: one in so many.
std::vector<double> sparse_field(const Sizes& size, int one_in, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<double> field(pixels_of(size), infinite);
    for (double& value : field) {
        if (static_cast<int>(random() % static_cast<unsigned>(one_in)) == 0) value = 0;
    }
    return field;
}

std::vector<double> all_distances(const std::vector<double>& field, const Sizes& size,
                                  const Sides& weight) {
    std::vector<double> nearest(field.size(), infinite);
    for (std::size_t i = 0; i < field.size(); ++i) {
        for (std::size_t k = 0; k < field.size(); ++k) {
            if (field[k] != 0) continue;
            nearest[i] = std::min(nearest[i], squared(place_of(i, size), place_of(k, size), weight));
        }
    }
    return nearest;
}

}  // namespace

TEST_CASE("squared distances are those to the nearest of all pixels") {
    for (const Sizes& size : {Sizes{1, 20, 23}, Sizes{1, 1, 40}, Sizes{1, 40, 1}, Sizes{6, 7, 9}}) {
        for (const Sides& weight : {Sides{1, 1, 1}, Sides{4, 0.25, 2.25}}) {
            for (const int one_in : {1, 3, 40, 100000}) {
                std::vector<double> field = sparse_field(size, one_in, 5);
                const std::vector<double> expected = all_distances(field, size, weight);
                squared_distances(field.data(), size, weight, 3);
                CHECK(field == expected);
            }
        }
    }
}

TEST_CASE("every pixel outside belongs to the nearest object, of several to the smallest label") {
    for (const Shape shape : {Shape{1, 31, 70}, Shape{4, 9, 11}, Shape{1, 1, 50}, Shape{1, 50, 1}}) {
        Image<std::uint16_t> labels(shape);
        std::mt19937 random(9);
        for (auto& pixel : labels.pixels) {
            if (random() % 60 == 0) pixel = static_cast<std::uint16_t>(1 + random() % 9);
        }
        const RingObjects objects(labels.view(), 2);
        const Sizes size{shape.depth, shape.height, shape.width};
        const double limit = 20;
        const NearestObjects found = nearest_objects(objects, {1, 1, 1}, limit, 3);
        bool equal = true;
        for (std::size_t i = 0; i < labels.pixels.size(); ++i) {
            std::pair<double, int> nearest{infinite, 0};
            for (std::size_t k = 0; k < labels.pixels.size(); ++k) {
                if (labels.pixels[k] == 0) continue;
                const double distance = squared(place_of(i, size), place_of(k, size), {1, 1, 1});
                nearest = std::min(nearest, {distance, labels.pixels[k]});
            }
            const bool outside = labels.pixels[i] == 0 && nearest.first <= limit;
            const int object = found.object[i];
            equal &= (object != 0) == outside;
            if (!outside || object == 0) continue;
            const auto label = objects.labels()[static_cast<std::size_t>(object - 1)];
            equal &= label == static_cast<std::uint64_t>(nearest.second);
            equal &= found.squared[i] == nearest.first;
        }
        CHECK(equal);
    }
}

TEST_CASE("ways go around what is not the object's") {
    const Sizes size{1, 5, 7};
    // A wall from the top, open at the bottom; one layer of nothing all around.
    std::vector<double> field(pixels_of(size), -1);
    for (std::int64_t y = 1; y < 4; ++y) {
        for (std::int64_t x = 1; x < 6; ++x) field[static_cast<std::size_t>(y * 7 + x)] = infinite;
    }
    field[7 + 3] = field[14 + 3] = -1;
    const std::int64_t source = 7 + 2;
    Geodesic geodesic({1, 1, 1}, 2);
    for (int again = 0; again < 2; ++again) {  // with the memory of the call before
        std::vector<double> lengths = field;
        geodesic.lengths(lengths.data(), size, {&source, 1});
        CHECK(lengths[7 + 2] == 0);
        CHECK(lengths[21 + 3] == doctest::Approx(1 + std::sqrt(2.0)));
        CHECK(lengths[7 + 4] == doctest::Approx(2 + 2 * std::sqrt(2.0)));
        CHECK(lengths[7 + 3] == -1);
    }
}

TEST_CASE("unreachable pixels stay infinite") {
    std::vector<double> field{-1, -1, -1, -1, -1, -1, infinite, -1, infinite, -1, -1, -1, -1, -1, -1};
    const std::int64_t source = 6;
    Geodesic({1, 0.3, 0.3}, 2).lengths(field.data(), {1, 3, 5}, {&source, 1});
    CHECK(field[6] == 0);
    CHECK(field[8] == infinite);
}

TEST_CASE("runs of labels are sorted by object") {
    const Image<std::int16_t> labels =
        random_image<std::int16_t>({2, 300, 700}, 6, 4);  // several blocks of rows
    const RingObjects objects(labels.view(), 3);
    std::map<std::uint64_t, std::int64_t> pixels;
    for (const std::int16_t label : labels.pixels) {
        if (label > 0) ++pixels[static_cast<std::uint64_t>(label)];
    }
    REQUIRE(objects.count() == pixels.size());
    for (std::size_t k = 0; k < objects.count(); ++k) {
        CHECK(objects.pixels(k) == pixels[objects.labels()[k]]);
        std::int64_t last = -1;
        bool sorted = true;
        for (const RegionRun& run : objects.runs(k)) {
            sorted &= run.row * labels.shape.width + run.start > last;
            last = run.row * labels.shape.width + run.end - 1;
        }
        CHECK(sorted);
    }
}

TEST_CASE("rings of a large object are the same for any number of threads, and hold all its pixels") {
    Image<float> image({1, 700, 900});
    std::mt19937 random(2);
    for (float& pixel : image.pixels) pixel = static_cast<float>(random() % 1000) / 7;
    const RingObjects objects(image.shape);
    RingPlan plan;
    plan.axes = 2;
    plan.metric = RingMetric::edge;
    plan.width = 30;
    const std::vector<ChannelView> channels{{image.view()}};
    const RingTable one = measure_rings(objects, plan, {}, channels, 1);
    const RingTable several = measure_rings(objects, plan, {}, channels, 4);
    CHECK(one.mean == several.mean);
    CHECK(one.std == several.std);
    std::int64_t pixels = 0;
    for (const std::int64_t count : one.count) pixels += count;
    CHECK(pixels == image.shape.pixels());
}

// One ring of so many pixels that threads share them out, of which the extremes lie in any share.
TEST_CASE_TEMPLATE("the ring of a large object has the sum and the extremes of all its pixels", T,
                   std::uint8_t, std::int16_t, std::uint32_t, std::int64_t, float, double) {
    constexpr int low = std::is_unsigned_v<T> ? 20 : -80;
    Image<T> image({1, 700, 900});
    std::mt19937 random(3);
    for (T& pixel : image.pixels) pixel = static_cast<T>(low + static_cast<int>(random() % 40));
    const RingObjects objects(image.shape);
    RingPlan plan;
    plan.axes = 2;
    plan.metric = RingMetric::edge;
    plan.width = 1e6;
    const std::vector<ChannelView> channels{{image.view()}};
    const std::size_t last = image.pixels.size() - 1;
    for (const std::size_t place : {std::size_t{0}, last / 2, last / 5 * 4, last}) {
        const T before[] = {image.pixels[place], image.pixels[last - place / 3]};
        image.pixels[last - place / 3] = static_cast<T>(low - 10);
        image.pixels[place] = static_cast<T>(low + 50);
        double sum = 0;
        for (const T pixel : image.pixels) sum += static_cast<double>(pixel);
        for (const int threads : {1, 3}) {
            const RingTable table = measure_rings(objects, plan, {}, channels, threads);
            REQUIRE(table.count.size() == 1);
            CHECK(table.count[0] == image.shape.pixels());
            CHECK(table.sum[0] == sum);
            CHECK(table.max[0] == low + 50);
            CHECK(table.min[0] == low - 10);
        }
        image.pixels[place] = before[0];
        image.pixels[last - place / 3] = before[1];
    }
}

TEST_CASE("about a center that is nowhere lies no sector") {
    const Image<std::uint8_t> image({1, 9, 9}, 1);
    const RingObjects objects(image.view(), 1);
    RingPlan plan;
    plan.axes = 2;
    plan.metric = RingMetric::edge;
    plan.sectors = 5;
    const std::vector<ChannelView> channels{{image.view()}};
    const double nowhere = std::numeric_limits<double>::quiet_NaN();
    for (const std::array<double, 3>& center : {std::array<double, 3>{0, nowhere, 4}, {0, 4, nowhere}}) {
        plan.center = RingCenter::points;
        const RingTable table = measure_rings(objects, plan, {{&center, 1}, {}}, channels, 1);
        CHECK(table.count == Column<std::int64_t>(25, 0));
    }
    plan.center = RingCenter::pixels;
    const RingTable table = measure_rings(objects, plan, {{}, image.view()}, channels, 1);
    CHECK(table.count == Column<std::int64_t>(25, 0));
}

TEST_CASE("too many rings are refused") {
    const Image<std::uint8_t> image({1, 4, 4}, 1);
    const RingObjects objects(image.view(), 1);
    RingPlan plan;
    plan.axes = 2;
    plan.width = 1e-12;
    const std::vector<ChannelView> channels{{image.view()}};
    CHECK_THROWS_AS(measure_rings(objects, plan, {}, channels, 1), std::invalid_argument);
}
