// Profiles along lines, outlines of objects, and rings.
#include "bench.hpp"
#include "mensura/outlines.hpp"
#include "mensura/profiles.hpp"
#include "mensura/rings.hpp"
#include "scenes.hpp"

namespace mensura::bench {
namespace {

constexpr std::int64_t num_lines = 32;
constexpr std::int64_t num_samples = 200;

// Lines of 200 samples that lean a little, well inside the image.
template <class T>
Work along_lines(Interpolation interpolation) {
    std::vector<std::int64_t> offsets;
    std::vector<double> points;
    std::vector<double> steps;
    for (std::int64_t line = 0; line <= num_lines; ++line) {
        offsets.push_back(line * num_samples);
        if (line == num_lines) break;
        points.insert(points.end(), {10.3 + 6.1 * static_cast<double>(line), 20.7});
        steps.insert(steps.end(), {0.1, 0.93});
    }
    std::vector<double> values(static_cast<std::size_t>(num_lines * num_samples));
    return [image = intensities<T>({1, side, side}), interpolation, offsets = std::move(offsets),
            points = std::move(points), steps = std::move(steps), values = std::move(values)]() mutable {
        const double offset_across = 0;
        const double weight = 1;
        ProfileGeometry geometry;
        geometry.offsets = offsets;
        geometry.points = points.data();
        geometry.steps = steps.data();
        geometry.offsets_across = {&offset_across, 1};
        geometry.weights = {&weight, 1};
        ProfileOutput output;
        output.values = values.data();
        output.image_step = num_lines * num_samples;
        output.sample_step = 1;
        const ProfileImage only{image.view()};
        Sampling sampling;
        sampling.interpolation = interpolation;
        keep(sample_profiles({&only, 1}, geometry, sampling, {}, output, 1));
        keep(values);
    };
}

// Rings of one pixel about a point in the whole image.
template <class T>
Work rings_about_a_point() {
    return [image = intensities<T>({1, side, side}), objects = RingObjects(Shape{1, side, side})] {
        RingPlan plan;
        plan.axes = 2;
        plan.center = RingCenter::points;
        const std::array<double, 3> point{0, 101.3, 77.9};
        const ChannelView channel{image.view()};
        keep(measure_rings(objects, plan, {{&point, 1}, {}}, {&channel, 1}, 1));
    };
}

// Rings of every object of a tissue.
Work rings_of_objects(RingMetric metric, RingCenter center, double outer) {
    return
        [labels = tissue(), image = intensities<std::uint16_t>({1, side, side}), metric, center, outer] {
            RingPlan plan;
            plan.axes = 2;
            plan.metric = metric;
            plan.center = center;
            plan.outer = outer;
            if (metric == RingMetric::normalized) {
                plan.bins = RingBins::number;
                plan.number = 4;
            }
            const ChannelView channel{image.view()};
            keep(measure_rings(RingObjects(labels.view(), 1), plan, {}, {&channel, 1}, 1));
        };
}

}  // namespace

MENSURA_BENCH(profiles_nearest_u16) { return along_lines<std::uint16_t>(Interpolation::nearest); }
MENSURA_BENCH(profiles_linear_u8) { return along_lines<std::uint8_t>(Interpolation::linear); }
MENSURA_BENCH(profiles_linear_u16) { return along_lines<std::uint16_t>(Interpolation::linear); }
MENSURA_BENCH(profiles_linear_f32) { return along_lines<float>(Interpolation::linear); }
MENSURA_BENCH(profiles_cubic_u16) { return along_lines<std::uint16_t>(Interpolation::cubic); }
MENSURA_BENCH(outlines) {
    return [labels = tissue()] { keep(trace_outlines(labels.view(), false, 1)); };
}
MENSURA_BENCH(outlines_smoothed) {
    const auto labels = tissue();
    return [outlines = trace_outlines(labels.view(), false, 1)] {
        keep(sample_outlines(outlines, {{1, 1}, 1.5, 1}, 1));
    };
}
MENSURA_BENCH(outlines_crossed) {
    auto labels = tissue();
    const Outlines outlines = trace_outlines(labels.view(), false, 1);
    OutlinePoints ways = sample_outlines(outlines, {}, 1);
    std::vector<std::uint64_t> objects;
    for (std::size_t k = 0; k < outlines.labels.size(); ++k) {
        objects.resize(static_cast<std::size_t>(ways.offsets[k + 1]), outlines.labels[k]);
    }
    return [labels = std::move(labels), ways = std::move(ways), objects = std::move(objects)] {
        Crossings crossings;
        crossings.points = {ways.points.data(), ways.points.size()};
        crossings.steps = {ways.normals.data(), ways.normals.size()};
        crossings.labels = objects;
        crossings.inward = 6;
        crossings.outward = 6;
        crossings.near = 1;
        keep(reach_across(labels.view(), crossings, 1));
    };
}
MENSURA_BENCH(rings_center_u16) { return rings_about_a_point<std::uint16_t>(); }
MENSURA_BENCH(rings_center_u32) { return rings_about_a_point<std::uint32_t>(); }
MENSURA_BENCH(rings_center_f32) { return rings_about_a_point<float>(); }
MENSURA_BENCH(rings_edge) { return rings_of_objects(RingMetric::edge, RingCenter::centroid, 0); }
MENSURA_BENCH(rings_signed) {
    return rings_of_objects(RingMetric::signed_edge, RingCenter::centroid, 5);
}
MENSURA_BENCH(rings_normalized) {
    return rings_of_objects(RingMetric::normalized, RingCenter::deepest, 0);
}

}  // namespace mensura::bench
