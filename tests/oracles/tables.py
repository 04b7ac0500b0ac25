"""The register of oracles, one per measurement, and whole tables of objects made from it.

``ORACLES`` maps a measurement's name to a function of one ``Region``. It returns a number, or a
tuple (of tuples) of numbers, one per column; names in ``PER_CHANNEL`` are functions of a region and
the values of one channel. ``None`` stands for NaN.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from . import deriving, geometry, intensity, moments, quality

INTEGER_COLUMNS = {"label", "num_pixels", "bbox"}
INTEGER_COLUMNS |= {"num_border_pixels", "num_border_sides", "num_components"}
INTEGER_COLUMNS |= {"num_nan", "num_masked", "num_saturated", "num_at_min"}
BOOLEAN_COLUMNS = {"touches_border"}
PER_ORDER = {
    f"moments{weighted}{kind}"
    for weighted in ("", "_weighted")
    for kind in ("", "_central", "_normalized")
}
PER_AXIS = {
    "axis_lengths",
    "centroid",
    "centroid_local",
    "centroid_weighted",
    "centroid_weighted_local",
    "inertia_tensor_eigvals",
    "intensity_argmax",
    "intensity_argmin",
}


@dataclass(frozen=True)
class Region:
    """One object: where it is, in an image of which shape, and its intensities by channel."""

    label: int
    pixels: list[tuple[int, ...]]
    shape: tuple[int, ...]
    spacing: tuple[Fraction, ...]
    channels: list[quality.Values] = field(default_factory=list)
    ddof: int = 0

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def pixel_size(self):
        return math.prod(self.spacing)

    @cached_property
    def box(self):
        return geometry.bounding_box(self.pixels)

    @property
    def box_pixels(self):
        return math.prod(
            stop - start
            for start, stop in zip(self.box[: self.ndim], self.box[self.ndim :], strict=True)
        )

    @cached_property
    def tensor(self):
        return geometry.inertia_tensor(self.pixels, self.spacing)

    @cached_property
    def eigensystem(self):
        return geometry.eigensystem(self.tensor)

    @property
    def eigenvalues(self):
        return [value for value, _ in self.eigensystem]


def _area(region):
    return geometry.count(region.pixels) * region.pixel_size


def _centroid_local(region):
    starts = region.box[: region.ndim]
    inside = [tuple(a - s for a, s in zip(at, starts, strict=True)) for at in region.pixels]
    return geometry.centroid(inside, region.spacing)


def _standard_deviation(region, values):
    spread = intensity.variance(values, region.ddof)
    return None if spread is None else deriving.square_root(spread)


def _integrated(region, values):
    mean = intensity.mean(values)
    return None if mean is None else _area(region) * mean


def _corrected_sum(region, values):
    kept = intensity.finite(values)
    return sum(value - min(kept) for value in kept) if kept else None


def _mass_displacement(region, values):
    return intensity.distance(
        geometry.centroid(region.pixels, region.spacing),
        intensity.weighted_centroid(region.pixels, values, region.spacing),
    )


def _unweighted(region):
    return region.pixels, [1] * len(region.pixels), region.spacing


def _weighted(region, values):
    """What takes part in weighted moments: pixels that have a value."""
    pairs = list(zip(region.pixels, values, strict=True))
    kept = [(at, value) for at, value in pairs if value is not None]
    return [at for at, _ in kept], [value for _, value in kept], region.spacing


def _corner(region):
    return region.box[: region.ndim]


def _in_order(found):
    return tuple(found[powers] for powers in sorted(found))


def _local_weighted_centroid(region, values):
    places = intensity.weighted_centroid(region.pixels, values, region.spacing)
    starts = zip(places, _corner(region), region.spacing, strict=True)
    return tuple(None if at is None else at - start * step for at, start, step in starts)


ORACLES = {
    "label": lambda r: r.label,
    "num_pixels": lambda r: geometry.count(r.pixels),
    "area": _area,
    "bbox": lambda r: r.box,
    "area_bbox": lambda r: r.box_pixels * r.pixel_size,
    "extent": lambda r: Fraction(geometry.count(r.pixels), r.box_pixels),
    "centroid": lambda r: geometry.centroid(r.pixels, r.spacing),
    "centroid_local": _centroid_local,
    "equivalent_diameter_area": lambda r: deriving.equivalent_diameter(_area(r), r.ndim),
    "touches_border": lambda r: geometry.touches_border(r.pixels, r.shape),
    "inertia_tensor": lambda r: r.tensor,
    "inertia_tensor_eigvals": lambda r: tuple(r.eigenvalues),
    "axis_major_length": lambda r: deriving.axis_lengths(r.eigenvalues)[0],
    "axis_minor_length": lambda r: deriving.axis_lengths(r.eigenvalues)[-1],
    "axis_lengths": lambda r: deriving.axis_lengths(r.eigenvalues),
    "principal_axes": lambda r: deriving.principal_axes(r.eigensystem),
    "aspect_ratio": lambda r: deriving.aspect_ratio(r.eigenvalues),
    "roundness": lambda r: deriving.roundness(_area(r), r.eigenvalues),
    "eccentricity": lambda r: deriving.eccentricity(r.eigenvalues),
    "orientation": lambda r: deriving.orientation(r.tensor),
    "moments": lambda r: _in_order(moments.raw(*_unweighted(r), _corner(r))),
    "moments_central": lambda r: _in_order(moments.central(*_unweighted(r))),
    "moments_normalized": lambda r: _in_order(moments.normalized(*_unweighted(r))),
    "moments_hu": lambda r: moments.hu(*_unweighted(r)),
    "num_border_pixels": lambda r: quality.num_border_pixels(r.pixels, r.shape),
    "num_border_sides": lambda r: quality.num_border_sides(r.pixels, r.shape),
    "num_components": lambda r: quality.num_components(r.pixels),
}

PER_CHANNEL = {
    "intensity_sum": lambda r, values: intensity.total(values),
    "intensity_mean": lambda r, values: intensity.mean(values),
    "intensity_std": _standard_deviation,
    "intensity_min": lambda r, values: intensity.lowest(values),
    "intensity_max": lambda r, values: intensity.highest(values),
    "intensity_var": lambda r, values: intensity.variance(values, r.ddof),
    "intensity_skewness": lambda r, values: intensity.skewness(values),
    "intensity_kurtosis": lambda r, values: intensity.excess_kurtosis(values),
    "intensity_argmin": lambda r, v: intensity.first_at(r.pixels, v, intensity.lowest(v)),
    "intensity_argmax": lambda r, v: intensity.first_at(r.pixels, v, intensity.highest(v)),
    "intensity_integrated": _integrated,
    "intensity_corrected_sum": _corrected_sum,
    "centroid_weighted": lambda r, values: intensity.weighted_centroid(r.pixels, values, r.spacing),
    "intensity_mass_displacement": _mass_displacement,
    "moments_weighted": lambda r, v: _in_order(moments.raw(*_weighted(r, v), _corner(r))),
    "moments_weighted_central": lambda r, v: _in_order(moments.central(*_weighted(r, v))),
    "moments_weighted_normalized": lambda r, v: _in_order(moments.normalized(*_weighted(r, v))),
    "moments_weighted_hu": lambda r, v: moments.hu(*_weighted(r, v)),
    "centroid_weighted_local": _local_weighted_centroid,
    "num_nan": lambda r, values: quality.num_nan(values),
    "num_masked": lambda r, values: values.masked,
    "num_saturated": lambda r, values: quality.num_saturated(values),
    "num_at_min": lambda r, values: quality.num_at_min(values),
}

ONLY_2D = {"eccentricity", "moments_hu", "moments_weighted_hu", "orientation"}


def names(ndim, *, with_image):
    """Names of the measurements that have an oracle and apply, in the register's order."""
    plain = [name for name in ORACLES if ndim == 2 or name not in ONLY_2D]
    weighted = [name for name in PER_CHANNEL if ndim == 2 or name not in ONLY_2D]
    return plain + (weighted if with_image else [])


