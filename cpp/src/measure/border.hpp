// The family of border pixels: how many pixels of a region lie on the border of the image.
//
// A run counts in closed form: all of it in an outermost row, else at most its two ends.
#pragma once

#include <stdexcept>

#include "measure/sums.hpp"
#include "mensura/measure.hpp"

namespace mensura {

struct BorderPixels {
    using Pixel = NoPixel;
    using Columns = RegionTable;
    using Part = std::int64_t;
    using Total = std::int64_t;

    Shape image;
    bool volume;

    explicit BorderPixels(const MeasurePlan& plan) : volume(plan.axes == 3) {
        if (!plan.image) throw std::invalid_argument("border_pixels needs the shape of the image");
        image = *plan.image;
    }

    static Part empty() { return 0; }

    void add_row(const Row<NoPixel>& row, Part* parts) const {
        const std::int64_t z = row.z + row.block.origin[0];
        const std::int64_t y = row.y + row.block.origin[1];
        const std::int64_t x = row.block.origin[2];
        const bool outermost =
            is_end(y, image.height) || image.width == 1 || (volume && is_end(z, image.depth));
        for (std::int64_t k = 0; k < row.count; ++k) {
            const SlotRun& run = row.runs[k];
            const std::int64_t ends = (run.start + x == 0) + (run.end + x == image.width);
            parts[run.slot] += outermost ? run.end - run.start : ends;
        }
    }

    static void add(Total& total, Part part) { total += part; }
    static void add(Total& total, Part part, const Block&) { total += part; }

    static void prepare(std::size_t rows, Columns& columns) { columns.border_pixels.resize(rows); }
    static void write(std::size_t row, Total total, const RegionFrame&, Columns& columns) {
        columns.border_pixels[row] = total;
    }

private:
    static bool is_end(std::int64_t at, std::int64_t length) { return at == 0 || at + 1 == length; }
};

}  // namespace mensura
