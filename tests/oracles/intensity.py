"""Exact intensity statistics of one object in one channel.

``values`` holds one number per pixel: an int for integer images, a ``Fraction`` for floating ones
(every finite float is a rational number), ``None`` where the pixel is masked, NaN or infinite. Such
pixels are excluded from everything. Without any finite pixel every statistic is ``None``.
"""

import math
from fractions import Fraction

from .deriving import square_root


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


def variance(values, ddof=0):
    """Squared deviations from the mean, divided by n - ddof; ``None`` for n of ddof and below."""
    kept = finite(values)
    if len(kept) <= ddof:
        return None
    return central_moment(kept, 2) * len(kept) / (len(kept) - ddof)


def central_moment(values, power):
    """Mean of a power of the deviations from the mean."""
    kept = finite(values)
    center = mean(kept)
    return sum((value - center) ** power for value in kept) / len(kept)


def skewness(values):
    """Third central moment in units of the standard deviation; ``None`` where that is 0."""
    spread = variance(values)
    if not spread:
        return None
    squared = central_moment(values, 3) ** 2 / spread**3
    return math.copysign(square_root(squared), central_moment(values, 3))


def excess_kurtosis(values):
    """Fourth central moment in units of the squared variance, less the 3 of a normal curve."""
    spread = variance(values)
    return central_moment(values, 4) / spread**2 - 3 if spread else None


def first_at(pixels, values, sought):
    """Coordinates of the first pixel of a value; ``None`` on every axis without a value."""
    if sought is None:
        return (None,) * len(pixels[0])
    return pixels[values.index(sought)]


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


def distance(here, there):
    """Distance between two positions; ``None`` where one has no place."""
    if None in here or None in there:
        return None
    return square_root(sum((a - b) ** 2 for a, b in zip(here, there, strict=True)))
