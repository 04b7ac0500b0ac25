"""Profiles along paths: polylines and splines by arc length, straightened images, kymographs."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_image,
    axis_of,
    check_channel_names,
    check_spacing,
    check_unit,
    split_mask,
)
from mensura.profiles.curves import Polylines, read_curves
from mensura.profiles.moving_frames import moving_frames
from mensura.profiles.path_image import PathImage
from mensura.profiles.reducing import ReducingFunction, Reduction, check_reduce
from mensura.profiles.result import Profiles
from mensura.profiles.sampling import (
    TOLERANCE,
    Floats,
    Geometry,
    Offsets,
    Spread,
    check_along,
    check_positive,
    check_sampling,
    check_sizes,
    directions_across,
    even_offsets,
    make_geometry,
    offsets_of,
    read_source,
    sample,
    sample_images,
    spread_across,
    uneven_row,
)
from mensura.provenance import of_call


def path_profiles(
    image: ArrayLike,
    paths: ArrayLike | Sequence[ArrayLike],
    *,
    width: float | None = None,
    step: float | None = None,
    n: int | None = None,
    endpoint: bool = True,
    spline: bool = False,
    order: int = 1,
    reduce: str | tuple[str, float] | ReducingFunction = "mean",
    outside: str | float = "nan",
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> Profiles:
    """Sample an image along paths of any number of vertices.

    Distances are measured along the path, so corners count in full, and the last vertex is sampled.

    Parameters
    ----------
    image : array_like, 2-D or 3-D, and an axis of channels where `channel_axis` says so
        bool, integer or floating. Pixels that are NaN or infinite are left out.
    paths : sequence of (n_i, ndim) array_like, or (n, ndim) array, or (vertices, offsets)
        The vertices of each path, in pixels: (z,) y, x, at least two. One array is one path; a
        tuple of all vertices (V, ndim) and of integers (N + 1,) is N paths, path i being vertices
        ``offsets[i]`` to ``offsets[i + 1]``. A path with a vertex that is not finite has one
        sample, NaN.
    width : float, optional
        How wide the band across the path is (in a volume, the tube around it), in the unit of
        `spacing`; see :func:`line_profiles`. At a corner it lies halfway between both sides.
        Default: one sample.
    step : float, optional
        The distance of neighboring samples along the path, in the unit of `spacing`. Default: one
        pixel (the smallest of its sizes).
    n : int, optional
        Instead of `step`: the number of samples of every path, equally spaced, both ends included.
    endpoint : bool, optional
        Whether, with `step`, the last vertex is sampled too where the last step does not reach it.
    spline : bool, optional
        Whether a path is not the polyline but the natural cubic spline through its vertices.
    order, reduce, outside, spacing, unit, mask, channel_axis, channels, threads : optional
        See :func:`line_profiles`.

    Returns
    -------
    Profiles
        One profile per path, in their order; float64 whatever the image.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If shapes differ, a path has fewer than two vertices, or an argument has a value that is not
        allowed.
    RuntimeError
        If a function of yours fails; the message names the path.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> image = np.add.outer(10 * np.arange(5), np.arange(6))
    >>> profiles = ms.path_profiles(image, [[[0, 0], [3, 0], [3, 4]], [[4, 5], [4, 3]]], step=2)
    >>> profiles[0].values, profiles[0].distance
    (array([ 0., 20., 31., 33., 34.]), array([0., 2., 4., 6., 7.]))
    """
    curves = _curves(paths, spline, spacing, "paths")
    length_unit = check_unit(unit, curves.spacing)
    source = read_source(
        image,
        curves.vertices.shape[1],
        mask=mask,
        channel_axis=channel_axis,
        channels=channels,
        of="paths",
    )
    offsets, distance = _placed(curves, step, n, endpoint)
    geometry = _geometry(curves, offsets, distance, spread_across(width, curves.spacing))
    reduction = check_reduce(reduce)
    values, count = sample(source, geometry, check_sampling(order, outside), reduction, threads)
    return Profiles(
        values,
        offsets,
        distance,
        count,
        keys={"profile": np.arange(len(offsets) - 1)},
        channels=source.names,
        unit=length_unit,
        provenance=of_call(
            "path_profiles",
            **source.described,
            spacing=curves.spacing,
            unit=length_unit,
            width=width,
            step=step,
            n=n,
            endpoint=endpoint,
            spline=spline,
            order=order,
            outside=outside,
            reduce=reduction.name,
        ),
    )


def straighten(
    image: ArrayLike,
    path: ArrayLike,
    width: float,
    *,
    step: float | None = None,
    spline: bool = True,
    order: int = 1,
    outside: str | float = "nan",
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> PathImage:
    """Return the band along a path as a straight image, in a volume the bar as a straight volume.

    Parameters
    ----------
    image : array_like, 2-D or 3-D, and an axis of channels where `channel_axis` says so
        bool, integer or floating.
    path : (n, ndim) array_like
        The vertices, in pixels: (z,) y, x.
    width : float
        How wide the band is, in the unit of `spacing`: so many pixels across, as are whole. In a
        volume both ways across.
    step : float, optional
        The distance of neighboring samples along the path. Default: one pixel.
    spline : bool, optional
        Whether the path is the natural cubic spline through the vertices, or the polyline.
    order, outside, spacing, unit, mask, channel_axis, channels, threads : optional
        See :func:`line_profiles`.

    Returns
    -------
    PathImage
        An image that can be used as an array: (along, across), in a volume (along, across, across),
        with channels (..., C); its ``axes`` tell where samples lie along and across.

        Across, samples are one pixel apart (with pixels that are not square, the smallest of their
        sizes) and centered on the path; in an image they run to the right of who walks along it and
        sees rows downwards. For a path along a row they are rows.

        In a volume the first direction across begins along z, as nearly as is possible (along y, if
        the path begins more along z than along another axis), and both turn about the path as
        little as can be (a rotation-minimizing frame), so that a bent path is not twisted as well.
        The second completes a frame that is not mirrored: a path along z gives planes of y and x,
        one along x planes of z and y.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If an argument has a shape or a value that is not allowed.

    Notes
    -----
    W. Wang, B. Juttler, D. Zheng, Y. Liu, "Computation of rotation minimizing frames", ACM
    Transactions on Graphics 27 (2008).

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> image = np.add.outer(10 * np.arange(5), np.arange(6))
    >>> straight = ms.straighten(image, [[2, 1], [2, 4]], 3)
    >>> straight.values
    array([[11., 21., 31.],
           [12., 22., 32.],
           [13., 23., 33.],
           [14., 24., 34.]])
    >>> straight.axes
    {'distance': array([0., 1., 2., 3.]), 'across': array([-1.,  0.,  1.])}
    """
    curves = _curves(_one_path(path), spline, spacing, "path")
    length_unit = check_unit(unit, curves.spacing)
    ndim = curves.vertices.shape[1]
    source = read_source(
        image, ndim, mask=mask, channel_axis=channel_axis, channels=channels, of="path"
    )
    _, distance = _placed(curves, step, None, endpoint=False)
    pitch = min(curves.spacing)
    # Positions in one direction across, and the same in the other.
    band = spread_across(_whole_width(width, curves.spacing), (pitch, pitch))
    points, tangents = curves.at(np.zeros(len(distance), np.int64), distance)
    if ndim == 2:
        across = directions_across(tangents, band, curves.spacing)
    else:
        sizes = np.array(curves.spacing)
        across = moving_frames(points * sizes, tangents) * (pitch / sizes)
    grid = points
    for k in range(ndim - 1):
        direction = across[:, k].reshape(len(points), *(1,) * (k + 1), ndim)
        grid = grid[..., np.newaxis, :] + band.offsets * direction
    every = np.array([0, grid.size // ndim])
    geometry = make_geometry(
        every, np.ascontiguousarray(grid.reshape(-1, ndim)), spread_across(None, curves.spacing)
    )
    sampling = check_sampling(order, outside)
    values, count = sample(source, geometry, sampling, check_reduce("mean"), threads)
    shape = (*grid.shape[:-1], *values.shape[1:])
    sides = ["across"] if ndim == 2 else ["across-0", "across-1"]
    return PathImage(
        values.reshape(shape),
        count.reshape(shape),
        {"distance": distance} | dict.fromkeys(sides, pitch * band.offsets[:, 0]),
        channels=source.names,
        unit=length_unit,
        provenance=of_call(
            "straighten",
            **source.described,
            spacing=curves.spacing,
            unit=length_unit,
            width=width,
            step=step,
            spline=spline,
            order=order,
            outside=outside,
        ),
    )


def kymograph(
    stack: ArrayLike,
    path: ArrayLike,
    *,
    width: float | None = None,
    step: float | None = None,
    n: int | None = None,
    endpoint: bool = False,
    spline: bool = False,
    order: int = 1,
    reduce: str | tuple[str, float] | ReducingFunction = "mean",
    outside: str | float = "nan",
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    frame_axis: int = 0,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> PathImage:
    """Sample every frame of a stack along one path: an image of path over time.

    Where to sample is worked out once for all frames and channels.

    Parameters
    ----------
    stack : array_like
        Frames, 2-D or 3-D, and an axis of channels where `channel_axis` says so. bool, integer or
        floating.
    path : (n, ndim) array_like
        The vertices, in pixels: (z,) y, x. Two are a straight line.
    width, step, n, spline, order, reduce, outside : optional
        See :func:`path_profiles`.
    endpoint : bool, optional
        Whether, with `step`, the last vertex is sampled too where the last step does not reach it.
        The last column is then nearer to its neighbor than the others are.
    spacing : float or sequence of float, optional
        The size of a pixel of a frame, one number or one per axis.
    unit : str, optional
        The name of its unit; see :func:`line_profiles`.
    mask : array_like of bool, optional
        True where a pixel is left out, of the shape of a frame (of one channel).
    frame_axis, channel_axis : int, optional
        The axes of `stack` that hold frames and channels.
    channels : sequence of str, optional
        The names of the channels, instead of 0, 1 ...
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    PathImage
        An image that can be used as an array: (frames, samples), with channels (frames, samples,
        C). Its ``distance`` tells where along the path samples lie, its ``count`` how many samples
        across are behind each.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If an argument has a shape or a value that is not allowed.
    RuntimeError
        If a function of yours fails; the message names the frame and the channel.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> frame = np.add.outer(10 * np.arange(5), np.arange(6))
    >>> image = ms.kymograph([frame, frame + 100], [[2, 1], [2, 4]], width=3)
    >>> image.values
    array([[ 21.,  22.,  23.,  24.],
           [121., 122., 123., 124.]])
    >>> image.distance, image.count[0]
    (array([0., 1., 2., 3.]), array([3, 3, 3, 3]))
    """
    curves = _curves(_one_path(path), spline, spacing, "path")
    length_unit = check_unit(unit, curves.spacing)
    array = as_image(stack, "stack")
    frames, axes = _frames(array, curves.vertices.shape[1], frame_axis, channel_axis)
    names = check_channel_names(channels, frames.shape[1], channel_axis is not None)
    offsets, distance = _placed(curves, step, n, endpoint)
    geometry = _geometry(curves, offsets, distance, spread_across(width, curves.spacing))
    reduction = check_reduce(reduce)
    values, count = _sampled_frames(
        frames,
        None if mask is None else split_mask(mask, frames.shape[2:], 1, None, "a frame")[0],
        names,
        geometry=geometry,
        sampling=check_sampling(order, outside),
        reduction=reduction,
        threads=threads,
    )
    if channel_axis is None:
        values, count = values[:, 0], count[:, 0]
    else:
        values, count = np.moveaxis(values, 1, 2), np.moveaxis(count, 1, 2)
    return PathImage(
        values,
        count,
        {"frame": np.arange(len(frames)), "distance": distance},
        channels=names,
        unit=length_unit,
        provenance=of_call(
            "kymograph",
            image={"shape": list(array.shape), "dtype": array.dtype.str},
            frame_axis=axes[0],
            channel_axis=None if channel_axis is None else axes[1],
            mask=mask is not None,
            spacing=curves.spacing,
            unit=length_unit,
            width=width,
            step=step,
            n=n,
            endpoint=endpoint,
            spline=spline,
            order=order,
            outside=outside,
            reduce=reduction.name,
        ),
    )


def _sampled_frames(
    frames: NDArray[Any],
    mask: NDArray[np.uint8] | None,
    names: tuple[str, ...] | None,
    *,
    geometry: Geometry,
    sampling: _core.Sampling,
    reduction: Reduction,
    threads: int | None,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return values and numbers of valid samples of all frames: (frames, channels, samples)."""
    images = [channel for frame in frames for channel in frame]
    values = np.empty((*frames.shape[:2], geometry.samples))

    def place(_: int, image: int) -> str:
        frame, channel = divmod(image, frames.shape[1])
        return f"the path in frame {frame}" + (
            "" if names is None else f", channel {names[channel]}"
        )

    count = sample_images(
        images,
        [mask] * len(images),
        geometry,
        sampling,
        reduction,
        into=values.reshape(len(images), geometry.samples),
        threads=threads,
        name_of=place,
    )
    if count is None:
        return values, np.broadcast_to(np.int64(geometry.across), values.shape)
    return values, count.reshape(values.shape)


