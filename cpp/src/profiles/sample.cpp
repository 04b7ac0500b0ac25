// Samples profiles, block by block; see profiles.hpp.
//
// A block is a stretch of samples of a group of images. It is worked on in chunks of a few hundred
// samples: first where they lie, for each position across, then, for every image, their values.
#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "memory/fetch.hpp"
#include "mensura/profiles.hpp"
#include "mensura/threads.hpp"
#include "profiles/any_sample.hpp"
#include "profiles/fast_samples.hpp"
#include "profiles/line_order.hpp"
#include "profiles/line_window.hpp"
#include "profiles/plain_lines.hpp"
#include "profiles/positions.hpp"
#include "profiles/reduce.hpp"

namespace mensura {
namespace {

constexpr std::int64_t samples_per_block = 8192;
constexpr std::int64_t images_per_block = 32;
constexpr std::int64_t few_across = 8;
constexpr std::size_t lines_ahead = 4;  // where values will be written

template <std::size_t axes>
std::array<std::int64_t, axes> lengths_of(const Shape& shape) {
    if constexpr (axes == 2)
        return {shape.height, shape.width};
    else
        return {shape.depth, shape.height, shape.width};
}

template <std::size_t axes>
class Sampler {
public:
    Sampler(std::span<const ProfileImage> images, const ProfileGeometry& geometry,
            const Sampling& sampling, const Reducer& reducer, const ProfileOutput& output)
        : images_(images), geometry_(geometry), sampling_(sampling), reducer_(reducer), output_(output),
          positions_(geometry), plain_lines_(geometry, images.front().image),
          across_(geometry.weights.size()) {
        const auto lengths = lengths_of<axes>(images.front().image.shape);
        for (std::size_t axis = 0; axis < axes; ++axis) {
            amid_[axis] = amid_pixels(lengths[axis], sampling.interpolation);
            has_amid_ &= !amid_[axis].none();
        }
        prepare_plain_lines();
    }

    ProfileResult run(int threads) {
        if (are_plain_lines_) {
            order_ = order_of_lines(geometry_, images_.front().image.shape, block_size(), threads);
        }
        const std::int64_t stretches =
            are_plain_lines_ ? order_.blocks() : blocks_of(geometry_.samples(), block_size());
        const std::int64_t groups = blocks_of(std::ssize(images_), images_per_block);
        std::vector<std::uint8_t> complete(static_cast<std::size_t>(stretches * groups));
        for_each_block(stretches * groups, threads, [&](std::int64_t block) {
            complete[static_cast<std::size_t>(block)] = work(block / stretches, block % stretches);
        });
        const bool all = std::ranges::all_of(complete, [](auto flag) { return flag != 0; });
        if (!all) {
            for_each_block(stretches * groups, threads, [&](std::int64_t block) {
                if (complete[static_cast<std::size_t>(block)] != 0) {
                    fill_counts(block / stretches, block % stretches);
                }
            });
        }
        result_.complete = all;
        return std::move(result_);
    }

private:
    // Whether these are lines for the leaf kernels, and how they are gone about then.
    void prepare_plain_lines() {
        if (axes != 2 || !geometry_.is_straight() || sampling_.interpolation != Interpolation::linear) {
            return;
        }
        for (const ProfileImage& image : images_) {
            const auto plain = plain_image(image);
            if (!plain) return;
            plain_images_.push_back(*plain);
        }
        are_plain_lines_ = true;
        are_final_ = across_ == 1 && reducer_.kind == Reduction::mean && output_.sample_step == 1;
        around_cache_ = are_final_ && geometry_.samples() * std::ssize(images_) *
                                              static_cast<std::int64_t>(sizeof(double)) >
                                          cached_bytes;
    }

    struct Stretch {
        std::int64_t begin;
        std::int64_t end;
    };

    // Where the samples of a chunk lie.
    struct Places {
        Middle<axes> middle;
        std::vector<SamplePlace<axes>> across;
    };

