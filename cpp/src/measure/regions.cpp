// Measuring regions that were found before.
//
// Their geometry alone needs no look-ups: the pieces of a strip count from 0, and a region that is one
// piece goes straight to its row. With channels, regions are measured as a label image is.
#include <algorithm>

#include "measure/geometry.hpp"
#include "measure/once.hpp"
#include "mensura/measure.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"

namespace mensura {
namespace {

// Whether what was asked for can be had strip by strip, and the sums of a whole strip fit into 64 bits,
// as those of a block do.
bool strips_serve(const Regions& regions, const MeasurePlan& plan) {
    if (plan.third_moments || plan.border_pixels) return false;
    constexpr std::int64_t most = std::int64_t{1} << 20;
    const Shape& shape = regions.shape();
    const std::vector<Strip>& strips = regions.runs().strips;
    if (strips.empty()) return true;
    const std::int64_t rows = strips.front().row_end - strips.front().row_begin;
    const std::int64_t planes = rows / shape.height + 1;
    return shape.width <= most && shape.height <= most && planes <= most &&
           rows * shape.width <= 4 * most;
}

// The geometry of regions, strip by strip.
template <class Family>
class StripGeometry {
public:
    explicit StripGeometry(const Regions& regions) : shape_(regions.shape()) {}

    RegionTable table(const Regions& regions, int threads) {
        const auto count = static_cast<std::size_t>(regions.count());
        const std::vector<Strip>& strips = regions.runs().strips;
        const SharedRegions shared(regions);
        RegionTable table;
        table.label.resize(count);
        Family::prepare(count, table);
        totals_.resize(shared.regions().size());
        std::vector<PieceSums> parts(strips.size());
        for_each_block_in_order(
            static_cast<std::int64_t>(strips.size()), threads,
            [&](std::int64_t s) {
                const auto i = static_cast<std::size_t>(s);
                parts[i] = write_strip(regions, strips[i], shared, table);
            },
            [&](std::int64_t s) {
                const auto i = static_cast<std::size_t>(s);
                add(parts[i], block_of(strips[i]));
                parts[i] = {};
            });
        for (std::size_t slot = 0; slot < shared.regions().size(); ++slot) {
            const auto row = static_cast<std::size_t>(shared.regions()[slot] - 1);
            table.label[row] = row + 1;
            Family::write(row, totals_[slot], {}, table);
        }
        return table;
    }

private:
    using Part = typename Family::Part;

    struct PieceSums {
        std::vector<Part> parts;
        Slots slots;
    };

    // The regions of more than one piece, in order.
    class SharedRegions {
    public:
        explicit SharedRegions(const Regions& regions)
            : is_shared_(static_cast<std::size_t>(regions.count() + 1)) {
            std::int64_t last = 0;  // regions are numbered in order of their first pieces
            for (const Strip& strip : regions.runs().strips) {
                for (std::int64_t k = 0; k < strip.pieces; ++k) {
                    const std::int64_t region = regions.region_of_piece(strip, k);
                    if (region > last) {
                        last = region;
                    } else {
                        is_shared_[static_cast<std::size_t>(region)] = 1;
                    }
                }
            }
            for (std::int64_t region = 1; region <= regions.count(); ++region) {
                if (has(region)) regions_.push_back(region);
            }
        }

        bool has(std::int64_t region) const { return is_shared_[static_cast<std::size_t>(region)] != 0; }
        const std::vector<std::int64_t>& regions() const { return regions_; }
        std::size_t slot(std::int64_t region) const {
            const auto found = std::lower_bound(regions_.begin(), regions_.end(), region);
            return static_cast<std::size_t>(found - regions_.begin());
        }

    private:
        std::vector<std::uint8_t> is_shared_;
        std::vector<std::int64_t> regions_;
    };

    Block block_of(const Strip& strip) const {
        const std::int64_t z = strip.row_begin / shape_.height;
        const std::int64_t y = strip.row_begin % shape_.height;
        return {strip.row_begin, strip.row_end, 0, shape_.width, {z, y, 0}, {z, y, 0}};
    }

    Column<Part> gather_parts(const Regions& regions, const Strip& strip, const Block& block) const {
        Column<Part> pieces(static_cast<std::size_t>(strip.pieces), Part());
        RegionRows rows(regions);
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            const std::int64_t z = r / shape_.height - block.first[0];
            const std::int64_t y = r % shape_.height - block.first[1];
            rows.visit_pieces(r, [&](std::int64_t start, std::int64_t end, const Strip&,
                                     std::uint32_t piece) { pieces[piece].add(z, y, start, end); });
        }
        return pieces;
    }

    Column<Extent> gather_extents(const Regions& regions, const Strip& strip, const Block& block) const {
        Column<Extent> extents(static_cast<std::size_t>(strip.pieces), empty_extent());
        RegionRows rows(regions);
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            rows.add_extents<Family::in_volume>(strip, r, r / shape_.height - block.first[0],
                                                r % shape_.height - block.first[1], extents.data());
        }
        return extents;
    }

    // Writes the rows of the regions that are one piece of the strip; returns the pieces of the others,
    // save for those of dropped regions.
    PieceSums write_strip(const Regions& regions, const Strip& strip, const SharedRegions& shared,
                          RegionTable& table) const {
        const Block block = block_of(strip);
        if constexpr (Family::is_extent) {
            if (!regions.bands().are_rows()) {
                const Column<Extent> extents = gather_extents(regions, strip, block);
                return write_pieces(regions, strip, block, shared, extents, table);
            }
        }
        return write_pieces(regions, strip, block, shared, gather_parts(regions, strip, block), table);
    }

    // Pieces are parts, or extents to make them of.
    template <class Pieces>
    PieceSums write_pieces(const Regions& regions, const Strip& strip, const Block& block,
                           const SharedRegions& shared, const Pieces& pieces, RegionTable& table) const {
        PieceSums others;
        for (std::size_t k = 0; k < pieces.size(); ++k) {
            const std::int64_t region = regions.region_of_piece(strip, static_cast<std::int64_t>(k));
            if (region == 0) continue;
            if (shared.has(region)) {
                others.parts.push_back(Part(pieces[k]));
                others.slots.push_back(shared.slot(region));
            } else {
                const auto row = static_cast<std::size_t>(region - 1);
                table.label[row] = row + 1;
                Family::write(row, Part(pieces[k]), block, table);
            }
        }
        return others;
    }

    void add(const PieceSums& others, const Block& block) {
        for (std::size_t k = 0; k < others.parts.size(); ++k) {
            totals_[others.slots[k]].add(others.parts[k], block);
        }
    }

    Shape shape_;
    std::vector<typename Family::Total> totals_;  // of the shared regions
};

}  // namespace

RegionTable measure_regions(const Regions& regions, std::span<const ChannelView> channels,
                            const MeasurePlan& plan, int threads) {
    if (channels.empty() && strips_serve(regions, plan)) {
        return with_geometry<WideGeometrySums>(plan, [&](auto family) {
            return StripGeometry<decltype(family)>(regions).table(regions, threads);
        });
    }
    return measure_once(regions, channels, plan, threads);
}

}  // namespace mensura
