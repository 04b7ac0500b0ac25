// Sums of products of coordinates z^i y^j x^k with every power from 0 to 3: how they are gathered from
// rows, and moved from one point to another.
//
// Sums are about an anchor, a pixel of the region, so that they are small where the region is, however
// far it lies from the origin of the image. Rows give the powers of x; those of y and z are constant
// along a row and a plane, so that a run costs 16 products, and a plane of a region 64 more.
//
// Sums are indexed 16 i + 4 j + k; those of an image of one plane are the 16 first.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "measure/float_sums.hpp"
#include "measure/wide.hpp"
#include "runs/kernels.hpp"

namespace mensura {

template <bool volume>
inline constexpr std::size_t moment_count = volume ? 64 : 16;

// What the index of a sum grows by with each power of x, y and z.
inline constexpr std::size_t moment_strides[3] = {1, 4, 16};

// i + j + k.
constexpr int moment_order(std::size_t index) {
    return static_cast<int>(index / 16 + index / 4 % 4 + index % 4);
}

// ---------------------------------------------------------------------------------------- arithmetic

// A sum of doubles and what rounding took from it.
struct CompensatedSum {
    double sum = 0;
    double low = 0;

    CompensatedSum& operator+=(double value) {
        add_compensated(sum, low, value);
        return *this;
    }
    CompensatedSum& operator+=(const CompensatedSum& other) {
        low += other.low;
        return *this += other.sum;
    }
    double value() const { return sum + low; }
};

// Products with a whole number. Those of integers are exact where they fit, and otherwise modulo the
// width of the type, which drops out where a later sum fits.
inline Int128 times(std::int64_t a, std::int64_t b) { return Int128{a} * b; }
inline Int128 times(Int128 a, std::int64_t b) { return a * b; }
inline std::uint64_t times(std::uint64_t a, std::int64_t b) { return a * static_cast<std::uint64_t>(b); }
inline UInt128 times(UInt128 a, std::int64_t b) { return a * static_cast<UInt128>(Int128{b}); }
inline double times(double a, std::int64_t b) { return a * static_cast<double>(b); }
inline double times(double a, double b) { return a * b; }
inline CompensatedSum times(const CompensatedSum& a, std::int64_t b) {
    const auto factor = static_cast<double>(b);
    return {a.sum * factor, a.low * factor};
}
inline UInt128 times(UInt128 a, std::uint64_t b) { return a * b; }
template <int words>
Wide<words> times(const Wide<words>& a, std::int64_t b) {
    return a * b;
}
template <int words>
Wide<words> times(const Wide<words>& a, std::uint64_t b) {
    return a.times(b);
}
template <int words>
Wide<words> times(const Wide<words>& a, const Wide<words>& b) {
    return a * b;
}

// ------------------------------------------------------------------------------------ moving moments

// Calls visit(index of its first sum, stride) for every line of four of `n` sums along an axis: 0 is x,
// 1 is y, 2 is z.
template <std::size_t n, class Visit>
void for_each_moment_line(std::size_t axis, Visit visit) {
    const std::size_t stride = moment_strides[axis];
    for (std::size_t first = 0; first < n; first += 4 * stride) {
        for (std::size_t m = first; m < first + stride; ++m) visit(m, stride);
    }
}

// From the sums of x^k to those of (x + shift)^k, as Horner's scheme does for a polynomial.
template <class Number, class Shift>
void move_line(Number* sums, std::size_t stride, const Shift& shift) {
    for (std::size_t round = 1; round < 4; ++round) {
        for (std::size_t k = 3; k >= round; --k) {
            sums[k * stride] += times(sums[(k - 1) * stride], shift);
        }
    }
}

// Counts the coordinates of all axes from a point that lies lower by `shift`, given as z, y, x.
template <class Number, std::size_t n, class Shift>
void move_moments(std::array<Number, n>& sums, const std::array<Shift, 3>& shift) {
    for (std::size_t axis = 0; axis < (n == 16 ? 2 : 3); ++axis) {
        if (shift[2 - axis] == Shift{}) continue;
        for_each_moment_line<n>(axis, [&](std::size_t line, std::size_t stride) {
            move_line(&sums[line], stride, shift[2 - axis]);
        });
    }
}

// ------------------------------------------------------------------------------------------ in a block

// Of how many runs the near sums of a part are.
inline constexpr std::int64_t most_near_runs = 16;

// How near: with values of so many bits, the sum of value x (x y)^3 over so many runs is below 2^62
// where coordinates are below this.
constexpr std::int64_t near_reach(int value_bits) { return std::int64_t{1} << (58 - value_bits) / 7; }

struct NoNearSums {};

// The sums of one region in a block about the first pixel of its first run there. Until there is a pixel
// nothing but `any` is written: to fill it with zeros would take as long as to write the sums.
template <class Sum, bool volume>
struct MomentPart {
    static constexpr bool has_near = std::is_same_v<Sum, Int128>;

    std::int64_t any;  // whether there was a pixel
    std::array<std::int64_t, 3> anchor;
    std::int64_t plane_z;  // from the anchor
    std::array<Sum, 16> plane;
    std::array<Sum, volume ? 64 : 0> planes;  // those before the one of plane_z
    [[no_unique_address]] std::conditional_t<has_near, NearSums, NoNearSums> near;

    MomentPart() : any(0) {}  // NOLINT: see above

