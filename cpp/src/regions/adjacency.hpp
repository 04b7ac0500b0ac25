// Which runs of two neighboring rows touch, in closed form on bitmaps.
//
// With c the current row, p an earlier neighbor row and q the pixels where both hold the same value:
//
//   face contact    one edge for the first pixel x of every stretch of q:     (c run at x, p run at x)
//   diagonal        a run of c starts at x, one of p with its value ended at x - 1, and the pixel p[x]
//                   does not hold the value:                                  (c run at x, p run at x -
//                   1)
//   the mirror      the same with c and p exchanged:                          (c run at x - 1, p run at
//   x)
//
// Every pair of touching runs is reported exactly once per stretch of contact, with no walk over the
// runs. Cost: about ten word operations per 64 pixels and a few per edge.
#pragma once

#include "runs/row_runs.hpp"

namespace mensura {

// One row as the join sees it. `rank[w]` counts the runs before word w, so that the run at a pixel is
// found without a search; values are null where all foreground is alike.
template <class T>
struct JoinRow {
    const Word* foreground;
    const Word* starts;
    const std::uint32_t* rank;
    const T* values;

    // The run that holds pixel x of word w.
    std::uint32_t run_at(std::int64_t w, std::int64_t x) const {
        const Word up_to = ~Word{0} >> (word_bits - 1 - x % word_bits);
        return rank[w] + static_cast<std::uint32_t>(std::popcount(starts[w] & up_to)) - 1;
    }
    // The run that holds pixel x - 1, which may lie in the word before.
    std::uint32_t run_before(std::int64_t w, std::int64_t x) const {
        const Word below = (Word{1} << (x % word_bits)) - 1;
        return rank[w] + static_cast<std::uint32_t>(std::popcount(starts[w] & below)) - 1;
    }
};

// Calls edge(run of c, run of p) for every contact. `equal` holds the bits of c == p, or is null where
// all foreground is alike.
template <class T, class Edge>
void for_each_contact(const JoinRow<T>& c, const JoinRow<T>& p, const Word* equal, std::int64_t words,
                      bool diagonal, Edge edge) {
    Word both_carry = 0;
    Word c_carry = 0;
    Word p_carry = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word cf = c.foreground[w];
        const Word pf = p.foreground[w];
        const Word both = cf & pf & (equal != nullptr ? equal[w] : ~Word{0});
        const std::int64_t offset = w * word_bits;
        const Word face = both & (~(both << 1 | both_carry) | c.starts[w]);
        for_each_bit(face, offset, [&](std::int64_t x) { edge(c.run_at(w, x), p.run_at(w, x)); });
        if (diagonal) {
            const Word falling = c.starts[w] & (pf << 1 | p_carry) & ~both;
            for_each_bit(falling, offset, [&](std::int64_t x) {
                if (equal == nullptr || c.values[x] == p.values[x - 1]) {
                    edge(c.run_at(w, x), p.run_before(w, x));
                }
            });
            const Word rising = p.starts[w] & (cf << 1 | c_carry) & ~both;
            for_each_bit(rising, offset, [&](std::int64_t x) {
                if (equal == nullptr || c.values[x - 1] == p.values[x]) {
                    edge(c.run_before(w, x), p.run_at(w, x));
                }
            });
        }
        both_carry = both >> (word_bits - 1);
        c_carry = cf >> (word_bits - 1);
        p_carry = pf >> (word_bits - 1);
    }
}

}  // namespace mensura
