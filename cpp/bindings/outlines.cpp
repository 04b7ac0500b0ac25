// Outlines of label images.
#include "mensura/outlines.hpp"

#include <pybind11/stl.h>

#include "arrays.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

// A column of (y, x) as an array of two columns.
py::array pairs(Column<double>&& values) {
    return column(std::move(values)).reshape({py::ssize_t{-1}, py::ssize_t{2}});
}

Outlines outlines_of(const py::array& labels, bool diagonal, int threads) {
    const ImageView view = view_of(labels, "labels");
    const py::gil_scoped_release without_gil;
    return trace_outlines(view, diagonal, threads);
}

py::tuple points_of(const Outlines& outlines, std::array<double, 2> spacing, double smooth, double step,
                    int threads) {
    OutlinePoints points;
    {
        const py::gil_scoped_release without_gil;
        points = sample_outlines(outlines, {spacing, smooth, step}, threads);
    }
    return py::make_tuple(pairs(std::move(points.points)), pairs(std::move(points.normals)),
                          column(std::move(points.distance)), column(std::move(points.offsets)),
                          column(std::move(points.lengths)));
}

}  // namespace

void register_outlines(py::module_& module) {
    py::class_<Outlines>(module, "Outlines")
        .def_property_readonly("corners",
                               [](const Outlines& o) { return pairs(Column<double>(o.corners)); })
        .def_property_readonly("offsets",
                               [](const Outlines& o) { return column(Column<std::int64_t>(o.offsets)); })
        .def_property_readonly("labels",
                               [](const Outlines& o) { return column(Column<std::uint64_t>(o.labels)); })
        .def_property_readonly(
            "is_hole",
            [](const Outlines& o) {
                return column(Column<std::uint8_t>(o.is_hole)).attr("view")(py::dtype::of<bool>());
            })
        .def("points", &points_of, py::arg("spacing"), py::arg("smooth"), py::arg("step"),
             py::arg("threads"));
    module.def("trace_outlines", &outlines_of, py::arg("labels"), py::arg("diagonal"),
               py::arg("threads"));
}

}  // namespace mensura::python
