// Along x from run to run, then along y and z by envelopes; see nearest_object.hpp.
#include "rings/nearest_object.hpp"

#include <algorithm>
#include <stdexcept>

#include "mensura/threads.hpp"
#include "rings/distance_transform.hpp"

namespace mensura {
namespace {

constexpr std::int64_t bundle = 8;  // lines that are read and written together

// The pixels between two zeros of a line; of equally near objects the smaller.
void transform_stretch(const double* line, const std::int32_t* object, std::int64_t begin,
                       std::int64_t end, std::int64_t length, double limit, double* out,
                       std::int32_t* out_object, Envelope& envelope) {
    envelope.clear();
    for (std::int64_t y = std::max<std::int64_t>(0, begin - 1); y < std::min(length, end + 1); ++y) {
        if (line[y] <= limit) envelope.add(y, line[y]);
    }
    if (envelope.size() == 0) return;
    std::size_t first = 0;
    for (std::int64_t y = begin; y < end; ++y) {
        const auto place = static_cast<double>(y);
        while (envelope.begin(first + 1) < place) ++first;
        double nearest = envelope.value(first, y);
        std::int32_t winner = object[envelope.at(first)];
        for (std::size_t k = first + 1; envelope.begin(k) <= place; ++k) {
            const double value = envelope.value(k, y);
            const std::int32_t other = object[envelope.at(k)];
            if (value < nearest || (value == nearest && other < winner)) {
                nearest = value;
                winner = other;
            }
        }
        if (nearest <= limit) {
            out[y] = nearest;
            out_object[y] = winner;
        }
    }
}

class LineBundle {
public:
    LineBundle(std::int64_t length, double squared_side, double limit)
        : length_(length), limit_(limit), squared_(static_cast<std::size_t>(length * bundle)),
          squared_out_(squared_), object_(squared_.size()), object_out_(object_),
          envelope_(squared_side) {}

    void transform(double* squared, std::int32_t* object, std::int64_t lines, std::int64_t stride) {
        for (std::int64_t y = 0; y < length_; ++y) {
            for (std::int64_t k = 0; k < lines; ++k) {
                squared_[at(k, y)] = squared[y * stride + k];
                object_[at(k, y)] = object[y * stride + k];
            }
        }
        squared_out_ = squared_;
        object_out_ = object_;
        for (std::int64_t k = 0; k < lines; ++k) transform_line(k);
        for (std::int64_t y = 0; y < length_; ++y) {
            for (std::int64_t k = 0; k < lines; ++k) {
                squared[y * stride + k] = squared_out_[at(k, y)];
                object[y * stride + k] = object_out_[at(k, y)];
            }
        }
    }

private:
    std::size_t at(std::int64_t k, std::int64_t y) const {
        return static_cast<std::size_t>(k * length_ + y);
    }

    void transform_line(std::int64_t k) {
        const double* line = squared_.data() + at(k, 0);
        for (std::int64_t y = 0; y < length_;) {
            std::int64_t end = y;
            while (end < length_ && line[end] != 0) ++end;
            if (end > y) {
                transform_stretch(line, object_.data() + at(k, 0), y, end, length_, limit_,
                                  squared_out_.data() + at(k, 0), object_out_.data() + at(k, 0),
                                  envelope_);
            }
            y = end + 1;
        }
    }

    std::int64_t length_;
    double limit_;
    std::vector<double> squared_;
    std::vector<double> squared_out_;
    std::vector<std::int32_t> object_;
    std::vector<std::int32_t> object_out_;
    Envelope envelope_;
};

class Transform {
public:
    Transform(const RingObjects& objects, const std::array<double, 3>& squared_side, double limit,
              int threads)
        : shape_(objects.shape()), squared_side_(squared_side), limit_(limit), threads_(threads) {
        if (objects.count() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
            throw std::length_error("more than 2^31 objects");
        }
        const auto pixels = static_cast<std::size_t>(shape_.pixels());
        nearest_.object.resize(pixels);
        nearest_.squared.resize(pixels);
        clear();
        for_objects(objects, [this](std::size_t k, std::size_t begin, std::size_t end) {
            std::fill(nearest_.object.begin() + static_cast<std::ptrdiff_t>(begin),
                      nearest_.object.begin() + static_cast<std::ptrdiff_t>(end),
                      static_cast<std::int32_t>(k + 1));
        });
    }

