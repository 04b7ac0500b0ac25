// Where the pixels of a region lie: count, bounding box, first and second moments.
//
// Runs enter in closed form. A run of L pixels with first plus last coordinate t has
//
//     sum x = L t / 2         sum x^2 = L (3 t^2 + L^2 - 1) / 12
//
// (sums of an arithmetic progression), so the cost is a few multiplications per run whatever its length.
// Everything is an integer and exact: 64 bits in the local coordinates of a block, 128 bits in the whole
// image.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include "measure/blocks.hpp"
#include "measure/chunked.hpp"
#include "measure/integer_math.hpp"
#include "mensura/measure.hpp"

namespace mensura {

// The pairs of axes of second moments, in the order in which they are stored.
inline constexpr std::array<std::pair<int, int>, 6> axis_pairs{
    {{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}}};

struct GeometryPartial {
    std::int64_t count = 0;
    std::int64_t begin[3];
    std::int64_t end[3];
    std::int64_t first[3] = {};
    std::int64_t second[6] = {};

    GeometryPartial() {
        std::fill_n(begin, 3, std::numeric_limits<std::int64_t>::max());
        std::fill_n(end, 3, std::numeric_limits<std::int64_t>::min());
    }

    // Adds the run [start, stop) of row (z, y). Rows of 2-D images all have z = 0, which adds nothing.
    template <bool with_second, bool volume>
    void add(std::int64_t z, std::int64_t y, std::int64_t start, std::int64_t stop) {
        const std::int64_t length = stop - start;
        const std::int64_t ends = start + stop - 1;
        const std::int64_t along = length * ends / 2;
        count += length;
        if constexpr (volume) {
            extend(0, z, z + 1);
            first[0] += z * length;
        }
        extend(1, y, y + 1);
        extend(2, start, stop);
        first[1] += y * length;
        first[2] += along;
        if constexpr (with_second) {
            // Below 2^64 for coordinates below 2^20, hence unsigned.
            const auto twelvefold = static_cast<std::uint64_t>(length) *
                                    static_cast<std::uint64_t>(3 * ends * ends + length * length - 1);
            if constexpr (volume) {
                second[0] += z * z * length;
                second[1] += z * y * length;
                second[2] += z * along;
            }
            second[3] += y * y * length;
            second[4] += y * along;
            second[5] += static_cast<std::int64_t>(twelvefold / 12);
        }
    }

private:
    void extend(int axis, std::int64_t low, std::int64_t high) {
        begin[axis] = std::min(begin[axis], low);
        end[axis] = std::max(end[axis], high);
    }
};

// The same about the origin of the image, for all regions; one array per axis in use.
class GeometryTotals {
public:
    explicit GeometryTotals(const MeasurePlan& plan)
        : with_second_(plan.second_moments), first_axis_(plan.first_axis()) {}

    std::int64_t count(std::size_t slot) const { return count_[slot]; }
    std::int64_t begin(std::size_t slot, std::size_t axis) const { return axes_[axis][slot].begin; }

    // Makes room for so many regions.
    void grow(std::size_t regions) {
        count_.grow(regions);
        for (std::size_t a = first_axis_; a < 3; ++a) axes_[a].grow(regions);
        if (with_second_) second_.grow(regions);
    }

    // Adds what slots[k] gathered in a block; there is room for them.
    void merge(const std::vector<GeometryPartial>& partials, const std::vector<std::size_t>& slots,
               const Block& block) {
        for (std::size_t k = 0; k < partials.size(); ++k) count_[slots[k]] += partials[k].count;
        for (std::size_t a = first_axis_; a < 3; ++a) {
            for (std::size_t k = 0; k < partials.size(); ++k) {
                axes_[a][slots[k]].add(partials[k], a, block.origin[a]);
            }
        }
        if (!with_second_) return;
        for (std::size_t k = 0; k < partials.size(); ++k) {
            add_second(second_[slots[k]], partials[k], block);
        }
    }

    // Makes room for the columns.
    void prepare(std::size_t rows, RegionTable& table) const {
        table.count.resize(rows);
        for (std::size_t a = first_axis_; a < 3; ++a) {
            table.box_begin[a].resize(rows);
            table.box_end[a].resize(rows);
            table.centroid[a].resize(rows);
        }
        if (!with_second_) return;
        for (std::size_t p = first_pair(); p < axis_pairs.size(); ++p) table.covariance[p].resize(rows);
    }

    void write_row(std::size_t row, std::size_t slot, RegionTable& table) const {
        write_row(row, total(slot), table);
    }

