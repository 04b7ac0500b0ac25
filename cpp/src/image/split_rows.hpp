// Rows of channels that lie side by side in every pixel, all of them split from each other at once.
//
// A row is read from memory once, however many channels it has. Cost: a twentieth of a nanosecond a
// pixel and channel for up to four of them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "image/rows.hpp"
#include "mensura/measure.hpp"
#include "runs/kernels.hpp"

namespace mensura {

class SplitRows {
public:
    // Of channels that are all of an image's last axis, in order; of others there are none, nor where a
    // row is one pixel, which can be read in place.
    static std::optional<SplitRows> of(std::span<const ChannelView> channels) {
        if (channels.size() < 2) return std::nullopt;
        const ImageView& first = channels[0].image;
        return visit_pixel_type(
            first.dtype, [&]<class T>(std::type_identity<T>) -> std::optional<SplitRows> {
                for (std::size_t c = 0; c < channels.size(); ++c) {
                    if (!is_channel<T>(channels[c].image, c, first, channels.size())) {
                        return std::nullopt;
                    }
                }
                return SplitRows(first, channels.size(), sizeof(T));
            });
    }

    // Splits pixels [x, x + count) of row r, where only those of the runs [start, end), counted from x,
    // will be looked at.
    template <class Runs>
    void read(std::int64_t r, std::int64_t x, std::int64_t count, const Runs& runs) {
        // Channels do not begin a power of two apart, which may be that of the cache.
        lines_per_channel_ = static_cast<std::size_t>(count) * size_ / sizeof(Line) + 2;
        lines_.resize(channels_ * lines_per_channel_);
        const std::byte* row = view_.row(r) + x * view_.strides.x;
        if (are_dense(runs)) return split(row, runs.front().start, runs.back().end);
        for (const auto& run : runs) split(row, run.start, run.end);
    }

    // The pixels of a channel from x on, until the next are read.
    const std::byte* channel(std::size_t c) const { return lines_[c * lines_per_channel_].bytes; }

private:
    SplitRows(const ImageView& view, std::size_t channels, std::size_t size)
        : view_(view), channels_(channels), size_(size) {}

    template <class T>
    static bool is_channel(const ImageView& view, std::size_t c, const ImageView& first,
                           std::size_t channels) {
        return view.data == first.data + c * sizeof(T) && view.dtype == first.dtype &&
               view.byte_swapped == first.byte_swapped && view.strides.x == first.strides.x &&
               view.strides.y == first.strides.y && view.strides.z == first.strides.z &&
               view.strides.x == static_cast<std::ptrdiff_t>(channels * sizeof(T)) &&
               pixels_are_native<T>(view) && !rows_are_native<T>(view);
    }

    // From a whole cache line on.
    void split(const std::byte* row, std::int64_t begin, std::int64_t end) {
        begin -= begin % static_cast<std::int64_t>(sizeof(Line) / size_);
        kernels().split[std::countr_zero(size_)](
            row + begin * view_.strides.x, static_cast<std::int64_t>(channels_), end - begin,
            lines_.front().bytes + static_cast<std::size_t>(begin) * size_,
            static_cast<std::int64_t>(lines_per_channel_ * sizeof(Line) / size_));
    }

    struct alignas(64) Line {
        std::byte bytes[64];
    };

    ImageView view_;
    std::size_t channels_;
    std::size_t size_;  // bytes of a pixel
    std::size_t lines_per_channel_ = 0;
    std::vector<Line> lines_;
};

}  // namespace mensura
