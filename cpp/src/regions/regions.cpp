// Regions once they are found: which to keep, where one lies, what is at a pixel.
#include "mensura/regions.hpp"

#include <bit>
#include <stdexcept>
#include <utility>

#include "regions/region_rows.hpp"

namespace mensura {

Regions::Regions(Shape shape, std::vector<Strip> strips, std::vector<std::int64_t> region_of_piece,
                 std::int64_t count)
    : Regions(shape, std::make_shared<const std::vector<Strip>>(std::move(strips)),
              std::move(region_of_piece), count) {}

Regions::Regions(Shape shape, std::shared_ptr<const std::vector<Strip>> strips,
                 std::vector<std::int64_t> region_of_piece, std::int64_t count)
    : shape_(shape), strips_(std::move(strips)), region_of_piece_(std::move(region_of_piece)),
      count_(count) {}

const Strip& Regions::strip_of_row(std::int64_t r) const {
    const Strip& first = strips_->front();
    return (*strips_)[static_cast<std::size_t>(r / (first.row_end - first.row_begin))];
}

std::int64_t Regions::runs() const {
    std::int64_t runs = 0;
    for (const Strip& strip : *strips_) {
        for (std::int64_t k = 0; k < strip.first_run.back(); ++k) runs += region(strip, k) != 0;
    }
    return runs;
}

Regions Regions::select(std::span<const std::uint8_t> keep) const {
    if (static_cast<std::int64_t>(keep.size()) != count_) {
        throw std::invalid_argument("keep must have one flag per region");
    }
    std::vector<std::int64_t> number(keep.size() + 1, 0);
    std::int64_t kept = 0;
    for (std::size_t k = 0; k < keep.size(); ++k) {
        if (keep[k] != 0) number[k + 1] = ++kept;
    }
    std::vector<std::int64_t> region_of_piece = region_of_piece_;
    for (std::int64_t& region : region_of_piece) region = number[static_cast<std::size_t>(region)];
    return Regions(shape_, strips_, std::move(region_of_piece), kept);
}

std::vector<RegionRun> Regions::runs_of(std::int64_t region, const Box& box) const {
    std::vector<RegionRun> found;
    RegionRows rows(*this);
    for (std::int64_t z = box.begin[0]; z < box.end[0]; ++z) {
        for (std::int64_t y = box.begin[1]; y < box.end[1]; ++y) {
            const std::int64_t r = z * shape_.height + y;
            rows.visit_row(r, [&](std::int64_t start, std::int64_t end, std::int64_t at) {
                if (at == region) found.push_back({r, start, end});
            });
        }
    }
    return found;
}

std::int64_t Regions::region_at(std::int64_t z, std::int64_t y, std::int64_t x) const {
    const std::int64_t r = z * shape_.height + y;
    const Strip& strip = strip_of_row(r);
    const std::int64_t local = r - strip.row_begin;
    const std::int64_t words = words_for(shape_.width);
    const Word* foreground = strip.foreground.data() + local * words;
    const Word* starts = strip.starts.empty() ? nullptr : strip.starts.data() + local * words;
    const Word up_to = ~Word{0} >> (word_bits - 1 - x % word_bits);
    if ((foreground[x / word_bits] & up_to & ~(up_to >> 1)) == 0) return 0;
    std::int64_t run = strip.first_run[static_cast<std::size_t>(local)] - 1;
    Word carry = 0;
    for (std::int64_t w = 0; w <= x / word_bits; ++w) {
        const Word begins =
            starts != nullptr ? starts[w] : foreground[w] & ~(foreground[w] << 1 | carry);
        run += std::popcount(w < x / word_bits ? begins : begins & up_to);
        carry = foreground[w] >> (word_bits - 1);
    }
    return region(strip, run);
}

}  // namespace mensura
