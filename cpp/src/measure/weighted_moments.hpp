// The family of moments weighted by intensity: sums of value x z^i y^j x^k, every power from 0 to 3.
//
// A leaf kernel (runs/moments.inl) gives the powers of x along a run; moments.hpp does the rest. Integer
// pixels are summed exactly. Floating pixels are summed in double, compensated from run to run, about a
// pixel of the region: each sum is within 1e-13 of the sum of magnitudes |value| z^i y^j x^k, where z, y
// and x are the sides of the bounding box, and so is the moment about the corner or the centroid.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

#include "measure/channel_partials.hpp"
#include "measure/exact_moments.hpp"
#include "measure/values.hpp"
#include "measure/weighted_centroid.hpp"

namespace mensura {

// What the families for integer and for floating pixels share.
template <class T, bool volume, class Sum>
struct WeightedMomentFamily {
    using Pixel = T;
    using Columns = RegionTable::Channel;
    using Part = MomentPart<Sum, volume>;

    static void prepare(std::size_t rows, Columns& columns) {
        columns.moments.resize(moment_count<volume>);
        columns.central_moments.resize(moment_count<volume>);
        for (auto& column : columns.moments) column.resize(rows);
        for (auto& column : columns.central_moments) column.resize(rows);
    }

    // Calls visit(run, its sums) for the runs of a row, long ones piece by piece.
    template <class Visit>
    void visit_runs(const Row<T>& row, Visit visit) {
        const SlotRun* runs = row.runs;
        std::int64_t count = row.count;
        const bool has_long = std::any_of(runs, runs + count, [](const SlotRun& run) {
            return run.end - run.start > moment_stretch<T>;
        });
        if (has_long) {
            pieces_.clear();
            for (std::int64_t k = 0; k < count; ++k) add_pieces(runs[k]);
            runs = pieces_.data();
            count = static_cast<std::int64_t>(pieces_.size());
        }
        sums_.resize(std::max(sums_.size(), static_cast<std::size_t>(count)));
        intensity_kernels_of<T>().run_moments(row.pixels, runs, count, sums_.data());
        for (std::int64_t k = 0; k < count; ++k) visit(runs[k], sums_[static_cast<std::size_t>(k)]);
    }

private:
    void add_pieces(const SlotRun& run) {
        for (std::int64_t start = run.start; start < run.end; start += moment_stretch<T>) {
            pieces_.push_back({start, std::min(run.end, start + moment_stretch<T>), run.slot});
        }
    }

    std::vector<SlotRun> pieces_{};
    std::vector<RunMoments<T>> sums_{};
};

// ------------------------------------------------------------------------------------------ integers

// In a block, sums of pixels of up to 32 bits are below 2^112, of 64 bits below 2^144.
template <class T>
using IntegerMomentSum = std::conditional_t<sizeof(T) == 8, Wide<3>, Int128>;

// `Number` is wide enough for sums over the whole image.
template <class T, bool volume, class Number>
struct IntegerWeightedMoments : WeightedMomentFamily<T, volume, IntegerMomentSum<T>> {
    using Sum = IntegerMomentSum<T>;
    using Part = MomentPart<Sum, volume>;
    static constexpr int value_bits = 8 * static_cast<int>(sizeof(T));
    using Total = MomentTotal<Number, volume>;
    using Writer = ExactMomentWriter<RegionTable::Channel, Number, moment_count<volume>,
                                     WeightKind{value_bits, std::is_signed_v<T>}>;

    // Whether the weighted centroid is written as well: it needs no sums but these.
    bool with_centroid;

    explicit IntegerWeightedMoments(const MeasurePlan& plan)
        : with_centroid(plan.intensity_weighted_centroid) {}

    void add_row(const Row<T>& row, Part* parts) {
        NearRuns near;
        this->visit_runs(row, [&](const SlotRun& run, const RunMoments<T>& sums) {
            Part& part = parts[run.slot];
            part.go_to(row.z, row.y, run.start);
            add_run(part, row.y, run, sums, near);
        });
    }

    static void take(Part& part, const RegionSums<T>& sums)
        requires(has_windows<T> && !volume)
    {
        part.set({0, sums.y, sums.x}, sums.moments);
    }

    static void add(Total& total, const Part& part, const Block& block) {
        if (part.any == 0) return;
        total.template add<Number>(part.sums(), in_image(part.anchor, block.origin));
    }
    static void add(Total& total, const Total& other) {
        if (other.any == 0) return;
        total.template add<Number>(other.sums, other.anchor);
    }

    void prepare(std::size_t rows, RegionTable::Channel& columns) const {
        WeightedMomentFamily<T, volume, Sum>::prepare(rows, columns);
        if (!with_centroid) return;
        for (std::size_t axis = volume ? 0 : 1; axis < 3; ++axis) {
            columns.centroid[axis].resize(rows);
            columns.displacement[axis].resize(rows);
        }
    }

