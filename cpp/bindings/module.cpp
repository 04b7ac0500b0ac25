// The native module: a table of contents. Arguments are checked and documented in Python; the bindings
// only translate arrays to views, release the GIL and call one core function each.
#include "register.hpp"

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
    mensura::python::register_build(module);
    mensura::python::register_outputs(module);
    mensura::python::register_regions(module);
    mensura::python::register_measure(module);
    mensura::python::register_edit(module);
}
