// The family of moments of geometry: sums of z^i y^j x^k over the pixels, every power from 0 to 3.
//
// Runs enter in closed form: with F_1(n) = n (n - 1) / 2 the sum of the whole numbers below n, a run
// [a, b) has
//
//     sum x^2 = F_2(b) - F_2(a),    F_2(n) = n (n - 1) (2 n - 1) / 6
//     sum x^3 = F_1(b)^2 - F_1(a)^2
//
// In a block every sum is below 2^80: the product of all coordinates is below 2^20, as a block has no
// more pixels, and there are 2^20 of them.
#pragma once

#include <algorithm>
#include <cstdlib>

#include "measure/exact_moments.hpp"
#include "measure/region_sums.hpp"
#include "measure/sums.hpp"
#include "mensura/measure.hpp"

namespace mensura {

// `Number` is wide enough for sums over the whole image.
template <bool volume, class Number>
struct GeometryMoments {
    using Pixel = NoPixel;
    using Columns = RegionTable;
    using Part = MomentPart<Int128, volume>;
    using Total = MomentTotal<Number, volume>;
    using Writer = ExactMomentWriter<RegionTable, Number, moment_count<volume>, WeightKind{0, false}>;

    static void add_row(const Row<NoPixel>& row, Part* parts) {
        NearRuns near;
        for (std::int64_t k = 0; k < row.count; ++k) {
            const SlotRun& run = row.runs[k];
            Part& part = parts[run.slot];
            part.go_to(row.z, row.y, run.start);
            add_run(part, row.y, run.start - part.anchor[2], run.end - part.anchor[2], near);
        }
    }

    static void take(Part& part, const RegionSums<NoPixel>& sums)
        requires(!volume)
    {
        part.set({0, sums.box.top, sums.box.left}, sums.moments);
    }

    static void add(Total& total, const Part& part, const Block& block) {
        if (part.any == 0) return;
        total.template add<Number>(part.sums(), in_image(part.anchor, block.origin));
    }
    static void add(Total& total, const Total& other) {
        if (other.any == 0) return;
        total.template add<Number>(other.sums, other.anchor);
    }

    static void prepare(std::size_t rows, RegionTable& table) {
        table.moments.resize(moment_count<volume>);
        table.central_moments.resize(moment_count<volume>);
        for (auto& column : table.moments) column.resize(rows);
        for (auto& column : table.central_moments) column.resize(rows);
    }
    static void write(std::size_t row, const Total& total, const RegionFrame& region, Writer& writer) {
        writer.row(row) = {total.any != 0 ? &total.sums : nullptr, total.anchor, region};
    }

private:
    static std::int64_t sum_below(std::int64_t n) { return n * (n - 1) / 2; }
    static std::int64_t squares_below(std::int64_t n) { return n * (n - 1) * (2 * n - 1) / 6; }

    // Adds the run [a, b), counted from the anchor.
    static void add_run(Part& part, std::int64_t y, std::int64_t a, std::int64_t b, NearRuns& near) {
        const std::int64_t below_a = sum_below(a);
        const std::int64_t below_b = sum_below(b);
        const std::int64_t sum = below_b - below_a;
        const std::int64_t squares = squares_below(b) - squares_below(a);
        constexpr std::int64_t close = std::int64_t{1} << 15;  // whose cubes sum up to less than 2^62
        if (-close < a && b < close) {
            const std::array<std::int64_t, 4> powers{b - a, sum, squares, sum * (below_a + below_b)};
            const bool is_near = part.is_near(y, a, b, near_reach(0));
            is_near ? near.add(part, y, powers) : part.add(y, powers);
        } else {
            part.add(y, std::array<Int128, 4>{b - a, sum, squares, Int128{sum} * (below_a + below_b)});
        }
    }
};

}  // namespace mensura
