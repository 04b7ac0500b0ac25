// Sums, squares and extremes of the pixels of runs. Part of kernels.inl.

// Pixels of at most 32 bits: squares fit into 64 unsigned bits, and the sign drops out modulo 2^64.
template <class Squares>
inline void add_square(Squares& squares, std::int64_t value) {
    squares += static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(value);
}
inline void add_square(UInt192& squares, Int128 value) {
    const auto magnitude = static_cast<UInt128>(value < 0 ? -value : value);
    const UInt128 before = squares.low;
    squares.low += magnitude * magnitude;  // 64-bit pixels: below 2^128
    squares.high += squares.low < before;
}

// The sums of a stretch of integer pixels. A stretch has at most 4096 pixels, so that 32 bits hold the
// sums of 16-bit pixels.
constexpr std::int64_t stretch_length = 4096;

template <class T>
struct IntegerStretch {
    typename IntegerSums<T>::Sum sum;
    typename IntegerSums<T>::Squares squares;
    T min;
    T max;
};

template <class T>
struct StretchSum {
    using Type = typename IntegerSums<T>::Sum;
};
template <>
struct StretchSum<std::uint8_t> {
    using Type = std::uint32_t;
};
template <>
struct StretchSum<std::uint16_t> {
    using Type = std::uint32_t;
};

template <class T, bool with_squares>
inline IntegerStretch<T> sum_integers(const T* pixels, std::int64_t length) {
    using Sum = typename IntegerSums<T>::Sum;
    IntegerStretch<T> stretch{0, {}, pixels[0], pixels[0]};
    typename StretchSum<T>::Type sum = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        sum += pixels[i];
        stretch.min = pixels[i] < stretch.min ? pixels[i] : stretch.min;
        stretch.max = pixels[i] > stretch.max ? pixels[i] : stretch.max;
    }
    stretch.sum = static_cast<Sum>(sum);
    if constexpr (with_squares) {
        auto squares = stretch.squares;
        for (std::int64_t i = 0; i < length; ++i) add_square(squares, static_cast<Sum>(pixels[i]));
        stretch.squares = squares;
    }
    return stretch;
}

#if defined(__AVX512BW__)
// The commonest pixel types a vector at a time, the last one by a masked load. Most runs are no longer
// than one vector, so that what is done once per run counts most.

inline std::uint16_t smallest_of(__m512i v) {  // of 16-bit lanes
    const __m256i half = _mm256_min_epu16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i quarter =
        _mm_min_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    return static_cast<std::uint16_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(quarter)));
}

// The smaller of each pair of bytes, as 16-bit lanes.
inline __m512i smaller_bytes(__m512i v) { return _mm512_min_epu8(v, _mm512_srli_epi16(v, 8)); }

inline __m512i complement(__m512i v) { return _mm512_xor_si512(v, _mm512_set1_epi32(-1)); }

inline __mmask64 first_lanes(std::int64_t count) {
    return count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1;
}

// 32-bit lanes, unsigned, added up in pairs as 64-bit lanes.
inline __m512i pairs_of(__m512i v) {
    return _mm512_add_epi64(_mm512_srli_epi64(v, 32),
                            _mm512_and_si512(v, _mm512_set1_epi64(0xffffffff)));
}

// Sums lane by lane, of pixels of 8 and of 16 bits; lanes that are left out count as 0 in the sums and
// in no extreme. Two numbers are made of a pixel v: w = v - least, in the order of unsigned numbers, of
// which the extremes are; and u = v - middle (partials.hpp), of which the sums are.
template <class T>
constexpr bool is_signed_type = ValueLanes<T>::is_signed;

// Signed and unsigned numbers of this type turned into each other, keeping their order.
template <class T>
constexpr int top_bit = 1 << (8 * sizeof(T) - 1);

template <class T>
struct ByteSums {
    static constexpr std::int64_t width = 64;
    __m512i sum;      // of u = w, 64-bit lanes
    __m512i squares;  // 32-bit lanes, of a stretch at most
    __m512i smallest;
    __m512i largest;

