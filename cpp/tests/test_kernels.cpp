// The leaf kernels of every instruction set against plain loops and against each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>

#include "images.hpp"
#include "measure/geometry.hpp"
#include "measure/values.hpp"
#include "mensura/isa.hpp"
#include "rings/ring_sums.hpp"
#include "runs/kernels.hpp"
#include "runs/row_runs.hpp"

using namespace mensura;
using namespace mensura::test;

namespace {

std::vector<const KernelTable*> tables() {
    std::vector<const KernelTable*> usable{&baseline_kernels()};
    for (const std::string& name : available_isas()) {
        if (name == "avx2") usable.push_back(&avx2_kernels());
        if (name == "avx512") usable.push_back(&avx512_kernels());
        if (name == "avx512vbmi2") usable.push_back(&avx512vbmi2_kernels());
    }
    return usable;
}

bool bit(const std::vector<Word>& words, std::int64_t x) {
    return (words[static_cast<std::size_t>(x / word_bits)] >> (x % word_bits) & 1) != 0;
}

template <class T>
void check_scan(const ScanKernels<T>& kernels, const std::vector<T>& row, T background) {
    const auto width = static_cast<std::int64_t>(row.size());
    const auto words = static_cast<std::size_t>(words_for(width));
    std::vector<Word> foreground(words), only(words), breaks(words);
    kernels.scan(row.data(), width, background, foreground.data(), breaks.data());
    kernels.foreground(row.data(), width, background, only.data());
    CHECK(foreground == only);
    for (std::int64_t x = 0; x < width; ++x) {
        const T value = row[static_cast<std::size_t>(x)];
        REQUIRE(bit(foreground, x) == (value != background && value == value));
        REQUIRE(bit(breaks, x) == (x == 0 || value != row[static_cast<std::size_t>(x - 1)]));
    }
    for (std::int64_t x = width; x < static_cast<std::int64_t>(words) * word_bits; ++x) {
        REQUIRE_FALSE(bit(foreground, x));
        REQUIRE_FALSE(bit(breaks, x));
    }
}

template <class T>
void check_scan_of_type(const ScanKernels<T>& kernels) {
    for (std::int64_t width = 1; width <= 200; ++width) {
        auto row = random_image<T>({1, 1, width}, 3, static_cast<unsigned>(width)).pixels;
        if constexpr (std::is_floating_point_v<T>) {
            row[static_cast<std::size_t>(width / 2)] = std::numeric_limits<T>::quiet_NaN();
        }
        check_scan(kernels, row, T{0});
        check_scan(kernels, row, T{2});
    }
}

// All bytes of the partials that a kernel leaves behind, for a comparison of bits.
template <class Partial>
std::vector<unsigned char> bytes_of(const std::vector<Partial>& partials) {
    std::vector<unsigned char> bytes(partials.size() * sizeof(Partial));
    std::memcpy(bytes.data(), partials.data(), bytes.size());
    return bytes;
}

// Partials whose padding is zero as well.
template <class Partial>
std::vector<Partial> zero_partials() {
    std::vector<Partial> partials(3);
    std::memset(static_cast<void*>(partials.data()), 0, partials.size() * sizeof(Partial));
    return partials;
}

template <class T>
std::vector<unsigned char> values_of(const IntensityKernels<T>& kernels, bool squares,
                                     const std::vector<T>& row, const std::vector<SlotRun>& runs) {
    auto partials = zero_partials<ValuePartial<T>>();
    const auto count = static_cast<std::int64_t>(runs.size());
    if constexpr (has_lanes<T>) {
        using Family = SmallIntegerValues<T, true>;
        std::vector<ValueLanes<T>> lanes(partials.size(), Family::empty());
        kernels.add_values[squares](row.data(), 0, runs.data(), count, lanes.data());
        for (std::size_t k = 0; k < lanes.size(); ++k) {
            const ValuePartial<T> part = Family::part_of(lanes[k]);
            partials[k].valid = part.valid;
            partials[k].sum = part.sum;
            partials[k].squares = squares ? part.squares : 0;
            partials[k].min = part.min;
            partials[k].max = part.max;
        }
    } else {
        for (auto& partial : partials) {
            partial.min = std::numeric_limits<T>::max();
            partial.max = std::numeric_limits<T>::lowest();
        }
        kernels.add_values[squares](row.data(), 0, runs.data(), count, partials.data());
    }
    return bytes_of(partials);
}

template <class T>
std::vector<unsigned char> weighted_of(const IntensityKernels<T>& kernels, const std::vector<T>& row,
                                       const std::vector<SlotRun>& runs) {
    auto partials = zero_partials<WeightedPartial<T>>();
    const auto count = static_cast<std::int64_t>(runs.size());
    kernels.add_weighted(row.data(), runs.data(), count, 2, 5, partials.data());
    return bytes_of(partials);
}

template <class T>
std::vector<unsigned char> powers_of(const IntensityKernels<T>& kernels, const std::vector<T>& row,
                                     const std::vector<SlotRun>& runs) {
    auto partials = zero_partials<PowerPartial<T>>();
    kernels.add_powers(row.data(), runs.data(), static_cast<std::int64_t>(runs.size()), partials.data());
    return bytes_of(partials);
}

template <class T>
std::vector<unsigned char> positions_of(const IntensityKernels<T>& kernels, const std::vector<T>& row,
                                        const std::vector<SlotRun>& runs) {
    auto partials = zero_partials<PositionPartial<T>>();
    kernels.add_positions(row.data(), runs.data(), static_cast<std::int64_t>(runs.size()), 2, 5,
                          partials.data());
    return bytes_of(partials);
}

template <class T>
std::vector<unsigned char> quality_of(const IntensityKernels<T>& kernels, const std::vector<T>& row,
                                      const std::vector<SlotRun>& runs) {
    auto partials = zero_partials<QualityPartial<T>>();
    kernels.add_quality(row.data(), runs.data(), static_cast<std::int64_t>(runs.size()), T{100},
                        partials.data());
    return bytes_of(partials);
}

template <class T, class Kernels>
void check_same_sums(Kernels kernels_of) {
    std::mt19937_64 random(7);
    std::vector<T> row(9000);
    for (T& pixel : row) {
        if constexpr (std::is_floating_point_v<T>) {
            pixel = static_cast<T>(std::ldexp(static_cast<double>(random()), -40) - 1e6);
        } else {
            pixel = static_cast<T>(random());
        }
    }
    if constexpr (std::is_floating_point_v<T>) {
        row[17] = std::numeric_limits<T>::quiet_NaN();
        row[4000] = std::numeric_limits<T>::infinity();
    }
    const std::vector<SlotRun> runs{{0, 1, 0}, {3, 20, 1}, {20, 8999, 2}, {8999, 9000, 1}};
    const auto& baseline = kernels_of(baseline_kernels());
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        const auto& kernels = kernels_of(*table);
        for (const bool squares : {false, true}) {
            CHECK(values_of<T>(kernels, squares, row, runs) ==
                  values_of<T>(baseline, squares, row, runs));
        }
        CHECK(weighted_of<T>(kernels, row, runs) == weighted_of<T>(baseline, row, runs));
        CHECK(powers_of<T>(kernels, row, runs) == powers_of<T>(baseline, row, runs));
        CHECK(positions_of<T>(kernels, row, runs) == positions_of<T>(baseline, row, runs));
        CHECK(quality_of<T>(kernels, row, runs) == quality_of<T>(baseline, row, runs));
    }
}

