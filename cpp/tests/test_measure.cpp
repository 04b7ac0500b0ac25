// Sums over regions against sums over pixels, and the arithmetic where it could overflow.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "images.hpp"
#include "measure/blocks.hpp"
#include "measure/integer_math.hpp"
#include "measure/label_index.hpp"
#include "mensura/measure.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

MeasurePlan plan_of_everything() {
    MeasurePlan plan;
    plan.second_moments = true;
    plan.intensity_squares = true;
    plan.intensity_weighted_centroid = true;
    return plan;
}

const MeasurePlan everything = plan_of_everything();

struct Pixels {
    std::vector<std::array<double, 3>> at;
    std::vector<double> value;
};

template <class L, class T>
std::map<std::uint64_t, Pixels> pixels_of(Image<L> labels, Image<T> image) {
    std::map<std::uint64_t, Pixels> regions;
    for (std::int64_t z = 0; z < labels.shape.depth; ++z)
        for (std::int64_t y = 0; y < labels.shape.height; ++y)
            for (std::int64_t x = 0; x < labels.shape.width; ++x) {
                const L label = labels.at(z, y, x);
                if (label == 0 || label < 0) continue;
                auto& region = regions[static_cast<std::uint64_t>(label)];
                region.at.push_back(
                    {static_cast<double>(z), static_cast<double>(y), static_cast<double>(x)});
                region.value.push_back(static_cast<double>(image.at(z, y, x)));
            }
    return regions;
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double v : values) sum += v;
    return sum / static_cast<double>(values.size());
}

template <class L, class T>
void check_against_pixels(const Image<L>& labels, const Image<T>& image, int threads) {
    const ChannelView channel{image.view()};
    const RegionTable table = measure_labels(labels.view(), {&channel, 1}, everything, threads);
    const auto regions = pixels_of(labels, image);
    REQUIRE(table.label.size() == regions.size());
    std::size_t row = 0;
    for (const auto& [label, region] : regions) {
        CHECK(table.label[row] == label);
        CHECK(table.count[row] == static_cast<std::int64_t>(region.at.size()));
        CHECK(table.size[row] == static_cast<double>(region.at.size()));
        for (std::size_t a = 0; a < 3; ++a) {
            std::vector<double> along;
            double weighted = 0;
            for (std::size_t k = 0; k < region.at.size(); ++k) {
                along.push_back(region.at[k][a]);
                weighted += region.at[k][a] * region.value[k];
            }
            const auto begin = static_cast<double>(table.box_begin[a][row]);
            CHECK(begin == *std::min_element(along.begin(), along.end()));
            CHECK(static_cast<double>(table.box_end[a][row]) ==
                  *std::max_element(along.begin(), along.end()) + 1);
            CHECK(begin + table.centroid[a][row] == doctest::Approx(mean(along)));
            CHECK(begin + table.centroid[a][row] == table.position[a][row]);
            weighted /= table.channels[0].sum[row];
            CHECK(begin + table.channels[0].centroid[a][row] == doctest::Approx(weighted));
        }
        double squares = 0;
        double yx = 0;
        for (std::size_t k = 0; k < region.at.size(); ++k) {
            squares += std::pow(region.value[k] - mean(region.value), 2);
            yx += (region.at[k][1] - static_cast<double>(table.box_begin[1][row]) -
                   table.centroid[1][row]) *
                  (region.at[k][2] - static_cast<double>(table.box_begin[2][row]) -
                   table.centroid[2][row]);
        }
        CHECK(table.covariance[4][row] * static_cast<double>(region.at.size()) ==
              doctest::Approx(yx).epsilon(1e-9));
        CHECK(table.channels[0].mean[row] == doctest::Approx(mean(region.value)));
        CHECK(table.channels[0].squares[row] == doctest::Approx(squares));
        CHECK(table.channels[0].min[row] == *std::min_element(region.value.begin(), region.value.end()));
        CHECK(table.channels[0].max[row] == *std::max_element(region.value.begin(), region.value.end()));
        ++row;
    }
}

template <class T>
void check_same_bits(const Column<T>& a, const Column<T>& b) {
    CHECK(a == b);
}

}  // namespace

