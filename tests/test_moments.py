"""Moments: the oracles' exact numbers, scikit-image's, published ones, and what may not matter."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from known_images import SAMPLE
from oracles import moments as exact
from oracles import tables
from oracles.agreement import assert_same_bits, assert_tables_agree
from oracles.likeness import assert_like, comparable
from skimage import measure as skimage_measure

import mensura as ms

PLAIN = ["moments", "moments_central", "moments_normalized"]
WEIGHTED = ["moments_weighted", "moments_weighted_central", "moments_weighted_normalized"]
HU = ["moments_hu", "moments_weighted_hu"]
EXACT = 1e-12  # relative, of the exact rational answer
FLOATING = 1e-13  # of the sum of magnitudes times the sides of the box: what the definition states


def names_for(ndim):
    return [*PLAIN, *WEIGHTED, *(HU if ndim == 2 else []), "centroid_weighted_local"]


def assert_exact(table, expected):
    """Every column but Hu's within EXACT of itself: where the exact answer is 0, it is 0."""
    for column, want in expected.items():
        if "_hu" not in column:
            np.testing.assert_allclose(table[column], want, rtol=EXACT, atol=0, err_msg=column)


# ------------------------------------------------------------------------------------ the oracles


@given(labels=images.label_images(), data=st.data())
def test_of_integer_images_they_are_exact(labels, data):
    dtypes = [np.dtype(bool), *images.INTEGER_DTYPES]
    image = data.draw(images.intensity_images(labels.shape, dtypes=dtypes))
    spacing = data.draw(images.spacings(labels.ndim))
    names = names_for(labels.ndim)
    table = ms.measure(labels, image, names, spacing=spacing)
    expected = tables.measure(labels, image, names, spacing=spacing)
    assert_exact(table, expected)
    assert_tables_agree(table, expected)


def assert_nearest(labels, image):
    """Sums and central moments are the exact answers rounded once."""
    names = [*PLAIN[:2], *WEIGHTED[:2]]
    table = ms.measure(labels, image, names)
    for column, want in tables.measure(labels, image, names).items():
        np.testing.assert_array_equal(table[column], want, err_msg=column)


@given(labels=images.label_images(), data=st.data())
def test_of_integer_images_they_are_rounded_once(labels, data):
    dtypes = [np.dtype(bool), *images.INTEGER_DTYPES]
    assert_nearest(labels, data.draw(images.intensity_images(labels.shape, dtypes=dtypes)))


@pytest.mark.parametrize("shape", [(70, 90), (17, 20, 25)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int64])
def test_of_objects_of_any_size_they_are_rounded_once(shape, dtype):
    # From single pixels to one object whose sums are beyond 64 bits, and symmetric ones among them.
    rng = np.random.default_rng(46)
    labels = ms.label(rng.random(shape) < 0.3)
    labels[tuple(slice(3, n - 2) for n in shape)][rng.random([n - 5 for n in shape]) < 0.5] = 7
    labels[(0,) * len(shape)] = 0
    labels[tuple(slice(1, 3) for _ in shape)] = labels.max() + 1
    limits = np.iinfo(dtype)
    image = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    assert_nearest(labels, image)