    // A block, and what it needs room for.
    struct Block {
        std::int64_t group;
        std::int64_t stretch;
        Stretch images;
        std::vector<AnySample<axes>> any;    // by image
        std::unique_ptr<Places> places;      // once they are looked for
        std::vector<Chunk<double>> values;   // by sample across
        std::vector<Chunk<double>> reduced;  // one, where there are several across
        std::vector<SomePixels> plain;       // by image, of plain lines
        std::vector<LineWindow> windows;     // by image, where plain ones are copied
        AcrossReducer reduce;
        bool complete = true;
    };

    static std::int64_t blocks_of(std::int64_t length, std::int64_t size) {
        return (length + size - 1) / size;
    }

    static Stretch part(std::int64_t number, std::int64_t size, std::int64_t length) {
        return {number * size, std::min(length, (number + 1) * size)};
    }

    Block make_block(std::int64_t group, std::int64_t stretch) const {
        Block block{group,
                    stretch,
                    part(group, images_per_block, std::ssize(images_)),
                    {},
                    {},
                    std::vector<Chunk<double>>(are_final_ ? 0 : across_),
                    std::vector<Chunk<double>>(across_ > 1 ? 1 : 0),
                    {},
                    {},
                    AcrossReducer(reducer_, geometry_.weights)};
        for (std::int64_t i = block.images.begin; i < block.images.end; ++i) {
            block.any.emplace_back(image(i), sampling_);
        }
        return block;
    }

    // Whether no sample is missing. The counts are written from the first that is on; those before are
    // filled in then.
    bool work(std::int64_t group, std::int64_t stretch) {
        Block block = make_block(group, stretch);
        if (are_plain_lines_) {
            work_on_lines(block);
        } else {
            const std::int64_t chunk = chunk_size();
            const auto [begin, end] = part(stretch, block_size(), geometry_.samples());
            for (std::int64_t first = begin; first < end; first += chunk) {
                if (is_in_vain(block, first)) break;
                work_on_any(block, first, std::min(chunk, end - first));
            }
        }
        return block.complete;
    }

    void work_on_any(Block& block, std::int64_t first, std::int64_t count) {
        find_chunk(first, count, block);
        for (std::int64_t i = block.images.begin; i < block.images.end; ++i) {
            work_on_any_image(block, i, first, count);
        }
    }

    void work_on_any_image(Block& block, std::int64_t i, std::int64_t first, std::int64_t count) {
        for (std::size_t k = 0; k < across_; ++k) {
            sample(image(i), block.any[static_cast<std::size_t>(i - block.images.begin)],
                   block.places->across[k], count, block.values[k].data());
        }
        finish(block, i, first, count, is_whole(count, block));
    }

    // The lines of a block, in chunks.
    void work_on_lines(Block& block) {
        const std::int64_t chunk = chunk_size();
        const auto lines = order_.block(block.stretch);
        find_pixels(block);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (around_cache_ && i + lines_ahead < lines.size()) {
                fetch_edges(block, lines[i + lines_ahead]);
            }
            const PlacedLine& line = lines[i];
            if (is_in_vain(block, line.begin)) continue;
            for (std::int64_t first = line.begin; first < line.end; first += chunk) {
                work_on_line(block, line, first, std::min(chunk, line.end - first));
            }
        }
        if (around_cache_) kernels().end_streaming();
    }

    // The pixels of each image, copied where that pays.
    void find_pixels(Block& block) const {
        const auto images =
            std::span(plain_images_)
                .subspan(static_cast<std::size_t>(block.images.begin),
                         static_cast<std::size_t>(block.images.end - block.images.begin));
        const auto collide = [](const PlainImage& image) { return rows_collide(image.view); };
        for (const PlainImage& image : images) block.plain.push_back(image.pixels());
        if (std::ranges::none_of(images, collide)) return;
        const LineBounds bounds = bounds_of(block);
        const PlaneBox box = bounds.box(images_.front().image.shape);
        if (!copying_pays(box, bounds.samples(), std::ssize(images))) return;
        block.windows.resize(images.size());
        for (std::size_t i = 0; i < images.size(); ++i) {
            if (!collide(images[i])) continue;
            block.plain[i] = block.windows[i].copy(images[i].view, images[i].pixel_bytes, box);
        }
    }

