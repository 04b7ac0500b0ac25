// The fixed blocks in which an image, or a tile of one, is measured.
//
// A block is a rectangle of rows and columns with at most 2^20 pixels and local coordinates below 2^20,
// which is what lets its sums fit into 64 bits (partials.hpp). The grid follows from the shape alone.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mensura/image.hpp"
#include "mensura/measure.hpp"

namespace mensura {

struct Block {
    std::int64_t row_begin;
    std::int64_t row_end;
    std::int64_t column_begin;
    std::int64_t column_end;
    std::int64_t first[3];   // z, y, x of the local coordinates (0, 0, 0), in the tile
    std::int64_t origin[3];  // the same in the image
};

// Blocks are rows of one plane, or whole planes where several fit into a block.
class BlockGrid {
public:
    explicit BlockGrid(const Shape& shape, const Origin& origin = {})
        : shape_(shape), origin_(origin),
          columns_(std::clamp<std::int64_t>(shape.width, 1, std::int64_t{1} << 20)),
          across_((shape.width + columns_ - 1) / columns_) {
        const std::int64_t rows = std::max<std::int64_t>(1, block_pixels() / columns_);
        const std::int64_t height = std::max<std::int64_t>(1, shape.height);
        planes_ = std::max<std::int64_t>(1, rows / height);
        rows_ = std::min(rows, height);
        down_ = (height + rows_ - 1) / rows_;
    }

    std::int64_t count() const {
        return shape_.pixels() == 0 ? 0 : (shape_.depth + planes_ - 1) / planes_ * down_ * across_;
    }

    Block block(std::int64_t b) const {
        const std::int64_t z = b / (down_ * across_) * planes_;
        const std::int64_t y = b / across_ % down_ * rows_;
        const std::int64_t x = b % across_ * columns_;
        const std::int64_t last_z = std::min(shape_.depth, z + planes_) - 1;
        Block block{};
        block.row_begin = z * shape_.height + y;
        block.row_end = last_z * shape_.height + std::min(shape_.height, y + rows_);
        block.column_begin = x;
        block.column_end = std::min(shape_.width, x + columns_);
        const std::int64_t first[3] = {z, y, x};
        for (std::size_t a = 0; a < 3; ++a) {
            block.first[a] = first[a];
            block.origin[a] = first[a] + origin_[a];
        }
        return block;
    }

private:
    // Small enough to share out a small image, large enough that few regions of a large one are cut.
    std::int64_t block_pixels() const {
        return std::clamp<std::int64_t>(shape_.pixels() / 32, std::int64_t{1} << 17,
                                        std::int64_t{1} << 20);
    }

    Shape shape_;
    Origin origin_;
    std::int64_t columns_;  // of a block
    std::int64_t rows_;     // of a block, in one plane
    std::int64_t planes_;   // of a block
    std::int64_t across_;   // blocks in a row
    std::int64_t down_;     // blocks in a plane, along y
};

}  // namespace mensura
