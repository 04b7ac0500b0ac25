// One channel: its pixel type, and the families of sums that the plan asks for.
//
// The pixel type is hidden behind two small interfaces, called per row and per block, never per pixel.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "measure/runs_by_region.hpp"
#include "mensura/measure.hpp"

namespace mensura {

// The sums of one channel in one block, used again for one block after the other.
class ChannelBlock {
public:
    virtual ~ChannelBlock() = default;
    virtual void start(const Block& block) = 0;
    // Adds the runs of row r, given in local coordinates, for `slots` slots so far. `split` are the
    // pixels of the row, where they have been split from those of other channels, or null.
    virtual void add_row(std::int64_t r, const std::vector<SlotRun>& runs, std::size_t slots,
                         const std::byte* split) = 0;
    // Whether it will ask for the runs of the block region by region, without what a mask takes away.
    virtual bool needs_runs_by_region() const = 0;
    // After the last row, with those runs.
    virtual void finish(const RunsByRegion& runs) = 0;
};

// The sums of one channel over the image.
class ChannelSums {
public:
    virtual ~ChannelSums() = default;
    // For blocks of this image or tile.
    virtual std::unique_ptr<ChannelBlock> make_block(const ChannelView& view) const = 0;
    // Makes room for so many regions, so that adding cannot fail.
    virtual void grow(std::size_t regions) = 0;
    virtual void add(const ChannelBlock& sums, const Slots& slots, const Block& block) = 0;
    virtual void add(const ChannelSums& other, const Slots& slots) = 0;
    virtual void save(ByteWriter& bytes, std::size_t regions) const = 0;
    virtual void load(ByteReader& bytes, std::size_t regions) = 0;
    virtual void prepare(std::size_t rows, RegionTable::Channel& columns) const = 0;
    virtual void write(const TableRows& rows, RegionTable::Channel& columns) const = 0;
};

// `once` is the shape of an image of which no pixel is added twice, where that is known.
std::unique_ptr<ChannelSums> make_channel(const ChannelKind& kind, const MeasurePlan& plan,
                                          const std::optional<Shape>& once);

}  // namespace mensura
