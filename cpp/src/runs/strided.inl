// Channels of a row that are the last axis of an image in memory: one of two, three or four is picked,
// or all are split from each other. Part of kernels.inl. Of a loop whose step is known the compiler
// makes permutations of whole vectors: a tenth of a nanosecond a pixel, against one where each is
// fetched by itself.

// Pixels of any type of this size.
template <class T>
struct AnyOfSize {
    using Type [[gnu::may_alias]] = T;
};

template <class T, std::int64_t step>
inline void pick_every(const void* row, std::int64_t count, void* picked) {
    using Pixel = typename AnyOfSize<T>::Type;
    const auto* from = static_cast<const Pixel*>(row);
    auto* to = static_cast<Pixel*>(picked);
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * step];
}

template <class T>
void pick(const void* row, std::int64_t step, std::int64_t count, void* picked) {
    switch (step) {
        case 2: return pick_every<T, 2>(row, count, picked);
        case 3: return pick_every<T, 3>(row, count, picked);
        default: return pick_every<T, 4>(row, count, picked);
    }
}

// T is given: a type that is deduced loses its attributes.
template <class T, std::int64_t channels>
inline void split_some(const typename AnyOfSize<T>::Type* __restrict from, std::int64_t count,
                       typename AnyOfSize<T>::Type* __restrict to, std::int64_t to_step) {
    for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t c = 0; c < channels; ++c) to[c * to_step + i] = from[i * channels + c];
    }
}

// So few pixels at a time that many channels of them stay in the cache.
template <class T>
void split(const void* row, std::int64_t channels, std::int64_t count, void* split, std::int64_t step) {
    using Pixel = typename AnyOfSize<T>::Type;
    for (std::int64_t first = 0; first < count; first += word_bits) {
        const auto* from = static_cast<const Pixel*>(row) + first * channels;
        auto* to = static_cast<Pixel*>(split) + first;
        const std::int64_t some = count - first < word_bits ? count - first : word_bits;
        for (std::int64_t c = 0; c < channels; ++c) read_ahead(from + c * word_bits);
        switch (channels) {
            case 2: split_some<T, 2>(from, some, to, step); break;
            case 3: split_some<T, 3>(from, some, to, step); break;
            case 4: split_some<T, 4>(from, some, to, step); break;
            default:
                for (std::int64_t c = 0; c < channels; ++c) {
                    for (std::int64_t i = 0; i < some; ++i) to[c * step + i] = from[i * channels + c];
                }
        }
    }
}
