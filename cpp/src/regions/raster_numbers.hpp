// Numbers the pieces of a strip in raster order where rows are joined in bands.
//
// The runs of a band are numbered by x, so the first run of a piece need not hold its first pixel. But
// its first pixel lies in the layer where its first run does: the band in an image, the bands of the
// same planes in a volume. Layer by layer, pieces are numbered in order of their first runs, and those
// that begin in the layer put in order once more, for which their runs are looked at row by row. Cost: a
// step or two per run, and a few more per run of a piece that begins in its layer.
#pragma once

#include <array>
#include <bit>
#include <limits>
#include <span>
#include <vector>

#include "regions/region_rows.hpp"
#include "regions/union_find.hpp"

namespace mensura {

class RasterNumbers {
public:
    RasterNumbers(const Bands& bands, const RunTable& runs, std::int64_t words)
        : bands_(bands), runs_(runs), words_(words), nothing_(static_cast<std::size_t>(words)) {}

    // Writes the numbers of the pieces of the runs of bands [first_band, end_band), of which `parents`
    // tells an earlier run of the same piece, if it has one, or the run itself; returns how many pieces
    // there are. row(band) tells where the runs of a band start.
    template <class Row>
    std::int64_t assign(std::int64_t first_band, std::int64_t end_band, Row row,
                        std::span<const std::uint32_t> parents, std::span<std::uint32_t> pieces) {
        const std::int64_t layer = bands_.planes > 1 ? bands_.across() : 1;
        for (std::int64_t begin = first_band; begin < end_band; begin += layer) {
            const std::uint32_t old = pieces_;
            newcomers_.clear();
            band_ends_.clear();
            for (std::int64_t band = begin; band < begin + layer; ++band) {
                if (bands_.planes > 1) {
                    add_band<4>(row(band), bands_.first_row(band), old, parents, pieces);
                } else {
                    add_band<2>(row(band), bands_.first_row(band), old, parents, pieces);
                }
                band_ends_.push_back(newcomers_.size());
            }
            if (pieces_ > old) number_layer(old, pieces);
        }
        return pieces_;
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    // A run whose piece begins in the layer, and in which rows of the band it has a pixel.
    struct Newcomer {
        std::uint32_t run;
        std::uint32_t rows;
    };

    // The first rows of a band.
    template <std::size_t count>
    struct Rows {
        std::array<const Word*, 4> row;

        Word merged(std::int64_t w) const {
            Word word = 0;
            for (std::size_t i = 0; i < count; ++i) word |= row[i][w];
            return word;
        }
        std::uint32_t touched(std::int64_t w, Word pixels) const {
            std::uint32_t rows = 0;
            for (std::size_t i = 0; i < count; ++i) {
                rows |= std::uint32_t{(row[i][w] & pixels) != 0} << i;
            }
            return rows;
        }
    };

    template <std::size_t count>
    void add_band(const JoinRow& band, std::int64_t first_row, std::uint32_t old,
                  std::span<const std::uint32_t> parents, std::span<std::uint32_t> pieces) {
        const std::size_t before = newcomers_.size();
        number_runs(band, old, parents, pieces);
        if (newcomers_.size() == before) return;
        starts_.resize(runs_in(band) + spare_runs);
        kernels().positions(band.starts, words_, starts_.data());
        const Rows<count> rows{rows_of_band(bands_, runs_, first_row, words_, nothing_.data())};
        for (std::size_t i = before; i < newcomers_.size(); ++i) {
            const auto x = static_cast<std::uint64_t>(starts_[newcomers_[i].run - band.rank[0]]);
            newcomers_[i].rows =
                rows_touched(rows, static_cast<std::int64_t>(x / word_bits), Word{1} << (x % word_bits));
        }
    }

    std::uint32_t runs_in(const JoinRow& band) const {
        const std::int64_t last = words_ - 1;
        return band.rank[last] - band.rank[0] +
               static_cast<std::uint32_t>(std::popcount(band.starts[last]));
    }

    // Numbers the runs of a band as their pieces come, and appends those whose pieces begin in the
    // layer: their numbers are `old` or more. Which runs those are is hard to foresee, so each is
    // written down and then counted or not.
    void number_runs(const JoinRow& band, std::uint32_t old, std::span<const std::uint32_t> parents,
                     std::span<std::uint32_t> pieces) {
        const std::size_t before = newcomers_.size();
        const std::uint32_t first = band.rank[0];
        const std::uint32_t count = runs_in(band);
        newcomers_.resize(before + count + 1);
        Newcomer* next = newcomers_.data() + before;
        std::uint32_t sets = pieces_;
        for (std::uint32_t run = first; run < first + count; ++run) {
            const std::uint32_t number = number_of_set<std::uint32_t>(parents, pieces, run, sets);
            pieces[run] = number;
            next->run = run;
            next += number >= old;
        }
        pieces_ = sets;
        newcomers_.resize(static_cast<std::size_t>(next - newcomers_.data()));
    }

    // The rows in which the run that starts at a bit of word w has pixels.
    template <std::size_t count>
    std::uint32_t rows_touched(const Rows<count>& rows, std::int64_t w, Word start) const {
        // Adding its first bit to a stretch of ones carries to the bit behind it.
        const Word merged = rows.merged(w);
        const Word stretch = merged & ~(merged + start);
        const std::uint32_t touched = rows.touched(w, stretch);
        if ((stretch >> (word_bits - 1)) == 0) return touched;
        return touched | rows_touched_from(rows, w + 1);
    }

    // The rows in which the run that comes from the word before w has pixels from there on.
    template <std::size_t count>
    std::uint32_t rows_touched_from(const Rows<count>& rows, std::int64_t w) const {
        std::uint32_t touched = 0;
        for (; w < words_; ++w) {
            const Word merged = rows.merged(w);
            const Word stretch = merged & ~(merged + 1);
            touched |= rows.touched(w, stretch);
            if ((stretch >> (word_bits - 1)) == 0) break;
        }
        return touched;
    }

    // Numbers the pieces from `old` on anew, row by row: the planes in turn, in each the bands, in each
    // the rows.
    void number_layer(std::uint32_t old, std::span<std::uint32_t> pieces) {
        number_.assign(pieces_ - old, none);
        std::uint32_t number = old;
        for (std::int64_t plane = 0; plane < bands_.planes; ++plane) {
            std::size_t first = 0;
            for (const std::size_t end : band_ends_) {
                for (std::int64_t row = 0; row < bands_.rows; ++row) {
                    number = number_row(plane * bands_.rows + row, first, end, old, pieces, number);
                }
                first = end;
            }
        }
        for (const Newcomer& each : newcomers_) pieces[each.run] = number_[pieces[each.run] - old];
    }

    // Numbers the pieces that a row of a band is the first to reach; returns the next number.
    std::uint32_t number_row(std::int64_t row, std::size_t first, std::size_t end, std::uint32_t old,
                             std::span<const std::uint32_t> pieces, std::uint32_t next) {
        for (std::size_t i = first; i < end; ++i) {
            std::uint32_t& number = number_[pieces[newcomers_[i].run] - old];
            // Without a branch, which noise would make a guess.
            const std::uint32_t is_next =
                (newcomers_[i].rows >> row & 1) & std::uint32_t{number == none};
            number = (number & (is_next - 1)) | (next & (0 - is_next));
            next += is_next;
        }
        return next;
    }

    const Bands& bands_;
    const RunTable& runs_;
    std::int64_t words_;
    std::vector<Word> nothing_;
    std::vector<std::uint32_t> number_;  // of the pieces of the layer, by the one they came with
    std::vector<Newcomer> newcomers_;
    std::vector<std::int64_t> starts_;    // of the runs of a band
    std::vector<std::size_t> band_ends_;  // how many newcomers there are up to each band of the layer
    std::uint32_t pieces_ = 0;
};

}  // namespace mensura
