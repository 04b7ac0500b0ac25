// Fills regions with values, and finds the label around each of them.
#include <atomic>
#include <stdexcept>

#include "edit/each_row.hpp"
#include "image/row_writer.hpp"
#include "mensura/edit.hpp"
#include "regions/region_rows.hpp"

namespace mensura {
namespace {

// Writes the values of the regions. T is the equality type of the image.
template <class T>
class Filler {
public:
    Filler(const Regions& regions, std::span<const std::uint64_t> values, const MutableImageView& out)
        : rows_(regions), values_(values), writer_(out) {}

    void operator()(std::int64_t r) {
        rows_.visit_row(r, [&](std::int64_t start, std::int64_t end, std::int64_t region) {
            const std::uint64_t value = values_[static_cast<std::size_t>(region - 1)];
            writer_.fill(r, start, end, static_cast<T>(value));
        });
    }

private:
    RegionRows rows_;
    std::span<const std::uint64_t> values_;
    RowWriter<T> writer_;
};

// The label around each region, met by several threads in any order: the first label met stands, and
// another one spoils it, so the outcome does not depend on the order.
class Surroundings {
public:
    explicit Surroundings(std::int64_t count)
        : label_(static_cast<std::size_t>(count)), spoiled_(label_.size()) {}

    void meet(std::int64_t region, std::uint64_t label) {
        std::atomic<std::uint64_t>& known = label_[static_cast<std::size_t>(region - 1)];
        std::uint64_t expected = 0;
        if (!known.compare_exchange_strong(expected, label, std::memory_order_relaxed) &&
            expected != label) {
            spoil(region);
        }
    }

    void spoil(std::int64_t region) {
        spoiled_[static_cast<std::size_t>(region - 1)].store(true, std::memory_order_relaxed);
    }

    Column<std::uint64_t> labels() const {
        Column<std::uint64_t> labels(label_.size());
        for (std::size_t k = 0; k < labels.size(); ++k) labels[k] = spoiled_[k] ? 0 : label_[k].load();
        return labels;
    }

private:
    std::vector<std::atomic<std::uint64_t>> label_;
    std::vector<std::atomic<bool>> spoiled_;
};

// Looks at the pixels left and right of the runs of a row, and at those in the rows that share a face
// with it. T is the equality type of the labels.
template <class T>
class LookAround {
public:
    LookAround(const Regions& regions, const ImageView& labels, Surroundings& surroundings)
        : rows_(regions), shape_(labels.shape), is_signed_(is_signed_integer(labels.dtype)),
          reader_(labels), beside_{RowReader<T>(labels), RowReader<T>(labels), RowReader<T>(labels),
                                   RowReader<T>(labels)},
          surroundings_(surroundings) {}

    void operator()(std::int64_t r) {
        const T* row = nullptr;  // rows are read where they hold a region
        rows_.visit_row(r, [&](std::int64_t start, std::int64_t end, std::int64_t region) {
            if (row == nullptr) row = read_rows(r);
            Met met;
            if (start > 0) met.add(row[start - 1]);
            if (end < shape_.width) met.add(row[end]);
            for (int k = 0; k < num_beside_; ++k) {
                for (std::int64_t x = start; x < end; ++x) met.add(row_beside_[k][x]);
            }
            tell(region, met);
        });
    }

private:
    // The labels met around one run.
    struct Met {
        T label = 0;
        bool several = false;

        void add(T other) {
            if (other == 0) return;
            if (label == 0) label = other;
            several |= other != label;
        }
    };

    const T* read_rows(std::int64_t r) {
        const std::int64_t z = r / shape_.height;
        const std::int64_t y = r % shape_.height;
        num_beside_ = 0;
        if (y > 0) read_beside(r - 1);
        if (y + 1 < shape_.height) read_beside(r + 1);
        if (z > 0) read_beside(r - shape_.height);
        if (z + 1 < shape_.depth) read_beside(r + shape_.height);
        return reader_.read(r, 0, shape_.width);
    }

    void read_beside(std::int64_t r) {
        row_beside_[num_beside_] = beside_[num_beside_].read(r, 0, shape_.width);
        ++num_beside_;
    }

    void tell(std::int64_t region, const Met& met) {
        const bool negative = is_signed_ && static_cast<std::make_signed_t<T>>(met.label) < 0;
        if (met.several || negative) {
            surroundings_.spoil(region);
        } else if (met.label != 0) {
            surroundings_.meet(region, met.label);
        }
    }

    RegionRows rows_;
    Shape shape_;
    bool is_signed_;
    RowReader<T> reader_;
    RowReader<T> beside_[4];
    const T* row_beside_[4] = {};
    int num_beside_ = 0;
    Surroundings& surroundings_;
};

}  // namespace

void fill(const Regions& regions, std::span<const std::uint64_t> values, const MutableImageView& out,
          int threads) {
    if (out.shape != regions.shape()) throw std::invalid_argument("out must have the regions' shape");
    if (static_cast<std::int64_t>(values.size()) != regions.count()) {
        throw std::invalid_argument("every region needs one value");
    }
    if (values.empty()) return;
    visit_integer_type(out.dtype, [&]<class T>(std::type_identity<T>) {
        for_each_row(out.shape, threads, [&] { return Filler<T>(regions, values, out); });
    });
}

Column<std::uint64_t> labels_around(const Regions& regions, const ImageView& labels, int threads) {
    if (labels.shape != regions.shape()) {
        throw std::invalid_argument("labels must have the regions' shape");
    }
    Surroundings surroundings(regions.count());
    visit_integer_type(labels.dtype, [&]<class T>(std::type_identity<T>) {
        for_each_row(labels.shape, threads,
                     [&] { return LookAround<T>(regions, labels, surroundings); });
    });
    return surroundings.labels();
}

}  // namespace mensura
