// Small images for the tests, and the slow, obvious answers they are compared with.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "image/owned_image.hpp"

namespace mensura::test {

template <class T>
using Image = OwnedImage<T>;

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
