// Large arrays that are handed out, in memory that is used again when they are dropped.
#pragma once

#include <pybind11/numpy.h>

#include <vector>

namespace mensura::python {

namespace py = pybind11;

struct Output {
    py::array array;
    bool cleared;  // whether every element is known to be zero
};

// An array in C order, aligned to the largest vectors where it is large.
Output new_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape);

}  // namespace mensura::python
