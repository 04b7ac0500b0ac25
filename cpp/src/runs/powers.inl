// Sums of first to fourth powers over the pixels of runs. Part of kernels.inl.

// An integer pixel less the smallest value of its type, as 64 bits or as few as multiply fastest.
template <class T>
inline auto from_lowest(T value) {
    using Unsigned = std::make_unsigned_t<T>;
    constexpr Unsigned sign = T(-1) < T(0) ? Unsigned(Unsigned{1} << (8 * sizeof(T) - 1)) : Unsigned{0};
    using Factor = std::conditional_t<sizeof(T) <= 2, std::uint32_t, std::uint64_t>;
    return static_cast<Factor>(static_cast<Unsigned>(static_cast<Unsigned>(value) ^ sign));
}

template <int n, int m>
inline Words<n + m> product(const Words<n>& a, const Words<m>& b) {
    Words<n + m> result{};
    for (int i = 0; i < n; ++i) {
        UInt128 carried = 0;
        for (int k = 0; k < m; ++k) {
            carried += UInt128{a.word[i]} * b.word[k] + result.word[i + k];
            result.word[i + k] = static_cast<std::uint64_t>(carried);
            carried >>= 64;
        }
        result.word[i + m] = static_cast<std::uint64_t>(carried);
    }
    return result;
}

// How many pixels of a type can be summed before the narrow sums below are full.
template <class T>
constexpr std::int64_t power_stretch = sizeof(T) == 1 ? 256 : 4096;

// Pixels of 8 bits: cubes of 256 fit into 32 bits.
template <class T>
inline void add_powers_8(const T* pixels, std::int64_t length, IntegerPowers<T>& partial) {
    std::uint32_t sum = 0;
    std::uint32_t squares = 0;
    std::uint32_t cubes = 0;
    std::uint64_t fourths = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        const std::uint32_t value = from_lowest(pixels[i]);
        const std::uint32_t square = value * value;
        sum += value;
        squares += square;
        cubes += square * value;
        fourths += square * square;  // below 2^32
    }
    partial.sum.word[0] += sum;
    partial.squares.word[0] += squares;
    partial.cubes.word[0] += cubes;
    partial.fourths.word[0] += fourths;
}

// Of 16 bits: squares fit into 32 bits, and the halves of 4096 fourth powers into 64.
template <class T>
inline void add_powers_16(const T* pixels, std::int64_t length, IntegerPowers<T>& partial) {
    std::uint32_t sum = 0;
    std::uint64_t squares = 0;
    std::uint64_t cubes = 0;
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        const std::uint32_t value = from_lowest(pixels[i]);
        const std::uint32_t square = value * value;
        const std::uint64_t fourth = std::uint64_t{square} * square;
        sum += value;
        squares += square;
        cubes += std::uint64_t{square} * value;
        low += fourth & 0xffffffff;
        high += fourth >> 32;
    }
    partial.sum.word[0] += sum;
    partial.squares.word[0] += squares;
    add_words(partial.cubes, Words<1>{{cubes}});
    add_words(partial.fourths, words_of((UInt128{high} << 32) + low));
}

// Of 32 bits: squares fit into 64 bits.
template <class T>
inline void add_powers_32(const T* pixels, std::int64_t length, IntegerPowers<T>& partial) {
    std::uint64_t sum = 0;
    UInt128 squares = 0;
    UInt128 cubes = 0;
    UInt128 low = 0;
    UInt128 high = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        const std::uint64_t value = from_lowest(pixels[i]);
        const std::uint64_t square = value * value;
        const UInt128 fourth = UInt128{square} * square;
        sum += value;
        squares += square;
        cubes += UInt128{square} * value;
        low += static_cast<std::uint64_t>(fourth);
        high += fourth >> 64;
    }
    partial.sum.word[0] += sum;
    add_words(partial.squares, words_of(squares));
    add_words(partial.cubes, words_of(cubes));
    const Words<2> upper = words_of(high);
    add_words(partial.fourths, words_of(low));
    add_words(partial.fourths, Words<3>{{0, upper.word[0], upper.word[1]}});
}

template <class T>
inline void add_powers_64(const T* pixels, std::int64_t length, IntegerPowers<T>& partial) {
    for (std::int64_t i = 0; i < length; ++i) {
        const Words<1> value{{from_lowest(pixels[i])}};
        const Words<2> square = product(value, value);
        add_words(partial.sum, value);
        add_words(partial.squares, square);
        add_words(partial.cubes, product(square, value));
        add_words(partial.fourths, product(square, square));
    }
}

#if defined(__AVX512BW__)
// Of 8 and 16 bits without a sign, 32 pixels in one masked load, as short runs have no scalar tail then.

inline __m512i masked_words(const std::uint16_t* pixels, __mmask32 lanes_in) {
    return _mm512_maskz_loadu_epi16(lanes_in, pixels);
}
inline __m512i masked_words(const std::uint8_t* pixels, __mmask32 lanes_in) {
    return _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(lanes_in, pixels));
}

