// Sums of rings for every pixel type; see ring_sums.hpp.
#include "rings/ring_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "image/rows.hpp"
#include "measure/integer_math.hpp"
#include "measure/values.hpp"

namespace mensura {
namespace {

// Integers. A ring may have any number of pixels: 64 bits hold the sum of 2^47 of 16 bits, and all else
// is summed in more.
template <class T>
class IntegerRing {
public:
    void add(T value) {
        ++valid_;
        sum_ += value;
        if constexpr (sizeof(T) == 8) {
            add_square(value);
        } else {
            const auto wide = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
            squares_ += wide * wide;  // at most 2^64 - 1, whatever the sign
        }
        min_ = std::min(min_, value);
        max_ = std::max(max_, value);
    }

    void append(const IntegerRing& later) {
        valid_ += later.valid_;
        sum_ += later.sum_;
        if constexpr (sizeof(T) == 8) {
            add_squares(squares_, later.squares_);
        } else {
            squares_ += later.squares_;
        }
        min_ = std::min(min_, later.min_);
        max_ = std::max(max_, later.max_);
    }

    RingRow row() const {
        if (valid_ == 0) return {0, undefined, undefined, undefined, undefined, undefined};
        const Int128 sum{sum_};
        const Int128 center = nearest_mean(sum, valid_);
        const double squares = central_squares(squares_, sum, center, valid_);
        return {valid_,
                static_cast<double>(sum_),
                mean_about(center, sum, valid_),
                std::sqrt(squares / static_cast<double>(valid_)),
                static_cast<double>(min_),
                static_cast<double>(max_)};
    }

private:
    void add_square(Int128 value) {
        const auto magnitude = static_cast<UInt128>(value < 0 ? -value : value);
        add_squares(squares_, UInt192{magnitude * magnitude, 0});
    }

    std::int64_t valid_ = 0;
    std::conditional_t<sizeof(T) <= 2, std::int64_t, Int128> sum_ = 0;
    std::conditional_t<sizeof(T) == 8, UInt192, UInt128> squares_{};
    T min_ = std::numeric_limits<T>::max();
    T max_ = std::numeric_limits<T>::lowest();
};

template <class T>
class FloatRing {
public:
    void add(T pixel) {
        if (pixel - pixel != 0) return;  // NaN and infinite
        const auto value = static_cast<double>(pixel);
        if (valid_ == 0) anchor_ = value;
        ++valid_;
        const double difference = value - anchor_;
        sum_ += difference;
        squares_ += difference * difference;
        min_ = std::min(min_, value);
        max_ = std::max(max_, value);
    }

    void append(const FloatRing& later) {
        if (later.valid_ == 0) return;
        if (valid_ == 0) {
            *this = later;
            return;
        }
        const auto count = static_cast<double>(later.valid_);
        const double shift = later.anchor_ - anchor_;
        squares_ += later.squares_ + 2 * shift * later.sum_ + count * (shift * shift);
        sum_ += later.sum_ + count * shift;
        valid_ += later.valid_;
        min_ = std::min(min_, later.min_);
        max_ = std::max(max_, later.max_);
    }

    RingRow row() const {
        if (valid_ == 0) return {0, undefined, undefined, undefined, undefined, undefined};
        const auto count = static_cast<double>(valid_);
        const double mean = sum_ / count;
        const double squares = std::max(0.0, squares_ - sum_ * mean);
        return {valid_, count * anchor_ + sum_, anchor_ + mean, std::sqrt(squares / count), min_, max_};
    }

private:
    std::int64_t valid_ = 0;
    double anchor_ = 0;   // the first valid pixel
    double sum_ = 0;      // of the differences to it
    double squares_ = 0;  // of them
    double min_ = std::numeric_limits<double>::infinity();
    double max_ = -std::numeric_limits<double>::infinity();
};

template <class T>
class TypedRingSums final : public RingSums {
public:
    explicit TypedRingSums(const ChannelView& channel) : reader_(channel.image) {
        if (channel.mask) mask_.emplace(*channel.mask);
    }

    void start(std::int64_t rings) override { rings_.assign(static_cast<std::size_t>(rings), {}); }

    void add_row(std::int64_t r, std::int64_t x, std::int64_t count, const std::int32_t* ring) override {
        const T* pixels = reader_.read(r, x, count);
        Ring* rings = rings_.data();
        if (mask_) {
            const std::uint8_t* masked = mask_->read(r, x, count);
            for (std::int64_t i = 0; i < count; ++i) {
                if (ring[i] >= 0 && masked[i] == 0) rings[ring[i]].add(pixels[i]);
            }
            return;
        }
        for (std::int64_t i = 0; i < count; ++i) {
            if (ring[i] >= 0) rings[ring[i]].add(pixels[i]);
        }
    }

    void append(const RingSums& later) override {
        const auto& other = static_cast<const TypedRingSums&>(later).rings_;
        for (std::size_t k = 0; k < rings_.size(); ++k) rings_[k].append(other[k]);
    }

    void write(std::vector<RingRow>& rows) const override {
        for (const Ring& ring : rings_) rows.push_back(ring.row());
    }

private:
    using Ring = std::conditional_t<std::is_floating_point_v<T>, FloatRing<T>, IntegerRing<T>>;

    RowReader<T> reader_;
    std::optional<RowReader<std::uint8_t>> mask_;
    std::vector<Ring> rings_;
};

}  // namespace

std::unique_ptr<RingSums> make_ring_sums(const ChannelView& channel) {
    return visit_pixel_type(channel.image.dtype,
                            [&]<class T>(std::type_identity<T>) -> std::unique_ptr<RingSums> {
                                return std::make_unique<TypedRingSums<T>>(channel);
                            });
}

}  // namespace mensura
