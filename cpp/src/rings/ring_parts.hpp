// What the pixels of one ring come to, in a stretch of an object.
//
// A stretch has at most `ring_part_pixels` pixels, so that the types below cannot overflow. They are
// small, because neighboring pixels often lie in different rings. Only declarations here: see the note
// in runs/kernels.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "measure/partials.hpp"

namespace mensura {

inline constexpr std::int64_t ring_part_pixels = std::int64_t{1} << 23;

// Integers of at most 16 bits. Both extremes are smallest numbers of 16 bits, so that one instruction
// takes both: the value less `bias`, and its complement, which is smallest where the value is largest.
template <class T>
struct alignas(32) SmallIntegerRingPart {
    static constexpr int count_shift = 40;
    static constexpr std::int32_t bias = std::is_same_v<T, std::uint16_t> ? 32768 : 0;

    std::uint64_t count_and_sum = 0;  // count x 2^40 + sum, which has a sign
    std::uint64_t squares = 0;
    std::uint32_t extremes = 0x7fff7fff;
};

template <class T>
struct IntegerRingPart : IntegerPartial<T> {
    IntegerRingPart()
        : IntegerPartial<T>{0, 0, {}, std::numeric_limits<T>::max(), std::numeric_limits<T>::lowest()} {}
};

// Floating pixels are summed as differences to the first of them, which is never farther from the mean
// than n^(1/2) deviations, so that squares keep their digits far from 0.
template <class T>
struct alignas(32) FloatRingPart {
    double sum = 0;      // of the differences
    double squares = 0;  // of them
    T anchor = 0;
    T min = std::numeric_limits<T>::infinity();
    T max = -std::numeric_limits<T>::infinity();
    std::uint32_t valid = 0;  // finite pixels
};

template <class T>
using RingPart =
    std::conditional_t<std::is_floating_point_v<T>, FloatRingPart<T>,
                       std::conditional_t<sizeof(T) <= 2, SmallIntegerRingPart<T>, IntegerRingPart<T>>>;

}  // namespace mensura
