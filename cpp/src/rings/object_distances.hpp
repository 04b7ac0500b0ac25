// The distances of the pixels of one object, as the plan wants them, run by run.
//
// Distances to a point are computed where they are asked for. All others come from fields: boxes around
// the object with one number for each pixel, made once. Everything is counted from the corner of the
// object's bounding box, so that the same object gives the same bits wherever it lies.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "mensura/rings.hpp"
#include "rings/geodesic.hpp"
#include "rings/nearest_object.hpp"
#include "rings/ring_sums.hpp"
#include "rings/whole_sides.hpp"

namespace mensura {

// What lies outside of objects and is near to them, as runs of the objects' numbers.
struct Surroundings {
    SquaredSides sides;
    NearestObjects nearest;
    RingObjects runs;
    std::vector<std::int64_t> place;  // of each object in `runs`, -1 where nothing is nearest to it

    Surroundings(const RingObjects& objects, const RingPlan& plan, int threads);
    std::span<const RegionRun> of(std::size_t object) const;
};

// The sides of pixels in the unit in which distances are computed, and how long that unit is: where all
// sides are equal they are 1, and squared distances whole numbers.
struct PixelSides {
    std::array<double, 3> side{1, 1, 1};
    std::array<double, 3> squared{1, 1, 1};
    double unit = 1;
    double half = 0.5;  // of the smallest side

    explicit PixelSides(const RingPlan& plan);
};

class ObjectDistances {
public:
    // Short enough to stay in the first cache.
    static constexpr std::int64_t stretch = RingSums::most;

    // `surroundings` is null where the plan asks for nothing outside.
    ObjectDistances(const RingObjects& objects, const RingPlan& plan, const RingCenters& centers,
                    const Surroundings* surroundings);

    // How many pixels the fields of an object have, or it has itself where it needs none.
    std::int64_t cost(std::size_t object) const;

    void start(std::size_t object, int threads);

    // The runs of the object, then those outside of it.
    std::size_t runs() const { return inside_.size() + outside_.size(); }
    const RegionRun& run(std::size_t k) const {
        return k < inside_.size() ? inside_[k] : outside_[k - inside_.size()];
    }

    // The distances of pixels [begin, end) of a run, at most `stretch` of them; NaN or infinite where
    // there is none. Valid until `room`, which holds a stretch, is changed.
    const double* of_run(std::size_t k, std::int64_t begin, std::int64_t end, double* room) const;

    // Calls visit(distances, begin, end) for the pixels of a run, stretch by stretch.
    template <class Visit>
    void visit_run(std::size_t k, Visit visit) const {
        std::array<double, stretch> room;
        const std::int64_t count = run(k).end - run(k).start;
        for (std::int64_t begin = 0; begin < count; begin += stretch) {
            const std::int64_t end = std::min(count, begin + stretch);
            visit(of_run(k, begin, end, room.data()), begin, end);
        }
    }

    // The smallest and the largest distance there is; infinite the wrong way round where there is none.
    std::array<double, 2> range() const;

    // From the corner of the object's box; NaN where the center is not a point.
    const std::array<double, 3>& center() const { return center_; }
    const Box& box() const { return objects_->box(object_); }

private:
    using Field = std::vector<double>;

    bool has_field() const;
    bool needs_edge() const;
    bool needs_ways() const;
    bool has_point() const { return plan_->center != RingCenter::pixels; }

    std::array<std::int64_t, 3> local(const RegionRun& run) const;
    std::int64_t place_in_field(const RegionRun& run) const;
    template <class Work>
    void for_runs(Field& field, Work work) const;

    void size_fields();
    void measure_edge(int threads);
    void measure_from_pixels(int threads);
    void measure_ways();
    void leave_border_open();
    void find_center();
    std::array<double, 3> centroid() const;
    std::array<double, 3> deepest() const;
    std::int64_t nearest_pixel() const;
    std::vector<std::int64_t> center_pixels() const;
    void write_values();
    void distances_to_point(const RegionRun& run, std::int64_t begin, std::int64_t end,
                            double* out) const;

    const RingObjects* objects_;
    const RingPlan* plan_;
    const RingCenters* centers_;
    const Surroundings* surroundings_;
    PixelSides sides_;
    Geodesic geodesic_;
    std::int64_t pad_z_;

    std::size_t object_ = 0;
    std::span<const RegionRun> inside_;
    std::span<const RegionRun> outside_;
    std::array<std::int64_t, 3> size_{};
    std::array<double, 3> center_{};
    Field edge_;  // squared distances to the edge or to the pixels of the center, then the values
    Field ways_;
};

}  // namespace mensura
