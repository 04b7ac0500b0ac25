// Sampling profiles.
#include "mensura/profiles.hpp"

#include <pybind11/stl.h>

#include <string>

#include "arrays.hpp"
#include "interrupts.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

using Numbers = py::array_t<double, py::array::c_style>;
using Offsets = py::array_t<std::int64_t, py::array::c_style>;
using Mask = std::optional<py::array>;

std::vector<ProfileImage> images_of(const std::vector<py::array>& images,
                                    const std::vector<Mask>& masks) {
    if (masks.size() != images.size()) throw py::value_error("one mask or None per image");
    std::vector<ProfileImage> views;
    for (std::size_t i = 0; i < images.size(); ++i) {
        ProfileImage view{view_of(images[i], "image")};
        if (masks[i]) view.mask = view_of(*masks[i], "mask");
        views.push_back(view);
    }
    return views;
}

std::span<const double> span_of(const Numbers& numbers) {
    return {numbers.data(), static_cast<std::size_t>(numbers.size())};
}

// The data of an array with that many numbers.
const double* data_of(const Numbers& numbers, std::int64_t size, const char* name) {
    if (numbers.size() != size) throw py::value_error(std::string(name) + " has the wrong size");
    return numbers.data();
}

// A geometry and the arrays that it looks at.
struct GeometryArrays {
    Offsets offsets;
    Numbers points;
    std::optional<Numbers> steps;
    std::optional<Numbers> ends;
    std::optional<Numbers> across;
    Numbers offsets_across;
    Numbers weights;
    ProfileGeometry geometry;
};

GeometryArrays make_geometry(int axes, const Offsets& offsets, const Numbers& points,
                             const std::optional<Numbers>& steps, const std::optional<Numbers>& ends,
                             const std::optional<Numbers>& across, const Numbers& offsets_across,
                             const Numbers& weights) {
    GeometryArrays arrays{offsets, points, steps, ends, across, offsets_across, weights, {}};
    if (offsets.size() < 1) throw py::value_error("offsets must have one element more than profiles");
    ProfileGeometry& geometry = arrays.geometry;
    geometry.axes = axes;
    geometry.offsets = {offsets.data(), static_cast<std::size_t>(offsets.size())};
    const std::int64_t rows = steps || ends ? geometry.profiles() : geometry.samples();
    geometry.points = data_of(points, rows * axes, "points");
    if (steps) geometry.steps = data_of(*steps, rows * axes, "steps");
    if (ends) geometry.ends = data_of(*ends, rows * axes, "ends");
    if (across) geometry.across = data_of(*across, rows * axes * (axes - 1), "across");
    geometry.offsets_across = span_of(offsets_across);
    geometry.weights = span_of(weights);
    return arrays;
}

template <class Choice>
Choice named(const std::string& name, const std::vector<std::pair<const char*, Choice>>& choices) {
    for (const auto& [known, choice] : choices) {
        if (name == known) return choice;
    }
    throw py::value_error("'" + name + "' is not known");
}

Sampling make_sampling(const std::string& interpolation, const std::string& outside, double constant) {
    return {named<Interpolation>(interpolation, {{"nearest", Interpolation::nearest},
                                                 {"linear", Interpolation::linear},
                                                 {"cubic", Interpolation::cubic}}),
            named<Outside>(outside, {{"nan", Outside::nan},
                                     {"nearest", Outside::nearest},
                                     {"reflect", Outside::reflect},
                                     {"constant", Outside::constant}}),
            constant};
}

// `function` is the address of a ReducingFunction.
Reducer make_reducer(const std::string& kind, double quantile, std::uintptr_t function) {
    return {named<Reduction>(kind, {{"mean", Reduction::mean},
                                    {"sum", Reduction::sum},
                                    {"min", Reduction::min},
                                    {"max", Reduction::max},
                                    {"std", Reduction::std},
                                    {"quantile", Reduction::quantile},
                                    {"function", Reduction::function}}),
            quantile, reinterpret_cast<ReducingFunction>(function)};
}

// `values` and `counts` have an axis of images and one of samples. Returns whether no sample is missing,
// otherwise counts were written; the profile for which a function failed and in which image, or -1; its
// status there; and the values that it failed for.
py::tuple sample(const std::vector<py::array>& images, const std::vector<Mask>& masks,
                 const GeometryArrays& arrays, const Sampling& sampling, const Reducer& reducer,
                 py::array_t<double>& values, py::array_t<std::int64_t>& counts, int threads) {
    const std::vector<ProfileImage> views = images_of(images, masks);
    const ProfileGeometry& geometry = arrays.geometry;
    for (const py::array& image : images) {
        if (image.ndim() != geometry.axes) throw py::value_error("image and profiles differ in axes");
    }
    for (const py::array& out : {py::array(values), py::array(counts)}) {
        if (out.ndim() != 2 || out.shape(0) != std::ssize(views) || out.shape(1) != geometry.samples()) {
            throw py::value_error("results must have an axis of images and one of samples");
        }
    }
    constexpr auto size = static_cast<py::ssize_t>(sizeof(double));
    const ProfileOutput output{values.mutable_data(),    values.strides(0) / size,
                               values.strides(1) / size, counts.mutable_data(),
                               counts.strides(0) / size, counts.strides(1) / size};
    ProfileResult result;
    {
        const Interruptible interruptible;
        result = sample_profiles(views, geometry, sampling, reducer, output, threads);
    }
    const py::array_t<double> failed_values(std::ssize(result.failed_values),
                                            result.failed_values.data());
    return py::make_tuple(result.complete, result.failed, result.failed_image, result.failed_status,
                          failed_values);
}

void fill_line_distances(const Offsets& offsets, const Numbers& steps,
                         const std::optional<Numbers>& last, py::array_t<double>& distances,
                         int threads) {
    const std::span<const std::int64_t> rows{offsets.data(), static_cast<std::size_t>(offsets.size())};
    const std::int64_t profiles = offsets.size() - 1;
    if (profiles < 0 || distances.ndim() != 1 || distances.size() != rows.back()) {
        throw py::value_error("distances must have one element for each sample");
    }
    if (distances.size() > 1 && distances.strides(0) != sizeof(double)) {
        throw py::value_error("distances must be contiguous");
    }
    const double* step_of = data_of(steps, profiles, "steps");
    const double* last_of = last ? data_of(*last, profiles, "last") : nullptr;
    double* out = distances.mutable_data();
    const Interruptible interruptible;
    line_distances(rows, step_of, last_of, out, threads);
}

}  // namespace

void register_profiles(py::module_& module) {
    py::class_<GeometryArrays>(module, "ProfileGeometry")
        .def(py::init(&make_geometry), py::arg("axes"), py::arg("offsets"), py::arg("points"),
             py::arg("steps"), py::arg("ends"), py::arg("across"), py::arg("offsets_across"),
             py::arg("weights"));
    py::class_<Sampling>(module, "Sampling")
        .def(py::init(&make_sampling), py::arg("interpolation"), py::arg("outside"),
             py::arg("constant"));
    py::class_<Reducer>(module, "Reducer")
        .def(py::init(&make_reducer), py::arg("kind"), py::arg("quantile"), py::arg("function"));
    module.def("sample_profiles", &sample, py::arg("images"), py::arg("masks"), py::arg("geometry"),
               py::arg("sampling"), py::arg("reducer"), py::arg("values").noconvert(),
               py::arg("counts").noconvert(), py::arg("threads"));
    module.def("line_distances", &fill_line_distances, py::arg("offsets"), py::arg("steps"),
               py::arg("last"), py::arg("distances").noconvert(), py::arg("threads"));
}

}  // namespace mensura::python
