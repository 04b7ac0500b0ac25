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

// Words of a row are taken eight abreast, which the compiler cuts up where vectors are shorter, and one
// by one where fewer are left, unless vectors can be loaded in part. What follows is the same for both.
constexpr std::int64_t words_abreast = 8;
using EightWords = Word __attribute__((vector_size(words_abreast * sizeof(Word))));

constexpr bool loads_in_part =
#if defined(__AVX512F__)
    true;
#else
    false;
#endif

// Calls visit(V, w, count) for words [w, w + count) of [begin, end), V what they are taken as: all one
// by one where not `abreast`.
template <bool abreast, class Visit>
inline void for_each_words(std::int64_t begin, std::int64_t end, Visit visit) {
    std::int64_t w = begin;
    for (; abreast && w + (loads_in_part ? 1 : words_abreast) <= end; w += words_abreast) {
        visit(EightWords{}, w, end - w < words_abreast ? end - w : words_abreast);
    }
    for (; w < end; ++w) visit(Word{}, w, 1);
}

inline void load_words(const Word* from, std::int64_t, Word& word) { word = *from; }
inline void load_words(const Word* from, [[maybe_unused]] std::int64_t count, EightWords& words) {
#if defined(__AVX512F__)
    words = reinterpret_cast<EightWords>(_mm512_maskz_loadu_epi64(first_of_eight(count), from));
#else
    __builtin_memcpy(&words, from, sizeof words);
#endif
}

// The words before these at the start of a row: none, then these.
inline Word behind_nothing(Word) { return 0; }
inline EightWords behind_nothing(const EightWords& words) {
    return __builtin_shufflevector(EightWords{}, words, 7, 8, 9, 10, 11, 12, 13, 14);
}

// Words of a bitmap of a row from w on, and each of them moved up by one pixel, the last one of the word
// before moved in.
template <class V>
struct MovingWords {
    V here;
    V up;

    MovingWords(const Word* row, std::int64_t w, std::int64_t count) {
        load_words(row + w, count, here);
        V before;
        if (w > 0) {
            load_words(row + w - 1, count, before);
        } else {
            before = behind_nothing(here);
        }
        up = here << 1 | before >> (word_bits - 1);
    }
};

// One pixel, the last, of every stretch of contact that holds no pixel of `known`; `inside` are all
// pixels of contact of a word, `first` those that begin a stretch. What goes on from the word before was
// dealt with there. Adding its first pixel to a stretch carries on to the pixel behind it, unless it
// comes upon one that is known; out of the word if it goes on in the next one.
template <class V>
inline V unknown_stretches(const V& inside, const V& first, const V& known) {
    constexpr Word last = Word{1} << (word_bits - 1);
    const V open = inside & ~known;
    const V added = first & ~known;
    const V sum = open + added;
    const V carried = (added | (open & ~sum)) & last;
    const V behind = inside << 1 & (~inside | first);
    return (sum & behind) >> 1 | carried;
}

// The pixels that are set in the first `count` words. Returns one past the last written.
inline std::int16_t* append_pixels(Word word, std::int64_t, std::int64_t offset, std::int16_t* next) {
    return !bits_are_cheap && word == 0 ? next : append_bits(word, offset, next);
}
inline std::int16_t* append_pixels(const EightWords& words, std::int64_t count, std::int64_t offset,
                                   std::int16_t* next) {
    alignas(EightWords) Word word[words_abreast];
    __builtin_memcpy(word, &words, sizeof word);
    for (std::int64_t i = 0; i < count; ++i) {
        next = append_pixels(word[i], 1, offset + i * word_bits, next);
    }
    return next;
}

inline bool any_set(Word word) { return word != 0; }
inline bool any_set(const EightWords& words) {
    Word any = 0;
    for (std::int64_t i = 0; i < words_abreast; ++i) any |= words[i];
    return any != 0;
}
inline Word word_at(Word word, std::int64_t) { return word; }
inline Word word_at(const EightWords& words, std::int64_t i) { return words[i]; }

#if defined(__AVX512VPOPCNTDQ__)
// The runs of eight words, looked up eight at a time.
class RunsOfWords {
public:
    RunsOfWords(const JoinRow& row, std::int64_t w, std::int64_t count)
        : starts_(_mm512_maskz_loadu_epi64(first_of_eight(count), row.starts + w)),
          before_(_mm512_sub_epi64(
              _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(first_of_eight(count), row.rank + w)),
              _mm512_set1_epi64(1))) {}

    // `word` tells the word of each pixel, and `bit` is its bit.
    __m512i at(__m512i word, __m512i bit) const {
        const __m512i up_to = _mm512_or_si512(bit, _mm512_sub_epi64(bit, _mm512_set1_epi64(1)));
        const __m512i starts = _mm512_and_si512(_mm512_permutexvar_epi64(word, starts_), up_to);
        return _mm512_add_epi64(_mm512_permutexvar_epi64(word, before_), _mm512_popcnt_epi64(starts));
    }

private:
    __m512i starts_;
    __m512i before_;  // how many runs, less one, start before each word
};

