// Signed integers of several 64-bit words, modulo 2^(64 words).
//
// Sums about a far origin may be larger than the type and still be of use: moving them to a near one
// adds and multiplies only, so where the result fits, it is exact.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "measure/partials.hpp"
#include "measure/two_doubles.hpp"

namespace mensura {

template <int words>
class Wide {
public:
    Wide() = default;     // uninitialized, as other integers are; Wide{} is 0
    Wide(Int128 value) {  // NOLINT: integers convert
        word_[0] = static_cast<std::uint64_t>(value);
        if constexpr (words > 1) word_[1] = static_cast<std::uint64_t>(value >> 64);
        extend_from(2);
    }
    Wide(const UInt192& value)
        requires(words > 3)  // NOLINT: integers convert
        : word_{static_cast<std::uint64_t>(value.low), static_cast<std::uint64_t>(value.low >> 64),
                value.high} {}
    // Of another width: the sign is kept where there is more room, the lowest words where there is less.
    template <int others>
    explicit Wide(const Wide<others>& other) {
        for (int k = 0; k < words && k < others; ++k) word_[k] = other.word(k);
        extend_from(others);
    }

    std::uint64_t word(int k) const { return word_[k]; }
    bool is_negative() const { return word_[words - 1] >> 63 != 0; }
    bool operator==(const Wide&) const = default;

    Wide& operator+=(const Wide& other) {
        UInt128 carried = 0;
        for (int k = 0; k < words; ++k) {
            carried += UInt128{word_[k]} + other.word_[k];
            word_[k] = static_cast<std::uint64_t>(carried);
            carried >>= 64;
        }
        return *this;
    }
    Wide operator+(const Wide& other) const { return Wide(*this) += other; }
    Wide operator-() const {
        Wide result;
        for (int k = 0; k < words; ++k) result.word_[k] = ~word_[k];
        return result += Wide(Int128{1});
    }
    Wide operator-(const Wide& other) const { return Wide(*this) -= other; }
    Wide& operator-=(const Wide& other) {
        std::uint64_t borrow = 0;
        for (int k = 0; k < words; ++k) {
            const UInt128 difference = UInt128{word_[k]} - other.word_[k] - borrow;
            word_[k] = static_cast<std::uint64_t>(difference);
            borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
        }
        return *this;
    }

    Wide operator*(const Wide& other) const {
        Wide result{};
        for (int i = 0; i < words; ++i) {
            UInt128 carried = 0;
            for (int k = i; k < words; ++k) {
                carried += UInt128{word_[k - i]} * other.word_[i] + result.word_[k];
                result.word_[k] = static_cast<std::uint64_t>(carried);
                carried >>= 64;
            }
        }
        return result;
    }
    // With fewer steps than with a factor as wide as this; a factor without a sign takes the fewest.
    Wide times(std::uint64_t factor) const {
        Wide result;
        UInt128 carried = 0;
        for (int k = 0; k < words; ++k) {
            carried += UInt128{word_[k]} * factor;
            result.word_[k] = static_cast<std::uint64_t>(carried);
            carried >>= 64;
        }
        return result;
    }
    Wide operator*(std::int64_t factor) const {
        const auto unsigned_factor = static_cast<std::uint64_t>(factor);
        // A negative factor is the unsigned one less 2^64.
        const std::uint64_t excess = factor < 0 ? ~std::uint64_t{0} : 0;
        Wide result;
        UInt128 carried = 0;
        std::uint64_t borrow = 0;
        for (int k = 0; k < words; ++k) {
            carried += UInt128{word_[k]} * unsigned_factor;
            const auto product = static_cast<std::uint64_t>(carried);
            const std::uint64_t less = k == 0 ? 0 : word_[k - 1] & excess;
            const UInt128 difference = UInt128{product} - less - borrow;
            result.word_[k] = static_cast<std::uint64_t>(difference);
            borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
            carried >>= 64;
        }
        return result;
    }

    // The nearest double; halves go to the even one.
    explicit operator double() const { return scaled(0); }
    // The nearest double of the integer x 2^exponent.
    double scaled(int exponent) const {
        if constexpr (words == 1) {
            return std::ldexp(static_cast<double>(static_cast<std::int64_t>(word_[0])), exponent);
        } else {
            return is_negative() ? -scaled_magnitude(-*this, exponent)
                                 : scaled_magnitude(*this, exponent);
        }
    }

    // The same as the sum of two doubles, but for what is 2^-106 of it.
    TwoDoubles scaled_pair(int exponent) const {
        if (!is_negative()) return pair_of_magnitude(*this, exponent);
        const TwoDoubles pair = pair_of_magnitude(-*this, exponent);
        return {-pair.high, -pair.low};
    }

private:
    void extend_from(int first) {
        if (first >= words) return;
        const std::uint64_t fill = word_[first - 1] >> 63 != 0 ? ~std::uint64_t{0} : 0;
        for (int k = first; k < words; ++k) word_[k] = fill;
    }

    static double scaled_magnitude(const Wide& value, int exponent) {
        int top = words - 1;
        while (top > 1 && value.word_[top] == 0) --top;
        const UInt128 both = UInt128{value.word_[top]} << 64 | value.word_[top - 1];
        const int empty = std::countl_zero(value.word_[top]);
        // What lies below the leading 64 bits decides only whether the rest is exactly a half, so one
        // bit can stand for it.
        std::uint64_t below = empty == 64 ? 0 : static_cast<std::uint64_t>(both << empty);
        auto leading = static_cast<std::uint64_t>(empty == 64 ? both : both << empty >> 64);
        for (int k = 0; k < top - 1; ++k) below |= value.word_[k];
        leading |= below != 0 ? 1U : 0U;
        return times_power(static_cast<double>(leading), 64 * top - empty + exponent);
    }

    // From the 128 bits that begin with the highest one that is set.
    static TwoDoubles pair_of_magnitude(const Wide& value, int exponent) {
        int top = words - 1;
        while (top > 0 && value.word_[top] == 0) --top;
        const int empty = std::countl_zero(value.word_[top]);
        const int gap = empty % 64;          // a word of 0 has no bits to make room for
        const auto word_from = [&](int k) {  // with `gap` bits from the word below
            const std::uint64_t high = k < 0 ? 0 : value.word_[k];
            const std::uint64_t low = k < 1 ? 0 : value.word_[k - 1];
            return gap == 0 ? high : high << gap | low >> (64 - gap);
        };
        const std::uint64_t first = word_from(top);
        const std::uint64_t second = word_from(top - 1);
        // The upper 53 bits are held; what is left of the first word is less than 2^11.
        const auto high = static_cast<double>(first & ~std::uint64_t{0x7ff});
        const auto rest = static_cast<double>(first & 0x7ff);
        const double low = rest + static_cast<double>(second) * 0x1p-64;
        const TwoDoubles pair = sum_of(high, low);
        const int shift = 64 * top - gap + exponent;
        return {times_power(pair.high, shift), times_power(pair.low, shift)};
    }

    static double times_power(double number, int exponent) {
        // A power of two by its bits, where neither it nor the product leaves the normal numbers.
        if (exponent < -900 || exponent > 900) return std::ldexp(number, exponent);
        return number * std::bit_cast<double>(static_cast<std::uint64_t>(1023 + exponent) << 52);
    }

    std::uint64_t word_[static_cast<std::size_t>(words)];
};

template <int words>
double to_double(const Wide<words>& value) {
    return static_cast<double>(value);
}

}  // namespace mensura
