// Finding and painting regions against flood fill.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>

#include "images.hpp"
#include "mensura/regions.hpp"
#include "regions/region_rows.hpp"
#include "regions/seam_numbers.hpp"
#include "regions/union_find.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

template <class T>
std::vector<std::int64_t> labels_of(const Image<T>& image, int connectivity, bool by_value,
                                    int threads) {
    const Regions regions =
        find_regions(image.view(), {connectivity, Scalar{std::int64_t{0}}, by_value, {}, {}, threads});
    Image<std::int64_t> out(image.shape, -1);
    paint(regions, out.mutable_view(), false, threads);
    return out.pixels;
}

std::int64_t region_at(const Regions& regions, std::int64_t z, std::int64_t y, std::int64_t x) {
    const std::array<std::int64_t, 3> pixel{z, y, x};
    return regions.regions_at({&pixel, 1}).front();
}

}  // namespace

TEST_CASE("masks and multi-valued images equal flood fill") {
    const std::vector<Shape> shapes{{1, 1, 1},    {1, 7, 1}, {1, 9, 64}, {1, 5, 65},
                                    {1, 40, 130}, {2, 3, 4}, {5, 6, 70}, {9, 1, 9}};
    unsigned seed = 0;
    for (const Shape& shape : shapes) {
        for (int connectivity = 1; connectivity <= (shape.depth > 1 ? 3 : 2); ++connectivity) {
            const auto mask = random_image<std::uint8_t>(shape, 2, ++seed);
            CHECK(labels_of(mask, connectivity, false, 1) == flood_fill(mask, connectivity));
            const auto values = random_image<std::uint16_t>(shape, 4, ++seed);
            CHECK(labels_of(values, connectivity, true, 1) == flood_fill(values, connectivity));
            const auto floats = random_image<float>(shape, 3, ++seed);
            CHECK(labels_of(floats, connectivity, true, 2) == flood_fill(floats, connectivity));
        }
    }
}

// Every volume of two planes of 2 x 3 or 3 x 2 pixels, so that each rule by which a contact is left out
// is met in all its surroundings.
TEST_CASE("all small volumes equal flood fill") {
    for (const Shape& shape : {Shape{2, 2, 3}, Shape{2, 3, 2}, Shape{3, 2, 2}}) {
        Image<std::uint8_t> image(shape);
        for (unsigned code = 0; code < 1U << image.pixels.size(); ++code) {
            for (std::size_t i = 0; i < image.pixels.size(); ++i) {
                image.pixels[i] = static_cast<std::uint8_t>(code >> i & 1);
            }
            for (const int connectivity : {1, 2, 3}) {
                const auto expected = flood_fill(image, connectivity);
                REQUIRE(labels_of(image, connectivity, true, 1) == expected);
                REQUIRE(labels_of(image, connectivity, false, 1) == expected);
            }
        }
    }
}

TEST_CASE("strips and threads do not show in the numbers") {
    // 2-D: several strips of 2^19 pixels. 3-D: several strips of 2^21 pixels, cut between planes.
    for (const Shape& shape : {Shape{1, 1500, 1024}, Shape{13, 900, 800}}) {
        for (const int connectivity : {1, 2, 3}) {
            const auto values = random_image<std::uint8_t>(shape, 4, 3);
            const auto expected = flood_fill(values, connectivity);
            CHECK(labels_of(values, connectivity, true, 1) == expected);
            CHECK(labels_of(values, connectivity, true, 3) == expected);
            const auto mask = random_image<std::uint8_t>(shape, 2, 4);
            CHECK(labels_of(mask, connectivity, false, 3) == flood_fill(mask, connectivity));
        }
    }
}

