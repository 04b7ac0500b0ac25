// Replaces labels by others, run by run.
//
// A row is copied, then the runs of labels that have a new value are written over the copy. Labels are
// looked up once per run in an index that is made before and only read by the threads.
#include <stdexcept>

#include "edit/each_row.hpp"
#include "image/row_writer.hpp"
#include "measure/label_index.hpp"
#include "mensura/edit.hpp"
#include "runs/label_runs.hpp"

namespace mensura {
namespace {

// New values of labels.
class Replacements {
public:
    Replacements(std::span<const std::uint64_t> ids, std::span<const std::uint64_t> values)
        : values_(values) {
        if (ids.size() != values.size()) throw std::invalid_argument("every id needs one value");
        for (const std::uint64_t id : ids) index_.slot(id);
        if (index_.size() != ids.size()) throw std::invalid_argument("every id may stand there once");
    }

    // Null where the label is not among the ids.
    const std::uint64_t* find(std::uint64_t label) const {
        const std::int64_t slot = index_.find(label);
        return slot < 0 ? nullptr : &values_[static_cast<std::size_t>(slot)];
    }

private:
    std::span<const std::uint64_t> values_;
    LabelIndex index_;
};

bool is_same_image(const ImageView& labels, const MutableImageView& out) {
    return labels.data == out.data && labels.dtype == out.dtype && labels.strides.x == out.strides.x &&
           labels.strides.y == out.strides.y && labels.strides.z == out.strides.z;
}

// T and U are the equality types of the labels and of the output.
template <class T, class U>
class Relabeler {
public:
    Relabeler(const ImageView& labels, const Replacements& replacements, const MutableImageView& out)
        : runs_(labels), replacements_(replacements), writer_(out), width_(labels.shape.width),
          in_place_(is_same_image(labels, out)), is_kept_(labels.dtype == out.dtype) {}

    void operator()(std::int64_t r) {
        const T* row = runs_.read(r, 0, width_);
        if (!in_place_) write_rest(r, row);
        runs_.visit([&](std::int64_t start, std::int64_t end, std::uint64_t label) {
            const std::uint64_t* value = replacements_.find(label);
            if (value != nullptr) writer_.fill(r, start, end, static_cast<U>(*value));
        });
    }

private:
    // What pixels are whose label is not replaced.
    void write_rest(std::int64_t r, const T* row) const {
        if constexpr (std::is_same_v<T, U>) {
            if (is_kept_) {
                writer_.copy(r, row);
                return;
            }
        }
        writer_.fill(r, 0, width_, U{0});
    }

    LabelRuns<T> runs_;
    const Replacements& replacements_;
    RowWriter<U> writer_;
    std::int64_t width_;
    bool in_place_;
    bool is_kept_;
};

}  // namespace

void relabel(const ImageView& labels, std::span<const std::uint64_t> ids,
             std::span<const std::uint64_t> values, const MutableImageView& out, int threads) {
    if (out.shape != labels.shape) throw std::invalid_argument("out must have the shape of the labels");
    const Replacements replacements(ids, values);
    visit_integer_type(labels.dtype, [&]<class T>(std::type_identity<T>) {
        visit_integer_type(out.dtype, [&]<class U>(std::type_identity<U>) {
            for_each_row(labels.shape, threads,
                         [&] { return Relabeler<T, U>(labels, replacements, out); });
        });
    });
}

}  // namespace mensura
