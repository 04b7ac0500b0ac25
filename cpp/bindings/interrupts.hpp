// Calls that leave Python alone and can still be interrupted.
#pragma once

#include <pybind11/pybind11.h>

#include "mensura/threads.hpp"

namespace mensura::python {

namespace py = pybind11;

// While it lives, the GIL is free, save for a moment now and then between two blocks of work, in which
// Python looks for signals. Where a handler raises, as that of Ctrl-C does, the work ends with its
// error.
//
// Not for what writes into an array of the user, which is never left half written.
class Interruptible {
private:
    static void look_for_signals() {
        const py::gil_scoped_acquire with_gil;
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }

    py::gil_scoped_release without_gil_;
    Polling polling_{&look_for_signals};
};

}  // namespace mensura::python
