// Sums of value x (coordinate - start)^k, k = 0..3, over each run, and what they add to the sums of
// moments. Part of kernels.inl.

// Sums of sums from the last pixel to the first count pixel i (i + 1) times, (i + 1) (i + 2) / 2 times
// and (i + 1) (i + 2) (i + 3) / 6 times, with additions alone; powers of i are differences of those.
template <class T>
inline void moments_of_run(const T* pixels, std::int64_t length, RunMoments<T>& moments) {
    using Sum = typename RunMoments<T>::Sum;
    Sum once = 0;
    Sum twice = 0;
    Sum thrice = 0;
    Sum four_times = 0;
    for (std::int64_t i = length - 1; i >= 0; --i) {
        once += static_cast<Sum>(pixels[i]);
        twice += once;
        thrice += twice;
        four_times += thrice;
    }
    moments.sum[0] = once;
    moments.sum[1] = twice - once;
    moments.sum[2] = 2 * thrice - 3 * twice + once;
    moments.sum[3] = 6 * four_times - 12 * thrice + 7 * twice - once;
}

#if defined(__AVX512BW__)
// Of 8 and 16 bits without a sign, 32 pixels in one masked load. Pixels are taken as u = v - 2^15, since
// products of signed 16-bit lanes are summed in pairs by one instruction, and multiplied with binomial
// coefficients: those of order 3 and 31 add up to 35960 over 32 lanes, which fits into 31 bits with u.
//
//     i^2 = 2 C(i, 2) + i    i^3 = 6 C(i, 3) + 6 C(i, 2) + i

struct Binomials {
    std::int16_t of[4][32];
    std::int64_t sum[4];
};

constexpr Binomials make_binomials() {
    Binomials table{};
    for (int i = 0; i < 32; ++i) {
        const int values[4] = {1, i, i * (i - 1) / 2, i * (i - 1) * (i - 2) / 6};
        for (int k = 0; k < 4; ++k) {
            table.of[k][i] = static_cast<std::int16_t>(values[k]);
            table.sum[k] += values[k];
        }
    }
    return table;
}

alignas(64) constexpr Binomials binomials = make_binomials();

// Sums of the 32-bit lanes of four vectors.
inline __m128i sums_of_lanes(__m512i a, __m512i b, __m512i c, __m512i d) {
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    const __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    const __m256i half =
        _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    return _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

// Sums of value x i^k over at most 32 pixels.
template <class T>
inline void moments_of_vector(const T* pixels, std::int64_t length, std::int64_t* sum) {
    const __m512i v = masked_words(pixels, static_cast<__mmask32>(first_lanes(length)));
    const __m512i u = _mm512_xor_si512(v, _mm512_set1_epi16(-32768));
    const auto products = [u](int k) {
        return _mm512_madd_epi16(u, _mm512_load_si512(binomials.of[k]));
    };
    const __m256i narrow =
        _mm256_cvtepi32_epi64(sums_of_lanes(products(0), products(1), products(2), products(3)));
    std::int64_t of[4];
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(of), narrow);
    for (int k = 0; k < 4; ++k) of[k] += binomials.sum[k] << 15;
    sum[0] = of[0];
    sum[1] = of[1];
    sum[2] = 2 * of[2] + of[1];
    sum[3] = 6 * (of[3] + of[2]) + of[1];
}

template <class T>
inline void moments_of_vectors(const T* pixels, std::int64_t length, RunMoments<T>& moments) {
    moments_of_vector(pixels, length, moments.sum);
    for (std::int64_t first = 32; first < length; first += 32) {
        std::int64_t sum[4];
        moments_of_vector(pixels + first, length - first, sum);
        moments.sum[0] += sum[0];
        moments.sum[1] += sum[1] + first * sum[0];
        moments.sum[2] += sum[2] + first * (2 * sum[1] + first * sum[0]);
        moments.sum[3] += sum[3] + first * (3 * sum[2] + first * (3 * sum[1] + first * sum[0]));
    }
}
#endif

template <class T>
inline void moments_of_integers(const T* pixels, std::int64_t length, RunMoments<T>& moments) {
#if defined(__AVX512BW__)
    constexpr bool is_common = sizeof(T) <= 2 && T(-1) > T(0);
    if constexpr (is_common) return moments_of_vectors(pixels, length, moments);
#endif
    moments_of_run(pixels, length, moments);
}

template <class T>
inline void moments_of_floats(const T* pixels, std::int64_t length, RunMoments<T>& moments) {
    double sum[4][lanes] = {};
    bool any = false;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const bool finite = is_finite(pixels[i + j]);
            const double counted = finite ? static_cast<double>(pixels[i + j]) : 0.0;
            const auto x = static_cast<double>(i + j);
            any |= finite;
            sum[0][j] += counted;
            sum[1][j] += counted * x;
            sum[2][j] += counted * (x * x);
            sum[3][j] += counted * (x * x * x);
        }
    }
    moments.any = any;
    for (int k = 0; k < 4; ++k) moments.sum[k] = join(sum[k]);
}

template <class T>
void run_moments(const T* row, const SlotRun* runs, std::int64_t count, RunMoments<T>* moments) {
    for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t length = runs[k].end - runs[k].start;
        if constexpr (!RunMoments<T>::is_float) {
            moments_of_integers(row + runs[k].start, length, moments[k]);
        } else {
            moments_of_floats(row + runs[k].start, length, moments[k]);
        }
    }
}

void add_near_moments(const NearRun* runs, std::int64_t count) {
    for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t dy = runs[k].dy;
        std::int64_t* sum = runs[k].sums->sum;
#if defined(__AVX512DQ__)
        const __m512i powers =
            _mm512_broadcast_i64x4(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(runs[k].powers)));
        const __m512i low = _mm512_mask_mov_epi64(_mm512_set1_epi64(1), 0xf0, _mm512_set1_epi64(dy));
        const __m512i high = _mm512_mullo_epi64(low, _mm512_set1_epi64(dy * dy));
        _mm512_storeu_si512(sum,
                            _mm512_add_epi64(_mm512_loadu_si512(sum), _mm512_mullo_epi64(powers, low)));
        _mm512_storeu_si512(
            sum + 8, _mm512_add_epi64(_mm512_loadu_si512(sum + 8), _mm512_mullo_epi64(powers, high)));
#else
        std::int64_t factor = 1;
        for (int j = 0; j < 4; ++j) {
            for (int i = 0; i < 4; ++i) sum[4 * j + i] += runs[k].powers[i] * factor;
            factor *= dy;
        }
#endif
    }
}