    // A region that lies in one block: its moments are taken from its corner while they fit into 64
    // bits.
    void write_row(std::size_t row, const GeometryPartial& partial, const Block& block,
                   RegionTable& table) const {
        table.count[row] = partial.count;
        for (std::size_t a = first_axis_; a < 3; ++a) {
            table.box_begin[a][row] = partial.begin[a] + block.origin[a];
            table.box_end[a][row] = partial.end[a] + block.origin[a];
            table.centroid[a][row] =
                mean_of(partial.first[a] - partial.begin[a] * partial.count, partial.count);
        }
        if (with_second_) write_covariance(row, total(partial, block), table);
    }

private:
    using Second = std::array<Int128, 6>;

    struct Axis {
        std::int64_t begin = std::numeric_limits<std::int64_t>::max();
        std::int64_t end = std::numeric_limits<std::int64_t>::min();
        Int128 first = 0;

        void add(const GeometryPartial& partial, std::size_t axis, std::int64_t origin) {
            begin = std::min(begin, partial.begin[axis] + origin);
            end = std::max(end, partial.end[axis] + origin);
            first += partial.first[axis] + Int128{origin} * partial.count;
        }
    };

    struct Total {
        std::int64_t count = 0;
        std::array<Axis, 3> axes;
        Second second{};
    };

    Total total(std::size_t slot) const {
        Total total;
        total.count = count_[slot];
        for (std::size_t a = first_axis_; a < 3; ++a) total.axes[a] = axes_[a][slot];
        if (with_second_) total.second = second_[slot];
        return total;
    }

    Total total(const GeometryPartial& partial, const Block& block) const {
        Total total;
        total.count = partial.count;
        for (std::size_t a = first_axis_; a < 3; ++a) total.axes[a].add(partial, a, block.origin[a]);
        add_second(total.second, partial, block);
        return total;
    }

    void write_row(std::size_t row, const Total& total, RegionTable& table) const {
        table.count[row] = total.count;
        for (std::size_t a = first_axis_; a < 3; ++a) {
            const Axis& axis = total.axes[a];
            table.box_begin[a][row] = axis.begin;
            table.box_end[a][row] = axis.end;
            table.centroid[a][row] = mean_of(axis.first - Int128{axis.begin} * total.count, total.count);
        }
        if (with_second_) write_covariance(row, total, table);
    }

    void write_covariance(std::size_t row, const Total& total, RegionTable& table) const {
        for (std::size_t p = first_pair(); p < axis_pairs.size(); ++p) {
            table.covariance[p][row] = covariance(total, p);
        }
    }

    // Where the pairs of the axes in use begin.
    std::size_t first_pair() const { return first_axis_ == 0 ? 0 : 3; }

    static void add_second(Second& second, const GeometryPartial& partial, const Block& block) {
        for (std::size_t p = 0; p < axis_pairs.size(); ++p) {
            const auto [i, j] = axis_pairs[p];
            const Int128 oi = block.origin[i];
            const Int128 oj = block.origin[j];
            second[p] += partial.second[p] + oi * partial.first[j] + oj * partial.first[i] +
                         oi * oj * partial.count;
        }
    }

    // sum((a - mean a)(b - mean b)) / count, computed about the integers nearest to the means.
    static double covariance(const Total& total, std::size_t pair) {
        const auto [i, j] = axis_pairs[pair];
        const std::int64_t count = total.count;
        const Axis& a = total.axes[static_cast<std::size_t>(i)];
        const Axis& b = total.axes[static_cast<std::size_t>(j)];
        const Int128 center_a = nearest_mean(a.first, count);
        const Int128 center_b = nearest_mean(b.first, count);
        const Int128 rest_a = a.first - center_a * count;
        const Int128 rest_b = b.first - center_b * count;
        const Int128 about_center =
            total.second[pair] - center_a * b.first - center_b * a.first + center_a * center_b * count;
        const auto size = static_cast<double>(count);
        // Exact where count^2 times a squared extent fits into 127 bits.
        constexpr std::int64_t small_extent = std::int64_t{1} << 23;
        if (count < std::int64_t{1} << 40 && a.end - a.begin < small_extent &&
            b.end - b.begin < small_extent) {
            return static_cast<double>(about_center * count - rest_a * rest_b) / (size * size);
        }
        return (static_cast<double>(about_center) -
                static_cast<double>(rest_a) * static_cast<double>(rest_b) / size) /
               size;
    }

    bool with_second_;
    std::size_t first_axis_;
    Chunked<std::int64_t> count_;
    std::array<Chunked<Axis>, 3> axes_;
    Chunked<Second> second_;
};

}  // namespace mensura
