// One pass over the runs of an image: gather per block, merge in order, write the table.
//
// Runs come from a label image (equal neighbors in a row) or from regions found before; what follows is
// the same for both, and for tiles. Cost: one read of every pixel, a few operations per run, one merge
// per region and block.
#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "image/split_rows.hpp"
#include "measure/blocks.hpp"
#include "measure/border.hpp"
#include "measure/channel.hpp"
#include "measure/geometry.hpp"
#include "measure/geometry_moments.hpp"
#include "measure/label_index.hpp"
#include "measure/once.hpp"
#include "mensura/measure.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"
#include "runs/label_runs.hpp"

namespace mensura {
namespace {

// ----------------------------------------------------------------------------------- sources of runs

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

// --------------------------------------------------------------------------------------- in a block

// The runs of a row with their slots, while they come from left to right. A run mostly has the label of
// one of the first two that reach it in the row before, which is found sooner than a hashed label is.
class RowSlots {
public:
    void start_block() { row_.clear(); }
    void start_row() {
        row_.swap(above_);
        row_.clear();
        next_ = 0;
    }
    void add(std::int64_t start, std::int64_t end, std::uint64_t label, LabelIndex& labels) {
        row_.push_back(
            {start, end, labels.has_hashed() ? slot(start, label, labels) : labels.slot(label)});
    }
    const std::vector<SlotRun>& row() const { return row_; }

private:
    std::int64_t slot(std::int64_t start, std::uint64_t label, LabelIndex& labels) {
        while (next_ < above_.size() && above_[next_].end <= start) ++next_;
        for (std::size_t k = next_; k < std::min(next_ + 2, above_.size()); ++k) {
            if (labels.labels()[static_cast<std::size_t>(above_[k].slot)] == label)
                return above_[k].slot;
        }
        return labels.slot(label);
    }

    std::vector<SlotRun> row_;
    std::vector<SlotRun> above_;
    std::size_t next_ = 0;  // of those above, the first that does not end before the last run added
};

using GeometryFamilies = Families<NoPixel, RegionTable>;

// The geometry of one block.
class GeometryBlock {
public:
    GeometryBlock(const GeometrySums& geometry, const GeometryFamilies& families, int axes) {
        sums_.push_back(geometry.make_block_sums());
        for (const auto& family : families) sums_.push_back(family->make_block_sums());
        // Where moments are asked for, they cost as much as all else does.
        constexpr std::size_t place_and_moments = 2;
        turns_.share_out(sums_, axes == 2 ? place_and_moments : sums_.size() + 1);
    }

    bool needs_runs_by_region() const { return !turns_.by_region.empty(); }

    void start() {
        for (auto& sums : sums_) sums->clear();
    }
    void add_row(const Row<NoPixel>& row, std::size_t slots) {
        for (auto* sums : turns_.by_row) sums->add_row(row, slots);
    }
    void finish(const RunsByRegion& runs, const Block& block) {
        if (needs_runs_by_region()) {
            for (std::size_t slot = 0; slot < runs.slots(); ++slot) {
                if (!runs.of(slot).empty()) add_region(slot, runs, block);
            }
        }
        for (auto& sums : sums_) sums->finish();
    }

    const BlockSums<NoPixel>& geometry() const { return *sums_.front(); }
    const BlockSums<NoPixel>& family(std::size_t f) const { return *sums_[1 + f]; }

private:
    void add_region(std::size_t slot, const RunsByRegion& all, const Block& block) {
        const std::span<const BlockRun> runs = all.of(slot);
        const RunBox& box = all.box(slot);
        if (std::max(box.width(), box.height()) <= RegionSums<NoPixel>::most_side) {
            const RegionSums<NoPixel> region(runs, box);
            for (auto* sums : turns_.by_region) sums->take(slot, region, all.slots());
        } else {
            visit_rows(runs, [&](std::int64_t y, const std::vector<SlotRun>& of_row) {
                const Row<NoPixel> row{
                    block, 0, y, of_row.data(), static_cast<std::int64_t>(of_row.size()), nullptr, 0};
                for (auto* sums : turns_.by_region) sums->add_row(row, all.slots());
            });
        }
    }

    std::vector<std::unique_ptr<BlockSums<NoPixel>>> sums_;  // that of places first
    FamilyTurns<NoPixel> turns_;
};

// What one block gathers; used again for one block after the other.
struct BlockGathering {
    LabelIndex labels;
    GeometryBlock geometry;
    std::vector<std::unique_ptr<ChannelBlock>> channels;
    std::optional<SplitRows> split;  // rows of the channels
    RowSlots runs;
    bool needs_runs_by_region;
    RunsByRegion runs_by_region;

