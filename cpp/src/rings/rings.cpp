// Objects one by one: distances, rings, sums; see rings.hpp.
//
// Small objects are shared out among threads in groups; the pixels of a large one are, in chunks that
// are cut by the object's own pixels and joined in order.
#include "mensura/rings.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <stdexcept>

#include "mensura/threads.hpp"
#include "rings/object_distances.hpp"
#include "rings/ring_bounds.hpp"
#include "rings/ring_sums.hpp"

namespace mensura {
namespace {

// Objects of so many pixels are fetched while their distances are found.
constexpr std::int64_t fetched_pixels = 4096;
constexpr std::int64_t chunk_pixels = std::int64_t{1} << 18;

using Channels = std::span<const ChannelView>;
using AllSums = std::vector<std::unique_ptr<RingSums>>;  // of each channel

AllSums make_sums(Channels channels) {
    AllSums sums;
    for (const ChannelView& channel : channels) sums.push_back(make_ring_sums(channel));
    return sums;
}

// The rings of some objects.
struct Part {
    std::vector<std::int64_t> rings;
    std::vector<double> distance;
    std::vector<std::vector<RingRow>> rows;  // of each channel
};

// Runs [begin, end) of an object.
struct Chunk {
    std::size_t begin;
    std::size_t end;
};

class ObjectMeasurer {
public:
    ObjectMeasurer(const RingObjects& objects, const RingPlan& plan, const RingCenters& centers,
                   Channels channels, const Surroundings* surroundings)
        : objects_(objects), plan_(plan), channels_(channels),
          distances_(objects, plan, centers, surroundings),
          bounds_(plan, plan.metric == RingMetric::edge ? PixelSides(plan).half : 0),
          sums_(make_sums(channels)), height_(objects.shape().height) {}

    void measure(std::size_t object, int threads, Part& part) {
        if (distances_.cost(object) <= fetched_pixels) {
            for (auto& sums : sums_) sums->fetch(objects_.runs(object));
        }
        distances_.start(object, threads);
        fit_bounds();
        if (bounds_.count() > (std::int64_t{1} << 30) / plan_.sectors) {
            throw std::invalid_argument("bins and sectors ask for more than 2^30 rings in an object");
        }
        const std::int64_t slots = bounds_.count() * plan_.sectors;
        for (auto& sums : sums_) sums->start(slots);
        const std::vector<Chunk> chunks = cut();
        if (chunks.size() == 1) {
            add_chunk(chunks.front(), sums_);
        } else {
            add_chunks(chunks, slots, threads);
        }
        part.rings.push_back(bounds_.count());
        for (std::int64_t s = 0; s < plan_.sectors; ++s) {
            part.distance.insert(part.distance.end(), bounds_.middle().begin(), bounds_.middle().end());
        }
        part.rows.resize(sums_.size());
        for (std::size_t c = 0; c < sums_.size(); ++c) sums_[c]->write(part.rows[c]);
    }

private:
    void fit_bounds() {
        std::vector<double> all;
        if (plan_.bins == RingBins::edges) return bounds_.fit(0, 0, all);
        if (plan_.bins == RingBins::equal_counts) collect(all);
        const auto [low, high] = distances_.range();
        bounds_.fit(low, high, all);
    }

    void collect(std::vector<double>& all) const {
        for (std::size_t k = 0; k < distances_.runs(); ++k) {
            distances_.visit_run(k, [&](const double* distance, std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = 0; i < end - begin; ++i) {
                    if (distance[i] - distance[i] == 0) all.push_back(distance[i]);
                }
            });
        }
    }

    std::vector<Chunk> cut() const {
        std::vector<Chunk> chunks{{0, 0}};
        std::int64_t pixels = 0;
        for (std::size_t k = 0; k < distances_.runs(); ++k) {
            if (pixels >= chunk_pixels) {
                chunks.push_back({k, k});
                pixels = 0;
            }
            chunks.back().end = k + 1;
            pixels += distances_.run(k).end - distances_.run(k).start;
        }
        return chunks;
    }

    void add_chunks(const std::vector<Chunk>& chunks, std::int64_t slots, int threads) {
        std::vector<AllSums> parts(chunks.size());
        for_each_block_in_order(
            static_cast<std::int64_t>(chunks.size()), threads,
            [&](std::int64_t i) {
                const auto k = static_cast<std::size_t>(i);
                parts[k] = make_sums(channels_);
                for (auto& sums : parts[k]) sums->start(slots);
                add_chunk(chunks[k], parts[k]);
            },
            [&](std::int64_t i) {
                AllSums& part = parts[static_cast<std::size_t>(i)];
                for (std::size_t c = 0; c < sums_.size(); ++c) sums_[c]->append(*part[c]);
                part.clear();
            });
    }

    void add_chunk(const Chunk& chunk, const AllSums& sums) const {
        std::array<std::int32_t, ObjectDistances::stretch> ring;
        for (std::size_t k = chunk.begin; k < chunk.end; ++k) {
            const RegionRun& run = distances_.run(k);
            distances_.visit_run(k, [&](const double* distance, std::int64_t begin, std::int64_t end) {
                bounds_.find(distance, end - begin, ring.data());
                const RegionRun part{run.row, run.start + begin, run.start + end};
                if (plan_.sectors > 1) add_sectors(part, ring.data());
                for (const auto& of_channel : sums) {
                    of_channel->add_row(run.row, part.start, end - begin, ring.data());
                }
            });
        }
    }

