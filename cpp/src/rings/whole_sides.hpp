// The sides of a pixel as whole numbers of one unit, where they are such: squared distances are whole
// numbers then, and two that are equal have the same bits, whatever they are the sums of.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace mensura {

struct SquaredSides {
    std::array<double, 3> squared{1, 1, 1};  // along z, y, x
    double unit = 1;                         // what the sides are counted in
};

// Sides count as whole numbers of a unit that are off by rounding alone, as 0.3 is three times 0.1. The
// unit is the smallest side over a whole number up to 2^16, and so large that the square of `reach` is
// below 2^52. Where there is none, one is looked for along y and x alone, since planes often have
// square pixels; else the sides are as they are.
inline SquaredSides squared_sides(const std::array<double, 3>& sides, int axes, double reach) {
    const auto parts_of_smallest = [&](std::size_t first) -> double {
        constexpr double most_parts = 1 << 16;
        constexpr double largest = 1 << 20;
        constexpr double rounding = 1e-14;
        const auto begin = sides.begin() + static_cast<std::ptrdiff_t>(first);
        const double smallest = *std::min_element(begin, sides.end());
        const double parts_in_reach = std::ldexp(1.0, 26) * smallest / reach;
        for (double parts = 1; parts <= std::min(most_parts, parts_in_reach); ++parts) {
            if (std::all_of(begin, sides.end(), [&](double side) {
                    const double number = side / smallest * parts;
                    return number <= largest &&
                           std::abs(number - std::round(number)) <= rounding * number;
                })) {
                return parts / smallest;
            }
        }
        return 0;
    };
    SquaredSides result;
    const std::size_t used = axes == 2 ? 1 : 0;
    double per_length = parts_of_smallest(used);
    const bool all = per_length > 0;
    if (!all && used == 0) per_length = parts_of_smallest(1);
    const bool plane = all || (used == 0 && per_length > 0);
    if (plane) result.unit = 1 / per_length;
    for (std::size_t a = used; a < 3; ++a) {
        double side = plane ? sides[a] * per_length : sides[a];
        if (all || (plane && a > 0)) side = std::round(side);
        result.squared[a] = side * side;
    }
    return result;
}

}  // namespace mensura
