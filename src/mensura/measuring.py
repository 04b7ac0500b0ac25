"""Measure the objects of an image: from labels and intensities to a table."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import as_label_frames, as_labels, check_conventions, check_spacing
from mensura.frames import gather_frames
from mensura.measurements.columns import plan_for, table_of
from mensura.measurements.registry import Measurement, Setting, choose
from mensura.measurements.sums import RegionColumns, RegionSums
from mensura.pixels import Pixels, read_pixels
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
    frame_axis: int | None = None,
    mask: ArrayLike | None = None,
    saturation: float | Sequence[float | None] | None = None,
    ddof: int = 0,
    pixel_term: bool = False,
    orientation_reference: str = "rows",
    threads: int | None = None,
) -> Table:
    """Measure every object of an image, or of every frame of a series of images.

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
    frame_axis : int, optional
        The axis of `labels` that counts frames: the points of a time series, or many images of one
        shape. Each frame, 2-D or 3-D, is measured by itself, and equal labels in two frames are two
        objects; `spacing` is that of a frame. `image` and `mask` have the same frames: `image` has
        the shape of all `labels`, save for an axis of channels, which `channel_axis` counts among
        all axes of `image`.
    mask : array_like of bool, optional
        True where a pixel is left out of the intensities, as in :mod:`numpy.ma`: of the shape of
        `labels`, for all channels, or of `image`. Areas and all other geometry stay as they are;
        ``num_masked`` counts what was left out.
    saturation : number or sequence of number or None, optional
        Pixels of this value and above are counted by ``num_saturated``, and left in everywhere;
        one number, finite or not, or one per channel. None: the largest value of the dtype of an
        integer image, no value in a bool image, and infinity in a floating one.
    ddof : int, optional
        ``intensity_var`` and ``intensity_std`` are divided by the number of pixels - `ddof`; NaN
        where that is not positive.
    pixel_term : bool, optional
        Whether the extent of a pixel, 1/12 of its squared size, is added to the second moments of
        the ellipse, as MATLAB does: for axis lengths and what follows from them.
    orientation_reference : {"rows", "columns"}, optional
        What ``orientation`` is measured from: axis 0, along which rows are counted, as in
        scikit-image, or axis 1, as in MATLAB.
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    Table
        One row per object, sorted by label. Columns are named, ordered and typed as by
        :func:`skimage.measure.regionprops_table`: ``area``, ``centroid-0``, ``intensity_mean`` or,
        with channels, ``intensity_mean-DNA``. The label column is int64, and uint64 where the label
        image is. Without objects the table has all columns and no rows. With `frame_axis` the first
        column is ``frame``, int64, the number of the frame from 0; rows are sorted by frame, then
        by label, and a frame without objects has none.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as floating labels, or
        :class:`Regions` with `frame_axis`.
    ValueError
        If shapes differ, a measurement is unknown or needs an image that is missing, or an argument
        has a value that is not allowed.

    Notes
    -----
    Sums over coordinates and over integer images are exact; sums over floating images are made in a
    fixed order in double precision. Results have the same bits for any number of threads, and those
    of a series are the bits of its frames measured one by one. Formulas and sources:
    :func:`mensura.measurements`.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.array([[1, 1, 0], [0, 0, 7]])
    >>> image = np.array([[10, 30, 0], [0, 0, 5]], np.uint8)
    >>> table = ms.measure(labels, image, ["label", "area", "intensity_mean"], spacing=0.5)
    >>> {name: values.tolist() for name, values in table.items()}
    {'label': [1, 7], 'area': [0.5, 0.25], 'intensity_mean': [20.0, 5.0]}

    A film of two frames:

    >>> table = ms.measure(np.stack([labels, labels == 7]), measurements="area", frame_axis=0)
    >>> {name: values.tolist() for name, values in table.items()}
    {'frame': [0, 0, 1], 'area': [2.0, 1.0, 1.0]}
    """
    objects, axis = _objects(labels, frame_axis)
    shape = tuple(length for a, length in enumerate(objects.shape) if a != axis)
    steps = check_spacing(spacing, len(shape), of="labels" if axis is None else "a frame of labels")
    chosen = choose(measurements, Setting(len(shape), image is not None))
    pixels = read_pixels(
        image,
        objects.shape,
        channel_axis=channel_axis,
        channels=channels,
        mask=mask,
        saturation=saturation,
    )
    wanted = pixels if any(entry.needs_image for entry in chosen) else Pixels()
    conventions = check_conventions(ddof, pixel_term, orientation_reference)
    used = threads_for(threads, math.prod(objects.shape))
    if axis is None or isinstance(objects, Regions):
        raw = _gather(objects, wanted, chosen, used)
    else:
        raw = gather_frames(objects, axis, wanted, chosen, used)
    sums = RegionSums(raw, shape, steps, _label_dtype(objects), conventions, used)
    origin = {
        "labels": _described(objects),
        "image": None if image is None else [_described(channel) for channel in pixels.images],
        "channel_axis": pixels.channel_axis,
        "frame_axis": axis,
        "mask": mask is not None,
        "saturation": None if image is None else pixels.saturations,
    }
    return table_of(chosen, sums, pixels.names, origin)


def _objects(
    labels: ArrayLike | Regions, frame_axis: SupportsIndex | None
) -> tuple[NDArray[Any] | Regions, int | None]:
    """Return the objects, and the axis of their frames where there are frames."""
    if frame_axis is None:
        return (labels if isinstance(labels, Regions) else as_labels(labels)), None
    if isinstance(labels, Regions):
        raise TypeError(
            "labels is Regions, which are those of one image and have no frame_axis; pass the mask "
            "or the label images of all frames"
        )
    return as_label_frames(labels, frame_axis)


def _gather(
    objects: NDArray[Any] | Regions,
    pixels: Pixels,
    chosen: list[Measurement],
    threads: int,
) -> RegionColumns:
    plan = plan_for(chosen, objects.ndim, objects.shape)
    raw = _sum(objects, pixels, plan, threads)
    if any("components" in entry.needs for entry in chosen):
        raw["components"] = _components(objects, raw, threads)
    return raw


def _components(
    objects: NDArray[Any] | Regions, raw: RegionColumns, threads: int
) -> NDArray[np.int64]:
    """Return how many components each object has, corners connecting and borders not."""
    if isinstance(objects, Regions):
        if not objects._wraps:  # noqa: SLF001 - a region is one, whatever connects it
            return np.ones(len(raw["label"]), np.int64)
        objects = objects.to_labels(threads=threads)
    elif objects.dtype.kind == "b":
        return np.ones(len(raw["label"]), np.int64)
    return _core.count_components(objects, threads)


def _sum(
    objects: NDArray[Any] | Regions, pixels: Pixels, plan: _core.MeasurePlan, threads: int
) -> RegionColumns:
    rest = (pixels.images, pixels.masks, pixels.saturations, plan, threads)
    if not isinstance(objects, Regions):
        if objects.dtype.kind != "b":
            return _core.measure_labels(objects, *rest)
        if not pixels.images:
            return _core.measure_mask(objects, plan, threads)
        objects = find_regions(objects, threads=threads)
    return _core.measure_regions(objects._native, *rest)  # noqa: SLF001


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
