// From label values to consecutive slots, in order of first appearance.
//
// Labels that lie close together, as those of an ordinary label image do, are looked up in a window: an
// array indexed by label - begin, kept while it is at most eight times as long as there are labels. All
// others are looked up in a hash table with linear probing. Memory follows the number of labels, never
// their values; a look-up costs a few operations either way.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

#include "mensura/column.hpp"

namespace mensura {

class LabelIndex {
public:
    // The slot of a label, a new one where it has none yet.
    std::int64_t slot(std::uint64_t label) {
        const std::uint64_t offset = label - begin_;
        if (offset < window_.size() && window_[offset] != empty) return window_[offset];
        if (outside_ != 0) {  // then there is a hash table
            const std::int64_t hashed = places_[place_of(label)];
            if (hashed != empty) return hashed;
        }
        return find_or_add(label);
    }

    // The slot of a label, or -1 where it has none.
    std::int64_t find(std::uint64_t label) const {
        if (in_window(label)) return window_[label - begin_];
        return places_.empty() ? empty : places_[place_of(label)];
    }

    // Forgets all labels and keeps the memory.
    void clear() {
        std::fill(window_.begin(), window_.end(), empty);
        if (hashed_ != 0) std::fill(places_.begin(), places_.end(), empty);
        labels_.clear();
        hashed_ = 0;
        outside_ = 0;
        low_ = ~std::uint64_t{0};
        high_ = 0;
    }

    // Keeps the labels alone: gives up what their slots are found with.
    void give_up_places() {
        // An empty list assigned would leave the memory where it is.
        window_ = Column<std::int64_t>();
        places_ = Column<std::int64_t>();
    }

    // Whether some labels are looked up in the hash table.
    bool has_hashed() const { return outside_ != 0; }

    const Column<std::uint64_t>& labels() const { return labels_; }
    std::size_t size() const { return labels_.size(); }

    // All slots in order of their labels.
    Column<std::size_t> sorted_slots() const {
        Column<std::size_t> order;
        order.reserve(labels_.size());
        if (outside_ == 0) {  // the window is in order already
            for (const std::int64_t slot : window_) {
                if (slot != empty) order.push_back(static_cast<std::size_t>(slot));
            }
            return order;
        }
        for (const Labeled& each : sorted_labels()) order.push_back(each.slot);
        return order;
    }

private:
    static constexpr std::int64_t empty = -1;
    static constexpr std::uint64_t smallest_window = 1024;

    // Pairs are sorted sooner than slots whose labels have to be looked up.
    struct Labeled {
        std::uint64_t label;
        std::size_t slot;
        bool operator<(const Labeled& other) const { return label < other.label; }
    };

    // Dealt by label into about as many ranges as there are labels, few of which have many.
    Column<Labeled> sorted_labels() const {
        const auto [low, high] = std::minmax_element(labels_.begin(), labels_.end());
        const int range_bits = static_cast<int>(std::bit_width(*high - *low)) -
                               static_cast<int>(std::bit_width(labels_.size()));
        const auto range_of = [low = *low, shift = std::max(0, range_bits)](std::uint64_t label) {
            return static_cast<std::size_t>((label - low) >> shift);
        };
        Column<std::size_t> ends;  // of ranges; their begins at first
        ends.assign(range_of(*high) + 2, 0);
        for (const std::uint64_t label : labels_) ++ends[range_of(label) + 1];
        std::partial_sum(ends.begin(), ends.end(), ends.begin());
        Column<Labeled> sorted(labels_.size());
        for (std::size_t s = 0; s < labels_.size(); ++s) {
            sorted[ends[range_of(labels_[s])]++] = {labels_[s], s};
        }
        std::size_t begin = 0;
        for (const std::size_t end : ends) {
            if (end - begin > 1) {
                std::sort(sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                          sorted.begin() + static_cast<std::ptrdiff_t>(end));
            }
            begin = end;
        }
        return sorted;
    }