// A row of random runs, which touch or not.
struct RandomRow {
    std::vector<Word> foreground;
    std::vector<Word> starts;
    std::vector<std::uint32_t> rank;

    RandomRow(std::int64_t width, unsigned seed, bool touching) {
        std::mt19937 random(seed);
        const auto words = static_cast<std::size_t>(words_for(width));
        foreground.resize(words);
        starts.resize(words);
        rank.resize(words);
        bool before = false;
        for (std::int64_t x = 0; x < width; ++x) {
            const bool here = random() % 4 != 0;
            const Word mark = Word{1} << (x % word_bits);
            if (here) foreground[static_cast<std::size_t>(x / word_bits)] |= mark;
            if (here && (!before || (touching && random() % 2 == 0))) {
                starts[static_cast<std::size_t>(x / word_bits)] |= mark;
            }
            before = here;
        }
        kernels().rank(starts.data(), words_for(width), 0, rank.data());
    }
};

template <class T>
void check_paint(const PaintKernels<T>& kernels, std::int64_t width, bool skip_background) {
    const RandomRow row(width, static_cast<unsigned>(width), width % 2 == 0);
    std::vector<PaintLabel<T>> labels{99};
    for (std::int64_t k = 0; k < width + spare_labels; ++k) {
        labels.push_back(static_cast<PaintLabel<T>>(1 + k % 100));
    }
    constexpr T guard = 77;
    std::vector<T> out(static_cast<std::size_t>(width) + 1, skip_background ? T{0} : guard);
    out.back() = guard;
    kernels.paint(row.foreground.data(), row.starts.data(), width, labels.data(), skip_background, false,
                  out.data());
    std::size_t run = 0;
    for (std::int64_t x = 0; x < width; ++x) {
        run += bit(row.starts, x);
        const T expected = bit(row.foreground, x) ? static_cast<T>(labels[run]) : T{0};
        REQUIRE(out[static_cast<std::size_t>(x)] == expected);
    }
    CHECK(out.back() == guard);
}

// Contacts of two rows, pixel by pixel: pairs of runs that touch.
using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// `alike` tells whether pixel x of c and another of p belong together where both are foreground.
template <class Alike>
Pairs touching_runs(const RandomRow& c, const RandomRow& p, std::int64_t width, bool diagonal,
                    const Alike& alike) {
    const auto run_at = [](const RandomRow& row, std::int64_t x) {
        std::uint32_t runs = 0;
        for (std::int64_t i = 0; i <= x; ++i) runs += bit(row.starts, i);
        return runs - 1;
    };
    Pairs pairs;
    for (std::int64_t x = 0; x < width; ++x) {
        for (std::int64_t dx = diagonal ? -1 : 0; dx <= (diagonal ? 1 : 0); ++dx) {
            if (x + dx < 0 || x + dx >= width) continue;
            if (bit(c.foreground, x) && bit(p.foreground, x + dx) && alike(x, x + dx)) {
                pairs.emplace(run_at(c, x), run_at(p, x + dx));
            }
        }
    }
    return pairs;
}

Pairs touching_runs(const RandomRow& c, const RandomRow& p, std::int64_t width, bool diagonal) {
    return touching_runs(c, p, width, diagonal, [](std::int64_t, std::int64_t) { return true; });
}

