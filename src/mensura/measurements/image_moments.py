"""Moments: sums of products of powers of coordinates, each power from 0 to 3.

The moment of the orders (i, j), one per axis, is the sum over the pixels of y^i x^j, or of
value x y^i x^j. Coordinates are counted from the corner of the bounding box or, in central moments,
from the centroid, and multiplied by the spacing. As in scikit-image all 4^ndim products are listed,
also those of a total order above 3.

The sums of geometry and of integer images are exact, however far the region lies from the origin,
and so are central moments until they are rounded once. In floating images each is within 1e-13 of
the same sum over magnitudes with the sides of the bounding box in place of the coordinates. Moments
of a region whose box has more than 2^56 pixels are NaN.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from mensura.measurements import registry
from mensura.measurements.registry import Columns, measurement, per_axis, per_order
from mensura.measurements.sums import ChannelSums, Floats, RegionSums

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"
_HU = "Hu, Visual Pattern Recognition by Moment Invariants, 1962; scikit-image 0.26, moments_hu"
_NEEDS = ("third_moments",)
_WEIGHTED_NEEDS = ("intensity_weighted_moments",)

weighted = partial(registry.measurement, needs_image=True, needs=_WEIGHTED_NEEDS)


def _scaled(columns: tuple[Floats, ...], spacing: tuple[float, ...]) -> list[Floats]:
    """Return moments in pixels in the unit of the spacing."""
    factors = [
        math.prod(step**power for step, power in zip(spacing, powers, strict=True))
        for powers in registry.orders(len(spacing))
    ]
    return [
        values if factor == 1 else values * factor
        for values, factor in zip(columns, factors, strict=True)
    ]


def _normalized_of(sums: RegionSums | ChannelSums, spacing: tuple[float, ...]) -> list[Floats]:
    """Return the normalized central moments, which two measurements share."""
    if "normalized" not in sums.shared:
        sums.shared["normalized"] = _normalized(sums.raw["central_moments"], spacing)
    return sums.shared["normalized"]


def _normalized(central: tuple[Floats, ...], spacing: tuple[float, ...]) -> list[Floats]:
    """Return mu / m^(p / ndim + 1) of moments in pixels, mu in units of the mean step."""
    ndim = len(spacing)
    # A root need not be equal to the step where all are equal.
    mean_step = spacing[0] if len(set(spacing)) == 1 else math.prod(spacing) ** (1 / ndim)
    mass = central[0]
    scaled = _scaled(central, tuple(step / mean_step for step in spacing))
    divisors = _powers_of_mass(mass, ndim)
    undefined = np.full(len(mass), np.nan)
    with np.errstate(divide="ignore"):
        return [
            undefined if sum(powers) < 2 else values / divisors(sum(powers))
            for powers, values in zip(registry.orders(ndim), scaled, strict=True)
        ]


def _powers_of_mass(mass: Floats, ndim: int) -> Callable[[int], Floats]:
    """Return a function from p > 0 to mass^(p / ndim + 1); NaN for a root of less than 0."""
    positive = np.where(mass < 0, np.nan, mass)
    root = np.sqrt(positive) if ndim == 2 else np.cbrt(positive)
    known: dict[int, Floats] = {}

    def power(p: int) -> Floats:
        if p not in known:
            whole, rest = divmod(p, ndim)
            first, *others = [mass] * whole + [root] * rest
            result = mass * first
            for factor in others:
                result *= factor
            known[p] = result
        return known[p]

    return power


def _hu(normalized: list[Floats]) -> list[Floats]:
    """Return Hu's seven invariants of normalized moments in 2-D."""
    nu = dict(zip(registry.orders(2), normalized, strict=True))
    size = nu[2, 0] + nu[0, 2]
    stretch = nu[2, 0] - nu[0, 2]
    skew = 2 * nu[1, 1]
    a = nu[3, 0] + nu[1, 2]
    b = nu[2, 1] + nu[0, 3]
    c = nu[3, 0] - 3 * nu[1, 2]
    d = 3 * nu[2, 1] - nu[0, 3]
    aa = a * a
    bb = b * b
    along = a * (aa - 3 * bb)
    across = b * (3 * aa - bb)
    return [
        size,
        stretch * stretch + skew * skew,
        c * c + d * d,
        aa + bb,
        c * along + d * across,
        stretch * (aa - bb) + 2 * skew * a * b,
        d * along - c * across,
    ]


def _per_invariant(ndim: int) -> tuple[str, ...]:  # noqa: ARG001 - in 2-D only
    return tuple(f"-{k}" for k in range(7))


