"""What an intensity image says about the pixels of a region.

Integer images are summed exactly. Pixels that are NaN or infinite are left out; a region without
a finite pixel has NaN.
"""

from functools import partial

import numpy as np

from mensura.measurements import registry
from mensura.measurements.registry import Columns, per_axis
from mensura.measurements.sums import ChannelSums

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"

measurement = partial(registry.measurement, needs_image=True)


@measurement(
    unit="intensity",
    definition="sum of the pixel values",
    source="ImageJ RawIntDen, CellProfiler IntegratedIntensity",
)
def intensity_sum(channel: ChannelSums) -> Columns:
    """Return the sum."""
    return channel.raw["sum"]


@measurement(unit="intensity", definition="mean of the pixel values", source=_SCIKIT_IMAGE)
def intensity_mean(channel: ChannelSums) -> Columns:
    """Return the mean."""
    return channel.raw["mean"]


@measurement(
    unit="intensity",
    needs=("intensity_squares",),
    definition="standard deviation of the pixel values, divided by their number (ddof 0)",
    source=_SCIKIT_IMAGE,
)
def intensity_std(channel: ChannelSums) -> Columns:
    """Return the standard deviation."""
    variance = np.full(len(channel.valid), np.nan)
    np.divide(channel.squares, channel.valid, out=variance, where=channel.valid > 0)
    return np.sqrt(variance)


@measurement(unit="intensity", definition="smallest pixel value", source=_SCIKIT_IMAGE)
def intensity_min(channel: ChannelSums) -> Columns:
    """Return the minimum."""
    return channel.raw["min"]


@measurement(unit="intensity", definition="largest pixel value", source=_SCIKIT_IMAGE)
def intensity_max(channel: ChannelSums) -> Columns:
    """Return the maximum."""
    return channel.raw["max"]


@measurement(
    unit="length",
    suffixes=per_axis,
    needs=("intensity_weighted_centroid",),
    definition="mean coordinate weighted by the pixel values x spacing; NaN where they sum to 0",
    source=_SCIKIT_IMAGE,
)
def centroid_weighted(channel: ChannelSums) -> Columns:
    """Return the centroid weighted by intensity."""
    regions = channel.regions
    return [
        (begin + offset) * step
        for begin, offset, step in zip(
            regions.box_begin, channel.centroid_from_corner, regions.spacing, strict=True
        )
    ]
