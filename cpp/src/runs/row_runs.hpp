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

// From where values change to where runs start: within the foreground, and in any case where it begins.
// There the values change as well, unless another thread wrote to the image between two looks at a
// pixel; a foreground pixel without a run would lead out of all memory.
inline void starts_from_breaks(const Word* foreground, std::int64_t words, Word* breaks) {
    Word carry = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word word = foreground[w];
        breaks[w] = word & (breaks[w] | ~(word << 1 | carry));
        carry = word >> (word_bits - 1);
    }
}

// The runs of one row, in order: [start(k), end(k)).
class RowRuns {
public:
    std::int64_t count() const { return count_; }
    std::int64_t start(std::int64_t k) const { return ends_[static_cast<std::size_t>(2 * k)]; }
    std::int64_t end(std::int64_t k) const { return ends_[static_cast<std::size_t>(2 * k + 1)]; }

    // The run of the band that run k lies in, after read_band().
    std::uint32_t band_run(std::int64_t k) const { return band_run_[static_cast<std::size_t>(k)]; }

    void read(const Word* foreground, const Word* starts, std::int64_t words) {
        make_room(starts, words);
        count_ = kernels().runs(foreground, starts, words, ends_.data());
    }

    // The same for a row of a band whose foreground is alike.
    void read_band(const JoinRow& row, std::int64_t words) {
        band_run_.resize(make_room(row.foreground, words));
        count_ = kernels().band_runs(row, words, ends_.data(), band_run_.data());
    }

private:
    // There are at most as many runs as bits. They are counted where rows are so long that room for any
    // number of runs would be felt. Returns for how many there is room.
    std::size_t make_room(const Word* bits, std::int64_t words) {
        constexpr std::int64_t long_row = 1024;
        const std::int64_t most = words <= long_row ? words * word_bits : kernels().count(bits, words);
        const auto room = static_cast<std::size_t>(most + spare_runs);
        if (ends_.size() < 2 * room) ends_.resize(2 * room);
        return ends_.size() / 2;
    }

    std::vector<std::int64_t> ends_;  // the start of each run, one past its end
    std::vector<std::uint32_t> band_run_;
    std::int64_t count_ = 0;
};

}  // namespace mensura
