// Rings of any objects, by every distance, about every center, cut in every way, of several channels,
// against loops over all pairs of pixels: distances, rings, counts, extremes and sums of integers
// exactly, other sums to rounding. One thread and three give the same bits.
#include <cmath>
#include <map>
#include <numbers>

#include "input.hpp"
#include "measure/integer_math.hpp"
#include "mensura/rings.hpp"
#include "target.hpp"

namespace mensura::fuzz {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

using Place = std::array<std::int64_t, 3>;
using Point = std::array<double, 3>;

// --- questions ---------------------------------------------------------------------------------------

struct Question {
    AnyImage labels;
    bool is_whole = false;  // one object, whatever the labels are
    std::vector<Channel> channels;
    AnyImage center_pixels;
    std::vector<Point> points;
    RingPlan plan;

    const Shape& shape() const { return labels.view.shape; }
    bool is_inside(const Place& at) const {
        return at[0] >= 0 && at[0] < shape().depth && at[1] >= 0 && at[1] < shape().height &&
               at[2] >= 0 && at[2] < shape().width;
    }
    // 0 where there is no object.
    std::uint64_t label_at(const Place& at) const {
        if (is_whole) return 1;
        const long double label = labels.at(at[0], at[1], at[2]);
        return label > 0 ? static_cast<std::uint64_t>(label) : 0;
    }
    RingObjects objects(int threads) const {
        return is_whole ? RingObjects(shape()) : RingObjects(labels.view, threads);
    }
};

// Of the last two no distance is a number that a loop over pixels could tell to the bit.
constexpr std::array<Point, 8> all_spacings{{{1, 1, 1},
                                             {0.3, 0.3, 0.3},
                                             {2, 1, 1},
                                             {1, 0.5, 0.25},
                                             {3, 2, 0.5},
                                             {1.25, 0.75, 0.75},
                                             {0.3, 0.1, 0.2},
                                             {1, std::numbers::sqrt2, 0.7}}};
constexpr std::size_t exact_spacings = 6;

RingPlan make_plan(Bytes& bytes, const Shape& shape) {
    RingPlan plan;
    plan.axes = shape.depth == 1 && bytes.flag() ? 2 : 3;
    plan.metric = static_cast<RingMetric>(bytes.below(5));
    plan.center = static_cast<RingCenter>(bytes.below(4));
    plan.spacing = all_spacings[static_cast<std::size_t>(bytes.below(all_spacings.size()))];
    plan.border_is_edge = bytes.flag();
    plan.outer = static_cast<double>(bytes.below(9)) / 2;
    plan.radius = static_cast<double>(1 + bytes.below(20)) / 2;
    plan.bins = static_cast<RingBins>(bytes.below(4));
    plan.width = static_cast<double>(1 + bytes.below(12)) / 4 * plan.spacing[2];
    if (shape.width > 1000) plan.width *= 256;
    plan.number = 1 + bytes.below(6);
    const bool is_fraction = plan.metric == RingMetric::normalized || plan.metric == RingMetric::inner;
    plan.overflow = is_fraction && bytes.flag();
    plan.edges = {static_cast<double>(bytes.below(9) - 4) / 2};
    for (std::int64_t more = 1 + bytes.below(4); more > 0; --more) {
        plan.edges.push_back(plan.edges.back() + static_cast<double>(1 + bytes.below(8)) / 4);
    }
    if (bytes.flag()) plan.sectors = 1 + bytes.below(9);
    plan.octants = plan.sectors == 8 && bytes.flag();
    return plan;
}

Question make_question(Bytes& bytes) {
    Question q;
    const Shape shape = make_shape(bytes);
    q.labels = make_labels(bytes, shape);
    q.is_whole = bytes.below(8) == 0;
    q.plan = make_plan(bytes, shape);
    for (std::int64_t count = 1 + bytes.below(3); count > 0; --count) {
        q.channels.push_back(make_channel(bytes, shape));
    }
    q.center_pixels = make_image(bytes, shape, all_types[static_cast<std::size_t>(bytes.below(9))]);
    // Whole quarters of a pixel, so that squared distances are not rounded.
    for (std::size_t count = q.objects(1).count(); count > 0; --count) {
        Point point{};
        for (double& along : point) along = static_cast<double>(bytes.mixed() % 64) / 4 - 4;
        if (bytes.mixed() % 16 == 0) point[1 + bytes.mixed() % 2] = none;
        q.points.push_back(point);
    }
    return q;
}

RingTable rings_of(const Question& q, const RingObjects& objects, int threads) {
    std::vector<ChannelView> channels;
    for (const Channel& channel : q.channels) {
        channels.push_back({channel.image.view, channel.mask_view()});
    }
    return measure_rings(objects, q.plan, {q.points, q.center_pixels.view}, channels, threads);
}

std::string bits_of(const RingTable& table) {
    std::string all;
    append(all, table.rings);
    append(all, table.count);
    for (const auto* column :
         {&table.distance, &table.sum, &table.mean, &table.std, &table.min, &table.max}) {
        append(all, *column);
    }
    return all;
}

// --- objects -----------------------------------------------------------------------------------------

struct Object {
    std::vector<Place> pixels;  // in raster order
    Box box{};
};

using Objects = std::map<std::uint64_t, Object>;

Objects find_objects(const Question& q) {
    Objects objects;
    visit_pixels(q.shape(), [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        const Place at{z, y, x};
        const std::uint64_t label = q.label_at(at);
        if (label == 0) return;
        Object& object = objects[label];
        for (std::size_t a = 0; a < 3; ++a) {
            const bool is_first = object.pixels.empty();
            object.box.begin[a] = is_first ? at[a] : std::min(object.box.begin[a], at[a]);
            object.box.end[a] = is_first ? at[a] + 1 : std::max(object.box.end[a], at[a] + 1);
        }
        object.pixels.push_back(at);
    });
    return objects;
}

void check_objects(const RingObjects& found, const Objects& expected) {
    require(found.count() == expected.size(), "another number of objects");
    std::size_t k = 0;
    for (const auto& [label, object] : expected) {
        require(found.labels()[k] == label, "another label");
        require(found.pixels(k) == static_cast<std::int64_t>(object.pixels.size()),
                "another number of pixels");
        require(found.box(k).begin == object.box.begin && found.box(k).end == object.box.end,
                "another box");
        std::vector<Place> pixels;
        for (const RegionRun& run : found.runs(k)) {
            for (std::int64_t x = run.start; x < run.end; ++x) {
                pixels.push_back({run.row / found.shape().height, run.row % found.shape().height, x});
            }
        }
        require(pixels == object.pixels, "other runs");
        ++k;
    }
}

// --- distances ---------------------------------------------------------------------------------------

// In sides of a pixel where all are equal, so that squares are whole numbers.
class Ruler {
public:
    explicit Ruler(const RingPlan& plan) : first_(plan.axes == 2 ? 1 : 0), spacing_(plan.spacing) {
        smallest_ = *std::min_element(spacing_.begin() + first_, spacing_.end());
        bool all_equal = true;
        for (std::size_t a = first_; a < 3; ++a) all_equal = all_equal && spacing_[a] == smallest_;
        if (!all_equal) return;
        unit_ = smallest_;
        for (std::size_t a = first_; a < 3; ++a) spacing_[a] = 1;
    }

