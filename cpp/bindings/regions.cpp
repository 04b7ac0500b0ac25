// Finding and painting regions.
#include <pybind11/stl.h>

#include "arrays.hpp"
#include "mensura/regions.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

Regions find(const py::array& image, int connectivity, const std::optional<Scalar>& background,
             bool by_value, int threads) {
    const ImageView view = view_of(image, "image");
    const py::gil_scoped_release without_gil;
    return find_regions(view, {connectivity, background, by_value, threads});
}

void paint_into(const Regions& regions, const py::array& out, bool cleared, int threads) {
    const MutableImageView view = mutable_view_of(out, "out");
    if (view.shape != regions.shape()) throw py::value_error("out must have the shape of the regions");
    const py::gil_scoped_release without_gil;
    paint(regions, view, cleared, threads);
}

}  // namespace

void register_regions(py::module_& module) {
    py::class_<Regions>(module, "Regions")
        .def_property_readonly("count", &Regions::count)
        .def_property_readonly("runs", &Regions::runs)
        .def("paint", &paint_into, py::arg("out"), py::arg("cleared"), py::arg("threads"));
    module.def("find_regions", &find, py::arg("image"), py::arg("connectivity"), py::arg("background"),
               py::arg("by_value"), py::arg("threads"));
}

}  // namespace mensura::python
