// Normalized moments and invariants from columns.
#include <pybind11/stl.h>

#include "arrays.hpp"
#include "interrupts.hpp"
#include "mensura/memory.hpp"
#include "mensura/normalized_moments.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

using Numbers = py::array_t<double, py::array::c_style>;

std::span<const double> span_of(const Numbers& column) {
    if (column.ndim() != 1) throw py::value_error("columns must have one axis");
    return {column.data(), static_cast<std::size_t>(column.size())};
}

std::vector<std::span<const double>> spans_of(const std::vector<Numbers>& columns) {
    std::vector<std::span<const double>> spans;
    for (const Numbers& column : columns) spans.push_back(span_of(column));
    return spans;
}

// What `work` makes of columns, without the GIL.
template <class Work>
py::list columns_from(const Work& work) {
    std::vector<Column<double>> made;
    {
        const Interruptible interruptible;
        made = with_kept_memory(work);
    }
    py::list arrays;
    for (auto& values : made) arrays.append(column(std::move(values)));
    return arrays;
}

py::list normalized(const std::vector<Numbers>& central, const Numbers& root,
                    const std::vector<double>& units, int threads) {
    const auto columns = spans_of(central);
    const auto roots = span_of(root);
    return columns_from([&] { return normalized_moments(columns, roots, units, threads); });
}

py::list hu(const std::vector<Numbers>& moments, int threads) {
    const auto columns = spans_of(moments);
    return columns_from([&] { return hu_invariants(columns, threads); });
}

}  // namespace

void register_moments(py::module_& module) {
    module.def("normalized_moments", &normalized, py::arg("central"), py::arg("root"), py::arg("units"),
               py::arg("threads"));
    module.def("hu_invariants", &hu, py::arg("normalized"), py::arg("threads"));
}

}  // namespace mensura::python
