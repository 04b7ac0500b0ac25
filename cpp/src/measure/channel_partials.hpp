// What one region gathers of a channel inside one block, beside sums of values: powers, moments of runs,
// positions, quality.
//
// As in partials.hpp: plain declarations, and functions that are `static`, so that each instruction
// set's object file keeps a copy of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "measure/partials.hpp"

namespace mensura {

// ------------------------------------------------------------------------------------ sums of powers

// An unsigned integer of several words, the lowest first.
template <int words>
struct Words {
    std::uint64_t word[static_cast<std::size_t>(words)];
};

static inline Words<2> words_of(UInt128 value) {
    return {{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)}};
}

// Adds modulo 2^(64 n); words of `part` beyond those of `total` are left out.
template <int n, int m>
static inline void add_words(Words<n>& total, const Words<m>& part) {
    UInt128 carried = 0;
    for (int k = 0; k < n; ++k) {
        carried += total.word[k];
        if (k < m) carried += part.word[k];
        total.word[k] = static_cast<std::uint64_t>(carried);
        carried >>= 64;
    }
}

// Sums of the first to fourth powers of integer pixels, counted from the smallest value of their type so
// that none is negative. A block has at most 2^20 pixels.
template <class T>
struct IntegerPowers {
    static constexpr int words(int power) {
        return (20 + 8 * static_cast<int>(sizeof(T)) * power + 63) / 64;
    }

    std::int64_t valid;
    Words<words(1)> sum;
    Words<words(2)> squares;
    Words<words(3)> cubes;
    Words<words(4)> fourths;
};

// Sums of powers of the differences from the mean. The mean is center + rest, as one double would lose
// what differences of large, similar values have left.
struct CentralPowers {
    std::int64_t valid;
    double center;
    double rest;
    double squares;
    double cubes;
    double fourths;
};

// Takes in the sums of other pixels: Pébay, "Formulas for robust, one-pass parallel computation of
// covariances and arbitrary-order statistical moments", Sandia report SAND2008-6212, 2008.
static inline void join_powers(CentralPowers& a, const CentralPowers& b) {
    if (b.valid == 0) return;
    if (a.valid == 0) {
        a = b;
        return;
    }
    const auto count_a = static_cast<double>(a.valid);
    const auto count_b = static_cast<double>(b.valid);
    const double p = count_a / (count_a + count_b);
    const double q = count_b / (count_a + count_b);
    const double shift = (b.center - a.center) + (b.rest - a.rest);
    const double between = shift * shift * (count_a * q);
    a.fourths += b.fourths + between * (shift * shift) * (p * p - p * q + q * q) +
                 6 * (shift * shift) * (p * p * b.squares + q * q * a.squares) +
                 4 * shift * (p * b.cubes - q * a.cubes);
    a.cubes += b.cubes + between * shift * (p - q) + 3 * shift * (p * b.squares - q * a.squares);
    a.squares += b.squares + between;
    const double move = a.rest + shift * q;
    const double center = a.center + move;
    a.rest = (a.center - center) + move;
    a.center = center;
    a.valid += b.valid;
}

template <class T>
using PowerPartial = std::conditional_t<std::is_floating_point_v<T>, CentralPowers, IntegerPowers<T>>;

// ------------------------------------------------------------------------------------------ moments

// Sums of value x (coordinate - start)^k, k = 0..3, over one run.
template <class T>
struct RunMoments {
    static constexpr bool is_float = std::is_floating_point_v<T>;
    using Sum =
        std::conditional_t<is_float, double, std::conditional_t<sizeof(T) == 8, Int128, std::int64_t>>;

    Sum sum[4];
    bool any;  // whether there was a finite pixel; of integers not written
};

// Sums of value x y^j x^k, in 4 j + k, about an anchor near by: in 64 bits, what most regions are made
// of costs a third of what it would in 128.
struct NearSums {
    std::int64_t sum[16];
    std::int64_t runs;
};

// What a run adds to such sums: its sums of value x x^k, in the row `dy` below the anchor.
struct NearRun {
    NearSums* sums;
    std::int64_t powers[4];
    std::int64_t dy;
};

// How many pixels a run may have: the sums above are then below 2^62, for pixels of 64 bits 2^94.
template <class T>
inline constexpr std::int64_t moment_stretch = sizeof(T) <= 2 ? 4096 : 256;

// ---------------------------------------------------------------------------------------- positions

// The smallest and the largest finite value, and z, y, x of the first pixel that has it.
template <class T>
struct PositionPartial {
    std::int64_t any;  // whether there was a finite pixel
    T low;
    T high;
    std::int64_t low_at[3];
    std::int64_t high_at[3];
};

// ---------------------------------------------------------------------------------- all sums at once

// Pixels that a region can be summed up of in windows: the commonest, where all sums of a window fit.
template <class T>
inline constexpr bool has_windows = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t>;

// One run of a block of one plane: pixels [start, end) of row y.
struct BlockRun {
    std::int32_t start;
    std::int32_t end;
    std::int32_t y;
    std::int32_t slot;
};

// The pixels of such a block, read in place; rows lie so many bytes apart.
template <class T>
struct BlockPixels {
    const T* first;
    std::ptrdiff_t row_step;
};
template <class T>
static inline const T* row_of(const BlockPixels<T>& pixels, std::int64_t y) {
    return reinterpret_cast<const T*>(reinterpret_cast<const char*>(pixels.first) + y * pixels.row_step);
}

// Sums of geometry of a region in a box of that side are below 2^62.
inline constexpr std::int64_t most_geometry_side = 256;

// A window is 32 columns wide. So many rows: sums of value x C(y, 3) of a column, at most
// 65535 C(36, 4), are then below 2^32.
inline constexpr std::int64_t window_columns = 32;
inline constexpr std::int64_t window_rows = 36;

struct WindowLow {
    std::uint16_t value;
    std::int64_t y;
    std::int64_t x;
};

// Of the pixels of a region in a window; coordinates are counted from its first row and column.
struct WindowSums {
    bool any;  // whether there was a pixel; the others are not written without
    std::uint64_t squares;
    std::uint64_t cubes;
    UInt128 fourths;
    WindowLow low;  // the smallest value, where it is first
    WindowLow high;
    std::int64_t moments[16];  // of value x y^j x^k, in 4 j + k
};

// ------------------------------------------------------------------------------------------ quality

template <class T>
struct QualityPartial {
    std::int64_t pixels;  // that are not masked
    std::int64_t nan;
    std::int64_t saturated;
    std::int64_t at_min;  // finite pixels of the smallest value
    T min;
};

}  // namespace mensura
