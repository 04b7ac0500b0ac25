// The pixels that lines near each other lie amid, copied so that they stay in the nearest cache.
//
// Lines of any direction read a few pixels of each of many rows. Where rows lie 4096 bytes apart, or a
// multiple, as those of many images do, pixels one below the other share the few places of one set of
// the cache and drive each other out. In the copy, rows lie an odd number of cache lines apart. Copying
// takes less time than it saves where there are not many more pixels than samples. Values are the same
// either way.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "mensura/column.hpp"
#include "mensura/image.hpp"
#include "runs/kernels.hpp"

namespace mensura {

// Rows and columns of an image.
struct PlaneBox {
    std::int64_t y_begin;
    std::int64_t y_end;
    std::int64_t x_begin;
    std::int64_t x_end;

    std::int64_t height() const { return y_end - y_begin; }
    std::int64_t width() const { return x_end - x_begin; }
};

// How far lines reach.
class LineBounds {
public:
    // Samples [0, count) of a line. Those between the outermost two lie between these.
    void add(const StraightLine& line, std::int64_t count) {
        samples_ += count;
        const auto last = static_cast<double>(count - 1);
        y_.add(line.y + line.shift_y);
        x_.add(line.x + line.shift_x);
        y_.add((line.y + last * line.step_y) + line.shift_y);
        x_.add((line.x + last * line.step_x) + line.shift_x);
        if (line.last < 0) return;
        y_.add(line.last_y + line.shift_y);
        x_.add(line.last_x + line.shift_x);
    }

    std::int64_t samples() const { return samples_; }

    // All pixels of an image that are read for samples of these lines amid its pixels.
    PlaneBox box(const Shape& shape) const {
        const auto [y_begin, y_end] = y_.pixels(1, shape.height);
        const auto [x_begin, x_end] = x_.pixels(1 + spare_pixel_bytes, shape.width);
        return {y_begin, y_end, x_begin, x_end};
    }

private:
    struct Pixels {
        std::int64_t begin;
        std::int64_t end;
    };

    // Positions along one axis; those that are NaN do not count.
    struct Reach {
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();

        void add(double position) {
            low = std::min(low, position);
            high = std::max(high, position);
        }
        Pixels pixels(std::int64_t behind, std::int64_t length) const {
            if (!(low <= high)) return {0, 0};
            const auto inside = [length](double pixel) {
                return static_cast<std::int64_t>(std::clamp(pixel, 0.0, static_cast<double>(length)));
            };
            return {inside(std::floor(low)), inside(std::floor(high) + static_cast<double>(behind) + 1)};
        }
    };

    std::int64_t samples_ = 0;
    Reach y_;
    Reach x_;
};

// Not where one row is repeated: it stays in the cache, and there may be more rows than memory has.
inline bool rows_collide(const ImageView& image) {
    return image.strides.y != 0 && image.strides.y % 4096 == 0;
}

// Whether to copy this part of so many images, of which so many samples each are made.
inline bool copying_pays(const PlaneBox& box, std::int64_t samples, std::int64_t images) {
    constexpr std::int64_t pixels_a_sample = 6;
    constexpr std::int64_t most_pixels = std::int64_t{1} << 16;  // of all images
    if (box.height() > most_pixels || box.width() > most_pixels) return false;
    const std::int64_t pixels = box.height() * box.width();
    return pixels <= pixels_a_sample * samples && pixels * images <= most_pixels;
}

// The copy of a part of one image.
class LineWindow {
public:
    // Of an image whose pixels lie side by side and have so many bytes each.
    PlanePixels<std::byte> copy(const ImageView& image, std::int64_t pixel_bytes, const PlaneBox& box) {
        const std::int64_t row_bytes = box.width() * pixel_bytes;
        const std::int64_t step_bytes = odd_lines(row_bytes) * line_bytes;
        bytes_.resize(static_cast<std::size_t>(step_bytes * box.height()));
        for (std::int64_t y = 0; y < box.height(); ++y) {
            copy_row(image.data + (box.y_begin + y) * image.strides.y + box.x_begin * pixel_bytes,
                     row_bytes, bytes_.data() + y * step_bytes);
        }
        const std::int64_t row_step = step_bytes / pixel_bytes;
        return {bytes_.data(), row_step, box.y_begin * row_step + box.x_begin};
    }

private:
    static constexpr std::int64_t line_bytes = 64;

    // Rows are short: a call for each takes longer than copying it.
    static void copy_row(const std::byte* row, std::int64_t bytes, std::byte* copied) {
        std::int64_t done = 0;
        for (; done + line_bytes <= bytes; done += line_bytes) {
            std::memcpy(copied + done, row + done, line_bytes);
        }
        std::memcpy(copied + done, row + done, static_cast<std::size_t>(bytes - done));
    }

    static std::int64_t odd_lines(std::int64_t bytes) {
        return (bytes + line_bytes - 1) / line_bytes | 1;
    }

    Column<std::byte> bytes_;
};

}  // namespace mensura
