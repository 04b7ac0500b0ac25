// In which order lines are sampled: those near each other one after the other.
//
// Lines come in any order, and an image that exceeds the cache is then fetched from memory again for
// every line. Sorted by the tile of the image that their middle lies in, they find most of their pixels
// in the cache. The results do not depend on it. Cost: two steps per line.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "mensura/column.hpp"
#include "mensura/profiles.hpp"
#include "mensura/threads.hpp"

namespace mensura {

// A profile along a straight line, and which of all samples are its own. Its last sample lies at `last`,
// if ends are known.
struct PlacedLine {
    double y;
    double x;
    double step_y;
    double step_x;
    double last_y;
    double last_x;
    std::int64_t profile;
    std::int64_t begin;
    std::int64_t end;

    std::int64_t samples() const { return end - begin; }
};

inline PlacedLine line_of(const ProfileGeometry& geometry, std::int64_t profile) {
    const auto p = static_cast<std::size_t>(profile);
    const double* start = geometry.points + 2 * profile;
    const double* last = geometry.ends == nullptr ? start : geometry.ends + 2 * profile;
    return {start[0], start[1], geometry.step(profile, 0), geometry.step(profile, 1), last[0],
            last[1],  profile,  geometry.offsets[p],       geometry.offsets[p + 1]};
}

// Profiles along straight lines in an image of two axes, and how they are cut into blocks of about so
// many samples: block b is lines [begin[b], begin[b + 1]). The lines are copied, as looking for each
// where it is known takes longer than all else that is done once a line.
struct LineOrder {
    Column<PlacedLine> lines;
    std::vector<std::int64_t> begin;

    std::int64_t blocks() const { return static_cast<std::int64_t>(begin.size()) - 1; }
    std::span<const PlacedLine> block(std::int64_t b) const {
        const auto first = static_cast<std::size_t>(begin[static_cast<std::size_t>(b)]);
        const auto last = static_cast<std::size_t>(begin[static_cast<std::size_t>(b) + 1]);
        return std::span(lines).subspan(first, last - first);
    }
};

class LineTiles {
public:
    // A few lines need few tiles, each of which takes time by itself.
    LineTiles(const Shape& shape, std::int64_t lines) {
        const std::int64_t most_tiles = std::clamp<std::int64_t>(4 * lines, 1, std::int64_t{1} << 16);
        while (tiles(shape.height) * tiles(shape.width) > most_tiles) side_ *= 2;
        scale_ = 1 / static_cast<double>(side_);  // exactly
        rows_ = tiles(shape.height);
        columns_ = tiles(shape.width);
    }

    std::int64_t count() const { return rows_ * columns_; }

    std::int64_t tile_of(const PlacedLine& line) const {
        const auto half = static_cast<double>(line.samples()) / 2;
        const double y = line.y + half * line.step_y;
        const double x = line.x + half * line.step_x;
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

// Sorts by counting: how many lines of each part of all lie in each tile, then where those are to stand.
class LinesByTile {
public:
    LinesByTile(const ProfileGeometry& geometry, const Shape& shape)
        : geometry_(geometry), tiles_(shape, geometry.profiles()), count_(geometry.profiles()),
          parts_(std::clamp<std::int64_t>(count_ / std::max<std::int64_t>(tiles_.count(), 4096), 1, 16)),
          tile_(static_cast<std::size_t>(count_)),
          next_(static_cast<std::size_t>(parts_ * tiles_.count())) {}

    Column<PlacedLine> sorted(int threads) {
        for_each_block(parts_, threads, [&](std::int64_t part) { count(part); });
        begin_tiles();
        Column<PlacedLine> lines(tile_.size());
        for_each_block(parts_, threads, [&](std::int64_t part) { place(part, lines); });
        return lines;
    }

private:
    std::int64_t begin(std::int64_t part) const { return count_ * part / parts_; }

    std::int64_t& next(std::int64_t part, std::int64_t tile) {
        return next_[static_cast<std::size_t>(part * tiles_.count() + tile)];
    }

    void count(std::int64_t part) {
        for (std::int64_t profile = begin(part); profile < begin(part + 1); ++profile) {
            const std::int64_t tile = tiles_.tile_of(line_of(geometry_, profile));
            tile_[static_cast<std::size_t>(profile)] = static_cast<std::int32_t>(tile);
            ++next(part, tile);
        }
    }

    // From numbers of lines to where the first of them is to stand.
    void begin_tiles() {
        std::int64_t lines = 0;
        for (std::int64_t tile = 0; tile < tiles_.count(); ++tile) {
            for (std::int64_t part = 0; part < parts_; ++part) {
                lines += std::exchange(next(part, tile), lines);
            }
        }
    }

    void place(std::int64_t part, Column<PlacedLine>& lines) {
        for (std::int64_t profile = begin(part); profile < begin(part + 1); ++profile) {
            std::int64_t& at = next(part, tile_[static_cast<std::size_t>(profile)]);
            lines[static_cast<std::size_t>(at++)] = line_of(geometry_, profile);
        }
    }

    const ProfileGeometry& geometry_;
    LineTiles tiles_;
    std::int64_t count_;
    std::int64_t parts_;
    std::vector<std::int32_t> tile_;  // by line
    std::vector<std::int64_t> next_;  // by part and tile
};

inline LineOrder order_of_lines(const ProfileGeometry& geometry, const Shape& shape,
                                std::int64_t samples_per_block, int threads) {
    LineOrder order{LinesByTile(geometry, shape).sorted(threads), {0}};
    std::int64_t samples = 0;
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
        samples += order.lines[i].samples();
        if (samples < samples_per_block) continue;
        order.begin.push_back(static_cast<std::int64_t>(i) + 1);
        samples = 0;
    }
    const auto all = static_cast<std::int64_t>(order.lines.size());
    if (order.begin.back() != all) order.begin.push_back(all);
    return order;
}

}  // namespace mensura
