// Tables of any labels, intensities, masks and plans, against loops over the pixels: counts, boxes,
// sums, extremes and quality exactly, means and moments to rounding. One thread and three give the same
// bits, and so do two tiles where the image is of integers.
#include <cmath>
#include <map>

#include "input.hpp"
#include "mensura/measure.hpp"
#include "target.hpp"

namespace mensura::fuzz {
namespace {

struct Question {
    AnyImage labels;
    Channel channel;
    MeasurePlan plan;

    ChannelView channel_view() const { return {channel.image.view, channel.mask_view()}; }
};

Question make_question(Bytes& bytes) {
    const Shape shape = make_shape(bytes);
    AnyImage labels = make_labels(bytes, shape);
    Question q{std::move(labels), make_channel(bytes, shape), {}};
    MeasurePlan& plan = q.plan;
    plan.axes = shape.depth == 1 && bytes.flag() ? 2 : 3;
    plan.image = shape;
    for (bool MeasurePlan::* choice :
         {&MeasurePlan::second_moments, &MeasurePlan::border_pixels, &MeasurePlan::intensity_squares,
          &MeasurePlan::intensity_powers, &MeasurePlan::intensity_weighted_centroid,
          &MeasurePlan::intensity_positions, &MeasurePlan::intensity_quality}) {
        plan.*choice = bytes.flag();
    }
    return q;
}

// What loops find about one label.
struct Object {
    std::int64_t count = 0;
    std::array<std::int64_t, 3> begin{}, end{};
    std::array<long double, 3> coordinates{};
    std::int64_t border = 0;
    std::int64_t valid = 0, nan = 0, masked = 0, at_min = 0;
    long double sum = 0, magnitude = 0;
    long double low = 0, high = 0;
    std::array<std::int64_t, 3> low_at{}, high_at{};

    void add_place(const std::array<std::int64_t, 3>& at, const Shape& shape, int axes) {
        for (std::size_t a = 0; a < 3; ++a) {
            begin[a] = count == 0 ? at[a] : std::min(begin[a], at[a]);
            end[a] = count == 0 ? at[a] + 1 : std::max(end[a], at[a] + 1);
            coordinates[a] += static_cast<long double>(at[a]);
        }
        ++count;
        const bool z_border = axes == 3 && (at[0] == 0 || at[0] + 1 == shape.depth);
        border += z_border || at[1] == 0 || at[1] + 1 == shape.height || at[2] == 0 ||
                  at[2] + 1 == shape.width;
    }

