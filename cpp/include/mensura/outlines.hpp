// Outlines of the objects in a label image, along the edges between pixels.
//
// An outline separates the pixels of one object from all others. It is given by its corners, which lie
// half a pixel from pixel centers, so that the polygon holds exactly the object's area. Every edge
// between an object and something else is part of exactly one outline of that object.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "mensura/column.hpp"
#include "mensura/image.hpp"

namespace mensura {

// Sorted by label, then by the first corner in raster order, with which an outline begins. The object
// lies to the left of the way: outer outlines run counter-clockwise as an image is shown, row 0 on top,
// and the outlines of holes clockwise.
struct Outlines {
    Column<double> corners;        // y and x of each, in pixels; pixel centers are at integers
    Column<std::int64_t> offsets;  // the first corner of each outline, then the number of corners
    Column<std::uint64_t> labels;  // of each outline
    Column<std::uint8_t> is_hole;  // of each outline
};

// Labels of any integer dtype, 2-D; 0 and negative values are no objects. `diagonal` tells whether
// pixels of a label that touch at a corner alone lie within one outline; holes connect the other way.
Outlines trace_outlines(const ImageView& labels, bool diagonal, int threads);

// Where an outline is sampled, and which way is out.
struct OutlinePoints {
    Column<double> points;   // y and x of each, in pixels
    Column<double> normals;  // y and x of each, in units of length and of length 1, away from the object
    Column<double> distance;       // along the outline to each point, in units
    Column<std::int64_t> offsets;  // the first point of each outline, then the number of points
    Column<double> lengths;        // of each outline, in units
};

struct OutlineSampling {
    std::array<double, 2> spacing{1, 1};  // the size of a pixel along y and x
    double smooth = 0;                    // sigma of the Gaussian along the outline, in units
    double step = 1;                      // the largest distance between points, in units
};

// Points at equal distances along smoothed outlines, as many as keep the step.
OutlinePoints sample_outlines(const Outlines& outlines, const OutlineSampling& sampling, int threads);

// Straight ways across outlines, a step apart: sample k of way p lies at points[p] + k * steps[p],
// inside the object for negative k.
struct Crossings {
    std::span<const double> points;         // y and x of each, in pixels
    std::span<const double> steps;          // y and x of each, in pixels
    std::span<const std::uint64_t> labels;  // the object of each
    std::int64_t inward = 0;                // no samples before -inward
    std::int64_t outward = 0;               // and none behind this
    std::int64_t near = 0;                  // samples from -near to near may lie on either side
    bool stop_at_neighbors = true;
    // What a sample lies in, where it lies between two pixels: the one behind, which is what
    // Interpolation::nearest takes, or the one nearer to the outline.
    bool ties_are_behind = false;
};

struct Reach {
    Column<std::int64_t> first;  // sample of each way, at most 0
    Column<std::int64_t> last;   // at least 0
};

// How far each way goes until it leaves its object on the inner side, and until it meets it again, or
// another object where it is to stop there, on the outer side. What a sample lies in is the pixel
// nearest to it.
Reach reach_across(const ImageView& labels, const Crossings& crossings, int threads);

// Samples of ways across, way after way: values of all channels of a sample lie together.
struct CrossingSamples {
    std::span<const double> values;
    std::int64_t channels = 1;
    std::span<const std::int64_t> offsets;  // the first sample of each way, then the number of samples
    std::span<const std::int64_t> first;    // what place the first sample of each way has, from 0 on
    std::int64_t places = 0;
};

// By object, place and channel. What is not finite is left out; where nothing remains, all is NaN.
struct CrossingMeans {
    Column<std::int64_t> count;
    Column<double> mean;
    Column<double> std;  // of the whole
    Column<double> min;
    Column<double> max;
};

// `objects` are the first way of each object, then the number of ways. Sums are made way by way.
CrossingMeans average_crossings(const CrossingSamples& samples, std::span<const std::int64_t> objects,
                                int threads);

}  // namespace mensura