Pairs found_contacts(const KernelTable& table, const RandomRow& c, const RandomRow& p, bool diagonal) {
    const auto words = static_cast<std::int64_t>(c.foreground.size());
    std::vector<Contact> found(static_cast<std::size_t>(contacts_per_pixel * words * word_bits));
    const JoinRow cr{c.foreground.data(), c.starts.data(), c.rank.data()};
    const JoinRow pr{p.foreground.data(), p.starts.data(), p.rank.data()};
    const std::int64_t count = table.contacts(cr, pr, nullptr, diagonal, 0, words, found.data());
    Pairs pairs;
    for (std::int64_t k = 0; k < count; ++k) {
        const Contact& contact = found[static_cast<std::size_t>(k)];
        pairs.emplace(contact.current, contact.earlier);
    }
    return pairs;
}

}  // namespace

TEST_CASE("rows are painted as pixel by pixel, to the last pixel and no further") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (std::int64_t width = 1; width <= 200; ++width) {
            for (const bool skip_background : {false, true}) {
                check_paint(table->paint_u8, width, skip_background);
                check_paint(table->paint_u16, width, skip_background);
                check_paint(table->paint_u32, width, skip_background);
                check_paint(table->paint_u64, width, skip_background);
            }
        }
    }
}

TEST_CASE("contacts are those of the pixels") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (std::int64_t width = 1; width <= 1400; width += width < 200 ? 1 : 300) {
            const RandomRow c(width, static_cast<unsigned>(width), false);
            const RandomRow p(width, static_cast<unsigned>(width) + 1000, false);
            for (const bool diagonal : {false, true}) {
                CHECK(found_contacts(*table, c, p, diagonal) == touching_runs(c, p, width, diagonal));
            }
        }
    }
}

// A row of a band: its runs, long ones, go on where the row has no pixels. Stretches of it have many
// pixels, others few.
RandomRow random_row_of_band(std::int64_t width, unsigned seed) {
    std::mt19937 engine(seed);
    const auto below = [&engine](unsigned limit) { return static_cast<std::int64_t>(engine() % limit); };
    RandomRow row(width, seed, false);
    std::vector<Word> band(row.foreground.size());
    for (std::int64_t x = 0; x < width; x += 1 + below(20)) {
        for (const std::int64_t end = std::min(width, x + 1 + below(150)); x < end; ++x) {
            band[static_cast<std::size_t>(x / word_bits)] |= Word{1} << (x % word_bits);
        }
    }
    for (std::size_t w = 0; w < band.size(); ++w) {
        row.foreground[w] &= band[w];
        if (below(3) != 0) row.foreground[w] &= Word{1} << below(64);
    }
    rising_bits(band.data(), words_for(width), row.starts.data());
    kernels().rank(row.starts.data(), words_for(width), 0, row.rank.data());
    return row;
}

TEST_CASE("contacts of rows of bands are those of the pixels, between the runs of the bands") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (unsigned seed = 0; seed < 300; ++seed) {
            const std::int64_t width = 1 + (seed * 37) % 3000;
            const RandomRow c = random_row_of_band(width, seed);
            const RandomRow p = random_row_of_band(width, seed + 1000);
            for (const bool diagonal : {false, true}) {
                CHECK(found_contacts(*table, c, p, diagonal) == touching_runs(c, p, width, diagonal));
            }
        }
    }
}

// What a kernel writes to the room that it is given, in some order, and nothing behind it.
template <class Find>
std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted_contacts(std::int64_t words,
                                                                     const Find& find) {
    constexpr Contact guard{77, 78};
    std::vector<Contact> found(static_cast<std::size_t>(contacts_per_pixel * words * word_bits) + 2,
                               guard);
    const std::int64_t count = find(found.data());
    CHECK(found.back().current == guard.current);
    CHECK(found.back().earlier == guard.earlier);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::int64_t k = 0; k < count; ++k) {
        const Contact& each = found[static_cast<std::size_t>(k)];
        pairs.emplace_back(each.current, each.earlier);
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

TEST_CASE("every instruction set finds the same contacts, of any words and but for those implied") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        const std::int64_t width = 1 + (seed * 37) % 2000;
        const bool banded = seed % 2 == 0;
        const auto row = [&](unsigned of) {
            return banded ? random_row_of_band(width, seed + of) : RandomRow(width, seed + of, false);
        };
        const RandomRow c = row(0);
        const RandomRow p = row(1000);
        const RandomRow known = row(2000);
        const std::int64_t words = words_for(width);
        const std::int64_t begin = seed % 3 == 0 ? 0 : static_cast<std::int64_t>(seed) % words;
        const JoinRow in_c{c.foreground.data(), c.starts.data(), c.rank.data()};
        const JoinRow in_p{p.foreground.data(), p.starts.data(), p.rank.data()};
        for (const Word* implied : {static_cast<const Word*>(nullptr), known.foreground.data()}) {
            for (const bool diagonal : {false, true}) {
                const auto with = [&](const KernelTable& table) {
                    return sorted_contacts(words - begin, [&](Contact* found) {
                        return table.contacts(in_c, in_p, implied, diagonal, begin, words, found);
                    });
                };
                for (const KernelTable* table : tables()) {
                    INFO(table->name);
                    CHECK(with(*table) == with(baseline_kernels()));
                }
            }
        }
    }
}

