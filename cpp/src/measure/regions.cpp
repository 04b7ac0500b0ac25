// Measuring regions, that were found before or while they are found.
//
// Their geometry alone needs no look-ups: the pieces of a strip count from 0, and a region that is one
// piece goes straight to its row. In masks, whose rows are joined in bands, pieces are summed up as soon
// as their strip is found, for at most 1/8 byte a pixel; where there are too many for that, once all
// strips are joined. With channels, regions are measured as a label image is.
#include <algorithm>
#include <array>
#include <bit>
#include <span>
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

// The sums of the pieces of a strip whose rows are joined in bands and whose coordinates are below 2^20.
// runs_of(band) tells where the runs of the band start: as a JoinRow does.
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

// The same, smaller and elsewhere, so that the strips gather in turn in the same memory, which stays in
// the cache.
template <class Part>
Column<Part> as_parts(const Column<Extent>& extents) {
    Column<Part> parts;
    parts.reserve(extents.size());
    for (const Extent& extent : extents) parts.emplace_back(extent);
    return parts;
}

// Whether the sums of pieces, which are held until all strips are joined, take no more memory than the
// bitmap of their strip.
template <class Part>
bool parts_are_small(const Shape& shape, const Strip& strip) {
    const std::int64_t words = words_for(shape.width) * (strip.row_end - strip.row_begin);
    return strip.pieces * static_cast<std::int64_t>(sizeof(Part)) <=
           words * static_cast<std::int64_t>(sizeof(Word));
}

// The geometry of regions, strip by strip.
template <class Family>
class StripGeometry {
public:
    using Part = typename Family::Part;
    using PartsOfStrips = std::vector<Column<Part>>;

    explicit StripGeometry(const Regions& regions) : shape_(regions.shape()) {}

    RegionTable table(const Regions& regions, int threads) {
        return table_of_strips(regions, threads, [&](std::size_t s, const auto& write) {
            return write_strip(regions, regions.runs().strips[s], write);
        });
    }

    // The same with the sums of the pieces of strips that have them already, which are given up.
    RegionTable table(const Regions& regions, PartsOfStrips parts, int threads) {
        return table_of_strips(regions, threads, [&](std::size_t s, const auto& write) {
            if (parts[s].empty()) return write_strip(regions, regions.runs().strips[s], write);
            return write(std::exchange(parts[s], {}));
        });
    }

private:
    // gather(s, write) hands the pieces of strip s to write().
    template <class Gather>
    RegionTable table_of_strips(const Regions& regions, int threads, Gather gather) {
        const auto count = static_cast<std::size_t>(regions.count());
        const std::vector<Strip>& strips = regions.runs().strips;
        const SharedRegions shared(regions);
        RegionTable table;
        table.label.resize(count);
        Family::prepare(count, table);
        totals_.resize(shared.count());
        std::vector<PieceSums> parts(strips.size());
        Team::before_last();
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
        write_shared(shared, table);
        return table;
    }

    struct PieceSums {
        std::vector<Part> parts;
        Slots slots;
    };

    // The regions of more than one piece, in order: a bitmap of all regions, and how many are set before
    // each of its words.
    class SharedRegions {
    public:
        explicit SharedRegions(const Regions& regions)
            : bits_(static_cast<std::size_t>(words_for(regions.count() + 1))) {
            std::int64_t last = 0;  // regions are numbered in order of their first pieces
            for (const Strip& strip : regions.runs().strips) {
                for (std::int64_t k = 0; k < strip.pieces; ++k) {
                    const std::int64_t region = regions.region_of_piece(strip, k);
                    if (region > last) {
                        last = region;
                    } else if (region != 0) {  // not dropped
                        bits_[word_of(region)] |= bit_of(region);
                    }
                }
            }
            std::size_t before = 0;
            for (const Word word : bits_) {
                before_.push_back(before);
                before += static_cast<std::size_t>(std::popcount(word));
            }
            count_ = before;
        }

