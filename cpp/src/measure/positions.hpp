// The family of positions: where the smallest and the largest value of a region lie.
//
// Of several pixels of that value the first in raster (C) order counts. Rows of a block come in that
// order; blocks and tiles may come in any, so ties between them are decided by the coordinates. Cost:
// the extremes of every run, and a look into those few runs that beat what is known (runs/inspect.inl).
#pragma once

#include <algorithm>
#include <array>

#include "measure/channel_partials.hpp"
#include "measure/values.hpp"

namespace mensura {

template <class T>
struct Positions {
    using Pixel = T;
    using Columns = RegionTable::Channel;
    using Part = PositionPartial<T>;
    using Position = std::array<std::int64_t, 3>;

    struct Total {
        bool any = false;
        T low{};
        T high{};
        Position low_at{};
        Position high_at{};
    };

    std::size_t first_axis;

    static Part empty() { return {}; }
    static void add_row(const Row<T>& row, Part* parts) {
        intensity_kernels_of<T>().add_positions(row.pixels, row.runs, row.count, row.z, row.y, parts);
    }

    static void take(Part& part, const RegionSums<T>& sums)
        requires has_windows<T>
    {
        part = {1,
                sums.low.value,
                sums.high.value,
                {0, sums.low.y, sums.low.x},
                {0, sums.high.y, sums.high.x}};
    }

    static void add(Total& total, const Part& part, const Block& block) {
        if (part.any == 0) return;
        const auto in_image = [&](const std::int64_t* at) {
            return Position{at[0] + block.origin[0], at[1] + block.origin[1], at[2] + block.origin[2]};
        };
        add(total, Total{true, part.low, part.high, in_image(part.low_at), in_image(part.high_at)});
    }
    static void add(Total& total, const Total& other) {
        if (!other.any) return;
        if (!total.any || other.low < total.low ||
            (other.low == total.low && other.low_at < total.low_at)) {
            total.low = other.low;
            total.low_at = other.low_at;
        }
        if (!total.any || other.high > total.high ||
            (other.high == total.high && other.high_at < total.high_at)) {
            total.high = other.high;
            total.high_at = other.high_at;
        }
        total.any = true;
    }

    void prepare(std::size_t rows, Columns& columns) const {
        for (std::size_t a = first_axis; a < 3; ++a) {
            columns.min_at[a].resize(rows);
            columns.max_at[a].resize(rows);
        }
    }
    void write(std::size_t row, const Total& total, const RegionFrame&, Columns& columns) const {
        for (std::size_t a = first_axis; a < 3; ++a) {
            columns.min_at[a][row] = total.any ? static_cast<double>(total.low_at[a]) : undefined;
            columns.max_at[a][row] = total.any ? static_cast<double>(total.high_at[a]) : undefined;
        }
    }
};

}  // namespace mensura
