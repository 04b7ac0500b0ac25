// The family of sums of geometry: count, bounding box, first and second moments of the pixels.
//
// Runs enter in closed form. A run of L pixels with first plus last coordinate t has
//
//     sum x = L t / 2         sum x^2 = L (3 t^2 + L^2 - 1) / 12
//
// (sums of an arithmetic progression), so the cost is a few multiplications per run whatever its length.
// Everything is an integer and exact: 64 bits in the local coordinates of a block; in the whole image
// 128 bits or, where its shape is known, no pixel comes twice and that is enough, 64. What is not asked
// for, and the axis that an image of one plane lacks, takes no room.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "measure/integer_math.hpp"
#include "measure/region_sums.hpp"
#include "measure/rows_in_turn.hpp"
#include "measure/sums.hpp"
#include "mensura/measure.hpp"

namespace mensura {

// Which of the axes z, y, x and of their pairs there are; those of one plane are the last ones.
template <bool volume>
struct Axes {
    static constexpr std::size_t first = volume ? 0 : 1;
    static constexpr std::size_t count = 3 - first;
    static constexpr std::size_t pairs = volume ? 6 : 3;
    static constexpr std::size_t first_pair = 6 - pairs;

    // The axes of pair p, counted from the first axis there is.
    static constexpr std::array<std::pair<std::size_t, std::size_t>, pairs> pair_axes() {
        std::array<std::pair<std::size_t, std::size_t>, pairs> axes{};
        std::size_t p = 0;
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t j = i; j < count; ++j) axes[p++] = {i, j};
        }
        return axes;
    }
};

// ------------------------------------------------------------------------------------------ in a block

// That of no pixels.
inline Extent empty_extent() {
    Extent extent{};
    std::fill(std::begin(extent.reach), std::end(extent.reach),
              std::numeric_limits<std::int32_t>::min());
    return extent;
}

// Sums of one region in a block, or in any part of an image that has at most 2^22 pixels and local
// coordinates below 2^20.
template <bool with_second, bool volume>
struct GeometryPart {
    using A = Axes<volume>;

    std::int32_t count = 0;
    std::array<std::int32_t, A::count> begin;
    std::array<std::int32_t, A::count> end;
    std::array<std::int64_t, A::count> first{};
    std::array<std::int64_t, with_second ? A::pairs : 0> second{};

    GeometryPart() {
        begin.fill(std::numeric_limits<std::int32_t>::max());
        end.fill(0);
    }

    explicit GeometryPart(const Extent& extent)
        requires(!with_second)
        : count(static_cast<std::int32_t>(extent.sums[0])) {
        constexpr std::size_t of_y = A::count - 2;
        constexpr std::size_t of_x = A::count - 1;
        if constexpr (volume) take(extent, 0, 3, 4, 5);
        take(extent, of_y, 1, 1, 3);
        take(extent, of_x, 2, 0, 2);
    }

    // From sums of y^j x^k, in 4 j + k, about the corner of the box.
    GeometryPart(const RunBox& box, const std::array<std::int64_t, 16>& moments)
        requires(!volume)
        : count(static_cast<std::int32_t>(moments[0])),
          begin{static_cast<std::int32_t>(box.top), static_cast<std::int32_t>(box.left)},
          end{static_cast<std::int32_t>(box.bottom), static_cast<std::int32_t>(box.right)} {
        const std::int64_t y = box.top;
        const std::int64_t x = box.left;
        first = {moments[4] + y * moments[0], moments[1] + x * moments[0]};
        if constexpr (with_second) {
            second = {moments[8] + y * (2 * moments[4] + y * moments[0]),
                      moments[5] + y * moments[1] + x * (moments[4] + y * moments[0]),
                      moments[2] + x * (2 * moments[1] + x * moments[0])};
        }
    }

