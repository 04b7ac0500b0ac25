// Contacts between planes that others imply.
//
// With c a pixel and C, E, P, R the pixels of its column in the rows (z, y - 1), (z - 1, y), (z - 1, y -
// 1) and (z - 1, y + 1), all of the same value where they are named:
//
//   c and P        are joined through E, or through C (which touches P as c touches E)
//   c and R        are joined through E
//   c and E        are joined through C and P or, where corners touch, through C alone, which touches
//                  E and its neighbors along x as c touches R and those of R
//
// and so are c and the neighbors of P, R and E along x. What a dropped contact rests on are contacts
// within a plane, which are never dropped, and contacts with E of this row and with E and R of the row
// above, which rest on rows still further up: nothing goes round in a circle. In the first row of a
// strip or plane there is no C, so all contacts with E are kept; a C in another strip or an E in another
// one is joined at the seam. In objects more than a pixel across this leaves few contacts of one plane
// with the next.
#pragma once

#include <algorithm>
#include <utility>

#include "mensura/column.hpp"
#include "regions/neighbors.hpp"
#include "runs/kernels.hpp"

namespace mensura {

class ImpliedContacts {
public:
    // `corners` where pixels touch at corners as well.
    ImpliedContacts(std::int64_t words, bool corners)
        : corners_(corners), words_(words), above_(static_cast<std::size_t>(words)),
          behind_(above_.size()), behind_before_(above_.size()), implied_(above_.size()) {}

    // Starts another row; `continues` where it follows the one before in the same plane.
    void start_row(bool continues) {
        std::swap(behind_, behind_before_);
        if (!continues) std::fill(behind_before_.begin(), behind_before_.end(), Word{0});
        std::fill(above_.begin(), above_.end(), Word{0});
        std::fill(behind_.begin(), behind_.end(), Word{0});
    }

    // Takes the pixels that agree with a neighbor, before known() is asked for it and for those after it
    // in earlier_neighbors().
    void take(const Neighbor& n, const Word* same) {
        if (n.dz == 0) std::copy_n(same, words_, above_.data());
        if (n.dz != 0 && n.dy == 0) std::copy_n(same, words_, behind_.data());
    }

    // The pixels that need no contact with a neighbor, or null. Valid until the next call.
    const Word* known(const Neighbor& n) {
        if (n.dz == 0) return nullptr;
        if (n.dy > 0) return behind_.data();
        if (n.dy < 0) return combine([](Word above, Word behind, Word) { return above | behind; });
        if (corners_) return above_.data();
        return combine([](Word above, Word, Word before) { return above & before; });
    }

private:
    template <class Rule>
    const Word* combine(Rule rule) {
        for (std::size_t w = 0; w < implied_.size(); ++w) {
            implied_[w] = rule(above_[w], behind_[w], behind_before_[w]);
        }
        return implied_.data();
    }

    bool corners_;
    std::int64_t words_;
    Column<Word> above_;          // agrees with C
    Column<Word> behind_;         // agrees with E
    Column<Word> behind_before_;  // the same of the row above: C agrees with P
    Column<Word> implied_;
};

}  // namespace mensura
