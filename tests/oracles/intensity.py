"""Exact intensity statistics of one object in one channel.

``values`` holds one number per pixel: an int for integer images, a ``Fraction`` for floating ones
(every finite float is a rational number), ``None`` where the pixel is NaN or infinite. Such pixels
are excluded from everything. Without any finite pixel every statistic is ``None``.
"""

import math
from fractions import Fraction


def exact(value):
    """Turn a pixel into an exact number, or ``None`` if it is not finite."""
    if isinstance(value, float):
        return Fraction(value) if math.isfinite(value) else None
    return int(value)


def finite(values):
    """The pixels that count."""
    return [value for value in values if value is not None]


def total(values):
    """Sum."""
    kept = finite(values)
    return sum(kept) if kept else None


def mean(values):
    """Arithmetic mean."""
    kept = finite(values)
    return Fraction(sum(kept)) / len(kept) if kept else None


def variance(values):
    """Mean squared deviation from the mean (divided by n, not n - 1)."""
    kept = finite(values)
    if not kept:
        return None
    center = mean(kept)
    return sum((value - center) ** 2 for value in kept) / len(kept)


def lowest(values):
    """Smallest value."""
    return min(finite(values), default=None)


def highest(values):
    """Largest value."""
    return max(finite(values), default=None)


def weighted_centroid(pixels, values, spacing):
    """Mean position weighted by intensity; ``None`` per axis when the weights sum to zero."""
    kept = [(at, value) for at, value in zip(pixels, values, strict=True) if value is not None]
    weight = sum(value for _, value in kept)
    if weight == 0:
        return tuple(None for _ in spacing)
    return tuple(
        Fraction(sum(at[axis] * value for at, value in kept)) / weight * step
        for axis, step in enumerate(spacing)
    )
