// Columns of moments that are free of scale, and Hu's invariants, from columns of central moments.
//
// With m the mass, the moment of order 0, and p the sum of the orders of a central moment mu,
//
//     nu = mu / m^(p / axes + 1)    for p >= 2
//
// NaN where the divisor is 0, or outside of the range in which double keeps all digits.
//
// Hu, "Visual Pattern Recognition by Moment Invariants", 1962. Cost: one pass over the columns, at the
// speed of memory.
#pragma once

#include <span>
#include <vector>

#include "mensura/column.hpp"

namespace mensura {

using Columns = std::span<const std::span<const double>>;

// `central` holds mu by its orders along the axes, from 0 to 3 each, the last axis fastest. Each is
// multiplied by the element of `units` for its orders; `root` holds m^(1 / axes), NaN where it is not
// defined. The result holds nu in the same order, without those of p < 2.
std::vector<Column<double>> normalized_moments(Columns central, std::span<const double> root,
                                               std::span<const double> units, int threads);

// The seven invariants in 2-D, from nu of the orders 02, 03, 11, 12, 20, 21 and 30 along (y, x).
std::vector<Column<double>> hu_invariants(Columns normalized, int threads);

}  // namespace mensura
