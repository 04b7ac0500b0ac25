// All sums of a region in a block of one plane at once: of its pixels, put together of windows, and of
// its geometry.
//
// Regions whose pixels lie near each other are summed up one after the other and not row by row: what
// their sums need then stays in registers, and a run costs a few vector instructions (runs/windows.inl,
// runs/region_geometry.inl).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <tuple>

#include "measure/channel_partials.hpp"
#include "measure/moments.hpp"
#include "measure/runs_by_region.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {

template <>
struct RegionSums<NoPixel> {
    // Wider and taller regions have sums of more than 64 bits.
    static constexpr std::int64_t most_side = most_geometry_side;

    RunBox box;
    std::array<std::int64_t, 16> moments;  // about the corner of the box

    RegionSums(std::span<const BlockRun> runs, const RunBox& its_box) : box(its_box) {
        kernels().sum_geometry(runs.data(), static_cast<std::int64_t>(runs.size()), box.top, box.left,
                               moments.data());
    }
};

template <class T>
struct RegionSums {
    // Wider regions have more windows than are worth while.
    static constexpr std::int64_t most_width = 8 * window_columns;

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
    std::int64_t y;  // from where coordinates are counted in the moments
    std::int64_t x;
    std::array<Int128, 16> moments{};

    RegionSums(const BlockPixels<T>& image, std::span<const BlockRun> runs, const RunBox& box)
        : y(box.top), x(box.left) {
        for (const BlockRun& run : runs) pixels += run.end - run.start;
        for (std::size_t begin = 0; begin < runs.size();) {
            const std::int64_t top = runs[begin].y;
            std::size_t end = begin + 1;
            while (end < runs.size() && runs[end].y - top < window_rows) ++end;
            add_windows(image, runs.subspan(begin, end - begin), box);
            begin = end;
        }
    }

    std::int64_t sum() const { return static_cast<std::int64_t>(moments[0]); }

private:
    void add_windows(const BlockPixels<T>& image, std::span<const BlockRun> runs, const RunBox& box) {
        WindowSums window;
        for (std::int64_t left = box.left; left < box.right; left += window_columns) {
            intensity_kernels_of<T>().sum_window(image, runs.data(),
                                                 static_cast<std::int64_t>(runs.size()), left, &window);
            if (window.any) add(window, runs[0].y, left);
        }
    }

    // Adds a window whose first row and column these are.
    void add(const WindowSums& window, std::int64_t top, std::int64_t left) {
        squares += static_cast<std::int64_t>(window.squares);
        cubes += window.cubes;
        fourths += window.fourths;
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
