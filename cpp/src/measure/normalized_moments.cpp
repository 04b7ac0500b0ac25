// Moments free of scale, some rows at a time; see normalized_moments.hpp.
#include "mensura/normalized_moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "mensura/threads.hpp"

namespace mensura {
namespace {

constexpr std::size_t rows_per_block = 4096;
// Many enough for the processor to see that columns are read on; their divisors stay in the cache.
constexpr std::size_t rows_at_once = 2048;

struct Rows {
    std::size_t begin;
    std::size_t end;
};

template <class Work>
void for_each_chunk(std::size_t rows, int threads, const Work& work) {
    const auto blocks = static_cast<std::int64_t>((rows + rows_per_block - 1) / rows_per_block);
    for_each_block(blocks, threads, [&](std::int64_t block) {
        const std::size_t begin = static_cast<std::size_t>(block) * rows_per_block;
        const std::size_t end = std::min(rows, begin + rows_per_block);
        for (std::size_t first = begin; first < end; first += rows_at_once) {
            work(Rows{first, std::min(end, first + rows_at_once)});
        }
    });
}

std::size_t rows_of(Columns columns) {
    for (const auto& column : columns) {
        if (column.size() != columns.front().size())
            throw std::invalid_argument("columns differ in length");
    }
    return columns.front().size();
}

std::vector<Column<double>> new_columns(std::size_t count, std::size_t rows) {
    std::vector<Column<double>> columns(count);
    for (auto& column : columns) column.resize(rows);
    return columns;
}

constexpr std::size_t most_order = 9;
using Divisors = std::array<std::array<double, rows_at_once>, most_order + 1>;

// The sum of the orders of the k-th moment, the number of axes being what it is.
std::size_t sum_of_orders(std::size_t k) { return (k & 3) + (k >> 2 & 3) + (k >> 4); }

double if_normal(double value) {
    using Limits = std::numeric_limits<double>;
    const double size = std::abs(value);
    return size >= Limits::min() && size <= Limits::max() ? value : Limits::quiet_NaN();
}

// m^(p / axes + 1) for p from 2 to 3 axes: factors m, then roots, from the left. NaN where double does
// not hold it with all digits, as quotients by it would be wrong, or 0.
void find_divisors(const double* mass, const double* root, std::size_t count, std::size_t axes,
                   Divisors& divisors) {
    for (std::size_t p = 2; p <= 3 * axes; ++p) {
        double* product = divisors[p].data();
        std::copy_n(mass, count, product);
        for (std::size_t k = 0; k < p / axes; ++k) {
            for (std::size_t i = 0; i < count; ++i) product[i] *= mass[i];
        }
        for (std::size_t k = 0; k < p % axes; ++k) {
            for (std::size_t i = 0; i < count; ++i) product[i] *= root[i];
        }
        for (std::size_t i = 0; i < count; ++i) product[i] = if_normal(product[i]);
    }
}

void divide(const double* moments, double unit, const double* divisors, std::size_t count,
            double* __restrict results) {
    for (std::size_t i = 0; i < count; ++i) results[i] = moments[i] * unit / divisors[i];
}

// Of some rows: nu of the orders in the order of hu_invariants, and the invariants.
void find_invariants(const std::array<const double*, 7>& nu, std::size_t count,
                     const std::array<double*, 7>& results) {
    const auto [nu02, nu03, nu11, nu12, nu20, nu21, nu30] = nu;
    for (std::size_t i = 0; i < count; ++i) {
        const double stretch = nu20[i] - nu02[i];
        const double skew = 2 * nu11[i];
        const double a = nu30[i] + nu12[i];
        const double b = nu21[i] + nu03[i];
        const double c = nu30[i] - 3 * nu12[i];
        const double d = 3 * nu21[i] - nu03[i];
        const double aa = a * a;
        const double bb = b * b;
        const double along = a * (aa - 3 * bb);
        const double across = b * (3 * aa - bb);
        results[0][i] = nu20[i] + nu02[i];
        results[1][i] = stretch * stretch + skew * skew;
        results[2][i] = c * c + d * d;
        results[3][i] = aa + bb;
        results[4][i] = c * along + d * across;
        results[5][i] = stretch * (aa - bb) + 2 * skew * a * b;
        results[6][i] = d * along - c * across;
    }
}

}  // namespace

std::vector<Column<double>> normalized_moments(Columns central, std::span<const double> root,
                                               std::span<const double> units, int threads) {
    if (central.size() != 16 && central.size() != 64) throw std::invalid_argument("4^axes moments");
    if (units.size() != central.size()) throw std::invalid_argument("one unit for each moment");
    const std::size_t rows = rows_of(central);
    if (root.size() != rows) throw std::invalid_argument("one root for each region");
    const std::size_t axes = central.size() == 16 ? 2 : 3;
    std::vector<std::size_t> defined;
    for (std::size_t k = 0; k < central.size(); ++k) {
        if (sum_of_orders(k) >= 2) defined.push_back(k);
    }
    auto results = new_columns(defined.size(), rows);
    for_each_chunk(rows, threads, [&](Rows part) {
        const std::size_t count = part.end - part.begin;
        Divisors divisors;
        find_divisors(central[0].data() + part.begin, root.data() + part.begin, count, axes, divisors);
        for (std::size_t j = 0; j < defined.size(); ++j) {
            const std::size_t k = defined[j];
            divide(central[k].data() + part.begin, units[k], divisors[sum_of_orders(k)].data(), count,
                   results[j].data() + part.begin);
        }
    });
    return results;
}

std::vector<Column<double>> hu_invariants(Columns normalized, int threads) {
    if (normalized.size() != 7) throw std::invalid_argument("seven normalized moments");
    const std::size_t rows = rows_of(normalized);
    auto results = new_columns(7, rows);
    for_each_chunk(rows, threads, [&](Rows part) {
        std::array<const double*, 7> nu;
        std::array<double*, 7> invariants;
        for (std::size_t k = 0; k < 7; ++k) {
            nu[k] = normalized[k].data() + part.begin;
            invariants[k] = results[k].data() + part.begin;
        }
        find_invariants(nu, part.end - part.begin, invariants);
    });
    return results;
}

}  // namespace mensura
