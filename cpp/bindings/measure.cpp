// Measuring label images and regions.
#include "mensura/measure.hpp"
#include "channels.hpp"
#include "interrupts.hpp"
#include "mensura/components.hpp"
#include "mensura/memory.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

template <class T, std::size_t n>
py::tuple columns(std::array<Column<T>, n>&& values) {
    py::tuple result(n);
    for (std::size_t i = 0; i < n; ++i) result[i] = column(std::move(values[i]));
    return result;
}

py::tuple columns(std::vector<Column<double>>&& values) {
    py::tuple result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) result[i] = column(std::move(values[i]));
    return result;
}

py::dict channel_columns(RegionTable::Channel&& channel) {
    py::dict result;
    result["valid"] = column(std::move(channel.valid));
    result["sum"] = column(std::move(channel.sum));
    result["mean"] = column(std::move(channel.mean));
    result["min"] = column(std::move(channel.min));
    result["max"] = column(std::move(channel.max));
    result["above_min"] = column(std::move(channel.above_min));
    result["squares"] = column(std::move(channel.squares));
    result["skewness"] = column(std::move(channel.skewness));
    result["kurtosis"] = column(std::move(channel.kurtosis));
    result["min_at"] = columns(std::move(channel.min_at));
    result["max_at"] = columns(std::move(channel.max_at));
    result["nan"] = column(std::move(channel.nan));
    result["masked"] = column(std::move(channel.masked));
    result["saturated"] = column(std::move(channel.saturated));
    result["at_min"] = column(std::move(channel.at_min));
    result["centroid"] = columns(std::move(channel.centroid));
    result["displacement"] = columns(std::move(channel.displacement));
    result["moments"] = columns(std::move(channel.moments));
    result["central_moments"] = columns(std::move(channel.central_moments));
    return result;
}

py::dict table_columns(RegionTable&& table) {
    py::dict result;
    result["label"] = column(std::move(table.label));
    result["count"] = column(std::move(table.count));
    result["box_begin"] = columns(std::move(table.box_begin));
    result["box_end"] = columns(std::move(table.box_end));
    result["centroid"] = columns(std::move(table.centroid));
    result["size"] = column(std::move(table.size));
    result["position"] = columns(std::move(table.position));
    result["covariance"] = columns(std::move(table.covariance));
    result["moments"] = columns(std::move(table.moments));
    result["central_moments"] = columns(std::move(table.central_moments));
    result["border_pixels"] = column(std::move(table.border_pixels));
    py::list channels;
    for (auto& channel : table.channels) channels.append(channel_columns(std::move(channel)));
    result["channels"] = channels;
    return result;
}

void check_saturations(const std::vector<std::optional<Scalar>>& saturations,
                       const std::vector<py::array>& channels) {
    if (saturations.size() != channels.size()) {
        throw py::value_error("one saturation or None per channel");
    }
}

Accumulator make_accumulator(const MeasurePlan& plan, const std::vector<py::array>& channels,
                             const std::vector<std::optional<Scalar>>& saturations) {
    check_saturations(saturations, channels);
    std::vector<ChannelKind> kinds;
    for (std::size_t c = 0; c < channels.size(); ++c) {
        kinds.push_back({view_of(channels[c], "image").dtype, saturations[c]});
    }
    return Accumulator(plan, std::move(kinds));
}

void add_labels(Accumulator& accumulator, const py::array& labels,
                const std::vector<py::array>& channels, const std::vector<Mask>& masks,
                const Origin& origin, int threads) {
    const ImageView view = view_of(labels, "labels");
    const std::vector<ChannelView> channel_views = views_of(channels, masks);
    const Interruptible interruptible;
    with_kept_memory([&] { accumulator.add(view, channel_views, origin, threads); });
}

// With the saturation of each channel.
std::vector<ChannelView> channels_of(const std::vector<py::array>& channels,
                                     const std::vector<Mask>& masks,
                                     const std::vector<std::optional<Scalar>>& saturations) {
    check_saturations(saturations, channels);
    std::vector<ChannelView> views = views_of(channels, masks);
    for (std::size_t c = 0; c < views.size(); ++c) views[c].saturation = saturations[c];
    return views;
}

template <class Measure>
py::dict measured(Measure measure) {
    RegionTable table;
    {
        const Interruptible interruptible;
        table = with_kept_memory(measure);
    }
    return table_columns(std::move(table));
}

py::dict table_of(const Accumulator& accumulator, int threads) {
    return measured([&] { return accumulator.table(threads); });
}

py::dict measure_label_image(const py::array& labels, const std::vector<py::array>& channels,
                             const std::vector<Mask>& masks,
                             const std::vector<std::optional<Scalar>>& saturations,
                             const MeasurePlan& plan, int threads) {
    const ImageView view = view_of(labels, "labels");
    const std::vector<ChannelView> views = channels_of(channels, masks, saturations);
    return measured([&] { return measure_labels(view, views, plan, threads); });
}

