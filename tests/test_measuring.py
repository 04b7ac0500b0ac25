"""``measure``: equal to the exact oracles, to scikit-image, and to published answers."""

import math

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from known_images import SAMPLE
from oracles import painting, tables
from oracles.agreement import RELATIVE, assert_same_bits, assert_tables_agree
from peers import SCIKIT_IMAGE_PROPERTIES
from skimage import measure as skimage_measure

import mensura as ms

DEFAULT = ["label", "area", "bbox", "centroid"]
DEFAULT_INTENSITY = [
    "intensity_mean",
    "intensity_std",
    "intensity_min",
    "intensity_max",
    "intensity_sum",
]


def plain(array):
    """The same values in C order and native byte order, as other libraries want them."""
    return np.array(array, array.dtype.newbyteorder("="), order="C")


def largest_finite(image):
    """Largest magnitude of a finite pixel, as a float."""
    values = plain(image).astype(np.float64)
    return float(np.abs(values[np.isfinite(values)]).max(initial=0))


def without(table, prefix):
    return {column: values for column, values in table.items() if not column.startswith(prefix)}


def shared_names(ndim, *, with_image):
    """Names of the measurements that scikit-image has too."""
    names = without_moments(tables.names(ndim, with_image=with_image))
    return [name for name in names if name in SCIKIT_IMAGE_PROPERTIES]


def skimage_table(labels, image=None, measurements=None, spacing=None):
    """``regionprops_table`` of plain copies, with floats widened: it would compute in float32."""
    if image is not None:
        image = plain(image)
        image = image.astype(np.float64) if image.dtype.kind in "fb" else image
    known = measurements or shared_names(labels.ndim, with_image=image is not None)
    # It divides by the weights, zero or not, to find their centroid.
    with np.errstate(invalid="ignore"):
        return skimage_measure.regionprops_table(
            plain(labels), image, properties=known, spacing=spacing
        )


# ---------------------------------------------------------------------------------- the oracles


@given(labels=images.label_images(), data=st.data())
def test_geometry_equals_the_oracles(labels, data):
    spacing = data.draw(images.spacings(labels.ndim))
    wanted = without_moments(tables.names(labels.ndim, with_image=False))
    before = labels.copy()
    table = ms.measure(labels, measurements=wanted, spacing=spacing)
    assert_tables_agree(table, tables.measure(labels, measurements=wanted, spacing=spacing))
    np.testing.assert_array_equal(labels, before)


@given(labels=images.label_images(), data=st.data())
def test_integer_intensities_equal_the_oracles(labels, data):
    dtypes = [np.dtype(bool), *images.INTEGER_DTYPES]
    image = data.draw(images.intensity_images(labels.shape, dtypes=dtypes))
    spacing = data.draw(images.spacings(labels.ndim))
    before = image.copy()
    wanted = ["label", "area", *channel_names(labels.ndim)]
    table = ms.measure(labels, image, wanted, spacing=spacing)
    expected = tables.measure(labels, image, wanted, spacing=spacing)
    assert_intensities_agree(table, expected, rows_with_weight(labels, image, 1e-6), 0)
    np.testing.assert_array_equal(image, before)


@given(labels=images.label_images(), data=st.data())
def test_float_intensities_equal_the_oracles(labels, data):
    image = data.draw(images.intensity_images(labels.shape, dtypes=images.FLOAT_DTYPES))
    spacing = data.draw(images.spacings(labels.ndim))
    before = image.copy()
    wanted = ["label", "area", *channel_names(labels.ndim)]
    table = ms.measure(labels, image, wanted, spacing=spacing)
    expected = tables.measure(labels, image, wanted, spacing=spacing)
    well_posed = rows_with_weight(labels, image, 1e-3)
    assert_intensities_agree(table, expected, well_posed, largest_finite(image))
    np.testing.assert_array_equal(image, before)


def channel_names(ndim):
    """Names of the measurements of a channel."""
    names = without_moments(tables.names(ndim, with_image=True))
    return [name for name in names if name in tables.PER_CHANNEL]


def without_moments(names):
    """Moments have tests and bounds of their own: see test_moments.py."""
    return [name for name in names if not name.startswith("moments")]


# What hangs on the weights.
WEIGHTED = ("centroid_weighted", "intensity_mass_displacement")


def assert_intensities_agree(table, expected, well_posed, intensity_scale):
    """Assert agreement, of weighted centroids only in the rows where they are well posed."""

    def comparable(full):
        return {
            column: values[well_posed] if column.startswith(WEIGHTED) else values
            for column, values in full.items()
        }

    assert_tables_agree(comparable(table), comparable(expected), intensity_scale=intensity_scale)


