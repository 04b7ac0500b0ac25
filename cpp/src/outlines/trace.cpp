// Traces outlines: blocks of rows on all threads, then the ends that meet between blocks are joined.
//
// An outline is a closed way over the edges of pixels. Its upright edges are the ends of runs: the way
// goes down along the left end of a run and up along the right end. A block of rows follows each of its
// upright edges once, from edge to edge, until the way closes, leaves the block or meets an edge that
// was followed before; that is a chain. Where a chain ends, another one begins, so outlines are rings of
// chains. Cost: one scan of the rows for runs, one step per edge, one lookup per chain that leaves its
// block. Blocks follow from the shape alone, and the result not even from them.
#include <algorithm>
#include <numeric>
#include <tuple>
#include <vector>

#include "mensura/outlines.hpp"
#include "mensura/threads.hpp"
#include "outlines/pixels.hpp"
#include "runs/label_runs.hpp"

namespace mensura {
namespace {

// Ways to go, in the order in which each is the left turn of the one before.
enum Way : int { down, right, up, left };
constexpr Way turned_left(Way way) { return static_cast<Way>((way + 1) % 4); }
constexpr Way turned_right(Way way) { return static_cast<Way>((way + 3) % 4); }

// An upright edge of pixel x in a row: the left one, which the way goes down along, has place 2x, the
// right one, which it goes up along, 2x + 1. Sorted as a scan meets them.
struct Edge {
    std::int64_t row;
    std::int64_t place;
    auto operator<=>(const Edge&) const = default;

    Way way() const { return place % 2 == 0 ? down : up; }
    Place end() const { return place % 2 == 0 ? Place{row + 1, place / 2} : Place{row, place / 2 + 1}; }
};

Edge edge_from(Place corner, Way way) {
    return way == down ? Edge{corner.y, 2 * corner.x} : Edge{corner.y - 1, 2 * corner.x - 1};
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
        : pixels_(labels), diagonal_(diagonal), row_begin_(row_begin), row_end_(row_end),
          places_(2 * labels.shape.width), runs_(labels),
          followed_(static_cast<std::size_t>((row_end - row_begin) * places_)) {}

    BlockChains trace() {
        for (std::int64_t r = row_begin_; r < row_end_; ++r) {
            runs_.read(r, 0, places_ / 2);
            runs_.visit([&](std::int64_t start, std::int64_t end, T label) {
                follow_if_new({r, 2 * start}, label);
                follow_if_new({r, 2 * end - 1}, label);
            });
        }
        return std::move(found_);
    }

private:
    bool is_here(Edge edge) const { return edge.row >= row_begin_ && edge.row < row_end_; }
    std::size_t index(Edge edge) const {
        return static_cast<std::size_t>((edge.row - row_begin_) * places_ + edge.place);
    }

    void follow_if_new(Edge first, T label) {
        if (followed_[index(first)]) return;
        Chain chain{};
        chain.first = first;
        chain.label = label;
        chain.begin = static_cast<std::int64_t>(found_.corners.size());
        chain.least = -1;
        Edge edge = first;
        do {
            followed_[index(edge)] = true;
            edge = next_edge(edge, label, chain);
        } while (is_here(edge) && !followed_[index(edge)]);
        chain.next = edge;
        chain.end = static_cast<std::int64_t>(found_.corners.size());
        found_.chains.push_back(chain);
    }

    // Goes from one upright edge to the next, past any number of level ones.
    Edge next_edge(Edge edge, T label, Chain& chain) {
        Place at = edge.end();
        Way way = edge.way();
        while (true) {
            const Way onward = turn(at, way, label);
            if (onward != way) add_corner(at, onward, chain);
            way = onward;
            if (way == down || way == up) return edge_from(at, way);
            at.x += way == right ? 1 : -1;
        }
    }

    // The way from a corner that is reached with the object on the left and something else on the right.
    Way turn(Place at, Way way, T label) const {
        const bool left_is_object = pixels_.is(ahead_left(at, way), label);
        if (!left_is_object && !diagonal_) return turned_left(way);
        if (pixels_.is(ahead_right(at, way), label)) return turned_right(way);
        return left_is_object ? way : turned_left(way);
    }

    // The pixels ahead of a corner, left and right of the way.
    static Place ahead_left(Place at, Way way) {
        return {at.y - (way == right || way == up), at.x - (way == up || way == left)};
    }
    static Place ahead_right(Place at, Way way) { return ahead_left(at, turned_right(way)); }

    void add_corner(Place at, Way onward, Chain& chain) {
        auto& corners = found_.corners;
        if (chain.least < 0 || at < corners[static_cast<std::size_t>(chain.least)]) {
            chain.least = static_cast<std::int64_t>(corners.size());
            chain.is_hole = onward == right;
        }
        corners.push_back(at);
    }

    LabelPixels<T> pixels_;
    bool diagonal_;
    std::int64_t row_begin_;
    std::int64_t row_end_;
    std::int64_t places_;  // in a row
    LabelRuns<T> runs_;
    std::vector<bool> followed_;
    BlockChains found_;
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
        const auto& chains = blocks_[block].chains;
        const auto found =
            std::lower_bound(chains.begin(), chains.end(), chain.next,
                             [](const Chain& other, const Edge& edge) { return other.first < edge; });
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
        for (ChainNumber number = first; !joined[number.block][number.chain]; number = next(number)) {
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