def regions(labels, image=None, spacing=1, *, mask=None, saturation=None, ddof=0):
    """List the objects of a label image by ascending label; labels of 0 and below are no objects.

    ``image`` has the shape of ``labels``, or one axis more at the end for the channels. ``mask``
    has the shape of either; ``saturation`` is one number for all channels.
    """
    per_axis = np.broadcast_to(np.asarray(spacing, dtype=float), labels.ndim).tolist()
    steps = tuple(Fraction(step) for step in per_axis)
    pixels = defaultdict(list)
    for at, label in zip(np.ndindex(labels.shape), labels.ravel(order="C").tolist(), strict=True):
        if label > 0:
            pixels[label].append(at)
    return [
        Region(label, at, labels.shape, steps, _channel_values(image, at, mask, saturation), ddof)
        for label, at in sorted(pixels.items())
    ]


def _channel_values(image, pixels, mask, saturation):
    if image is None:
        return []
    if saturation is None:
        saturation = _largest(image.dtype)
    crops = [np.atleast_1d(image[at]).tolist() for at in pixels]
    left_out = [[False] * len(crop) for crop in crops]
    if mask is not None:
        left_out = [np.resize(mask[at], len(crop)) for at, crop in zip(pixels, crops, strict=True)]
    channels = zip(zip(*crops, strict=True), zip(*left_out, strict=True), strict=True)
    return [_values(channel, out, saturation) for channel, out in channels]


