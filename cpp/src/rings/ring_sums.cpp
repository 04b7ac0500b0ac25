// Sums of rings for every pixel type; see ring_sums.hpp.
#include "rings/ring_sums.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "image/rows.hpp"
#include "measure/integer_math.hpp"
#include "measure/values.hpp"
#include "memory/fetch.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {
namespace {

constexpr RingRow no_row{0, undefined, undefined, undefined, undefined, undefined};

// Of any number of integer pixels.
template <class T>
struct IntegerRing {
    std::int64_t valid = 0;
    Int128 sum = 0;
    std::conditional_t<sizeof(T) == 8, UInt192, UInt128> squares{};
    T min = std::numeric_limits<T>::max();
    T max = std::numeric_limits<T>::lowest();

    // Another, or a part of a ring.
    template <class Sums>
    void add(const Sums& other) {
        valid += other.valid;
        sum += other.sum;
        add_squares(squares, other.squares);
        min = std::min(min, other.min);
        max = std::max(max, other.max);
    }

    void add(const SmallIntegerRingPart<T>& part) {
        constexpr int rest = 64 - SmallIntegerRingPart<T>::count_shift;
        const auto part_sum = static_cast<std::int64_t>(part.count_and_sum << rest) >> rest;
        const std::uint64_t counts = part.count_and_sum - static_cast<std::uint64_t>(part_sum);
        if (counts == 0) return;
        const auto low = static_cast<std::int16_t>(part.extremes);
        const auto high = static_cast<std::int16_t>(~part.extremes >> 16);
        valid += static_cast<std::int64_t>(counts >> SmallIntegerRingPart<T>::count_shift);
        sum += part_sum;
        squares += part.squares;
        min = std::min(min, static_cast<T>(low + part.bias));
        max = std::max(max, static_cast<T>(high + part.bias));
    }

    RingRow row() const {
        if (valid == 0) return no_row;
        const Int128 center = nearest_mean(sum, valid);
        const double about_mean = central_squares(squares, sum, center, valid);
        return {valid,
                to_double(sum),
                mean_of(sum, valid),
                std::sqrt(about_mean / static_cast<double>(valid)),
                static_cast<double>(min),
                static_cast<double>(max)};
    }
};

template <class T>
struct FloatRing {
    std::int64_t valid = 0;
    double anchor = 0;
    double sum = 0;      // of the differences to it
    double squares = 0;  // of them
    T min = std::numeric_limits<T>::infinity();
    T max = -std::numeric_limits<T>::infinity();

    template <class Sums>
    void add(const Sums& other) {
        if (other.valid == 0) return;
        const auto other_anchor = static_cast<double>(other.anchor);
        if (valid == 0) {
            *this = {other.valid, other_anchor, other.sum, other.squares, other.min, other.max};
            return;
        }
        const auto count = static_cast<double>(other.valid);
        const double shift = other_anchor - anchor;
        squares += other.squares + 2 * shift * other.sum + count * (shift * shift);
        sum += other.sum + count * shift;
        valid += other.valid;
        min = std::min(min, other.min);
        max = std::max(max, other.max);
    }

    RingRow row() const {
        if (valid == 0) return no_row;
        const auto count = static_cast<double>(valid);
        const double mean = sum / count;
        return {valid,
                count * anchor + sum,
                anchor + mean,
                min == max ? 0.0 : std::sqrt(held_squares(squares - sum * mean, count) / count),
                static_cast<double>(min),
                static_cast<double>(max)};
    }
};

template <class T>
class TypedRingSums final : public RingSums {
public:
    explicit TypedRingSums(const ChannelView& channel) : image_(channel.image), reader_(channel.image) {
        if (channel.mask) mask_.emplace(*channel.mask);
    }

    void fetch(std::span<const RegionRun> runs) const override {
        constexpr std::int64_t line = 64 / static_cast<std::int64_t>(sizeof(T));
        for (const RegionRun& run : runs) {
            const std::byte* row = image_.row(run.row);
            for (std::int64_t x = run.start; x < run.end; x += line) {
                fetch_soon(row + x * image_.strides.x);
            }
        }
    }

    void start(std::int64_t rings) override {
        parts_.assign(static_cast<std::size_t>(rings) + 1, {});
        totals_.clear();
        pixels_ = 0;
    }

    void add_row(std::int64_t r, std::int64_t x, std::int64_t count, const std::int32_t* ring) override {
        if (pixels_ + count > ring_part_pixels) empty_parts();
        pixels_ += count;
        const T* pixels = reader_.read(r, x, count);
        std::array<std::int32_t, most> unmasked;
        if (mask_) {
            const std::uint8_t* masked = mask_->read(r, x, count);
            for (std::int64_t i = 0; i < count; ++i) {
                unmasked[static_cast<std::size_t>(i)] = masked[i] == 0 ? ring[i] : -1;
            }
            ring = unmasked.data();
        }
        ring_kernels_of<T>().add(pixels, ring, count, parts_.data() + 1);
    }

    void append(const RingSums& later) override {
        empty_parts();
        const auto& other = static_cast<const TypedRingSums&>(later);
        for (std::size_t k = 0; k < totals_.size(); ++k) totals_[k].add(other.total(k));
    }

    void write(std::vector<RingRow>& rows) const override {
        for (std::size_t k = 0; k + 1 < parts_.size(); ++k) rows.push_back(total(k).row());
    }

private:
    using Ring = std::conditional_t<std::is_floating_point_v<T>, FloatRing<T>, IntegerRing<T>>;

    Ring total(std::size_t k) const {
        Ring ring = totals_.empty() ? Ring{} : totals_[k];
        ring.add(parts_[k + 1]);
        return ring;
    }

    void empty_parts() {
        const std::size_t rings = parts_.size() - 1;
        totals_.resize(rings);
        for (std::size_t k = 0; k < rings; ++k) totals_[k].add(parts_[k + 1]);
        parts_.assign(rings + 1, {});
        pixels_ = 0;
    }

    ImageView image_;
    RowReader<T> reader_;
    std::optional<RowReader<std::uint8_t>> mask_;
    std::vector<RingPart<T>> parts_;  // the first takes the pixels that lie in no ring
    std::vector<Ring> totals_;        // of what parts have no room for; empty while they have
    std::int64_t pixels_ = 0;         // in the parts
};

}  // namespace

std::unique_ptr<RingSums> make_ring_sums(const ChannelView& channel) {
    return visit_pixel_type(channel.image.dtype,
                            [&]<class T>(std::type_identity<T>) -> std::unique_ptr<RingSums> {
                                return std::make_unique<TypedRingSums<T>>(channel);
                            });
}

}  // namespace mensura
