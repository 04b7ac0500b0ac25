// Exact moments; see exact_moments.hpp.
#include "measure/exact_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runs/kernel_of.hpp"

namespace mensura {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// ----------------------------------------------------------------------------------- integer widths

// Integers of 64 and 128 bits are unsigned here, as their sums may pass through values that do not fit.
template <int words>
Wide<words> widened(std::uint64_t value) {
    return Wide<words>(Int128{static_cast<std::int64_t>(value)});
}
template <int words>
Wide<words> widened(Int128 value) {
    return Wide<words>(value);
}
template <int words>
Wide<words> widened(UInt128 value) {
    return Wide<words>(static_cast<Int128>(value));
}
template <int words, int others>
Wide<words> widened(const Wide<others>& value) {
    return Wide<words>(value);
}

template <class Integer>
struct Convert {
    template <class Other>
    static Integer from(const Other& value) {
        return widened<sizeof(Integer) / 8>(value);
    }
};
template <>
struct Convert<std::uint64_t> {
    template <class Other>
    static std::uint64_t from(const Other& value) {
        return widened<2>(value).word(0);
    }
};
template <>
struct Convert<UInt128> {
    template <class Other>
    static UInt128 from(const Other& value) {
        const Wide<2> low = widened<2>(value);
        return UInt128{low.word(1)} << 64 | low.word(0);
    }
};

// The nearest double.
double nearest(std::uint64_t value) { return static_cast<double>(static_cast<std::int64_t>(value)); }
double nearest(UInt128 value) {
    const auto number = static_cast<Int128>(value);
    const auto low = static_cast<std::int64_t>(number);
    return low == number ? static_cast<double>(low) : static_cast<double>(number);
}
template <int words>
double nearest(const Wide<words>& value) {
    return static_cast<double>(value);
}

// Value x 2^-exponent, but for what is 2^-106 of it.
TwoDoubles scaled(std::uint64_t value, int exponent) { return widened<2>(value).scaled_pair(-exponent); }
TwoDoubles scaled(UInt128 value, int exponent) { return widened<2>(value).scaled_pair(-exponent); }
template <int words>
TwoDoubles scaled(const Wide<words>& value, int exponent) {
    return value.scaled_pair(-exponent);
}

// ------------------------------------------------------------------------------- about the centroid

// Bounds of the magnitudes of central sums. As doubles they may be off by some roundings, which the bits
// that are left free below are many times of.
struct CentralSize {
    double factor;  // of the sum of weights and the first moments
    double sum;     // of the sums
    double row;     // of sums that are about the centroid along x alone
};

double cube(double value) { return value * value * value; }

template <std::size_t n, class Integer>
CentralSize central_size(const std::array<Integer, n>& sums, const RegionFrame& region,
                         const WeightKind& kind) {
    const double weight = std::abs(nearest(sums[0]));
    // Weights without a sign do not cancel: their sum bounds them, and the centroid lies in the box.
    const double mass =
        kind.is_signed ? std::ldexp(static_cast<double>(region.count), kind.bits) : weight;
    CentralSize size{weight, mass / weight, mass};
    for (std::size_t axis = 0; axis < (n == 16 ? 2 : 3); ++axis) {
        const double first = std::abs(nearest(sums[moment_strides[axis]]));
        const auto side = static_cast<double>(region.sides[2 - axis]);
        const double farthest = weight * side - first;
        const double distance = kind.is_signed ? weight * side + first : std::max(first, farthest);
        size.factor = std::max(size.factor, first);
        size.sum *= cube(distance);
        size.row *= cube(axis == 0 ? distance : side);
    }
    return size;
}

// The sum of weights and the first moments along x, y, z, all of them as magnitudes, and the signs of
// the quotients of moment and sum, as positive factors are multiplied with soonest.
template <class Factor>
struct Center {
    Factor weight;
    std::array<Factor, 3> first{};
    std::array<bool, 3> is_negative{};
};

template <class Factor, std::size_t n, class Corner>
Center<Factor> center_of(const std::array<Corner, n>& corner) {
    const auto is_negative = [](const Corner& sum) { return widened<6>(sum).is_negative(); };
    const auto magnitude = [&](const Corner& sum) {
        Factor whole = Convert<Factor>::from(sum);
        return is_negative(sum) ? Factor(-whole) : whole;
    };
    Center<Factor> center{magnitude(corner[0])};
    for (std::size_t axis = 0; axis < (n == 16 ? 2 : 3); ++axis) {
        const Corner& first = corner[moment_strides[axis]];
        center.first[axis] = magnitude(first);
        center.is_negative[axis] = is_negative(first) != is_negative(corner[0]);
    }
    return center;
}

// From the sums of x^k to those of (w x - s)^k, in `sums`, a line of four.
template <class Integer, class Factor>
class CenteredLine {
public:
    CenteredLine(Integer* sums, std::size_t stride, const Factor& weight, const Factor& first,
                 bool is_negative)
        : sums_(sums), stride_(stride), weight_(weight), first_(first), is_negative_(is_negative) {}

