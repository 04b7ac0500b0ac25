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
        return table(threads);
    }

private:
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

    // The kinds of sums are told apart once per row, not per run.
    void add_geometry(std::int64_t r, const Block& block, BlockSums& sums) const {
        const bool volume = plan_.axes == 3;
        if (plan_.second_moments) {
            volume ? add_runs<true, true>(r, block, sums) : add_runs<true, false>(r, block, sums);
        } else {
            volume ? add_runs<false, true>(r, block, sums) : add_runs<false, false>(r, block, sums);
        }
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
        geometry_.merge(sums.geometry, slots, labels_.size(), block);
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->merge(*sums.channels[c], slots, labels_.size(), block);
        }
    }

    RegionTable table(int threads) const {
        constexpr std::size_t rows_at_once = 4096;
        const std::vector<std::size_t> order = labels_.sorted_slots();
        RegionTable table;
        table.label.resize(order.size());
        geometry_.prepare(order.size(), table);
        table.channels.resize(channels_.size());
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->prepare(order.size(), table.channels[c]);
        }
        const std::size_t blocks = (order.size() + rows_at_once - 1) / rows_at_once;
        for_each_block(static_cast<std::int64_t>(blocks), threads, [&](std::int64_t b) {
            const std::size_t first = static_cast<std::size_t>(b) * rows_at_once;
            const std::size_t last = std::min(order.size(), first + rows_at_once);
            for (std::size_t row = first; row < last; ++row) write_row(row, order[row], table);
        });
        return table;
    }

    void write_row(std::size_t row, std::size_t slot, RegionTable& table) const {
        table.label[row] = labels_.labels()[slot];
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
    return measurement.run([&] { return RegionRuns(regions); }, threads);
}

}  // namespace mensura
