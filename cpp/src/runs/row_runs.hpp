// From the bitmaps of a row to its runs.
//
// A row is described by two bitmaps: `foreground`, and `starts`, the first pixel of every run.
// Neighboring runs may touch (where two values meet), which is why the foreground alone does not tell
// them apart. Cost: one step per word and per run.
#pragma once

#include <bit>
#include <vector>

#include "runs/kernels.hpp"

namespace mensura {

inline std::int64_t words_for(std::int64_t width) { return (width + word_bits - 1) / word_bits; }

// Foreground pixels whose left neighbor is not foreground: the starts where touching runs cannot happen.
inline void rising_bits(const Word* foreground, std::int64_t words, Word* starts) {
    Word carry = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        starts[w] = foreground[w] & ~(foreground[w] << 1 | carry);
        carry = foreground[w] >> (word_bits - 1);
    }
}

inline std::int64_t count_bits(const Word* bits, std::int64_t words) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words; ++w) count += std::popcount(bits[w]);
    return count;
}

// Calls visit(x) for every set bit x, in increasing order.
template <class Visit>
void for_each_bit(Word word, std::int64_t offset, Visit visit) {
    for (; word != 0; word &= word - 1) visit(offset + std::countr_zero(word));
}

// The runs of one row, in order: [start[k], end[k]).
class RowRuns {
public:
    std::int64_t count() const { return static_cast<std::int64_t>(start_.size()); }
    std::int64_t start(std::int64_t k) const { return start_[static_cast<std::size_t>(k)]; }
    std::int64_t end(std::int64_t k) const { return end_[static_cast<std::size_t>(k)]; }

    void read(const Word* foreground, const Word* starts, std::int64_t words) {
        start_.clear();
        end_.clear();
        for (std::int64_t w = 0; w < words; ++w) {
            if (foreground[w] == 0) continue;
            const bool more = w + 1 < words;
            const Word next_foreground =
                foreground[w] >> 1 | (more ? foreground[w + 1] << (word_bits - 1) : 0);
            const Word next_starts = starts[w] >> 1 | (more ? starts[w + 1] << (word_bits - 1) : 0);
            const Word last = foreground[w] & (~next_foreground | next_starts);
            for_each_bit(starts[w], w * word_bits, [this](std::int64_t x) { start_.push_back(x); });
            for_each_bit(last, w * word_bits, [this](std::int64_t x) { end_.push_back(x + 1); });
        }
    }

private:
    std::vector<std::int64_t> start_;
    std::vector<std::int64_t> end_;
};

}  // namespace mensura
