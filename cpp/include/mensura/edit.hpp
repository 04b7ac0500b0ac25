// Edits of label images and masks: labels replaced by others, regions sized, filled and looked around.
//
// Nothing here decides what to keep: the caller names labels and regions, these functions write. All of
// them walk over runs and share out the rows of the image among threads.
#pragma once

#include <cstdint>
#include <span>

#include "mensura/column.hpp"
#include "mensura/image.hpp"
#include "mensura/regions.hpp"

namespace mensura {

// Writes `values[k]` where `labels` is `ids[k]`. Other pixels are kept where `out` has the type of
// `labels`, and become 0 where it has another. The ids are positive, each stands there once, and in
// increasing order they are looked up fastest. `out` is an integer image of the same shape that holds
// the values; it may be `labels` itself, or share no memory with it.
//
// Cost: one read and one write of every pixel, one look-up per run of equal labels. In place only the
// runs are written that change.
void relabel(const ImageView& labels, std::span<const std::uint64_t> ids,
             std::span<const std::uint64_t> values, const MutableImageView& out, int threads);

// Writes `values[k - 1]` to the pixels of region k, and nothing else. `out` is an integer or bool image
// of the regions' shape that holds the values. Cost: one step per run, and the pixels written.
void fill(const Regions& regions, std::span<const std::uint64_t> values, const MutableImageView& out,
          int threads);

// The number of pixels of each region, and whether one of them lies on the border of the image: in the
// first or last row, column and, where it has three axes, plane.
struct RegionSizes {
    Column<std::int64_t> pixels;
    Column<std::uint8_t> on_border;  // 1 or 0
};

// Cost: one step per run. Far less than measuring the regions where there are millions of them.
RegionSizes region_sizes(const Regions& regions, int axes, int threads);

// The label around each region: the one that all pixels have that share a face with it and are not 0. It
// is 0 where they have several, where there are none, and where it is negative. Cost: one read of every
// pixel of the regions and around them.
Column<std::uint64_t> labels_around(const Regions& regions, const ImageView& labels, int threads);

}  // namespace mensura