py::dict measure_found(const Regions& regions, const std::vector<py::array>& channels,
                       const std::vector<Mask>& masks,
                       const std::vector<std::optional<Scalar>>& saturations, const MeasurePlan& plan,
                       int threads) {
    const std::vector<ChannelView> views = channels_of(channels, masks, saturations);
    return measured([&] { return measure_regions(regions, views, plan, threads); });
}

py::dict measure_components(const py::array& mask, const MeasurePlan& plan, int threads) {
    const ImageView view = view_of(mask, "labels");
    return measured([&] { return measure_mask(view, plan, threads); });
}

// `labels`, channels and masks have the images along their first axis.
py::dict measure_images(const py::array& labels, const std::vector<py::array>& channels,
                        const std::vector<Mask>& masks,
                        const std::vector<std::optional<Scalar>>& saturations, const MeasurePlan& plan,
                        int threads) {
    if (masks.size() != channels.size() || saturations.size() != channels.size()) {
        throw py::value_error("one mask or None and one saturation or None per channel");
    }
    const ImageStack stack = stack_of(labels, "labels");
    std::vector<ChannelStack> stacks;
    for (std::size_t c = 0; c < channels.size(); ++c) {
        ChannelStack channel{stack_of(channels[c], "image"), std::nullopt, saturations[c]};
        if (masks[c]) channel.masks = stack_of(*masks[c], "mask");
        stacks.push_back(channel);
    }
    StackTable table;
    {
        const Interruptible interruptible;
        table = with_kept_memory([&] { return measure_stack(stack, stacks, plan, threads); });
    }
    py::dict result = table_columns(std::move(table.regions));
    result["frame"] = column(std::move(table.image));
    return result;
}

py::array_t<std::int64_t> components_of(const py::array& labels, int threads) {
    const ImageView view = view_of(labels, "labels");
    Column<std::int64_t> counts;
    {
        const Interruptible interruptible;
        counts = with_kept_memory([&] { return count_components(view, threads); });
    }
    return column(std::move(counts));
}

void register_plan(py::module_& module) {
    py::class_<MeasurePlan>(module, "MeasurePlan")
        .def(py::init([](int axes, const std::optional<std::array<std::int64_t, 3>>& image) {
                 MeasurePlan plan;
                 plan.axes = axes;
                 if (image) plan.image = Shape{(*image)[0], (*image)[1], (*image)[2]};
                 return plan;
             }),
             py::arg("axes"), py::arg("image") = py::none())
        .def_readwrite("second_moments", &MeasurePlan::second_moments)
        .def_readwrite("third_moments", &MeasurePlan::third_moments)
        .def_readwrite("border_pixels", &MeasurePlan::border_pixels)
        .def_readwrite("intensity_squares", &MeasurePlan::intensity_squares)
        .def_readwrite("intensity_powers", &MeasurePlan::intensity_powers)
        .def_readwrite("intensity_weighted_centroid", &MeasurePlan::intensity_weighted_centroid)
        .def_readwrite("intensity_weighted_moments", &MeasurePlan::intensity_weighted_moments)
        .def_readwrite("intensity_positions", &MeasurePlan::intensity_positions)
        .def_readwrite("intensity_quality", &MeasurePlan::intensity_quality);
}

}  // namespace

void register_measure(py::module_& module) {
    register_plan(module);
    py::class_<Accumulator>(module, "Accumulator")
        .def(py::init(&make_accumulator), py::arg("plan"), py::arg("channels"), py::arg("saturations"))
        .def("add_labels", &add_labels, py::arg("labels"), py::arg("channels"), py::arg("masks"),
             py::arg("origin"), py::arg("threads"))
        .def("merge", &Accumulator::merge, py::arg("other"))
        .def("table", &table_of, py::arg("threads"))
        .def_property_readonly("regions", &Accumulator::regions)
        .def(py::pickle([](const Accumulator& accumulator) { return py::bytes(accumulator.save()); },
                        [](const py::bytes& bytes) {
                            return Accumulator::load(static_cast<std::string_view>(bytes));
                        }));
    module.def("count_components", &components_of, py::arg("labels"), py::arg("threads"));
    module.def("measure_stack", &measure_images, py::arg("labels"), py::arg("channels"),
               py::arg("masks"), py::arg("saturations"), py::arg("plan"), py::arg("threads"));
    module.def("measure_labels", &measure_label_image, py::arg("labels"), py::arg("channels"),
               py::arg("masks"), py::arg("saturations"), py::arg("plan"), py::arg("threads"));
    module.def("measure_regions", &measure_found, py::arg("regions"), py::arg("channels"),
               py::arg("masks"), py::arg("saturations"), py::arg("plan"), py::arg("threads"));
    module.def("measure_mask", &measure_components, py::arg("mask"), py::arg("plan"),
               py::arg("threads"));
}

}  // namespace mensura::python
