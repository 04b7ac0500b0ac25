// Which pixels of a row are foreground, and where its runs start.
//
// Three rules: unequal to a background value (told apart by value or all alike), true, or above a
// threshold. P is the type of the pixels; rows come in its equality type.
#pragma once

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "image/dtype.hpp"
#include "mensura/regions.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

// The value in the type of the pixels, or nothing where no pixel can equal it.
template <class P>
std::optional<P> value_of(const std::optional<Scalar>& scalar) {
    if (!scalar) return std::nullopt;
    return std::visit(
        []<class S>(S value) -> std::optional<P> {
            if constexpr (std::is_floating_point_v<P>) {
                return static_cast<P>(value);
            } else if constexpr (std::is_integral_v<S>) {
                if (std::in_range<P>(value)) return static_cast<P>(value);
            }
            return std::nullopt;  // integer images are given integers
        },
        *scalar);
}

// Whether a value that an integer type does not hold lies below all that it does.
inline bool is_negative(const Scalar& scalar) {
    return std::visit([](auto value) { return value < 0; }, scalar);
}

template <class P>
class Foreground {
public:
    using Row = equality_type<P>;

    Foreground(const ImageView& image, const FindOptions& options)
        : width_(image.shape.width), words_(words_for(width_)),
          by_value_(options.by_value && image.dtype != DType::boolean && !options.threshold),
          by_threshold_(options.threshold), background_(value_of<P>(options.background)),
          threshold_(value_of<P>(options.threshold)),
          all_exceed_(by_threshold_ && is_negative(*options.threshold)) {
        // Any byte but zero is true, so true is looked for as what differs from zero.
        if (image.dtype != DType::boolean) return;
        inverted_ = background_ && *background_ != P{};
        if (inverted_) background_ = P{};
    }

    // Whether touching foreground pixels of different value belong to different runs.
    bool by_value() const { return by_value_; }

    // `starts` is written where runs are told apart by value: elsewhere they start where the foreground
    // does.
    void scan(const Row* row, Word* foreground, Word* starts) const {
        if (by_threshold_) {
            scan_above(row, foreground);
        } else {
            scan_unequal(row, foreground, starts);
        }
        if (by_value_) starts_from_breaks(foreground, words_, starts);
    }

private:
    void scan_above(const Row* row, Word* foreground) const {
        if (threshold_) {
            const auto* pixels = reinterpret_cast<const P*>(row);
            intensity_kernels_of<P>().above(pixels, width_, *threshold_, foreground);
        } else {
            std::fill_n(foreground, words_, all_exceed_ ? ~Word{0} : Word{0});
            clear_behind_row(foreground);
        }
    }

    // Bits past the end of the row are zero.
    void clear_behind_row(Word* foreground) const {
        const std::int64_t rest = width_ % word_bits;
        if (rest != 0) foreground[words_ - 1] &= (Word{1} << rest) - 1;
    }

    void scan_unequal(const Row* row, Word* foreground, Word* breaks) const {
        const auto background = static_cast<Row>(background_.value_or(P{}));
        const auto& kernel = scan_kernels_of<Row>();
        if (by_value_) {
            kernel.scan(row, width_, background, foreground, breaks);
        } else {
            kernel.foreground(row, width_, background, foreground);
        }
        if (!background_) std::fill_n(foreground, words_, ~Word{0});
        if (inverted_) {
            for (std::int64_t w = 0; w < words_; ++w) foreground[w] = ~foreground[w];
        }
        clear_behind_row(foreground);
    }

    std::int64_t width_;
    std::int64_t words_;
    bool by_value_;
    bool by_threshold_;
    bool inverted_ = false;  // background and foreground exchanged, for bool images only
    std::optional<P> background_;
    std::optional<P> threshold_;
    bool all_exceed_;  // where no pixel can equal the threshold
};

}  // namespace mensura
