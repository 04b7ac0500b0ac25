// Which runs of two neighboring rows touch, in closed form on bitmaps. Part of kernels.inl. With c the
// current row, p an earlier neighbor row and `both` the foreground pixels where they hold the same
// value:
//
//   face contact    one for the first pixel x of every stretch of `both`: (c run at x, p run at x)
//   diagonal        a run of c starts at x, the run of p that holds its value ended at x - 1:
//                   (c run at x, p run at x - 1)
//   the mirror      the same with c and p exchanged: (c run at x - 1, p run at x)
//
// Every stretch of contact is reported exactly once, with no walk over the runs. Where rows are joined
// in bands, c and p are the pixels that face the other band and runs are those of the bands, so that one
// contact may follow another of the same two runs: those are left out. So are contacts that others imply
// (regions/implied.hpp).

std::int64_t rank(const Word* starts, std::int64_t words, std::int64_t first, std::uint32_t* rank) {
    for (std::int64_t w = 0; w < words; ++w) {
        rank[w] = static_cast<std::uint32_t>(first);
        first += count_set(starts[w]);
    }
    return first;
}

// The run that the last of some lowest pixels of a word lies in, or the one before where it starts none.
inline std::uint32_t run_of(const JoinRow& row, std::int64_t w, Word up_to) {
    return row.rank[w] + static_cast<std::uint32_t>(count_set(row.starts[w] & up_to)) - 1;
}

// The bits of a word below bit i, and those up to bit i.
inline Word bits_below(Word word, unsigned i) {
#if defined(__BMI2__)
    return _bzhi_u64(word, i);
#else
    return word & ((Word{1} << i) - 1);
#endif
}
inline Word bits_up_to(Word word, unsigned i) {
#if defined(__BMI2__)
    return _bzhi_u64(word, i + 1);
#else
    return word & (~Word{0} >> (word_bits - 1 - i));
#endif
}

// The run that holds bit i of word w.
inline std::uint32_t run_at(const JoinRow& row, std::int64_t w, unsigned i) {
    return row.rank[w] + static_cast<std::uint32_t>(count_set(bits_up_to(row.starts[w], i))) - 1;
}

// The run that holds the pixel before bit i of word w, which may lie in the word before.
inline std::uint32_t run_before(const JoinRow& row, std::int64_t w, unsigned i) {
    return row.rank[w] + static_cast<std::uint32_t>(count_set(bits_below(row.starts[w], i))) - 1;
}

// Eight words of a row, which the compiler cuts up where vectors are shorter.
constexpr std::int64_t words_abreast = 8;
using EightWords = Word __attribute__((vector_size(words_abreast * sizeof(Word))));

// The first `count` of them; the others are zero.
inline EightWords load_words(const Word* from, std::int64_t count) {
#if defined(__AVX512F__)
    const auto mask = static_cast<__mmask8>(count < words_abreast ? (1U << count) - 1 : 0xffU);
    return reinterpret_cast<EightWords>(_mm512_maskz_loadu_epi64(mask, from));
#else
    EightWords words{};
    if (count >= words_abreast) {
        __builtin_memcpy(&words, from, sizeof words);
    } else {
        for (std::int64_t i = 0; i < count; ++i) words[i] = from[i];
    }
    return words;
#endif
}

// What stands before word w of a row, as the last of eight: nothing at its start.
inline EightWords load_before(const Word* row, std::int64_t w) {
    EightWords words{};
    if (w > 0) words[words_abreast - 1] = row[w - 1];
    return words;
}

// The bits of eight words moved up by one pixel, the last one of those before moved in.
inline EightWords moved_up(const EightWords& words, const EightWords& before) {
    const EightWords previous = __builtin_shufflevector(before, words, 7, 8, 9, 10, 11, 12, 13, 14);
    return words << 1 | previous >> (word_bits - 1);
}

// One pixel, the last, of every stretch of contact that holds no pixel of `known`; `inside` are all
// pixels of contact of a word, `first` those that begin a stretch. What goes on from the word before was
// dealt with there. Adding its first pixel to a stretch carries on to the pixel behind it, unless it
// comes upon one that is known; out of the word if it goes on in the next one.
inline EightWords unknown_stretches(const EightWords& inside, const EightWords& first,
                                    const EightWords& known) {
    constexpr Word last = Word{1} << (word_bits - 1);
    const EightWords open = inside & ~known;
    const EightWords added = first & ~known;
    const EightWords sum = open + added;
    const EightWords carried = (added | (open & ~sum)) & last;
    const EightWords behind = inside << 1 & (~inside | first);
    return (sum & behind) >> 1 | carried;
}

