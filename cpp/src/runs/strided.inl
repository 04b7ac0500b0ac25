// Every second, third or fourth pixel of a row, as the channels of an image lie in memory that are its
// last axis. Part of kernels.inl. Of a loop whose step is known the compiler makes permutations of whole
// vectors: a tenth of a nanosecond a pixel, against one where each is fetched by itself.

template <class T, std::int64_t step>
inline void pick_every(const void* row, std::int64_t count, void* picked) {
    using Pixel [[gnu::may_alias]] = T;  // of any type of this size
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
