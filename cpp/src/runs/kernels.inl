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

#include "runs/runs.inl"

#include "runs/scan.inl"

#include "runs/strided.inl"

#include "runs/compare.inl"

#include "runs/contacts.inl"

#include "runs/extents.inl"

#include "runs/paint.inl"

#include "runs/values.inl"

#include "runs/powers.inl"

#include "runs/inspect.inl"

#include "runs/weighted.inl"

#include "runs/lines.inl"

#include "runs/moments.inl"
#include "runs/windows.inl"

#include "runs/central.inl"
#include "runs/region_geometry.inl"

#include "runs/rings.inl"

template <class T>
constexpr ScanKernels<T> scan_kernels() {
    return {&scan<T>, &foreground<T>, &compare<T>, &value_contacts<T>};
}

template <class T>
constexpr IntensityKernels<T> intensity_kernels() {
    return {{&add_values<T, false>, &add_values<T, true>},
            &add_powers<T>,
            &add_positions<T>,
            &add_quality<T>,
            &add_weighted<T>,
            &run_moments<T>,
            window_kernel<T>(),
            &above<T>};
}

constexpr KernelTable make_table(const char* name) {
    return {name,
            {&pick<std::uint8_t>, &pick<std::uint16_t>, &pick<std::uint32_t>, &pick<std::uint64_t>},
            {&split<std::uint8_t>, &split<std::uint16_t>, &split<std::uint32_t>, &split<std::uint64_t>},
            &count,
            &rank,
            &positions,
            &find_runs,
            &contacts,
            &band_runs,
            {&add_extents<false>, &add_extents<true>},
            &add_near_moments,
            &sum_geometry,
            {&place_moments<16>, &center_moments<16>},
            {&place_moments<64>, &center_moments<64>},
            {&paint<std::uint8_t>},
            {&paint<std::uint16_t>},
            {&paint<std::uint32_t>},
            {&paint<std::uint64_t>},
            &end_streaming,
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
            intensity_kernels<double>(),
            {&linear_line<std::int8_t>},
            {&linear_line<std::int16_t>},
            {&linear_line<std::int32_t>},
            {&linear_line<std::int64_t>},
            {&linear_line<std::uint8_t>},
            {&linear_line<std::uint16_t>},
            {&linear_line<std::uint32_t>},
            {&linear_line<std::uint64_t>},
            {&linear_line<float>},
            {&linear_line<double>},
            &point_distances,
            &lower_rows,
            {&add_rings<std::int8_t>},
            {&add_rings<std::int16_t>},
            {&add_rings<std::int32_t>},
            {&add_rings<std::int64_t>},
            {&add_rings<std::uint8_t>},
            {&add_rings<std::uint16_t>},
            {&add_rings<std::uint32_t>},
            {&add_rings<std::uint64_t>},
            {&add_rings<float>},
            {&add_rings<double>}};
}

}  // namespace MENSURA_ISA
}  // namespace
}  // namespace mensura
