// Samples along straight lines, interpolated between four pixels. Part of kernels.inl.

inline double between(double a, double b, double fraction) { return a + fraction * (b - a); }

// Where sample i of a line lies along one axis. The order of operations is that of
// profiles/positions.hpp.
inline double line_position(double start, double step, double shift, std::int64_t i) {
    return (start + static_cast<double>(i) * step) + shift;
}

inline bool is_finite(double value) { return value - value == 0; }

template <class T>
bool linear_line(const T* image, std::int64_t row_step, const StraightLine& line, std::int64_t first,
                 std::int64_t count, double* samples) {
    bool finite = true;
    for (std::int64_t i = 0; i < count; ++i) {
        const double y = line_position(line.y, line.step_y, line.shift_y, first + i);
        const double x = line_position(line.x, line.step_x, line.shift_x, first + i);
        const auto row = static_cast<std::int64_t>(y);
        const auto column = static_cast<std::int64_t>(x);
        const double fraction_y = y - static_cast<double>(row);
        const double fraction_x = x - static_cast<double>(column);
        const T* above = image + row * row_step + column;
        const T* below = above + row_step;
        const double a =
            between(static_cast<double>(above[0]), static_cast<double>(above[1]), fraction_x);
        const double b =
            between(static_cast<double>(below[0]), static_cast<double>(below[1]), fraction_x);
        samples[i] = between(a, b, fraction_y);
        finite &= is_finite(samples[i]);
    }
    return finite;
}

#if !defined(__AVX512DQ__)
void fetch_line(const void* image, std::int64_t row_bytes, std::int64_t pixel_bytes,
                const StraightLine& line, std::int64_t first, std::int64_t count) {
    const char* pixels = static_cast<const char*>(image);
    for (std::int64_t i = first; i < first + count; ++i) {
        const auto row = static_cast<std::int64_t>(line.y + static_cast<double>(i) * line.step_y);
        const auto column = static_cast<std::int64_t>(line.x + static_cast<double>(i) * line.step_x);
        __builtin_prefetch(pixels + row * row_bytes + column * pixel_bytes);
    }
}
#else
// Eight samples at a time; a pixel and the next one are one load where they fit into 64 bits.

struct PixelPairs {
    __m512d first;
    __m512d second;
};

inline PixelPairs gather_pairs(const std::uint8_t* image, __m512i at, __mmask8 selected) {
    const __m256i pairs = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), selected, at, image, 1);
    const __m256i byte = _mm256_set1_epi32(0xff);
    return {_mm512_cvtepi32_pd(_mm256_and_si256(pairs, byte)),
            _mm512_cvtepi32_pd(_mm256_and_si256(_mm256_srli_epi32(pairs, 8), byte))};
}

inline PixelPairs gather_pairs(const std::uint16_t* image, __m512i at, __mmask8 selected) {
    const __m256i pairs = _mm512_mask_i64gather_epi32(_mm256_setzero_si256(), selected, at, image, 2);
    return {_mm512_cvtepi32_pd(_mm256_and_si256(pairs, _mm256_set1_epi32(0xffff))),
            _mm512_cvtepi32_pd(_mm256_srli_epi32(pairs, 16))};
}

inline PixelPairs gather_pairs(const float* image, __m512i at, __mmask8 selected) {
    const __m512i pairs = _mm512_mask_i64gather_epi64(_mm512_setzero_si512(), selected, at, image, 4);
    const __m256i first = _mm512_cvtepi64_epi32(pairs);
    const __m256i second = _mm512_cvtepi64_epi32(_mm512_srli_epi64(pairs, 32));
    return {_mm512_cvtps_pd(_mm256_castsi256_ps(first)), _mm512_cvtps_pd(_mm256_castsi256_ps(second))};
}

inline PixelPairs gather_pairs(const double* image, __m512i at, __mmask8 selected) {
    const __m512d zero = _mm512_setzero_pd();
    return {_mm512_mask_i64gather_pd(zero, selected, at, image, 8),
            _mm512_mask_i64gather_pd(zero, selected, at, image + 1, 8)};
}

inline __m512d between(__m512d a, __m512d b, __m512d fraction) {
    return _mm512_add_pd(a, _mm512_mul_pd(fraction, _mm512_sub_pd(b, a)));
}

inline __m512d line_positions(double start, double step, double shift, __m512d number) {
    const __m512d moved = _mm512_mul_pd(number, _mm512_set1_pd(step));
    return _mm512_add_pd(_mm512_add_pd(_mm512_set1_pd(start), moved), _mm512_set1_pd(shift));
}