template <class T>
void check_value_contacts(const ScanKernels<T> KernelTable::* of, std::int64_t width) {
    const auto seed = static_cast<unsigned>(width);
    const std::int64_t words = words_for(width);
    const std::vector<T> values[] = {random_image<T>({1, 1, width}, 3, seed).pixels,
                                     random_image<T>({1, 1, width}, 3, seed + 1000).pixels};
    RandomRow rows[] = {RandomRow(width, seed, false), RandomRow(width, seed, false)};
    for (std::size_t i = 0; i < 2; ++i) {
        RandomRow& row = rows[i];
        (baseline_kernels().*of)
            .scan(values[i].data(), width, T{0}, row.foreground.data(), row.starts.data());
        starts_from_breaks(row.foreground.data(), words, row.starts.data());
        baseline_kernels().rank(row.starts.data(), words, 0, row.rank.data());
    }
    const auto joined = [](const RandomRow& row) {
        return JoinRow{row.foreground.data(), row.starts.data(), row.rank.data()};
    };
    const ValueRow<T> c{values[0].data(), joined(rows[0])};
    const ValueRow<T> p{values[1].data(), joined(rows[1])};
    std::vector<Word> same(static_cast<std::size_t>(words));
    (baseline_kernels().*of)
        .compare(c.values, p.values, c.bits.foreground, p.bits.foreground, width, same.data());
    const std::vector<Word> nothing(same.size());

    for (const bool diagonal : {false, true}) {
        const Pairs expected = touching_runs(
            rows[0], rows[1], width, diagonal,
            [&](std::int64_t x, std::int64_t other) { return c.values[x] == p.values[other]; });
        for (const KernelTable* table : tables()) {
            INFO(table->name);
            const auto found = sorted_contacts(words, [&](Contact* to) {
                return (table->*of)
                    .value_contacts(c, p, same.data(), nothing.data(), diagonal, 0, words, to);
            });
            CHECK(Pairs(found.begin(), found.end()) == expected);
        }
    }
}

TEST_CASE("contacts of runs of equal values are those of the pixels") {
    for (std::int64_t width = 1; width <= 1400; width += width < 200 ? 1 : 300) {
        check_value_contacts(&KernelTable::scan_u8, width);
        check_value_contacts(&KernelTable::scan_u32, width);
        check_value_contacts(&KernelTable::scan_f64, width);
    }
}

TEST_CASE("contacts of the same two runs are told once") {
    constexpr std::int64_t words = 21;
    // Of two bands of one run each, every other pixel faces the other band, save for one word.
    std::vector<Word> c(words, 0x5555555555555555);
    c[8] = 0;
    const std::vector<Word> p(words, ~Word{0});
    std::vector<Word> starts(words);
    starts[0] = 1;
    std::vector<std::uint32_t> rank(words, 1);
    rank[0] = 0;
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        std::vector<Contact> found(static_cast<std::size_t>(contacts_per_pixel * words * word_bits));
        for (const bool diagonal : {false, true}) {
            REQUIRE(table->contacts({c.data(), starts.data(), rank.data()},
                                    {p.data(), starts.data(), rank.data()}, nullptr, diagonal, 0, words,
                                    found.data()) == 1);
            CHECK(found[0].current == 0);
            CHECK(found[0].earlier == 0);
        }
    }
}

template <class T>
void check_compare(const ScanKernels<T>& kernels, std::int64_t width) {
    const auto pixels = [width](unsigned seed) {
        auto row = random_image<T>({1, 1, width}, 3, static_cast<unsigned>(width) + seed).pixels;
        if constexpr (std::is_floating_point_v<T>) {
            row[static_cast<std::size_t>(width / 2)] = std::numeric_limits<T>::quiet_NaN();
            row[0] = seed == 0 ? T{0} : -T{0};
        }
        return row;
    };
    const std::vector<T> row = pixels(0);
    const std::vector<T> other = pixels(1000);
    const auto words = static_cast<std::size_t>(words_for(width));
    const auto bits_to_the_end = [width, words](Word pattern) {
        std::vector<Word> bits(words, pattern);
        bits.back() &= ~Word{0} >> (words_for(width) * word_bits - width);
        return bits;
    };
    const std::vector<Word> row_foreground = bits_to_the_end(0x7fff'ffff'ffff'fff5);
    const std::vector<Word> other_foreground = bits_to_the_end(0xefff'ffff'ffff'fff3);
    std::vector<Word> same(words);
    kernels.compare(row.data(), other.data(), row_foreground.data(), other_foreground.data(), width,
                    same.data());
    for (std::int64_t x = 0; x < static_cast<std::int64_t>(words) * word_bits; ++x) {
        const auto i = static_cast<std::size_t>(x);
        const bool both = bit(row_foreground, x) && bit(other_foreground, x);
        REQUIRE(bit(same, x) == (x < width && both && row[i] == other[i]));
    }
}

TEST_CASE("rows are compared pixel by pixel, to the last pixel and no further") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (std::int64_t width = 1; width <= 200; ++width) {
            check_compare(table->scan_u8, width);
            check_compare(table->scan_u16, width);
            check_compare(table->scan_u32, width);
            check_compare(table->scan_u64, width);
            check_compare(table->scan_f32, width);
            check_compare(table->scan_f64, width);
        }
    }
}

