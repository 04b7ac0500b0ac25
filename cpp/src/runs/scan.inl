// Rows to bitmaps: which pixels are foreground, where values change. Part of kernels.inl.

// One bit per byte of a 64-byte array of 0 and 255.
inline Word pack_bytes(const std::uint8_t* bytes) {
#if defined(__AVX2__)
    const auto half = [bytes](int i) {
        const __m256i v = _mm256_load_si256(reinterpret_cast<const __m256i*>(bytes) + i);
        return static_cast<Word>(static_cast<std::uint32_t>(_mm256_movemask_epi8(v)));
    };
    return half(0) | half(1) << 32;
#elif defined(__SSE2__)
    const auto quarter = [bytes](int i) {
        const __m128i v = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes) + i);
        return static_cast<Word>(static_cast<std::uint32_t>(_mm_movemask_epi8(v)));
    };
    return quarter(0) | quarter(1) << 16 | quarter(2) << 32 | quarter(3) << 48;
#else
    Word word = 0;
    for (int i = 0; i < 64; ++i) word |= static_cast<Word>(bytes[i] & 1) << i;
    return word;
#endif
}

// Bit i of the result tells whether test(i) holds, for i in [0, 64).
template <class Test>
inline Word word_of(Test test) {
    alignas(64) std::uint8_t bytes[word_bits];
    for (int i = 0; i < word_bits; ++i) bytes[i] = test(i) ? 0xff : 0;
    return pack_bytes(bytes);
}

#if defined(__AVX512BW__)
// The compare-to-mask instructions, which the compiler does not find for integers by itself: the bits of
// one vector of 64 / sizeof(T) pixels.
inline __mmask64 unequal_bits(__m512i a, __m512i b, std::uint8_t) {
    return _mm512_cmpneq_epi8_mask(a, b);
}
inline __mmask32 unequal_bits(__m512i a, __m512i b, std::uint16_t) {
    return _mm512_cmpneq_epi16_mask(a, b);
}
inline __mmask16 unequal_bits(__m512i a, __m512i b, std::uint32_t) {
    return _mm512_cmpneq_epi32_mask(a, b);
}
inline __mmask8 unequal_bits(__m512i a, __m512i b, std::uint64_t) {
    return _mm512_cmpneq_epi64_mask(a, b);
}

inline __m512i repeated(std::uint8_t v) { return _mm512_set1_epi8(static_cast<char>(v)); }
inline __m512i repeated(std::uint16_t v) { return _mm512_set1_epi16(static_cast<short>(v)); }
inline __m512i repeated(std::uint32_t v) { return _mm512_set1_epi32(static_cast<int>(v)); }
inline __m512i repeated(std::uint64_t v) { return _mm512_set1_epi64(static_cast<long long>(v)); }

template <class T>
constexpr bool has_mask_compare = T(0.5) == T(0);  // integers

// The bits of 64 pixels from those of the vectors they fill. They are joined as masks, not as shifted
// integers: gcc 12 may put a short mask aside in as many bytes as it has and fetch it as 64 bits, seen
// where the thread sanitizer's calls come between.
template <class T, class Bits>
inline Word joined_bits(Bits bits) {
    if constexpr (sizeof(T) == 1) {
        return bits(0);
    } else if constexpr (sizeof(T) == 2) {
        return _mm512_kunpackd(bits(1), bits(0));
    } else {
        const auto sixteen = [bits](int i) -> __mmask16 {
            if constexpr (sizeof(T) == 4) {
                return bits(i);
            } else {
                return _mm512_kunpackb(bits(2 * i + 1), bits(2 * i));
            }
        };
        return _mm512_kunpackd(_mm512_kunpackw(sixteen(3), sixteen(2)),
                               _mm512_kunpackw(sixteen(1), sixteen(0)));
    }
}
#endif

