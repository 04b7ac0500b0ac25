// Contacts that a strip alone does not see: with rows of other strips, and round the borders of an image
// that is periodic.
//
// Each strip collects the pairs of pieces that touch through its own rows' earlier neighbors; the pairs
// are few and are joined on one thread.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "regions/contacts.hpp"
#include "regions/neighbors.hpp"
#include "regions/region_rows.hpp"

namespace mensura {

// Pieces counted over all strips.
using PiecePairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

template <class T>
class Seams {
public:
    Seams(const ImageView& image, bool by_value, const Bands& bands,
          const std::vector<Neighbor>& neighbors, const std::array<bool, 3>& periodic,
          const RunTable& runs)
        : bands_(bands), neighbors_(neighbors), periodic_(periodic), runs_(runs),
          words_(words_for(bands.shape.width)), contacts_(image, by_value), band_(bands, runs),
          other_band_(bands, runs) {}

    PiecePairs pairs_of(const Strip& strip) {
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            if (periodic_[2]) join_pixels(r, 0, r, last_x());
            for (const Neighbor& n : neighbors_) {
                const auto other = neighbor_row(bands_.shape, periodic_, r, n);
                if (!other) continue;
                if (other->wrapped || other->row < strip.row_begin) join_rows(r, other->row, n.diagonal);
                if (periodic_[2] && n.diagonal) join_ends(r, other->row);
            }
            if (!any_periodic() && r - strip.row_begin >= reach()) break;
        }
        return std::move(pairs_);
    }

private:
    bool any_periodic() const { return periodic_[0] || periodic_[1] || periodic_[2]; }

    // How far above a row its earlier neighbors can lie.
    std::int64_t reach() const { return bands_.shape.depth > 1 ? bands_.shape.height + 1 : 1; }

    void join_rows(std::int64_t r, std::int64_t other, bool diagonal) {
        const Strip& strip = runs_.strip_of_row(r);
        const Strip& other_strip = runs_.strip_of_row(other);
        band_.seek(strip, r);
        other_band_.seek(other_strip, other);
        const JoinRow c = band_.join_row(foreground_of(runs_, r, words_));
        const JoinRow p = other_band_.join_row(foreground_of(runs_, other, words_));
        contacts_.visit(r, c, other, p, diagonal,
                        [&](std::uint32_t a, std::uint32_t b) { add(strip, a, other_strip, b); });
    }

    std::int64_t last_x() const { return bands_.shape.width - 1; }

    // The last pixel of either row with the first of the other, where x is periodic.
    void join_ends(std::int64_t r, std::int64_t other) {
        join_pixels(r, 0, other, last_x());
        join_pixels(r, last_x(), other, 0);
    }

    // `x` is the first or the last pixel of its row, which lies in the first or last run of its band.
    void join_pixels(std::int64_t r, std::int64_t x, std::int64_t other, std::int64_t other_x) {
        if (!is_foreground(r, x) || !is_foreground(other, other_x)) return;
        if (!contacts_.alike(r, x, other, other_x)) return;
        add(runs_.strip_of_row(r), end_run(r, x), runs_.strip_of_row(other), end_run(other, other_x));
    }

    bool is_foreground(std::int64_t r, std::int64_t x) const {
        const Word word = foreground_of(runs_, r, words_)[x / word_bits];
        return (word >> (x % word_bits) & 1) != 0;
    }

    std::int64_t end_run(std::int64_t r, std::int64_t x) const {
        const Strip& strip = runs_.strip_of_row(r);
        const auto band = static_cast<std::size_t>(bands_.of_row(r) - bands_.of_row(strip.row_begin));
        return x == 0 ? strip.first_run[band] : strip.first_run[band + 1] - 1;
    }

    void add(const Strip& strip, std::int64_t run, const Strip& other, std::int64_t other_run) {
        const std::pair pair{strip.first_piece + strip.piece[static_cast<std::size_t>(run)],
                             other.first_piece + other.piece[static_cast<std::size_t>(other_run)]};
        // Large pieces touch in many places. What comes again soon is known by its place in a small
        // table.
        auto& known = known_[static_cast<std::size_t>(pair.first + 7 * pair.second) % known_pairs];
        if (known == pair) return;
        known = pair;
        pairs_.push_back(pair);
    }

    static constexpr std::size_t known_pairs = 1024;

    const Bands& bands_;
    const std::vector<Neighbor>& neighbors_;
    std::array<bool, 3> periodic_;
    const RunTable& runs_;
    std::int64_t words_;
    Contacts<T> contacts_;
    BandBits band_;
    BandBits other_band_;
    PiecePairs pairs_;
    PiecePairs known_ = PiecePairs(known_pairs, {-1, -1});
};

}  // namespace mensura
