// Sums of value x coordinate over the pixels of runs. Part of kernels.inl.

// The sum and the sum of value x index of a stretch of integer pixels. A stretch has at most
// stretch_length pixels, so that 64 bits hold both for pixels of 32 bits.
template <class T>
inline void add_weighted_stretch(const T* row, std::int64_t start, std::int64_t length, std::int64_t z,
                                 std::int64_t y, IntegerWeightedPartial<T>& partial) {
    using Sum = typename IntegerSums<T>::Sum;
    using Weighted = typename IntegerSums<T>::Weighted;
    Sum sum = 0;
    Sum along = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        sum += static_cast<Sum>(row[start + i]);
        along += static_cast<Sum>(row[start + i]) * i;
    }
    partial.sum += sum;
    partial.weighted[0] += static_cast<Weighted>(sum) * z;
    partial.weighted[1] += static_cast<Weighted>(sum) * y;
    partial.weighted[2] += static_cast<Weighted>(sum) * start + along;
}

template <class T>
void add_weighted(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
                  IntegerWeightedPartial<T>* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += stretch_length) {
            const std::int64_t left = runs[k].end - start;
            add_weighted_stretch(row, start, left < stretch_length ? left : stretch_length, z, y,
                                 partials[runs[k].slot]);
        }
    }
}

// Finite pixels of a stretch: whether there are any, their sum and sum of value x index.
struct WeightedStretch {
    bool any;
    double sum;
    double along;
};

template <class T>
inline WeightedStretch weigh_stretch(const T* pixels, std::int64_t length) {
    double sum[lanes] = {};
    double along[lanes] = {};
    bool any = false;
    for (std::int64_t i = 0; i < length; i += lanes) {
        const std::int64_t left = length - i;
        for (int j = 0; j < (left < lanes ? left : lanes); ++j) {
            const bool finite = is_finite(pixels[i + j]);
            const double counted = finite ? static_cast<double>(pixels[i + j]) : 0.0;
            any |= finite;
            sum[j] += counted;
            along[j] += counted * static_cast<double>(i + j);
        }
    }
    return {any, join(sum), join(along)};
}

template <class T>
void add_weighted(const T* row, const SlotRun* runs, std::int64_t count, std::int64_t z, std::int64_t y,
                  FloatWeightedPartial* partials) {
    for (std::int64_t k = 0; k < count; ++k) {
        FloatWeightedPartial& partial = partials[runs[k].slot];
        for (std::int64_t start = runs[k].start; start < runs[k].end; start += float_stretch) {
            const std::int64_t left = runs[k].end - start;
            const WeightedStretch part =
                weigh_stretch(row + start, left < float_stretch ? left : float_stretch);
            if (!part.any) continue;
            if (!partial.any) {
                partial.any = true;
                partial.anchor[0] = z;
                partial.anchor[1] = y;
                partial.anchor[2] = start;
            }
            partial.weighted[0] += part.sum * static_cast<double>(z - partial.anchor[0]);
            partial.weighted[1] += part.sum * static_cast<double>(y - partial.anchor[1]);
            partial.weighted[2] +=
                part.sum * static_cast<double>(start - partial.anchor[2]) + part.along;
            add_compensated(partial.sum, partial.sum_low, part.sum);
        }
    }
}
