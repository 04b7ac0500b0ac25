// What rings gather of a channel: number of valid pixels, sum, squares, extremes.
//
// A pixel comes with the number of its ring, and neighbors often lie in different rings, so pixels are
// added one by one, by a leaf kernel (runs/rings.inl). Integers are summed exactly, floating pixels as
// differences to one of the ring's (ring_parts.hpp). The pixel type is hidden behind calls per row and
// per object.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mensura/measure.hpp"
#include "mensura/regions.hpp"

namespace mensura {

// The numbers of one ring in one channel; NaN where there is no valid pixel.
struct RingRow {
    std::int64_t count;
    double sum;
    double mean;
    double std;
    double min;
    double max;
};

// The rings of one object, or of a part of one, in one channel. Used again for one after the other.
class RingSums {
public:
    virtual ~RingSums() = default;
    // So many pixels are added at a time, at most.
    static constexpr std::int64_t most = 1024;

    // Has the processor fetch the pixels of runs that are soon to be added, while it does something
    // else.
    virtual void fetch(std::span<const RegionRun> runs) const = 0;
    virtual void start(std::int64_t rings) = 0;
    // Adds pixels [x, x + count) of row r, each to the ring of that number; none where it is -1.
    virtual void add_row(std::int64_t r, std::int64_t x, std::int64_t count,
                         const std::int32_t* ring) = 0;
    // Adds what was gathered from pixels that come after all of these.
    virtual void append(const RingSums& later) = 0;
    virtual void write(std::vector<RingRow>& rows) const = 0;
};

std::unique_ptr<RingSums> make_ring_sums(const ChannelView& channel);

}  // namespace mensura
