// The commonest case: linear samples along straight lines in a plain image, by the leaf kernels.
//
// A plain image has two axes, no mask, and its pixels lie side by side in each row. A stretch of a line
// lies amid pixels where its two ends do, so nothing is tested for each sample. What does not fit, at
// the borders and beside NaN, is left to the other paths; all give the same values.
#pragma once

#include <cstdint>
#include <optional>

#include "image/rows.hpp"
#include "mensura/profiles.hpp"
#include "profiles/line_order.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {

// Pixels of the type that a sampler is for.
using SomePixels = PlanePixels<std::byte>;
using SampleLine = bool (*)(const SomePixels& pixels, const StraightLine& line, std::int64_t first,
                            std::int64_t count, bool around_cache, double* samples);

// A plain image, and the kernel for it.
struct PlainImage {
    ImageView view;
    std::int64_t pixel_bytes;
    SampleLine sample;

    SomePixels pixels() const { return {view.data, view.strides.y / pixel_bytes}; }
};

inline std::optional<PlainImage> plain_image(const ProfileImage& image) {
    if (image.mask || image.image.shape.depth != 1) return {};
    return visit_pixel_type(
        image.image.dtype, [&]<class T>(std::type_identity<T>) -> std::optional<PlainImage> {
            if (!rows_are_native<T>(image.image)) return {};
            const SampleLine sample = [](const SomePixels& pixels, const StraightLine& line,
                                         std::int64_t first, std::int64_t count, bool around_cache,
                                         double* samples) {
                const PlanePixels<T> typed{reinterpret_cast<const T*>(pixels.pixels), pixels.row_step,
                                           pixels.origin};
                return line_kernels_of<T>().linear(typed, line, first, count, around_cache, samples);
            };
            return PlainImage{image.image, static_cast<std::int64_t>(sizeof(T)), sample};
        });
}

// Lines in images of one shape.
class PlainLines {
public:
    PlainLines(const ProfileGeometry& geometry, const ImageView& image)
        : geometry_(geometry), height_(static_cast<double>(image.shape.height - 1)),
          width_(static_cast<double>(image.shape.width - 1 - spare_pixel_bytes)) {}

    // The k-th line across a profile.
    StraightLine line(const PlacedLine& placed, std::size_t k) const {
        StraightLine line{placed.y, placed.x, placed.step_y, placed.step_x, 0, 0};
        if (const double offset = geometry_.offsets_across[k]; offset != 0) {
            const double* across = geometry_.across + 2 * placed.profile;
            line.shift_y = offset * across[0];
            line.shift_x = offset * across[1];
        }
        if (geometry_.ends != nullptr) {
            line.last = placed.samples() - 1;
            line.last_y = placed.last_y;
            line.last_x = placed.last_x;
        }
        return line;
    }

    // Whether samples [first, last] lie amid pixels.
    bool is_amid(const StraightLine& line, std::int64_t first, std::int64_t last) const {
        if (last == line.last) {
            if (!is_amid(line.last_y + line.shift_y, line.last_x + line.shift_x)) return false;
            --last;
        }
        return first > last || (is_amid_sample(line, first) && is_amid_sample(line, last));
    }

private:
    bool is_amid(double y, double x) const { return y >= 0 && y < height_ && x >= 0 && x < width_; }

    bool is_amid_sample(const StraightLine& line, std::int64_t sample) const {
        const auto number = static_cast<double>(sample);
        return is_amid((line.y + number * line.step_y) + line.shift_y,
                       (line.x + number * line.step_x) + line.shift_x);
    }

    const ProfileGeometry& geometry_;
    double height_;
    double width_;
};

}  // namespace mensura
