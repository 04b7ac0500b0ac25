// What each file of bindings adds to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace mensura::python {

void register_arrow(pybind11::module_& module);
void register_build(pybind11::module_& module);
void register_edit(pybind11::module_& module);
void register_regions(pybind11::module_& module);
void register_outlines(pybind11::module_& module);
void register_outputs(pybind11::module_& module);
void register_measure(pybind11::module_& module);
void register_moments(pybind11::module_& module);
void register_profiles(pybind11::module_& module);
void register_rings(pybind11::module_& module);

}  // namespace mensura::python
