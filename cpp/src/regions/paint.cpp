// Writes regions as a label image, row by row from their runs.
//
// A row that lies contiguous and aligned in `out` is filled where it is; any other is filled in a buffer
// and scattered. Cost: the bytes of the output, and one fill per run.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "image/rows.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"

namespace mensura {
namespace {

template <class T>
class Painter {
public:
    Painter(const Regions& regions, const MutableImageView& out, bool cleared)
        : rows_(regions), out_(out), cleared_(cleared), in_place_(rows_are_native<T>(out)) {}

    void paint_row(std::int64_t r) {
        const std::int64_t width = out_.shape.width;
        std::byte* first = out_.row(r);
        if (in_place_) {
            T* row = reinterpret_cast<T*>(first);
            if (!cleared_) std::fill_n(row, width, T{0});
            fill_runs(r, row);
            return;
        }
        buffer_.assign(static_cast<std::size_t>(width), T{0});
        fill_runs(r, buffer_.data());
        for (std::int64_t x = 0; x < width; ++x) {
            std::memcpy(first + x * out_.strides.x, &buffer_[static_cast<std::size_t>(x)], sizeof(T));
        }
    }

private:
    void fill_runs(std::int64_t r, T* row) {
        rows_.visit_row(r, [row](std::int64_t start, std::int64_t end, std::int64_t region) {
            std::fill(row + start, row + end, static_cast<T>(region));
        });
    }

    RegionRows rows_;
    MutableImageView out_;
    bool cleared_;
    bool in_place_;
    std::vector<T> buffer_;
};

}  // namespace

void paint(const Regions& regions, const MutableImageView& out, bool cleared, int threads) {
    if (out.shape != regions.shape()) throw std::invalid_argument("out must have the regions' shape");
    if (out.byte_swapped || out.dtype == DType::boolean) {
        throw std::invalid_argument("labels are painted into native integer images only");
    }
    visit_equality_type(out.dtype, [&]<class T>(std::type_identity<T>) {
        if constexpr (std::is_integral_v<T>) {
            const auto& strips = regions.strips();
            for_each_block(static_cast<std::int64_t>(strips.size()), threads, [&](std::int64_t s) {
                const Strip& strip = strips[static_cast<std::size_t>(s)];
                Painter<T> painter(regions, out, cleared);
                for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) painter.paint_row(r);
            });
        } else {
            throw std::invalid_argument("labels are painted into native integer images only");
        }
    });
}

}  // namespace mensura
