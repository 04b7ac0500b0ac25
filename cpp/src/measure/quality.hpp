// The family of quality: how many pixels are NaN, masked, saturated, or as small as the smallest.
//
// The counts over runs are a leaf kernel (runs/inspect.inl). Only pixels that are not masked are seen;
// the masked ones are the others of the region. What is neither valid, NaN nor masked is infinite.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "measure/channel_partials.hpp"
#include "measure/values.hpp"

namespace mensura {

// The smallest pixel that is at least `value`, if there is any.
template <class T>
std::optional<T> smallest_not_below(const Scalar& value) {
    using Limits = std::numeric_limits<T>;
    return std::visit(
        [](auto number) -> std::optional<T> {
            if constexpr (std::is_floating_point_v<T>) {
                const auto wanted = static_cast<double>(number);
                const auto nearest = static_cast<T>(wanted);
                if (static_cast<double>(nearest) >= wanted) return nearest;
                return std::nextafter(nearest, Limits::infinity());
            } else if constexpr (std::is_floating_point_v<decltype(number)>) {
                const double whole = std::ceil(number);
                if (!(whole < std::ldexp(1.0, Limits::digits))) return std::nullopt;
                if (whole <= static_cast<double>(Limits::lowest())) return Limits::lowest();
                return static_cast<T>(whole);
            } else {
                if (std::cmp_greater(number, Limits::max())) return std::nullopt;
                if (std::cmp_less(number, Limits::lowest())) return Limits::lowest();
                return static_cast<T>(number);
            }
        },
        value);
}

template <class T>
struct Quality {
    using Pixel = T;
    using Columns = RegionTable::Channel;
    using Part = QualityPartial<T>;
    struct Total : Part {
        Total() : Part{} {}
    };

    // Pixels of this value and above are saturated. Without one, infinite ones are, which only floating
    // images have.
    std::optional<T> saturation;

    explicit Quality(const std::optional<Scalar>& least) {
        if (least) {
            saturation = smallest_not_below<T>(*least);
        } else if constexpr (std::is_floating_point_v<T>) {
            saturation = std::numeric_limits<T>::infinity();
        }
    }

    static Part empty() { return {}; }
    void add_row(const Row<T>& row, Part* parts) const {
        intensity_kernels_of<T>().add_quality(row.pixels, row.runs, row.count, saturation.value_or(T{}),
                                              parts);
    }

    static void add(Total& total, const Part& part) {
        total.pixels += part.pixels;
        total.nan += part.nan;
        total.saturated += part.saturated;
        if (part.at_min == 0) return;
        if (total.at_min == 0 || part.min < total.min) {
            total.min = part.min;
            total.at_min = 0;
        }
        if (part.min == total.min) total.at_min += part.at_min;
    }
    static void add(Total& total, const Part& part, const Block&) { add(total, part); }

    static void prepare(std::size_t rows, Columns& columns) {
        columns.nan.resize(rows);
        columns.masked.resize(rows);
        columns.saturated.resize(rows);
        columns.at_min.resize(rows);
    }
    void write(std::size_t row, const Total& total, const RegionFrame& region, Columns& columns) const {
        columns.nan[row] = total.nan;
        columns.masked[row] = region.count - total.pixels;
        columns.saturated[row] = saturation ? total.saturated : 0;
        columns.at_min[row] = total.at_min;
    }
};

}  // namespace mensura