    void write(std::size_t row, const Total& total, const RegionFrame& region, Writer& writer) const {
        if (with_centroid) write_centroid(row, total, region, writer.columns);
        writer.row(row) = {total.any != 0 ? &total.sums : nullptr, total.anchor, region};
    }

private:
    static void add_run(Part& part, std::int64_t y, const SlotRun& run, const RunMoments<T>& sums,
                        [[maybe_unused]] NearRuns& near) {
        const std::int64_t shift = run.start - part.anchor[2];
        if constexpr (sizeof(T) < 8) {
            // Where value x cubes of coordinates sum up to less than 2^63.
            constexpr std::int64_t close = std::int64_t{1} << (62 - value_bits) / 4;
            const std::int64_t end = run.end - part.anchor[2];
            if (-close < shift && end < close) {
                std::array<std::uint64_t, 4> moved;
                for (std::size_t k = 0; k < 4; ++k) moved[k] = static_cast<std::uint64_t>(sums.sum[k]);
                move_line(moved.data(), 1, shift);
                const std::array powers{
                    static_cast<std::int64_t>(moved[0]), static_cast<std::int64_t>(moved[1]),
                    static_cast<std::int64_t>(moved[2]), static_cast<std::int64_t>(moved[3])};
                const bool is_near = part.is_near(y, shift, end, near_reach(value_bits));
                return is_near ? near.add(part, y, powers) : part.add(y, powers);
            }
        }
        std::array<Sum, 4> moved{Sum(sums.sum[0]), Sum(sums.sum[1]), Sum(sums.sum[2]), Sum(sums.sum[3])};
        move_line(moved.data(), 1, shift);
        part.add(y, moved);
    }

    static void write_centroid(std::size_t row, const Total& total, const RegionFrame& region,
                               RegionTable::Channel& columns) {
        for (std::size_t axis = volume ? 0 : 1; axis < 3; ++axis) {
            if (total.any == 0) {
                columns.centroid[axis][row] = columns.displacement[axis][row] = undefined;
                continue;
            }
            Number first = total.sums[moment_strides[2 - axis]];
            first += times(total.sums[0], total.anchor[axis] - region.corner[axis]);
            write_exact_centroid(row, axis, total.sums[0], first, region, columns);
        }
    }
};

// -------------------------------------------------------------------------------------------- floats

template <class T, bool volume>
struct FloatWeightedMoments : WeightedMomentFamily<T, volume, CompensatedSum> {
    using Part = MomentPart<CompensatedSum, volume>;
    using Total = MomentTotal<CompensatedSum, volume>;
    using Writer = MomentWriter<RegionTable::Channel, moment_count<volume>>;

    explicit FloatWeightedMoments(const MeasurePlan&) {}

    void add_row(const Row<T>& row, Part* parts) {
        this->visit_runs(row, [&](const SlotRun& run, const RunMoments<T>& sums) {
            if (!sums.any) return;
            Part& part = parts[run.slot];
            part.go_to(row.z, row.y, run.start);
            std::array<double, 4> moved{sums.sum[0], sums.sum[1], sums.sum[2], sums.sum[3]};
            move_line(moved.data(), 1, run.start - part.anchor[2]);
            part.add(row.y, moved);
        });
    }

    static void add(Total& total, const Part& part, const Block& block) {
        if (part.any == 0) return;
        total.template add<double>(part.sums(), in_image(part.anchor, block.origin));
    }
    static void add(Total& total, const Total& other) {
        if (other.any == 0) return;
        total.template add<double>(other.sums, other.anchor);
    }

    static void write(std::size_t row, const Total& total, const RegionFrame& region, Writer& writer) {
        auto& moments = writer.row(row);
        if (total.any == 0) return moments.leave_undefined();
        constexpr std::size_t n = moment_count<volume>;
        std::array<double, n> sums;
        for (std::size_t m = 0; m < n; ++m) sums[m] = total.sums[m].value();
        write_central(sums, moments.central);
        std::array<std::int64_t, 3> shift{};
        for (std::size_t a = 0; a < 3; ++a) shift[a] = total.anchor[a] - region.corner[a];
        move_moments(sums, shift);
        moments.corner = sums;
    }

private:
    using Sums = std::array<double, moment_count<volume>>;

    static void write_central(Sums sums, Sums& central) {
        const double weight = sums[0];
        if (weight == 0) {
            central.fill(undefined);
            central[0] = 0;
            return;
        }
        std::array<double, 3> shift{};
        for (std::size_t a = volume ? 0 : 1; a < 3; ++a)
            shift[a] = -sums[moment_strides[2 - a]] / weight;
        move_moments(sums, shift);
        for (std::size_t m = 0; m < sums.size(); ++m) {
            central[m] = moment_order(m) == 1 ? 0.0 : sums[m];
        }
    }
};

template <class T, bool volume, class Number>
using WeightedMoments = std::conditional_t<std::is_floating_point_v<T>, FloatWeightedMoments<T, volume>,
                                           IntegerWeightedMoments<T, volume, Number>>;

}  // namespace mensura
