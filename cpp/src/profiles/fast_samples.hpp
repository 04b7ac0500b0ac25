// Samples amid pixels of the image, many at once: no tests, no decisions.
//
// Where the samples lie is worked out once (SamplePlace) and then used for every image. The result is
// not finite where one of the pixels is not; those samples, like those at the borders and beside masked
// pixels, are left to any_sample.hpp. Both give the same bits where both apply.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "image/rows.hpp"
#include "memory/fetch.hpp"
#include "mensura/profiles.hpp"
#include "profiles/any_sample.hpp"
#include "profiles/between.hpp"

namespace mensura {

inline constexpr std::int64_t chunk_length = 256;

template <class T>
class Chunk {
public:
    T& operator[](std::int64_t i) { return values_[static_cast<std::size_t>(i)]; }
    const T& operator[](std::int64_t i) const { return values_[static_cast<std::size_t>(i)]; }
    T* data() { return values_.data(); }
    const T* data() const { return values_.data(); }

private:
    std::array<T, chunk_length> values_;
};

// Up to chunk_length samples: their positions; and, for those that lie amid pixels, the first pixel
// along each axis and the way to the next.
template <std::size_t axes>
struct SamplePlace {
    std::array<Chunk<double>, axes> position;
    std::array<Chunk<std::int32_t>, axes> pixel;
    std::array<Chunk<double>, axes> fraction;
    Chunk<std::uint8_t> amid;
    std::int64_t num_amid = 0;
};

// Positions in [low, high) lie amid pixels, along one axis.
struct Amid {
    double low = 0;
    double high = 0;

    bool none() const { return !(low < high); }
};

inline Amid amid_pixels(std::int64_t length, Interpolation interpolation) {
    if (length > std::numeric_limits<std::int32_t>::max()) return {};
    const auto last = static_cast<double>(length - 1);
    return interpolation == Interpolation::cubic ? Amid{1, last - 1} : Amid{0, last};
}

// Fills in all but the positions.
template <std::size_t axes>
void find_places(SamplePlace<axes>& place, std::int64_t count, const std::array<Amid, axes>& amid,
                 Interpolation interpolation) {
    for (std::int64_t i = 0; i < count; ++i) place.amid[i] = 1;
    for (std::size_t axis = 0; axis < axes; ++axis) {
        const auto [low, high] = amid[axis];
        const double* position = place.position[axis].data();
        for (std::int64_t i = 0; i < count; ++i) {
            place.amid[i] &= static_cast<std::uint8_t>((position[i] >= low) & (position[i] < high));
        }
    }
    place.num_amid = 0;
    for (std::int64_t i = 0; i < count; ++i) place.num_amid += place.amid[i];
    const bool is_nearest = interpolation == Interpolation::nearest;
    const double shift = is_nearest ? 0.5 + position_tolerance : 0.0;
    for (std::size_t axis = 0; axis < axes; ++axis) {
        const double low = amid[axis].low;
        const double* position = place.position[axis].data();
        std::int32_t* pixel = place.pixel[axis].data();
        double* fraction = place.fraction[axis].data();
        for (std::int64_t i = 0; i < count; ++i) {
            const double inside = place.amid[i] != 0 ? position[i] : low;
            pixel[i] = static_cast<std::int32_t>(inside + shift);
            fraction[i] = inside - static_cast<double>(pixel[i]);
        }
    }
}

// Reads pixels where they are.
template <class T>
struct NativePixels {
    double operator()(const std::byte* source) const {
        return static_cast<double>(*reinterpret_cast<const T*>(source));
    }
};

// Reads pixels of any kind.
struct AnyPixels {
    LoadPixel load;
    double operator()(const std::byte* source) const { return load(source); }
};

// Interpolates between the pixels from `source` on, along the axis of this stride and the next ones.
template <std::size_t axes, class Load>
double linear_at(const std::byte* source, const std::ptrdiff_t* stride, const double* fraction,
                 Load load) {
    if constexpr (axes == 0) {
        return load(source);
    } else {
        const double a = linear_at<axes - 1>(source, stride + 1, fraction + 1, load);
        const double b = linear_at<axes - 1>(source + *stride, stride + 1, fraction + 1, load);
        return between_two(a, b, *fraction);
    }
}

// `source` is the second of the four pixels along each axis.
template <std::size_t axes, class Load>
double cubic_at(const std::byte* source, const std::ptrdiff_t* stride, const double* fraction,
                Load load) {
    if constexpr (axes == 0) {
        return load(source);
    } else {
        std::array<double, 4> values;
        for (int t = 0; t < 4; ++t) {
            values[static_cast<std::size_t>(t)] =
                cubic_at<axes - 1>(source + (t - 1) * *stride, stride + 1, fraction + 1, load);
        }
        return between_four(values[0], values[1], values[2], values[3], *fraction);
    }
}

template <std::size_t axes>
std::array<std::ptrdiff_t, axes> strides_of(const ImageView& view) {
    if constexpr (axes == 2)
        return {view.strides.y, view.strides.x};
    else
        return {view.strides.z, view.strides.y, view.strides.x};
}

template <std::size_t axes, class Load>
void sample_amid(const ImageView& view, const SamplePlace<axes>& place, std::int64_t count,
                 Interpolation interpolation, Load load, double* values) {
    const auto strides = strides_of<axes>(view);
    for (std::int64_t i = 0; i < count; ++i) {
        const std::byte* source = view.data;
        for (std::size_t axis = 0; axis < axes; ++axis) source += place.pixel[axis][i] * strides[axis];
        fetch_soon(source);
        fetch_soon(source + strides[0]);
    }
    const auto each = [&](auto interpolate) {
        for (std::int64_t i = 0; i < count; ++i) {
            const std::byte* source = view.data;
            std::array<double, axes> fraction;
            for (std::size_t axis = 0; axis < axes; ++axis) {
                source += place.pixel[axis][i] * strides[axis];
                fraction[axis] = place.fraction[axis][i];
            }
            values[i] = interpolate(source, strides.data(), fraction.data());
        }
    };
    switch (interpolation) {
        case Interpolation::nearest:
            return each([&](const std::byte* source, const std::ptrdiff_t*, const double*) {
                return load(source);
            });
        case Interpolation::linear:
            return each(
                [&](const std::byte* source, const std::ptrdiff_t* stride, const double* fraction) {
                    return linear_at<axes>(source, stride, fraction, load);
                });
        case Interpolation::cubic:
            return each(
                [&](const std::byte* source, const std::ptrdiff_t* stride, const double* fraction) {
                    return cubic_at<axes>(source, stride, fraction, load);
                });
    }
}

// Whether one of the pixels is masked that a sample amid pixels is made of.
template <std::size_t axes>
bool any_masked(const std::byte* source, const std::ptrdiff_t* stride, int before, int after) {
    if constexpr (axes == 0) {
        return *source != std::byte{0};
    } else {
        for (int t = -before; t <= after; ++t) {
            if (any_masked<axes - 1>(source + t * *stride, stride + 1, before, after)) return true;
        }
        return false;
    }
}

}  // namespace mensura
