"""``periodic``: axes that wrap round, so that the first and the last plane of pixels are neighbors.

Small images are held against a flood fill that steps round (``oracles/periodic.py``), larger ones
against SciPy and scikit-image on padded images, which equals it (``oracles/test_oracles.py``).
"""

import itertools
import math

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import geometry
from oracles import periodic as oracle
from oracles.agreement import assert_same_bits
from peers import (
    assert_labels,
    connectivities,
    periodic_label,
    renumbered,
    same_partition,
    wrappings,
)

import mensura as ms

THREADS = (1, 3)


def draw_wraps(data, ndim):
    return data.draw(st.tuples(*[st.booleans()] * ndim), label="periodic")


# --------------------------------------------------------------------------------- the flood fill


@given(
    image=st.one_of(images.label_images(), images.masks(), images.float_images()), data=st.data()
)
def test_equals_flood_fill(image, data):
    wraps = draw_wraps(data, image.ndim)
    connectivity = data.draw(st.integers(1, image.ndim), label="connectivity")
    background = data.draw(st.sampled_from([0, 1]), label="background")
    before = image.tobytes()
    labels, count = ms.label(image, connectivity, background, periodic=wraps, return_num=True)
    expected = oracle.label(image, wraps, connectivity, background)
    np.testing.assert_array_equal(labels, expected)
    assert labels.dtype == np.int32
    assert count == expected.max(initial=0)
    assert image.tobytes() == before


def check_small(image):
    """With every connectivity and every choice of axes."""
    for connectivity, wraps in itertools.product(connectivities(image.ndim), wrappings(image.ndim)):
        expected = oracle.label(image, wraps, connectivity)
        labels = ms.label(image, connectivity, periodic=wraps)
        assert_labels(labels, expected, image.tolist(), connectivity, wraps)


def random_images(shape, count):
    """As many masks, and as many images of two values beside background."""
    rng = np.random.default_rng([60, *shape])
    for _ in range(count):
        yield rng.random(shape) < rng.choice([0.2, 0.4, 0.7])
        yield rng.integers(0, 3, shape, np.uint8)


@pytest.mark.parametrize("height", range(1, 6))
def test_every_small_shape(height):
    for width in range(1, 6):
        for image in random_images((height, width), 6):
            check_small(image)


@pytest.mark.parametrize("depth", range(1, 4))
def test_every_small_volume(depth):
    for height, width in itertools.product(range(1, 4), repeat=2):
        for image in random_images((depth, height, width), 3):
            check_small(image)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (1, 6), (6, 1), (2, 2, 2), (1, 2, 4)], ids=str)
def test_every_mask(shape):
    pixels = math.prod(shape)
    for bits in range(2**pixels):
        mask = (bits >> np.arange(pixels) & 1).astype(bool).reshape(shape)
        labels = [ms.label(mask, c, periodic=True) for c in connectivities(mask.ndim)]
        for connectivity, found in enumerate(labels, start=1):
            expected = oracle.label(mask, [True] * mask.ndim, connectivity)
            assert_labels(found, expected, mask.astype(int).tolist(), connectivity)


# --------------------------------------------------------------- words, pairs of rows, and strips


@pytest.mark.parametrize("height", range(1, 6))
@pytest.mark.parametrize("density", [0.1, 0.5, 0.9])
def test_every_width_around_a_word(height, density):
    rng = np.random.default_rng([61, height])
    for width in (1, 2, 3, 7, 31, 32, 33, 62, *images.WORD_EDGES, 191, 192, 193, 257):
        image = (rng.random((height, width)) < density) * rng.integers(1, 3, (height, width))
        for connectivity, wraps in itertools.product((1, 2), wrappings(2)):
            what = (image.shape, connectivity, wraps)
            mask = image != 0
            expected = periodic_label(mask, connectivity, wraps)
            assert_labels(ms.label(mask, connectivity, periodic=wraps), expected, *what, "mask")
            expected = periodic_label(image, connectivity, wraps)
            for dtype in ("u1", "f4"):
                labels = ms.label(image.astype(dtype), connectivity, periodic=wraps)
                assert_labels(labels, expected, *what, dtype)


