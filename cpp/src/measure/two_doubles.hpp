// Unevaluated sums of two doubles, which hold 106 bits: products, quotients, and the nearest double.
//
// Products and quotients are within 2^-103 of themselves (Dekker, A floating-point technique for
// extending the available precision, 1971).
#pragma once

#include <cmath>

namespace mensura {

// The second is at most half a unit in the last place of the first.
struct TwoDoubles {
    double high;
    double low;
};

// Of a number and one that is small beside it.
inline TwoDoubles sum_of(double large, double small) {
    const double high = large + small;
    return {high, small - (high - large)};
}

inline TwoDoubles operator*(const TwoDoubles& a, const TwoDoubles& b) {
    const double product = a.high * b.high;
    const double rest = std::fma(a.high, b.high, -product) + (a.high * b.low + a.low * b.high);
    return sum_of(product, rest);
}

inline TwoDoubles operator/(const TwoDoubles& a, const TwoDoubles& b) {
    const double quotient = a.high / b.high;
    const double rest = std::fma(-quotient, b.high, a.high) + (a.low - quotient * b.low);
    return sum_of(quotient, rest / b.high);
}

// What is within 2^-98 of itself of the middle of two doubles is taken to be the middle, and rounded to
// the even one.
inline double nearest(const TwoDoubles& value) {
    const double farther = value.high + value.low * (1 + 0x1p-45);
    if (farther == value.high) return value.high;
    return value.high + (farther - value.high) / 2;
}

}  // namespace mensura
