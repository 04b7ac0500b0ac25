// Joins the runs of one strip, band by band while its rows are scanned.
//
// Each band's runs are counted, given a parent each, and united with those of the bands before that they
// touch. So the pixels of a row are compared with those of its neighbors while they are in the cache.
// Contacts come in closed form from bitmaps (runs/contacts.inl); unions run on the runs as in He, Chao
// and Suzuki, "A run-based two-scan labeling algorithm", IEEE TIP 17(5), 2008.
//
// Memory while a strip is joined: 1/8 byte a pixel for where runs start, if that is not kept with the
// image, 1/16 for how many lie before each word, and 4 bytes a run for its parent, room for which is
// made for one run in eight pixels.
#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <vector>

#include "regions/contacts.hpp"
#include "regions/faces.hpp"
#include "regions/implied.hpp"
#include "regions/neighbors.hpp"
#include "regions/raster_numbers.hpp"
#include "regions/region_rows.hpp"
#include "regions/union_find.hpp"

namespace mensura {

// T is the equality type of the pixels; corners touch in a volume of full connectivity.
template <class T>
class StripJoiner {
public:
    StripJoiner(const ImageView& image, bool by_value, const Bands& bands,
                const std::vector<Neighbor>& neighbors, RunTable& runs, Strip& strip)
        : by_value_(by_value), bands_(bands), neighbors_(neighbors), runs_(runs), strip_(strip),
          words_(words_for(bands.shape.width)), first_band_(bands.of_row(strip.row_begin)),
          end_band_(bands.of_row(strip.row_end - 1) + 1), contacts_(image, by_value),
          implied_(words_, neighbors.back().diagonal), faces_(bands, runs),
          rank_(static_cast<std::size_t>((end_band_ - first_band_) * words_)) {
        if (runs.starts.empty()) made_.resize(rank_.size());
        starts_ = made_.empty() ? runs.starts.data() + strip.row_begin * words_ : made_.data();
        strip.first_run.reserve(static_cast<std::size_t>(end_band_ - first_band_ + 1));
        strip.first_run.push_back(0);
        // So much that it seldom has to grow, up to what is worth it.
        constexpr std::int64_t most = std::int64_t{1} << 19;
        const std::int64_t pixels = (strip.row_end - strip.row_begin) * bands.shape.width;
        parent_.reserve(static_cast<std::size_t>(std::min(pixels / 8, most)));
    }

    std::int64_t first_band() const { return first_band_; }
    std::int64_t end_band() const { return end_band_; }

    // Takes the next band, whose rows have been scanned.
    void add_band(std::int64_t band) {
        count_runs(band);
        if (bands_.are_rows() && bands_.shape.depth > 1) {
            join_row(band);
        } else {
            join_band(band);
        }
    }

    // Writes the pieces of the strip, numbered in raster order.
    void finish() {
        strip_.piece.resize(parent_.size());
        if (bands_.are_rows()) {
            strip_.pieces = number_sets<std::uint32_t>(parent_, strip_.piece);
        } else {
            RasterNumbers numbers(bands_, runs_, words_);
            const auto row = [this](std::int64_t b) { return join_row(nullptr, b); };
            strip_.pieces = numbers.assign(first_band_, end_band_, row, parent_, strip_.piece);
        }
    }

    FoundStrip found(std::size_t number) const {
        return {bands_, runs_, strip_, number, starts_, rank_.data()};
    }

private:
    Word* starts_of(std::int64_t band) { return starts_ + (band - first_band_) * words_; }
    std::uint32_t* rank_of(std::int64_t band) { return rank_.data() + (band - first_band_) * words_; }
    JoinRow join_row(const Word* foreground, std::int64_t band) {
        return {foreground, starts_of(band), rank_of(band)};
    }

    void count_runs(std::int64_t band) {
        Word* starts = starts_of(band);
        if (!by_value_) {
            merge_band(bands_, runs_, bands_.first_row(band), words_, starts);
            rising_bits(starts, words_, starts);
        }
        const std::size_t before = parent_.size();
        const std::int64_t runs = kernels().rank(starts, words_, strip_.first_run.back(), rank_of(band));
        if (runs > std::numeric_limits<std::uint32_t>::max()) {
            throw std::length_error("a strip of the image holds more runs than 32 bits can count");
        }
        strip_.first_run.push_back(static_cast<std::uint32_t>(runs));
        parent_.resize(static_cast<std::size_t>(runs));
        const auto first = parent_.begin() + static_cast<std::ptrdiff_t>(before);
        std::iota(first, parent_.end(), static_cast<std::uint32_t>(before));
    }

    void join_band(std::int64_t band) {
        const std::int64_t row = bands_.first_row(band);
        for (const Neighbor& n : neighbors_) {
            const auto other = neighbor_band(row, n);
            if (!other) continue;
            const JoinRow c = join_row(faces_.current(row, n), band);
            const JoinRow p = join_row(faces_.earlier(*other, n), bands_.of_row(*other));
            contacts_.visit(row, c, *other, p, n.diagonal, unite());
        }
    }

    // A row of a volume, without the contacts that others imply.
    void join_row(std::int64_t r) {
        const JoinRow c = join_row(foreground_of(runs_, r, words_), r);
        contacts_.turn_to(r, c);
        implied_.start_row(r > strip_.row_begin && r % bands_.shape.height != 0);
        for (const Neighbor& n : neighbors_) {
            const auto other = neighbor_band(r, n);
            if (!other) continue;
            const JoinRow p = join_row(foreground_of(runs_, *other, words_), *other);
            implied_.take(n, contacts_.compare(*other, p));
            contacts_.visit_compared(p, implied_.known(n), n.diagonal, unite());
        }
    }

    auto unite() {
        return [sets = UnionFind<std::uint32_t>(parent_)](std::uint32_t a, std::uint32_t b) mutable {
            sets.unite_with_earlier(a, b);
        };
    }

    // The first row of a neighboring band of the strip, from that of a band.
    std::optional<std::int64_t> neighbor_band(std::int64_t row, const Neighbor& n) const {
        const Shape& shape = bands_.shape;
        const std::int64_t z = row / shape.height + n.dz * bands_.planes;
        const std::int64_t y = row % shape.height + n.dy * bands_.rows;
        if (z < 0 || y < 0 || y >= shape.height) return std::nullopt;
        const std::int64_t other = z * shape.height + y;
        return other < strip_.row_begin ? std::nullopt : std::optional(other);
    }

    bool by_value_;
    const Bands& bands_;
    const std::vector<Neighbor>& neighbors_;
    RunTable& runs_;
    Strip& strip_;
    std::int64_t words_;
    std::int64_t first_band_;
    std::int64_t end_band_;
    Contacts<T> contacts_;
    ImpliedContacts implied_;
    Faces faces_;
    Word* starts_ = nullptr;  // of the strip's bands, from its first one on
    Column<Word> made_;       // where they are not kept
    Column<std::uint32_t> rank_;
    Column<std::uint32_t> parent_;  // of each run, itself where it is the first of its piece so far
};

}  // namespace mensura