def _whole_width(width: float, spacing: tuple[float, ...]) -> float:
    """Return the width of as many whole pixels, at least one, as a width holds."""
    pitch = min(spacing)
    return max(1.0, float(np.floor(check_positive(width, "width") / pitch + TOLERANCE))) * pitch


def _frames(
    array: NDArray[Any], ndim: int, frame_axis: int, channel_axis: int | None
) -> tuple[NDArray[Any], list[int]]:
    """Return the stack with an axis of frames, one of channels, and those of a frame.

    With it, which axes of the stack hold the frames and, where there are any, the channels.
    """
    axes = [axis_of(array, "stack", frame_axis, "frame_axis", "an integer")]
    if channel_axis is not None:
        axes.append(axis_of(array, "stack", channel_axis, "channel_axis"))
        if axes[0] == axes[1]:
            raise ValueError(f"frame_axis and channel_axis are both {axes[0]}")
    if array.ndim != ndim + len(axes):
        raise ValueError(
            f"stack has {array.ndim} axes (shape {array.shape}); path has {ndim} coordinates, so "
            f"{ndim + len(axes)} are needed, with one of frames"
            + (" and one of channels" if len(axes) == 2 else "")
        )
    moved = np.moveaxis(array, axes, range(len(axes)))
    with_channels = moved if len(axes) == 2 else moved[:, np.newaxis]
    if 0 in with_channels.shape[2:]:
        raise ValueError(f"stack has shape {array.shape}, which holds no pixel")
    return with_channels, axes


