// Points at equal distances along outlines that were smoothed, with the way out at each.
//
// The edges of pixels are a staircase along anything that is oblique, up to 4/pi too long and with
// normals in four directions. So the way is smoothed along itself by a Gaussian, circularly, at about
// one point per pixel. A Gaussian alone would shrink a circle of radius r by s^2 / (2 r^2) of it;
// twicing (Tukey, Exploratory Data Analysis, 1977), which adds the smoothed residuals, leaves only the
// square of that. For small outlines s is no more than length / (4 pi), half the radius of a circle.
// Cost: about 16 s / pixel operations per point.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "mensura/outlines.hpp"
#include "mensura/threads.hpp"

namespace mensura {
namespace {

struct Vector {
    double y;
    double x;
    Vector operator+(Vector other) const { return {y + other.y, x + other.x}; }
    Vector operator-(Vector other) const { return {y - other.y, x - other.x}; }
    Vector operator*(double factor) const { return {y * factor, x * factor}; }
    double length() const { return std::sqrt(y * y + x * x); }
};

using Polygon = std::vector<Vector>;

// The way around a polygon, as distance from its first corner.
class Way {
public:
    explicit Way(const Polygon& polygon) : polygon_(polygon), at_(polygon.size() + 1) {
        for (std::size_t k = 0; k < polygon.size(); ++k) {
            at_[k + 1] = at_[k] + (corner(k + 1) - corner(k)).length();
        }
    }

    double length() const { return at_.back(); }

    // Calls visit(k, f) for `count` equally distant places, half a step behind the first corner on: each
    // lies between corners k and k + 1, the fraction f of the way on.
    template <class Visit>
    void visit_places(std::int64_t count, Visit visit) const {
        const double step = length() / static_cast<double>(count);
        std::size_t k = 0;
        for (std::int64_t i = 0; i < count; ++i) {
            const double place = (static_cast<double>(i) + 0.5) * step;
            while (k + 1 < polygon_.size() && at_[k + 1] <= place) ++k;
            const double side = at_[k + 1] - at_[k];
            visit(k, side > 0 ? std::min(1.0, (place - at_[k]) / side) : 0.0);
        }
    }

    Vector corner(std::size_t k) const {
        return polygon_[k < polygon_.size() ? k : k - polygon_.size()];
    }
    Vector between(std::size_t k, double fraction) const {
        return corner(k) + (corner(k + 1) - corner(k)) * fraction;
    }

private:
    const Polygon& polygon_;
    std::vector<double> at_;
};

// How many steps of at most that size make the length: a hair less, so that rounding adds none where the
// step divides the length.
std::int64_t steps_along(double length, double step) {
    constexpr double most = 1U << 26;
    const double steps = std::ceil(length / step * (1 - 1e-12));
    if (!(steps <= most)) throw std::invalid_argument("over 2^26 samples of an outline");
    return static_cast<std::int64_t>(steps);
}

// Weights of a Gaussian, whose sum is 1, from the middle outwards.
std::vector<double> gaussian(double sigma) {
    std::vector<double> weights(static_cast<std::size_t>(std::ceil(4 * sigma)) + 1);
    double sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double z = static_cast<double>(k) / sigma;
        weights[k] = std::exp(-0.5 * z * z);
        sum += k == 0 ? weights[k] : 2 * weights[k];
    }
    for (double& weight : weights) weight /= sum;
    return weights;
}

// The ring is unrolled by the reach of the weights on either side.
Polygon smoothed_once(const Polygon& ring, const std::vector<double>& weights) {
    const std::size_t count = ring.size();
    const std::size_t reach = weights.size() - 1;
    Polygon unrolled(count + 2 * reach);
    std::size_t from = (count - reach % count) % count;
    for (Vector& place : unrolled) {
        place = ring[from];
        if (++from == count) from = 0;
    }
    Polygon result(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Vector* middle = unrolled.data() + i + reach;
        Vector sum = *middle * weights[0];
        for (std::size_t k = 1; k <= reach; ++k) {
            sum = sum + (*(middle - k) + *(middle + k)) * weights[k];
        }
        result[i] = sum;
    }
    return result;
}

// Sampled at about one point per pixel and smoothed.
Polygon smoothed(const Polygon& polygon, double sigma, double pixel) {
    const Way way(polygon);
    const std::int64_t count = std::max<std::int64_t>(4, steps_along(way.length(), pixel));
    Polygon ring;
    ring.reserve(static_cast<std::size_t>(count));
    way.visit_places(count, [&](std::size_t k, double f) { ring.push_back(way.between(k, f)); });
    const double limited = std::min(sigma, way.length() / (4 * std::numbers::pi));
    const std::vector<double> weights = gaussian(limited * static_cast<double>(count) / way.length());
    Polygon once = smoothed_once(ring, weights);
    const Polygon twice = smoothed_once(once, weights);
    for (std::size_t i = 0; i < once.size(); ++i) once[i] = once[i] * 2 - twice[i];
    return once;
}

// The points of some outlines, one behind the other.
struct Points {
    std::vector<double> points;
    std::vector<double> normals;
    std::vector<double> distance;
    std::vector<std::int64_t> counts;
    std::vector<double> lengths;
};

class Sampler {
public:
    explicit Sampler(const OutlineSampling& sampling) : sampling_(sampling) {}

