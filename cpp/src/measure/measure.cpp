// One pass over the runs of an image: gather per block, merge in order, write the table.
//
// Runs come from a label image (equal neighbors in a row) or from regions found before; what follows is
// the same for both. Cost: one read of every pixel, a few operations per run, one merge per region and
// block.
#include "mensura/measure.hpp"

#include <numeric>
#include <stdexcept>

#include "image/rows.hpp"
#include "measure/blocks.hpp"
#include "measure/geometry.hpp"
#include "measure/intensity.hpp"
#include "measure/label_index.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {
namespace {

// Runs of equal labels in a label image.
template <class T>
class LabelRuns {
public:
    explicit LabelRuns(const ImageView& labels)
        : reader_(labels), is_signed_(is_signed_integer(labels.dtype)) {}

    // Calls visit(start, end, label) for the runs of row r within the block, in local coordinates.
    template <class Visit>
    void visit_row(std::int64_t r, const Block& block, Visit visit) {
        const std::int64_t width = block.column_end - block.column_begin;
        const std::int64_t words = words_for(width);
        foreground_.resize(static_cast<std::size_t>(words));
        starts_.resize(static_cast<std::size_t>(words));
        const T* row = reader_.read(r, block.column_begin, width);
        scan_kernels_of<T>().scan(row, width, T{0}, foreground_.data(), starts_.data());
        for (std::size_t w = 0; w < starts_.size(); ++w) starts_[w] &= foreground_[w];
        runs_.read(foreground_.data(), starts_.data(), words);
        for (std::int64_t k = 0; k < runs_.count(); ++k) {
            const T label = row[runs_.start(k)];
            if (is_signed_ && static_cast<std::make_signed_t<T>>(label) < 0) continue;
            visit(runs_.start(k), runs_.end(k), label);
        }
    }

private:
    RowReader<T> reader_;
    bool is_signed_;
    std::vector<Word> foreground_;
    std::vector<Word> starts_;
    RowRuns runs_;
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

// What one block gathers.
struct BlockSums {
    LabelIndex labels;
    std::vector<GeometryPartial> geometry;
    std::vector<std::unique_ptr<ChannelPartial>> channels;
};

class Measurement {
public:
    Measurement(const Shape& shape, std::span<const ImageView> channels, const MeasurePlan& plan)
        : shape_(shape), grid_(shape), plan_(plan), geometry_(plan.second_moments) {
        shape.pixels();  // throws where the shape is beyond 64 bits
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
            });
        return table();
    }

private:
    template <class Runs>
    std::unique_ptr<BlockSums> gather(const Block& block, Runs& runs) const {
        auto sums = std::make_unique<BlockSums>();
        for (const auto& channel : channels_) sums->channels.push_back(channel->start_block(block));
        std::vector<SlotRun> row_runs;
        for (std::int64_t r = block.row_begin; r < block.row_end; ++r) {
            row_runs.clear();
            runs.visit_row(r, block, [&](std::int64_t start, std::int64_t end, std::uint64_t label) {
                row_runs.push_back({start, end, sums->labels.slot(label)});
            });
            if (row_runs.empty()) continue;
            sums->geometry.resize(sums->labels.size());
            add_geometry(r, block, row_runs, sums->geometry);
            for (auto& channel : sums->channels) channel->add_row(r, row_runs, sums->labels.size());
        }
        return sums;
    }

    void add_geometry(std::int64_t r, const Block& block, const std::vector<SlotRun>& runs,
                      std::vector<GeometryPartial>& geometry) const {
        const std::int64_t z = r / shape_.height - block.origin[0];
        const std::int64_t y = r % shape_.height - block.origin[1];
        for (const SlotRun& run : runs) {
            GeometryPartial& partial = geometry[static_cast<std::size_t>(run.slot)];
            if (plan_.second_moments) {
                partial.add<true>(z, y, run.start, run.end);
            } else {
                partial.add<false>(z, y, run.start, run.end);
            }
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

    RegionTable table() const {
        const std::vector<std::uint64_t>& labels = labels_.labels();
        std::vector<std::size_t> order(labels.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto by_label = [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; };
        if (!std::is_sorted(order.begin(), order.end(), by_label)) {
            std::sort(order.begin(), order.end(), by_label);
        }
        RegionTable table;
        for (const std::size_t slot : order) table.label.push_back(labels[slot]);
        geometry_.write(order, table);
        table.channels.resize(channels_.size());
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->write(order, geometry_, table.channels[c]);
        }
        return table;
    }

    Shape shape_;
    BlockGrid grid_;
    MeasurePlan plan_;
    LabelIndex labels_;
    GeometryTotals geometry_;
    std::vector<std::unique_ptr<ChannelTotals>> channels_;
};

}  // namespace

RegionTable measure_labels(const ImageView& labels, std::span<const ImageView> channels,
                           const MeasurePlan& plan, int threads) {
    return visit_equality_type(labels.dtype, [&]<class T>(std::type_identity<T>) -> RegionTable {
        if constexpr (std::is_integral_v<T>) {
            Measurement measurement(labels.shape, channels, plan);
            return measurement.run([&] { return LabelRuns<T>(labels); }, threads);
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
