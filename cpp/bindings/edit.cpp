// Edits of label images and masks.
#include "mensura/edit.hpp"

#include "arrays.hpp"
#include "interrupts.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

using Numbers = py::array_t<std::uint64_t, py::array::c_style>;

std::span<const std::uint64_t> span_of(const Numbers& numbers) {
    return {numbers.data(), static_cast<std::size_t>(numbers.size())};
}

void relabel_image(const py::array& labels, const Numbers& ids, const Numbers& values,
                   const py::array& out, int threads) {
    const ImageView view = view_of(labels, "labels");
    const MutableImageView out_view = mutable_view_of(out, "out");
    const py::gil_scoped_release without_gil;
    relabel(view, span_of(ids), span_of(values), out_view, threads);
}

void fill_regions(const Regions& regions, const Numbers& values, const py::array& out, int threads) {
    const MutableImageView view = mutable_view_of(out, "out");
    const py::gil_scoped_release without_gil;
    fill(regions, span_of(values), view, threads);
}

// Two columns: the number of pixels and whether the region touches the border.
py::tuple sizes_of_regions(const Regions& regions, int axes, int threads) {
    RegionSizes sizes;
    {
        const Interruptible interruptible;
        sizes = region_sizes(regions, axes, threads);
    }
    const auto on_border = column(std::move(sizes.on_border));
    return py::make_tuple(column(std::move(sizes.pixels)),
                          on_border.attr("view")(py::dtype::of<bool>()));
}

py::array_t<std::uint64_t> labels_around_regions(const Regions& regions, const py::array& labels,
                                                 int threads) {
    const ImageView view = view_of(labels, "labels");
    Column<std::uint64_t> around;
    {
        const Interruptible interruptible;
        around = labels_around(regions, view, threads);
    }
    return column(std::move(around));
}

}  // namespace

void register_edit(py::module_& module) {
    module.def("relabel", &relabel_image, py::arg("labels"), py::arg("ids"), py::arg("values"),
               py::arg("out"), py::arg("threads"));
    module.def("fill", &fill_regions, py::arg("regions"), py::arg("values"), py::arg("out"),
               py::arg("threads"));
    module.def("region_sizes", &sizes_of_regions, py::arg("regions"), py::arg("axes"),
               py::arg("threads"));
    module.def("labels_around", &labels_around_regions, py::arg("regions"), py::arg("labels"),
               py::arg("threads"));
}

}  // namespace mensura::python
