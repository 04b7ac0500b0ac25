// Finds the regions of an image: scan rows to runs, join runs strip by strip, join the strips, number.
//
// The image is cut into strips of whole rows, by its shape alone. Each strip is scanned and joined by
// one thread with run numbers of its own, and its pieces are numbered in raster order; what remains are
// the contacts across the seams between strips (seams.hpp). Roots are the smallest members
// (union_find.hpp), so the final numbers do not depend on how the strips were shared out.
//
// Contacts come in closed form from bitmaps (runs/contacts.inl); unions run on the runs as in He, Chao
// and Suzuki, "A run-based two-scan labeling algorithm", IEEE TIP 17(5), 2008. Where values do not
// matter and every diagonal connects, two or four rows are joined as one band, which on noise leaves a
// third of the runs: the rows of Bolelli et al., "Spaghetti labeling", IEEE TIP 29, 2020, merge pixels
// into blocks for the same reason. A band's runs are numbered by x, so its pieces are put back into
// raster order.
#include <limits>
#include <numeric>
#include <stdexcept>

#include "mensura/threads.hpp"
#include "regions/contacts.hpp"
#include "regions/foreground.hpp"
#include "regions/implied.hpp"
#include "regions/neighbors.hpp"
#include "regions/raster_numbers.hpp"
#include "regions/region_rows.hpp"
#include "regions/seam_numbers.hpp"
#include "regions/seams.hpp"
#include "regions/union_find.hpp"

namespace mensura {
namespace {

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
        : image_(bytes_for_bool(image)), foreground_(image, options), options_(options),
          words_(words_for(image.shape.width)),
          bands_(choose_bands(image.shape, options, foreground_.by_value())),
          neighbors_(earlier_neighbors(options.connectivity, image.shape.depth > 1)) {}

    Regions find() const {
        const auto runs = std::make_shared<RunTable>();
        const std::int64_t rows = image_.shape.rows();
        runs->strips = cut(rows);
        runs->foreground.resize(static_cast<std::size_t>(rows * words_));
        if (foreground_.by_value()) runs->starts.resize(runs->foreground.size());
        for_each_block(count_of(runs->strips), options_.threads, [&](std::int64_t s) {
            Strip& strip = runs->strips[static_cast<std::size_t>(s)];
            Bits bits(*this, *runs, strip);
            scan(*runs, strip);
            count_runs(*runs, strip, bits);
            join(*runs, strip, bits);
        });
        return number(runs);
    }

private:
    // Where the runs of a strip's bands start, while it is joined, and how many lie before each word.
    // Kept with the image only where starts do not follow from the foreground.
    struct Bits {
        Bits(const Finder& finder, RunTable& runs, const Strip& strip)
            : words(finder.words_), first_band(finder.bands_.of_row(strip.row_begin)),
              end_band(finder.bands_.of_row(strip.row_end - 1) + 1),
              rank(static_cast<std::size_t>((end_band - first_band) * words)) {
            if (runs.starts.empty()) {
                made.resize(rank.size());
                starts = made.data();
            } else {
                starts = runs.starts.data() + strip.row_begin * words;
            }
        }

        Word* starts_of(std::int64_t band) { return starts + (band - first_band) * words; }
        std::uint32_t* rank_of(std::int64_t band) { return rank.data() + (band - first_band) * words; }
        JoinRow row(const Word* foreground, std::int64_t band) {
            return {foreground, starts_of(band), rank_of(band)};
        }

        std::int64_t words;
        std::int64_t first_band;
        std::int64_t end_band;
        Word* starts;
        Column<Word> made;
        Column<std::uint32_t> rank;
    };

    static std::int64_t count_of(const std::vector<Strip>& strips) {
        return static_cast<std::int64_t>(strips.size());
    }

    std::vector<Strip> cut(std::int64_t rows) const {
        std::vector<Strip> strips;
        if (image_.shape.pixels() == 0) return strips;
        const std::int64_t step = rows_per_strip(bands_, options_.strip_pixels);
        for (std::int64_t r = 0; r < rows; r += step) {
            Strip& strip = strips.emplace_back();
            strip.row_begin = r;
            strip.row_end = std::min(rows, r + step);
        }
        return strips;
    }