    template <class From, class To>
    double squared(const From& from, const To& to) const {
        double sum = 0;
        for (std::size_t a = first_; a < 3; ++a) {
            const double step =
                spacing_[a] * (static_cast<double>(to[a]) - static_cast<double>(from[a]));
            sum += step * step;
        }
        return sum;
    }
    double unit() const { return unit_; }
    double half() const { return smallest_ / 2; }
    // Of CellProfiler's normalized distances.
    double little() const { return 0.001 * (smallest_ / unit_); }

private:
    std::size_t first_;
    Point spacing_;
    double smallest_ = 0;
    double unit_ = 1;
};

// A pixel of an object, or one outside that is near to it.
struct Spot {
    Place at;
    double distance;  // not finite where it lies in no ring
};

class Distances {
public:
    Distances(const Question& q, std::size_t number, std::uint64_t label, const Object& object)
        : q_(q), ruler_(q.plan), label_(label), object_(object), point_(find_point(number)) {}

    // Which is not a number where the center is not a point; counted from the corner of the box.
    const Point& point() const { return point_; }

    // Whether the loops below are exact: centroids of a third of a pixel are not.
    bool is_exact() const {
        for (const double along : point_) {
            if (std::isfinite(along) && along * 64 != std::floor(along * 64)) return false;
        }
        return true;
    }

