// Exact moments; see exact_moments.hpp.
#include "measure/exact_moments.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

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

// The nearest double of value x 2^-exponent.
double scaled(UInt128 value, int exponent) { return widened<2>(value).scaled(-exponent); }
template <int words>
double scaled(const Wide<words>& value, int exponent) {
    return value.scaled(-exponent);
}

int bits_of(std::int64_t value) {
    return static_cast<int>(
        std::bit_width(static_cast<std::uint64_t>(value < 0 ? -(value + 1) : value)));
}
int bits_of(std::uint64_t value) { return bits_of(static_cast<std::int64_t>(value)); }
int bits_of(UInt128 value) {
    const auto high = static_cast<std::int64_t>(value >> 64);
    const auto low = static_cast<std::int64_t>(value);
    return high == low >> 63 ? bits_of(low) : 64 + bits_of(high);
}
template <int words>
int bits_of(const Wide<words>& value) {
    const std::uint64_t fill = value.is_negative() ? ~std::uint64_t{0} : 0;
    for (int k = words - 1; k >= 0; --k) {
        if (value.word(k) != fill)
            return 64 * k + static_cast<int>(std::bit_width(value.word(k) ^ fill));
    }
    return 0;
}

// ------------------------------------------------------------------------------- about the centroid

// How large the central sums of a region can be.
struct CentralSize {
    int weight_bits;  // of the sum of weights
    int factor_bits;  // of the largest of it and the first moments
    int sum_bits;     // of the largest sum
    int row_bits;     // of the largest sum that is about the centroid along x alone
};

