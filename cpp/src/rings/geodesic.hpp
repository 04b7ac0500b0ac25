// Lengths of the shortest ways within an object: from pixel to touching pixel, corners included.
//
// A step costs the distance between the two centers. Dijkstra's algorithm, with a ring of buckets for a
// queue (Dial, "Algorithm 360", 1969): a bucket is as wide as the shortest step, so that the pixels of
// one bucket cannot shorten each other's ways and may come in any order. Cost: one look at each neighbor
// of each pixel, and few pixels are looked at twice.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace mensura {

class Geodesic {
public:
    // Without steps along z where `axes` is 2.
    Geodesic(const std::array<double, 3>& side, int axes);

    // `field` is infinite in the object and negative outside of it, of which there is at least one layer
    // all around (without steps along z not in front and behind). Writes the lengths of the ways from
    // the pixels `sources`; unreached pixels stay infinite. Throws std::invalid_argument where the sides
    // differ too much.
    void lengths(double* field, const std::array<std::int64_t, 3>& size,
                 std::span<const std::int64_t> sources);

private:
    struct Step {
        std::array<int, 3> by;
        double length;
    };

    std::size_t bucket_of(double length) const {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(length * per_length_) %
                                        buckets_.size());
    }

    void make_buckets();

    std::vector<Step> steps_;
    double longest_ = 0;
    double per_length_;
    std::vector<std::vector<std::int64_t>> buckets_;
};

}  // namespace mensura
