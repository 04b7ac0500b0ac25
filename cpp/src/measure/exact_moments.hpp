// Columns of moments from exact sums: about the corner of the bounding box, and about the centroid.
//
// The centroid S / w, with w the sum of weights and S that of weight x coordinate, is seldom a whole
// number, so central moments are summed in whole numbers that are w times as large per power:
//
//     w^p mu_p = sum weight (w x - S)^p
//
// and divided by w^p as doubles in the end. Nothing cancels in floating point: a moment that is 0 is 0,
// and one that is small beside its terms has all its digits. How wide the integers have to be follows
// from the sides of the box and the sums; those of usual regions fit into 64 to 256 bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "measure/moments.hpp"
#include "measure/sums.hpp"
#include "mensura/column.hpp"

namespace mensura {

// Where the bounding box of a region holds more pixels than this, its moments are NaN.
inline constexpr int moment_box_bits = 56;

// The widths of totals: for pixels of so many bits, 0 for geometry.
constexpr int moment_words(int value_bits) { return value_bits == 64 ? 5 : 4; }

// What is known of the weights beforehand; those of geometry are 1.
struct WeightKind {
    int bits;
    bool is_signed;
};

// The columns of one kind of moments, by index; see moments.hpp.
using MomentColumns = std::vector<Column<double>>;

// Writes both for a region whose sums are about `anchor`.
template <int words, std::size_t n>
void write_exact_moments(std::size_t row, const std::array<Wide<words>, n>& sums,
                         const std::array<std::int64_t, 3>& anchor, const RegionFrame& region,
                         const WeightKind& kind, MomentColumns& moments, MomentColumns& central);

void write_undefined_moments(std::size_t row, MomentColumns& moments, MomentColumns& central);

}  // namespace mensura
