// The leaf kernels themselves, included once per instruction set with MENSURA_ISA naming a namespace.
//
// Everything lives in an unnamed namespace and no standard library code is used, so that nothing
// compiled for wide vectors can be picked by the linker for a machine without them. The loops are plain;
// the compiler vectorizes them. Floating sums use eight partial sums in a fixed order, and contraction
// to fused multiply-add is off, so every instruction set gives the same bits.

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace mensura {
namespace {
namespace MENSURA_ISA {

// ---------------------------------------------------------------------------------------------- bitmaps

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

template <class T>
inline Word unequal_word(const T* a, const T* b) {
#if defined(__AVX512BW__)
    if constexpr (has_mask_compare<T>) {
        return joined_bits<T>([=](int i) {
            const int first = i * (64 / static_cast<int>(sizeof(T)));
            return unequal_bits(_mm512_loadu_si512(a + first), _mm512_loadu_si512(b + first), T{});
        });
    }
#endif
    return word_of([=](int i) { return a[i] != b[i]; });
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
        breaks[w] = (unequal_word(pixels, left) | Word{w == 0}) & mask;
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

template <class T>
void equal(const T* a, const T* b, std::int64_t width, Word* equal) {
    for_each_word(a, width, [=](std::int64_t w, const T* pixels, const T*, Word mask) {
        const std::int64_t first = w * word_bits;
        T other[word_bits];
        const T* right = b + first;
        if (mask != ~Word{0} || w == 0) {
            for (std::int64_t i = 0; i < word_bits; ++i) {
                other[i] = (mask >> i & 1) != 0 ? b[first + i] : T{};
            }
            right = other;
        }
        equal[w] = ~unequal_word(pixels, right) & mask;
    });
}

// ------------------------------------------------------------------------------------------------- runs

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

// --------------------------------------------------------------------------------------------- contacts
//
// Which runs of two neighboring rows touch, in closed form on bitmaps. With c the current row, p an
// earlier neighbor row and `both` the foreground pixels where they hold the same value:
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

template <bool diagonal>
std::int64_t find_contacts(const JoinRow& c, const JoinRow& p, const Word* implied,
                           std::int64_t word_begin, std::int64_t word_end, Contact* found) {
    ContactWriter contacts(found);
    for (std::int64_t w = word_begin; w < word_end; ++w) {
        const Word cf = c.foreground[w];
        const Word pf = p.foreground[w];
        if (cf == 0 && pf == 0) continue;
        const Word c_before = moved_up(c.foreground, w);
        const Word p_before = moved_up(p.foreground, w);
        Word rest = cf & pf & ~(c_before & p_before);
        Word before = cf & ~c_before & ~pf & p_before;
        Word behind = pf & ~p_before & ~cf & c_before;
        if (implied != nullptr) {
            rest = unknown_stretches(cf & pf, rest, implied[w]);
            before &= ~implied[w];
            behind &= ~moved_up(implied, w);
        }
        if constexpr (diagonal) rest |= before | behind;
        // No pixel is more than one kind of contact; which one it is tells whether it lies in the run
        // that touches, or behind it.
        for (; rest != 0; rest &= rest - 1) {
            const Word bit = rest & -rest;
            contacts.write(run_of(c, w, (bit & cf) | (bit - 1)), run_of(p, w, (bit & pf) | (bit - 1)));
        }
    }
    return contacts.end() - found;
}

std::int64_t contacts(const JoinRow& c, const JoinRow& p, const Word* implied, bool diagonal,
                      std::int64_t word_begin, std::int64_t word_end, Contact* found) {
    return diagonal ? find_contacts<true>(c, p, implied, word_begin, word_end, found)
                    : find_contacts<false>(c, p, implied, word_begin, word_end, found);
}

std::int64_t band_runs(const JoinRow& row, std::int64_t words, std::int64_t* start, std::int64_t* end,
                       std::uint32_t* band_run) {
    std::int64_t* const first = start;
    for (std::int64_t w = 0; w < words; ++w) {
        const Word foreground = row.foreground[w];
        if (foreground == 0) continue;
        const Word next = w + 1 < words ? row.foreground[w + 1] << (word_bits - 1) : 0;
        Word starts = foreground & ~moved_up(row.foreground, w);
        start = append_bits(starts, w * word_bits, start);
        end = append_bits(foreground & ~(foreground >> 1 | next), w * word_bits + 1, end);
        const int count = count_set(starts);
        band_run[0] = run_at(row, w, starts & -starts);
        starts &= starts - 1;
        band_run[1] = run_at(row, w, starts & -starts);
        starts &= starts - 1;
        for (std::uint32_t* more = band_run + 2; starts != 0; starts &= starts - 1) {
            *more++ = run_at(row, w, starts & -starts);
        }
        band_run += count;
    }
    return start - first;
}

// Those of the bits of word w where a[x] == b[x - 1].
template <class T>
inline Word equal_to_left(Word bits, const T* a, const T* b, std::int64_t w) {
    Word equal = 0;
    for (; bits != 0; bits &= bits - 1) {
        const std::int64_t x = w * word_bits + __builtin_ctzll(bits);
        equal |= a[x] == b[x - 1] ? bits & -bits : 0;
    }
    return equal;
}

template <class T, bool diagonal>
std::int64_t find_equal_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* both,
                                 const Word* implied, std::int64_t word_begin, std::int64_t word_end,
                                 Contact* found) {
    const JoinRow& cr = c.row;
    const JoinRow& pr = p.row;
    ContactWriter contacts(found);
    for (std::int64_t w = word_begin; w < word_end; ++w) {
        // The value ends in one row where it starts in the other, or else it would be that of both.
        const Word c_breaks = cr.starts[w] | ~cr.foreground[w];
        const Word p_breaks = pr.starts[w] | ~pr.foreground[w];
        Word rest = both[w] & (~moved_up(both, w) | cr.starts[w]);
        Word before = cr.starts[w] & p_breaks & moved_up(pr.foreground, w) & ~both[w];
        Word behind = pr.starts[w] & c_breaks & moved_up(cr.foreground, w) & ~both[w];
        if (implied != nullptr) {
            rest = unknown_stretches(both[w], rest, implied[w]);
            before &= ~implied[w];
            behind &= ~moved_up(implied, w);
        }
        if constexpr (diagonal) rest |= equal_to_left(before, c.values, p.values, w);
        for (; rest != 0; rest &= rest - 1) {
            const Word bit = rest & -rest;
            contacts.write(run_at(cr, w, bit), run_of(pr, w, (bit & both[w]) | (bit - 1)));
        }
        if constexpr (diagonal) {
            behind = equal_to_left(behind, p.values, c.values, w);
            for (; behind != 0; behind &= behind - 1) {
                const Word bit = behind & -behind;
                contacts.write(run_before(cr, w, bit), run_at(pr, w, bit));
            }
        }
    }
    return contacts.end() - found;
}

template <class T>
std::int64_t equal_contacts(const ValueRow<T>& c, const ValueRow<T>& p, const Word* both,
                            const Word* implied, bool diagonal, std::int64_t word_begin,
                            std::int64_t word_end, Contact* found) {
    return diagonal ? find_equal_contacts<T, true>(c, p, both, implied, word_begin, word_end, found)
                    : find_equal_contacts<T, false>(c, p, both, implied, word_begin, word_end, found);
}

// ----------------------------------------------------------------------------------------------
// painting
//
// The label of every pixel of a row: that of the run it lies in, 0 outside. Pixels are painted a vector
// at a time whatever the lengths of the runs: the bits of `starts`, summed up from the left, tell each
// pixel how many runs further on its label lies, and a permutation fetches it.

// counts.at[b][i]: how many of the bits 0..i of the byte b are set.
struct BitCounts {
    std::uint8_t at[256][8];
};

constexpr BitCounts count_bits() {
    BitCounts counts{};
    for (int byte = 0; byte < 256; ++byte) {
        int count = 0;
        for (int i = 0; i < 8; ++i) {
            count += byte >> i & 1;
            counts.at[byte][i] = static_cast<std::uint8_t>(count);
        }
    }
    return counts;
}

alignas(64) constexpr BitCounts counts = count_bits();

// Labels in `labels` are counted from that of the run before the word.
template <class T>
inline void paint_pixels(Word foreground, Word starts, std::int64_t pixels, const PaintLabel<T>* labels,
                         bool skip_background, T* out) {
    for (std::int64_t i = 0; i < pixels; ++i) {
        labels += starts >> i & 1;
        if ((foreground >> i & 1) != 0) {
            out[i] = static_cast<T>(*labels);
        } else if (!skip_background) {
            out[i] = T{0};
        }
    }
}

#if defined(__AVX512BW__)
// A vector of labels: which pixels, where runs start, and `labels` at that of the run before. As many
// runs may start here as there are pixels, besides the one before: a start in the first pixel is skipped
// in the pointer, so that one vector holds all labels that are needed.
inline __m512i vector_of_labels(Word foreground, Word starts, const std::uint32_t* labels) {
    const std::uint8_t* low = counts.at[starts & 0xff];
    const std::uint8_t* high = counts.at[starts >> 8 & 0xff];
    const __m128i within = _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(low)),
                                              _mm_loadl_epi64(reinterpret_cast<const __m128i*>(high)));
    const __m128i before = _mm_slli_si128(_mm_set1_epi8(static_cast<char>(low[7])), 8);
    const __m512i steps = _mm512_sub_epi32(_mm512_cvtepu8_epi32(_mm_add_epi8(within, before)),
                                           _mm512_set1_epi32(static_cast<int>(starts & 1)));
    return _mm512_maskz_permutexvar_epi32(static_cast<__mmask16>(foreground), steps,
                                          _mm512_loadu_si512(labels + (starts & 1)));
}
inline __m512i vector_of_labels(Word foreground, Word starts, const std::uint64_t* labels) {
    const auto* within = reinterpret_cast<const __m128i*>(counts.at[starts & 0xff]);
    const __m512i steps = _mm512_sub_epi64(_mm512_cvtepu8_epi64(_mm_loadl_epi64(within)),
                                           _mm512_set1_epi64(static_cast<long long>(starts & 1)));
    return _mm512_maskz_permutexvar_epi64(static_cast<__mmask8>(foreground), steps,
                                          _mm512_loadu_si512(labels + (starts & 1)));
}

template <class T>
inline void store_labels(T* out, __m512i labels, bool around_cache) {
    if constexpr (sizeof(T) == 1) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm512_cvtepi32_epi8(labels));
    } else if constexpr (sizeof(T) == 2) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi32_epi16(labels));
    } else if (around_cache) {
        _mm512_stream_si512(reinterpret_cast<__m512i*>(out), labels);
    } else {
        _mm512_storeu_si512(out, labels);
    }
}