    LineBounds bounds_of(const Block& block) const {
        LineBounds bounds;
        for (const PlacedLine& line : order_.block(block.stretch)) {
            if (line.samples() == 0) continue;
            for (std::size_t k = 0; k < across_; ++k) {
                bounds.add(plain_lines_.line(line, k), line.samples());
            }
        }
        return bounds;
    }

    // Those of the values of a line, which share their cache lines with other values.
    void fetch_edges(const Block& block, const PlacedLine& line) const {
        for (std::int64_t i = block.images.begin; i < block.images.end; ++i) {
            fetch_soon(out_at(i, line.begin));
            fetch_soon(out_at(i, line.end - 1));
        }
    }

    std::int64_t offset(std::int64_t profile) const {
        return geometry_.offsets[static_cast<std::size_t>(profile)];
    }

    // So many samples of a line, from its sample `first` on.
    struct LinePart {
        const PlacedLine& line;
        std::int64_t first;
        std::int64_t count;
    };

    void work_on_line(Block& block, const PlacedLine& line, std::int64_t first, std::int64_t count) {
        const LinePart part{line, first - line.begin, count};
        if (!is_amid(part)) return work_on_any(block, first, count);
        bool found = false;
        for (std::int64_t i = block.images.begin; i < block.images.end; ++i) {
            if (sample_line(block, i, part)) continue;
            if (!found) find_chunk(first, count, block);
            found = true;
            work_on_any_image(block, i, first, count);
        }
    }

    bool is_amid(const LinePart& part) const {
        for (std::size_t k = 0; k < across_; ++k) {
            const StraightLine line = plain_lines_.line(part.line, k);
            if (!plain_lines_.is_amid(line, part.first, part.first + part.count - 1)) return false;
        }
        return true;
    }

    // Writes samples, reduced. Whether all are finite.
    bool sample_line(Block& block, std::int64_t i, const LinePart& part) {
        const std::int64_t sample = part.line.begin + part.first;
        const SampleLine sampler = plain_image_of(i).sample;
        const SomePixels& pixels = block.plain[static_cast<std::size_t>(i - block.images.begin)];
        if (are_final_) {
            return sampler(pixels, plain_lines_.line(part.line, 0), part.first, part.count,
                           around_cache_, out_at(i, sample));
        }
        for (std::size_t k = 0; k < across_; ++k) {
            if (!sampler(pixels, plain_lines_.line(part.line, k), part.first, part.count, false,
                         block.values[k].data())) {
                return false;
            }
        }
        finish(block, i, sample, part.count, true);
        return true;
    }

    // Reduces and writes a chunk of one image.
    void finish(Block& block, std::int64_t i, std::int64_t first, std::int64_t count, bool whole) {
        if (block.complete && !whole) fill_counts(block.group, block.stretch);
        block.complete &= whole;
        write(block, i, first, count, whole);
    }

    // Many samples across need more room and more time each, so there are fewer along.
    std::int64_t chunk_size() const {
        return across() <= few_across ? chunk_length
                                      : std::max<std::int64_t>(16, few_across * chunk_length / across());
    }
    std::int64_t block_size() const { return samples_per_block / chunk_length * chunk_size(); }
    std::int64_t across() const { return static_cast<std::int64_t>(across_); }

    const ProfileImage& image(std::int64_t i) const { return images_[static_cast<std::size_t>(i)]; }
    const PlainImage& plain_image_of(std::int64_t i) const {
        return plain_images_[static_cast<std::size_t>(i)];
    }

