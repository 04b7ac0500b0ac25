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

template <class T>
inline Word foreground_word(const T* pixels, T background) {
    // A NaN is the only value that differs from itself.
    return word_of([=](int i) { return (pixels[i] != background) & (pixels[i] == pixels[i]); });
}

template <class T>
inline Word unequal_word(const T* a, const T* b) {
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

// Integer pixels. A run is taken in stretches so short that 64 bits hold the sum of value x index.
template <class T, bool with_squares, bool with_coordinates>
void add_runs(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
              IntegerPartial<T>* partials) {
    using Wide = typename IntegerSums<T>::Sum;
    using Weighted = typename IntegerSums<T>::Weighted;
    constexpr std::int64_t stretch = 4096;
    for (std::int64_t k = 0; k < count; ++k) {
        IntegerPartial<T>& partial = partials[runs[k].slot];
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch) {
            const std::int64_t left = runs[k].end - start;
            const std::int64_t length = left < stretch ? left : stretch;
            const T* pixels = row + start;
            T low = pixels[0];
            T high = pixels[0];
            Wide sum = 0;
            for (std::int64_t i = 0; i < length; ++i) {
                sum += pixels[i];
                low = pixels[i] < low ? pixels[i] : low;
                high = pixels[i] > high ? pixels[i] : high;
            }
            partial.sum += sum;
            partial.min = low < partial.min ? low : partial.min;
            partial.max = high > partial.max ? high : partial.max;
            if constexpr (with_squares) {
                auto squares = partial.squares;
                for (std::int64_t i = 0; i < length; ++i) {
                    add_square(squares, static_cast<Wide>(pixels[i]));
                }
                partial.squares = squares;
            }
            if constexpr (with_coordinates) {
                Wide along = 0;
                for (std::int64_t i = 0; i < length; ++i) along += static_cast<Wide>(pixels[i]) * i;
                partial.weighted[0] += static_cast<Weighted>(sum) * z;
                partial.weighted[1] += static_cast<Weighted>(sum) * y;
                partial.weighted[2] += static_cast<Weighted>(sum) * start + along;
            }
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
    return {&scan<T>, &foreground<T>, &equal<T>};
}

template <class T>
constexpr IntensityKernels<T> intensity_kernels() {
    return {{{&add_runs<T, false, false>, &add_runs<T, false, true>},
             {&add_runs<T, true, false>, &add_runs<T, true, true>}}};
}

constexpr KernelTable make_table(const char* name) {
    return {name,
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
