"""The ellipse (ellipsoid) that has the second moments of a region.

Second central moments follow from exact integer sums. With mu_ij the central moment of the axes i
and j divided by the number of pixels, the inertia tensor has trace(mu) - mu_ii on its diagonal and
-mu_ij beside it; no 1/12 is added for the extent of a pixel, as in scikit-image.
"""

import math

import numpy as np

from mensura.measurements.registry import Columns, measurement, per_axis, per_pair
from mensura.measurements.sums import RegionSums

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"
_NEEDS = ("second_moments",)


@measurement(
    unit="length^2",
    suffixes=per_pair,
    needs=_NEEDS,
    definition="inertia tensor / num_pixels: trace(mu) - mu_ii, and -mu_ij beside the diagonal",
    source=_SCIKIT_IMAGE,
)
def inertia_tensor(sums: RegionSums) -> Columns:
    """Return the inertia tensor, row by row."""
    axes = range(sums.ndim)
    return [np.ascontiguousarray(sums.inertia[:, i, j]) for i in axes for j in axes]


@measurement(
    unit="length^2",
    suffixes=per_axis,
    needs=_NEEDS,
    definition="eigenvalues of the inertia tensor, largest first",
    source=_SCIKIT_IMAGE,
)
def inertia_tensor_eigvals(sums: RegionSums) -> Columns:
    """Return the eigenvalues of the inertia tensor."""
    return list(sums.inertia_eigenvalues)


@measurement(
    unit="length",
    needs=_NEEDS,
    definition="2-D: 4 sqrt(e0); 3-D: sqrt(10 (e0 + e1 - e2)), e the inertia eigenvalues",
    source=_SCIKIT_IMAGE,
)
def axis_major_length(sums: RegionSums) -> Columns:
    """Return the length of the longest axis of the ellipse."""
    e = sums.inertia_eigenvalues
    if sums.ndim == 2:
        return 4 * np.sqrt(e[0])
    return np.sqrt(np.maximum(10 * (e[0] + e[1] - e[2]), 0.0))


@measurement(
    unit="length",
    needs=_NEEDS,
    definition="2-D: 4 sqrt(e1); 3-D: sqrt(10 (e1 + e2 - e0)), e the inertia eigenvalues",
    source=_SCIKIT_IMAGE,
)
def axis_minor_length(sums: RegionSums) -> Columns:
    """Return the length of the shortest axis of the ellipse."""
    e = sums.inertia_eigenvalues
    if sums.ndim == 2:
        return 4 * np.sqrt(e[1])
    return np.sqrt(np.maximum(10 * (e[1] + e[2] - e[0]), 0.0))


@measurement(
    unit="",
    needs=_NEEDS,
    dimensions=(2,),
    definition="sqrt(1 - e1 / e0), e the inertia eigenvalues; 0 for a circle or a single pixel",
    source=_SCIKIT_IMAGE,
)
def eccentricity(sums: RegionSums) -> Columns:
    """Return the eccentricity of the ellipse."""
    largest, smallest = sums.inertia_eigenvalues
    ratio = np.divide(smallest, largest, out=np.ones_like(largest), where=largest > 0)
    return np.sqrt(1 - ratio)


@measurement(
    unit="radian",
    needs=_NEEDS,
    dimensions=(2,),
    definition="angle from axis 0 (rows) to the major axis, counter-clockwise, -pi/2 to pi/2",
    source=_SCIKIT_IMAGE,
)
def orientation(sums: RegionSums) -> Columns:
    """Return the direction of the major axis."""
    a, b, c = sums.inertia[:, 0, 0], sums.inertia[:, 0, 1], sums.inertia[:, 1, 1]
    undecided = np.where(b < 0, math.pi / 4, -math.pi / 4)
    return np.where(a == c, undecided, 0.5 * np.arctan2(-2 * b, c - a))