def _values(channel, left_out, saturation):
    pairs = list(zip(channel, left_out, strict=True))
    exact = [None if out else intensity.exact(value) for value, out in pairs]
    return quality.Values(exact, [v for v, out in pairs if not out], sum(left_out), saturation)


def _largest(dtype):
    """From which value on pixels are saturated if nobody says."""
    if dtype.kind == "f":
        return math.inf
    return None if dtype.kind == "b" else int(np.iinfo(dtype).max)


def measure(labels, image=None, measurements=None, *, spacing=1, channels=None, **options):
    """Measure every object with the oracles; returns a dict of columns, named and typed.

    ``options`` are those of ``regions``.
    """
    found = regions(labels, image, spacing, **options)
    several = image is not None and image.ndim == labels.ndim + 1
    wanted = measurements or names(labels.ndim, with_image=image is not None)
    table = {}
    for name in wanted:
        if name in ORACLES:
            cells = [_flatten(ORACLES[name](region)) for region in found]
            _add_columns(table, name, _suffixes(name, labels.ndim), cells, labels.dtype)
            continue
        keys = (channels or range(image.shape[-1])) if several else [None]
        for index, key in enumerate(keys):
            cells = [_flatten(PER_CHANNEL[name](r, r.channels[index])) for r in found]
            suffixes = _suffixes(name, labels.ndim)
            tail = "" if key is None else f"-{key}"
            _add_columns(table, name, [s + tail for s in suffixes], cells, labels.dtype)
    return _in_column_order(table, wanted, labels.ndim)


def _flatten(value):
    if isinstance(value, tuple):
        return [single for part in value for single in _flatten(part)]
    return [value]


def _suffixes(name, ndim):
    """What follows the name in its columns; known without any object, as empty tables need it."""
    if name == "bbox":
        return [f"-{i}" for i in range(2 * ndim)]
    if name in {"inertia_tensor", "principal_axes"}:
        return [f"-{i}-{j}" for i in range(ndim) for j in range(ndim)]
    if name in PER_ORDER:
        return ["".join(f"-{power}" for power in powers) for powers in moments.orders(ndim)]
    if name.endswith("_hu"):
        return [f"-{k}" for k in range(7)]
    if name in PER_AXIS:
        return [f"-{i}" for i in range(ndim)]
    return [""]


def _add_columns(table, name, suffixes, cells, label_dtype):
    dtype = _dtype(name, label_dtype)
    for index, suffix in enumerate(suffixes):
        table[name + suffix] = np.array([_cell(row[index]) for row in cells], dtype=dtype)


def _cell(value):
    if value is None:
        return math.nan
    return value if isinstance(value, int) else float(value)


def _dtype(name, label_dtype):
    if name == "label" and label_dtype.newbyteorder("=") == np.uint64:
        return np.uint64
    if name in INTEGER_COLUMNS:
        return np.int64
    return np.bool_ if name in BOOLEAN_COLUMNS else np.float64


def _in_column_order(table, wanted, ndim):
    """Order several channels as scikit-image does: the channel is the last, fastest index."""

    def place(column):
        name, *rest = column.split("-")
        of_axes = ndim if name in PER_ORDER else int(name in PER_AXIS or name.endswith("_hu"))
        return wanted.index(name), rest[:of_axes]

    return {column: table[column] for column in sorted(table, key=place)}
