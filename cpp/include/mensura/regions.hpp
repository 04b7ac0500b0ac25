// Regions: the connected components of an image, kept as runs.
//
// find_regions() cuts every row into runs of equal pixels, joins runs that touch, and numbers the
// regions 1..N in raster order of their first pixel, whatever the memory order of the image or the
// number of threads. No label image is made; paint() writes one where it is wanted.
//
// Memory: 1/8 byte a pixel (1/4 where values are told apart) and 4 bytes a run; while it works, each
// thread uses another 1/4 byte a pixel of its strip and 16 bytes a pixel of one row.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "mensura/image.hpp"

namespace mensura {

// A value in the type of an image: signed, unsigned or floating.
using Scalar = std::variant<std::int64_t, std::uint64_t, double>;

struct FindOptions {
    // 1..3: how many axes two touching pixels may differ in.
    int connectivity = 1;
    // Pixels of this value belong to no region; without it every pixel belongs to one.
    std::optional<Scalar> background = Scalar{std::int64_t{0}};
    // Told apart by value, or all foreground alike; bool images are always alike.
    bool by_value = true;
    // Where given, foreground is what exceeds it, all alike, and the background value plays no part.
    std::optional<Scalar> threshold;
    int threads = 1;
};

// A block of consecutive rows with the runs in them.
struct Strip {
    std::int64_t row_begin = 0;
    std::int64_t row_end = 0;
    std::vector<std::uint64_t> foreground;  // [row][word], one bit per pixel
    std::vector<std::uint64_t> starts;      // the same for the first pixels of runs; empty where all
                                            // foreground is alike and starts follow from it
    std::vector<std::int64_t> first_run;    // of each row, counted within the strip; one more than rows
    std::vector<std::uint32_t> piece;       // of each run: its component within the strip
    std::int64_t pieces = 0;
    std::int64_t first_piece = 0;  // pieces in all strips before
};

// Runs of one region: pixels [start, end) of row r.
struct RegionRun {
    std::int64_t row;
    std::int64_t start;
    std::int64_t end;
};

// Half-open ranges of z, y and x.
struct Box {
    std::array<std::int64_t, 3> begin;
    std::array<std::int64_t, 3> end;
};

class Regions {
public:
    Regions(Shape shape, std::vector<Strip> strips, std::vector<std::int64_t> region_of_piece,
            std::int64_t count);

    const Shape& shape() const { return shape_; }
    std::int64_t count() const { return count_; }
    const std::vector<Strip>& strips() const { return *strips_; }
    const Strip& strip_of_row(std::int64_t r) const;
    std::int64_t runs() const;

    // The region, 1..count, of run k of a strip; 0 where it was dropped.
    std::int64_t region(const Strip& strip, std::int64_t k) const {
        const auto piece = strip.first_piece + strip.piece[static_cast<std::size_t>(k)];
        return region_of_piece_[static_cast<std::size_t>(piece)];
    }

    // Those regions whose flag is set, one flag per region, numbered anew in the same order. The runs
    // are shared; only the table of regions is made again.
    Regions select(std::span<const std::uint8_t> keep) const;

    // The runs of one region, in raster order, looked for within a box.
    std::vector<RegionRun> runs_of(std::int64_t region, const Box& box) const;

    // The region at a pixel, 0 outside all of them.
    std::int64_t region_at(std::int64_t z, std::int64_t y, std::int64_t x) const;

private:
    Regions(Shape shape, std::shared_ptr<const std::vector<Strip>> strips,
            std::vector<std::int64_t> region_of_piece, std::int64_t count);

    Shape shape_;
    std::shared_ptr<const std::vector<Strip>> strips_;
    std::vector<std::int64_t> region_of_piece_;
    std::int64_t count_;
};

Regions find_regions(const ImageView& image, const FindOptions& options);

// Writes the region number of every pixel, 0 outside, to `out`: a native integer image of the same shape
// whose type holds the number of regions. With `cleared`, `out` is known to be zero already and the
// background is not touched.
void paint(const Regions& regions, const MutableImageView& out, bool cleared, int threads);

}  // namespace mensura
