// Distances of samples along lines; see profiles.hpp.
#include <algorithm>

#include "mensura/profiles.hpp"
#include "mensura/threads.hpp"

namespace mensura {
namespace {

constexpr std::int64_t samples_per_block = std::int64_t{1} << 16;

// Samples [begin, end).
void fill_distances(std::span<const std::int64_t> offsets, const double* steps, const double* last,
                    std::int64_t begin, std::int64_t end, double* distances) {
    auto next = std::upper_bound(offsets.begin(), offsets.end(), begin);
    for (std::int64_t sample = begin; sample < end; ++next) {
        const auto profile = next - offsets.begin() - 1;
        const std::int64_t first = *(next - 1);
        const std::int64_t stop = std::min(end, *next);
        for (; sample < stop; ++sample) {
            distances[sample] = static_cast<double>(sample - first) * steps[profile];
        }
        if (last != nullptr && stop == *next && *next - first > 1) distances[stop - 1] = last[profile];
    }
}

}  // namespace

void line_distances(std::span<const std::int64_t> offsets, const double* steps, const double* last,
                    double* distances, int threads) {
    const std::int64_t samples = offsets.back();
    const std::int64_t blocks = (samples + samples_per_block - 1) / samples_per_block;
    for_each_block(blocks, threads, [&](std::int64_t block) {
        const std::int64_t begin = block * samples_per_block;
        fill_distances(offsets, steps, last, begin, std::min(samples, begin + samples_per_block),
                       distances);
    });
}

}  // namespace mensura
