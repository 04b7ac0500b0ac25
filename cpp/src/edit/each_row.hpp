// Shares out the rows of an image among threads.
#pragma once

#include <algorithm>

#include "mensura/image.hpp"
#include "mensura/threads.hpp"

namespace mensura {

// Calls `work(r)` for every row, where `make()` gives a `work` of its own to each block of rows.
template <class Make>
void for_each_row(const Shape& shape, int threads, const Make& make) {
    constexpr std::int64_t pixels_at_once = std::int64_t{1} << 18;
    if (shape.pixels() == 0) return;
    const std::int64_t rows = shape.rows();
    const std::int64_t step = std::max<std::int64_t>(1, pixels_at_once / shape.width);
    for_each_block((rows + step - 1) / step, threads, [&](std::int64_t b) {
        auto work = make();
        const std::int64_t end = std::min(rows, (b + 1) * step);
        for (std::int64_t r = b * step; r < end; ++r) work(r);
    });
}

}  // namespace mensura
