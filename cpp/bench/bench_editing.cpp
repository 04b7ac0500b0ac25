// Edits of labels and regions.
#include "bench.hpp"
#include "mensura/components.hpp"
#include "mensura/edit.hpp"
#include "scenes.hpp"

namespace mensura::bench {
namespace {

Regions found() {
    FindOptions options;
    options.connectivity = 2;
    return find_regions(mask_of(nuclei()).view(), options);
}

// first, first + step, ... for as many labels as the scene has at most.
std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t step) {
    std::vector<std::uint64_t> all;
    for (std::uint64_t k = 0; k < 64; ++k) all.push_back(first + k * step);
    return all;
}

}  // namespace

MENSURA_BENCH(relabel) {
    return [labels = nuclei(), ids = numbers(1, 1), values = numbers(100, 3),
            out = Picture<std::uint32_t>({1, side, side})]() mutable {
        relabel(labels.view(), ids, values, out.mutable_view(), 1);
        keep(out);
    };
}
MENSURA_BENCH(fill) {
    const Regions regions = found();
    const std::vector<std::uint64_t> values(static_cast<std::size_t>(regions.count()), 7);
    return [regions, values, out = Picture<std::uint16_t>({1, side, side})]() mutable {
        fill(regions, values, out.mutable_view(), 1);
        keep(out);
    };
}
MENSURA_BENCH(region_sizes) {
    return [regions = found()] { keep(region_sizes(regions, 2, 1)); };
}
MENSURA_BENCH(labels_around) {
    return [regions = found(), labels = tissue()] { keep(labels_around(regions, labels.view(), 1)); };
}
MENSURA_BENCH(count_components) {
    return [labels = tissue()] { keep(count_components(labels.view(), 1)); };
}
MENSURA_BENCH(select_regions) {
    Regions regions = found();
    std::vector<std::uint8_t> flags(static_cast<std::size_t>(regions.count()), 0);
    for (std::size_t k = 0; k < flags.size(); k += 2) flags[k] = 1;
    return [regions = std::move(regions), flags = std::move(flags)] { keep(regions.select(flags)); };
}

}  // namespace mensura::bench
