// The table of leaf kernels, one per instruction set.
//
// A kernel works on one row of contiguous pixels. Bitmaps hold one bit per pixel, pixel x in bit x % 64
// of word x / 64; bits past the end of the row are zero. This header is shared by sources compiled for
// different instruction sets, so it holds plain declarations only: an inline function in it could be
// emitted once, for the widest set, and then run on a machine that lacks it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "measure/channel_partials.hpp"
#include "measure/float_sums.hpp"
#include "measure/moment_lanes.hpp"
#include "measure/partials.hpp"
#include "rings/ring_parts.hpp"

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
// counts the runs before word w, so that the run at a pixel is found without a search. Every pixel of
// `foreground` lies in a run; there may be more in the runs.
struct JoinRow {
    const Word* foreground;
    const Word* starts;
    const std::uint32_t* rank;
};

// The same with the values that tell its runs apart.
template <class T>
struct ValueRow {
    const T* values;
    JoinRow bits;
};

// Two runs that touch, one of the current row and one of an earlier row.
struct Contact {
    std::uint32_t current;
    std::uint32_t earlier;
};

// The rows of a band whose foreground is alike: (z, y), (z, y + 1) and, in a volume, (z + 1, y) and
// (z + 1, y + 1), empty ones in place of those that the band lacks; and where runs of the band start, as
// in a JoinRow.
struct BandRows {
    const Word* row[4];
    const Word* starts;
    const std::uint32_t* rank;
};

// Runs written beyond those that are counted.
inline constexpr std::int64_t spare_runs = 16;

// How many contacts two rows can have at most: two at every pixel.
inline constexpr std::int64_t contacts_per_pixel = 2;

template <class T>
struct ScanKernels {
    // foreground[x] = row[x] != background (and not NaN); breaks[x] = x == 0 or row[x] != row[x - 1].
    void (*scan)(const T* row, std::int64_t width, T background, Word* foreground, Word* breaks);
    // foreground only, for images in which every foreground pixel counts as equal.
    void (*foreground)(const T* row, std::int64_t width, T background, Word* foreground);
    // same[x] where both rows are foreground at x, by their bitmaps, and row[x] == other[x].
    void (*compare)(const T* row, const T* other, const Word* row_foreground,
                    const Word* other_foreground, std::int64_t width, Word* same);
    // The contacts of runs of equal values, as KernelTable::contacts tells of those that are all alike;
    // `same` is from compare(). Room for one contact more is written to.
    std::int64_t (*value_contacts)(const ValueRow<T>& c, const ValueRow<T>& p, const Word* same,
                                   const Word* implied, bool diagonal, std::int64_t word_begin,
                                   std::int64_t word_end, Contact* found);
};

// Kernels that read pixels as numbers. Those that add put the pixels of the runs of one row to the
// partials of their slots; `start` and `end` of a run index `row`, coordinates are local to the block.
template <class T>
struct IntensityKernels {
    // [with sums of squares]. The memory `to_row_below` bytes further is asked for, as the runs of the
    // next row mostly lie where those of this one do.
    void (*add_values[2])(const T* row, std::ptrdiff_t to_row_below, const SlotRun* runs,
                          std::int64_t count, GatheredValues<T>* gathered);
    void (*add_powers)(const T* row, const SlotRun* runs, std::int64_t count, PowerPartial<T>* partials);
    void (*add_positions)(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z,
                          std::int64_t y, PositionPartial<T>* partials);
    // Pixels of `saturation` and above are saturated.
    void (*add_quality)(const T* row, const SlotRun* runs, std::int64_t count, T saturation,
                        QualityPartial<T>* partials);
    void (*add_weighted)(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z,
                         std::int64_t y, WeightedPartial<T>* partials);
    // Writes the sums of each run by itself; runs have at most moment_stretch pixels.
    void (*run_moments)(const T* row, const SlotRun* runs, std::int64_t count, RunMoments<T>* moments);
    // Sums up what lies in the window from column `x` on, of runs of one region in raster order, the
    // last of them less than window_rows below the first. Null where there is no such kernel.
    void (*sum_window)(const BlockPixels<T>& pixels, const BlockRun* runs, std::int64_t count,
                       std::int64_t x, WindowSums* sums);
    // foreground[x] = row[x] > threshold; false for NaN.
    void (*above)(const T* row, std::int64_t width, T threshold, Word* foreground);
};

