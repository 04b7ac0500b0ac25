// The runs of a block, region by region, and the sums of each region.
//
// Runs come row by row. They are held, 16 bytes each, and sorted by their slots when all are there, by
// counting. Regions wider than most_width have more windows than are worth while; they are handed out
// run by run.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "measure/region_sums.hpp"
#include "memory/fetch.hpp"
#include "mensura/column.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {

template <class T>
class RunsByRegion {
public:
    void clear() { runs_.clear(); }

    // Adds the runs of row y, whose pixels will be read in place; of rows so many bytes apart.
    void add_row(std::int64_t y, const std::vector<SlotRun>& row, const T* pixels,
                 std::ptrdiff_t row_step) {
        pixels_ = {row_of(BlockPixels<T>{pixels, row_step}, -y), row_step};
        for (const SlotRun& run : row) {
            ask_for(pixels, run);
            runs_.push_back({static_cast<std::int32_t>(run.start), static_cast<std::int32_t>(run.end),
                             static_cast<std::int32_t>(y), static_cast<std::int32_t>(run.slot)});
        }
    }

    // Calls take(slot, sums) for each region that is narrow enough, and leave(run, pixels of its row)
    // for the runs of the others, in raster order.
    template <class Take, class Leave>
    void visit(std::size_t slots, Take take, Leave leave) {
        sort(slots);
        for (std::size_t slot = 0; slot < slots; ++slot) {
            if (slot + 1 < slots) ask_for(runs_of(slot + 1));
            const std::span<const BlockRun> runs = runs_of(slot);
            if (runs.empty()) continue;
            const auto [left, right] = reach_of(runs);
            if (right - left <= most_width) {
                take(slot, sums_of(runs, left, right));
            } else {
                for (const BlockRun& run : runs) leave(run, row_of(pixels_, run.y));
            }
        }
    }

private:
    static constexpr std::int64_t most_width = 8 * window_columns;

    struct Reach {
        std::int64_t left;
        std::int64_t right;
    };

    // By slots; those of a slot stay in their order.
    void sort(std::size_t slots) {
        ends_.assign(slots + 1, 0);
        for (const BlockRun& run : runs_) ++ends_[static_cast<std::size_t>(run.slot) + 1];
        for (std::size_t slot = 1; slot <= slots; ++slot) ends_[slot] += ends_[slot - 1];
        sorted_.resize(runs_.size());
        for (const BlockRun& run : runs_) sorted_[ends_[static_cast<std::size_t>(run.slot)]++] = run;
    }

    std::span<const BlockRun> runs_of(std::size_t slot) const {
        const std::size_t begin = slot == 0 ? 0 : ends_[slot - 1];
        return std::span(sorted_).subspan(begin, ends_[slot] - begin);
    }

    // Rows of a region lie far apart, which no hardware foresees.
    void ask_for(std::span<const BlockRun> runs) const {
        for (const BlockRun& run : runs) {
            ask_for(row_of(pixels_, run.y), run);
        }
    }

    // Once as rows come, for the outer caches, and once more before a region, for the inner ones.
    template <class Run>
    static void ask_for(const T* row, const Run& run) {
        fetch_soon(row + run.start);
        fetch_soon(row + run.end - 1);
    }

    static Reach reach_of(std::span<const BlockRun> runs) {
        Reach reach{runs[0].start, runs[0].end};
        for (const BlockRun& run : runs) {
            reach.left = std::min<std::int64_t>(reach.left, run.start);
            reach.right = std::max<std::int64_t>(reach.right, run.end);
        }
        return reach;
    }

    RegionSums<T> sums_of(std::span<const BlockRun> runs, std::int64_t left, std::int64_t right) const {
        RegionSums<T> sums;
        sums.y = runs[0].y;
        sums.x = left;
        for (const BlockRun& run : runs) sums.pixels += run.end - run.start;
        for (std::size_t begin = 0; begin < runs.size();) {
            const std::int64_t top = runs[begin].y;
            std::size_t end = begin + 1;
            while (end < runs.size() && runs[end].y - top < window_rows) ++end;
            add_windows(runs.subspan(begin, end - begin), left, right, sums);
            begin = end;
        }
        return sums;
    }

    void add_windows(std::span<const BlockRun> runs, std::int64_t left, std::int64_t right,
                     RegionSums<T>& sums) const {
        WindowSums window;
        for (std::int64_t x = left; x < right; x += window_columns) {
            intensity_kernels_of<T>().sum_window(pixels_, runs.data(),
                                                 static_cast<std::int64_t>(runs.size()), x, &window);
            if (window.any) sums.add(window, runs[0].y, x);
        }
    }

    BlockPixels<T> pixels_{};
    Column<BlockRun> runs_;
    Column<BlockRun> sorted_;
    Column<std::size_t> ends_;
};

}  // namespace mensura
