// The pixels of a band of rows that face another band.
//
// Where two or four rows are joined as one (regions.hpp), only those that lie next to another band can
// touch it. One row is passed on as it stands; several are merged. Cost: a step per word and row merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "regions/neighbors.hpp"
#include "regions/region_rows.hpp"

namespace mensura {

class Faces {
public:
    Faces(const Bands& bands, const RunTable& runs)
        : bands_(bands), runs_(runs), words_(words_for(bands.shape.width)) {}

    const Word* current(std::int64_t row, const Neighbor& n) {
        return face(row, facing(-n.dz), facing(-n.dy), current_);
    }
    // An earlier band has all its rows and planes, save where it lies below in y.
    const Word* earlier(std::int64_t row, const Neighbor& n) {
        return face(row, facing(n.dz), facing(n.dy), earlier_);
    }

private:
    enum Part { first, last, both };

    // The part that faces a band from which a step leads to this one.
    static Part facing(int step) { return step == 0 ? both : step > 0 ? first : last; }

    static bool holds(Part part, std::int64_t i, std::int64_t count) {
        return part == both || i == (part == first ? 0 : count - 1);
    }

    const Word* face(std::int64_t row, Part planes, Part rows, std::vector<Word>& merged) {
        const Word* only = nullptr;
        bool is_merged = false;
        bands_.visit_rows(row, [&](std::int64_t r) {
            const std::int64_t i = (r - row) / bands_.shape.height;
            const std::int64_t j = (r - row) % bands_.shape.height;
            if (!holds(planes, i, bands_.planes) || !holds(rows, j, bands_.rows)) return;
            const Word* foreground = foreground_of(runs_, r, words_);
            if (only == nullptr) {
                only = foreground;
                return;
            }
            merged.resize(static_cast<std::size_t>(words_));
            const Word* before = is_merged ? merged.data() : only;
            for (std::int64_t w = 0; w < words_; ++w) {
                merged[static_cast<std::size_t>(w)] = before[w] | foreground[w];
            }
            is_merged = true;
        });
        return is_merged ? merged.data() : only != nullptr ? only : nothing();
    }

    // A band at the border may lack the row that would face the other one.
    const Word* nothing() {
        nothing_.resize(static_cast<std::size_t>(words_));
        return nothing_.data();
    }

    const Bands& bands_;
    const RunTable& runs_;
    std::int64_t words_;
    std::vector<Word> current_;
    std::vector<Word> earlier_;
    std::vector<Word> nothing_;
};

}  // namespace mensura