template <class T>
inline void paint_word(Word foreground, Word starts, const PaintLabel<T>* labels, bool around_cache,
                       T* out) {
    constexpr int vector = sizeof(T) == 8 ? 8 : 16;
    constexpr Word all = (Word{1} << vector) - 1;
    for (int i = 0; i < word_bits; i += vector) {
        const Word here = starts >> i & all;
        store_labels(out + i, vector_of_labels(foreground >> i & all, here, labels), around_cache);
        labels += count_set(here);
    }
}
#elif defined(__AVX2__)
inline __m256i vector_of_labels(Word foreground, Word starts, const std::uint32_t* labels) {
    const auto* within = reinterpret_cast<const __m128i*>(counts.at[starts]);
    const __m256i steps = _mm256_sub_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64(within)),
                                           _mm256_set1_epi32(static_cast<int>(starts & 1)));
    const auto* window = reinterpret_cast<const __m256i*>(labels + (starts & 1));
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i bits = _mm256_and_si256(_mm256_set1_epi32(static_cast<int>(foreground)), bit);
    return _mm256_and_si256(_mm256_permutevar8x32_epi32(_mm256_loadu_si256(window), steps),
                            _mm256_cmpeq_epi32(bits, bit));
}

template <class T>
inline void store_labels(T* out, __m256i labels, bool around_cache) {
    if constexpr (sizeof(T) == 4) {
        auto* place = reinterpret_cast<__m256i*>(out);
        around_cache ? _mm256_stream_si256(place, labels) : _mm256_storeu_si256(place, labels);
    } else {
        alignas(32) std::uint32_t wide[8];
        _mm256_store_si256(reinterpret_cast<__m256i*>(wide), labels);
        for (int i = 0; i < 8; ++i) out[i] = static_cast<T>(wide[i]);
    }
}

