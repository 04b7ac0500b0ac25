// Writes to the rows of an image of any strides and byte order, in its own type.
//
// A row that lies contiguous, aligned and in native byte order is written as it stands; any other pixel
// by pixel. Cost: the pixels written.
#pragma once

#include "image/rows.hpp"

namespace mensura {

template <class T>
void store_pixel(std::byte* target, T value, bool byte_swapped) {
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), &value, sizeof(T));
    if (byte_swapped) std::reverse(bytes.begin(), bytes.end());
    std::memcpy(target, bytes.data(), sizeof(T));
}

// T is the equality type of the image's pixels. A bool is written as one byte, 0 or 1.
template <class T>
class RowWriter {
public:
    explicit RowWriter(MutableImageView view) : view_(view) {
        if (view_.dtype == DType::boolean) view_.dtype = DType::uint8;
        in_place_ = rows_are_native<T>(view_);
    }

    // Gives pixels [start, end) of row r one value.
    void fill(std::int64_t r, std::int64_t start, std::int64_t end, T value) const {
        std::byte* first = view_.row(r) + start * view_.strides.x;
        if (in_place_) {
            std::fill_n(reinterpret_cast<T*>(first), end - start, value);
            return;
        }
        for (std::int64_t x = start; x < end; ++x, first += view_.strides.x) {
            store_pixel(first, value, view_.byte_swapped);
        }
    }

    // Writes all pixels of row r.
    void copy(std::int64_t r, const T* pixels) const {
        std::byte* first = view_.row(r);
        if (in_place_) {
            std::copy_n(pixels, view_.shape.width, reinterpret_cast<T*>(first));
            return;
        }
        for (std::int64_t x = 0; x < view_.shape.width; ++x, first += view_.strides.x) {
            store_pixel(first, pixels[x], view_.byte_swapped);
        }
    }

private:
    MutableImageView view_;
    bool in_place_;
};

}  // namespace mensura
