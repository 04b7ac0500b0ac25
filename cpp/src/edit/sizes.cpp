// Counts the pixels of regions and looks which of them lie on the border, run by run.
//
// All threads add to the same counts. So that they seldom meet at that of a region which is most of the
// image, each keeps the count of the last region to itself until it sees another.
#include <atomic>

#include "edit/each_row.hpp"
#include "mensura/edit.hpp"
#include "regions/region_rows.hpp"

namespace mensura {
namespace {

using Counts = std::vector<std::atomic<std::int64_t>>;
using Flags = std::vector<std::atomic<std::uint8_t>>;

class Counter {
public:
    Counter(const Regions& regions, int axes, Counts& pixels, Flags& on_border)
        : rows_(regions), shape_(regions.shape()), axes_(axes), pixels_(pixels), on_border_(on_border) {}
    Counter(const Counter&) = delete;
    ~Counter() { hand_over(); }

    void operator()(std::int64_t r) {
        const std::int64_t z = r / shape_.height;
        const std::int64_t y = r % shape_.height;
        const bool outermost =
            y == 0 || y + 1 == shape_.height || (axes_ == 3 && (z == 0 || z + 1 == shape_.depth));
        rows_.visit_row(r, [&](std::int64_t start, std::int64_t end, std::int64_t region) {
            add(region, end - start);
            if (outermost || start == 0 || end == shape_.width) {
                on_border_[index(region)].store(1, std::memory_order_relaxed);
            }
        });
    }

private:
    static std::size_t index(std::int64_t region) { return static_cast<std::size_t>(region - 1); }

    void add(std::int64_t region, std::int64_t pixels) {
        if (region != last_region_) {
            hand_over();
            last_region_ = region;
            last_pixels_ = 0;
        }
        last_pixels_ += pixels;
    }

    void hand_over() {
        if (last_region_ == 0) return;
        pixels_[index(last_region_)].fetch_add(last_pixels_, std::memory_order_relaxed);
    }

    RegionRows rows_;
    Shape shape_;
    int axes_;
    Counts& pixels_;
    Flags& on_border_;
    std::int64_t last_region_ = 0;
    std::int64_t last_pixels_ = 0;
};

}  // namespace

RegionSizes region_sizes(const Regions& regions, int axes, int threads) {
    const auto count = static_cast<std::size_t>(regions.count());
    Counts pixels(count);
    Flags on_border(count);
    for_each_row(regions.shape(), threads, [&] { return Counter(regions, axes, pixels, on_border); });
    RegionSizes sizes{Column<std::int64_t>(count), Column<std::uint8_t>(count)};
    for (std::size_t k = 0; k < count; ++k) {
        sizes.pixels[k] = pixels[k].load();
        sizes.on_border[k] = on_border[k].load();
    }
    return sizes;
}

}  // namespace mensura
