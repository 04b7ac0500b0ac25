// The runs of a block of one plane, region by region.
//
// Runs come row by row. They are held, 16 bytes each, and sorted by their slots when all are there, by
// counting. Whoever sums up a region at once takes them from here, and those of regions that are too
// large for that row by row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "measure/sums.hpp"
#include "mensura/column.hpp"

namespace mensura {

// The rectangle that runs in raster order lie in.
struct RunBox {
    std::int64_t top;
    std::int64_t bottom;
    std::int64_t left;
    std::int64_t right;

    RunBox() = default;
    explicit RunBox(std::span<const BlockRun> runs)
        : top(runs.front().y), bottom(runs.back().y + 1), left(runs.front().start),
          right(runs.front().end) {
        for (const BlockRun& run : runs) {
            left = std::min<std::int64_t>(left, run.start);
            right = std::max<std::int64_t>(right, run.end);
        }
    }
    std::int64_t height() const { return bottom - top; }
    std::int64_t width() const { return right - left; }
};

class RunsByRegion {
public:
    void clear() { runs_.clear(); }

    // Adds the runs of row y.
    void add_row(std::int64_t y, const std::vector<SlotRun>& row) {
        for (const SlotRun& run : row) {
            runs_.push_back({static_cast<std::int32_t>(run.start), static_cast<std::int32_t>(run.end),
                             static_cast<std::int32_t>(y), static_cast<std::int32_t>(run.slot)});
        }
    }

    // After the last row; the runs of a slot stay in their order.
    void sort(std::size_t slots) {
        ends_.assign(slots + 1, 0);
        for (const BlockRun& run : runs_) ++ends_[static_cast<std::size_t>(run.slot) + 1];
        for (std::size_t slot = 1; slot <= slots; ++slot) ends_[slot] += ends_[slot - 1];
        sorted_.resize(runs_.size());
        for (const BlockRun& run : runs_) sorted_[ends_[static_cast<std::size_t>(run.slot)]++] = run;
        ends_.pop_back();  // each is now where its own runs end
        boxes_.resize(slots);
        for (std::size_t slot = 0; slot < slots; ++slot) {
            if (!of(slot).empty()) boxes_[slot] = RunBox(of(slot));
        }
    }

    std::size_t slots() const { return ends_.size(); }
    // The runs of a slot in raster order.
    std::span<const BlockRun> of(std::size_t slot) const {
        const std::size_t begin = slot == 0 ? 0 : ends_[slot - 1];
        return std::span(sorted_).subspan(begin, ends_[slot] - begin);
    }

    // Where they lie, if there are any.
    const RunBox& box(std::size_t slot) const { return boxes_[slot]; }

private:
    Column<BlockRun> runs_;
    Column<BlockRun> sorted_;
    Column<std::size_t> ends_;
    Column<RunBox> boxes_;
};

// Calls visit(y, runs) for the rows of a region.
template <class Visit>
void visit_rows(std::span<const BlockRun> runs, Visit visit) {
    std::vector<SlotRun> row;
    for (std::size_t k = 0; k < runs.size(); ++k) {
        row.push_back({runs[k].start, runs[k].end, runs[k].slot});
        if (k + 1 < runs.size() && runs[k + 1].y == runs[k].y) continue;
        visit(runs[k].y, row);
        row.clear();
    }
}

// The families of a block, by how they are given what they sum up.
template <class Pixel>
struct FamilyTurns {
    std::vector<BlockSums<Pixel>*> by_region;
    std::vector<BlockSums<Pixel>*> by_row;

    // Those that can take regions do so where there are at least so many of them.
    template <class AllSums>
    void share_out(const AllSums& all, std::size_t fewest) {
        for (const auto& sums : all) (sums->takes_regions() ? by_region : by_row).push_back(&*sums);
        if (by_region.size() >= fewest) return;
        by_row.insert(by_row.end(), by_region.begin(), by_region.end());
        by_region.clear();
    }
};

}  // namespace mensura
