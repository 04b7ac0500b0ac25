// Channels of every pixel type; see channel.hpp.
#include "measure/channel.hpp"

#include "image/rows.hpp"
#include "measure/positions.hpp"
#include "measure/powers.hpp"
#include "measure/quality.hpp"
#include "measure/region_sums.hpp"
#include "measure/unmasked_runs.hpp"
#include "measure/values.hpp"
#include "measure/weighted_centroid.hpp"
#include "measure/weighted_moments.hpp"
#include "memory/fetch.hpp"

namespace mensura {
namespace {

template <class T>
using ChannelFamilies = Families<T, RegionTable::Channel>;

// The moments, in sums as narrow as the image allows.
template <bool volume, class T>
void add_moments(ChannelFamilies<T>& families, const MeasurePlan& plan) {
    constexpr int value_bits = 8 * static_cast<int>(sizeof(T));
    if constexpr (std::is_integral_v<T> && value_bits < 64) {
        if (moments_fit_128(plan, value_bits)) {
            return add_family(families, WeightedMoments<T, volume, Int128>(plan));
        }
    }
    add_family(families, WeightedMoments<T, volume, Wide<moment_words(value_bits)>>(plan));
}

template <bool with_squares, class T>
void add_values(ChannelFamilies<T>& families, const std::optional<Shape>& once) {
    if constexpr (has_lanes<T>) {
        if (narrow_value_sums_fit(once)) {
            return add_family(families, SmallIntegerValues<T, with_squares, NarrowValueSums>{});
        }
    }
    add_family(families, Values<T, with_squares>{});
}

// Which families a plan needs.
template <class T>
ChannelFamilies<T> families_for(const ChannelKind& kind, const MeasurePlan& plan,
                                const std::optional<Shape>& once) {
    ChannelFamilies<T> families;
    if (plan.intensity_squares) {
        add_values<true>(families, once);
    } else {
        add_values<false>(families, once);
    }
    if (plan.intensity_powers) add_family(families, PowerSums<T>{});
    if (plan.intensity_positions) add_family(families, Positions<T>{plan.first_axis()});
    if (plan.intensity_quality) add_family(families, Quality<T>{kind.saturation});
    // Exact moments give the same centroid as the exact family of its own.
    const bool is_among_moments = plan.intensity_weighted_moments && std::is_integral_v<T>;
    if (plan.intensity_weighted_centroid && !is_among_moments) {
        add_family(families, WeightedCentroid<T>{{plan.first_axis()}});
    }
    if (plan.intensity_weighted_moments && plan.axes == 3) add_moments<true>(families, plan);
    if (plan.intensity_weighted_moments && plan.axes == 2) add_moments<false>(families, plan);
    return families;
}

// Whether rows of a channel can be read in place at any time, and there is a kernel for all sums of a
// region at once.
template <class T>
bool regions_are_summed(const ChannelView& view) {
    const ImageView& image = view.image;
    return has_windows<T> && intensity_kernels_of<T>().sum_window != nullptr &&
           rows_are_native<T>(image) && image.shape.depth == 1;
}

template <class T>
class TypedBlock final : public ChannelBlock {
public:
    TypedBlock(const ChannelView& view, const ChannelFamilies<T>& families)
        : reader_(view.image), row_step_(view.image.strides.y), height_(view.image.shape.height),
          block_{} {
        if (view.mask) unmasked_.emplace(*view.mask);
        for (const auto& family : families) sums_.push_back(family->make_block_sums());
        // What all sums at once cost is worth while where most of them are asked for.
        constexpr std::size_t most = 3;
        turns_.share_out(sums_, regions_are_summed<T>(view) ? most : families.size() + 1);
    }

    void start(const Block& block) override {
        block_ = block;
        for (auto& sums : sums_) sums->clear();
        unmasked_runs_.clear();
        slots_ = 0;
    }

    void add_row(std::int64_t r, const std::vector<SlotRun>& runs, std::size_t slots,
                 const std::byte* split) override {
        const std::vector<SlotRun>& left = unmasked_ ? unmasked_->of_row(r, block_, runs) : runs;
        const std::int64_t width = block_.column_end - block_.column_begin;
        const T* pixels = split != nullptr ? reinterpret_cast<const T*>(split)
                                           : reader_.read_runs(r, block_.column_begin, width, left);
        const std::int64_t y = r % height_ - block_.first[1];
        slots_ = slots;
        if (!turns_.by_region.empty()) keep_row(y, left, pixels);
        const Row<T> row{block_,
                         r / height_ - block_.first[0],
                         y,
                         left.data(),
                         static_cast<std::int64_t>(left.size()),
                         pixels,
                         reader_.to_row_below()};
        for (auto* sums : turns_.by_row) sums->add_row(row, slots);
    }

