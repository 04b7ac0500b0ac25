"""Exact moments of one object: sums of weight x products of powers of coordinates, each 0 to 3.

``pixels`` are coordinates, ``weights`` one exact number per pixel. Results are dicts from the
powers of the axes to a ``Fraction`` or, where a root is needed, a ``Decimal``; ``None`` where
undefined.
"""

import itertools
import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from .geometry import DIGITS


def orders(ndim):
    """All combinations of powers, the last axis fastest."""
    return list(itertools.product(range(4), repeat=ndim))


def about(point, pixels, weights, spacing):
    """Sums about a point given in pixels."""
    denominator = math.lcm(*(Fraction(number).denominator for number in (*point, *weights)))
    wholes = [int(weight * denominator) for weight in weights]
    distances = [
        [int(a * denominator - p * denominator) for a, p in zip(at, point, strict=True)]
        for at in pixels
    ]
    return {
        powers: Fraction(
            sum(w * _product(d, powers) for w, d in zip(wholes, distances, strict=True)),
            denominator ** (1 + sum(powers)),
        )
        * _product(spacing, powers)
        for powers in orders(len(spacing))
    }


def _product(numbers, powers):
    return math.prod(number**power for number, power in zip(numbers, powers, strict=True))


def raw(pixels, weights, spacing, corner):
    """Moments about the corner of the bounding box."""
    if not pixels:
        return dict.fromkeys(orders(len(spacing)))
    return about(corner, pixels, weights, spacing)


def central(pixels, weights, spacing):
    """Moments about the centroid; without weight there is none, only the weight itself."""
    mass = sum(weights)
    if not pixels:
        return dict.fromkeys(orders(len(spacing)))
    if mass == 0:
        return dict.fromkeys(orders(len(spacing))) | {(0,) * len(spacing): Fraction(0)}
    center = [
        Fraction(sum(w * at[axis] for w, at in zip(weights, pixels, strict=True))) / mass
        for axis in range(len(spacing))
    ]
    return about(center, pixels, weights, spacing)


def normalized(pixels, weights, spacing):
    """mu / mass^(p / ndim + 1) with lengths in units of the geometric mean of the spacing."""
    ndim, mass = len(spacing), sum(weights)
    found = central(pixels, weights, spacing)
    return {
        powers: _over_mass(value, sum(powers), mass, math.prod(spacing), ndim)
        if sum(powers) >= 2 and mass != 0
        else None
        for powers, value in found.items()
    }


def _over_mass(value, order, mass, pixel_size, ndim):
    if value is None or (mass < 0 and order % ndim):
        return None
    with localcontext(Context(prec=DIGITS)):
        whole, rest = divmod(order, ndim)
        root = _decimal(mass * pixel_size) ** (Decimal(rest) / ndim) if rest else Decimal(1)
        return _decimal(value / mass / (mass * pixel_size) ** whole) / root


def _decimal(number):
    fraction = Fraction(number)
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def hu(pixels, weights, spacing):
    """Hu's seven invariants (1962, equations 18 and 19) of the normalized moments."""
    nu = normalized(pixels, weights, spacing)
    n20, n02, n11 = nu[2, 0], nu[0, 2], nu[1, 1]
    n30, n03, n21, n12 = nu[3, 0], nu[0, 3], nu[2, 1], nu[1, 2]
    if None in (n20, n02, n11):
        return (None,) * 7
    with localcontext(Context(prec=DIGITS)):
        even = (n20 + n02, (n20 - n02) ** 2 + 4 * n11**2)
        if None in (n30, n03, n21, n12):
            return (*even, *(None,) * 5)
        first = (n30 + n12) ** 2
        second = (n21 + n03) ** 2
        return (
            *even,
            (n30 - 3 * n12) ** 2 + (3 * n21 - n03) ** 2,
            first + second,
            (n30 - 3 * n12) * (n30 + n12) * (first - 3 * second)
            + (3 * n21 - n03) * (n21 + n03) * (3 * first - second),
            (n20 - n02) * (first - second) + 4 * n11 * (n30 + n12) * (n21 + n03),
            (3 * n21 - n03) * (n30 + n12) * (first - 3 * second)
            - (n30 - 3 * n12) * (n21 + n03) * (3 * first - second),
        )
