// Channel sums over blocks and regions; see intensity.hpp.
#include "measure/intensity.hpp"

#include <algorithm>
#include <limits>

#include "image/rows.hpp"
#include "measure/chunked.hpp"
#include "measure/float_sums.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// ------------------------------------------------------------------------------- totals of one region

// Integer pixels: exact sums about the origin of the image.
template <class T>
struct IntegerTotal {
    Int128 sum = 0;
    std::conditional_t<sizeof(T) == 8, UInt192, UInt128> squares{};
    T min = std::numeric_limits<T>::max();
    T max = std::numeric_limits<T>::lowest();
};

inline void add_squares(UInt128& total, std::uint64_t part) { total += part; }
inline void add_squares(UInt128& total, UInt128 part) { total += part; }
inline void add_squares(UInt192& total, const UInt192& part) {
    total.low += part.low;
    total.high += part.high + (total.low < part.low ? 1 : 0);
}

template <class T>
IntegerPartial<T> empty_partial(std::type_identity<IntegerPartial<T>>) {
    IntegerPartial<T> partial{};
    partial.min = std::numeric_limits<T>::max();
    partial.max = std::numeric_limits<T>::lowest();
    return partial;
}

template <class T>
FloatPartial<T> empty_partial(std::type_identity<FloatPartial<T>>) {
    FloatPartial<T> partial{};
    partial.min = std::numeric_limits<T>::infinity();
    partial.max = -std::numeric_limits<T>::infinity();
    return partial;
}

// ------------------------------------------------------------------------------------------- in a block

template <class T>
class Partial final : public ChannelPartial {
public:
    Partial(const ImageView& image, AddRuns<T> add)
        : reader_(image), block_{}, height_(image.shape.height), add_(add) {}

    void start(const Block& block) override {
        block_ = block;
        sums_.clear();
    }

    void add_row(std::int64_t r, const std::vector<SlotRun>& runs, std::size_t slots) override {
        sums_.resize(slots, empty_partial(std::type_identity<IntensityPartial<T>>{}));
        const T* row = reader_.read(r, block_.column_begin, block_.column_end - block_.column_begin);
        add_(row, runs.data(), static_cast<std::int64_t>(runs.size()), r / height_ - block_.origin[0],
             r % height_ - block_.origin[1], sums_.data());
    }

    const std::vector<IntensityPartial<T>>& sums() const { return sums_; }

private:
    RowReader<T> reader_;
    Block block_;
    std::int64_t height_;
    AddRuns<T> add_;
    std::vector<IntensityPartial<T>> sums_;
};

// What both kinds of channel share: the image, the kernel that fits the plan, and the walk over slots.
template <class T>
class ChannelBase : public ChannelTotals {
public:
    ChannelBase(const ImageView& image, const MeasurePlan& plan)
        : image_(image), with_squares_(plan.intensity_squares),
          with_centroid_(plan.intensity_weighted_centroid), first_axis_(plan.first_axis()) {}

    std::unique_ptr<ChannelPartial> make_partial() const override {
        return std::make_unique<Partial<T>>(
            image_, intensity_kernels_of<T>().add[with_squares_][with_centroid_]);
    }

    void prepare(std::size_t rows, RegionTable::Channel& columns) const override {
        columns.valid.resize(rows);
        columns.sum.resize(rows);
        columns.mean.resize(rows);
        columns.min.resize(rows);
        columns.max.resize(rows);
        if (with_squares_) columns.squares.resize(rows);
        if (!with_centroid_) return;
        for (std::size_t a = first_axis_; a < 3; ++a) columns.centroid[a].resize(rows);
    }

protected:
    static const std::vector<IntensityPartial<T>>& sums_of(const ChannelPartial& partial) {
        return static_cast<const Partial<T>&>(partial).sums();
    }

    ImageView image_;
    bool with_squares_;
    bool with_centroid_;
    std::size_t first_axis_;
};

// -------------------------------------------------------------------------------------- integer pixels

template <class T>
class IntegerChannel final : public ChannelBase<T> {
public:
    using ChannelBase<T>::ChannelBase;

    void merge(const ChannelPartial& partial, const std::vector<std::size_t>& slots, std::size_t regions,
               const Block& block) override {
        totals_.grow(regions);
        if (this->with_centroid_) weighted_.grow(regions);
        const auto& sums = this->sums_of(partial);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            const IntegerPartial<T>& part = sums[k];
            IntegerTotal<T>& total = totals_[slots[k]];
            total.sum += part.sum;
            add_squares(total.squares, part.squares);
            total.min = std::min(total.min, part.min);
            total.max = std::max(total.max, part.max);
            if (!this->with_centroid_) continue;
            for (std::size_t a = 0; a < 3; ++a) {
                weighted_[slots[k]][a] += part.weighted[a] + Int128{block.origin[a]} * part.sum;
            }
        }
    }

    void write_row(std::size_t row, std::size_t slot, const GeometryTotals& geometry,
                   RegionTable::Channel& columns) const override {
        const IntegerTotal<T>& total = totals_[slot];
        const std::int64_t count = geometry.count(slot);
        columns.valid[row] = count;
        columns.sum[row] = static_cast<double>(total.sum);
        columns.mean[row] = mean_of(total.sum, count);
        columns.min[row] = static_cast<double>(total.min);
        columns.max[row] = static_cast<double>(total.max);
        if (this->with_squares_) {
            columns.squares[row] = central_squares(total.squares, total.sum, count);
        }
        if (!this->with_centroid_) return;
        for (std::size_t a = this->first_axis_; a < 3; ++a) {
            columns.centroid[a][row] = centroid(slot, a, geometry.begin(slot, a));
        }
    }

