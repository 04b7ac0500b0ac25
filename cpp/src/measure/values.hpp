// The family of sums of values: number of pixels, sum, smallest, largest and sum of squares.
//
// The sums over runs are leaf kernels (runs/values.inl). Integer pixels are summed exactly. Floating
// sums are compensated, and squares are about the mean, so that values far from 0 keep their digits.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "measure/float_sums.hpp"
#include "measure/integer_math.hpp"
#include "measure/partials.hpp"
#include "measure/region_sums.hpp"
#include "measure/sums.hpp"
#include "mensura/measure.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {

inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

inline void add_squares(std::uint64_t& total, std::uint64_t part) { total += part; }
inline void add_squares(UInt128& total, std::uint64_t part) { total += part; }
inline void add_squares(UInt128& total, UInt128 part) { total += part; }
inline void add_squares(UInt192& total, const UInt192& part) {
    total.low += part.low;
    total.high += part.high + (total.low < part.low ? 1 : 0);
}

// What the families for integer and for floating pixels share. T is the pixel type.
template <class T, bool with_squares>
struct ValueFamily {
    using Pixel = T;
    using Columns = RegionTable::Channel;
    using Part = ValuePartial<T>;

    static void add_row(const Row<T>& row, GatheredValues<T>* gathered) {
        intensity_kernels_of<T>().add_values[with_squares](row.pixels, row.to_row_below, row.runs,
                                                           row.count, gathered);
    }

    static void prepare(std::size_t rows, Columns& columns) {
        columns.valid.resize(rows);
        columns.sum.resize(rows);
        columns.mean.resize(rows);
        columns.min.resize(rows);
        columns.max.resize(rows);
        columns.above_min.resize(rows);
        if (with_squares) columns.squares.resize(rows);
    }

    static void write_undefined(std::size_t row, Columns& columns) {
        columns.valid[row] = 0;
        columns.sum[row] = undefined;
        columns.mean[row] = undefined;
        columns.min[row] = undefined;
        columns.max[row] = undefined;
        columns.above_min[row] = undefined;
        if (with_squares) columns.squares[row] = undefined;
    }
};

// The types of sums over the image. Those of 8- and 16-bit pixels fit into 64 bits where there are at
// most 2^31 of them, which is known where no pixel is added twice.
template <class T>
struct WideValueSums {
    using Sum = Int128;
    using Squares = std::conditional_t<sizeof(T) == 8, UInt192, UInt128>;
};
struct NarrowValueSums {
    using Sum = std::int64_t;
    using Squares = std::uint64_t;
};
inline bool narrow_value_sums_fit(const std::optional<Shape>& once) {
    return once && once->pixels() <= std::int64_t{1} << 31;
}

template <class T, bool with_squares, class Types = WideValueSums<T>>
struct IntegerValues : ValueFamily<T, with_squares> {
    using Part = IntegerPartial<T>;

    struct NoSquares {};
    using Squares = typename Types::Squares;

    // The widest first, so that no room is left between them.
    struct Total {
        typename Types::Sum sum = 0;
        [[no_unique_address]] std::conditional_t<with_squares, Squares, NoSquares> squares{};
        std::int64_t valid = 0;
        T min = std::numeric_limits<T>::max();
        T max = std::numeric_limits<T>::lowest();
    };

    static Part empty() {
        Part part{};
        part.min = std::numeric_limits<T>::max();
        part.max = std::numeric_limits<T>::lowest();
        return part;
    }

    // The same for a part of a block and for a total of another accumulator.
    template <class Sums>
    static void add(Total& total, const Sums& sums) {
        total.valid += sums.valid;
        total.sum += sums.sum;
        if constexpr (with_squares) add_squares(total.squares, sums.squares);
        total.min = std::min(total.min, sums.min);
        total.max = std::max(total.max, sums.max);
    }
    static void add(Total& total, const Part& part, const Block&) { add(total, part); }

    static void write(std::size_t row, const Total& total, const RegionFrame&,
                      RegionTable::Channel& columns) {
        if (total.valid == 0) return ValueFamily<T, with_squares>::write_undefined(row, columns);
        columns.valid[row] = total.valid;
        columns.sum[row] = to_double(total.sum);
        columns.mean[row] = mean_of(total.sum, total.valid);
        columns.min[row] = static_cast<double>(total.min);
        columns.max[row] = static_cast<double>(total.max);
        using Sum = typename Types::Sum;
        columns.above_min[row] = to_double(total.sum - Sum{total.min} * total.valid);
        if constexpr (with_squares) {
            const auto center = nearest_mean(total.sum, total.valid);
            columns.squares[row] = central_squares(total.squares, total.sum, center, total.valid);
        }
    }
};

