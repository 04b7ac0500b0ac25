"""How large a region is, and in which rows of the table and image it stands."""

import math

import numpy as np

from mensura.measurements.registry import Columns, measurement
from mensura.measurements.sums import Floats, RegionSums

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"


@measurement(unit="", definition="the region's number in the label image", source=_SCIKIT_IMAGE)
def label(sums: RegionSums) -> Columns:
    """Return the label."""
    return sums.label


@measurement(unit="pixel", definition="number of pixels (voxels)", source=_SCIKIT_IMAGE)
def num_pixels(sums: RegionSums) -> Columns:
    """Return the number of pixels."""
    return sums.count


@measurement(unit="size", definition="num_pixels x product of the spacing", source=_SCIKIT_IMAGE)
def area(sums: RegionSums) -> Columns:
    """Return the area, in 3-D the volume."""
    return sums.area


def _box_pixels(sums: RegionSums) -> Floats:
    sides = [end - begin for begin, end in zip(sums.box_begin, sums.box_end, strict=True)]
    return np.prod(np.stack(sides).astype(np.float64), axis=0)


@measurement(
    unit="size",
    definition="pixels in the bounding box x product of the spacing",
    source=_SCIKIT_IMAGE,
)
def area_bbox(sums: RegionSums) -> Columns:
    """Return the area of the bounding box."""
    return _box_pixels(sums) * sums.pixel_size


@measurement(unit="", definition="area / area_bbox", source=_SCIKIT_IMAGE)
def extent(sums: RegionSums) -> Columns:
    """Return the share of the bounding box that the region fills."""
    return sums.count / _box_pixels(sums)


@measurement(
    unit="length",
    definition="diameter of the circle (ball) of the same area: (2 n area / pi)^(1/n), n axes",
    source=_SCIKIT_IMAGE,
)
def equivalent_diameter_area(sums: RegionSums) -> Columns:
    """Return the diameter of the circle or ball of equal area."""
    scaled = np.multiply(2 * sums.ndim / math.pi, sums.area)
    return np.sqrt(scaled) if sums.ndim == 2 else np.cbrt(scaled)
