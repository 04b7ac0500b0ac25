// Fields and points of one object; see object_distances.hpp.
#include "rings/object_distances.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "image/rows.hpp"
#include "measure/integer_math.hpp"
#include "rings/distance_transform.hpp"
#include "runs/kernels.hpp"

namespace mensura {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// How far outside of objects anything is near, between the centers of pixels.
double reach_of(const RingPlan& plan) { return plan.outer + PixelSides(plan).half; }

// The same in squared units; a little more, as what is beyond it is told apart later, by its distance.
double squared_limit(const RingPlan& plan, double unit) {
    const double reach = reach_of(plan) / unit;
    return reach * reach * (1 + 1e-9);
}

ImageView view_of(const NearestObjects& nearest, const Shape& shape) {
    ImageView view;
    view.data = reinterpret_cast<const std::byte*>(nearest.object.data());
    view.dtype = DType::int32;
    view.shape = shape;
    constexpr std::ptrdiff_t item = sizeof(std::int32_t);
    view.strides = {shape.height * shape.width * item, shape.width * item, item};
    return view;
}

// The numbers, counted from the start of the run, of the pixels of an image that are not 0.
template <class T, class Visit>
void visit_nonzero(RowReader<T>& reader, const RegionRun& run, Visit visit) {
    const T* pixels = reader.read(run.row, run.start, run.end - run.start);
    for (std::int64_t i = 0; i < run.end - run.start; ++i) {
        if (pixels[i] != 0) visit(i);
    }
}

}  // namespace

Surroundings::Surroundings(const RingObjects& objects, const RingPlan& plan, int threads)
    : sides(squared_sides(plan.spacing, plan.axes, reach_of(plan))),
      nearest(nearest_objects(objects, sides.squared, squared_limit(plan, sides.unit), threads)),
      runs(view_of(nearest, objects.shape()), threads), place(objects.count(), -1) {
    for (std::size_t k = 0; k < runs.count(); ++k) {
        place[static_cast<std::size_t>(runs.labels()[k] - 1)] = static_cast<std::int64_t>(k);
    }
}

std::span<const RegionRun> Surroundings::of(std::size_t object) const {
    if (place[object] < 0) return {};
    return runs.runs(static_cast<std::size_t>(place[object]));
}

PixelSides::PixelSides(const RingPlan& plan) {
    const std::size_t first = plan.axes == 2 ? 1 : 0;
    const auto begin = plan.spacing.begin() + static_cast<std::ptrdiff_t>(first);
    const double smallest = *std::min_element(begin, plan.spacing.end());
    half = smallest / 2;
    if (std::all_of(begin, plan.spacing.end(), [&](double s) { return s == smallest; })) {
        unit = smallest;
        return;
    }
    for (std::size_t a = first; a < 3; ++a) {
        side[a] = plan.spacing[a];
        squared[a] = side[a] * side[a];
    }
}

ObjectDistances::ObjectDistances(const RingObjects& objects, const RingPlan& plan,
                                 const RingCenters& centers, const Surroundings* surroundings)
    : objects_(&objects), plan_(&plan), centers_(&centers), surroundings_(surroundings), sides_(plan),
      geodesic_(sides_.side, plan.axes), pad_z_(plan.axes == 3 ? 1 : 0) {}

bool ObjectDistances::needs_ways() const {
    return plan_->metric == RingMetric::normalized || plan_->metric == RingMetric::inner;
}

bool ObjectDistances::needs_edge() const {
    return (plan_->metric != RingMetric::center && plan_->metric != RingMetric::inner) ||
           plan_->center == RingCenter::deepest;
}

// Whether values lie in a field, and are not computed one by one.
bool ObjectDistances::has_field() const { return plan_->metric != RingMetric::center || !has_point(); }

std::int64_t ObjectDistances::cost(std::size_t object) const {
    const std::int64_t outside =
        surroundings_ == nullptr ? 0 : static_cast<std::int64_t>(surroundings_->of(object).size());
    if (!has_field() && !needs_edge()) return objects_->pixels(object);
    const Box& box = objects_->box(object);
    std::int64_t volume = outside;
    std::int64_t product = 1;
    for (std::size_t a = 0; a < 3; ++a) product = checked_product(product, box.end[a] - box.begin[a]);
    return volume + product;
}

void ObjectDistances::start(std::size_t object, int threads) {
    object_ = object;
    inside_ = objects_->runs(object);
    outside_ = surroundings_ == nullptr ? std::span<const RegionRun>{} : surroundings_->of(object);
    size_fields();
    if (needs_edge()) measure_edge(threads);
    find_center();
    if (needs_ways()) measure_ways();
    if (plan_->metric == RingMetric::center && !has_point()) measure_from_pixels(threads);
    if (has_field()) write_values();
}

// --- fields ------------------------------------------------------------------------------------------

// A box has one layer of pixels around the object.
void ObjectDistances::size_fields() {
    for (std::size_t a = 0; a < 3; ++a) {
        size_[a] = box().end[a] - box().begin[a] + 2 * (a == 0 ? pad_z_ : 1);
    }
}

