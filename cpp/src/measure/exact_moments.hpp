// Columns of moments from exact sums: about the corner of the bounding box, and about the centroid.
//
// The centroid S / w, with w the sum of weights and S that of weight x coordinate, is seldom a whole
// number, so central moments are summed in whole numbers that are w times as large per power:
//
//     w^p mu_p = sum weight (w x - S)^p
//
// All of these with p > 0 are multiples of w, since the sum of weights is w itself: what is summed is
// w^(p-1) mu_p, to be divided by w^(p-1) in pairs of doubles in the end. Nothing cancels in floating
// point: a moment that is 0 is 0, and one that is small beside its terms has all its digits. How wide
// the integers have to be follows from the sides of the box and the sums; those of usual regions fit
// into 64 to 192 bits.
//
// That is needed for few regions. Mostly pairs of doubles are known to give the nearest double, in an
// eighth of the time (runs/central.inl); whole numbers are for regions in which a moment is 0, or too
// small beside its terms, and for sums that are wider than pairs of doubles.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "measure/moment_lanes.hpp"
#include "measure/moments.hpp"
#include "measure/rows_in_turn.hpp"
#include "measure/sums.hpp"
#include "mensura/column.hpp"
#include "mensura/measure.hpp"

namespace mensura {

// Where the bounding box of a region holds more pixels than this, its moments are NaN.
inline constexpr int moment_box_bits = 56;

// The widths of totals: for pixels of so many bits, 0 for geometry.
constexpr int moment_words(int value_bits) { return value_bits == 64 ? 5 : 4; }

// Whether 128 bits hold all sums about pixels of the image of a plan.
inline bool moments_fit_128(const MeasurePlan& plan, int value_bits) {
    if (!plan.image) return false;
    double largest = std::ldexp(1.0, value_bits);
    for (const std::int64_t side : {plan.image->depth, plan.image->height, plan.image->width}) {
        largest *= std::pow(static_cast<double>(side), 4);
    }
    return largest < 0x1p126;
}

// What is known of the weights beforehand; those of geometry are 1.
struct WeightKind {
    int bits;
    bool is_signed;
};

// The columns of one kind of moments, by index; see moments.hpp.
using MomentColumns = std::vector<Column<double>>;

// The moments of one region, by index.
template <std::size_t n>
struct RegionMoments {
    std::array<double, n> corner;
    std::array<double, n> central;

    void leave_undefined() {
        corner.fill(std::numeric_limits<double>::quiet_NaN());
        central = corner;
    }
};

// A region and its sums about `anchor`; without sums its moments are NaN.
template <class Sum, std::size_t n>
struct MomentRow {
    const std::array<Sum, n>* sums;
    std::array<std::int64_t, 3> anchor;
    RegionFrame region;
};

// Makes the moments about the corners, in `corner`, and about the centroids, in `high`, of at most
// moment_lanes regions, each in its lane.
template <class Sum, std::size_t n>
void make_exact_moments(std::span<const MomentRow<Sum, n>> rows, const WeightKind& kind,
                        MomentLanes<n>& lanes);

// Writes them to columns; rows come one after the other.
template <class Columns, class Sum, std::size_t n, WeightKind kind>
class ExactMomentWriter {
public:
    explicit ExactMomentWriter(Columns& all) : columns(all), rows_(Write{all, lanes_}) {}

    // What is to be set for a row.
    MomentRow<Sum, n>& row(std::size_t row) { return rows_.row(row); }

    Columns& columns;

private:
    struct Write {
        Columns& columns;
        MomentLanes<n>& lanes;

        void operator()(std::size_t first, std::span<const MomentRow<Sum, n>> rows) const {
            make_exact_moments(rows, kind, lanes);
            for (std::size_t m = 0; m < n; ++m) {
                std::copy_n(lanes.corner[m], rows.size(), columns.moments[m].data() + first);
                std::copy_n(lanes.high[m], rows.size(), columns.central_moments[m].data() + first);
            }
        }
    };

    MomentLanes<n> lanes_{};
    RowsInTurn<MomentRow<Sum, n>, Write> rows_;
};

// Writes moments that are made one row after the other to columns.
template <class Columns, std::size_t n>
class MomentWriter {
public:
    explicit MomentWriter(Columns& all) : columns(all), rows_(Write{all}) {}

    // Where the moments of a row go.
    RegionMoments<n>& row(std::size_t row) { return rows_.row(row); }

    Columns& columns;

private:
    struct Write {
        Columns& columns;

        void operator()(std::size_t first, std::span<const RegionMoments<n>> rows) const {
            for (std::size_t m = 0; m < n; ++m) {
                double* corner = columns.moments[m].data() + first;
                double* central = columns.central_moments[m].data() + first;
                for (std::size_t k = 0; k < rows.size(); ++k) corner[k] = rows[k].corner[m];
                for (std::size_t k = 0; k < rows.size(); ++k) central[k] = rows[k].central[m];
            }
        }
    };

    RowsInTurn<RegionMoments<n>, Write> rows_;
};

}  // namespace mensura
