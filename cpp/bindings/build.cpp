// Facts about this build.
#include <pybind11/stl.h>

#include "mensura/isa.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

bool has_assertions() {
#if defined(NDEBUG)
    return false;
#else
    return true;
#endif
}

}  // namespace

void register_build(pybind11::module_& module) {
    module.attr("__version__") = MENSURA_VERSION;
    module.def("compiler", &compiler);
    module.def("has_assertions", &has_assertions);
    module.def("available_isas", &available_isas);
    module.def("active_isa", &active_isa);
}

}  // namespace mensura::python
