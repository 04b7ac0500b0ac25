"""Measure the objects of an image: from labels and intensities to a table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_labels,
    check_channel_names,
    check_count,
    check_saturation,
    check_spacing,
    split_channels,
    split_mask,
)
from mensura.measurements.registry import WHOLE_IMAGE_NEEDS, Measurement, choose
from mensura.measurements.sums import Conventions, RegionColumns, RegionSums
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
    mask: ArrayLike | None = None,
    saturation: float | Sequence[float | None] | None = None,
    ddof: int = 0,
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
    mask : array_like of bool, optional
        True where a pixel is left out of the intensities, as in :mod:`numpy.ma`: of the shape of
        `labels`, for all channels, or of `image`. Areas and all other geometry stay as they are;
        ``num_masked`` counts what was left out.
    saturation : number or sequence of number or None, optional
        Pixels of this value and above are counted by ``num_saturated``, and left in everywhere;
        one number or one per channel. None: the largest value of the dtype of an integer image, no
        value in a bool image, and infinity in a floating one.
    ddof : int, optional
        ``intensity_var`` and ``intensity_std`` are divided by the number of pixels - `ddof`; NaN
        where that is not positive.
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
    pixels, names = _channels(
        image,
        objects.shape,
        channel_axis=channel_axis,
        channels=channels,
        mask=mask,
        saturation=saturation,
    )
    wanted = pixels if any(entry.needs_image for entry in chosen) else _Pixels()
    conventions = Conventions(ddof=check_count(ddof, "ddof"))
    raw = _gather(objects, wanted, chosen, threads)
    sums = RegionSums(raw, objects.shape, steps, _label_dtype(objects), conventions)
    columns, units = _derive(chosen, sums, names)
    provenance = {
        "version": _core.__version__,
        "measurements": [entry.name for entry in chosen],
        "labels": _described(objects),
        "image": None if image is None else [_described(channel) for channel in pixels.images],
        "channels": names,
        "mask": mask is not None,
        "saturation": None if image is None else pixels.saturations,
        "ddof": conventions.ddof,
        "spacing": list(steps),
    }
    return Table(columns, units, provenance)


@dataclass(frozen=True)
class _Pixels:
    """What is measured under the objects: images, masks and saturations by channel."""

    images: list[NDArray[Any]] = field(default_factory=list)
    masks: list[NDArray[np.uint8] | None] = field(default_factory=list)
    saturations: list[int | float | None] = field(default_factory=list)


def _channels(
    image: ArrayLike | None,
    shape: tuple[int, ...],
    *,
    channel_axis: int | None,
    channels: Iterable[str] | None,
    mask: ArrayLike | None,
    saturation: float | Sequence[float | None] | None,
) -> tuple[_Pixels, list[str] | None]:
    """Return the channels and their names; None for one channel whose columns have no suffix."""
    if image is None:
        options = {
            "channel_axis": channel_axis,
            "channels": channels,
            "mask": mask,
            "saturation": saturation,
        }
        for name, value in options.items():
            if value is not None:
                raise ValueError(f"{name} is given, and there is no image")
        return _Pixels(), None
    images, axis = split_channels(image, shape, channel_axis)
    count = len(images)
    names = check_channel_names(channels, count, axis is not None)
    pixels = _Pixels(
        images,
        [None] * count if mask is None else [*split_mask(mask, shape, count, axis)],
        check_saturation(saturation, count, images[0].dtype),
    )
    return pixels, None if names is None else list(names)


def _gather(
    objects: NDArray[Any] | Regions,
    pixels: _Pixels,
    chosen: list[Measurement],
    threads: int | None,
) -> RegionColumns:
    needs = frozenset[str]().union(*(entry.needs for entry in chosen))
    plan = _plan(needs - WHOLE_IMAGE_NEEDS, objects.shape)
    used = threads_for(threads, math.prod(objects.shape))
    if not isinstance(objects, Regions) and objects.dtype.kind == "b":
        objects = find_regions(objects, threads=threads)
    raw = _sum(objects, pixels, plan, used)
    if "components" in needs:
        labels = objects.to_labels(threads=used) if isinstance(objects, Regions) else objects
        raw["components"] = _core.count_components(labels, used)
    return raw


def _sum(
    objects: NDArray[Any] | Regions, pixels: _Pixels, plan: _core.MeasurePlan, threads: int
) -> RegionColumns:
    if isinstance(objects, Regions) and not pixels.images:
        return _core.measure_geometry(objects._native, plan, threads)  # noqa: SLF001
    sums = _core.Accumulator(plan, pixels.images, pixels.saturations)
    where = (pixels.images, pixels.masks, (0, 0, 0), threads)
    if isinstance(objects, Regions):
        sums.add_regions(objects._native, *where)  # noqa: SLF001
    else:
        sums.add_labels(objects, *where)
    return sums.table(threads)


def _plan(needs: frozenset[str], shape: tuple[int, ...]) -> _core.MeasurePlan:
    depth, height, width = (1, *shape)[-3:]
    plan = _core.MeasurePlan(axes=len(shape), image=(depth, height, width))
    for need in needs:
        setattr(plan, need, True)
    return plan


def _label_dtype(objects: NDArray[Any] | Regions) -> np.dtype[Any]:
    is_uint64 = (
        not isinstance(objects, Regions)
        and objects.dtype.kind == "u"
        and objects.dtype.itemsize == 8
    )
    return np.dtype(np.uint64 if is_uint64 else np.int64)


def _derive(
    chosen: list[Measurement], sums: RegionSums, names: list[str] | None
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the columns of all measurements and their units."""
    columns: dict[str, NDArray[Any]] = {}
    units: dict[str, str] = {}
    for entry in chosen:
        named = _columns_of(entry, sums, names)
        columns |= named
        units |= dict.fromkeys(named, _unit(entry.unit, sums))
    return columns, units


def _columns_of(
    entry: Measurement, sums: RegionSums, names: list[str] | None
) -> dict[str, NDArray[Any]]:
    suffixes = entry.suffixes(sums.ndim)
    if not entry.needs_image:
        return {
            entry.name + suffix: values
            for suffix, values in zip(suffixes, entry.columns(sums), strict=True)
        }
    per_channel = [
        (f"-{name}" if name else "", entry.columns(sums.channel(c)))
        for c, name in enumerate([""] if names is None else names)
    ]
    return {
        entry.name + suffix + channel: values[k]
        for k, suffix in enumerate(suffixes)
        for channel, values in per_channel
    }


def _unit(unit: str, sums: RegionSums) -> str:
    """Return a unit in pixels or, where a spacing is given, in the unit of the spacing."""
    length = "pixel" if set(sums.spacing) == {1.0} else "unit"
    size = f"{length}^{sums.ndim}"
    named = {
        "length": length,
        "length^2": f"{length}^2",
        "size": size,
        "intensity x size": f"intensity x {size}",
    }
    return named.get(unit, unit)


def _described(objects: NDArray[Any] | Regions) -> dict[str, object]:
    dtype = "regions" if isinstance(objects, Regions) else objects.dtype.str
    return {"shape": list(objects.shape), "dtype": dtype}