    // Adds the run [start, stop) of row (z, y). Rows of 2-D images all have z = 0, which adds nothing.
    void add(std::int64_t z, std::int64_t y, std::int64_t start, std::int64_t stop) {
        constexpr std::size_t of_y = A::count - 2;
        constexpr std::size_t of_x = A::count - 1;
        const std::int64_t length = stop - start;
        const std::int64_t ends = start + stop - 1;
        const std::int64_t along = length * ends / 2;
        count += static_cast<std::int32_t>(length);
        if constexpr (volume) {
            extend(0, z, z + 1);
            first[0] += z * length;
        }
        extend(of_y, y, y + 1);
        extend(of_x, start, stop);
        first[of_y] += y * length;
        first[of_x] += along;
        if constexpr (with_second) add_second(z, y, length, ends, along);
    }

private:
    // What lies along an axis, by where it stands in an extent.
    void take(const Extent& extent, std::size_t axis, std::size_t sum, std::size_t low,
              std::size_t high) {
        begin[axis] = -extent.reach[low];
        end[axis] = extent.reach[high];
        first[axis] = extent.sums[sum];
    }

    void extend(std::size_t axis, std::int64_t low, std::int64_t high) {
        begin[axis] = std::min(begin[axis], static_cast<std::int32_t>(low));
        end[axis] = std::max(end[axis], static_cast<std::int32_t>(high));
    }

    void add_second(std::int64_t z, std::int64_t y, std::int64_t length, std::int64_t ends,
                    std::int64_t along) {
        // Below 2^64 for coordinates below 2^20, hence unsigned.
        const auto twelvefold = static_cast<std::uint64_t>(length) *
                                static_cast<std::uint64_t>(3 * ends * ends + length * length - 1);
        if constexpr (volume) {
            second[0] += z * z * length;
            second[1] += z * y * length;
            second[2] += z * along;
        }
        second[A::pairs - 3] += y * y * length;
        second[A::pairs - 2] += y * along;
        second[A::pairs - 1] += static_cast<std::int64_t>(twelvefold / 12);
    }
};

// ---------------------------------------------------------------------------------------- in the image

// The types of sums about the origin of the image.
struct WideGeometrySums {
    using Sum = Int128;
    using Place = std::int64_t;
};
struct NarrowGeometrySums {
    using Sum = std::int64_t;
    using Place = std::int32_t;
};

// Whether those are wide enough for an image of which no pixel is added twice.
inline bool narrow_geometry_sums_fit(const Shape& shape) {
    const std::int64_t side = std::max({shape.depth, shape.height, shape.width});
    if (side > std::numeric_limits<std::int32_t>::max()) return false;
    return Int128{shape.pixels()} * side * side < Int128{1} << 62;
}

// The same sums about the origin of the image.
template <bool with_second, bool volume, class Types>
struct GeometryTotal {
    using A = Axes<volume>;
    using Part = GeometryPart<with_second, volume>;
    using Sum = typename Types::Sum;
    using Place = typename Types::Place;

    std::int64_t count = 0;
    std::array<Sum, A::count> first{};
    [[no_unique_address]] std::array<Sum, with_second ? A::pairs : 0> second{};
    std::array<Place, A::count> begin;
    std::array<Place, A::count> end;

    GeometryTotal() {
        begin.fill(std::numeric_limits<Place>::max());
        end.fill(std::numeric_limits<Place>::min());
    }

    void add(const Part& part, const Block& block) {
        if (part.count == 0) return;
        count += part.count;
        for (std::size_t a = 0; a < A::count; ++a) {
            const auto origin = static_cast<Place>(block.origin[A::first + a]);
            begin[a] = std::min(begin[a], static_cast<Place>(part.begin[a] + origin));
            end[a] = std::max(end[a], static_cast<Place>(part.end[a] + origin));
            first[a] += part.first[a] + Sum{origin} * part.count;
        }
        if constexpr (with_second) add_second(part, block);
    }

    void add(const GeometryTotal& other) {
        count += other.count;
        for (std::size_t a = 0; a < A::count; ++a) {
            begin[a] = std::min(begin[a], other.begin[a]);
            end[a] = std::max(end[a], other.end[a]);
            first[a] += other.first[a];
        }
        for (std::size_t p = 0; p < second.size(); ++p) second[p] += other.second[p];
    }

