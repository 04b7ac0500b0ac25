// Numbers the regions of an image from the pieces of its strips and the pairs of pieces that touch.
//
// Pairs are joined on one thread; they are few. Two passes over the pieces are shared out by strips: one
// sets up the union-find, one counts the roots up from where the strips before end.
#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "mensura/threads.hpp"
#include "regions/seams.hpp"
#include "regions/union_find.hpp"

namespace mensura {

// Id is signed and holds the number of pieces.
template <class Id>
class SeamNumbers {
public:
    SeamNumbers(const std::vector<Strip>& strips, std::int64_t pieces, int threads)
        : strips_(strips), threads_(pieces > worth_threads ? threads : 1),
          region_(static_cast<std::size_t>(pieces)) {}

    // Numbers the regions 1..N and returns N.
    std::int64_t assign(const std::vector<PiecePairs>& pairs) {
        for_each_strip([this](std::size_t, std::int64_t first, std::int64_t end) {
            for (std::int64_t i = first; i < end; ++i) at(i) = static_cast<Id>(i);
        });
        join(pairs);
        const std::vector<std::int64_t> before = regions_before(pairs);
        for_each_strip([&](std::size_t strip, std::int64_t first, std::int64_t end) {
            auto number = static_cast<Id>(before[strip]);
            for (std::int64_t i = first; i < end; ++i) {
                if (at(i) >= 0) at(i) = ++number;
            }
        });
        for_each_touching(pairs, [this](std::int64_t i) {
            if (at(i) < 0) at(i) = at(~at(i));
        });
        return before.back();
    }

    // The region of each piece.
    Column<Id> take_regions() { return std::move(region_); }

private:
    static constexpr std::int64_t worth_threads = std::int64_t{1} << 17;

    Id& at(std::int64_t i) { return region_[static_cast<std::size_t>(i)]; }

    void join(const std::vector<PiecePairs>& pairs) {
        UnionFind<Id> sets(region_);
        for (const PiecePairs& touching : pairs) {
            for (const auto& [a, b] : touching) sets.unite(static_cast<Id>(a), static_cast<Id>(b));
        }
        for_each_touching(pairs, [&sets](std::int64_t i) { sets.flatten(static_cast<Id>(i)); });
    }

    // How many regions begin before each strip. On the way the pieces that are no roots get the
    // complement of their root, by which they are known from then on.
    std::vector<std::int64_t> regions_before(const std::vector<PiecePairs>& pairs) {
        std::vector<std::int64_t> before{0};
        for (const Strip& strip : strips_) before.push_back(strip.pieces);
        for_each_touching(pairs, [&](std::int64_t i) {
            if (at(i) < 0 || at(i) == i) return;
            at(i) = ~at(i);
            const auto behind = std::upper_bound(
                strips_.begin(), strips_.end(), i,
                [](std::int64_t piece, const Strip& strip) { return piece < strip.first_piece; });
            --before[static_cast<std::size_t>(behind - strips_.begin())];
        });
        std::partial_sum(before.begin(), before.end(), before.begin());
        return before;
    }

    template <class Visit>
    static void for_each_touching(const std::vector<PiecePairs>& pairs, Visit visit) {
        for (const PiecePairs& touching : pairs) {
            for (const auto& [a, b] : touching) {
                visit(a);
                visit(b);
            }
        }
    }

    // Calls visit(index of the strip, its first piece, one past its last).
    template <class Visit>
    void for_each_strip(Visit visit) {
        for_each_block(static_cast<std::int64_t>(strips_.size()), threads_, [&](std::int64_t s) {
            const Strip& strip = strips_[static_cast<std::size_t>(s)];
            visit(static_cast<std::size_t>(s), strip.first_piece, strip.first_piece + strip.pieces);
        });
    }

    const std::vector<Strip>& strips_;
    int threads_;
    Column<Id> region_;
};

}  // namespace mensura
