// Channels of every pixel type; see channel.hpp.
#include "measure/channel.hpp"

#include "image/rows.hpp"
#include "measure/positions.hpp"
#include "measure/powers.hpp"
#include "measure/quality.hpp"
#include "measure/runs_by_region.hpp"
#include "measure/unmasked_runs.hpp"
#include "measure/values.hpp"
#include "measure/weighted_centroid.hpp"
#include "measure/weighted_moments.hpp"

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
        for (const auto& sums : sums_)
            (sums->takes_regions() ? by_region_ : by_row_).push_back(sums.get());
        // What all sums at once cost is worth while where most of them are asked for.
        constexpr std::size_t most = 3;
        if (by_region_.size() < most || !regions_are_summed<T>(view)) {
            by_row_.insert(by_row_.end(), by_region_.begin(), by_region_.end());
            by_region_.clear();
        }
    }

    void start(const Block& block) override {
        block_ = block;
        for (auto& sums : sums_) sums->clear();
        regions_.clear();
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
        if (!by_region_.empty()) regions_.add_row(y, left, pixels, row_step_);
        const Row<T> row{block_,
                         r / height_ - block_.first[0],
                         y,
                         left.data(),
                         static_cast<std::int64_t>(left.size()),
                         pixels,
                         reader_.to_row_below()};
        for (auto* sums : by_row_) sums->add_row(row, slots);
    }

    void finish() override {
        if (!by_region_.empty()) add_regions();
        for (auto& sums : sums_) sums->finish();
    }

    const BlockSums<T>& sums(std::size_t family) const { return *sums_[family]; }

private:
    void add_regions() {
        regions_.visit(
            slots_,
            [this](std::size_t slot, const RegionSums<T>& region) {
                for (auto* sums : by_region_) sums->take(slot, region, slots_);
            },
            [this](const BlockRun& run, const T* pixels) {
                const SlotRun alone{run.start, run.end, run.slot};
                const Row<T> row{block_, 0, run.y, &alone, 1, pixels, 0};
                for (auto* sums : by_region_) sums->add_row(row, slots_);
            });
    }

    RowReader<T> reader_;
    std::ptrdiff_t row_step_;
    std::optional<UnmaskedRuns> unmasked_;
    std::int64_t height_;
    Block block_;
    std::vector<std::unique_ptr<BlockSums<T>>> sums_;
    std::vector<BlockSums<T>*> by_region_;  // those that are given whole regions
    std::vector<BlockSums<T>*> by_row_;
    RunsByRegion<T> regions_;
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
