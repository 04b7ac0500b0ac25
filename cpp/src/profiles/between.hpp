// Values between pixels. Built from differences, so that equal pixels give their value exactly.
#pragma once

#include <cstddef>

namespace mensura {
namespace {

inline double between_two(double a, double b, double fraction) { return a + fraction * (b - a); }

// Keys's cubic convolution, a = -1/2, between `b` and `c`.
inline double between_four(double a, double b, double c, double d, double fraction) {
    a -= b;
    c -= b;
    d -= b;
    const double cubic = d - a - 3 * c;
    const double square = 2 * a + 4 * c - d;
    return b + 0.5 * fraction * ((c - a) + fraction * (square + fraction * cubic));
}

}  // namespace
}  // namespace mensura
