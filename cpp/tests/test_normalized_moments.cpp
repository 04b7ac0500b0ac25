// Normalized moments and invariants against their formulas, row by row.
#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "mensura/normalized_moments.hpp"

using namespace mensura;

namespace {

constexpr std::size_t many = 10001;  // several blocks, and a part of one

std::vector<std::vector<double>> columns(std::size_t count, std::size_t rows) {
    std::vector<std::vector<double>> made(count, std::vector<double>(rows));
    double value = 0.25;
    for (auto& column : made) {
        for (double& each : column) each = value = std::fmod(value * 1.7 + 0.3, 9.0);
    }
    return made;
}

std::vector<std::span<const double>> spans_of(const std::vector<std::vector<double>>& made) {
    return {made.begin(), made.end()};
}

double root_of(double mass, std::size_t axes) { return axes == 2 ? std::sqrt(mass) : std::cbrt(mass); }

}  // namespace

TEST_CASE("normalized moments are central ones over powers of the mass") {
    for (const std::size_t axes : {2U, 3U}) {
        const std::size_t orders = axes == 2 ? 16 : 64;
        const auto central = columns(orders, many);
        const auto units = columns(1, orders).front();
        std::vector<double> roots;
        for (const double mass : central[0]) roots.push_back(root_of(mass, axes));
        const auto one = normalized_moments(spans_of(central), roots, units, 1);
        CHECK(one == normalized_moments(spans_of(central), roots, units, 3));
        std::size_t j = 0;
        for (std::size_t k = 0; k < orders; ++k) {
            const auto p = static_cast<double>(k % 4 + k / 4 % 4 + k / 16);
            if (p < 2) continue;
            for (const std::size_t row : {std::size_t{0}, std::size_t{2048}, many - 1}) {
                const double power = std::pow(central[0][row], p / static_cast<double>(axes) + 1);
                CHECK(one[j][row] == doctest::Approx(central[k][row] * units[k] / power));
            }
            ++j;
        }
        CHECK(one.size() == j);
    }
}

TEST_CASE("invariants stay as they are when a shape is turned by a right angle") {
    // A turn maps the axes (y, x) to (x, -y).
    const auto nu = columns(7, many);  // 02, 03, 11, 12, 20, 21, 30
    std::vector<std::vector<double>> turned{nu[4], nu[6], nu[2], nu[5], nu[0], nu[3], nu[1]};
    for (const std::size_t odd_in_x : {1U, 2U, 5U}) {
        for (double& value : turned[odd_in_x]) value = -value;
    }
    const auto before = hu_invariants(spans_of(nu), 1);
    CHECK(before == hu_invariants(spans_of(nu), 2));
    const auto after = hu_invariants(spans_of(turned), 1);
    for (std::size_t k = 0; k < 7; ++k) {
        for (const std::size_t row : {std::size_t{1}, std::size_t{5000}, many - 1}) {
            CHECK(after[k][row] == doctest::Approx(before[k][row]).epsilon(1e-9));
        }
    }
    CHECK(before[0][3] == nu[4][3] + nu[0][3]);
}

TEST_CASE("no rows make no values, and columns that do not fit each other are refused") {
    const std::vector<double> units(16, 1.0);
    const auto none = columns(16, 0);
    CHECK(normalized_moments(spans_of(none), none[0], units, 2).size() == 13);
    CHECK(hu_invariants(spans_of(columns(7, 0)), 2)[6].empty());
    auto uneven = columns(16, 5);
    CHECK_THROWS_AS(normalized_moments(spans_of(uneven), units, units, 1), std::invalid_argument);
    uneven[3].pop_back();
    CHECK_THROWS_AS(normalized_moments(spans_of(uneven), uneven[0], units, 1), std::invalid_argument);
    CHECK_THROWS_AS(hu_invariants(spans_of(uneven), 1), std::invalid_argument);
}
