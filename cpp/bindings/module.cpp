// The native module: a table of contents. Arguments are checked and documented in Python; the bindings
// only translate arrays to views, release the GIL and call one core function each.
#include <exception>

#include "register.hpp"

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
    // As the threads of the core do (threads.cpp), for the thread that imports the module.
    [[maybe_unused]] const volatile int claimed = std::uncaught_exceptions();
    mensura::python::register_build(module);
    mensura::python::register_outputs(module);
    mensura::python::register_regions(module);
    mensura::python::register_measure(module);
    mensura::python::register_moments(module);
    mensura::python::register_rings(module);
    mensura::python::register_edit(module);
    mensura::python::register_outlines(module);
    mensura::python::register_arrow(module);
    mensura::python::register_profiles(module);
}
