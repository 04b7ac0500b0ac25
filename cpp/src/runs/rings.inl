// Distances of a row's pixels to a point, and sums of the pixels of rings. Part of kernels.inl.

void point_distances(const PointRow& row, std::int64_t count, double* distances) {
    const PointRow line = row;
    const auto pixels = static_cast<std::int32_t>(count);
    for (std::int32_t i = 0; i < pixels; ++i) {
        const double dx = line.first + i;
        distances[i] = __builtin_sqrt(line.across + line.squared_side * (dx * dx)) * line.unit;
    }
}

// Takes the sums of two rows where they are lower; whether any pixel then is above `limit`.
inline bool lower_row(const double* above, const double* below, double add, std::int64_t width,
                      double limit, double* out) {
    std::int64_t any = 0;
    for (std::int64_t x = 0; x < width; ++x) {
        const double a = above[x] + add;
        const double b = below[x] + add;
        const double lower = a < b ? a : b;
        const double lowest = lower < out[x] ? lower : out[x];
        out[x] = lowest;
        any |= lowest > limit ? 1 : 0;
    }
    return any != 0;
}

// Rows are looked at in pairs, nearest first, until none can be near enough to matter.
void lower_rows(const double* source, std::int64_t rows, std::int64_t width, double weight, double* out,
                std::int64_t out_step) {
    for (std::int64_t y = 0; y < rows; ++y) {
        const std::int64_t last = y > rows - 1 - y ? y : rows - 1 - y;
        bool goes_on = true;
        for (std::int64_t step = 1; goes_on && step <= last; ++step) {
            const std::int64_t above = y < step ? y + step : y - step;
            const std::int64_t below = y + step < rows ? y + step : y - step;
            const auto distance = static_cast<double>(step);
            const double next = distance + 1;
            goes_on =
                lower_row(source + above * width, source + below * width, weight * (distance * distance),
                          width, weight * (next * next), out + y * out_step);
        }
    }
}

#if defined(__SSE2__)
inline std::uint32_t smaller_halves(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint32_t>(_mm_cvtsi128_si32(
        _mm_min_epi16(_mm_cvtsi32_si128(static_cast<int>(a)), _mm_cvtsi32_si128(static_cast<int>(b)))));
}
#else
inline std::uint32_t smaller_halves(std::uint32_t a, std::uint32_t b) {
    const auto low_a = static_cast<std::int16_t>(a);
    const auto low_b = static_cast<std::int16_t>(b);
    const std::uint32_t low = (low_a < low_b ? a : b) & 0xffff;
    const bool high_is_a = static_cast<std::int32_t>(a) < static_cast<std::int32_t>(b);
    return low | ((high_is_a ? a : b) & 0xffff0000);
}
#endif

template <class T>
inline void add_to_ring(SmallIntegerRingPart<T>& part, T pixel) {
    const auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(pixel));
    part.count_and_sum += value + (std::uint64_t{1} << part.count_shift);
    part.squares += value * value;
    const std::uint32_t moved = static_cast<std::uint32_t>(pixel - part.bias) & 0xffff;
    part.extremes = smaller_halves(part.extremes, moved | ~moved << 16);
}

template <class T>
inline void add_to_ring(IntegerRingPart<T>& part, T pixel) {
    using Sum = typename IntegerSums<T>::Sum;
    ++part.valid;
    part.sum += pixel;
    add_square(part.squares, static_cast<Sum>(pixel));
    part.min = pixel < part.min ? pixel : part.min;
    part.max = pixel > part.max ? pixel : part.max;
}

template <class T>
inline void add_to_ring(FloatRingPart<T>& part, T pixel) {
    if (!is_finite(pixel)) return;
    if (part.valid == 0) part.anchor = pixel;
    ++part.valid;
    const double difference = static_cast<double>(pixel) - static_cast<double>(part.anchor);
    part.sum += difference;
    part.squares += difference * difference;
    part.min = pixel < part.min ? pixel : part.min;
    part.max = pixel > part.max ? pixel : part.max;
}

// Neighbors often lie in one ring, and each would have to wait for the sums of the one before. So four
// quarters of the row are gone through side by side; this order is part of the result.
template <class T>
void add_rings(const T* row, const std::int32_t* ring, std::int64_t count, RingPart<T>* parts) {
    const std::int64_t quarter = count / 4;
    for (std::int64_t i = 0; i < quarter; ++i) {
        add_to_ring(parts[ring[i]], row[i]);
        add_to_ring(parts[ring[i + quarter]], row[i + quarter]);
        add_to_ring(parts[ring[i + 2 * quarter]], row[i + 2 * quarter]);
        add_to_ring(parts[ring[i + 3 * quarter]], row[i + 3 * quarter]);
    }
    for (std::int64_t k = 4 * quarter; k < count; ++k) add_to_ring(parts[ring[k]], row[k]);
}
