// Rows of an image as contiguous, native pixels.
//
// A row that lies contiguous, aligned and in native byte order is used where it is; any other is
// gathered into a buffer of one row: by a kernel where channels lie side by side, else pixel by pixel.
// No stage ever sees a stride, and no stage ever needs a copy of an image.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "image/dtype.hpp"
#include "mensura/image.hpp"
#include "runs/kernels.hpp"

namespace mensura {

// IEEE 754 half precision to single precision, exactly.
inline float half_to_float(std::uint16_t half) {
    const int exponent = (half >> 10) & 0x1f;
    const int fraction = half & 0x3ff;
    float magnitude = 0;
    if (exponent == 0x1f) {
        magnitude = fraction == 0 ? std::numeric_limits<float>::infinity()
                                  : std::numeric_limits<float>::quiet_NaN();
    } else if (exponent == 0) {
        magnitude = std::ldexp(static_cast<float>(fraction), -24);
    } else {
        magnitude = std::ldexp(static_cast<float>(fraction | 0x400), exponent - 25);
    }
    return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

template <class T>
T load_pixel(const std::byte* source, bool byte_swapped) {
    std::array<std::byte, sizeof(T)> bytes;
    std::memcpy(bytes.data(), source, sizeof(T));
    if (byte_swapped) std::reverse(bytes.begin(), bytes.end());
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
}

// Whether all pixels are aligned, in native byte order and in the type they are read as. Any byte but
// zero is a bool that is true, so those are read one by one.
template <class T, class Byte>
bool pixels_are_native(const BasicImageView<Byte>& view) {
    const auto aligned = [](auto value) { return value % static_cast<std::ptrdiff_t>(alignof(T)) == 0; };
    return view.dtype != DType::float16 && view.dtype != DType::boolean && !view.byte_swapped &&
           aligned(view.strides.y) && aligned(view.strides.z) &&
           aligned(reinterpret_cast<std::intptr_t>(view.data)) &&
           (view.shape.width == 1 || view.strides.x % static_cast<std::ptrdiff_t>(sizeof(T)) == 0);
}

// Whether, besides, every row lies contiguous, so that it can be used in place.
template <class T, class Byte>
bool rows_are_native(const BasicImageView<Byte>& view) {
    return pixels_are_native<T>(view) && (view.strides.x == sizeof(T) || view.shape.width == 1);
}

// How many pixels lie from one to the next where the kernel for it serves; else 0.
template <class T>
std::int64_t interleaved_by(const ImageView& view) {
    const auto step = view.strides.x / static_cast<std::ptrdiff_t>(sizeof(T));
    return pixels_are_native<T>(view) && 2 <= step && step <= 4 ? step : 0;
}

// Whether it takes less time to gather what lies between runs as well. To begin a run takes as long as
// to gather some pixels.
template <class Runs>
bool are_dense(const Runs& runs) {
    constexpr std::int64_t pixels_to_begin = 64;
    if (runs.empty()) return false;
    const std::int64_t all = runs.back().end - runs.front().start;
    if (all <= pixels_to_begin * static_cast<std::int64_t>(runs.size())) return true;
    std::int64_t pixels = 0;
    for (const auto& run : runs) pixels += run.end - run.start;
    return all <= 4 * pixels;
}

template <class T>
class RowReader {
public:
    explicit RowReader(const ImageView& view)
        : view_(view), in_place_(rows_are_native<T>(view)), step_(interleaved_by<T>(view)) {}

    // Pixels [x, x + count) of row r. Valid until the next call.
    const T* read(std::int64_t r, std::int64_t x, std::int64_t count) {
        const std::byte* first = view_.row(r) + x * view_.strides.x;
        if (in_place_) return reinterpret_cast<const T*>(first);
        buffer_.resize(static_cast<std::size_t>(count));
        gather(first, 0, count);
        return buffer_.data();
    }

    // The same, where only the pixels of the runs [start, end), counted from x, will be looked at.
    template <class Runs>
    const T* read_runs(std::int64_t r, std::int64_t x, std::int64_t count, const Runs& runs) {
        const std::byte* first = view_.row(r) + x * view_.strides.x;
        if (in_place_) return reinterpret_cast<const T*>(first);
        buffer_.resize(static_cast<std::size_t>(count));
        if (step_ != 0 && are_dense(runs)) {
            gather(first, runs.front().start, runs.back().end);
        } else {
            for (const auto& run : runs) gather(first, run.start, run.end);
        }
        return buffer_.data();
    }

    // Bytes from what was read to the pixels below it in the next row, 0 where they are not read in
    // place.
    std::ptrdiff_t to_row_below() const { return in_place_ ? view_.strides.y : 0; }

private:
    void gather(const std::byte* row, std::int64_t begin, std::int64_t end) {
        if (step_ != 0) {
            kernels().pick[std::countr_zero(sizeof(T))](row + begin * view_.strides.x, step_,
                                                        end - begin, buffer_.data() + begin);
        } else if (view_.dtype == DType::boolean) {
            gather(row, begin, end,
                   [](const std::byte* p) { return static_cast<T>(*p != std::byte{0}); });
        } else if (view_.dtype == DType::float16) {
            gather(row, begin, end, [swapped = view_.byte_swapped](const std::byte* p) {
                return static_cast<T>(half_to_float(load_pixel<std::uint16_t>(p, swapped)));
            });
        } else if (view_.byte_swapped) {
            gather(row, begin, end, [](const std::byte* p) { return load_pixel<T>(p, true); });
        } else {
            gather(row, begin, end, [](const std::byte* p) { return load_pixel<T>(p, false); });
        }
    }

    template <class Load>
    void gather(const std::byte* row, std::int64_t begin, std::int64_t end, Load load) {
        const std::ptrdiff_t step = view_.strides.x;
        T* pixels = buffer_.data();
        for (std::int64_t i = begin; i < end; ++i) pixels[i] = load(row + i * step);
    }

    ImageView view_;
    bool in_place_;
    std::int64_t step_;  // of interleaved pixels
    std::vector<T> buffer_;
};

}  // namespace mensura