    void start(const Block& block) {
        labels.clear();
        runs.start_block();
        runs_by_region.clear();
        geometry.start();
        for (auto& channel : channels) channel->start(block);
    }
    void finish(const Block& block) {
        if (needs_runs_by_region) runs_by_region.sort(labels.size());
        geometry.finish(runs_by_region, block);
        for (auto& channel : channels) channel->finish(runs_by_region);
    }
};

// Block gatherings that are not in use, so that a block seldom pays for fresh memory.
class SpareGatherings {
public:
    std::unique_ptr<BlockGathering> take() {
        const std::lock_guard lock(mutex_);
        if (spare_.empty()) return nullptr;
        auto gathering = std::move(spare_.back());
        spare_.pop_back();
        return gathering;
    }
    void give(std::unique_ptr<BlockGathering> gathering) {
        const std::lock_guard lock(mutex_);
        spare_.push_back(std::move(gathering));
    }

private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<BlockGathering>> spare_;
};

// The moments, in sums as narrow as the image allows.
template <bool volume>
void add_moments(GeometryFamilies& families, const MeasurePlan& plan) {
    if (moments_fit_128(plan, 0)) return add_family(families, GeometryMoments<volume, Int128>{});
    add_family(families, GeometryMoments<volume, Wide<moment_words(0)>>{});
}

// Which families of geometry a plan needs beside the one that all need.
GeometryFamilies geometry_families_for(const MeasurePlan& plan) {
    GeometryFamilies families;
    if (plan.third_moments && plan.axes == 3) add_moments<true>(families, plan);
    if (plan.third_moments && plan.axes == 2) add_moments<false>(families, plan);
    if (plan.border_pixels) add_family(families, BorderPixels{plan});
    return families;
}

}  // namespace

// ------------------------------------------------------------------------------------ over the image

class Accumulator::Sums {
public:
    // `once` as for make_geometry(); those of the same plan can only be merged if it was the same.
    Sums(const MeasurePlan& plan, std::vector<ChannelKind> kinds, const std::optional<Shape>& once = {})
        : plan_(plan), kinds_(std::move(kinds)), geometry_(make_geometry(plan, once)),
          families_(geometry_families_for(plan)) {
        for (const ChannelKind& kind : kinds_) channels_.push_back(make_channel(kind, plan, once));
    }

    const MeasurePlan& plan() const { return plan_; }
    const std::vector<ChannelKind>& kinds() const { return kinds_; }
    std::size_t regions() const { return regions_; }

    // Adds a tile. `make_runs()` gives every block a source of runs of its own. Not safe: where it
    // throws, some of the tile was added.
    template <class MakeRuns>
    void gather(const Shape& shape, std::span<const ChannelView> views, const Origin& origin,
                const MakeRuns& make_runs, int threads) {
        check(shape, views);
        check_inside(shape, origin);
        const BlockGrid grid(shape, origin);
        std::vector<std::unique_ptr<BlockGathering>> gathered(static_cast<std::size_t>(grid.count()));
        SpareGatherings spare;
        for_each_block_in_order(
            grid.count(), threads,
            [&](std::int64_t b) {
                auto gathering = spare.take();
                if (!gathering) gathering = make_gathering(views);
                auto runs = make_runs();
                gather_block(shape, grid.block(b), runs, *gathering);
                gathered[static_cast<std::size_t>(b)] = std::move(gathering);
            },
            [&](std::int64_t b) {
                auto gathering = std::move(gathered[static_cast<std::size_t>(b)]);
                add(*gathering, grid.block(b));
                spare.give(std::move(gathering));
            });
    }

    // The same from labels of integer type, and from regions found before.
    void gather(const ImageView& labels, std::span<const ChannelView> views, const Origin& origin,
                int threads) {
        visit_integer_type(labels.dtype, [&]<class T>(std::type_identity<T>) {
            gather(labels.shape, views, origin, [&] { return BlockLabelRuns<T>(labels); }, threads);
        });
    }
    void gather(const Regions& regions, std::span<const ChannelView> views, const Origin& origin,
                int threads) {
        gather(regions.shape(), views, origin, [&] { return RegionRuns(regions); }, threads);
    }

    // All that may fail comes first; a label whose sums were not added has a slot without a region.
    void merge(const Sums& other) {
        if (other.plan_ != plan_ || other.kinds_ != kinds_) {
            throw std::invalid_argument(
                "accumulators of other measurements or channels cannot be merged");
        }
        const Slots slots = slots_of(other.labels_.labels(), other.regions_);
        geometry_->add(*other.geometry_, slots);
        for (std::size_t f = 0; f < families_.size(); ++f) families_[f]->add(*other.families_[f], slots);
        for (std::size_t c = 0; c < channels_.size(); ++c) channels_[c]->add(*other.channels_[c], slots);
    }

