// Samples along straight lines, interpolated between four pixels. Part of kernels.inl.

inline double between(double a, double b, double fraction) { return a + fraction * (b - a); }

// Where sample i of a line lies along one axis, if it is not the last. The order of operations is that
// of profiles/positions.hpp.
inline double line_position(double start, double step, double shift, std::int64_t i) {
    return (start + static_cast<double>(i) * step) + shift;
}

inline bool is_finite(double value) { return value - value == 0; }

template <class T>
inline bool linear_line_one_by_one(const PlanePixels<T>& plane, const StraightLine& line,
                                   std::int64_t first, std::int64_t count, double* samples) {
    bool finite = true;
    for (std::int64_t i = 0; i < count; ++i) {
        const bool last = first + i == line.last;
        const double y = last ? line.last_y + line.shift_y
                              : line_position(line.y, line.step_y, line.shift_y, first + i);
        const double x = last ? line.last_x + line.shift_x
                              : line_position(line.x, line.step_x, line.shift_x, first + i);
        const auto row = static_cast<std::int64_t>(y);
        const auto column = static_cast<std::int64_t>(x);
        const double fraction_y = y - static_cast<double>(row);
        const double fraction_x = x - static_cast<double>(column);
        const T* above = plane.pixels + (row * plane.row_step + column - plane.origin);
        const T* below = above + plane.row_step;
        const double a =
            between(static_cast<double>(above[0]), static_cast<double>(above[1]), fraction_x);
        const double b =
            between(static_cast<double>(below[0]), static_cast<double>(below[1]), fraction_x);
        samples[i] = between(a, b, fraction_y);
        finite &= is_finite(samples[i]);
    }
    return finite;
}

#if defined(__AVX512DQ__)
// Eight samples at a time. Pixels are loaded one by one, each with the next one where both fit into 64
// bits: instructions that gather are slower on some processors, and faster on none.

// Pixels, and what the next ones have more.
struct PixelPairs {
    __m512d first;
    __m512d more;
};

// Where eight pixels lie.
struct EightPlaces {
    alignas(64) std::int64_t at[8];
};

template <class Pair, class T>
inline Pair pair_at(const T* pixel) {
    Pair pair;
    __builtin_memcpy(&pair, pixel, sizeof pair);
    return pair;
}

template <class T>
inline __m256i load_narrow_pairs(const T* image, const EightPlaces& p) {
    const auto at = [&](int k) { return pair_at<std::int32_t>(image + p.at[k]); };
    return _mm256_set_epi32(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0));
}

inline PixelPairs pairs_of(__m256i first, __m256i second) {
    return {_mm512_cvtepi32_pd(first), _mm512_cvtepi32_pd(_mm256_sub_epi32(second, first))};
}
inline PixelPairs pairs_of(__m512d first, __m512d second) {
    return {first, _mm512_sub_pd(second, first)};
}

inline PixelPairs load_pairs(const std::uint8_t* image, const EightPlaces& p) {
    const __m256i pairs = load_narrow_pairs(image, p);
    const __m256i byte = _mm256_set1_epi32(0xff);
    return pairs_of(_mm256_and_si256(pairs, byte), _mm256_and_si256(_mm256_srli_epi32(pairs, 8), byte));
}

inline PixelPairs load_pairs(const std::uint16_t* image, const EightPlaces& p) {
    const __m256i pairs = load_narrow_pairs(image, p);
    return pairs_of(_mm256_and_si256(pairs, _mm256_set1_epi32(0xffff)), _mm256_srli_epi32(pairs, 16));
}

inline PixelPairs load_pairs(const float* image, const EightPlaces& p) {
    const auto at = [&](int k) { return pair_at<std::int64_t>(image + p.at[k]); };
    const __m512i pairs = _mm512_set_epi64(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0));
    const auto halves = [](__m512i v) {
        return _mm512_cvtps_pd(_mm256_castsi256_ps(_mm512_cvtepi64_epi32(v)));
    };
    return pairs_of(halves(pairs), halves(_mm512_srli_epi64(pairs, 32)));
}

inline PixelPairs load_pairs(const double* image, const EightPlaces& p) {
    const auto at = [&](int k) { return image[p.at[k]]; };
    const auto next = [&](int k) { return image[p.at[k] + 1]; };
    return pairs_of(
        _mm512_set_pd(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0)),
        _mm512_set_pd(next(7), next(6), next(5), next(4), next(3), next(2), next(1), next(0)));
}

inline __m512d between(const PixelPairs& pairs, __m512d fraction) {
    return _mm512_add_pd(pairs.first, _mm512_mul_pd(fraction, pairs.more));
}

// Where along one axis the samples of a line lie, eight at a time.
template <bool shifted>
class EightPositions {
public:
    EightPositions(double start, double step, double shift, double last)
        : start_(_mm512_set1_pd(start)), step_(_mm512_set1_pd(step)), shift_(_mm512_set1_pd(shift)),
          last_(_mm512_set1_pd(last)) {}

    // Those that are not `inner` are the last.
    __m512d at(__m512d number, __mmask8 inner) const {
        const __m512d moved = _mm512_mul_pd(number, step_);
        const __m512d position = _mm512_mask_add_pd(last_, inner, start_, moved);
        return shifted ? _mm512_add_pd(position, shift_) : position;
    }

private:
    __m512d start_;
    __m512d step_;
    __m512d shift_;
    __m512d last_;
};

// What lies between eight samples and the pixels before them.
struct EightFractions {
    __m512d y;
    __m512d x;
};

