// Exact means and central sums of squares from raw integer sums.
//
// Sum((v - c)^2) about an integer c near the mean equals Q - 2 c S + n c^2, and is computed modulo a
// power of two that the true value fits below, so the huge terms cancel without error. About the nearest
// integer to the mean, |sum(v - c)| <= n / 2 and squares are at least as large as magnitudes, so the one
// floating subtraction that remains loses at most a factor of two.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>

#include "measure/partials.hpp"

namespace mensura {

// The largest integer not above a / b, for positive b.
template <class Integer>
Integer floor_quotient(Integer a, Integer b) {
    const Integer quotient = a / b;
    return a - quotient * b < 0 ? quotient - 1 : quotient;
}

// Dividing and converting 128 bits is slow and seldom needed.
inline bool fits_64(Int128 value) {
    constexpr Int128 small = Int128{1} << 62;
    return -small < value && value < small;
}
inline bool fits_64(std::int64_t) { return true; }

// The nearest double.
inline double to_double(std::int64_t value) { return static_cast<double>(value); }
inline double to_double(std::uint64_t value) {
    return value >> 63 == 0 ? static_cast<double>(static_cast<std::int64_t>(value))
                            : static_cast<double>(value);
}
inline double to_double(Int128 value) {
    return fits_64(value) ? static_cast<double>(static_cast<std::int64_t>(value))
                          : static_cast<double>(value);
}
inline double to_double(UInt128 value) {
    return value >> 64 == 0 ? to_double(static_cast<std::uint64_t>(value)) : static_cast<double>(value);
}

// Sums of either width; those of 64 bits are known to fit with half of the count added.
template <class Sum>
concept IntegerSum = std::same_as<Sum, std::int64_t> || std::same_as<Sum, Int128>;

// The integer nearest to sum / count. Below 2^52 the division of doubles finds it soonest: a quotient
// below a whole number is below it by 1 / count or more, which is more than what rounding adds.
template <IntegerSum Sum>
Sum nearest_mean(Sum sum, std::int64_t count) {
    constexpr std::int64_t small = std::int64_t{1} << 52;
    const Sum shifted = sum + count / 2;
    if (shifted >= 0 && shifted < small && count < small) {
        const auto whole = static_cast<double>(static_cast<std::int64_t>(shifted));
        return static_cast<std::int64_t>(whole / static_cast<double>(count));
    }
    if (fits_64(shifted)) return floor_quotient(static_cast<std::int64_t>(shifted), count);
    return floor_quotient(shifted, Sum{count});
}

// sum / count: correctly rounded where a double holds the sum; beyond, the nearest integer is exact, and
// the rest, below one half, is rounded and added.
template <IntegerSum Sum>
double mean_of(Sum sum, std::int64_t count) {
    constexpr std::int64_t held = std::int64_t{1} << 53;
    if (-held < sum && sum < held && count < held) {
        return static_cast<double>(static_cast<std::int64_t>(sum)) / static_cast<double>(count);
    }
    const Sum center = nearest_mean(sum, count);
    const auto rest = static_cast<std::int64_t>(sum - center * count);
    return to_double(center) + static_cast<double>(rest) / static_cast<double>(count);
}

// A 256-bit integer modulo 2^256, with just what central sums need.
class Int256 {
public:
    Int256() = default;
    Int256(Int128 value)  // NOLINT: integers convert
        : low_(static_cast<UInt128>(value)), high_(value < 0 ? ~UInt128{0} : UInt128{0}) {}
    Int256(UInt128 high, UInt128 low) : low_(low), high_(high) {}

    Int256 operator+(const Int256& other) const {
        const UInt128 low = low_ + other.low_;
        return {high_ + other.high_ + (low < low_ ? 1U : 0U), low};
    }
    Int256 operator-() const { return Int256(~high_, ~low_) + Int256(Int128{1}); }
    Int256 operator-(const Int256& other) const { return *this + -other; }
    Int256& operator+=(const Int256& other) { return *this = *this + other; }

    static Int256 product(Int128 a, Int128 b) {
        const Int256 magnitude = unsigned_product(magnitude_of(a), magnitude_of(b));
        return (a < 0) != (b < 0) ? -magnitude : magnitude;
    }

    double to_double() const {
        if (high_ >> 127 != 0) return -(-*this).to_double();
        return static_cast<double>(high_) * 0x1p128 + static_cast<double>(low_);
    }

private:
    static UInt128 magnitude_of(Int128 value) {
        return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
    }

    static Int256 unsigned_product(UInt128 a, UInt128 b) {
        const auto low_half = [](UInt128 v) { return v & ~std::uint64_t{0}; };
        const UInt128 ll = low_half(a) * low_half(b);
        const UInt128 lh = low_half(a) * (b >> 64);
        const UInt128 hl = (a >> 64) * low_half(b);
        const UInt128 hh = (a >> 64) * (b >> 64);
        const UInt128 middle = (ll >> 64) + low_half(lh) + low_half(hl);
        return {hh + (lh >> 64) + (hl >> 64) + (middle >> 64), middle << 64 | low_half(ll)};
    }

    UInt128 low_ = 0;
    UInt128 high_ = 0;
};

// What is left of a central sum after the exact part: the mean differs from the center by rest / count.
template <IntegerSum Sum>
double about_mean(double about_center, Sum rest, std::int64_t count) {
    const double r = to_double(rest);
    return about_center - r * r / static_cast<double>(count);
}

// Sum of squares about the mean of `count` integers of at most 32 bits, from their raw sums and the
// integer nearest to their mean.
template <class Squares, IntegerSum Sum>
    requires(sizeof(Squares) == sizeof(Sum))
double central_squares(Squares squares, Sum sum, Sum center, std::int64_t count) {
    const auto c = static_cast<Squares>(center);
    const Squares about_center =
        squares - 2 * c * static_cast<Squares>(sum) + c * c * static_cast<Squares>(count);
    return about_mean(to_double(about_center), sum - center * count, count);
}

// The same for integers of 64 bits.
inline double central_squares(const UInt192& squares, Int128 sum, Int128 center, std::int64_t count) {
    const Int256 about_center = Int256(squares.high, squares.low) - Int256::product(2 * center, sum) +
                                Int256::product(center * count, center);
    return about_mean(about_center.to_double(), sum - center * count, count);
}

}  // namespace mensura
