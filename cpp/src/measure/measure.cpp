// One pass over the runs of an image: gather per block, merge in order, write the table.
//
// Runs come from a label image (equal neighbors in a row) or from regions found before; what follows is
// the same for both. Cost: one read of every pixel, a few operations per run, one merge per region and
// block.
#include "mensura/measure.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "measure/blocks.hpp"
#include "measure/geometry.hpp"
#include "measure/intensity.hpp"
#include "measure/label_index.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"
#include "runs/label_runs.hpp"

namespace mensura {
namespace {

// Runs of equal labels in a label image, cut at the borders of the block.
template <class T>
class BlockLabelRuns {
public:
    explicit BlockLabelRuns(const ImageView& labels) : runs_(labels) {}

    // Calls visit(start, end, label) for the runs of row r within the block, in local coordinates.
    template <class Visit>
    void visit_row(std::int64_t r, const Block& block, Visit visit) {
        runs_.read(r, block.column_begin, block.column_end);
        runs_.visit(visit);
    }

private:
    LabelRuns<T> runs_;
};

// Runs of regions found before, cut at the borders of the block.
class RegionRuns {
public:
    explicit RegionRuns(const Regions& regions) : rows_(regions) {}

    template <class Visit>
    void visit_row(std::int64_t r, const Block& block, Visit visit) {
        rows_.visit_row(r, [&](std::int64_t start, std::int64_t end, std::int64_t region) {
            const std::int64_t low = std::max(start, block.column_begin);
            const std::int64_t high = std::min(end, block.column_end);
            if (low < high) {
                visit(low - block.column_begin, high - block.column_begin,
                      static_cast<std::uint64_t>(region));
            }
        });
    }

private:
    RegionRows rows_;
};

// What one block gathers; used again for one block after the other.
struct BlockSums {
    LabelIndex labels;
    std::vector<GeometryPartial> geometry;
    std::vector<std::unique_ptr<ChannelPartial>> channels;
    std::vector<SlotRun> row;

    void start(const Block& block) {
        labels.clear();
        geometry.clear();
        for (auto& channel : channels) channel->start(block);
    }
};

// Block sums that are not in use, so that a block seldom pays for fresh memory.
class SpareSums {
public:
    std::unique_ptr<BlockSums> take() {
        const std::lock_guard lock(mutex_);
        if (spare_.empty()) return nullptr;
        auto sums = std::move(spare_.back());
        spare_.pop_back();
        return sums;
    }
    void give(std::unique_ptr<BlockSums> sums) {
        const std::lock_guard lock(mutex_);
        spare_.push_back(std::move(sums));
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<BlockSums>> spare_;
};

class Measurement {
public:
    Measurement(const Shape& shape, std::span<const ImageView> channels, const MeasurePlan& plan)
        : shape_(shape), grid_(shape), plan_(plan), geometry_(plan) {
        shape.pixels();  // throws where the shape is beyond 64 bits
        if (plan.axes == 2 && shape.depth > 1) {
            throw std::invalid_argument("a plan of 2 axes is for images of one plane");
        }
        for (const ImageView& channel : channels) {
            if (channel.shape != shape) {
                throw std::invalid_argument("an intensity image must have the shape of the labels");
            }
            channels_.push_back(make_channel(channel, plan));
        }
    }

    // `make_runs()` gives every block a source of runs of its own.
    template <class MakeRuns>
    RegionTable run(const MakeRuns& make_runs, int threads) {
        const std::int64_t blocks = grid_.count();
        std::vector<std::unique_ptr<BlockSums>> gathered(static_cast<std::size_t>(blocks));
        for_each_block_in_order(
            blocks, threads,
            [&](std::int64_t b) {
                auto runs = make_runs();
                gathered[static_cast<std::size_t>(b)] = gather(grid_.block(b), runs);
            },
            [&](std::int64_t b) {
                auto sums = std::move(gathered[static_cast<std::size_t>(b)]);
                merge(*sums, grid_.block(b));
                spare_.give(std::move(sums));
            });
        const std::vector<std::size_t> order = labels_.sorted_slots();
        return table(order.size(), threads, [&](std::size_t row) {
            return std::pair{order[row], labels_.labels()[order[row]]};
        });
    }

