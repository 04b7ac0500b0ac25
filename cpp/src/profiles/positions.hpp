// Where the samples of a stretch of profiles lie.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "profiles/fast_samples.hpp"

namespace mensura {

// Up to chunk_length samples, which may belong to several profiles: those along the middle of the
// profiles, and which row of `across` is theirs.
template <std::size_t axes>
struct Middle {
    std::array<Chunk<double>, axes> position;
    Chunk<std::int64_t> row;
};

// Walks over all samples of a geometry, a chunk at a time.
template <std::size_t axes>
class Positions {
public:
    explicit Positions(const ProfileGeometry& geometry) : geometry_(geometry) {}

    std::int64_t profile_of(std::int64_t sample) const {
        const auto begin = geometry_.offsets.begin();
        return std::upper_bound(begin, geometry_.offsets.end(), sample) - begin - 1;
    }

    void find(std::int64_t first, std::int64_t count, Middle<axes>& middle) const {
        if (!geometry_.is_straight()) return read(first, count, middle);
        std::int64_t profile = profile_of(first);
        for (std::int64_t i = 0; i < count; ++profile) {
            const std::int64_t begin = geometry_.offsets[static_cast<std::size_t>(profile)];
            const std::int64_t end = geometry_.offsets[static_cast<std::size_t>(profile) + 1];
            const std::int64_t stop = std::min(count, end - first);
            if (stop > i) walk(profile, first - begin, i, stop, first + stop == end, middle);
            i = stop;
        }
    }

    // The k-th samples across.
    void shift(const Middle<axes>& middle, std::int64_t count, std::size_t k,
               SamplePlace<axes>& place) const {
        for (std::size_t axis = 0; axis < axes; ++axis) {
            std::copy_n(middle.position[axis].data(), count, place.position[axis].data());
        }
        for (std::size_t direction = 0; direction + 1 < axes; ++direction) {
            const double offset = geometry_.offsets_across[k * (axes - 1) + direction];
            if (offset == 0) continue;
            for (std::size_t axis = 0; axis < axes; ++axis) {
                const double* across = geometry_.across + direction * axes + axis;
                double* position = place.position[axis].data();
                for (std::int64_t i = 0; i < count; ++i) {
                    position[i] += offset * across[middle.row[i] * directions_length];
                }
            }
        }
    }

private:
    void read(std::int64_t first, std::int64_t count, Middle<axes>& middle) const {
        const double* points = geometry_.points + first * row_length;
        for (std::int64_t i = 0; i < count; ++i) {
            for (std::size_t axis = 0; axis < axes; ++axis) {
                middle.position[axis][i] = points[i * row_length + static_cast<std::int64_t>(axis)];
            }
            middle.row[i] = first + i;
        }
    }

    // Samples [begin, end) of the chunk, all of one straight profile; the first of the chunk is its
    // sample `skipped`.
    void walk(std::int64_t profile, std::int64_t skipped, std::int64_t begin, std::int64_t end,
              bool has_last, Middle<axes>& middle) const {
        for (std::size_t axis = 0; axis < axes; ++axis) {
            const std::int64_t at = profile * row_length + static_cast<std::int64_t>(axis);
            const double start = geometry_.points[at];
            const double step = geometry_.step(profile, static_cast<std::int64_t>(axis));
            double* position = middle.position[axis].data();
            for (std::int64_t i = begin; i < end; ++i) {
                position[i] = start + static_cast<double>(skipped + i) * step;
            }
            if (has_last && geometry_.ends != nullptr) position[end - 1] = geometry_.ends[at];
        }
        std::fill(middle.row.data() + begin, middle.row.data() + end, profile);
    }

    static constexpr auto row_length = static_cast<std::int64_t>(axes);
    static constexpr auto directions_length = static_cast<std::int64_t>((axes - 1) * axes);

    const ProfileGeometry& geometry_;
};

}  // namespace mensura
