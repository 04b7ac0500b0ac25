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

inline std::int64_t lowest_set(Word word) { return word != 0 ? __builtin_ctzll(word) : word_bits; }

// Appends the position of every set bit. The first two are written whether they are there or not,
// because a loop whose length changes from word to word would be mispredicted.
inline std::int64_t* append_bits(Word word, std::int64_t offset, std::int64_t* next) {
    const int count = count_set(word);
    next[0] = offset + lowest_set(word);
    word &= word - 1;
    next[1] = offset + lowest_set(word);
    word &= word - 1;
    for (std::int64_t* more = next + 2; word != 0; word &= word - 1) {
        *more++ = offset + __builtin_ctzll(word);
    }
    return next + count;
}

std::int64_t find_runs(const Word* foreground, const Word* starts, std::int64_t words,
                       std::int64_t* start, std::int64_t* end) {
    std::int64_t* const first = start;
    for (std::int64_t w = 0; w < words; ++w) {
        if (foreground[w] == 0) continue;
        const bool more = w + 1 < words;
        const Word next_foreground =
            foreground[w] >> 1 | (more ? foreground[w + 1] << (word_bits - 1) : 0);
        const Word next_starts = starts[w] >> 1 | (more ? starts[w + 1] << (word_bits - 1) : 0);
        const Word last = foreground[w] & (~next_foreground | next_starts);
        start = append_bits(starts[w], w * word_bits, start);
        end = append_bits(last, w * word_bits + 1, end);
    }
    return start - first;
}
