// Measuring the images of a stack, such as the frames of a film, one by one into one table.
//
// Small images are shared out whole, one thread each; large ones are cut into blocks as a single image
// is. A few images at a time are gathered and then written to their rows, so that memory is that of the
// table and of a few images' sums. The bits are those of measuring each image alone, since nothing is
// ever added across images.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "mensura/measure.hpp"
#include "mensura/threads.hpp"

namespace mensura {
namespace {

// How the images of a stack are shared out to threads.
struct Sharing {
    int across;             // images at the same time
    int within;             // threads for each of them
    std::int64_t in_batch;  // images that are gathered before their rows are written

    Sharing(const ImageStack& labels, int threads) {
        constexpr std::int64_t large = std::int64_t{1} << 22;
        const std::int64_t pixels = std::max<std::int64_t>(1, labels.first.shape.pixels());
        const std::int64_t most = pixels >= large ? 1 : std::max<std::int64_t>(1, labels.count);
        across = static_cast<int>(std::clamp<std::int64_t>(threads, 1, most));
        within = (threads + across - 1) / across;
        // Of tiny images many, so that starting threads costs little beside measuring.
        in_batch = pixels >= large ? 1 : std::max<std::int64_t>(16 * across, large / pixels);
    }
};

// Calls visit(part column, whole column) for the columns of geometry.
template <class Visit>
void for_each_column(const RegionTable& part, RegionTable& whole, Visit visit) {
    const auto visit_all = [&](const auto& parts, auto& wholes) {
        for (std::size_t k = 0; k < parts.size(); ++k) visit(parts[k], wholes[k]);
    };
    visit(part.label, whole.label);
    visit(part.count, whole.count);
    visit_all(part.box_begin, whole.box_begin);
    visit_all(part.box_end, whole.box_end);
    visit_all(part.centroid, whole.centroid);
    visit(part.size, whole.size);
    visit_all(part.position, whole.position);
    visit_all(part.covariance, whole.covariance);
    visit_all(part.moments, whole.moments);
    visit_all(part.central_moments, whole.central_moments);
    visit(part.border_pixels, whole.border_pixels);
}

class StackMeasuring {
public:
    StackMeasuring(const ImageStack& labels, std::span<const ChannelStack> channels,
                   const MeasurePlan& plan, int threads)
        : labels_(labels), channels_(channels), plan_(plan), sharing_(labels, threads) {}

    StackTable table() const {
        StackTable table;
        sums().make_room(0, table.regions);
        for (std::int64_t k = 0; k < labels_.count; k += sharing_.in_batch) {
            const std::int64_t count = std::min(sharing_.in_batch, labels_.count - k);
            if (labels_.first.dtype == DType::boolean && channels_.empty()) {
                append_found(k, count, table);
            } else {
                append(k, count, table);
            }
        }
        return table;
    }

private:
    // Appends the rows of `count` images from number `first` on.
    void append(std::int64_t first, std::int64_t count, StackTable& table) const {
        std::vector<std::optional<Accumulator>> gathered(static_cast<std::size_t>(count));
        for_each_block(count, sharing_.across, [&](std::int64_t k) {
            gathered[static_cast<std::size_t>(k)] = gather(first + k);
        });
        std::vector<std::size_t> row{table.image.size()};
        for (const auto& sums : gathered) row.push_back(row.back() + sums->regions());
        gathered.front()->make_room(row.back(), table.regions);
        table.image.resize(row.back());
        for_each_block(count, sharing_.across, [&](std::int64_t k) {
            const auto i = static_cast<std::size_t>(k);
            gathered[i]->write(row[i], table.regions, sharing_.within);
            std::fill(table.image.data() + row[i], table.image.data() + row[i + 1], first + k);
        });
    }

    // The same of masks without intensities, whose regions are measured soonest where they are found.
    void append_found(std::int64_t first, std::int64_t count, StackTable& table) const {
        std::vector<RegionTable> found(static_cast<std::size_t>(count));
        for_each_block(count, sharing_.across, [&](std::int64_t k) {
            found[static_cast<std::size_t>(k)] =
                measure_mask(labels_.image(first + k), plan_, sharing_.within);
        });
        for (std::int64_t k = 0; k < count; ++k) {
            const RegionTable& part = found[static_cast<std::size_t>(k)];
            for_each_column(part, table.regions, [](const auto& from, auto& to) {
                to.insert(to.end(), from.begin(), from.end());
            });
            table.image.resize(table.regions.label.size(), first + k);
        }
    }

    Accumulator sums() const {
        std::vector<ChannelKind> kinds;
        for (const ChannelStack& channel : channels_) {
            kinds.push_back({channel.images.first.dtype, channel.saturation});
        }
        return {plan_, std::move(kinds)};
    }

    Accumulator gather(std::int64_t k) const {
        std::vector<ChannelView> views;
        for (const ChannelStack& channel : channels_) {
            ChannelView view{channel.images.image(k)};
            if (channel.masks) view.mask = channel.masks->image(k);
            views.push_back(view);
        }
        Accumulator gathered = sums();
        const ImageView labels = labels_.image(k);
        if (labels.dtype == DType::boolean) {
            const Regions regions = find_regions(labels, components_of_masks(sharing_.within));
            gathered.add(regions, views, {}, sharing_.within);
        } else {
            gathered.add(labels, views, {}, sharing_.within);
        }
        return gathered;
    }

    const ImageStack& labels_;
    std::span<const ChannelStack> channels_;
    const MeasurePlan& plan_;
    Sharing sharing_;
};

}  // namespace

StackTable measure_stack(const ImageStack& labels, std::span<const ChannelStack> channels,
                         const MeasurePlan& plan, int threads) {
    for (const ChannelStack& channel : channels) {
        if (channel.images.count != labels.count ||
            (channel.masks && channel.masks->count != labels.count)) {
            throw std::invalid_argument("intensities and masks must have as many images as the labels");
        }
    }
    return StackMeasuring(labels, channels, plan, threads).table();
}

}  // namespace mensura
