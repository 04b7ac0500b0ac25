// Writes regions as a label image, band by band from their runs.
//
// A row that lies contiguous and aligned in `out` is painted where it is; any other is painted in a
// buffer and scattered. Cost: the bytes of the output, which go around the cache where they would not
// stay in it, and one lookup per run.
//
// All memory is allocated before the first pixel is written, so that `out` is never left half painted.
#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "image/rows.hpp"
#include "mensura/threads.hpp"
#include "regions/region_rows.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {
namespace {

constexpr std::ptrdiff_t cache_line = 64;

// How many runs a band has at most.
std::int64_t most_runs(const Regions& regions) {
    std::int64_t most = 0;
    for (const Strip& strip : regions.runs().strips) {
        for (std::size_t band = 1; band < strip.first_run.size(); ++band) {
            most = std::max(most, std::int64_t{strip.first_run[band] - strip.first_run[band - 1]});
        }
    }
    return most;
}

template <class T>
class Painter {
public:
    // `runs` is how many a band has at most.
    Painter(const Regions& regions, const MutableImageView& out, bool cleared, std::int64_t runs)
        : regions_(regions), out_(out), band_(regions.bands(), regions.runs()),
          words_(words_for(out.shape.width)), cleared_(cleared), in_place_(rows_are_native<T>(out)),
          around_cache_(in_place_ && goes_around_cache(out)) {
        if (!in_place_) buffer_.resize(static_cast<std::size_t>(out.shape.width));
        labels_.resize(static_cast<std::size_t>(1 + runs + spare_labels));
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
        kernels().end_streaming();
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
        for (std::int64_t k = 0; k < runs; ++k) {
            labels_[static_cast<std::size_t>(1 + k)] =
                static_cast<PaintLabel<T>>(regions_.region(strip, band_.first_run() + k));
        }
    }

    void paint_row(std::int64_t r) {
        T* row = in_place_ ? reinterpret_cast<T*>(out_.row(r)) : buffer_.data();
        paint_kernels_of<T>().paint(foreground_of(regions_.runs(), r, words_), band_.starts(),
                                    out_.shape.width, labels_.data(), in_place_ && cleared_,
                                    around_cache_, row);
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

// A painter for every thread. A thread takes one for a strip and gives it back.
template <class T>
class Painters {
public:
    Painters(const Regions& regions, const MutableImageView& out, bool cleared, int threads) {
        const std::int64_t runs = most_runs(regions);
        free_.reserve(static_cast<std::size_t>(threads));
        for (int t = 0; t < threads; ++t) {
            free_.push_back(std::make_unique<Painter<T>>(regions, out, cleared, runs));
        }
    }

    void paint_strip(const Strip& strip) {
        auto painter = take();
        painter->paint_strip(strip);
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(painter));
    }

private:
    std::unique_ptr<Painter<T>> take() {
        const std::lock_guard lock(mutex_);
        auto painter = std::move(free_.back());
        free_.pop_back();
        return painter;
    }

    std::mutex mutex_;
    std::vector<std::unique_ptr<Painter<T>>> free_;
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
            const auto blocks = static_cast<std::int64_t>(strips.size());
            const auto used = static_cast<int>(
                std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(1, blocks)));
            Painters<T> painters(regions, out, cleared, used);
            for_each_block(blocks, used, [&](std::int64_t s) {
                painters.paint_strip(strips[static_cast<std::size_t>(s)]);
            });
        } else {
            throw std::invalid_argument("labels are painted into native integer images only");
        }
    });
}

}  // namespace mensura
