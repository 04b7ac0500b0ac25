"""What all functions that sample profiles share: images in, values and counts out."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_image,
    axis_of,
    check_channel_names,
    check_count,
    check_flag,
    split_mask,
)
from mensura.memory import new_floats
from mensura.profiles.reducing import Reduction
from mensura.threads import threads_for

#: Nearer to a whole number of steps than this, a length is a whole number of them.
TOLERANCE = 1e-9

#: What `order` may be, and how the engine calls it.
INTERPOLATIONS = {0: "nearest", 1: "linear", 3: "cubic"}

OUTSIDE = ("nan", "nearest", "reflect")

#: More samples than this cannot be meant: of one profile, and of all.
MOST_OF_PROFILE = 1 << 26
MOST_SAMPLES = 1 << 40

#: Farther from the first pixel than this, positions do not tell pixels apart.
FARTHEST = 1e15

#: So many samples across at most, each of which takes some kilobytes a thread.
MOST_ACROSS = 20_000

Floats = NDArray[np.float64]
Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """What is sampled.

    Attributes
    ----------
    images : list of array
        The channels, of one shape.
    masks : list of array or None
        By channel; what is not 0 is left out.
    names : tuple of str, optional
        Of the channels; None where the image has no axis of them.
    described : dict
        For the provenance.
    """

    images: list[NDArray[Any]]
    masks: list[NDArray[np.uint8] | None]
    names: tuple[str, ...] | None
    described: dict[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a channel."""
        return self.images[0].shape

    def place(self, profile: int, image: int) -> str:
        """Name a profile in a channel, in messages."""
        channel = "" if self.names is None else f" in channel {self.names[image]}"
        return f"profile {profile}{channel}"


def read_source(
    image: ArrayLike,
    ndim: int,
    *,
    mask: ArrayLike | None,
    channel_axis: int | None,
    channels: Iterable[str] | None,
    of: str,
) -> Source:
    """Return the channels of an image that is sampled at positions with `ndim` coordinates.

    `of` is the argument that holds the positions.
    """
    array = as_image(image, "image")
    axis = _channel_axis(array, ndim, channel_axis, of)
    views = [array] if axis is None else list(np.moveaxis(array, axis, 0))
    if not views or 0 in views[0].shape:
        raise ValueError(f"image has shape {array.shape}, which holds no pixel")
    shape = views[0].shape
    masks: list[NDArray[np.uint8] | None] = [None] * len(views)
    if mask is not None:
        masks = [
            *split_mask(mask, shape, len(views), axis, "image" if axis is None else "a channel")
        ]
    names = check_channel_names(channels, len(views), axis is not None)
    described = {
        "image": {"shape": list(array.shape), "dtype": array.dtype.str},
        "channel_axis": axis,
        "mask": mask is not None,
    }
    return Source(views, masks, names, described)


def _channel_axis(image: NDArray[Any], ndim: int, channel_axis: int | None, of: str) -> int | None:
    needed = ndim if channel_axis is None else ndim + 1
    if image.ndim != needed:
        hint = ""
        if channel_axis is None and image.ndim == ndim + 1:
            hint = "; if one axis holds channels, say channel_axis=..."
        with_channels = "" if channel_axis is None else " and an axis of channels"
        raise ValueError(
            f"image has {image.ndim} axes (shape {image.shape}), and {of} has {ndim} "
            f"coordinates{with_channels}{hint}"
        )
    if channel_axis is None:
        return None
    return axis_of(image, "image", channel_axis, "channel_axis")


def check_sampling(order: int, outside: str | float) -> _core.Sampling:
    """Return how to sample, for the engine."""
    allowed = "0 (nearest), 1 (linear) or 3 (cubic)"
    if isinstance(order, bool) or not isinstance(order, (int, np.integer)):
        raise TypeError(f"order must be {allowed}, not {order!r}")
    if order not in INTERPOLATIONS:
        raise ValueError(f"order must be {allowed}, not {order}")
    rule, constant = _outside(outside)
    return _core.Sampling(INTERPOLATIONS[int(order)], rule, constant)