    // sum((a - mean a)(b - mean b)) / count of pair p, computed about the integers nearest to the means.
    double covariance(std::size_t p) const {
        const auto [a, b] = A::pair_axes()[p];
        const Int128 first_a = first[a];
        const Int128 first_b = first[b];
        const Int128 center_a = nearest_mean(first_a, count);
        const Int128 center_b = nearest_mean(first_b, count);
        const Int128 rest_a = first_a - center_a * count;
        const Int128 rest_b = first_b - center_b * count;
        const Int128 about_center =
            second[p] - center_a * first_b - center_b * first_a + center_a * center_b * count;
        const auto size = static_cast<double>(count);
        // Exact where count^2 times a squared extent fits into 127 bits.
        constexpr std::int64_t small_extent = std::int64_t{1} << 23;
        if (count < std::int64_t{1} << 40 && end[a] - begin[a] < small_extent &&
            end[b] - begin[b] < small_extent) {
            return static_cast<double>(about_center * count - rest_a * rest_b) / (size * size);
        }
        return (static_cast<double>(about_center) -
                static_cast<double>(rest_a) * static_cast<double>(rest_b) / size) /
               size;
    }

private:
    void add_second(const Part& part, const Block& block) {
        for (std::size_t p = 0; p < A::pairs; ++p) {
            const auto [i, j] = A::pair_axes()[p];
            const Sum oi = block.origin[A::first + i];
            const Sum oj = block.origin[A::first + j];
            second[p] += part.second[p] + oi * part.first[j] + oj * part.first[i] + oi * oj * part.count;
        }
    }
};

template <bool with_second, bool volume, class Types>
struct Geometry {
    using A = Axes<volume>;
    using Pixel = NoPixel;
    using Columns = RegionTable;
    using Part = GeometryPart<with_second, volume>;
    using Total = GeometryTotal<with_second, volume, Types>;
    using Sum = typename Types::Sum;

    // Whether an Extent holds all that a part does.
    static constexpr bool is_extent = !with_second;
    static constexpr bool in_volume = volume;

    static Part empty() { return {}; }
    static void add_row(const Row<NoPixel>& row, Part* parts) {
        for (std::int64_t k = 0; k < row.count; ++k) {
            parts[row.runs[k].slot].add(row.z, row.y, row.runs[k].start, row.runs[k].end);
        }
    }
    static void take(Part& part, const RegionSums<NoPixel>& sums)
        requires(!volume)
    {
        part = Part(sums.box, sums.moments);
    }
    static void add(Total& total, const Part& part, const Block& block) { total.add(part, block); }
    static void add(Total& total, const Total& other) { total.add(other); }

    static void prepare(std::size_t rows, RegionTable& table) {
        table.count.resize(rows);
        table.size.resize(rows);
        for (std::size_t a = A::first; a < 3; ++a) {
            table.box_begin[a].resize(rows);
            table.box_end[a].resize(rows);
            table.centroid[a].resize(rows);
            table.position[a].resize(rows);
        }
        if (!with_second) return;
        for (std::size_t p = A::first_pair; p < 6; ++p) table.covariance[p].resize(rows);
    }

    // What is written of a region.
    struct Place {
        std::int64_t count;
        std::array<std::int64_t, A::count> begin;
        std::array<std::int64_t, A::count> end;
        std::array<double, A::count> centroid;  // from `begin`
        [[no_unique_address]] std::array<double, with_second ? A::pairs : 0> covariance;
    };

    // Set where it lies, as to copy it would wait for all of it to be written.
    static void set(Place& place, const Total& total) {
        place.count = total.count;
        for (std::size_t a = 0; a < A::count; ++a) {
            place.begin[a] = total.begin[a];
            place.end[a] = total.end[a];
            place.centroid[a] = mean_of(total.first[a] - Sum{total.begin[a]} * total.count, total.count);
        }
        for (std::size_t p = 0; p < total.second.size(); ++p) place.covariance[p] = total.covariance(p);
    }

    // That of a region that lies in one block.
    static void set(Place& place, const Part& part, const Block& block) {
        if constexpr (with_second) {
            Total total;
            total.add(part, block);
            set(place, total);
        } else {
            const std::int64_t count = part.count;
            place.count = count;
            for (std::size_t a = 0; a < A::count; ++a) {
                place.begin[a] = part.begin[a] + block.origin[A::first + a];
                place.end[a] = part.end[a] + block.origin[A::first + a];
                place.centroid[a] = mean_of(part.first[a] - part.begin[a] * count, count);
            }
        }
    }