    // The geometry of regions, strip by strip: pieces count from 0, so nothing is looked up, and regions
    // of one piece go straight to their row.
    RegionTable run_strips(const Regions& regions, int threads) {
        const auto count = static_cast<std::size_t>(regions.count());
        const std::vector<Strip>& strips = regions.runs().strips;
        const SharedRegions shared(regions);
        RegionTable table;
        table.label.resize(count);
        geometry_.prepare(count, table);
        geometry_.grow(shared.regions().size());
        std::vector<PieceSums> parts(strips.size());
        for_each_block_in_order(
            static_cast<std::int64_t>(strips.size()), threads,
            [&](std::int64_t s) {
                const auto i = static_cast<std::size_t>(s);
                parts[i] = write_strip(regions, strips[i], shared, table);
            },
            [&](std::int64_t s) {
                const auto i = static_cast<std::size_t>(s);
                geometry_.merge(parts[i].geometry, parts[i].slots, block_of(strips[i]));
                parts[i] = {};
            });
        for (std::size_t slot = 0; slot < shared.regions().size(); ++slot) {
            const auto row = static_cast<std::size_t>(shared.regions()[slot] - 1);
            table.label[row] = row + 1;
            geometry_.write_row(row, slot, table);
        }
        return table;
    }

    // Whether the sums of a whole strip fit into 64 bits, as those of a block do.
    static bool strips_are_small(const Regions& regions) {
        constexpr std::int64_t most = std::int64_t{1} << 20;
        const Shape& shape = regions.shape();
        const std::vector<Strip>& strips = regions.runs().strips;
        if (strips.empty()) return true;
        const std::int64_t rows = strips.front().row_end - strips.front().row_begin;
        const std::int64_t planes = rows / shape.height + 1;
        return shape.width <= most && shape.height <= most && planes <= most &&
               rows * shape.width <= 4 * most;
    }

private:
    struct PieceSums {
        std::vector<GeometryPartial> geometry;
        std::vector<std::size_t> slots;
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
        return {
            strip.row_begin, strip.row_end, 0, shape_.width, {z, strip.row_begin % shape_.height, 0}};
    }

    std::vector<GeometryPartial> gather_pieces(const Regions& regions, const Strip& strip,
                                               const Block& block) const {
        std::vector<GeometryPartial> pieces(static_cast<std::size_t>(strip.pieces));
        RegionRows rows(regions);
        with_geometry_kinds([&]<bool with_second, bool volume>() {
            for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
                const std::int64_t z = r / shape_.height - block.origin[0];
                const std::int64_t y = r % shape_.height - block.origin[1];
                rows.visit_pieces(
                    r, [&](std::int64_t start, std::int64_t end, const Strip&, std::uint32_t piece) {
                        pieces[piece].template add<with_second, volume>(z, y, start, end);
                    });
            }
        });
        return pieces;
    }

    // Writes the rows of the regions that are one piece of the strip; returns the pieces of the others,
    // save for those of dropped regions.
    PieceSums write_strip(const Regions& regions, const Strip& strip, const SharedRegions& shared,
                          RegionTable& table) const {
        const Block block = block_of(strip);
        const std::vector<GeometryPartial> pieces = gather_pieces(regions, strip, block);
        PieceSums others;
        for (std::size_t k = 0; k < pieces.size(); ++k) {
            const std::int64_t region = regions.region_of_piece(strip, static_cast<std::int64_t>(k));
            if (region == 0) continue;
            if (shared.has(region)) {
                others.geometry.push_back(pieces[k]);
                others.slots.push_back(shared.slot(region));
            } else {
                const auto row = static_cast<std::size_t>(region - 1);
                table.label[row] = row + 1;
                geometry_.write_row(row, pieces[k], block, table);
            }
        }
        return others;
    }

    // The kinds of sums are told apart once per row or strip, not per run.
    template <class Work>
    void with_geometry_kinds(Work work) const {
        const bool volume = plan_.axes == 3;
        if (plan_.second_moments) {
            volume ? work.template operator()<true, true>() : work.template operator()<true, false>();
        } else {
            volume ? work.template operator()<false, true>() : work.template operator()<false, false>();
        }
    }

    std::unique_ptr<BlockSums> unused_sums() {
        auto sums = spare_.take();
        if (sums) return sums;
        sums = std::make_unique<BlockSums>();
        for (const auto& channel : channels_) sums->channels.push_back(channel->make_partial());
        return sums;
    }

