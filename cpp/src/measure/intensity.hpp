// What the pixels of a region say in one channel: count, sum, squares, extremes, weighted positions.
//
// The sums over runs are leaf kernels (runs/sums.inl); here they are gathered per block, merged over
// blocks and turned into columns. A channel's pixel type is hidden behind two small interfaces, called
// per row and per block, never per pixel.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "measure/blocks.hpp"
#include "measure/geometry.hpp"
#include "mensura/image.hpp"
#include "mensura/measure.hpp"
#include "runs/kernels.hpp"

namespace mensura {

// The sums of one channel in one block, used again for one block after the other.
class ChannelPartial {
public:
    virtual ~ChannelPartial() = default;
    virtual void start(const Block& block) = 0;
    // Adds the runs of row r, given in local coordinates, for `slots` slots so far.
    virtual void add_row(std::int64_t r, const std::vector<SlotRun>& runs, std::size_t slots) = 0;
};

// The sums of one channel over the image.
class ChannelTotals {
public:
    virtual ~ChannelTotals() = default;
    virtual std::unique_ptr<ChannelPartial> make_partial() const = 0;
    virtual void merge(const ChannelPartial& partial, const std::vector<std::size_t>& slots,
                       std::size_t regions, const Block& block) = 0;
    // Makes room for the columns.
    virtual void prepare(std::size_t rows, RegionTable::Channel& columns) const = 0;
    virtual void write_row(std::size_t row, std::size_t slot, const GeometryTotals& geometry,
                           RegionTable::Channel& columns) const = 0;
};

std::unique_ptr<ChannelTotals> make_channel(const ImageView& image, const MeasurePlan& plan);

}  // namespace mensura