def rows_with_weight(labels, image, share):
    """Rows whose intensities do not nearly cancel: |sum| > share * sum of magnitudes.

    Where they do, rounding one product decides where the weighted centroid lies. Rows of zeros or
    without any finite pixel are kept: there NaN is due.
    """
    magnitudes = np.abs(plain(image).astype(np.float64))
    sums = tables.measure(labels, image, ["intensity_sum"])
    of_magnitudes = tables.measure(labels, magnitudes, ["intensity_sum"])
    kept = [~(np.abs(sums[c]) <= share * of_magnitudes[c]) | (of_magnitudes[c] == 0) for c in sums]
    return np.logical_and.reduce(kept)


@given(labels=images.label_images(), data=st.data())
def test_integer_sums_are_exact(labels, data):
    image = data.draw(
        images.intensity_images(labels.shape, channels=[None], dtypes=images.INTEGER_DTYPES)
    )
    wanted = ["intensity_sum", "intensity_min", "intensity_max"]
    assert_same_bits(ms.measure(labels, image, wanted), tables.measure(labels, image, wanted))


@given(mask=images.masks(), data=st.data())
def test_the_components_of_a_mask_are_measured(mask, data):
    image = data.draw(images.intensity_images(mask.shape, channels=[None]))
    table = ms.measure(mask, image, "all")
    assert_same_bits(table, ms.measure(ms.label(mask), image, "all"))
    wanted = without_moments(tables.names(mask.ndim, with_image=False))
    assert_tables_agree(
        ms.measure(mask, measurements=wanted),
        tables.measure(painting.label(mask), measurements=wanted),
    )


# --------------------------------------------------------------------------------- scikit-image


@given(labels=images.label_images(ids=(images.contiguous_ids,)), data=st.data())
def test_geometry_equals_scikit_image(labels, data):
    spacing = data.draw(images.spacings(labels.ndim))
    expected = skimage_table(labels, spacing=spacing)
    names = shared_names(labels.ndim, with_image=False)
    table = ms.measure(labels, measurements=names, spacing=spacing)
    assert label_column(table, labels) == expected["label"].tolist()
    assert_tables_agree(without(table, "label"), without(expected, "label"))


def label_column(table, labels):
    """The labels as a list, after a look at their dtype: scikit-image has int64 for all."""
    is_uint64 = labels.dtype.newbyteorder("=") == np.uint64
    assert table["label"].dtype == (np.uint64 if is_uint64 else np.int64)
    return table["label"].tolist()


@given(labels=images.label_images(ids=(images.contiguous_ids,)), data=st.data())
def test_intensities_equal_scikit_image(labels, data):
    # 64-bit integers are left to the oracles: scikit-image rounds them to float64 first.
    dtypes = [d for d in images.ALL_DTYPES if d.kind in "bf" or d.itemsize < 8]
    image = data.draw(images.intensity_images(labels.shape, dtypes=dtypes))
    image = without_negatives(image)
    spacing = data.draw(images.spacings(labels.ndim))
    wanted = [n for n in shared_names(labels.ndim, with_image=True) if n in tables.PER_CHANNEL]
    expected = skimage_table(labels, image, wanted, spacing)
    table = ms.measure(labels, image, wanted, spacing=spacing)
    assert_tables_agree(table, expected, intensity_scale=largest_finite(image))