// Pixels of 8 and 16 bits are gathered in lanes.
template <class T, bool with_squares, class Types = WideValueSums<T>>
struct SmallIntegerValues : IntegerValues<T, with_squares, Types> {
    using Part = IntegerPartial<T>;
    using Lanes = ValueLanes<T>;

    static Lanes empty() {
        Lanes lanes{};
        std::fill(std::begin(lanes.lows), std::end(lanes.lows),
                  std::numeric_limits<typename Lanes::Order>::max());
        return lanes;
    }

    static void take(Lanes& lanes, const RegionSums<T>& sums)
        requires has_windows<T>
    {
        constexpr std::int64_t middle = Lanes::middle;
        lanes.valid = sums.pixels;
        lanes.sums[0] = sums.sum() - middle * sums.pixels;
        lanes.sums[4] = sums.squares - 2 * middle * sums.sum() + middle * middle * sums.pixels;
        lanes.lows[0] = sums.low.value;
        lanes.lows[Lanes::order_lanes] = static_cast<T>(~sums.high.value);
    }

    static Part part_of(const Lanes& lanes) {
        constexpr std::int64_t middle = Lanes::middle;
        const auto sum_of = [](const std::int64_t* sums) {
            return sums[0] + sums[1] + sums[2] + sums[3];
        };
        const auto lowest_of = [](const typename Lanes::Order* lows) {
            return *std::min_element(lows, lows + Lanes::order_lanes);
        };
        Part part{};
        const std::int64_t about_middle = sum_of(lanes.sums);
        part.valid = lanes.valid;
        part.sum = about_middle + middle * lanes.valid;
        if constexpr (with_squares) {
            part.squares = static_cast<std::uint64_t>(
                sum_of(lanes.sums + 4) + 2 * middle * about_middle + middle * middle * lanes.valid);
        }
        part.min = value_of_order<T>(lowest_of(lanes.lows));
        const auto top = lowest_of(lanes.lows + Lanes::order_lanes);
        part.max = value_of_order<T>(static_cast<typename Lanes::Order>(~top));
        return part;
    }
};

template <class T, bool with_squares>
struct FloatValues : ValueFamily<T, with_squares> {
    using Part = FloatPartial<T>;

    struct Total : Part {
        Total() : Part(empty()) {}
        double mean() const { return (this->sum + this->sum_low) / static_cast<double>(this->valid); }
    };

    static Part empty() {
        Part part{};
        part.min = std::numeric_limits<T>::infinity();
        part.max = -std::numeric_limits<T>::infinity();
        return part;
    }

    static void add(Total& total, const Part& part) {
        if (part.valid == 0) return;
        if constexpr (with_squares) {
            join_deviations(total.deviations, static_cast<double>(total.valid), part.deviations,
                            static_cast<double>(part.valid));
        }
        add_compensated(total.sum, total.sum_low, part.sum);
        total.sum_low += part.sum_low;
        total.valid += part.valid;
        total.min = std::min(total.min, part.min);
        total.max = std::max(total.max, part.max);
    }
    static void add(Total& total, const Part& part, const Block&) { add(total, part); }

    static void write(std::size_t row, const Total& total, const RegionFrame&,
                      RegionTable::Channel& columns) {
        if (total.valid == 0) return ValueFamily<T, with_squares>::write_undefined(row, columns);
        // A constant is its own mean, which the quotient of a rounded sum may miss by one digit.
        const bool constant = total.min == total.max;
        columns.valid[row] = total.valid;
        columns.sum[row] = total.sum + total.sum_low;
        columns.mean[row] = constant ? static_cast<double>(total.min) : total.mean();
        columns.min[row] = static_cast<double>(total.min);
        columns.max[row] = static_cast<double>(total.max);
        columns.above_min[row] = constant ? 0.0 : above_min(total);
        if constexpr (with_squares) {
            columns.squares[row] =
                constant ? 0.0
                         : held_squares(total.deviations.squares, static_cast<double>(total.valid));
        }
    }

private:
    // The product of the count and the smallest value is split, as one double would not hold it.
    static double above_min(const Total& total) {
        const auto count = static_cast<double>(total.valid);
        const auto low = static_cast<double>(total.min);
        const double product = count * low;
        const double rest = std::fma(count, low, -product);
        return (total.sum - product) + (total.sum_low - rest);
    }
};

// Wide enough for any number of pixels.
template <class T, bool with_squares>
using Values = std::conditional_t<std::is_floating_point_v<T>, FloatValues<T, with_squares>,
                                  std::conditional_t<has_lanes<T>, SmallIntegerValues<T, with_squares>,
                                                     IntegerValues<T, with_squares>>>;

}  // namespace mensura
