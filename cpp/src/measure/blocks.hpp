// The fixed blocks in which an image is measured.
//
// A block is a rectangle of rows and columns with at most 2^20 pixels and local coordinates below 2^20,
// which is what lets its sums fit into 64 bits (partials.hpp). The grid follows from the shape alone.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mensura/image.hpp"

namespace mensura {

struct Block {
    std::int64_t row_begin;
    std::int64_t row_end;
    std::int64_t column_begin;
    std::int64_t column_end;
    std::int64_t origin[3];  // global z, y, x of the local coordinates (0, 0, 0)
};

class BlockGrid {
public:
    explicit BlockGrid(const Shape& shape)
        : shape_(shape), columns_(std::clamp<std::int64_t>(shape.width, 1, std::int64_t{1} << 20)),
          rows_(std::max<std::int64_t>(1, (std::int64_t{1} << 19) / columns_)),
          across_((shape.width + columns_ - 1) / columns_) {}

    std::int64_t count() const { return (shape_.rows() + rows_ - 1) / rows_ * across_; }

    Block block(std::int64_t b) const {
        Block block{};
        block.row_begin = b / across_ * rows_;
        block.row_end = std::min(shape_.rows(), block.row_begin + rows_);
        block.column_begin = b % across_ * columns_;
        block.column_end = std::min(shape_.width, block.column_begin + columns_);
        const std::int64_t z = block.row_begin / shape_.height;
        // Where a block spans planes, a plane has fewer rows than a block, so y itself is small.
        const bool one_plane = z == (block.row_end - 1) / shape_.height;
        block.origin[0] = z;
        block.origin[1] = one_plane ? block.row_begin % shape_.height : 0;
        block.origin[2] = block.column_begin;
        return block;
    }

private:
    Shape shape_;
    std::int64_t columns_;
    std::int64_t rows_;
    std::int64_t across_;
};

}  // namespace mensura
