// Bitmaps to runs: how many bits are set, and where. Part of kernels.inl.

inline int count_set(Word word) {
#if defined(__POPCNT__) || !defined(__x86_64__)
    return __builtin_popcountll(word);
#else
    word -= word >> 1 & 0x5555555555555555U;
    word = (word & 0x3333333333333333U) + (word >> 2 & 0x3333333333333333U);
    return static_cast<int>(((word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fU) * 0x0101010101010101U >> 56);
#endif
}

std::int64_t count(const Word* bits, std::int64_t words) {
    std::int64_t total = 0;
    for (std::int64_t w = 0; w < words; ++w) total += count_set(bits[w]);
    return total;
}

#if defined(__AVX512F__)
// The first lanes of eight, all of them where there are more.
inline __mmask8 first_of_eight(std::int64_t count) {
    return static_cast<__mmask8>(count >= 8 ? 0xff : (1U << count) - 1);
}
#endif

// The position of the lowest bit that is set, and any where none is: without a branch, which would often
// be mispredicted.
inline std::int64_t lowest_set(Word word) {
#if defined(__BMI__)
    return static_cast<std::int64_t>(_tzcnt_u64(word));
#else
    return __builtin_ctzll(word | Word{1} << (word_bits - 1));
#endif
}

#if defined(__AVX512VBMI2__)
// The numbers of a vector of bytes, widened; returns how many are written.
inline int write_places(__m128i places, std::int64_t offset, std::int64_t* next) {
    const __m512i base = _mm512_set1_epi64(offset);
    _mm512_storeu_si512(next, _mm512_add_epi64(base, _mm512_cvtepu8_epi64(places)));
    return 8;
}
inline int write_places(__m128i places, std::int64_t offset, std::int32_t* next) {
    const __m256i base = _mm256_set1_epi32(static_cast<std::int32_t>(offset));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(next),
                        _mm256_add_epi32(base, _mm256_cvtepu8_epi32(places)));
    return 8;
}
inline int write_places(__m128i places, std::int64_t offset, std::int16_t* next) {
    const __m256i base = _mm256_set1_epi16(static_cast<std::int16_t>(offset));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(next),
                        _mm256_add_epi16(base, _mm256_cvtepu8_epi16(places)));
    return 16;
}

struct Bytes64 {
    alignas(64) std::uint8_t at[64];
};

constexpr Bytes64 count_up() {
    Bytes64 bytes{};
    for (int i = 0; i < 64; ++i) bytes.at[i] = static_cast<std::uint8_t>(i);
    return bytes;
}

constexpr Bytes64 counted_up = count_up();

// The positions of the bits that are set: those of all 64 bits, of which the others are left out.
template <class Position>
inline Position* append_places(Word word, std::int64_t offset, Position* next) {
    const int count = count_set(word);
    const __m512i places = _mm512_maskz_compress_epi8(word, _mm512_load_si512(counted_up.at));
    const int written = write_places(_mm512_castsi512_si128(places), offset, next);
    if (count > written) {
        alignas(64) std::uint8_t rest[128];
        _mm512_store_si512(rest, places);
        for (int i = written; i < count; i += written) {
            write_places(_mm_loadu_si128(reinterpret_cast<const __m128i*>(rest + i)), offset, next + i);
        }
    }
    return next + count;
}
#endif

// Whether a word without bits takes no more time than to find out that there are none.
constexpr bool bits_are_cheap =
#if defined(__AVX512VBMI2__)
    true;
#else
    false;
#endif

// Writes the position of every set bit and returns where the next one goes. The first few are written
// whether they are there or not, because a loop whose length changes from word to word would be
// mispredicted; so may be up to spare_runs more.
template <class Position>
inline Position* append_bits(Word word, std::int64_t offset, Position* next) {
#if defined(__AVX512VBMI2__)
    return append_places(word, offset, next);
#else
    constexpr int few = 6;
    const int count = count_set(word);
    for (int i = 0; i < few; ++i, word &= word - 1) {
        next[i] = static_cast<Position>(offset + lowest_set(word));
    }
    for (Position* more = next + few; word != 0; word &= word - 1) {
        *more++ = static_cast<Position>(offset + __builtin_ctzll(word));
    }
    return next + count;
#endif
}

std::int64_t positions(const Word* bits, std::int64_t words, std::int64_t* position) {
    std::int64_t* next = position;
    for (std::int64_t w = 0; w < words; ++w) next = append_bits(bits[w], w * word_bits, next);
    return next - position;
}

// The same where positions that are also in `twice` are written two times.
inline std::int64_t* append_touching(Word word, Word twice, std::int64_t offset, std::int64_t* next) {
    for (; word != 0; word &= word - 1) {
        const int bit = __builtin_ctzll(word);
        *next++ = offset + bit;
        if ((twice >> bit & 1) != 0) *next++ = offset + bit;
    }
    return next;
}

// Starts and ends take turns, so both are found in one bitmap; where runs touch, one of them starts
// where the other has ended.
std::int64_t find_runs(const Word* foreground, const Word* starts, std::int64_t words,
                       std::int64_t* ends) {
    std::int64_t* next = ends;
    Word before = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word word = foreground[w];
        if (!bits_are_cheap && (word | before) == 0) continue;
        const Word behind = (word << 1 | before) & (~word | starts[w]);
        const Word touching = starts[w] & behind;
        next = touching == 0 ? append_bits(starts[w] | behind, w * word_bits, next)
                             : append_touching(starts[w] | behind, touching, w * word_bits, next);
        before = word >> (word_bits - 1);
    }
    if (before != 0) *next++ = words * word_bits;
    return (next - ends) / 2;
}

// The same where runs never touch: they start and end wherever the foreground changes.
template <class Position>
inline std::int64_t find_separate_runs(const Word* foreground, std::int64_t words, Position* ends) {
    Position* next = ends;
    Word before = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word word = foreground[w];
        if (!bits_are_cheap && (word | before) == 0) continue;
        next = append_bits(word ^ (word << 1 | before), w * word_bits, next);
        before = word >> (word_bits - 1);
    }
    if (before != 0) *next++ = static_cast<Position>(words * word_bits);
    return (next - ends) / 2;
}