@given(labels=images.label_images(), data=st.data())
def test_of_floating_images_they_are_within_the_stated_bound(labels, data):
    image = data.draw(images.intensity_images(labels.shape, dtypes=images.FLOAT_DTYPES))
    mask = data.draw(images.generators).random(labels.shape) < 0.2
    names = WEIGHTED[:2]
    table = ms.measure(labels, image, ["bbox", *names], mask=mask)
    expected = tables.measure(labels, image, names, mask=mask)
    magnitudes = np.abs(np.nan_to_num(image.astype(np.float64), posinf=0, neginf=0))
    totals = tables.measure(labels, magnitudes, ["intensity_sum"], mask=mask)
    sums = tables.measure(labels, image, ["intensity_sum"], mask=mask)
    ndim = labels.ndim
    for column, want in expected.items():
        name, *index = column.split("-")
        channel = "".join(f"-{c}" for c in index[ndim:])
        slack = FLOATING * totals[f"intensity_sum{channel}"]
        for axis, power in enumerate(index[:ndim]):
            slack = slack * (table[f"bbox-{ndim + axis}"] - table[f"bbox-{axis}"]) ** int(power)
        if name.endswith("central"):
            # A centroid outside the box, as weights that cancel have it, is no bound for sides.
            total = totals[f"intensity_sum{channel}"]
            posed = np.abs(sums[f"intensity_sum{channel}"]) > 0.5 * total
        else:
            posed = np.ones(len(want), bool)
        posed |= np.isnan(want) & np.isnan(totals[f"intensity_sum{channel}"])
        got = table[column][posed]
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want[posed]), err_msg=column)
        assert not np.any(np.abs(got - want[posed]) > slack[posed]), column