    // The slots in order of their labels.
    Slots rows() const {
        Slots order = labels_.sorted_slots();
        if (has_strays_ || labels_.size() != regions_) {
            std::erase_if(order, [this](std::size_t slot) {
                return slot >= regions_ || !geometry_->has_pixels(slot);
            });
        }
        return order;
    }

    void prepare(std::size_t rows, RegionTable& table) const {
        table.label.resize(rows);
        geometry_->prepare(rows, table);
        for (const auto& family : families_) family->prepare(rows, table);
        table.channels.resize(channels_.size());
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->prepare(rows, table.channels[c]);
        }
    }

    // Writes the rows of these slots from row `start` on.
    void write(const Slots& order, std::size_t start, RegionTable& table, int threads) const {
        for_rows(order, threads, [&](std::size_t first, std::span<const std::size_t> slots) {
            const std::size_t row = start + first;
            write_geometry(row, slots, table);
            const TableRows rows{row, slots, table};
            for (const auto& family : families_) family->write(rows, table);
            for (std::size_t c = 0; c < channels_.size(); ++c) {
                channels_[c]->write(rows, table.channels[c]);
            }
        });
    }

    // The table, family by family; the sums of each are given up once they are written, so that they do
    // not all stand beside all columns.
    RegionTable take(int threads) {
        const Slots order = rows();
        labels_.give_up_places();
        RegionTable table;
        table.label.resize(order.size());
        geometry_->prepare(order.size(), table);
        std::size_t left = 1 + families_.size() + channels_.size();
        const auto for_rows_once = [&](auto work) {
            if (--left == 0) Team::before_last();
            for_rows(order, threads, work);
        };
        for_rows_once([&](std::size_t first, std::span<const std::size_t> slots) {
            write_geometry(first, slots, table);
        });
        labels_ = {};
        geometry_.reset();
        const auto write = [&](auto& sums, auto& columns) {
            sums->prepare(order.size(), columns);
            for_rows_once([&](std::size_t first, std::span<const std::size_t> slots) {
                sums->write({first, slots, table}, columns);
            });
            sums.reset();
        };
        for (auto& family : families_) write(family, table);
        table.channels.resize(channels_.size());
        for (std::size_t c = 0; c < channels_.size(); ++c) write(channels_[c], table.channels[c]);
        return table;
    }

    void save(ByteWriter& bytes) const {
        bytes.write(regions_);
        for (std::size_t k = 0; k < regions_; ++k) bytes.write(labels_.labels()[k]);
        geometry_->save(bytes, regions_);
        for (const auto& family : families_) family->save(bytes, regions_);
        for (const auto& channel : channels_) channel->save(bytes, regions_);
    }

    void load(ByteReader& bytes) {
        const auto regions = bytes.read<std::size_t>();
        bytes.expect_items(regions, sizeof(std::uint64_t));
        for (std::size_t k = 0; k < regions; ++k) labels_.slot(bytes.read<std::uint64_t>());
        if (labels_.size() != regions) throw std::invalid_argument("the bytes name a label twice");
        geometry_->load(bytes, regions);
        for (auto& family : families_) family->load(bytes, regions);
        for (auto& channel : channels_) channel->load(bytes, regions);
        regions_ = regions;
    }

private:
    void check(const Shape& shape, std::span<const ChannelView> views) const {
        shape.pixels();  // throws where the shape is beyond 64 bits
        if (plan_.axes == 2 && shape.depth > 1) {
            throw std::invalid_argument("a plan of 2 axes is for images of one plane");
        }
        if (views.size() != kinds_.size()) {
            throw std::invalid_argument("there must be as many channels as were announced");
        }
        for (std::size_t c = 0; c < views.size(); ++c) {
            if (views[c].image.shape != shape || (views[c].mask && views[c].mask->shape != shape)) {
                throw std::invalid_argument("an intensity image must have the shape of the labels");
            }
            if (views[c].image.dtype != kinds_[c].dtype) {
                throw std::invalid_argument("an intensity image must have the type that was announced");
            }
        }
    }

    // Sums are as wide as the image needs.
    void check_inside(const Shape& shape, const Origin& origin) const {
        if (!plan_.image || shape.pixels() == 0) return;
        const std::int64_t sides[3] = {shape.depth, shape.height, shape.width};
        const std::int64_t image[3] = {plan_.image->depth, plan_.image->height, plan_.image->width};
        for (std::size_t a = 0; a < 3; ++a) {
            if (origin[a] < 0 || sides[a] > image[a] || origin[a] > image[a] - sides[a]) {
                throw std::invalid_argument("a tile must lie inside the image of the plan");
            }
        }
    }

