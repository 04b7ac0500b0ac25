// Intensity profiles: images sampled between their pixels, along any number of lines and paths.
//
// A profile is a row of samples. Across each of them lie more, whose values are reduced to one: a band
// in an image, a tube in a volume. Positions are in pixels, z, y, x, pixel centers at whole numbers.
// What the lines mean (lengths, units, widths) is decided by the caller.
//
// What a sample is:
// - nearest: the pixel it lies in; a position between two pixels belongs to the one behind it.
// - linear: between the 2^n pixels around it.
// - cubic: R. G. Keys, Cubic convolution interpolation for digital image processing, IEEE Trans. ASSP
//   29:1153-1160 (1981), a = -1/2, also known as Catmull-Rom: through the 4^n pixels around it. Local
//   and interpolating, so that no image of coefficients has to be made.
// Pixels that are masked, NaN or infinite are left out and the weights of the others scaled to sum to 1;
// cubic becomes linear there. A pixel of weight 0 never matters. A sample without any pixel is NaN.
//
// Constant images give their constant exactly and ramps are exact to rounding, because all is computed
// from differences. Every sample is computed by itself, so the bits depend on nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mensura/image.hpp"

namespace mensura {

enum class Interpolation : std::uint8_t { nearest, linear, cubic };

// What lies outside the image: nothing (samples beyond the centers of the outermost pixels are NaN,
// with `nearest` those beyond the pixels themselves), the nearest pixel, the image mirrored at the edge
// of its outermost pixels (d c b a | a b c d | d c b a), or a constant.
enum class Outside : std::uint8_t { nan, nearest, reflect, constant };

// Nearer to an edge, a tie or an end than this, in pixels, counts as on it: rounding of positions.
inline constexpr double position_tolerance = 1e-9;

struct Sampling {
    Interpolation interpolation = Interpolation::linear;
    Outside outside = Outside::nan;
    double constant = 0;
};

// Where the samples lie: profile p has samples [offsets[p], offsets[p + 1]).
struct ProfileGeometry {
    int axes = 2;
    std::span<const std::int64_t> offsets;

    // Straight profiles: the first sample and the step to the next or the last one, or both, [profile]
    // [axis]. A last sample that is given does not depend on the rounding of the step, which, if it is
    // not given, divides the way to there evenly. Others: `points` alone, one for each sample, [sample]
    // [axis].
    const double* points = nullptr;
    const double* steps = nullptr;
    const double* ends = nullptr;

    // Directions across, [profile or sample][axes - 1][axis], for unit offsets. Not read where every
    // offset is 0.
    const double* across = nullptr;
    // Positions of the samples across, [sample across][axes - 1], and their weights.
    std::span<const double> offsets_across;
    std::span<const double> weights;

    std::int64_t profiles() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
    std::int64_t samples() const { return offsets.back(); }
    bool is_straight() const { return steps != nullptr || ends != nullptr; }

    // Of a straight profile.
    double step(std::int64_t profile, std::int64_t axis) const {
        const std::int64_t at = profile * axes + axis;
        if (steps != nullptr) return steps[at];
        const auto p = static_cast<std::size_t>(profile);
        const std::int64_t parts = offsets[p + 1] - offsets[p] - 1;
        return (ends[at] - points[at]) / static_cast<double>(parts > 1 ? parts : 1);
    }
};

// What the samples across become. Those that are NaN are left out; where all are, so is the result.
// `sum` adds value x weight; `mean` and `std` (of the whole, not of a sample from it) are weighted; the
// others look at every sample alike. `quantile` interpolates between order statistics as NumPy does.
enum class Reduction : std::uint8_t { mean, sum, min, max, std, quantile, function };

// A function of `count` values, at least one, that writes its result and then sets `status` to 0. Where
// it fails, it leaves the status alone, or makes it a number above 0 that tells why.
using ReducingFunction = void (*)(const double* values, std::int64_t count, double* result,
                                  std::int32_t* status);

struct Reducer {
    Reduction kind = Reduction::mean;
    double quantile = 0.5;
    ReducingFunction function = nullptr;
};

// An image, a channel or a frame. Pixels where `mask`, an image of bool or uint8, is not 0 are left out.
struct ProfileImage {
    ImageView image;
    std::optional<ImageView> mask{};
};

// Results by image and sample, with steps in elements. `counts` are numbers of samples across that are
// not NaN.
struct ProfileOutput {
    double* values = nullptr;
    std::ptrdiff_t image_step = 0;
    std::ptrdiff_t sample_step = 0;
    std::int64_t* counts = nullptr;
    std::ptrdiff_t count_image_step = 0;
    std::ptrdiff_t count_sample_step = 0;
};

struct ProfileResult {
    // Whether no sample across is NaN. Then `counts` were not written: each is the number across.
    bool complete = true;
    // The first profile for which a function failed, and in which image, or -1; of its first sample for
    // which it did, the status (-1 where that was left alone) and the values.
    std::int64_t failed = -1;
    std::int64_t failed_image = -1;
    std::int32_t failed_status = 0;
    std::vector<double> failed_values;
};

// Samples images of one shape. Cost: 2 to 5 ns a sample in a contiguous image, in any other and at its
// borders about ten times as much; memory for a few hundred samples a thread.
ProfileResult sample_profiles(std::span<const ProfileImage> images, const ProfileGeometry& geometry,
                              const Sampling& sampling, const Reducer& reducer,
                              const ProfileOutput& output, int threads);

// Writes how far each sample is from the first of its profile: number x steps[profile], and
// last[profile], where given, for the last of several.
void line_distances(std::span<const std::int64_t> offsets, const double* steps, const double* last,
                    double* distances, int threads);

}  // namespace mensura
