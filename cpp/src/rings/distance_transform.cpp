// Squared distances along x, then y, then z; see distance_transform.hpp.
#include "rings/distance_transform.hpp"

#include <algorithm>
#include <array>

#include "mensura/threads.hpp"
#include "runs/kernels.hpp"

namespace mensura {
namespace {

// Along x every height is 0 or infinite, and counting to the next zero on either side is enough.
void transform_row(double* row, std::int64_t width, double squared_side) {
    double steps = infinite;
    for (std::int64_t x = 0; x < width; ++x) {
        steps = row[x] == 0 ? 0 : steps + 1;
        row[x] = steps;
    }
    steps = infinite;
    for (std::int64_t x = width - 1; x >= 0; --x) {
        steps = row[x] == 0 ? 0 : steps + 1;
        const double nearest = std::min(steps, row[x]);
        row[x] = squared_side * (nearest * nearest);
    }
}

// Writes the distances of the pixels between two zeros, or an end of the line, [begin, end).
void transform_stretch(const double* line, std::int64_t begin, std::int64_t end, std::int64_t length,
                       double* out, Envelope& envelope) {
    envelope.clear();
    // From the first pixel of the stretch, so that numbers are the same wherever it lies.
    const std::int64_t first = std::max<std::int64_t>(0, begin - 1);
    for (std::int64_t y = first; y < std::min(length, end + 1); ++y) {
        if (line[y] < infinite) envelope.add(y - first, line[y]);
    }
    if (envelope.size() == 0) return;
    std::size_t k = 0;
    for (std::int64_t y = begin; y < end; ++y) {
        while (envelope.begin(k + 1) < static_cast<double>(y - first)) ++k;
        out[y] = envelope.value(k, y - first);
    }
}

void transform_line(const double* line, std::int64_t length, double* out, Envelope& envelope) {
    for (std::int64_t y = 0; y < length;) {
        if (line[y] == 0) {
            ++y;
            continue;
        }
        std::int64_t end = y;
        while (end < length && line[end] != 0) ++end;
        transform_stretch(line, y, end, length, out, envelope);
        y = end;
    }
}

// The lines that start at `field` and its `lines` neighbors along x, and run on in steps of `stride`.
class LineBundle {
public:
    static constexpr std::int64_t most = 8;  // a cache line of them

    LineBundle(std::int64_t length, double squared_side)
        : length_(length), lines_(static_cast<std::size_t>(length * most)), out_(lines_),
          envelope_(squared_side) {}

    void transform(double* field, std::int64_t lines, std::int64_t stride) {
        for (std::int64_t y = 0; y < length_; ++y) {
            for (std::int64_t k = 0; k < lines; ++k) line(lines_, k)[y] = field[y * stride + k];
        }
        std::copy(lines_.begin(), lines_.end(), out_.begin());
        for (std::int64_t k = 0; k < lines; ++k) {
            transform_line(line(lines_, k), length_, line(out_, k), envelope_);
        }
        for (std::int64_t y = 0; y < length_; ++y) {
            for (std::int64_t k = 0; k < lines; ++k) field[y * stride + k] = line(out_, k)[y];
        }
    }

private:
    double* line(std::vector<double>& lines, std::int64_t k) const { return lines.data() + k * length_; }

    std::int64_t length_;
    std::vector<double> lines_;
    std::vector<double> out_;
    Envelope envelope_;
};

// Short lines, side by side, by looking at all that may be nearest: the fewer steps, and in vectors.
constexpr std::int64_t short_line = 64;

void transform_short(double* field, std::int64_t width, std::int64_t length, std::int64_t stride,
                     double squared_side) {
    constexpr std::int64_t most = 64;
    std::array<double, static_cast<std::size_t>(short_line * most)> source;
    for (std::int64_t begin = 0; begin < width; begin += most) {
        const std::int64_t lines = std::min(most, width - begin);
        for (std::int64_t y = 0; y < length; ++y) {
            std::copy_n(field + y * stride + begin, lines, source.data() + y * lines);
        }
        kernels().lower_rows(source.data(), length, lines, squared_side, field + begin, stride);
    }
}

// All lines along one axis: `planes` times `width` of them.
void transform_axis(double* field, std::int64_t planes, std::int64_t plane_stride, std::int64_t width,
                    std::int64_t length, std::int64_t stride, double squared_side, int threads) {
    if (length == 1) return;
    constexpr std::int64_t bundles = 16;  // for one thread at a time
    const std::int64_t across = (width + bundles * LineBundle::most - 1) / (bundles * LineBundle::most);
    for_each_block(planes * across, threads, [&](std::int64_t block) {
        double* plane = field + block / across * plane_stride;
        const std::int64_t begin = block % across * bundles * LineBundle::most;
        const std::int64_t end = std::min(width, begin + bundles * LineBundle::most);
        if (length <= short_line) {
            transform_short(plane + begin, end - begin, length, stride, squared_side);
            return;
        }
        LineBundle bundle(length, squared_side);
        for (std::int64_t x = begin; x < end; x += LineBundle::most) {
            bundle.transform(plane + x, std::min(LineBundle::most, end - x), stride);
        }
    });
}

}  // namespace

void squared_distances(double* field, const std::array<std::int64_t, 3>& size,
                       const std::array<double, 3>& squared_side, int threads) {
    const auto [depth, height, width] = size;
    constexpr std::int64_t rows_of_block = 256;
    const std::int64_t rows = depth * height;
    for_each_block((rows + rows_of_block - 1) / rows_of_block, threads, [&, w = width](std::int64_t b) {
        for (std::int64_t r = b * rows_of_block; r < std::min(rows, (b + 1) * rows_of_block); ++r) {
            transform_row(field + r * w, w, squared_side[2]);
        }
    });
    transform_axis(field, depth, height * width, width, height, width, squared_side[1], threads);
    transform_axis(field, 1, 0, height * width, depth, height * width, squared_side[0], threads);
}

}  // namespace mensura
