// The family of the centroid weighted by intensity: sums of value x coordinate.
//
// The sums over runs are leaf kernels (runs/weighted.inl). For integer pixels they are exact, about the
// origin of the image. For floating pixels they are about the first pixel of the region, so that no
// digit is lost far from the origin.
#pragma once

#include <array>
#include <cmath>
#include <type_traits>

#include "measure/integer_math.hpp"
#include "measure/values.hpp"
#include "measure/wide.hpp"

namespace mensura {

// first x count - weight x coordinates, as a double.
template <class Integer>
double difference_of_products(const Integer& first, std::int64_t count, const Integer& weight,
                              std::int64_t coordinates) {
    return static_cast<double>(Wide<4>(first) * count - Wide<4>(weight) * coordinates);
}
inline double difference_of_products(Int128 first, std::int64_t count, Int128 weight,
                                     std::int64_t coordinates) {
    const bool is_narrow = fits_64(first) && fits_64(weight) && fits_64(Int128{count} + coordinates);
    if (!is_narrow) return difference_of_products(Wide<4>(first), count, Wide<4>(weight), coordinates);
    return to_double(first * count - weight * coordinates);
}

// Writes the centroid and the displacement along an axis from the sum of values and that of value x
// coordinate, counted from the corner.
template <class Integer>
void write_exact_centroid(std::size_t row, std::size_t axis, const Integer& weight, const Integer& first,
                          const RegionFrame& region, RegionTable::Channel& columns) {
    const double number = to_double(weight);
    const double centroid = to_double(first) / number;
    const auto count = static_cast<double>(region.count);
    const double coordinates = region.centroid[axis] * count;
    double displacement = centroid - region.centroid[axis];
    // The sum of coordinates is whole, and known where rounding cannot reach half of one.
    if (coordinates < 0x1p50) {
        // first / weight - coordinates / count, over one denominator.
        displacement = difference_of_products(first, region.count, weight,
                                              static_cast<std::int64_t>(coordinates + 0.5)) /
                       number / count;
    }
    const bool defined = number != 0;
    columns.centroid[axis][row] = defined ? centroid : undefined;
    columns.displacement[axis][row] = defined ? displacement : undefined;
}

template <class T>
struct WeightedFamily {
    using Pixel = T;
    using Columns = RegionTable::Channel;
    using Part = WeightedPartial<T>;

    std::size_t first_axis;

    static Part empty() { return {}; }
    static void add_row(const Row<T>& row, Part* parts) {
        intensity_kernels_of<T>().add_weighted(row.pixels, row.runs, row.count, row.z, row.y, parts);
    }
    void prepare(std::size_t rows, Columns& columns) const {
        for (std::size_t a = first_axis; a < 3; ++a) {
            columns.centroid[a].resize(rows);
            columns.displacement[a].resize(rows);
        }
    }
};

template <class T>
struct IntegerWeightedCentroid : WeightedFamily<T> {
    using Part = IntegerWeightedPartial<T>;

    struct Total {
        Int128 sum = 0;
        std::array<Int128, 3> weighted{};
    };

    static void add(Total& total, const Part& part, const Block& block) {
        total.sum += part.sum;
        for (std::size_t a = 0; a < 3; ++a) {
            total.weighted[a] += part.weighted[a] + Int128{block.origin[a]} * part.sum;
        }
    }
    static void add(Total& total, const Total& other) {
        total.sum += other.sum;
        for (std::size_t a = 0; a < 3; ++a) total.weighted[a] += other.weighted[a];
    }

    void write(std::size_t row, const Total& total, const RegionFrame& region,
               RegionTable::Channel& columns) const {
        for (std::size_t a = this->first_axis; a < 3; ++a) {
            const Int128 local = total.weighted[a] - total.sum * region.corner[a];
            write_exact_centroid(row, a, total.sum, local, region, columns);
        }
    }
};

template <class T>
struct FloatWeightedCentroid : WeightedFamily<T> {
    using Part = FloatWeightedPartial;
    // The same about the anchor in the image.
    struct Total : Part {
        Total() : Part{} {}
    };

    static void add(Total& total, const Part& part, const Block& block) {
        add(total, part, block.origin);
    }
    static void add(Total& total, const Total& other) {
        constexpr std::int64_t nowhere[3] = {0, 0, 0};
        add(total, other, nowhere);
    }

    void write(std::size_t row, const Total& total, const RegionFrame& region,
               RegionTable::Channel& columns) const {
        const double weight = total.sum + total.sum_low;
        for (std::size_t a = this->first_axis; a < 3; ++a) {
            const auto anchor = static_cast<double>(total.anchor[a] - region.corner[a]);
            const double offset = weight == 0 ? undefined : total.weighted[a] / weight;
            columns.centroid[a][row] = anchor + offset;
            columns.displacement[a][row] = offset - (region.centroid[a] - anchor);
        }
    }

private:
    static void add(Total& total, const Part& part, const std::int64_t* origin) {
        if (!part.any) return;
        for (int a = 0; a < 3; ++a) {
            const std::int64_t anchor = part.anchor[a] + origin[a];
            if (!total.any) total.anchor[a] = anchor;
            total.weighted[a] += part.weighted[a] + (part.sum + part.sum_low) *
                                                        static_cast<double>(anchor - total.anchor[a]);
        }
        add_compensated(total.sum, total.sum_low, part.sum);
        total.sum_low += part.sum_low;
        total.any = true;
    }
};

template <class T>
using WeightedCentroid = std::conditional_t<std::is_floating_point_v<T>, FloatWeightedCentroid<T>,
                                            IntegerWeightedCentroid<T>>;

}  // namespace mensura
