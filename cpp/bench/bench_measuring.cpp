// From regions and intensities to tables.
#include "bench.hpp"
#include "mensura/measure.hpp"
#include "mensura/normalized_moments.hpp"
#include "scenes.hpp"

namespace mensura::bench {
namespace {

using Choice = bool MeasurePlan::*;

// A plan with some of the families.
template <class... Choices>
MeasurePlan plan_with(int axes, Choices... choices) {
    MeasurePlan plan;
    plan.axes = axes;
    ((plan.*choices = true), ...);
    return plan;
}

Work geometry(Picture<std::uint32_t>&& labels, MeasurePlan plan) {
    plan.image = labels.shape;
    return [labels = std::move(labels), plan] { keep(measure_labels(labels.view(), {}, plan, 1)); };
}

// The labels are those of the scene, or of noise, where runs are two pixels long.
template <class T>
Work intensity_of(Picture<std::uint32_t>&& labels, const MeasurePlan& plan) {
    Picture<T> image = intensities<T>(labels.shape);
    return [labels = std::move(labels), image = std::move(image), plan] {
        const ChannelView channel{image.view()};
        keep(measure_labels(labels.view(), {&channel, 1}, plan, 1));
    };
}

template <class T, class... Choices>
Work intensity(Choices... choices) {
    return intensity_of<T>(nuclei(), plan_with(2, choices...));
}

Picture<std::uint32_t> noise_labels() { return noise({1, side, side}, 0.5).as<std::uint32_t>(); }

// Columns whose values differ.
std::vector<std::vector<double>> some_columns(std::size_t count) {
    std::vector<std::vector<double>> columns(count, std::vector<double>(1 << 14));
    double value = 1;
    for (auto& column : columns) {
        for (double& each : column) each = value += 0.5;
    }
    return columns;
}

std::vector<std::span<const double>> spans_of(const std::vector<std::vector<double>>& columns) {
    return {columns.begin(), columns.end()};
}

Regions found(const Picture<std::uint32_t>& scene) {
    FindOptions options;
    options.connectivity = scene.shape.depth > 1 ? 3 : 2;
    return find_regions(mask_of(scene).view(), options);
}

}  // namespace

MENSURA_BENCH(geometry) { return geometry(nuclei(), plan_with(2)); }
MENSURA_BENCH(geometry_volume) { return geometry(balls(), plan_with(3)); }
MENSURA_BENCH(geometry_second) { return geometry(nuclei(), plan_with(2, &MeasurePlan::second_moments)); }
MENSURA_BENCH(geometry_third) {
    return geometry(nuclei(), plan_with(2, &MeasurePlan::second_moments, &MeasurePlan::third_moments));
}
MENSURA_BENCH(geometry_border) { return geometry(nuclei(), plan_with(2, &MeasurePlan::border_pixels)); }
MENSURA_BENCH(geometry_noise) { return geometry(noise_labels(), plan_with(2)); }
MENSURA_BENCH(geometry_tissue) { return geometry(tissue(), plan_with(2)); }
MENSURA_BENCH(geometry_of_regions) {
    return [regions = found(nuclei()), plan = plan_with(2, &MeasurePlan::second_moments)] {
        keep(measure_regions(regions, {}, plan, 1));
    };
}
MENSURA_BENCH(geometry_of_mask) {
    return [mask = mask_of(nuclei()), plan = plan_with(2)] { keep(measure_mask(mask.view(), plan, 1)); };
}
MENSURA_BENCH(intensity_of_regions) {
    return [regions = found(nuclei()), image = intensities<std::uint16_t>({1, side, side}),
            plan = plan_with(2, &MeasurePlan::intensity_squares)] {
        const ChannelView channel{image.view()};
        keep(measure_regions(regions, {&channel, 1}, plan, 1));
    };
}

MENSURA_BENCH(sums_i8) { return intensity<std::int8_t>(); }
MENSURA_BENCH(sums_i16) { return intensity<std::int16_t>(); }
MENSURA_BENCH(sums_i32) { return intensity<std::int32_t>(); }
MENSURA_BENCH(sums_i64) { return intensity<std::int64_t>(); }
MENSURA_BENCH(sums_u8) { return intensity<std::uint8_t>(); }
MENSURA_BENCH(sums_u16) { return intensity<std::uint16_t>(); }
MENSURA_BENCH(sums_u32) { return intensity<std::uint32_t>(); }
MENSURA_BENCH(sums_u64) { return intensity<std::uint64_t>(); }
MENSURA_BENCH(sums_f32) { return intensity<float>(); }
MENSURA_BENCH(sums_f64) { return intensity<double>(); }
MENSURA_BENCH(sums_noise) { return intensity_of<std::uint16_t>(noise_labels(), plan_with(2)); }
MENSURA_BENCH(sums_volume) { return intensity_of<std::uint16_t>(balls(), plan_with(3)); }

MENSURA_BENCH(squares_u8) { return intensity<std::uint8_t>(&MeasurePlan::intensity_squares); }
MENSURA_BENCH(squares_u16) { return intensity<std::uint16_t>(&MeasurePlan::intensity_squares); }
MENSURA_BENCH(squares_u32) { return intensity<std::uint32_t>(&MeasurePlan::intensity_squares); }
MENSURA_BENCH(squares_f32) { return intensity<float>(&MeasurePlan::intensity_squares); }
MENSURA_BENCH(squares_f64) { return intensity<double>(&MeasurePlan::intensity_squares); }
MENSURA_BENCH(powers_u8) { return intensity<std::uint8_t>(&MeasurePlan::intensity_powers); }
MENSURA_BENCH(powers_u16) { return intensity<std::uint16_t>(&MeasurePlan::intensity_powers); }
MENSURA_BENCH(powers_f32) { return intensity<float>(&MeasurePlan::intensity_powers); }
MENSURA_BENCH(powers_f64) { return intensity<double>(&MeasurePlan::intensity_powers); }
MENSURA_BENCH(weighted_u8) { return intensity<std::uint8_t>(&MeasurePlan::intensity_weighted_centroid); }
MENSURA_BENCH(weighted_u16) {
    return intensity<std::uint16_t>(&MeasurePlan::intensity_weighted_centroid);
}
MENSURA_BENCH(weighted_f32) { return intensity<float>(&MeasurePlan::intensity_weighted_centroid); }
MENSURA_BENCH(positions_u16) { return intensity<std::uint16_t>(&MeasurePlan::intensity_positions); }
MENSURA_BENCH(positions_f32) { return intensity<float>(&MeasurePlan::intensity_positions); }
MENSURA_BENCH(quality_u16) { return intensity<std::uint16_t>(&MeasurePlan::intensity_quality); }
MENSURA_BENCH(quality_f32) { return intensity<float>(&MeasurePlan::intensity_quality); }

MENSURA_BENCH(sums_masked) {
    return [labels = nuclei(), image = intensities<std::uint16_t>({1, side, side}),
            mask = noise({1, side, side}, 0.3), plan = plan_with(2)] {
        const ChannelView channel{image.view(), mask.view()};
        keep(measure_labels(labels.view(), {&channel, 1}, plan, 1));
    };
}
MENSURA_BENCH(sums_fortran) {
    return
        [labels = nuclei(), image = intensities<std::uint16_t>({1, side, side}), plan = plan_with(2)] {
            const ChannelView channel{image.transposed_view()};
            keep(measure_labels(labels.transposed_view(), {&channel, 1}, plan, 1));
        };
}
MENSURA_BENCH(sums_interleaved) {
    return [labels = nuclei(), image = intensities<std::uint16_t>({1, side, 4 * side}),
            plan = plan_with(2)] {
        std::vector<ChannelView> channels(4, ChannelView{image.view()});
        for (std::size_t c = 0; c < channels.size(); ++c) {
            ImageView& view = channels[c].image;
            view.data += c * sizeof(std::uint16_t);
            view.shape = labels.shape;
            view.strides.x *= std::ssize(channels);
        }
        keep(measure_labels(labels.view(), channels, plan, 1));
    };
}
MENSURA_BENCH(normalized_moments) {
    return [central = some_columns(16), units = std::vector<double>(16, 1.0)] {
        const auto spans = spans_of(central);
        keep(normalized_moments(spans, spans.front(), units, 1));
    };
}
MENSURA_BENCH(hu_invariants) {
    return [normalized = some_columns(7)] { keep(hu_invariants(spans_of(normalized), 1)); };
}
MENSURA_BENCH(accumulate_tiles) {
    return [labels = nuclei(), plan = plan_with(2, &MeasurePlan::second_moments)] {
        Accumulator accumulator(plan, {});
        for (std::int64_t z = 0; z < 8; ++z) accumulator.add(labels.view(), {}, {z, 0, 0}, 1);
        keep(accumulator.table(1));
    };
}

}  // namespace mensura::bench
