// Writes regions as a label image, band by band from their runs.
//
// A row that lies contiguous and aligned in `out` is painted where it is; any other is painted in a buffer
// and scattered. Cost: the bytes of the output, which go around the cache where they would not stay in
// it, and one lookup per run.
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "image/rows.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {
namespace {

// Images beyond this many bytes are not looked for in the cache.
constexpr std::int64_t cached_bytes = std::int64_t{8} << 20;
constexpr std::ptrdiff_t cache_line = 64;

template <class T>
class Painter {
public:
    Painter(const Regions& regions, const MutableImageView& out, bool cleared)
        : regions_(regions), out_(out), band_(regions.bands(), regions.runs()), words_(words_for(out.shape.width)),
          cleared_(cleared), in_place_(rows_are_native<T>(out)),
          around_cache_(in_place_ && goes_around_cache(out)) {
        if (!in_place_) buffer_.resize(static_cast<std::size_t>(out.shape.width));
    }

    void paint_strip(const Strip& strip) {
        const Bands& bands = regions_.bands();
        const std::int64_t first = bands.of_row(strip.row_begin);
        const std::int64_t end = bands.of_row(strip.row_end - 1) + 1;
        for (std::int64_t band = first; band < end; ++band) {
            const std::int64_t first_row = bands.first_row(band);
            band_.seek(strip, first_row);
            look_up_labels(strip);
            bands.visit_rows(first_row, [this](std::int64_t r) { paint_row(r); });
        }
        kernels().end_painting();
    }

private:
    static bool goes_around_cache(const MutableImageView& out) {
        const auto aligned = [](auto value) { return value % cache_line == 0; };
        const std::int64_t bytes = out.shape.pixels() * static_cast<std::int64_t>(sizeof(T));
        return bytes > cached_bytes && aligned(out.strides.y) && aligned(out.strides.z) &&
               aligned(reinterpret_cast<std::intptr_t>(out.data));
    }

    // The labels of the band's runs, behind one that no pixel has; the kernel reads beyond the last.
    void look_up_labels(const Strip& strip) {
        const std::int64_t runs = band_.end_run() - band_.first_run();
        labels_.resize(static_cast<std::size_t>(1 + runs + spare_labels));
        for (std::int64_t k = 0; k < runs; ++k) {
            labels_[static_cast<std::size_t>(1 + k)] =
                static_cast<PaintLabel<T>>(regions_.region(strip, band_.first_run() + k));
        }
    }

    void paint_row(std::int64_t r) {
        T* row = in_place_ ? reinterpret_cast<T*>(out_.row(r)) : buffer_.data();
        paint_kernels_of<T>().paint(foreground_of(regions_.runs(), r, words_), band_.starts(),
                                    out_.shape.width, labels_.data(), in_place_ && cleared_, around_cache_, row);
        if (!in_place_) scatter(r);
    }

    void scatter(std::int64_t r) {
        std::byte* place = out_.row(r);
        for (const T& label : buffer_) {
            std::memcpy(place, &label, sizeof(T));
            place += out_.strides.x;
        }
    }

    const Regions& regions_;
    MutableImageView out_;
    BandBits band_;
    std::int64_t words_;
    bool cleared_;
    bool in_place_;
    bool around_cache_;
    std::vector<PaintLabel<T>> labels_;
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
            const auto& strips = regions.runs().strips;
            for_each_block(static_cast<std::int64_t>(strips.size()), threads, [&](std::int64_t s) {
                Painter<T>(regions, out, cleared).paint_strip(strips[static_cast<std::size_t>(s)]);
            });
        } else {
            throw std::invalid_argument("labels are painted into native integer images only");
        }
    });
}

}  // namespace mensura
