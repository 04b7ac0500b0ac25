// Channels that lie pixel by pixel, as those of color images do, taken apart once per row.
//
// Reading such channels one by one would go through the same memory once for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "image/dtype.hpp"
#include "measure/blocks.hpp"
#include "mensura/measure.hpp"
#include "runs/kernels.hpp"

namespace mensura {

class InterleavedRows {
public:
    // Of all channels of an image, where they lie so.
    static std::optional<InterleavedRows> of(std::span<const ChannelView> channels) {
        if (channels.size() < 2) return std::nullopt;
        const ImageView& first = channels.front().image;
        const auto size = size_of(first.dtype);
        const auto count = static_cast<std::ptrdiff_t>(channels.size());
        const auto aligned = [size](auto value) { return value % size == 0; };
        if (first.dtype == DType::boolean || first.dtype == DType::float16 || first.byte_swapped ||
            first.strides.x != count * size || !aligned(first.strides.y) || !aligned(first.strides.z) ||
            !aligned(reinterpret_cast<std::intptr_t>(first.data))) {
            return std::nullopt;
        }
        for (std::size_t c = 1; c < channels.size(); ++c) {
            const ImageView& image = channels[c].image;
            if (image.dtype != first.dtype || image.byte_swapped || image.strides.x != first.strides.x ||
                image.strides.y != first.strides.y || image.strides.z != first.strides.z ||
                image.data != first.data + static_cast<std::ptrdiff_t>(c) * size) {
                return std::nullopt;
            }
        }
        return InterleavedRows(first, channels.size());
    }

    // Reads the pixels of runs of row r, in the local coordinates of a block.
    void read(std::int64_t r, const Block& block, const std::vector<SlotRun>& runs) {
        const std::byte* row = first_.row(r) + block.column_begin * first_.strides.x;
        const std::int64_t width = block.column_end - block.column_begin;
        switch (size_of(first_.dtype)) {
            case 1: return read(kernels().deinterleave_u8, row, width, runs);
            case 2: return read(kernels().deinterleave_u16, row, width, runs);
            case 4: return read(kernels().deinterleave_u32, row, width, runs);
            default: return read(kernels().deinterleave_u64, row, width, runs);
        }
    }

    // What was read of a channel, from the first column of the block on.
    const void* pixels(std::size_t channel) const { return rows_[channel].data(); }

private:
    static std::ptrdiff_t size_of(DType dtype) {
        return visit_pixel_type(dtype, []<class T>(std::type_identity<T>) {
            return static_cast<std::ptrdiff_t>(sizeof(T));
        });
    }

    InterleavedRows(const ImageView& first, std::size_t channels) : first_(first), rows_(channels) {}

    template <class T>
    void read(void (*kernel)(const T*, int, const SlotRun*, std::int64_t, std::int64_t, T* const*),
              const std::byte* row, std::int64_t width, const std::vector<SlotRun>& runs) {
        const auto words = (static_cast<std::size_t>(width) * sizeof(T) + 7) / 8;
        std::vector<T*> rows;
        for (auto& channel : rows_) {
            channel.resize(words);
            rows.push_back(reinterpret_cast<T*>(channel.data()));
        }
        kernel(reinterpret_cast<const T*>(row), static_cast<int>(rows.size()), runs.data(),
               static_cast<std::int64_t>(runs.size()), width, rows.data());
    }

    ImageView first_;
    std::vector<std::vector<std::uint64_t>> rows_;  // one a channel
};

}  // namespace mensura