    [[gnu::noinline]] std::int64_t find_or_add(std::uint64_t label) {
        if (!in_window(label) && !stretch_window(label)) return find_or_add_hashed(label);
        std::int64_t& slot = window_[label - begin_];
        if (slot == empty) {
            slot = static_cast<std::int64_t>(labels_.size());
            labels_.push_back(label);
            low_ = std::min(low_, label);
            high_ = std::max(high_, label);
        }
        return slot;
    }

    // --------------------------------------------------------------------------------------- window

    bool in_window(std::uint64_t label) const { return label - begin_ < window_.size(); }

    // Moves and widens the window so that it holds the label too, where it stays short enough. Labels
    // that were hashed so far and lie in the new window are found there from now on.
    bool stretch_window(std::uint64_t label) {
        const std::uint64_t low = std::min(low_, label);
        const std::uint64_t high = std::max(high_, label);
        const std::uint64_t kept = std::max<std::uint64_t>(smallest_window, window_.size());
        // It grows with the number of labels only: were it to grow whenever a label lies near, labels
        // that are spread evenly would lead it from one to the next through all of their range.
        if (high - low >= std::max<std::uint64_t>(kept, 8 * labels_.size())) return false;
        low_ = low;
        high_ = high;
        // Room on both sides, so that stretching is rare in whichever direction labels come.
        const std::uint64_t needed = high - low + 1;
        const std::uint64_t slack = (needed <= kept ? kept : 2 * needed) - needed;
        begin_ = low - std::min(low, slack / 2);
        const std::uint64_t above = ~std::uint64_t{0} - high;
        const std::uint64_t last = high + std::min(above, slack / 2);
        window_.assign(static_cast<std::size_t>(last - begin_ + 1), empty);
        outside_ = 0;
        for (std::size_t s = 0; s < labels_.size(); ++s) {
            if (in_window(labels_[s])) {
                window_[labels_[s] - begin_] = static_cast<std::int64_t>(s);
            } else {
                ++outside_;
            }
        }
        return true;
    }

    // ----------------------------------------------------------------------------------------- hash

    // The place of a label in the hash table: the one that holds it, or the empty one where it belongs.
    std::size_t place_of(std::uint64_t label) const {
        const std::size_t mask = places_.size() - 1;
        auto place = static_cast<std::size_t>(label * 0x9E3779B97F4A7C15U >> shift_);
        while (places_[place] != empty && labels_[static_cast<std::size_t>(places_[place])] != label) {
            place = (place + 1) & mask;
        }
        return place;
    }

    std::int64_t find_or_add_hashed(std::uint64_t label) {
        if (places_.empty()) resize_hash(10);
        std::size_t place = place_of(label);
        if (places_[place] != empty) return places_[place];
        if (2 * (hashed_ + 1) > places_.size()) {
            resize_hash(64 - shift_ + 1);
            place = place_of(label);
        }
        places_[place] = static_cast<std::int64_t>(labels_.size());
        labels_.push_back(label);
        ++hashed_;
        ++outside_;
        return places_[place];
    }

    void resize_hash(int bits) {
        const Column<std::int64_t> slots = std::move(places_);
        places_.assign(std::size_t{1} << bits, empty);
        shift_ = 64 - bits;
        for (const std::int64_t s : slots) {
            if (s != empty) places_[place_of(labels_[static_cast<std::size_t>(s)])] = s;
        }
    }

    Column<std::uint64_t> labels_;
    Column<std::int64_t> window_;
    std::uint64_t begin_ = 0;
    std::uint64_t low_ = ~std::uint64_t{0};  // the labels that the window is kept for
    std::uint64_t high_ = 0;
    Column<std::int64_t> places_;
    std::size_t hashed_ = 0;   // entries of the hash table, also of labels that the window took over
    std::size_t outside_ = 0;  // labels that are not in the window
    int shift_ = 64;
};

}  // namespace mensura
