"""Connected components by flood fill, in raster order of their first pixel."""

import itertools

import numpy as np

from .scanning import is_background


def neighbor_offsets(ndim, connectivity):
    """Steps to the neighbors of a pixel: at most ``connectivity`` axes change, each by one."""
    steps = itertools.product((-1, 0, 1), repeat=ndim)
    return [step for step in steps if 1 <= sum(map(abs, step)) <= connectivity]


def components(image, connectivity=None, background=0):
    """List the components of equal neighboring values; each is a set of pixel coordinates.

    Coordinates are visited in C order whatever the memory order, so the first component is the one
    whose first pixel comes first in the raster.
    """
    offsets = neighbor_offsets(image.ndim, connectivity or image.ndim)
    values = dict(zip(np.ndindex(image.shape), image.ravel(order="C").tolist(), strict=True))
    waiting = {at for at, value in values.items() if not is_background(value, background)}
    return [_flood(first, values, waiting, offsets) for first in values if first in waiting]


def _flood(first, values, waiting, offsets):
    waiting.discard(first)
    component = {first}
    front = [first]
    while front:
        at = front.pop()
        for step in offsets:
            near = tuple(a + s for a, s in zip(at, step, strict=True))
            if near in waiting and values[near] == values[at]:
                waiting.discard(near)
                component.add(near)
                front.append(near)
    return component