    bool needs_runs_by_region() const override { return !turns_.by_region.empty() && !unmasked_; }
    void finish(const RunsByRegion& runs) override {
        if (!turns_.by_region.empty()) {
            if (unmasked_) unmasked_runs_.sort(slots_);
            add_regions(unmasked_ ? unmasked_runs_ : runs);
        }
        for (auto& sums : sums_) sums->finish();
    }

    const BlockSums<T>& sums(std::size_t family) const { return *sums_[family]; }

private:
    // Of a row whose pixels will be read in place.
    void keep_row(std::int64_t y, const std::vector<SlotRun>& runs, const T* pixels) {
        pixels_ = {row_of(BlockPixels<T>{pixels, row_step_}, -y), row_step_};
        for (const SlotRun& run : runs) ask_for(pixels, run);
        if (unmasked_) unmasked_runs_.add_row(y, runs);
    }

    void add_regions(const RunsByRegion& runs) {
        for (std::size_t slot = 0; slot < runs.slots(); ++slot) {
            // Rows of a region lie far apart, which no hardware foresees.
            if (slot + 1 < runs.slots()) {
                for (const BlockRun& run : runs.of(slot + 1)) ask_for(row_of(pixels_, run.y), run);
            }
            if (!runs.of(slot).empty()) add_region(slot, runs.of(slot), runs.box(slot));
        }
    }

    void add_region(std::size_t slot, std::span<const BlockRun> runs, const RunBox& box) {
        if (box.width() <= RegionSums<T>::most_width) {
            const RegionSums<T> region(pixels_, runs, box);
            for (auto* sums : turns_.by_region) sums->take(slot, region, slots_);
        } else {
            visit_rows(runs, [&](std::int64_t y, const std::vector<SlotRun>& of_row) {
                const Row<T> row{block_,
                                 0,
                                 y,
                                 of_row.data(),
                                 static_cast<std::int64_t>(of_row.size()),
                                 row_of(pixels_, y),
                                 0};
                for (auto* sums : turns_.by_region) sums->add_row(row, slots_);
            });
        }
    }

    // Once as rows come, for the outer caches, and once more before a region, for the inner ones.
    template <class Run>
    static void ask_for(const T* row, const Run& run) {
        fetch_soon(row + run.start);
        fetch_soon(row + run.end - 1);
    }

    RowReader<T> reader_;
    std::ptrdiff_t row_step_;
    std::optional<UnmaskedRuns> unmasked_;
    std::int64_t height_;
    Block block_;
    std::vector<std::unique_ptr<BlockSums<T>>> sums_;
    FamilyTurns<T> turns_;
    BlockPixels<T> pixels_{};
    RunsByRegion unmasked_runs_;
    std::size_t slots_ = 0;
};

template <class T>
class TypedChannel final : public ChannelSums {
public:
    explicit TypedChannel(ChannelFamilies<T> families) : families_(std::move(families)) {}

    std::unique_ptr<ChannelBlock> make_block(const ChannelView& view) const override {
        return std::make_unique<TypedBlock<T>>(view, families_);
    }
    void grow(std::size_t regions) override {
        for (auto& family : families_) family->grow(regions);
    }
    void add(const ChannelBlock& sums, const Slots& slots, const Block& block) override {
        const auto& typed = static_cast<const TypedBlock<T>&>(sums);
        for (std::size_t f = 0; f < families_.size(); ++f) {
            families_[f]->add(typed.sums(f), slots, block);
        }
    }
    void add(const ChannelSums& other, const Slots& slots) override {
        const auto& typed = static_cast<const TypedChannel&>(other);
        for (std::size_t f = 0; f < families_.size(); ++f) {
            families_[f]->add(*typed.families_[f], slots);
        }
    }
    void save(ByteWriter& bytes, std::size_t regions) const override {
        for (const auto& family : families_) family->save(bytes, regions);
    }
    void load(ByteReader& bytes, std::size_t regions) override {
        for (auto& family : families_) family->load(bytes, regions);
    }
    void prepare(std::size_t rows, RegionTable::Channel& columns) const override {
        for (const auto& family : families_) family->prepare(rows, columns);
    }
    void write(const TableRows& rows, RegionTable::Channel& columns) const override {
        for (const auto& family : families_) family->write(rows, columns);
    }

private:
    ChannelFamilies<T> families_;
};

}  // namespace

std::unique_ptr<ChannelSums> make_channel(const ChannelKind& kind, const MeasurePlan& plan,
                                          const std::optional<Shape>& once) {
    return visit_pixel_type(
        kind.dtype, [&]<class T>(std::type_identity<T>) -> std::unique_ptr<ChannelSums> {
            return std::make_unique<TypedChannel<T>>(families_for<T>(kind, plan, once));
        });
}

}  // namespace mensura