template <class T>
inline bool linear_line_by_eight(const T* image, std::int64_t row_step, const StraightLine& line,
                                 std::int64_t first, std::int64_t count, double* samples) {
    constexpr int toward_zero = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;
    constexpr int not_finite = 0x01 | 0x08 | 0x10 | 0x80;  // NaN and both infinities
    // Offsets of pixels are whole numbers that a double holds.
    const __m512d step = _mm512_set1_pd(static_cast<double>(row_step));
    const __m512d eight = _mm512_set1_pd(8);
    __m512d number =
        _mm512_add_pd(_mm512_set1_pd(static_cast<double>(first)), _mm512_set_pd(7, 6, 5, 4, 3, 2, 1, 0));
    __mmask8 unsound = 0;
    for (std::int64_t i = 0; i < count; i += 8) {
        const __mmask8 selected =
            count - i >= 8 ? __mmask8{0xff} : static_cast<__mmask8>((1U << (count - i)) - 1);
        const __m512d y = line_positions(line.y, line.step_y, line.shift_y, number);
        const __m512d x = line_positions(line.x, line.step_x, line.shift_x, number);
        const __m512d row = _mm512_roundscale_pd(y, toward_zero);
        const __m512d column = _mm512_roundscale_pd(x, toward_zero);
        const __m512i at = _mm512_cvttpd_epi64(_mm512_add_pd(_mm512_mul_pd(row, step), column));
        const __m512d fraction = _mm512_sub_pd(x, column);
        const PixelPairs above = gather_pairs(image, at, selected);
        const PixelPairs below = gather_pairs(image + row_step, at, selected);
        const __m512d sample =
            between(between(above.first, above.second, fraction),
                    between(below.first, below.second, fraction), _mm512_sub_pd(y, row));
        unsound |= _mm512_mask_fpclass_pd_mask(selected, sample, not_finite);
        _mm512_mask_storeu_pd(samples + i, selected, sample);
        number = _mm512_add_pd(number, eight);
    }
    return unsound == 0;
}

void fetch_line(const void* image, std::int64_t row_bytes, std::int64_t pixel_bytes,
                const StraightLine& line, std::int64_t first, std::int64_t count) {
    constexpr int toward_zero = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;
    const char* pixels = static_cast<const char*>(image);
    const __m512d row_step = _mm512_set1_pd(static_cast<double>(row_bytes));
    const __m512d pixel_step = _mm512_set1_pd(static_cast<double>(pixel_bytes));
    __m512d number =
        _mm512_add_pd(_mm512_set1_pd(static_cast<double>(first)), _mm512_set_pd(7, 6, 5, 4, 3, 2, 1, 0));
    for (std::int64_t i = 0; i + 8 <= count; i += 8) {
        const __m512d row =
            _mm512_roundscale_pd(line_positions(line.y, line.step_y, 0, number), toward_zero);
        const __m512d column =
            _mm512_roundscale_pd(line_positions(line.x, line.step_x, 0, number), toward_zero);
        alignas(64) std::int64_t at[8];
        _mm512_store_si512(at, _mm512_cvttpd_epi64(_mm512_add_pd(_mm512_mul_pd(row, row_step),
                                                                 _mm512_mul_pd(column, pixel_step))));
        for (const std::int64_t offset : at) __builtin_prefetch(pixels + offset);
        number = _mm512_add_pd(number, _mm512_set1_pd(8));
    }
}

template <>
bool linear_line(const std::uint8_t* image, std::int64_t row_step, const StraightLine& line,
                 std::int64_t first, std::int64_t count, double* samples) {
    return linear_line_by_eight(image, row_step, line, first, count, samples);
}
template <>
bool linear_line(const std::uint16_t* image, std::int64_t row_step, const StraightLine& line,
                 std::int64_t first, std::int64_t count, double* samples) {
    return linear_line_by_eight(image, row_step, line, first, count, samples);
}
template <>
bool linear_line(const float* image, std::int64_t row_step, const StraightLine& line, std::int64_t first,
                 std::int64_t count, double* samples) {
    return linear_line_by_eight(image, row_step, line, first, count, samples);
}
template <>
bool linear_line(const double* image, std::int64_t row_step, const StraightLine& line,
                 std::int64_t first, std::int64_t count, double* samples) {
    return linear_line_by_eight(image, row_step, line, first, count, samples);
}
#endif