    std::vector<Spot> of_pixels() const {
        const std::vector<double> distances = all();
        std::vector<Spot> spots;
        for (std::size_t i = 0; i < distances.size(); ++i) {
            spots.push_back({object_.pixels[i], distances[i]});
        }
        return spots;
    }

private:
    std::vector<double> all() const {
        switch (q_.plan.metric) {
            case RingMetric::center: return to_center();
            case RingMetric::edge: return scaled(roots(to_edge()), ruler_.unit());
            case RingMetric::signed_edge: {
                std::vector<double> distances = scaled(roots(to_edge()), ruler_.unit());
                for (double& distance : distances) distance = ruler_.half() - distance;
                return distances;
            }
            case RingMetric::normalized: {
                std::vector<double> distances = ways();
                const std::vector<double> edge = roots(to_edge());
                for (std::size_t i = 0; i < edge.size(); ++i) {
                    distances[i] /= distances[i] + edge[i] + ruler_.little();
                }
                return distances;
            }
            case RingMetric::inner: {
                std::vector<double> distances = scaled(ways(), ruler_.unit());
                for (double& distance : distances) distance /= q_.plan.radius;
                return distances;
            }
        }
        return {};
    }

    static std::vector<double> roots(std::vector<double> squares) {
        for (double& square : squares) square = std::sqrt(square);
        return squares;
    }
    static std::vector<double> scaled(std::vector<double> lengths, double unit) {
        for (double& length : lengths) length *= unit;
        return lengths;
    }

    // The squares of distances to the nearest pixel that is not the object's.
    std::vector<double> to_edge() const {
        const std::int64_t y_pad = q_.plan.border_is_edge ? 1 : 0;
        const std::int64_t z_pad = q_.plan.axes == 3 ? y_pad : 0;
        const Shape padded{q_.shape().depth + 2 * z_pad, q_.shape().height + 2 * y_pad,
                           q_.shape().width + 2 * y_pad};
        std::vector<double> squares(object_.pixels.size(), infinite);
        visit_pixels(padded, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
            const Place at{z - z_pad, y - y_pad, x - y_pad};
            if (q_.is_inside(at) && q_.label_at(at) == label_) return;
            for (std::size_t i = 0; i < squares.size(); ++i) {
                squares[i] = std::min(squares[i], ruler_.squared(object_.pixels[i], at));
            }
        });
        return squares;
    }

    Point from_corner(const Place& at) const {
        Point point{};
        for (std::size_t a = 0; a < 3; ++a) point[a] = static_cast<double>(at[a] - object_.box.begin[a]);
        return point;
    }

    Point find_point(std::size_t number) const {
        switch (q_.plan.center) {
            case RingCenter::centroid: {
                Point sum{};
                for (const Place& at : object_.pixels) {
                    for (std::size_t a = 0; a < 3; ++a) sum[a] += from_corner(at)[a];
                }
                for (double& along : sum) along /= static_cast<double>(object_.pixels.size());
                return sum;
            }
            case RingCenter::deepest: {
                const std::vector<double> squares = to_edge();
                const auto deepest = std::max_element(squares.begin(), squares.end());
                return from_corner(object_.pixels[static_cast<std::size_t>(deepest - squares.begin())]);
            }
            case RingCenter::points: return q_.points[number];
            case RingCenter::pixels: break;
        }
        return {none, none, none};
    }

    bool is_center_pixel(const Place& at) const { return q_.center_pixels.at(at[0], at[1], at[2]) != 0; }

    std::vector<double> to_center() const {
        std::vector<double> squares;
        for (const Place& at : object_.pixels) {
            double nearest = infinite;
            if (q_.plan.center != RingCenter::pixels) {
                nearest = ruler_.squared(from_corner(at), point_);
            } else {
                for (const Place& to : object_.pixels) {
                    if (is_center_pixel(to)) nearest = std::min(nearest, ruler_.squared(at, to));
                }
            }
            squares.push_back(nearest);
        }
        return scaled(roots(squares), ruler_.unit());
    }

    // Lengths of the shortest ways to the pixels of the center, or to the one nearest to it: steps are
    // tried until none makes a way shorter.
    std::vector<double> ways() const {
        std::map<Place, double> lengths;
        for (const Place& at : object_.pixels) {
            const bool is_source = q_.plan.center == RingCenter::pixels && is_center_pixel(at);
            lengths[at] = is_source ? 0 : infinite;
        }
        double nearest = infinite;
        Place start{-1, -1, -1};
        for (const Place& at : object_.pixels) {
            const double square = ruler_.squared(from_corner(at), point_);
            if (square < nearest) {
                nearest = square;
                start = at;
            }
        }
        if (nearest < infinite) lengths[start] = 0;
        while (shorten(lengths)) {
        }
        std::vector<double> all;
        for (const auto& [at, length] : lengths) all.push_back(length);
        return all;
    }