template <class T>
inline Word foreground_word(const T* pixels, T background) {
#if defined(__AVX512BW__)
    if constexpr (has_mask_compare<T>) {
        const __m512i constant = repeated(background);
        return joined_bits<T>([=](int i) {
            const T* part = pixels + i * (64 / static_cast<int>(sizeof(T)));
            return unequal_bits(_mm512_loadu_si512(part), constant, T{});
        });
    }
#endif
    // A NaN is the only value that differs from itself.
    return word_of([=](int i) { return (pixels[i] != background) & (pixels[i] == pixels[i]); });
}

// Where two stretches of 64 pixels hold the same value.
template <class T>
inline Word equal_word(const T* a, const T* b) {
#if defined(__AVX512BW__)
    if constexpr (has_mask_compare<T>) {
        return ~joined_bits<T>([=](int i) {
            const int first = i * (64 / static_cast<int>(sizeof(T)));
            return unequal_bits(_mm512_loadu_si512(a + first), _mm512_loadu_si512(b + first), T{});
        });
    }
#endif
    return word_of([=](int i) { return a[i] == b[i]; });
}

// Asks for memory that will be read soon, so many bytes from a pixel. An address that does not exist is
// ignored.
template <class T>
inline void ask_for(const T* pixel, std::ptrdiff_t bytes) {
    const auto address = reinterpret_cast<std::uintptr_t>(pixel) + static_cast<std::uintptr_t>(bytes);
    __builtin_prefetch(reinterpret_cast<const void*>(address), 0, 2);
}

// Asks for the memory two pages behind 64 pixels. Other memory is looked at between two rows, and the
// hardware follows no stream from page to page.
template <class T>
inline void read_ahead(const T* pixels) {
    constexpr std::ptrdiff_t pages = 8192;
    constexpr auto size = static_cast<std::ptrdiff_t>(word_bits * sizeof(T));
    for (std::ptrdiff_t line = 0; line < size; line += 64) ask_for(pixels, pages + line);
}

// Calls word(w, pixels, left, mask) for every word of a row, where pixels and left point to 64 readable
// pixels each, left those one step to the left, and mask holds a bit for each that is in the row. The
// first and the last word are read from copies, so that nothing outside the row is touched.
template <class T, class Visit>
inline void for_each_word(const T* row, std::int64_t width, Visit visit) {
    const std::int64_t words = (width + word_bits - 1) / word_bits;
    for (std::int64_t w = 0; w < words; ++w) {
        const std::int64_t first = w * word_bits;
        const std::int64_t count = width - first < word_bits ? width - first : word_bits;
        read_ahead(row + first);
        if (w > 0 && count == word_bits) {
            visit(w, row + first, row + first - 1, ~Word{0});
            continue;
        }
        T pixels[word_bits] = {};
        T left[word_bits] = {};
        for (std::int64_t i = 0; i < count; ++i) {
            pixels[i] = row[first + i];
            left[i] = first + i > 0 ? row[first + i - 1] : T{};
        }
        visit(w, pixels, left, ~Word{0} >> (word_bits - count));
    }
}

template <class T>
void scan(const T* row, std::int64_t width, T background, Word* foreground, Word* breaks) {
    for_each_word(row, width, [=](std::int64_t w, const T* pixels, const T* left, Word mask) {
        foreground[w] = foreground_word(pixels, background) & mask;
        breaks[w] = (~equal_word(pixels, left) | Word{w == 0}) & mask;
    });
}

template <class T>
void foreground(const T* row, std::int64_t width, T background, Word* foreground) {
    for_each_word(row, width, [=](std::int64_t w, const T* pixels, const T*, Word mask) {
        foreground[w] = foreground_word(pixels, background) & mask;
    });
}

template <class T>
void above(const T* row, std::int64_t width, T threshold, Word* foreground) {
    for_each_word(row, width, [=](std::int64_t w, const T* pixels, const T*, Word mask) {
        foreground[w] = word_of([=](int i) { return pixels[i] > threshold; }) & mask;
    });
}
