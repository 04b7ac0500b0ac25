"""Results are not written to arrays whose elements share memory; every other layout is taken."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import as_strided

import mensura as ms
from mensura.overlaps import has_overlap


def share_bytes(shape, strides, itemsize):
    """Tell whether two elements share a byte, by writing down all bytes."""
    indices = itertools.product(*map(range, shape))
    starts = [sum(i * s for i, s in zip(index, strides, strict=True)) for index in indices]
    taken = [start + byte for start in starts for byte in range(itemsize)]
    return len(set(taken)) < len(taken)


axes = st.tuples(st.integers(0, 6), st.integers(-24, 24))


@given(st.lists(axes, min_size=1, max_size=3), st.integers(1, 8))
@example([(2, 2), (3, 3)], 1)  # 0 2, 3 5, 6 8: apart, though neither axis steps over the other
@example([(3, 2), (2, 4)], 1)
def test_elements_overlap_where_two_have_a_byte_in_common(layout, itemsize):
    shape, strides = zip(*layout, strict=True)
    assert has_overlap(shape, strides, itemsize) == share_bytes(shape, strides, itemsize)


@given(st.lists(axes, min_size=4, max_size=4), st.integers(1, 3))
def test_any_number_of_axes_is_told_of(layout, itemsize):
    shape, strides = zip(*layout, strict=True)
    assert has_overlap(shape, strides, itemsize) == share_bytes(shape, strides, itemsize)


def test_large_layouts_are_told_of_soon():
    huge = 1 << 40
    assert not has_overlap((huge, 3, huge), (8 * 3 * huge, 8 * huge, -8), 8)
    assert has_overlap((huge, 3, huge), (0, 8 * huge, 8), 8)
    # Two columns of rows in turn, and one row too long.
    apart = ((2, 1000, 1000), (8, 16 * 1001, 16), 8)
    assert not has_overlap(*apart)
    assert has_overlap((2, 1000, 1002), *apart[1:])
    assert not has_overlap((1000, 1001), (8 * 1001, 8 * 1000), 8)
    assert has_overlap((1001, 1002), (8 * 1001, 8 * 1000), 8)


# ------------------------------------------------------------------------ everything that takes out

MASK = np.zeros((6, 8), bool)
MASK[1:4, 1:5] = True
MASK[2, 2] = False
LABELS = MASK.astype(np.int32)

CALLS = {
    "label": (ms.label, MASK, np.int32),
    "label of numbers": (ms.label, LABELS, np.uint64),
    "Regions.to_labels": (lambda _, out: ms.find_regions(MASK).to_labels(out=out), MASK, np.int64),
    "fill_holes": (ms.fill_holes, MASK, bool),
    "fill_holes of labels": (ms.fill_holes, LABELS, np.int32),
    "remove_small": (lambda image, out: ms.remove_small(image, 2, out=out), MASK, bool),
    "keep_largest": (lambda image, out: ms.keep_largest(image, 1, out=out), LABELS, np.int32),
    "clear_border": (ms.clear_border, LABELS, np.int32),
}


def stepping(elements, rows, columns):
    """Return a function that makes an array with these steps, in elements, along its axes."""

    def make(dtype):
        memory = np.zeros(elements, dtype)
        return as_strided(memory, MASK.shape, (rows * memory.itemsize, columns * memory.itemsize))

    return make


OVERLAPPING = {
    "one row": stepping(8, 0, 1),
    "one column": stepping(6, 1, 0),
    "windows": stepping(13, 1, 1),
    "rows that begin too soon": stepping(48, 7, 1),
}

APART = {
    "every second column": lambda dtype: np.zeros((6, 16), dtype)[:, ::2],
    "backwards": lambda dtype: np.zeros((6, 8), dtype)[::-1, ::-1],
    "columns first": lambda dtype: np.zeros((8, 6), dtype).T,
    "columns backwards": lambda dtype: np.zeros((16, 12), dtype)[::-2, ::2].T,
    "a field of records": lambda dtype: np.zeros((6, 8), [("a", "u1"), ("b", dtype)])["b"],
    "rows between each other": stepping(95, 9, 7),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("make", OVERLAPPING.values(), ids=OVERLAPPING)
def test_what_overlaps_is_refused_and_left_alone(call, make):
    function, image, dtype = call
    out = make(dtype)
    given = re.escape(f"(shape {out.shape}, strides {out.strides})")
    with pytest.raises(ValueError, match=f"^out must have memory of its own.*{given}"):
        function(image, out=out)
    assert not out.any()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("make", APART.values(), ids=APART)
def test_what_does_not_overlap_is_written_to(call, make):
    function, image, dtype = call
    out = make(dtype)
    assert function(image, out=out) is out
    np.testing.assert_array_equal(out, function(image, out=np.zeros(image.shape, dtype)))
    assert out.any()


def test_a_volume_whose_planes_are_one_is_refused():
    plane = as_strided(np.zeros((3, 4), np.int32), (2, 3, 4), (0, 16, 4))
    with pytest.raises(ValueError, match="out must have memory of its own"):
        ms.label(np.ones((2, 3, 4), bool), out=plane)
