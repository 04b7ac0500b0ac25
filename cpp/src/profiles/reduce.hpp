// Samples across a profile, reduced to one value; see Reduction in profiles.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "mensura/profiles.hpp"

namespace mensura {

// Reduces one set of samples across after the other.
class AcrossReducer {
public:
    AcrossReducer(const Reducer& reducer, std::span<const double> weights)
        : reducer_(reducer), weights_(weights), values_(weights.size()), valid_weights_(weights.size()) {
    }

    struct Result {
        double value;
        std::int64_t count;
        std::int32_t status;  // of a function; else 0
    };

    // `samples` holds the k-th sample across at k * step.
    Result reduce(const double* samples, std::ptrdiff_t step) {
        const std::size_t count = find_valid(samples, step);
        if (count == 0) return {std::numeric_limits<double>::quiet_NaN(), 0, 0};
        std::int32_t status = 0;
        const double value = of_valid(count, status);
        return {value, static_cast<std::int64_t>(count), status};
    }

    // The samples that are not NaN, which a function may change.
    std::vector<double> valid(const double* samples, std::ptrdiff_t step) {
        const std::size_t count = find_valid(samples, step);
        return {values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count)};
    }

private:
    std::size_t find_valid(const double* samples, std::ptrdiff_t step) {
        std::size_t count = 0;
        for (std::size_t k = 0; k < weights_.size(); ++k) {
            const double value = samples[static_cast<std::ptrdiff_t>(k) * step];
            if (std::isnan(value)) continue;
            values_[count] = value;
            valid_weights_[count] = weights_[k];
            ++count;
        }
        return count;
    }

    double of_valid(std::size_t count, std::int32_t& status) {
        const auto end = values_.begin() + static_cast<std::ptrdiff_t>(count);
        switch (reducer_.kind) {
            case Reduction::mean: return mean(count);
            case Reduction::sum: return sum(count);
            case Reduction::std: return deviation(count);
            case Reduction::min: return *std::min_element(values_.begin(), end);
            case Reduction::max: return *std::max_element(values_.begin(), end);
            case Reduction::quantile: return quantile(count);
            case Reduction::function: break;
        }
        double result = std::numeric_limits<double>::quiet_NaN();
        status = -1;
        reducer_.function(values_.data(), static_cast<std::int64_t>(count), &result, &status);
        return result;
    }

    // About the first value, so that equal values give theirs.
    double mean(std::size_t count) const {
        double sum = 0;
        double total = 0;
        for (std::size_t k = 0; k < count; ++k) {
            sum += valid_weights_[k] * (values_[k] - values_[0]);
            total += valid_weights_[k];
        }
        return values_[0] + sum / total;
    }

    double sum(std::size_t count) const {
        double sum = 0;
        for (std::size_t k = 0; k < count; ++k) sum += valid_weights_[k] * values_[k];
        return sum;
    }

    // In units of the farthest value, so that the squares of no differences are too small or too large
    // for double.
    double deviation(std::size_t count) const {
        const double center = mean(count);
        double farthest = 0;
        for (std::size_t k = 0; k < count; ++k) {
            farthest = std::max(farthest, std::abs(values_[k] - center));
        }
        if (farthest == 0) return 0;
        double squares = 0;
        double total = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const double difference = (values_[k] - center) / farthest;
            squares += valid_weights_[k] * difference * difference;
            total += valid_weights_[k];
        }
        return farthest * std::sqrt(squares / total);
    }

    double quantile(std::size_t count) {
        const double rank = reducer_.quantile * static_cast<double>(count - 1);
        const auto below = static_cast<std::ptrdiff_t>(rank);
        const auto begin = values_.begin();
        const auto end = begin + static_cast<std::ptrdiff_t>(count);
        std::nth_element(begin, begin + below, end);
        const double low = begin[below];
        const double fraction = rank - static_cast<double>(below);
        if (fraction == 0) return low;
        const double high = *std::min_element(begin + below + 1, end);
        return low + fraction * (high - low);
    }

    Reducer reducer_;
    std::span<const double> weights_;
    std::vector<double> values_;
    std::vector<double> valid_weights_;
};

// The mean of many sets at once, none of which lacks a sample: samples[k * step + i].
inline void weighted_means(const double* samples, std::ptrdiff_t step, std::span<const double> weights,
                           std::int64_t count, double* means) {
    double total = 0;
    for (const double weight : weights) total += weight;
    for (std::int64_t i = 0; i < count; ++i) means[i] = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double* row = samples + static_cast<std::ptrdiff_t>(k) * step;
        for (std::int64_t i = 0; i < count; ++i) means[i] += weights[k] * (row[i] - samples[i]);
    }
    for (std::int64_t i = 0; i < count; ++i) means[i] = samples[i] + means[i] / total;
}

}  // namespace mensura