template <std::size_t n, class Integer>
CentralSize central_size(const std::array<Integer, n>& sums, const RegionFrame& region,
                         const WeightKind& kind, int box_bits) {
    CentralSize size{};
    size.weight_bits = bits_of(sums[0]);
    size.factor_bits = size.weight_bits;
    // Weights without a sign do not cancel: their sum bounds them, and the centroid lies in the box.
    size.sum_bits = 1 + (kind.is_signed ? box_bits + kind.bits : size.weight_bits);
    size.row_bits = size.sum_bits;
    for (std::size_t axis = 0; axis < (n == 16 ? 2 : 3); ++axis) {
        const int first_bits = bits_of(sums[moment_strides[axis]]);
        const int side_bits = bits_of(region.sides[2 - axis]);
        size.factor_bits = std::max(size.factor_bits, first_bits);
        const int distance_bits = size.weight_bits + side_bits;
        const int bits = kind.is_signed ? std::max(distance_bits, first_bits) + 1 : distance_bits;
        size.sum_bits += 3 * bits;
        size.row_bits += 3 * (axis == 0 ? bits : side_bits);
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

// From the sums of x^k to those of (w x - s)^k.
template <class Integer, class Factor>
void center_line(Integer* sums, std::size_t stride, const Factor& weight, const Factor& first,
                 bool is_negative) {
    for (std::size_t round = 1; round < 4; ++round) {
        for (std::size_t k = 3; k >= round; --k) {
            Integer difference = times(sums[k * stride], weight);
            if (is_negative) {
                difference += times(sums[(k - 1) * stride], first);
            } else {
                difference -= times(sums[(k - 1) * stride], first);
            }
            sums[k * stride] = difference;
        }
    }
}

// The sums as Integer, and about the centroid along the axes [first, last).
template <class Integer, class Factor, std::size_t n, class Other>
std::array<Integer, n> centered(const std::array<Other, n>& others, const Center<Factor>& center,
                                std::size_t first, std::size_t last) {
    std::array<Integer, n> sums;
    for (std::size_t m = 0; m < n; ++m) sums[m] = Convert<Integer>::from(others[m]);
    for (std::size_t axis = first; axis < last; ++axis) {
        for_each_moment_line(sums, axis, [&](Integer* line, std::size_t stride) {
            center_line(line, stride, center.weight, center.first[axis], center.is_negative[axis]);
        });
    }
    return sums;
}

// About the centroid along all axes. Along x alone the sums are often narrower than in the end.
template <class Integer, class Factor, std::size_t n, class Corner>
std::array<Integer, n> centered_on(const std::array<Corner, n>& corner, const CentralSize& size,
                                   const Center<Factor>& center) {
    constexpr std::size_t axes = n == 16 ? 2 : 3;
    if constexpr (std::is_same_v<Factor, std::uint64_t> && !std::is_same_v<Integer, UInt128>) {
        if (size.row_bits <= 127) {
            return centered<Integer>(centered<UInt128>(corner, center, 0, 1), center, 1, axes);
        }
    }
    return centered<Integer>(corner, center, 0, axes);
}

template <class Integer, class Factor, std::size_t n, class Corner>
void write_central(std::size_t row, const std::array<Corner, n>& corner, const CentralSize& size,
                   const Center<Factor>& center, MomentColumns& central) {
    const std::array<Integer, n> sums = centered_on<Integer>(corner, size, center);
    // Powers of the weight are brought near 1 before they leave the range of double.
    const int exponent = size.weight_bits;
    const double weight = scaled(Convert<Wide<6>>::from(center.weight), exponent);
    std::array<double, 10> powers{1};
    for (std::size_t p = 1; p < powers.size(); ++p) powers[p] = powers[p - 1] * weight;
    for (std::size_t m = 0; m < n; ++m) {
        const int order = moment_order(m);
        central[m][row] = scaled(sums[m], order * exponent) / powers[static_cast<std::size_t>(order)];
    }
}

template <std::size_t n, class Corner>
void write_central_of(std::size_t row, const std::array<Corner, n>& corner, const RegionFrame& region,
                      const WeightKind& kind, int box_bits, MomentColumns& central) {
    if (corner[0] == Corner{}) {
        for (auto& column : central) column[row] = undefined;
        central[0][row] = 0;
        return;
    }
    constexpr int widest = 24;  // 64-bit pixels in a box of 2^56: 3 (3 (120 + 1) + 56) + 122 bits
    const CentralSize size = central_size(corner, region, kind, box_bits);
    if (size.factor_bits > 62 || size.sum_bits > 8 * 64 - 1) {
        const auto center = center_of<Wide<widest>>(corner);
        return write_central<Wide<widest>>(row, corner, size, center, central);
    }
    const auto center = center_of<std::uint64_t>(corner);
    if (size.sum_bits <= 127) return write_central<UInt128>(row, corner, size, center, central);
    if (size.sum_bits <= 191) return write_central<Wide<3>>(row, corner, size, center, central);
    if (size.sum_bits <= 255) return write_central<Wide<4>>(row, corner, size, center, central);
    write_central<Wide<8>>(row, corner, size, center, central);
}

// ------------------------------------------------------------------------------------ about the corner

template <class Integer, int words, std::size_t n>
void write_both(std::size_t row, const std::array<Wide<words>, n>& sums,
                const std::array<std::int64_t, 3>& shift, const RegionFrame& region,
                const WeightKind& kind, int box_bits, MomentColumns& moments, MomentColumns& central) {
    std::array<Integer, n> corner;
    for (std::size_t m = 0; m < n; ++m) corner[m] = Convert<Integer>::from(sums[m]);
    move_moments(corner, shift);
    for (std::size_t m = 0; m < n; ++m) moments[m][row] = nearest(corner[m]);
    write_central_of(row, corner, region, kind, box_bits, central);
}

}  // namespace

template <int words, std::size_t n>
void write_exact_moments(std::size_t row, const std::array<Wide<words>, n>& sums,
                         const std::array<std::int64_t, 3>& anchor, const RegionFrame& region,
                         const WeightKind& kind, MomentColumns& moments, MomentColumns& central) {
    // Each at least 1 and below 2^42, so the product has fewer bits than the sum.
    const int box_bits = bits_of(region.sides[0]) + bits_of(region.sides[1]) + bits_of(region.sides[2]);
    double box = 1;
    std::array<std::int64_t, 3> shift{};
    for (std::size_t a = 0; a < 3; ++a) {
        shift[a] = anchor[a] - region.corner[a];
        box *= static_cast<double>(region.sides[a]);
    }
    if (box > std::ldexp(1.0, moment_box_bits)) return write_undefined_moments(row, moments, central);
    const int sum_bits = 4 * box_bits + kind.bits + 1;
    if (sum_bits <= 63) {
        return write_both<std::uint64_t>(row, sums, shift, region, kind, box_bits, moments, central);
    }
    if (sum_bits <= 127) {
        return write_both<UInt128>(row, sums, shift, region, kind, box_bits, moments, central);
    }
    write_both<Wide<words>>(row, sums, shift, region, kind, box_bits, moments, central);
}

template void write_exact_moments(std::size_t, const std::array<Wide<4>, 16>&,
                                  const std::array<std::int64_t, 3>&, const RegionFrame&,
                                  const WeightKind&, MomentColumns&, MomentColumns&);
template void write_exact_moments(std::size_t, const std::array<Wide<4>, 64>&,
                                  const std::array<std::int64_t, 3>&, const RegionFrame&,
                                  const WeightKind&, MomentColumns&, MomentColumns&);
template void write_exact_moments(std::size_t, const std::array<Wide<5>, 16>&,
                                  const std::array<std::int64_t, 3>&, const RegionFrame&,
                                  const WeightKind&, MomentColumns&, MomentColumns&);
template void write_exact_moments(std::size_t, const std::array<Wide<5>, 64>&,
                                  const std::array<std::int64_t, 3>&, const RegionFrame&,
                                  const WeightKind&, MomentColumns&, MomentColumns&);

void write_undefined_moments(std::size_t row, MomentColumns& moments, MomentColumns& central) {
    for (auto& column : moments) column[row] = undefined;
    for (auto& column : central) column[row] = undefined;
}

}  // namespace mensura
