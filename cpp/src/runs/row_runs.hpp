// From the bitmaps of a row to its runs.
//
// A row is described by two bitmaps: `foreground`, and `starts`, the first pixel of every run.
// Neighboring runs may touch (where two values meet), which is why the foreground alone does not tell
// them apart. Cost: one step per word and per run.
#pragma once

#include <vector>

#include "runs/kernels.hpp"

namespace mensura {

inline std::int64_t words_for(std::int64_t width) { return (width + word_bits - 1) / word_bits; }

// Foreground pixels whose left neighbor is not foreground: the starts where touching runs cannot happen.
// Both may be the same words.
inline void rising_bits(const Word* foreground, std::int64_t words, Word* starts) {
    Word carry = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word word = foreground[w];
        starts[w] = word & ~(word << 1 | carry);
        carry = word >> (word_bits - 1);
    }
}

// The runs of one row, in order: [start(k), end(k)).
class RowRuns {
public:
    std::int64_t count() const { return count_; }
    std::int64_t start(std::int64_t k) const { return start_[static_cast<std::size_t>(k)]; }
    std::int64_t end(std::int64_t k) const { return end_[static_cast<std::size_t>(k)]; }

    void read(const Word* foreground, const Word* starts, std::int64_t words) {
        const auto room = static_cast<std::size_t>(kernels().count(starts, words) + spare_runs);
        if (start_.size() < room) {
            start_.resize(room);
            end_.resize(room);
        }
        count_ = kernels().runs(foreground, starts, words, start_.data(), end_.data());
    }

private:
    std::vector<std::int64_t> start_;
    std::vector<std::int64_t> end_;
    std::int64_t count_ = 0;
};

}  // namespace mensura