template <class T>
inline void paint_word(Word foreground, Word starts, const PaintLabel<T>* labels, bool around_cache,
                       T* out) {
    if constexpr (sizeof(T) == 8) {
        paint_pixels(foreground, starts, word_bits, labels, false, out);
        return;
    } else {
        for (int i = 0; i < word_bits; i += 8) {
            const Word here = starts >> i & 0xff;
            store_labels(out + i, vector_of_labels(foreground >> i & 0xff, here, labels), around_cache);
            labels += count_set(here);
        }
    }
}
#else
template <class T>
inline void paint_word(Word foreground, Word starts, const PaintLabel<T>* labels, bool, T* out) {
    paint_pixels(foreground, starts, word_bits, labels, false, out);
}
#endif

template <class T>
void paint(const Word* foreground, const Word* starts, std::int64_t width, const PaintLabel<T>* labels,
           bool skip_background, bool around_cache, T* out) {
    const std::int64_t whole = width / word_bits;
    for (std::int64_t w = 0; w < whole; ++w) {
        if (!skip_background || foreground[w] != 0) {
            paint_word(foreground[w], starts[w], labels, around_cache, out + w * word_bits);
        }
        labels += count_set(starts[w]);
    }
    const std::int64_t rest = width % word_bits;
    if (rest != 0) {
        paint_pixels(foreground[whole], starts[whole], rest, labels, skip_background,
                     out + whole * word_bits);
    }
}

