// From images to regions and labels.
#include "bench.hpp"
#include "mensura/regions.hpp"
#include "scenes.hpp"

namespace mensura::bench {
namespace {

FindOptions neighborhood(int connectivity, bool by_value = false) {
    FindOptions options;
    options.connectivity = connectivity;
    options.by_value = by_value;
    return options;
}

template <class T>
Work finding(Picture<T>&& image, const FindOptions& options) {
    return [image = std::move(image), options] { keep(find_regions(image.view(), options)); };
}

template <class T>
Work labeling(Picture<T>&& image, const FindOptions& options) {
    Picture<std::int32_t> out(image.shape);
    return [image = std::move(image), options, out = std::move(out)]() mutable {
        paint(find_regions(image.view(), options), out.mutable_view(), false, 1);
        keep(out);
    };
}

template <class T>
Work painting(bool cleared) {
    Regions regions = find_regions(mask_of(nuclei()).view(), neighborhood(2));
    Picture<T> out(regions.shape());
    return [regions = std::move(regions), out = std::move(out), cleared]() mutable {
        paint(regions, out.mutable_view(), cleared, 1);
        keep(out);
    };
}

FindOptions above(Scalar threshold) {
    FindOptions options = neighborhood(2);
    options.threshold = threshold;
    return options;
}

}  // namespace

MENSURA_BENCH(label_binary) {
#if defined(MENSURA_BENCH_SLOWED)
    // An eighth of the image is searched twice, which the gate has to notice.
    return [usual = labeling(mask_of(nuclei()), neighborhood(2)),
            more = finding(mask_of(cells({1, side / 8, side}, 32, false)), neighborhood(2))] {
        usual();
        more();
    };
#else
    return labeling(mask_of(nuclei()), neighborhood(2));
#endif
}
MENSURA_BENCH(label_binary_faces) { return labeling(mask_of(nuclei()), neighborhood(1)); }
MENSURA_BENCH(label_noise) { return labeling(noise({1, side, side}, 0.5), neighborhood(2)); }
MENSURA_BENCH(label_noise_faces) { return labeling(noise({1, side, side}, 0.5), neighborhood(1)); }
MENSURA_BENCH(label_noise_sparse) { return labeling(noise({1, side, side}, 0.05), neighborhood(2)); }
MENSURA_BENCH(label_volume) { return labeling(mask_of(balls()), neighborhood(3)); }
MENSURA_BENCH(label_volume_edges) { return labeling(mask_of(balls()), neighborhood(2)); }
MENSURA_BENCH(label_volume_faces) { return labeling(mask_of(balls()), neighborhood(1)); }
MENSURA_BENCH(label_volume_noise) { return labeling(noise({24, 64, 64}, 0.3), neighborhood(3)); }
MENSURA_BENCH(label_values_u8) { return labeling(tissue().as<std::uint8_t>(), neighborhood(2, true)); }
MENSURA_BENCH(label_values_u16) { return labeling(tissue().as<std::uint16_t>(), neighborhood(2, true)); }
MENSURA_BENCH(label_values_u32) { return labeling(tissue(), neighborhood(2, true)); }
MENSURA_BENCH(label_values_u64) { return labeling(tissue().as<std::uint64_t>(), neighborhood(2, true)); }
MENSURA_BENCH(label_values_f32) { return labeling(tissue().as<float>(), neighborhood(2, true)); }
MENSURA_BENCH(label_values_f64) { return labeling(tissue().as<double>(), neighborhood(2, true)); }
MENSURA_BENCH(label_values_faces) { return labeling(tissue(), neighborhood(1, true)); }
MENSURA_BENCH(label_values_volume) { return labeling(tissue_volume(), neighborhood(3, true)); }
MENSURA_BENCH(label_values_volume_faces) { return labeling(tissue_volume(), neighborhood(1, true)); }

MENSURA_BENCH(label_fortran) {
    return [image = mask_of(nuclei())] { keep(find_regions(image.transposed_view(), neighborhood(2))); };
}

MENSURA_BENCH(find_binary) { return finding(mask_of(nuclei()), neighborhood(2)); }
MENSURA_BENCH(find_noise) { return finding(noise({1, side, side}, 0.5), neighborhood(2)); }
MENSURA_BENCH(find_periodic) {
    FindOptions options = neighborhood(2);
    options.periodic = {false, true, true};
    return finding(mask_of(nuclei()), options);
}
MENSURA_BENCH(find_above_u8) {
    return finding(intensities<std::uint8_t>({1, side, side}), above(std::uint64_t{250}));
}
MENSURA_BENCH(find_above_i16) {
    return finding(intensities<std::int16_t>({1, side, side}), above(std::int64_t{32000}));
}
MENSURA_BENCH(find_above_u16) {
    return finding(intensities<std::uint16_t>({1, side, side}), above(std::uint64_t{64000}));
}
MENSURA_BENCH(find_above_f32) { return finding(intensities<float>({1, side, side}), above(990.0)); }
MENSURA_BENCH(find_above_f64) { return finding(intensities<double>({1, side, side}), above(990.0)); }

MENSURA_BENCH(paint_u8) { return painting<std::uint8_t>(false); }
MENSURA_BENCH(paint_u16) { return painting<std::uint16_t>(false); }
MENSURA_BENCH(paint_i32) { return painting<std::int32_t>(false); }
MENSURA_BENCH(paint_i64) { return painting<std::int64_t>(false); }
MENSURA_BENCH(paint_cleared) { return painting<std::int32_t>(true); }

}  // namespace mensura::bench
