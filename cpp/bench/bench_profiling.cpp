// Profiles along lines, and outlines of objects.
#include "bench.hpp"
#include "mensura/outlines.hpp"
#include "mensura/profiles.hpp"
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

}  // namespace

MENSURA_BENCH(profiles_nearest_u16) { return along_lines<std::uint16_t>(Interpolation::nearest); }
MENSURA_BENCH(profiles_linear_u8) { return along_lines<std::uint8_t>(Interpolation::linear); }
MENSURA_BENCH(profiles_linear_u16) { return along_lines<std::uint16_t>(Interpolation::linear); }
MENSURA_BENCH(profiles_linear_f32) { return along_lines<float>(Interpolation::linear); }
MENSURA_BENCH(profiles_cubic_u16) { return along_lines<std::uint16_t>(Interpolation::cubic); }
MENSURA_BENCH(outlines) {
    return [labels = tissue()] { keep(trace_outlines(labels.view(), false, 1)); };
}

}  // namespace mensura::bench
