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

// The run that holds the pixel of a bit.
inline std::uint32_t run_at(const JoinRow& row, std::int64_t w, Word bit) {
    return run_of(row, w, bit | (bit - 1));
}

// The run that holds the pixel before a bit, which may lie in the word before.
inline std::uint32_t run_before(const JoinRow& row, std::int64_t w, Word bit) {
    return run_of(row, w, bit - 1);
}

// The bits of a word moved up by one pixel, the last one of the word before moved in.
inline Word moved_up(const Word* bits, std::int64_t w) {
    return bits[w] << 1 | (w > 0 ? bits[w - 1] >> (word_bits - 1) : 0);
}

// One pixel, the last, of every stretch of contact that holds no pixel of `known`; `inside` are all
// pixels of contact of a word, `first` those that begin a stretch. Stretches are cut at the ends of the
// word. Adding its first pixel to a stretch carries on to the pixel behind it, unless it comes upon one
// that is known.
inline Word unknown_stretches(Word inside, Word first, Word known) {
    first |= inside & 1;
    const Word open = inside & ~known;
    unsigned long long sum = 0;
    const bool carried = __builtin_uaddll_overflow(open, first & ~known, &sum);
    const Word behind = inside << 1 & (~inside | first);
    return (sum & behind) >> 1 | Word{carried} << (word_bits - 1);
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
        next = append_bits<1>(touching, (w - word_begin) * word_bits, next);
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

// Where two rows of values touch, in up to words_at_once words: see find_touching(). The mirrored
// diagonal contacts have a list of their own, as both kinds may meet in one pixel.
struct TouchingValues {
    static constexpr std::int64_t words_at_once = 16;
    static constexpr std::int64_t most = words_at_once * word_bits + spare_runs;
    std::int64_t touching[most];
    std::int64_t behind[most];
    const std::int64_t* touching_end;
    const std::int64_t* behind_end;
};

template <bool diagonal>
inline void find_touching_values(const JoinRow& c, const JoinRow& p, const Agreement& agreement,
                                 const Word* implied, std::int64_t word_begin, std::int64_t word_end,
                                 TouchingValues& found) {
    std::int64_t* touching = found.touching;
    std::int64_t* behind = found.behind;
    for (std::int64_t w = word_begin; w < word_end; ++w) {
        const Word same = agreement.same[w];
        Word here = same & (~moved_up(agreement.same, w) | c.starts[w]);
        if (implied != nullptr) here = unknown_stretches(same, here, implied[w]);
        if constexpr (diagonal) {
            // Where a value goes on straight as well, that is the contact.
            Word before = moved_up(agreement.right, w) & c.starts[w] & ~same;
            Word mirrored = agreement.left[w] & p.starts[w] & ~same;
            if (implied != nullptr) {
                before &= ~implied[w];
                mirrored &= ~moved_up(implied, w);
            }
            here |= before;
            behind = append_bits<1>(mirrored, w * word_bits, behind);
        }
        touching = append_bits<1>(here, w * word_bits, touching);
    }
    found.touching_end = touching;
    found.behind_end = behind;
}

template <bool diagonal>
std::int64_t find_equal_contacts(const JoinRow& c, const JoinRow& p, const Agreement& agreement,
                                 const Word* implied, std::int64_t word_begin, std::int64_t word_end,
                                 Contact* found) {
    constexpr std::int64_t words_at_once = TouchingValues::words_at_once;
    TouchingValues places;
    Contact* next = found;
    for (std::int64_t begin = word_begin; begin < word_end; begin += words_at_once) {
        const std::int64_t left = word_end - begin;
        const std::int64_t end = begin + (left < words_at_once ? left : words_at_once);
        find_touching_values<diagonal>(c, p, agreement, implied, begin, end, places);
        for (const std::int64_t* x = places.touching; x < places.touching_end; ++x) {
            const auto pixel = static_cast<Word>(*x);
            const auto w = static_cast<std::int64_t>(pixel / word_bits);
            const Word bit = Word{1} << (pixel % word_bits);
            *next++ = {run_at(c, w, bit), run_of(p, w, (bit & agreement.same[w]) | (bit - 1))};
        }
        if constexpr (!diagonal) continue;
        for (const std::int64_t* x = places.behind; x < places.behind_end; ++x) {
            const auto pixel = static_cast<Word>(*x);
            const auto w = static_cast<std::int64_t>(pixel / word_bits);
            const Word bit = Word{1} << (pixel % word_bits);
            *next++ = {run_before(c, w, bit), run_at(p, w, bit)};
        }
    }
    return next - found;
}

std::int64_t equal_contacts(const JoinRow& c, const JoinRow& p, const Agreement& agreement,
                            const Word* implied, bool diagonal, std::int64_t word_begin,
                            std::int64_t word_end, Contact* found) {
    return diagonal ? find_equal_contacts<true>(c, p, agreement, implied, word_begin, word_end, found)
                    : find_equal_contacts<false>(c, p, agreement, implied, word_begin, word_end, found);
}