    static void write(std::size_t row, const Total& total, const RegionFrame&, RegionTable& table) {
        Place place;
        set(place, total);
        write(row, std::span(&place, 1), table);
    }
    // Writes rows from `row` on, column by column.
    static void write(std::size_t row, std::span<const Place> places, RegionTable& table) {
        const auto fill = [&](auto& column, auto value_of) {
            auto* values = column.data() + row;
            for (std::size_t i = 0; i < places.size(); ++i) values[i] = value_of(places[i]);
        };
        fill(table.count, [](const Place& place) { return place.count; });
        fill(table.size, [](const Place& place) { return static_cast<double>(place.count); });
        for (std::size_t a = 0; a < A::count; ++a) {
            const std::size_t axis = A::first + a;
            fill(table.box_begin[axis], [a](const Place& place) { return place.begin[a]; });
            fill(table.box_end[axis], [a](const Place& place) { return place.end[a]; });
            fill(table.centroid[axis], [a](const Place& place) { return place.centroid[a]; });
            fill(table.position[axis], [a](const Place& place) {
                return static_cast<double>(place.begin[a]) + place.centroid[a];
            });
        }
        if constexpr (with_second) {
            for (std::size_t p = 0; p < A::pairs; ++p) {
                fill(table.covariance[A::first_pair + p],
                     [p](const Place& place) { return place.covariance[p]; });
            }
        }
    }
};

template <class Family>
struct WritePlaces {
    RegionTable& table;

    void operator()(std::size_t first, std::span<const typename Family::Place> places) const {
        Family::write(first, places, table);
    }
};

template <class Family>
class PlaceWriter : public RowsInTurn<typename Family::Place, WritePlaces<Family>> {
public:
    explicit PlaceWriter(RegionTable& table)
        : RowsInTurn<typename Family::Place, WritePlaces<Family>>(WritePlaces<Family>{table}) {}
};

// Calls work(family) with the geometry that a plan asks for.
template <class Types, class Work>
auto with_geometry(const MeasurePlan& plan, Work work) {
    if (plan.second_moments) {
        return plan.axes == 3 ? work(Geometry<true, true, Types>{})
                              : work(Geometry<true, false, Types>{});
    }
    return plan.axes == 3 ? work(Geometry<false, true, Types>{}) : work(Geometry<false, false, Types>{});
}

// The geometry of the regions of an image, which every other family may ask where a region lies.
class GeometrySums : public ImageSums<NoPixel, RegionTable> {
public:
    // Writes the rows of these slots from `first_row` on; frame_of() then knows their frames.
    virtual void write_rows(std::size_t first_row, std::span<const std::size_t> slots,
                            RegionTable& table) const = 0;
    virtual bool has_pixels(std::size_t slot) const = 0;
};

template <class Family>
class GeometrySumsOf final : public FamilySums<Family, GeometrySums> {
public:
    using FamilySums<Family, GeometrySums>::FamilySums;
    void write_rows(std::size_t first_row, std::span<const std::size_t> slots,
                    RegionTable& table) const override {
        PlaceWriter<Family> writer(table);
        this->for_each_total(slots, [&](std::size_t k, std::size_t slot) {
            Family::set(writer.row(first_row + k), this->total(slot));
        });
    }
    bool has_pixels(std::size_t slot) const override { return this->total(slot).count != 0; }
};

// `once` is the shape of an image of which no pixel is added twice, where that is known.
inline std::unique_ptr<GeometrySums> make_geometry(const MeasurePlan& plan,
                                                   const std::optional<Shape>& once) {
    const auto make = [](auto family) -> std::unique_ptr<GeometrySums> {
        return std::make_unique<GeometrySumsOf<decltype(family)>>(family);
    };
    return once && narrow_geometry_sums_fit(*once) ? with_geometry<NarrowGeometrySums>(plan, make)
                                                   : with_geometry<WideGeometrySums>(plan, make);
}

}  // namespace mensura