    void add(const double* corners, std::int64_t count, Points& out) const {
        Polygon polygon(static_cast<std::size_t>(count));
        for (Vector& corner : polygon) {
            corner = {corners[0] * sampling_.spacing[0], corners[1] * sampling_.spacing[1]};
            corners += 2;
        }
        if (sampling_.smooth > 0) {
            const double pixel = std::min(sampling_.spacing[0], sampling_.spacing[1]);
            polygon = smoothed(polygon, sampling_.smooth, pixel);
        }
        sample(Way(polygon), polygon.size(), out);
    }

private:
    void sample(const Way& way, std::size_t corners, Points& out) const {
        const std::int64_t count = std::max<std::int64_t>(1, steps_along(way.length(), sampling_.step));
        const double step = way.length() / static_cast<double>(count);
        std::int64_t i = 0;
        way.visit_places(count, [&](std::size_t k, double f) {
            const Vector point = way.between(k, f);
            const Vector tangent = sampling_.smooth > 0 ? tangent_at(way, corners, k, f)
                                                        : way.corner(k + 1) - way.corner(k);
            const double length = tangent.length();
            out.points.insert(out.points.end(),
                              {point.y / sampling_.spacing[0], point.x / sampling_.spacing[1]});
            // Right of the way, where the object is not.
            out.normals.insert(out.normals.end(), {tangent.x / length, -tangent.y / length});
            out.distance.push_back(static_cast<double>(i++) * step);
        });
        out.counts.push_back(count);
        out.lengths.push_back(way.length());
    }

    // Between those of the two corners, which are along the lines through their neighbors.
    static Vector tangent_at(const Way& way, std::size_t corners, std::size_t k, double f) {
        const auto at = [&](std::size_t corner) {
            const Vector along = way.corner(corner + 1) - way.corner((corner + corners - 1) % corners);
            return along * (1 / std::max(along.length(), 1e-300));
        };
        const Vector tangent = at(k) * (1 - f) + at((k + 1) % corners) * f;
        return tangent.length() > 1e-6 ? tangent : way.corner(k + 1) - way.corner(k);
    }

    OutlineSampling sampling_;
};

template <class T, class Values>
void copy_to(Column<T>& column, std::int64_t place, const Values& values) {
    std::copy(values.begin(), values.end(), column.begin() + place);
}

OutlinePoints joined(const std::vector<Points>& parts, std::size_t outlines, int threads) {
    OutlinePoints all;
    all.offsets.resize(outlines + 1);
    all.lengths.resize(outlines);
    std::vector<std::size_t> first{0};
    all.offsets[0] = 0;
    for (const Points& part : parts) {
        std::size_t k = first.back();
        copy_to(all.lengths, static_cast<std::int64_t>(k), part.lengths);
        for (const std::int64_t count : part.counts) {
            all.offsets[k + 1] = all.offsets[k] + count;
            ++k;
        }
        first.push_back(k);
    }
    const auto points = static_cast<std::size_t>(all.offsets[outlines]);
    all.points.resize(2 * points);
    all.normals.resize(2 * points);
    all.distance.resize(points);
    for_each_block(static_cast<std::int64_t>(parts.size()), threads, [&](std::int64_t b) {
        const Points& part = parts[static_cast<std::size_t>(b)];
        const std::int64_t place = all.offsets[first[static_cast<std::size_t>(b)]];
        copy_to(all.points, 2 * place, part.points);
        copy_to(all.normals, 2 * place, part.normals);
        copy_to(all.distance, place, part.distance);
    });
    return all;
}

}  // namespace

OutlinePoints sample_outlines(const Outlines& outlines, const OutlineSampling& sampling, int threads) {
    if (!(sampling.step > 0)) throw std::invalid_argument("the step must be positive");
    constexpr std::size_t at_once = 64;
    const std::size_t count = outlines.labels.size();
    std::vector<Points> parts((count + at_once - 1) / at_once);
    const Sampler sampler(sampling);
    for_each_block(static_cast<std::int64_t>(parts.size()), threads, [&](std::int64_t b) {
        const auto part = static_cast<std::size_t>(b);
        const std::size_t begin = part * at_once;
        for (std::size_t k = begin; k < std::min(count, begin + at_once); ++k) {
            const std::int64_t first = outlines.offsets[k];
            sampler.add(outlines.corners.data() + 2 * first, outlines.offsets[k + 1] - first,
                        parts[part]);
        }
    });
    return joined(parts, count, threads);
}

}  // namespace mensura
