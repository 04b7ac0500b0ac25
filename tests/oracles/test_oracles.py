"""The oracles themselves, against scikit-image, SciPy and NumPy. Nothing of mensura runs here."""

import math
from fractions import Fraction

import numpy as np
import pytest
from peers import (
    SCIKIT_IMAGE_PROPERTIES,
    connectivities,
    periodic_label,
    renumbered,
    same_partition,
    wrappings,
)
from scipy import ndimage, signal
from skimage import measure as skimage_measure
from skimage import morphology, segmentation

from . import (
    deriving,
    editing,
    geometry,
    intensity,
    joining,
    outlines,
    painting,
    periodic,
    profile_shapes,
    profiles,
    scanning,
    tables,
)
from .agreement import assert_tables_agree

RNG_SEED = 20


def test_runs_paint_the_row_back():
    row = np.array([0, 3, 3, 0, 3, 5, 5, 5, 0])
    runs = scanning.runs_of_row(row)
    assert runs == [(1, 3, 3), (4, 5, 3), (5, 8, 5)]
    painted = np.zeros_like(row)
    for start, stop, value in runs:
        painted[start:stop] = value
    np.testing.assert_array_equal(painted, row)


def test_runs_leave_out_background_and_nan():
    assert scanning.runs_of_row(np.array([7.0, np.nan, 1.0, 1.0]), background=7) == [(2, 4, 1.0)]


@pytest.mark.parametrize(
    ("ndim", "connectivity", "count"), [(2, 1, 4), (2, 2, 8), (3, 1, 6), (3, 2, 18), (3, 3, 26)]
)
def test_neighbors(ndim, connectivity, count):
    offsets = joining.neighbor_offsets(ndim, connectivity)
    structure = ndimage.generate_binary_structure(ndim, connectivity)
    assert len(offsets) == count == structure.sum() - 1
    assert all(structure[tuple(1 + np.array(step))] for step in offsets)


@pytest.mark.parametrize("shape", [(9, 13), (5, 6, 7)])
@pytest.mark.parametrize("background", [0, 2])
def test_flood_fill_equals_scikit_image_and_scipy(shape, background):
    image = np.random.default_rng(RNG_SEED).integers(0, 3, shape)
    for connectivity in range(1, len(shape) + 1):
        np.testing.assert_array_equal(
            painting.label(image, connectivity, background),
            skimage_measure.label(image, background=background, connectivity=connectivity),
        )
        structure = ndimage.generate_binary_structure(len(shape), connectivity)
        np.testing.assert_array_equal(
            painting.label(image != 0, connectivity), ndimage.label(image, structure)[0]
        )


