// Sums over regions, and the numbers that follow from them by arithmetic alone.
//
// One pass reads every row once: its runs, then the pixels under the runs in each channel. What a region
// gathers is kept per block of the image and merged in block order, so results have the same bits for
// any number of threads. Coordinates and integer pixels are summed exactly, so that for integer images
// tiles give the same bits as the whole; see measure/partials.hpp.
//
// Units here are pixels; what the numbers mean (areas, axes, spacing) is decided by the caller.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mensura/column.hpp"
#include "mensura/image.hpp"
#include "mensura/regions.hpp"

namespace mensura {

// Which sums are gathered beside counts, boxes, first moments, intensity sums and extremes.
struct MeasurePlan {
    // 2 leaves out what lies along z, for an image of one plane.
    int axes = 3;
    // The whole image; border_pixels needs it.
    std::optional<Shape> image{};

    bool second_moments = false;
    bool third_moments = false;  // sums of z^i y^j x^k, each power from 0 to 3
    bool border_pixels = false;

    bool intensity_squares = false;
    bool intensity_powers = false;  // sums of third and fourth powers, for skewness and kurtosis
    bool intensity_weighted_centroid = false;
    bool intensity_weighted_moments = false;  // value x products as of third_moments
    bool intensity_positions = false;         // of the smallest and the largest value
    bool intensity_quality = false;           // numbers of NaN, masked, saturated and smallest pixels

    std::size_t first_axis() const { return axes == 2 ? 1 : 0; }
    bool operator==(const MeasurePlan&) const = default;
};

// What is known of a channel before its pixels are seen.
struct ChannelKind {
    DType dtype = DType::uint8;
    // Pixels of this value and above count as saturated.
    std::optional<Scalar> saturation{};

    bool operator==(const ChannelKind&) const = default;
};

// The pixels of one channel. Pixels where `mask`, an image of bool or uint8, is not 0 are left out.
struct ChannelView {
    ImageView image;
    std::optional<ImageView> mask{};
    // As in ChannelKind, for measure_labels() and measure_regions(); an accumulator was told before.
    std::optional<Scalar> saturation{};
};

// Where the first pixel of a tile lies in the image: z, y, x.
using Origin = std::array<std::int64_t, 3>;

// One row per region, sorted by label. Arrays are indexed [column][row]; columns that the plan leaves
// out are empty. Axes are z, y, x; pairs of axes are zz, zy, zx, yy, yx, xx.
struct RegionTable {
    Column<std::uint64_t> label;
    Column<std::int64_t> count;
    std::array<Column<std::int64_t>, 3> box_begin;
    std::array<Column<std::int64_t>, 3> box_end;
    std::array<Column<double>, 3> centroid;  // from the corner box_begin
    // The same two once more as they are mostly asked for, which is sooner written along with the others
    // than derived from them.
    Column<double> size;                       // count
    std::array<Column<double>, 3> position;    // box_begin + centroid
    std::array<Column<double>, 6> covariance;  // central second moments / count
    // Sums of z^i y^j x^k in column 16 i + 4 j + k, coordinates counted from the corner box_begin and
    // from the centroid; 16 columns for a plan of 2 axes. NaN where the box has more than 2^56 pixels.
    std::vector<Column<double>> moments;
    std::vector<Column<double>> central_moments;
    Column<std::int64_t> border_pixels;  // pixels on the border of the image

