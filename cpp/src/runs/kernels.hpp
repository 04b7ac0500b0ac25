// The table of leaf kernels, one per instruction set.
//
// A kernel works on one row of contiguous pixels. Bitmaps hold one bit per pixel, pixel x in bit x % 64
// of word x / 64; bits past the end of the row are zero. This header is shared by sources compiled for
// different instruction sets, so it holds plain declarations only: an inline function in it could be
// emitted once, for the widest set, and then run on a machine that lacks it.
#pragma once

#include <cstdint>

#include "measure/float_sums.hpp"
#include "measure/partials.hpp"

namespace mensura {

using Word = std::uint64_t;
inline constexpr std::int64_t word_bits = 64;

// One run of a row: pixels [start, end), and the slot of the region they belong to.
struct SlotRun {
    std::int64_t start;
    std::int64_t end;
    std::int64_t slot;
};

// One row as it is joined with its neighbors. `starts` marks the first pixel of every run and `rank[w]`
// counts the runs before word w, so that the run at a pixel is found without a search. `values` is null
// where all foreground is alike.
template <class T>
struct JoinRow {
    const Word* foreground;
    const Word* starts;
    const std::uint32_t* rank;
    const T* values;
};

// Two runs that touch, one of the current row and one of an earlier row.
struct Contact {
    std::uint32_t current;
    std::uint32_t earlier;
};

// Room for the runs of a row, and for two more that are written and not counted.
constexpr std::int64_t run_capacity(std::int64_t words) { return words * word_bits + 2; }

// How many contacts two rows can have at most: two at every pixel.
inline constexpr std::int64_t contacts_per_pixel = 2;

template <class T>
struct ScanKernels {
    // foreground[x] = row[x] != background (and not NaN); breaks[x] = x == 0 or row[x] != row[x - 1].
    void (*scan)(const T* row, std::int64_t width, T background, Word* foreground, Word* breaks);
    // foreground only, for images in which every foreground pixel counts as equal.
    void (*foreground)(const T* row, std::int64_t width, T background, Word* foreground);
    // equal[x] = a[x] == b[x].
    void (*equal)(const T* a, const T* b, std::int64_t width, Word* equal);
    // Writes the contacts of two rows and returns their number. `equal` holds the bits of c == p, or is
    // null where all foreground is alike.
    std::int64_t (*contacts)(const JoinRow<T>& c, const JoinRow<T>& p, const Word* equal,
                             std::int64_t words, bool diagonal, Contact* found);
};

// Adds the pixels of the runs of one row to the partials of their slots. Coordinates are local to the
// block; `start` and `end` of a run index `row`.
template <class T>
using AddRuns = void (*)(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z,
                         std::int64_t y, IntensityPartial<T>* partials);

// Kernels that read pixels as numbers.
template <class T>
struct IntensityKernels {
    AddRuns<T> add[2][2];  // [with sums of squares][with coordinates]
    // foreground[x] = row[x] > threshold; false for NaN.
    void (*above)(const T* row, std::int64_t width, T threshold, Word* foreground);
};

struct KernelTable {
    const char* name;

    // rank[w] = first + number of bits set before word w; returns the count behind the last word.
    std::int64_t (*rank)(const Word* starts, std::int64_t words, std::int64_t first,
                         std::uint32_t* rank);
    // Writes where the runs of a row start and end, in order, and returns their number. Both arrays have
    // room for run_capacity(words) numbers.
    std::int64_t (*runs)(const Word* foreground, const Word* starts, std::int64_t words,
                         std::int64_t* start, std::int64_t* end);

    ScanKernels<std::uint8_t> scan_u8;
    ScanKernels<std::uint16_t> scan_u16;
    ScanKernels<std::uint32_t> scan_u32;
    ScanKernels<std::uint64_t> scan_u64;
    ScanKernels<float> scan_f32;
    ScanKernels<double> scan_f64;

    IntensityKernels<std::int8_t> intensity_i8;
    IntensityKernels<std::int16_t> intensity_i16;
    IntensityKernels<std::int32_t> intensity_i32;
    IntensityKernels<std::int64_t> intensity_i64;
    IntensityKernels<std::uint8_t> intensity_u8;
    IntensityKernels<std::uint16_t> intensity_u16;
    IntensityKernels<std::uint32_t> intensity_u32;
    IntensityKernels<std::uint64_t> intensity_u64;
    IntensityKernels<float> intensity_f32;
    IntensityKernels<double> intensity_f64;
};

const KernelTable& baseline_kernels();
const KernelTable& avx2_kernels();
const KernelTable& avx512_kernels();

// The table in use; see isa.hpp.
const KernelTable& kernels();

}  // namespace mensura
