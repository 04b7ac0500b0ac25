// Where the extremes of runs lie, and how many of their pixels are NaN, saturated or smallest. Part of
// kernels.inl.

template <class T>
struct Extremes {
    bool any;  // whether there is a finite pixel
    T low;
    T high;
};

template <class T>
inline Extremes<T> extremes_of(const T* pixels, std::int64_t length) {
    if constexpr (std::is_floating_point_v<T>) {
        T low[lanes];
        T high[lanes];
        for (int j = 0; j < lanes; ++j) {
            low[j] = static_cast<T>(__builtin_inf());
            high[j] = -low[j];
        }
        for (std::int64_t i = 0; i < length; i += lanes) {
            const std::int64_t left = length - i;
            for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
                const T value = pixels[i + j];
                const bool finite = is_finite(value);
                low[j] = (finite & (value < low[j])) ? value : low[j];
                high[j] = (finite & (value > high[j])) ? value : high[j];
            }
        }
        for (int j = 1; j < lanes; ++j) {
            low[0] = low[j] < low[0] ? low[j] : low[0];
            high[0] = high[j] > high[0] ? high[j] : high[0];
        }
        return {low[0] <= high[0], low[0], high[0]};
    } else {
#if defined(__AVX512BW__)
        if constexpr (has_lanes<T>) {
            if (length <= stretch_length) {
                const StretchExtremes<T> extremes = vector_extremes(pixels, length);
                return {true, extremes.min, extremes.max};
            }
        }
#endif
        T low = pixels[0];
        T high = pixels[0];
        for (std::int64_t i = 1; i < length; ++i) {
            low = pixels[i] < low ? pixels[i] : low;
            high = pixels[i] > high ? pixels[i] : high;
        }
        return {true, low, high};
    }
}

// Where the value lies, and the last pixel where it is gone: another thread may write to the image.
template <class T>
inline std::int64_t first_of(const T* pixels, std::int64_t length, T value) {
    std::int64_t i = 0;
    while (i + 1 < length && pixels[i] != value) ++i;
    return i;
}

inline void set_position(std::int64_t* at, std::int64_t z, std::int64_t y, std::int64_t x) {
    at[0] = z;
    at[1] = y;
    at[2] = x;
}

#if defined(__AVX512BW__)
inline void move_position(bool moved, std::int64_t* at, std::int64_t z, std::int64_t y, std::int64_t x) {
    at[0] = moved ? z : at[0];
    at[1] = moved ? y : at[1];
    at[2] = moved ? x : at[2];
}

// The lane of the first pixel of a value. That one is there, as lanes are read once.
inline std::int64_t first_lane_of(__m512i v, __mmask32 lanes_in, std::uint16_t value) {
    return __builtin_ctz(
        _mm512_mask_cmpeq_epi16_mask(lanes_in, v, _mm512_set1_epi16(static_cast<short>(value))));
}

// A run of at most 32 pixels of 8 or 16 bits without a sign. Whether it beats what is known cannot be
// foretold, so that nothing is left out where it does not.
template <class T>
inline void add_short_position(const T* pixels, const SlotRun& run, std::int64_t z, std::int64_t y,
                               PositionPartial<T>& partial) {
    const auto lanes_in = static_cast<__mmask32>(first_lanes(run.end - run.start));
    const __m512i v = masked_words(pixels, lanes_in);
    const std::uint16_t low = smallest_of(_mm512_mask_mov_epi16(_mm512_set1_epi32(-1), lanes_in, v));
    const auto high = static_cast<std::uint16_t>(65535 - smallest_of(complement(v)));
    const bool below = (partial.any == 0) | (low < partial.low);
    const bool above = (partial.any == 0) | (high > partial.high);
    partial.any = 1;
    partial.low = below ? static_cast<T>(low) : partial.low;
    partial.high = above ? static_cast<T>(high) : partial.high;
    move_position(below, partial.low_at, z, y, run.start + first_lane_of(v, lanes_in, low));
    move_position(above, partial.high_at, z, y, run.start + first_lane_of(v, lanes_in, high));
}
#endif

// Runs come in raster order, so only a run that beats what is known is looked into.
template <class T>
inline void add_position(const T* pixels, const SlotRun& run, std::int64_t z, std::int64_t y,
                         PositionPartial<T>& partial) {
    const std::int64_t length = run.end - run.start;
#if defined(__AVX512BW__)
    if constexpr (sizeof(T) <= 2 && T(-1) > T(0)) {
        if (length <= 32) return add_short_position(pixels, run, z, y, partial);
    }
#endif
    const Extremes<T> found = extremes_of(pixels, length);
    if (!found.any) return;
    if (partial.any == 0 || found.low < partial.low) {
        partial.low = found.low;
        set_position(partial.low_at, z, y, run.start + first_of(pixels, length, found.low));
    }
    if (partial.any == 0 || found.high > partial.high) {
        partial.high = found.high;
        set_position(partial.high_at, z, y, run.start + first_of(pixels, length, found.high));
    }
    partial.any = 1;
}

template <class T>
void add_positions(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
                   PositionPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        add_position(row + runs[k].start, runs[k], z, y, partials[runs[k].slot]);
    }
}

template <class T>
inline void add_smallest(const T* pixels, std::int64_t length, QualityPartial<T>& partial) {
    const Extremes<T> found = extremes_of(pixels, length);
    if (!found.any) return;
    if (partial.at_min == 0 || found.low < partial.min) {
        partial.min = found.low;
        partial.at_min = 0;
    }
    if (found.low != partial.min) return;
    std::uint32_t equal = 0;
    for (std::int64_t i = 0; i < length; ++i) equal += pixels[i] == found.low;
    partial.at_min += equal;
}

template <class T>
inline void add_quality_stretch(const T* pixels, std::int64_t length, T saturation,
                                QualityPartial<T>& partial) {
    std::uint32_t nan = 0;
    std::uint32_t saturated = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        nan += pixels[i] != pixels[i];
        saturated += pixels[i] >= saturation;
    }
    partial.pixels += length;
    partial.nan += nan;
    partial.saturated += saturated;
    add_smallest(pixels, length, partial);
}

template <class T>
void add_quality(const T* row, const SlotRun* runs, std::int64_t count, T saturation,
                 QualityPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch_length) {
            const std::int64_t left = runs[k].end - start;
            add_quality_stretch(row + start, left < stretch_length ? left : stretch_length, saturation,
                                partials[runs[k].slot]);
        }
    }
}
