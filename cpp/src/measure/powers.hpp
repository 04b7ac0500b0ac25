// The family of sums of powers: skewness and kurtosis.
//
// The sums over runs are leaf kernels (runs/powers.inl). Integer pixels: raw sums of v, v^2, v^3 and v^4
// are exact, and so are the central sums about the integer c nearest to the mean,
//
//     sum (v - c)^4 = S4 - c (4 S3 - c (6 S2 - c (4 S1 - c n)))
//
// and alike for lower powers, modulo a power of two that they fit below. What c lacks to the mean, at
// most 1/2, is taken off in double. Floating pixels: two passes over stretches of 256, joined by Pébay's
// formulas about a mean of two doubles. The ratios keep 12 digits, or as many as 1e-12 is of 1 where
// skewness cancels, also of values whose spread is 1e-8 of their size. Where the fourth power of the
// standard deviation is beyond the range of double, both are NaN.
#pragma once

#include <cmath>
#include <type_traits>

#include "measure/channel_partials.hpp"
#include "measure/integer_math.hpp"
#include "measure/values.hpp"
#include "measure/wide.hpp"

namespace mensura {

// What the families for integer and for floating pixels share.
template <class T>
struct PowerFamily {
    using Pixel = T;
    using Columns = RegionTable::Channel;
    using Part = PowerPartial<T>;

    static Part empty() { return {}; }
    static void add_row(const Row<T>& row, Part* parts) {
        intensity_kernels_of<T>().add_powers(row.pixels, row.runs, row.count, parts);
    }
    static void prepare(std::size_t rows, Columns& columns) {
        columns.skewness.resize(rows);
        columns.kurtosis.resize(rows);
    }

    // From central sums.
    static void write_ratios(std::size_t row, const CentralPowers& powers, Columns& columns) {
        const auto count = static_cast<double>(powers.valid);
        const double variance = powers.squares / count;
        const double skewness = powers.cubes / count / (variance * std::sqrt(variance));
        const double kurtosis = powers.fourths / count / (variance * variance);
        const bool defined = variance > 0 && std::isnormal(variance * variance) &&
                             std::isfinite(skewness) && std::isfinite(kurtosis);
        columns.skewness[row] = defined ? skewness : undefined;
        columns.kurtosis[row] = defined ? kurtosis : undefined;
    }
};

template <class T>
struct IntegerPowerSums : PowerFamily<T> {
    using Part = IntegerPowers<T>;

    // For up to 2^63 pixels.
    static constexpr int words = (64 + 8 * static_cast<int>(sizeof(T)) * 4 + 63) / 64;

    struct Total {
        std::int64_t valid = 0;
        Words<words> sum{};
        Words<words> squares{};
        Words<words> cubes{};
        Words<words> fourths{};
    };

    // The same for a part of a block and for a total of another accumulator.
    template <class Sums>
    static void add(Total& total, const Sums& sums) {
        total.valid += sums.valid;
        add_words(total.sum, sums.sum);
        add_words(total.squares, sums.squares);
        add_words(total.cubes, sums.cubes);
        add_words(total.fourths, sums.fourths);
    }
    static void add(Total& total, const Part& part, const Block&) { add(total, part); }

    static void take(Part& part, const RegionSums<T>& sums)
        requires has_windows<T>
    {
        part.valid = sums.pixels;
        add_words(part.sum, words_of(static_cast<UInt128>(sums.sum())));
        add_words(part.squares, words_of(static_cast<UInt128>(sums.squares)));
        add_words(part.cubes, words_of(sums.cubes));
        add_words(part.fourths, words_of(sums.fourths));
    }

    static void write(std::size_t row, const Total& total, const RegionFrame&,
                      RegionTable::Channel& columns) {
        PowerFamily<T>::write_ratios(row, total.valid == 0 ? CentralPowers{} : central(total), columns);
    }

private:
    using Integer = Wide<words>;

    static Integer integer(const Words<words>& value) {
        const Integer word_size = Int128{1} << 64;
        Integer result = Int128{0};
        for (int k = words - 1; k >= 0; --k) {
            result = result * word_size + Integer(Int128{value.word[k]});
        }
        return result;
    }

    static CentralPowers central(const Total& total) {
        const Int128 sum = Int128{total.sum.word[0]} | Int128{total.sum.word[1]} << 64;
        const Int128 center = nearest_mean(sum, total.valid);
        const Integer n = Int128{total.valid};
        const Integer c = center;
        const Integer s1 = sum;
        const Integer s2 = integer(total.squares);
        const Integer s3 = integer(total.cubes);
        const Integer s4 = integer(total.fourths);
        const auto squares = static_cast<double>(s2 - c * (s1 * 2 - c * n));
        const auto cubes = static_cast<double>(s3 - c * (s2 * 3 - c * (s1 * 3 - c * n)));
        const auto fourths =
            static_cast<double>(s4 - c * (s3 * 4 - c * (s2 * 6 - c * (s1 * 4 - c * n))));
        const auto lacking = static_cast<double>(sum - center * total.valid);
        const double rest = lacking / static_cast<double>(total.valid);
        CentralPowers powers{};
        powers.valid = total.valid;
        powers.squares = squares - rest * lacking;
        powers.cubes = cubes - 3 * rest * squares + 2 * (rest * rest) * lacking;
        powers.fourths = fourths - 4 * rest * cubes + 6 * (rest * rest) * squares -
                         3 * (rest * rest * rest) * lacking;
        return powers;
    }
};

template <class T>
struct FloatPowerSums : PowerFamily<T> {
    using Part = CentralPowers;
    struct Total : Part {
        Total() : Part{} {}
    };

    static void add(Total& total, const Part& part) { join_powers(total, part); }
    static void add(Total& total, const Part& part, const Block&) { join_powers(total, part); }

    static void write(std::size_t row, const Total& total, const RegionFrame&,
                      RegionTable::Channel& columns) {
        PowerFamily<T>::write_ratios(row, total, columns);
    }
};

template <class T>
using PowerSums =
    std::conditional_t<std::is_floating_point_v<T>, FloatPowerSums<T>, IntegerPowerSums<T>>;

}  // namespace mensura