// Makes stores around the cache visible to other threads in order.
void end_painting() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

// -------------------------------------------------------------------------------------------- intensity

// Pixels of at most 32 bits: squares fit into 64 unsigned bits, and the sign drops out modulo 2^64.
template <class Squares>
inline void add_square(Squares& squares, std::int64_t value) {
    squares += static_cast<std::uint64_t>(value) * static_cast<std::uint64_t>(value);
}
inline void add_square(UInt192& squares, Int128 value) {
    const auto magnitude = static_cast<UInt128>(value < 0 ? -value : value);
    const UInt128 before = squares.low;
    squares.low += magnitude * magnitude;  // 64-bit pixels: below 2^128
    squares.high += squares.low < before;
}

// The sums of a stretch of integer pixels. A stretch has at most 4096 pixels, so that 64 bits hold the
// sum of value x index of 32-bit pixels, and 32 bits the sums of 8-bit pixels.
constexpr std::int64_t stretch_length = 4096;

template <class T>
struct IntegerStretch {
    typename IntegerSums<T>::Sum sum;
    typename IntegerSums<T>::Squares squares;
    typename IntegerSums<T>::Sum along;
    T min;
    T max;
};

template <class T>
struct StretchSum {
    using Type = typename IntegerSums<T>::Sum;
};
template <>
struct StretchSum<std::uint8_t> {
    using Type = std::uint32_t;
};
template <>
struct StretchSum<std::uint16_t> {
    using Type = std::uint32_t;
};