def _outside(outside: str | float) -> tuple[str, float]:
    allowed = f"one of {', '.join(OUTSIDE)}, or a number, which is a constant"
    if isinstance(outside, str):
        if outside not in OUTSIDE:
            raise ValueError(f"outside must be {allowed}, not {outside!r}")
        return outside, 0.0
    if isinstance(outside, bool) or not isinstance(outside, Real):
        raise TypeError(f"outside must be {allowed}, not {outside!r}")
    constant = float(outside)
    if math.isinf(constant):
        raise ValueError(f"outside must be finite, not {constant}")
    return ("nan", 0.0) if math.isnan(constant) else ("constant", constant)


@dataclass(frozen=True)
class Along:
    """How samples are placed along a profile: at a step, or, where that is given, so many."""

    step: float
    number: int | None
    endpoint: bool


def check_along(step: float | None, n: int | None, endpoint: bool, pixel: float) -> Along:
    """Return how samples are placed; `pixel` is the step where none is given."""
    ends = check_flag(endpoint, "endpoint")
    if n is None:
        return Along(pixel if step is None else check_positive(step, "step"), None, ends)
    if step is not None:
        raise ValueError("step and n exclude each other")
    number = check_count(n, "n")
    if number < 1:
        raise ValueError(f"n must be at least 1, not {number}")
    return Along(pixel, number, ends)


