// Large arrays whose memory is used again; see outputs.hpp and mensura/memory.hpp.
#include "outputs.hpp"

#include <pybind11/stl.h>

#include <cstddef>
#include <memory>

#include "mensura/memory.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

// Memory that an array lies in.
struct Owned {
    explicit Owned(std::size_t size) : bytes(size), memory(take_memory(size)) {}
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() { give_memory(memory.data, bytes); }

    std::size_t bytes;
    Memory memory;
};

Output kept_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape, std::size_t bytes) {
    auto owned = std::make_unique<Owned>(bytes);
    const py::capsule owner(owned.get(), [](void* memory) { delete static_cast<Owned*>(memory); });
    const Memory memory = owned.release()->memory;
    return {py::array(dtype, shape, memory.data, owner), memory.cleared};
}

}  // namespace

Output new_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape) {
    std::size_t bytes = static_cast<std::size_t>(dtype.itemsize());
    for (const py::ssize_t length : shape) bytes *= static_cast<std::size_t>(length);
    if (keeps_memory && bytes >= large_page) return kept_output(dtype, shape, bytes);
    const py::object zeros = py::module_::import("numpy").attr("zeros");
    return {zeros(shape, dtype), true};
}

void register_outputs(py::module_& module) {
    module.def(
        "new_output",
        [](const py::dtype& dtype, const std::vector<py::ssize_t>& shape) {
            const Output output = new_output(dtype, shape);
            return py::make_tuple(output.array, output.cleared);
        },
        py::arg("dtype"), py::arg("shape"));
}

}  // namespace mensura::python
