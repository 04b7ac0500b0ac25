// From label values to consecutive slots, in order of first appearance.
//
// A hash table with linear probing whose hash keeps neighboring labels in neighboring places: the consecutive ids of
// an ordinary label image fill it without a collision and stay in cache, while the high part of sparse
// ids is scattered. Memory follows the number of labels, not their values.
#pragma once

#include <cstdint>
#include <vector>

namespace mensura {

class LabelIndex {
public:
    LabelIndex() : places_(std::size_t{1} << bits_, empty) {}

    // The slot of a label, a new one where it has none yet.
    std::int64_t slot(std::uint64_t label) {
        if (last_slot_ != empty && label == last_label_) return last_slot_;
        last_label_ = label;
        last_slot_ = find_or_add(label);
        return last_slot_;
    }

    const std::vector<std::uint64_t>& labels() const { return labels_; }
    std::size_t size() const { return labels_.size(); }

private:
    static constexpr std::int64_t empty = -1;

    std::size_t mask() const { return places_.size() - 1; }

    std::size_t home(std::uint64_t label) const {
        const std::uint64_t scattered = (label >> bits_) * 0x9E3779B97F4A7C15U >> (64 - bits_);
        return static_cast<std::size_t>(label + scattered) & mask();
    }

    // The place of a label: the one that holds it, or the empty one where it belongs.
    std::size_t place_of(std::uint64_t label) const {
        std::size_t place = home(label);
        while (places_[place] != empty && labels_[static_cast<std::size_t>(places_[place])] != label) {
            place = (place + 1) & mask();
        }
        return place;
    }

    std::int64_t find_or_add(std::uint64_t label) {
        std::size_t place = place_of(label);
        if (places_[place] != empty) return places_[place];
        if (2 * (labels_.size() + 1) > places_.size()) {
            grow();
            place = place_of(label);
        }
        places_[place] = static_cast<std::int64_t>(labels_.size());
        labels_.push_back(label);
        return places_[place];
    }

    void grow() {
        ++bits_;
        places_.assign(std::size_t{1} << bits_, empty);
        for (std::size_t s = 0; s < labels_.size(); ++s) {
            places_[place_of(labels_[s])] = static_cast<std::int64_t>(s);
        }
    }

    int bits_ = 6;
    std::vector<std::int64_t> places_;
    std::vector<std::uint64_t> labels_;
    std::uint64_t last_label_ = 0;
    std::int64_t last_slot_ = empty;
};

}  // namespace mensura