# ----------------------------------------------------------------------------------- scikit-image


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((40, 50), 1), ((40, 50), 0.5), ((9, 20, 25), 1), ((9, 20, 25), 3.0), ((40, 50), (0.5, 2.0))],
)
@pytest.mark.parametrize("channels", [None, 1, 2])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32, np.float64])
def test_equal_to_scikit_image(shape, spacing, channels, dtype):
    rng = np.random.default_rng(41)
    blocks = rng.integers(0, 6, [n // 5 + 1 for n in shape])
    labels = np.kron(blocks, np.ones([5] * len(shape), int))[tuple(map(slice, shape))]
    labels *= rng.random(shape) < 0.8
    image = rng.integers(1, 200, shape if channels is None else (*shape, channels)).astype(dtype)
    steps = np.broadcast_to(spacing, len(shape)).tolist()
    names = ["bbox", *comparable(names_for(len(shape)), steps)]
    table = ms.measure(labels, image, names, spacing=spacing)
    wide = image.astype(np.float64)
    expected = skimage_measure.regionprops_table(labels, wide, names, spacing=spacing)
    copies = {column: values.copy() for column, values in table.items()}
    assert_like(copies, expected, steps, intensity_scale=200)


def test_unequal_spacing_differs_from_scikit_image_by_the_mean_step():
    labels = np.array([[1, 1, 0], [0, 1, 1], [0, 1, 1]])
    spacing = (0.5, 2.0)
    ours = ms.measure(labels, measurements="moments_normalized", spacing=spacing)
    theirs = skimage_measure.regionprops_table(
        labels, properties=["moments_normalized"], spacing=spacing
    )
    for column, values in theirs.items():
        order = sum(map(int, column.split("-")[1:]))
        ratio = min(spacing) / math.sqrt(math.prod(spacing))
        np.testing.assert_allclose(ours[column], values * ratio**order, rtol=1e-12, atol=1e-15)


# ---------------------------------------------------------------------------------- known answers

# scikit-image, tests/skimage2/measure/test_regionprops.py (BSD-3), array SAMPLE, and the moments
# asserted there (determined with OpenCV).
SAMPLE_MOMENTS = {
    "moments-0-0": 72,
    "moments-0-1": 680,
    "moments-0-2": 7682,
    "moments-0-3": 95588,
    "moments-1-0": 408,
    "moments-1-1": 3766,
    "moments-1-2": 43882,
    "moments-2-0": 2748,
    "moments-2-1": 24836,
    "moments-3-0": 19776,
    "moments_normalized-0-2": 0.24301268861454037,
    "moments_normalized-0-3": -0.017278118992041805,
    "moments_normalized-1-1": -0.016846707818929982,
    "moments_normalized-1-2": 0.045473992910668816,
    "moments_normalized-2-0": 0.08410493827160502,
    "moments_normalized-2-1": -0.002899800614433943,
}
SAMPLE_HU = [
    0.327117627,
    0.0263869194,
    0.023539006,
    0.00123151193,
    1.3888233e-06,
    -2.72586158e-05,
    -6.48350653e-06,
]


def test_the_sample_of_scikit_image():
    table = ms.measure(SAMPLE, measurements=[*PLAIN, "moments_hu"])
    for column, value in SAMPLE_MOMENTS.items():
        assert table[column][0] == pytest.approx(value, rel=1e-12), column
    for k, value in enumerate(SAMPLE_HU):
        assert table[f"moments_hu-{k}"][0] == pytest.approx(value, rel=1e-8)


def test_the_third_power_of_a_rectangle():
    # Sums of cubes are squares of sums: of 0..2 it is 9, of 0..3 it is 36.
    table = ms.measure(np.ones((3, 4), np.uint8), measurements=PLAIN)
    assert table["moments-3-0"][0] == 4 * 9
    assert table["moments-0-3"][0] == 3 * 36
    assert table["moments-3-3"][0] == 9 * 36
    assert table["moments_central-2-2"][0] == 2 * 5


# ------------------------------------------------------------------------------- no digit is lost


def exact_table(labels, image, spacing=1):
    return tables.measure(labels, image, [*PLAIN[:2], *WEIGHTED[:2]], spacing=spacing)


@pytest.mark.parametrize("dtype", [np.uint32, np.int32, np.int64, np.uint64])
def test_a_large_offset_of_integers_costs_no_digit(dtype):
    rng = np.random.default_rng(42)
    labels = (rng.random((23, 31)) < 0.8).astype(np.uint8)
    image = rng.integers(0, 10, labels.shape).astype(dtype) + dtype(100_000_000)
    table = ms.measure(labels, image, [*PLAIN, *WEIGHTED])
    assert_exact(table, exact_table(labels, image))


def test_a_large_offset_of_floats_stays_within_the_bound():
    rng = np.random.default_rng(43)
    labels = (rng.random((23, 31)) < 0.8).astype(np.uint8)
    image = rng.random(labels.shape) + 1e8
    table = ms.measure(labels, image, WEIGHTED)
    weight = table["moments_weighted-0-0"][0]
    for column, want in exact_table(labels, image).items():
        if column.startswith("moments_weighted"):
            y, x = map(int, column.split("-")[1:])
            slack = FLOATING * weight * 23.0**y * 31.0**x
            assert abs(table[column][0] - want[0]) <= slack, column
            if y % 2 == x % 2 == 0:  # nothing cancels
                assert table[column][0] == pytest.approx(want[0], rel=EXACT), column


@pytest.mark.parametrize("dtype", [np.uint16, np.int64, np.float64])
@pytest.mark.parametrize("shape", [(23, 31), (4, 9, 11)])
def test_an_object_far_away_has_the_same_bits(shape, dtype):
    rng = np.random.default_rng(44)
    labels = (rng.random(shape) < 0.8).astype(np.uint8)
    image = (rng.random(shape) * 1000).astype(dtype)
    names = names_for(len(shape))
    sums = ms.Accumulator(names)
    sums.update(labels, image, offset=[1_000_000 - axis for axis in range(len(shape))])
    assert_same_bits(sums.table(), ms.measure(labels, image, names))


def test_what_is_symmetric_has_no_odd_moments():
    y, x = np.indices((41, 41)) - 20
    labels = (y * y + x * x <= 380).astype(np.uint8)
    image = (1000 - y * y - x * x).astype(np.uint16)
    table = ms.measure(labels, image, ["moments_central", "moments_weighted_central"])
    for column, values in table.items():
        if any(int(power) % 2 for power in column.split("-")[1:]):
            assert values[0] == 0, column


def power_sums(length):
    """Sums of k^0 to k^3 over 0..length - 1 as Python integers."""
    n = length - 1
    return [length, n * length // 2, n * length * (2 * n + 1) // 6, (n * length // 2) ** 2]


@pytest.mark.parametrize(
    "shape",
    [
        (3, 70_000),
        (1500, 1700),
        (256, 256),  # the largest box whose geometry is summed up at once
        (257, 257),
        (300, 300),
        (400, 400),
        (2, 3, 40_000),
        (60, 70, 90),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.uint64])
def test_large_objects_of_the_largest_value_are_exact(shape, dtype):
    # Sums beyond 64 and 128 bits, over runs beyond every limit inside.
    value = np.iinfo(dtype).max
    names = ["moments", "moments_weighted", "moments_central", "moments_weighted_central"]
    table = ms.measure(np.ones(shape, np.uint8), np.full(shape, value), names)
    sums = [power_sums(length) for length in shape]
    for powers in exact.orders(len(shape)):
        suffix = "".join(f"-{p}" for p in powers)
        want = math.prod(s[p] for s, p in zip(sums, powers, strict=True))
        assert table["moments" + suffix][0] == float(want)
        assert table["moments_weighted" + suffix][0] == float(int(value) * want)
        central = math.prod(centered(length, p) for length, p in zip(shape, powers, strict=True))
        assert table["moments_central" + suffix][0] == float(central)
        assert table["moments_weighted_central" + suffix][0] == float(int(value) * central)


def centered(length, power):
    """Sum of (k - (length - 1) / 2)^power over 0..length - 1."""
    if power % 2:
        return Fraction(0)
    return Fraction(length) if power == 0 else Fraction(length * (length * length - 1), 12)


def test_boxes_beyond_the_limit_are_nan_and_those_below_exact():
    names = ["area", "moments", "moments_weighted"]
    one = np.ones((1, 1), np.uint8)
    for distance, is_measured in [(1 << 27, True), (1 << 40, False)]:
        sums = ms.Accumulator(names)
        sums.update(one, 3 * one)
        sums.update(one, 5 * one, offset=(distance, distance))
        table = sums.table()
        assert table["area"][0] == 2
        expected = float(5 * distance**6) if is_measured else np.nan
        np.testing.assert_equal(table["moments_weighted-3-3"][0], expected)


# ------------------------------------------------------------------------------ what is undefined


@pytest.mark.parametrize("dtype", [np.int16, np.float64])
def test_weights_that_cancel_leave_the_sum_alone(dtype):
    image = np.array([[1, -1]], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = ms.measure(np.ones((1, 2), np.uint8), image, [*WEIGHTED, "moments_weighted_hu"])
    assert table["moments_weighted-0-0"][0] == 0
    assert table["moments_weighted-0-1"][0] == -1
    for column, values in table.items():
        if column.startswith("moments_weighted_central"):
            np.testing.assert_equal(values[0], 0.0 if column.endswith("-0-0") else np.nan)
        elif not column.startswith("moments_weighted-"):
            assert np.isnan(values[0]), column


def test_without_a_valid_pixel_everything_is_nan():
    labels = np.array([[1, 2]])
    names = [*WEIGHTED, "moments_weighted_hu", "centroid_weighted_local"]
    of_floats = ms.measure(labels, np.array([[np.nan, 1.0]]), names)
    of_integers = ms.measure(labels, np.array([[7, 1]]), names, mask=np.array([[True, False]]))
    for table in (of_floats, of_integers):
        assert all(np.isnan(values[0]) for values in table.values())
        assert table["moments_weighted-0-0"][1] == 1


def test_masked_pixels_do_not_weigh():
    rng = np.random.default_rng(45)
    labels = np.ones((9, 11), np.uint8)
    image = rng.integers(0, 50, labels.shape).astype(np.uint8)
    mask = rng.random(labels.shape) < 0.3
    table = ms.measure(labels, image, WEIGHTED, mask=mask)
    assert_exact(table, tables.measure(labels, image, WEIGHTED, mask=mask))
    zeroed = ms.measure(labels, np.where(mask, 0, image), WEIGHTED)
    assert_same_bits(table, zeroed)


# -------------------------------------------------------------------------- what must not matter


def test_hu_does_not_see_turns_mirrors_nor_the_unit():
    rng = np.random.default_rng(46)
    labels = (rng.random((20, 30)) < 0.6).astype(np.uint8)
    image = rng.integers(1, 200, labels.shape).astype(np.uint8)
    before = ms.measure(labels, image, HU, spacing=(1, 2))
    turned = ms.measure(np.rot90(labels), np.rot90(image), HU, spacing=(2, 1))
    mirrored = ms.measure(labels[:, ::-1], image[:, ::-1], HU, spacing=(1, 2))
    scaled = ms.measure(labels, image, HU, spacing=(0.25, 0.5))
    for column, values in before.items():
        sign = -1 if column.endswith("-6") else 1  # the seventh tells mirror images apart
        assert turned[column] == pytest.approx(values, rel=1e-9)
        assert scaled[column] == pytest.approx(values, rel=1e-9)
        assert mirrored[column] == pytest.approx(sign * values, rel=1e-9)


def test_spacing_is_as_good_as_more_pixels():
    # A pixel of 1 x 3 is three of 1 x 1 but for the extent of a pixel, which vanishes.
    y, x = np.indices((300, 100))
    labels = ((y / 150 - 1) ** 2 + (x / 50 - 1) ** 2 < 1).astype(np.uint8)
    fine = np.repeat(labels, 3, axis=1)
    names = ["moments_normalized", "moments_hu"]
    coarse = ms.measure(labels, measurements=names, spacing=(1, 3))
    for column, values in ms.measure(fine, measurements=names).items():
        if column in ("moments_normalized-2-0", "moments_normalized-0-2", "moments_hu-0"):
            assert coarse[column] == pytest.approx(values, rel=1e-3)


def test_other_columns_do_not_change_the_bits():
    rng = np.random.default_rng(47)
    labels = rng.integers(0, 9, (40, 50))
    for dtype in (np.uint8, np.int32, np.uint64, np.float32):
        image = (rng.random(labels.shape) * 100).astype(dtype)
        together = ms.measure(labels, image, "all")
        for name in (*PLAIN, *WEIGHTED, *HU, "centroid_weighted"):
            alone = ms.measure(labels, image, name)
            assert_same_bits(alone, {column: together[column] for column in alone})


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
@pytest.mark.parametrize("shape", [(900, 1100), (40, 150, 200)])
def test_the_same_bits_for_any_number_of_threads(shape, dtype):
    rng = np.random.default_rng(48)
    labels = np.kron(rng.integers(0, 60, [n // 10 for n in shape]), np.ones([10] * len(shape), int))
    image = (rng.random(labels.shape) * 200).astype(dtype)
    names = names_for(len(shape))
    one = ms.measure(labels, image, names, threads=1)
    for threads in (2, 5):
        assert_same_bits(ms.measure(labels, image, names, threads=threads), one)


# ---------------------------------------------------------------------------------------- columns


def test_units_follow_the_order():
    labels, image = np.ones((2, 2), np.uint8), np.ones((2, 2))
    units = ms.measure(labels, image, names_for(2)).units
    assert units["moments-0-0"] == ""
    assert units["moments-1-0"] == "pixel"
    assert units["moments_central-2-3"] == "pixel^5"
    assert units["moments_weighted-0-0"] == "intensity"
    assert units["moments_weighted_central-0-1"] == "intensity x pixel"
    assert units["moments_normalized-2-0"] == units["moments_hu-6"] == ""
    assert units["moments_weighted_normalized-1-2"] == "intensity^(-3/2)"
    scaled = ms.measure(labels, image[..., None], "moments_weighted", spacing=2).units
    assert scaled["moments_weighted-1-1-0"] == "intensity x unit^2"


def test_of_a_mask_without_an_image():
    mask = np.zeros((20, 30), bool)
    mask[2:5, 3:9] = mask[10:18, 4:6] = True
    names = [*PLAIN, "moments_hu"]
    assert_same_bits(
        ms.measure(mask, measurements=names), ms.measure(ms.label(mask), measurements=names)
    )
