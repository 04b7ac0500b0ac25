// An image in C order that owns its pixels: what tests and benchmarks look at and write to, and the
// engine, which holds no image, never does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "mensura/image.hpp"

namespace mensura {

template <class T>
constexpr DType dtype_of() {
    if constexpr (std::is_same_v<T, double>) return DType::float64;
    if constexpr (std::is_same_v<T, float>) return DType::float32;
    if constexpr (std::is_same_v<T, std::int8_t>) return DType::int8;
    if constexpr (std::is_same_v<T, std::int16_t>) return DType::int16;
    if constexpr (std::is_same_v<T, std::int32_t>) return DType::int32;
    if constexpr (std::is_same_v<T, std::int64_t>) return DType::int64;
    if constexpr (std::is_same_v<T, std::uint8_t>) return DType::uint8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return DType::uint16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return DType::uint32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return DType::uint64;
}

template <class T>
struct OwnedImage {
    Shape shape;
    std::vector<T> pixels;

    explicit OwnedImage(const Shape& of, T value = T{})
        : shape(of), pixels(static_cast<std::size_t>(of.pixels()), value) {}
    OwnedImage(const Shape& of, std::vector<T> values) : shape(of), pixels(std::move(values)) {}

    T& at(std::int64_t z, std::int64_t y, std::int64_t x) {
        return pixels[static_cast<std::size_t>((z * shape.height + y) * shape.width + x)];
    }

    // The same numbers in another type.
    template <class U>
    OwnedImage<U> as() const {
        OwnedImage<U> other(shape);
        std::transform(pixels.begin(), pixels.end(), other.pixels.begin(),
                       [](T pixel) { return static_cast<U>(pixel); });
        return other;
    }

    ImageView view() const { return describe(reinterpret_cast<const std::byte*>(pixels.data())); }
    MutableImageView mutable_view() { return describe(reinterpret_cast<std::byte*>(pixels.data())); }
    // The pixels of the same memory, of a square image of one plane, in Fortran order.
    ImageView transposed_view() const {
        ImageView view = this->view();
        std::swap(view.strides.y, view.strides.x);
        return view;
    }

private:
    template <class Byte>
    BasicImageView<Byte> describe(Byte* data) const {
        const auto step = static_cast<std::ptrdiff_t>(sizeof(T));
        return {data,
                dtype_of<T>(),
                false,
                shape,
                {shape.height * shape.width * step, shape.width * step, step}};
    }
};

}  // namespace mensura
