// The two steps by which floating sums are joined, in runs and in regions alike.
//
// `static`, so that each instruction set's object file keeps a copy of its own: see runs/kernels.hpp.
#pragma once

namespace mensura {

// Adds a value to a sum of two doubles, `low` taking what rounding takes from `sum` (Knuth's two-sum).
static inline void add_compensated(double& sum, double& low, double value) {
    const double total = sum + value;
    const double part = total - sum;
    const double rounding = (sum - (total - part)) + (value - part);
    low += rounding - rounding == 0 ? rounding : 0;  // a sum that overflows is infinite, not NaN
    sum = total;
}

// What joining two sets adds to their sums of squares about their own means: Chan, Golub and LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
static inline double joining_deviation(double mean_a, double count_a, double mean_b, double count_b) {
    const double shift = mean_b - mean_a;
    return shift * shift * (count_a * count_b / (count_a + count_b));
}

}  // namespace mensura
