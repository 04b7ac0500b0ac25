// NumPy arrays as image views; see arrays.hpp.
#include "arrays.hpp"

#include <bit>
#include <optional>
#include <string>

namespace mensura::python {
namespace {

std::optional<DType> dtype_of(char kind, py::ssize_t item_size) {
    switch (kind) {
        case 'b': return DType::boolean;
        case 'i':
            if (item_size == 1) return DType::int8;
            if (item_size == 2) return DType::int16;
            if (item_size == 4) return DType::int32;
            if (item_size == 8) return DType::int64;
            break;
        case 'u':
            if (item_size == 1) return DType::uint8;
            if (item_size == 2) return DType::uint16;
            if (item_size == 4) return DType::uint32;
            if (item_size == 8) return DType::uint64;
            break;
        case 'f':
            if (item_size == 2) return DType::float16;
            if (item_size == 4) return DType::float32;
            if (item_size == 8) return DType::float64;
            break;
        default: break;
    }
    return std::nullopt;
}

bool is_byte_swapped(char byte_order) {
    const char foreign = std::endian::native == std::endian::little ? '>' : '<';
    return byte_order == foreign;
}

// A view of the axes from `first_axis` on.
template <class Byte>
BasicImageView<Byte> make_view(const py::array& array, Byte* data, const char* name,
                               py::ssize_t first_axis = 0) {
    const auto dtype = dtype_of(array.dtype().kind(), array.itemsize());
    if (!dtype) throw py::type_error(std::string(name) + " has a dtype that is not supported");
    const py::ssize_t axes = array.ndim() - first_axis;
    if (axes != 2 && axes != 3) {
        throw py::value_error(std::string(name) + " must have 2 or 3 axes for every image");
    }
    const bool volume = axes == 3;
    const py::ssize_t y = array.ndim() - 2;
    BasicImageView<Byte> view;
    view.data = data;
    view.dtype = *dtype;
    view.byte_swapped = is_byte_swapped(array.dtype().byteorder());
    view.shape = {volume ? array.shape(y - 1) : 1, array.shape(y), array.shape(y + 1)};
    view.strides = {volume ? array.strides(y - 1) : 0, array.strides(y), array.strides(y + 1)};
    return view;
}

}  // namespace

ImageView view_of(const py::array& array, const char* name) {
    return make_view(array, static_cast<const std::byte*>(array.data()), name);
}

MutableImageView mutable_view_of(const py::array& array, const char* name) {
    if (!array.writeable()) throw py::value_error(std::string(name) + " is read-only");
    return make_view(array, static_cast<std::byte*>(const_cast<void*>(array.data())), name);
}

ImageStack stack_of(const py::array& array, const char* name) {
    const auto* data = static_cast<const std::byte*>(array.data());
    return {make_view(array, data, name, 1), array.shape(0), array.strides(0)};
}

}  // namespace mensura::python
