// From a pixel type known at run time to one known at compile time.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "mensura/image.hpp"

namespace mensura {

// The type in which a row of pixels is handed to the kernels. Two types are read as another one that
// holds all their values: bool as uint8, float16 as float32.
template <class Visitor>
decltype(auto) visit_pixel_type(DType dtype, Visitor&& visit) {
    switch (dtype) {
        case DType::boolean: return visit(std::type_identity<std::uint8_t>{});
        case DType::int8: return visit(std::type_identity<std::int8_t>{});
        case DType::int16: return visit(std::type_identity<std::int16_t>{});
        case DType::int32: return visit(std::type_identity<std::int32_t>{});
        case DType::int64: return visit(std::type_identity<std::int64_t>{});
        case DType::uint8: return visit(std::type_identity<std::uint8_t>{});
        case DType::uint16: return visit(std::type_identity<std::uint16_t>{});
        case DType::uint32: return visit(std::type_identity<std::uint32_t>{});
        case DType::uint64: return visit(std::type_identity<std::uint64_t>{});
        case DType::float16: return visit(std::type_identity<float>{});
        case DType::float32: return visit(std::type_identity<float>{});
        case DType::float64: return visit(std::type_identity<double>{});
    }
    throw std::invalid_argument("unknown pixel type");
}

// The type in which pixels are compared for equality: signed and unsigned integers of one width share
// their kernels.
template <class T>
using equality_type = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>,
                                                  std::type_identity<T>>::type;

// As visit_pixel_type, for the equality type.
template <class Visitor>
decltype(auto) visit_equality_type(DType dtype, Visitor&& visit) {
    return visit_pixel_type(dtype, [&]<class T>(std::type_identity<T>) -> decltype(auto) {
        return visit(std::type_identity<equality_type<T>>{});
    });
}

// As visit_equality_type, for images of integers or bool; others are refused.
template <class Visitor>
void visit_integer_type(DType dtype, Visitor&& visit) {
    visit_equality_type(dtype, [&]<class T>(std::type_identity<T> type) {
        if constexpr (std::is_integral_v<T>) {
            visit(type);
        } else {
            throw std::invalid_argument("the image must hold integers");
        }
    });
}

inline bool is_signed_integer(DType dtype) {
    return dtype == DType::int8 || dtype == DType::int16 || dtype == DType::int32 ||
           dtype == DType::int64;
}

inline std::ptrdiff_t item_size(DType dtype) {
    if (dtype == DType::float16) return 2;
    return visit_pixel_type(
        dtype, []<class T>(std::type_identity<T>) { return static_cast<std::ptrdiff_t>(sizeof(T)); });
}

}  // namespace mensura
