// Counts the pixels of regions and looks which of them lie on the border, run by run.
//
// All threads add to the same counts. So that they seldom meet at those of a large region, each keeps
// the counts of the regions it saw last to itself and hands them over when another takes the place.
#include <array>
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
    ~Counter() {
        for (const Recent& recent : recent_) hand_over(recent);
    }

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
    struct Recent {
        std::int64_t region = 0;
        std::int64_t pixels = 0;
    };

    static std::size_t index(std::int64_t region) { return static_cast<std::size_t>(region - 1); }

    void add(std::int64_t region, std::int64_t pixels) {
        Recent& recent = recent_[index(region) % recent_.size()];
        if (recent.region != region) {
            hand_over(recent);
            recent = {region, 0};
        }
        recent.pixels += pixels;
    }

    void hand_over(const Recent& recent) {
        if (recent.region == 0) return;
        pixels_[index(recent.region)].fetch_add(recent.pixels, std::memory_order_relaxed);
    }

    RegionRows rows_;
    Shape shape_;
    int axes_;
    Counts& pixels_;
    Flags& on_border_;
    std::array<Recent, 1024> recent_;
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
