// The runs of a label image, sorted by object.
//
// Blocks of rows are scanned one by one, each numbering the labels it meets; the blocks' numbers are
// then joined, in order, and tell every run its place. Cost: one read of every pixel, two writes of
// every run.
#include <algorithm>

#include "image/dtype.hpp"
#include "measure/label_index.hpp"
#include "mensura/rings.hpp"
#include "mensura/threads.hpp"
#include "runs/label_runs.hpp"

namespace mensura {
namespace {

// The runs of some rows. Slots count the labels of the block in order of appearance.
struct RowBlock {
    std::vector<RegionRun> runs;
    std::vector<std::uint32_t> slot;  // of each run
    std::vector<std::int64_t> count;  // of each slot: runs
    Column<std::uint64_t> label;
    std::vector<std::int64_t> place;  // of each slot: of its next run among all
};

template <class T>
RowBlock scan_rows(const ImageView& labels, std::int64_t row_begin, std::int64_t row_end) {
    RowBlock block;
    LabelIndex index;
    LabelRuns<T> reader(labels);
    for (std::int64_t r = row_begin; r < row_end; ++r) {
        reader.read(r, 0, labels.shape.width);
        reader.visit([&](std::int64_t start, std::int64_t end, T label) {
            const auto slot = static_cast<std::size_t>(index.slot(label));
            if (slot == block.count.size()) block.count.push_back(0);
            ++block.count[slot];
            block.runs.push_back({r, start, end});
            block.slot.push_back(static_cast<std::uint32_t>(slot));
        });
    }
    block.label = index.labels();
    return block;
}

// The labels of all blocks in increasing order; each slot's label is replaced by its rank.
Column<std::uint64_t> rank_labels(std::vector<RowBlock>& blocks) {
    LabelIndex index;
    for (RowBlock& block : blocks) {
        for (std::uint64_t& label : block.label) {
            label = static_cast<std::uint64_t>(index.slot(label));
        }
    }
    const Column<std::size_t> order = index.sorted_slots();
    Column<std::uint64_t> labels(order.size());
    Column<std::uint64_t> rank(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) {
        labels[k] = index.labels()[order[k]];
        rank[order[k]] = k;
    }
    for (RowBlock& block : blocks) {
        for (std::uint64_t& slot : block.label) slot = rank[slot];
    }
    return labels;
}

// Where the runs of each object begin, and one past the last; tells the blocks where theirs go.
std::vector<std::int64_t> give_places(std::vector<RowBlock>& blocks, std::size_t objects) {
    std::vector<std::int64_t> first(objects + 1);
    for (const RowBlock& block : blocks) {
        for (std::size_t s = 0; s < block.label.size(); ++s) first[block.label[s] + 1] += block.count[s];
    }
    for (std::size_t k = 0; k < objects; ++k) first[k + 1] += first[k];
    std::vector<std::int64_t> next(first.begin(), first.end() - 1);
    for (RowBlock& block : blocks) {
        block.place.resize(block.label.size());
        for (std::size_t s = 0; s < block.label.size(); ++s) {
            block.place[s] = next[block.label[s]];
            next[block.label[s]] += block.count[s];
        }
    }
    return first;
}

}  // namespace

RingObjects::RingObjects(const ImageView& labels, int threads) : shape_(labels.shape) {
    constexpr std::int64_t block_pixels = std::int64_t{1} << 18;
    const std::int64_t rows = shape_.pixels() == 0 ? 0 : shape_.rows();
    const std::int64_t rows_of_block =
        std::max<std::int64_t>(1, block_pixels / std::max<std::int64_t>(1, shape_.width));
    const std::int64_t count = (rows + rows_of_block - 1) / rows_of_block;
    std::vector<RowBlock> blocks(static_cast<std::size_t>(count));
    visit_integer_type(labels.dtype, [&]<class T>(std::type_identity<T>) {
        for_each_block(count, threads, [&](std::int64_t b) {
            blocks[static_cast<std::size_t>(b)] =
                scan_rows<T>(labels, b * rows_of_block, std::min(rows, (b + 1) * rows_of_block));
        });
    });
    labels_ = rank_labels(blocks);
    first_run_ = give_places(blocks, labels_.size());
    runs_.resize(static_cast<std::size_t>(first_run_.back()));
    for_each_block(count, threads, [&](std::int64_t b) {
        RowBlock& block = blocks[static_cast<std::size_t>(b)];
        for (std::size_t k = 0; k < block.runs.size(); ++k) {
            runs_[static_cast<std::size_t>(block.place[block.slot[k]]++)] = block.runs[k];
        }
        block = {};
    });
    boxes_.resize(labels_.size());
    pixels_.resize(labels_.size());
    constexpr std::int64_t group = 4096;
    const auto objects = static_cast<std::int64_t>(labels_.size());
    for_each_block((objects + group - 1) / group, threads, [&](std::int64_t g) {
        for (std::int64_t k = g * group; k < std::min(objects, (g + 1) * group); ++k) {
            const auto object = static_cast<std::size_t>(k);
            Box box{{shape_.depth, shape_.height, shape_.width}, {0, 0, 0}};
            std::int64_t pixels = 0;
            for (const RegionRun& run : runs(object)) {
                const std::array<std::int64_t, 3> first{run.row / shape_.height, run.row % shape_.height,
                                                        run.start};
                const std::array<std::int64_t, 3> end{first[0] + 1, first[1] + 1, run.end};
                for (std::size_t a = 0; a < 3; ++a) {
                    box.begin[a] = std::min(box.begin[a], first[a]);
                    box.end[a] = std::max(box.end[a], end[a]);
                }
                pixels += run.end - run.start;
            }
            boxes_[object] = box;
            pixels_[object] = pixels;
        }
    });
}

RingObjects::RingObjects(const Shape& whole) : shape_(whole), first_run_{0} {
    if (whole.pixels() == 0) return;
    for (std::int64_t r = 0; r < whole.rows(); ++r) runs_.push_back({r, 0, whole.width});
    labels_ = {1};
    first_run_.push_back(whole.rows());
    boxes_ = {{{0, 0, 0}, {whole.depth, whole.height, whole.width}}};
    pixels_ = {whole.pixels()};
}

}  // namespace mensura
