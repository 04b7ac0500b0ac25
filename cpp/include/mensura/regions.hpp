// Regions: the connected components of an image, kept as runs.
//
// find_regions() cuts every row into runs of equal pixels, joins runs that touch, and numbers the
// regions 1..N in raster order of their first pixel, whatever the memory order of the image or the
// number of threads. No label image is made; paint() writes one where it is wanted.
//
// Memory: 1/8 byte a pixel (1/4 where values are told apart; rows count in steps of 64 pixels), 4 bytes
// a run and 4 bytes a piece, of which there are at most as many as runs (8 from 2^31 on); while it
// works, each thread uses another 3/4 byte a pixel of its strip, and 8 bytes a run where there is more
// than one in eight pixels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "mensura/column.hpp"
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
    // z, y, x: whether the first and the last pixels along the axis are neighbors.
    std::array<bool, 3> periodic{};
    int threads = 1;
    // About how many pixels a strip has; 0 leaves it to the shape. The result does not depend on it.
    std::int64_t strip_pixels = 0;
};

// Rows that are joined as one: where touching along every diagonal connects and values do not matter,
// all pixels of neighboring rows that meet in x lie in one region, so that two rows, or two rows of two
// planes, can be merged bit by bit and joined in one step. Otherwise a band is one row.
struct Bands {
    Shape shape;
    std::int64_t planes = 1;  // in a band
    std::int64_t rows = 1;    // in a band, of each plane

    bool are_rows() const { return planes * rows == 1; }
    // How many bands lie side by side in a plane.
    std::int64_t across() const { return (shape.height + rows - 1) / rows; }
    std::int64_t of_row(std::int64_t r) const {
        if (are_rows()) return r;
        return r / shape.height / planes * across() + r % shape.height / rows;
    }

    // Calls visit(r) for every row of the band of row `first`, its first row.
    template <class Visit>
    void visit_rows(std::int64_t first, Visit visit) const {
        if (are_rows()) {
            visit(first);
            return;
        }
        const std::int64_t z = first / shape.height;
        const std::int64_t y = first % shape.height;
        for (std::int64_t i = 0; i < planes && z + i < shape.depth; ++i) {
            for (std::int64_t j = 0; j < rows && y + j < shape.height; ++j) {
                visit(first + i * shape.height + j);
            }
        }
    }
    std::int64_t first_row(std::int64_t band) const {
        if (are_rows()) return band;
        return band / across() * planes * shape.height + band % across() * rows;
    }
};

// A block of consecutive rows, whole bands, and the runs in them.
struct Strip {
    std::int64_t row_begin = 0;
    std::int64_t row_end = 0;
    std::vector<std::uint32_t> first_run;  // of each band, counted within the strip; one more than bands
    Column<std::uint32_t> piece;           // of each run of a band: its component within the strip
    std::int64_t pieces = 0;
    std::int64_t first_piece = 0;  // pieces in all strips before
};

// The runs of an image.
struct RunTable {
    Column<std::uint64_t> foreground;  // [row][word], one bit per pixel
    Column<std::uint64_t> starts;  // the same for the first pixels of runs; empty where all foreground
                                   // is alike and starts follow from it
    std::vector<Strip> strips;     // none where the image has no pixels

    const Strip& strip_of_row(std::int64_t r) const {
        const Strip& first = strips.front();
        return strips[static_cast<std::size_t>(r / (first.row_end - first.row_begin))];
    }
};

// The region of each piece, in as few bytes as hold it.
class RegionOfPiece {
public:
    explicit RegionOfPiece(Column<std::int32_t>&& regions) : narrow_(std::move(regions)) {}
    explicit RegionOfPiece(Column<std::int64_t>&& regions) : wide_(std::move(regions)) {}

    std::int64_t operator[](std::int64_t piece) const {
        const auto i = static_cast<std::size_t>(piece);
        return wide_.empty() ? narrow_[i] : wide_[i];
    }

    // Replaces each region by `number[region]`, which is no larger.
    void renumber(std::span<const std::int64_t> number) {
        for (auto& region : narrow_) {
            region = static_cast<std::int32_t>(number[static_cast<std::size_t>(region)]);
        }
        for (auto& region : wide_) region = number[static_cast<std::size_t>(region)];
    }

private:
    Column<std::int32_t> narrow_;
    Column<std::int64_t> wide_;
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
    Regions(const Bands& bands, std::shared_ptr<const RunTable> runs, RegionOfPiece region_of_piece,
            std::int64_t count)
        : bands_(bands), runs_(std::move(runs)), region_of_piece_(std::move(region_of_piece)),
          count_(count) {}

    const Shape& shape() const { return bands_.shape; }
    const Bands& bands() const { return bands_; }
    std::int64_t count() const { return count_; }
    const RunTable& runs() const { return *runs_; }
    // How many runs of the rows belong to regions.
    std::int64_t count_runs() const;

    // The region, 1..count, of a piece of a strip; 0 where it was dropped.
    std::int64_t region_of_piece(const Strip& strip, std::int64_t piece) const {
        return region_of_piece_[strip.first_piece + piece];
    }
    // That of run k of the bands of a strip.
    std::int64_t region(const Strip& strip, std::int64_t k) const {
        return region_of_piece(strip, strip.piece[static_cast<std::size_t>(k)]);
    }

    // Those regions whose flag is set, one flag per region, numbered anew in the same order. The runs
    // are shared; only the table of regions is made again.
    Regions select(std::span<const std::uint8_t> keep) const;

    // The runs of one region, in raster order, looked for within a box.
    std::vector<RegionRun> runs_of(std::int64_t region, const Box& box) const;

    // The regions at pixels z, y, x; 0 outside all of them.
    std::vector<std::int64_t> regions_at(std::span<const std::array<std::int64_t, 3>> pixels) const;

private:
    Bands bands_;
    std::shared_ptr<const RunTable> runs_;
    RegionOfPiece region_of_piece_;
    std::int64_t count_;
};

// A strip whose pieces have just been found, and where the runs of its bands start, band by band: a bit
// for every pixel, and how many there are before each word.
struct FoundStrip {
    const Bands& bands;
    const RunTable& runs;
    const Strip& strip;
    std::size_t number;  // of the strip
    const std::uint64_t* starts;
    const std::uint32_t* rank;
};
using StripVisitor = std::function<void(const FoundStrip&)>;

// `visit`, where given, is called for every strip by the thread that found it, as long as what it was
// found from is in the cache.
Regions find_regions(const ImageView& image, const FindOptions& options, const StripVisitor& visit = {});

// Writes the region number of every pixel, 0 outside, to `out`: a native integer image of the same shape
// whose type holds the number of regions. With `cleared`, `out` is known to be zero already and the
// background is not touched.
void paint(const Regions& regions, const MutableImageView& out, bool cleared, int threads);

}  // namespace mensura