std::array<std::int64_t, 3> ObjectDistances::local(const RegionRun& run) const {
    const Shape& shape = objects_->shape();
    return {run.row / shape.height - box().begin[0], run.row % shape.height - box().begin[1],
            run.start - box().begin[2]};
}

std::int64_t ObjectDistances::place_in_field(const RegionRun& run) const {
    const auto [z, y, x] = local(run);
    return ((z + pad_z_) * size_[1] + y + 1) * size_[2] + x + 1;
}

// Calls work(pixels of the field, their number) for each run of the object.
template <class Work>
void ObjectDistances::for_runs(Field& field, Work work) const {
    for (const RegionRun& run : inside_) {
        work(field.data() + place_in_field(run), run.end - run.start);
    }
}

void ObjectDistances::measure_edge(int threads) {
    edge_.assign(static_cast<std::size_t>(size_[0] * size_[1] * size_[2]), 0);
    for_runs(edge_, [](double* pixels, std::int64_t count) { std::fill_n(pixels, count, infinite); });
    if (!plan_->border_is_edge) leave_border_open();
    squared_distances(edge_.data(), size_, sides_.squared, threads);
}

// What lies outside the image is no edge.
void ObjectDistances::leave_border_open() {
    const Shape& shape = objects_->shape();
    const std::array<std::int64_t, 3> last{shape.depth, shape.height, shape.width};
    const auto open = [this](std::size_t axis, std::int64_t layer) {
        std::array<std::int64_t, 3> begin{0, 0, 0};
        std::array<std::int64_t, 3> end = size_;
        begin[axis] = layer;
        end[axis] = layer + 1;
        for (std::int64_t z = begin[0]; z < end[0]; ++z) {
            for (std::int64_t y = begin[1]; y < end[1]; ++y) {
                double* row = edge_.data() + (z * size_[1] + y) * size_[2];
                std::fill(row + begin[2], row + end[2], infinite);
            }
        }
    };
    for (std::size_t a = pad_z_ == 1 ? 0 : 1; a < 3; ++a) {
        if (box().begin[a] == 0) open(a, 0);
        if (box().end[a] == last[a]) open(a, size_[a] - 1);
    }
}

void ObjectDistances::measure_from_pixels(int threads) {
    edge_.assign(static_cast<std::size_t>(size_[0] * size_[1] * size_[2]), infinite);
    for (const std::int64_t pixel : center_pixels()) edge_[static_cast<std::size_t>(pixel)] = 0;
    squared_distances(edge_.data(), size_, sides_.squared, threads);
}

void ObjectDistances::measure_ways() {
    ways_.assign(static_cast<std::size_t>(size_[0] * size_[1] * size_[2]), -1);
    for_runs(ways_, [](double* pixels, std::int64_t count) { std::fill_n(pixels, count, infinite); });
    std::vector<std::int64_t> sources;
    if (!has_point()) {
        sources = center_pixels();
    } else if (const std::int64_t nearest = nearest_pixel(); nearest >= 0) {
        sources.push_back(nearest);
    }
    geodesic_.lengths(ways_.data(), size_, sources);
}

// Puts the values that the plan asks for in the place of the squared distances, or of the ways.
void ObjectDistances::write_values() {
    const double unit = sides_.unit;
    const double half = sides_.half;
    if (plan_->metric == RingMetric::normalized) {
        const double little = 0.001 * std::min({plan_->axes == 3 ? sides_.side[0] : infinite,
                                                sides_.side[1], sides_.side[2]});
        for (const RegionRun& run : inside_) {
            const auto place = static_cast<std::size_t>(place_in_field(run));
            for (std::size_t i = place; i < place + static_cast<std::size_t>(run.end - run.start); ++i) {
                edge_[i] = ways_[i] / (ways_[i] + std::sqrt(edge_[i]) + little);
            }
        }
    } else if (plan_->metric == RingMetric::inner) {
        for_runs(ways_, [&](double* pixels, std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) pixels[i] = pixels[i] * unit / plan_->radius;
        });
        edge_.swap(ways_);
    } else if (plan_->metric == RingMetric::signed_edge) {
        for_runs(edge_, [&](double* pixels, std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) pixels[i] = half - std::sqrt(pixels[i]) * unit;
        });
    } else {
        for_runs(edge_, [&](double* pixels, std::int64_t count) {
            for (std::int64_t i = 0; i < count; ++i) pixels[i] = std::sqrt(pixels[i]) * unit;
        });
    }
}

// --- centers -----------------------------------------------------------------------------------------

void ObjectDistances::find_center() {
    switch (plan_->center) {
        case RingCenter::centroid: center_ = centroid(); break;
        case RingCenter::deepest: center_ = deepest(); break;
        case RingCenter::points: center_ = centers_->points[object_]; break;
        case RingCenter::pixels: center_ = {none, none, none}; break;
    }
}

