"""What rings may be asked for: their bounds, their centers, their reach; checked at the door."""

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura.profiles.sampling import FARTHEST

#: What rings can be rings of.
METRICS = ("distance", "edge", "signed", "normalized")

#: Rings of one object and sector, at most.
MOST_RINGS = 1 << 20

Bins: TypeAlias = int | tuple[str, float] | Sequence[float] | NDArray[Any] | None

_BINS_ALLOWED = (
    'a number of rings, ("width", w), ("equal_counts", n), or at least two increasing edges'
)


@dataclass(frozen=True)
class RingBins:
    """How distances are cut into rings: by "width", "number", "edges" or "equal_counts"."""

    kind: str
    width: float = 1.0
    number: int = 0
    edges: tuple[float, ...] = ()


def check_metric(metric: str) -> str:
    """Return one of METRICS."""
    if metric not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, not {metric!r}")
    return metric


def check_bins(bins: Bins, metric: str, smallest: float) -> RingBins:
    """Return how rings are cut; by default they are as wide as the smallest side of a pixel."""
    if bins is None:
        if metric == "normalized":
            return RingBins("number", number=4)
        return RingBins("width", width=smallest)
    if isinstance(bins, (str, bool, np.bool_)):
        raise TypeError(f"bins must be {_BINS_ALLOWED}, not {bins!r}")
    if isinstance(bins, SupportsIndex) and not isinstance(bins, np.ndarray):
        return RingBins("number", number=_check_number(bins))
    if isinstance(bins, Real):
        raise TypeError(f'bins must be {_BINS_ALLOWED}, not {bins!r}; ("width", {bins!r}) is one')
    if isinstance(bins, tuple) and bins and isinstance(bins[0], str):
        return _check_named(bins)
    return RingBins("edges", edges=_check_edges(bins))


def _check_number(number: SupportsIndex) -> int:
    rings = operator.index(number)
    if not 1 <= rings <= MOST_RINGS:
        raise ValueError(f"bins must be from 1 to {MOST_RINGS} rings, not {rings}")
    return rings


def _check_named(bins: tuple[Any, ...]) -> RingBins:
    if len(bins) != 2 or bins[0] not in ("width", "equal_counts"):
        raise ValueError(f"bins must be {_BINS_ALLOWED}, not {bins!r}")
    kind, value = bins
    if kind == "equal_counts":
        if isinstance(value, bool) or not isinstance(value, SupportsIndex):
            raise TypeError(f'bins ("equal_counts", n) needs a whole number, not {value!r}')
        return RingBins(kind, number=_check_number(value))
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f'bins ("width", w) needs a number, not {value!r}')
    if not 0 < float(value) < math.inf:
        raise ValueError(f'bins ("width", w) needs a positive, finite width, not {value!r}')
    return RingBins(kind, width=float(value))


def _check_edges(bins: Any) -> tuple[float, ...]:
    try:
        edges = np.asarray(bins)
    except ValueError:
        raise ValueError(f"bins must be {_BINS_ALLOWED}, not {bins!r}") from None
    if edges.dtype.kind not in "iuf":
        raise TypeError(f"bins must be {_BINS_ALLOWED}, not {bins!r}")
    if edges.ndim != 1 or not 2 <= len(edges) <= MOST_RINGS:
        raise ValueError(f"bins must be {_BINS_ALLOWED}, not an array of shape {edges.shape}")
    edges = edges.astype(np.float64)
    if not np.isfinite(edges).all():
        at = int(np.argmin(np.isfinite(edges)))
        raise ValueError(f"bins must be finite edges, and bins[{at}] is {edges[at]}")
    if not (np.diff(edges) > 0).all():
        at = int(np.argmin(np.diff(edges) > 0)) + 1
        raise ValueError(
            f"bins must be increasing edges, and bins[{at}] = {edges[at]:g} comes after "
            f"{edges[at - 1]:g}"
        )
    return tuple(edges.tolist())


def check_sectors(sectors: SupportsIndex) -> int:
    """Return a number of sectors."""
    if isinstance(sectors, bool) or not isinstance(sectors, SupportsIndex):
        raise TypeError(f"sectors must be a whole number of at least 1, not {sectors!r}")
    number = operator.index(sectors)
    if not 1 <= number <= 1 << 16:
        raise ValueError(f"sectors must be from 1 to {1 << 16}, not {number}")
    return number


def check_outer(outer: float | None, metric: str, diagonal: float) -> float:
    """Return how far outside of objects is looked; never farther than the image is large."""
    if metric != "signed":
        if outer is not None:
            raise ValueError(f'outer is for metric="signed", and metric is {metric!r}')
        return 0.0
    if outer is None:
        raise ValueError('metric="signed" needs outer, how far outside of the objects to look')
    if isinstance(outer, (bool, np.bool_)) or not isinstance(outer, Real):
        raise TypeError(f"outer must be a number of at least 0, not {outer!r}")
    if not float(outer) >= 0:
        raise ValueError(f"outer must be a number of at least 0, not {outer!r}")
    return min(float(outer), diagonal)


