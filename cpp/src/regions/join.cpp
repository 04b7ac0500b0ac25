// Finds the regions of an image: scan rows to runs, join runs strip by strip, join the strips, number.
//
// The image is cut into strips of whole rows, by its shape alone. Each strip is scanned and joined by
// one thread with run numbers of its own; what remains are the contacts across the seams between strips,
// joined piece by piece on one thread. Pieces are numbered in raster order, and roots are the smallest
// members (union_find.hpp), so the final numbers do not depend on how the strips were shared out.
// Contacts come in closed form from bitmaps (runs/kernels.inl); unions run on the runs as in He, Chao
// and Suzuki, "A run-based two-scan labeling algorithm", IEEE TIP 17(5), 2008.
#include <algorithm>
#include <stdexcept>

#include "image/rows.hpp"
#include "mensura/regions.hpp"
#include "mensura/threads.hpp"
#include "regions/foreground.hpp"
#include "regions/union_find.hpp"
#include "runs/kernel_of.hpp"

namespace mensura {
namespace {

// An earlier row that may touch the current one: at (z + dz, y + dy), also diagonally along x or not.
struct Neighbor {
    int dz;
    int dy;
    bool diagonal;
};

std::vector<Neighbor> earlier_neighbors(int connectivity, bool volume) {
    std::vector<Neighbor> neighbors{{0, -1, connectivity >= 2}};
    if (!volume) return neighbors;
    neighbors.push_back({-1, 0, connectivity >= 2});
    if (connectivity >= 2) {
        neighbors.push_back({-1, -1, connectivity >= 3});
        neighbors.push_back({-1, 1, connectivity >= 3});
    }
    return neighbors;
}

// The row at a neighbor's place, or -1 where that lies outside the image.
std::int64_t neighbor_row(const Shape& shape, std::int64_t r, const Neighbor& n) {
    const std::int64_t z = r / shape.height + n.dz;
    const std::int64_t y = r % shape.height + n.dy;
    return z < 0 || y < 0 || y >= shape.height ? -1 : z * shape.height + y;
}

// Rows in a strip. Volumes are cut between planes, so that few contacts cross a seam.
std::int64_t rows_per_strip(const Shape& shape) {
    const std::int64_t width = std::max<std::int64_t>(1, shape.width);
    if (shape.depth == 1) return std::max<std::int64_t>(1, (std::int64_t{1} << 19) / width);
    const std::int64_t plane = std::max<std::int64_t>(1, shape.height * width);
    if (plane > std::int64_t{1} << 31) return std::max<std::int64_t>(1, (std::int64_t{1} << 22) / width);
    return shape.height * std::max<std::int64_t>(1, (std::int64_t{1} << 22) / plane);
}

// A bool image read as bytes: where all foreground is alike, that is all there is to know about it.
ImageView bytes_for_bool(ImageView image) {
    if (image.dtype == DType::boolean) image.dtype = DType::uint8;
    return image;
}

// Builds the strips of one image. P is the type of its pixels.
template <class P>
class Finder {
public:
    using T = equality_type<P>;

    Finder(const ImageView& image, const FindOptions& options)
        : image_(bytes_for_bool(image)), foreground_(image, options), threads_(options.threads),
          words_(words_for(image.shape.width)),
          neighbors_(earlier_neighbors(options.connectivity, image.shape.depth > 1)) {}

    Regions find() const {
        std::vector<Strip> strips = cut();
        for_each_block(static_cast<std::int64_t>(strips.size()), threads_, [&](std::int64_t s) {
            Strip& strip = strips[static_cast<std::size_t>(s)];
            Bits bits(*this, strip);
            scan(strip, bits);
            join(strip, bits);
        });
        return number(std::move(strips));
    }

private:
    // The bitmaps of a strip while it is joined. Starts are kept with the strip only where they do not
    // follow from the foreground.
    struct Bits {
        Bits(const Finder& finder, const Strip& strip)
            : words(finder.words_), row_begin(strip.row_begin),
              starts(static_cast<std::size_t>((strip.row_end - strip.row_begin) * words)),
              rank(starts.size()) {}

