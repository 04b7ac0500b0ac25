// Outlines of label images.
#include "mensura/outlines.hpp"

#include <pybind11/stl.h>

#include "arrays.hpp"
#include "interrupts.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

// A column of (y, x) as an array of two columns.
py::array pairs(Column<double>&& values) {
    return column(std::move(values)).reshape({py::ssize_t{-1}, py::ssize_t{2}});
}

Outlines outlines_of(const py::array& labels, bool diagonal, int threads) {
    const ImageView view = view_of(labels, "labels");
    const Interruptible interruptible;
    return trace_outlines(view, diagonal, threads);
}

py::tuple points_of(const Outlines& outlines, std::array<double, 2> spacing, double smooth, double step,
                    int threads) {
    OutlinePoints points;
    {
        const Interruptible interruptible;
        points = sample_outlines(outlines, {spacing, smooth, step}, threads);
    }
    return py::make_tuple(pairs(std::move(points.points)), pairs(std::move(points.normals)),
                          column(std::move(points.distance)), column(std::move(points.offsets)),
                          column(std::move(points.lengths)));
}

using Numbers = py::array_t<double, py::array::c_style>;
using Offsets = py::array_t<std::int64_t, py::array::c_style>;
using Labels = py::array_t<std::uint64_t, py::array::c_style>;

template <class Array>
auto span_of(const Array& array) {
    return std::span(array.data(), static_cast<std::size_t>(array.size()));
}

py::tuple reach(const py::array& labels, const Numbers& points, const Numbers& steps,
                const Labels& labels_of_ways, std::int64_t inward, std::int64_t outward,
                std::int64_t near, bool stop_at_neighbors, bool ties_are_behind, int threads) {
    const ImageView view = view_of(labels, "labels");
    const Crossings crossings{span_of(points), span_of(steps), span_of(labels_of_ways), inward,
                              outward,         near,           stop_at_neighbors,       ties_are_behind};
    Reach found;
    {
        const Interruptible interruptible;
        found = reach_across(view, crossings, threads);
    }
    return py::make_tuple(column(std::move(found.first)), column(std::move(found.last)));
}

// Columns by object, place and channel: count, mean, std, min, max.
py::tuple means(const Numbers& values, std::int64_t channels, const Offsets& offsets,
                const Offsets& first, std::int64_t places, const Offsets& objects, int threads) {
    const CrossingSamples samples{span_of(values), channels, span_of(offsets), span_of(first), places};
    CrossingMeans found;
    {
        const Interruptible interruptible;
        found = average_crossings(samples, span_of(objects), threads);
    }
    return py::make_tuple(column(std::move(found.count)), column(std::move(found.mean)),
                          column(std::move(found.std)), column(std::move(found.min)),
                          column(std::move(found.max)));
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
    module.def("reach_across", &reach, py::arg("labels"), py::arg("points"), py::arg("steps"),
               py::arg("labels_of_ways"), py::arg("inward"), py::arg("outward"), py::arg("near"),
               py::arg("stop_at_neighbors"), py::arg("ties_are_behind"), py::arg("threads"));
    module.def("average_crossings", &means, py::arg("values"), py::arg("channels"), py::arg("offsets"),
               py::arg("first"), py::arg("places"), py::arg("objects"), py::arg("threads"));
    module.def("trace_outlines", &outlines_of, py::arg("labels"), py::arg("diagonal"),
               py::arg("threads"));
}

}  // namespace mensura::python