template <class T, bool with_squares, bool with_coordinates>
inline IntegerStretch<T> sum_integers(const T* pixels, std::int64_t length) {
    using Sum = typename IntegerSums<T>::Sum;
    IntegerStretch<T> stretch{0, {}, 0, pixels[0], pixels[0]};
    typename StretchSum<T>::Type sum = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        sum += pixels[i];
        stretch.min = pixels[i] < stretch.min ? pixels[i] : stretch.min;
        stretch.max = pixels[i] > stretch.max ? pixels[i] : stretch.max;
    }
    stretch.sum = static_cast<Sum>(sum);
    if constexpr (with_squares) {
        auto squares = stretch.squares;
        for (std::int64_t i = 0; i < length; ++i) add_square(squares, static_cast<Sum>(pixels[i]));
        stretch.squares = squares;
    }
    if constexpr (with_coordinates) {
        for (std::int64_t i = 0; i < length; ++i) stretch.along += static_cast<Sum>(pixels[i]) * i;
    }
    return stretch;
}

#if defined(__AVX512BW__)
// Short runs of the commonest pixel types in one masked load, without a scalar tail.

inline std::uint16_t smallest_of(__m512i v) {  // of 16-bit lanes
    const __m256i half = _mm256_min_epu16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i quarter =
        _mm_min_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    return static_cast<std::uint16_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(quarter)));
}

// The smaller of each pair of bytes, as 16-bit lanes.
inline __m512i smaller_bytes(__m512i v) { return _mm512_min_epu8(v, _mm512_srli_epi16(v, 8)); }

inline __mmask64 first_lanes(std::int64_t count) {
    return count >= 64 ? ~__mmask64{0} : (__mmask64{1} << count) - 1;
}

template <bool with_squares>
inline IntegerStretch<std::uint8_t> sum_masked(const std::uint8_t* pixels, std::int64_t length) {
    const __m512i zero = _mm512_setzero_si512();
    const __m512i ones = _mm512_set1_epi32(-1);
    __m512i sum = zero;
    __m512i squares = zero;
    __m512i smallest = ones;
    __m512i largest = zero;
    for (std::int64_t i = 0; i < length; i += 64) {
        const __mmask64 lanes_in = first_lanes(length - i);
        const __m512i v = _mm512_maskz_loadu_epi8(lanes_in, pixels + i);
        sum = _mm512_add_epi64(sum, _mm512_sad_epu8(v, zero));
        smallest = _mm512_mask_min_epu8(smallest, lanes_in, smallest, v);
        largest = _mm512_max_epu8(largest, v);
        if constexpr (with_squares) {
            const __m512i low = _mm512_unpacklo_epi8(v, zero);
            const __m512i high = _mm512_unpackhi_epi8(v, zero);
            squares = _mm512_add_epi32(squares, _mm512_madd_epi16(low, low));
            squares = _mm512_add_epi32(squares, _mm512_madd_epi16(high, high));
        }
    }
    const auto top = smallest_of(smaller_bytes(_mm512_xor_si512(largest, ones)));
    return {_mm512_reduce_add_epi64(sum),
            with_squares ? static_cast<std::uint32_t>(_mm512_reduce_add_epi32(squares)) : 0U, 0,
            static_cast<std::uint8_t>(smallest_of(smaller_bytes(smallest))),
            static_cast<std::uint8_t>(255 - top)};
}

// The squares of 32-bit lanes below 2^16, added up in pairs as 64-bit lanes.
inline __m512i sum_of_squares(__m512i v) {
    const __m512i square = _mm512_mullo_epi32(v, v);
    return _mm512_add_epi64(_mm512_srli_epi64(square, 32),
                            _mm512_and_si512(square, _mm512_set1_epi64(0xffffffff)));
}

