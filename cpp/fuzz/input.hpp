// From bytes to images and options. Any bytes are an input; where they end, zeros follow.
//
// Pixels are of few values, among them the extremes of their type, and lie in memory in every way that a
// view can describe. Most images are small; some are wide enough to be cut into several blocks, or for
// vectors of eight words of a bitmap.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "image/dtype.hpp"
#include "image/rows.hpp"

namespace mensura::fuzz {

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : next_(data), end_(data + size) {}

    std::uint8_t byte() { return next_ == end_ ? std::uint8_t{0} : *next_++; }
    // Of 0..count - 1.
    std::int64_t below(std::int64_t count) {
        const std::int64_t number = byte() << 8 | byte();
        return number % count;
    }
    bool flag() { return (byte() & 1) != 0; }

    // For what is too much to be given byte by byte.
    std::uint64_t mixed() {
        state_ = (state_ + byte() + 1) * 0x9e3779b97f4a7c15;
        return state_ ^ (state_ >> 29);
    }

private:
    const std::uint8_t* next_;
    const std::uint8_t* end_;
    std::uint64_t state_ = 0;
};

inline constexpr std::array all_types{DType::boolean, DType::int8,    DType::int16,   DType::int32,
                                      DType::int64,   DType::uint8,   DType::uint16,  DType::uint32,
                                      DType::uint64,  DType::float16, DType::float32, DType::float64};

inline bool is_floating(DType dtype) {
    return dtype == DType::float16 || dtype == DType::float32 || dtype == DType::float64;
}

inline Shape make_shape(Bytes& bytes) {
    const std::int64_t kind = bytes.below(16);
    if (kind == 0) return {1 + bytes.below(2), 1 + bytes.below(2), 70000 + bytes.below(999)};
    if (kind == 2) return {1 + bytes.below(2), 1 + bytes.below(5), 400 + bytes.below(999)};
    const bool volume = bytes.flag();
    return {volume ? 1 + bytes.below(5) : 1, 1 + bytes.below(volume ? 9 : 24), 1 + bytes.below(140)};
}

// The pixels of an image of any type, wherever they lie, and the same as numbers in C order: 64 bits of
// a long double's fraction hold all of them.
struct AnyImage {
    std::vector<std::byte> memory;
    ImageView view;
    std::vector<long double> pixels;

    long double at(std::int64_t z, std::int64_t y, std::int64_t x) const {
        return pixels[static_cast<std::size_t>((z * view.shape.height + y) * view.shape.width + x)];
    }
    MutableImageView mutable_view() {
        const auto offset = view.data - memory.data();
        return {memory.data() + offset, view.dtype, view.byte_swapped, view.shape, view.strides};
    }
};

// The bytes of pixels of a type that mean something: 0, 1, 2, extremes, NaN, infinities, any bytes.
template <class T>
std::vector<T> palette_of(Bytes& bytes) {
    std::vector<T> palette{T{0}, T{1}, T{2}};
    if constexpr (std::is_floating_point_v<T>) {
        const T all[] = {-T{0},
                         T{0.1F},
                         T{-3},
                         std::numeric_limits<T>::quiet_NaN(),
                         std::numeric_limits<T>::infinity(),
                         -std::numeric_limits<T>::infinity()};
        for (const T value : all) {
            if (bytes.flag()) palette.push_back(value);
        }
    } else {
        const T all[] = {std::numeric_limits<T>::max(), std::numeric_limits<T>::min(),
                         static_cast<T>(std::numeric_limits<T>::max() - 1),
                         static_cast<T>(bytes.mixed())};
        for (const T value : all) {
            if (bytes.flag()) palette.push_back(value);
        }
    }
    return palette;
}

// Where the pixels lie: steps between them in any order of axes, forwards or backwards, with gaps, or 0;
// some rows lie whole pages apart.
inline void lay_out(Bytes& bytes, AnyImage& image, std::ptrdiff_t item) {
    const Shape& shape = image.view.shape;
    std::array<std::ptrdiff_t, 3> steps{};
    const std::array<std::int64_t, 3> sizes{shape.depth, shape.height, shape.width};
    std::array<std::size_t, 3> order{2, 1, 0};
    if (bytes.flag()) std::swap(order[0], order[1 + static_cast<std::size_t>(bytes.below(2))]);
    const bool backwards = bytes.below(4) == 0;
    const bool repeated = bytes.below(8) == 0;
    const bool unaligned = bytes.below(8) == 0;
    const std::int64_t gaps = bytes.below(32);
    const bool paged = gaps / 4 < 3;
    std::ptrdiff_t step = item * (gaps % 4 == 0 ? 3 : 1) + (unaligned ? 1 : 0);
    std::ptrdiff_t first = unaligned ? 1 : 0;
    for (const std::size_t axis : order) {
        const bool still = repeated && axis == order[2];
        steps[axis] = still ? 0 : backwards ? -step : step;
        if (still) continue;
        if (backwards) first += step * (sizes[axis] - 1);
        step *= sizes[axis];
        if (paged && axis == order[0]) step = (step + 4095) / 4096 * 4096;
    }
    image.memory.assign(static_cast<std::size_t>(step + item + 1), std::byte{0xA5});
    image.view.data = image.memory.data() + first;
    image.view.strides = {steps[0], steps[1], steps[2]};
}

