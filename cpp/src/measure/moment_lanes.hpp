// Moments of several regions side by side, one region in each lane of vectors; see runs/central.inl.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mensura {

inline constexpr std::size_t moment_lanes = 8;

// Of `n` sums of a region, 16 or 64, by index; axes are x, y, z.
template <std::size_t n>
struct MomentLanes {
    static constexpr std::size_t axes = n == 16 ? 2 : 3;

    // About some pixel, and how far from there the corner of the bounding box and the center lie, with
    // the sign of what is added to coordinates. The center is the whole number next to the centroid.
    alignas(64) std::int64_t sums[n][moment_lanes];
    std::int64_t to_corner[axes][moment_lanes];
    std::int64_t to_center[axes][moment_lanes];

    double corner[n][moment_lanes];  // about the corner, rounded

    // About the center, in two doubles; then about the centroid, the first of them rounded.
    double high[n][moment_lanes];
    double low[n][moment_lanes];
    // What bounds errors: the sum of the magnitudes of weights, and one more than the distance of any
    // pixel from the center.
    double mass[moment_lanes];
    double reach[axes][moment_lanes];
    std::int64_t is_certain[moment_lanes];  // whether all central moments are the nearest doubles
};

}  // namespace mensura