    void center() {
        for (std::size_t round = 1; round < 4; ++round) {
            for (std::size_t k = 3; k >= round; --k) step(k, times(sums_[k * stride_], weight_));
        }
    }
    // The same, all sums but that of x^0 divided by w in the end, and that one in the beginning.
    void center_divided() {
        for (std::size_t round = 1; round < 4; ++round) {
            for (std::size_t k = 3; k > round; --k) step(k, times(sums_[k * stride_], weight_));
            step(round, sums_[round * stride_]);
        }
    }

private:
    void step(std::size_t k, Integer sum) {
        const Integer part = times(sums_[(k - 1) * stride_], first_);
        if (is_negative_) {
            sum += part;
        } else {
            sum -= part;
        }
        sums_[k * stride_] = sum;
    }

    Integer* sums_;
    std::size_t stride_;
    Factor weight_;
    Factor first_;
    bool is_negative_;
};

// The sums as Integer, and about the centroid along the axes [first, last). Where the powers of all axes
// beyond `last` are 0 they are divided by the weight, as the sum of weights was before.
template <class Integer, class Factor, std::size_t n, class Other>
std::array<Integer, n> centered(const std::array<Other, n>& others, const Center<Factor>& center,
                                std::size_t first, std::size_t last) {
    std::array<Integer, n> sums;
    for (std::size_t m = 0; m < n; ++m) sums[m] = Convert<Integer>::from(others[m]);
    for (std::size_t axis = first; axis < last; ++axis) {
        for_each_moment_line<n>(axis, [&](std::size_t m, std::size_t stride) {
            CenteredLine<Integer, Factor> line(&sums[m], stride, center.weight, center.first[axis],
                                               center.is_negative[axis]);
            m < 4 * stride ? line.center_divided() : line.center();
        });
    }
    return sums;
}

// About the centroid along all axes. Along x alone the sums are often narrower than in the end.
template <class Integer, class Factor, std::size_t n, class Corner>
std::array<Integer, n> centered_on(std::array<Corner, n> corner, const CentralSize& size,
                                   const Center<Factor>& center) {
    constexpr std::size_t axes = n == 16 ? 2 : 3;
    // The sum of weights divided by its magnitude.
    corner[0] = Convert<Corner>::from(Int128{widened<6>(corner[0]).is_negative() ? -1 : 1});
    if constexpr (std::is_same_v<Factor, std::uint64_t> && !std::is_same_v<Integer, UInt128>) {
        if (size.row < 0x1p126) {
            return centered<Integer>(centered<UInt128>(corner, center, 0, 1), center, 1, axes);
        }
    }
    return centered<Integer>(corner, center, 0, axes);
}

template <class Integer, class Factor, std::size_t n, class Corner>
void write_central(const std::array<Corner, n>& corner, const CentralSize& size,
                   const Center<Factor>& center, std::array<double, n>& central) {
    const std::array<Integer, n> sums = centered_on<Integer>(corner, size, center);
    // Powers of the weight are brought near 1 before they leave the range of double.
    const int exponent = std::ilogb(nearest(corner[0])) + 1;
    std::array<TwoDoubles, 9> powers{TwoDoubles{1, 0}};
    powers[1] = scaled(center.weight, exponent);
    for (std::size_t p = 2; p < powers.size(); ++p) powers[p] = powers[p - 1] * powers[1];
    central[0] = nearest(corner[0]);
    for (std::size_t m = 1; m < n; ++m) {
        const int order = moment_order(m) - 1;
        central[m] =
            nearest(scaled(sums[m], order * exponent) / powers[static_cast<std::size_t>(order)]);
    }
}

template <std::size_t n, class Corner>
void write_central_of(const std::array<Corner, n>& corner, const RegionFrame& region,
                      const WeightKind& kind, std::array<double, n>& central) {
    if (corner[0] == Corner{}) {
        central.fill(undefined);
        central[0] = 0;
        return;
    }
    constexpr int widest = 24;  // 64-bit pixels in a box of 2^56: 3 (3 (120 + 1) + 56) + 122 bits
    const CentralSize size = central_size(corner, region, kind);
    if (!(size.factor < 0x1p62 && size.sum < 0x1p510)) {
        return write_central<Wide<widest>>(corner, size, center_of<Wide<widest>>(corner), central);
    }
    const auto center = center_of<std::uint64_t>(corner);
    if (size.sum < 0x1p126) return write_central<UInt128>(corner, size, center, central);
    if (size.sum < 0x1p190) return write_central<Wide<3>>(corner, size, center, central);
    if (size.sum < 0x1p254) return write_central<Wide<4>>(corner, size, center, central);
    write_central<Wide<8>>(corner, size, center, central);
}

// ------------------------------------------------------------------------------------ about the corner

template <class Integer, class Sum, std::size_t n>
void write_both(const std::array<Sum, n>& sums, const std::array<std::int64_t, 3>& shift,
                const RegionFrame& region, const WeightKind& kind, RegionMoments<n>& moments) {
    std::array<Integer, n> corner;
    for (std::size_t m = 0; m < n; ++m) corner[m] = Convert<Integer>::from(sums[m]);
    move_moments(corner, shift);
    for (std::size_t m = 0; m < n; ++m) moments.corner[m] = nearest(corner[m]);
    write_central_of(corner, region, kind, moments.central);
}

double box_of(const RegionFrame& region) {
    double box = 1;
    for (const std::int64_t side : region.sides) box *= static_cast<double>(side);
    return box;
}

// What sums about the corner are below of.
double largest_sum(const RegionFrame& region, const WeightKind& kind) {
    return std::ldexp(static_cast<double>(region.count), kind.bits) * cube(box_of(region));
}

std::array<std::int64_t, 3> to_corner(const std::array<std::int64_t, 3>& anchor,
                                      const RegionFrame& region) {
    std::array<std::int64_t, 3> shift;
    for (std::size_t a = 0; a < 3; ++a) shift[a] = anchor[a] - region.corner[a];
    return shift;
}

template <class Sum, std::size_t n>
void write_exact_moments(const MomentRow<Sum, n>& row, const WeightKind& kind,
                         RegionMoments<n>& moments) {
    const auto shift = to_corner(row.anchor, row.region);
    const double largest = largest_sum(row.region, kind);
    if (largest < 0x1p62) return write_both<std::uint64_t>(*row.sums, shift, row.region, kind, moments);
    if constexpr (!std::is_same_v<Sum, Int128>) {
        if (!(largest < 0x1p126)) return write_both<Sum>(*row.sums, shift, row.region, kind, moments);
    }
    write_both<UInt128>(*row.sums, shift, row.region, kind, moments);
}

// ------------------------------------------------------------------------------------- side by side

template <class Sum, std::size_t n>
class RowsInLanes {
public:
    using Row = MomentRow<Sum, n>;

