// Views of images that somebody else owns.
//
// A view is a pointer, a pixel type, a shape and byte strides: nothing is copied, and any memory order,
// step (also negative or zero) and byte order can be described. 2-D images are volumes of depth one, so
// that every stage is written once. A row is one line of pixels along x; rows are numbered
// r = z * height + y, which is raster (C) order whatever the memory order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace mensura {

enum class DType : std::uint8_t {
    boolean,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
    float16,
    float32,
    float64,
};

// Product of two sizes, or std::length_error where it does not fit into 63 bits.
inline std::int64_t checked_product(std::int64_t a, std::int64_t b) {
    if (a < 0 || b < 0 || (b != 0 && a > std::numeric_limits<std::int64_t>::max() / b)) {
        throw std::length_error("an image of this shape has more pixels than 64 bits can count");
    }
    return a * b;
}

struct Shape {
    std::int64_t depth = 1;
    std::int64_t height = 0;
    std::int64_t width = 0;

    std::int64_t rows() const { return checked_product(depth, height); }
    std::int64_t pixels() const { return checked_product(rows(), width); }
    bool operator==(const Shape&) const = default;
};

// Byte steps between neighboring pixels along each axis.
struct Strides {
    std::ptrdiff_t z = 0;
    std::ptrdiff_t y = 0;
    std::ptrdiff_t x = 0;
};

// Byte is `const std::byte` for an image that is only read, `std::byte` for one that is written.
template <class Byte>
struct BasicImageView {
    Byte* data = nullptr;
    DType dtype = DType::uint8;
    bool byte_swapped = false;
    Shape shape;
    Strides strides;

    Byte* row(std::int64_t r) const {
        return data + (r / shape.height) * strides.z + (r % shape.height) * strides.y;
    }
};

using ImageView = BasicImageView<const std::byte>;
using MutableImageView = BasicImageView<std::byte>;

// Images of one shape and type, each by a fixed step of bytes behind the one before.
struct ImageStack {
    ImageView first;
    std::int64_t count = 0;
    std::ptrdiff_t step = 0;

    ImageView image(std::int64_t k) const {
        ImageView view = first;
        view.data += k * step;
        return view;
    }
};

}  // namespace mensura