template <bool with_squares>
inline IntegerStretch<std::uint16_t> sum_masked(const std::uint16_t* pixels, std::int64_t length) {
    const __m512i zero = _mm512_setzero_si512();
    const __m512i ones = _mm512_set1_epi32(-1);
    __m512i sum = zero;
    __m512i squares = zero;
    __m512i smallest = ones;
    __m512i largest = zero;
    for (std::int64_t i = 0; i < length; i += 32) {
        const auto lanes_in = static_cast<__mmask32>(first_lanes(length - i));
        const __m512i v = _mm512_maskz_loadu_epi16(lanes_in, pixels + i);
        const __m512i even = _mm512_and_si512(v, _mm512_set1_epi32(0xffff));
        const __m512i odd = _mm512_srli_epi32(v, 16);
        sum = _mm512_add_epi32(sum, _mm512_add_epi32(even, odd));
        smallest = _mm512_mask_min_epu16(smallest, lanes_in, smallest, v);
        largest = _mm512_max_epu16(largest, v);
        if constexpr (with_squares) {
            squares = _mm512_add_epi64(squares, sum_of_squares(even));
            squares = _mm512_add_epi64(squares, sum_of_squares(odd));
        }
    }
    const auto top = smallest_of(_mm512_xor_si512(largest, ones));
    return {static_cast<std::uint32_t>(_mm512_reduce_add_epi32(sum)),
            with_squares ? static_cast<std::uint64_t>(_mm512_reduce_add_epi64(squares)) : 0U, 0,
            smallest_of(smallest), static_cast<std::uint16_t>(65535 - top)};
}
#endif

template <class T, bool with_squares, bool with_coordinates>
inline IntegerStretch<T> sum_stretch_of(const T* pixels, std::int64_t length) {
#if defined(__AVX512BW__)
    constexpr bool is_common = sizeof(T) <= 2 && T(-1) > T(0);
    if constexpr (is_common && !with_coordinates) return sum_masked<with_squares>(pixels, length);
#endif
    return sum_integers<T, with_squares, with_coordinates>(pixels, length);
}

inline void add_squares(std::uint64_t& total, std::uint64_t part) { total += part; }
inline void add_squares(UInt128& total, UInt128 part) { total += part; }
inline void add_squares(UInt192& total, const UInt192& part) {
    total.low += part.low;
    total.high += part.high + (total.low < part.low);
}

template <class T, bool with_squares, bool with_coordinates>
inline void add_stretch(const T* row, std::int64_t start, std::int64_t length, std::int64_t z,
                        std::int64_t y, IntegerPartial<T>& partial) {
    using Weighted = typename IntegerSums<T>::Weighted;
    const IntegerStretch<T> stretch =
        sum_stretch_of<T, with_squares, with_coordinates>(row + start, length);
    partial.sum += stretch.sum;
    partial.min = stretch.min < partial.min ? stretch.min : partial.min;
    partial.max = stretch.max > partial.max ? stretch.max : partial.max;
    if constexpr (with_squares) add_squares(partial.squares, stretch.squares);
    if constexpr (with_coordinates) {
        partial.weighted[0] += static_cast<Weighted>(stretch.sum) * z;
        partial.weighted[1] += static_cast<Weighted>(stretch.sum) * y;
        partial.weighted[2] += static_cast<Weighted>(stretch.sum) * start + stretch.along;
    }
}

template <class T, bool with_squares, bool with_coordinates>
void add_runs(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
              IntegerPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch_length) {
            const std::int64_t left = runs[k].end - start;
            add_stretch<T, with_squares, with_coordinates>(
                row, start, left < stretch_length ? left : stretch_length, z, y, partials[runs[k].slot]);
        }
    }
}

constexpr int lanes = 8;

// The order in which the eight partial sums are joined is part of the result.
inline double join(const double* lane) {
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

template <class T>
inline bool is_finite(T value) {
    return value - value == 0;
}

// Finite pixels of a stretch: count, sum, sum of value x index, extremes.
template <class T>
struct Stretch {
    std::int64_t valid;
    double sum;
    double along;
    T min;
    T max;
};

template <class T, bool with_coordinates>
inline Stretch<T> sum_stretch(const T* pixels, std::int64_t length) {
    double sum[lanes] = {};
    double along[lanes] = {};
    std::int64_t valid = 0;
    T low = static_cast<T>(__builtin_inf());
    T high = -low;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const T value = pixels[i + j];
            const bool finite = is_finite(value);
            const double counted = finite ? static_cast<double>(value) : 0.0;
            valid += finite;
            sum[j] += counted;
            if constexpr (with_coordinates) along[j] += counted * static_cast<double>(i + j);
            low = finite & (value < low) ? value : low;
            high = finite & (value > high) ? value : high;
        }
    }
    return {valid, join(sum), join(along), low, high};
}

