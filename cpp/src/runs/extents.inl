// Bands to extents: how many pixels, where they reach, where their middle is. Part of kernels.inl. Rows
// are taken run by run: a run [s, e) has e - s pixels, and its coordinates x sum up to (e - s) (s + e -
// 1) / 2. All sums of a run are lanes of one vector, all bounds of another, so that a run costs two
// additions to memory.

#if defined(__AVX2__)
// What the runs of one row have in common.
template <bool volume>
class ExtentRow {
public:
    ExtentRow(std::int32_t z, std::int32_t y)
        : factors_(_mm256_set_epi64x(z, -1, y, 1)), bounds_(_mm_set_epi32(y + 1, 0, -y, 0)),
          bounds_z_(_mm_set_epi32(lowest, lowest, z + 1, -z)) {}

    void add(std::int32_t start, std::int32_t end, Extent& extent) const {
        const __m256i starts = _mm256_set1_epi32(start);
        const __m256i ends = _mm256_set1_epi32(end);
        // The lower halves of 1, y, start + end - 1 and z, all times the length.
        const __m256i third = _mm256_set_epi64x(0, -1, 0, 0);
        const __m256i both = _mm256_and_si256(_mm256_add_epi32(starts, ends), third);
        const __m256i products =
            _mm256_mul_epu32(_mm256_sub_epi32(ends, starts), _mm256_add_epi32(both, factors_));
        const __m256i sums = _mm256_srlv_epi64(products, _mm256_set_epi64x(0, 1, 0, 0));
        auto* to_sums = reinterpret_cast<__m256i*>(extent.sums);
        _mm256_store_si256(to_sums, _mm256_add_epi64(_mm256_load_si256(to_sums), sums));

        const __m128i low = _mm_and_si128(_mm256_castsi256_si128(starts), _mm_set_epi32(0, 0, 0, -1));
        const __m128i high = _mm_and_si128(_mm256_castsi256_si128(ends), _mm_set_epi32(0, -1, 0, 0));
        auto* to_reach = reinterpret_cast<__m128i*>(extent.reach);
        keep_largest(_mm_sub_epi32(_mm_add_epi32(bounds_, high), low), to_reach);
        if constexpr (volume) keep_largest(bounds_z_, to_reach + 1);
    }

private:
    static constexpr std::int32_t lowest = -2147483647 - 1;

    static void keep_largest(__m128i bounds, __m128i* kept) {
        _mm_store_si128(kept, _mm_max_epi32(_mm_load_si128(kept), bounds));
    }

    __m256i factors_;
    __m128i bounds_;
    __m128i bounds_z_;
};
#else
template <bool volume>
class ExtentRow {
public:
    ExtentRow(std::int32_t z, std::int32_t y) : z_(z), y_(y) {}

    void add(std::int32_t start, std::int32_t end, Extent& extent) const {
        const std::int64_t length = end - start;
        extent.sums[0] += length;
        extent.sums[1] += length * y_;
        extent.sums[2] += length * (start + end - 1) / 2;
        keep_largest(-start, extent.reach[0]);
        keep_largest(-y_, extent.reach[1]);
        keep_largest(end, extent.reach[2]);
        keep_largest(y_ + 1, extent.reach[3]);
        if constexpr (volume) {
            extent.sums[3] += length * z_;
            keep_largest(-z_, extent.reach[4]);
            keep_largest(z_ + 1, extent.reach[5]);
        }
    }

private:
    static void keep_largest(std::int32_t bound, std::int32_t& kept) {
        kept = bound > kept ? bound : kept;
    }

    std::int32_t z_;
    std::int32_t y_;
};
#endif

template <bool volume>
void add_extents(const BandRows& band, std::int64_t words, const std::uint32_t* slot, std::int32_t z,
                 std::int32_t y, std::int32_t* ends, Extent* extents) {
    for (std::int32_t i = 0; i < (volume ? 4 : 2); ++i) {
        const JoinRow row{band.row[i], band.starts, band.rank};
        const std::int64_t count = find_separate_runs(row.foreground, words, ends);
        const ExtentRow<volume> in_row(z + i / 2, y + i % 2);
        for (std::int64_t k = 0; k < count; ++k) {
            const auto start = static_cast<Word>(ends[2 * k]);
            const std::uint32_t run = run_at(row, static_cast<std::int64_t>(start / word_bits),
                                             static_cast<unsigned>(start % word_bits));
            in_row.add(ends[2 * k], ends[2 * k + 1], extents[slot[run]]);
        }
    }
}
