"""Counts of pixels that are left out, clipped or cut off, one by one."""

import itertools
import math


class Values(list):
    """The exact values of a region's pixels, ``None`` where left out, and what they are made of.

    ``raw`` are the pixels as they came, without the masked ones, of which there are ``masked``;
    ``saturation`` is a number, or ``None`` where nothing is saturated.
    """

    def __init__(self, exact, raw, masked, saturation):
        super().__init__(exact)
        self.raw = raw
        self.masked = masked
        self.saturation = saturation


def num_nan(values):
    """Pixels that are NaN."""
    return sum(isinstance(value, float) and math.isnan(value) for value in values.raw)


def num_saturated(values):
    """Pixels of at least the saturation."""
    if values.saturation is None:
        return 0
    return sum(value >= values.saturation for value in values.raw)


def num_at_min(values):
    """Pixels that equal the smallest one."""
    kept = [value for value in values if value is not None]
    return kept.count(min(kept)) if kept else 0


def num_border_pixels(pixels, shape):
    """Pixels in the first or last place of some axis."""
    return sum(any(at in (0, n - 1) for at, n in zip(p, shape, strict=True)) for p in pixels)


def num_border_sides(pixels, shape):
    """First and last places of the axes that have a pixel."""
    return sum(
        any(pixel[axis] == end for pixel in pixels)
        for axis, length in enumerate(shape)
        for end in (0, length - 1)
    )


def num_components(pixels):
    """Components under the connectivity in which corners connect."""
    steps = list(itertools.product((-1, 0, 1), repeat=len(pixels[0])))
    left = set(pixels)
    count = 0
    while left:
        count += 1
        todo = [left.pop()]
        while todo:
            here = todo.pop()
            around = {tuple(a + d for a, d in zip(here, step, strict=True)) for step in steps}
            todo += around & left
            left -= around
    return count
