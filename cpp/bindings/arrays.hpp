// NumPy arrays as image views, and columns as NumPy arrays. Nothing is copied either way.
#pragma once

#include <pybind11/numpy.h>

#include <memory>

#include "mensura/column.hpp"
#include "mensura/image.hpp"

namespace mensura::python {

namespace py = pybind11;

// `name` is the argument that an error speaks of. The array must have two or three axes and a real
// dtype.
ImageView view_of(const py::array& array, const char* name);
MutableImageView mutable_view_of(const py::array& array, const char* name);
// The images along the first axis of an array of one axis more.
ImageStack stack_of(const py::array& array, const char* name);

// A one-dimensional array that owns the column it shows.
template <class T>
py::array_t<T> column(Column<T>&& values) {
    auto owned = std::make_unique<Column<T>>(std::move(values));
    auto* data = owned->data();
    const auto size = static_cast<py::ssize_t>(owned->size());
    py::capsule owner(owned.release(), [](void* p) { delete static_cast<Column<T>*>(p); });
    return py::array_t<T>(size, data, owner);
}

}  // namespace mensura::python