TEST_CASE("scan kernels agree with plain loops at every width around a word's edge") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        check_scan_of_type(table->scan_u8);
        check_scan_of_type(table->scan_u16);
        check_scan_of_type(table->scan_u32);
        check_scan_of_type(table->scan_u64);
        check_scan_of_type(table->scan_f32);
        check_scan_of_type(table->scan_f64);
    }
}

TEST_CASE("intensity kernels give the same bits on every instruction set") {
    check_same_sums<std::int8_t>([](const KernelTable& t) { return t.intensity_i8; });
    check_same_sums<std::int16_t>([](const KernelTable& t) { return t.intensity_i16; });
    check_same_sums<std::int32_t>([](const KernelTable& t) { return t.intensity_i32; });
    check_same_sums<std::int64_t>([](const KernelTable& t) { return t.intensity_i64; });
    check_same_sums<std::uint8_t>([](const KernelTable& t) { return t.intensity_u8; });
    check_same_sums<std::uint16_t>([](const KernelTable& t) { return t.intensity_u16; });
    check_same_sums<std::uint32_t>([](const KernelTable& t) { return t.intensity_u32; });
    check_same_sums<std::uint64_t>([](const KernelTable& t) { return t.intensity_u64; });
    check_same_sums<float>([](const KernelTable& t) { return t.intensity_f32; });
    check_same_sums<double>([](const KernelTable& t) { return t.intensity_f64; });
}

// The runs of a row: where each starts, and one past where it ends.
std::vector<std::int64_t> ends_of(const RandomRow& row, std::int64_t width) {
    std::vector<std::int64_t> ends;
    for (std::int64_t x = 0; x < width; ++x) {
        if (bit(row.starts, x)) ends.push_back(x);
        const bool goes_on = x + 1 < width && bit(row.foreground, x + 1) && !bit(row.starts, x + 1);
        if (bit(row.foreground, x) && !goes_on) ends.push_back(x + 1);
    }
    return ends;
}

TEST_CASE("runs are those of the pixels") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (std::int64_t width = 1; width <= 200; ++width) {
            const RandomRow row(width, static_cast<unsigned>(width), width % 2 == 0);
            const std::vector<std::int64_t> expected = ends_of(row, width);
            std::vector<std::int64_t> found(static_cast<std::size_t>(2 * (width + spare_runs)));
            const std::int64_t count =
                table->runs(row.foreground.data(), row.starts.data(), words_for(width), found.data());
            found.resize(static_cast<std::size_t>(2 * count));
            CHECK(found == expected);
        }
    }
}

TEST_CASE("runs of a band are found for the runs of its rows") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (std::int64_t width = 1; width <= 200; ++width) {
            const RandomRow row(width, static_cast<unsigned>(width), false);
            const JoinRow band{row.foreground.data(), row.starts.data(), row.rank.data()};
            std::vector<std::int64_t> found(static_cast<std::size_t>(2 * (width + spare_runs)));
            std::vector<std::uint32_t> band_run(found.size());
            const std::int64_t count =
                table->band_runs(band, words_for(width), found.data(), band_run.data());
            found.resize(static_cast<std::size_t>(2 * count));
            CHECK(found == ends_of(row, width));
            for (std::int64_t k = 0; k < count; ++k) CHECK(band_run[static_cast<std::size_t>(k)] == k);
        }
    }
}

TEST_CASE("extents are those of the pixels of a band, at every width around a word's edge") {
    const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
    constexpr std::int32_t z = 3;
    constexpr std::int32_t y = 1000;
    constexpr std::int64_t slots = 5;
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (std::int64_t width = 1; width <= 200; ++width) {
            std::vector<std::vector<Word>> rows;
            std::vector<Word> starts(at(words_for(width)));
            for (unsigned i = 0; i < 4; ++i) {
                rows.push_back(
                    RandomRow(width, static_cast<unsigned>(width) + 1000 * i, false).foreground);
                for (std::size_t w = 0; w < starts.size(); ++w) starts[w] |= rows[i][w];
            }
            const std::int64_t words = words_for(width);
            rising_bits(starts.data(), words, starts.data());
            std::vector<std::uint32_t> rank(starts.size());
            std::vector<std::uint32_t> slot(at(table->rank(starts.data(), words, 0, rank.data())));
            for (std::size_t run = 0; run < slot.size(); ++run) {
                slot[run] = static_cast<std::uint32_t>(7 * run % slots);
            }

            for (const bool volume : {false, true}) {
                std::vector<Extent> expected(slots, empty_extent());
                for (std::int32_t i = 0; i < (volume ? 4 : 2); ++i) {
                    std::int64_t run = -1;
                    for (std::int64_t x = 0; x < width; ++x) {
                        run += bit(starts, x);
                        if (!bit(rows[at(i)], x)) continue;
                        Extent& extent = expected[slot[at(run)]];
                        const std::int32_t of_y = y + i % 2;
                        const std::int32_t of_z = volume ? z + i / 2 : 0;
                        const std::int64_t sums[4] = {1, of_y, x, of_z};
                        for (int k = 0; k < 4; ++k) extent.sums[k] += sums[k];
                        const auto column = static_cast<std::int32_t>(x);
                        const std::int32_t reach[6] = {-column,  -of_y, column + 1,
                                                       of_y + 1, -of_z, of_z + 1};
                        for (int k = 0; k < (volume ? 6 : 4); ++k) {
                            extent.reach[k] = std::max(extent.reach[k], reach[k]);
                        }
                    }
                }
                std::vector<Extent> found(slots, empty_extent());
                std::vector<std::int32_t> ends(at(words * word_bits + spare_runs));
                const BandRows band{{rows[0].data(), rows[1].data(), rows[2].data(), rows[3].data()},
                                    starts.data(),
                                    rank.data()};
                table->add_extents[volume](band, words, slot.data(), volume ? z : 0, y, ends.data(),
                                           found.data());
                CHECK(bytes_of(found) == bytes_of(expected));
            }
        }
    }
}

