// Small images for the tests, and the slow, obvious answers they are compared with.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

#include "mensura/image.hpp"

namespace mensura::test {

template <class T>
constexpr DType dtype_for() {
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

// A C-ordered image that owns its pixels.
template <class T>
struct Image {
    Shape shape;
    std::vector<T> pixels;

    explicit Image(Shape s, T value = T{})
        : shape(s), pixels(static_cast<std::size_t>(s.pixels()), value) {}
    Image(Shape s, std::vector<T> values) : shape(s), pixels(std::move(values)) {}

    T& at(std::int64_t z, std::int64_t y, std::int64_t x) {
        return pixels[static_cast<std::size_t>((z * shape.height + y) * shape.width + x)];
    }

    template <class Byte>
    BasicImageView<Byte> describe(Byte* data) const {
        const auto step = static_cast<std::ptrdiff_t>(sizeof(T));
        return {data,
                dtype_for<T>(),
                false,
                shape,
                {shape.height * shape.width * step, shape.width * step, step}};
    }
    ImageView view() const { return describe(reinterpret_cast<const std::byte*>(pixels.data())); }
    MutableImageView mutable_view() { return describe(reinterpret_cast<std::byte*>(pixels.data())); }
};

template <class T>
Image<T> random_image(Shape shape, int values, unsigned seed) {
    std::mt19937 random(seed);
    Image<T> image(shape);
    for (T& pixel : image.pixels) pixel = static_cast<T>(random() % static_cast<unsigned>(values));
    return image;
}

// Components by flood fill from every pixel in raster order; 0 is the background.
template <class T>
std::vector<std::int64_t> flood_fill(Image<T> image, int connectivity) {
    const Shape shape = image.shape;
    Image<std::int64_t> labels(shape);
    std::int64_t count = 0;
    const auto fill = [&](std::int64_t z0, std::int64_t y0, std::int64_t x0) {
        std::vector<std::array<std::int64_t, 3>> open{{z0, y0, x0}};
        labels.at(z0, y0, x0) = ++count;
        while (!open.empty()) {
            const auto [z, y, x] = open.back();
            open.pop_back();
            for (int dz = -1; dz <= 1; ++dz)
                for (int dy = -1; dy <= 1; ++dy)
                    for (int dx = -1; dx <= 1; ++dx) {
                        const std::int64_t a = z + dz, b = y + dy, c = x + dx;
                        if (std::abs(dz) + std::abs(dy) + std::abs(dx) > connectivity) continue;
                        if (a < 0 || b < 0 || c < 0) continue;
                        if (a >= shape.depth || b >= shape.height || c >= shape.width) continue;
                        if (labels.at(a, b, c) != 0 || image.at(a, b, c) != image.at(z, y, x)) continue;
                        labels.at(a, b, c) = count;
                        open.push_back({a, b, c});
                    }
        }
    };
    for (std::int64_t z = 0; z < shape.depth; ++z)
        for (std::int64_t y = 0; y < shape.height; ++y)
            for (std::int64_t x = 0; x < shape.width; ++x)
                if (image.at(z, y, x) != T{} && labels.at(z, y, x) == 0) fill(z, y, x);
    return labels.pixels;
}

}  // namespace mensura::test