TEST_CASE("sums over runs equal sums over pixels") {
    for (const Shape& shape : {Shape{1, 9, 70}, Shape{1, 1, 1}, Shape{4, 5, 66}}) {
        const auto labels = random_image<std::int32_t>(shape, 5, 1);
        check_against_pixels(labels, random_image<std::uint8_t>(shape, 250, 2), 1);
        check_against_pixels(labels, random_image<std::int64_t>(shape, 1000, 3), 1);
        check_against_pixels(labels, random_image<float>(shape, 1000, 4), 2);
    }
}

TEST_CASE("several blocks, any number of threads: the same bits") {
    const Shape shape{3, 900, 700};
    const auto labels = random_image<std::uint16_t>(shape, 3000, 5);
    auto image = random_image<double>(shape, 1 << 20, 6);
    for (double& pixel : image.pixels) pixel = std::sqrt(pixel) - 300;
    const ChannelView channel{image.view()};
    const RegionTable one = measure_labels(labels.view(), {&channel, 1}, everything, 1);
    for (const int threads : {2, 3, 8}) {
        const RegionTable many = measure_labels(labels.view(), {&channel, 1}, everything, threads);
        check_same_bits(one.label, many.label);
        for (std::size_t a = 0; a < 3; ++a) {
            check_same_bits(one.centroid[a], many.centroid[a]);
            check_same_bits(one.channels[0].centroid[a], many.channels[0].centroid[a]);
        }
        for (std::size_t p = 0; p < 6; ++p) check_same_bits(one.covariance[p], many.covariance[p]);
        check_same_bits(one.channels[0].sum, many.channels[0].sum);
        check_same_bits(one.channels[0].squares, many.channels[0].squares);
    }
}

TEST_CASE("a table that is taken is the same and leaves nothing") {
    const Shape shape{2, 60, 70};
    const auto labels = random_image<std::uint16_t>(shape, 3000, 5);
    const auto image = random_image<std::uint16_t>(shape, 1000, 6);
    const ChannelView channel{image.view()};
    Accumulator sums(everything, {{DType::uint16}});
    sums.add(labels.view(), {&channel, 1}, {}, 1);
    const RegionTable kept = sums.table(1);
    const RegionTable taken = sums.take_table(2);
    check_same_bits(kept.label, taken.label);
    check_same_bits(kept.count, taken.count);
    for (std::size_t p = 0; p < 6; ++p) check_same_bits(kept.covariance[p], taken.covariance[p]);
    for (std::size_t a = 0; a < 3; ++a) {
        check_same_bits(kept.channels[0].centroid[a], taken.channels[0].centroid[a]);
    }
    check_same_bits(kept.channels[0].squares, taken.channels[0].squares);
    CHECK(sums.regions() == 0);
    CHECK(sums.table(1).label.empty());
    sums.add(labels.view(), {&channel, 1}, {}, 1);
    check_same_bits(kept.label, sums.table(1).label);
}

TEST_CASE("negative labels are ignored and ids near 2^64 are ordinary") {
    const Image<std::int64_t> negative({1, 1, 3}, {-5, 0, 8});
    CHECK(measure_labels(negative.view(), {}, {}, 1).label == Column<std::uint64_t>{8});
    const std::uint64_t top = ~std::uint64_t{0};
    const Image<std::uint64_t> large({1, 1, 4}, {top, 1, top - 1, top});
    const RegionTable table = measure_labels(large.view(), {}, {}, 1);
    CHECK(table.label == Column<std::uint64_t>{1, top - 1, top});
    CHECK(table.count == Column<std::int64_t>{1, 1, 2});
}

TEST_CASE("regions measured from runs equal regions measured from labels") {
    const auto mask = random_image<std::uint8_t>({1, 1200, 800}, 2, 9);
    const auto image = random_image<std::uint16_t>(mask.shape, 60000, 10);
    const ChannelView channel{image.view()};
    const Regions regions = find_regions(mask.view(), {2, Scalar{std::int64_t{0}}, false, {}, {}, 2});
    Image<std::int32_t> labels(mask.shape);
    paint(regions, labels.mutable_view(), true, 2);
    const RegionTable a = measure_regions(regions, {&channel, 1}, everything, 2);
    const RegionTable b = measure_labels(labels.view(), {&channel, 1}, everything, 2);
    CHECK(a.label == b.label);
    CHECK(a.count == b.count);
    CHECK(a.centroid == b.centroid);
    CHECK(a.covariance == b.covariance);
    CHECK(a.channels[0].squares == b.channels[0].squares);
    CHECK(a.channels[0].centroid == b.channels[0].centroid);
}

