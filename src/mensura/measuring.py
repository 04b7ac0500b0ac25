"""Measure the objects of an image: from labels and intensities to a table."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import as_labels, check_channel_names, check_spacing, split_channels
from mensura.measurements.columns import derive, plan_for
from mensura.measurements.registry import Measurement, choose
from mensura.measurements.sums import RegionColumns, RegionSums
from mensura.regions import Regions, find_regions
from mensura.table import Table
from mensura.threads import threads_for


def measure(
    labels: ArrayLike | Regions,
    image: ArrayLike | None = None,
    measurements: str | Iterable[str] | None = None,
    *,
    spacing: float | Sequence[float] = 1,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> Table:
    """Measure every object of an image.

    Every pixel is read once, whatever is measured.

    Parameters
    ----------
    labels : array_like, 2-D or 3-D, or Regions
        Integers: equal values are one object, 0 is the background, negative values are ignored.
        bool: a mask whose connected components (with corners) are the objects, numbered in raster
        order. :class:`Regions`: as they are.
    image : array_like, optional
        Intensities, of the shape of `labels`, or with one more axis of channels, the last unless
        `channel_axis` says otherwise. bool, integer or floating. NaN and infinite pixels are left
        out.
    measurements : str or sequence of str, optional
        Names or groups from :func:`mensura.measurements`, or "all". Default: label, area, bbox,
        centroid and, with an image, intensity_mean, intensity_std, intensity_min, intensity_max,
        intensity_sum.
    spacing : float or sequence of float, optional
        The size of a pixel, one number or one per axis of `labels`. Every length, area and volume
        is in its unit.
    channel_axis : int, optional
        The axis of `image` that holds channels.
    channels : sequence of str, optional
        Names of the channels for the column names, instead of 0, 1 ...
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    Table
        One row per object, sorted by label. Columns are named, ordered and typed as by
        :func:`skimage.measure.regionprops_table`: ``area``, ``centroid-0``, ``intensity_mean`` or,
        with channels, ``intensity_mean-DNA``. The label column is int64, and uint64 where the label
        image is. Without objects the table has all columns and no rows.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as floating labels.
    ValueError
        If shapes differ, a measurement is unknown or needs an image that is missing, or an argument
        has a value that is not allowed.

    Notes
    -----
    Sums over coordinates and over integer images are exact; sums over floating images are made in a
    fixed order in double precision. Results have the same bits for any number of threads. Formulas
    and sources: :func:`mensura.measurements`.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.array([[1, 1, 0], [0, 0, 7]])
    >>> image = np.array([[10, 30, 0], [0, 0, 5]], np.uint8)
    >>> table = ms.measure(labels, image, ["label", "area", "intensity_mean"], spacing=0.5)
    >>> {name: values.tolist() for name, values in table.items()}
    {'label': [1, 7], 'area': [0.5, 0.25], 'intensity_mean': [20.0, 5.0]}
    """
    objects = labels if isinstance(labels, Regions) else as_labels(labels)
    steps = check_spacing(spacing, objects.ndim)
    chosen = choose(measurements, objects.ndim, image is not None)
    images, names = _channels(image, objects.shape, channel_axis, channels)
    wanted = images if any(entry.needs_image for entry in chosen) else []
    raw = _gather(objects, wanted, chosen, threads)
    sums = RegionSums(raw, objects.shape, steps, _label_dtype(objects))
    columns, units, definitions = derive(chosen, sums, names)
    provenance = {
        "version": _core.__version__,
        "measurements": [entry.name for entry in chosen],
        "labels": _described(objects),
        "image": None if image is None else [_described(channel) for channel in images],
        "channel_axis": channel_axis,
        "channels": names,
        "spacing": list(steps),
    }
    return Table(columns, units, provenance, definitions)


def _channels(
    image: ArrayLike | None,
    shape: tuple[int, ...],
    channel_axis: int | None,
    channels: Iterable[str] | None,
) -> tuple[list[NDArray[Any]], list[str] | None]:
    """Return the channels and their names; None for one channel whose columns have no suffix."""
    if image is None:
        for name, value in (("channel_axis", channel_axis), ("channels", channels)):
            if value is not None:
                raise ValueError(f"{name} is given, and there is no image")
        return [], None
    images, has_axis = split_channels(image, shape, channel_axis)
    names = check_channel_names(channels, len(images), has_axis)
    return images, None if names is None else list(names)


def _gather(
    objects: NDArray[Any] | Regions,
    images: list[NDArray[Any]],
    chosen: list[Measurement],
    threads: int | None,
) -> RegionColumns:
    plan = plan_for(chosen, objects.ndim, objects.shape)
    used = threads_for(threads, math.prod(objects.shape))
    if not isinstance(objects, Regions) and objects.dtype.kind == "b":
        objects = find_regions(objects, threads=threads)
    if isinstance(objects, Regions) and not images:
        return _core.measure_geometry(objects._native, plan, used)  # noqa: SLF001
    sums = _core.Accumulator(plan, images, [None] * len(images))
    masks: list[NDArray[Any] | None] = [None] * len(images)
    if isinstance(objects, Regions):
        sums.add_regions(objects._native, images, masks, (0, 0, 0), used)  # noqa: SLF001
    else:
        sums.add_labels(objects, images, masks, (0, 0, 0), used)
    return sums.table(used)


def _label_dtype(objects: NDArray[Any] | Regions) -> np.dtype[Any]:
    is_uint64 = (
        not isinstance(objects, Regions)
        and objects.dtype.kind == "u"
        and objects.dtype.itemsize == 8
    )
    return np.dtype(np.uint64 if is_uint64 else np.int64)


def _described(objects: NDArray[Any] | Regions) -> dict[str, object]:
    dtype = "regions" if isinstance(objects, Regions) else objects.dtype.str
    return {"shape": list(objects.shape), "dtype": dtype}
