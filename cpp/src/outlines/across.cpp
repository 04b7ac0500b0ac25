// Ways across outlines: how far they go in the label image, and means over the ways of an object.
//
// Cost: one look at a label per sample; two passes over the samples for the means.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "measure/float_sums.hpp"
#include "mensura/outlines.hpp"
#include "mensura/profiles.hpp"
#include "mensura/threads.hpp"
#include "outlines/pixels.hpp"

namespace mensura {
namespace {

// Calls work(k) for all k, on all threads.
template <class Work>
void for_each_index(std::int64_t count, std::int64_t at_once, int threads, Work work) {
    for_each_block((count + at_once - 1) / at_once, threads, [&](std::int64_t b) {
        const std::int64_t end = std::min(count, (b + 1) * at_once);
        for (std::int64_t k = b * at_once; k < end; ++k) work(k);
    });
}

template <class T, bool ties_are_behind>
class Walker {
public:
    Walker(const ImageView& labels, const Crossings& crossings)
        : pixels_(labels), crossings_(crossings) {}

    std::int64_t first(std::int64_t way) const {
        std::int64_t k = 0;
        while (k > -crossings_.inward && (k - 1 >= -crossings_.near || object(way, k - 1) == own(way)))
            --k;
        return k;
    }

    std::int64_t last(std::int64_t way) const {
        std::int64_t k = 0;
        while (k < crossings_.outward && is_outside(way, k + 1)) ++k;
        return k;
    }

private:
    // A hair less of a step, so that a sample between two pixels is in the one nearer to the outline.
    static constexpr double part = ties_are_behind ? 1 : 1 - 1e-9;
    static constexpr double half = ties_are_behind ? 0.5 + position_tolerance : 0.5;

    T own(std::int64_t way) const {
        return static_cast<T>(crossings_.labels[static_cast<std::size_t>(way)]);
    }

    bool is_outside(std::int64_t way, std::int64_t k) const {
        const T found = object(way, k);
        if (found == own(way)) return k <= crossings_.near;
        return found == 0 || !crossings_.stop_at_neighbors;
    }

    T object(std::int64_t way, std::int64_t k) const {
        const auto y = static_cast<std::size_t>(2 * way);
        const double steps = static_cast<double>(k) * part;
        return pixels_.object({nearest(crossings_.points[y] + steps * crossings_.steps[y]),
                               nearest(crossings_.points[y + 1] + steps * crossings_.steps[y + 1])});
    }

    // Far outside all is alike, and fits into the integers.
    std::int64_t nearest(double place) const {
        if (!(std::abs(place) < 1e15)) return -1;
        return static_cast<std::int64_t>(std::floor(place + half));
    }

    LabelPixels<T> pixels_;
    const Crossings& crossings_;
};

// The samples of one object, in one channel.
class ObjectMeans {
public:
    ObjectMeans(const CrossingSamples& samples, CrossingMeans& means)
        : samples_(samples), means_(means) {}

    void find(std::int64_t object, std::int64_t begin, std::int64_t end) {
        const std::int64_t size = samples_.places * samples_.channels;
        base_ = static_cast<std::size_t>(object * size);
        constexpr double infinity = std::numeric_limits<double>::infinity();
        for (std::size_t e = base_; e < base_ + static_cast<std::size_t>(size); ++e) {
            means_.count[e] = 0;
            means_.mean[e] = means_.std[e] = 0;
            means_.min[e] = infinity;
            means_.max[e] = -infinity;
        }
        visit(begin, end, [&](std::size_t e, double value) { add(e, value); });
        for (std::size_t e = base_; e < base_ + static_cast<std::size_t>(size); ++e) finish_mean(e);
        visit(begin, end, [&](std::size_t e, double value) {
            means_.std[e] += (value - means_.mean[e]) * (value - means_.mean[e]);
        });
        for (std::size_t e = base_; e < base_ + static_cast<std::size_t>(size); ++e) {
            const auto count = static_cast<double>(means_.count[e]);
            const double squares =
                means_.min[e] == means_.max[e] ? 0.0 : held_squares(means_.std[e], count);
            means_.std[e] = std::sqrt(squares / count);
        }
    }

private:
    // Calls visit(element, value) for what is finite, way by way.
    template <class Visit>
    void visit(std::int64_t begin, std::int64_t end, Visit visit) const {
        for (std::int64_t way = begin; way < end; ++way) {
            const auto w = static_cast<std::size_t>(way);
            auto s = static_cast<std::size_t>(samples_.offsets[w] * samples_.channels);
            const auto last = static_cast<std::size_t>(samples_.offsets[w + 1] * samples_.channels);
            std::size_t e = base_ + static_cast<std::size_t>(samples_.first[w] * samples_.channels);
            for (; s < last; ++s, ++e) {
                if (std::isfinite(samples_.values[s])) visit(e, samples_.values[s]);
            }
        }
    }

    // The first value is kept in `std` meanwhile, and the sum of what exceeds it in `mean`, so that
    // equal values give theirs.
    void add(std::size_t e, double value) {
        if (means_.count[e]++ == 0) means_.std[e] = value;
        means_.mean[e] += value - means_.std[e];
        means_.min[e] = std::min(means_.min[e], value);
        means_.max[e] = std::max(means_.max[e], value);
    }

    void finish_mean(std::size_t e) {
        if (means_.count[e] == 0) {
            means_.mean[e] = means_.min[e] = means_.max[e] = std::numeric_limits<double>::quiet_NaN();
        } else {
            means_.mean[e] = means_.std[e] + means_.mean[e] / static_cast<double>(means_.count[e]);
        }
        means_.std[e] = 0;
    }

    const CrossingSamples& samples_;
    CrossingMeans& means_;
    std::size_t base_ = 0;
};

}  // namespace

Reach reach_across(const ImageView& labels, const Crossings& crossings, int threads) {
    const std::size_t count = crossings.labels.size();
    if (crossings.points.size() != 2 * count || crossings.steps.size() != 2 * count) {
        throw std::invalid_argument("each way has a point, a step and a label");
    }
    Reach reach{Column<std::int64_t>(count), Column<std::int64_t>(count)};
    visit_integer_type(labels.dtype, [&]<class T>(std::type_identity<T>) {
        const auto walk = [&](const auto& walker) {
            for_each_index(static_cast<std::int64_t>(count), 4096, threads, [&](std::int64_t way) {
                reach.first[static_cast<std::size_t>(way)] = walker.first(way);
                reach.last[static_cast<std::size_t>(way)] = walker.last(way);
            });
        };
        if (crossings.ties_are_behind) {
            walk(Walker<T, true>(labels, crossings));
        } else {
            walk(Walker<T, false>(labels, crossings));
        }
    });
    return reach;
}

CrossingMeans average_crossings(const CrossingSamples& samples, std::span<const std::int64_t> objects,
                                int threads) {
    const auto count = static_cast<std::int64_t>(objects.size()) - 1;
    const auto size = static_cast<std::size_t>(
        checked_product(count, checked_product(samples.places, samples.channels)));
    CrossingMeans means{Column<std::int64_t>(size), Column<double>(size), Column<double>(size),
                        Column<double>(size), Column<double>(size)};
    for_each_index(count, 16, threads, [&](std::int64_t object) {
        const auto o = static_cast<std::size_t>(object);
        ObjectMeans(samples, means).find(object, objects[o], objects[o + 1]);
    });
    return means;
}

}  // namespace mensura