// A line, of which samples `selected` are looked at. Where they lie is found one step ahead of what they
// are: as one chain of instructions, which is long, few of them would be under way at once.
template <class T, bool shifted>
class EightSamples {
public:
    EightSamples(const PlanePixels<T>& plane, const StraightLine& line)
        : above_(plane.pixels), below_(plane.pixels + plane.row_step),
          step_(_mm512_set1_pd(static_cast<double>(plane.row_step))),
          origin_(_mm512_set1_pd(static_cast<double>(plane.origin))),
          last_(_mm512_set1_pd(static_cast<double>(line.last))),
          y_(line.y, line.step_y, line.shift_y, line.last_y),
          x_(line.x, line.step_x, line.shift_x, line.last_x) {}

    EightFractions find(__m512d number, __mmask8 selected, EightPlaces& places) const {
        constexpr int toward_zero = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;
        const __mmask8 inner = _mm512_cmp_pd_mask(number, last_, _CMP_NEQ_OQ);
        const __m512d y = y_.at(number, inner);
        const __m512d x = x_.at(number, inner);
        const __m512d row = _mm512_roundscale_pd(y, toward_zero);
        const __m512d column = _mm512_roundscale_pd(x, toward_zero);
        // Offsets of pixels are whole numbers that a double holds. Where nothing is selected there may
        // be no pixel.
        const __m512d offset = _mm512_add_pd(_mm512_mul_pd(row, step_), _mm512_sub_pd(column, origin_));
        _mm512_store_si512(places.at, _mm512_maskz_cvttpd_epi64(selected, offset));
        return {_mm512_sub_pd(y, row), _mm512_sub_pd(x, column)};
    }

    __m512d at(const EightPlaces& places, const EightFractions& fraction, __mmask8 selected) {
        constexpr int not_finite = 0x01 | 0x08 | 0x10 | 0x80;  // NaN and both infinities
        const PixelPairs above = load_pairs(above_, places);
        const PixelPairs below = load_pairs(below_, places);
        const __m512d sample =
            between(pairs_of(between(above, fraction.x), between(below, fraction.x)), fraction.y);
        if constexpr (std::is_floating_point_v<T>) {
            unsound_ |= _mm512_mask_fpclass_pd_mask(selected, sample, not_finite);
        }
        return sample;
    }

    bool are_finite() const { return unsound_ == 0; }

private:
    const T* above_;
    const T* below_;
    __m512d step_;
    __m512d origin_;
    __m512d last_;
    EightPositions<shifted> y_;
    EightPositions<shifted> x_;
    __mmask8 unsound_ = 0;
};

// Vectors of eight of the samples to be written, the first of which are `skipped` so that vectors are
// aligned.
class EightSelected {
public:
    EightSelected(std::int64_t skipped, std::int64_t count)
        : first_(static_cast<__mmask8>(0xff << skipped)), vectors_((skipped + count + 7) / 8),
          last_(static_cast<__mmask8>(0xff >> (8 * vectors_ - skipped - count))) {}

    std::int64_t vectors() const { return vectors_; }

    __mmask8 of(std::int64_t v) const {
        return (v == 0 ? first_ : __mmask8{0xff}) & (v == vectors_ - 1 ? last_ : __mmask8{0xff});
    }

private:
    __mmask8 first_;
    std::int64_t vectors_;
    __mmask8 last_;
};

template <bool around_cache, bool shifted, class T>
inline bool linear_line_by_eight(const PlanePixels<T>& plane, const StraightLine& line,
                                 std::int64_t first, std::int64_t count, double* samples) {
    const auto place = reinterpret_cast<std::uintptr_t>(samples) / sizeof(double);
    const auto skipped = around_cache ? static_cast<std::int64_t>(place % 8) : 0;
    const EightSelected selected(skipped, count);
    EightSamples<T, shifted> eight(plane, line);
    EightPlaces places[2];
    __m512d number = _mm512_add_pd(_mm512_set1_pd(static_cast<double>(first - skipped)),
                                   _mm512_set_pd(7, 6, 5, 4, 3, 2, 1, 0));
    EightFractions fraction = eight.find(number, selected.of(0), places[0]);
    for (std::int64_t v = 0; v < selected.vectors(); ++v) {
        EightFractions next = fraction;
        if (v + 1 < selected.vectors()) {
            number = _mm512_add_pd(number, _mm512_set1_pd(8));
            next = eight.find(number, selected.of(v + 1), places[(v + 1) % 2]);
        }
        const __mmask8 some = selected.of(v);
        const __m512d sample = eight.at(places[v % 2], fraction, some);
        double* out = samples - skipped + 8 * v;
        if (around_cache && some == 0xff) {
            _mm512_stream_pd(out, sample);
        } else {
            _mm512_mask_storeu_pd(out, some, sample);
        }
        fraction = next;
    }
    return eight.are_finite();
}

template <class T>
inline bool linear_line_by_eight(const PlanePixels<T>& plane, const StraightLine& line,
                                 std::int64_t first, std::int64_t count, bool around_cache,
                                 double* samples) {
    if (line.shift_y != 0 || line.shift_x != 0) {  // then there are many samples for one value
        return linear_line_by_eight<false, true>(plane, line, first, count, samples);
    }
    return around_cache ? linear_line_by_eight<true, false>(plane, line, first, count, samples)
                        : linear_line_by_eight<false, false>(plane, line, first, count, samples);
}
#endif

template <class T>
bool linear_line(const PlanePixels<T>& plane, const StraightLine& line, std::int64_t first,
                 std::int64_t count, [[maybe_unused]] bool around_cache, double* samples) {
#if defined(__AVX512DQ__)
    if constexpr (std::is_floating_point_v<T> || (sizeof(T) <= 2 && std::is_unsigned_v<T>)) {
        return linear_line_by_eight(plane, line, first, count, around_cache, samples);
    }
#endif
    return linear_line_one_by_one(plane, line, first, count, samples);
}
