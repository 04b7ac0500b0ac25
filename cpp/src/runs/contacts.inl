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

// The bits of a word moved up by one pixel, the last one of the word before moved in.
inline Word moved_up(Word word, Word word_before) { return word << 1 | word_before >> (word_bits - 1); }
inline Word moved_up(const Word* bits, std::int64_t w) {
    return moved_up(bits[w], w > 0 ? bits[w - 1] : 0);
}

// One pixel, the last, of every stretch of contact that holds no pixel of `known`; `inside` are all
// pixels of contact of a word, `first` those that begin a stretch. What goes on from the word before was
// dealt with there. Adding its first pixel to a stretch carries on to the pixel behind it, unless it
// comes upon one that is known.
inline Word unknown_stretches(Word inside, Word first, Word known) {
    const Word open = inside & ~known;
    const Word sum = open + (first & ~known);
    const Word carried = sum < open ? Word{1} << (word_bits - 1) : 0;
    const Word behind = inside << 1 & (~inside | first);
    return (sum & behind) >> 1 | carried;
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
    for (std::int64_t w = word_begin; w < word_end; ++w) {
        const Word cf = c.foreground[w];
        const Word pf = p.foreground[w];
        if (!bits_are_cheap && cf == 0 && pf == 0) continue;
        const Word c_before = moved_up(c.foreground, w);
        const Word p_before = moved_up(p.foreground, w);
        Word touching = cf & pf & ~(c_before & p_before);
        Word before = cf & ~c_before & ~pf & p_before;
        Word behind = pf & ~p_before & ~cf & c_before;
        if (implied != nullptr) {
            touching = unknown_stretches(cf & pf, touching, implied[w]);
            before &= ~implied[w];
            behind &= ~moved_up(implied, w);
        }
        if constexpr (diagonal) touching |= before | behind;
        next = append_bits(touching, (w - word_begin) * word_bits, next);
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

// Where two rows of values touch, in up to words_at_once words: a pixel of every stretch of contact, and
// the pixels behind a corner at which runs may touch diagonally. Such a corner is where both rows change
// their value, and few pixels are, so that the values on either side are compared there alone. (Where
// only one row changes, a contact across the corner is one along the other row as well.)
struct TouchingValues {
    static constexpr std::int64_t words_at_once = 16;
    Word straight[words_at_once];
    Word before[words_at_once];  // corners at which c may touch p at the pixel before
    Word behind[words_at_once];  // the mirror of it
};

// Words of two rows, with the one before in front: 0 at the start of a row.
struct WordsBefore {
    Word same[TouchingValues::words_at_once + 1];
    Word open[TouchingValues::words_at_once + 1];  // pixels of c whose contact is not implied
    Word p[TouchingValues::words_at_once + 1];

    void take(const JoinRow& c, const JoinRow& p_row, const Word* same_row, const Word* implied,
              std::int64_t begin, std::int64_t words) {
        const std::int64_t first = begin == 0 ? 0 : -1;
        same[0] = open[0] = p[0] = 0;
        for (std::int64_t i = first; i < words; ++i) {
            same[i + 1] = same_row[begin + i];
            open[i + 1] = c.foreground[begin + i] & ~implied[begin + i];
            p[i + 1] = p_row.foreground[begin + i];
        }
    }
};

// For words [begin, begin + words), in a loop without branches that becomes one of vectors.
//
// Both pixels of a corner's contact lie in runs, by the bitmaps: values alone would tell, unless
// somebody else writes to the image meanwhile, and then a run would be looked up that is not there.
inline void find_touching_values(const JoinRow& c, const JoinRow& p, const Word* same,
                                 const Word* implied, std::int64_t begin, std::int64_t words,
                                 TouchingValues& __restrict found) {
    WordsBefore from;
    from.take(c, p, same, implied, begin, words);
    const Word* __restrict foreground = c.foreground + begin;
    const Word* __restrict known = implied + begin;
    const Word* __restrict c_starts = c.starts + begin;
    const Word* __restrict p_starts = p.starts + begin;
    for (std::int64_t i = 0; i < words; ++i) {
        const Word both = from.same[i + 1];
        const Word p_word = from.p[i + 1];
        const Word first = both & (~moved_up(both, from.same[i]) | c_starts[i]);
        const Word corners = (c_starts[i] | ~foreground[i]) & (p_starts[i] | ~p_word) & ~both;
        found.straight[i] = unknown_stretches(both, first, known[i]);
        found.before[i] = corners & from.open[i + 1] & moved_up(p_word, from.p[i]);
        found.behind[i] = corners & p_word & moved_up(from.open[i + 1], from.open[i]);
    }
}

// The pixels that are set, counted from the first word. Returns one past the last written.
inline const std::int16_t* pixels_of(const Word* bits, std::int64_t words, std::int16_t* next) {
    for (std::int64_t i = 0; i < words; ++i) next = append_bits(bits[i], i * word_bits, next);
    return next;
}

template <class T, bool diagonal>
std::int64_t find_value_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* same,
                                 const Word* implied, std::int64_t word_begin, std::int64_t word_end,
                                 Contact* found) {
    constexpr std::int64_t words_at_once = TouchingValues::words_at_once;
    TouchingValues touching;
    std::int16_t pixels[words_at_once * word_bits + spare_runs];
    Contact* next = found;
    for (std::int64_t begin = word_begin; begin < word_end; begin += words_at_once) {
        const std::int64_t left = word_end - begin;
        const std::int64_t words = left < words_at_once ? left : words_at_once;
        find_touching_values(c.bits, p.bits, same, implied, begin, words, touching);
        const std::int16_t* last = pixels_of(touching.straight, words, pixels);
        for (const std::int16_t* x = pixels; x < last; ++x) {
            const auto pixel = static_cast<unsigned>(*x);
            const std::int64_t w = begin + pixel / word_bits;
            const unsigned bit = pixel % word_bits;
            *next++ = {run_at(c.bits, w, bit), run_at(p.bits, w, bit)};
        }
        if constexpr (!diagonal) continue;
        Word corners[words_at_once];
        for (std::int64_t i = 0; i < words; ++i) corners[i] = touching.before[i] | touching.behind[i];
        last = pixels_of(corners, words, pixels);
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