def test_flood_fill_holds_nan_for_background():
    image = np.array([[np.nan, 1.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(painting.label(image), [[0, 1], [0, 0]])


# ------------------------------------------------------------------------- axes that wrap round


def small_images(shape):
    rng = np.random.default_rng([RNG_SEED, *shape])
    yield rng.random(shape) < 0.3
    yield rng.random(shape) < 0.6
    yield rng.integers(0, 3, shape)


PERIODIC_SHAPES = [(1, 1), (1, 4), (2, 2), (2, 5), (5, 1), (4, 6), (1, 1, 3), (2, 2, 2), (3, 4, 2)]


@pytest.mark.parametrize("shape", PERIODIC_SHAPES, ids=str)
def test_without_wrapped_axes_it_is_the_flood_fill(shape):
    for image in small_images(shape):
        for connectivity in connectivities(len(shape)):
            np.testing.assert_array_equal(
                periodic.label(image, [False] * len(shape), connectivity),
                painting.label(image, connectivity),
            )


@pytest.mark.parametrize("shape", PERIODIC_SHAPES, ids=str)
def test_wrapped_axes_join_what_is_joined_in_copies_side_by_side(shape):
    for image in small_images(shape):
        for connectivity in connectivities(len(shape)):
            for wraps in wrappings(len(shape)):
                np.testing.assert_array_equal(
                    periodic.label(image, wraps, connectivity),
                    label_of_tiled(image, wraps, connectivity),
                )


def label_of_tiled(image, wraps, connectivity):
    """Three copies along every wrapped axis, labeled as one image.

    Pixels of one label are of one component, and so are the copies of a pixel: labels that share
    one are united until no label changes.
    """
    copies = [3 if wrapped else 1 for wrapped in wraps]
    tiled = painting.label(np.tile(image, copies), connectivity)
    origin = np.tile(np.arange(image.size).reshape(image.shape), copies).ravel()
    labels = tiled.ravel().copy()
    while True:
        smallest = np.full(image.size, labels.max() + 1)
        np.minimum.at(smallest, origin, labels)
        by_label = np.arange(labels.max() + 1)
        np.minimum.at(by_label, labels, smallest[origin])
        if np.array_equal(by_label[labels], labels):
            return renumbered(smallest.reshape(image.shape))
        labels = by_label[labels]


@pytest.mark.parametrize("shape", [*PERIODIC_SHAPES, (9, 13), (3, 4, 5)], ids=str)
def test_wrapped_axes_equal_scipy_and_scikit_image_on_padded_images(shape):
    for image in small_images(shape):
        for connectivity in connectivities(len(shape)):
            for wraps in wrappings(len(shape)):
                np.testing.assert_array_equal(
                    periodic_label(image, connectivity, wraps),
                    periodic.label(image, wraps, connectivity),
                )


def test_wrapped_axes_by_hand():
    image = np.array([[1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 2]])
    for wraps, connectivity, expected in [
        ((False, False), 2, [[1, 0, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]]),
        ((False, True), 2, [[1, 0, 0, 1], [0, 0, 0, 0], [2, 0, 0, 3]]),
        ((True, False), 2, [[1, 0, 0, 2], [0, 0, 0, 0], [1, 0, 0, 3]]),
        ((True, True), 2, [[1, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 2]]),
    ]:
        np.testing.assert_array_equal(periodic.label(image, wraps, connectivity), expected)
    # Opposite corners are neighbors round both axes, by a diagonal.
    corners = np.zeros((4, 5), int)
    corners[0, 0] = corners[-1, -1] = 1
    counts = [
        periodic.label(corners, wraps, connectivity).max()
        for wraps in wrappings(2)
        for connectivity in (1, 2)
    ]
    assert counts == [2, 2, 2, 2, 2, 2, 2, 1]


def test_renumbering_and_partitions():
    labels = np.array([[0, 5, 5], [2, 0, 9]])
    np.testing.assert_array_equal(renumbered(labels), [[0, 1, 1], [2, 0, 3]])
    assert same_partition(labels, np.array([[0, 1, 1], [7, 0, 2]]))
    assert not same_partition(labels, np.array([[0, 1, 1], [1, 0, 2]]))
    assert not same_partition(labels, np.array([[0, 1, 2], [3, 0, 4]]))
    assert not same_partition(labels, np.array([[1, 1, 1], [2, 0, 3]]))
    assert not same_partition(labels, labels.T)


@pytest.mark.parametrize("size", [2, 3])
def test_eigenvalues_equal_numpy(size):
    rng = np.random.default_rng(RNG_SEED)
    for _ in range(20):
        root = rng.integers(-4, 5, (size, size))
        matrix = root @ root.T
        expected = np.linalg.eigvalsh(matrix)[::-1]
        found = [float(value) for value in geometry.eigenvalues(matrix.tolist())]
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * expected[0])


def test_eigenvalues_that_repeat_or_vanish_are_exact():
    assert geometry.eigenvalues([[2, 0, 0], [0, 2, 0], [0, 0, 2]]) == [2, 2, 2]
    assert geometry.eigenvalues([[1, 1], [1, 1]]) == [2, 0]
    assert geometry.eigenvalues([[0, 0], [0, 0]]) == [0, 0]


def test_axis_lengths_of_solid_shapes():
    # Inertia of an ellipse: a^2/4 about one axis; of an ellipsoid: (b^2 + c^2)/5 and so on.
    assert deriving.axis_lengths([Fraction(25, 4), Fraction(9, 4)]) == (10, 6)
    a, b, c = 25, 16, 9
    inertia = geometry.eigenvalues(np.diag([(a + b), (a + c), (b + c)]).tolist())
    lengths = deriving.axis_lengths([value / 5 for value in inertia])
    np.testing.assert_allclose(lengths, (10, 8, 6), rtol=1e-15)


def test_exact_intensities():
    values = [intensity.exact(value) for value in (0.5, math.nan, 1.5, math.inf)]
    assert values == [Fraction(1, 2), None, Fraction(3, 2), None]
    assert intensity.total(values) == 2
    assert intensity.mean(values) == 1
    assert intensity.variance(values) == Fraction(1, 4)
    assert (intensity.lowest(values), intensity.highest(values)) == (0.5, 1.5)
    pixels = [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert intensity.weighted_centroid(pixels, values, (1, 2)) == (0, 3)


def test_exact_intensities_of_nothing_finite():
    values = [intensity.exact(math.nan)]
    statistics = ("total", "mean", "variance", "lowest", "highest")
    assert [getattr(intensity, name)(values) for name in statistics] == [None] * 5
    assert intensity.weighted_centroid([(0, 0)], values, (1, 1)) == (None, None)


@pytest.mark.parametrize("channels", [None, 2])
@pytest.mark.parametrize(("shape", "spacing"), [((12, 15), (0.5, 1.25)), ((5, 6, 7), (3, 1, 0.2))])
def test_tables_equal_scikit_image(shape, spacing, channels):
    rng = np.random.default_rng(RNG_SEED)
    labels = rng.integers(-1, 5, shape) * 3
    image = rng.random(shape if channels is None else (*shape, channels)) - 0.1
    wanted = tables.names(len(shape), with_image=True)
    # Moments about a center cancel, so that rounding there has a scale of its own: test_moments.py.
    known = [
        name
        for name in wanted
        if name in SCIKIT_IMAGE_PROPERTIES and not name.startswith("moments")
    ]
    expected = skimage_measure.regionprops_table(labels, image, properties=known, spacing=spacing)
    found = tables.measure(labels, image, known, spacing=spacing)
    assert_tables_agree(found, expected, intensity_scale=1.0)


def test_a_table_without_objects_keeps_columns_and_dtypes():
    labels = np.zeros((4, 5), np.uint8)
    image = np.zeros((4, 5, 2))
    wanted = [name for name in tables.PER_CHANNEL if name in SCIKIT_IMAGE_PROPERTIES]
    # scikit-image measures one pixel of zeros to learn the dtypes, and divides by its weight.
    with np.errstate(invalid="ignore"):
        expected = skimage_measure.regionprops_table(labels, image, properties=["bbox", *wanted])
    assert_tables_agree(tables.measure(labels, image, ["bbox", *wanted]), expected)


def test_border_is_the_first_and_last_row_of_any_axis():
    assert geometry.touches_border([(1, 1), (2, 1)], (3, 5))
    assert geometry.touches_border([(1, 4)], (3, 5))
    assert not geometry.touches_border([(1, 1), (1, 3)], (3, 5))


@pytest.mark.parametrize("shape", [(12, 17), (6, 7, 8)])
def test_edits_of_masks_equal_scipy_and_scikit_image(shape):
    mask = np.random.default_rng(RNG_SEED).random(shape) < 0.6
    for connectivity in (1, len(shape)):
        background = ndimage.generate_binary_structure(len(shape), 1 + len(shape) - connectivity)
        np.testing.assert_array_equal(
            editing.fill_holes(mask, connectivity), ndimage.binary_fill_holes(mask, background)
        )
        np.testing.assert_array_equal(
            editing.remove_small(mask, 4, connectivity),
            morphology.remove_small_objects(mask, max_size=3, connectivity=connectivity),
        )
    np.testing.assert_array_equal(editing.clear_border(mask), segmentation.clear_border(mask))


def test_edits_of_labels_equal_scikit_image():
    labels = 3 * np.random.default_rng(RNG_SEED).integers(0, 30, (9, 13))
    np.testing.assert_array_equal(
        editing.remove_small(labels, 4), morphology.remove_small_objects(labels, max_size=3)
    )
    relabeled, ids = editing.relabel_sequential(labels)
    expected, _, inverse = segmentation.relabel_sequential(labels)
    np.testing.assert_array_equal(relabeled, expected)
    assert ids == [inverse[number] for number in range(1, len(ids) + 1)]


def test_holes_are_filled_with_the_one_label_around_them():
    labels = np.array([[2, 2, 2, 2, 5], [2, 0, 2, 0, 5], [2, 2, 2, 5, 5]])
    np.testing.assert_array_equal(
        editing.fill_holes(labels), [[2, 2, 2, 2, 5], [2, 2, 2, 0, 5], [2, 2, 2, 5, 5]]
    )
    assert editing.keep_largest(labels, 1).max() == 2


@pytest.mark.parametrize("diagonal", [True, False])
def test_outlines_are_as_many_as_level_lines(diagonal):
    mask = np.random.default_rng(RNG_SEED).random((20, 25)) < 0.5
    found = outlines.trace(mask.astype(int), diagonal)
    side = "high" if diagonal else "low"
    lines = skimage_measure.find_contours(np.pad(mask, 1).astype(float), 0.5, side)
    assert len(found) == len(lines)
    # The level line cuts off an eighth of a pixel at every corner.
    area = sum(outlines.area([tuple(p) for p in line[:-1].tolist()]) for line in lines)
    turns = sum(_left_turns(corners) for _, _, corners in found)
    assert abs(area) == pytest.approx(mask.sum() - turns / 8)


def _left_turns(corners):
    """Left turns of a polygon, less its right ones."""
    a, b, c = (np.roll(corners, shift, axis=0) for shift in (1, 0, -1))
    first, second = b - a, c - b
    return np.sign(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum()


def test_profile_shapes():
    rng = np.random.default_rng(RNG_SEED)
    for _ in range(20):
        up, down = np.sort(rng.random(6)), np.sort(rng.random(8))[::-1]
        values = np.concatenate([[0.0], up, [1.5], down, [0.0]])
        samples = list(zip(range(len(values)), values.tolist(), strict=True))
        found = profile_shapes.measure(samples)
        width, _, left, right = signal.peak_widths(values, [7], rel_height=0.5)
        assert found["fwhm"] == pytest.approx(width[0])
        assert (found["half_left"], found["half_right"]) == pytest.approx((left[0], right[0]))
        assert found["area"] == pytest.approx(np.sum((values[1:] + values[:-1]) / 2))
        fine = np.linspace(0, len(values) - 1, 20001)
        heights = np.interp(fine, np.arange(len(values)), values)
        center = np.sum(fine * heights) / np.sum(heights)
        assert found["center_of_mass"] == pytest.approx(center, rel=1e-6)
        places = rng.uniform(0, len(values) - 1, 9)
        expected = np.interp(places, np.arange(len(values)), values)
        assert [profile_shapes.at(samples, p) for p in places] == pytest.approx(expected.tolist())


# ---------------------------------------------------------------------------------------- profiles


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize(
    ("outside", "mode"), [("nearest", "nearest"), ("reflect", "reflect"), (2.0, "grid-constant")]
)
def test_samples_are_those_of_scipy(order, outside, mode):
    rng = np.random.default_rng(41)
    image = rng.random((7, 9))
    points = rng.uniform(-12, 20, (200, 2))
    want = ndimage.map_coordinates(image, points.T, order=order, mode=mode, cval=2.0)
    got = [profiles.sample(image, point, order, outside) for point in points.tolist()]
    np.testing.assert_allclose(got, want, rtol=1e-12)


def test_cubic_samples_are_exact_on_quadratics():
    y, x = np.mgrid[:8, :8].astype(float)
    image = 2 * y**2 - 3 * x * y + x**2 - 5
    for a, b in np.random.default_rng(42).uniform(1, 6, (50, 2)).tolist():
        expected = 2 * a**2 - 3 * a * b + b**2 - 5
        assert profiles.sample(image, (a, b), 3) == pytest.approx(expected, abs=1e-11)


def test_masked_neighbors_give_their_weight_to_the_others():
    image = np.array([[1.0, 5.0], [3.0, 100.0]])
    mask = np.array([[False, False], [False, True]])
    assert profiles.sample(image, (0.5, 0.5), 1, "nan", mask) == pytest.approx(3.0)
    assert np.isnan(profiles.sample(image, (1.0, 1.0), 1, "nan", mask))
