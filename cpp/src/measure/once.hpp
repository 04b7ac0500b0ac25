// Measuring all regions of an image run by run, each pixel once.
#pragma once

#include <span>

#include "mensura/measure.hpp"

namespace mensura {

// What an accumulator gives to which the regions alone are added, in less memory: that no pixel comes
// twice is known, so that sums may be as narrow as the image allows.
RegionTable measure_once(const Regions& regions, std::span<const ChannelView> channels,
                         const MeasurePlan& plan, int threads);

}  // namespace mensura