    // Takes a pixel for the anchor.
    void start(const std::array<std::int64_t, 3>& at) {
        any = 1;
        anchor = at;
        plane_z = 0;
        plane.fill(Sum{});
        planes.fill(Sum{});
        empty_near();
    }
    // Takes sums of one plane about an anchor.
    template <class Narrow>
    void set(const std::array<std::int64_t, 3>& at, const std::array<Narrow, 16>& sums) {
        any = 1;
        anchor = at;
        plane_z = 0;
        std::copy_n(sums.begin(), plane.size(), plane.begin());
        empty_near();
    }

    // Goes to row (z, y), in which a run starts at x.
    void go_to(std::int64_t z, std::int64_t y, std::int64_t x) {
        if (any == 0) start({z, y, x});
        if constexpr (volume) {
            if (z - anchor[0] == plane_z) return;
            add_plane(planes);
            plane.fill(Sum{});
            empty_near();
            plane_z = z - anchor[0];
        }
    }

    bool is_near(std::int64_t y, std::int64_t first, std::int64_t last, std::int64_t reach) const {
        const std::int64_t dy = y - anchor[1];
        return -reach < dy && dy < reach && -reach < first && last < reach;
    }

    // Adds the sums of (x - anchor)^k of a run of row y.
    template <class Narrow>
    void add(std::int64_t y, const std::array<Narrow, 4>& powers) {
        const std::int64_t dy = y - anchor[1];
        const std::int64_t squared = dy * dy;
        const std::int64_t cubed = squared * dy;  // below 2^60
        for (std::size_t k = 0; k < 4; ++k) {
            plane[k] += powers[k];
            plane[4 + k] += times(powers[k], dy);
            plane[8 + k] += times(powers[k], squared);
            plane[12 + k] += times(powers[k], cubed);
        }
    }

    // Makes room for more runs in the near sums.
    void move_near() {
        plane = whole_plane();
        empty_near();
    }

    std::array<Sum, moment_count<volume>> sums() const {
        if constexpr (volume) {
            auto all = planes;
            add_plane(all);
            return all;
        } else {
            return whole_plane();
        }
    }

private:
    // Their sums are written with the first run.
    void empty_near() {
        if constexpr (has_near) near.runs = 0;
    }

    std::array<Sum, 16> whole_plane() const {
        auto whole = plane;
        if constexpr (has_near) {
            if (near.runs == 0) return whole;
            for (std::size_t m = 0; m < 16; ++m) whole[m] += near.sum[m];
        }
        return whole;
    }

    void add_plane(std::array<Sum, volume ? 64 : 0>& all) const {
        const auto whole = whole_plane();
        std::int64_t factor = 1;
        for (std::size_t i = 0; i < all.size() / 16; ++i) {
            for (std::size_t m = 0; m < 16; ++m) all[16 * i + m] += times(whole[m], factor);
            factor *= plane_z;
        }
    }
};

// Runs of a row that are near the anchors of their parts, on their way to the near sums; there when this
// goes out of scope.
class NearRuns {
public:
    NearRuns() = default;
    NearRuns(const NearRuns&) = delete;
    NearRuns& operator=(const NearRuns&) = delete;
    ~NearRuns() { flush(); }

    // Adds the sums of (x - anchor)^k of a run of row y; coordinates, and the row, are within near_reach
    // of the anchor.
    template <class Part>
    void add(Part& part, std::int64_t y, const std::array<std::int64_t, 4>& powers) {
        if (part.near.runs == most_near_runs) {
            flush();
            part.move_near();
        }
        if (part.near.runs++ == 0) std::fill_n(part.near.sum, 16, 0);
        runs_[count_++] = {&part.near, {powers[0], powers[1], powers[2], powers[3]}, y - part.anchor[1]};
        if (count_ == runs_.size()) flush();
    }

private:
    void flush() {
        kernels().add_near_moments(runs_.data(), static_cast<std::int64_t>(count_));
        count_ = 0;
    }

    std::array<NearRun, 32> runs_;
    std::size_t count_ = 0;
};

// ---------------------------------------------------------------------------------------- in the image

// The same in the image, about the anchor of the first part.
template <class Sum, bool volume>
struct MomentTotal {
    std::int64_t any;
    std::array<std::int64_t, 3> anchor;
    std::array<Sum, moment_count<volume>> sums;

    MomentTotal() : any(0) {}  // NOLINT: as a part

    // With all bytes written.
    MomentTotal to_save() const {
        if (any != 0) return *this;
        MomentTotal none;
        none.anchor = {};
        none.sums.fill(Sum{});
        return none;
    }

    // Adds sums about another anchor; Number is what they are moved in.
    template <class Number, class Part>
    void add(const std::array<Part, moment_count<volume>>& others,
             const std::array<std::int64_t, 3>& at) {
        if (any == 0) {
            any = 1;
            anchor = at;
            for (std::size_t m = 0; m < sums.size(); ++m) sums[m] = Sum(others[m]);
            return;
        }
        std::array<Number, moment_count<volume>> moved;
        for (std::size_t m = 0; m < moved.size(); ++m) moved[m] = as<Number>(others[m]);
        move_moments(moved, std::array{at[0] - anchor[0], at[1] - anchor[1], at[2] - anchor[2]});
        for (std::size_t m = 0; m < moved.size(); ++m) sums[m] += moved[m];
    }

private:
    template <class Number, class Other>
    static Number as(const Other& other) {
        if constexpr (std::is_same_v<Other, CompensatedSum>) {
            return other.value();
        } else {
            return Number(other);
        }
    }
};

// Where an anchor of a block lies in the image.
inline std::array<std::int64_t, 3> in_image(const std::array<std::int64_t, 3>& local,
                                            const std::int64_t* origin) {
    return {local[0] + origin[0], local[1] + origin[1], local[2] + origin[2]};
}

}  // namespace mensura
