"""Radial distribution of intensities, as CellProfiler defines it."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import check_flag
from mensura.pixels import read_pixels
from mensura.profiles.ring_arguments import RingBins
from mensura.profiles.ring_objects import find_objects
from mensura.profiles.rings import described_pixels, ring_plan
from mensura.provenance import of_call
from mensura.regions import Regions
from mensura.table import Table

#: Slices of a ring that the variation within it is measured over.
OCTANTS = 8

DEFINITIONS = {
    "FracAtD": "sum of the ring's intensities / sum of the object's",
    "MeanFrac": "FracAtD / (pixels of the ring / pixels of the object + 2^-52)",
    "RadialCV": "standard deviation / mean of the mean intensities of the ring's up to 8 octants",
}


def radial_distribution(
    labels: ArrayLike | Regions,
    image: ArrayLike,
    *,
    like: str = "cellprofiler",
    bins: int = 4,
    scaled: bool = True,
    maximum_radius: float = 100,
    mask: ArrayLike | None = None,
    channel_axis: int | None = None,
    channels: Iterable[str] | None = None,
    threads: int | None = None,
) -> Table:
    """Measure how intensities are distributed between the center and the edge of every object.

    CellProfiler's MeasureObjectIntensityDistribution, with each object's own center, and
    ``get_radial_distribution`` of cp_measure: the same definitions, names and numbers.

    Parameters
    ----------
    labels : array_like, 2-D, or Regions
        Integers: equal values are one object, 0 is the background, negative values are ignored.
        bool: a mask whose connected components are the objects.
    image : array_like
        Intensities, of the shape of `labels`, or with one more axis of channels, the last unless
        `channel_axis` says otherwise. NaN and infinite pixels are left out.
    like : {"cellprofiler"}, optional
        Whose definitions.
    bins : int, optional
        The number of rings.
    scaled : bool, optional
        Whether rings are fractions of the way from center to edge, or of `maximum_radius`.
    maximum_radius : float, optional
        With ``scaled=False``: where the last ring ends, in pixels. One more ring, ``Overflow``, has
        what lies beyond.
    mask : array_like of bool, optional
        True where a pixel is left out of the intensities.
    channel_axis : int, optional
        The axis of `image` that holds channels.
    channels : sequence of str, optional
        Names of the channels, instead of 0, 1 ...
    threads : int, optional
        See :func:`mensura.set_num_threads`. The result is the same for any number.

    Returns
    -------
    Table
        ``label``, and for each ring ``RadialDistribution_FracAtD_1of4``,
        ``RadialDistribution_MeanFrac_1of4`` and ``RadialDistribution_RadialCV_1of4``; with channels
        ``RadialDistribution_FracAtD_DNA_1of4``, as CellProfiler names them. NaN where an object has
        no valid pixel or its intensities sum to 0; the variation in a ring without valid pixels is
        0, as CellProfiler has it.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If labels are not 2-D, shapes differ, or an argument has a value that is not allowed.

    Notes
    -----
    The center is the pixel farthest from the object's edge, the first in raster order of several;
    the border of the image is no edge. From there, c is the length of the shortest way within the
    object, in steps of 1 and sqrt(2); parts of the object that no way leads to are left out. With e
    the distance to the nearest pixel that is not the object's, a pixel lies in ring
    ``floor(bins c / (c + e + 0.001))``, or ``floor(bins c / maximum_radius)``. Octants are told by
    whether a pixel lies below the center, right of it, and farther along y than along x.

    CellProfiler's help has the measurements; T. R. Jones et al., "CellProfiler Analyst", BMC
    Bioinformatics 9 (2008).

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.zeros((9, 9), int)
    >>> labels[1:8, 1:8] = 1
    >>> image = np.ones((9, 9))
    >>> image[4, 4] = 52
    >>> table = ms.radial_distribution(labels, image, bins=2)
    >>> table["RadialDistribution_FracAtD_1of2"], table["RadialDistribution_FracAtD_2of2"]
    (array([0.64]), array([0.36]))
    """
    if like != "cellprofiler":
        raise ValueError(f'like must be "cellprofiler", not {like!r}')
    number = _check_number(bins)
    is_scaled = check_flag(scaled, "scaled")
    radius = _check_radius(maximum_radius)
    objects = find_objects(image, labels, channel_axis, threads)
    if objects.image.ndim != 2:
        raise ValueError(f"labels must be 2-D, as CellProfiler's are, not {objects.image.ndim}-D")
    pixels = read_pixels(
        image,
        objects.image.shape,
        channel_axis=channel_axis,
        channels=channels,
        mask=mask,
        saturation=None,
    )
    plan = _plan(number, is_scaled, radius)
    found = objects.native.measure(
        plan, np.empty((0, 3)), None, pixels.images, pixels.masks, objects.threads
    )
    labels_found = objects.labels
    shape = (len(labels_found), OCTANTS, number + plan.overflow, len(pixels.images))
    sums = np.nan_to_num(found["sum"].reshape(shape), nan=0.0)
    counts = found["count"].reshape(shape)
    columns: dict[str, NDArray[Any]] = {"label": labels_found}
    definitions = {"label": "label of the object"}
    for c in range(len(pixels.images)):
        suffix = "" if pixels.names is None else f"_{pixels.names[c]}"
        for feature, ring, values in _measurements(sums[..., c], counts[..., c]):
            named = "Overflow" if ring == number else f"{ring + 1}of{number}"
            name = f"RadialDistribution_{feature}{suffix}_{named}"
            columns[name] = values
            definitions[name] = DEFINITIONS[feature]
    provenance = of_call(
        "radial_distribution",
        labels=objects.described,
        **described_pixels(pixels),
        like=like,
        bins=number,
        scaled=is_scaled,
        maximum_radius=radius,
    )
    return Table(columns, None, provenance, definitions)


def _plan(bins: int, scaled: bool, radius: float) -> _core.RingPlan:
    metric = "normalized" if scaled else "inner"
    plan = ring_plan(metric, "deepest", (1.0, 1.0), RingBins("number", number=bins))
    plan.border_is_edge = False
    plan.sectors = OCTANTS
    plan.octants = True
    plan.overflow = not scaled
    plan.radius = radius
    return plan


def _measurements(
    sums: NDArray[np.float64], counts: NDArray[np.int64]
) -> Iterator[tuple[str, int, NDArray[np.float64]]]:
    """Yield name, ring and values of each measurement; axes are object, octant, ring."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        means = sums / counts  # NaN in octants without pixels
        of_ring, pixels_of_ring = sums.sum(axis=1), counts.sum(axis=1)
        fraction = of_ring / of_ring.sum(axis=1, keepdims=True)
        pixels = pixels_of_ring / pixels_of_ring.sum(axis=1, keepdims=True)
        mean_fraction = fraction / (pixels + np.finfo(float).eps)
        octants = (counts > 0).sum(axis=1)
        mean = np.nansum(means, axis=1) / octants
        deviations = np.where(counts > 0, means - mean[:, np.newaxis], 0.0)
        spread = np.sqrt((deviations**2).sum(axis=1) / octants)
        # NumPy's division of masked arrays, with which it is defined, leaves the spread where the
        # mean is nothing beside it.
        no_mean = np.finfo(float).tiny * spread >= np.abs(mean)
        variation = np.where(no_mean, spread, spread / mean)
    variation[octants == 0] = 0
    for ring in range(sums.shape[2]):
        yield "FracAtD", ring, fraction[:, ring].copy()
        yield "MeanFrac", ring, mean_fraction[:, ring].copy()
        yield "RadialCV", ring, variation[:, ring].copy()


def _check_number(bins: object) -> int:
    if isinstance(bins, bool) or not isinstance(bins, SupportsIndex):
        raise TypeError(f"bins must be a whole number of rings, not {bins!r}")
    number = int(bins.__index__())
    if not 1 <= number <= 10_000:
        raise ValueError(f"bins must be from 1 to 10000 rings, not {number}")
    return number


def _check_radius(radius: object) -> float:
    allowed = "a positive, finite number of pixels"
    if isinstance(radius, (bool, str)) or not isinstance(radius, (int, float, np.number)):
        raise TypeError(f"maximum_radius must be {allowed}, not {radius!r}")
    if not 0 < float(radius) < math.inf:
        raise ValueError(f"maximum_radius must be {allowed}, not {radius!r}")
    return float(radius)