def check_positive(value: object, name: str) -> float:
    """Return a positive, finite number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a positive number, not {value!r}")
    number = float(value)
    if not (number > 0 and math.isfinite(number)):
        raise ValueError(f"{name} must be a positive, finite number, not {value!r}")
    return number


def as_points(points: ArrayLike, name: str, ndim: int | None = None) -> Floats:
    """Return positions as a float64 array (n, ndim) in C order."""
    axes = (2, 3) if ndim is None else (ndim,)
    allowed = f"shape (n, {' or '.join(str(axis) for axis in axes)}), one position per row"
    try:
        array = np.asarray(points)
    except ValueError:
        raise ValueError(f"{name} must have {allowed}{uneven_row(points, name)}") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold real numbers, {_row_without_numbers(points, name)}")
    if array.ndim != 2 or array.shape[1] not in axes:
        raise ValueError(f"{name} must have {allowed}, not {array.shape}")
    positions = np.ascontiguousarray(array, dtype=np.float64)
    if len(positions) and not (positions.min() >= -FARTHEST and positions.max() <= FARTHEST):
        _check_near(positions, name)
    return positions


def _check_near(positions: Floats, name: str) -> None:
    far = (np.abs(positions) > FARTHEST) & np.isfinite(positions)
    if far.any():
        row = int(far.any(axis=1).argmax())
        raise ValueError(
            f"{name}[{row}] is {positions[row].tolist()}; positions must be at most {FARTHEST:g}"
        )


def uneven_row(points: Any, name: str) -> str:
    """Tell which row of a ragged array differs from the first, to be added to a message."""
    first = None
    for i, row in enumerate(points):
        try:
            size = np.size(row)
        except ValueError:  # rows in it differ as well
            return f"; {name}[{i}] is {row!r}"
        first = size if first is None else first
        if size != first:
            return f"; {name}[{i}] has {size} coordinates, and {name}[0] has {first}"
    return ""


def _row_without_numbers(points: Any, name: str) -> str:
    """Tell which row of an array is not of numbers, to be added to a message."""
    if not isinstance(points, np.ndarray):
        for i, row in enumerate(points if np.ndim(points) else []):
            if np.asarray(row).dtype.kind not in "iuf":
                return f"and {name}[{i}] is {row!r}"
    return f"and has dtype {np.asarray(points).dtype}"


# --------------------------------------------------------------------------------- samples across


@dataclass(frozen=True)
class Spread:
    """Where samples lie across a profile, in steps, and what they weigh.

    Attributes
    ----------
    offsets : (K, ndim - 1) float64 array
    weights : (K,) float64 array
    pitch : float
        The length of a step, in the unit of the spacing.
    """

    offsets: Floats
    weights: Floats
    pitch: float

    @property
    def needs_directions(self) -> bool:
        """Whether any sample lies beside the profile."""
        return bool(self.offsets.any())


def spread_across(width: float | None, spacing: tuple[float, ...]) -> Spread:
    """Return the samples across a profile of a width, a pixel apart.

    In an image a band: m = floor(width) samples of weight 1 around the profile, and where the width
    is not whole, one more on either side with half of what remains for a weight. In a volume a
    tube: the samples of a grid around the profile, each by how much of its cell lies in the disc of
    that diameter. Either way weights sum to the extent across, width or area, in pixels.
    """
    pitch = min(spacing)
    axes = len(spacing) - 1
    if width is None:
        return Spread(np.zeros((1, axes)), np.ones(1), pitch)
    steps = check_positive(width, "width") / pitch
    if steps**axes > MOST_ACROSS:
        raise ValueError(
            f"width must be at most {MOST_ACROSS ** (1 / axes):.0f} pixels of size {pitch:g}, not "
            f"{steps:g} of them"
        )
    if axes == 1:
        offsets, weights = _band(steps)
        return Spread(offsets[:, np.newaxis], weights, pitch)
    return Spread(*_disc(steps), pitch)


def _band(steps: float) -> tuple[Floats, Floats]:
    whole = math.floor(steps + TOLERANCE)
    rest = steps - whole if steps - whole > TOLERANCE else 0.0
    if whole == 0:
        return np.zeros(1), np.array([steps])
    offsets = np.arange(float(whole)) - (whole - 1) / 2
    if rest == 0:
        return offsets, np.ones(whole)
    beyond = (whole + 1) / 2
    return (
        np.concatenate([[-beyond], offsets, [beyond]]),
        np.concatenate([[rest / 2], np.ones(whole), [rest / 2]]),
    )


def _disc(steps: float) -> tuple[Floats, Floats]:
    radius = steps / 2
    reach = math.ceil(radius + 0.5)
    grid = np.stack(np.meshgrid(*[np.arange(-reach, reach + 1.0)] * 2, indexing="ij"), -1)
    offsets = grid.reshape(-1, 2)
    a, b = offsets.T
    weights = (
        _area_to(a + 0.5, b + 0.5, radius)
        - _area_to(a - 0.5, b + 0.5, radius)
        - _area_to(a + 0.5, b - 0.5, radius)
        + _area_to(a - 0.5, b - 0.5, radius)
    )
    inside = weights > TOLERANCE * weights.max()
    return offsets[inside], weights[inside]


def _area_to(a: Floats, b: Floats, radius: float) -> Floats:
    """Return how much of the disc lies between 0 and a and between 0 and b; signed as a x b is."""

    def below_arc(t: Floats) -> Floats:
        return (t * np.sqrt(radius**2 - t**2) + radius**2 * np.arcsin(t / radius)) / 2

    far, high = np.minimum(np.abs(a), radius), np.minimum(np.abs(b), radius)
    flat = np.minimum(far, np.sqrt(radius**2 - high**2))  # up to here the side at b is in the disc
    return np.sign(a) * np.sign(b) * (high * flat + below_arc(far) - below_arc(flat))


def directions_across(tangents: Floats, spread: Spread, spacing: tuple[float, ...]) -> Floats:
    """Return the steps across, in pixels, of profiles that run in these directions.

    `tangents` (n, ndim), of any length, are in the unit of the spacing. The result is (n, ndim - 1,
    ndim). In an image the step points to the right of who walks along the profile and sees rows
    downwards: for a profile along a row, to the next row. Where there is no direction, as on a line
    of no length, it is that of the last axis.
    """
    lengths = np.sqrt((tangents**2).sum(axis=1, keepdims=True))
    along = np.zeros_like(tangents)
    along[:, -1] = 1
    np.divide(tangents, lengths, out=along, where=lengths > 0)
    if tangents.shape[1] == 2:
        normals = np.stack([along[:, 1], -along[:, 0]], axis=1)[:, np.newaxis]
    else:
        normals = _normals_in_space(along)
    return np.ascontiguousarray(normals * (spread.pitch / np.array(spacing)))


def _normals_in_space(along: Floats) -> Floats:
    """Two unit vectors perpendicular to each direction and to each other.

    The first is also perpendicular to the axis that the direction is farthest from.
    """
    axis = np.zeros_like(along)
    magnitude = np.where(np.isnan(along), 0, np.abs(along))
    axis[np.arange(len(along)), magnitude.argmin(axis=1)] = 1
    first = np.cross(axis, along)
    first /= np.sqrt((first**2).sum(axis=1, keepdims=True))
    return np.stack([first, np.cross(along, first)], axis=1)


# ------------------------------------------------------------------------------------- the engine


@dataclass(frozen=True)
class Geometry:
    """Where to sample, for the engine, and how many samples that makes."""

    native: _core.ProfileGeometry
    samples: int
    across: int


def make_geometry(
    offsets: Offsets,
    points: Floats,
    spread: Spread,
    *,
    steps: Floats | None = None,
    ends: Floats | None = None,
    across: Floats | None = None,
) -> Geometry:
    """Return profiles at these positions, in pixels.

    `points` (S, ndim) are those of the samples and `across` (S, ndim - 1, ndim) the steps across at
    each. With `steps` (N, ndim) or `ends` (N, ndim), or both, profiles are straight lines, whose
    first samples are `points` and whose last ones `ends`; those alone are reached by even steps.
    """
    native = _core.ProfileGeometry(
        points.shape[1], offsets, points, steps, ends, across, spread.offsets, spread.weights
    )
    return Geometry(native, int(offsets[-1]), len(spread.weights))


def sample(
    source: Source,
    geometry: Geometry,
    sampling: _core.Sampling,
    reduction: Reduction,
    threads: int | None,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return values and numbers of valid samples: (samples,), or (samples, channels)."""
    samples, channels = geometry.samples, len(source.images)
    shape = (samples,) if source.names is None else (samples, channels)
    values = new_floats(*shape)
    rows = values.reshape(samples, channels).T
    counts = sample_images(
        source.images,
        source.masks,
        geometry,
        sampling,
        reduction,
        into=rows,
        threads=threads,
        name_of=source.place,
    )
    if counts is None:
        return values, np.broadcast_to(np.int64(geometry.across), shape)
    return values, np.ascontiguousarray(counts.T).reshape(shape)


