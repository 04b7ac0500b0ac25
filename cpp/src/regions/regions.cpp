// Regions once they are found: which to keep, where one lies, what is at a pixel.
#include "mensura/regions.hpp"

#include <stdexcept>
#include <utility>

#include "regions/region_rows.hpp"

namespace mensura {

std::int64_t Regions::count_runs() const {
    std::int64_t runs = 0;
    RegionRows rows(*this);
    const std::int64_t end = runs_->strips.empty() ? 0 : shape().rows();
    for (std::int64_t r = 0; r < end; ++r) {
        rows.visit_row(r, [&runs](std::int64_t, std::int64_t, std::int64_t) { ++runs; });
    }
    return runs;
}

Regions Regions::select(std::span<const std::uint8_t> keep) const {
    if (static_cast<std::int64_t>(keep.size()) != count_) {
        throw std::invalid_argument("keep must have one flag per region");
    }
    std::vector<std::int64_t> number(keep.size() + 1, 0);
    std::int64_t kept = 0;
    for (std::size_t k = 0; k < keep.size(); ++k) {
        if (keep[k] != 0) number[k + 1] = ++kept;
    }
    RegionOfPiece region_of_piece = region_of_piece_;
    region_of_piece.renumber(number);
    return Regions(bands_, runs_, std::move(region_of_piece), kept);
}

std::vector<RegionRun> Regions::runs_of(std::int64_t region, const Box& box) const {
    std::vector<RegionRun> found;
    RegionRows rows(*this);
    for (std::int64_t z = box.begin[0]; z < box.end[0]; ++z) {
        for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y) {
            const std::int64_t r = z * shape().height + y;
            rows.visit_row(r, [&](std::int64_t start, std::int64_t end, std::int64_t at) {
                if (at == region) found.push_back({r, start, end});
            });
        }
    }
    return found;
}

std::vector<std::int64_t> Regions::regions_at(
    std::span<const std::array<std::int64_t, 3>> pixels) const {
    std::vector<std::int64_t> found;
    found.reserve(pixels.size());
    RegionRows rows(*this);
    for (const auto& [z, y, x] : pixels) found.push_back(rows.region_at(z * shape().height + y, x));
    return found;
}

}  // namespace mensura