@pytest.mark.parametrize("depth", range(1, 6))
def test_every_parity_of_a_volume(depth):
    rng = np.random.default_rng([62, depth])
    for height, width in itertools.product(range(1, 6), (1, 2, 5, 64, 65)):
        mask = rng.random((depth, height, width)) < rng.choice([0.1, 0.25, 0.6])
        for connectivity, wraps in itertools.product((1, 2, 3), wrappings(3)):
            expected = periodic_label(mask, connectivity, wraps)
            labels = ms.label(mask, connectivity, periodic=wraps)
            assert_labels(labels, expected, mask.shape, connectivity, wraps)


LARGE = [(40, 60_000), (3, 250_000), (2, 300_000), (1, 600_001), (600_001, 1), (2049, 512)]
LARGE_VOLUMES = [(5, 1000, 900), (2, 1500, 1500), (1_100_000, 2, 2), (2, 2_100_000, 1)]


@pytest.mark.parametrize("shape", LARGE, ids=str)
def test_images_larger_than_a_strip(shape):
    mask = np.random.default_rng(63).random(shape, np.float32) < 0.45
    for connectivity, wraps in itertools.product((1, 2), wrappings(2)[1:]):
        expected = periodic_label(mask, connectivity, wraps)
        for threads in THREADS:
            labels = ms.label(mask, connectivity, periodic=wraps, threads=threads)
            assert_labels(labels, expected, connectivity, wraps, threads)


@pytest.mark.parametrize("shape", LARGE_VOLUMES, ids=str)
def test_volumes_larger_than_a_strip(shape):
    mask = np.random.default_rng(63).random(shape, np.float32) < 0.2
    all_wrap = (True, True, True)
    for connectivity, wraps in [(1, all_wrap), (3, all_wrap), (3, (True, False, False))]:
        expected = periodic_label(mask, connectivity, wraps)
        labels = ms.label(mask, connectivity, periodic=wraps, threads=2)
        assert_labels(labels, expected, connectivity, wraps)


@pytest.mark.parametrize("shape", [(1031, 1100), (3, 1200, 1210)], ids=str)
def test_values_of_images_larger_than_a_strip(shape):
    image = np.random.default_rng(64).integers(0, 3, shape, np.uint16)
    for connectivity in (len(shape) - 1, len(shape)):
        expected = periodic_label(image, connectivity, (True,) * len(shape))
        for threads in THREADS:
            labels = ms.label(image, connectivity, periodic=True, threads=threads)
            assert_labels(labels, expected, connectivity, threads)


@pytest.mark.parametrize("shape", [(1040, 1040), (1056, 992), (1040, 65, 1)], ids=str)
def test_lines_that_wind_round_a_torus(shape):
    # The diagonals y = x modulo 13 close after as many turns as the sides ask for.
    sides = shape[:2]
    step = math.gcd(*sides, 13) if math.gcd(*sides, 13) > 1 else 16
    y, x = np.ogrid[: sides[0], : sides[1]]
    mask = ((y - x) % step == 0).reshape(shape)
    full = ms.find_regions(mask, periodic=True)
    assert full.count == math.gcd(*sides) // step
    assert (full.sizes == math.lcm(*sides)).all()
    assert ms.find_regions(mask, 1, periodic=True).count == mask.sum()


# --------------------------------------------------------------------------- what must not change


@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_rolling_along_wrapped_axes_keeps_the_partition(image, data):
    wraps = draw_wraps(data, image.ndim)
    connectivity = data.draw(st.integers(1, image.ndim), label="connectivity")
    shifts = [
        data.draw(st.integers(-length, length)) if wrapped else 0
        for length, wrapped in zip(image.shape, wraps, strict=True)
    ]
    axes = tuple(range(image.ndim))
    labels = ms.label(image, connectivity, periodic=wraps)
    rolled = ms.label(np.roll(image, shifts, axes), connectivity, periodic=wraps)
    assert same_partition(np.roll(rolled, [-shift for shift in shifts], axes), labels)
    np.testing.assert_array_equal(rolled, renumbered(rolled))


def test_rolling_a_large_image_keeps_the_partition():
    mask = np.random.default_rng(65).random((1400, 900)) < 0.4
    labels = ms.label(mask, periodic=True)
    for shifts in [(1, 0), (0, 1), (583, 0), (700, 450), (-1, -1)]:
        rolled = ms.label(np.roll(mask, shifts, (0, 1)), periodic=True)
        assert same_partition(np.roll(rolled, [-shift for shift in shifts], (0, 1)), labels)


