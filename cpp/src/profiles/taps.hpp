// Which pixels a sample is made of, along one axis: any position, any rule for what lies outside.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "mensura/profiles.hpp"

namespace mensura {

// In place of the index of a pixel.
inline constexpr std::int64_t no_pixel = -1;
inline constexpr std::int64_t constant_pixel = -2;

// Where the pixels lie along an axis: one where the position is that of a pixel, else two (linear), or
// four (cubic), and how far behind the first (cubic: the second) the position is.
struct AxisTaps {
    int count = 0;
    std::array<std::int64_t, 4> pixel{};
    double fraction = 0;
};

// The pixel that stands for one outside [0, length).
inline std::int64_t pixel_outside(std::int64_t pixel, std::int64_t length, Outside outside) {
    switch (outside) {
        case Outside::nan: return no_pixel;
        case Outside::nearest: return pixel < 0 ? 0 : length - 1;
        case Outside::constant: return constant_pixel;
        case Outside::reflect: break;
    }
    const std::int64_t period = 2 * length;
    const std::int64_t folded = ((pixel % period) + period) % period;
    return folded < length ? folded : period - 1 - folded;
}

// A position in or at the edge of the pixels, of which the image mirrored at its edges has this one. Of
// two nearest pixels it decides, as if the image itself had been mirrored.
inline double mirrored(double position, std::int64_t length) {
    const auto size = static_cast<double>(length);
    if (position >= -0.5 && position <= size - 0.5) return position;
    const double from_edge = position + 0.5;
    const double folded = from_edge - 2 * size * std::floor(from_edge / (2 * size));
    return (folded < size ? folded : 2 * size - folded) - 0.5;
}

// A position that means the same and is not far from the image, so that it can become an integer.
inline double near_image(double position, std::int64_t length, Outside outside) {
    const auto size = static_cast<double>(length);
    if (outside == Outside::reflect) {
        if (position >= -size && position < 2 * size) return position;
        return position - 2 * size * std::floor(position / (2 * size));
    }
    return std::clamp(position, -4.0, size + 3.0);
}

// False where there is no sample at the position: outside the image, where that is nothing, or not a
// number.
inline bool find_taps(double position, std::int64_t length, Interpolation interpolation, Outside outside,
                      AxisTaps& taps) {
    if (!std::isfinite(position)) return false;
    const bool is_nearest = interpolation == Interpolation::nearest;
    const double last = static_cast<double>(length - 1);
    if (outside == Outside::nan) {
        const double rim = (is_nearest ? 0.5 : 0.0);
        if (position < -rim - position_tolerance || position > last + rim + position_tolerance) {
            return false;
        }
        position = std::clamp(position, 0.0, last);
    }
    position = is_nearest && outside == Outside::reflect ? mirrored(position, length)
                                                         : near_image(position, length, outside);
    const double floor = std::floor(is_nearest ? position + 0.5 + position_tolerance : position);
    taps.fraction = is_nearest ? 0.0 : position - floor;
    const bool is_cubic = interpolation == Interpolation::cubic && taps.fraction != 0;
    taps.count = taps.fraction == 0 ? 1 : is_cubic ? 4 : 2;
    const auto first = static_cast<std::int64_t>(floor) - (is_cubic ? 1 : 0);
    for (int t = 0; t < taps.count; ++t) {
        const std::int64_t pixel = first + t;
        taps.pixel[static_cast<std::size_t>(t)] =
            pixel >= 0 && pixel < length ? pixel : pixel_outside(pixel, length, outside);
    }
    return true;
}

}  // namespace mensura
