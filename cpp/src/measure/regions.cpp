// Measuring regions, that were found before or while they are found.
//
// Their geometry alone needs no look-ups: the pieces of a strip count from 0, and a region that is one
// piece goes straight to its row. In masks, whose rows are joined in bands, pieces are summed up as soon
// as their strip is found, for at most 1/8 byte a pixel; where there are too many for that, once all
// strips are joined. With channels, regions are measured as a label image is.
#include <algorithm>
#include <utility>

#include "measure/geometry.hpp"
#include "measure/once.hpp"
#include "mensura/measure.hpp"
#include "mensura/threads.hpp"
#include "regions/neighbors.hpp"
#include "regions/region_rows.hpp"

namespace mensura {
namespace {

// Whether what was asked for can be had strip by strip, and the sums of a whole strip of so many rows
// fit into 64 bits, as those of a block do.
bool strips_serve(const Shape& shape, std::int64_t rows, const MeasurePlan& plan) {
    if (plan.third_moments || plan.border_pixels) return false;
    constexpr std::int64_t most = std::int64_t{1} << 20;
    const std::int64_t planes = rows / std::max<std::int64_t>(1, shape.height) + 1;
    return shape.width <= most && shape.height <= most && planes <= most &&
           rows * shape.width <= 4 * most;
}

bool strips_serve(const Regions& regions, const MeasurePlan& plan) {
    const std::vector<Strip>& strips = regions.runs().strips;
    const std::int64_t rows = strips.empty() ? 0 : strips.front().row_end - strips.front().row_begin;
    return strips_serve(regions.shape(), rows, plan);
}

Block block_of(const Shape& shape, const Strip& strip) {
    const std::int64_t z = strip.row_begin / shape.height;
    const std::int64_t y = strip.row_begin % shape.height;
    return {strip.row_begin, strip.row_end, 0, shape.width, {z, y, 0}, {z, y, 0}};
}

// The extents of the pieces of a strip whose rows are joined in bands and whose coordinates are below
// 2^20. runs_of(band) tells where the runs of the band start: as a JoinRow does.
template <bool volume, class RunsOf>
Column<Extent> gather_extents(const Bands& bands, const RunTable& runs, const Strip& strip,
                              RunsOf runs_of) {
    const Shape& shape = bands.shape;
    const std::int64_t words = words_for(shape.width);
    const Block block = block_of(shape, strip);
    const std::vector<Word> nothing(static_cast<std::size_t>(words));
    std::vector<std::int32_t> ends(static_cast<std::size_t>(words * word_bits + 2 * spare_runs));
    Column<Extent> extents(static_cast<std::size_t>(strip.pieces), empty_extent());
    const std::int64_t end = bands.of_row(strip.row_end - 1) + 1;
    for (std::int64_t band = bands.of_row(strip.row_begin); band < end; ++band) {
        const std::int64_t first = bands.first_row(band);
        const auto rows = rows_of_band(bands, runs, first, words, nothing.data());
        const JoinRow in_band = runs_of(band);
        kernels().add_extents[volume](
            {{rows[0], rows[1], rows[2], rows[3]}, in_band.starts, in_band.rank}, words,
            strip.piece.data(), static_cast<std::int32_t>(first / shape.height - block.first[0]),
            static_cast<std::int32_t>(first % shape.height - block.first[1]), ends.data(),
            extents.data());
    }
    return extents;
}

using ExtentsOfStrips = std::vector<Column<Extent>>;

// Whether extents, which are held until all strips are joined, take no more memory than the bitmap of
// their strip.
bool extents_are_small(const Shape& shape, const Strip& strip) {
    const std::int64_t words = words_for(shape.width) * (strip.row_end - strip.row_begin);
    return strip.pieces * static_cast<std::int64_t>(sizeof(Extent)) <=
           words * static_cast<std::int64_t>(sizeof(Word));
}

// The geometry of regions, strip by strip.
template <class Family>
class StripGeometry {
public:
    explicit StripGeometry(const Regions& regions) : shape_(regions.shape()) {}

    RegionTable table(const Regions& regions, int threads) {
        return table_of_strips(regions, threads, [&](std::size_t s, const auto& write) {
            return write_strip(regions, regions.runs().strips[s], write);
        });
    }

