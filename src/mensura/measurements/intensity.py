"""What an intensity image says about the pixels of a region.

Integer images are summed exactly. Pixels that are masked, NaN or infinite are left out; the others
are the valid ones. A region without a valid pixel has NaN.
"""

from functools import partial

import numpy as np

from mensura.measurements import registry
from mensura.measurements.registry import Columns, per_axis
from mensura.measurements.sums import ChannelSums, from_origin, scaled
from mensura.memory import new_floats

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"
_IMAGEJ = "ImageJ, Analyze > Measure"
_IBSI = "IBSI (2020), The image biomarker standardisation initiative, intensity-based statistics"

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
    definition="standard deviation of the pixel values, sqrt(intensity_var); NaN where that is",
    source=_SCIKIT_IMAGE,
)
def intensity_std(channel: ChannelSums) -> Columns:
    """Return the standard deviation."""
    return np.sqrt(channel.variance, out=new_floats(len(channel.valid)))


@measurement(unit="intensity", definition="smallest pixel value", source=_SCIKIT_IMAGE)
def intensity_min(channel: ChannelSums) -> Columns:
    """Return the minimum."""
    return channel.raw["min"]


@measurement(unit="intensity", definition="largest pixel value", source=_SCIKIT_IMAGE)
def intensity_max(channel: ChannelSums) -> Columns:
    """Return the maximum."""
    return channel.raw["max"]


@measurement(
    unit="intensity^2",
    needs=("intensity_squares",),
    definition="sum((v - mean)^2) / (n - ddof) over the n valid pixels, ddof 0 unless said "
    "otherwise; NaN where n <= ddof, and where values differ so little (1e-154) or so much (1e154) "
    "that double does not hold their squares. ITK, DIPlib, ImageJ and MATLAB have ddof 1",
    source=_IBSI,
)
def intensity_var(channel: ChannelSums) -> Columns:
    """Return the variance."""
    return channel.variance


@measurement(
    unit="",
    needs=("intensity_powers",),
    definition="m3 / m2^(3/2), with m_k = mean((v - mean)^k), as SciPy, IBSI and ImageJ; ITK has "
    "the deviation of ddof 1 below, DIPlib corrects for the sample size. NaN where m2 is 0 or m2^2 "
    "beyond the range of double",
    source=_IBSI,
)
def intensity_skewness(channel: ChannelSums) -> Columns:
    """Return the skewness."""
    return channel.raw["skewness"]


@measurement(
    unit="",
    needs=("intensity_powers",),
    definition="excess kurtosis m4 / m2^2 - 3, with m_k = mean((v - mean)^k), as SciPy, IBSI and "
    "ImageJ; MATLAB and pyradiomics do not subtract 3, ITK has the variance of ddof 1 below, "
    "DIPlib corrects for the sample size. NaN where m2 is 0 or m2^2 beyond the range of double",
    source=_IBSI,
)
def intensity_kurtosis(channel: ChannelSums) -> Columns:
    """Return the excess kurtosis."""
    return np.subtract(channel.raw["kurtosis"], 3, out=new_floats(len(channel.valid)))


@measurement(
    unit="pixel",
    suffixes=per_axis,
    needs=("intensity_positions",),
    definition="coordinates of the smallest value in pixels; of equal ones the first in C order, "
    "as DIPlib; ITK has the last",
    source="scipy.ndimage.minimum_position",
)
def intensity_argmin(channel: ChannelSums) -> Columns:
    """Return where the minimum is."""
    return channel.of_axes(channel.raw["min_at"])


@measurement(
    unit="pixel",
    suffixes=per_axis,
    needs=("intensity_positions",),
    definition="coordinates of the largest value in pixels; of equal ones the first in C order, "
    "as DIPlib; ITK has the last",
    source="scipy.ndimage.maximum_position",
)
def intensity_argmax(channel: ChannelSums) -> Columns:
    """Return where the maximum is."""
    return channel.of_axes(channel.raw["max_at"])


@measurement(
    unit="intensity x size",
    definition="area x intensity_mean; pixels that are left out count as the mean",
    source=f"{_IMAGEJ}, IntDen",
)
def intensity_integrated(channel: ChannelSums) -> Columns:
    """Return the integrated density."""
    mean = channel.raw["mean"]
    return np.multiply(channel.regions.area, mean, out=new_floats(len(mean)))


@measurement(
    unit="intensity",
    definition="sum over the valid pixels of what they exceed the region's own smallest value by: "
    "intensity_sum - n x intensity_min, the total corrected (CTCF) with that value as background",
    source="corrected total cell fluorescence, common practice in ImageJ",
)
def intensity_corrected_sum(channel: ChannelSums) -> Columns:
    """Return the sum above the minimum."""
    return channel.raw["above_min"]


@measurement(
    unit="length",
    suffixes=per_axis,
    needs=("intensity_weighted_centroid",),
    definition="mean coordinate weighted by the pixel values x spacing; NaN where they sum to 0",
    source=_SCIKIT_IMAGE,
)
def centroid_weighted(channel: ChannelSums) -> Columns:
    """Return the centroid weighted by intensity."""
    return from_origin(channel.regions, channel.centroid_from_corner)


@measurement(
    unit="length",
    needs=("intensity_weighted_centroid",),
    definition="distance between centroid, of all pixels, and centroid_weighted; NaN as that. Of "
    "integer images it has all its digits however small it is, of floating ones those that are "
    "within 1e-13 of the sides of the bounding box",
    source="CellProfiler, MeasureObjectIntensity, MassDisplacement",
)
def intensity_mass_displacement(channel: ChannelSums) -> Columns:
    """Return how far the intensities pull the centroid away."""
    offsets = scaled(channel.of_axes(channel.raw["displacement"]), channel.spacing)
    squared = np.square(offsets[0], out=new_floats(len(offsets[0])))
    for offset in offsets[1:]:
        squared += np.square(offset)
    return np.sqrt(squared, out=squared)