// Strips of a few rows or planes instead of millions of pixels: what crosses a seam in large images does
// so here, and what counts pieces over all strips. The small ones cut the planes of a volume too.
TEST_CASE("any strips give the regions of one strip, periodic or not") {
    unsigned seed = 40;
    for (const Shape& shape : {Shape{1, 37, 70}, Shape{7, 9, 66}, Shape{6, 4, 130}, Shape{9, 1, 5}}) {
        for (int connectivity = 1; connectivity <= 3; ++connectivity) {
            for (int axes = 0; axes < 8; ++axes) {
                const auto image = random_image<std::uint8_t>(shape, 3, ++seed);
                for (const bool by_value : {false, true}) {
                    FindOptions options{connectivity, Scalar{std::int64_t{0}}, by_value, {}, {}, 1, 0};
                    options.periodic = {(axes & 4) != 0, (axes & 2) != 0, (axes & 1) != 0};
                    Image<std::int64_t> whole(shape);
                    paint(find_regions(image.view(), options), whole.mutable_view(), true, 1);
                    options.threads = 3;
                    const std::int64_t plane = shape.height * shape.width;
                    for (const std::int64_t pixels : {std::int64_t{1}, plane / 9, plane}) {
                        Image<std::int64_t> cut(shape);
                        options.strip_pixels = pixels;
                        paint(find_regions(image.view(), options), cut.mutable_view(), true, 3);
                        REQUIRE(whole.pixels == cut.pixels);
                    }
                }
            }
        }
    }
}

TEST_CASE("rows that lie closer round a border than in the image are joined there") {
    // Two columns at opposite borders, a diagonal apart.
    const Image<std::uint8_t> image({1, 3, 70}, [] {
        std::vector<std::uint8_t> pixels(210);
        pixels[0] = pixels[70 + 69] = 1;
        return pixels;
    }());
    FindOptions options;
    options.connectivity = 2;
    CHECK(find_regions(image.view(), options).count() == 2);
    options.periodic = {false, false, true};
    CHECK(find_regions(image.view(), options).count() == 1);
    options.connectivity = 1;
    CHECK(find_regions(image.view(), options).count() == 2);
}

// Pieces are counted in 32 bits up to 2^31 and in 64 beyond; both count alike.
template <class Id>
std::vector<Id> numbers_of(const std::vector<std::int64_t>& pieces, const std::vector<PiecePairs>& pairs,
                           std::int64_t& count) {
    std::vector<Strip> strips;
    std::int64_t before = 0;
    for (const std::int64_t number : pieces) {
        Strip& strip = strips.emplace_back();
        strip.pieces = number;
        strip.first_piece = before;
        before += number;
    }
    SeamNumbers<Id> numbers(strips, before, 2);
    count = numbers.assign(pairs);
    const Column<Id> regions = numbers.take_regions();
    return {regions.begin(), regions.end()};
}

TEST_CASE("pieces that touch at seams are numbered by the first of them") {
    // Strips of 3, 0, 4 and 2 pieces; 1-4, 4-7 and 3-8 touch.
    const std::vector<std::int64_t> pieces{3, 0, 4, 2};
    const std::vector<PiecePairs> pairs{{}, {}, {{4, 1}, {4, 1}}, {{7, 4}, {8, 3}}};
    std::int64_t narrow = 0;
    std::int64_t wide = 0;
    CHECK(numbers_of<std::int32_t>(pieces, pairs, narrow) ==
          std::vector<std::int32_t>{1, 2, 3, 4, 2, 5, 6, 2, 4});
    CHECK(numbers_of<std::int64_t>(pieces, pairs, wide) ==
          std::vector<std::int64_t>{1, 2, 3, 4, 2, 5, 6, 2, 4});
    CHECK(narrow == 6);
    CHECK(wide == 6);
    // The wide kind alone is asked for numbers beyond 2^31.
    const RegionOfPiece regions(Column<std::int64_t>{std::int64_t{1} << 40});
    CHECK(regions[0] == std::int64_t{1} << 40);
}

