// Dijkstra's algorithm in buckets; see geodesic.hpp.
#include "rings/geodesic.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace mensura {

Geodesic::Geodesic(const std::array<double, 3>& side, int axes) {
    const int far = axes == 3 ? 1 : 0;
    double shortest = std::min(side[1], side[2]);
    if (axes == 3) shortest = std::min(shortest, side[0]);
    for (int z = -far; z <= far; ++z) {
        for (int y = -1; y <= 1; ++y) {
            for (int x = -1; x <= 1; ++x) {
                if (z == 0 && y == 0 && x == 0) continue;
                const double length =
                    std::sqrt((z * side[0]) * (z * side[0]) + (y * side[1]) * (y * side[1]) +
                              (x * side[2]) * (x * side[2]));
                steps_.push_back({{z, y, x}, length});
                longest_ = std::max(longest_, length);
            }
        }
    }
    // A little less wide than the shortest step, so that rounding leaves no step within a bucket.
    per_length_ = (1 + 1e-9) / shortest;
}

void Geodesic::make_buckets() {
    if (!buckets_.empty()) return;
    constexpr double most = 1 << 20;
    if (!(longest_ * per_length_ <= most)) {
        throw std::invalid_argument(
            "spacing differs by more than 2^20 from axis to axis, too much for ways within objects");
    }
    buckets_.resize(static_cast<std::size_t>(longest_ * per_length_) + 3);
}

void Geodesic::lengths(double* field, const std::array<std::int64_t, 3>& size,
                       std::span<const std::int64_t> sources) {
    make_buckets();
    std::vector<std::pair<std::int64_t, double>> steps;
    for (const Step& step : steps_) {
        steps.emplace_back((step.by[0] * size[1] + step.by[1]) * size[2] + step.by[2], step.length);
    }
    for (const std::int64_t source : sources) {
        field[source] = 0;
        buckets_[0].push_back(source);
    }
    std::vector<std::int64_t> current;
    std::size_t empty = 0;
    for (std::uint64_t round = 0; empty < buckets_.size(); ++round) {
        const std::size_t b = static_cast<std::size_t>(round % buckets_.size());
        current.swap(buckets_[b]);
        empty = current.empty() ? empty + 1 : 0;
        for (const std::int64_t pixel : current) {
            const double length = field[pixel];
            // One that was reached on a shorter way after it came into this bucket was left already.
            if (static_cast<std::uint64_t>(length * per_length_) < round) continue;
            for (const auto& [by, step] : steps) {
                double& neighbor = field[pixel + by];
                if (length + step >= neighbor) continue;  // also outside
                neighbor = length + step;
                buckets_[bucket_of(neighbor)].push_back(pixel + by);
            }
        }
        current.clear();
    }
}

}  // namespace mensura
