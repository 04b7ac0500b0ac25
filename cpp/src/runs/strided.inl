// Every second, third or fourth pixel of a row, as the channels of an image lie in memory that are its
// last axis. Part of kernels.inl. Of a loop whose step is known the compiler makes permutations of whole
// vectors: a tenth of a nanosecond a pixel, against one where each is fetched by itself.

template <class T, std::int64_t step>
inline void pick_every(const T* from, std::int64_t count, T* to) {
    for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * step];
}

template <class T>
void pick(const void* row, std::int64_t step, std::int64_t count, void* picked) {
    using Pixel [[gnu::may_alias]] = T;
    const auto* from = static_cast<const Pixel*>(row);
    auto* to = static_cast<Pixel*>(picked);
    switch (step) {
        case 2: return pick_every<Pixel, 2>(from, count, to);
        case 3: return pick_every<Pixel, 3>(from, count, to);
        default: return pick_every<Pixel, 4>(from, count, to);
    }
}