    void add_value(long double v, bool is_masked, const std::array<std::int64_t, 3>& at) {
        masked += is_masked;
        if (is_masked) return;
        nan += v != v;
        if (!(std::abs(v) <= std::numeric_limits<long double>::max())) return;
        if (valid == 0 || v < low) {
            low = v;
            low_at = at;
            at_min = 0;
        }
        if (valid == 0 || v > high) {
            high = v;
            high_at = at;
        }
        at_min += v == low;
        sum += v;
        magnitude += std::abs(v);
        ++valid;
    }
};

using Objects = std::map<std::uint64_t, Object>;

Objects loop_over(const Question& q) {
    Objects objects;
    visit_pixels(q.labels.view.shape, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
        const long double label = q.labels.at(z, y, x);
        if (label <= 0) return;
        Object& object = objects[static_cast<std::uint64_t>(label)];
        object.add_place({z, y, x}, q.labels.view.shape, q.plan.axes);
        object.add_value(q.channel.image.at(z, y, x), q.channel.is_masked(z, y, x), {z, y, x});
    });
    return objects;
}

void check_geometry(const Question& q, const RegionTable& table, std::size_t k, const Object& object) {
    require(table.count[k] == object.count, "another number of pixels");
    for (std::size_t a = q.plan.first_axis(); a < 3; ++a) {
        require(table.box_begin[a][k] == object.begin[a], "a box begins elsewhere");
        require(table.box_end[a][k] == object.end[a], "a box ends elsewhere");
        const long double mean = object.coordinates[a] / static_cast<long double>(object.count);
        const auto corner = static_cast<long double>(object.begin[a]);
        require(is_near(table.centroid[a][k], mean - corner, 1 + mean), "a centroid lies elsewhere");
    }
    if (q.plan.border_pixels) {
        require(table.border_pixels[k] == object.border, "other pixels on the border");
    }
}

void check_intensity(const Question& q, const RegionTable& table, std::size_t k, const Object& object) {
    const RegionTable::Channel& channel = table.channels[0];
    require(channel.valid[k] == object.valid, "another number of valid pixels");
    if (q.plan.intensity_quality) {
        require(channel.nan[k] == object.nan, "another number of NaN");
        require(channel.masked[k] == object.masked, "another number of masked pixels");
        require(channel.at_min[k] == object.at_min, "another number of smallest pixels");
    }
    if (object.valid == 0) {
        require(std::isnan(channel.sum[k]) && std::isnan(channel.min[k]), "undefined is not NaN");
        return;
    }
    require(channel.min[k] == static_cast<double>(object.low), "another minimum");
    require(channel.max[k] == static_cast<double>(object.high), "another maximum");
    require(is_near(channel.sum[k], object.sum, object.magnitude), "another sum");
    const auto valid = static_cast<long double>(object.valid);
    require(is_near(channel.mean[k], object.sum / valid, object.magnitude / valid), "another mean");
    if (!q.plan.intensity_positions) return;
    for (std::size_t a = q.plan.first_axis(); a < 3; ++a) {
        require(channel.min_at[a][k] == static_cast<double>(object.low_at[a]), "a minimum elsewhere");
        require(channel.max_at[a][k] == static_cast<double>(object.high_at[a]), "a maximum elsewhere");
    }
}

template <class T, std::size_t n>
void append_each(std::string& all, const std::array<Column<T>, n>& columns) {
    for (const auto& column : columns) append(all, column);
}

std::string bits_of(const RegionTable& table) {
    std::string all;
    append(all, table.label);
    append(all, table.count);
    append_each(all, table.box_begin);
    append_each(all, table.box_end);
    append_each(all, table.centroid);
    append_each(all, table.covariance);
    append(all, table.border_pixels);
    for (const RegionTable::Channel& c : table.channels) {
        append(all, c.valid);
        for (const auto* column :
             {&c.sum, &c.mean, &c.min, &c.max, &c.above_min, &c.squares, &c.skewness, &c.kurtosis}) {
            append(all, *column);
        }
        append_each(all, c.min_at);
        append_each(all, c.max_at);
        for (const auto* column : {&c.nan, &c.masked, &c.saturated, &c.at_min}) append(all, *column);
        append_each(all, c.centroid);
    }
    return all;
}

// A part of a view along y, of all its columns and planes.
ImageView rows_of(ImageView view, std::int64_t begin, std::int64_t end) {
    view.data += begin * view.strides.y;
    view.shape.height = end - begin;
    return view;
}

RegionTable measure_tiles(const Question& q, std::int64_t cut) {
    ChannelKind kind;
    kind.dtype = q.channel.image.view.dtype;
    Accumulator accumulator(q.plan, {kind});
    const std::int64_t height = q.labels.view.shape.height;
    for (const auto& [begin, end] : {std::pair{cut, height}, std::pair{std::int64_t{0}, cut}}) {
        if (begin == end) continue;
        ChannelView channel{rows_of(q.channel.image.view, begin, end)};
        if (q.channel.has_mask) channel.mask = rows_of(q.channel.mask.view, begin, end);
        accumulator.add(rows_of(q.labels.view, begin, end), {&channel, 1}, {0, begin, 0}, 1);
    }
    return accumulator.table(1);
}

}  // namespace
}  // namespace mensura::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mensura::fuzz;
    Bytes bytes(data, size);
    const Question q = make_question(bytes);
    const mensura::ChannelView channel = q.channel_view();
    const auto table = measure_labels(q.labels.view, {&channel, 1}, q.plan, 1);
    const Objects objects = loop_over(q);
    require(table.label.size() == objects.size(), "another number of objects");
    std::size_t k = 0;
    for (const auto& [label, object] : objects) {
        require(table.label[k] == label, "another label");
        check_geometry(q, table, k, object);
        check_intensity(q, table, k, object);
        ++k;
    }
    const std::string bits = bits_of(table);
    require(bits_of(measure_labels(q.labels.view, {&channel, 1}, q.plan, 3)) == bits,
            "three threads give other bits");
    if (!is_floating(q.channel.image.view.dtype)) {
        const std::int64_t cut = bytes.below(1 + q.labels.view.shape.height);
        require(bits_of(measure_tiles(q, cut)) == bits, "tiles give other bits");
    }
    add_to_digest(bits.data(), bits.size());
    return 0;
}
