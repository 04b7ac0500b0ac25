// Large arrays that are handed out, whose memory is kept for the next one when they are dropped.
//
// Fresh memory costs more than painting it: the system clears every page at its first touch (5 ms for a
// label image of 4096 x 4096, painted in 2). So what is dropped stays with the process, up to a
// sixteenth of the memory of the machine, marked as free for the system to take back whenever it needs
// memory (MADV_FREE).
#pragma once

#include <pybind11/numpy.h>

#include <new>
#include <vector>

namespace mensura::python {

namespace py = pybind11;

struct Output {
    py::array array;
    bool cleared;  // whether every element is known to be zero
};

// An array in C order, aligned to the largest vectors where it is large.
Output new_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape);

// Gives back to the system what is kept and not in use. Returns whether there was any.
bool drop_kept_memory();

// What `work` returns. Where memory does not suffice for it, it is called once more without what is
// kept.
template <class Work>
auto with_kept_memory(Work work) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        if (!drop_kept_memory()) throw;
    }
    return work();
}

}  // namespace mensura::python