    void scan(RunTable& runs, const Strip& strip) const {
        RowReader<T> reader(image_);
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            Word* starts = runs.starts.empty() ? nullptr : runs.starts.data() + r * words_;
            foreground_.scan(reader.read(r, 0, image_.shape.width), runs.foreground.data() + r * words_,
                             starts);
        }
    }

    void count_runs(const RunTable& table, Strip& strip, Bits& bits) const {
        strip.first_run.reserve(static_cast<std::size_t>(bits.end_band - bits.first_band + 1));
        std::int64_t runs = 0;
        for (std::int64_t band = bits.first_band; band < bits.end_band; ++band) {
            Word* starts = bits.starts_of(band);
            if (!foreground_.by_value()) {
                merge_band(bands_, table, bands_.first_row(band), words_, starts);
                rising_bits(starts, words_, starts);
            }
            strip.first_run.push_back(static_cast<std::uint32_t>(runs));
            runs = kernels().rank(starts, words_, runs, bits.rank_of(band));
        }
        if (runs > std::numeric_limits<std::uint32_t>::max()) {
            throw std::length_error("a strip of the image holds more runs than 32 bits can count");
        }
        strip.first_run.push_back(static_cast<std::uint32_t>(runs));
    }

    void join(const RunTable& runs, Strip& strip, Bits& bits) const {
        strip.piece.resize(static_cast<std::size_t>(strip.first_run.back()));
        std::iota(strip.piece.begin(), strip.piece.end(), std::uint32_t{0});
        UnionFind<std::uint32_t> sets(strip.piece);
        const auto unite = [&sets](std::uint32_t a, std::uint32_t b) { sets.unite(a, b); };
        if (bands_.are_rows() && image_.shape.depth > 1) {
            join_planes(runs, strip, bits, unite);
        } else {
            join_bands(runs, strip, bits, unite);
        }
        number_pieces(runs, strip, bits, sets);
    }

    template <class Unite>
    void join_bands(const RunTable& runs, const Strip& strip, Bits& bits, Unite unite) const {
        Contacts<T> contacts(image_, foreground_.by_value());
        Faces faces(*this, runs);
        for (std::int64_t band = bits.first_band; band < bits.end_band; ++band) {
            const std::int64_t row = bands_.first_row(band);
            for (const Neighbor& n : neighbors_) {
                const auto other = neighbor_band(row, n);
                if (!other || *other < strip.row_begin) continue;
                const JoinRow c = bits.row(faces.current(row, n), band);
                const JoinRow p = bits.row(faces.earlier(*other, n), bands_.of_row(*other));
                contacts.visit(row, c, *other, p, n.diagonal, unite);
            }
        }
    }

    // Rows of a volume one by one, without the contacts that others imply.
    template <class Unite>
    void join_planes(const RunTable& runs, const Strip& strip, Bits& bits, Unite unite) const {
        Contacts<T> contacts(image_, foreground_.by_value());
        ImpliedContacts implied(words_, options_.connectivity == 3);
        for (std::int64_t r = strip.row_begin; r < strip.row_end; ++r) {
            const JoinRow c = bits.row(foreground_of(runs, r, words_), r);
            contacts.turn_to(r, c);
            implied.start_row(r > strip.row_begin && r % image_.shape.height != 0);
            for (const Neighbor& n : neighbors_) {
                const auto other = neighbor_band(r, n);
                if (!other || *other < strip.row_begin) continue;
                const JoinRow p = bits.row(foreground_of(runs, *other, words_), *other);
                implied.take(n, contacts.compare(*other, p));
                contacts.visit_compared(p, implied.known(n), n.diagonal, unite);
            }
        }
    }

    // The first row of a neighboring band, from that of a band.
    std::optional<std::int64_t> neighbor_band(std::int64_t row, const Neighbor& n) const {
        const std::int64_t z = row / image_.shape.height + n.dz * bands_.planes;
        const std::int64_t y = row % image_.shape.height + n.dy * bands_.rows;
        if (z < 0 || y < 0 || y >= image_.shape.height) return std::nullopt;
        return z * image_.shape.height + y;
    }

    // The pixels of a band that face another one: of the rows and planes that lie next to it.
    class Faces {
    public:
        Faces(const Finder& finder, const RunTable& runs) : finder_(finder), runs_(runs) {}