inline std::uint64_t sum_of_lanes(__m512i lanes_of_64) {
    return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(lanes_of_64));
}

// Sums of powers of up to 4096 values in lanes of 64 bits; `low` and `high` are of the halves
// of fourth powers.
struct PowerLanes {
    __m512i squares;
    __m512i cubes;
    __m512i low;
    __m512i high;

    // Adds values in lanes of 32 bits.
    void add_all(__m512i values) {
        add(_mm512_and_si512(values, _mm512_set1_epi64(0xffffffff)));
        add(_mm512_srli_epi64(values, 32));
    }
    void add(__m512i value) {
        const __m512i square = _mm512_mul_epu32(value, value);
        const __m512i fourth = _mm512_mul_epu32(square, square);
        squares = _mm512_add_epi64(squares, square);
        cubes = _mm512_add_epi64(cubes, _mm512_mul_epu32(square, value));
        low = _mm512_add_epi64(low, _mm512_and_si512(fourth, _mm512_set1_epi64(0xffffffff)));
        high = _mm512_add_epi64(high, _mm512_srli_epi64(fourth, 32));
    }

    UInt128 fourths() const { return (UInt128{sum_of_lanes(high)} << 32) + sum_of_lanes(low); }
};

template <class T>
inline void add_powers_masked(const T* pixels, std::int64_t length, IntegerPowers<T>& partial) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i sum = zero;
    PowerLanes powers{zero, zero, zero, zero};
    for (std::int64_t i = 0; i < length; i += 32) {
        const __m512i v = masked_words(pixels + i, static_cast<__mmask32>(first_lanes(length - i)));
        const __m512i even = _mm512_and_si512(v, _mm512_set1_epi32(0xffff));
        const __m512i odd = _mm512_srli_epi32(v, 16);
        sum = _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
        powers.add_all(even);
        powers.add_all(odd);
    }
    partial.sum.word[0] += static_cast<std::uint32_t>(_mm512_reduce_add_epi32(sum));
    partial.squares.word[0] += sum_of_lanes(powers.squares);
    add_words(partial.cubes, Words<1>{{sum_of_lanes(powers.cubes)}});
    add_words(partial.fourths, words_of(powers.fourths()));
}
#endif

template <class T>
inline void add_power_stretch(const T* pixels, std::int64_t length, IntegerPowers<T>& partial) {
    partial.valid += length;
#if defined(__AVX512BW__)
    if constexpr (sizeof(T) <= 2 && T(-1) > T(0)) return add_powers_masked(pixels, length, partial);
#endif
    if constexpr (sizeof(T) == 1) add_powers_8(pixels, length, partial);
    if constexpr (sizeof(T) == 2) add_powers_16(pixels, length, partial);
    if constexpr (sizeof(T) == 4) add_powers_32(pixels, length, partial);
    if constexpr (sizeof(T) == 8) add_powers_64(pixels, length, partial);
}

template <class T>
void add_powers(const T* row, const SlotRun* runs, std::int64_t count, IntegerPowers<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += power_stretch<T>) {
            const std::int64_t left = runs[k].end - start;
            add_power_stretch(row + start, left < power_stretch<T> ? left : power_stretch<T>,
                              partials[runs[k].slot]);
        }
    }
}

// Powers of the differences of finite pixels from a number near their mean, which a second pass needs.
// What that number lacks to the mean is taken off by the binomial formula; it is small, so no digits are
// lost.
template <class T>
inline CentralPowers powers_of_stretch(const T* pixels, std::int64_t length) {
    const Stretch<T> stretch = sum_stretch(pixels, length);
    CentralPowers powers{};
    powers.valid = stretch.valid;
    if (stretch.valid == 0) return powers;
    powers.center = static_cast<double>(stretch.min);
    if (stretch.min == stretch.max) return powers;
    const auto number = static_cast<double>(stretch.valid);
    powers.center = stretch.sum / number;
    double first[lanes] = {};
    double second[lanes] = {};
    double third[lanes] = {};
    double fourth[lanes] = {};
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const double difference = static_cast<double>(pixels[i + j]) - powers.center;
            const double counted = is_finite(pixels[i + j]) ? difference : 0.0;
            const double square = counted * counted;
            first[j] += counted;
            second[j] += square;
            third[j] += square * counted;
            fourth[j] += square * square;
        }
    }
    const double sum = join(first);
    const double squares = join(second);
    const double cubes = join(third);
    const double rest = sum / number;
    powers.rest = rest;
    powers.squares = squares - rest * sum;
    powers.cubes = cubes - 3 * rest * squares + 2 * (rest * rest) * sum;
    powers.fourths =
        join(fourth) - 4 * rest * cubes + 6 * (rest * rest) * squares - 3 * (rest * rest * rest) * sum;
    return powers;
}

template <class T>
void add_powers(const T* row, const SlotRun* runs, std::int64_t count, CentralPowers* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += float_stretch) {
            const std::int64_t left = runs[k].end - start;
            join_powers(partials[runs[k].slot],
                        powers_of_stretch(row + start, left < float_stretch ? left : float_stretch));
        }
    }
}
