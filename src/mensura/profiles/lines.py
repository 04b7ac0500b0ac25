"""Profiles along straight lines, any number of them in one call."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mensura.arguments import check_spacing, check_unit
from mensura.profiles.placing import Lines, Segments, as_imagej, as_scikit_image, at_step, so_many
from mensura.profiles.reducing import ReducingFunction, check_reduce
from mensura.profiles.result import Profiles
from mensura.profiles.sampling import (
    Floats,
    Source,
    Spread,
    as_points,
    check_along,
    check_sampling,
    directions_across,
    make_geometry,
    read_source,
    sample,
    spread_across,
)
from mensura.provenance import of_call

#: What `like` may be.
PRESETS = ("imagej", "skimage")


def line_profiles(
    image: ArrayLike,
    starts: ArrayLike,
    stops: ArrayLike,
    *,
    width: float | None = None,
    step: float | None = None,
    n: int | None = None,
    endpoint: bool = False,
    order: int = 1,
    reduce: str | tuple[str, float] | ReducingFunction = "mean",
    outside: str | float = "nan",
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    like: str | None = None,
    threads: int | None = None,
) -> Profiles:
    """Sample an image along straight lines.

    Parameters
    ----------
    image : array_like, 2-D or 3-D, and an axis of channels where `channel_axis` says so
        bool, integer or floating. Pixels that are NaN or infinite are left out.
    starts, stops : array_like, (N, ndim)
        Where each line begins and ends, in pixels: (z,) y, x, pixel centers at whole numbers. A
        line of no length has one sample; so has one with an end that is NaN or infinite, and it is
        NaN.
    width : float, optional
        How wide the band across each line is (in a volume: the diameter of the tube around it), in
        the unit of `spacing`. Samples across lie one pixel apart (with pixels that are not square,
        the smallest of their sizes). A width of m pixels has m samples, centered on the line; what
        is left of a width that is not whole adds one sample on either side with half of it for a
        weight. In a volume a sample weighs as much of its pixel as lies in the tube. Default: one
        sample.
    step : float, optional
        The distance of neighboring samples, in the unit of `spacing`: samples lie at 0, step,
        2 step ... as far as the line goes. Default: one pixel (the smallest of its sizes).
    n : int, optional
        Instead of `step`: the number of samples of every line, both ends included.
    endpoint : bool, optional
        Whether, with `step`, the end of the line is sampled too where the last step does not reach
        it.
    order : {0, 1, 3}, optional
        Nearest pixel (of two, the one behind; of a mirrored image, of the position in the image
        itself), linear, or cubic (Catmull-Rom, the kernel of Keys
        with a = -1/2; through the pixels, without a prefilter).
    reduce : str, tuple or callable, optional
        What the samples across become: "mean", "sum", "min", "max", "std" (of the whole),
        "median", ("quantile", q), or a function of yours (:func:`profile_reducer`). Weights count
        in mean, sum (value x weight: with a width of m pixels, the sum of m samples; in a volume
        of as many as the area of the disc) and std.
    outside : {"nan", "nearest", "reflect"} or number, optional
        What lies beyond the centers of the outermost pixels (with order 0, beyond the pixels):
        nothing, so that samples there are left out; the nearest pixel; the image mirrored at its
        edges (d c b a | a b c d | d c b a); a constant.
    spacing : float or sequence of float, optional
        The size of a pixel, one number or one per axis. Distances, `width` and `step` are in its
        unit; positions stay in pixels.
    unit : str, optional
        The name of that unit, such as "µm", for tables and pictures. Default: "pixel", or "unit"
        where `spacing` is given.
    mask : array_like of bool, optional
        True where a pixel is left out, of the shape of `image` or of one channel.
    channel_axis : int, optional
        The axis of `image` that holds channels.
    channels : sequence of str, optional
        Their names, instead of 0, 1 ...
    like : {"imagej", "skimage"}, optional
        Place samples, and sample beyond the image, as ImageJ's Plot Profile or as
        :func:`skimage.measure.profile_line` do; see Notes.
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    Profiles
        One profile per line, in their order; float64 whatever the image. `count` is how many
        samples across are behind each value. Where there is none the value is NaN.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If shapes differ, or an argument has a value that is not allowed.
    RuntimeError
        If a function of yours fails; the message names the line.

    Notes
    -----
    A pixel that is masked, NaN or infinite does not take part: the weights of its neighbors are
    scaled up (cubic becomes linear there), and a sample without any pixel is left out of what is
    reduced. A pixel of weight 0 does not matter at all.

    ``like="skimage"``: ceil(length) + 1 samples, equally spaced, both ends included, mirrored
    beyond the image, and an even width on both sides of the line: equal to scikit-image 0.26 for
    floating images with orders 0 and 1 (it rounds the samples of integer images; its order 3 is a
    B-spline, an error here).

    ``like="imagej"``: floor(length + 1/2) steps of equal length and so many samples plus one (one
    fewer on a vertical line as long as the image is high and a horizontal one as long as it is
    wide), of the nearest pixel up to one pixel beyond the centers of the outermost, 0 beyond; which
    samples are beyond is told by places that are added up step by step, as ImageJ does. One sample
    across, order 1, 2-D: ImageJ's lines of a width and its polylines are other procedures, which
    are not offered. Distances are i x step, where ImageJ writes i x pixel width.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> image = np.add.outer(10 * np.arange(5), np.arange(6))
    >>> profiles = ms.line_profiles(image, [[0, 0], [2, 1]], [[4, 3], [2, 4]], step=2.5)
    >>> profiles[0].values, profiles[0].distance
    (array([ 0. , 21.5, 43. ]), array([0. , 2.5, 5. ]))
    >>> profiles[1].values
    array([21. , 23.5])
    """
    segments = _as_segments(starts, stops, spacing)
    length_unit = check_unit(unit, segments.spacing)
    ndim = segments.starts.shape[1]
    source = read_source(
        image, ndim, mask=mask, channel_axis=channel_axis, channels=channels, of="starts"
    )
    options = {
        "step": step,
        "n": n,
        "endpoint": endpoint,
        "width": width,
        "order": order,
        "outside": outside,
    }
    if like is None:
        lines = _placed(segments, step, n, endpoint)
    else:
        lines = _placed_like(like, segments, source, options)
        outside = "reflect" if like == "skimage" else "nearest"
    spread = spread_across(width, segments.spacing)
    geometry = make_geometry(
        lines.offsets,
        segments.starts,
        spread,
        steps=lines.steps,
        ends=lines.ends,
        across=_across(segments, spread),
    )
    sampling = check_sampling(order, outside)
    reduction = check_reduce(reduce)
    values, count = sample(source, geometry, sampling, reduction, threads)
    if like == "imagej":
        _zero_far_outside(values, lines, source.shape)
    return Profiles(
        values,
        lines.offsets,
        partial(lines.distances, threads),
        count,
        keys={"profile": np.arange(len(segments.starts))},
        channels=source.names,
        unit=length_unit,
        provenance=of_call(
            "line_profiles",
            **source.described,
            spacing=segments.spacing,
            unit=length_unit,
            **options,
            reduce=reduction.name,
            like=like,
        ),
    )


def _as_segments(starts: ArrayLike, stops: ArrayLike, spacing: float | Sequence[float]) -> Segments:
    begins = as_points(starts, "starts")
    finishes = as_points(stops, "stops", begins.shape[1])
    if begins.shape != finishes.shape:
        both = min(len(begins), len(finishes))
        longer, other = ("starts", "stop") if len(begins) > both else ("stops", "start")
        raise ValueError(
            f"starts has {len(begins)} positions and stops {len(finishes)}; {longer}[{both}] has "
            f"no {other}"
        )
    known = np.isfinite(begins) & np.isfinite(finishes)
    if not known.all():
        unknown = ~known.all(axis=1, keepdims=True)
        begins, finishes = (np.where(unknown, np.nan, ends) for ends in (begins, finishes))
    return Segments(begins, finishes, check_spacing(spacing, begins.shape[1], of="image"))


def _across(segments: Segments, spread: Spread) -> Floats | None:
    if not spread.needs_directions:
        return None
    tangents = segments.change * segments.spacing
    return directions_across(tangents, spread, segments.spacing)


def _placed(segments: Segments, step: float | None, n: int | None, endpoint: bool) -> Lines:
    """Return samples at a step, or so many of them."""
    along = check_along(step, n, endpoint, min(segments.spacing))
    if along.number is None:
        return at_step(segments, along.step, along.endpoint)
    return so_many(segments, along.number)


def _placed_like(
    like: str, segments: Segments, source: Source, options: Mapping[str, Any]
) -> Lines:
    """Return samples as another program places them."""
    if like not in PRESETS:
        raise ValueError(f"like must be one of {', '.join(PRESETS)}, or None, not {like!r}")
    decided = {"step": None, "n": None, "endpoint": False, "outside": "nan"}
    for name, default in decided.items():
        if options[name] != default:
            raise ValueError(f"{name} is what like={like!r} decides; leave it out")
    if like == "skimage":
        if options["order"] == 3:
            raise ValueError(
                "order 3 of scikit-image is a B-spline, which is not offered; like='skimage' is "
                "for orders 0 and 1"
            )
        return as_scikit_image(segments)
    if options["width"] is not None:
        raise ValueError(
            "width is not for like='imagej', whose lines of a width run along a spline of their own"
        )
    if options["order"] != 1:
        raise ValueError(f"order must be 1 where like='imagej', not {options['order']}")
    if segments.starts.shape[1] != 2:
        raise ValueError("like='imagej' is for 2-D images, and starts has 3 coordinates")
    return as_imagej(segments, source.shape)


def _zero_far_outside(values: Floats, lines: Lines, shape: tuple[int, ...]) -> None:
    """Set samples to 0 that are more than a pixel beyond the centers of the outermost.

    ImageJ adds one step after the other, and what is rounded adds up. That matters where it carries
    a sample over the edge, and so lines are walked that have one near to it.
    """
    points, every_step = lines.points(), lines.all_steps()
    beyond = np.asarray(((points < -1) | (points >= shape)).any(axis=1))
    near = ((np.abs(points + 1) < 1e-6) | (np.abs(points - shape) < 1e-6)).any(axis=1)
    for line in np.unique(np.searchsorted(lines.offsets, np.flatnonzero(near), side="right") - 1):
        first, last = lines.offsets[line : line + 2].tolist()
        steps = np.repeat(every_step[line : line + 1], last - first, axis=0)
        steps[0] = lines.segments.starts[line]
        walked = np.add.accumulate(steps, axis=0)
        beyond[first:last] = ((walked < -1) | (walked >= shape)).any(axis=1)
    values[beyond] = 0