template <class T>
inline double deviation_stretch(const T* pixels, std::int64_t length, double mean) {
    double squares[lanes] = {};
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const double difference = static_cast<double>(pixels[i + j]) - mean;
            squares[j] += is_finite(pixels[i + j]) ? difference * difference : 0.0;
        }
    }
    return join(squares);
}

// Floating pixels. Stretches are short, so that eight partial sums of one hold few roundings.
template <class T, bool with_squares, bool with_coordinates>
void add_runs(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
              FloatPartial<T>* partials) {
    constexpr std::int64_t stretch = 256;
    for (std::int64_t k = 0; k < count; ++k) {
        FloatPartial<T>& partial = partials[runs[k].slot];
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch) {
            const std::int64_t left = runs[k].end - start;
            const std::int64_t length = left < stretch ? left : stretch;
            const Stretch<T> part = sum_stretch<T, with_coordinates>(row + start, length);
            if (part.valid == 0) continue;
            if (partial.valid == 0) {
                partial.anchor[0] = z;
                partial.anchor[1] = y;
                partial.anchor[2] = start;
            }
            if constexpr (with_squares) {
                const auto n = static_cast<double>(part.valid);
                const auto before = static_cast<double>(partial.valid);
                const double mean = part.sum / n;
                partial.deviation += deviation_stretch(row + start, length, mean);
                if (partial.valid != 0) {
                    const double mean_before = (partial.sum + partial.sum_low) / before;
                    partial.deviation += joining_deviation(mean_before, before, mean, n);
                }
            }
            if constexpr (with_coordinates) {
                partial.weighted[0] += part.sum * static_cast<double>(z - partial.anchor[0]);
                partial.weighted[1] += part.sum * static_cast<double>(y - partial.anchor[1]);
                partial.weighted[2] +=
                    part.sum * static_cast<double>(start - partial.anchor[2]) + part.along;
            }
            add_compensated(partial.sum, partial.sum_low, part.sum);
            partial.valid += part.valid;
            partial.min = part.min < partial.min ? part.min : partial.min;
            partial.max = part.max > partial.max ? part.max : partial.max;
        }
    }
}

// ------------------------------------------------------------------------------------------------ table

template <class T>
constexpr ScanKernels<T> scan_kernels() {
    return {&scan<T>, &foreground<T>, &equal<T>, &equal_contacts<T>};
}

template <class T>
constexpr IntensityKernels<T> intensity_kernels() {
    return {{{&add_runs<T, false, false>, &add_runs<T, false, true>},
             {&add_runs<T, true, false>, &add_runs<T, true, true>}},
            &above<T>};
}

constexpr KernelTable make_table(const char* name) {
    return {name,
            &count,
            &rank,
            &find_runs,
            &contacts,
            &band_runs,
            {&paint<std::uint8_t>},
            {&paint<std::uint16_t>},
            {&paint<std::uint32_t>},
            {&paint<std::uint64_t>},
            &end_painting,
            scan_kernels<std::uint8_t>(),
            scan_kernels<std::uint16_t>(),
            scan_kernels<std::uint32_t>(),
            scan_kernels<std::uint64_t>(),
            scan_kernels<float>(),
            scan_kernels<double>(),
            intensity_kernels<std::int8_t>(),
            intensity_kernels<std::int16_t>(),
            intensity_kernels<std::int32_t>(),
            intensity_kernels<std::int64_t>(),
            intensity_kernels<std::uint8_t>(),
            intensity_kernels<std::uint16_t>(),
            intensity_kernels<std::uint32_t>(),
            intensity_kernels<std::uint64_t>(),
            intensity_kernels<float>(),
            intensity_kernels<double>()};
}

}  // namespace MENSURA_ISA
}  // namespace
}  // namespace mensura