def _one_path(path: Any) -> NDArray[Any]:
    try:
        return np.asarray(path)
    except ValueError:
        raise ValueError(
            f"path must have shape (n, ndim), one vertex per row{uneven_row(path, 'path')}"
        ) from None


def _curves(paths: Any, spline: bool, spacing: Any, name: str) -> Polylines:
    if name == "path" and paths.ndim != 2:
        raise ValueError(f"path must have shape (n, ndim), one vertex per row, not {paths.shape}")
    return read_curves(paths, spline, lambda axes: check_spacing(spacing, axes, of="image"), name)


def _placed(
    curves: Polylines, step: float | None, n: int | None, endpoint: bool
) -> tuple[Offsets, Floats]:
    """Return where the samples of each curve begin, and their distances from its start."""
    along = check_along(step, n, endpoint, min(curves.spacing))
    if along.number is not None:
        offsets = even_offsets(along.number, len(curves.lengths), "n")
        steps = curves.lengths / max(along.number - 1, 1)
        reaches_end = np.full(len(steps), along.number > 1)
    else:
        parts = np.where(np.isfinite(curves.lengths), curves.lengths, 0) / along.step
        whole = np.floor(parts + TOLERANCE)
        rest = parts - whole > TOLERANCE
        sizes = check_sizes(whole + 1 + (rest if along.endpoint else 0), "step")
        steps = np.full(len(sizes), along.step)
        reaches_end = (sizes > 1) & (along.endpoint | ~rest)
        offsets = offsets_of(sizes, "step")
    sizes = np.diff(offsets)
    numbers = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
    distance = numbers * np.repeat(steps, sizes)
    distance[offsets[1:][reaches_end] - 1] = curves.lengths[reaches_end]
    return offsets, distance


def _geometry(curves: Polylines, offsets: Offsets, distance: Floats, spread: Spread) -> Geometry:
    curve = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    points, tangents = curves.at(curve, distance)
    across = (
        directions_across(tangents, spread, curves.spacing) if spread.needs_directions else None
    )
    return make_geometry(offsets, points, spread, across=across)
