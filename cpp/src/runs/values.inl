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

// Sums lane by lane; lanes that are left out count as 0 in the sums and in no extreme.
template <class T>
struct VectorSums;

template <>
struct VectorSums<std::uint8_t> {
    static constexpr std::int64_t width = 64;
    __m512i sum;      // 64-bit lanes
    __m512i squares;  // 32-bit lanes, of a stretch at most
    __m512i smallest;
    __m512i largest;

    VectorSums(const std::uint8_t* pixels, std::int64_t count) {
        const __m512i zero = _mm512_setzero_si512();
        const __mmask64 lanes_in = first_lanes(count);
        const __m512i v = _mm512_maskz_loadu_epi8(lanes_in, pixels);
        const __m512i low = _mm512_unpacklo_epi8(v, zero);
        const __m512i high = _mm512_unpackhi_epi8(v, zero);
        sum = _mm512_sad_epu8(v, zero);
        squares = _mm512_add_epi32(_mm512_madd_epi16(low, low), _mm512_madd_epi16(high, high));
        smallest = _mm512_mask_mov_epi8(_mm512_set1_epi32(-1), lanes_in, v);
        largest = v;
    }
    void add(const VectorSums& other) {
        sum = _mm512_add_epi64(sum, other.sum);
        squares = _mm512_add_epi32(squares, other.squares);
        smallest = _mm512_min_epu8(smallest, other.smallest);
        largest = _mm512_max_epu8(largest, other.largest);
    }
    template <bool with_squares>
    IntegerStretch<std::uint8_t> total(std::int64_t) const {
        const auto top = smallest_of(smaller_bytes(complement(largest)));
        return {_mm512_reduce_add_epi64(sum),
                with_squares ? static_cast<std::uint32_t>(_mm512_reduce_add_epi32(squares)) : 0U,
                static_cast<std::uint8_t>(smallest_of(smaller_bytes(smallest))),
                static_cast<std::uint8_t>(255 - top)};
    }
};

// Pixels are taken as u = v - 2^15, because products of signed 16-bit lanes are summed in pairs by one
// instruction: sum v = sum u + 2^15 n and sum v^2 = sum u^2 + 2^16 sum u + 2^30 n, n lanes in all.
template <>
struct VectorSums<std::uint16_t> {
    static constexpr std::int64_t width = 32;
    __m512i sum;      // of u, signed 32-bit lanes
    __m512i squares;  // of u, 64-bit lanes
    __m512i smallest;
    __m512i largest;

    VectorSums(const std::uint16_t* pixels, std::int64_t count) {
        const auto lanes_in = static_cast<__mmask32>(first_lanes(count));
        const __m512i v = _mm512_maskz_loadu_epi16(lanes_in, pixels);
        const __m512i u = _mm512_xor_si512(v, _mm512_set1_epi16(-32768));
        sum = _mm512_madd_epi16(u, _mm512_set1_epi16(1));
        squares = pairs_of(_mm512_madd_epi16(u, u));  // a pair is at most 2^31
        smallest = _mm512_mask_mov_epi16(_mm512_set1_epi32(-1), lanes_in, v);
        largest = v;
    }
    void add(const VectorSums& other) {
        sum = _mm512_add_epi32(sum, other.sum);
        squares = _mm512_add_epi64(squares, other.squares);
        smallest = _mm512_min_epu16(smallest, other.smallest);
        largest = _mm512_max_epu16(largest, other.largest);
    }
    template <bool with_squares>
    IntegerStretch<std::uint16_t> total(std::int64_t lanes) const {
        const std::int64_t of_u = _mm512_reduce_add_epi32(sum);
        const std::int64_t of_squares =
            with_squares ? _mm512_reduce_add_epi64(squares) + 65536 * of_u + (lanes << 30) : 0;
        const auto top = smallest_of(complement(largest));
        return {of_u + (lanes << 15), static_cast<std::uint64_t>(of_squares), smallest_of(smallest),
                static_cast<std::uint16_t>(65535 - top)};
    }
};

template <class T, bool with_squares>
inline IntegerStretch<T> sum_vectors(const T* pixels, std::int64_t length) {
    constexpr std::int64_t width = VectorSums<T>::width;
    VectorSums<T> sums(pixels, length);
    std::int64_t lanes_seen = width;
    for (; lanes_seen < length; lanes_seen += width) {
        sums.add(VectorSums<T>(pixels + lanes_seen, length - lanes_seen));
    }
    return sums.template total<with_squares>(lanes_seen);
}
#endif

template <class T, bool with_squares>
inline IntegerStretch<T> sum_stretch_of(const T* pixels, std::int64_t length) {
#if defined(__AVX512BW__)
    constexpr bool is_common = sizeof(T) <= 2 && T(-1) > T(0);
    if constexpr (is_common) return sum_vectors<T, with_squares>(pixels, length);
#endif
    return sum_integers<T, with_squares>(pixels, length);
}

inline void add_squares(std::uint64_t& total, std::uint64_t part) { total += part; }
inline void add_squares(UInt128& total, UInt128 part) { total += part; }
inline void add_squares(UInt192& total, const UInt192& part) {
    total.low += part.low;
    total.high += part.high + (total.low < part.low);
}

template <class T, bool with_squares>
void add_values(const T* row, std::ptrdiff_t to_row_below, const SlotRun* runs, std::int64_t count,
                IntegerPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        ask_for(row + runs[k].start, to_row_below);
        IntegerPartial<T>& partial = partials[runs[k].slot];
        partial.valid += runs[k].end - runs[k].start;
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch_length) {
            const std::int64_t left = runs[k].end - start;
            const IntegerStretch<T> stretch = sum_stretch_of<T, with_squares>(
                row + start, left < stretch_length ? left : stretch_length);
            partial.sum += stretch.sum;
            partial.min = stretch.min < partial.min ? stretch.min : partial.min;
            partial.max = stretch.max > partial.max ? stretch.max : partial.max;
            if constexpr (with_squares) add_squares(partial.squares, stretch.squares);
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

// Finite pixels of a stretch: count, sum, extremes.
template <class T>
struct Stretch {
    std::int64_t valid;
    double sum;
    T min;
    T max;
};

// Stretches of floating pixels are short, so that eight partial sums of one hold few roundings.
constexpr std::int64_t float_stretch = 256;

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
    return {valid, join(sum), low, high};
}

// Deviations of finite pixels from a number near their mean; what that lacks to the mean is their mean
// difference from it, of which no digits are lost.
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

template <class T, bool with_squares>
void add_values(const T* row, std::ptrdiff_t to_row_below, const SlotRun* runs, std::int64_t count,
                FloatPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        ask_for(row + runs[k].start, to_row_below);
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