    bool shorten(std::map<Place, double>& lengths) const {
        bool any = false;
        for (auto& [at, length] : lengths) {
            for (int step = 0; step < 27; ++step) {
                const Place from{at[0] + step / 9 - 1, at[1] + step / 3 % 3 - 1, at[2] + step % 3 - 1};
                const auto there = lengths.find(from);
                if (there == lengths.end() || from == at) continue;
                const double way = there->second + std::sqrt(ruler_.squared(from, at));
                if (way >= length) continue;
                length = way;
                any = true;
            }
        }
        return any;
    }

    const Question& q_;
    Ruler ruler_;
    std::uint64_t label_;
    const Object& object_;
    Point point_;
};

// Adds the pixels outside of all objects to the one that is nearest, of several to the smallest label.
void add_outside(const Question& q, const Objects& objects,
                 std::map<std::uint64_t, std::vector<Spot>>& spots) {
    const Ruler ruler(q.plan);
    visit_pixels(q.shape(), [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        const Place at{z, y, x};
        if (q.label_at(at) != 0) return;
        double nearest = infinite;
        std::uint64_t owner = 0;
        for (const auto& [label, object] : objects) {
            for (const Place& to : object.pixels) {
                if (ruler.squared(at, to) >= nearest) continue;
                nearest = ruler.squared(at, to);
                owner = label;
            }
        }
        const double distance = std::sqrt(nearest) * ruler.unit() - ruler.half();
        if (distance <= q.plan.outer) spots[owner].push_back({at, distance});
    });
}

// --- rings -------------------------------------------------------------------------------------------

// Which ring a distance lies in, counted from 0; -1 for none.
class Cut {
public:
    Cut(const RingPlan& plan, const std::vector<Spot>& spots) : plan_(plan) {
        for (const Spot& spot : spots) {
            if (std::isfinite(spot.distance)) sorted_.push_back(spot.distance);
        }
        std::sort(sorted_.begin(), sorted_.end());
        const bool is_signed = plan.metric == RingMetric::signed_edge;
        low_ = plan.metric == RingMetric::edge ? Ruler(plan).half() : 0;
        if (is_signed) low_ = sorted_.empty() ? none : sorted_.front();
        const bool is_fraction =
            plan.metric == RingMetric::normalized || plan.metric == RingMetric::inner;
        span_ = is_fraction ? 1 : sorted_.empty() ? none : sorted_.back() - low_;
        if (plan.bins == RingBins::width) {
            low_ = is_signed && !sorted_.empty() ? std::floor(raised(low_) / plan.width) * plan.width
                                                 : low_;
        }
    }

    std::int64_t rings() const {
        switch (plan_.bins) {
            case RingBins::width: return sorted_.empty() ? 0 : ring(sorted_.back()) + 1;
            case RingBins::number: return plan_.number + plan_.overflow;
            case RingBins::edges: return static_cast<std::int64_t>(plan_.edges.size()) - 1;
            case RingBins::equal_counts: return plan_.number;
        }
        return 0;
    }

    std::int64_t ring(double distance) const {
        if (!std::isfinite(distance)) return -1;
        switch (plan_.bins) {
            case RingBins::width: return whole((raised(distance) - low_) / plan_.width);
            case RingBins::number: {
                const double part = (distance - low_) / (span_ > 0 ? span_ : 1);
                return std::min(whole(part * static_cast<double>(plan_.number)), rings() - 1);
            }
            case RingBins::edges: {
                if (distance == plan_.edges.back()) return rings() - 1;
                for (std::int64_t k = rings() - 1; k >= 0; --k) {
                    if (distance >= plan_.edges[static_cast<std::size_t>(k)]) {
                        return distance < plan_.edges.back() ? k : -1;
                    }
                }
                return -1;
            }
            case RingBins::equal_counts: {
                const auto same = std::equal_range(sorted_.begin(), sorted_.end(), distance);
                const std::int64_t ranks =
                    same.first - sorted_.begin() + (same.second - sorted_.begin());
                return plan_.number * ranks / (2 * static_cast<std::int64_t>(sorted_.size()));
            }
        }
        return -1;
    }