@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_wrapping_only_joins(image, data):
    connectivity = data.draw(st.integers(1, image.ndim), label="connectivity")
    plain = ms.label(image, connectivity)
    np.testing.assert_array_equal(ms.label(image, connectivity, periodic=False), plain)
    none = (False,) * image.ndim
    np.testing.assert_array_equal(ms.label(image, connectivity, periodic=none), plain)
    wraps = draw_wraps(data, image.ndim)
    wrapped = ms.label(image, connectivity, periodic=wraps)
    pairs = np.unique(np.stack([plain.ravel(), wrapped.ravel()]), axis=1)
    assert pairs.shape[1] == len(np.unique(plain))
    np.testing.assert_array_equal(wrapped > 0, plain > 0)


def test_an_empty_border_makes_no_difference():
    mask = np.pad(np.random.default_rng(66).random((3, 50, 90)) < 0.3, 1)
    for connectivity in (1, 2, 3):
        labels = ms.label(mask, connectivity, periodic=True)
        np.testing.assert_array_equal(labels, ms.label(mask, connectivity))


# -------------------------------------------------------------------------------------- arguments


@pytest.mark.parametrize(
    "periodic",
    [(True, False), [True, False], np.array([True, False]), (np.True_, np.False_)],
    ids=["tuple", "list", "array", "NumPy bools"],
)
def test_one_bool_per_axis(periodic):
    mask = np.array([[1, 0, 1], [0, 0, 0], [1, 0, 0]], bool)
    expected = [[1, 0, 2], [0, 0, 0], [1, 0, 0]]
    np.testing.assert_array_equal(ms.label(mask, periodic=periodic), expected)
    np.testing.assert_array_equal(ms.find_regions(mask, periodic=periodic).to_labels(), expected)


@pytest.mark.parametrize("all_axes", [True, np.True_], ids=["bool", "NumPy bool"])
def test_one_bool_for_all_axes(all_axes):
    rng = np.random.default_rng(67)
    for shape in ((30, 70), (5, 9, 70)):
        mask = rng.random(shape) < 0.3
        each = ms.label(mask, periodic=[True] * len(shape))
        np.testing.assert_array_equal(ms.label(mask, periodic=all_axes), each)
        assert each.max() < ms.label(mask).max()


FINDERS = {"label": ms.label, "find_regions": ms.find_regions}


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize(
    "bad", [(), (True,), [True, False, True], np.ones(5, bool), [[True, False]]], ids=repr
)
def test_a_wrong_number_of_axes(find, bad):
    with pytest.raises(ValueError, match=r"(?s)periodic.*2"):
        find(np.ones((3, 4), bool), periodic=bad)


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize(
    "bad",
    ["yes", "TF", b"TF", 1, 0, 0.5, 1j, object, [1, 0], [True, 0], [True, None], np.zeros(2), {}],
    ids=repr,
)
def test_what_is_not_a_bool(find, bad):
    with pytest.raises(TypeError, match=r"periodic.*bool"):
        find(np.ones((3, 4), bool), periodic=bad)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (0, 3, 4), (3, 0, 4), (3, 4, 0)])
def test_an_image_without_pixels(shape):
    labels, count = ms.label(np.zeros(shape, bool), periodic=True, return_num=True)
    assert labels.shape == shape
    assert count == 0