TEST_CASE("positions are those of the bits that are set") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        const RandomRow row(1000, 1, true);
        std::vector<std::int64_t> expected;
        for (std::int64_t x = 0; x < 1000; ++x) {
            if (bit(row.starts, x)) expected.push_back(x);
        }
        std::vector<std::int64_t> found(expected.size() + spare_runs);
        CHECK(table->positions(row.starts.data(), words_for(1000), found.data()) ==
              static_cast<std::int64_t>(expected.size()));
        found.resize(expected.size());
        CHECK(found == expected);
    }
}

TEST_CASE("runs of a row end where the foreground or the value ends") {
    // Pixels 0..69: one run up to 63, a touching one 64..65, a gap, one to the last pixel.
    const std::vector<Word> foreground{~Word{0}, 0b111011};
    const std::vector<Word> starts{1, 0b001001};
    RowRuns runs;
    runs.read(foreground.data(), starts.data(), 2);
    REQUIRE(runs.count() == 3);
    CHECK(runs.start(0) == 0);
    CHECK(runs.end(0) == 64);
    CHECK(runs.start(1) == 64);
    CHECK(runs.end(1) == 66);
    CHECK(runs.start(2) == 67);
    CHECK(runs.end(2) == 70);
}

// Pixels of all magnitudes, some of them not finite, and rings that often stay the same.
template <class T>
std::vector<T> pixels_for_rings(std::int64_t count, std::mt19937& random) {
    std::vector<T> row(static_cast<std::size_t>(count));
    for (T& pixel : row) {
        const auto bits = std::uint64_t{random()} << 32 | random();
        std::memcpy(&pixel, &bits, sizeof(T));
        if constexpr (std::is_floating_point_v<T>) {
            if (random() % 8 != 0) pixel = static_cast<T>(static_cast<int>(random() % 2000) - 1000) / 8;
        }
    }
    return row;
}

std::vector<std::int32_t> rings_of_row(std::int64_t count, std::mt19937& random) {
    std::vector<std::int32_t> ring(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < ring.size(); ++i) {
        ring[i] = i > 0 && random() % 2 == 0 ? ring[i - 1] : static_cast<std::int32_t>(random() % 5) - 1;
    }
    return ring;
}

template <class T>
RingRow plain_ring(const std::vector<T>& row, const std::vector<std::int32_t>& ring, std::int32_t k) {
    RingRow found{
        0, 0, 0, 0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (std::size_t i = 0; i < row.size(); ++i) {
        const auto value = static_cast<double>(row[i]);
        if (ring[i] != k || value - value != 0) continue;
        ++found.count;
        found.sum += value;
        found.min = std::min(found.min, value);
        found.max = std::max(found.max, value);
    }
    return found;
}

template <class T>
void check_rings(const RingKernels<T> KernelTable::* kernels) {
    std::mt19937 random(7);
    for (std::int64_t count : {1, 2, 3, 4, 5, 7, 8, 31, 64, 257, 1024}) {
        const std::vector<T> row = pixels_for_rings<T>(count, random);
        const std::vector<std::int32_t> ring = rings_of_row(count, random);
        std::vector<unsigned char> expected;
        for (const KernelTable* table : tables()) {
            INFO(table->name);
            std::vector<RingPart<T>> parts(5);
            std::memset(static_cast<void*>(parts.data()), 0, parts.size() * sizeof(RingPart<T>));
            for (RingPart<T>& part : parts) part = RingPart<T>{};
            (table->*kernels).add(row.data(), ring.data(), count, parts.data() + 1);
            const std::vector<unsigned char> bytes = bytes_of(parts);
            if (expected.empty()) expected = bytes;
            CHECK(bytes == expected);
        }
        Image<T> image({1, 1, count}, row);
        const auto sums = make_ring_sums({image.view()});
        sums->start(4);
        sums->add_row(0, 0, count, ring.data());
        std::vector<RingRow> rows;
        sums->write(rows);
        for (std::int32_t k = 0; k < 4; ++k) {
            const RingRow plain = plain_ring(row, ring, k);
            const RingRow& found = rows[static_cast<std::size_t>(k)];
            REQUIRE(found.count == plain.count);
            if (plain.count == 0) continue;
            CHECK(found.min == plain.min);
            CHECK(found.max == plain.max);
            CHECK(found.sum == doctest::Approx(plain.sum).epsilon(1e-9));
            CHECK(found.mean == doctest::Approx(plain.sum / static_cast<double>(plain.count)));
        }
    }
}

TEST_CASE("rings take the pixels that lie in them, with the same bits on every instruction set") {
    check_rings(&KernelTable::rings_i8);
    check_rings(&KernelTable::rings_i16);
    check_rings(&KernelTable::rings_i32);
    check_rings(&KernelTable::rings_i64);
    check_rings(&KernelTable::rings_u8);
    check_rings(&KernelTable::rings_u16);
    check_rings(&KernelTable::rings_u32);
    check_rings(&KernelTable::rings_u64);
    check_rings(&KernelTable::rings_f32);
    check_rings(&KernelTable::rings_f64);
}

TEST_CASE("rings of more pixels than a part has room for") {
    constexpr std::int64_t width = RingSums::most;
    constexpr std::int64_t rows = ring_part_pixels / width + 3;
    const Image<std::int16_t> image({1, 1, width}, -32768);
    const std::vector<std::int32_t> ring(static_cast<std::size_t>(width), 1);
    const auto sums = make_ring_sums({image.view()});
    sums->start(2);
    for (std::int64_t r = 0; r < rows; ++r) sums->add_row(0, 0, width, ring.data());
    std::vector<RingRow> found;
    sums->write(found);
    CHECK(found[0].count == 0);
    CHECK(found[1].count == rows * width);
    CHECK(found[1].sum == -32768.0 * static_cast<double>(rows * width));
    CHECK(found[1].mean == -32768);
    CHECK(found[1].std == 0);
}

TEST_CASE("distances to a point are rounded as plain ones, on every instruction set") {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (const PointRow& row :
             {PointRow{9, -4, 1, 1}, PointRow{0.37, -511.3, 0.81, 1}, PointRow{1e9, 7.25, 1, 0.65}}) {
            std::vector<double> found(1021);
            table->point_distances(row, 1021, found.data());
            for (std::int32_t i = 0; i < 1021; ++i) {
                const double dx = row.first + i;
                const double plain = std::sqrt(row.across + row.squared_side * (dx * dx)) * row.unit;
                REQUIRE(found[static_cast<std::size_t>(i)] == plain);
            }
        }
    }
}

