// Rings of objects.
#include "mensura/rings.hpp"

#include "channels.hpp"
#include "interrupts.hpp"
#include "mensura/memory.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

using Points = py::array_t<double, py::array::c_style>;

RingMetric metric_of(const std::string& name) {
    if (name == "distance") return RingMetric::center;
    if (name == "edge") return RingMetric::edge;
    if (name == "signed") return RingMetric::signed_edge;
    if (name == "normalized") return RingMetric::normalized;
    if (name == "inner") return RingMetric::inner;
    throw py::value_error("unknown metric");
}

RingCenter center_of(const std::string& name) {
    if (name == "centroid") return RingCenter::centroid;
    if (name == "deepest") return RingCenter::deepest;
    if (name == "points") return RingCenter::points;
    if (name == "pixels") return RingCenter::pixels;
    throw py::value_error("unknown center");
}

RingBins bins_of(const std::string& name) {
    if (name == "width") return RingBins::width;
    if (name == "number") return RingBins::number;
    if (name == "edges") return RingBins::edges;
    if (name == "equal_counts") return RingBins::equal_counts;
    throw py::value_error("unknown bins");
}

// Box corners, one row per object: the first pixel along z, y, x, then one past the last.
py::array_t<std::int64_t> boxes_of(const RingObjects& objects) {
    py::array_t<std::int64_t> boxes({static_cast<py::ssize_t>(objects.count()), py::ssize_t{6}});
    auto out = boxes.mutable_unchecked<2>();
    for (std::size_t k = 0; k < objects.count(); ++k) {
        const Box& box = objects.box(k);
        for (std::size_t a = 0; a < 3; ++a) {
            out(static_cast<py::ssize_t>(k), static_cast<py::ssize_t>(a)) = box.begin[a];
            out(static_cast<py::ssize_t>(k), static_cast<py::ssize_t>(a + 3)) = box.end[a];
        }
    }
    return boxes;
}

template <class T>
py::array of_shape(Column<T>&& values, py::ssize_t channels) {
    const auto rings = static_cast<py::ssize_t>(values.size()) / channels;
    return py::array(column(std::move(values))).reshape({rings, channels});
}

py::dict rings_of(const RingObjects& objects, const RingPlan& plan, const Points& points,
                  const std::optional<py::array>& pixels, const std::vector<py::array>& channels,
                  const std::vector<Mask>& masks, int threads) {
    std::vector<std::array<double, 3>> centers(static_cast<std::size_t>(points.size() / 3));
    for (std::size_t k = 0; k < centers.size(); ++k) {
        for (std::size_t a = 0; a < 3; ++a) centers[k][a] = points.data()[3 * k + a];
    }
    if (plan.center == RingCenter::points && centers.size() != objects.count()) {
        throw py::value_error("one point per object");
    }
    RingCenters given{centers, {}};
    if (pixels) given.pixels = view_of(*pixels, "center");
    const std::vector<ChannelView> views = views_of(channels, masks);
    RingTable table;
    {
        const Interruptible interruptible;
        table = with_kept_memory([&] { return measure_rings(objects, plan, given, views, threads); });
    }
    const auto count = static_cast<py::ssize_t>(channels.size());
    py::dict result;
    result["rings"] =
        py::array_t<std::int64_t>(static_cast<py::ssize_t>(table.rings.size()), table.rings.data());
    result["distance"] = column(std::move(table.distance));
    result["count"] = of_shape(std::move(table.count), count);
    result["sum"] = of_shape(std::move(table.sum), count);
    result["mean"] = of_shape(std::move(table.mean), count);
    result["std"] = of_shape(std::move(table.std), count);
    result["min"] = of_shape(std::move(table.min), count);
    result["max"] = of_shape(std::move(table.max), count);
    return result;
}

RingPlan make_plan(const std::string& metric, const std::string& center,
                   const std::array<double, 3>& spacing, int axes) {
    RingPlan plan;
    plan.metric = metric_of(metric);
    plan.center = center_of(center);
    plan.spacing = spacing;
    plan.axes = axes;
    return plan;
}

void set_bins(RingPlan& plan, const std::string& kind, double width, std::int64_t number,
              const std::vector<double>& edges) {
    plan.bins = bins_of(kind);
    plan.width = width;
    plan.number = number;
    plan.edges = edges;
}

}  // namespace

void register_rings(py::module_& module) {
    py::class_<RingPlan>(module, "RingPlan")
        .def(py::init(&make_plan), py::arg("metric"), py::arg("center"), py::arg("spacing"),
             py::arg("axes"))
        .def("set_bins", &set_bins, py::arg("kind"), py::arg("width"), py::arg("number"),
             py::arg("edges"))
        .def_readwrite("border_is_edge", &RingPlan::border_is_edge)
        .def_readwrite("outer", &RingPlan::outer)
        .def_readwrite("radius", &RingPlan::radius)
        .def_readwrite("overflow", &RingPlan::overflow)
        .def_readwrite("sectors", &RingPlan::sectors)
        .def_readwrite("octants", &RingPlan::octants);
    py::class_<RingObjects>(module, "RingObjects")
        .def(py::init([](const py::array& labels, int threads) {
                 const ImageView view = view_of(labels, "labels");
                 const Interruptible interruptible;
                 return with_kept_memory([&] { return RingObjects(view, threads); });
             }),
             py::arg("labels"), py::arg("threads"))
        .def(py::init([](const std::array<std::int64_t, 3>& shape) {
                 return RingObjects(Shape{shape[0], shape[1], shape[2]});
             }),
             py::arg("shape"))
        .def("labels",
             [](const RingObjects& objects) {
                 return py::array_t<std::uint64_t>(static_cast<py::ssize_t>(objects.count()),
                                                   objects.labels().data());
             })
        .def("boxes", &boxes_of)
        .def("measure", &rings_of, py::arg("plan"), py::arg("points"), py::arg("pixels").none(true),
             py::arg("channels"), py::arg("masks"), py::arg("threads"));
}

}  // namespace mensura::python
