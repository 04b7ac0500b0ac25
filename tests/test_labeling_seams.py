"""``label`` of images that are cut into several strips, and of shapes that make joining hard.

A strip holds 2^19 pixels of a plane, or as many whole planes as fit into 2^22 pixels of a volume.
Where two strips meet, what lies on both sides is joined by other code than within a strip.
"""

import numpy as np
import pytest
import strategies as images
from peers import assert_labels, connectivities, scikit_image_label, scipy_label

import mensura as ms

THREADS = (1, 3)

# Short and very wide, long and narrow, single rows and columns, heights odd and even.
PLANES = [
    (40, 300_000),
    (5000, 300),
    (7, 600_000),
    (1, 700_000),
    (700_000, 1),
    (300_000, 2),
    (811, 647),
]
# Planes of one strip each, several planes to a strip, one very large plane, rods along each axis.
VOLUMES = [(4, 1500, 1450), (9, 900, 1000), (2, 2100, 2000), (3, 1, 1_500_000), (3, 1_500_000, 1)]


def assert_equals_scipy(mask, name):
    """As a mask with every connectivity; volumes, which take longer, with one number of threads."""
    for connectivity in connectivities(mask.ndim):
        expected, count = scipy_label(mask, connectivity)
        for threads in THREADS[mask.ndim - 2 :]:
            what = (name, mask.shape, f"connectivity {connectivity}", f"{threads} threads")
            labels, found = ms.label(mask, connectivity, return_num=True, threads=threads)
            assert found == count, what
            assert_labels(labels, expected, *what)


# ------------------------------------------------------------------------------------------ noise


@pytest.mark.parametrize("shape", PLANES, ids=str)
def test_noise_over_many_strips(shape):
    rng = np.random.default_rng(40)
    for density in (0.3, 0.6):
        assert_equals_scipy(rng.random(shape, np.float32) < density, f"density {density}")


@pytest.mark.parametrize("shape", VOLUMES[1:], ids=str)
def test_noise_over_many_strips_of_a_volume(shape):
    assert_equals_scipy(np.random.default_rng(41).random(shape, np.float32) < 0.3, "density 0.3")


@pytest.mark.parametrize(("connectivity", "density"), [(1, 0.6), (2, 0.3), (3, 0.3), (3, 0.6)])
def test_noise_in_planes_of_a_strip_each(connectivity, density):
    mask = np.random.default_rng(42).random(VOLUMES[0], np.float32) < density
    expected = scipy_label(mask, connectivity)[0]
    assert_labels(ms.label(mask, connectivity, threads=2), expected, connectivity, density)


@pytest.mark.parametrize("shape", [(600, 2100), (3, 1500, 1100)], ids=str)
@pytest.mark.parametrize("dtype", ["u1", "i8", "f4"])
def test_values_over_many_strips(shape, dtype):
    image = np.random.default_rng(43).integers(0, 3, shape).astype(dtype)
    for connectivity in connectivities(len(shape)):
        expected = scikit_image_label(image, connectivity)
        for threads in THREADS[image.ndim - 2 :]:
            labels = ms.label(image, connectivity, threads=threads)
            assert_labels(labels, expected, dtype, connectivity, threads)


