// Union-find whose roots are the smallest members.
//
// Elements are numbered in raster order, so a set's root is its first element and numbering the roots in
// order numbers the sets in raster order. Paths are halved while they are followed (van Leeuwen and
// van der Weide), which keeps a sequence of n operations near linear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

namespace mensura {

template <class Id>
class UnionFind {
public:
    // `parent[i] == i` where a set has one element. The parents are somebody else's.
    explicit UnionFind(std::span<Id> parent) : parent_(parent) {}

    void unite(Id a, Id b) {
        a = root(a);
        b = root(b);
        if (a < b) {
            at(b) = a;
        } else {
            at(a) = b;
        }
    }

    // The same for an element and one before it, nearly always without looking for roots: where a is a
    // root still, as new elements are, it goes below the parent of b, which is smaller; where both have
    // the same parent, that is written once more. Which of the two it is, nobody could foresee, so one
    // test is made of both: a product is zero where either factor is.
    void unite_with_earlier(Id a, Id b)
        requires(sizeof(Id) == sizeof(std::uint32_t))
    {
        const Id parent_a = at(a);
        const Id parent_b = at(b);
        if (static_cast<std::uint64_t>(parent_a ^ a) * (parent_a ^ parent_b) == 0) [[likely]] {
            at(a) = parent_b;
        } else {
            unite(a, b);
        }
    }

    // Makes the root the parent of an element.
    void flatten(Id i) { at(i) = root(i); }

private:
    Id& at(Id i) { return parent_[static_cast<std::size_t>(i)]; }

    Id root(Id i) {
        while (at(i) != i) {
            at(i) = at(at(i));
            i = at(i);
        }
        return i;
    }

    std::span<Id> parent_;
};

// The number of the set of element i, sets counted in order of their roots: `sets`, then one higher,
// where it is a root. Parents come first, so they have their numbers before their children.
template <class Id>
Id number_of_set(std::span<const Id> parents, std::span<const Id> numbers, std::size_t i, Id& sets) {
    const auto parent = static_cast<std::size_t>(parents[i]);
    // Without a branch, which nobody could foresee. What a root finds in its own place is not used.
    const Id is_root = Id{parent == i};
    const Id number = (numbers[parent] & (is_root - 1)) | (sets & (0 - is_root));
    sets += is_root;
    return number;
}

// Writes the number of every element's set, counted from 0, and returns how many sets there are.
template <class Id>
Id number_sets(std::span<const Id> parents, std::span<Id> numbers) {
    Id sets = 0;
    for (std::size_t i = 0; i < parents.size(); ++i) {
        numbers[i] = number_of_set<Id>(parents, numbers, i, sets);
    }
    return sets;
}

}  // namespace mensura