        Word* starts_of(std::int64_t r) { return starts.data() + (r - row_begin) * words; }
        std::uint32_t* rank_of(std::int64_t r) { return rank.data() + (r - row_begin) * words; }

        std::int64_t words;
        std::int64_t row_begin;
        std::vector<Word> starts;
        std::vector<std::uint32_t> rank;
    };

    std::vector<Strip> cut() const {
        const std::int64_t rows = image_.shape.rows();
        const std::int64_t step = rows_per_strip(image_.shape);
        std::vector<Strip> strips;
        for (std::int64_t r = 0; r < rows; r += step) {
            Strip& strip = strips.emplace_back();
            strip.row_begin = r;
            strip.row_end = std::min(rows, r + step);
        }
        return strips;
    }

    Word* foreground_of(Strip& strip, std::int64_t r) const {
        return strip.foreground.data() + (r - strip.row_begin) * words_;
    }

    void scan(Strip& strip, Bits& bits) const {
        RowReader<T> reader(image_);
        strip.foreground.resize(bits.starts.size());
        strip.first_run.reserve(static_cast<std::size_t>(strip.row_end - strip.row_begin + 1));
        std::int64_t runs = 0;
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            const T* row = reader.read(r, 0, image_.shape.width);
            foreground_.scan(row, foreground_of(strip, r), bits.starts_of(r));
            strip.first_run.push_back(runs);
            runs = kernels().rank(bits.starts_of(r), words_, runs, bits.rank_of(r));
        }
        strip.first_run.push_back(runs);
        if (runs > std::numeric_limits<std::uint32_t>::max()) {
            throw std::length_error("a row of the image holds more runs than 32 bits can count");
        }
    }

    void join(Strip& strip, Bits& bits) const {
        UnionFind<std::uint32_t> sets(static_cast<std::size_t>(strip.first_run.back()));
        Contacts contacts(*this);
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            for (const Neighbor& n : neighbors_) {
                const std::int64_t other = neighbor_row(image_.shape, r, n);
                if (other < strip.row_begin) continue;
                const JoinRow<T> c{foreground_of(strip, r), bits.starts_of(r), bits.rank_of(r), nullptr};
                const JoinRow<T> p{foreground_of(strip, other), bits.starts_of(other),
                                   bits.rank_of(other), nullptr};
                contacts.visit(r, c, other, p, n.diagonal,
                               [&](std::uint32_t a, std::uint32_t b) { sets.unite(a, b); });
            }
        }
        std::uint32_t pieces = 0;
        strip.piece = sets.take_numbers(pieces);
        strip.pieces = pieces;
        if (foreground_.by_value()) strip.starts = std::move(bits.starts);
    }

    // Contacts between two rows, with the values read where they matter.
    class Contacts {
    public:
        explicit Contacts(const Finder& finder)
            : finder_(finder), current_(finder.image_), earlier_(finder.image_),
              equal_(static_cast<std::size_t>(finder.words_)),
              found_(static_cast<std::size_t>(contacts_per_pixel * finder.words_ * word_bits)) {}

        template <class Edge>
        void visit(std::int64_t r, JoinRow<T> c, std::int64_t other, JoinRow<T> p, bool diagonal,
                   Edge edge) {
            const Word* equal = nullptr;
            if (finder_.foreground_.by_value()) {
                const std::int64_t width = finder_.image_.shape.width;
                c.values = current_.read(r, 0, width);
                p.values = earlier_.read(other, 0, width);
                scan_kernels_of<T>().equal(c.values, p.values, width, equal_.data());
                equal = equal_.data();
            }
            const std::int64_t count =
                scan_kernels_of<T>().contacts(c, p, equal, finder_.words_, diagonal, found_.data());
            for (std::int64_t k = 0; k < count; ++k) {
                const Contact& contact = found_[static_cast<std::size_t>(k)];
                edge(contact.current, contact.earlier);
            }
        }