namespace {

// The same by looking at all rows.
std::vector<double> lowered(const std::vector<double>& source, std::int64_t rows, std::int64_t width,
                            double weight) {
    std::vector<double> lowest = source;
    for (std::int64_t y = 0; y < rows; ++y) {
        for (std::int64_t other = 0; other < rows; ++other) {
            const auto steps = static_cast<double>(other - y);
            for (std::int64_t x = 0; x < width; ++x) {
                double& least = lowest[static_cast<std::size_t>(y * width + x)];
                least = std::min(least, source[static_cast<std::size_t>(other * width + x)] +
                                            weight * (steps * steps));
            }
        }
    }
    return lowest;
}

// Squared distances along rows, with zeros and without any.
std::vector<double> heights(std::int64_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<double> found(static_cast<std::size_t>(count));
    for (double& height : found) {
        const unsigned kind = random() % 4;
        const auto steps = static_cast<double>(random() % 40);
        height = kind == 0 ? std::numeric_limits<double>::infinity() : kind == 1 ? 0 : steps * steps;
    }
    return found;
}

}  // namespace

TEST_CASE("rows are lowered to what is least in their columns, with the same bits everywhere") {
    constexpr double untouched = -7;
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        for (const std::int64_t rows : {1, 2, 3, 17, 64}) {
            for (const std::int64_t width : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 64}) {
                for (const double weight : {1.0, 0.37, 2.25}) {
                    const auto source = heights(rows * width, static_cast<unsigned>(rows + width));
                    const auto expected = lowered(source, rows, width, weight);
                    const std::int64_t step = width + 3;
                    std::vector<double> out(static_cast<std::size_t>(rows * step), untouched);
                    for (std::int64_t y = 0; y < rows; ++y) {
                        std::copy_n(source.data() + y * width, width, out.data() + y * step);
                    }
                    table->lower_rows(source.data(), rows, width, weight, out.data(), step);
                    for (std::int64_t y = 0; y < rows; ++y) {
                        for (std::int64_t x = 0; x < step; ++x) {
                            const double found = out[static_cast<std::size_t>(y * step + x)];
                            REQUIRE(found == (x < width
                                                  ? expected[static_cast<std::size_t>(y * width + x)]
                                                  : untouched));
                        }
                    }
                }
            }
        }
    }
}

namespace {

template <class T>
void check_picked(const KernelTable& table, std::size_t size) {
    const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
    for (const std::int64_t step : {2, 3, 4}) {
        for (const std::int64_t count : {0, 1, 2, 31, 32, 33, 64, 200}) {
            std::vector<T> row(at(std::max<std::int64_t>(0, (count - 1) * step + 1)));
            for (std::size_t i = 0; i < row.size(); ++i)
                row[i] = static_cast<T>(i * 0x9e3779b97f4a7c15U);
            std::vector<T> picked(at(count));
            table.pick[size](row.data(), step, count, picked.data());
            for (std::int64_t i = 0; i < count; ++i) CHECK(picked[at(i)] == row[at(i * step)]);
        }
    }
}

// What lies between the channels is left as it is.
template <class T>
void check_split(const KernelTable& table, std::size_t size) {
    const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
    for (const std::int64_t channels : {2, 3, 4, 5, 17}) {
        for (const std::int64_t count : {0, 1, 2, 31, 32, 33, 64, 65, 200}) {
            std::vector<T> row(at(count * channels));
            for (std::size_t i = 0; i < row.size(); ++i)
                row[i] = static_cast<T>(i * 0x9e3779b97f4a7c15U);
            const std::int64_t step = count + 3;
            std::vector<T> expected(at(channels * step), T{77});
            std::vector<T> split = expected;
            for (std::int64_t i = 0; i < count * channels; ++i) {
                expected[at(i % channels * step + i / channels)] = row[at(i)];
            }
            table.split[size](row.data(), channels, count, split.data(), step);
            CHECK(split == expected);
        }
    }
}

// Calls check(table, log2 of the bytes of a pixel, its type) for every instruction set.
template <class Check>
void for_every_pixel_size(Check check) {
    for (const KernelTable* table : tables()) {
        INFO(table->name);
        check(*table, 0, std::type_identity<std::uint8_t>{});
        check(*table, 1, std::type_identity<std::uint16_t>{});
        check(*table, 2, std::type_identity<std::uint32_t>{});
        check(*table, 3, std::type_identity<std::uint64_t>{});
    }
}

}  // namespace

