// A row of values compared with earlier rows, pixel by pixel and diagonally. Part of kernels.inl.
//
// The row is loaded three times, moved by one pixel to either side, and each other row once: a vector
// that lies across two cache lines costs more than one that does not.

// The pixels of word w of a row.
inline Word pixels_of_word(std::int64_t w, std::int64_t width) {
    const std::int64_t left = width - w * word_bits;
    return left < word_bits ? ~Word{0} >> (word_bits - left) : ~Word{0};
}

// 64 pixels of a row and where to find out about them: only those of `inside` are in the row.
template <class T>
struct PixelWord {
    const T* pixels;
    Word inside;
};

#if defined(__AVX512BW__)
// A vector of pixels, as many as `mask` has bits; where it has none, memory is not read.
inline __m512i load_pixels(__mmask64 mask, const std::uint8_t* pixels) {
    return _mm512_maskz_loadu_epi8(mask, pixels);
}
inline __m512i load_pixels(__mmask32 mask, const std::uint16_t* pixels) {
    return _mm512_maskz_loadu_epi16(mask, pixels);
}
inline __m512i load_pixels(__mmask16 mask, const std::uint32_t* pixels) {
    return _mm512_maskz_loadu_epi32(mask, pixels);
}
inline __m512i load_pixels(__mmask8 mask, const std::uint64_t* pixels) {
    return _mm512_maskz_loadu_epi64(mask, pixels);
}

inline __mmask64 equal_bits(__mmask64 mask, __m512i a, __m512i b) {
    return _mm512_mask_cmpeq_epi8_mask(mask, a, b);
}
inline __mmask32 equal_bits(__mmask32 mask, __m512i a, __m512i b) {
    return _mm512_mask_cmpeq_epi16_mask(mask, a, b);
}
inline __mmask16 equal_bits(__mmask16 mask, __m512i a, __m512i b) {
    return _mm512_mask_cmpeq_epi32_mask(mask, a, b);
}
inline __mmask8 equal_bits(__mmask8 mask, __m512i a, __m512i b) {
    return _mm512_mask_cmpeq_epi64_mask(mask, a, b);
}

// 64 pixels in vectors. Their bits are kept and stored vector by vector: joining the short masks of
// vectors to a word would take longer than comparing them.
template <class T>
class LoadedWord {
public:
    static constexpr unsigned lanes = 64 / sizeof(T);
    static constexpr unsigned vectors = sizeof(T);
    using Mask = decltype(unequal_bits(__m512i{}, __m512i{}, T{}));

    explicit LoadedWord(const PixelWord<T>& word) {
        for (unsigned i = 0; i < vectors; ++i) {
            masks_[i] = static_cast<Mask>(word.inside >> (i * lanes));
            pixels_[i] = load_pixels(masks_[i], word.pixels + i * lanes);
        }
    }

    // Stores where both are in their rows and hold the same value.
    void store_equal(const LoadedWord& other, Word* bits) const {
        for (unsigned i = 0; i < vectors; ++i) {
            const auto both = static_cast<Mask>(masks_[i] & other.masks_[i]);
            const Mask equal = equal_bits(both, pixels_[i], other.pixels_[i]);
            __builtin_memcpy(reinterpret_cast<Mask*>(bits) + i, &equal, sizeof(Mask));
        }
    }

private:
    __m512i pixels_[vectors];
    Mask masks_[vectors];
};
#endif

// The same without such vectors, and for floating pixels.
template <class T>
class PlainWord {
public:
    explicit PlainWord(const PixelWord<T>& word) : pixels_(word.pixels), inside_(word.inside) {
        if (inside_ == ~Word{0} || inside_ == 0) return;
        // A word at the end of a row is copied, so that nothing outside is read.
        const int first = __builtin_ctzll(inside_);
        __builtin_memset(copy_, 0, sizeof(copy_));
        __builtin_memcpy(copy_ + first, pixels_ + first,
                         static_cast<unsigned>(count_set(inside_)) * sizeof(T));
        pixels_ = copy_;
    }
    PlainWord(const PlainWord&) = delete;

    void store_equal(const PlainWord& other, Word* bits) const {
        const Word both = inside_ & other.inside_;
        const T* a = pixels_;
        const T* b = other.pixels_;
        *bits = both == 0 ? 0 : word_of([=](int i) { return a[i] == b[i]; }) & both;
    }

private:
    T copy_[word_bits];
    const T* pixels_;
    Word inside_;
};

template <class T, bool diagonal, class Loaded>
void compare_with(const T* row, const T* const* others, int count, std::int64_t width,
                  const Agreement* agreements) {
    const std::int64_t words = (width + word_bits - 1) / word_bits;
    for (std::int64_t w = 0; w < words; ++w) {
        const T* pixels = row + w * word_bits;
        const Word inside = pixels_of_word(w, width);
        const Word not_first = diagonal ? inside & ~Word{w == 0} : 0;
        const Word not_last = !diagonal ? 0 : w + 1 < words ? inside : inside >> 1;
        const Loaded here(PixelWord<T>{pixels, inside});
        const Loaded left(PixelWord<T>{pixels - 1, not_first});
        const Loaded right(PixelWord<T>{pixels + 1, not_last});
        for (int k = 0; k < count; ++k) {
            const Loaded other(PixelWord<T>{others[k] + w * word_bits, inside});
            other.store_equal(here, agreements[k].same + w);
            if constexpr (diagonal) {
                other.store_equal(left, agreements[k].left + w);
                other.store_equal(right, agreements[k].right + w);
            }
        }
    }
}

template <class T>
void compare(const T* row, const T* const* others, int count, std::int64_t width, bool diagonal,
             const Agreement* agreements) {
#if defined(__AVX512BW__)
    if constexpr (has_mask_compare<T>) {
        if (diagonal) {
            compare_with<T, true, LoadedWord<T>>(row, others, count, width, agreements);
        } else {
            compare_with<T, false, LoadedWord<T>>(row, others, count, width, agreements);
        }
        return;
    }
#endif
    if (diagonal) {
        compare_with<T, true, PlainWord<T>>(row, others, count, width, agreements);
    } else {
        compare_with<T, false, PlainWord<T>>(row, others, count, width, agreements);
    }
}
