// Large arrays that are handed out, whose memory is kept for the next one when they are dropped.
//
// Fresh memory costs more than painting it: the system clears every page at its first touch (5 ms for a
// label image of 4096 x 4096, painted in 2). So up to `kept_limit` bytes of what is dropped stay with
// the process, marked as free for the system to take back whenever it needs memory (MADV_FREE).
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