std::array<double, 3> ObjectDistances::centroid() const {
    std::array<Int128, 3> sum{};
    for (const RegionRun& run : inside_) {
        const auto [z, y, x] = local(run);
        const Int128 count = run.end - run.start;
        sum[0] += z * count;
        sum[1] += y * count;
        sum[2] += (2 * Int128{x} + count - 1) * count / 2;
    }
    const std::int64_t pixels = objects_->pixels(object_);
    return {mean_of(sum[0], pixels), mean_of(sum[1], pixels), mean_of(sum[2], pixels)};
}

// The first of the pixels that lie deepest.
std::array<double, 3> ObjectDistances::deepest() const {
    double depth = -1;
    std::array<double, 3> found{};
    for (const RegionRun& run : inside_) {
        const double* pixels = edge_.data() + place_in_field(run);
        const double* largest = std::max_element(pixels, pixels + (run.end - run.start));
        if (*largest > depth) {
            depth = *largest;
            const auto [z, y, x] = local(run);
            found = {static_cast<double>(z), static_cast<double>(y),
                     static_cast<double>(x + (largest - pixels))};
        }
    }
    return found;
}

// The pixel of the object that is nearest to the center, the first of several, as a place in a field; -1
// where there is no center.
std::int64_t ObjectDistances::nearest_pixel() const {
    double nearest = infinite;
    std::int64_t place = -1;
    for (const RegionRun& run : inside_) {
        // Along a run, distances fall and then rise.
        const auto last = static_cast<double>(run.end - run.start - 1);
        const double x = std::floor(center_[2] - static_cast<double>(run.start - box().begin[2]));
        if (!(x == x)) return -1;
        const auto begin = static_cast<std::int64_t>(std::clamp(x, 0.0, last));
        const std::int64_t end = std::min(begin + 2, run.end - run.start);
        std::array<double, 2> distance{};
        distances_to_point(run, begin, end, distance.data());
        for (std::int64_t i = begin; i < end; ++i) {
            if (distance[static_cast<std::size_t>(i - begin)] < nearest) {
                nearest = distance[static_cast<std::size_t>(i - begin)];
                place = place_in_field(run) + i;
            }
        }
    }
    return place;
}

std::vector<std::int64_t> ObjectDistances::center_pixels() const {
    std::vector<std::int64_t> found;
    visit_integer_type(centers_->pixels->dtype, [&]<class T>(std::type_identity<T>) {
        RowReader<T> reader(*centers_->pixels);
        for (const RegionRun& run : inside_) {
            const std::int64_t first = place_in_field(run);
            visit_nonzero(reader, run, [&](std::int64_t i) { found.push_back(first + i); });
        }
    });
    return found;
}

// --- values ------------------------------------------------------------------------------------------

void ObjectDistances::distances_to_point(const RegionRun& run, std::int64_t begin, std::int64_t end,
                                         double* out) const {
    const auto [z, y, x] = local(run);
    const double dz = static_cast<double>(z) - center_[0];
    const double dy = static_cast<double>(y) - center_[1];
    const double first = static_cast<double>(x) - center_[2];
    const double across =
        (plan_->axes == 3 ? sides_.squared[0] * (dz * dz) : 0.0) + sides_.squared[1] * (dy * dy);
    const PointRow row{across, first + static_cast<double>(begin), sides_.squared[2], sides_.unit};
    kernels().point_distances(row, end - begin, out);
}

const double* ObjectDistances::of_run(std::size_t k, std::int64_t begin, std::int64_t end,
                                      double* room) const {
    const RegionRun& run = this->run(k);
    if (k < inside_.size()) {
        if (has_field()) return edge_.data() + place_in_field(run) + begin;
        distances_to_point(run, begin, end, room);
        return room;
    }
    const double* squared =
        surroundings_->nearest.squared.data() + run.row * objects_->shape().width + run.start;
    for (std::int64_t i = begin; i < end; ++i) {
        const double distance = std::sqrt(squared[i]) * surroundings_->sides.unit - sides_.half;
        room[i - begin] = distance <= plan_->outer ? distance : none;
    }
    return room;
}

std::array<double, 2> ObjectDistances::range() const {
    double low = infinite;
    double high = -infinite;
    const auto add = [&](double value) {
        if (value - value != 0) return;
        low = std::min(low, value);
        high = std::max(high, value);
    };
    for (std::size_t k = 0; k < runs(); ++k) {
        if (!has_field()) {  // the farthest pixel of a run is one of its ends, and 0 is near enough
            const std::int64_t count = run(k).end - run(k).start;
            std::array<double, 2> ends{};
            distances_to_point(run(k), 0, 1, &ends[0]);
            distances_to_point(run(k), count - 1, count, &ends[1]);
            add(ends[0]);
            add(ends[1]);
            continue;
        }
        visit_run(k, [&](const double* distance, std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = 0; i < end - begin; ++i) add(distance[i]);
        });
    }
    return {low, high};
}

}  // namespace mensura