TEST_CASE("regions are looked up, cut out and selected as painted") {
    for (const Shape& shape : {Shape{1, 9, 150}, Shape{3, 5, 66}}) {
        const auto image = random_image<std::uint8_t>(shape, 3, 21);
        for (const bool by_value : {false, true}) {
            const Regions found =
                find_regions(image.view(), {1, Scalar{std::int64_t{0}}, by_value, {}, {}, 2});
            std::vector<std::uint8_t> keep(static_cast<std::size_t>(found.count()));
            for (std::size_t k = 0; k < keep.size(); ++k) keep[k] = k % 3 != 1;
            const Regions selected = found.select(keep);
            Image<std::int64_t> before(shape), after(shape);
            paint(found, before.mutable_view(), true, 1);
            paint(selected, after.mutable_view(), true, 1);
            std::vector<std::int64_t> number{0};
            for (const std::uint8_t kept : keep) {
                number.push_back(kept != 0 ? *std::max_element(number.begin(), number.end()) + 1 : 0);
            }
            CHECK(selected.count() == *std::max_element(number.begin(), number.end()));
            std::int64_t pixels = 0;
            for (std::int64_t z = 0; z < shape.depth; ++z) {
                for (std::int64_t y = 0; y < shape.height; ++y) {
                    for (std::int64_t x = 0; x < shape.width; ++x) {
                        const std::int64_t region = before.at(z, y, x);
                        REQUIRE(after.at(z, y, x) == number[static_cast<std::size_t>(region)]);
                        REQUIRE(region_at(found, z, y, x) == region);
                        REQUIRE(region_at(selected, z, y, x) == after.at(z, y, x));
                        pixels += region == 1;
                    }
                }
            }
            for (const RegionRun& run :
                 found.runs_of(1, {{0, 0, 0}, {shape.depth, shape.height, shape.width}})) {
                CHECK(before.pixels[static_cast<std::size_t>(run.row * shape.width + run.start)] == 1);
                pixels -= run.end - run.start;
            }
            CHECK(pixels == 0);
        }
    }
}

TEST_CASE("no background makes every pixel part of a region") {
    const auto image = random_image<std::uint8_t>({1, 3, 70}, 1, 1);
    const Regions regions = find_regions(image.view(), {1, std::nullopt, true, {}, {}, 1});
    CHECK(regions.count() == 1);
    CHECK(regions.count_runs() == 3);
}

TEST_CASE("a threshold labels what exceeds it, signed, floating and NaN alike") {
    const auto threshold = [](const auto& image, Scalar t) {
        return find_regions(image.view(), {1, Scalar{std::int64_t{0}}, true, t, {}, 1}).count_runs();
    };
    CHECK(threshold(Image<std::int8_t>({1, 1, 6}, {-128, -5, -4, 3, -9, 127}), std::int64_t{-5}) == 2);
    CHECK(threshold(Image<std::uint64_t>({1, 1, 4}, {~std::uint64_t{0}, 0, 1, 2}), std::uint64_t{1}) ==
          2);
    const Image<std::uint8_t> bytes({1, 2, 70}, 255);
    CHECK(threshold(bytes, std::int64_t{-1}) == 2);
    CHECK(threshold(bytes, std::int64_t{255}) == 0);
    CHECK(threshold(bytes, std::int64_t{256}) == 0);
    CHECK(threshold(bytes, 1e300) == 0);
    CHECK(threshold(bytes, -1e300) == 2);
    CHECK(threshold(Image<float>({1, 1, 5}, {0.5F, std::nanf(""), 2.0F, 3.0F, 0.25F}), 0.25) == 2);
}

TEST_CASE("a background beyond the image's type matches no pixel") {
    const Image<std::uint8_t> image({1, 2, 2});
    CHECK(find_regions(image.view(), {1, Scalar{std::int64_t{-1}}, true, {}, {}, 1}).count() == 1);
    CHECK(find_regions(image.view(), {1, Scalar{std::int64_t{256}}, true, {}, {}, 1}).count() == 1);
}

TEST_CASE("strided output is written pixel by pixel and nothing else is touched") {
    const auto image = random_image<std::uint8_t>({1, 5, 6}, 2, 11);
    Image<std::int16_t> wide({1, 5, 12}, -7);
    MutableImageView out = wide.mutable_view();
    out.shape.width = 6;
    out.strides.x *= 2;
    const Regions regions = find_regions(image.view(), {2, Scalar{std::int64_t{0}}, false, {}, {}, 1});
    paint(regions, out, false, 1);
    const auto expected = flood_fill(image, 2);
    for (std::int64_t y = 0; y < 5; ++y) {
        for (std::int64_t x = 0; x < 6; ++x) {
            CHECK(wide.at(0, y, 2 * x) == expected[static_cast<std::size_t>(6 * y + x)]);
            CHECK(wide.at(0, y, 2 * x + 1) == -7);
        }
    }
}

TEST_CASE("an image without pixels has no regions") {
    for (const Shape& shape : {Shape{1, 0, 5}, Shape{1, 5, 0}, Shape{0, 4, 4}}) {
        const Image<std::uint8_t> image(shape);
        CHECK(find_regions(image.view(), {1, Scalar{std::int64_t{0}}, true, {}, {}, 2}).count() == 0);
    }
}

