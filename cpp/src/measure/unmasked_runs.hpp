// The parts of runs that a mask leaves.
//
// The mask of a row becomes a bitmap and its runs, like any image; both lists of runs are in order, so
// one walk over both finds where they overlap. Cost: one step per word, run and overlap.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "image/rows.hpp"
#include "measure/blocks.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

class UnmaskedRuns {
public:
    explicit UnmaskedRuns(const ImageView& mask) : reader_(mask) {}

    // What row r of the mask leaves of `runs`, in the local coordinates of the block; until the next
    // call.
    const std::vector<SlotRun>& of_row(std::int64_t r, const Block& block,
                                       const std::vector<SlotRun>& runs) {
        read(r, block);
        left_.clear();
        std::int64_t k = 0;
        for (const SlotRun& run : runs) {
            while (k < open_.count() && open_.end(k) <= run.start) ++k;
            for (std::int64_t j = k; j < open_.count() && open_.start(j) < run.end; ++j) {
                left_.push_back(
                    {std::max(run.start, open_.start(j)), std::min(run.end, open_.end(j)), run.slot});
            }
        }
        return left_;
    }

private:
    // The runs of pixels that are not masked.
    void read(std::int64_t r, const Block& block) {
        const std::int64_t width = block.column_end - block.column_begin;
        const std::int64_t words = words_for(width);
        bits_.resize(static_cast<std::size_t>(words));
        starts_.resize(bits_.size());
        const std::uint8_t* row = reader_.read(r, block.column_begin, width);
        scan_kernels_of<std::uint8_t>().foreground(row, width, 0, bits_.data());
        for (Word& word : bits_) word = ~word;
        if (width % word_bits != 0) bits_.back() &= (Word{1} << width % word_bits) - 1;
        rising_bits(bits_.data(), words, starts_.data());
        open_.read(bits_.data(), starts_.data(), words);
    }

    RowReader<std::uint8_t> reader_;
    std::vector<Word> bits_;
    std::vector<Word> starts_;
    RowRuns open_;
    std::vector<SlotRun> left_;
};

}  // namespace mensura
