// How many connected components each label of a label image has.
#pragma once

#include <cstdint>

#include "mensura/column.hpp"
#include "mensura/image.hpp"

namespace mensura {

// One number per label, in ascending order of the labels; 0 and negative values are no labels. Pixels
// that touch at a corner are connected. A search for regions by value, then one walk over their runs.
Column<std::int64_t> count_components(const ImageView& labels, int threads);

}  // namespace mensura