    double middle(std::int64_t ring) const {
        const double place = static_cast<double>(ring) + 0.5;
        switch (plan_.bins) {
            case RingBins::width: return low_ + place * plan_.width;
            case RingBins::number: return low_ + span_ * (place / static_cast<double>(plan_.number));
            case RingBins::edges: {
                const auto k = static_cast<std::size_t>(ring);
                return (plan_.edges[k] + plan_.edges[k + 1]) / 2;
            }
            case RingBins::equal_counts: {
                const auto count = static_cast<std::int64_t>(sorted_.size());
                if (count == 0) return none;
                return sorted_[static_cast<std::size_t>((2 * ring + 1) * count / (2 * plan_.number))];
            }
        }
        return none;
    }

private:
    static std::int64_t whole(double place) { return static_cast<std::int64_t>(std::floor(place)); }
    // What is short of the edge of a ring of one width by no more than rounding lies on it.
    static double raised(double distance) { return distance + 1e-12 * std::abs(distance); }

    const RingPlan& plan_;
    std::vector<double> sorted_;
    double low_;
    double span_;
};

// By the angle about the center; -1 where that is not a point.
std::int64_t sector_of(const RingPlan& plan, const Object& object, const Point& center,
                       const Place& at) {
    if (plan.sectors == 1) return 0;
    const double dy = static_cast<double>(at[1] - object.box.begin[1]) - center[1];
    const double dx = static_cast<double>(at[2] - object.box.begin[2]) - center[2];
    if (std::isnan(dy) || std::isnan(dx)) return -1;
    if (plan.octants) return (dy > 0) + 2 * (dx > 0) + 4 * (std::abs(dy) > std::abs(dx));
    constexpr double turn = 2 * std::numbers::pi;
    const double angle = std::atan2(dy * plan.spacing[1], dx * plan.spacing[2]);
    const double part = (angle < 0 ? angle + turn : angle) / turn;
    return std::min(static_cast<std::int64_t>(part * static_cast<double>(plan.sectors)),
                    plan.sectors - 1);
}

// The valid pixels of a ring, in one channel.
using Values = std::vector<long double>;

