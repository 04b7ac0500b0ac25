// All sums of the pixels of a region inside a window of 32 columns and few rows. Part of kernels.inl.
//
// Moments need no products: going up the rows, sums of sums of the pixels of each column are sums of
// value x C(y, j), j = 0..3, and those of the columns, times powers of x, are added up once per window.
//
//     y^2 = 2 C(y, 2) + y    y^3 = 6 C(y, 3) + 6 C(y, 2) + y

#if defined(__AVX512BW__)
// Powers of the 32 columns, as they lie in the lower and upper halves of the 64-bit lanes of the even
// and of the odd ones.
struct ColumnPowers {
    std::uint64_t of[4][4][8];  // [column % 4][power][column / 4]
};

constexpr ColumnPowers make_column_powers() {
    ColumnPowers table{};
    for (unsigned column = 0; column < 32; ++column) {
        std::uint64_t power = 1;
        for (int k = 0; k < 4; ++k, power *= column) table.of[column % 4][k][column / 4] = power;
    }
    return table;
}

alignas(64) constexpr ColumnPowers column_powers = make_column_powers();

// Sums of value x C(y, j) of 16 columns, in lanes of 32 bits.
struct ColumnSums {
    __m512i of[4];

    void add(__m512i values) { of[0] = _mm512_add_epi32(of[0], values); }
    // Counts the rows from the next one above.
    void go_up() {
        of[3] = _mm512_add_epi32(of[3], of[2]);
        of[2] = _mm512_add_epi32(of[2], of[1]);
        of[1] = _mm512_add_epi32(of[1], of[0]);
    }
};

// The smallest value of each column, as unsigned numbers, and the first row that has it.
struct ColumnLows {
    __m512i value;
    __m512i row;

    // Adds a row that lies above those before.
    void add(__m512i v, __mmask32 lanes_in, __m512i y) {
        const __mmask32 not_above = _mm512_mask_cmple_epu16_mask(lanes_in, v, value);
        value = _mm512_mask_mov_epi16(value, not_above, v);
        row = _mm512_mask_mov_epi16(row, not_above, y);
    }
    WindowLow first(__mmask32 seen) const {
        const std::uint16_t low = smallest_of(value);
        const __mmask32 is_low =
            _mm512_mask_cmpeq_epi16_mask(seen, value, _mm512_set1_epi16(static_cast<short>(low)));
        const std::uint16_t y = smallest_of(_mm512_mask_mov_epi16(_mm512_set1_epi32(-1), is_low, row));
        const __mmask32 is_first =
            _mm512_mask_cmpeq_epi16_mask(is_low, row, _mm512_set1_epi16(static_cast<short>(y)));
        return {low, y, static_cast<std::int64_t>(lowest_set(is_first))};
    }
};

inline __mmask32 columns_in(const BlockRun& run, std::int64_t x) {
    const auto bits_below = [x](std::int64_t column) {
        const std::int64_t lane = column - x;
        return lane <= 0 ? Word{0} : lane >= 32 ? Word{0xffffffff} : (Word{1} << lane) - 1;
    };
    return static_cast<__mmask32>(bits_below(run.end) & ~bits_below(run.start));
}

// The sums of value x C(y, j) x^k, k = 0..3.
inline void sum_columns(__m512i even, __m512i odd, std::int64_t* sums) {
    const __m512i lower = _mm512_set1_epi64(0xffffffff);
    const __m512i columns[4] = {_mm512_and_si512(even, lower), _mm512_and_si512(odd, lower),
                                _mm512_srli_epi64(even, 32), _mm512_srli_epi64(odd, 32)};
    for (int k = 0; k < 4; ++k) {
        __m512i sum = _mm512_setzero_si512();
        for (int c = 0; c < 4; ++c) {
            const __m512i power = _mm512_load_si512(column_powers.of[c][k]);
            sum = _mm512_add_epi64(sum, _mm512_mul_epu32(columns[c], power));
        }
        sums[k] = _mm512_reduce_add_epi64(sum);
    }
}

inline void sum_moments(const ColumnSums& even, const ColumnSums& odd, std::int64_t* moments) {
    for (int j = 0; j < 4; ++j) sum_columns(even.of[j], odd.of[j], moments + 4 * j);
    for (int k = 0; k < 4; ++k) {
        const std::int64_t first = moments[4 + k];
        const std::int64_t second = moments[8 + k];
        moments[8 + k] = 2 * second + first;
        moments[12 + k] = 6 * (moments[12 + k] + second) + first;
    }
}

template <class T>
void sum_window(const BlockPixels<T>& pixels, const BlockRun* runs, std::int64_t count, std::int64_t x,
                WindowSums* sums) {
    const __m512i zero = _mm512_setzero_si512();
    const __m512i ones = _mm512_set1_epi32(-1);
    ColumnSums even{{zero, zero, zero, zero}};
    ColumnSums odd = even;
    PowerLanes powers{zero, zero, zero, zero};
    ColumnLows lows{ones, zero};
    ColumnLows highs = lows;  // of the complements
    __mmask32 seen = 0;
    const std::int64_t top = runs[0].y;
    std::int64_t y = runs[count - 1].y;
    for (std::int64_t k = count - 1; k >= 0; --k) {
        for (; y > runs[k].y; --y) {
            even.go_up();
            odd.go_up();
        }
        const __mmask32 lanes_in = columns_in(runs[k], x);
        if (lanes_in == 0) continue;
        const __m512i v = masked_words(row_of(pixels, y) + x, lanes_in);
        const __m512i row = _mm512_set1_epi16(static_cast<short>(y - top));
        lows.add(v, lanes_in, row);
        highs.add(complement(v), lanes_in, row);
        seen |= lanes_in;
        const __m512i in_even = _mm512_and_si512(v, _mm512_set1_epi32(0xffff));
        const __m512i in_odd = _mm512_srli_epi32(v, 16);
        even.add(in_even);
        odd.add(in_odd);
        powers.add_all(in_even);
        powers.add_all(in_odd);
    }
    sums->any = seen != 0;
    if (seen == 0) return;
    sums->squares = sum_of_lanes(powers.squares);
    sums->cubes = sum_of_lanes(powers.cubes);
    sums->fourths = powers.fourths();
    sums->low = lows.first(seen);
    sums->high = highs.first(seen);
    sums->high.value = static_cast<std::uint16_t>(~sums->high.value);
    sum_moments(even, odd, sums->moments);
}
#endif

// The kernel of those pixels and instructions that there is one for, else null.
template <class T>
constexpr auto window_kernel() -> decltype(IntensityKernels<T>::sum_window) {
#if defined(__AVX512BW__)
    if constexpr (has_windows<T>) return &sum_window<T>;
#endif
    return nullptr;
}
