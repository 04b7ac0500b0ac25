"""Objects that are measured in rings, and the centers that the rings are laid around."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import as_image, as_labels
from mensura.pixels import Pixels
from mensura.profiles.ring_arguments import (
    check_points,
    check_weight_channel,
    is_center_image,
    is_named_center,
)
from mensura.regions import Regions, find_regions
from mensura.threads import threads_for


@dataclass(frozen=True)
class Objects:
    """The objects of a label image.

    Attributes
    ----------
    image : array
        The label image.
    native : RingObjects
        Its objects, in increasing order of their labels.
    threads : int
        How many to use.
    """

    image: NDArray[Any]
    native: _core.RingObjects
    threads: int

    @property
    def labels(self) -> NDArray[np.integer[Any]]:
        """The labels: int64, and uint64 where the label image is."""
        found = self.native.labels()
        is_uint64 = self.image.dtype.kind == "u" and self.image.dtype.itemsize == 8
        return found if is_uint64 else found.astype(np.int64)

    @property
    def described(self) -> dict[str, Any]:
        """What the objects were found in."""
        return {"shape": list(self.image.shape), "dtype": self.image.dtype.str}


def find_objects(
    image: ArrayLike,
    labels: ArrayLike | Regions | None,
    channel_axis: int | None,
    threads: int | None,
) -> Objects:
    """Return the objects of labels, of a mask or of regions; or the whole image as one."""
    if labels is None:
        shape = as_image(image, "image").shape
        if channel_axis is not None and -len(shape) <= channel_axis < len(shape):
            axis = channel_axis % len(shape)
            shape = shape[:axis] + shape[axis + 1 :]
        whole = as_labels(np.broadcast_to(np.uint8(1), shape), "image")
        used = threads_for(threads, whole.size)
        native = _core.RingObjects((1,) * (3 - whole.ndim) + whole.shape)
        return Objects(whole, native, used)
    if isinstance(labels, Regions):
        found = labels.to_labels(threads=threads)
    else:
        found = as_labels(labels)
        if found.dtype.kind == "b":
            found = find_regions(found, threads=threads).to_labels(threads=threads)
    used = threads_for(threads, math.prod(found.shape))
    return Objects(found, _core.RingObjects(found, used), used)


@dataclass(frozen=True)
class Center:
    """What rings are laid around.

    Attributes
    ----------
    kind : str
        "centroid", "deepest", "points" or "pixels".
    points : (N, 3) array
        One for each object, from the corner of its bounding box.
    image : array, optional
        Whose pixels that are not 0 are the center.
    """

    kind: str
    points: NDArray[np.float64]
    image: NDArray[Any] | None = None

    @property
    def is_point(self) -> bool:
        """Whether angles about it can be told."""
        return self.image is None


def find_center(center: Any, objects: Objects, pixels: Pixels) -> Center:
    """Return the center that a caller asks for."""
    nothing = np.empty((0, 3))
    if is_named_center(center):
        if center in ("centroid", "deepest"):
            return Center(center, nothing)
        channel = check_weight_channel(center, pixels.names, len(pixels.images))
        return Center("points", _weighted_centroids(objects, pixels, channel))
    ndim = objects.image.ndim
    if is_center_image(center, objects.image.shape):
        return Center("pixels", nothing, center)
    points = check_points(center, objects.labels, objects.image.shape)
    corners = objects.native.boxes()[:, :3].astype(np.float64)
    local = np.zeros_like(corners)
    local[:, 3 - ndim :] = points - corners[:, 3 - ndim :]
    return Center("points", local)


def _weighted_centroids(objects: Objects, pixels: Pixels, channel: int) -> NDArray[np.float64]:
    """Return centroids weighted by intensity, from the corners of the objects' boxes."""
    ndim = objects.image.ndim
    plan = _core.MeasurePlan(ndim)
    plan.intensity_weighted_centroid = True
    image, mask = [pixels.images[channel]], [pixels.masks[channel]]
    sums = _core.Accumulator(plan, image, [None])
    sums.add_labels(objects.image, image, mask, (0, 0, 0), objects.threads)
    found = sums.table(objects.threads)
    centroids = np.zeros((len(found["label"]), 3))
    for axis in range(3 - ndim, 3):
        centroids[:, axis] = found["channels"][0]["centroid"][axis]
    return centroids


def described_center(center: Any) -> Any:
    """Return a center as provenance tells of it."""
    if is_named_center(center):
        return center if isinstance(center, str) else list(center)
    if isinstance(center, Mapping):
        return "points by label"
    return {"shape": list(np.shape(center)), "dtype": np.asarray(center).dtype.str}
