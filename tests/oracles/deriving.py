"""Formulas on exact geometry, as scikit-image 0.26 defines them, without 1/12 for pixel size."""

import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from .geometry import DIGITS


def square_root(number):
    """Square root as float, right to the last bit or the one beside it, of any non-negative number.

    ``math.sqrt(float(x))`` would do for most, but not for exact values under the float range.
    """
    with localcontext(Context(prec=DIGITS)):
        fraction = Fraction(number)
        return float((Decimal(fraction.numerator) / Decimal(fraction.denominator)).sqrt())


def axis_lengths(eigenvalues):
    """All axes of the ellipse (ellipsoid) of equal inertia, longest first.

    An ellipse with semi-axis a has variance a^2/4 along it, an ellipsoid a^2/5. The inertia about
    an axis is the sum of the variances along the others.
    """
    if len(eigenvalues) == 2:
        return tuple(4 * square_root(value) for value in eigenvalues)
    with localcontext(Context(prec=DIGITS)):
        total = sum(eigenvalues)
        squares = [max(Decimal(0), 10 * (total - 2 * value)) for value in reversed(eigenvalues)]
    return tuple(square_root(square) for square in squares)


def principal_axes(eigensystem):
    """Unit vectors along the axes, longest first, the largest component of each positive."""
    if eigensystem[0][0] == 0:
        return tuple((None,) * len(eigensystem) for _ in eigensystem)
    return tuple(_turned([float(x) for x in vector]) for _, vector in reversed(eigensystem))


def _turned(vector):
    sign = 1 if max(vector, key=abs) > 0 else -1
    return tuple(sign * x for x in vector)


def aspect_ratio(eigenvalues):
    """Longest over shortest axis; None for an object without width."""
    lengths = axis_lengths(eigenvalues)
    return lengths[0] / lengths[-1] if lengths[-1] > 0 else None


def roundness(area, eigenvalues):
    """Area over the area of the circle (ball) about the longest axis; None for a single pixel."""
    longest = axis_lengths(eigenvalues)[0]
    circle = math.pi * longest ** len(eigenvalues) / (2 * len(eigenvalues))
    return float(area) / circle if longest > 0 else None


def eccentricity(eigenvalues):
    """Focal distance over major axis of the ellipse: 0 for a circle or a point, 1 for a line."""
    major, minor = eigenvalues
    if major == 0:
        return 0.0
    with localcontext(Context(prec=DIGITS)):
        return square_root(1 - minor / major)


def orientation(tensor):
    """Angle from axis 0 to the major axis, counter-clockwise, in radians, in (-pi/2, pi/2]."""
    (a, b), (_, c) = tensor
    if a == c:
        return math.pi / 4 if b < 0 else -math.pi / 4
    return 0.5 * math.atan2(float(-2 * b), float(c - a))


def equivalent_diameter(area, ndim):
    """Diameter of the circle (sphere) of the same area (volume)."""
    return (2 * ndim * float(area) / math.pi) ** (1 / ndim)
