// Channels and their masks as views.
#pragma once

#include <pybind11/stl.h>

#include <optional>
#include <vector>

#include "arrays.hpp"
#include "mensura/measure.hpp"

namespace mensura::python {

using Mask = std::optional<py::array>;

inline std::vector<ChannelView> views_of(const std::vector<py::array>& channels,
                                         const std::vector<Mask>& masks) {
    if (masks.size() != channels.size()) throw py::value_error("one mask or None per channel");
    std::vector<ChannelView> views;
    for (std::size_t c = 0; c < channels.size(); ++c) {
        ChannelView view{view_of(channels[c], "image")};
        if (masks[c]) view.mask = view_of(*masks[c], "mask");
        views.push_back(view);
    }
    return views;
}

}  // namespace mensura::python
