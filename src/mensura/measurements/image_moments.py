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
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from mensura import _core
from mensura.measurements import registry
from mensura.measurements.registry import Columns, measurement, per_axis, per_order
from mensura.measurements.sums import ChannelSums, Floats, RegionSums, scaled
from mensura.memory import new_floats

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"
_HU = "Hu, Visual Pattern Recognition by Moment Invariants, 1962; scikit-image 0.26, moments_hu"
_NEEDS = ("third_moments",)
_WEIGHTED_NEEDS = ("intensity_weighted_moments",)

weighted = partial(registry.measurement, needs_image=True, needs=_WEIGHTED_NEEDS)

#: Of the pixels, or of the pixels weighted by the intensities of a channel.
Sums: TypeAlias = RegionSums | ChannelSums


def _units(spacing: tuple[float, ...]) -> list[float]:
    """Return by order the product of the spacing to the powers of the coordinates."""
    return [
        math.prod(step**power for step, power in zip(spacing, powers, strict=True))
        for powers in registry.orders(len(spacing))
    ]


def _in_units(sums: Sums, moments: Literal["moments", "central_moments"]) -> list[Floats]:
    """Return moments in pixels in the unit of the spacing."""
    return scaled(sums.raw[moments], _units(sums.spacing))


def _normalized_of(sums: Sums) -> list[Floats]:
    """Return the normalized central moments, which two measurements share."""
    return sums.shared.once("normalized", lambda: _normalized(sums))


def _normalized(sums: Sums) -> list[Floats]:
    """Return mu / (m^(p / ndim + 1) s^p), p the sum of the orders, s the mean step, m the mass."""
    ndim, central = len(sums.spacing), sums.raw["central_moments"]
    # A root need not be equal to the step where all are equal.
    equal = len(set(sums.spacing)) == 1
    mean_step = sums.spacing[0] if equal else math.prod(sums.spacing) ** (1 / ndim)
    positive = np.where(central[0] < 0, np.nan, central[0])
    root = np.sqrt(positive) if ndim == 2 else np.cbrt(positive)
    units = _units(tuple(step / mean_step for step in sums.spacing))
    defined = iter(_core.normalized_moments(list(central), root, units, sums.threads))
    undefined = new_floats(len(root))
    undefined.fill(np.nan)
    return [next(defined) if sum(powers) >= 2 else undefined for powers in registry.orders(ndim)]


def _hu(sums: Sums) -> list[Floats]:
    """Return Hu's seven invariants of normalized moments in 2-D.

    With a = nu30 + nu12, b = nu21 + nu03, c = nu30 - 3 nu12, d = 3 nu21 - nu03 and e = nu20 - nu02:
    nu20 + nu02, e^2 + 4 nu11^2, c^2 + d^2, a^2 + b^2, a c (a^2 - 3 b^2) + b d (3 a^2 - b^2),
    e (a^2 - b^2) + 4 nu11 a b, a d (a^2 - 3 b^2) - b c (3 a^2 - b^2).
    """
    nu = dict(zip(registry.orders(2), _normalized_of(sums), strict=True))
    needed = [(0, 2), (0, 3), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0)]
    return _core.hu_invariants([nu[powers] for powers in needed], sums.threads)


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
    return _in_units(sums, "moments")


@measurement(
    unit="length^order",
    suffixes=per_order,
    needs=_NEEDS,
    definition="mu: as moments, coordinates from the centroid",
    source=_SCIKIT_IMAGE,
)
def moments_central(sums: RegionSums) -> Columns:
    """Return the moments about the centroid."""
    return _in_units(sums, "central_moments")


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
    return _normalized_of(sums)


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
    return _hu(sums)


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
    return _in_units(channel, "moments")


@weighted(
    unit="intensity x length^order",
    suffixes=per_order,
    definition="mu: as moments_weighted, coordinates from centroid_weighted; NaN, but for the sum "
    "of values itself, where that is 0",
    source=_SCIKIT_IMAGE,
)
def moments_weighted_central(channel: ChannelSums) -> Columns:
    """Return the weighted moments about the weighted centroid."""
    return _in_units(channel, "central_moments")


@weighted(
    unit="intensity^(-order/ndim)",
    suffixes=per_order,
    definition="nu = mu / (m^(p / ndim + 1) s^p) of moments_weighted_central, m the sum of values, "
    "p and s as for moments_normalized; NaN for p < 2 and where m is 0, or is negative and p / "
    "ndim not whole, and where double does not hold the power of m with all digits",
    source=f"{_SCIKIT_IMAGE}; Hu, 1962",
)
def moments_weighted_normalized(channel: ChannelSums) -> Columns:
    """Return the normalized weighted central moments."""
    return _normalized_of(channel)


@weighted(
    unit="intensity^(-degree)",
    suffixes=_per_invariant,
    dimensions=(2,),
    definition="Hu's seven invariants of moments_weighted_normalized, for any spacing. They are "
    "not free of the scale of intensities: values k times as large divide them by k, k^2, k^3, "
    "k^3, k^6, k^4 and k^6",
    source=_HU,
)
def moments_weighted_hu(channel: ChannelSums) -> Columns:
    """Return Hu's invariants of the weighted moments."""
    return _hu(channel)


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
    return scaled(channel.centroid_from_corner, channel.spacing)