    NearestObjects run(const RingObjects& objects) {
        for_rows([this](std::int64_t r) { transform_row(r); });
        transform_axis(shape_.depth, shape_.height * shape_.width, shape_.width, shape_.height,
                       shape_.width, squared_side_[1]);
        transform_axis(1, 0, shape_.height * shape_.width, shape_.depth, shape_.height * shape_.width,
                       squared_side_[0]);
        for_objects(objects, [this](std::size_t, std::size_t begin, std::size_t end) {
            std::fill(nearest_.object.begin() + static_cast<std::ptrdiff_t>(begin),
                      nearest_.object.begin() + static_cast<std::ptrdiff_t>(end), 0);
        });
        return std::move(nearest_);
    }

private:
    template <class Work>
    void for_rows(Work work) {
        constexpr std::int64_t rows_of_block = 64;
        const std::int64_t rows = shape_.rows();
        for_each_block((rows + rows_of_block - 1) / rows_of_block, threads_, [&](std::int64_t b) {
            for (std::int64_t r = b * rows_of_block; r < std::min(rows, (b + 1) * rows_of_block); ++r) {
                work(r);
            }
        });
    }

    void clear() {
        for_rows([this](std::int64_t r) {
            std::fill_n(nearest_.object.data() + r * shape_.width, shape_.width, 0);
        });
    }

    // Calls visit(k, begin, end) for every run of every object, by the numbers of its pixels.
    template <class Visit>
    void for_objects(const RingObjects& objects, Visit visit) {
        constexpr std::int64_t group = 256;
        const auto count = static_cast<std::int64_t>(objects.count());
        for_each_block((count + group - 1) / group, threads_, [&](std::int64_t g) {
            for (std::int64_t k = g * group; k < std::min(count, (g + 1) * group); ++k) {
                const auto object = static_cast<std::size_t>(k);
                for (const RegionRun& run : objects.runs(object)) {
                    const std::int64_t first = run.row * shape_.width;
                    visit(object, static_cast<std::size_t>(first + run.start),
                          static_cast<std::size_t>(first + run.end));
                }
            }
        });
    }

    // The nearer of the object on the left and the one on the right, the smaller where both are as near.
    void transform_row(std::int64_t r) {
        std::int32_t* object = nearest_.object.data() + r * shape_.width;
        double* squared = nearest_.squared.data() + r * shape_.width;
        for (std::int64_t x = 0; x < shape_.width;) {
            if (object[x] != 0) {
                squared[x++] = 0;
                continue;
            }
            std::int64_t end = x;
            while (end < shape_.width && object[end] == 0) ++end;
            transform_gap(object, squared, x, end);
            x = end;
        }
    }

    void transform_gap(std::int32_t* object, double* squared, std::int64_t begin,
                       std::int64_t end) const {
        const std::int32_t left = begin == 0 ? 0 : object[begin - 1];
        const std::int32_t right = end == shape_.width ? 0 : object[end];
        for (std::int64_t x = begin; x < end; ++x) {
            const double to_left = left == 0 ? infinite : static_cast<double>(x - begin + 1);
            const double to_right = right == 0 ? infinite : static_cast<double>(end - x);
            const bool is_left = to_left < to_right || (to_left == to_right && left < right);
            const double nearest = is_left ? to_left : to_right;
            const double value = squared_side_[2] * (nearest * nearest);
            squared[x] = value <= limit_ ? value : infinite;
            object[x] = value <= limit_ ? (is_left ? left : right) : 0;
        }
    }

    void transform_axis(std::int64_t planes, std::int64_t plane_stride, std::int64_t width,
                        std::int64_t length, std::int64_t stride, double squared_side) {
        if (length == 1) return;
        constexpr std::int64_t bundles = 16;
        const std::int64_t across = (width + bundles * bundle - 1) / (bundles * bundle);
        for_each_block(planes * across, threads_, [&](std::int64_t block) {
            LineBundle lines(length, squared_side, limit_);
            const std::int64_t begin = block % across * bundles * bundle;
            const std::int64_t end = std::min(width, begin + bundles * bundle);
            for (std::int64_t x = begin; x < end; x += bundle) {
                const std::int64_t first = block / across * plane_stride + x;
                lines.transform(nearest_.squared.data() + first, nearest_.object.data() + first,
                                std::min(bundle, end - x), stride);
            }
        });
    }

    Shape shape_;
    std::array<double, 3> squared_side_;
    double limit_;
    int threads_;
    NearestObjects nearest_;
};

}  // namespace

NearestObjects nearest_objects(const RingObjects& objects, const std::array<double, 3>& squared_side,
                               double squared_limit, int threads) {
    if (objects.shape().pixels() == 0) return {};
    return Transform(objects, squared_side, squared_limit, threads).run(objects);
}

}  // namespace mensura
