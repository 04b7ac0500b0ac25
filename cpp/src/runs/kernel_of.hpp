// The kernels of the table in use, by pixel type.
#pragma once

#include <cstdint>
#include <type_traits>

#include "runs/kernels.hpp"

namespace mensura {

template <class T>
const ScanKernels<T>& scan_kernels_of() {
    const KernelTable& table = kernels();
    if constexpr (std::is_same_v<T, std::uint8_t>) return table.scan_u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return table.scan_u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return table.scan_u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return table.scan_u64;
    if constexpr (std::is_same_v<T, float>) return table.scan_f32;
    if constexpr (std::is_same_v<T, double>) return table.scan_f64;
}

template <class T>
const PaintKernels<T>& paint_kernels_of() {
    const KernelTable& table = kernels();
    if constexpr (std::is_same_v<T, std::uint8_t>) return table.paint_u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return table.paint_u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return table.paint_u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return table.paint_u64;
}

template <class T>
const IntensityKernels<T>& intensity_kernels_of() {
    const KernelTable& table = kernels();
    if constexpr (std::is_same_v<T, std::int8_t>) return table.intensity_i8;
    if constexpr (std::is_same_v<T, std::int16_t>) return table.intensity_i16;
    if constexpr (std::is_same_v<T, std::int32_t>) return table.intensity_i32;
    if constexpr (std::is_same_v<T, std::int64_t>) return table.intensity_i64;
    if constexpr (std::is_same_v<T, std::uint8_t>) return table.intensity_u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return table.intensity_u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return table.intensity_u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return table.intensity_u64;
    if constexpr (std::is_same_v<T, float>) return table.intensity_f32;
    if constexpr (std::is_same_v<T, double>) return table.intensity_f64;
}

template <class T>
const LineKernels<T>& line_kernels_of() {
    const KernelTable& table = kernels();
    if constexpr (std::is_same_v<T, std::int8_t>) return table.lines_i8;
    if constexpr (std::is_same_v<T, std::int16_t>) return table.lines_i16;
    if constexpr (std::is_same_v<T, std::int32_t>) return table.lines_i32;
    if constexpr (std::is_same_v<T, std::int64_t>) return table.lines_i64;
    if constexpr (std::is_same_v<T, std::uint8_t>) return table.lines_u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return table.lines_u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return table.lines_u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return table.lines_u64;
    if constexpr (std::is_same_v<T, float>) return table.lines_f32;
    if constexpr (std::is_same_v<T, double>) return table.lines_f64;
}

template <class T>
const RingKernels<T>& ring_kernels_of() {
    const KernelTable& table = kernels();
    if constexpr (std::is_same_v<T, std::int8_t>) return table.rings_i8;
    if constexpr (std::is_same_v<T, std::int16_t>) return table.rings_i16;
    if constexpr (std::is_same_v<T, std::int32_t>) return table.rings_i32;
    if constexpr (std::is_same_v<T, std::int64_t>) return table.rings_i64;
    if constexpr (std::is_same_v<T, std::uint8_t>) return table.rings_u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return table.rings_u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return table.rings_u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return table.rings_u64;
    if constexpr (std::is_same_v<T, float>) return table.rings_f32;
    if constexpr (std::is_same_v<T, double>) return table.rings_f64;
}

template <std::size_t n>
const MomentKernels<n>& moment_kernels_of() {
    const KernelTable& table = kernels();
    if constexpr (n == 16) return table.moments_16;
    if constexpr (n == 64) return table.moments_64;
}

}  // namespace mensura