    ByteSums(const T* pixels, std::int64_t count) {
        const __m512i zero = _mm512_setzero_si512();
        const __m512i least = is_signed_type<T> ? _mm512_set1_epi8(static_cast<char>(top_bit<T>)) : zero;
        const __mmask64 lanes_in = first_lanes(count);
        const __m512i w = _mm512_xor_si512(_mm512_mask_loadu_epi8(least, lanes_in, pixels), least);
        const __m512i low = _mm512_unpacklo_epi8(w, zero);
        const __m512i high = _mm512_unpackhi_epi8(w, zero);
        sum = _mm512_sad_epu8(w, zero);
        squares = _mm512_add_epi32(_mm512_madd_epi16(low, low), _mm512_madd_epi16(high, high));
        smallest = _mm512_mask_mov_epi8(_mm512_set1_epi32(-1), lanes_in, w);
        largest = w;
    }
    void add(const ByteSums& other) {
        sum = _mm512_add_epi64(sum, other.sum);
        squares = _mm512_add_epi32(squares, other.squares);
        smallest = lower(smallest, other.smallest);
        largest = _mm512_max_epu8(largest, other.largest);
    }
    static int lowest(__m512i v) { return smallest_of(smaller_bytes(v)); }

    // Eight lanes of 64 bits each.
    __m512i wide_sum() const { return sum; }
    __m512i wide_squares() const { return pairs_of(squares); }
    static __m256i lower(__m256i a, __m256i b) { return _mm256_min_epu8(a, b); }
    static __m512i lower(__m512i a, __m512i b) { return _mm512_min_epu8(a, b); }
};

// Products of signed 16-bit lanes are summed in pairs by one instruction, hence u.
template <class T>
struct ShortSums {
    static constexpr std::int64_t width = 32;
    __m512i sum;      // of u, signed 32-bit lanes
    __m512i squares;  // of u, 64-bit lanes
    __m512i smallest;
    __m512i largest;

    ShortSums(const T* pixels, std::int64_t count) {
        const __m512i zero = _mm512_setzero_si512();
        const __m512i order = _mm512_set1_epi16(static_cast<short>(top_bit<T>));
        const auto lanes_in = static_cast<__mmask32>(first_lanes(count));
        const __m512i v = _mm512_mask_loadu_epi16(is_signed_type<T> ? zero : order, lanes_in, pixels);
        const __m512i other = _mm512_xor_si512(v, order);
        const __m512i u = is_signed_type<T> ? v : other;
        const __m512i w = is_signed_type<T> ? other : v;
        sum = _mm512_madd_epi16(u, _mm512_set1_epi16(1));
        squares = pairs_of(_mm512_madd_epi16(u, u));  // a pair is at most 2^31
        smallest = _mm512_mask_mov_epi16(_mm512_set1_epi32(-1), lanes_in, w);
        largest = _mm512_maskz_mov_epi16(lanes_in, w);
    }
    void add(const ShortSums& other) {
        sum = _mm512_add_epi32(sum, other.sum);
        squares = _mm512_add_epi64(squares, other.squares);
        smallest = lower(smallest, other.smallest);
        largest = _mm512_max_epu16(largest, other.largest);
    }
    static int lowest(__m512i v) { return smallest_of(v); }

    __m512i wide_sum() const {
        return _mm512_add_epi64(_mm512_srai_epi64(sum, 32),
                                _mm512_srai_epi64(_mm512_slli_epi64(sum, 32), 32));
    }
    __m512i wide_squares() const { return squares; }
    static __m256i lower(__m256i a, __m256i b) { return _mm256_min_epu16(a, b); }
    static __m512i lower(__m512i a, __m512i b) { return _mm512_min_epu16(a, b); }
};

template <class T>
using VectorSums = std::conditional_t<sizeof(T) == 1, ByteSums<T>, ShortSums<T>>;

template <class T>
inline VectorSums<T> vector_sums(const T* pixels, std::int64_t length) {
    constexpr std::int64_t width = VectorSums<T>::width;
    VectorSums<T> sums(pixels, length);
    for (std::int64_t i = width; i < length; i += width) {
        sums.add(VectorSums<T>(pixels + i, length - i));
    }
    return sums;
}

// The extremes alone.
template <class T>
struct StretchExtremes {
    T min;
    T max;
};
template <class T>
inline StretchExtremes<T> vector_extremes(const T* pixels, std::int64_t length) {
    constexpr int least = ValueLanes<T>::order_bit;
    const VectorSums<T> sums = vector_sums(pixels, length);
    return {static_cast<T>(VectorSums<T>::lowest(sums.smallest) ^ least),
            static_cast<T>(~VectorSums<T>::lowest(complement(sums.largest)) ^ least)};
}

// Lanes [a0, a1 | b0, b1] of 256 bits become [a0 b0] and [a1 b1], to be added or compared.
inline __m512i first_halves(__m512i a, __m512i b) {
    return _mm512_inserti64x4(a, _mm512_castsi512_si256(b), 1);
}
inline __m512i second_halves(__m512i a, __m512i b) { return _mm512_shuffle_i64x2(a, b, 0xee); }

