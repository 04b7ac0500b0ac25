// Outlines: areas and lengths, on several threads, in blocks; ways across them.
#include <doctest/doctest.h>

#include <cmath>

#include "images.hpp"
#include "mensura/outlines.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

const std::vector<Shape> shapes{{1, 1, 1}, {1, 9, 65}, {1, 700, 900}, {1, 1, 70}, {1, 70, 1}, {1, 0, 5}};

// Twice the signed area and the length of an outline.
std::pair<double, double> measured(const Outlines& outlines, std::size_t k) {
    const auto begin = static_cast<std::size_t>(outlines.offsets[k]);
    const auto end = static_cast<std::size_t>(outlines.offsets[k + 1]);
    double area = 0;
    double length = 0;
    for (std::size_t c = begin; c < end; ++c) {
        const std::size_t next = c + 1 == end ? begin : c + 1;
        const double y = outlines.corners[2 * c];
        const double x = outlines.corners[2 * c + 1];
        const double b = outlines.corners[2 * next];
        const double a = outlines.corners[2 * next + 1];
        area += y * a - b * x;
        length += std::abs(y - b) + std::abs(x - a);
    }
    return {area, length};
}

bool equal(const Outlines& a, const Outlines& b) {
    return a.corners == b.corners && a.offsets == b.offsets && a.labels == b.labels &&
           a.is_hole == b.is_hole;
}

}  // namespace

TEST_CASE("the areas within outlines are those of the objects, the lengths those of their edges") {
    for (const Shape& shape : shapes) {
        Image<std::uint16_t> image = random_image<std::uint16_t>(shape, 3, 5);
        for (const bool diagonal : {false, true}) {
            const Outlines outlines = trace_outlines(image.view(), diagonal, 1);
            double area = 0;
            double length = 0;
            for (std::size_t k = 0; k < outlines.labels.size(); ++k) {
                const auto [twice, around] = measured(outlines, k);
                CHECK((twice < 0) == (outlines.is_hole[k] != 0));
                area += twice / 2;
                length += around;
            }
            double pixels = 0;
            double edges = 0;
            const auto at = [&](std::int64_t y, std::int64_t x) {
                const bool inside = y >= 0 && x >= 0 && y < shape.height && x < shape.width;
                return inside ? image.at(0, y, x) : std::uint16_t{0};
            };
            for (std::int64_t y = 0; y < shape.height; ++y) {
                for (std::int64_t x = 0; x < shape.width; ++x) {
                    if (at(y, x) == 0) continue;
                    pixels += 1;
                    edges += (at(y, x) != at(y - 1, x)) + (at(y, x) != at(y + 1, x)) +
                             (at(y, x) != at(y, x - 1)) + (at(y, x) != at(y, x + 1));
                }
            }
            CHECK(area == pixels);
            CHECK(length == edges);
            CHECK(equal(outlines, trace_outlines(image.view(), diagonal, 4)));
        }
    }
}

TEST_CASE("negative labels have no outlines, and volumes none at all") {
    const Image<std::int8_t> image({1, 2, 3}, {-1, -1, 0, 5, -1, 0});
    const Outlines outlines = trace_outlines(image.view(), true, 1);
    CHECK(outlines.labels == Column<std::uint64_t>{5});
    CHECK_THROWS_AS(trace_outlines(Image<std::int8_t>({2, 2, 2}).view(), true, 1),
                    std::invalid_argument);
}

TEST_CASE("points along an outline are equally distant, normals point away from the object") {
    Image<std::uint8_t> image({1, 40, 50});
    for (std::int64_t y = 0; y < 40; ++y) {
        for (std::int64_t x = 0; x < 50; ++x) {
            image.at(0, y, x) = (y - 20) * (y - 20) + (x - 25) * (x - 25) < 150;
        }
    }
    const Outlines outlines = trace_outlines(image.view(), true, 1);
    for (const double smooth : {0.0, 2.0}) {
        const OutlinePoints points = sample_outlines(outlines, {{1, 1}, smooth, 1.0}, 2);
        const std::size_t count = points.distance.size();
        CHECK(count == static_cast<std::size_t>(std::ceil(points.lengths[0] * (1 - 1e-12))));
        for (std::size_t k = 0; k < count; ++k) {
            const double y = points.points[2 * k] - 20;
            const double x = points.points[2 * k + 1] - 25;
            CHECK(std::abs(std::hypot(y, x) - std::sqrt(150)) < 1.0);
            CHECK(y * points.normals[2 * k] + x * points.normals[2 * k + 1] > 0);
            CHECK(points.distance[k] ==
                  static_cast<double>(k) * (points.lengths[0] / static_cast<double>(count)));
        }
    }
}

TEST_CASE("ways across stop at the other side of their object and at others") {
    Image<std::uint8_t> image({1, 1, 12}, {0, 0, 1, 1, 1, 0, 0, 2, 2, 0, 1, 0});
    const std::vector<double> points{0, 4.5};
    const std::vector<double> steps{0, 1};
    const std::vector<std::uint64_t> labels{1};
    Crossings crossings{points, steps, labels, 6, 7, 0, true};
    Reach reach = reach_across(image.view(), crossings, 1);
    CHECK(reach.first[0] == -3);
    CHECK(reach.last[0] == 2);
    crossings.stop_at_neighbors = false;
    reach = reach_across(image.view(), crossings, 1);
    CHECK(reach.last[0] == 5);
}

TEST_CASE("a sample between two pixels is in the one nearer to the outline, or in the one behind") {
    Image<std::uint8_t> image({1, 1, 12}, {0, 3, 0, 0, 0, 1, 1, 1, 0, 0, 2, 2});
    const std::vector<double> points{0, 7.5, 0, 4.5};
    const std::vector<double> steps{0, 0.5, 0, -0.5};
    const std::vector<std::uint64_t> labels{1, 1};
    Crossings crossings{points, steps, labels, 9, 9, 1, true};
    Reach reach = reach_across(image.view(), crossings, 1);
    CHECK(reach.last == Column<std::int64_t>{4, 6});
    CHECK(reach.first == Column<std::int64_t>{-6, -6});
    crossings.ties_are_behind = true;
    reach = reach_across(image.view(), crossings, 1);
    CHECK(reach.last == Column<std::int64_t>{3, 6});
    CHECK(reach.first == Column<std::int64_t>{-6, -5});
}

TEST_CASE("means over ways leave out what is not finite") {
    const double nan = std::nan("");
    const std::vector<double> values{1, 2, 5, nan, 4};
    const std::vector<std::int64_t> offsets{0, 2, 4, 5};
    const std::vector<std::int64_t> first{0, 0, 1};
    const std::vector<std::int64_t> objects{0, 2, 3};
    const CrossingMeans means = average_crossings({values, 1, offsets, first, 2}, objects, 2);
    CHECK(means.count == Column<std::int64_t>{2, 1, 0, 1});
    CHECK(means.mean[0] == 3);
    CHECK(means.std[0] == 2);
    CHECK(means.mean[1] == 2);
    CHECK(std::isnan(means.mean[2]));
    CHECK(means.max[3] == 4);
}
