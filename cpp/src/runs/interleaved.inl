// From channels that lie pixel by pixel to one row each. Part of kernels.inl.

// Pixels are taken in pieces of 16, which the compiler turns into shuffles; so those behind a run are
// taken as well, where the row has them.
template <class T, int channels>
inline void deinterleave_run(const T* row, std::int64_t start, std::int64_t end, std::int64_t width,
                             T* const* rows) {
    constexpr int length = 16;
    std::int64_t x = start;
    for (; x < end && x + length <= width; x += length) {
        T piece[static_cast<std::size_t>(length * channels)];
        __builtin_memcpy(piece, row + x * channels, sizeof(piece));
        for (int c = 0; c < channels; ++c) {
            T* out = rows[c] + x;
            for (int i = 0; i < length; ++i) out[i] = piece[i * channels + c];
        }
    }
    for (; x < end; ++x) {
        for (int c = 0; c < channels; ++c) rows[c][x] = row[x * channels + c];
    }
}

template <class T>
inline void deinterleave_many(const T* row, int channels, std::int64_t start, std::int64_t end,
                              T* const* rows) {
    for (std::int64_t x = start; x < end; ++x) {
        for (int c = 0; c < channels; ++c) rows[c][x] = row[x * channels + c];
    }
}

template <class T>
void deinterleave(const T* row, int channels, const SlotRun* runs, std::int64_t count,
                  std::int64_t width, T* const* rows) {
    for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t start = runs[k].start;
        const std::int64_t end = runs[k].end;
        switch (channels) {
            case 2: deinterleave_run<T, 2>(row, start, end, width, rows); break;
            case 3: deinterleave_run<T, 3>(row, start, end, width, rows); break;
            case 4: deinterleave_run<T, 4>(row, start, end, width, rows); break;
            default: deinterleave_many(row, channels, start, end, rows);
        }
    }
}
