// All sums of a region in a block of one plane at once, put together of windows.
//
// Regions whose pixels lie near each other are summed up one after the other and not row by row: what
// their sums need then stays in registers, and a run costs a few vector instructions (runs/windows.inl).
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "measure/channel_partials.hpp"
#include "measure/moments.hpp"

namespace mensura {

template <class T>
struct RegionSums {
    // A value, and where it is first.
    struct Place {
        T value;
        std::int64_t y;
        std::int64_t x;
    };

    std::int64_t pixels = 0;
    std::int64_t squares = 0;  // below 2^52
    UInt128 cubes = 0;
    UInt128 fourths = 0;
    Place low{};
    Place high{};
    std::int64_t y = 0;  // from where coordinates are counted in the moments
    std::int64_t x = 0;
    std::array<Int128, 16> moments{};

    std::int64_t sum() const { return static_cast<std::int64_t>(moments[0]); }

    // Adds a window whose first row and column these are.
    void add(const WindowSums& window, std::int64_t top, std::int64_t left) {
        squares += static_cast<std::int64_t>(window.squares);
        cubes += window.cubes;
        fourths += (UInt128{window.fourths_high} << 32) + window.fourths_low;
        const Place lowest = place_of(window.low, top, left);
        const Place highest = place_of(window.high, top, left);
        if (!any_ || lowest.value < low.value || comes_before(lowest, low)) low = lowest;
        if (!any_ || highest.value > high.value || comes_before(highest, high)) high = highest;
        any_ = true;
        std::array<Int128, 16> moved;
        for (std::size_t m = 0; m < moved.size(); ++m) moved[m] = window.moments[m];
        move_moments(moved, std::array<std::int64_t, 3>{0, top - y, left - x});
        for (std::size_t m = 0; m < moved.size(); ++m) moments[m] += moved[m];
    }

private:
    static Place place_of(const WindowLow& low, std::int64_t top, std::int64_t left) {
        return {static_cast<T>(low.value), top + low.y, left + low.x};
    }
    // Of pixels of one value; windows come in no order of rows.
    static bool comes_before(const Place& a, const Place& b) {
        return a.value == b.value && std::tie(a.y, a.x) < std::tie(b.y, b.x);
    }

    bool any_ = false;
};

}  // namespace mensura