    template <class Runs>
    std::unique_ptr<BlockSums> gather(const Block& block, Runs& runs) {
        auto sums = unused_sums();
        sums->start(block);
        for (std::int64_t r = block.row_begin; r < block.row_end; ++r) {
            sums->row.clear();
            runs.visit_row(r, block, [&](std::int64_t start, std::int64_t end, std::uint64_t label) {
                sums->row.push_back({start, end, sums->labels.slot(label)});
            });
            if (sums->row.empty()) continue;
            sums->geometry.resize(sums->labels.size());
            add_geometry(r, block, *sums);
            for (auto& channel : sums->channels) channel->add_row(r, sums->row, sums->labels.size());
        }
        return sums;
    }

    void add_geometry(std::int64_t r, const Block& block, BlockSums& sums) const {
        with_geometry_kinds(
            [&]<bool with_second, bool volume>() { add_runs<with_second, volume>(r, block, sums); });
    }

    template <bool with_second, bool volume>
    void add_runs(std::int64_t r, const Block& block, BlockSums& sums) const {
        const std::int64_t z = r / shape_.height - block.origin[0];
        const std::int64_t y = r % shape_.height - block.origin[1];
        for (const SlotRun& run : sums.row) {
            sums.geometry[static_cast<std::size_t>(run.slot)].template add<with_second, volume>(
                z, y, run.start, run.end);
        }
    }

    void merge(const BlockSums& sums, const Block& block) {
        std::vector<std::size_t> slots;
        slots.reserve(sums.labels.size());
        for (const std::uint64_t label : sums.labels.labels()) {
            slots.push_back(static_cast<std::size_t>(labels_.slot(label)));
        }
        geometry_.grow(labels_.size());
        geometry_.merge(sums.geometry, slots, block);
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->merge(*sums.channels[c], slots, labels_.size(), block);
        }
    }

    // `slot_and_label(row)` tells what stands in each row.
    template <class SlotAndLabel>
    RegionTable table(std::size_t count, int threads, SlotAndLabel slot_and_label) const {
        constexpr std::size_t rows_at_once = 4096;
        RegionTable table;
        table.label.resize(count);
        geometry_.prepare(count, table);
        table.channels.resize(channels_.size());
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->prepare(count, table.channels[c]);
        }
        const std::size_t blocks = (count + rows_at_once - 1) / rows_at_once;
        for_each_block(static_cast<std::int64_t>(blocks), threads, [&](std::int64_t b) {
            const std::size_t first = static_cast<std::size_t>(b) * rows_at_once;
            const std::size_t last = std::min(count, first + rows_at_once);
            for (std::size_t row = first; row < last; ++row) {
                const auto [slot, label] = slot_and_label(row);
                table.label[row] = label;
                write_row(row, slot, table);
            }
        });
        return table;
    }

    void write_row(std::size_t row, std::size_t slot, RegionTable& table) const {
        geometry_.write_row(row, slot, table);
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->write_row(row, slot, geometry_, table.channels[c]);
        }
    }

    Shape shape_;
    BlockGrid grid_;
    MeasurePlan plan_;
    LabelIndex labels_;
    GeometryTotals geometry_;
    std::vector<std::unique_ptr<ChannelTotals>> channels_;
    SpareSums spare_;
};

}  // namespace

RegionTable measure_labels(const ImageView& labels, std::span<const ImageView> channels,
                           const MeasurePlan& plan, int threads) {
    return visit_equality_type(labels.dtype, [&]<class T>(std::type_identity<T>) -> RegionTable {
        if constexpr (std::is_integral_v<T>) {
            Measurement measurement(labels.shape, channels, plan);
            return measurement.run([&] { return BlockLabelRuns<T>(labels); }, threads);
        } else {
            throw std::invalid_argument("labels must be integers");
        }
    });
}

RegionTable measure_regions(const Regions& regions, std::span<const ImageView> channels,
                            const MeasurePlan& plan, int threads) {
    Measurement measurement(regions.shape(), channels, plan);
    if (channels.empty() && Measurement::strips_are_small(regions)) {
        return measurement.run_strips(regions, threads);
    }
    return measurement.run([&] { return RegionRuns(regions); }, threads);
}

}  // namespace mensura