TEST_CASE("masks measured while their regions are found give the same table") {
    for (const Shape& shape :
         {Shape{1, 1201, 800}, Shape{5, 333, 200}, Shape{1, 1, 70}, Shape{1, 0, 5}}) {
        for (const int values : {2, 5}) {
            auto mask = random_image<std::uint8_t>(shape, values, 9);
            // Many pieces, and few where there are blocks of equal pixels.
            for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
                mask.pixels[i] = mask.pixels[values == 5 ? i / 40 * 40 : i] == 1;
            }
            ImageView view = mask.view();
            view.dtype = DType::boolean;
            const int axes = shape.depth > 1 ? 3 : 2;
            for (const int threads : {1, 3}) {
                MeasurePlan plan;
                plan.axes = axes;
                const Regions regions = find_regions(view, components_of_masks(threads));
                const RegionTable a = measure_mask(view, plan, threads);
                const RegionTable b = measure_regions(regions, {}, plan, 1);
                CHECK(a.label == b.label);
                CHECK(a.count == b.count);
                CHECK(a.box_begin == b.box_begin);
                CHECK(a.box_end == b.box_end);
                CHECK(a.centroid == b.centroid);
                CHECK(a.size == b.size);
                CHECK(a.position == b.position);

                plan.second_moments = true;
                CHECK(measure_mask(view, plan, threads).covariance ==
                      measure_regions(regions, {}, plan, 1).covariance);
            }
        }
    }
}

TEST_CASE("dropped regions leave no rows, and those in several strips keep their pixels") {
    auto mask = random_image<std::uint8_t>({1, 1300, 900}, 2, 12);
    for (std::size_t i = 0; i < mask.pixels.size(); i += 90) mask.pixels[i] = 1;  // columns
    const Regions found = find_regions(mask.view(), components_of_masks(2));
    REQUIRE(found.runs().strips.size() > 1);
    for (const int kept : {0, 1, 2}) {
        std::vector<std::uint8_t> keep(static_cast<std::size_t>(found.count()));
        for (std::size_t k = 0; k < keep.size(); ++k) keep[k] = static_cast<int>(k % 2) < kept;
        const Regions regions = found.select(keep);
        Image<std::int32_t> labels(mask.shape);
        paint(regions, labels.mutable_view(), true, 2);
        const MeasurePlan plan;
        const RegionTable a = measure_regions(regions, {}, plan, 2);
        const RegionTable b = measure_labels(labels.view(), {}, plan, 2);
        CHECK(a.label.size() == static_cast<std::size_t>(regions.count()));
        CHECK(a.label == b.label);
        CHECK(a.count == b.count);
        CHECK(a.box_begin == b.box_begin);
        CHECK(a.box_end == b.box_end);
        CHECK(a.position == b.position);
    }
}

TEST_CASE("a stack has the rows of its images one by one, for small images and large ones") {
    for (const Shape& shape : {Shape{1, 30, 40}, Shape{3, 20, 30}, Shape{1, 2100, 2050}}) {
        const std::int64_t count = shape.pixels() > 1 << 20 ? 2 : 40;
        // The images are planes of one long volume, one behind the other.
        const Shape all{count * shape.depth, shape.height, shape.width};
        const auto labels = random_image<std::uint16_t>(all, 900, 11);
        const auto image = random_image<float>(all, 1000, 12);
        const auto stack_of = [&](ImageView view) {
            view.shape = shape;
            return ImageStack{view, count, shape.depth * view.strides.z};
        };
        const ImageStack label_stack = stack_of(labels.view());
        const ChannelStack channel{stack_of(image.view())};
        for (const int threads : {1, 3}) {
            const StackTable table = measure_stack(label_stack, {&channel, 1}, everything, threads);
            std::size_t row = 0;
            for (std::int64_t k = 0; k < count; ++k) {
                const ChannelView one{channel.images.image(k)};
                const RegionTable alone = measure_labels(label_stack.image(k), {&one, 1}, everything, 1);
                for (std::size_t i = 0; i < alone.label.size(); ++i, ++row) {
                    REQUIRE(table.image[row] == k);
                    REQUIRE(table.regions.label[row] == alone.label[i]);
                    REQUIRE(table.regions.centroid[2][row] == alone.centroid[2][i]);
                    REQUIRE(table.regions.channels[0].squares[row] == alone.channels[0].squares[i]);
                }
            }
            CHECK(row == table.image.size());
            CHECK(row == table.regions.label.size());
        }
    }
}