template <class T, bool with_squares>
inline void add_stretch(const T* pixels, std::int64_t length, ValueLanes<T>& lanes) {
    const VectorSums<T> stretch = vector_sums(pixels, length);
    const __m512i sum = stretch.wide_sum();
    const __m512i squares = with_squares ? stretch.wide_squares() : _mm512_setzero_si512();
    const __m512i sums = _mm512_add_epi64(first_halves(sum, squares), second_halves(sum, squares));
    _mm512_store_si512(lanes.sums, _mm512_add_epi64(_mm512_load_si512(lanes.sums), sums));

    const __m512i top = complement(stretch.largest);
    const __m512i both =
        VectorSums<T>::lower(first_halves(stretch.smallest, top), second_halves(stretch.smallest, top));
    const __m512i even = _mm512_shuffle_i64x2(both, both, 0x08);  // quarters 0 and 2
    const __m512i odd = _mm512_shuffle_i64x2(both, both, 0x0d);   // quarters 1 and 3
    const __m256i lows = VectorSums<T>::lower(_mm512_castsi512_si256(even), _mm512_castsi512_si256(odd));
    auto* kept = reinterpret_cast<__m256i*>(lanes.lows);
    _mm256_store_si256(kept, VectorSums<T>::lower(_mm256_load_si256(kept), lows));
}
#else
// The first of all lanes is enough where vectors are not told lane by lane what to do.
template <class T, bool with_squares>
inline void add_stretch(const T* pixels, std::int64_t length, ValueLanes<T>& lanes) {
    constexpr std::int64_t middle = ValueLanes<T>::middle;
    const IntegerStretch<T> stretch = sum_integers<T, with_squares>(pixels, length);
    lanes.sums[0] += stretch.sum - middle * length;
    if constexpr (with_squares) {
        lanes.sums[4] += static_cast<std::int64_t>(stretch.squares) - 2 * middle * stretch.sum +
                         middle * middle * length;
    }
    using Lanes = ValueLanes<T>;
    const auto keep_lower = [](typename Lanes::Order value, typename Lanes::Order& low) {
        low = value < low ? value : low;
    };
    keep_lower(order_of(stretch.min), lanes.lows[0]);
    keep_lower(static_cast<typename Lanes::Order>(~order_of(stretch.max)),
               lanes.lows[Lanes::order_lanes]);
}
#endif

inline void add_squares(std::uint64_t& total, std::uint64_t part) { total += part; }
inline void add_squares(UInt128& total, UInt128 part) { total += part; }
inline void add_squares(UInt192& total, const UInt192& part) {
    total.low += part.low;
    total.high += part.high + (total.low < part.low);
}

template <class T, bool with_squares>
inline void add_stretch(const T* pixels, std::int64_t length, IntegerPartial<T>& partial) {
    const IntegerStretch<T> stretch = sum_integers<T, with_squares>(pixels, length);
    partial.sum += stretch.sum;
    partial.min = stretch.min < partial.min ? stretch.min : partial.min;
    partial.max = stretch.max > partial.max ? stretch.max : partial.max;
    if constexpr (with_squares) add_squares(partial.squares, stretch.squares);
}

template <class T, bool with_squares>
void add_values(const T* row, std::ptrdiff_t to_row_below, const SlotRun* runs, std::int64_t count,
                std::conditional_t<has_lanes<T>, ValueLanes<T>, IntegerPartial<T>>* gathered) {
    for (std::int64_t k = 0; k < count; ++k) {
        ask_for(row + runs[k].start, to_row_below);
        ask_for(row + runs[k].end - 1, to_row_below);
        auto& sums = gathered[runs[k].slot];
        sums.valid += runs[k].end - runs[k].start;
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch_length) {
            const std::int64_t left = runs[k].end - start;
            add_stretch<T, with_squares>(row + start, left < stretch_length ? left : stretch_length,
                                         sums);
        }
    }
}

constexpr int lanes = 8;

// The order in which the eight partial sums are joined is part of the result.
inline double join(const double* lane) {
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

template <class T>
inline bool is_finite(T value) {
    return value - value == 0;
}

// Finite pixels of a stretch: count, sum, extremes. Of zeros the extremes are the positive one, so that
// they do not depend on which pixel came first.
template <class T>
struct Stretch {
    std::int64_t valid;
    double sum;
    T min;
    T max;
};

// sum_stretch() gives those of a stretch, deviations_of() its deviations from a number near the mean;
// what that lacks to the mean is the mean difference from it, of which no digits are lost.
//
// Stretches of floating pixels are short, so that eight partial sums of one hold few roundings.
constexpr std::int64_t float_stretch = 256;

#if defined(__AVX512DQ__)
// Eight pixels at a time, as doubles, which hold all floats.
inline __m512d load_doubles(const float* pixels, __mmask8 lanes_in) {
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(lanes_in, pixels));
}
inline __m512d load_doubles(const double* pixels, __mmask8 lanes_in) {
    return _mm512_maskz_loadu_pd(lanes_in, pixels);
}

