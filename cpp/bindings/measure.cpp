// Measuring label images and regions.
#include <pybind11/stl.h>

#include "arrays.hpp"
#include "mensura/measure.hpp"
#include "outputs.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

std::vector<ImageView> views_of(const std::vector<py::array>& channels) {
    std::vector<ImageView> views;
    for (const py::array& channel : channels) views.push_back(view_of(channel, "image"));
    return views;
}

template <class T, std::size_t n>
py::tuple columns(std::array<Column<T>, n>&& values) {
    py::tuple result(n);
    for (std::size_t i = 0; i < n; ++i) result[i] = column(std::move(values[i]));
    return result;
}

py::dict channel_columns(RegionTable::Channel&& channel) {
    py::dict result;
    result["valid"] = column(std::move(channel.valid));
    result["sum"] = column(std::move(channel.sum));
    result["mean"] = column(std::move(channel.mean));
    result["min"] = column(std::move(channel.min));
    result["max"] = column(std::move(channel.max));
    result["squares"] = column(std::move(channel.squares));
    result["centroid"] = columns(std::move(channel.centroid));
    return result;
}

py::dict table_columns(RegionTable&& table) {
    py::dict result;
    result["label"] = column(std::move(table.label));
    result["count"] = column(std::move(table.count));
    result["box_begin"] = columns(std::move(table.box_begin));
    result["box_end"] = columns(std::move(table.box_end));
    result["centroid"] = columns(std::move(table.centroid));
    result["covariance"] = columns(std::move(table.covariance));
    py::list channels;
    for (auto& channel : table.channels) channels.append(channel_columns(std::move(channel)));
    result["channels"] = channels;
    return result;
}

py::dict measure_label_image(const py::array& labels, const std::vector<py::array>& channels,
                             const MeasurePlan& plan, int threads) {
    const ImageView view = view_of(labels, "labels");
    const std::vector<ImageView> channel_views = views_of(channels);
    RegionTable table;
    {
        const py::gil_scoped_release without_gil;
        table = with_kept_memory([&] { return measure_labels(view, channel_views, plan, threads); });
    }
    return table_columns(std::move(table));
}

py::dict measure_found_regions(const Regions& regions, const std::vector<py::array>& channels,
                               const MeasurePlan& plan, int threads) {
    const std::vector<ImageView> channel_views = views_of(channels);
    RegionTable table;
    {
        const py::gil_scoped_release without_gil;
        table = with_kept_memory([&] { return measure_regions(regions, channel_views, plan, threads); });
    }
    return table_columns(std::move(table));
}

}  // namespace

void register_measure(py::module_& module) {
    py::class_<MeasurePlan>(module, "MeasurePlan")
        .def(py::init([](int axes, bool second_moments, bool intensity_squares, bool weighted_centroid) {
                 return MeasurePlan{axes, second_moments, intensity_squares, weighted_centroid};
             }),
             py::kw_only(), py::arg("axes"), py::arg("second_moments"), py::arg("intensity_squares"),
             py::arg("intensity_weighted_centroid"));
    module.def("measure_labels", &measure_label_image, py::arg("labels"), py::arg("channels"),
               py::arg("plan"), py::arg("threads"));
    module.def("measure_regions", &measure_found_regions, py::arg("regions"), py::arg("channels"),
               py::arg("plan"), py::arg("threads"));
}

}  // namespace mensura::python
