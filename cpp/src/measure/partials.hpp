// What one region gathers of one channel inside one block of the image.
//
// A block holds at most 2^20 pixels and its coordinates are local, below 2^20 (see blocks.hpp), so the
// types below cannot overflow: the widest sums are, per pixel type,
//
//                 sum         sum of squares     sum of value x coordinate
//   8, 16 bit     2^36        2^52               2^56          64-bit integers
//   32 bit        2^52        2^84               2^72          64, 128, 128 bit
//   64 bit        2^84        2^148              2^104         128, 192, 128 bit
//
// Integer images are summed exactly. Floating images are summed in double: the sum compensated (two
// doubles), squares about the mean, joined run by run after Chan, Golub and LeVeque (1979), coordinates
// about the region's first pixel in the block. Only declarations here: see the note in kernels.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mensura {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

// Two's complement is not needed: squares are never negative.
struct UInt192 {
    UInt128 low;
    std::uint64_t high;
};

template <class T>
struct IntegerSums {
    static constexpr int size = sizeof(T);
    using Sum = std::conditional_t<size == 8, Int128, std::int64_t>;
    using Squares =
        std::conditional_t<size == 8, UInt192, std::conditional_t<size == 4, UInt128, std::uint64_t>>;
    using Weighted = std::conditional_t<size >= 4, Int128, std::int64_t>;
};

// How many pixels a region has in a strip of up to 2^22 of them, where they reach and where their middle
// is: what wide vectors add, and of what they keep the largest, at once. Coordinates are below 2^20.
struct alignas(64) Extent {
    std::int64_t sums[4];   // of 1, y, x, z
    std::int32_t reach[8];  // the largest -x, -y, x + 1, y + 1, -z, z + 1; two are spare
};

// Sums of values, and extremes.
template <class T>
struct IntegerPartial {
    std::int64_t valid;  // pixels
    typename IntegerSums<T>::Sum sum;
    typename IntegerSums<T>::Squares squares;
    T min;
    T max;
};

// The same of 8- and 16-bit pixels while rows are added: in lanes of vectors, since adding up the lanes
// costs more than all else that is done for a run of usual length; it is done once per region and block.
template <class T>
struct alignas(64) ValueLanes {
    using Order = std::make_unsigned_t<T>;
    static constexpr std::size_t order_lanes = 16 / sizeof(T);
    static constexpr bool is_signed = std::is_signed_v<T>;
    // What pixels are counted from in the sums: the least byte, since bytes are added up as unsigned
    // numbers; of 16-bit pixels the middle, since products are of signed ones.
    static constexpr std::int64_t middle = sizeof(T) == 1 ? (is_signed ? -128 : 0)
                                           : is_signed    ? 0
                                                          : 32768;

    std::int64_t sums[8];         // four of v - middle, four of its squares
    Order lows[2 * order_lanes];  // the smallest v, then the complement of the largest, as Order
    std::int64_t valid;
    static constexpr int order_bit = is_signed ? 1 << (8 * sizeof(T) - 1) : 0;
};

// Pixels as unsigned numbers of the same order, and back. `static`: see channel_partials.hpp.
template <class T>
static inline typename ValueLanes<T>::Order order_of(T v) {
    using Order = typename ValueLanes<T>::Order;
    return static_cast<Order>(static_cast<Order>(v) ^ ValueLanes<T>::order_bit);
}
template <class T>
static inline T value_of_order(typename ValueLanes<T>::Order order) {
    return static_cast<T>(order ^ ValueLanes<T>::order_bit);
}

template <class T>
inline constexpr bool has_lanes = std::is_integral_v<T> && sizeof(T) <= 2;

// The mean of values, as the sum of two doubles, and the sum of squares about it.
struct Deviations {
    double center;
    double rest;
    double squares;
};

template <class T>
struct FloatPartial {
    std::int64_t valid;  // finite pixels
    double sum;
    double sum_low;  // what rounding took from `sum`
    Deviations deviations;
    T min;
    T max;
};

template <class T>
using ValuePartial = std::conditional_t<std::is_floating_point_v<T>, FloatPartial<T>, IntegerPartial<T>>;

// What is held of a region while the rows of a block are added.
template <class T>
using GatheredValues = std::conditional_t<has_lanes<T>, ValueLanes<T>, ValuePartial<T>>;

// Sums of value x coordinate, for z, y, x.
template <class T>
struct IntegerWeightedPartial {
    typename IntegerSums<T>::Sum sum;
    typename IntegerSums<T>::Weighted weighted[3];
};

struct FloatWeightedPartial {
    bool any;  // whether there was a finite pixel
    double sum;
    double sum_low;
    double weighted[3];      // value x (coordinate - anchor)
    std::int64_t anchor[3];  // of the first finite pixel
};

template <class T>
using WeightedPartial =
    std::conditional_t<std::is_floating_point_v<T>, FloatWeightedPartial, IntegerWeightedPartial<T>>;

}  // namespace mensura