// Of integers the sum is rounded once; of others it is off by the rounding of so many sums.
void check_ring(const RingTable& table, std::size_t row, const Values& values, bool is_floating) {
    const auto count = static_cast<std::int64_t>(values.size());
    require(table.count[row] == count, "another number of pixels in a ring");
    if (count == 0) {
        for (const auto* column : {&table.sum, &table.mean, &table.std, &table.min, &table.max}) {
            require(std::isnan((*column)[row]), "what is undefined is not NaN");
        }
        return;
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    require(table.min[row] == static_cast<double>(*low), "another minimum");
    require(table.max[row] == static_cast<double>(*high), "another maximum");
    long double sum = 0, magnitude = 0;
    Int128 whole = 0;
    for (const long double value : values) {
        sum += value;
        magnitude += std::abs(value);
        if (!is_floating) whole += static_cast<Int128>(value);
    }
    if (!is_floating) require(table.sum[row] == static_cast<double>(whole), "another sum");
    const auto number = static_cast<long double>(count);
    require(is_near(table.sum[row], sum, magnitude), "another sum");
    require(is_near(table.mean[row], sum / number, magnitude / number), "another mean");
    // About the lowest, so that large numbers leave digits to their differences.
    long double differences = 0, squares = 0;
    for (const long double value : values) differences += value - *low;
    for (const long double value : values) {
        const long double off = value - *low - differences / number;
        squares += off * off;
    }
    const long double range = *high - *low;
    const long double variance = squares / number;
    const auto found = static_cast<long double>(table.std[row]);
    require(std::abs(found * found - variance) <= 1e-12L * (is_floating ? range * range : variance),
            "another deviation");
}

// What the rings of an object are found to hold.
class Check {
public:
    Check(const Question& q, const RingTable& table) : q_(q), table_(table) {}

    // Goes on to the rings of the next object.
    void object(std::size_t number, const Object& object, const Distances& distances,
                const std::vector<Spot>& spots) {
        const Cut cut(q_.plan, spots);
        if (!distances.is_exact() && !is_told(cut, object, distances, spots)) {
            first_ += table_.rings[number] * q_.plan.sectors;
            return;
        }
        require(table_.rings[number] == cut.rings(), "another number of rings");
        const std::int64_t rings = cut.rings();
        for (std::size_t c = 0; c < q_.channels.size(); ++c) {
            std::vector<Values> values(static_cast<std::size_t>(rings * q_.plan.sectors));
            for (const Spot& spot : spots) {
                const std::int64_t ring = cut.ring(spot.distance);
                const std::int64_t sector = sector_of(q_.plan, object, distances.point(), spot.at);
                const auto [z, y, x] = spot.at;
                if (ring < 0 || sector < 0 || q_.channels[c].is_left_out(z, y, x)) continue;
                values[static_cast<std::size_t>(sector * rings + ring)].push_back(
                    q_.channels[c].image.at(z, y, x));
            }
            for (std::size_t k = 0; k < values.size(); ++k) {
                const std::size_t row = (static_cast<std::size_t>(first_) + k) * q_.channels.size() + c;
                check_ring(table_, row, values[k], is_floating(q_.channels[c].image.view.dtype));
            }
        }
        for (std::int64_t k = 0; k < rings * q_.plan.sectors; ++k) {
            const double middle = cut.middle(k % rings);
            require(is_near(table_.distance[static_cast<std::size_t>(first_ + k)], middle,
                            8 + std::abs(middle)),
                    "a ring lies elsewhere");
        }
        first_ += rings * q_.plan.sectors;
    }

    void end() const {
        const auto rows = static_cast<std::size_t>(first_);
        require(table_.distance.size() == rows, "more rings than objects have");
        require(table_.count.size() == rows * q_.channels.size(), "other rows than rings and channels");
    }

private:
    // Whether rounding of a distance, or of an angle, leaves all pixels in their ring and sector.
    bool is_told(const Cut& cut, const Object& object, const Distances& distances,
                 const std::vector<Spot>& spots) const {
        constexpr double rounding = 1e-9;
        const RingPlan& plan = q_.plan;
        const bool has_ways = plan.metric == RingMetric::normalized || plan.metric == RingMetric::inner;
        const bool has_exact_distances =
            plan.metric == RingMetric::edge || plan.metric == RingMetric::signed_edge;
        if (has_ways || (plan.bins == RingBins::equal_counts && !has_exact_distances)) return false;
        for (const Spot& spot : spots) {
            const std::int64_t ring = cut.ring(spot.distance);
            const std::int64_t sector = sector_of(plan, object, distances.point(), spot.at);
            for (const double off : {-rounding, rounding}) {
                if (!has_exact_distances && cut.ring(spot.distance + off) != ring) return false;
                for (const std::size_t axis : {std::size_t{1}, std::size_t{2}}) {
                    Point moved = distances.point();
                    moved[axis] += off;
                    if (sector_of(plan, object, moved, spot.at) != sector) return false;
                }
            }
        }
        return true;
    }

    const Question& q_;
    const RingTable& table_;
    std::int64_t first_ = 0;
};

// Loops over pairs of pixels take their time; over pixels alone they do not.
bool is_small_enough(const Question& q) {
    const bool is_simple =
        q.plan.metric == RingMetric::center &&
        (q.plan.center == RingCenter::centroid || q.plan.center == RingCenter::points);
    return is_simple || q.shape().pixels() <= 600;
}

bool has_exact_sides(const RingPlan& plan) {
    const auto begin = all_spacings.begin();
    return std::find(begin, begin + exact_spacings, plan.spacing) != begin + exact_spacings;
}

void check_rings(const Question& q, const Objects& objects, const RingTable& table) {
    std::map<std::uint64_t, std::vector<Spot>> spots;
    std::vector<Distances> distances;
    for (const auto& [label, object] : objects) {
        distances.emplace_back(q, distances.size(), label, object);
        spots[label] = distances.back().of_pixels();
    }
    if (q.plan.metric == RingMetric::signed_edge) add_outside(q, objects, spots);
    Check check(q, table);
    std::size_t number = 0;
    for (const auto& [label, object] : objects) {
        check.object(number, object, distances[number], spots[label]);
        ++number;
    }
    check.end();
}

}  // namespace
}  // namespace mensura::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mensura::fuzz;
    Bytes bytes(data, size);
    const Question q = make_question(bytes);
    const mensura::RingObjects found = q.objects(1);
    const Objects objects = find_objects(q);
    check_objects(found, objects);
    const mensura::RingTable table = rings_of(q, found, 1);
    const std::string bits = bits_of(table);
    require(bits_of(rings_of(q, q.objects(3), 3)) == bits, "three threads give other rings");
    if (has_exact_sides(q.plan) && is_small_enough(q)) check_rings(q, objects, table);
    add_to_digest(bits.data(), bits.size());
    return 0;
}