    RowsInLanes(std::span<const Row> rows, const WeightKind& kind, MomentLanes<n>& lanes)
        : rows_(rows), kind_(kind), lanes_(lanes) {}

    void make() {
        bool any = false;
        bool any_wide = false;
        for (std::size_t k = 0; k < rows_.size(); ++k) {
            ways_[k] = set_lane(k);
            any |= is_in_lane(k);
            any_wide |= ways_[k] == Way::wide;
        }
        if (any) make_in_lanes(any_wide);
        for (std::size_t k = 0; k < rows_.size(); ++k) {
            if (!is_in_lane(k) || lanes_.is_certain[k] == 0) make_alone(k);
        }
    }

private:
    // Sums about the corner fit into 64 bits or into 128, or it is seen to by itself, or has no moments.
    enum class Way { narrow, wide, alone, nowhere };

    static constexpr std::size_t axes = MomentLanes<n>::axes;

    bool is_in_lane(std::size_t k) const { return ways_[k] == Way::narrow || ways_[k] == Way::wide; }

    // All but the sums about the center.
    Way set_lane(std::size_t k) {
        const Row& row = rows_[k];
        if (row.sums == nullptr || box_of(row.region) > std::ldexp(1.0, moment_box_bits)) {
            return Way::nowhere;
        }
        const double largest = largest_sum(row.region, kind_);
        const double weight = nearest(Convert<UInt128>::from((*row.sums)[0]));
        const bool fits = largest < 0x1p126 && weight > 0 && weight < 0x1p53;
        if (!fits) return Way::alone;
        for (std::size_t m = 0; m < n; ++m) {
            lanes_.sums[m][k] = static_cast<std::int64_t>(Convert<std::uint64_t>::from((*row.sums)[m]));
        }
        const auto shift = to_corner(row.anchor, row.region);
        for (std::size_t axis = 0; axis < axes; ++axis) {
            const std::int64_t side = row.region.sides[2 - axis];
            const std::int64_t moved = shift[2 - axis];
            const UInt128 first = Convert<UInt128>::from((*row.sums)[moment_strides[axis]]) +
                                  times(Convert<UInt128>::from((*row.sums)[0]), moved);
            const double center = std::floor(nearest(first) / weight + 0.5);
            // Weights of both signs may balance anywhere.
            if (!(center >= 0 && center <= static_cast<double>(side))) return Way::alone;
            const auto whole = static_cast<std::int64_t>(center);
            lanes_.to_corner[axis][k] = moved;
            lanes_.to_center[axis][k] = moved - whole;
            lanes_.reach[axis][k] = static_cast<double>(1 + std::max(whole, side - whole));
        }
        lanes_.mass[k] =
            kind_.is_signed ? std::ldexp(static_cast<double>(row.region.count), kind_.bits) : weight;
        return largest < 0x1p62 ? Way::narrow : Way::wide;
    }

