// Walks over the runs of stored regions, row by row.
#pragma once

#include "mensura/regions.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

class RegionRows {
public:
    explicit RegionRows(const Regions& regions)
        : regions_(regions), words_(words_for(regions.shape().width)),
          starts_(static_cast<std::size_t>(words_)) {}

    // Calls visit(start, end, region) for every run of row r, from left to right.
    template <class Visit>
    void visit_row(std::int64_t r, Visit visit) {
        const Strip& strip = regions_.strip_of_row(r);
        const std::int64_t local = r - strip.row_begin;
        const Word* foreground = strip.foreground.data() + local * words_;
        const Word* starts = strip.starts.data() + local * words_;
        if (strip.starts.empty()) {
            rising_bits(foreground, words_, starts_.data());
            starts = starts_.data();
        }
        runs_.read(foreground, starts, words_);
        const std::int64_t first = strip.first_run[static_cast<std::size_t>(local)];
        for (std::int64_t k = 0; k < runs_.count(); ++k) {
            const std::int64_t region = regions_.region(strip, first + k);
            if (region != 0) visit(runs_.start(k), runs_.end(k), region);
        }
    }

private:
    const Regions& regions_;
    std::int64_t words_;
    std::vector<Word> starts_;
    RowRuns runs_;
};

}  // namespace mensura
