// One sample of any image at any position: the rules of profiles.hpp, whatever they cost.
//
// The loops of fast_samples.hpp do the same for samples amid sound pixels, and leave the rest to this.
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "image/rows.hpp"
#include "mensura/profiles.hpp"
#include "profiles/between.hpp"
#include "profiles/taps.hpp"

namespace mensura {

using LoadPixel = double (*)(const std::byte*);

template <class T, bool byte_swapped>
double load_as_double(const std::byte* source) {
    return static_cast<double>(load_pixel<T>(source, byte_swapped));
}

// How a pixel of this type, anywhere in memory, is read.
inline LoadPixel pixel_loader(const ImageView& view) {
    if (view.dtype == DType::boolean)
        return [](const std::byte* p) { return *p != std::byte{0} ? 1.0 : 0.0; };
    if (view.dtype == DType::float16) {
        return view.byte_swapped
               ? [](const std::byte* p)
                     -> double { return half_to_float(load_pixel<std::uint16_t>(p, true)); }
               : [](const std::byte* p) -> double {
                     return half_to_float(load_pixel<std::uint16_t>(p, false));
                 };
    }
    return visit_pixel_type(view.dtype, [&]<class T>(std::type_identity<T>) -> LoadPixel {
        return view.byte_swapped ? &load_as_double<T, true> : &load_as_double<T, false>;
    });
}

template <std::size_t axes>
class AnySample {
public:
    AnySample(const ProfileImage& image, const Sampling& sampling)
        : image_(image), sampling_(sampling), load_(pixel_loader(image.image)) {}

    // NaN where there is none.
    double at(const std::array<double, axes>& position) const {
        if (sampling_.interpolation == Interpolation::cubic) {
            Pixels pixels;
            if (!find(position, Interpolation::cubic, pixels)) return nan();
            if (pixels.valid == pixels.count) return between(pixels, 0, 0);
        }
        const bool is_nearest = sampling_.interpolation == Interpolation::nearest;
        Pixels pixels;
        if (!find(position, is_nearest ? Interpolation::nearest : Interpolation::linear, pixels))
            return nan();
        if (pixels.valid == pixels.count) return between(pixels, 0, 0);
        return valid_mean(pixels);
    }

private:
    struct Pixels {
        std::array<AxisTaps, axes> taps;
        std::array<double, axes == 2 ? 16 : 64>
            values;  // the last axis runs fastest; NaN where not valid
        int count = 0;
        int valid = 0;
    };

    static double nan() { return std::numeric_limits<double>::quiet_NaN(); }

    std::int64_t length(std::size_t axis) const {
        const Shape& shape = image_.image.shape;
        const std::array<std::int64_t, 3> lengths{shape.depth, shape.height, shape.width};
        return lengths[axis + 3 - axes];
    }

    static std::ptrdiff_t stride(const ImageView& view, std::size_t axis) {
        const std::array<std::ptrdiff_t, 3> strides{view.strides.z, view.strides.y, view.strides.x};
        return strides[axis + 3 - axes];
    }

    bool find(const std::array<double, axes>& position, Interpolation interpolation,
              Pixels& pixels) const {
        for (std::size_t axis = 0; axis < axes; ++axis) {
            if (!find_taps(position[axis], length(axis), interpolation, sampling_.outside,
                           pixels.taps[axis])) {
                return false;
            }
        }
        read(pixels, 0, 0, 0, false, false);
        return true;
    }

    // Reads what the taps of this axis and of the next ones name.
    void read(Pixels& pixels, std::size_t axis, std::ptrdiff_t offset, std::ptrdiff_t mask_offset,
              bool absent, bool constant) const {
        if (axis == axes) {
            const double value = absent     ? nan()
                                 : constant ? sampling_.constant
                                            : pixel(offset, mask_offset);
            pixels.values[static_cast<std::size_t>(pixels.count++)] = value;
            pixels.valid += std::isnan(value) ? 0 : 1;
            return;
        }
        const AxisTaps& taps = pixels.taps[axis];
        for (int t = 0; t < taps.count; ++t) {
            const std::int64_t index = taps.pixel[static_cast<std::size_t>(t)];
            const std::ptrdiff_t inside = index < 0 ? 0 : index;
            read(pixels, axis + 1, offset + inside * stride(image_.image, axis),
                 mask_offset + (image_.mask ? inside * stride(*image_.mask, axis) : 0),
                 absent || index == no_pixel, constant || index == constant_pixel);
        }
    }

    double pixel(std::ptrdiff_t offset, std::ptrdiff_t mask_offset) const {
        if (image_.mask && image_.mask->data[mask_offset] != std::byte{0}) return nan();
        const double value = load_(image_.image.data + offset);
        return std::isfinite(value) ? value : nan();
    }

    // Interpolates the values from `first` on along this axis, after doing so along the next ones.
    double between(const Pixels& pixels, std::size_t axis, int first) const {
        if (axis == axes) return pixels.values[static_cast<std::size_t>(first)];
        const AxisTaps& taps = pixels.taps[axis];
        int step = 1;
        for (std::size_t next = axis + 1; next < axes; ++next) step *= pixels.taps[next].count;
        const auto value = [&](int t) { return between(pixels, axis + 1, first + t * step); };
        if (taps.count == 1) return value(0);
        if (taps.count == 2) return between_two(value(0), value(1), taps.fraction);
        return between_four(value(0), value(1), value(2), value(3), taps.fraction);
    }

    // The mean of the valid pixels by their weights in linear interpolation, about the first of them.
    double valid_mean(const Pixels& pixels) const {
        double anchor = nan();
        double sum = 0;
        double total = 0;
        for (int p = 0; p < pixels.count; ++p) {
            const double value = pixels.values[static_cast<std::size_t>(p)];
            if (std::isnan(value)) continue;
            if (std::isnan(anchor)) anchor = value;
            const double weight = weight_of(pixels, p);
            sum += weight * (value - anchor);
            total += weight;
        }
        return total > 0 ? anchor + sum / total : nan();
    }

    static double weight_of(const Pixels& pixels, int p) {
        double weight = 1;
        for (std::size_t axis = axes; axis-- > 0;) {
            const AxisTaps& taps = pixels.taps[axis];
            const int t = p % taps.count;
            p /= taps.count;
            if (taps.count == 2) weight *= t == 0 ? 1 - taps.fraction : taps.fraction;
        }
        return weight;
    }

    ProfileImage image_;
    Sampling sampling_;
    LoadPixel load_;
};

}  // namespace mensura
