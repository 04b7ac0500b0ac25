// Union-find whose roots are the smallest members.
//
// Elements are numbered in raster order, so a set's root is its first element and numbering the roots in
// order numbers the sets in raster order. Paths are halved while they are followed (van Leeuwen and
// van der Weide), which keeps a sequence of n operations near linear.
#pragma once

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace mensura {

template <class Id>
class UnionFind {
public:
    // Sets of one element each.
    explicit UnionFind(std::size_t count) : parent_(count) {
        std::iota(parent_.begin(), parent_.end(), Id{0});
    }

    void unite(Id a, Id b) {
        a = root(a);
        b = root(b);
        if (a < b) {
            at(b) = a;
        } else {
            at(a) = b;
        }
    }

    // Replaces every element by the root of its set and hands the roots over. Parents come first, so one
    // pass in order is enough.
    std::vector<Id> take_roots() {
        for (Id& parent : parent_) parent = at(parent);
        return std::move(parent_);
    }

private:
    Id& at(Id i) { return parent_[static_cast<std::size_t>(i)]; }

    Id root(Id i) {
        while (at(i) != i) {
            at(i) = at(at(i));
            i = at(i);
        }
        return i;
    }

    std::vector<Id> parent_;
};

// Replaces every root by the number of its set, sets counted from 0 in order of their roots, and returns
// how many sets there are.
template <class Id>
Id number_roots(std::vector<Id>& roots) {
    Id sets = 0;
    for (std::size_t i = 0; i < roots.size(); ++i) {
        const auto root = static_cast<std::size_t>(roots[i]);
        roots[i] = root == i ? sets++ : roots[root];
    }
    return sets;
}

}  // namespace mensura