    struct Channel {
        Column<std::int64_t> valid;  // pixels that are finite and not masked; the other columns are NaN
                                     // where there are none
        Column<double> sum;
        Column<double> mean;
        Column<double> min;
        Column<double> max;
        Column<double> above_min;              // sum of what pixels exceed the smallest by
        Column<double> squares;                // sum of squares about the mean
        Column<double> skewness;               // mean third power of (value - mean) / deviation
        Column<double> kurtosis;               // mean fourth power; both NaN where all are equal
        std::array<Column<double>, 3> min_at;  // the first pixel of the smallest value, in the image
        std::array<Column<double>, 3> max_at;  // and of the largest
        // Numbers of pixels, 0 and not NaN where there are none.
        Column<std::int64_t> nan;
        Column<std::int64_t> masked;
        Column<std::int64_t> saturated;
        Column<std::int64_t> at_min;             // finite pixels of the smallest value
        std::array<Column<double>, 3> centroid;  // weighted by intensity, from the same corner;
                                                 // NaN where the sum is 0
        // Of that centroid from the one of all pixels, of integer images exact before it is rounded.
        std::array<Column<double>, 3> displacement;
        // The same sums weighted by intensity, about the weighted centroid; central ones are NaN where
        // the sum of intensities is 0.
        std::vector<Column<double>> moments;
        std::vector<Column<double>> central_moments;
    };
    std::vector<Channel> channels;
};

// The sums of the regions of an image, gathered from the whole of it, from tiles, or from other
// accumulators. In whatever order: integer images give the same bits; sums of floating images differ by
// what rounding makes of another order.
class Accumulator {
public:
    Accumulator(const MeasurePlan& plan, std::vector<ChannelKind> channels);
    ~Accumulator();
    Accumulator(Accumulator&&) noexcept;
    Accumulator& operator=(Accumulator&&) noexcept;

    // Adds a label image of integer type: equal values other than 0 are one region, negative values are
    // ignored. Memory does not depend on how large the values are. Channels are those announced, in
    // order, and of the shape of the labels. Where this throws, nothing was added.
    void add(const ImageView& labels, std::span<const ChannelView> channels, const Origin& origin,
             int threads);
    // Adds regions found before; labels are their numbers.
    void add(const Regions& regions, std::span<const ChannelView> channels, const Origin& origin,
             int threads);
    // Adds what another accumulator of the same plan and channels has.
    void merge(const Accumulator& other);

    RegionTable table(int threads) const;
    // The same with less memory: the sums are given up as they are written, and nothing is left.
    RegionTable take_table(int threads);
    // The same in a table of several accumulators of one plan: makes room for `rows` rows in all, then
    // writes those of this one from row `first` on.
    void make_room(std::size_t rows, RegionTable& table) const;
    void write(std::size_t first, RegionTable& table, int threads) const;

    const MeasurePlan& plan() const;
    std::size_t regions() const;

    // The whole accumulator as bytes, and back; std::invalid_argument for other bytes.
    std::string save() const;
    static Accumulator load(std::string_view bytes);

private:
    class Sums;
    friend class WholeImage;
    template <class Gather>
    void add_safely(Gather gather);

    std::unique_ptr<Sums> sums_;
};

// The table of a whole image, as an accumulator makes it.
RegionTable measure_labels(const ImageView& labels, std::span<const ChannelView> channels,
                           const MeasurePlan& plan, int threads);
RegionTable measure_regions(const Regions& regions, std::span<const ChannelView> channels,
                            const MeasurePlan& plan, int threads);

// The regions of a bool image are its components, pixels that share a corner connected.
FindOptions components_of_masks(int threads);

// That of the regions of a bool image, measured while they are found: another 1/8 byte a pixel at most.
RegionTable measure_mask(const ImageView& mask, const MeasurePlan& plan, int threads);

// One channel of every image of a stack.
struct ChannelStack {
    ImageStack images;
    std::optional<ImageStack> masks{};
    std::optional<Scalar> saturation{};
};

// The rows of a stack of images, image by image.
struct StackTable {
    RegionTable regions;
    Column<std::int64_t> image;  // which one a region lies in
};

// Measures every image of a stack by itself, with the same bits as one by one. Labels are integers; or
// bool, and then the components of each image are its regions, pixels that share a corner connected.
StackTable measure_stack(const ImageStack& labels, std::span<const ChannelStack> channels,
                         const MeasurePlan& plan, int threads);

}  // namespace mensura