// Labels as they are looked up for an image of T: 32 bits, and 64 where T has them.
template <class T>
struct PaintLabelOf {
    using Type = std::uint32_t;
};
template <>
struct PaintLabelOf<std::uint64_t> {
    using Type = std::uint64_t;
};
template <class T>
using PaintLabel = typename PaintLabelOf<T>::Type;

// Outputs of more bytes than this are not looked for in the cache, and written around it.
inline constexpr std::int64_t cached_bytes = std::int64_t{8} << 20;

// Labels that may be read, and are not used, behind the last one.
inline constexpr std::int64_t spare_labels = 16;

template <class T>
struct PaintKernels {
    // out[x] = the label of the run at x where foreground, else 0. labels[0] is that of the run before
    // the row, labels[k + 1] that of run k; spare_labels more can be read. With `skip_background`, words
    // of the row without foreground are left as they are, known to be 0. With `around_cache`, `out` is
    // aligned to 64 bytes and does not go through the cache where the instruction set allows for it.
    void (*paint)(const Word* foreground, const Word* starts, std::int64_t width,
                  const PaintLabel<T>* labels, bool skip_background, bool around_cache, T* out);
};

// A straight line of samples: sample i lies at (start + i * step) + shift, and sample `last`, if that is
// not -1, at last + shift.
struct StraightLine {
    double y;
    double x;
    double step_y;
    double step_x;
    double shift_y;
    double shift_x;
    std::int64_t last = -1;
    double last_y = 0;
    double last_x = 0;
};

// Up to so many bytes behind the pixels of a sample are read, and not used.
inline constexpr std::int64_t spare_pixel_bytes = 2;

// An image, or as much of it as some lines lie in: pixel (y, x) is pixels[y * row_step + x - origin].
template <class T>
struct PlanePixels {
    const T* pixels;
    std::int64_t row_step;
    std::int64_t origin = 0;
};

template <class T>
struct LineKernels {
    // Samples [first, first + count) of a line, each amid four of these pixels. Returns whether all are
    // finite. With `around_cache`, they are written past the cache where the instruction set allows for
    // it.
    bool (*linear)(const PlanePixels<T>& pixels, const StraightLine& line, std::int64_t first,
                   std::int64_t count, bool around_cache, double* samples);
};

// A stretch of a row of pixels beside a point: pixel i lies `first + i` pixels from it along the row,
// and `across` is the square of its distance from the row.
struct PointRow {
    double across;
    double first;
    double squared_side;
    double unit;
};

template <class T>
struct RingKernels {
    // Adds each pixel to the part of the ring it lies in, which may be -1.
    void (*add)(const T* row, const std::int32_t* ring, std::int64_t count, RingPart<T>* parts);
};

template <std::size_t n>
struct MomentKernels {
    // From sums about some pixel, where those about the corner are below 2^62, to moments about the
    // corner and sums about the center.
    void (*place)(MomentLanes<n>* lanes);
    // From sums about the center, that of weights below 2^53 and above 0, to central moments.
    void (*center)(MomentLanes<n>* lanes);
};

struct KernelTable {
    const char* name;
    // [log2 of the bytes of a pixel]. Copies every `step`-th pixel of a row, `step` 2, 3 or 4.
    void (*pick[4])(const void* row, std::int64_t step, std::int64_t count, void* picked);
    // [the same]. Copies pixels of a row of so many channels, each channel `step` pixels behind the one
    // before.
    void (*split[4])(const void* row, std::int64_t channels, std::int64_t count, void* split,
                     std::int64_t step);

