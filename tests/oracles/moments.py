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
    terms = []
    for at, weight in zip(pixels, weights, strict=True):
        products = [int(weight * denominator)]
        for a, p in zip(at, point, strict=True):
            distance = int(a * denominator - p * denominator)
            products = [value * distance**power for value in products for power in range(4)]
        terms.append(products)
    return {
        powers: Fraction(sum(column), denominator ** (1 + sum(powers)))
        * math.prod(step**power for step, power in zip(spacing, powers, strict=True))
        for powers, column in zip(orders(len(spacing)), zip(*terms, strict=True), strict=True)
    }


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
    if mass == 0:
        return dict.fromkeys(found)
    units = [_unit(order, mass, math.prod(spacing), ndim) for order in range(3 * ndim + 1)]
    with localcontext(Context(prec=DIGITS)):
        return {
            powers: None
            if sum(powers) < 2 or units[sum(powers)] is None
            else _decimal(value / mass) / units[sum(powers)]
            for powers, value in found.items()
        }


def _unit(order, mass, pixel_size, ndim):
    """(mass x pixel size)^(order / ndim); there is no root of what is negative."""
    whole, rest = divmod(order, ndim)
    if mass < 0 and rest:
        return None
    with localcontext(Context(prec=DIGITS)):
        base = _decimal(mass * pixel_size)
        return base**whole * (base ** (Decimal(rest) / ndim) if rest else 1)


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
