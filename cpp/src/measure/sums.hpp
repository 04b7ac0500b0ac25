// Families of sums: how any of them is gathered in blocks, merged, sent and turned into columns.
//
// A family is a small type that knows one kind of sum and nothing else:
//
//     Pixel, Columns          what it reads (NoPixel for geometry) and which columns it writes
//     Part, Total             of one region, in a block and in the image; plain data
//     empty()                 the Part, or the Lanes, of a region not seen yet, where that is not Part()
//     add_row(row, parts)     adds the runs of a row; the only work that is done per pixel
//     take(part, sums)        if it can: all that a region has in a block, in place of its runs
//     Lanes, part_of(lanes)   if it has them: what rows are added to in place of a Part, made a Part of
//                             when the block has been read
//     to_save()               of a Total, if it is not always written as a whole: what is sent of it
//     add(total, part, block) adds what a block gathered
//     add(total, other)       adds what another accumulator gathered
//     prepare(rows, columns)  makes room for its columns
//     write(row, total, region, columns)
//     Writer                  if it has one, made of columns for some rows, to write to instead
//
// A plan decides which families an accumulator has; what was not asked for is neither gathered nor
// stored. Virtual calls happen per row and block, never per pixel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "measure/blocks.hpp"
#include "measure/bytes.hpp"
#include "measure/chunked.hpp"
#include "mensura/column.hpp"
#include "mensura/measure.hpp"
#include "runs/kernels.hpp"

namespace mensura {

// Stands for the pixels of families that need none.
struct NoPixel {};

// The runs of one row of a block, in local coordinates; runs index `pixels`.
template <class Pixel>
struct Row {
    const Block& block;
    std::int64_t z;
    std::int64_t y;
    const SlotRun* runs;
    std::int64_t count;
    const Pixel* pixels;
    std::ptrdiff_t to_row_below;  // in bytes from the pixels, to be asked for early; or 0
};

// What columns may need to know of the region: its pixels, the corner and sides of its bounding box, and
// its centroid from that corner.
struct RegionFrame {
    std::int64_t count;
    std::int64_t corner[3];
    std::int64_t sides[3];
    double centroid[3];
};

template <class T>
struct RegionSums;  // region_sums.hpp

// One family in one block, used again for one block after the other.
template <class Pixel>
class BlockSums {
public:
    virtual ~BlockSums() = default;
    virtual void clear() = 0;
    // Adds a row, for `slots` slots so far.
    virtual void add_row(const Row<Pixel>& row, std::size_t slots) = 0;
    // Whether a slot can be given all its sums at once, in place of its runs; and that.
    virtual bool takes_regions() const = 0;
    virtual void take(std::size_t slot, const RegionSums<Pixel>& sums, std::size_t slots) = 0;
    // After the last row, before the sums are looked at.
    virtual void finish() = 0;
};

// Which regions of the image the slots of a block, or of another accumulator, are.
using Slots = Column<std::size_t>;

// The frame of a region whose geometry stands in its row; an image of one plane has no columns for z.
inline RegionFrame frame_of(const RegionTable& table, std::size_t row) {
    RegionFrame frame{table.count[row], {}, {1, 1, 1}, {}};
    for (std::size_t a = 0; a < 3; ++a) {
        if (table.box_begin[a].empty()) continue;
        frame.corner[a] = table.box_begin[a][row];
        frame.sides[a] = table.box_end[a][row] - table.box_begin[a][row];
        frame.centroid[a] = table.centroid[a][row];
    }
    return frame;
}

// Regions that become the rows of a table from `first` on, in which their geometry stands already.
struct TableRows {
    std::size_t first;
    std::span<const std::size_t> slots;
    const RegionTable& table;
};

// One family over the image.
template <class Pixel, class Columns>
class ImageSums {
public:
    virtual ~ImageSums() = default;
    virtual std::unique_ptr<BlockSums<Pixel>> make_block_sums() const = 0;
    // Makes room for so many regions, so that adding cannot fail.
    virtual void grow(std::size_t regions) = 0;
    virtual void add(const BlockSums<Pixel>& sums, const Slots& slots, const Block& block) = 0;
    virtual void add(const ImageSums& other, const Slots& slots) = 0;
    virtual void save(ByteWriter& bytes, std::size_t regions) const = 0;
    virtual void load(ByteReader& bytes, std::size_t regions) = 0;
    virtual void prepare(std::size_t rows, Columns& columns) const = 0;
    // Writes some rows. All of a family at once, so that the look-ups of slots that lie far apart
    // overlap.
    virtual void write(const TableRows& rows, Columns& columns) const = 0;
};

// What rows are added to.
template <class Family>
struct GatheredBy {
    using Type = typename Family::Part;
};
template <class Family>
    requires requires { typename Family::Lanes; }
struct GatheredBy<Family> {
    using Type = typename Family::Lanes;
};

template <class Family>
class FamilyBlockSums final : public BlockSums<typename Family::Pixel> {
    using Pixel = typename Family::Pixel;
    using Gathered = typename GatheredBy<Family>::Type;
    static constexpr bool gathers_parts = std::is_same_v<Gathered, typename Family::Part>;
    static constexpr bool can_take =
        requires(Gathered& gathered, const RegionSums<Pixel>& sums) { Family::take(gathered, sums); };

public:
    explicit FamilyBlockSums(const Family& family) : family_(family) {}