TEST_CASE("the components of a stack of masks; no images; channels of another number of images") {
    Image<std::uint8_t> mask({2, 2, 3}, {1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0});
    ImageView first = mask.view();
    first.dtype = DType::boolean;
    first.shape.depth = 1;
    const ImageStack stack{first, 2, first.strides.z};
    const StackTable table = measure_stack(stack, {}, everything, 2);
    CHECK(table.image == Column<std::int64_t>{0, 1, 1});
    CHECK(table.regions.label == Column<std::uint64_t>{1, 1, 2});
    CHECK(table.regions.count == Column<std::int64_t>{3, 1, 1});
    const ChannelStack channel{{mask.view(), 1, 0}};
    const StackTable none = measure_stack({first, 0, 0}, {}, everything, 2);
    CHECK(none.image.empty());
    CHECK_THROWS_AS(measure_stack(stack, {&channel, 1}, everything, 1), std::invalid_argument);
}

TEST_CASE("an object wider than a block and far from the origin keeps its digits") {
    // One row of 3 * 2^20 pixels spans three blocks; covariance of a line of n is (n^2 - 1) / 12.
    const std::int64_t n = 3 << 20;
    const Image<std::uint8_t> line({1, 1, n}, 1);
    const RegionTable table = measure_labels(line.view(), {}, everything, 2);
    const auto size = static_cast<double>(n);
    CHECK(table.count[0] == n);
    CHECK(table.centroid[2][0] == (size - 1) / 2);
    CHECK(table.covariance[5][0] == doctest::Approx((size * size - 1) / 12).epsilon(1e-15));
    CHECK(table.covariance[3][0] == 0);
}

TEST_CASE("sums of the largest 64-bit pixels do not overflow") {
    const std::uint64_t top = ~std::uint64_t{0};
    const Image<std::uint8_t> labels({1, 1, 4}, 1);
    const Image<std::uint64_t> image({1, 1, 4}, {top, top, top - 2, top - 2});
    const ChannelView channel{image.view()};
    const RegionTable table = measure_labels(labels.view(), {&channel, 1}, everything, 1);
    CHECK(table.channels[0].sum[0] == 4 * 0x1p64);
    CHECK(table.channels[0].squares[0] == 4);  // deviations 1, 1, -1, -1
    const Image<std::int64_t> low(
        {1, 1, 2}, {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()});
    const Image<std::uint8_t> pair({1, 1, 2}, 1);
    const ChannelView low_channel{low.view()};
    const RegionTable extremes = measure_labels(pair.view(), {&low_channel, 1}, everything, 1);
    CHECK(extremes.channels[0].mean[0] == -0.5);
    CHECK(extremes.channels[0].squares[0] == doctest::Approx(2 * 0x1p126).epsilon(1e-15));
}

TEST_CASE("squares of the largest 32-bit pixels do not overflow") {
    const std::uint32_t top = ~std::uint32_t{0};
    const Image<std::uint8_t> labels({1, 1, 3}, 1);
    const Image<std::uint32_t> image({1, 1, 3}, {top, top - 3, top});
    const ChannelView channel{image.view()};
    CHECK(measure_labels(labels.view(), {&channel, 1}, everything, 1).channels[0].squares[0] == 6);
    const std::int32_t bottom = std::numeric_limits<std::int32_t>::min();
    const Image<std::int32_t> low({1, 1, 3}, {bottom, bottom + 3, bottom});
    const ChannelView low_channel{low.view()};
    CHECK(measure_labels(labels.view(), {&low_channel, 1}, everything, 1).channels[0].squares[0] == 6);
}

