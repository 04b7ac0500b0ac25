// Finds the regions of an image: scan rows to runs, join runs strip by strip, join the strips, number.
//
// The image is cut into strips of whole rows, by its shape alone. Each strip is scanned and joined by
// one thread with run numbers of its own, and its pieces are numbered in raster order; what remains are
// the contacts across the seams between strips (seams.hpp). Roots are the smallest members
// (union_find.hpp), so the final numbers do not depend on how the strips were shared out.
//
// Where values do not matter and every diagonal connects, two or four rows are joined as one band, which
// on noise leaves a third of the runs: the rows of Bolelli et al., "Spaghetti labeling", IEEE TIP 29,
// 2020, merge pixels into blocks for the same reason. A band's runs are numbered by x, so its pieces are
// put back into raster order.
#include <limits>
#include <stdexcept>

#include "mensura/threads.hpp"
#include "regions/foreground.hpp"
#include "regions/neighbors.hpp"
#include "regions/seam_numbers.hpp"
#include "regions/seams.hpp"
#include "regions/strip_joiner.hpp"

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

    Regions find(const StripVisitor& visit) const {
        const auto runs = std::make_shared<RunTable>();
        const std::int64_t rows = image_.shape.rows();
        runs->strips = cut(rows);
        runs->foreground.resize(static_cast<std::size_t>(rows * words_));
        if (foreground_.by_value()) runs->starts.resize(runs->foreground.size());
        for_each_block(count_of(runs->strips), options_.threads,
                       [&](std::int64_t s) { find_pieces(*runs, static_cast<std::size_t>(s), visit); });
        return number(runs);
    }

private:
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

    // Scans the strip and joins it band by band.
    void find_pieces(RunTable& runs, std::size_t number, const StripVisitor& visit) const {
        Strip& strip = runs.strips[number];
        StripJoiner<T> joiner(image_, foreground_.by_value(), bands_, neighbors_, runs, strip);
        RowReader<T> reader(image_);
        for (std::int64_t band = joiner.first_band(); band < joiner.end_band(); ++band) {
            bands_.visit_rows(bands_.first_row(band), [&](std::int64_t r) {
                Word* starts = runs.starts.empty() ? nullptr : runs.starts.data() + r * words_;
                foreground_.scan(reader.read(r, 0, image_.shape.width),
                                 runs.foreground.data() + r * words_, starts);
            });
            joiner.add_band(band);
        }
        joiner.finish();
        if (visit) visit(joiner.found(number));
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

Regions find_regions(const ImageView& image, const FindOptions& options, const StripVisitor& visit) {
    image.shape.pixels();  // throws where the shape is beyond 64 bits
    if (options.connectivity < 1 || options.connectivity > 3) {
        throw std::invalid_argument("connectivity must be 1, 2 or 3");
    }
    return visit_pixel_type(image.dtype, [&]<class P>(std::type_identity<P>) {
        return Finder<P>(image, options).find(visit);
    });
}

}  // namespace mensura