    void clear() override { gathered_.clear(); }
    void add_row(const Row<Pixel>& row, std::size_t slots) override {
        make_room(slots);
        family_.add_row(row, gathered_.data());
    }
    bool takes_regions() const override { return can_take; }
    void take(std::size_t slot, const RegionSums<Pixel>& sums, std::size_t slots) override {
        make_room(slots);
        if constexpr (can_take) Family::take(gathered_[slot], sums);
    }
    void finish() override {
        if constexpr (!gathers_parts) {
            made_.resize(gathered_.size());
            for (std::size_t k = 0; k < made_.size(); ++k) made_[k] = family_.part_of(gathered_[k]);
        }
    }
    const Column<typename Family::Part>& parts() const {
        if constexpr (gathers_parts) {
            return gathered_;
        } else {
            return made_;
        }
    }

private:
    void make_room(std::size_t slots) {
        if (gathered_.size() >= slots) return;
        if constexpr (requires { Family::empty(); }) {
            gathered_.resize(slots, Family::empty());
        } else {
            gathered_.resize(slots);
        }
    }

    Family family_;
    Column<Gathered> gathered_;
    Column<typename Family::Part> made_;  // of lanes
};

// `Base` is ImageSums, or an interface that asks for more.
template <class Family, class Base>
class FamilySums : public Base {
public:
    using Pixel = typename Family::Pixel;
    using Columns = typename Family::Columns;

    explicit FamilySums(Family family) : family_(std::move(family)) {}

    std::unique_ptr<BlockSums<Pixel>> make_block_sums() const override {
        return std::make_unique<FamilyBlockSums<Family>>(family_);
    }
    void grow(std::size_t regions) override { totals_.grow(regions); }

    void add(const BlockSums<Pixel>& sums, const Slots& slots, const Block& block) override {
        // A block may have seen regions after the last row in which this family had anything to add.
        const auto& parts = static_cast<const FamilyBlockSums<Family>&>(sums).parts();
        for_each_total(std::span(slots).first(parts.size()), [&](std::size_t k, std::size_t slot) {
            family_.add(totals_[slot], parts[k], block);
        });
    }
    void add(const ImageSums<Pixel, Columns>& other, const Slots& slots) override {
        const auto& totals = static_cast<const FamilySums&>(other).totals_;
        for (std::size_t k = 0; k < slots.size(); ++k) family_.add(totals_[slots[k]], totals[k]);
    }

    void save(ByteWriter& bytes, std::size_t regions) const override {
        for (std::size_t k = 0; k < regions; ++k) {
            if constexpr (requires { totals_[k].to_save(); }) {
                bytes.write(totals_[k].to_save());
            } else {
                bytes.write(totals_[k]);
            }
        }
    }
    void load(ByteReader& bytes, std::size_t regions) override {
        bytes.expect_items(regions, sizeof(typename Family::Total));
        totals_.grow(regions);
        for (std::size_t k = 0; k < regions; ++k) bytes.read(totals_[k]);
    }

    void prepare(std::size_t rows, Columns& columns) const override { family_.prepare(rows, columns); }
    void write(const TableRows& rows, Columns& columns) const override {
        if constexpr (requires { typename Family::Writer; }) {
            typename Family::Writer writer(columns);
            write_to(writer, rows);
        } else {
            write_to(columns, rows);
        }
    }

protected:
    const typename Family::Total& total(std::size_t slot) const { return totals_[slot]; }

    // Calls visit(k, slots[k]) one after the other. Slots lie far apart where labels are in no order of
    // place, so the totals of some slots ahead are asked for.
    template <class Visit>
    void for_each_total(std::span<const std::size_t> slots, Visit visit) const {
        constexpr std::size_t ahead = 8;
        for (std::size_t k = 0; k < slots.size(); ++k) {
            if (k + ahead < slots.size()) totals_.ask_for(slots[k + ahead]);
            visit(k, slots[k]);
        }
    }

private:
    template <class Output>
    void write_to(Output& output, const TableRows& rows) const {
        for_each_total(rows.slots, [&](std::size_t k, std::size_t slot) {
            const std::size_t row = rows.first + k;
            family_.write(row, totals_[slot], frame_of(rows.table, row), output);
        });
    }

    Family family_;
    Chunked<typename Family::Total> totals_;
};

// All families of one kind of pixel.
template <class Pixel, class Columns>
using Families = std::vector<std::unique_ptr<ImageSums<Pixel, Columns>>>;

template <class Pixel, class Columns, class Family>
void add_family(Families<Pixel, Columns>& families, Family family) {
    using Base = ImageSums<Pixel, Columns>;
    families.push_back(std::make_unique<FamilySums<Family, Base>>(std::move(family)));
}

}  // namespace mensura
