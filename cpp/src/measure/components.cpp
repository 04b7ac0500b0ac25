// Counts components: each region of equal labels is one; see components.hpp.
#include "mensura/components.hpp"

#include <algorithm>
#include <vector>

#include "image/rows.hpp"
#include "mensura/regions.hpp"
#include "regions/region_rows.hpp"

namespace mensura {
namespace {

// The label of every region, without those that are negative. Regions are numbered in raster order of
// their first pixel, so a region is new where its number is the next.
template <class T>
std::vector<std::uint64_t> labels_of(const Regions& regions, const ImageView& labels) {
    RegionRows rows(regions);
    RowReader<T> reader(labels);
    const bool is_signed = is_signed_integer(labels.dtype);
    std::vector<std::uint64_t> found;
    std::int64_t seen = 0;
    for (std::int64_t r = 0; seen < regions.count(); ++r) {
        rows.visit_row(r, [&](std::int64_t start, std::int64_t, std::int64_t region) {
            if (region <= seen) return;
            seen = region;
            const T label = *reader.read(r, start, 1);
            if (is_signed && static_cast<std::make_signed_t<T>>(label) < 0) return;
            found.push_back(label);
        });
    }
    return found;
}

}  // namespace

Column<std::int64_t> count_components(const ImageView& labels, int threads) {
    FindOptions options;
    options.connectivity = 3;
    options.threads = threads;
    const Regions regions = find_regions(labels, options);
    std::vector<std::uint64_t> found;
    visit_integer_type(labels.dtype,
                       [&]<class T>(std::type_identity<T>) { found = labels_of<T>(regions, labels); });
    std::sort(found.begin(), found.end());
    Column<std::int64_t> counts;
    for (std::size_t k = 0; k < found.size(); ++k) {
        if (k == 0 || found[k] != found[k - 1]) counts.push_back(0);
        ++counts.back();
    }
    return counts;
}

}  // namespace mensura