        std::size_t count() const { return count_; }
        bool has(std::int64_t region) const { return (bits_[word_of(region)] & bit_of(region)) != 0; }
        // Where it stands among them.
        std::size_t slot(std::int64_t region) const {
            const Word earlier = bits_[word_of(region)] & (bit_of(region) - 1);
            return before_[word_of(region)] + static_cast<std::size_t>(std::popcount(earlier));
        }

        template <class Visit>
        void visit(Visit visit) const {
            for (std::size_t w = 0; w < bits_.size(); ++w) {
                for (Word word = bits_[w]; word != 0; word &= word - 1) {
                    visit(static_cast<std::int64_t>(w) * word_bits + std::countr_zero(word));
                }
            }
        }

    private:
        static std::size_t word_of(std::int64_t region) {
            return static_cast<std::size_t>(region / word_bits);
        }
        static Word bit_of(std::int64_t region) { return Word{1} << (region % word_bits); }

        std::vector<Word> bits_;
        std::vector<std::size_t> before_;
        std::size_t count_ = 0;
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
        PlaceWriter<Family> writer(table);
        for (std::size_t k = 0; k < pieces.size(); ++k) {
            const std::int64_t region = regions.region_of_piece(strip, static_cast<std::int64_t>(k));
            if (region == 0) continue;
            if (shared.has(region)) {
                others.parts.push_back(Part(pieces[k]));
                others.slots.push_back(shared.slot(region));
            } else {
                const auto row = static_cast<std::size_t>(region - 1);
                table.label[row] = row + 1;
                Family::set(writer.row(row), Part(pieces[k]), block);
            }
        }
        return others;
    }

    void write_shared(const SharedRegions& shared, RegionTable& table) const {
        PlaceWriter<Family> writer(table);
        std::size_t slot = 0;
        shared.visit([&](std::int64_t region) {
            const auto row = static_cast<std::size_t>(region - 1);
            table.label[row] = row + 1;
            Family::set(writer.row(row), totals_[slot++]);
        });
    }

    void add(const PieceSums& others, const Block& block) {
        for (std::size_t k = 0; k < others.parts.size(); ++k) {
            totals_[others.slots[k]].add(others.parts[k], block);
        }
    }

    Shape shape_;
    std::vector<typename Family::Total> totals_;  // of the shared regions
};

// Finds the regions of an image of so many strips, and gathers the sums of strips as they are found.
template <class Family>
RegionTable find_and_gather(const ImageView& image, const FindOptions& options, std::int64_t strips) {
    typename StripGeometry<Family>::PartsOfStrips parts(static_cast<std::size_t>(strips));
    const Regions regions = find_regions(image, options, [&](const FoundStrip& found) {
        if (!parts_are_small<typename Family::Part>(found.bands.shape, found.strip)) return;
        const std::int64_t words = words_for(found.bands.shape.width);
        const std::int64_t first = found.bands.of_row(found.strip.row_begin);
        const auto runs_of = [&](std::int64_t band) {
            const std::int64_t before = (band - first) * words;
            return JoinRow{nullptr, found.starts + before, found.rank + before};
        };
        parts[found.number] = as_parts<typename Family::Part>(
            gather_extents<Family::in_volume>(found.bands, found.runs, found.strip, runs_of));
    });
    return StripGeometry<Family>(regions).table(regions, std::move(parts), options.threads);
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
    const Team team;
    const FindOptions options = components_of_masks(threads);
    return with_geometry<WideGeometrySums>(plan, [&](auto family) {
        using Family = decltype(family);
        if constexpr (Family::is_extent) {
            const Bands bands = choose_bands(mask.shape, options, false);
            const std::int64_t rows = rows_per_strip(bands, options.strip_pixels);
            if (!bands.are_rows() && mask.shape.pixels() > 0 && strips_serve(mask.shape, rows, plan)) {
                return find_and_gather<Family>(mask, options, (mask.shape.rows() + rows - 1) / rows);
            }
        }
        return measure_regions(find_regions(mask, options), {}, plan, threads);
    });
}

}  // namespace mensura
