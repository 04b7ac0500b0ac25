// Sums over regions, and the numbers that follow from them by arithmetic alone.
//
// One pass reads every row once: its runs, then the pixels under the runs in each channel. What a region
// gathers is kept per block of the image and merged in block order, so results have the same bits for
// any number of threads. Coordinates and integer pixels are summed exactly; see measure/partials.hpp.
//
// Units here are pixels; what the numbers mean (areas, axes, spacing) is decided by the caller.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "mensura/column.hpp"
#include "mensura/image.hpp"
#include "mensura/regions.hpp"

namespace mensura {

// Which sums are gathered beside counts, boxes, first moments, intensity sums and extremes.
struct MeasurePlan {
    // 2 leaves out what lies along z, for an image of one plane.
    int axes = 3;
    bool second_moments = false;
    bool intensity_squares = false;
    bool intensity_weighted_centroid = false;

    std::size_t first_axis() const { return axes == 2 ? 1 : 0; }
};

// One row per region, sorted by label. Arrays are indexed [column][row]; columns that the plan leaves
// out are empty. Axes are z, y, x; pairs of axes are zz, zy, zx, yy, yx, xx.
struct RegionTable {
    Column<std::uint64_t> label;
    Column<std::int64_t> count;
    std::array<Column<std::int64_t>, 3> box_begin;
    std::array<Column<std::int64_t>, 3> box_end;
    std::array<Column<double>, 3> centroid;    // from the corner box_begin
    std::array<Column<double>, 6> covariance;  // central second moments / count

    struct Channel {
        Column<std::int64_t> valid;  // finite pixels; the other columns are NaN where there are none
        Column<double> sum;
        Column<double> mean;
        Column<double> min;
        Column<double> max;
        Column<double> squares;                  // sum of squares about the mean
        std::array<Column<double>, 3> centroid;  // weighted by intensity, from the same corner;
                                                 // NaN where the sum is 0
    };
    std::vector<Channel> channels;
};

// Regions given by a label image of integer type: equal values other than 0 are one region, negative
// values are ignored. Memory does not depend on how large the values are.
RegionTable measure_labels(const ImageView& labels, std::span<const ImageView> channels,
                           const MeasurePlan& plan, int threads);

// Regions found before; labels are their numbers.
RegionTable measure_regions(const Regions& regions, std::span<const ImageView> channels,
                            const MeasurePlan& plan, int threads);

}  // namespace mensura
