// Exact squared Euclidean distances to the nearest of some pixels, in a box.
//
// One axis after the other, as the lower envelope of parabolas: Felzenszwalb and Huttenlocher, "Distance
// transforms of sampled functions", Theory of Computing 8 (2012). With sides of 1 all numbers are
// integers, and exact. A line falls apart at its zeros, behind which nothing is nearest. Cost: a few
// steps for each pixel and axis. Lines of a few pixels are compared with one another instead, which
// takes less time.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace mensura {

inline constexpr double infinite = std::numeric_limits<double>::infinity();

// The parabolas of a line that are lowest somewhere, from left to right; each begins where it meets the
// one before.
class Envelope {
public:
    explicit Envelope(double weight) : weight_(weight) {}

    void clear() { parabolas_.clear(); }
    std::size_t size() const { return parabolas_.size(); }
    std::int64_t at(std::size_t k) const { return parabolas_[k].at; }
    // Where parabola k begins, infinite past the last.
    double begin(std::size_t k) const { return k < parabolas_.size() ? parabolas_[k].begin : infinite; }
    double value(std::size_t k, std::int64_t y) const {
        const auto step = static_cast<double>(y - parabolas_[k].at);
        return parabolas_[k].height + weight_ * (step * step);
    }

    // Adds the parabola of a pixel to the right of all others, of finite height. One that touches the
    // envelope in a single point stays.
    void add(std::int64_t at, double height) {
        double begin = -infinite;
        while (!parabolas_.empty()) {
            const Parabola& last = parabolas_.back();
            // From the difference of the heights: where these and the weight are whole numbers it is
            // exact if the parabolas meet at a pixel, and never on the wrong side of one.
            const auto apart = static_cast<double>(at - last.at);
            const double shift = (height - last.height) / (2 * weight_ * apart);
            begin = static_cast<double>(last.at) + (apart / 2 + shift);
            if (begin >= last.begin) break;
            parabolas_.pop_back();
        }
        if (parabolas_.empty()) begin = -infinite;
        parabolas_.push_back({at, height, begin});
    }

private:
    struct Parabola {
        std::int64_t at;
        double height;
        double begin;
    };

    double weight_;
    std::vector<Parabola> parabolas_;
};

// Turns `field`, 0 at the pixels that count and infinite elsewhere, into squared distances; infinite
// where there are none. Sizes and squared sides of pixels are those along z, y and x; the field lies in
// C order.
void squared_distances(double* field, const std::array<std::int64_t, 3>& size,
                       const std::array<double, 3>& squared_side, int threads);

}  // namespace mensura
