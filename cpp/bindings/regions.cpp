// Finding and painting regions.
#include <pybind11/stl.h>

#include "arrays.hpp"
#include "interrupts.hpp"
#include "mensura/memory.hpp"
#include "mensura/regions.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

Regions find(const py::array& image, int connectivity, const std::optional<Scalar>& background,
             const std::optional<Scalar>& threshold, const std::array<bool, 3>& periodic, int threads) {
    const ImageView view = view_of(image, "image");
    const Interruptible interruptible;
    const FindOptions options{connectivity, background, true, threshold, periodic, threads};
    return with_kept_memory([&] { return find_regions(view, options); });
}

// An array that somebody has seen is painted as a whole, without being interrupted.
void paint_into(const Regions& regions, const py::array& out, bool cleared, bool as_a_whole,
                int threads) {
    const MutableImageView view = mutable_view_of(out, "out");
    if (view.shape != regions.shape()) throw py::value_error("out must have the shape of the regions");
    if (as_a_whole) {
        const py::gil_scoped_release without_gil;
        paint(regions, view, cleared, threads);
    } else {
        const Interruptible interruptible;
        paint(regions, view, cleared, threads);
    }
}

Regions select_regions(const Regions& regions, const py::array_t<bool, py::array::c_style>& keep) {
    const auto* flags = reinterpret_cast<const std::uint8_t*>(keep.data());
    return regions.select({flags, static_cast<std::size_t>(keep.size())});
}

// Rows of z, y, first x, last x + 1.
py::array_t<std::int64_t> runs_of(const Regions& regions, std::int64_t region,
                                  const std::array<std::int64_t, 3>& begin,
                                  const std::array<std::int64_t, 3>& end) {
    const std::vector<RegionRun> runs = regions.runs_of(region, {begin, end});
    py::array_t<std::int64_t> rows({static_cast<py::ssize_t>(runs.size()), py::ssize_t{4}});
    auto out = rows.mutable_unchecked<2>();
    const std::int64_t height = regions.shape().height;
    for (py::ssize_t k = 0; k < out.shape(0); ++k) {
        const RegionRun& run = runs[static_cast<std::size_t>(k)];
        out(k, 0) = run.row / height;
        out(k, 1) = run.row % height;
        out(k, 2) = run.start;
        out(k, 3) = run.end;
    }
    return rows;
}

// The region at each of n pixels given as rows of z, y, x.
py::array_t<std::int64_t> regions_at(const Regions& regions,
                                     const py::array_t<std::int64_t, py::array::c_style>& pixels) {
    const auto* first = reinterpret_cast<const std::array<std::int64_t, 3>*>(pixels.data());
    const auto found = regions.regions_at({first, static_cast<std::size_t>(pixels.shape(0))});
    return py::array_t<std::int64_t>(static_cast<py::ssize_t>(found.size()), found.data());
}

}  // namespace

void register_regions(py::module_& module) {
    py::class_<Regions>(module, "Regions")
        .def_property_readonly("count", &Regions::count)
        .def_property_readonly("runs", &Regions::count_runs)
        .def("select", &select_regions, py::arg("keep"))
        .def("runs_of", &runs_of, py::arg("region"), py::arg("begin"), py::arg("end"))
        .def("regions_at", &regions_at, py::arg("pixels"))
        .def("paint", &paint_into, py::arg("out"), py::arg("cleared"), py::arg("as_a_whole"),
             py::arg("threads"));
    module.def("find_regions", &find, py::arg("image"), py::arg("connectivity"), py::arg("background"),
               py::arg("threshold"), py::arg("periodic"), py::arg("threads"));
}

}  // namespace mensura::python
