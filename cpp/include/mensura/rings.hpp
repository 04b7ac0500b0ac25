// Profiles of objects in rings: what the pixels of each object are like, by their distance to a center
// or to its edge.
//
// Every object is measured by itself, from its own runs: its distances, its rings, then its pixels in
// every channel. So its numbers depend on its own pixels alone (and, outside of it, on which object is
// nearest), and have the same bits in any crop, under any other number, and for any number of threads.
// What is exact in integers is: squared distances in pixels of equal sides, sums of integer pixels.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mensura/column.hpp"
#include "mensura/image.hpp"
#include "mensura/measure.hpp"
#include "mensura/regions.hpp"

namespace mensura {

// What the rings are rings of. Distances are between the centers of pixels.
enum class RingMetric : std::uint8_t {
    center,       // to the center, straight
    edge,         // to the nearest pixel that is not the object's
    signed_edge,  // the same, negative; outside to the object's nearest pixel, positive; both less half
                  // the smallest side of a pixel, so that 0 lies between the two
    normalized,   // c / (c + e + 0.001), c to the center within the object, e to the edge (CellProfiler)
    inner,        // c / a radius (CellProfiler without scaling)
};

enum class RingCenter : std::uint8_t {
    centroid,
    deepest,  // the object's pixel farthest from its edge, the first of several
    points,   // given, one for each object
    pixels,   // the object's pixels where another image is not 0
};

enum class RingBins : std::uint8_t {
    width,         // of one width, as many as it takes
    number,        // so many, from the smallest possible distance to the object's largest
    edges,         // between given edges
    equal_counts,  // so many, with about as many pixels each
};

struct RingPlan {
    RingMetric metric = RingMetric::center;
    RingCenter center = RingCenter::centroid;
    std::array<double, 3> spacing{1, 1, 1};  // z, y, x
    int axes = 3;                            // 2 for an image of one plane: no steps along z
    bool border_is_edge = true;              // whether what lies outside the image is not the object's
    double outer = 0;                        // signed_edge: how far outside
    double radius = 0;                       // inner: what distances are divided by

    RingBins bins = RingBins::width;
    double width = 1;
    std::int64_t number = 0;
    std::vector<double> edges;
    bool overflow = false;  // number: one ring more, for what lies beyond 1 (normalized, inner)

    // Sectors of equal angles about the center in the plane of y and x, from x towards y; or
    // CellProfiler's octants, which also need a center.
    std::int64_t sectors = 1;
    bool octants = false;
};

// The objects of a label image: for each label above 0, its runs in raster order.
class RingObjects {
public:
    RingObjects(const ImageView& labels, int threads);
    // One object, label 1, that is the whole image.
    explicit RingObjects(const Shape& whole);

    const Shape& shape() const { return shape_; }
    std::size_t count() const { return labels_.size(); }
    const Column<std::uint64_t>& labels() const { return labels_; }
    std::span<const RegionRun> runs(std::size_t object) const {
        return {runs_.data() + first_run_[object],
                static_cast<std::size_t>(first_run_[object + 1] - first_run_[object])};
    }
    const Box& box(std::size_t object) const { return boxes_[object]; }
    std::int64_t pixels(std::size_t object) const { return pixels_[object]; }

private:
    Shape shape_;
    Column<std::uint64_t> labels_;
    std::vector<std::int64_t> first_run_;
    Column<RegionRun> runs_;
    std::vector<Box> boxes_;
    std::vector<std::int64_t> pixels_;
};

// Where the centers are, if they are given.
struct RingCenters {
    std::span<const std::array<double, 3>> points;  // z, y, x of each object, from the corner of its box
    std::optional<ImageView> pixels;
};

// Rings one behind the other: of each object, of each of its sectors, from the smallest distance up.
struct RingTable {
    std::vector<std::int64_t> rings;  // of each object, in each sector
    Column<double> distance;          // the middle of each ring
    // [ring x channels + channel]; NaN where there is no valid pixel.
    Column<std::int64_t> count;
    Column<double> sum;
    Column<double> mean;
    Column<double> std;
    Column<double> min;
    Column<double> max;
};

// Throws std::invalid_argument where an object would have more than 2^30 rings.
//
// Cost: the pixels of the objects' bounding boxes, where distances to edges or within objects are asked
// for, else the pixels of the objects; and their pixels once for each channel. Memory: the objects' runs
// and the result; a box of 8 bytes a pixel for each object at work; 12 bytes a pixel of the image for
// distances outside.
RingTable measure_rings(const RingObjects& objects, const RingPlan& plan, const RingCenters& centers,
                        std::span<const ChannelView> channels, int threads);

}  // namespace mensura
