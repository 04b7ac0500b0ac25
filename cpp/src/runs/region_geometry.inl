// Sums of y^j x^k, j and k from 0 to 3, over the pixels of a region, from its runs. Part of kernels.inl.
//
// Runs enter in closed form. With g(n) = n (n - 1), twice the sum of the whole numbers below n, a run
// [a, b) has
//
//     2 sum x = g(b) - g(a)
//     6 sum x^2 = (2 b - 1) g(b) - (2 a - 1) g(a)
//     4 sum x^3 = g(b)^2 - g(a)^2
//
// and sums are divided when all runs are in. In a box of 2^8 x 2^8 four times the sum of x^3 y^3 is
// below 2^62. Cost: 19 products a run; where there are wide vectors, of eight runs at once.

// In one number each, or in the lanes of a vector.
template <class Number>
struct SumsOfRuns {
    Number of[16];

    void add(Number a, Number b, Number y) {
        const Number below_a = a * (a - 1);
        const Number below_b = b * (b - 1);
        const Number twice = below_b - below_a;
        Number powers[4] = {b - a, twice, (2 * b - 1) * below_b - (2 * a - 1) * below_a,
                            twice * (below_a + below_b)};
        for (int j = 0; j < 4; ++j) {
            for (int k = 0; k < 4; ++k) {
                of[4 * j + k] += powers[k];
                powers[k] *= y;
            }
        }
    }
};

#if defined(__AVX512DQ__)
// The starts, ends or rows, `field` 0 to 2, of eight runs of which four are in each vector.
inline Whole field_of(__m512i first, __m512i second, int field) {
    const __m512i which =
        _mm512_add_epi32(_mm512_setr_epi32(0, 4, 8, 12, 16, 20, 24, 28, 0, 0, 0, 0, 0, 0, 0, 0),
                         _mm512_set1_epi32(field));
    const __m512i fields = _mm512_permutex2var_epi32(first, which, second);
    return (Whole)_mm512_cvtepi32_epi64(_mm512_castsi512_si256(fields));
}

inline void add_runs(const BlockRun* runs, std::int64_t count, std::uint64_t top, std::uint64_t left,
                     std::int64_t* sums) {
    SumsOfRuns<Whole> all{};
    for (std::int64_t k = 0; k < count; k += 8) {
        // What is beyond the last run is read as one without pixels.
        const auto lanes_in = static_cast<std::uint32_t>(first_lanes(4 * (count - k)));
        const __m512i first = _mm512_maskz_loadu_epi32(static_cast<__mmask16>(lanes_in), runs + k);
        const __m512i second =
            _mm512_maskz_loadu_epi32(static_cast<__mmask16>(lanes_in >> 16), runs + k + 4);
        all.add(field_of(first, second, 0) - left, field_of(first, second, 1) - left,
                field_of(first, second, 2) - top);
    }
    for (int m = 0; m < 16; ++m) sums[m] = _mm512_reduce_add_epi64((__m512i)all.of[m]);
}
#else
inline void add_runs(const BlockRun* runs, std::int64_t count, std::uint64_t top, std::uint64_t left,
                     std::int64_t* sums) {
    SumsOfRuns<std::uint64_t> all{};
    for (std::int64_t k = 0; k < count; ++k) {
        all.add(static_cast<std::uint64_t>(runs[k].start) - left,
                static_cast<std::uint64_t>(runs[k].end) - left,
                static_cast<std::uint64_t>(runs[k].y) - top);
    }
    for (int m = 0; m < 16; ++m) sums[m] = static_cast<std::int64_t>(all.of[m]);
}
#endif

void sum_geometry(const BlockRun* runs, std::int64_t count, std::int64_t top, std::int64_t left,
                  std::int64_t* sums) {
    add_runs(runs, count, static_cast<std::uint64_t>(top), static_cast<std::uint64_t>(left), sums);
    for (int j = 0; j < 16; j += 4) {
        sums[j + 1] /= 2;
        sums[j + 2] /= 6;
        sums[j + 3] /= 4;
    }
}
