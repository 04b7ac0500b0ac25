// Traces outlines: blocks of rows on all threads, then the ends that meet between blocks are joined.
//
// An outline is a closed way over the edges of pixels. Its upright edges are the ends of runs: the way
// goes down along the left end of a run and up along the right end. A block of rows follows each of its
// upright edges once, from edge to edge, until the way closes, leaves the block or meets an edge that
// was followed before; that is a chain. Where a chain ends, another one begins, so outlines are rings of
// chains. Cost: one scan of the rows for runs, one step per edge, one lookup per chain that leaves its
// block. Blocks follow from the shape alone, and the result not even from them.
#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "mensura/outlines.hpp"
#include "mensura/threads.hpp"
#include "outlines/pixels.hpp"
#include "runs/label_runs.hpp"

namespace mensura {
namespace {

// Ways to go, each the left turn of the one before.
enum Way : int { down, right, up, left };

// An upright edge of pixel x in a row: the left one, which the way goes down along, has place 2x, the
// right one, which it goes up along, 2x + 1. Sorted as a scan meets them.
struct Edge {
    std::int64_t row;
    std::int64_t place;
    auto operator<=>(const Edge&) const = default;

    Way way() const { return place % 2 == 0 ? down : up; }
    Place end() const { return place % 2 == 0 ? Place{row + 1, place / 2} : Place{row, place / 2 + 1}; }
};

Edge edge_from(Place corner, int way) {
    const bool is_up = way == up;
    return {corner.y - is_up, 2 * corner.x - is_up};
}

// Labels that somebody writes to meanwhile have outlines that lead out of the image, to where none
// begins, or into another one. All else is followed as it is.
[[noreturn]] void throw_changed() {
    throw std::invalid_argument("the labels changed while their outlines were traced");
}

struct Chain {
    Edge first;
    Edge next;  // the first edge of the chain that goes on
    std::uint64_t label;
    std::int64_t begin;  // its corners, among those of the block
    std::int64_t end;
    std::int64_t least = -1;  // the first corner in raster order, if there is any corner
    bool is_hole = false;     // what the outline is, if none of its corners comes before `least`
};

struct BlockChains {
    std::vector<Chain> chains;  // sorted by their first edges
    std::vector<Place> corners;
};

template <class T>
class BlockTracer {
public:
    BlockTracer(const ImageView& labels, bool diagonal, std::int64_t row_begin, std::int64_t row_end)
        : pixels_(labels), turns_(turns(diagonal)), row_begin_(row_begin), row_end_(row_end),
          places_(2 * labels.shape.width + 2 * beside), origin_(beside - row_begin * places_),
          runs_(labels), nowhere_(static_cast<std::size_t>((row_end - row_begin) * places_)),
          followed_(nowhere_ / word_bits + 1) {}

    BlockChains trace() {
        for (std::int64_t r = row_begin_; r < row_end_; ++r) {
            runs_.read(r, 0, places_ / 2 - beside);
            runs_.visit([&](std::int64_t start, std::int64_t end, T label) {
                follow_if_new({r, 2 * start}, label);
                follow_if_new({r, 2 * end - 1}, label);
            });
        }
        found_.corners.resize(static_cast<std::size_t>(num_corners_));
        return std::move(found_);
    }

private:
    bool is_here(Edge edge) const { return edge.row >= row_begin_ && edge.row < row_end_; }
    std::size_t index(Edge edge) const {
        return static_cast<std::size_t>(edge.row * places_ + edge.place + origin_);
    }
    bool was_followed(std::size_t edge) const {
        return (followed_[edge / word_bits] >> (edge % word_bits) & 1) != 0;
    }
    void mark(std::size_t edge) { followed_[edge / word_bits] |= Word{1} << (edge % word_bits); }

    void follow_if_new(Edge first, T label) {
        if (was_followed(index(first))) return;
        Chain chain{};
        chain.first = first;
        chain.label = label;
        chain.begin = num_corners_;
        chain.next = follow(first, label);
        chain.end = num_corners_;
        find_least(chain);
        found_.chains.push_back(chain);
    }

