// The label of every pixel of a row: that of the run it lies in, 0 outside. Part of kernels.inl. Pixels
// are painted a vector at a time whatever the lengths of the runs: the bits of `starts`, summed up from
// the left, tell each pixel how many runs further on its label lies, and a permutation fetches it.

// counts.at[b][i]: how many of the bits 0..i of the byte b are set.
struct BitCounts {
    std::uint8_t at[256][8];
};

constexpr BitCounts count_bits() {
    BitCounts counts{};
    for (int byte = 0; byte < 256; ++byte) {
        int count = 0;
        for (int i = 0; i < 8; ++i) {
            count += byte >> i & 1;
            counts.at[byte][i] = static_cast<std::uint8_t>(count);
        }
    }
    return counts;
}

alignas(64) constexpr BitCounts counts = count_bits();

// Labels in `labels` are counted from that of the run before the word.
template <class T>
inline void paint_pixels(Word foreground, Word starts, std::int64_t pixels, const PaintLabel<T>* labels,
                         bool skip_background, T* out) {
    for (std::int64_t i = 0; i < pixels; ++i) {
        labels += starts >> i & 1;
        if ((foreground >> i & 1) != 0) {
            out[i] = static_cast<T>(*labels);
        } else if (!skip_background) {
            out[i] = T{0};
        }
    }
}

// A whole word without permutations: at once where it is all background or all one run, else without a
// branch for any pixel.
template <class T>
inline void paint_plain_word(Word foreground, Word starts, const PaintLabel<T>* labels, T* out) {
    using Label = PaintLabel<T>;
    if (foreground == 0 || (foreground == ~Word{0} && starts >> 1 == 0)) {
        const T label = foreground == 0 ? T{0} : static_cast<T>(labels[starts & 1]);
        for (int i = 0; i < word_bits; ++i) out[i] = label;
        return;
    }
    for (int i = 0; i < word_bits; ++i) {
        labels += starts >> i & 1;
        out[i] = static_cast<T>(*labels & (Label{0} - static_cast<Label>(foreground >> i & 1)));
    }
}

#if defined(__AVX512BW__)
// A vector of labels: which pixels, where runs start, and `labels` at that of the run before. As many
// runs may start here as there are pixels, besides the one before: a start in the first pixel is skipped
// in the pointer, so that one vector holds all labels that are needed.
inline __m512i vector_of_labels(Word foreground, Word starts, const std::uint32_t* labels) {
    const std::uint8_t* low = counts.at[starts & 0xff];
    const std::uint8_t* high = counts.at[starts >> 8 & 0xff];
    const __m128i within = _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(low)),
                                              _mm_loadl_epi64(reinterpret_cast<const __m128i*>(high)));
    const __m128i before = _mm_slli_si128(_mm_set1_epi8(static_cast<char>(low[7])), 8);
    const __m512i steps = _mm512_sub_epi32(_mm512_cvtepu8_epi32(_mm_add_epi8(within, before)),
                                           _mm512_set1_epi32(static_cast<int>(starts & 1)));
    return _mm512_maskz_permutexvar_epi32(static_cast<__mmask16>(foreground), steps,
                                          _mm512_loadu_si512(labels + (starts & 1)));
}
inline __m512i vector_of_labels(Word foreground, Word starts, const std::uint64_t* labels) {
    const auto* within = reinterpret_cast<const __m128i*>(counts.at[starts & 0xff]);
    const __m512i steps = _mm512_sub_epi64(_mm512_cvtepu8_epi64(_mm_loadl_epi64(within)),
                                           _mm512_set1_epi64(static_cast<long long>(starts & 1)));
    return _mm512_maskz_permutexvar_epi64(static_cast<__mmask8>(foreground), steps,
                                          _mm512_loadu_si512(labels + (starts & 1)));
}

template <class T>
inline void store_labels(T* out, __m512i labels, bool around_cache) {
    if constexpr (sizeof(T) == 1) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi32_epi8(labels));
    } else if constexpr (sizeof(T) == 2) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi32_epi16(labels));
    } else if (around_cache) {
        _mm512_stream_si512(reinterpret_cast<__m512i*>(out), labels);
    } else {
        _mm512_storeu_si512(out, labels);
    }
}

template <class T>
inline void paint_word(Word foreground, Word starts, const PaintLabel<T>* labels, bool around_cache,
                       T* out) {
    constexpr int vector = sizeof(T) == 8 ? 8 : 16;
    constexpr Word all = (Word{1} << vector) - 1;
    for (int i = 0; i < word_bits; i += vector) {
        const Word here = starts >> i & all;
        store_labels(out + i, vector_of_labels(foreground >> i & all, here, labels), around_cache);
        labels += count_set(here);
    }
}
#elif defined(__AVX2__)
inline __m256i vector_of_labels(Word foreground, Word starts, const std::uint32_t* labels) {
    const auto* within = reinterpret_cast<const __m128i*>(counts.at[starts]);
    const __m256i steps = _mm256_sub_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64(within)),
                                           _mm256_set1_epi32(static_cast<int>(starts & 1)));
    const auto* window = reinterpret_cast<const __m256i*>(labels + (starts & 1));
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i bits = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(foreground)), bit);
    return _mm256_and_si256(_mm256_permutevar8x32_epi32(_mm256_loadu_si256(window), steps),
                            _mm256_cmpeq_epi32(bits, bit));
}

template <class T>
inline void store_labels(T* out, __m256i labels, bool around_cache) {
    if constexpr (sizeof(T) == 4) {
        auto* place = reinterpret_cast<__m256i*>(out);
        around_cache ? _mm256_stream_si256(place, labels) : _mm256_storeu_si256(place, labels);
    } else {
        alignas(32) std::uint32_t wide[8];
        _mm256_store_si256(reinterpret_cast<__m256i*>(wide), labels);
        for (int i = 0; i < 8; ++i) out[i] = static_cast<T>(wide[i]);
    }
}

template <class T>
inline void paint_word(Word foreground, Word starts, const PaintLabel<T>* labels, bool around_cache,
                       T* out) {
    if constexpr (sizeof(T) == 8) {
        paint_plain_word(foreground, starts, labels, out);
    } else {
        for (int i = 0; i < word_bits; i += 8) {
            const Word here = starts >> i & 0xff;
            store_labels(out + i, vector_of_labels(foreground >> i & 0xff, here, labels), around_cache);
            labels += count_set(here);
        }
    }
}
#else
template <class T>
inline void paint_word(Word foreground, Word starts, const PaintLabel<T>* labels, bool, T* out) {
    paint_plain_word(foreground, starts, labels, out);
}
#endif

template <class T>
void paint(const Word* foreground, const Word* starts, std::int64_t width, const PaintLabel<T>* labels,
           bool skip_background, bool around_cache, T* out) {
    const std::int64_t whole = width / word_bits;
    for (std::int64_t w = 0; w < whole; ++w) {
        if (!skip_background || foreground[w] != 0) {
            paint_word(foreground[w], starts[w], labels, around_cache, out + w * word_bits);
        }
        labels += count_set(starts[w]);
    }
    const std::int64_t rest = width % word_bits;
    if (rest != 0) {
        paint_pixels(foreground[whole], starts[whole], rest, labels, skip_background,
                     out + whole * word_bits);
    }
}

// Makes stores around the cache visible to other threads in order.
void end_streaming() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}