    // How many bits are set.
    std::int64_t (*count)(const Word* bits, std::int64_t words);
    // rank[w] = first + number of bits set before word w; returns the count behind the last word.
    std::int64_t (*rank)(const Word* starts, std::int64_t words, std::int64_t first,
                         std::uint32_t* rank);
    // Writes the position of every set bit, in order, and returns how many there are. There is room for
    // spare_runs more.
    std::int64_t (*positions)(const Word* bits, std::int64_t words, std::int64_t* position);
    // Writes where each run of a row starts and ends, run after run, and returns their number. There is
    // room for spare_runs more.
    std::int64_t (*runs)(const Word* foreground, const Word* starts, std::int64_t words,
                         std::int64_t* ends);
    // Writes the contacts of two rows that lie in words [word_begin, word_end), at most
    // contacts_per_pixel for each pixel, and returns their number. `implied`, where given, marks pixels
    // of c that need no contact with p, as others say the same; some contacts of those may be written
    // all the same.
    std::int64_t (*contacts)(const JoinRow& c, const JoinRow& p, const Word* implied, bool diagonal,
                             std::int64_t word_begin, std::int64_t word_end, Contact* found);
    // As `runs`, for a row of a band whose foreground is alike, and for each run that of the band.
    std::int64_t (*band_runs)(const JoinRow& row, std::int64_t words, std::int64_t* ends,
                              std::uint32_t* band_run);
    // [in a volume]. Adds the rows of a band, of which the first is (z, y), to the extents that `slot`
    // names for its runs. `ends` is room for the places of all runs of a row, and spare_runs more.
    void (*add_extents[2])(const BandRows& band, std::int64_t words, const std::uint32_t* slot,
                           std::int32_t z, std::int32_t y, std::int32_t* ends, Extent* extents);
    // Adds what runs add to the sums of moments near them, one after the other.
    void (*add_near_moments)(const NearRun* runs, std::int64_t count);
    // Writes the sums of y^j x^k over the pixels of a region to sums[4 j + k], counted from (top, left);
    // no side of the rectangle that they lie in is longer than most_geometry_side.
    void (*sum_geometry)(const BlockRun* runs, std::int64_t count, std::int64_t top, std::int64_t left,
                         std::int64_t* sums);
    MomentKernels<16> moments_16;
    MomentKernels<64> moments_64;

    PaintKernels<std::uint8_t> paint_u8;
    PaintKernels<std::uint16_t> paint_u16;
    PaintKernels<std::uint32_t> paint_u32;
    PaintKernels<std::uint64_t> paint_u64;
    // Called by a thread that wrote around the cache, before others look at it.
    void (*end_streaming)();

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

    LineKernels<std::int8_t> lines_i8;
    LineKernels<std::int16_t> lines_i16;
    LineKernels<std::int32_t> lines_i32;
    LineKernels<std::int64_t> lines_i64;
    LineKernels<std::uint8_t> lines_u8;
    LineKernels<std::uint16_t> lines_u16;
    LineKernels<std::uint32_t> lines_u32;
    LineKernels<std::uint64_t> lines_u64;
    LineKernels<float> lines_f32;
    LineKernels<double> lines_f64;

    // The distances of `count` pixels to a point: sqrt(across + squared_side (first + i)^2) unit.
    void (*point_distances)(const PointRow& row, std::int64_t count, double* distances);
    // Squared distances across rows from those along them, of pixels whose squared height is `weight`:
    // out[y][x] = min over y' of source[y'][x] + weight (y' - y)^2. `source` has `rows` rows of `width`,
    // and those of `out`, which are `out_step` apart, begin as the same.
    void (*lower_rows)(const double* source, std::int64_t rows, std::int64_t width, double weight,
                       double* out, std::int64_t out_step);
    RingKernels<std::int8_t> rings_i8;
    RingKernels<std::int16_t> rings_i16;
    RingKernels<std::int32_t> rings_i32;
    RingKernels<std::int64_t> rings_i64;
    RingKernels<std::uint8_t> rings_u8;
    RingKernels<std::uint16_t> rings_u16;
    RingKernels<std::uint32_t> rings_u32;
    RingKernels<std::uint64_t> rings_u64;
    RingKernels<float> rings_f32;
    RingKernels<double> rings_f64;
};

const KernelTable& baseline_kernels();
const KernelTable& avx2_kernels();
const KernelTable& avx512_kernels();
const KernelTable& avx512vbmi2_kernels();

// The table in use; see isa.hpp.
const KernelTable& kernels();

}  // namespace mensura