TEST_CASE("pixels that are not finite are left out") {
    const double nan = std::nan("");
    const Image<std::uint8_t> labels({1, 1, 6}, {1, 1, 1, 1, 2, 2});
    const Image<double> image({1, 1, 6}, {1, nan, 3, HUGE_VAL, nan, -HUGE_VAL});
    const ChannelView channel{image.view()};
    const RegionTable table = measure_labels(labels.view(), {&channel, 1}, everything, 1);
    CHECK(table.channels[0].valid == Column<std::int64_t>{2, 0});
    CHECK(table.channels[0].mean[0] == 2);
    CHECK(table.channels[0].squares[0] == 2);
    CHECK(std::isnan(table.channels[0].mean[1]));
    CHECK(std::isnan(table.channels[0].min[1]));
    CHECK(table.count == Column<std::int64_t>{4, 2});
}

// Negative ones alone, for a maximum that starts at 0 would be larger.
TEST_CASE_TEMPLATE("the extremes of negative pixels lie in any block", T, std::int8_t, std::int16_t,
                   std::int32_t, std::int64_t, float, double) {
    const Image<std::uint8_t> labels({1, 900, 700}, 1);
    auto image = random_image<T>(labels.shape, 40, 8);
    for (T& pixel : image.pixels) pixel = static_cast<T>(pixel - 80);
    const ChannelView channel{image.view()};
    const std::size_t last = image.pixels.size() - 1;
    for (const std::size_t place : {std::size_t{0}, last / 2, last / 5 * 4, last}) {
        auto& low = image.pixels[last - place / 3];
        auto& high = image.pixels[place];
        const auto before = std::pair{low, high};
        low = T{-100};
        high = T{-5};
        for (const int threads : {1, 3}) {
            const RegionTable table = measure_labels(labels.view(), {&channel, 1}, everything, threads);
            CHECK(table.channels[0].min[0] == -100);
            CHECK(table.channels[0].max[0] == -5);
        }
        std::tie(low, high) = before;
    }
}

TEST_CASE("an image of another shape is refused") {
    const Image<std::uint8_t> labels({1, 2, 2}, 1);
    const Image<std::uint8_t> image({1, 2, 3}, 1);
    const ChannelView channel{image.view()};
    CHECK_THROWS_AS(measure_labels(labels.view(), {&channel, 1}, {}, 1), std::invalid_argument);
}

TEST_CASE("blocks tile any image and keep their local coordinates small") {
    for (const Shape& shape :
         {Shape{1, 1, 1}, Shape{3, 700, 900}, Shape{2, 3, (3 << 20) + 5}, Shape{200, 30, 40},
          Shape{1, 5'000'000, 2}, Shape{2, 9 * (1 << 19) - 1, 1}}) {
        const BlockGrid grid(shape);
        std::int64_t pixels = 0;
        for (std::int64_t b = 0; b < grid.count(); ++b) {
            const Block block = grid.block(b);
            const std::int64_t rows = block.row_end - block.row_begin;
            const std::int64_t columns = block.column_end - block.column_begin;
            CHECK(rows * columns <= std::int64_t{1} << 20);
            CHECK(rows * columns > 0);
            const std::int64_t last = block.row_end - 1;
            const bool whole_planes =
                block.row_begin % shape.height == 0 && block.row_end % shape.height == 0;
            CHECK((whole_planes || last / shape.height == block.row_begin / shape.height));
            CHECK(last % shape.height - block.origin[1] < std::int64_t{1} << 20);
            CHECK(block.row_begin % shape.height == block.origin[1]);
            CHECK(block.row_begin / shape.height == block.origin[0]);
            CHECK(last / shape.height - block.origin[0] < std::int64_t{1} << 20);
            pixels += rows * columns;
        }
        CHECK(pixels == shape.pixels());
    }
}

TEST_CASE("label slots come in order of appearance, for consecutive, strided and random ids") {
    for (const std::uint64_t factor : {std::uint64_t{1}, std::uint64_t{1} << 20, std::uint64_t{1} << 44,
                                       std::uint64_t{0x9E3779B97F4A7C15U}}) {
        LabelIndex index;
        for (std::uint64_t k = 1; k <= 5000; ++k) {
            CHECK(index.slot(k * factor) == static_cast<std::int64_t>(k - 1));
        }
        for (std::uint64_t k = 5000; k >= 1; --k) {
            REQUIRE(index.slot(k * factor) == static_cast<std::int64_t>(k - 1));
        }
        CHECK(index.size() == 5000);
        const auto order = index.sorted_slots();
        CHECK(order.size() == 5000);
        CHECK(std::adjacent_find(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                  return index.labels()[a] >= index.labels()[b];
              }) == order.end());
    }
}