    // Goes from upright edge to upright edge until the chain ends. Where it turns cannot be foreseen, so
    // all decisions but the last one are made without branches.
    Edge follow(Edge edge, T label) {
        Place at = edge.end();
        int way = edge.way();
        mark(index(edge));
        while (true) {
            const int sides = 2 * pixels_.is(ahead_left(at, way), label) +
                              1 * pixels_.is(ahead_left(at, (way + 3) % 4), label);
            const int turn = turns_[static_cast<std::size_t>(sides)];
            add_corner(at, turn != 0);
            way = (way + turn) % 4;
            const bool is_upright = way % 2 == 0;
            edge = edge_from(at, way);
            const std::size_t place = is_upright && is_here(edge) ? index(edge) : nowhere_;
            if (is_upright && (place == nowhere_ || was_followed(place))) return edge;
            mark(place);
            at.y += (way == down) - (way == up);
            at.x += (way == right) - (way == left);
        }
    }

    // The pixel ahead of a corner and left of the way. That on the right is left of the way to the
    // right.
    static Place ahead_left(Place at, int way) {
        return {at.y - (way == right || way == up), at.x - (way == up || way == left)};
    }

    void add_corner(Place at, bool is_one) {
        auto& corners = found_.corners;
        if (static_cast<std::size_t>(num_corners_) == corners.size()) {
            corners.resize(2 * corners.size() + 64);
        }
        corners[static_cast<std::size_t>(num_corners_)] = at;
        num_corners_ += is_one;
    }

    // From the first corner in raster order the way goes down around an object, and right around a hole.
    void find_least(Chain& chain) const {
        if (chain.begin == chain.end) return;
        const auto begin = found_.corners.begin();
        const auto least = std::min_element(begin + chain.begin, begin + chain.end);
        chain.least = least - begin;
        chain.is_hole = chain.least + 1 < chain.end && (least + 1)->y == least->y;
    }

    // The turn, as a number of left ones, by whether the pixels ahead on the left (2) and on the right
    // (1) are the object's.
    static constexpr std::array<int, 4> turns(bool diagonal) { return {1, diagonal ? 3 : 1, 0, 3}; }

    LabelPixels<T> pixels_;
    std::array<int, 4> turns_;
    std::int64_t row_begin_;
    std::int64_t row_end_;
    // Outside, where there is no object, the way turns back to the left at once. It gets there where the
    // labels change meanwhile.
    static constexpr std::int64_t beside = 4;
    std::int64_t places_;  // in a row, and some beside it
    std::int64_t origin_;  // of the places of the block
    LabelRuns<T> runs_;
    std::size_t nowhere_;  // past the edges of the block
    std::vector<Word> followed_;
    BlockChains found_;
    std::int64_t num_corners_ = 0;
};

// ------------------------------------------------------------------------------------ rings of chains

struct ChainNumber {
    std::size_t block;
    std::size_t chain;
};

struct Ring {
    std::uint64_t label;
    Place least;
    bool is_hole;
    ChainNumber first;  // that with the least corner
    std::int64_t corners;
};

class ChainTable {
public:
    ChainTable(std::vector<BlockChains> blocks, std::int64_t block_rows)
        : blocks_(std::move(blocks)), block_rows_(block_rows) {}

    const Chain& at(ChainNumber number) const { return blocks_[number.block].chains[number.chain]; }
    const Place* corners(ChainNumber number) const { return blocks_[number.block].corners.data(); }

    // The chain that goes on where one ends.
    ChainNumber next(ChainNumber number) const {
        const Chain& chain = at(number);
        if (chain.next == chain.first) return number;
        const auto block = static_cast<std::size_t>(chain.next.row / block_rows_);
        if (chain.next.row < 0 || block >= blocks_.size()) throw_changed();
        const auto& chains = blocks_[block].chains;
        const auto found =
            std::lower_bound(chains.begin(), chains.end(), chain.next,
                             [](const Chain& other, const Edge& edge) { return other.first < edge; });
        if (found == chains.end() || found->first != chain.next) throw_changed();
        return {block, static_cast<std::size_t>(found - chains.begin())};
    }

    std::vector<Ring> rings() const {
        std::vector<Ring> found;
        std::vector<std::vector<bool>> joined;
        for (const auto& block : blocks_) joined.emplace_back(block.chains.size());
        for (std::size_t b = 0; b < blocks_.size(); ++b) {
            for (std::size_t c = 0; c < blocks_[b].chains.size(); ++c) {
                if (!joined[b][c]) found.push_back(ring_from({b, c}, joined));
            }
        }
        return found;
    }

private:
    Ring ring_from(ChainNumber first, std::vector<std::vector<bool>>& joined) const {
        Ring ring{};
        ring.label = at(first).label;
        ChainNumber number = first;
        for (; !joined[number.block][number.chain]; number = next(number)) {
            joined[number.block][number.chain] = true;
            const Chain& chain = at(number);
            if (chain.least >= 0) {
                const Place least = corners(number)[chain.least];
                if (ring.corners == 0 || least < ring.least) {
                    ring.least = least;
                    ring.is_hole = chain.is_hole;
                    ring.first = number;
                }
            }
            ring.corners += chain.end - chain.begin;
        }
        if (&at(number) != &at(first) || ring.corners == 0) throw_changed();
        return ring;
    }