# --- of the pixels --------------------------------------------------------------------------------


@measurement(
    unit="length^order",
    suffixes=per_order,
    needs=_NEEDS,
    definition="sum of y^i x^j (3-D: z^i y^j x^k), i, j, k = 0..3, coordinates from the corner of "
    "the bounding box x spacing",
    source=_SCIKIT_IMAGE,
)
def moments(sums: RegionSums) -> Columns:
    """Return the moments about the corner of the bounding box."""
    return _scaled(sums.raw["moments"], sums.spacing)


@measurement(
    unit="length^order",
    suffixes=per_order,
    needs=_NEEDS,
    definition="mu: as moments, coordinates from the centroid",
    source=_SCIKIT_IMAGE,
)
def moments_central(sums: RegionSums) -> Columns:
    """Return the moments about the centroid."""
    return _scaled(sums.raw["central_moments"], sums.spacing)


@measurement(
    unit="",
    suffixes=per_order,
    needs=_NEEDS,
    definition="nu = mu / (num_pixels^(p / ndim + 1) s^p), p the sum of the orders, s the "
    "geometric mean of the spacing, which makes nu free of scale; NaN for p < 2. scikit-image has "
    "the smallest spacing for s, which is the same where all are equal",
    source=f"{_SCIKIT_IMAGE}; Hu, 1962",
)
def moments_normalized(sums: RegionSums) -> Columns:
    """Return the normalized central moments."""
    return _normalized_of(sums, sums.spacing)


@measurement(
    unit="",
    suffixes=_per_invariant,
    needs=_NEEDS,
    dimensions=(2,),
    definition="Hu's seven invariants of moments_normalized under shift, scale and rotation, for "
    "any spacing; scikit-image has them for a spacing of 1",
    source=_HU,
)
def moments_hu(sums: RegionSums) -> Columns:
    """Return Hu's invariants."""
    return _hu(_normalized_of(sums, sums.spacing))


# --- of the pixels weighted by intensity ----------------------------------------------------------


@weighted(
    unit="intensity x length^order",
    suffixes=per_order,
    definition="sum of value x y^i x^j (3-D: z^i y^j x^k) over the valid pixels, coordinates from "
    "the corner of the bounding box x spacing",
    source=_SCIKIT_IMAGE,
)
def moments_weighted(channel: ChannelSums) -> Columns:
    """Return the weighted moments about the corner of the bounding box."""
    return _scaled(channel.raw["moments"], channel.regions.spacing)


@weighted(
    unit="intensity x length^order",
    suffixes=per_order,
    definition="mu: as moments_weighted, coordinates from centroid_weighted; NaN, but for the sum "
    "of values itself, where that is 0",
    source=_SCIKIT_IMAGE,
)
def moments_weighted_central(channel: ChannelSums) -> Columns:
    """Return the weighted moments about the weighted centroid."""
    return _scaled(channel.raw["central_moments"], channel.regions.spacing)


@weighted(
    unit="intensity^(-order/ndim)",
    suffixes=per_order,
    definition="nu = mu / (m^(p / ndim + 1) s^p) of moments_weighted_central, m the sum of values, "
    "p and s as for moments_normalized; NaN for p < 2 and where m is 0, or is negative and p / "
    "ndim not whole",
    source=f"{_SCIKIT_IMAGE}; Hu, 1962",
)
def moments_weighted_normalized(channel: ChannelSums) -> Columns:
    """Return the normalized weighted central moments."""
    return _normalized_of(channel, channel.regions.spacing)


@weighted(
    unit="",
    suffixes=_per_invariant,
    dimensions=(2,),
    definition="Hu's seven invariants of moments_weighted_normalized, for any spacing",
    source=_HU,
)
def moments_weighted_hu(channel: ChannelSums) -> Columns:
    """Return Hu's invariants of the weighted moments."""
    return _hu(_normalized_of(channel, channel.regions.spacing))


@registry.measurement(
    unit="length",
    suffixes=per_axis,
    needs=("intensity_weighted_centroid",),
    needs_image=True,
    definition="centroid_weighted seen from the corner of the bounding box",
    source=_SCIKIT_IMAGE,
)
def centroid_weighted_local(channel: ChannelSums) -> Columns:
    """Return the weighted centroid from the corner of the bounding box."""
    steps: tuple[float, ...] = channel.regions.spacing
    return [offset * step for offset, step in zip(channel.centroid_from_corner, steps, strict=True)]
