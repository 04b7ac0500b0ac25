// Samples along any lines, outlines of any objects, and ways across these, against loops that follow the
// definitions: values to rounding, counts and places exactly. One thread and three give the same bits.
#include <cmath>
#include <map>
#include <optional>

#include "input.hpp"
#include "mensura/outlines.hpp"
#include "mensura/profiles.hpp"
#include "target.hpp"

namespace mensura::fuzz {
namespace {

struct Question {
    AnyImage labels;
    Channel channel;
    int axes;

    const Shape& shape() const { return labels.view.shape; }
};

Question make_question(Bytes& bytes) {
    const Shape shape = make_shape(bytes);
    AnyImage labels = make_labels(bytes, shape);
    return {std::move(labels), make_channel(bytes, shape), shape.depth == 1 ? 2 : 3};
}

// --- lines -------------------------------------------------------------------------------------------

// Places are whole eighths of a pixel, so that no position is rounded.
struct Lines {
    std::vector<std::int64_t> offsets{0};
    std::vector<double> points;
    std::vector<double> steps;
    Sampling sampling;
};

Lines make_lines(Bytes& bytes, const Question& q) {
    Lines lines;
    const std::array<std::int64_t, 3> size{q.shape().depth, q.shape().height, q.shape().width};
    for (std::int64_t count = 1 + bytes.below(5); count > 0; --count) {
        for (std::size_t a = 3 - static_cast<std::size_t>(q.axes); a < 3; ++a) {
            const std::int64_t eighths = bytes.below(8 * (size[a] + 4)) - 16;
            lines.points.push_back(static_cast<double>(eighths) / 8);
            lines.steps.push_back(static_cast<double>(bytes.below(33) - 16) / 8);
        }
        lines.offsets.push_back(lines.offsets.back() + bytes.below(40));
    }
    if (bytes.below(8) == 0) lines.points[0] = std::numeric_limits<double>::quiet_NaN();
    lines.sampling.interpolation = static_cast<Interpolation>(bytes.below(3));
    lines.sampling.outside = static_cast<Outside>(bytes.below(4));
    lines.sampling.constant = 3;
    return lines;
}

struct Samples {
    std::vector<double> values;
    std::vector<std::int64_t> counts;
};

Samples sample_lines(const Question& q, const Lines& lines, int threads) {
    const double offsets_across[2] = {0, 0};
    const double weight = 1;
    ProfileGeometry geometry;
    geometry.axes = q.axes;
    geometry.offsets = lines.offsets;
    geometry.points = lines.points.data();
    geometry.steps = lines.steps.data();
    geometry.offsets_across = {offsets_across, static_cast<std::size_t>(q.axes - 1)};
    geometry.weights = {&weight, 1};
    const ProfileImage image{q.channel.image.view, q.channel.mask_view()};
    const auto count = static_cast<std::size_t>(geometry.samples());
    Samples found{std::vector<double>(count, -1), std::vector<std::int64_t>(count, 1)};
    ProfileOutput output;
    output.values = found.values.data();
    output.sample_step = 1;
    output.image_step = geometry.samples();
    output.counts = found.counts.data();
    output.count_sample_step = 1;
    output.count_image_step = geometry.samples();
    sample_profiles({&image, 1}, geometry, lines.sampling, {}, output, threads);
    return found;
}

// A pixel along one axis that takes part in a sample, and by how much.
struct Tap {
    std::int64_t pixel;  // or one of these
    long double weight;
    static constexpr std::int64_t constant = -1, nothing = -2;
};

using Taps = std::vector<Tap>;

std::int64_t pixel_inside(std::int64_t pixel, std::int64_t size, Outside outside) {
    if (pixel >= 0 && pixel < size) return pixel;
    if (outside == Outside::nan) return Tap::nothing;
    if (outside == Outside::constant) return Tap::constant;
    if (outside == Outside::nearest) return std::clamp<std::int64_t>(pixel, 0, size - 1);
    const std::int64_t place = ((pixel % (2 * size)) + 2 * size) % (2 * size);
    return place < size ? place : 2 * size - 1 - place;
}

// Keys's kernel, a = -1/2.
long double cubic_weight(long double away) {
    const long double t = std::abs(away);
    if (t >= 2) return 0;
    return t <= 1 ? (1.5L * t - 2.5L) * t * t + 1 : ((-0.5L * t + 2.5L) * t - 4) * t + 2;
}

std::optional<Taps> taps_at(double place, std::int64_t size, Interpolation interpolation,
                            Outside outside) {
    if (!std::isfinite(place)) return std::nullopt;
    const bool is_nearest = interpolation == Interpolation::nearest;
    const auto last = static_cast<double>(size - 1);
    if (outside == Outside::nan) {
        const double rim = is_nearest ? 0.5 : 0;
        if (place < -rim || place > last + rim) return std::nullopt;
        place = std::clamp(place, 0.0, last);
    }
    if (is_nearest && outside == Outside::reflect) {
        const auto period = static_cast<double>(2 * size);
        while (place < -0.5) place += period;
        while (place > period - 0.5) place -= period;
        if (place > last + 0.5) place = period - 1 - place;
    }
    const double first = std::floor(is_nearest ? place + 0.5 : place);
    const auto pixel = static_cast<std::int64_t>(first);
    const long double fraction = is_nearest ? 0 : place - first;
    if (fraction == 0) return Taps{{pixel_inside(pixel, size, outside), 1}};
    const int more = interpolation == Interpolation::cubic ? 1 : 0;
    Taps taps;
    for (int k = -more; k <= 1 + more; ++k) {
        const long double away = static_cast<long double>(k) - fraction;
        taps.push_back({pixel_inside(pixel + k, size, outside),
                        more == 1 ? cubic_weight(away) : 1 - std::abs(away)});
    }
    return taps;
}

struct Expected {
    long double value;
    long double magnitude;
    bool is_whole;  // no pixel was left out
};

Expected plain_sample(const Question& q, const Sampling& sampling, Interpolation interpolation,
                      const std::array<double, 3>& place) {
    constexpr long double none = std::numeric_limits<long double>::quiet_NaN();
    const std::array<std::int64_t, 3> size{q.shape().depth, q.shape().height, q.shape().width};
    std::array<Taps, 3> taps{{{{0, 1}}, {}, {}}};
    const std::size_t first = 3 - static_cast<std::size_t>(q.axes);
    for (std::size_t a = first; a < 3; ++a) {
        const auto along = taps_at(place[a - first], size[a], interpolation, sampling.outside);
        if (!along) return {none, 0, true};
        taps[a] = *along;
    }
    long double sum = 0, weights = 0, magnitude = 0;
    bool is_whole = true;
    for (const Tap& z : taps[0]) {
        for (const Tap& y : taps[1]) {
            for (const Tap& x : taps[2]) {
                const std::int64_t lowest = std::min({z.pixel, y.pixel, x.pixel});
                if (lowest == Tap::nothing ||
                    (lowest >= 0 && q.channel.is_left_out(z.pixel, y.pixel, x.pixel))) {
                    is_whole = false;
                    continue;
                }
                const long double value = lowest == Tap::constant
                                              ? static_cast<long double>(sampling.constant)
                                              : q.channel.image.at(z.pixel, y.pixel, x.pixel);
                const long double weight = z.weight * y.weight * x.weight;
                sum += weight * value;
                weights += weight;
                magnitude = std::max(magnitude, std::abs(value));
            }
        }
    }
    return {weights > 0 ? sum / weights : none, magnitude, is_whole};
}

// Cubic becomes linear where a pixel is left out.
Expected expected_sample(const Question& q, const Sampling& sampling,
                         const std::array<double, 3>& place) {
    const Expected sample = plain_sample(q, sampling, sampling.interpolation, place);
    if (sampling.interpolation != Interpolation::cubic || sample.is_whole) return sample;
    return plain_sample(q, sampling, Interpolation::linear, place);
}

void check_lines(const Question& q, const Lines& lines, const Samples& found) {
    const auto axes = static_cast<std::size_t>(q.axes);
    for (std::size_t p = 0; p + 1 < lines.offsets.size(); ++p) {
        for (std::int64_t i = lines.offsets[p]; i < lines.offsets[p + 1]; ++i) {
            std::array<double, 3> place{};
            for (std::size_t a = 0; a < axes; ++a) {
                place[a] = lines.points[p * axes + a] +
                           static_cast<double>(i - lines.offsets[p]) * lines.steps[p * axes + a];
            }
            const Expected expected = expected_sample(q, lines.sampling, place);
            require(is_near(found.values[static_cast<std::size_t>(i)], expected.value,
                            8 * expected.magnitude),
                    "another sample");
        }
    }
}

// --- outlines ----------------------------------------------------------------------------------------

std::string bits_of(const Outlines& outlines) {
    std::string all;
    append(all, outlines.corners);
    append(all, outlines.offsets);
    append(all, outlines.labels);
    append(all, outlines.is_hole);
    return all;
}

std::string bits_of(const OutlinePoints& points) {
    std::string all;
    append(all, points.points);
    append(all, points.normals);
    append(all, points.distance);
    append(all, points.offsets);
    append(all, points.lengths);
    return all;
}

// The object at a pixel, 0 where there is none.
std::uint64_t object_at(const Question& q, std::int64_t y, std::int64_t x) {
    const Shape& shape = q.shape();
    const bool is_inside = y >= 0 && y < shape.height && x >= 0 && x < shape.width;
    const long double label = is_inside ? q.labels.at(0, y, x) : 0;
    return label > 0 ? static_cast<std::uint64_t>(label) : 0;
}

struct Extent {
    std::int64_t pixels = 0;
    std::int64_t edges = 0;
    auto operator<=>(const Extent&) const = default;
};

// Outlines hold as many pixels as their objects have, and are as long as these have edges.
void check_extents(const Question& q, const Outlines& outlines) {
    std::map<std::uint64_t, Extent> expected;
    visit_pixels(q.shape(), [&](std::int64_t, std::int64_t y, std::int64_t x) {
        const std::uint64_t label = object_at(q, y, x);
        if (label == 0) return;
        Extent& extent = expected[label];
        ++extent.pixels;
        extent.edges += (object_at(q, y - 1, x) != label) + (object_at(q, y + 1, x) != label) +
                        (object_at(q, y, x - 1) != label) + (object_at(q, y, x + 1) != label);
    });
    std::map<std::uint64_t, Extent> found;
    for (std::size_t k = 0; k < outlines.labels.size(); ++k) {
        double twice = 0;
        double length = 0;
        const std::int64_t begin = outlines.offsets[k];
        const std::int64_t end = outlines.offsets[k + 1];
        for (std::int64_t c = begin; c < end; ++c) {
            const double* here = outlines.corners.data() + 2 * c;
            const double* next = outlines.corners.data() + 2 * (c + 1 == end ? begin : c + 1);
            twice += here[0] * next[1] - next[0] * here[1];
            length += std::abs(here[0] - next[0]) + std::abs(here[1] - next[1]);
        }
        require((twice < 0) == (outlines.is_hole[k] != 0), "an outline goes the wrong way round");
        Extent& extent = found[outlines.labels[k]];
        extent.pixels += static_cast<std::int64_t>(twice / 2);
        extent.edges += static_cast<std::int64_t>(length);
    }
    require(found == expected, "outlines hold other pixels, or have other edges");
}

void check_points(const Outlines& outlines, const OutlineSampling& sampling,
                  const OutlinePoints& points) {
    require(points.lengths.size() == outlines.labels.size(), "another number of outlines");
    for (std::size_t k = 0; k < points.lengths.size(); ++k) {
        const auto begin = static_cast<std::size_t>(points.offsets[k]);
        const auto end = static_cast<std::size_t>(points.offsets[k + 1]);
        require(end > begin, "an outline without points");
        const double step = points.lengths[k] / static_cast<double>(end - begin);
        require(step <= sampling.step * (1 + 1e-9), "points too far apart");
        for (std::size_t p = begin; p < end; ++p) {
            require(points.distance[p] == static_cast<double>(p - begin) * step, "another distance");
            const double size = std::hypot(points.normals[2 * p], points.normals[2 * p + 1]);
            require(std::abs(size - 1) < 1e-9, "a normal of another length");
        }
    }
}

// How far a way goes on one side, by the definition.
std::int64_t last_step(const Question& q, const Crossings& ways, std::size_t way, bool inwards) {
    const double part = ways.ties_are_behind ? 1 : 1 - 1e-9;
    const double half = ways.ties_are_behind ? 0.5 + position_tolerance : 0.5;
    const std::int64_t most = inwards ? ways.inward : ways.outward;
    const std::uint64_t own = ways.labels[way];
    std::int64_t steps = 0;
    for (; steps < most; ++steps) {
        const std::int64_t k = inwards ? -(steps + 1) : steps + 1;
        std::array<std::int64_t, 2> pixel{};
        for (std::size_t a = 0; a < 2; ++a) {
            const double move = static_cast<double>(k) * part;
            const double place = ways.points[2 * way + a] + move * ways.steps[2 * way + a];
            pixel[a] = static_cast<std::int64_t>(std::floor(place + half));
        }
        const std::uint64_t label = object_at(q, pixel[0], pixel[1]);
        const bool is_near = steps + 1 <= ways.near;
        if (inwards && label != own && !is_near) break;
        if (!inwards && label == own && !is_near) break;
        if (!inwards && label != own && label != 0 && ways.stop_at_neighbors) break;
    }
    return inwards ? -steps : steps;
}

std::string check_outlines(Bytes& bytes, const Question& q) {
    const bool diagonal = bytes.flag();
    const Outlines outlines = trace_outlines(q.labels.view, diagonal, 1);
    std::string bits = bits_of(outlines);
    require(bits_of(trace_outlines(q.labels.view, diagonal, 3)) == bits,
            "three threads give other outlines");
    check_extents(q, outlines);

    OutlineSampling sampling;
    sampling.spacing = {static_cast<double>(1 + bytes.below(4)) / 2, 1};
    sampling.smooth = static_cast<double>(bytes.below(5)) / 2;
    sampling.step = static_cast<double>(1 + bytes.below(12)) / 4;
    const OutlinePoints points = sample_outlines(outlines, sampling, 1);
    const std::string of_points = bits_of(points);
    require(bits_of(sample_outlines(outlines, sampling, 3)) == of_points,
            "three threads give other points");
    check_points(outlines, sampling, points);

    std::vector<std::uint64_t> labels;
    for (std::size_t k = 0; k < outlines.labels.size(); ++k) {
        labels.resize(static_cast<std::size_t>(points.offsets[k + 1]), outlines.labels[k]);
    }
    std::vector<double> steps(points.normals.begin(), points.normals.end());
    for (double& step : steps) step /= 2;
    Crossings ways;
    ways.points = {points.points.data(), points.points.size()};
    ways.steps = steps;
    ways.labels = labels;
    ways.inward = bytes.below(9);
    ways.outward = bytes.below(9);
    ways.near = bytes.below(3);
    ways.stop_at_neighbors = bytes.flag();
    ways.ties_are_behind = bytes.flag();
    const Reach reach = reach_across(q.labels.view, ways, 1);
    const Reach by_three = reach_across(q.labels.view, ways, 3);
    require(reach.first == by_three.first && reach.last == by_three.last, "three threads go other ways");
    for (std::size_t way = 0; way < std::min<std::size_t>(labels.size(), 2000); ++way) {
        require(reach.first[way] == last_step(q, ways, way, true), "another way inwards");
        require(reach.last[way] == last_step(q, ways, way, false), "another way outwards");
    }
    append(bits, reach.first);
    append(bits, reach.last);
    return bits + of_points;
}

}  // namespace
}  // namespace mensura::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mensura::fuzz;
    Bytes bytes(data, size);
    const Question q = make_question(bytes);

    const Lines lines = make_lines(bytes, q);
    const Samples samples = sample_lines(q, lines, 1);
    const Samples by_three = sample_lines(q, lines, 3);
    std::string bits;
    append(bits, samples.values);
    std::string bits_by_three;
    append(bits_by_three, by_three.values);
    require(bits == bits_by_three, "three threads give other samples");
    check_lines(q, lines, samples);
    add_to_digest(bits.data(), bits.size());

    if (q.axes == 2) {
        const std::string outlines = check_outlines(bytes, q);
        add_to_digest(outlines.data(), outlines.size());
    }
    return 0;
}
