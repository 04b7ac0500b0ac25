// Seeded inputs of the benchmarks, the same on every machine and with every standard library.
//
// Only to be added to: a scene that changes makes the recorded counts those of something else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "image/owned_image.hpp"

namespace mensura::bench {

// Pseudo-random numbers: the finalizer of Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014, over a counter.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed * step) {}

    std::uint64_t bits() {
        std::uint64_t z = state_ += step;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    // In [0, 1).
    double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

private:
    static constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
    std::uint64_t state_;
};

template <class T>
using Picture = OwnedImage<T>;

inline constexpr std::int64_t side = 256;

// Discs, or balls, of about `pitch` pixels across on a jittered grid, numbered from 1; they touch where
// `touching`, and are cut at the border.
inline Picture<std::uint32_t> cells(const Shape& shape, std::int64_t pitch, bool touching) {
    Picture<std::uint32_t> image(shape);
    Random random(static_cast<std::uint64_t>(pitch) + 2 * static_cast<std::uint64_t>(touching));
    std::uint32_t id = 0;
    const auto p = static_cast<double>(pitch);
    const auto center = [&](std::int64_t grid, std::int64_t size) {
        const double jitter = (random.unit() - 0.5) * 0.3 * p;
        return size == 1 ? 0.0 : (static_cast<double>(grid) + 0.5) * p + jitter;
    };
    const auto range = [&](double middle, double radius, std::int64_t size) {
        const auto begin = static_cast<std::int64_t>(middle - radius);
        const auto end = static_cast<std::int64_t>(middle + radius) + 2;
        return std::pair{std::clamp<std::int64_t>(begin, 0, size),
                         std::clamp<std::int64_t>(end, 0, size)};
    };
    for (std::int64_t gz = 0; gz * pitch < shape.depth; ++gz) {
        for (std::int64_t gy = 0; gy * pitch < shape.height; ++gy) {
            for (std::int64_t gx = 0; gx * pitch < shape.width; ++gx) {
                const double cz = center(gz, shape.depth);
                const double cy = center(gy, shape.height);
                const double cx = center(gx, shape.width);
                const double radius = p * (touching ? 0.62 : 0.3 + 0.12 * random.unit());
                ++id;
                const auto [z0, z1] = range(cz, radius, shape.depth);
                const auto [y0, y1] = range(cy, radius, shape.height);
                const auto [x0, x1] = range(cx, radius, shape.width);
                for (std::int64_t z = z0; z < z1; ++z) {
                    for (std::int64_t y = y0; y < y1; ++y) {
                        for (std::int64_t x = x0; x < x1; ++x) {
                            const double dz = static_cast<double>(z) - cz;
                            const double dy = static_cast<double>(y) - cy;
                            const double dx = static_cast<double>(x) - cx;
                            if (dz * dz + dy * dy + dx * dx > radius * radius) continue;
                            image.pixels[static_cast<std::size_t>((z * shape.height + y) * shape.width +
                                                                  x)] = id;
                        }
                    }
                }
            }
        }
    }
    return image;
}

// 64 or so nuclei in a square image, and balls in a volume.
inline Picture<std::uint32_t> nuclei() { return cells({1, side, side}, 32, false); }
inline Picture<std::uint32_t> tissue() { return cells({1, side, side}, 24, true); }
inline Picture<std::uint32_t> balls() { return cells({24, 64, 64}, 16, false); }
inline Picture<std::uint32_t> tissue_volume() { return cells({24, 64, 64}, 16, true); }

template <class T>
Picture<std::uint8_t> mask_of(const Picture<T>& image) {
    Picture<std::uint8_t> mask(image.shape);
    std::transform(image.pixels.begin(), image.pixels.end(), mask.pixels.begin(),
                   [](T pixel) { return static_cast<std::uint8_t>(pixel != 0); });
    return mask;
}

// 1 with the given probability, else 0.
inline Picture<std::uint8_t> noise(const Shape& shape, double density) {
    Picture<std::uint8_t> image(shape);
    Random random(31);
    for (auto& pixel : image.pixels) pixel = random.unit() < density;
    return image;
}

// Intensities of the whole range of an integer type, or in [0, 1000).
template <class T>
Picture<T> intensities(const Shape& shape) {
    Picture<T> image(shape);
    Random random(57);
    for (auto& pixel : image.pixels) {
        if constexpr (std::is_integral_v<T>) {
            pixel = static_cast<T>(random.bits());
        } else {
            pixel = static_cast<T>(1000 * random.unit());
        }
    }
    return image;
}

}  // namespace mensura::bench