@pytest.mark.parametrize("layout", [*images.LAYOUTS, images.broadcast], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", images.ALL_DTYPES, ids=str)
def test_every_dtype_and_layout(dtype, layout):
    for shape in ((9, 70), (3, 5, 66)):
        image = layout(np.random.default_rng(68).integers(0, 3, shape).astype(dtype))
        wraps = (True, False, True)[: len(shape)]
        values = image if image.dtype == bool else image.astype(np.int64)
        for connectivity in connectivities(image.ndim):
            expected = periodic_label(values, connectivity, wraps)
            assert_labels(ms.label(image, connectivity, periodic=wraps), expected, connectivity)


@pytest.mark.parametrize("dtype", images.ALL_DTYPES[1:], ids=str)
def test_thresholds_and_backgrounds(dtype):
    image = np.random.default_rng(69).integers(0, 4, (40, 130)).astype(dtype)
    for wraps in wrappings(2):
        above = ms.label(image, 1, threshold=1, periodic=wraps)
        np.testing.assert_array_equal(above, periodic_label(image > 1, 1, wraps))
        swapped = np.where(image == 2, 0, np.where(image == 0, 2, image))
        labels = ms.label(image, 1, 2, periodic=wraps)
        np.testing.assert_array_equal(labels, periodic_label(swapped, 1, wraps))


def test_outputs():
    mask = np.random.default_rng(70).random((20, 70)) < 0.1
    expected = periodic_label(mask, 2, (True, True))
    assert expected.max() < 127
    for dtype in images.INTEGER_DTYPES:
        labels = ms.label(mask, dtype=dtype, periodic=True)
        assert labels.dtype == dtype
        np.testing.assert_array_equal(labels, expected)
        out = np.full(mask.shape, 77, dtype, order="F")
        assert ms.label(mask, out=out, periodic=True) is out
        np.testing.assert_array_equal(out, expected)


# ------------------------------------------------------------------------------- wrapped regions


def test_a_wrapped_region_is_measured_where_its_pixels_lie():
    # One object in all four corners: its box is the image, its centroid the mean of its pixels.
    mask = np.zeros((10, 20), bool)
    mask[:2, :3] = mask[-1:, :3] = mask[:2, -2:] = mask[-1:, -2:] = True
    regions = ms.find_regions(mask, periodic=True)
    assert regions.count == 1
    assert regions.bbox.tolist() == [[0, 0, 10, 20]]
    assert regions.sizes.tolist() == [15]
    table = regions.measure(measurements=["centroid", "area", "touches_border"])
    assert table["centroid-0"].tolist() == [np.argwhere(mask)[:, 0].mean()]
    assert table["centroid-1"].tolist() == [np.argwhere(mask)[:, 1].mean()]
    assert table["area"].tolist() == [15.0]
    assert table["touches_border"].tolist() == [True]
    np.testing.assert_array_equal(regions.coords(1), np.argwhere(mask))
    np.testing.assert_array_equal(regions.mask(1), mask)


@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_wrapped_regions_measure_like_their_label_image(image, data):
    wraps = draw_wraps(data, image.ndim)
    regions = ms.find_regions(image, periodic=wraps)
    components = oracle.components(image, wraps)
    labels = regions.to_labels()
    assert regions.count == len(components)
    assert regions.shape == image.shape
    assert regions.sizes.tolist() == [len(pixels) for pixels in components]
    assert regions.bbox.tolist() == [
        [*np.min(list(pixels), axis=0), *(np.max(list(pixels), axis=0) + 1)]
        for pixels in components
    ]
    intensities = data.draw(images.intensity_images(image.shape))
    assert_same_bits(regions.measure(intensities, "all"), ms.measure(labels, intensities, "all"))
    border = regions.measure(measurements="touches_border")["touches_border"]
    assert border.tolist() == [geometry.touches_border(p, image.shape) for p in components]


def test_wrapped_regions_can_be_selected_and_looked_into():
    mask = np.random.default_rng(71).random((5, 40, 70)) < 0.12
    regions = ms.find_regions(mask, 2, periodic=True)
    labels = periodic_label(mask, 2, (True,) * 3)
    sizes = np.bincount(labels.ravel())[1:]
    np.testing.assert_array_equal(regions.sizes, sizes)
    kept = regions.select(min_size=3)
    expected = np.where(np.insert(sizes >= 3, 0, values=False)[labels], labels, 0)
    np.testing.assert_array_equal(kept.to_labels(), renumbered(expected))
    for number in (1, kept.count // 2, kept.count):
        found = kept.coords(number)
        np.testing.assert_array_equal(found, np.argwhere(kept.to_labels() == number))
    points = np.argwhere(np.ones(mask.shape, bool))
    np.testing.assert_array_equal(regions.contains(points), mask.ravel())


def test_a_plane_of_more_than_32_bits():
    # One row, repeated with stride 0: its first and its last column touch round the edge.
    row = np.ones(66_000, bool)
    row[[1, 40_000]] = False
    image = np.broadcast_to(row, (66_000, len(row)))
    regions = ms.find_regions(image, periodic=True)
    assert regions.sizes.tolist() == [66_000 * (66_000 - 40_000), 66_000 * (40_000 - 2)]
    assert ms.find_regions(image, periodic=(True, False)).count == 3