// The pixels that are set in the first `count` of eight words. Returns one past the last written.
inline std::int16_t* append_pixels(const EightWords& words, std::int64_t count, std::int64_t offset,
                                   std::int16_t* next) {
    alignas(EightWords) Word word[words_abreast];
    __builtin_memcpy(word, &words, sizeof word);
    for (std::int64_t i = 0; i < count; ++i) {
        if (!bits_are_cheap && word[i] == 0) continue;
        next = append_bits(word[i], offset + i * word_bits, next);
    }
    return next;
}

// Where contacts are written: each in turn, save for one equal to that before it.
class ContactWriter {
public:
    explicit ContactWriter(Contact* first) : next_(first) {}

    void write(std::uint32_t current, std::uint32_t earlier) {
        *next_ = {current, earlier};
        next_ += (current != last_.current) | (earlier != last_.earlier);
        last_ = {current, earlier};
    }
    Contact* end() const { return next_; }

private:
    Contact* next_;
    Contact last_{~std::uint32_t{0}, ~std::uint32_t{0}};
};

// Where two rows touch: the first pixel of every stretch of contact and, with `diagonal`, the pixel
// behind every diagonal one, of words [word_begin, word_end), counted from the first of them. Returns
// one past the last written.
template <bool diagonal>
inline std::int16_t* find_touching(const JoinRow& c, const JoinRow& p, const Word* implied,
                                   std::int64_t word_begin, std::int64_t word_end, std::int16_t* next) {
    EightWords c_last = load_before(c.foreground, word_begin);
    EightWords p_last = load_before(p.foreground, word_begin);
    EightWords known_last{};
    if (implied != nullptr) known_last = load_before(implied, word_begin);
    for (std::int64_t w = word_begin; w < word_end; w += words_abreast) {
        const std::int64_t words = word_end - w < words_abreast ? word_end - w : words_abreast;
        const EightWords cf = load_words(c.foreground + w, words);
        const EightWords pf = load_words(p.foreground + w, words);
        const EightWords c_before = moved_up(cf, c_last);
        const EightWords p_before = moved_up(pf, p_last);
        EightWords touching = cf & pf & ~(c_before & p_before);
        EightWords before = cf & ~c_before & ~pf & p_before;
        EightWords behind = pf & ~p_before & ~cf & c_before;
        if (implied != nullptr) {
            const EightWords known = load_words(implied + w, words);
            touching = unknown_stretches(cf & pf, touching, known);
            before &= ~known;
            behind &= ~moved_up(known, known_last);
            known_last = known;
        }
        if constexpr (diagonal) touching |= before | behind;
        next = append_pixels(touching, words, (w - word_begin) * word_bits, next);
        c_last = cf;
        p_last = pf;
    }
    return next;
}

// No pixel is more than one kind of contact; which one it is tells whether it lies in the run that
// touches, or behind it.
template <bool diagonal>
std::int64_t find_contacts(const JoinRow& c, const JoinRow& p, const Word* implied,
                           std::int64_t word_begin, std::int64_t word_end, Contact* found) {
    constexpr std::int64_t words_at_once = 16;
    std::int16_t touching[words_at_once * word_bits + spare_runs];
    ContactWriter contacts(found);
    for (std::int64_t begin = word_begin; begin < word_end; begin += words_at_once) {
        const std::int64_t left = word_end - begin;
        const std::int64_t end = begin + (left < words_at_once ? left : words_at_once);
        const std::int16_t* last = find_touching<diagonal>(c, p, implied, begin, end, touching);
        for (const std::int16_t* x = touching; x < last; ++x) {
            const auto pixel = static_cast<Word>(*x);
            const auto w = begin + static_cast<std::int64_t>(pixel / word_bits);
            const Word bit = Word{1} << (pixel % word_bits);
            contacts.write(run_of(c, w, (bit & c.foreground[w]) | (bit - 1)),
                           run_of(p, w, (bit & p.foreground[w]) | (bit - 1)));
        }
    }
    return contacts.end() - found;
}

std::int64_t contacts(const JoinRow& c, const JoinRow& p, const Word* implied, bool diagonal,
                      std::int64_t word_begin, std::int64_t word_end, Contact* found) {
    return diagonal ? find_contacts<true>(c, p, implied, word_begin, word_end, found)
                    : find_contacts<false>(c, p, implied, word_begin, word_end, found);
}

std::int64_t band_runs(const JoinRow& row, std::int64_t words, std::int64_t* ends,
                       std::uint32_t* band_run) {
    const std::int64_t count = find_separate_runs(row.foreground, words, ends);
    for (std::int64_t k = 0; k < count; ++k) {
        const auto start = static_cast<Word>(ends[2 * k]);
        band_run[k] = run_of(row, static_cast<std::int64_t>(start / word_bits),
                             ~Word{0} >> (word_bits - 1 - start % word_bits));
    }
    return count;
}

