// Runs of equal labels in the rows of a label image; 0 and negative labels belong to no object.
#pragma once

#include "image/rows.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

// T is the equality type of the labels.
template <class T>
class LabelRuns {
public:
    explicit LabelRuns(const ImageView& labels)
        : reader_(labels), is_signed_(is_signed_integer(labels.dtype)) {}

    // Reads pixels [begin, end) of row r, and returns them until the next call.
    const T* read(std::int64_t r, std::int64_t begin, std::int64_t end) {
        const std::int64_t width = end - begin;
        const std::int64_t words = words_for(width);
        foreground_.resize(static_cast<std::size_t>(words));
        starts_.resize(static_cast<std::size_t>(words));
        row_ = reader_.read(r, begin, width);
        scan_kernels_of<T>().scan(row_, width, T{0}, foreground_.data(), starts_.data());
        starts_from_breaks(foreground_.data(), words, starts_.data());
        runs_.read(foreground_.data(), starts_.data(), words);
        return row_;
    }

    // Calls visit(start, end, label) for the runs of what was read, counted from its first pixel. A run
    // may be overwritten once it was visited.
    template <class Visit>
    void visit(Visit visit) const {
        for (std::int64_t k = 0; k < runs_.count(); ++k) {
            const T label = row_[runs_.start(k)];
            if (is_signed_ && static_cast<std::make_signed_t<T>>(label) < 0) continue;
            visit(runs_.start(k), runs_.end(k), label);
        }
    }

private:
    RowReader<T> reader_;
    bool is_signed_;
    const T* row_ = nullptr;
    std::vector<Word> foreground_;
    std::vector<Word> starts_;
    RowRuns runs_;
};

}  // namespace mensura
