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

    void extend(int axis, std::int64_t low, std::int64_t high) {
        begin[axis] = std::min(begin[axis], low);
        end[axis] = std::max(end[axis], high);
    }

    // Adds the run [start, stop) of row (z, y).
    template <bool with_second>
    void add(std::int64_t z, std::int64_t y, std::int64_t start, std::int64_t stop) {
        const std::int64_t length = stop - start;
        const std::int64_t ends = start + stop - 1;
        const std::int64_t along = length * ends / 2;
        count += length;
        extend(0, z, z + 1);
        extend(1, y, y + 1);
        extend(2, start, stop);
        first[0] += z * length;
        first[1] += y * length;
        first[2] += along;
        if constexpr (with_second) {
            // Below 2^64 for coordinates below 2^20, hence unsigned.
            const auto twelvefold = static_cast<std::uint64_t>(length) *
                                    static_cast<std::uint64_t>(3 * ends * ends + length * length - 1);
            second[0] += z * z * length;
            second[1] += z * y * length;
            second[2] += z * along;
            second[3] += y * y * length;
            second[4] += y * along;
            second[5] += static_cast<std::int64_t>(twelvefold / 12);
        }
    }
};

// The same about the origin of the image, for all regions.
class GeometryTotals {
public:
    explicit GeometryTotals(bool with_second) : with_second_(with_second) {}

    std::int64_t count(std::size_t slot) const { return regions_[slot].count; }
    std::int64_t begin(std::size_t slot, std::size_t axis) const { return regions_[slot].begin[axis]; }

    // Adds what slots[k] gathered in a block; slots may be new.
    void merge(const std::vector<GeometryPartial>& partials, const std::vector<std::size_t>& slots,
               std::size_t regions, const Block& block) {
        regions_.resize(regions);
        if (with_second_) second_.resize(regions);
        for (std::size_t k = 0; k < partials.size(); ++k) {
            const GeometryPartial& partial = partials[k];
            regions_[slots[k]].add(partial, block);
            if (with_second_) add_second(second_[slots[k]], partial, block);
        }
    }

    // Writes the rows in the given order of slots.
    void write(const std::vector<std::size_t>& order, RegionTable& table) const {
        for (const std::size_t slot : order) {
            const Total& total = regions_[slot];
            table.count.push_back(total.count);
            for (std::size_t a = 0; a < 3; ++a) {
                table.box_begin[a].push_back(total.begin[a]);
                table.box_end[a].push_back(total.end[a]);
                const Int128 from_corner = total.first[a] - Int128{total.begin[a]} * total.count;
                table.centroid[a].push_back(mean_of(from_corner, total.count));
            }
            if (!with_second_) continue;
            for (std::size_t p = 0; p < axis_pairs.size(); ++p) {
                table.covariance[p].push_back(covariance(slot, p));
            }
        }
    }

private:
    using Second = std::array<Int128, 6>;

    struct Total {
        std::int64_t count = 0;
        std::array<std::int64_t, 3> begin;
        std::array<std::int64_t, 3> end;
        std::array<Int128, 3> first{};

        Total() {
            begin.fill(std::numeric_limits<std::int64_t>::max());
            end.fill(std::numeric_limits<std::int64_t>::min());
        }

        void add(const GeometryPartial& partial, const Block& block) {
            count += partial.count;
            for (std::size_t a = 0; a < 3; ++a) {
                const std::int64_t origin = block.origin[a];
                begin[a] = std::min(begin[a], partial.begin[a] + origin);
                end[a] = std::max(end[a], partial.end[a] + origin);
                first[a] += partial.first[a] + Int128{origin} * partial.count;
            }
        }
    };

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
    double covariance(std::size_t slot, std::size_t pair) const {
        const auto [i, j] = axis_pairs[pair];
        const Total& total = regions_[slot];
        const Int128 n = total.count;
        const Int128 ci = nearest_mean(total.first[static_cast<std::size_t>(i)], total.count);
        const Int128 cj = nearest_mean(total.first[static_cast<std::size_t>(j)], total.count);
        const Int128 rest_i = total.first[static_cast<std::size_t>(i)] - ci * n;
        const Int128 rest_j = total.first[static_cast<std::size_t>(j)] - cj * n;
        const Int128 about_center = second_[slot][pair] - ci * total.first[static_cast<std::size_t>(j)] -
                                    cj * total.first[static_cast<std::size_t>(i)] + n * ci * cj;
        const auto size = static_cast<double>(total.count);
        if (total.count < (std::int64_t{1} << 40) && fits_square(total)) {
            return static_cast<double>(n * about_center - rest_i * rest_j) / (size * size);
        }
        return (static_cast<double>(about_center) -
                static_cast<double>(rest_i) * static_cast<double>(rest_j) / size) /
               size;
    }

    // Whether count^2 times a squared extent fits into 127 bits, for counts below 2^40.
    static bool fits_square(const Total& total) {
        for (std::size_t a = 0; a < 3; ++a) {
            if (total.end[a] - total.begin[a] >= std::int64_t{1} << 23) return false;
        }
        return true;
    }

    bool with_second_;
    std::vector<Total> regions_;
    std::vector<Second> second_;
};

}  // namespace mensura