TEST_CASE("label slots survive a moving window: descending ids, far clusters, both ends of 64 bits") {
    const std::uint64_t top = ~std::uint64_t{0};
    std::vector<std::uint64_t> labels;
    for (std::uint64_t k = 0; k < 3000; ++k) {
        labels.push_back(1'000'000 - k);
        labels.push_back(top - 7 * k);
        labels.push_back((std::uint64_t{1} << 63) + 13 * k);
        labels.push_back(k + 1);
    }
    LabelIndex index;
    for (std::size_t k = 0; k < labels.size(); ++k) {
        REQUIRE(index.slot(labels[k]) == static_cast<std::int64_t>(k));
        // Asked for again while the window moves over labels that were hashed.
        const std::size_t earlier = k * 7919 % (k + 1);
        REQUIRE(index.slot(labels[earlier]) == static_cast<std::int64_t>(earlier));
    }
    for (std::size_t k = labels.size(); k-- > 0;) {
        REQUIRE(index.slot(labels[k]) == static_cast<std::int64_t>(k));
    }
    CHECK(std::equal(labels.begin(), labels.end(), index.labels().begin(), index.labels().end()));
}

TEST_CASE("integer arithmetic: nearest means and products of any sign") {
    CHECK(nearest_mean(Int128{7}, 2) == 4);
    CHECK(nearest_mean(Int128{-7}, 2) == -3);
    CHECK(nearest_mean(Int128{-9}, 4) == -2);
    CHECK(mean_of(Int128{-7}, 2) == -3.5);
    CHECK(mean_of(std::int64_t{-7}, 2) == -3.5);
    for (const std::int64_t count : {1, 2, 3, 7, 4095, 4'194'303}) {
        for (const std::int64_t times : {0, 1, 2, 1000, 1'048'575}) {
            for (const std::int64_t off : {-1, 0, 1}) {
                for (const std::int64_t part : {std::int64_t{0}, count / 2, count - count / 2}) {
                    const std::int64_t sum = times * count + part + off;
                    const Int128 nearest = floor_quotient(Int128{sum} + count / 2, Int128{count});
                    CHECK(nearest_mean(sum, count) == nearest);
                    CHECK(nearest_mean(Int128{sum}, count) == nearest);
                }
            }
        }
    }
    const Int128 big = Int128{1} << 100;
    CHECK(Int256::product(big, big).to_double() == 0x1p200);
    CHECK(Int256::product(-big, big).to_double() == -0x1p200);
    CHECK((Int256::product(big, 3) - Int256(big) - Int256(big)).to_double() == 0x1p100);
    // Offset by 1e9, three values 0, 1, 2 still have sum of squares 2 about their mean.
    const std::uint64_t base = 1'000'000'000;
    UInt128 squares = 0;
    Int128 sum = 0;
    for (const std::uint64_t v : {base, base + 1, base + 2}) {
        squares += UInt128{v} * v;
        sum += v;
    }
    CHECK(central_squares(squares, sum, nearest_mean(sum, 3), 3) == 2);
    const auto narrow = static_cast<std::int64_t>(sum);
    CHECK(central_squares(static_cast<std::uint64_t>(squares), narrow, nearest_mean(narrow, 3), 3) == 2);
}

TEST_CASE("central squares of 64 bits are those of 128 bits, up to the most pixels there are") {
    std::mt19937_64 random(5);
    for (int turn = 0; turn < 2000; ++turn) {
        const std::int64_t count = 1 + static_cast<std::int64_t>(random() % (std::uint64_t{1} << 31));
        const auto low = static_cast<std::int64_t>(random() % 65536) - 32768 * (turn % 2);
        const std::int64_t high = 65535 - 32768 * (turn % 2);
        const auto highs = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count + 1));
        const std::int64_t sum = highs * high + (count - highs) * low;
        const auto squares =
            static_cast<std::uint64_t>(highs * high * high + (count - highs) * low * low);
        const auto wide =
            central_squares(UInt128{squares}, Int128{sum}, nearest_mean(Int128{sum}, count), count);
        CHECK(central_squares(squares, sum, nearest_mean(sum, count), count) == wide);
        CHECK(mean_of(sum, count) == mean_of(Int128{sum}, count));
    }
}
