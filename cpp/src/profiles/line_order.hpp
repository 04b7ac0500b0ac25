// In which order lines are sampled: those near each other one after the other.
//
// Lines come in any order, and an image that exceeds the cache is then fetched from memory again for
// every line. Sorted by the tile of the image that their middle lies in, they find most of their pixels
// in the cache. The results do not depend on it. Cost: two steps per line.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "mensura/profiles.hpp"

namespace mensura {

// The profiles of straight lines in an image of two axes, and how they are cut into blocks of about so
// many samples: block b is lines [begin[b], begin[b + 1]) of `profiles`.
struct LineOrder {
    std::vector<std::int64_t> profiles;
    std::vector<std::int64_t> begin;

    std::int64_t blocks() const { return static_cast<std::int64_t>(begin.size()) - 1; }
};

class LineTiles {
public:
    explicit LineTiles(const Shape& shape) {
        constexpr std::int64_t most_tiles = std::int64_t{1} << 16;
        while (tiles(shape.height) * tiles(shape.width) > most_tiles) side_ *= 2;
        scale_ = 1 / static_cast<double>(side_);  // exactly
        rows_ = tiles(shape.height);
        columns_ = tiles(shape.width);
    }

    std::int64_t count() const { return rows_ * columns_; }

    std::int64_t tile_of(const ProfileGeometry& geometry, std::int64_t profile) const {
        const auto p = static_cast<std::size_t>(profile);
        const auto half = static_cast<double>(geometry.offsets[p + 1] - geometry.offsets[p]) / 2;
        const double y = geometry.points[2 * profile] + half * geometry.steps[2 * profile];
        const double x = geometry.points[2 * profile + 1] + half * geometry.steps[2 * profile + 1];
        return index(y, rows_) * columns_ + index(x, columns_);
    }

private:
    std::int64_t tiles(std::int64_t length) const { return (length + side_ - 1) / side_; }

    std::int64_t index(double position, std::int64_t number) const {
        const double tile = position * scale_;
        return tile >= 0 ? static_cast<std::int64_t>(std::min(tile, static_cast<double>(number - 1)))
                         : 0;
    }

    std::int64_t side_ = 64;
    double scale_ = 1;
    std::int64_t rows_ = 1;
    std::int64_t columns_ = 1;
};

inline std::vector<std::int64_t> profiles_by_tile(const ProfileGeometry& geometry, const Shape& shape) {
    const LineTiles tiles(shape);
    const std::int64_t count = geometry.profiles();
    std::vector<std::int32_t> tile(static_cast<std::size_t>(count));
    std::vector<std::int64_t> next(static_cast<std::size_t>(tiles.count()) + 1);
    for (std::int64_t profile = 0; profile < count; ++profile) {
        const std::int64_t found = tiles.tile_of(geometry, profile);
        tile[static_cast<std::size_t>(profile)] = static_cast<std::int32_t>(found);
        ++next[static_cast<std::size_t>(found) + 1];
    }
    std::partial_sum(next.begin(), next.end(), next.begin());
    std::vector<std::int64_t> sorted(tile.size());
    for (std::int64_t profile = 0; profile < count; ++profile) {
        std::int64_t& at = next[static_cast<std::size_t>(tile[static_cast<std::size_t>(profile)])];
        sorted[static_cast<std::size_t>(at++)] = profile;
    }
    return sorted;
}

inline LineOrder order_of_lines(const ProfileGeometry& geometry, const Shape& shape,
                                std::int64_t samples_per_block) {
    LineOrder order{profiles_by_tile(geometry, shape), {0}};
    std::int64_t samples = 0;
    for (std::size_t i = 0; i < order.profiles.size(); ++i) {
        const auto profile = static_cast<std::size_t>(order.profiles[i]);
        samples += geometry.offsets[profile + 1] - geometry.offsets[profile];
        if (samples < samples_per_block) continue;
        order.begin.push_back(static_cast<std::int64_t>(i) + 1);
        samples = 0;
    }
    const auto all = static_cast<std::int64_t>(order.profiles.size());
    if (order.begin.back() != all) order.begin.push_back(all);
    return order;
}

}  // namespace mensura
