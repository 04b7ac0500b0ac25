// A row of values compared with an earlier one, pixel by pixel. Part of kernels.inl.
//
// Diagonal neighbors need no comparison of whole rows: see value_contacts() in contacts.inl.

// Pixels from word w on, with what is missing at the end of the row made up for in `copy`.
template <class T>
inline const T* whole_word(const T* row, std::int64_t w, std::int64_t width, T (&copy)[word_bits]) {
    const std::int64_t left = width - w * word_bits;
    const T* pixels = row + w * word_bits;
    if (left >= word_bits) return pixels;
    for (std::int64_t i = 0; i < word_bits; ++i) copy[i] = i < left ? pixels[i] : T{};
    return copy;
}

template <class T>
void compare(const T* row, const T* other, const Word* row_foreground, const Word* other_foreground,
             std::int64_t width, Word* same) {
    T copy[word_bits];
    T other_copy[word_bits];
    for (std::int64_t w = 0; w * word_bits < width; ++w) {
        read_ahead(other + w * word_bits);
        const Word equal =
            equal_word(whole_word(row, w, width, copy), whole_word(other, w, width, other_copy));
        same[w] = equal & row_foreground[w] & other_foreground[w];
    }
}
