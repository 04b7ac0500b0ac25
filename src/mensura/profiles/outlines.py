"""Profiles along and across the outlines of objects.

An outline runs along the edges between the pixels of an object and what is not the object, half a
pixel from pixel centers, so that it holds exactly the object's area. Such a staircase is up to
4 / pi too long and has four directions; smoothed along itself (by a Gaussian with twicing, which
hardly shrinks it), it has the length and the normals of the shape behind it. Tracing costs a look
at every pixel and a step per edge.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_labels,
    check_connectivity,
    check_flag,
    check_spacing,
    check_unit,
)
from mensura.labeling import label
from mensura.profiles.reducing import ReducingFunction, check_reduce
from mensura.profiles.resampling import ranges_of
from mensura.profiles.result import Profiles
from mensura.profiles.sampling import (
    Floats,
    Offsets,
    Source,
    Spread,
    check_positive,
    check_sampling,
    make_geometry,
    offsets_of,
    read_source,
    sample,
    spread_across,
)
from mensura.provenance import of_call
from mensura.regions import Regions
from mensura.threads import threads_for

#: Samples of normals that are held at once, where they are averaged.
_AT_ONCE = 1 << 22


def contour_profiles(
    image: ArrayLike,
    labels: ArrayLike | Regions,
    *,
    step: float | None = None,
    smooth: float | None = None,
    offset: float = 0,
    width: float | None = None,
    order: int = 1,
    reduce: str | tuple[str, float] | ReducingFunction = "mean",
    outside: str | float = "nan",
    holes: bool = True,
    connectivity: int | None = None,
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> Profiles:
    """Sample an image along the outline of every object and of every hole.

    Parameters
    ----------
    image : array_like
        2-D, or with one more axis of channels, the last unless `channel_axis` says otherwise. bool,
        integer or floating.
    labels : array_like or Regions
        2-D, as for :func:`mensura.measure`: integers, a mask or regions.
    step : float, optional
        The largest distance of neighboring samples along the outline, in the unit of `spacing`;
        they are as many as are needed, equally distant. Default: one pixel (the smallest of its
        sizes).
    smooth : float, optional
        Standard deviation of the Gaussian by which the outline is smoothed along itself, in the
        unit of `spacing`, at most 1 / (4 pi) of the outline's length. 0: the edges of the pixels as
        they are. Default: two pixels (the smallest of their sizes).
    offset : float, optional
        How far from the outline to sample, in the unit of `spacing`: outside the object where it is
        positive, inside where it is negative. Distances stay those along the outline itself.
    width, order, reduce, outside
        As for :func:`mensura.line_profiles`: samples across the outline, and how to sample.
    holes : bool, optional
        Whether the outlines of holes are sampled too.
    connectivity : {1, 2}, optional
        Whether pixels of an object that touch at a corner alone lie within one outline (2, the
        default) or in two (1).
    spacing : float or sequence of float, optional
        The size of a pixel, one number or one per axis.
    unit : str, optional
        The name of its unit; see :func:`mensura.line_profiles`.
    mask, channel_axis, channels
        As for :func:`mensura.line_profiles`.
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    Profiles
        Closed profiles, one per outline; their `length` is that of the smoothed outline. Keys:
        ``label``; ``outline``, which counts the outlines of a label from 0 in raster order of
        their first corner, the outer one of a component before those of its holes; ``is_hole``.
        The way goes counter-clockwise around an object and clockwise around a hole, as the image
        is shown with row 0 on top, and begins half a step behind its first corner in raster order.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If `labels` is not 2-D, shapes differ, or an argument has a value that is not allowed.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.zeros((7, 9), int)
    >>> labels[2:5, 2:7] = 4
    >>> profiles = ms.contour_profiles(10.0 * labels, labels, smooth=0, offset=-0.5)
    >>> profiles
    Profiles: 1 profile; 16 samples each; closed; distance in pixel, by label, outline, is_hole
    >>> profiles.length.tolist(), np.unique(profiles.values).tolist()
    ([16.0], [40.0])
    """
    objects = _as_flat_labels(labels, connectivity, threads)
    steps = check_spacing(spacing, 2)
    length_unit = check_unit(unit, steps)
    source = _source_of(image, objects.image, mask, channel_axis, channels)
    traced = _trace(objects, threads)
    pitch = min(steps)
    points = traced.points(
        steps,
        smooth=2 * pitch if smooth is None else _check_not_negative(smooth, "smooth"),
        step=pitch if step is None else check_positive(step, "step"),
        step_name="step",
        holes=check_flag(holes, "holes"),
        threads=threads,
    )
    shift = _check_finite(offset, "offset")
    spread = spread_across(width, steps)
    reduction = check_reduce(reduce)
    geometry = make_geometry(
        points.offsets,
        points.shifted(shift),
        spread,
        across=_across(points, spread) if spread.needs_directions else None,
    )
    values, count = sample(source, geometry, check_sampling(order, outside), reduction, threads)
    return Profiles(
        values,
        points.offsets,
        points.distance,
        count,
        keys=points.keys,
        channels=source.names,
        closed=True,
        length=points.lengths,
        unit=length_unit,
        provenance=of_call(
            "contour_profiles",
            **source.described,
            labels=objects.described,
            connectivity=objects.connectivity,
            spacing=steps,
            unit=length_unit,
            step=step,
            smooth=smooth,
            offset=shift,
            width=width,
            order=order,
            reduce=reduction.name,
            outside=outside,
            holes=bool(holes),
        ),
    )


def normal_profiles(
    image: ArrayLike,
    labels: ArrayLike | Regions,
    *,
    inward: float = 5,
    outward: float = 5,
    step: float | None = None,
    along: float | None = None,
    smooth: float | None = None,
    average: bool = True,
    stop_at_neighbors: bool = True,
    holes: bool = False,
    image_border: bool = False,
    order: int = 1,
    outside: str | float = "nan",
    connectivity: int | None = None,
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> Profiles:
    """Sample an image across the outline of every object, along the normals of the outline.

    Where the outline is at distance 0, distances inside the object are negative. A normal ends
    inside where it leaves the object, and outside where it meets the object again or, with
    `stop_at_neighbors`, another one. What it is in is told by the nearest pixel, further than a
    pixel from the outline; nearer than that both sides are part of what is sampled anyway. Of two
    pixels that are as near it is in the one nearer to the outline, but with order 0 in the one that
    is sampled.

    Parameters
    ----------
    image, labels
        As for :func:`contour_profiles`.
    inward, outward : float, optional
        How far to go from the outline, in the unit of `spacing`.
    step : float, optional
        The distance of samples along a normal, in the unit of `spacing`: they lie at ... -step, 0,
        step ... Default: half a pixel (of the smallest of its sizes).
    along : float, optional
        The largest distance of neighboring normals along the outline, in the unit of `spacing`.
        Default: one pixel (the smallest of its sizes).
    smooth : float, optional
        As for :func:`contour_profiles`. With 0 the normals are those of the pixels' edges.
    average : bool, optional
        Whether the profile of an object is the mean over its normals (the default), or each normal
        is a profile of its own.
    stop_at_neighbors : bool, optional
        Whether a normal ends where it meets another object.
    holes : bool, optional
        Whether the outlines of holes are crossed too.
    image_border : bool, optional
        Whether to cross outlines within a pixel of the border of the image, where the object is
        cut off.
    order, outside, mask, channel_axis, channels
        As for :func:`mensura.line_profiles`.
    connectivity, spacing, unit, threads
        As for :func:`contour_profiles`.

    Returns
    -------
    Profiles
        With `average`, one profile per object, with the key ``label``: the mean at each distance
        over the normals that have a sample there; in `count` their number; in `statistics` their
        ``std``, ``min`` and ``max``. An object none of whose outlines is crossed is all NaN.

        Without, one profile per normal, of the samples up to where it ends. Keys: ``normal``, its
        number; ``label``; ``outline`` and ``is_hole`` as for :func:`contour_profiles`;
        ``position``, its distance along the outline; ``point-0`` and ``point-1``, where it crosses
        the outline, in pixels; ``direction-0`` and ``direction-1``, the way out, of length 1 in the
        unit of `spacing`.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If `labels` is not 2-D, shapes differ, or an argument has a value that is not allowed.

    Examples
    --------
    A disk of radius 20 with a bright rim, whose intensity falls to both sides:

    >>> import numpy as np
    >>> import mensura as ms
    >>> y, x = np.mgrid[:61, :61] - 30
    >>> radius = np.hypot(y, x)
    >>> rim = np.exp(-0.5 * (radius - 18) ** 2)
    >>> profiles = ms.normal_profiles(rim, radius < 20, inward=6, outward=4)
    >>> profiles
    Profiles: 1 profile; 21 samples each; distance in pixel, by label
    >>> table = profiles.measure()
    >>> table["peak_position"].tolist(), np.round(table["fwhm"], 1).tolist()
    ([-2.0], [2.6])
    """
    objects = _as_flat_labels(labels, connectivity, threads)
    steps = check_spacing(spacing, 2)
    length_unit = check_unit(unit, steps)
    pitch = min(steps)
    source = _source_of(image, objects.image, mask, channel_axis, channels)
    ways = _Ways(
        _check_not_negative(inward, "inward"),
        _check_not_negative(outward, "outward"),
        pitch / 2 if step is None else check_positive(step, "step"),
    )
    sampling = check_sampling(order, outside)
    points = _trace(objects, threads).points(
        steps,
        smooth=2 * pitch if smooth is None else _check_not_negative(smooth, "smooth"),
        step=pitch if along is None else check_positive(along, "along"),
        step_name="along",
        holes=check_flag(holes, "holes"),
        threads=threads,
    )
    if not check_flag(image_border, "image_border"):
        points = points.away_from_border(objects.image.shape)
    stop = check_flag(stop_at_neighbors, "stop_at_neighbors")
    normals = _Normals(
        points,
        ways,
        objects.image,
        stop_at_neighbors=stop,
        ties_are_behind=order == 0,
        threads=threads,
    )
    provenance = of_call(
        "normal_profiles",
        **source.described,
        labels=objects.described,
        connectivity=objects.connectivity,
        spacing=steps,
        unit=length_unit,
        inward=ways.inward,
        outward=ways.outward,
        step=step,
        along=along,
        smooth=smooth,
        average=check_flag(average, "average"),
        stop_at_neighbors=stop,
        holes=bool(holes),
        image_border=bool(image_border),
        order=order,
        outside=outside,
    )
    make = normals.averaged if average else normals.each
    return make(source, sampling, length_unit, provenance, threads)


# ------------------------------------------------------------------------------------------ objects


@dataclass(frozen=True)
class _Objects:
    """A 2-D label image and the connectivity of its objects."""

    image: NDArray[Any]
    connectivity: int
    described: dict[str, Any]


def _as_flat_labels(
    labels: ArrayLike | Regions, connectivity: int | None, threads: int | None
) -> _Objects:
    if isinstance(labels, Regions):
        if labels.ndim != 2:
            raise ValueError(f"labels must be 2-D to have outlines, not {labels.ndim}-D regions")
        image, dtype = labels.to_labels(threads=threads), "regions"
    else:
        image = as_labels(labels)
        dtype = image.dtype.str
        if image.ndim != 2:
            raise ValueError(f"labels must be 2-D to have outlines, not of shape {image.shape}")
    checked = check_connectivity(connectivity, 2)
    if image.dtype.kind == "b":
        image = label(image, connectivity=checked, threads=threads)
    return _Objects(image, checked, {"shape": list(image.shape), "dtype": dtype})


def _source_of(
    image: ArrayLike,
    labels: NDArray[Any],
    mask: ArrayLike | None,
    channel_axis: int | None,
    channels: Iterable[str] | None,
) -> Source:
    if channel_axis is None and np.ndim(image) == 3:
        channel_axis = 2
    source = read_source(
        image, 2, mask=mask, channel_axis=channel_axis, channels=channels, of="labels"
    )
    if source.shape != labels.shape:
        raise ValueError(
            f"image has shape {source.shape} (without channels) and labels {labels.shape}; they "
            "must be equal"
        )
    return source


@dataclass(frozen=True)
class _Traced:
    native: _core.Outlines
    labels: NDArray[Any]

    def points(
        self,
        spacing: tuple[float, ...],
        *,
        smooth: float,
        step: float,
        step_name: str,
        holes: bool,
        threads: int | None,
    ) -> "_Points":
        """Return equally distant points along all outlines, or along those not of holes."""
        used = threads_for(threads, 32 * len(self.native.corners))
        try:
            points, normals, distance, offsets, lengths = self.native.points(
                (spacing[0], spacing[1]), smooth, step, used
            )
        except ValueError as error:
            raise ValueError(f"{step_name} is {step:g}, which makes {error}") from None
        is_hole = self.native.is_hole
        new = np.flatnonzero(np.diff(self.labels, prepend=self.labels[:1]) != 0)
        first = np.concatenate([[0], new])[: len(self.labels)]
        sizes = np.diff(np.append(first, len(self.labels)))
        outline = np.arange(len(self.labels)) - np.repeat(first, sizes)
        keys = {"label": self.labels, "outline": outline, "is_hole": is_hole}
        all_points = _Points(points, normals, distance, offsets, lengths, keys, spacing)
        return all_points if holes else all_points.outlines(~is_hole)


def _trace(objects: _Objects, threads: int | None) -> _Traced:
    native = _core.trace_outlines(
        objects.image, objects.connectivity == 2, threads_for(threads, objects.image.size)
    )
    is_uint64 = objects.image.dtype.kind == "u" and objects.image.dtype.itemsize == 8
    return _Traced(native, native.labels if is_uint64 else native.labels.astype(np.int64))


@dataclass(frozen=True)
class _Points:
    """Points along outlines, with the normal at each.

    Attributes
    ----------
    places : (P, 2) array
        In pixels.
    normals : (P, 2) array
        Of length 1 in the unit of the spacing, away from the object.
    distance : (P,) array
        Along the outline, in the unit of the spacing.
    offsets : (N + 1,) array
        The first point of each outline.
    lengths : (N,) array
    keys : dict of (N,) arrays
    spacing : tuple of float
    """

    places: Floats
    normals: Floats
    distance: Floats
    offsets: Offsets
    lengths: Floats
    keys: dict[str, NDArray[Any]]
    spacing: tuple[float, ...]

    def outlines(self, keep: NDArray[np.bool_]) -> "_Points":
        """Return some of the outlines."""
        kept = self._chosen(np.repeat(keep, np.diff(self.offsets)))
        keys = {name: of_each[keep] for name, of_each in self.keys.items()}
        offsets = np.append(kept.offsets[:-1][keep], kept.offsets[-1])
        return _Points(
            kept.places,
            kept.normals,
            kept.distance,
            offsets,
            self.lengths[keep],
            keys,
            self.spacing,
        )

    def away_from_border(self, shape: tuple[int, ...]) -> "_Points":
        """Return the points at least a pixel away from the border of an image."""
        inside = (self.places >= 0.5) & (self.places <= np.array(shape) - 1.5)
        return self._chosen(inside[:, 0] & inside[:, 1])

    def _chosen(self, keep: NDArray[np.bool_]) -> "_Points":
        if keep.all():
            return self
        before = np.concatenate([[0], np.cumsum(keep)])
        return _Points(
            self.places[keep],
            self.normals[keep],
            self.distance[keep],
            before[self.offsets],
            self.lengths,
            self.keys,
            self.spacing,
        )

    def steps(self, length: float) -> Floats:
        """Return steps of a length along the normals, in pixels."""
        return self.normals * (length / np.array(self.spacing))

    def shifted(self, length: float) -> Floats:
        """Return the places at a distance from the outlines."""
        return self.places if length == 0 else self.places + self.steps(length)

    def of_each_point(self, name: str) -> NDArray[Any]:
        """Return a key for each point."""
        return np.repeat(self.keys[name], np.diff(self.offsets))


def _across(points: _Points, spread: Spread) -> Floats:
    return np.ascontiguousarray(points.steps(spread.pitch)[:, np.newaxis])


# ------------------------------------------------------------------------------------------ normals


class _Ways:
    """How far normals go, and in which steps."""

    def __init__(self, inward: float, outward: float, step: float) -> None:
        self.inward, self.outward, self.step = inward, outward, step
        # A hair more, so that a whole number of steps stays one in floating point.
        self.steps_inward = math.floor(inward / step * (1 + 1e-12))
        self.steps_outward = math.floor(outward / step * (1 + 1e-12))
        if self.steps_inward + self.steps_outward > 1 << 20:
            raise ValueError(
                f"inward is {inward:g} and outward {outward:g}, which makes over a million samples "
                f"of each normal where step is {step:g}"
            )

    @property
    def axis(self) -> Floats:
        """The distances of all samples."""
        return self.step * np.arange(-self.steps_inward, self.steps_outward + 1.0)


class _Normals:
    """Ways across outlines, each as far as it goes."""

    def __init__(
        self,
        points: _Points,
        ways: _Ways,
        labels: NDArray[Any],
        *,
        stop_at_neighbors: bool,
        ties_are_behind: bool,
        threads: int | None,
    ) -> None:
        self._points, self._ways = points, ways
        self._steps = points.steps(ways.step)
        self._label = points.of_each_point("label")
        used = threads_for(threads, len(self._label) * len(ways.axis))
        self._first, last = _core.reach_across(
            labels,
            points.places,
            self._steps,
            self._label.astype(np.uint64),
            ways.steps_inward,
            ways.steps_outward,
            math.ceil(max(points.spacing) / ways.step) - 1,
            stop_at_neighbors,
            ties_are_behind,
            used,
        )
        self._sizes = last - self._first + 1

    def _sampled(
        self, normals: slice, source: Source, sampling: _core.Sampling, threads: int | None
    ) -> tuple[Floats, NDArray[np.int64], Offsets]:
        """Return values, numbers of valid samples and offsets of some normals."""
        offsets = offsets_of(self._sizes[normals], "step")
        first = self._first[normals, np.newaxis] * self._steps[normals]
        spread = spread_across(None, self._points.spacing)
        geometry = make_geometry(
            offsets, self._points.places[normals] + first, spread, steps=self._steps[normals]
        )
        values, count = sample(source, geometry, sampling, check_reduce("mean"), threads)
        return values, count, offsets

    def each(
        self,
        source: Source,
        sampling: _core.Sampling,
        unit: str,
        provenance: dict[str, Any],
        threads: int | None,
    ) -> Profiles:
        """Return each normal as a profile."""
        values, count, offsets = self._sampled(slice(None), source, sampling, threads)
        place = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - self._first, self._sizes)
        points = self._points
        keys: dict[str, NDArray[Any]] = {"normal": np.arange(len(self._label))}
        keys |= {name: points.of_each_point(name) for name in points.keys}
        keys["position"] = points.distance
        for axis in range(2):
            keys[f"point-{axis}"] = points.places[:, axis]
        for axis in range(2):
            keys[f"direction-{axis}"] = points.normals[:, axis]
        return Profiles(
            values,
            offsets,
            self._ways.step * place,
            count,
            keys=keys,
            key_units={"position": unit, "point-0": "pixel", "point-1": "pixel"},
            channels=source.names,
            unit=unit,
            provenance=provenance,
        )

    def averaged(
        self,
        source: Source,
        sampling: _core.Sampling,
        unit: str,
        provenance: dict[str, Any],
        threads: int | None,
    ) -> Profiles:
        """Return the mean over the normals of each object."""
        ids, objects = self._objects()
        axis = self._ways.axis
        shape = (len(ids), len(axis), len(source.images))
        count = np.empty(shape, np.int64)
        found = {name: np.empty(shape) for name in ("mean", "std", "min", "max")}
        for start, stop in self._blocks(objects, len(source.images)):
            part = slice(*objects[[start, stop]].tolist())
            values, _, offsets = self._sampled(part, source, sampling, threads)
            columns = _core.average_crossings(
                values,
                shape[2],
                offsets,
                self._first[part] + self._ways.steps_inward,
                shape[1],
                objects[start : stop + 1] - objects[start],
                threads_for(threads, values.size),
            )
            rows = (stop - start, *shape[1:])
            count[start:stop] = columns[0].reshape(rows)
            for name, column in zip(found, columns[1:], strict=True):
                found[name][start:stop] = column.reshape(rows)
        flat = (-1,) if source.names is None else (-1, shape[2])
        means = found.pop("mean")
        return Profiles(
            means.reshape(flat),
            np.arange(len(ids) + 1) * len(axis),
            np.tile(axis, len(ids)),
            count.reshape(flat),
            keys={"label": ids},
            channels=source.names,
            statistics={name: values.reshape(flat) for name, values in found.items()},
            unit=unit,
            provenance=provenance,
        )

    def _objects(self) -> tuple[NDArray[Any], Offsets]:
        """Return the labels, and the first normal of each, then the number of normals."""
        ids, first = np.unique(self._points.keys["label"], return_index=True)
        return ids, np.append(self._points.offsets[:-1][first], self._points.offsets[-1])

    def _blocks(self, objects: Offsets, channels: int) -> Iterator[tuple[int, int]]:
        """Return ranges of objects with about as many samples as are held at once."""
        samples = np.concatenate([[0], np.cumsum(self._sizes)])[objects] * channels
        return ranges_of(samples, _AT_ONCE)


# ------------------------------------------------------------------------------------------- checks


def _check_finite(value: object, name: str) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not math.isfinite(float(value)):
        raise ValueError(f"{name} must be finite, not {value!r}")
    return float(value)


def _check_not_negative(value: object, name: str) -> float:
    number = _check_finite(value, name)
    if number < 0:
        raise ValueError(f"{name} must be at least 0, not {value!r}")
    return number
