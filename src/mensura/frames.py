"""Series of images of one shape, frame by frame: what the engine gathers of each, as one table."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura import _core
from mensura.measurements.columns import plan_for
from mensura.measurements.registry import Measurement
from mensura.measurements.sums import RegionColumns
from mensura.pixels import Pixels


def gather_frames(
    objects: NDArray[Any],
    frame_axis: int,
    pixels: Pixels,
    chosen: list[Measurement],
    threads: int,
) -> RegionColumns:
    """Return what is gathered of the objects of every frame, by frame and label.

    Parameters
    ----------
    objects : array, 3-D or 4-D
        Labels, or masks whose components are the objects.
    frame_axis : int
        The axis of `objects`, and of each image in `pixels`, that counts the frames.
    pixels : Pixels
        The channels of all frames.
    chosen : list of Measurement
    threads : int
    """
    frames = np.moveaxis(objects, frame_axis, 0)
    plan = plan_for(chosen, frames.ndim - 1, frames.shape[1:])
    raw = _core.measure_stack(
        frames,
        [np.moveaxis(image, frame_axis, 0) for image in pixels.images],
        [None if mask is None else np.moveaxis(mask, frame_axis, 0) for mask in pixels.masks],
        pixels.saturations,
        plan,
        threads,
    )
    if any("components" in entry.needs for entry in chosen):
        raw["components"] = _components(frames, raw, threads)
    return raw


def _components(frames: NDArray[Any], raw: RegionColumns, threads: int) -> NDArray[np.int64]:
    """Return how many components the label of each row has, in its frame."""
    if frames.dtype.kind == "b":  # the components are the regions
        return np.ones(len(raw["label"]), np.int64)
    counts = [_core.count_components(frame, threads) for frame in frames]
    return np.concatenate([np.zeros(0, np.int64), *counts])