        const Word* current(std::int64_t row, const Neighbor& n) {
            return face(row, facing(-n.dz), facing(-n.dy), current_);
        }
        // An earlier band has all its rows and planes, save where it lies below in y.
        const Word* earlier(std::int64_t row, const Neighbor& n) {
            return face(row, facing(n.dz), facing(n.dy), earlier_);
        }

    private:
        enum Part { first, last, both };

        // The part that faces a band from which a step leads to this one.
        static Part facing(int step) { return step == 0 ? both : step > 0 ? first : last; }

        static bool holds(Part part, std::int64_t i, std::int64_t count) {
            return part == both || i == (part == first ? 0 : count - 1);
        }

        const Word* face(std::int64_t row, Part planes, Part rows, std::vector<Word>& merged) {
            const Bands& bands = finder_.bands_;
            const std::int64_t words = finder_.words_;
            const Word* only = nullptr;
            bool is_merged = false;
            bands.visit_rows(row, [&](std::int64_t r) {
                const std::int64_t i = (r - row) / bands.shape.height;
                const std::int64_t j = (r - row) % bands.shape.height;
                if (!holds(planes, i, bands.planes) || !holds(rows, j, bands.rows)) return;
                const Word* foreground = foreground_of(runs_, r, words);
                if (only == nullptr) {
                    only = foreground;
                    return;
                }
                merged.resize(static_cast<std::size_t>(words));
                const Word* before = is_merged ? merged.data() : only;
                for (std::int64_t w = 0; w < words; ++w) {
                    merged[static_cast<std::size_t>(w)] = before[w] | foreground[w];
                }
                is_merged = true;
            });
            return is_merged ? merged.data() : only != nullptr ? only : nothing();
        }

        // A band at the border may lack the row that would face the other one.
        const Word* nothing() {
            nothing_.resize(static_cast<std::size_t>(finder_.words_));
            return nothing_.data();
        }

        const Finder& finder_;
        const RunTable& runs_;
        std::vector<Word> current_;
        std::vector<Word> earlier_;
        std::vector<Word> nothing_;
    };

    // From the parents of the runs to the numbers of their pieces, in raster order.
    void number_pieces(const RunTable& runs, Strip& strip, Bits& bits,
                       UnionFind<std::uint32_t>& sets) const {
        if (bands_.are_rows()) {
            strip.pieces = number_sets<std::uint32_t>(strip.piece);
        } else {
            sets.flatten_all();
            RasterNumbers numbers(bands_, runs, words_);
            strip.pieces = numbers.assign(bits.first_band, bits.end_band, bits, strip.piece);
        }
    }

    Regions number(const std::shared_ptr<RunTable>& runs) const {
        std::int64_t pieces = 0;
        for (Strip& strip : runs->strips) {
            strip.first_piece = pieces;
            pieces += strip.pieces;
        }
        std::vector<PiecePairs> pairs(runs->strips.size());
        for_each_block(count_of(runs->strips), seam_threads(), [&](std::int64_t s) {
            const auto k = static_cast<std::size_t>(s);
            Seams<T> seams(image_, foreground_.by_value(), bands_, neighbors_, options_.periodic, *runs);
            pairs[k] = seams.pairs_of(runs->strips[k]);
        });
        return pieces <= std::numeric_limits<std::int32_t>::max()
                   ? number<std::int32_t>(runs, pieces, pairs)
                   : number<std::int64_t>(runs, pieces, pairs);
    }

    template <class Id>
    Regions number(const std::shared_ptr<RunTable>& runs, std::int64_t pieces,
                   const std::vector<PiecePairs>& pairs) const {
        SeamNumbers<Id> numbers(runs->strips, pieces, options_.threads);
        const std::int64_t count = numbers.assign(pairs);
        return Regions(bands_, runs, RegionOfPiece(numbers.take_regions()), count);
    }

    // The seams of an image are a few rows, sooner joined than another thread is started.
    int seam_threads() const {
        const bool few = image_.shape.depth == 1 && options_.periodic == std::array<bool, 3>{};
        return few ? 1 : options_.threads;
    }

    ImageView image_;
    Foreground<P> foreground_;
    FindOptions options_;
    std::int64_t words_;
    Bands bands_;
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