TEST_CASE("a shape beyond 63 bits is refused before a pixel is read") {
    ImageView view;
    view.shape = {std::int64_t{1} << 30, std::int64_t{1} << 30, std::int64_t{1} << 30};
    CHECK_THROWS_AS(find_regions(view, {}), std::length_error);
}

TEST_CASE("strips are visited once each, with where the runs of their bands start") {
    for (const Shape& shape : {Shape{1, 37, 130}, Shape{7, 9, 70}}) {
        const auto mask = random_image<std::uint8_t>(shape, 2, 5);
        const std::int64_t words = words_for(shape.width);
        FindOptions options;
        options.connectivity = 3;
        options.by_value = false;
        options.strip_pixels = 500;
        for (const int threads : {1, 3}) {
            options.threads = threads;
            std::vector<std::atomic<int>> visits(static_cast<std::size_t>(shape.rows()));
            std::atomic<int> wrong{0};
            const Regions regions = find_regions(mask.view(), options, [&](const FoundStrip& found) {
                ++visits[found.number];
                wrong += &found.strip != &found.runs.strips[found.number];
                BandBits bits(found.bands, found.runs);
                const std::int64_t first = found.bands.of_row(found.strip.row_begin);
                const std::int64_t end = found.bands.of_row(found.strip.row_end - 1) + 1;
                for (std::int64_t band = first; band < end; ++band) {
                    bits.seek(found.strip, found.bands.first_row(band));
                    const std::int64_t before = (band - first) * words;
                    wrong += !std::equal(bits.starts(), bits.starts() + words, found.starts + before);
                    wrong += !std::equal(bits.join_row(nullptr).rank,
                                         bits.join_row(nullptr).rank + words, found.rank + before);
                }
            });
            CHECK(wrong == 0);
            const std::size_t strips = regions.runs().strips.size();
            CHECK(strips > 2);
            for (std::size_t s = 0; s < visits.size(); ++s) CHECK(visits[s] == (s < strips ? 1 : 0));
            CHECK_THROWS_AS(find_regions(mask.view(), options,
                                         [](const FoundStrip& found) {
                                             if (found.number == 1)
                                                 throw std::runtime_error("a visitor's own");
                                         }),
                            std::runtime_error);
        }
    }
}

TEST_CASE("sets are numbered by their first element") {
    std::vector<std::uint32_t> parent{0, 1, 2, 3, 4, 5};
    UnionFind<std::uint32_t> sets(parent);
    sets.unite(5, 1);
    sets.unite(4, 3);
    sets.unite(3, 5);
    for (std::uint32_t i = 0; i < parent.size(); ++i) sets.flatten(i);
    CHECK(parent == std::vector<std::uint32_t>{0, 1, 2, 1, 1, 1});
    const std::vector<std::uint32_t> chain{0, 1, 0, 2, 1, 3, 6};
    std::vector<std::uint32_t> numbers(chain.size());
    CHECK(number_sets<std::uint32_t>(chain, numbers) == 3);
    CHECK(numbers == std::vector<std::uint32_t>{0, 1, 0, 0, 1, 0, 2});
}

TEST_CASE("elements united with earlier ones are in the same sets as by any order of unions") {
    std::mt19937 engine(9);
    const auto random = [&engine] { return static_cast<std::uint32_t>(engine()); };
    for (int repeat = 0; repeat < 200; ++repeat) {
        const std::uint32_t count = 2 + random() % 60;
        std::vector<std::uint32_t> parent(count);
        std::iota(parent.begin(), parent.end(), std::uint32_t{0});
        std::vector<std::uint32_t> expected = parent;
        UnionFind<std::uint32_t> sets(parent);
        UnionFind<std::uint32_t> plain(expected);
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
        for (std::uint32_t i = 0; i < random() % (2 * count); ++i) {
            const std::uint32_t a = 1 + random() % (count - 1);
            pairs.emplace_back(a, random() % a);
            sets.unite_with_earlier(a, pairs.back().second);
        }
        std::shuffle(pairs.begin(), pairs.end(), engine);
        for (const auto& [a, b] : pairs) plain.unite(b, a);
        for (std::uint32_t i = 0; i < count; ++i) {
            sets.flatten(i);
            plain.flatten(i);
        }
        CHECK(parent == expected);
    }
}
