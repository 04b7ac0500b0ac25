"""Where a region lies."""

from mensura.measurements.registry import Columns, measurement, per_axis, per_box_side
from mensura.measurements.sums import RegionSums, scaled

_SCIKIT_IMAGE = "scikit-image 0.26, regionprops"


@measurement(
    unit="pixel",
    suffixes=per_box_side,
    definition="bounding box: first coordinate per axis, then one past the last, in pixels",
    source=_SCIKIT_IMAGE,
)
def bbox(sums: RegionSums) -> Columns:
    """Return the half-open bounding box."""
    return [*sums.box_begin, *sums.box_end]


@measurement(
    unit="length",
    suffixes=per_axis,
    definition="mean coordinate of the pixels x spacing, per axis; pixel centers are at integers",
    source=_SCIKIT_IMAGE,
)
def centroid(sums: RegionSums) -> Columns:
    """Return the centroid."""
    return sums.centroid


@measurement(
    unit="length",
    suffixes=per_axis,
    definition="centroid seen from the corner of the bounding box",
    source=_SCIKIT_IMAGE,
)
def centroid_local(sums: RegionSums) -> Columns:
    """Return the centroid from the corner of the bounding box."""
    return scaled(sums.centroid_from_corner, sums.spacing)


@measurement(
    unit="",
    needs_shape=True,
    definition="whether the bounding box reaches the border of the image",
    source="common practice, for instance skimage.segmentation.clear_border",
)
def touches_border(sums: RegionSums) -> Columns:
    """Return whether the region touches the border of the image."""
    return sums.border_sides > 0
