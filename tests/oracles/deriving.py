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
    """Major and minor axis of the ellipse (longest and shortest of the ellipsoid) of equal inertia.

    An ellipse with semi-axis a has variance a^2/4 along it, an ellipsoid a^2/5. The inertia about
    an axis is the sum of the variances along the others.
    """
    if len(eigenvalues) == 2:
        major, minor = eigenvalues
        return 4 * square_root(major), 4 * square_root(minor)
    with localcontext(Context(prec=DIGITS)):
        first, second, third = eigenvalues
        longest = max(Decimal(0), 10 * (first + second - third))
        shortest = max(Decimal(0), 10 * (-first + second + third))
    return square_root(longest), square_root(shortest)


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