    private:
        const Finder& finder_;
        RowReader<T> current_;
        RowReader<T> earlier_;
        std::vector<Word> equal_;
        std::vector<Contact> found_;
    };

    // The bitmaps of one row of a finished strip, made again for the few rows at a seam.
    struct SeamRow {
        std::vector<Word> starts;
        std::vector<std::uint32_t> rank;
    };

    JoinRow<T> seam_row(Strip& strip, std::int64_t r, SeamRow& made) const {
        const Word* foreground = foreground_of(strip, r);
        made.starts.resize(static_cast<std::size_t>(words_));
        made.rank.resize(static_cast<std::size_t>(words_));
        if (foreground_.by_value()) {
            std::copy_n(strip.starts.data() + (r - strip.row_begin) * words_, words_,
                        made.starts.data());
        } else {
            rising_bits(foreground, words_, made.starts.data());
        }
        const auto first = strip.first_run[static_cast<std::size_t>(r - strip.row_begin)];
        kernels().rank(made.starts.data(), words_, first, made.rank.data());
        return {foreground, made.starts.data(), made.rank.data(), nullptr};
    }

    // How far above a row its earlier neighbors can lie.
    std::int64_t reach() const { return image_.shape.depth > 1 ? image_.shape.height + 1 : 1; }

    void join_seams(std::vector<Strip>& strips, UnionFind<std::int64_t>& sets) const {
        Contacts contacts(*this);
        SeamRow made_c;
        SeamRow made_p;
        const std::int64_t step = rows_per_strip(image_.shape);
        for (Strip& strip : strips) {
            const std::int64_t end = std::min(strip.row_end, strip.row_begin + reach());
            for (std::int64_t r = strip.row_begin; r < end; ++r) {
                for (const Neighbor& n : neighbors_) {
                    const std::int64_t other = neighbor_row(image_.shape, r, n);
                    if (other < 0 || other >= strip.row_begin) continue;
                    Strip& above = strips[static_cast<std::size_t>(other / step)];
                    const JoinRow<T> c = seam_row(strip, r, made_c);
                    const JoinRow<T> p = seam_row(above, other, made_p);
                    contacts.visit(r, c, other, p, n.diagonal, [&](std::uint32_t a, std::uint32_t b) {
                        sets.unite(strip.first_piece + strip.piece[a],
                                   above.first_piece + above.piece[b]);
                    });
                }
            }
        }
    }

    Regions number(std::vector<Strip> strips) const {
        std::int64_t pieces = 0;
        for (Strip& strip : strips) {
            strip.first_piece = pieces;
            pieces += strip.pieces;
        }
        UnionFind<std::int64_t> sets(static_cast<std::size_t>(pieces));
        join_seams(strips, sets);
        std::int64_t count = 0;
        std::vector<std::int64_t> region_of_piece = sets.take_numbers(count);
        for (std::int64_t& region : region_of_piece) ++region;  // 0 is the background
        return Regions(image_.shape, std::move(strips), std::move(region_of_piece), count);
    }

    ImageView image_;
    Foreground<P> foreground_;
    int threads_;
    std::int64_t words_;
    std::vector<Neighbor> neighbors_;
};

}  // namespace

Regions find_regions(const ImageView& image, const FindOptions& options) {
    image.shape.pixels();  // throws where the shape is beyond 64 bits
    if (options.connectivity < 1 || options.connectivity > 3) {
        throw std::invalid_argument("connectivity must be 1, 2 or 3");
    }
    return visit_pixel_type(
        image.dtype, [&]<class P>(std::type_identity<P>) { return Finder<P>(image, options).find(); });
}

}  // namespace mensura
