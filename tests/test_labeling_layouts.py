"""``label`` of every dtype, however its pixels lie in memory: order, strides, bytes, alignment."""

import itertools

import numpy as np
import pytest
import strategies as images
from peers import assert_labels, connectivities, scikit_image_label, scipy_label

import mensura as ms

SHAPES = {2: (23, 131), 3: (5, 7, 66)}

# ----------------------------------------------------------------------------------------- layouts
# Functions of an array; they return one of equal values that lies in memory in another way.


def backwards_along(axis):
    def layout(array):
        return np.flip(np.ascontiguousarray(np.flip(array, axis)), axis)

    layout.__name__ = f"backwards along {axis}"
    return layout


def in_order_of_axes(*order):
    def layout(array):
        return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))

    layout.__name__ = f"axes in order {order}"
    return layout


def every_second_backwards(array):
    """Every second pixel of a larger array along every axis, the last first."""
    larger = np.zeros([2 * n for n in array.shape], array.dtype)
    view = larger[tuple(slice(None, None, -2) for _ in array.shape)]
    view[...] = array
    return view


def channel_of_colors(array):
    colors = np.ones((*array.shape, 3), array.dtype)
    colors[..., 1] = array
    return colors[..., 1]


def rows_with_padding(array):
    """Contiguous rows, a few pixels apart."""
    larger = np.ones((*array.shape[:-1], array.shape[-1] + 3), array.dtype)
    larger[..., :-3] = array
    return larger[..., :-3]


def at_odd_address(array):
    """Contiguous, but not aligned."""
    memory = np.zeros(array.nbytes + 1, np.uint8)[1:]
    memory[...] = np.ascontiguousarray(array).view(np.uint8).ravel()
    return memory.view(array.dtype).reshape(array.shape)


def rows_at_odd_addresses(array):
    """Rows that begin at addresses of every remainder, as in packed records with a header."""
    width = array.shape[-1] * array.itemsize
    memory = np.zeros((*array.shape[:-1], width + 1), np.uint8)
    memory[..., 1:] = np.ascontiguousarray(array).view(np.uint8)
    return memory[..., 1:].view(array.dtype)


def swapped_and_strided(array):
    return images.every_third_pixel(images.byte_swapped(array))


def swapped_and_unaligned(array):
    return at_odd_address(images.byte_swapped(array))


LAYOUTS = {
    2: [backwards_along(0), backwards_along(1), in_order_of_axes(1, 0)],
    3: [
        *(backwards_along(axis) for axis in range(3)),
        *(in_order_of_axes(*order) for order in list(itertools.permutations(range(3)))[1:]),
    ],
}
FOR_ALL = [
    *images.LAYOUTS,
    every_second_backwards,
    channel_of_colors,
    rows_with_padding,
    at_odd_address,
    rows_at_odd_addresses,
    swapped_and_strided,
    swapped_and_unaligned,
]
CASES = [(ndim, layout) for ndim in (2, 3) for layout in [*FOR_ALL, *LAYOUTS[ndim]]]


@pytest.mark.parametrize(
    ("ndim", "layout"), CASES, ids=[f"{ndim}-D {layout.__name__}" for ndim, layout in CASES]
)
def test_every_dtype_in_every_layout(ndim, layout):
    values = np.random.default_rng(100).integers(0, 3, SHAPES[ndim])
    for connectivity in connectivities(ndim):
        expected = scikit_image_label(values, connectivity)
        expected_mask = scipy_label(values != 0, connectivity)[0]
        expected_above = scipy_label(values > 1, connectivity)[0]
        for dtype in images.ALL_DTYPES:
            image = layout(values.astype(dtype))
            assert (image == values.astype(dtype)).all(), "the layout itself"
            labels = ms.label(image, connectivity)
            is_mask = dtype.kind == "b"
            assert_labels(labels, expected_mask if is_mask else expected, dtype, connectivity)
            if not is_mask:
                above = ms.label(image, connectivity, threshold=1)
                assert_labels(above, expected_above, dtype, connectivity, "threshold")


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("dtype", images.ALL_DTYPES, ids=str)
def test_axes_of_stride_0(dtype, ndim):
    values = np.random.default_rng(101).integers(0, 3, SHAPES[ndim]).astype(dtype)
    for axes in itertools.product((False, True), repeat=ndim):
        one = values[tuple(slice(0, 1) if repeats else slice(None) for repeats in axes)]
        image = np.broadcast_to(one, values.shape)
        for connectivity in connectivities(ndim):
            labels = ms.label(image, connectivity)
            assert_labels(labels, ms.label(image.copy(), connectivity), axes, connectivity)
            if dtype.kind == "b":
                assert_labels(labels, scipy_label(image, connectivity)[0], axes, connectivity)
            else:
                assert_labels(labels, scikit_image_label(image, connectivity), axes, connectivity)


@pytest.mark.parametrize("layout", FOR_ALL, ids=lambda layout: layout.__name__)
def test_every_layout_over_many_strips(layout):
    rng = np.random.default_rng(102)
    for dtype, width in (("?", 1030), ("u1", 1024), ("i2", 1030), ("f4", 1031), ("f8", 1030)):
        values = rng.integers(0, 3, (600, width))
        mask = dtype == "?"
        expected = scipy_label(values != 0, 1)[0] if mask else scikit_image_label(values, 1)
        assert_labels(ms.label(layout(values.astype(dtype)), 1, threads=3), expected, dtype)


@pytest.mark.parametrize("byte", [1, 2, 128, 255])
def test_every_byte_but_zero_is_true(byte):
    rng = np.random.default_rng(103)
    mask = rng.random((5, 200)) < 0.5
    odd = np.where(mask, rng.choice(np.array([1, byte], np.uint8), mask.shape), 0)
    for layout in (images.c_order, images.fortran_order, images.every_third_pixel):
        image = layout(odd.astype(np.uint8)).view(bool)
        for connectivity in (1, 2):
            assert_labels(ms.label(image, connectivity), scipy_label(mask, connectivity)[0], byte)
            below = ms.label(image, connectivity, background=True)
            assert_labels(below, scipy_label(~mask, connectivity)[0], byte, "background")
