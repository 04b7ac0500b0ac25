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
#include "runs/kernel_of.hpp"

namespace mensura {

using SampleLine = bool (*)(const ImageView& image, const StraightLine& line, std::int64_t first,
                            std::int64_t count, bool around_cache, double* samples);

// The kernel for an image, or null where it is not plain.
inline SampleLine plain_line_sampler(const ProfileImage& image) {
    if (image.mask || image.image.shape.depth != 1) return nullptr;
    return visit_pixel_type(image.image.dtype, [&]<class T>(std::type_identity<T>) -> SampleLine {
        if (!rows_are_native<T>(image.image)) return nullptr;
        return [](const ImageView& view, const StraightLine& line, std::int64_t first,
                  std::int64_t count, bool around_cache, double* samples) {
            const std::int64_t row_step = view.strides.y / static_cast<std::int64_t>(sizeof(T));
            return line_kernels_of<T>().linear(reinterpret_cast<const T*>(view.data), row_step, line,
                                               first, count, around_cache, samples);
        };
    });
}

// Lines in images of one shape.
class PlainLines {
public:
    PlainLines(const ProfileGeometry& geometry, const ImageView& image)
        : geometry_(geometry), height_(static_cast<double>(image.shape.height - 1)),
          width_(static_cast<double>(image.shape.width - 1 - spare_pixel_bytes)) {}

    // The k-th line across a profile.
    StraightLine line(std::int64_t profile, std::size_t k) const {
        const double* start = geometry_.points + 2 * profile;
        const double* step = geometry_.steps + 2 * profile;
        StraightLine line{start[0], start[1], step[0], step[1], 0, 0};
        if (const double offset = geometry_.offsets_across[k]; offset != 0) {
            const double* across = geometry_.across + 2 * profile;
            line.shift_y = offset * across[0];
            line.shift_x = offset * across[1];
        }
        if (geometry_.ends != nullptr) {
            const auto p = static_cast<std::size_t>(profile);
            line.last = geometry_.offsets[p + 1] - geometry_.offsets[p] - 1;
            line.last_y = geometry_.ends[2 * profile];
            line.last_x = geometry_.ends[2 * profile + 1];
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

    // Has the processor fetch what is known of a profile, while it works on others.
    void fetch(std::int64_t profile) const {
        __builtin_prefetch(geometry_.offsets.data() + profile);
        __builtin_prefetch(geometry_.points + 2 * profile);
        __builtin_prefetch(geometry_.steps + 2 * profile);
        if (geometry_.ends != nullptr) __builtin_prefetch(geometry_.ends + 2 * profile);
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