    // The same with the extents of the pieces of strips that have them already, which are given up.
    RegionTable table(const Regions& regions, ExtentsOfStrips extents, int threads)
        requires Family::is_extent
    {
        return table_of_strips(regions, threads, [&](std::size_t s, const auto& write) {
            if (extents[s].empty()) return write_strip(regions, regions.runs().strips[s], write);
            return write(std::exchange(extents[s], {}));
        });
    }

private:
    using Part = typename Family::Part;

    // gather(s, write) hands the pieces of strip s to write().
    template <class Gather>
    RegionTable table_of_strips(const Regions& regions, int threads, Gather gather) {
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
                parts[i] = gather(i, [&](const auto& pieces) {
                    return write_pieces(regions, strips[i], shared, pieces, table);
                });
            },
            [&](std::int64_t s) {
                const auto i = static_cast<std::size_t>(s);
                add(parts[i], block_of(shape_, strips[i]));
                parts[i] = {};
            });
        for (std::size_t slot = 0; slot < shared.regions().size(); ++slot) {
            const auto row = static_cast<std::size_t>(shared.regions()[slot] - 1);
            table.label[row] = row + 1;
            Family::write(row, totals_[slot], {}, table);
        }
        return table;
    }

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

    Column<Part> gather_parts(const Regions& regions, const Strip& strip) const {
        const Block block = block_of(shape_, strip);
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

    template <class Write>
    PieceSums write_strip(const Regions& regions, const Strip& strip, const Write& write) const {
        if constexpr (Family::is_extent) {
            const Bands& bands = regions.bands();
            if (!bands.are_rows()) {
                BandBits bits(bands, regions.runs());
                const auto runs_of = [&](std::int64_t band) {
                    bits.seek(strip, bands.first_row(band));
                    return bits.join_row(nullptr);
                };
                return write(gather_extents<Family::in_volume>(bands, regions.runs(), strip, runs_of));
            }
        }
        return write(gather_parts(regions, strip));
    }

    // Writes the rows of the regions that are one piece of the strip; returns the pieces of the others,
    // save for those of dropped regions. Pieces are parts, or extents to make them of.
    template <class Pieces>
    PieceSums write_pieces(const Regions& regions, const Strip& strip, const SharedRegions& shared,
                           const Pieces& pieces, RegionTable& table) const {
        const Block block = block_of(shape_, strip);
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

// Finds the regions of an image of so many strips, and gathers the extents of strips as they are found.
template <class Family>
RegionTable find_with_extents(const ImageView& image, const FindOptions& options, std::int64_t strips) {
    ExtentsOfStrips extents(static_cast<std::size_t>(strips));
    const Regions regions = find_regions(image, options, [&](const FoundStrip& found) {
        if (!extents_are_small(found.bands.shape, found.strip)) return;
        const std::int64_t words = words_for(found.bands.shape.width);
        const std::int64_t first = found.bands.of_row(found.strip.row_begin);
        extents[found.number] = gather_extents<Family::in_volume>(
            found.bands, found.runs, found.strip, [&](std::int64_t band) {
                const std::int64_t before = (band - first) * words;
                return JoinRow{nullptr, found.starts + before, found.rank + before};
            });
    });
    return StripGeometry<Family>(regions).table(regions, std::move(extents), options.threads);
}

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

FindOptions components_of_masks(int threads) {
    FindOptions options;
    options.connectivity = 3;
    options.by_value = false;
    options.threads = threads;
    return options;
}

RegionTable measure_mask(const ImageView& mask, const MeasurePlan& plan, int threads) {
    const FindOptions options = components_of_masks(threads);
    return with_geometry<WideGeometrySums>(plan, [&](auto family) {
        using Family = decltype(family);
        if constexpr (Family::is_extent) {
            const Bands bands = choose_bands(mask.shape, options, false);
            const std::int64_t rows = rows_per_strip(bands, options.strip_pixels);
            if (!bands.are_rows() && mask.shape.pixels() > 0 && strips_serve(mask.shape, rows, plan)) {
                return find_with_extents<Family>(mask, options, (mask.shape.rows() + rows - 1) / rows);
            }
        }
        return measure_regions(find_regions(mask, options), {}, plan, threads);
    });
}

}  // namespace mensura
