"""``label`` where 64-bit words, pairs of rows and pairs of planes begin and end: all small shapes.

Masks are held against SciPy and values against scikit-image, which are much faster than the flood
fill and equal to it (``oracles/test_oracles.py``). Sizes are exhaustive, so that no width, parity
or position of a run within its words is left to chance.
"""

import itertools

import numpy as np
import pytest
import strategies as images
from oracles import painting
from peers import assert_labels, connectivities, scikit_image_label, scipy_label

import mensura as ms

HEIGHTS = (1, 2, 3, 4, 5)
VALUE_DTYPES = ("u1", "u2", "u4", "u8", "f4", "f8")
VOLUME_WIDTHS = (1, 2, 3, 4, 5, 7, 8, 9, 31, 33, *images.WORD_EDGES, 191, 192, 193)


def patterns(shape, rng):
    """Name and image of small integers, 0 to 3, for every pattern."""
    width = shape[-1]
    for density in (0.1, 0.5, 0.9):
        yield f"density {density}", (rng.random(shape) < density) * rng.integers(1, 4, shape)
    yield "full", np.ones(shape, np.int64)
    yield "empty", np.zeros(shape, np.int64)
    grid = np.indices(shape)
    yield "alternating along rows", grid[-1] % 2
    yield "alternating diagonally", grid.sum(axis=0) % 2
    yield "alternating values", 1 + grid.sum(axis=0) % 2
    yield "first pixels", (grid[-1] == 0) * (1 + grid[-2] % 2)
    yield "last pixels", (grid[-1] == width - 1) * (1 + grid[-2] % 2)
    yield "over the edges of words", over_words(shape, rng)


def over_words(shape, rng):
    """Runs that end one pixel before, on or after the edge of a word, or start there."""
    image = np.zeros(shape, np.int64)
    rows = image.reshape(-1, shape[-1])
    for row in rows:
        for edge in range(64, shape[-1] + 64, 64):
            start, stop = edge - rng.integers(0, 3), edge + rng.integers(0, 3)
            row[max(0, start) : stop] = rng.integers(1, 3)
    return image


def check(image, name):
    """Label an image as a mask and as values of several dtypes, with every connectivity."""
    mask = image != 0
    typed = [image.astype(dtype) for dtype in VALUE_DTYPES]
    for connectivity in connectivities(image.ndim):
        where = (name, image.shape, f"connectivity {connectivity}")
        expected = scipy_label(mask, connectivity)[0]
        assert_labels(ms.label(mask, connectivity), expected, *where)
        above = ms.label(typed[0], connectivity, threshold=0)
        assert_labels(above, expected, *where, "threshold")
        expected = scikit_image_label(image, connectivity)
        for values in typed:
            assert_labels(ms.label(values, connectivity), expected, *where, values.dtype)


@pytest.mark.parametrize(
    "widths", [*(range(k, k + 20) for k in range(1, 201, 20)), range(255, 258)], ids=str
)
def test_every_width(widths):
    for width, height in itertools.product(widths, HEIGHTS):
        rng = np.random.default_rng([width, height])
        for name, image in patterns((height, width), rng):
            check(image, name)


@pytest.mark.parametrize("depth", range(1, 6))
def test_every_depth_and_height(depth):
    for height, width in itertools.product(HEIGHTS, VOLUME_WIDTHS):
        rng = np.random.default_rng([depth, height, width])
        for name, image in patterns((depth, height, width), rng):
            check(image, name)


# ---------------------------------------------------------------------------- every mask there is


def every_mask(shape):
    """All masks of a shape, one after the other along a new first axis."""
    pixels = int(np.prod(shape))
    bits = np.arange(2**pixels)[:, np.newaxis] >> np.arange(pixels) & 1
    return bits.astype(bool).reshape(-1, *shape)


@pytest.mark.parametrize(
    "shape", [(3, 4), (4, 3), (2, 5), (5, 2), (1, 8), (8, 1), (2, 2, 2), (3, 2, 2), (2, 3, 2)]
)
def test_every_mask_of_a_few_pixels(shape):
    for mask in every_mask(shape):
        for connectivity in connectivities(len(shape)):
            expected = scipy_label(mask, connectivity)[0]
            assert_labels(ms.label(mask, connectivity), expected, mask.astype(int), connectivity)


def test_every_value_of_a_few_pixels_equals_flood_fill():
    for values in itertools.product(range(3), repeat=6):
        for shape in ((2, 3), (3, 2)):
            image = np.reshape(np.array(values, np.uint8), shape)
            for connectivity in (1, 2):
                expected = painting.label(image, connectivity)
                assert_labels(ms.label(image, connectivity), expected, image, connectivity)


def mosaic(tiles, per_axis):
    """All tiles in one image, a pixel apart, so that they lie at every place within their words."""
    ndim = len(per_axis)
    spaced = np.pad(tiles, [(0, 0), *[(0, 1)] * ndim])
    shape = spaced.shape[1:]
    grid = spaced.reshape(*per_axis, *shape)
    # The axes of the grid and of its tiles in turn: 0, n, 1, n + 1, ...
    turns = [axis for pair in zip(range(ndim), range(ndim, 2 * ndim), strict=True) for axis in pair]
    sides = [count * side for count, side in zip(per_axis, shape, strict=True)]
    return grid.transpose(turns).reshape(sides)


@pytest.mark.parametrize(
    ("shape", "per_axis"),
    [
        ((4, 4), (256, 256)),
        ((2, 8), (256, 256)),
        ((8, 2), (256, 256)),
        ((5, 3), (128, 256)),
        ((2, 2, 4), (32, 32, 64)),
        ((4, 2, 2), (32, 64, 32)),
        ((2, 4, 2), (64, 32, 32)),
        ((4, 4, 1), (32, 32, 64)),
        ((2, 3, 2), (16, 16, 16)),
        ((3, 2, 2), (16, 16, 16)),
    ],
)
def test_every_mask_at_every_place_of_one_image(shape, per_axis):
    image = mosaic(every_mask(shape), per_axis)
    for connectivity in connectivities(image.ndim):
        for shifted in (image, np.pad(image, [(1, 0)] * image.ndim)):
            labels = ms.label(shifted, connectivity)
            assert_labels(labels, scipy_label(shifted, connectivity)[0], shape, connectivity)