def without_negatives(image):
    """Finite and not negative: where weights cancel, scikit-image's own rounding shows."""
    if image.dtype.kind == "f":
        image = np.nan_to_num(image, nan=1, posinf=2, neginf=3)
    return np.maximum(image, 0)


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
@pytest.mark.parametrize(("shape", "spacing"), [((60, 70), (0.5, 2.0)), ((9, 20, 30), 0.3)])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_everything_equals_scikit_image(shape, spacing, channels, dtype):
    rng = np.random.default_rng(7)
    blocks = 3 * rng.integers(-2, 6, [n // 5 + 1 for n in shape])
    labels = np.kron(blocks, np.ones([5] * len(shape)))[tuple(map(slice, shape))]
    labels = np.where(rng.random(shape) < 0.2, 0, labels.clip(*dtype_range(dtype))).astype(dtype)
    image = rng.integers(0, 1000, shape if channels is None else (*shape, channels), np.uint16)
    names = shared_names(len(shape), with_image=True)
    table = ms.measure(labels, image, names, spacing=spacing)
    expected = skimage_table(labels, image, names, spacing)
    assert label_column(table, labels) == expected["label"].tolist()
    assert list(table) == list(expected)
    assert_tables_agree(without(table, "label"), without(expected, "label"), intensity_scale=1e3)


def dtype_range(dtype):
    return np.iinfo(dtype).min, np.iinfo(dtype).max


@pytest.mark.parametrize("shape", [(4, 5), (3, 4, 5)])
@pytest.mark.parametrize("channels", [None, 2])
def test_no_objects_leave_all_columns_and_dtypes(shape, channels):
    labels = np.zeros(shape, np.int32)
    image = np.zeros(shape if channels is None else (*shape, channels))
    names = shared_names(len(shape), with_image=True)
    table = ms.measure(labels, image, names)
    assert table.num_rows == 0
    assert_same_bits(table, skimage_table(labels, image, names))


def test_no_objects_leave_the_columns_that_objects_have():
    labels, image = np.zeros((4, 5), np.uint64), np.zeros((4, 5), np.uint8)
    labels[1, 1] = 1
    one = ms.measure(labels, image, "all")
    none = ms.measure(np.zeros_like(labels), image, "all")
    assert_same_bits(none, {column: values[:0] for column, values in one.items()})


# ------------------------------------------------------------------------------- known answers

# scikit-image, tests/skimage2/measure/test_regionprops.py (BSD-3), arrays SAMPLE and
# INTENSITY_SAMPLE, and the values asserted there (several of them determined with MATLAB).
SAMPLE_INTENSITY = SAMPLE.copy()
SAMPLE_INTENSITY[1, 9:11] = 2
SAMPLE_PUBLISHED = {
    "area": 72,
    "centroid-0": 5.66666666666666,
    "centroid-1": 9.444444444444445,
    "eccentricity": 0.814629313427,
    "equivalent_diameter_area": 9.57461472963,
    "extent": 0.4,
    "axis_major_length": 16.7924234999,
    "axis_minor_length": 9.739302807263,
    "orientation": -1.4663278802756865,
    "intensity_max": 2,
    "intensity_mean": 1.02777777777777,
    "intensity_min": 1,
    "intensity_std": 0.16433554953054486,
}
# Not asserted there: what scikit-image 0.26.0 gives on the same arrays.
SAMPLE_GIVEN = {
    "num_pixels": 72,
    "area_bbox": 180.0,
    "bbox-0": 0,
    "bbox-1": 0,
    "bbox-2": 10,
    "bbox-3": 18,
    "centroid_local-0": 5.666666666666667,
    "centroid_weighted-0": 5.54054054054054,
    "centroid_weighted-1": 9.445945945945946,
    "inertia_tensor-0-0": 17.496913580246915,
    "inertia_tensor-0-1": 1.212962962962963,
    "inertia_tensor-1-0": 1.212962962962963,
    "inertia_tensor-1-1": 6.055555555555555,
    "inertia_tensor_eigvals-0": 17.624092937579164,
    "inertia_tensor_eigvals-1": 5.928376198223305,
    "intensity_sum": 74.0,
}


def assert_known(table, known, *, row=0, rtol=RELATIVE):
    for column, value in known.items():
        assert table[column][row] == pytest.approx(value, rel=rtol, abs=1e-15), column


def test_the_sample_of_scikit_image():
    table = ms.measure(SAMPLE, SAMPLE_INTENSITY, "all")
    # The literals there are written with as few as 12 digits.
    assert_known(table, SAMPLE_PUBLISHED, rtol=1e-11)
    assert_known(table, SAMPLE_GIVEN)


def test_the_3d_sample_of_scikit_image():
    # SAMPLE_3D of the same file; values from scikit-image 0.26.0.
    sample = np.zeros((6, 6, 6), np.uint8)
    sample[1:3, 1:3, 1:3] = 1
    sample[3, 2, 2] = 1
    known = {
        "area": 9.0,
        "area_bbox": 12.0,
        "extent": 0.75,
        "bbox-0": 1,
        "bbox-3": 4,
        "centroid-0": 1.6666666666666667,
        "centroid-1": 1.5555555555555556,
        "equivalent_diameter_area": 2.5807620414842987,
        "inertia_tensor-0-0": 0.4938271604938272,
        "inertia_tensor-0-1": -0.07407407407407408,
        "inertia_tensor-1-2": -0.02469135802469136,
        "inertia_tensor-2-2": 0.691358024691358,
        "inertia_tensor_eigvals-0": 0.7160493827160492,
        "inertia_tensor_eigvals-1": 0.7160493827160492,
        "inertia_tensor_eigvals-2": 0.4444444444444444,
        "axis_major_length": 3.1426968052735442,
        "axis_minor_length": 2.1081851067789197,
    }
    assert_known(ms.measure(sample, measurements="all"), known)


def test_boxes_of_itk_with_spacing():
    # ITK, itkShapeLabelMapFilterGTest.cxx (Apache-2.0): 3D_T3x2x1 and 3D_T2x2x2_Spacing. There
    # axes run x, y, z and principal moments are the variances; here they run z, y, x, and the
    # inertia about an axis is the sum of the other two variances.
    box = np.zeros((25, 25, 25), np.uint8)
    box[11, 9:11, 5:8] = 1
    table = ms.measure(box, measurements="all")
    known = {"area": 6, "centroid-0": 11, "centroid-1": 9.5, "centroid-2": 6}
    eigenvalues = {f"inertia_tensor_eigvals-{i}": v for i, v in enumerate((11 / 12, 2 / 3, 0.25))}
    assert_known(table, known | eigenvalues)

    cube = np.zeros((25, 25, 25), np.uint8)
    cube[11:13, 9:11, 5:7] = 1
    table = ms.measure(cube, measurements="all", spacing=(2.2, 1.1, 1))
    known = {"area": 19.36, "centroid-0": 25.3, "centroid-1": 10.45, "centroid-2": 5.5}
    variances = {"inertia_tensor-0-0": 0.25 + 0.3025, "inertia_tensor-2-2": 1.21 + 0.3025}
    assert_known(table, known | variances)


def test_the_phantom_of_ibsi():
    # Image Biomarker Standardisation Initiative, digital phantom and its reference values (CC-BY
    # 4.0): volume 592, mean 2.15, variance 3.05, skewness 1.08, excess kurtosis -0.355, smallest 1,
    # largest 6, at voxels of 2 mm. They are given to so many digits.
    image = np.array(
        [
            [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
            [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [1, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
            [[1, 4, 4, 1, 1], [1, 1, 1, 1, 1], [1, 1, 9, 1, 1], [1, 1, 6, 1, 1]],
            [[1, 4, 4, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
        ]
    )
    labels = np.ones(image.shape, np.uint8)
    labels[1, 2, 0] = labels[2, 2, 2] = 0
    labels[2:, 0, 3:] = 0
    table = ms.measure(labels, image, spacing=2)
    assert_known(table, {"area": 592, "intensity_min": 1, "intensity_max": 6})
    assert_known(table, {"intensity_mean": 2.15}, rtol=0.005 / 2.15)
    moments = ms.measure(labels, image, "intensity")
    assert moments["intensity_var"][0] == pytest.approx(3.05, abs=0.005)
    assert moments["intensity_skewness"][0] == pytest.approx(1.08, abs=0.005)
    assert moments["intensity_kurtosis"][0] == pytest.approx(-0.355, abs=0.0005)
    # Shift of the center of mass, elongation and flatness, with the tolerances stated there.
    assert moments["intensity_mass_displacement"][0] == pytest.approx(0.672 / 2, abs=0.004 / 2)
    shape = ms.measure(labels, measurements="axis_lengths", spacing=2)
    major, minor, least = (shape[f"axis_lengths-{k}"][0] for k in range(3))
    assert minor / major == pytest.approx(0.816, abs=0.005)
    assert least / major == pytest.approx(0.749, abs=0.005)
    # Axes there are 4 deviations long, with the covariance divided by n - 1; here an ellipsoid of
    # uniform mass is sqrt(20) deviations long, divided by n.
    factor = 4 / math.sqrt(20) * math.sqrt(74 / 73)
    assert major * factor == pytest.approx(11.4, abs=0.1)
    assert minor * factor == pytest.approx(9.31, abs=0.06)
    assert least * factor == pytest.approx(8.54, abs=0.05)


def one_object(shape, where):
    labels = np.zeros(shape, np.uint8)
    labels[where] = 1
    return ms.measure(labels, measurements="all")


def test_one_pixel():
    table = one_object((5, 7), (2, 3))
    known = {"area": 1, "extent": 1, "axis_major_length": 0, "axis_minor_length": 0}
    known |= {"eccentricity": 0, "orientation": -math.pi / 4, "centroid-0": 2, "centroid-1": 3}
    assert_known(table, known)


def test_lines_and_squares_have_the_angles_of_scikit_image():
    # A line along axis 1 lies at a right angle to axis 0. A square has no axis; scikit-image says
    # -pi/4, and so does this.
    row = one_object((5, 9), (2, slice(2, 7)))
    assert_known(row, {"orientation": math.pi / 2, "eccentricity": 1, "axis_minor_length": 0})
    assert_known(row, {"axis_major_length": 4 * math.sqrt(2)})
    column = one_object((9, 5), (slice(2, 7), 2))
    assert_known(column, {"orientation": 0, "eccentricity": 1})
    square = one_object((9, 9), (slice(2, 7), slice(2, 7)))
    assert_known(square, {"orientation": -math.pi / 4, "eccentricity": 0})


def test_diagonals_lean_like_in_scikit_image():
    down = ms.measure(np.eye(6, dtype=np.uint8), measurements=["orientation"])
    up = ms.measure(np.eye(6, dtype=np.uint8)[::-1], measurements=["orientation"])
    assert_known(down, {"orientation": math.pi / 4})
    assert_known(up, {"orientation": -math.pi / 4})


def test_touches_border():
    labels = np.zeros((5, 6), np.uint8)
    labels[0, 2], labels[2, 0], labels[4, 3], labels[3, 5], labels[1:4, 1:5] = 1, 2, 3, 4, 5
    table = ms.measure(labels, measurements=["label", "touches_border"])
    assert table["touches_border"].dtype == bool
    assert table["touches_border"].tolist() == [True, True, True, True, False]


# -------------------------------------------------------------------------- numbers under strain


@pytest.mark.parametrize("offset", [0.0, 1e8, -1e8])
def test_deviations_survive_a_large_offset(offset):
    # The deviation of 0, 1, ..., 7 / 8; 1e8 + k / 8 is exact in float64.
    image = offset + np.arange(8).reshape(2, 4) / 8
    table = ms.measure(np.ones((2, 4), int), image)
    expected = math.sqrt((64 - 1) / 12) / 8
    assert table["intensity_std"][0] == pytest.approx(expected, rel=RELATIVE, abs=0)
    assert table["intensity_mean"][0] == pytest.approx(offset + 7 / 16, rel=1e-15)


@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "u8", "f8"])
def test_deviations_of_a_large_object_survive_a_large_offset(dtype):
    rng = np.random.default_rng(8)
    small = rng.integers(0, 4, (400, 500))
    image = (small + 10**8).astype(dtype)
    table = ms.measure(np.ones(small.shape, int), image)
    assert table["intensity_std"][0] == pytest.approx(small.std(), rel=RELATIVE, abs=0)
    assert table["intensity_sum"][0] == int(small.sum()) + small.size * 10**8


def test_one_outlier_first_does_not_spoil_the_deviation():
    # A one-pass sum about the first pixel must not lose the other pixels' spread.
    image = np.random.default_rng(9).random((300, 300))
    image[0, 0] = 1e6
    table = ms.measure(np.ones(image.shape, int), image)
    assert table["intensity_std"][0] == pytest.approx(image.std(), rel=RELATIVE, abs=0)
    assert table["intensity_mean"][0] == pytest.approx(image.mean(), rel=1e-12)


@pytest.mark.parametrize("dtype", [d for d in images.ALL_DTYPES if d.kind != "b"], ids=str)
@pytest.mark.parametrize("end", ["min", "max"])
def test_one_pixel_at_the_end_of_the_range(dtype, end):
    limits = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(np.float16)
    value = getattr(limits, end)
    table = ms.measure(np.ones((1, 1), int), np.full((1, 1), value, dtype))
    known = dict.fromkeys([f"intensity_{n}" for n in ("sum", "mean", "min", "max")], float(value))
    assert_known(table, known | {"intensity_std": 0})


@pytest.mark.parametrize("dtype", ["i8", "u8"])
def test_sums_beyond_64_bits(dtype):
    largest = np.iinfo(dtype).max
    image = np.full((300, 300), largest, dtype)
    image[0, 0] = 0
    table = ms.measure(np.ones(image.shape, int), image)
    count = image.size
    assert table["intensity_sum"][0] == float(int(largest) * (count - 1))
    expected = int(largest) * math.sqrt(count - 1) / count
    assert table["intensity_std"][0] == pytest.approx(expected, rel=RELATIVE)
    assert table["intensity_max"][0] == float(largest)


def test_constant_floats_have_no_deviation():
    # 0.1 is not a binary fraction; sums of it round.
    for dtype in ("f2", "f4", "f8"):
        table = ms.measure(np.ones((70, 90), int), np.full((70, 90), 0.1, dtype))
        assert table["intensity_std"][0] == 0
        assert table["intensity_mean"][0] == float(np.dtype(dtype).type(0.1))


def test_float32_is_summed_in_float64():
    # scikit-image 0.26 averages float32 in float32: 1000.09985 here, and a deviation of 1e-4.
    image = np.full((200, 200), 1000.1, np.float32)
    table = ms.measure(np.ones(image.shape, int), image)
    assert table["intensity_mean"][0] == float(np.float32(1000.1))
    assert table["intensity_std"][0] == 0


def test_objects_far_from_the_origin():
    shape, first = (3, 2_000_000), 1_999_980
    near, far = np.zeros((3, 40), np.uint8), np.zeros(shape, np.uint8)
    piece = np.array([[1, 1, 0, 1, 0], [0, 1, 1, 1, 1], [0, 1, 0, 0, 0]])
    near[:, 10:15], far[:, first : first + 5] = piece, piece
    wanted = tables.names(2, with_image=False)
    expected = tables.measure(near, measurements=wanted)
    table = ms.measure(far, measurements=wanted)
    for column in ("bbox-1", "bbox-3", "centroid-1"):
        assert table[column][0] == pytest.approx(expected[column][0] + first - 10, rel=1e-15)
        expected[column] = table[column]
    expected["touches_border"] = table["touches_border"]
    assert_tables_agree(table, expected)


def test_objects_as_wide_as_a_wide_image():
    # Sums of squared coordinates need more than 64 bits in the raw, and all of float64.
    width = 2_000_000
    labels = np.broadcast_to(np.array([[1], [0], [2]], np.uint8), (3, width))
    table = ms.measure(labels, measurements="all")
    assert table["area"].tolist() == [width, width]
    np.testing.assert_allclose(table["centroid-1"], (width - 1) / 2, rtol=1e-15)
    np.testing.assert_allclose(
        table["inertia_tensor_eigvals-0"], (width**2 - 1) / 12, rtol=RELATIVE
    )


def test_objects_in_a_tall_volume():
    # Coordinates of several million, squared and summed, pass 64 bits.
    height = 9 * 2**19 - 1
    labels = np.broadcast_to(np.uint8(1), (2, height, 1))
    table = ms.measure(labels, measurements=["centroid", "inertia_tensor"])
    assert table["centroid-1"].tolist() == [(height - 1) / 2]
    expected = (height**2 - 1) / 12
    assert table["inertia_tensor-2-2"][0] == pytest.approx(expected + 0.25, rel=RELATIVE)
    assert table["inertia_tensor-1-1"][0] == 0.25


def test_wide_masks_measure_like_their_labels():
    rng = np.random.default_rng(29)
    mask = rng.random((2, 1_200_000)) < 0.99999
    image = rng.random(mask.shape)
    assert_same_bits(ms.measure(mask, image, "all"), ms.measure(ms.label(mask), image, "all"))


def test_true_weighs_one_whatever_its_byte():
    mask = np.array([[0, 2, 255, 1]], np.uint8).view(bool)
    table = ms.measure(np.ones((1, 4), int), mask, "intensity")
    assert_known(table, {"intensity_sum": 3, "intensity_max": 1, "centroid_weighted-1": 2})


@pytest.mark.parametrize("layout", images.LAYOUTS, ids=lambda layout: layout.__name__)
def test_ids_of_any_size_cost_no_table_of_that_size(layout):
    labels = np.zeros((3, 70), np.uint64)
    labels[0, 5], labels[1, 6:9], labels[2, 65:] = 2**64 - 1, 2**63, 7
    table = ms.measure(layout(labels))
    assert table["label"].dtype == np.uint64
    assert table["label"].tolist() == [7, 2**63, 2**64 - 1]
    assert table["area"].tolist() == [5.0, 3.0, 1.0]
    signed = labels.astype(np.int64)
    assert ms.measure(layout(signed))["label"].tolist() == [7]


@pytest.mark.parametrize("spread", [1, 2, 9, 1000, 10**9])
@pytest.mark.parametrize("count", [1, 200, 2000, 50_000])
def test_ids_in_any_order_of_appearance(count, spread):
    # Ids that come in order, backwards or shuffled, alone or as small groups far apart.
    rng = np.random.default_rng(count)
    alone = 1 + spread * np.arange(count)
    grouped = 1 + 3 * np.arange(count) % 17 + 17 * spread * (np.arange(count) // 17)
    for ids in (alone, alone[::-1], rng.permutation(alone), rng.permutation(grouped)):
        labels = np.stack([ids, rng.permutation(ids), rng.choice(ids, count)])
        expected, counts = np.unique(labels, return_counts=True)
        table = ms.measure(labels, measurements=["label", "num_pixels"])
        np.testing.assert_array_equal(table["label"], expected)
        np.testing.assert_array_equal(table["num_pixels"], counts)


def test_negative_ids_are_no_objects():
    labels = np.array([[-1, -1, 0, 3], [-128, 5, 5, 3]], np.int8)
    table = ms.measure(labels)
    assert table["label"].tolist() == [3, 5]
    assert table["area"].tolist() == [2.0, 2.0]


def test_one_id_may_have_many_parts():
    labels = np.array([[1, 0, 2, 0, 1]])
    assert ms.measure(labels)["area"].tolist() == [2.0, 1.0]


# ------------------------------------------------------------------------------ NaN and infinity


def test_pixels_that_are_not_finite_are_excluded():
    labels = np.array([[1, 1, 1, 2, 2]])
    image = np.array([[1.0, np.nan, 3.0, np.inf, -np.inf]])
    table = ms.measure(labels, image, ["area", "intensity", "centroid_weighted"])
    assert table["area"].tolist() == [3.0, 2.0]
    known = {"intensity_sum": 4, "intensity_mean": 2, "intensity_std": 1}
    known |= {"intensity_min": 1, "intensity_max": 3, "centroid_weighted-1": 1.5}
    assert_known(table, known)
    for column in known:
        assert np.isnan(table[column][1])


def test_nan_beside_an_object_does_not_matter():
    # scikit-image gives NaN here, as the weighted centroid is computed on the whole box.
    labels = np.array([[1, 0], [1, 1]])
    image = np.array([[1.0, np.nan], [1.0, 2.0]])
    table = ms.measure(labels, image, ["centroid_weighted"])
    assert table["centroid_weighted-0"][0] == 0.75
    assert table["centroid_weighted-1"][0] == 0.5


@pytest.mark.parametrize("dtype", ["?", "u1", "i4", "u8", "f2", "f4", "f8"])
def test_a_weighted_centroid_without_weight_is_nan(dtype):
    table = ms.measure(np.ones((3, 4), int), np.zeros((3, 4), dtype), ["centroid_weighted"])
    assert np.isnan(table["centroid_weighted-0"]).all()
    assert np.isnan(table["centroid_weighted-1"]).all()


@pytest.mark.parametrize("dtype", ["i1", "i8", "f4", "f8"])
def test_weights_that_cancel_leave_no_weighted_centroid(dtype):
    image = np.array([[3, -3, 1, -1]], dtype)
    table = ms.measure(np.ones((1, 4), int), image, ["centroid_weighted"])
    assert np.isnan(table["centroid_weighted-1"]).all()


# ------------------------------------------------------------------------- channels and columns


def test_default_measurements():
    labels, image = np.array([[1, 0, 2]]), np.array([[1.0, 2.0, 3.0]])
    default = ms.measure(labels)
    assert_same_bits(default, ms.measure(labels, measurements=DEFAULT))
    assert list(default) == [
        "label",
        "area",
        *[f"bbox-{i}" for i in range(4)],
        "centroid-0",
        "centroid-1",
    ]
    assert_same_bits(
        ms.measure(labels, image), ms.measure(labels, image, DEFAULT + DEFAULT_INTENSITY)
    )


def test_columns_come_in_the_order_asked_for():
    labels = np.array([[1, 0, 2]])
    table = ms.measure(labels, measurements=["centroid", "label", "area"])
    assert list(table) == ["centroid-0", "centroid-1", "label", "area"]
    assert list(ms.measure(labels, measurements="area")) == ["area"]
    assert list(ms.measure(labels, measurements=iter(["area", "label"]))) == ["area", "label"]


def test_groups_and_names_can_be_mixed():
    labels, image = np.array([[1, 0, 2]]), np.ones((1, 3))
    table = ms.measure(labels, image, ["intensity", "label"])
    assert list(table)[-1] == "label"
    assert "intensity_mean" in table
    assert "area" not in table


def test_a_name_asked_for_twice_is_one_column():
    table = ms.measure(np.array([[1]]), measurements=["area", "label", "area"])
    assert list(table) == ["area", "label"]


def test_all_without_an_image_leaves_intensities_out():
    labels = np.array([[1, 0, 2]])
    columns = list(ms.measure(labels, measurements="all"))
    assert not [column for column in columns if column.startswith("intensity")]
    assert not [column for column in columns if column.startswith("centroid_weighted")]
    assert "orientation" in columns
    assert "orientation" not in ms.measure(labels[np.newaxis], measurements=["all"])
    assert "eccentricity" not in ms.measure(labels[np.newaxis], measurements=["ellipse"])


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_the_channel_axis_can_be_any(ndim, axis):
    rng = np.random.default_rng(10)
    labels = rng.integers(0, 4, (5, 6, 7)[-ndim:])
    last = rng.random((*labels.shape, 2))
    moved = np.moveaxis(last, -1, axis)
    names = [
        n for n in tables.names(ndim, with_image=True) if n == "label" or n in tables.PER_CHANNEL
    ]
    assert_same_bits(
        ms.measure(labels, moved, names, channel_axis=axis), ms.measure(labels, last, names)
    )


def test_each_channel_is_measured_as_if_alone():
    rng = np.random.default_rng(11)
    labels = rng.integers(0, 5, (40, 70))
    image = rng.random((40, 70, 3))
    together = ms.measure(labels, image, list(tables.PER_CHANNEL))
    for channel in range(3):
        alone = ms.measure(
            labels, np.ascontiguousarray(image[..., channel]), list(tables.PER_CHANNEL)
        )
        for column in alone:
            assert together[f"{column}-{channel}"].tobytes() == alone[column].tobytes(), column


def test_a_channel_axis_of_length_one_still_numbers_its_column():
    table = ms.measure(np.array([[1, 2]]), np.ones((1, 2, 1)), ["intensity_mean"])
    assert list(table) == ["intensity_mean-0"]


def test_channels_can_be_named():
    image = np.random.default_rng(12).random((4, 5, 2))
    labels = np.ones((4, 5), int)
    names = ["area", "intensity_mean", "centroid_weighted"]
    table = ms.measure(labels, image, names, channels=["DNA", "actin"])
    assert list(table) == [
        "area",
        "intensity_mean-DNA",
        "intensity_mean-actin",
        "centroid_weighted-0-DNA",
        "centroid_weighted-0-actin",
        "centroid_weighted-1-DNA",
        "centroid_weighted-1-actin",
    ]
    numbered = ms.measure(labels, image, names)
    assert [c.tolist() for c in table.values()] == [c.tolist() for c in numbered.values()]


def test_spacing_leaves_pixels_alone():
    labels = np.zeros((6, 9), int)
    labels[1:3, 2:8] = 1
    table = ms.measure(labels, measurements="all", spacing=(2, 0.5))
    known = {"num_pixels": 12, "bbox-0": 1, "bbox-3": 8, "extent": 1}
    assert_known(table, known | {"area": 12, "area_bbox": 12, "centroid-0": 3, "centroid-1": 2.25})
    np.testing.assert_array_equal(
        ms.measure(labels, measurements=["centroid"], spacing=3)["centroid-0"],
        ms.measure(labels, measurements=["centroid"], spacing=[3, 3])["centroid-0"],
    )


@pytest.mark.parametrize("dtype", images.ALL_DTYPES, ids=str)
@pytest.mark.parametrize("layout", images.LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("shape", [(30, 67), (4, 9, 65)])
def test_every_dtype_and_layout_of_the_image(shape, layout, dtype):
    rng = np.random.default_rng(13)
    labels = rng.integers(0, 6, shape)
    image = rng.integers(0, 100, shape).astype(dtype)
    expected = ms.measure(labels, image.astype(np.float64), "all")
    table = ms.measure(layout(labels), layout(image), "all")
    assert_tables_agree(table, expected, intensity_scale=100)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_an_image_without_pixels_has_no_objects(shape):
    table = ms.measure(np.zeros(shape, int), np.zeros(shape), "all")
    assert table.num_rows == 0
    assert {"label", "area", "intensity_mean"} <= set(table)


def test_counts_beyond_32_bits():
    # One row read over and over: 2**31 + 16 pixels without the memory of as many.
    rows = 2**13 + 1
    mask = np.broadcast_to(np.ones(2**18, bool), (rows, 2**18))
    table = ms.measure(mask, measurements=["num_pixels", "bbox", "centroid"])
    assert table["num_pixels"].tolist() == [rows * 2**18]
    assert table["bbox-2"].tolist() == [rows]
    assert table["centroid-0"].tolist() == [(rows - 1) / 2]


def test_a_sum_beyond_the_range_of_double_is_infinite():
    table = ms.measure(np.array([[1, 1]]), np.array([[1.7e308, 1.6e308]]), "intensity_sum")
    assert table["intensity_sum"].tolist() == [np.inf]


@pytest.mark.parametrize("spacing", [1e-24, 1e24])
def test_the_ends_of_the_range_of_spacing(spacing):
    labels = np.zeros((4, 5, 6), int)
    labels[1:3, 1:4, 2:5] = 1
    table = ms.measure(labels, measurements="all", spacing=spacing)
    of_pixels = ms.measure(labels, measurements="all")
    for column, values in table.items():
        np.testing.assert_array_equal(np.isfinite(values), np.isfinite(of_pixels[column]), column)
        np.testing.assert_array_equal(values == 0, of_pixels[column] == 0, column)
    expected = ms.measure(labels, measurements="axis_major_length")["axis_major_length"] * spacing
    assert table["axis_major_length"] == pytest.approx(expected, rel=1e-9)