template <class T>
void store(std::byte* place, T value, bool swapped) {
    std::array<std::byte, sizeof(T)> raw;
    std::memcpy(raw.data(), &value, sizeof(T));
    if (swapped) std::reverse(raw.begin(), raw.end());
    std::memcpy(place, raw.data(), sizeof(T));
}

inline std::byte* place_of(AnyImage& image, std::int64_t z, std::int64_t y, std::int64_t x) {
    const Strides& s = image.view.strides;
    return image.memory.data() + (image.view.data - image.memory.data()) + z * s.z + y * s.y + x * s.x;
}

template <class Visit>
void visit_pixels(const Shape& shape, Visit visit) {
    for (std::int64_t z = 0; z < shape.depth; ++z) {
        for (std::int64_t y = 0; y < shape.height; ++y) {
            for (std::int64_t x = 0; x < shape.width; ++x) visit(z, y, x);
        }
    }
}

// Runs of equal pixels, some of them long, as images have.
template <class T, class Load>
void fill(Bytes& bytes, AnyImage& image, const std::vector<T>& palette, Load load) {
    const std::int64_t longest = 1 + bytes.below(bytes.flag() ? 90 : 4);
    std::int64_t left = 0;
    T value{};
    visit_pixels(image.view.shape, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        if (left-- == 0) {
            const std::uint64_t mixed = bytes.mixed();
            value = palette[mixed % palette.size()];
            left = static_cast<std::int64_t>((mixed >> 32) % static_cast<std::uint64_t>(longest));
        }
        store(place_of(image, z, y, x), value, image.view.byte_swapped);
    });
    visit_pixels(image.view.shape, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        image.pixels.push_back(load(place_of(image, z, y, x)));  // repeated rows hold the last ones
    });
}

inline AnyImage make_image(Bytes& bytes, const Shape& shape, DType dtype) {
    AnyImage image;
    image.view.dtype = dtype;
    image.view.shape = shape;
    image.view.byte_swapped = bytes.below(4) == 0 && item_size(dtype) > 1;
    const bool swapped = image.view.byte_swapped;
    lay_out(bytes, image, item_size(dtype));
    if (dtype == DType::boolean) {
        const std::vector<std::uint8_t> palette{0, 1, std::uint8_t(bytes.flag() ? 0 : 255)};
        fill(bytes, image, palette,
             [](const std::byte* p) -> long double { return *p == std::byte{0} ? 0 : 1; });
    } else if (dtype == DType::float16) {
        const std::vector<std::uint16_t> palette{0, 0x3c00, 0x8000, 0x7e00, 0x7c00, 0x0001, 0xfbff};
        fill(bytes, image, palette, [&](const std::byte* p) -> long double {
            return half_to_float(load_pixel<std::uint16_t>(p, swapped));
        });
    } else {
        visit_pixel_type(dtype, [&]<class T>(std::type_identity<T>) {
            fill(bytes, image, palette_of<T>(bytes), [&](const std::byte* p) {
                return static_cast<long double>(load_pixel<T>(p, swapped));
            });
        });
    }
    return image;
}

inline AnyImage make_labels(Bytes& bytes, const Shape& shape) {
    return make_image(bytes, shape, all_types[static_cast<std::size_t>(1 + bytes.below(8))]);
}

// An image of any type, of which a mask may leave pixels out.
struct Channel {
    AnyImage image;
    AnyImage mask;
    bool has_mask;

    std::optional<ImageView> mask_view() const {
        return has_mask ? std::optional(mask.view) : std::nullopt;
    }
    bool is_masked(std::int64_t z, std::int64_t y, std::int64_t x) const {
        return has_mask && mask.at(z, y, x) != 0;
    }
    bool is_left_out(std::int64_t z, std::int64_t y, std::int64_t x) const {
        return is_masked(z, y, x) ||
               !(std::abs(image.at(z, y, x)) <= std::numeric_limits<long double>::max());
    }
};

inline Channel make_channel(Bytes& bytes, const Shape& shape) {
    const DType dtype = all_types[static_cast<std::size_t>(bytes.below(all_types.size()))];
    AnyImage image = make_image(bytes, shape, dtype);
    AnyImage mask = make_image(bytes, shape, bytes.flag() ? DType::boolean : DType::uint8);
    return {std::move(image), std::move(mask), bytes.flag()};
}

}  // namespace mensura::fuzz
