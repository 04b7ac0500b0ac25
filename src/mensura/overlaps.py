"""Whether elements of an array share memory with each other, as those of a broadcast array do.

Two elements a difference of indices d apart lie d x strides bytes apart, and overlap where that is
less than an element. In nearly every array each axis steps over all that the axes of smaller steps
cover, which excludes it; that is told at once. Otherwise the differences along all axes but the
longest are gone through, and the best one along that is computed: the time is that of an image of
one axis less.
"""

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def has_overlap(shape: tuple[int, ...], strides: tuple[int, ...], itemsize: int) -> bool:
    """Return whether two elements of an array of this layout share a byte.

    Parameters
    ----------
    shape, strides : tuple of int
        As those of a NumPy array; strides are in bytes, and may be 0 or negative.
    itemsize : int
        Bytes per element.

    Returns
    -------
    bool

    Examples
    --------
    >>> has_overlap((3, 4), (32, 8), 8), has_overlap((3, 4), (0, 8), 8)
    (False, True)
    """
    if 0 in shape:
        return False
    # The sign of a stride does not matter, as differences have both.
    axes = sorted(
        (abs(step), length) for step, length in zip(strides, shape, strict=True) if length > 1
    )
    if _is_nested(axes, itemsize):
        return False
    if any(step < itemsize for step, _ in axes):
        return True
    return _any_near(axes, itemsize)


def _is_nested(axes: list[tuple[int, int]], itemsize: int) -> bool:
    """Return whether each axis, of (step, length), steps over all before it."""
    covered = itemsize
    for step, length in axes:
        if step < covered:
            return False
        covered += step * (length - 1)
    return True


def _any_near(axes: list[tuple[int, int]], itemsize: int) -> bool:
    """Return whether any difference of indices along several axes is less than an element."""
    *others, (step, length) = sorted(axes, key=lambda axis: axis[1])
    for far in _differences(others):
        nearest = np.clip((2 * far + step) // (2 * step), 1 - length, length - 1)
        if (np.abs(far - nearest * step) < itemsize).any():
            return True
    return False


def _differences(axes: list[tuple[int, int]]) -> Iterator[NDArray[np.int64]]:
    """Go through the bytes between different indices; of d and -d, which are alike, one will do."""
    *outer, (step, length) = axes
    for indices in itertools.product(*(range(1 - of_axis, of_axis) for _, of_axis in outer)):
        if indices < (0,) * len(outer):
            continue
        begin = sum(index * of_axis for index, (of_axis, _) in zip(indices, outer, strict=True))
        yield begin + step * np.arange(1 - length if any(indices) else 1, length)