// As the other one below, eight contacts at a time: up to seven more are written behind the last, for
// which there is room, since no pixel is more than one of them.
class ContactWriter {
public:
    static constexpr std::int64_t most_words = words_abreast;

    explicit ContactWriter(Contact* first) : next_(first) {}

    void write(const JoinRow& c, const JoinRow& p, std::int64_t w, std::int64_t count,
               const std::int16_t* pixels, const std::int16_t* end) {
        const RunsOfWords c_runs(c, w, count);
        const RunsOfWords p_runs(p, w, count);
        for (; pixels < end; pixels += 8) {
            const __m512i pixel =
                _mm512_cvtepi16_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels)));
            const __m512i word = _mm512_srli_epi64(pixel, 6);
            const __m512i bit =
                _mm512_sllv_epi64(_mm512_set1_epi64(1), _mm512_and_si512(pixel, _mm512_set1_epi64(63)));
            const __m512i earlier = _mm512_slli_epi64(p_runs.at(word, bit), 32);
            keep(_mm512_or_si512(c_runs.at(word, bit), earlier), end - pixels);
        }
    }

    Contact* end() const { return next_; }

private:
    // A contact takes the place of a number of 64 bits, the run of c in the lower half.
    static_assert(sizeof(Contact) == 8 && contacts_per_pixel * word_bits >= word_bits + 7);
    void keep(__m512i contacts, std::int64_t count) {
        const __mmask8 there = first_of_eight(count);
        const __m512i before = _mm512_alignr_epi64(contacts, last_, 7);
        const __mmask8 kept = _mm512_mask_cmpneq_epi64_mask(there, contacts, before);
        _mm512_storeu_si512(next_, _mm512_maskz_compress_epi64(kept, contacts));
        next_ += count_set(kept);
        last_ = count < 8 ? _mm512_permutexvar_epi64(_mm512_set1_epi64(count - 1), contacts) : contacts;
    }

    Contact* next_;
    __m512i last_ = _mm512_set1_epi64(-1);  // the last one in its highest lane
};
#else
// Writes contacts at pixels of at most `most_words` words from w on, found among them in order; each in
// turn, save for one equal to that before it. The run that touches is the last that has begun at the
// pixel: it holds the pixel, or that before it, and then none begins here.
class ContactWriter {
public:
    static constexpr std::int64_t most_words = 16;

    explicit ContactWriter(Contact* first) : next_(first) {}

    void write(const JoinRow& c, const JoinRow& p, std::int64_t w, std::int64_t,
               const std::int16_t* pixels, const std::int16_t* end) {
        for (; pixels < end; ++pixels) {
            const auto pixel = static_cast<unsigned>(*pixels);
            const std::int64_t i = w + pixel / word_bits;
            keep(run_at(c, i, pixel % word_bits), run_at(p, i, pixel % word_bits));
        }
    }

    Contact* end() const { return next_; }

private:
    void keep(std::uint32_t current, std::uint32_t earlier) {
        *next_ = {current, earlier};
        next_ += (current != last_.current) | (earlier != last_.earlier);
        last_ = {current, earlier};
    }

    Contact* next_;
    Contact last_{~std::uint32_t{0}, ~std::uint32_t{0}};
};
#endif

// Where two rows touch, in words from w on: the first pixel of every stretch of contact and, with
// `diagonal`, the pixel behind every diagonal one.
template <bool diagonal, class V>
inline V touching_words(const JoinRow& c_row, const JoinRow& p_row, const Word* implied, std::int64_t w,
                        std::int64_t count) {
    const MovingWords<V> c(c_row.foreground, w, count);
    const MovingWords<V> p(p_row.foreground, w, count);
    V touching = c.here & p.here & ~(c.up & p.up);
    V before = c.here & ~c.up & ~p.here & p.up;
    V behind = p.here & ~p.up & ~c.here & c.up;
    if (implied != nullptr) {
        const MovingWords<V> known(implied, w, count);
        touching = unknown_stretches<V>(c.here & p.here, touching, known.here);
        before &= ~known.here;
        behind &= ~known.up;
    }
    if constexpr (diagonal) touching |= before | behind;
    return touching;
}

// The same for words [word_begin, word_end), as pixels counted from the first of them. Returns one past
// the last written.
template <bool diagonal>
inline std::int16_t* find_touching(const JoinRow& c, const JoinRow& p, const Word* implied,
                                   std::int64_t word_begin, std::int64_t word_end, std::int16_t* next) {
    // So little is to be done that shorter vectors are no gain over passing by what is empty.
    for_each_words<loads_in_part>(
        word_begin, word_end, [&]<class V>(V, std::int64_t w, std::int64_t count) {
            if (!loads_in_part && (c.foreground[w] | p.foreground[w]) == 0) return;
            const V touching = touching_words<diagonal, V>(c, p, implied, w, count);
            next = append_pixels(touching, count, (w - word_begin) * word_bits, next);
        });
    return next;
}

