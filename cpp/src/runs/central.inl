// Moments of regions about their corners and their centroids, as many regions side by side as a vector
// holds. Part of kernels.inl.
//
// About whole numbers sums are whole, and moved exactly. From the one next to the centroid it is less
// than a pixel to the centroid itself, so that sums change little: they are moved on in pairs of
// doubles, of 106 bits, by error-free sums and products (Dekker, A floating-point technique for
// extending the available precision, 1971). A bound of the error then tells whether the nearest double
// is known (Ziv, Fast evaluation of elementary mathematical functions with correctly rounded last bit,
// 1991). A moment of order p is a whole number over w^(p-1), w the sum of weights, so that one that is
// known to be smaller than 1 / w^(p-1) is 0. What neither is known of is left to whole numbers
// (measure/exact_moments.cpp).
//
// The error: in lines of four along two or three axes a sum takes part in at most nine steps, each
// within 2^-101 of mass x reach^p, the bound of all sums on the way, and grows by at most 1.5 in each.
// All that is below 2^-92; 2^-90 is taken.

// As many regions at once as there are in a vector.
#if defined(__AVX512F__)
constexpr std::size_t abreast = 8;
#elif defined(__AVX2__)
constexpr std::size_t abreast = 4;
#else
constexpr std::size_t abreast = 2;
#endif
static_assert(moment_lanes % abreast == 0);

using Doubles = double __attribute__((vector_size(8 * abreast)));
using Integers = std::int64_t __attribute__((vector_size(8 * abreast)));
using Whole = std::uint64_t __attribute__((vector_size(8 * abreast)));  // wraps around

template <class Vector, class Number>
inline Vector vector_of(const Number* numbers) {
    Vector vector;
    __builtin_memcpy(&vector, numbers, sizeof vector);
    return vector;
}
template <class Vector, class Number>
inline void set_numbers(Number* numbers, Vector vector) {
    __builtin_memcpy(numbers, &vector, sizeof vector);
}

// An unevaluated sum, as in measure/two_doubles.hpp, whose functions no kernel may call; the second is
// small beside the first or, where that cancels, within the bound of the error.
struct TwoDoubles {
    Doubles high;
    Doubles low;
};

// a b - product, which is exact.
inline Doubles rest_of_product(Doubles a, Doubles b, Doubles product) {
#if defined(__AVX512F__)
    return _mm512_fmsub_pd(a, b, product);
#elif defined(__AVX2__) && defined(__FMA__)
    return _mm256_fmsub_pd(a, b, product);
#else
    const Doubles scaled_a = 134217729.0 * a;  // 2^27 + 1
    const Doubles scaled_b = 134217729.0 * b;
    const Doubles high_a = scaled_a - (scaled_a - a);
    const Doubles high_b = scaled_b - (scaled_b - b);
    const Doubles low_a = a - high_a;
    const Doubles low_b = b - high_b;
    return ((high_a * high_b - product) + high_a * low_b + low_a * high_b) + low_a * low_b;
#endif
}

// a - b r.
inline TwoDoubles less_product(TwoDoubles a, TwoDoubles b, TwoDoubles r) {
    const Doubles product = b.high * r.high;
    const Doubles of_product =
        rest_of_product(b.high, r.high, product) + (b.high * r.low + b.low * r.high);
    const Doubles sum = a.high - product;
    const Doubles back = sum - a.high;
    const Doubles of_sum = (a.high - (sum - back)) - (product + back);
    const Doubles rest = of_sum + (a.low - of_product);
    const Doubles high = sum + rest;
    return {high, rest - (high - sum)};
}

// a / b.
inline TwoDoubles quotient(TwoDoubles a, Doubles b) {
    const Doubles high = a.high / b;
    const Doubles product = high * b;
    return {high, ((a.high - product) - rest_of_product(high, b, product) + a.low) / b};
}

// Calls visit(first) for the first sum of every line along an axis whose sums lie `stride` apart.
template <std::size_t n, class Visit>
inline void visit_lines(std::size_t stride, Visit visit) {
    for (std::size_t first = 0; first < n; first += 4 * stride) {
        for (std::size_t m = first; m < first + stride; ++m) visit(m);
    }
}

// The sums of 64 bits, moved.
template <std::size_t n>
struct MovedSums {
    Whole of[n];

    MovedSums(const MomentLanes<n>& regions, const std::int64_t (*shift)[moment_lanes],
              std::size_t lane) {
        for (std::size_t m = 0; m < n; ++m) of[m] = vector_of<Whole>(regions.sums[m] + lane);
        std::size_t stride = 1;
        for (std::size_t axis = 0; axis < MomentLanes<n>::axes; ++axis, stride *= 4) {
            const auto by = vector_of<Whole>(shift[axis] + lane);
            visit_lines<n>(stride, [&](std::size_t first) { move(of + first, stride, by); });
        }
    }

private:
    static void move(Whole* line, std::size_t stride, Whole by) {
        const Whole zeroth = by * line[0];
        const Whole first = by * (2 * line[stride] + zeroth);
        const Whole second = by * (3 * line[2 * stride] + by * (3 * line[stride] + zeroth));
        line[stride] += zeroth;
        line[2 * stride] += first;
        line[3 * stride] += second;
    }
};

