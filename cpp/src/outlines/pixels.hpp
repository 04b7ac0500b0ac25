// The labels of single pixels, and corners of pixels.
#pragma once

#include <compare>
#include <cstdint>

#include "image/rows.hpp"

namespace mensura {

// A pixel, or a corner, which is the upper left one of the pixel of its name.
struct Place {
    std::int64_t y;
    std::int64_t x;
    auto operator<=>(const Place&) const = default;
};

// T is the equality type of the labels. Outside of the image there is no object.
template <class T>
class LabelPixels {
public:
    explicit LabelPixels(const ImageView& view)
        : view_(view), is_signed_(is_signed_integer(view.dtype)) {}

    bool is(Place pixel, T label) const { return contains(pixel) && value(pixel) == label; }

    // The object at a pixel, or 0.
    T object(Place pixel) const {
        if (!contains(pixel)) return 0;
        const T label = value(pixel);
        return is_signed_ && static_cast<std::make_signed_t<T>>(label) < 0 ? T{0} : label;
    }

private:
    bool contains(Place pixel) const {
        return static_cast<std::uint64_t>(pixel.y) < static_cast<std::uint64_t>(view_.shape.height) &&
               static_cast<std::uint64_t>(pixel.x) < static_cast<std::uint64_t>(view_.shape.width);
    }
    T value(Place pixel) const {
        const std::byte* source = view_.data + pixel.y * view_.strides.y + pixel.x * view_.strides.x;
        return load_pixel<T>(source, view_.byte_swapped);
    }

    ImageView view_;
    bool is_signed_;
};

}  // namespace mensura