@pytest.mark.parametrize("rows", [-1, 0, 1])
def test_the_last_strip_may_hold_one_row(rows):
    shape = (2 * 2**19 // 512 + rows, 512)
    assert_equals_scipy(np.random.default_rng(44).random(shape) < 0.5, f"{rows} rows more")
    planes = (2**22 // (512 * 512) + rows, 512, 512)
    assert_equals_scipy(np.random.default_rng(44).random(planes) < 0.3, f"{rows} planes more")


# ----------------------------------------------------------------------------------------- shapes


def spiral(shape):
    """One path, a pixel wide and a pixel apart, that winds inwards over all strips.

    Rings, each cut open below its first corner and led on to the next one in.
    """
    mask = rings(shape)
    for k in range(0, (min(shape) - 1) // 2 - 1, 2):
        mask[k + 1, k] = False
        mask[k + 2, k + 1] = True
    return mask


def comb(shape):
    """Teeth along axis 0 that meet in the last row only."""
    mask = np.zeros(shape, bool)
    mask[:, ::2] = True
    mask[-1] = True
    return mask


def diagonal_stripes(shape):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (x - y) % 5 < 2


def staircase(shape):
    """Single pixels that touch at corners only."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (x + y) % 3 == 0


def checkerboard(shape):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return (x + y) % 2 == 0


def rings(shape):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return np.minimum(np.minimum(y, shape[0] - 1 - y), np.minimum(x, shape[1] - 1 - x)) % 2 == 0


def snake(shape):
    """One path that runs along axis 0 from end to end, a column further each time."""
    mask = np.zeros(shape, bool)
    mask[:, ::2] = True
    mask[-1, 1::4] = True
    mask[0, 3::4] = True
    return mask


def crossing_snake(shape):
    """One path along the rows: every second seam between strips is crossed in one pixel."""
    mask = np.zeros(shape, bool)
    mask[::2] = True
    mask[1::4, -1] = True
    mask[3::4, 0] = True
    return mask


SHAPES = [
    spiral,
    comb,
    diagonal_stripes,
    staircase,
    checkerboard,
    rings,
    snake,
    crossing_snake,
]


@pytest.mark.parametrize("make", SHAPES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("shape", [(1501, 1023), (1500, 1024), (9, 200_001)], ids=str)
def test_shapes_over_many_strips(shape, make):
    mask = make(shape)
    assert_equals_scipy(mask, make.__name__)
    assert_equals_scipy(mask[::-1, ::-1], f"turned {make.__name__}")


@pytest.mark.parametrize("make", SHAPES, ids=lambda make: make.__name__)
def test_shapes_over_the_planes_of_a_volume(make):
    # Once lying in the planes of a strip each, once standing across them, two pixels thick.
    lying = np.zeros((3, 1501, 1500), bool)
    lying[::2] = make(lying.shape[1:])
    lying[1, 0, 0] = True
    standing = np.repeat(make((7, 1300))[:, np.newaxis, :], 501, axis=1)
    standing[:, ::3] = False
    for mask in (lying, standing):
        for connectivity in (1, 3):
            expected = scipy_label(mask, connectivity)[0]
            labels = ms.label(mask, connectivity, threads=2)
            assert_labels(labels, expected, make.__name__, mask.shape, connectivity)


def test_paths_that_wind_through_every_strip_are_one_object():
    for make, shape in (
        (spiral, (1501, 1501)),
        (snake, (3001, 1001)),
        (crossing_snake, (3001, 1001)),
    ):
        labels, count = ms.label(make(shape), 1, return_num=True)
        assert count == 1, make.__name__
        assert_labels(labels, make(shape), make.__name__)


@pytest.mark.parametrize("place", [(0, 0), (0, -1), (-1, 0), (-1, -1), (524, 999), (523, 0)])
def test_one_pixel_in_many_strips(place):
    mask = np.zeros((1100, 1000), bool)
    mask[place] = True
    regions = ms.find_regions(mask)
    assert regions.count == 1
    assert_labels(regions.to_labels(), mask)
    assert regions.coords(1).tolist() == np.argwhere(mask).tolist()


def test_pieces_of_far_strips_are_numbered_by_their_first_pixel():
    # Columns, each starting a strip later than the one to its right, joined below or not.
    mask = np.zeros((2700, 1000), bool)
    for k in range(5):
        mask[540 * k :, 900 - 200 * k] = True
    assert_equals_scipy(mask, "columns")
    mask[-1] = True
    assert ms.label(mask, return_num=True)[1] == 1


def test_many_values_in_many_strips_keep_apart():
    image = np.arange(1300 * 1000, dtype=np.uint32).reshape(1300, 1000) + 1
    np.testing.assert_array_equal(ms.label(image, threads=3), image)


@pytest.mark.parametrize("pattern", images.PATTERNS, ids=lambda pattern: pattern.__name__)
def test_every_pattern_over_a_seam(pattern):
    # Rows of 2^19 / 3 pixels: strips of three rows, so that seven rows have two seams.
    wide = np.repeat(pattern((7, 173), np.random.default_rng(45)), 1010, axis=1)
    for connectivity in (1, 2):
        assert_labels(
            ms.label(wide, connectivity), scikit_image_label(wide, connectivity), connectivity
        )
