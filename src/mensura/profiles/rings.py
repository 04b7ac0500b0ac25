"""Profiles of objects in rings: by distance to a center, or to the edge."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import check_flag, check_spacing, check_unit
from mensura.pixels import Pixels, read_pixels
from mensura.profiles.result import Profiles
from mensura.profiles.ring_arguments import (
    Bins,
    RingBins,
    check_bins,
    check_metric,
    check_outer,
    check_sectors,
)
from mensura.profiles.ring_objects import (
    Center,
    Objects,
    described_center,
    find_center,
    find_objects,
)
from mensura.provenance import of_call
from mensura.regions import Regions


def radial_profiles(
    image: ArrayLike,
    labels: ArrayLike | Regions | None,
    *,
    center: str | tuple[Any, ...] | ArrayLike | Mapping[int, ArrayLike] = "centroid",
    bins: Bins = None,
    metric: str = "distance",
    sectors: int = 1,
    spacing: float | Sequence[float] = 1,
    unit: str | None = None,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    outer: float | None = None,
    border_is_edge: bool = True,
    threads: int | None = None,
) -> Profiles:
    """Measure every object in rings, by the distance of its pixels to a center or to its edge.

    Distances are made once for each object, from its own pixels alone, and serve all channels.

    Parameters
    ----------
    image : array_like
        Intensities, of the shape of `labels`, or with one more axis of channels, the last unless
        `channel_axis` says otherwise. bool, integer or floating. NaN and infinite pixels are left
        out.
    labels : array_like, 2-D or 3-D, Regions or None
        Integers: equal values are one object, 0 is the background, negative values are ignored.
        bool: a mask whose connected components are the objects. None: the whole image is one
        object, of label 1.
    center : str, tuple or array_like, optional
        What distances are measured from, and sectors laid around.

        - "centroid": the mean position of the object's pixels, which may lie outside of it.
        - "intensity": the same weighted by the intensities of the image, and
          ``("intensity", channel)`` by those of a channel, a name or a number. NaN, and with it the
          profile, where they sum to 0.
        - "deepest": the pixel farthest from the edge, of several the first in raster order.
        - one point, one point per label in increasing order (N, 2 or 3), or a mapping of label to
          point: places in pixels, (z,) y, x, the center of the first pixel at 0.
        - an array of integers or bools of the shape of `labels`: the nearest of those of the
          object's pixels that are not 0 in it. Of a nucleus in a cell it is the nucleus.
    bins : int, tuple or sequence of float, optional
        How distances d are cut into rings.

        - ``("width", w)``: rings of that width in units of `spacing`, as many as each object needs:
          ring k has ``k w <= d < (k + 1) w``, where d counts as on an edge that it is short of by
          rounding (1e-12 of d). By `metric` "edge" they begin at half the smallest side of a pixel
          instead of 0. The default, with the smallest side of a pixel for a width; of "normalized"
          it is 4.
        - n: so many rings of equal width, from where the first ring of a width would begin
          ("signed": from the smallest distance) to the object's largest distance; "normalized":
          from 0 to 1.
        - n + 1 edges in units of `spacing`: ring k has ``edges[k] <= d < edges[k + 1]``, the last
          one its outer edge as well. What lies beyond is left out.
        - ``("equal_counts", n)``: rings with about as many pixels each. A pixel is in ring
          ``floor(n (pixels nearer + half of those as near) / pixels)``.
    metric : {"distance", "edge", "signed", "normalized"}, optional
        What the distance of a pixel is. All are between the centers of pixels.

        - "distance": to the center, straight.
        - "edge": to the nearest pixel that is not the object's, background or other object; at the
          edge it is 1 pixel.
        - "signed": inside -(e - h), with e the same and h half the smallest side of a pixel;
          outside d - h, with d the distance to the object's nearest pixel, so that 0 is where the
          two meet. A pixel outside belongs to the nearest object, to the smallest label of several
          (exactly, where the sides of pixels are whole numbers of one unit).
        - "normalized": c / (c + e + 0.001), from 0 at the center to nearly 1 at the edge, with c
          the length of the shortest way to the center within the object, from pixel to touching
          pixel, and e as above; CellProfiler's. The way ends at the object's pixel nearest to the
          center. Pixels that no way leads to are left out. 0.001 of the smallest side of a pixel.
    sectors : int, optional
        Cut rings into so many sectors of equal angle about the center, the first from the direction
        of x towards y; in 3-D in the plane of y and x. Each is a profile of its own.
    spacing : float or sequence of float, optional
        The size of a pixel, one number or one per axis of `labels`.
    unit : str, optional
        The name of its unit, such as "µm", for tables and pictures. Default: "pixel", or "unit"
        where `spacing` is given. Distances by `metric` "normalized" are fractions and have none.
    mask : array_like of bool, optional
        True where a pixel is left out of the intensities: of the shape of `labels`, for all
        channels, or of `image`. Distances stay as they are.
    channel_axis : int, optional
        The axis of `image` that holds channels.
    channels : sequence of str, optional
        Names of the channels, instead of 0, 1 ...
    outer : float, optional
        How far outside of objects "signed" looks, in units of `spacing`.
    border_is_edge : bool, optional
        Whether an object ends at the border of the image, so that what lies beyond counts as pixels
        that are not its own.
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    Profiles
        One profile for each object and sector, by ``label`` and, with several sectors, ``sector``.
        ``values`` are means, ``count`` numbers of valid pixels, ``distance`` the middles of rings
        ("equal_counts": the distance of the pixel of the middle rank); ``statistics`` has sum, std
        (divided by the count), min and max. All are NaN in a ring without valid pixels.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If shapes differ, centers are given for other labels, edges do not increase, or an argument
        has a value that is not allowed.

    Notes
    -----
    Sums of integer images are exact. The profile of an object has the same bits in any crop that
    holds it, under any other label, and for any number of threads.

    Distances to the edge: P. F. Felzenszwalb and D. P. Huttenlocher, "Distance transforms of
    sampled functions", Theory of Computing 8 (2012), exact in integers where pixels have equal
    sides. Normalized distances: T. R. Jones et al., "CellProfiler Analyst", BMC Bioinformatics 9
    (2008), as MeasureObjectIntensityDistribution defines them; :func:`mensura.radial_distribution`
    has its measurements.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.zeros((7, 7), int)
    >>> labels[1:6, 1:6] = 4
    >>> image = np.where(labels, 10, 0)
    >>> image[3, 3] = 90
    >>> profiles = ms.radial_profiles(image, labels, metric="edge")
    >>> profiles.keys["label"], profiles.distance, profiles.count, profiles.values
    (array([4]), array([1., 2., 3.]), array([16,  8,  1]), array([10., 10., 90.]))

    Twice as many microns from the center, whatever the object:

    >>> ms.radial_profiles(image, labels, spacing=2, bins=[0, 2, 4, 6]).values
    array([90., 10., 10.])
    """
    check_metric(metric)
    wedges = check_sectors(sectors)
    ends_at_border = check_flag(border_is_edge, "border_is_edge")
    objects = find_objects(image, labels, channel_axis, threads)
    shape = objects.image.shape
    steps = check_spacing(spacing, len(shape))
    length_unit = check_unit(unit, steps)
    cut = check_bins(bins, metric, min(steps))
    diagonal = math.hypot(*(n * step for n, step in zip(shape, steps, strict=True)))
    reach = check_outer(outer, metric, diagonal)
    pixels = read_pixels(
        image,
        shape,
        channel_axis=channel_axis,
        channels=channels,
        mask=mask,
        saturation=None,
    )
    around = find_center(center, objects, pixels)
    _check_use_of_center(around, metric, wedges)
    plan = ring_plan(metric, around.kind, steps, cut)
    plan.sectors = wedges
    plan.border_is_edge = ends_at_border
    plan.outer = reach
    found = objects.native.measure(
        plan, around.points, around.image, pixels.images, pixels.masks, objects.threads
    )
    return Profiles(
        _by_channel(found["mean"], pixels),
        _offsets(found["rings"], wedges),
        found["distance"],
        _by_channel(found["count"], pixels),
        keys=_keys(objects, wedges),
        channels=pixels.names,
        statistics={
            name: _by_channel(found[name], pixels) for name in ("sum", "std", "min", "max")
        },
        unit="fraction" if metric == "normalized" else length_unit,
        provenance=of_call(
            "radial_profiles",
            labels=objects.described,
            **described_pixels(pixels),
            center=described_center(center),
            bins=_described_bins(cut),
            metric=metric,
            sectors=wedges,
            spacing=steps,
            unit=length_unit,
            outer=None if outer is None else float(outer),
            border_is_edge=ends_at_border,
        ),
    )


def _check_use_of_center(center: Center, metric: str, sectors: int) -> None:
    if sectors > 1 and not center.is_point:
        raise ValueError("sectors need a center that is a point, and center is an image")
    if metric in ("edge", "signed") and sectors == 1 and center.kind != "centroid":
        raise ValueError(
            f"center is given, and metric={metric!r} without sectors has no use for it"
        )


def ring_plan(metric: str, center: str, steps: tuple[float, ...], bins: RingBins) -> _core.RingPlan:
    """Return what the engine is to do."""
    along = (1.0,) * (3 - len(steps)) + steps
    plan = _core.RingPlan(metric, center, along, len(steps))
    plan.set_bins(bins.kind, bins.width, bins.number, list(bins.edges))
    return plan


def described_pixels(pixels: Pixels) -> dict[str, Any]:
    """Return channels and masks as provenance tells of them."""
    return {
        "image": [
            {"shape": list(channel.shape), "dtype": channel.dtype.str} for channel in pixels.images
        ],
        "channel_axis": pixels.channel_axis,
        "channels": pixels.names,
        "mask": any(mask is not None for mask in pixels.masks),
    }


def _described_bins(bins: RingBins) -> dict[str, Any]:
    value = {"width": bins.width, "edges": list(bins.edges)}.get(bins.kind, bins.number)
    return {bins.kind: value}


def _keys(objects: Objects, sectors: int) -> dict[str, NDArray[Any]]:
    labels = objects.labels
    if sectors == 1:
        return {"label": labels}
    return {
        "label": np.repeat(labels, sectors),
        "sector": np.tile(np.arange(sectors, dtype=np.int64), len(labels)),
    }


def _offsets(rings: NDArray[np.int64], sectors: int) -> NDArray[np.int64]:
    ends = np.cumsum(np.repeat(rings, sectors), dtype=np.int64)
    return np.concatenate([np.zeros(1, np.int64), ends])


def _by_channel(values: NDArray[Any], pixels: Pixels) -> NDArray[Any]:
    """Return (rings, channels), or (rings,) where the image has no axis of channels."""
    return values[:, 0] if pixels.names is None else values