// Eight words of two rows of values and of what is known of their contacts.
struct ValueWords {
    EightWords c;
    EightWords p;
    EightWords same;
    EightWords open;  // pixels of c whose contact is not implied
};

// Where two rows of values touch, in eight words: a pixel of every stretch of contact, and the pixels
// behind a corner at which runs may touch diagonally. Such a corner is where both rows change their
// value, and few pixels are, so that the values on either side are compared there alone. (Where only one
// row changes, a contact across the corner is one along the other row as well.)
//
// Both pixels of a corner's contact lie in runs, by the bitmaps: values alone would tell, unless
// somebody else writes to the image meanwhile, and then a run would be looked up that is not there.
struct TouchingValues {
    EightWords straight;
    EightWords before;  // corners at which c may touch p at the pixel before
    EightWords behind;  // the mirror of it

    TouchingValues(const ValueWords& at, const ValueWords& last, const EightWords& c_starts,
                   const EightWords& p_starts, const EightWords& known) {
        const EightWords first = at.same & (~moved_up(at.same, last.same) | c_starts);
        straight = unknown_stretches(at.same, first, known);
        const EightWords corners = (c_starts | ~at.c) & (p_starts | ~at.p) & ~at.same;
        before = corners & at.open & moved_up(at.p, last.p);
        behind = corners & at.p & moved_up(at.open, last.open);
    }
};

inline bool any_set(const EightWords& words) {
    Word any = 0;
    for (std::int64_t i = 0; i < words_abreast; ++i) any |= words[i];
    return any != 0;
}

// The contacts at the corners of eight words from word `begin` on. Returns one past the last written.
template <class T>
inline Contact* write_corners(const ValueRow<T>& c, const ValueRow<T>& p, const TouchingValues& touching,
                              std::int64_t begin, Contact* next) {
    std::int16_t pixels[words_abreast * word_bits + spare_runs];
    const std::int16_t* last =
        append_pixels(touching.before | touching.behind, words_abreast, 0, pixels);
    const T* c_values = c.values + begin * word_bits;
    const T* p_values = p.values + begin * word_bits;
    for (const std::int16_t* x = pixels; x < last; ++x) {
        const auto pixel = static_cast<unsigned>(*x);
        const std::int64_t i = pixel / word_bits;
        const unsigned bit = pixel % word_bits;
        // Written, and kept or not, as a branch would often be mispredicted.
        *next = {run_at(c.bits, begin + i, bit), run_before(p.bits, begin + i, bit)};
        next += (touching.before[i] >> bit & 1) & Word{c_values[*x] == p_values[*x - 1]};
        *next = {run_before(c.bits, begin + i, bit), run_at(p.bits, begin + i, bit)};
        next += (touching.behind[i] >> bit & 1) & Word{c_values[*x - 1] == p_values[*x]};
    }
    return next;
}

template <class T, bool diagonal>
std::int64_t find_value_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* same,
                                 const Word* implied, std::int64_t word_begin, std::int64_t word_end,
                                 Contact* found) {
    std::int16_t pixels[words_abreast * word_bits + spare_runs];
    Contact* next = found;
    const EightWords no_words{};
    ValueWords last{no_words, load_before(p.bits.foreground, word_begin), load_before(same, word_begin),
                    load_before(c.bits.foreground, word_begin) & ~load_before(implied, word_begin)};
    for (std::int64_t w = word_begin; w < word_end; w += words_abreast) {
        const std::int64_t words = word_end - w < words_abreast ? word_end - w : words_abreast;
        const EightWords cf = load_words(c.bits.foreground + w, words);
        const EightWords known = load_words(implied + w, words);
        const ValueWords at{cf, load_words(p.bits.foreground + w, words), load_words(same + w, words),
                            cf & ~known};
        const TouchingValues touching(at, last, load_words(c.bits.starts + w, words),
                                      load_words(p.bits.starts + w, words), known);
        const std::int16_t* end = append_pixels(touching.straight, words, 0, pixels);
        for (const std::int16_t* x = pixels; x < end; ++x) {
            const auto pixel = static_cast<unsigned>(*x);
            const std::int64_t i = w + pixel / word_bits;
            const unsigned bit = pixel % word_bits;
            *next++ = {run_at(c.bits, i, bit), run_at(p.bits, i, bit)};
        }
        if (diagonal && any_set(touching.before | touching.behind)) {
            next = write_corners(c, p, touching, w, next);
        }
        last = at;
    }
    return next - found;
}

template <class T>
std::int64_t value_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* same,
                            const Word* implied, bool diagonal, std::int64_t word_begin,
                            std::int64_t word_end, Contact* found) {
    return diagonal ? find_value_contacts<T, true>(c, p, same, implied, word_begin, word_end, found)
                    : find_value_contacts<T, false>(c, p, same, implied, word_begin, word_end, found);
}