template <std::size_t n>
inline void place_lanes(MomentLanes<n>& regions, std::size_t lane) {
    const MovedSums<n> corner(regions, regions.to_corner, lane);
    for (std::size_t m = 0; m < n; ++m) {
        set_numbers(regions.corner[m] + lane, __builtin_convertvector((Integers)corner.of[m], Doubles));
    }
    const MovedSums<n> center(regions, regions.to_center, lane);
    for (std::size_t m = 0; m < n; ++m) {
        const auto sum = (Integers)center.of[m];
        const Doubles high = __builtin_convertvector(sum, Doubles);
        const Integers rest = sum - __builtin_convertvector(high, Integers);
        set_numbers(regions.high[m] + lane, high);
        set_numbers(regions.low[m] + lane, __builtin_convertvector(rest, Doubles));
    }
}

template <std::size_t n>
void place_moments(MomentLanes<n>* regions) {
    for (std::size_t lane = 0; lane < moment_lanes; lane += abreast) place_lanes(*regions, lane);
}

template <std::size_t n>
struct MomentsInPairs {
    TwoDoubles of[n];

    MomentsInPairs(const MomentLanes<n>& regions, std::size_t lane) {
        for (std::size_t m = 0; m < n; ++m) {
            of[m] = {vector_of<Doubles>(regions.high[m] + lane),
                     vector_of<Doubles>(regions.low[m] + lane)};
        }
    }

    // Counts coordinates from the centroid.
    void center() {
        constexpr std::size_t axes = MomentLanes<n>::axes;
        TwoDoubles mean[axes];
        std::size_t stride = 1;
        for (std::size_t axis = 0; axis < axes; ++axis, stride *= 4) {
            mean[axis] = quotient(of[stride], of[0].high);
        }
        stride = 1;
        for (std::size_t axis = 0; axis < axes; ++axis, stride *= 4) {
            visit_lines<n>(stride, [&](std::size_t first) { move(of + first, stride, mean[axis]); });
            of[stride] = {Doubles{}, Doubles{}};  // by definition
        }
    }

private:
    static void move(TwoDoubles* line, std::size_t stride, TwoDoubles mean) {
        for (std::size_t round = 1; round < 4; ++round) {
            for (std::size_t k = 3; k >= round; --k) {
                TwoDoubles& sum = line[k * stride];
                sum = less_product(sum, line[(k - 1) * stride], mean);
            }
        }
    }
};

// What is known of moments of so much mass, so far away.
template <std::size_t n>
class MomentBounds {
public:
    MomentBounds(const MomentLanes<n>& regions, std::size_t lane)
        : mass_(vector_of<Doubles>(regions.mass + lane)) {
        for (std::size_t axis = 0; axis < axes; ++axis) {
            const auto reach = vector_of<Doubles>(regions.reach[axis] + lane);
            reach_[axis][0] = Doubles{} + 1;
            for (std::size_t k = 1; k < 4; ++k) reach_[axis][k] = reach_[axis][k - 1] * reach;
        }
        // Half of it, as it is rounded.
        const Doubles inverse = 1 / vector_of<Doubles>(regions.high[0] + lane);
        smallest_[0] = Doubles{} + 0.5;
        for (std::size_t p = 1; p < 3 * axes; ++p) smallest_[p] = smallest_[p - 1] * inverse;
    }

    Doubles error(std::size_t index) const {
        Doubles bound = 0x1p-90 * mass_;
        for (std::size_t axis = 0; axis < axes; ++axis, index /= 4) bound *= reach_[axis][index % 4];
        return bound;
    }
    // Below of which a moment is 0.
    Doubles smallest(std::size_t index) const {
        return smallest_[index / 16 + index / 4 % 4 + index % 4 - 1];
    }

private:
    static constexpr std::size_t axes = MomentLanes<n>::axes;

    Doubles mass_;
    Doubles reach_[axes][4];
    Doubles smallest_[3 * axes];  // by the order, less 1
};

inline Doubles magnitude(Doubles value) {
    return (Doubles)((Integers)value & INT64_C(0x7fffffffffffffff));
}

template <std::size_t n>
inline void center_lanes(MomentLanes<n>& regions, std::size_t lane) {
    MomentsInPairs<n> moments(regions, lane);
    moments.center();
    const MomentBounds<n> bounds(regions, lane);
    Integers is_certain = Integers{} - 1;
    for (std::size_t m = 1; m < n; ++m) {
        const auto [high, low] = moments.of[m];
        const Doubles error = bounds.error(m);
        const auto is_zero = (Integers)(magnitude(high) + (magnitude(low) + error) < bounds.smallest(m));
        const auto is_nearest =
            (Integers)((high + (low + error) == high) & (high + (low - error) == high));
        is_certain &= is_zero | is_nearest;
        set_numbers(regions.high[m] + lane, (Doubles)((Integers)high & ~is_zero));
    }
    set_numbers(regions.is_certain + lane, is_certain);
}

template <std::size_t n>
void center_moments(MomentLanes<n>* regions) {
    for (std::size_t lane = 0; lane < moment_lanes; lane += abreast) center_lanes(*regions, lane);
}
