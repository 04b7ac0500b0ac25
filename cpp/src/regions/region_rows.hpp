// The rows of stored regions, and walks over their runs.
//
// A strip keeps the foreground of its rows and the regions of the runs of its bands; where runs start
// within a band is kept only where it does not follow from the foreground. BandBits makes it again.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "mensura/regions.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

inline const Word* foreground_of(const RunTable& runs, std::int64_t r, std::int64_t words) {
    return runs.foreground.data() + r * words;
}

// Sets `merged` to the foreground of all rows of the band whose first row is `first`.
inline void merge_band(const Bands& bands, const RunTable& runs, std::int64_t first, std::int64_t words,
                       Word* merged) {
    std::fill_n(merged, words, Word{0});
    bands.visit_rows(first, [&](std::int64_t r) {
        const Word* foreground = foreground_of(runs, r, words);
        for (std::int64_t w = 0; w < words; ++w) merged[w] |= foreground[w];
    });
}

// The rows of the band whose first row is `first`, in the order of BandRows; `nothing` in place of those
// that it lacks at the border.
inline std::array<const Word*, 4> rows_of_band(const Bands& bands, const RunTable& runs,
                                               std::int64_t first, std::int64_t words,
                                               const Word* nothing) {
    std::array<const Word*, 4> rows;
    rows.fill(nothing);
    bands.visit_rows(first, [&](std::int64_t r) {
        const std::int64_t plane = (r - first) / bands.shape.height;
        const std::int64_t row = (r - first) % bands.shape.height;
        rows[static_cast<std::size_t>(plane * bands.rows + row)] = foreground_of(runs, r, words);
    });
    return rows;
}

// Where runs start in one band of stored regions, and how many lie before each word.
class BandBits {
public:
    BandBits(const Bands& bands, const RunTable& runs)
        : bands_(bands), runs_(runs), words_(words_for(bands.shape.width)),
          starts_(static_cast<std::size_t>(words_)), rank_(starts_.size()) {}

    // Moves to the band of row r.
    void seek(const Strip& strip, std::int64_t r) {
        const std::int64_t band = bands_.of_row(r);
        if (band == band_) return;
        band_ = band;
        first_run_ = strip.first_run.data() + (band - bands_.of_row(strip.row_begin));
        if (runs_.starts.empty()) {
            merge_band(bands_, runs_, bands_.first_row(band), words_, starts_.data());
            rising_bits(starts_.data(), words_, starts_.data());
        } else {
            std::copy_n(runs_.starts.data() + r * words_, words_, starts_.data());
        }
        kernels().rank(starts_.data(), words_, *first_run_, rank_.data());
    }

    const Word* starts() const { return starts_.data(); }
    std::int64_t first_run() const { return first_run_[0]; }
    std::int64_t end_run() const { return first_run_[1]; }
    JoinRow join_row(const Word* foreground) const { return {foreground, starts_.data(), rank_.data()}; }

    // The run of the band that holds pixel x.
    std::int64_t run_at(std::int64_t x) const {
        const auto w = static_cast<std::size_t>(x / word_bits);
        const Word up_to = ~Word{0} >> (word_bits - 1 - x % word_bits);
        return std::int64_t{rank_[w]} + std::popcount(starts_[w] & up_to) - 1;
    }

private:
    const Bands& bands_;
    const RunTable& runs_;
    std::int64_t words_;
    std::int64_t band_ = -1;
    const std::uint32_t* first_run_ = nullptr;
    std::vector<Word> starts_;
    std::vector<std::uint32_t> rank_;
};

class RegionRows {
public:
    explicit RegionRows(const Regions& regions)
        : regions_(regions), words_(words_for(regions.shape().width)),
          band_(regions.bands(), regions.runs()) {}

    // Calls visit(start, end, region) for every run of row r, from left to right.
    template <class Visit>
    void visit_row(std::int64_t r, Visit visit) {
        visit_pieces(r,
                     [&](std::int64_t start, std::int64_t end, const Strip& strip, std::uint32_t piece) {
                         const std::int64_t region = regions_.region_of_piece(strip, piece);
                         if (region != 0) visit(start, end, region);
                     });
    }

    // Calls visit(start, end, strip, piece) for every run of row r, also where its region was dropped.
    template <class Visit>
    void visit_pieces(std::int64_t r, Visit visit) {
        const Strip& strip = regions_.runs().strip_of_row(r);
        const Word* foreground = foreground_of(regions_.runs(), r, words_);
        band_.seek(strip, r);
        if (regions_.bands().are_rows()) {
            runs_.read(foreground, band_.starts(), words_);
            const std::uint32_t* piece = strip.piece.data() + band_.first_run();
            for (std::int64_t k = 0; k < runs_.count(); ++k) {
                visit(runs_.start(k), runs_.end(k), strip, piece[k]);
            }
        } else {
            runs_.read_band(band_.join_row(foreground), words_);
            for (std::int64_t k = 0; k < runs_.count(); ++k) {
                visit(runs_.start(k), runs_.end(k), strip, strip.piece[runs_.band_run(k)]);
            }
        }
    }

    // The region at pixel x of row r, 0 outside all.
    std::int64_t region_at(std::int64_t r, std::int64_t x) {
        const Strip& strip = regions_.runs().strip_of_row(r);
        const Word word = foreground_of(regions_.runs(), r, words_)[x / word_bits];
        if ((word >> (x % word_bits) & 1) == 0) return 0;
        band_.seek(strip, r);
        return regions_.region(strip, band_.run_at(x));
    }

private:
    const Regions& regions_;
    std::int64_t words_;
    BandBits band_;
    RowRuns runs_;
};

}  // namespace mensura