    std::unique_ptr<BlockGathering> make_gathering(std::span<const ChannelView> views) const {
        auto gathering = std::make_unique<BlockGathering>(
            BlockGathering{{}, GeometryBlock(*geometry_, families_, plan_.axes), {}, {}, {}, false, {}});
        gathering->needs_runs_by_region = gathering->geometry.needs_runs_by_region();
        for (std::size_t c = 0; c < views.size(); ++c) {
            gathering->channels.push_back(channels_[c]->make_block(views[c]));
            gathering->needs_runs_by_region |= gathering->channels.back()->needs_runs_by_region();
        }
        gathering->split = SplitRows::of(views);
        return gathering;
    }

    template <class Runs>
    void gather_block(const Shape& shape, const Block& block, Runs& runs,
                      BlockGathering& gathering) const {
        gathering.start(block);
        for (std::int64_t r = block.row_begin; r < block.row_end; ++r) {
            gathering.runs.start_row();
            runs.visit_row(r, block, [&](std::int64_t start, std::int64_t end, std::uint64_t label) {
                gathering.runs.add(start, end, label, gathering.labels);
            });
            const std::vector<SlotRun>& found = gathering.runs.row();
            if (found.empty()) continue;
            const std::size_t slots = gathering.labels.size();
            const Row<NoPixel> row{block,
                                   r / shape.height - block.first[0],
                                   r % shape.height - block.first[1],
                                   found.data(),
                                   static_cast<std::int64_t>(found.size()),
                                   nullptr,
                                   0};
            if (gathering.needs_runs_by_region) gathering.runs_by_region.add_row(row.y, found);
            gathering.geometry.add_row(row, slots);
            if (gathering.split) {
                gathering.split->read(r, block.column_begin, block.column_end - block.column_begin,
                                      found);
            }
            for (std::size_t c = 0; c < gathering.channels.size(); ++c) {
                gathering.channels[c]->add_row(r, found, slots,
                                               gathering.split ? gathering.split->channel(c) : nullptr);
            }
        }
        gathering.finish(block);
    }

    void add(const BlockGathering& gathering, const Block& block) {
        const Slots slots = slots_of(gathering.labels.labels(), gathering.labels.size());
        geometry_->add(gathering.geometry.geometry(), slots, block);
        for (std::size_t f = 0; f < families_.size(); ++f) {
            families_[f]->add(gathering.geometry.family(f), slots, block);
        }
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            channels_[c]->add(*gathering.channels[c], slots, block);
        }
    }

    // The slots of the first `count` labels, with room for their sums.
    Slots slots_of(const Column<std::uint64_t>& labels, std::size_t count) {
        has_strays_ |= labels_.size() != regions_;
        Slots slots;
        slots.reserve(count);
        for (std::size_t k = 0; k < count; ++k) {
            slots.push_back(static_cast<std::size_t>(labels_.slot(labels[k])));
        }
        geometry_->grow(labels_.size());
        for (auto& family : families_) family->grow(labels_.size());
        for (auto& channel : channels_) channel->grow(labels_.size());
        regions_ = labels_.size();
        return slots;
    }

    // Calls work(first, slots) for some neighboring rows after the other.
    template <class Work>
    static void for_rows(const Slots& order, int threads, Work work) {
        constexpr std::size_t rows_at_once = 1024;
        const std::size_t blocks = (order.size() + rows_at_once - 1) / rows_at_once;
        for_each_block(static_cast<std::int64_t>(blocks), threads, [&](std::int64_t b) {
            const std::size_t first = static_cast<std::size_t>(b) * rows_at_once;
            const std::size_t count = std::min(order.size() - first, rows_at_once);
            work(first, std::span(order).subspan(first, count));
        });
    }

    void write_geometry(std::size_t first_row, std::span<const std::size_t> slots,
                        RegionTable& table) const {
        for (std::size_t k = 0; k < slots.size(); ++k) {
            table.label[first_row + k] = labels_.labels()[slots[k]];
        }
        geometry_->write_rows(first_row, slots, table);
    }

    MeasurePlan plan_;
    std::vector<ChannelKind> kinds_;
    LabelIndex labels_;
    std::size_t regions_ = 0;  // labels that have sums: the first ones
    // Whether some of them were left behind without pixels where sums could not be added for want of
    // memory.
    bool has_strays_ = false;
    std::unique_ptr<GeometrySums> geometry_;
    GeometryFamilies families_;
    std::vector<std::unique_ptr<ChannelSums>> channels_;
};

