// Sums of value x (coordinate - start)^k, k = 0..3, over each run. Part of kernels.inl.

// Sums of sums from the last pixel to the first count pixel i (i + 1) times, (i + 1) (i + 2) / 2 times
// and (i + 1) (i + 2) (i + 3) / 6 times, with additions alone; powers of i are differences of those.
template <class T>
inline void moments_of_run(const T* pixels, std::int64_t length, RunMoments<T>& moments) {
    using Sum = typename RunMoments<T>::Sum;
    Sum once = 0;
    Sum twice = 0;
    Sum thrice = 0;
    Sum four_times = 0;
    for (std::int64_t i = length - 1; i >= 0; --i) {
        once += static_cast<Sum>(pixels[i]);
        twice += once;
        thrice += twice;
        four_times += thrice;
    }
    moments.sum[0] = once;
    moments.sum[1] = twice - once;
    moments.sum[2] = 2 * thrice - 3 * twice + once;
    moments.sum[3] = 6 * four_times - 12 * thrice + 7 * twice - once;
}

template <class T>
inline void moments_of_floats(const T* pixels, std::int64_t length, RunMoments<T>& moments) {
    double sum[4][lanes] = {};
    bool any = false;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const bool finite = is_finite(pixels[i + j]);
            const double counted = finite ? static_cast<double>(pixels[i + j]) : 0.0;
            const auto x = static_cast<double>(i + j);
            any |= finite;
            sum[0][j] += counted;
            sum[1][j] += counted * x;
            sum[2][j] += counted * (x * x);
            sum[3][j] += counted * (x * x * x);
        }
    }
    moments.any = any;
    for (int k = 0; k < 4; ++k) moments.sum[k] = join(sum[k]);
}

template <class T>
void run_moments(const T* row, const SlotRun* runs, std::int64_t count, RunMoments<T>* moments) {
    for (std::int64_t k = 0; k < count; ++k) {
        const std::int64_t length = runs[k].end - runs[k].start;
        if constexpr (!RunMoments<T>::is_float) {
            moments_of_run(row + runs[k].start, length, moments[k]);
        } else {
            moments_of_floats(row + runs[k].start, length, moments[k]);
        }
    }
}