// No pixel is more than one kind of contact.
template <bool diagonal>
std::int64_t find_contacts(const JoinRow& c, const JoinRow& p, const Word* implied,
                           std::int64_t word_begin, std::int64_t word_end, Contact* found) {
    constexpr std::int64_t words_at_once = ContactWriter::most_words;
    std::int16_t pixels[words_at_once * word_bits + spare_runs];
    ContactWriter contacts(found);
    for (std::int64_t begin = word_begin; begin < word_end; begin += words_at_once) {
        const std::int64_t left = word_end - begin;
        const std::int64_t count = left < words_at_once ? left : words_at_once;
        const std::int16_t* end = find_touching<diagonal>(c, p, implied, begin, begin + count, pixels);
        contacts.write(c, p, begin, count, pixels, end);
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
        band_run[k] = run_at(row, static_cast<std::int64_t>(start / word_bits),
                             static_cast<unsigned>(start % word_bits));
    }
    return count;
}

// Where two rows of values touch, in words from w on: a pixel of every stretch of contact, and the
// pixels behind a corner at which runs may touch diagonally. Such a corner is where both rows change
// their value, and few pixels are, so that the values on either side are compared there alone. (Where
// only one row changes, a contact across the corner is one along the other row as well.)
//
// Both pixels of a corner's contact lie in runs, by the bitmaps: values alone would tell, unless
// somebody else writes to the image meanwhile, and then a run would be looked up that is not there.
template <class V>
struct TouchingValues {
    V straight;
    V before;  // corners at which c may touch p at the pixel before
    V behind;  // the mirror of it

    TouchingValues(const JoinRow& c_row, const JoinRow& p_row, const Word* same_row, const Word* implied,
                   std::int64_t w, std::int64_t count) {
        const MovingWords<V> c(c_row.foreground, w, count);
        const MovingWords<V> p(p_row.foreground, w, count);
        const MovingWords<V> same(same_row, w, count);
        const MovingWords<V> known(implied, w, count);
        V c_starts;
        V p_starts;
        load_words(c_row.starts + w, count, c_starts);
        load_words(p_row.starts + w, count, p_starts);
        const V first = same.here & (~same.up | c_starts);
        straight = unknown_stretches<V>(same.here, first, known.here);
        const V corners = (c_starts | ~c.here) & (p_starts | ~p.here) & ~same.here;
        before = corners & c.here & ~known.here & p.up;
        behind = corners & p.here & c.up & ~known.up;
    }
};

// The contacts at the corners of words from `begin` on. Returns one past the last written.
template <class T, class V>
inline Contact* write_corners(const ValueRow<T>& c, const ValueRow<T>& p,
                              const TouchingValues<V>& touching, std::int64_t begin, std::int64_t count,
                              Contact* next) {
    std::int16_t pixels[words_abreast * word_bits + spare_runs];
    const V corners = touching.before | touching.behind;
    const std::int16_t* last = append_pixels(corners, count, 0, pixels);
    const T* c_values = c.values + begin * word_bits;
    const T* p_values = p.values + begin * word_bits;
    for (const std::int16_t* x = pixels; x < last; ++x) {
        const auto pixel = static_cast<unsigned>(*x);
        const std::int64_t i = pixel / word_bits;
        const unsigned bit = pixel % word_bits;
        // Written, and kept or not, as a branch would often be mispredicted.
        *next = {run_at(c.bits, begin + i, bit), run_before(p.bits, begin + i, bit)};
        next += (word_at(touching.before, i) >> bit & 1) & Word{c_values[*x] == p_values[*x - 1]};
        *next = {run_before(c.bits, begin + i, bit), run_at(p.bits, begin + i, bit)};
        next += (word_at(touching.behind, i) >> bit & 1) & Word{c_values[*x - 1] == p_values[*x]};
    }
    return next;
}

template <class T, bool diagonal>
std::int64_t find_value_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* same,
                                 const Word* implied, std::int64_t word_begin, std::int64_t word_end,
                                 Contact* found) {
    std::int16_t pixels[words_abreast * word_bits + spare_runs];
    Contact* next = found;
    for_each_words<true>(word_begin, word_end, [&]<class V>(V, std::int64_t w, std::int64_t count) {
        const TouchingValues<V> touching(c.bits, p.bits, same, implied, w, count);
        const std::int16_t* end = append_pixels(touching.straight, count, 0, pixels);
        ContactWriter contacts(next);
        contacts.write(c.bits, p.bits, w, count, pixels, end);
        next = contacts.end();
        if constexpr (diagonal) {
            if (any_set(touching.before | touching.behind)) {
                next = write_corners<T, V>(c, p, touching, w, count, next);
            }
        }
    });
    return next - found;
}

template <class T>
std::int64_t value_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* same,
                            const Word* implied, bool diagonal, std::int64_t word_begin,
                            std::int64_t word_end, Contact* found) {
    return diagonal ? find_value_contacts<T, true>(c, p, same, implied, word_begin, word_end, found)
                    : find_value_contacts<T, false>(c, p, same, implied, word_begin, word_end, found);
}
