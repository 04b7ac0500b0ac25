// The rings of one object: how many, where, and in which one a distance lies.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "mensura/rings.hpp"

namespace mensura {

class RingBounds {
public:
    // `start` is the smallest distance that rings of one width, or so many rings, begin from.
    RingBounds(const RingPlan& plan, double start) : plan_(&plan), start_(start) {}

    // For an object with distances from `low` to `high`. Equal counts need all of them, in any order.
    void fit(double low, double high, std::vector<double>& distances) {
        middle_.clear();
        switch (plan_->bins) {
            case RingBins::width: fit_width(low, high); break;
            case RingBins::number: fit_number(low, high); break;
            case RingBins::edges: fit_edges(); break;
            case RingBins::equal_counts: fit_counts(distances); break;
        }
    }

    std::int64_t count() const { return static_cast<std::int64_t>(middle_.size()); }
    const std::vector<double>& middle() const { return middle_; }

    // The ring of each distance, -1 where it lies in none.
    void find(const double* distance, std::int64_t count, std::int32_t* ring) const {
        switch (plan_->bins) {
            case RingBins::width: find_by_width(distance, count, ring); break;
            case RingBins::number: find_by_number(distance, count, ring); break;
            default: find_by_edges(distance, count, ring); break;
        }
    }

private:
    static constexpr double most = 1 << 30;

    static double check(double rings) {
        if (rings > most) throw std::invalid_argument("bins asks for more than 2^30 rings in an object");
        return rings;
    }

    // A distance that is short of a ring's edge by no more than rounding lies on it: five steps of 0.7
    // are 3.5, also along a diagonal.
    static double raised(double distance) {
        constexpr double rounding = 1e-12;
        return distance + std::abs(distance) * rounding;
    }

    void fit_width(double low, double high) {
        if (!(low <= high)) return;
        first_ = plan_->metric == RingMetric::signed_edge ? std::floor(raised(low) / plan_->width) : 0;
        const double rings = check(std::floor((raised(high) - start_) / plan_->width) - first_ + 1);
        for (double k = 0; k < rings; ++k) {
            middle_.push_back(start_ + (first_ + k + 0.5) * plan_->width);
        }
    }

    void find_by_width(const double* distance, std::int64_t count, std::int32_t* ring) const {
        // What is compared is false for NaN.
        const auto rings = static_cast<double>(this->count());
        const double first = first_;
        const double start = start_;
        const double width = plan_->width;
        if (first == 0 && width == 1) {  // the commonest, without a division
            for (std::int64_t i = 0; i < count; ++i) {
                const double place = raised(distance[i]) - start;
                ring[i] = static_cast<std::int32_t>(place < rings ? place : -1.0);
            }
            return;
        }
        if (first == 0) {  // no distance is below the first ring, and cutting off fractions is enough
            for (std::int64_t i = 0; i < count; ++i) {
                const double place = (raised(distance[i]) - start) / width;
                ring[i] = static_cast<std::int32_t>(place < rings ? place : -1.0);
            }
            return;
        }
        for (std::int64_t i = 0; i < count; ++i) {
            const double place = std::floor((raised(distance[i]) - start) / width) - first;
            ring[i] = static_cast<std::int32_t>(place < rings ? place : -1.0);
        }
    }

    // From `start` to the largest distance, or to 1 where distances are fractions.
    void fit_number(double low, double high) {
        const bool fraction =
            plan_->metric == RingMetric::normalized || plan_->metric == RingMetric::inner;
        first_ = plan_->metric == RingMetric::signed_edge ? low : start_;
        span_ = fraction ? 1 : (low <= high ? high - first_ : std::numeric_limits<double>::quiet_NaN());
        const auto rings = static_cast<double>(plan_->number);
        for (double k = 0; k < rings; ++k) middle_.push_back(first_ + span_ * ((k + 0.5) / rings));
        if (plan_->overflow) middle_.push_back(first_ + span_ * ((rings + 0.5) / rings));
    }

    void find_by_number(const double* distance, std::int64_t count, std::int32_t* ring) const {
        const auto rings = static_cast<double>(plan_->number);
        const double last = plan_->overflow ? rings : rings - 1;
        const double scale = span_ > 0 ? span_ : 1;
        for (std::int64_t i = 0; i < count; ++i) {
            const double place = std::min((distance[i] - first_) / scale * rings, last);
            ring[i] = static_cast<std::int32_t>(distance[i] - distance[i] == 0 ? place : -1.0);
        }
    }

    void fit_edges() {
        edges_ = plan_->edges;
        for (std::size_t k = 0; k + 1 < edges_.size(); ++k) {
            middle_.push_back(edges_[k] + (edges_[k + 1] - edges_[k]) / 2);
        }
    }

    // Pixels that are equally far lie in one ring: the one of the middle of their ranks.
    void fit_counts(std::vector<double>& distances) {
        std::sort(distances.begin(), distances.end());
        const auto rings = static_cast<std::size_t>(plan_->number);
        const std::size_t count = distances.size();
        edges_.assign(rings + 1, std::numeric_limits<double>::infinity());
        edges_[0] = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < count;) {
            std::size_t end = i;
            while (end < count && distances[end] == distances[i]) ++end;
            const std::size_t ring = rings * (i + end) / (2 * count);
            for (std::size_t k = ring; k > 0 && edges_[k] > distances[i]; --k) edges_[k] = distances[i];
            i = end;
        }
        for (std::size_t k = 0; k < rings; ++k) {
            middle_.push_back(count == 0 ? std::numeric_limits<double>::quiet_NaN()
                                         : distances[(2 * k + 1) * count / (2 * rings)]);
        }
    }

    // Rings begin at their edge; the last one has both.
    void find_by_edges(const double* distance, std::int64_t count, std::int32_t* ring) const {
        for (std::int64_t i = 0; i < count; ++i) {
            const double d = distance[i];
            if (!(d >= edges_.front() && d <= edges_.back()) || d - d != 0) {
                ring[i] = -1;
                continue;
            }
            const auto above = std::upper_bound(edges_.begin(), edges_.end() - 1, d);
            ring[i] = static_cast<std::int32_t>(above - edges_.begin() - 1);
        }
    }

    const RingPlan* plan_;
    double start_;
    double first_ = 0;  // the smallest distance, in widths where rings have one
    double span_ = 1;
    std::vector<double> edges_;
    std::vector<double> middle_;
};

}  // namespace mensura