    void make_in_lanes(bool any_wide) {
        const auto& kernels = moment_kernels_of<n>();
        if (any_wide) {
            for (std::size_t k = 0; k < rows_.size(); ++k) {
                if (is_in_lane(k)) place(k);
            }
        } else {
            kernels.place(&lanes_);
        }
        kernels.center(&lanes_);
    }

    // What the kernel does to sums of 64 bits.
    void place(std::size_t k) {
        std::array<UInt128, n> sums;
        for (std::size_t m = 0; m < n; ++m) sums[m] = Convert<UInt128>::from((*rows_[k].sums)[m]);
        std::array<UInt128, n> moved = sums;
        move_moments(moved, shift_of(lanes_.to_corner, k));
        for (std::size_t m = 0; m < n; ++m) lanes_.corner[m][k] = nearest(moved[m]);
        moved = sums;
        move_moments(moved, shift_of(lanes_.to_center, k));
        for (std::size_t m = 0; m < n; ++m) {
            lanes_.high[m][k] = nearest(moved[m]);
            const auto high = static_cast<UInt128>(static_cast<Int128>(lanes_.high[m][k]));
            lanes_.low[m][k] = nearest(moved[m] - high);
        }
    }

    static std::array<std::int64_t, 3> shift_of(const std::int64_t (&shifts)[axes][moment_lanes],
                                                std::size_t k) {
        std::array<std::int64_t, 3> shift{};
        for (std::size_t axis = 0; axis < axes; ++axis) shift[2 - axis] = shifts[axis][k];
        return shift;
    }

    void make_alone(std::size_t k) {
        RegionMoments<n> moments;
        if (ways_[k] == Way::nowhere) {
            moments.leave_undefined();
        } else {
            write_exact_moments(rows_[k], kind_, moments);
        }
        for (std::size_t m = 0; m < n; ++m) {
            lanes_.corner[m][k] = moments.corner[m];
            lanes_.high[m][k] = moments.central[m];
        }
    }

    std::span<const Row> rows_;
    const WeightKind& kind_;
    MomentLanes<n>& lanes_;
    std::array<Way, moment_lanes> ways_;
};

}  // namespace

template <class Sum, std::size_t n>
void make_exact_moments(std::span<const MomentRow<Sum, n>> rows, const WeightKind& kind,
                        MomentLanes<n>& lanes) {
    RowsInLanes<Sum, n>(rows, kind, lanes).make();
}

#define MENSURA_EXACT_MOMENTS(Sum, n)                                                       \
    template void make_exact_moments(std::span<const MomentRow<Sum, n>>, const WeightKind&, \
                                     MomentLanes<n>&)
MENSURA_EXACT_MOMENTS(Int128, 16);
MENSURA_EXACT_MOMENTS(Int128, 64);
MENSURA_EXACT_MOMENTS(Wide<4>, 16);
MENSURA_EXACT_MOMENTS(Wide<4>, 64);
MENSURA_EXACT_MOMENTS(Wide<5>, 16);
MENSURA_EXACT_MOMENTS(Wide<5>, 64);
#undef MENSURA_EXACT_MOMENTS

}  // namespace mensura
