"""How far the measurements of a region can be relied on: pixels left out, clipped or cut off.

All are exact counts, and 0 where there is nothing to count, so none is ever NaN. What is infinite
is neither valid, NaN nor masked.
"""

from functools import partial

from mensura.measurements import registry
from mensura.measurements.registry import Columns, measurement
from mensura.measurements.sums import ChannelSums, RegionSums

_PHOTUTILS = "photutils, SourceCatalog and its mask"

per_channel = partial(
    registry.measurement, unit="pixel", needs_image=True, needs=("intensity_quality",)
)


@measurement(
    unit="pixel",
    needs=("border_pixels",),
    needs_shape=True,
    definition="number of pixels in the first or last row, column (or plane) of the image",
    source="ITK, LabelShapeStatistics, NumberOfPixelsOnBorder",
)
def num_border_pixels(sums: RegionSums) -> Columns:
    """Return how many pixels lie on the border of the image."""
    return sums.raw["border_pixels"]


@measurement(
    unit="",
    needs_shape=True,
    definition="number of sides (3-D: faces) of the image that the region touches",
    source="common practice; touches_border where above 0",
)
def num_border_sides(sums: RegionSums) -> Columns:
    """Return how many sides of the image are touched."""
    return sums.border_sides


@measurement(
    unit="",
    needs=("components",),
    definition="number of connected components of the label, corners connecting; periodic borders "
    "do not connect. Above 1 where a segmentation fell apart. Label images take one more labeling",
    source="scipy.ndimage.label",
)
def num_components(sums: RegionSums) -> Columns:
    """Return the number of connected components."""
    return sums.raw["components"]


@per_channel(definition="number of pixels that are NaN and not masked", source=_PHOTUTILS)
def num_nan(channel: ChannelSums) -> Columns:
    """Return how many pixels are NaN."""
    return channel.raw["nan"]


@per_channel(definition="number of pixels that the mask leaves out", source=_PHOTUTILS)
def num_masked(channel: ChannelSums) -> Columns:
    """Return how many pixels are masked."""
    return channel.raw["masked"]


@per_channel(
    definition="number of pixels of at least the saturation, by default the largest value of an "
    "integer image and infinity in floating ones, that are not masked",
    source="CellProfiler, MeasureImageQuality, PercentMaximal",
)
def num_saturated(channel: ChannelSums) -> Columns:
    """Return how many pixels are saturated."""
    return channel.raw["saturated"]


@per_channel(
    definition="number of pixels that equal intensity_min",
    source="CellProfiler, MeasureImageQuality, PercentMinimal",
)
def num_at_min(channel: ChannelSums) -> Columns:
    """Return how many pixels have the smallest value."""
    return channel.raw["at_min"]