    // Rings of all sectors are numbered sector by sector. About a center that is nowhere there are none.
    void add_sectors(const RegionRun& part, std::int32_t* ring) const {
        if (std::isnan(distances_.center()[1]) || std::isnan(distances_.center()[2])) {
            std::fill_n(ring, part.end - part.start, -1);
            return;
        }
        const auto rings = static_cast<std::int32_t>(bounds_.count());
        const std::int64_t y = part.row % height_ - distances_.box().begin[1];
        const double dy = static_cast<double>(y) - distances_.center()[1];
        for (std::int64_t i = 0; i < part.end - part.start; ++i) {
            if (ring[i] < 0) continue;
            const std::int64_t x = part.start + i - distances_.box().begin[2];
            const double dx = static_cast<double>(x) - distances_.center()[2];
            ring[i] += rings * (plan_.octants ? octant_of(dy, dx) : sector_of(dy, dx));
        }
    }

    std::int32_t sector_of(double dy, double dx) const {
        constexpr double turn = 2 * std::numbers::pi;
        const auto sectors = static_cast<double>(plan_.sectors);
        double angle = std::atan2(dy * plan_.spacing[1], dx * plan_.spacing[2]);
        if (angle < 0) angle += turn;
        return static_cast<std::int32_t>(std::min(std::floor(angle / turn * sectors), sectors - 1));
    }

    // CellProfiler's.
    static std::int32_t octant_of(double dy, double dx) {
        return (dy > 0 ? 1 : 0) + (dx > 0 ? 2 : 0) + (std::abs(dy) > std::abs(dx) ? 4 : 0);
    }

    const RingObjects& objects_;
    const RingPlan& plan_;
    Channels channels_;
    ObjectDistances distances_;
    RingBounds bounds_;
    AllSums sums_;
    std::int64_t height_;
};

// Objects [begin, end); a large one is alone.
struct Group {
    std::size_t begin;
    std::size_t end;
    bool large;
};

std::vector<Group> make_groups(const RingObjects& objects, const ObjectDistances& distances) {
    constexpr std::int64_t large = std::int64_t{1} << 21;
    constexpr std::int64_t enough = std::int64_t{1} << 16;
    std::vector<Group> groups;
    std::int64_t filled = enough;
    for (std::size_t k = 0; k < objects.count(); ++k) {
        const std::int64_t cost = distances.cost(k);
        if (cost >= large) {
            groups.push_back({k, k + 1, true});
            filled = enough;
            continue;
        }
        if (filled >= enough) {
            groups.push_back({k, k, false});
            filled = 0;
        }
        groups.back().end = k + 1;
        filled += cost;
    }
    return groups;
}

// All parts one behind the other.
RingTable join(const std::vector<Part>& parts, std::size_t channels, int threads) {
    std::vector<std::size_t> first{0};  // ring of each part
    RingTable table;
    for (const Part& part : parts) {
        first.push_back(first.back() + part.distance.size());
        table.rings.insert(table.rings.end(), part.rings.begin(), part.rings.end());
    }
    table.distance.resize(first.back());
    table.count.resize(first.back() * channels);
    for (auto* column : {&table.sum, &table.mean, &table.std, &table.min, &table.max}) {
        column->resize(first.back() * channels);
    }
    for_each_block(static_cast<std::int64_t>(parts.size()), threads, [&](std::int64_t p) {
        const Part& part = parts[static_cast<std::size_t>(p)];
        const std::size_t begin = first[static_cast<std::size_t>(p)];
        for (std::size_t k = 0; k < part.distance.size(); ++k) {
            table.distance[begin + k] = part.distance[k];
            for (std::size_t c = 0; c < channels; ++c) {
                const RingRow& row = part.rows[c][k];
                const std::size_t at = (begin + k) * channels + c;
                table.count[at] = row.count;
                table.sum[at] = row.sum;
                table.mean[at] = row.mean;
                table.std[at] = row.std;
                table.min[at] = row.min;
                table.max[at] = row.max;
            }
        }
    });
    return table;
}

}  // namespace

RingTable measure_rings(const RingObjects& objects, const RingPlan& plan, const RingCenters& centers,
                        std::span<const ChannelView> channels, int threads) {
    std::unique_ptr<const Surroundings> surroundings;
    if (plan.metric == RingMetric::signed_edge) {
        surroundings = std::make_unique<const Surroundings>(objects, plan, threads);
    }
    const ObjectDistances costs(objects, plan, centers, surroundings.get());
    const std::vector<Group> groups = make_groups(objects, costs);
    std::vector<Part> parts(groups.size());
    const auto measure = [&](std::size_t g, int threads_of_object) {
        ObjectMeasurer measurer(objects, plan, centers, channels, surroundings.get());
        for (std::size_t k = groups[g].begin; k < groups[g].end; ++k) {
            measurer.measure(k, threads_of_object, parts[g]);
        }
    };
    for_each_block(static_cast<std::int64_t>(groups.size()), threads, [&](std::int64_t g) {
        const auto i = static_cast<std::size_t>(g);
        if (!groups[i].large) measure(i, 1);
    });
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (groups[g].large) measure(g, threads);
    }
    return join(parts, channels.size(), threads);
}

}  // namespace mensura