    // For samples of which more is to be known than that they are amid pixels.
    void make_room(Block& block) const {
        block.places = std::make_unique<Places>();
        block.places->across.resize(across_);
        block.values.resize(across_);
    }

    void find_chunk(std::int64_t first, std::int64_t count, Block& block) const {
        if (!block.places) make_room(block);
        Places& places = *block.places;
        positions_.find(first, count, places.middle);
        for (std::size_t k = 0; k < across_; ++k) {
            positions_.shift(places.middle, count, k, places.across[k]);
            find_places<axes>(places.across[k], count, amid_, sampling_.interpolation);
        }
    }

    // One sample of every place, NaN where there is none.
    void sample(const ProfileImage& image, const AnySample<axes>& any, const SamplePlace<axes>& place,
                std::int64_t count, double* values) const {
        if (has_amid_ && place.num_amid > 0) {
            visit_pixel_type(image.image.dtype, [&]<class T>(std::type_identity<T>) {
                if (pixels_are_native<T>(image.image)) {
                    sample_amid<axes>(image.image, place, count, sampling_.interpolation,
                                      NativePixels<T>{}, values);
                } else {
                    sample_amid<axes>(image.image, place, count, sampling_.interpolation,
                                      AnyPixels{pixel_loader(image.image)}, values);
                }
            });
        }
        for (std::int64_t i = 0; i < count; ++i) {
            const bool sound = has_amid_ && place.amid[i] != 0 && std::isfinite(values[i]) &&
                               !(image.mask && is_masked(*image.mask, place, i));
            if (sound) continue;
            std::array<double, axes> position;
            for (std::size_t axis = 0; axis < axes; ++axis) position[axis] = place.position[axis][i];
            values[i] = any.at(position);
        }
    }

    bool is_masked(const ImageView& mask, const SamplePlace<axes>& place, std::int64_t i) const {
        const auto strides = strides_of<axes>(mask);
        const std::byte* source = mask.data;
        for (std::size_t axis = 0; axis < axes; ++axis) source += place.pixel[axis][i] * strides[axis];
        const bool is_cubic = sampling_.interpolation == Interpolation::cubic;
        const bool is_nearest = sampling_.interpolation == Interpolation::nearest;
        return any_masked<axes>(source, strides.data(), is_cubic ? 1 : 0,
                                is_cubic     ? 2
                                : is_nearest ? 0
                                             : 1);
    }

    // With counts where a sample is missing.
    void write(Block& block, std::int64_t image, std::int64_t first, std::int64_t count, bool whole) {
        double* out = out_at(image, first);
        if (whole && reducer_.kind == Reduction::mean) {
            const double* values = block.values.front().data();
            if (across_ > 1) {
                double* means = block.reduced.front().data();
                weighted_means(values, chunk_length, geometry_.weights, count, means);
                values = means;
            }
            for (std::int64_t i = 0; i < count; ++i) out[i * output_.sample_step] = values[i];
            return;
        }
        for (std::int64_t i = 0; i < count; ++i) {
            const double* samples = block.values.front().data() + i;
            const auto [value, valid, status] = block.reduce.reduce(samples, chunk_length);
            out[i * output_.sample_step] = value;
            if (!whole) count_at(image, first + i) = valid;
            if (status != 0) {
                note_failure(first + i, image, status, block.reduce.valid(samples, chunk_length));
            }
        }
    }

    double* out_at(std::int64_t image, std::int64_t sample) const {
        return output_.values + image * output_.image_step + sample * output_.sample_step;
    }

    bool is_whole(std::int64_t count, const Block& block) const {
        bool whole = true;
        for (const auto& values : block.values) {
            for (std::int64_t i = 0; i < count; ++i) whole &= !std::isnan(values[i]);
        }
        return whole;
    }

    std::int64_t& count_at(std::int64_t image, std::int64_t sample) const {
        return output_.counts[image * output_.count_image_step + sample * output_.count_sample_step];
    }