// Which of these lanes are neither infinite nor NaN.
inline __mmask8 finite_lanes(__m512d v, __mmask8 lanes_in) {
    constexpr int infinite_or_nan = 0x99;
    return static_cast<__mmask8>(lanes_in & ~_mm512_fpclass_pd_mask(v, infinite_or_nan));
}

// In the same order as join() of eight numbers.
inline double join(__m512d lane) {
    const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(lane), _mm512_extractf64x4_pd(lane, 1));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

template <class T>
inline Stretch<T> sum_stretch(const T* pixels, std::int64_t length) {
    __m512d sum = _mm512_setzero_pd();
    __m512d low = _mm512_set1_pd(__builtin_inf());
    __m512d high = _mm512_set1_pd(-__builtin_inf());
    std::int64_t valid = 0;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const __mmask8 lanes_in = first_of_eight(length - i);
        const __m512d v = load_doubles(pixels + i, lanes_in);
        const __mmask8 finite = finite_lanes(v, lanes_in);
        valid += count_set(finite);
        sum = _mm512_mask_add_pd(sum, finite, sum, v);
        low = _mm512_mask_min_pd(low, finite, low, v);
        high = _mm512_mask_max_pd(high, finite, high, v);
    }
    return {valid, join(sum), static_cast<T>(_mm512_reduce_min_pd(low) + 0.0),
            static_cast<T>(_mm512_reduce_max_pd(high) + 0.0)};
}

template <class T>
inline Deviations deviations_of(const T* pixels, std::int64_t length, double center, double count) {
    __m512d first = _mm512_setzero_pd();
    __m512d second = _mm512_setzero_pd();
    for (std::int64_t i = 0; i < length; i += lanes) {
        const __mmask8 lanes_in = first_of_eight(length - i);
        const __m512d v = load_doubles(pixels + i, lanes_in);
        const __m512d difference =
            _mm512_maskz_sub_pd(finite_lanes(v, lanes_in), v, _mm512_set1_pd(center));
        first = _mm512_add_pd(first, difference);
        second = _mm512_add_pd(second, _mm512_mul_pd(difference, difference));
    }
    const double sum = join(first);
    const double rest = sum / count;
    return {center, rest, join(second) - rest * sum};
}
#else
template <class T>
inline Stretch<T> sum_stretch(const T* pixels, std::int64_t length) {
    double sum[lanes] = {};
    std::int64_t valid = 0;
    T low = static_cast<T>(__builtin_inf());
    T high = -low;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const T value = pixels[i + j];
            const bool finite = is_finite(value);
            valid += finite;
            sum[j] += finite ? static_cast<double>(value) : 0.0;
            low = (finite & (value < low)) ? value : low;
            high = (finite & (value > high)) ? value : high;
        }
    }
    return {valid, join(sum), low + T{0}, high + T{0}};
}

template <class T>
inline Deviations deviations_of(const T* pixels, std::int64_t length, double center, double count) {
    double first[lanes] = {};
    double second[lanes] = {};
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const double difference = static_cast<double>(pixels[i + j]) - center;
            const double counted = is_finite(pixels[i + j]) ? difference : 0.0;
            first[j] += counted;
            second[j] += counted * counted;
        }
    }
    const double sum = join(first);
    const double rest = sum / count;
    return {center, rest, join(second) - rest * sum};
}
#endif

template <class T, bool with_squares>
void add_values(const T* row, std::ptrdiff_t to_row_below, const SlotRun* runs, std::int64_t count,
                FloatPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        ask_for(row + runs[k].start, to_row_below);
        ask_for(row + runs[k].end - 1, to_row_below);
        FloatPartial<T>& partial = partials[runs[k].slot];
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += float_stretch) {
            const std::int64_t left = runs[k].end - start;
            const std::int64_t length = left < float_stretch ? left : float_stretch;
            const Stretch<T> part = sum_stretch(row + start, length);
            if (part.valid == 0) continue;
            if constexpr (with_squares) {
                const auto n = static_cast<double>(part.valid);
                join_deviations(partial.deviations, static_cast<double>(partial.valid),
                                deviations_of(row + start, length, part.sum / n, n), n);
            }
            add_compensated(partial.sum, partial.sum_low, part.sum);
            partial.valid += part.valid;
            partial.min = part.min < partial.min ? part.min : partial.min;
            partial.max = part.max > partial.max ? part.max : partial.max;
        }
    }
}
