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

// Runs come in raster order, so only a run that beats what is known is looked into.
template <class T>
void add_positions(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
                   PositionPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        const T* pixels = row + runs[k].start;
        PositionPartial<T>& partial = partials[runs[k].slot];
        const std::int64_t length = runs[k].end - runs[k].start;
        const Extremes<T> found = extremes_of(pixels, length);
        if (!found.any) continue;
        if (partial.any == 0 || found.low < partial.low) {
            partial.low = found.low;
            set_position(partial.low_at, z, y, runs[k].start + first_of(pixels, length, found.low));
        }
        if (partial.any == 0 || found.high > partial.high) {
            partial.high = found.high;
            set_position(partial.high_at, z, y, runs[k].start + first_of(pixels, length, found.high));
        }
        partial.any = 1;
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