// ---------------------------------------------------------------------------------------- accumulator

Accumulator::Accumulator(const MeasurePlan& plan, std::vector<ChannelKind> channels)
    : sums_(std::make_unique<Sums>(plan, std::move(channels))) {}
Accumulator::~Accumulator() = default;
Accumulator::Accumulator(Accumulator&&) noexcept = default;
Accumulator& Accumulator::operator=(Accumulator&&) noexcept = default;

const MeasurePlan& Accumulator::plan() const { return sums_->plan(); }
std::size_t Accumulator::regions() const { return sums_->regions(); }
void Accumulator::make_room(std::size_t rows, RegionTable& table) const { sums_->prepare(rows, table); }
void Accumulator::write(std::size_t first, RegionTable& table, int threads) const {
    sums_->write(sums_->rows(), first, table, threads);
}
void Accumulator::merge(const Accumulator& other) { sums_->merge(*other.sums_); }

RegionTable Accumulator::table(int threads) const {
    const Slots rows = sums_->rows();
    RegionTable table;
    sums_->prepare(rows.size(), table);
    sums_->write(rows, 0, table, threads);
    return table;
}

RegionTable Accumulator::take_table(int threads) {
    auto empty = std::make_unique<Sums>(sums_->plan(), sums_->kinds());
    return std::exchange(sums_, std::move(empty))->take(threads);
}

// Gathers a tile by itself and takes it in when it is whole.
template <class Gather>
void Accumulator::add_safely(Gather gather) {
    auto tile = std::make_unique<Sums>(sums_->plan(), sums_->kinds());
    gather(*tile);
    if (sums_->regions() == 0) {
        sums_ = std::move(tile);
    } else {
        sums_->merge(*tile);
    }
}

void Accumulator::add(const ImageView& labels, std::span<const ChannelView> channels,
                      const Origin& origin, int threads) {
    add_safely([&](Sums& tile) { tile.gather(labels, channels, origin, threads); });
}

void Accumulator::add(const Regions& regions, std::span<const ChannelView> channels,
                      const Origin& origin, int threads) {
    add_safely([&](Sums& tile) { tile.gather(regions, channels, origin, threads); });
}

namespace {

// Tells accumulators of this build from other bytes; raised when what is written changes.
constexpr std::uint64_t format = 0x6d656e73'0002'0000U + sizeof(void*);

}  // namespace

std::string Accumulator::save() const {
    ByteWriter bytes;
    bytes.write(format);
    bytes.write(sums_->plan());
    bytes.write(sums_->kinds().size());
    for (const ChannelKind& kind : sums_->kinds()) bytes.write(kind);
    sums_->save(bytes);
    return bytes.take();
}

Accumulator Accumulator::load(std::string_view saved) {
    ByteReader bytes(saved);
    if (bytes.read<std::uint64_t>() != format) {
        throw std::invalid_argument("the bytes are not those of an accumulator of this version");
    }
    const auto plan = bytes.read<MeasurePlan>();
    const auto channels = bytes.read<std::size_t>();
    bytes.expect_items(channels, sizeof(ChannelKind));
    std::vector<ChannelKind> kinds(channels);
    for (ChannelKind& kind : kinds) bytes.read(kind);
    Accumulator loaded(plan, std::move(kinds));
    loaded.sums_->load(bytes);
    if (!bytes.at_end()) throw std::invalid_argument("there are more bytes than an accumulator has");
    return loaded;
}

// ------------------------------------------------------------------------------------- a whole image

// Labels or regions that are all there is, and so need no accumulator that others could be added to.
class WholeImage {
public:
    template <class Source>
    static RegionTable measure(const Shape& shape, const Source& source,
                               std::span<const ChannelView> channels, const MeasurePlan& plan,
                               int threads) {
        const Team team;
        std::vector<ChannelKind> kinds;
        for (const ChannelView& channel : channels) {
            kinds.push_back({channel.image.dtype, channel.saturation});
        }
        Accumulator::Sums sums(plan, std::move(kinds), shape);
        sums.gather(source, channels, {}, threads);
        return sums.take(threads);
    }
};

RegionTable measure_labels(const ImageView& labels, std::span<const ChannelView> channels,
                           const MeasurePlan& plan, int threads) {
    return WholeImage::measure(labels.shape, labels, channels, plan, threads);
}

RegionTable measure_once(const Regions& regions, std::span<const ChannelView> channels,
                         const MeasurePlan& plan, int threads) {
    return WholeImage::measure(regions.shape(), regions, channels, plan, threads);
}

}  // namespace mensura