private:
    double centroid(std::size_t slot, std::size_t axis, std::int64_t corner) const {
        const Int128 sum = totals_[slot].sum;
        if (sum == 0) return undefined;
        const Int128 local = weighted_[slot][axis] - sum * corner;
        return static_cast<double>(local) / static_cast<double>(sum);
    }

    Chunked<IntegerTotal<T>> totals_;
    Chunked<std::array<Int128, 3>> weighted_;
};

// ------------------------------------------------------------------------------------- floating pixels

template <class T>
struct FloatTotal {
    std::int64_t valid = 0;
    double sum = 0;
    double sum_low = 0;
    double deviation = 0;
    T min = std::numeric_limits<T>::infinity();
    T max = -std::numeric_limits<T>::infinity();

    double mean() const { return (sum + sum_low) / static_cast<double>(valid); }
};

template <class T>
class FloatChannel final : public ChannelBase<T> {
public:
    using ChannelBase<T>::ChannelBase;

    void merge(const ChannelPartial& partial, const std::vector<std::size_t>& slots, std::size_t regions,
               const Block& block) override {
        totals_.grow(regions);
        if (this->with_centroid_) weighted_.grow(regions);
        const auto& sums = this->sums_of(partial);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            if (sums[k].valid == 0) continue;
            if (this->with_centroid_) weighted_[slots[k]].add(sums[k], block);
            add(totals_[slots[k]], sums[k]);
        }
    }

    void write_row(std::size_t row, std::size_t slot, const GeometryTotals& geometry,
                   RegionTable::Channel& columns) const override {
        const FloatTotal<T>& total = totals_[slot];
        const bool defined = total.valid > 0;
        // A constant is its own mean, which the quotient of a rounded sum may miss by one digit.
        const bool constant = defined && total.min == total.max;
        columns.valid[row] = total.valid;
        columns.sum[row] = defined ? total.sum + total.sum_low : undefined;
        columns.mean[row] = defined ? total.mean() : undefined;
        if (constant) columns.mean[row] = static_cast<double>(total.min);
        columns.min[row] = defined ? static_cast<double>(total.min) : undefined;
        columns.max[row] = defined ? static_cast<double>(total.max) : undefined;
        if (this->with_squares_) {
            columns.squares[row] = defined ? total.deviation : undefined;
            if (constant) columns.squares[row] = 0.0;
        }
        if (!this->with_centroid_) return;
        for (std::size_t a = this->first_axis_; a < 3; ++a) {
            columns.centroid[a][row] =
                defined ? weighted_[slot].centroid(a, total, geometry.begin(slot, a)) : undefined;
        }
    }

private:
    // Sums of value x coordinate about the first pixel of the region, so that no digit is lost far
    // from the origin.
    struct Weighted {
        bool started = false;
        std::array<std::int64_t, 3> anchor{};
        std::array<double, 3> sum{};

        void add(const FloatPartial<T>& part, const Block& block) {
            for (std::size_t a = 0; a < 3; ++a) {
                const std::int64_t part_anchor = part.anchor[a] + block.origin[a];
                if (!started) anchor[a] = part_anchor;
                sum[a] += part.weighted[a] +
                          (part.sum + part.sum_low) * static_cast<double>(part_anchor - anchor[a]);
            }
            started = true;
        }

        double centroid(std::size_t axis, const FloatTotal<T>& total, std::int64_t corner) const {
            const double weight = total.sum + total.sum_low;
            if (weight == 0) return undefined;
            return static_cast<double>(anchor[axis] - corner) + sum[axis] / weight;
        }
    };

    void add(FloatTotal<T>& total, const FloatPartial<T>& part) const {
        if (this->with_squares_) {
            total.deviation += part.deviation;
            if (total.valid != 0) {
                total.deviation +=
                    joining_deviation(total.mean(), static_cast<double>(total.valid),
                                      (part.sum + part.sum_low) / static_cast<double>(part.valid),
                                      static_cast<double>(part.valid));
            }
        }
        add_compensated(total.sum, total.sum_low, part.sum);
        total.sum_low += part.sum_low;
        total.valid += part.valid;
        total.min = std::min(total.min, part.min);
        total.max = std::max(total.max, part.max);
    }

    Chunked<FloatTotal<T>> totals_;
    Chunked<Weighted> weighted_;
};

}  // namespace

std::unique_ptr<ChannelTotals> make_channel(const ImageView& image, const MeasurePlan& plan) {
    return visit_pixel_type(image.dtype,
                            [&]<class T>(std::type_identity<T>) -> std::unique_ptr<ChannelTotals> {
                                if constexpr (std::is_floating_point_v<T>) {
                                    return std::make_unique<FloatChannel<T>>(image, plan);
                                } else {
                                    return std::make_unique<IntegerChannel<T>>(image, plan);
                                }
                            });
}

}  // namespace mensura
