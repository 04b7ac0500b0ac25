// The steps by which floating sums are joined, in runs and in regions alike, and what double holds of
// them.
//
// `static`, so that each instruction set's object file keeps a copy of its own: see runs/kernels.hpp.
#pragma once

#include <limits>

#include "measure/partials.hpp"

namespace mensura {

// A sum of squares of so many differences, not all of them 0; NaN where they are so small, or so large,
// that double has lost digits of it, or all of them.
static inline double held_squares(double squares, double count) {
    using Limits = std::numeric_limits<double>;
    const bool is_held = squares >= count * Limits::min() && squares <= Limits::max();
    return is_held ? squares : Limits::quiet_NaN();
}

// Adds a value to a sum of two doubles, `low` taking what rounding takes from `sum` (Knuth's two-sum).
static inline void add_compensated(double& sum, double& low, double value) {
    const double total = sum + value;
    const double part = total - sum;
    const double rounding = (sum - (total - part)) + (value - part);
    low += rounding - rounding == 0 ? rounding : 0;  // a sum that overflows is infinite, not NaN
    sum = total;
}

// Takes in the deviations of other values: Chan, Golub and LeVeque, "Updating formulae and a pairwise
// algorithm for computing sample variances", 1979. The distance of the means keeps its digits where both
// are large, since each is in two doubles.
static inline void join_deviations(Deviations& a, double count_a, const Deviations& b, double count_b) {
    if (count_a == 0) {
        a = b;
        return;
    }
    const double share = count_b / (count_a + count_b);
    const double shift = (b.center - a.center) + (b.rest - a.rest);
    a.squares += b.squares + shift * shift * (count_a * share);
    a.rest += shift * share;
}

}  // namespace mensura