    std::vector<BlockChains> blocks_;
    std::int64_t block_rows_;
};

// ----------------------------------------------------------------------------------------- the result

double* write_corners(const Place* begin, const Place* end, double* out) {
    for (; begin != end; ++begin) {
        *out++ = static_cast<double>(begin->y) - 0.5;
        *out++ = static_cast<double>(begin->x) - 0.5;
    }
    return out;
}

// Writes the corners of a ring from the least on, which lies within its first chain.
void write_ring(const ChainTable& table, const Ring& ring, double* out) {
    const Chain& first = table.at(ring.first);
    const Place* corners = table.corners(ring.first);
    out = write_corners(corners + first.least, corners + first.end, out);
    for (auto number = table.next(ring.first); &table.at(number) != &first;
         number = table.next(number)) {
        const Chain& chain = table.at(number);
        out = write_corners(table.corners(number) + chain.begin, table.corners(number) + chain.end, out);
    }
    write_corners(corners + first.begin, corners + first.least, out);
}

Outlines write_rings(const ChainTable& table, const std::vector<Ring>& rings, int threads) {
    Outlines outlines;
    const std::size_t count = rings.size();
    outlines.offsets.resize(count + 1);
    outlines.labels.resize(count);
    outlines.is_hole.resize(count);
    outlines.offsets[0] = 0;
    for (std::size_t k = 0; k < count; ++k) {
        outlines.offsets[k + 1] = outlines.offsets[k] + rings[k].corners;
        outlines.labels[k] = rings[k].label;
        outlines.is_hole[k] = rings[k].is_hole;
    }
    outlines.corners.resize(static_cast<std::size_t>(2 * outlines.offsets[count]));
    constexpr std::size_t at_once = 256;
    for_each_block(
        static_cast<std::int64_t>((count + at_once - 1) / at_once), threads, [&](std::int64_t b) {
            const std::size_t begin = static_cast<std::size_t>(b) * at_once;
            for (std::size_t k = begin; k < std::min(count, begin + at_once); ++k) {
                write_ring(table, rings[k], outlines.corners.data() + 2 * outlines.offsets[k]);
            }
        });
    return outlines;
}

// Small enough to share out a small image, large enough that few outlines of a large one are cut.
std::int64_t rows_of_block(const Shape& shape) {
    const std::int64_t pixels =
        std::clamp<std::int64_t>(shape.pixels() / 32, std::int64_t{1} << 17, std::int64_t{1} << 20);
    return std::max<std::int64_t>(1, pixels / std::max<std::int64_t>(1, shape.width));
}

template <class T>
ChainTable trace_chains(const ImageView& labels, bool diagonal, int threads) {
    const std::int64_t height = labels.shape.pixels() == 0 ? 0 : labels.shape.height;
    const std::int64_t rows = rows_of_block(labels.shape);
    const std::int64_t count = (height + rows - 1) / rows;
    std::vector<BlockChains> blocks(static_cast<std::size_t>(count));
    for_each_block(count, threads, [&](std::int64_t b) {
        const std::int64_t end = std::min(height, (b + 1) * rows);
        blocks[static_cast<std::size_t>(b)] = BlockTracer<T>(labels, diagonal, b * rows, end).trace();
    });
    return {std::move(blocks), rows};
}

template <class T>
Outlines trace(const ImageView& labels, bool diagonal, int threads) {
    const ChainTable table = trace_chains<T>(labels, diagonal, threads);
    std::vector<Ring> rings = table.rings();
    std::sort(rings.begin(), rings.end(), [](const Ring& a, const Ring& b) {
        return std::tie(a.label, a.least) < std::tie(b.label, b.least);
    });
    return write_rings(table, rings, threads);
}

}  // namespace

Outlines trace_outlines(const ImageView& labels, bool diagonal, int threads) {
    if (labels.shape.depth != 1) throw std::invalid_argument("outlines are traced in two dimensions");
    Outlines outlines;
    visit_integer_type(labels.dtype, [&]<class T>(std::type_identity<T>) {
        outlines = trace<T>(labels, diagonal, threads);
    });
    return outlines;
}

}  // namespace mensura