TEST_CASE("channels of a row are split from each other, and nothing else is written") {
    for_every_pixel_size([]<class T>(const KernelTable& table, std::size_t size, std::type_identity<T>) {
        check_split<T>(table, size);
    });
}

TEST_CASE("pixels that lie some pixels apart are picked, and none behind the last is read") {
    for_every_pixel_size([]<class T>(const KernelTable& table, std::size_t size, std::type_identity<T>) {
        check_picked<T>(table, size);
    });
}

namespace {

// Of an image with rows of 60 pixels.
template <class T>
double sample_of(const std::vector<T>& image, const StraightLine& line, std::int64_t i) {
    const auto number = static_cast<double>(i);
    const double y = (i == line.last ? line.last_y : line.y + number * line.step_y) + line.shift_y;
    const double x = (i == line.last ? line.last_x : line.x + number * line.step_x) + line.shift_x;
    const auto pixel = [&](double row, double column) {
        return static_cast<double>(image[static_cast<std::size_t>(row * 60 + column)]);
    };
    const auto between = [](double a, double b, double part) { return a + part * (b - a); };
    const auto in_row = [&](double row) {
        const double column = std::floor(x);
        return between(pixel(row, column), pixel(row, column + 1), x - column);
    };
    return between(in_row(std::floor(y)), in_row(std::floor(y) + 1), y - std::floor(y));
}

// Its rows and columns from (1, 2) on, rows of 71 pixels.
template <class T>
std::vector<T> part_of(const std::vector<T>& image) {
    std::vector<T> part(39 * 71);
    for (std::size_t y = 0; y < 39; ++y) {
        for (std::size_t x = 0; x < 58; ++x) part[y * 71 + x] = image[(y + 1) * 60 + x + 2];
    }
    return part;
}

// Of the whole image and of a part; to any place in memory.
template <class T>
void check_line(const LineKernels<T>& kernels, const std::vector<T>& image, const StraightLine& line) {
    constexpr double untouched = -77;
    const std::vector<T> part = part_of(image);
    const std::array<PlanePixels<T>, 2> planes{{{image.data(), 60}, {part.data(), 71, 71 + 2}}};
    for (const std::int64_t first : {0, 1, 13}) {
        for (const std::int64_t count : {1, 2, 7, 8, 9, 16, 23}) {
            for (std::size_t before = 8; before < 16; ++before) {
                std::vector<double> expected(before + static_cast<std::size_t>(count) + 9, untouched);
                bool finite = true;
                for (std::int64_t i = 0; i < count; ++i) {
                    const double sample = sample_of(image, line, first + i);
                    expected[before + static_cast<std::size_t>(i)] = sample;
                    finite &= std::isfinite(sample);
                }
                for (const bool around_cache : {false, true}) {
                    for (const PlanePixels<T>& plane : planes) {
                        std::vector<double> out(expected.size(), untouched);
                        CHECK(kernels.linear(plane, line, first, count, around_cache,
                                             out.data() + before) == finite);
                        if (finite) CHECK(out == expected);
                    }
                }
            }
        }
    }
}

template <class T>
void check_lines(LineKernels<T> KernelTable::* lines) {
    std::mt19937 random(11);
    std::vector<T> image(40 * 60);
    for (T& pixel : image) pixel = static_cast<T>(random() % 256);
    for (const bool unknown : {false, true}) {
        if (unknown) image[12 * 60 + 17] = std::numeric_limits<T>::quiet_NaN();  // 0 of integers
        for (const KernelTable* table : tables()) {
            INFO(table->name);
            check_line(table->*lines, image, {1.25, 2.5, 0.9, 1.3, 0, 0});
            check_line(table->*lines, image, {1.25, 2.5, 0.9, 1.3, 0.5, -0.25});
            check_line(table->*lines, image, {1.25, 2.5, 0.9, 1.3, 0, 0, 28, 35.5, 50.25});
            check_line(table->*lines, image, {1.25, 2.5, 0.9, 1.3, 0.5, -0.25, 13, 35.5, 50.25});
        }
    }
}

}  // namespace

TEST_CASE("samples of a line are those of plain loops, and nothing beside them is written") {
    check_lines(&KernelTable::lines_i8);
    check_lines(&KernelTable::lines_u8);
    check_lines(&KernelTable::lines_i32);
    check_lines(&KernelTable::lines_u16);
    check_lines(&KernelTable::lines_f32);
    check_lines(&KernelTable::lines_f64);
}
