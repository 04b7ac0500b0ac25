// Which rows may touch, which are joined as one band, and how an image is cut into strips.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "mensura/regions.hpp"

namespace mensura {

// An earlier row or band that may touch the current one: at (z + dz, y + dy), also diagonally along x or
// not. With its opposites, a pixel's whole neighborhood.
struct Neighbor {
    int dz;
    int dy;
    bool diagonal;
};

inline std::vector<Neighbor> earlier_neighbors(int connectivity, bool volume) {
    std::vector<Neighbor> neighbors{{0, -1, connectivity >= 2}};
    if (!volume) return neighbors;
    neighbors.push_back({-1, 0, connectivity >= 2});
    if (connectivity >= 2) {
        neighbors.push_back({-1, -1, connectivity >= 3});
        neighbors.push_back({-1, 1, connectivity >= 3});
    }
    return neighbors;
}

// The row at a neighbor's place, and whether the way there leads round the image.
struct NeighborRow {
    std::int64_t row;
    bool wrapped;
};

inline std::optional<NeighborRow> neighbor_row(const Shape& shape, const std::array<bool, 3>& periodic,
                                               std::int64_t r, const Neighbor& n) {
    const std::int64_t z = r / shape.height + n.dz;
    const std::int64_t y = r % shape.height + n.dy;
    const bool off_z = z < 0;
    const bool off_y = y < 0 || y >= shape.height;
    if ((off_z && !periodic[0]) || (off_y && !periodic[1])) return std::nullopt;
    const std::int64_t around_z = off_z ? shape.depth - 1 : z;
    const std::int64_t around_y = (y + shape.height) % shape.height;
    return NeighborRow{around_z * shape.height + around_y, off_z || off_y};
}

// Volumes are cut between planes, so that few contacts cross a seam, unless planes are as large as
// several strips.
inline bool cuts_planes(const Shape& shape, std::int64_t strip_pixels) {
    constexpr std::int64_t usual = std::int64_t{1} << 21;
    constexpr std::int64_t most = std::int64_t{1} << 48;
    const std::int64_t large_plane = 8 * (strip_pixels > 0 ? std::min(strip_pixels, most) : usual);
    return shape.depth == 1 || shape.height >= large_plane / std::max<std::int64_t>(1, shape.width);
}

// Two rows or four where all foreground is alike and touches along every diagonal. Strips hold whole
// bands, so a volume that is cut within planes has bands of one row.
inline Bands choose_bands(const Shape& shape, const FindOptions& options, bool by_value) {
    const bool volume = shape.depth > 1;
    if (by_value || options.connectivity < (volume ? 3 : 2)) return {shape, 1, 1};
    if (!volume) return {shape, 1, 2};
    return cuts_planes(shape, options.strip_pixels) ? Bands{shape, 1, 1} : Bands{shape, 2, 2};
}

// Pixels in a strip: few enough for the cache, enough that few regions are cut, each of which costs as
// much as some that are not. An image gets 16 strips or more if that leaves 2^19 pixels to each.
inline std::int64_t usual_strip(const Shape& shape) {
    const auto share = [&shape](int strips, int least, int most) {
        return std::clamp(shape.pixels() / strips, std::int64_t{1} << least, std::int64_t{1} << most);
    };
    return shape.depth > 1 ? share(32, 21, 22) : std::max(share(16, 19, 20), share(64, 19, 22));
}

// Rows in a strip of about so many pixels; 0 leaves it to the shape.
inline std::int64_t rows_per_strip(const Bands& bands, std::int64_t strip_pixels) {
    const Shape& shape = bands.shape;
    const bool by_rows = cuts_planes(shape, strip_pixels);
    const std::int64_t pixels = strip_pixels > 0 ? strip_pixels : usual_strip(shape);
    const std::int64_t unit_rows = by_rows ? bands.rows : bands.planes * shape.height;
    const std::int64_t unit_pixels = std::max<std::int64_t>(1, unit_rows * shape.width);
    return unit_rows * std::max<std::int64_t>(1, pixels / unit_pixels);
}

}  // namespace mensura
