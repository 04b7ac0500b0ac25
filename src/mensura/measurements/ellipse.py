"""The ellipse (ellipsoid) that has the second moments of a region.

Second central moments follow from exact integer sums. With mu_ij the central moment of the axes i
and j divided by the number of pixels, the inertia tensor has trace(mu) - mu_ii on its diagonal and
-mu_ij beside it. The ellipse is that of the pixels' centers, as in scikit-image; with the option
``pixel_term`` the extent of a pixel, 1/12 of its squared size along each axis, is added to its
second moments, as in MATLAB. The inertia tensor itself is always that of the centers.

What has no direction or no ratio, such as the aspect ratio of a single pixel, is NaN.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura.measurements.registry import Columns, measurement, per_axis, per_pair
from mensura.measurements.sums import Floats, RegionSums, as_matrices
from mensura.memory import new_floats

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
    return [sums.inertia[min(i, j), max(i, j)] for i in axes for j in axes]


@measurement(
    unit="length^2",
    suffixes=per_axis,
    needs=_NEEDS,
    definition="eigenvalues of the inertia tensor, largest first",
    source=_SCIKIT_IMAGE,
)
def inertia_tensor_eigvals(sums: RegionSums) -> Columns:
    """Return the eigenvalues of the inertia tensor."""
    return sums.inertia_eigenvalues


def _axis_lengths(sums: RegionSums) -> list[Floats]:
    return sums.shared.once("axis_lengths", lambda: _lengths_of(sums.ellipse_eigenvalues))


def _lengths_of(e: list[Floats]) -> list[Floats]:
    if len(e) == 2:
        return [np.multiply(4, np.sqrt(value), out=new_floats(len(value))) for value in e]
    squares = (e[0] + e[1] - e[2], e[0] + e[2] - e[1], e[1] + e[2] - e[0])
    return [np.sqrt(np.maximum(10 * square, 0.0)) for square in squares]


@measurement(
    unit="length",
    needs=_NEEDS,
    definition="2-D: 4 sqrt(e0); 3-D: sqrt(10 (e0 + e1 - e2)), e the inertia eigenvalues",
    source=_SCIKIT_IMAGE,
)
def axis_major_length(sums: RegionSums) -> Columns:
    """Return the length of the longest axis of the ellipse."""
    return _axis_lengths(sums)[0]


@measurement(
    unit="length",
    needs=_NEEDS,
    definition="2-D: 4 sqrt(e1); 3-D: sqrt(10 (e1 + e2 - e0)), e the inertia eigenvalues",
    source=_SCIKIT_IMAGE,
)
def axis_minor_length(sums: RegionSums) -> Columns:
    """Return the length of the shortest axis of the ellipse."""
    return _axis_lengths(sums)[-1]


@measurement(
    unit="length",
    suffixes=per_axis,
    needs=_NEEDS,
    definition="lengths of all axes of the ellipse (ellipsoid), longest first: 4 sqrt(l) in 2-D, "
    "2 sqrt(5 l) in 3-D, l the eigenvalues of the second central moments / num_pixels",
    source="scikit-image 0.26, axis_major_length; MorphoLibJ, Ellipsoid",
)
def axis_lengths(sums: RegionSums) -> Columns:
    """Return the lengths of all axes."""
    return _axis_lengths(sums)


@measurement(
    unit="",
    suffixes=per_pair,
    needs=_NEEDS,
    definition="unit vectors along the axes of the ellipse (ellipsoid), longest first, each by its "
    "components along the image axes, the largest of which is positive; NaN for one pixel",
    source="Jolliffe, Principal Component Analysis, 2002; ITK, PrincipalAxes",
)
def principal_axes(sums: RegionSums) -> Columns:
    """Return the directions of the axes, vector by vector."""
    # The inertia is smallest about the longest axis, and eigh counts upward.
    vectors = np.swapaxes(np.linalg.eigh(as_matrices(sums.ellipse_inertia, sums.ndim))[1], 1, 2)
    largest = np.abs(vectors).argmax(axis=2)[..., np.newaxis]
    vectors = vectors * np.where(np.take_along_axis(vectors, largest, axis=2) < 0, -1.0, 1.0)
    vectors[sums.ellipse_eigenvalues[0] == 0] = np.nan
    axes = range(sums.ndim)
    return [np.ascontiguousarray(vectors[:, i, j]) for i in axes for j in axes]


def _ratio(a: NDArray[Any], b: NDArray[Any], defined: NDArray[np.bool_]) -> Floats:
    return np.divide(a, b, out=np.full_like(a, np.nan), where=defined)


@measurement(
    unit="",
    needs=_NEEDS,
    definition="longest / shortest axis of the ellipse (ellipsoid); NaN where the shortest is 0",
    source="ImageJ, AR",
)
def aspect_ratio(sums: RegionSums) -> Columns:
    """Return how many times longer than wide the ellipse is."""
    lengths = _axis_lengths(sums)
    # The squared width of a slanted line is 0 but for a few last places of its squared length.
    flat = lengths[-1] <= 1e-7 * lengths[0]
    return _ratio(lengths[0], lengths[-1], ~flat)


@measurement(
    unit="",
    needs=_NEEDS,
    definition="area / area of the circle (ball) whose diameter is the longest axis: "
    "4 area / (pi major^2), in 3-D 6 volume / (pi major^3); NaN where the longest axis is 0",
    source="ImageJ, Round",
)
def roundness(sums: RegionSums) -> Columns:
    """Return how much of the circle about the longest axis the area would fill."""
    longest = _axis_lengths(sums)[0]
    return _ratio(2 * sums.ndim * sums.area, math.pi * longest**sums.ndim, longest > 0)


@measurement(
    unit="",
    needs=_NEEDS,
    dimensions=(2,),
    definition="sqrt(1 - e1 / e0), e the inertia eigenvalues; 0 for a circle or a single pixel",
    source=_SCIKIT_IMAGE,
)
def eccentricity(sums: RegionSums) -> Columns:
    """Return the eccentricity of the ellipse."""
    largest, smallest = sums.ellipse_eigenvalues
    ratio = np.divide(smallest, largest, out=np.ones_like(largest), where=largest > 0)
    return np.sqrt(1 - ratio)


@measurement(
    unit="radian",
    needs=_NEEDS,
    dimensions=(2,),
    definition="angle from axis 0 (rows) to the major axis, counter-clockwise, -pi/2 to pi/2; with "
    'orientation_reference="columns" from axis 1, as in MATLAB',
    source=_SCIKIT_IMAGE,
)
def orientation(sums: RegionSums) -> Columns:
    """Return the direction of the major axis."""
    tensor = sums.ellipse_inertia
    a, b, c = tensor[0, 0], tensor[0, 1], tensor[1, 1]
    undecided = np.where(b < 0, math.pi / 4, -math.pi / 4)
    from_rows = np.where(a == c, undecided, 0.5 * np.arctan2(-2 * b, c - a))
    if sums.conventions.orientation_reference == "rows":
        return from_rows
    return np.where(from_rows > 0, from_rows - math.pi / 2, from_rows + math.pi / 2)
