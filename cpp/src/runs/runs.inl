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

// The position of the lowest bit that is set, and any where none is: without a branch, which would often
// be mispredicted.
inline std::int64_t lowest_set(Word word) {
#if defined(__BMI__)
    return static_cast<std::int64_t>(_tzcnt_u64(word));
#else
    return __builtin_ctzll(word | Word{1} << (word_bits - 1));
#endif
}

// Writes the position of every set bit, `step` apart, and returns where the next one goes. The first
// spare_runs are written whether they are there or not, because a loop whose length changes from word to
// word would be mispredicted.
template <int step>
inline std::int64_t* append_bits(Word word, std::int64_t offset, std::int64_t* next) {
    const int count = count_set(word);
    for (int i = 0; i < spare_runs; ++i, word &= word - 1) next[step * i] = offset + lowest_set(word);
    for (std::int64_t* more = next + step * spare_runs; word != 0; word &= word - 1, more += step) {
        *more = offset + __builtin_ctzll(word);
    }
    return next + step * count;
}

std::int64_t positions(const Word* bits, std::int64_t words, std::int64_t* position) {
    std::int64_t* next = position;
    for (std::int64_t w = 0; w < words; ++w) next = append_bits<1>(bits[w], w * word_bits, next);
    return next - position;
}

std::int64_t find_runs(const Word* foreground, const Word* starts, std::int64_t words,
                       std::int64_t* ends) {
    std::int64_t* start = ends;
    std::int64_t* end = ends + 1;
    for (std::int64_t w = 0; w < words; ++w) {
        if (foreground[w] == 0) continue;
        const bool more = w + 1 < words;
        const Word next_foreground =
            foreground[w] >> 1 | (more ? foreground[w + 1] << (word_bits - 1) : 0);
        const Word next_starts = starts[w] >> 1 | (more ? starts[w + 1] << (word_bits - 1) : 0);
        const Word last = foreground[w] & (~next_foreground | next_starts);
        start = append_bits<2>(starts[w], w * word_bits, start);
        end = append_bits<2>(last, w * word_bits + 1, end);
    }
    return (start - ends) / 2;
}

// The same where runs never touch: they start and end wherever the foreground changes.
std::int64_t find_separate_runs(const Word* foreground, std::int64_t words, std::int64_t* ends) {
    std::int64_t* next = ends;
    Word before = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word word = foreground[w];
        if ((word | before) == 0) continue;
        next = append_bits<1>(word ^ (word << 1 | before), w * word_bits, next);
        before = word >> (word_bits - 1);
    }
    if (before != 0) *next++ = words * word_bits;
    return (next - ends) / 2;
}