# --- centers --------------------------------------------------------------------------------------

_CENTERS_ALLOWED = (
    '"centroid", "deepest", "intensity", ("intensity", channel), a point, one point per label, '
    "a mapping of label to point, or a label image"
)


def is_named_center(center: Any) -> bool:
    """Whether a center is told by name; raises where the name is not known."""
    if isinstance(center, str):
        if center not in ("centroid", "deepest", "intensity"):
            raise ValueError(f"center must be {_CENTERS_ALLOWED}, not {center!r}")
        return True
    if isinstance(center, tuple) and center and isinstance(center[0], str):
        if center[0] != "intensity":
            raise ValueError(f"center must be {_CENTERS_ALLOWED}, not {center!r}")
        return True
    return False


def is_center_image(center: Any, shape: tuple[int, ...]) -> bool:
    """Whether a center is an image: an array of the shape of labels, of integers or bools."""
    return isinstance(center, np.ndarray) and center.shape == shape and center.dtype.kind in "biu"


def check_points(
    center: ArrayLike | Mapping[int, ArrayLike],
    labels: NDArray[np.integer[Any]],
    shape: tuple[int, ...],
) -> NDArray[np.float64]:
    """Return one point per label, (N, ndim), of a point, of as many, or of points by label.

    `shape` is that of the labels.
    """
    ndim = len(shape)
    if isinstance(center, Mapping):
        return _points_by_label(center, labels, shape)
    try:
        points = np.asarray(center)
    except ValueError:
        raise ValueError(f"center must be {_CENTERS_ALLOWED}, not {center!r}") from None
    if points.dtype.kind not in "biuf":
        raise TypeError(f"center must be {_CENTERS_ALLOWED}, not {center!r}")
    if points.shape == (ndim,):
        points = np.broadcast_to(points, (len(labels), ndim))
    if points.shape != (len(labels), ndim):
        if points.shape == shape:
            raise TypeError(
                f"center is an image, a {type(center).__name__} of {points.dtype}; allowed is a "
                "NumPy array of integers or bools"
            )
        raise ValueError(
            f"center has shape {points.shape}; allowed are ({ndim},), one point for all, "
            f"({len(labels)}, {ndim}), one for each of the {len(labels)} labels in increasing "
            f"order, and {shape}, an image of the shape of labels"
        )
    if points.dtype.kind == "b":
        raise TypeError(f"center must be {_CENTERS_ALLOWED}, not {center!r}")
    points = points.astype(np.float64)
    bad = ~(np.abs(points) <= FARTHEST).all(axis=1)
    if bad.any():
        at = int(bad.argmax())
        raise ValueError(
            f"center of label {labels[at]} is {points[at].tolist()}; positions must be finite, and "
            f"at most {FARTHEST:g}"
        )
    return points


def _points_by_label(
    center: Mapping[int, ArrayLike], labels: NDArray[np.integer[Any]], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    ndim = len(shape)
    wanted = labels.tolist()
    known = set(wanted)
    for label in center:
        if label not in known:
            raise ValueError(f"center is given for label {label!r}, which labels does not have")
    for label in wanted:
        if label not in center:
            raise ValueError(f"center has no point for label {label}")
    points = []
    for label in wanted:
        try:
            point = np.asarray(center[label])
        except ValueError:
            raise ValueError(
                f"center of label {label} must be {ndim} numbers, not {center[label]!r}"
            ) from None
        if point.dtype.kind not in "iuf" or point.shape != (ndim,):
            raise ValueError(f"center of label {label} must be {ndim} numbers, not {point!r}")
        points.append(point)
    return check_points(np.array(points, np.float64).reshape(-1, ndim), labels, shape)


def check_weight_channel(
    center: str | tuple[Any, ...], names: Iterable[str] | None, count: int
) -> int:
    """Return the number of the channel whose intensities are the weights of a centroid."""
    listed = None if names is None else list(names)
    if center == "intensity":
        if count > 1:
            raise ValueError(
                f'center="intensity" needs a channel, as image has {count}: center=("intensity", 0)'
            )
        return 0
    channel = center[1] if isinstance(center, tuple) and len(center) == 2 else None
    if isinstance(channel, str):
        if listed is None or channel not in listed:
            raise ValueError(f"center names channel {channel!r}, and channels are {listed}")
        return listed.index(channel)
    if isinstance(channel, bool) or not isinstance(channel, SupportsIndex):
        raise ValueError(f"center must be {_CENTERS_ALLOWED}, not {center!r}")
    number = operator.index(channel)
    if not 0 <= number < count:
        raise ValueError(f"center names channel {number}, and image has {count} of them, from 0")
    return number