    // As where no sample is missing.
    void fill_counts(std::int64_t group, std::int64_t stretch) const {
        const auto [first_image, last_image] = part(group, images_per_block, std::ssize(images_));
        for (std::int64_t i = first_image; i < last_image; ++i) {
            if (!are_plain_lines_) {
                fill_counts(i, part(stretch, block_size(), geometry_.samples()));
                continue;
            }
            for (const PlacedLine& line : order_.block(stretch)) {
                fill_counts(i, Stretch{line.begin, line.end});
            }
        }
    }

    void fill_counts(std::int64_t image, Stretch samples) const {
        for (std::int64_t s = samples.begin; s < samples.end; ++s) {
            count_at(image, s) = static_cast<std::int64_t>(across_);
        }
    }

    // The first profile, of its images the first and there the first sample is the one that is told of,
    // for any number of threads.
    void note_failure(std::int64_t sample, std::int64_t image, std::int32_t status,
                      std::vector<double> values) {
        const std::int64_t profile = positions_.profile_of(sample);
        const std::int64_t failure = profile * std::ssize(images_) + image;
        const std::scoped_lock lock(failure_lock_);
        const std::int64_t known = failed_.load(std::memory_order_relaxed);
        if (known >= 0 && std::pair(known, failed_sample_) <= std::pair(failure, sample)) return;
        failed_.store(failure, std::memory_order_relaxed);
        failed_sample_ = sample;
        result_.failed = profile;
        result_.failed_image = image;
        result_.failed_status = status;
        result_.failed_values = std::move(values);
    }

    // Whether what has failed comes before all that a block has from this sample on.
    bool is_in_vain(const Block& block, std::int64_t sample) const {
        const std::int64_t failed = failed_.load(std::memory_order_relaxed);
        if (failed < 0) return false;
        const std::int64_t profile = failed / std::ssize(images_);
        if (offset(profile + 1) <= sample) return true;
        return offset(profile) <= sample && failed % std::ssize(images_) < block.images.begin;
    }

    std::span<const ProfileImage> images_;
    const ProfileGeometry& geometry_;
    const Sampling& sampling_;
    const Reducer& reducer_;
    const ProfileOutput& output_;
    Positions<axes> positions_;
    PlainLines plain_lines_;
    std::vector<PlainImage> plain_images_;
    bool are_final_ = false;     // whether the samples of a line are its values, side by side
    bool around_cache_ = false;  // whether such values are too many for the cache
    bool are_plain_lines_ = false;
    LineOrder order_;
    std::size_t across_;
    std::array<Amid, axes> amid_;
    bool has_amid_ = true;
    std::atomic<std::int64_t> failed_{-1};  // profile x images + image
    std::mutex failure_lock_;               // for what follows, and for writing what stands above
    std::int64_t failed_sample_ = 0;
    ProfileResult result_;
};

void check(std::span<const ProfileImage> images, const ProfileGeometry& geometry) {
    for (const ProfileImage& image : images) {
        if (image.image.shape != images.front().image.shape) {
            throw std::invalid_argument("all images must have one shape");
        }
        if (image.mask && image.mask->shape != image.image.shape) {
            throw std::invalid_argument("a mask must have the shape of its image");
        }
    }
    const auto directions = static_cast<std::size_t>(geometry.axes - 1);
    if (geometry.weights.empty() ||
        geometry.offsets_across.size() != geometry.weights.size() * directions) {
        throw std::invalid_argument("one weight and position for each sample across");
    }
}

}  // namespace

ProfileResult sample_profiles(std::span<const ProfileImage> images, const ProfileGeometry& geometry,
                              const Sampling& sampling, const Reducer& reducer,
                              const ProfileOutput& output, int threads) {
    check(images, geometry);
    if (images.empty() || geometry.samples() == 0) return {};
    if (geometry.axes == 2) return Sampler<2>(images, geometry, sampling, reducer, output).run(threads);
    return Sampler<3>(images, geometry, sampling, reducer, output).run(threads);
}

}  // namespace mensura