def sample_images(
    images: list[NDArray[Any]],
    masks: Sequence[NDArray[np.uint8] | None],
    geometry: Geometry,
    sampling: _core.Sampling,
    reduction: Reduction,
    *,
    into: Floats,
    threads: int | None,
    name_of: Callable[[int, int], str],
) -> NDArray[np.int64] | None:
    """Write the samples of each image to a row of `into`.

    Returns the numbers of valid samples, like those; None where no sample is missing. `name_of`
    names a profile in an image, both counted from 0, in messages.
    """
    counts = np.empty(into.shape[::-1], np.int64).T  # not touched unless a sample is missing
    with reduction.noting_errors():
        complete, failed, failed_image, status, failed_values = _core.sample_profiles(
            images,
            list(masks),
            geometry.native,
            sampling,
            reduction.native,
            into,
            counts,
            threads_for(threads, into.size * geometry.across),
        )
    if failed >= 0:
        reduction.raise_failure(name_of(failed, failed_image), status, failed_values)
    return None if complete else counts


def offsets_of(sizes: NDArray[np.int64], name: str) -> Offsets:
    """Return where profiles of these sizes begin, and where the last one ends."""
    offsets = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=offsets[1:])
    _check_samples(int(offsets[-1]), name)
    return offsets


def even_offsets(size: int, profiles: int, name: str) -> Offsets:
    """Return the same of profiles of one size."""
    check_sizes(np.array([float(size)]), name)
    _check_samples(size * profiles, name)
    return np.arange(profiles + 1, dtype=np.int64) * size


def _check_samples(samples: int, name: str) -> None:
    if samples > MOST_SAMPLES:
        raise ValueError(f"{name} asks for {samples:,} samples, more than memory can hold")


def check_sizes(sizes: Floats, name: str) -> NDArray[np.int64]:
    """Return numbers of samples, which are whole, as integers."""
    too_many = ~(sizes <= MOST_OF_PROFILE)
    if too_many.any():
        profile = int(too_many.argmax())
        raise ValueError(
            f"{name} asks for {sizes[profile]:g} samples of profile {profile}; at most "
            f"{MOST_OF_PROFILE:,} are possible"
        )
    return sizes.astype(np.int64)
