"""Where samples of straight lines lie: at a step, so many of them, or as other programs do it.

All functions take :class:`Segments` and return :class:`Lines`, one of them per segment. A segment
with an end that is not finite counts as one of no length.
"""

from dataclasses import dataclass, field
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from mensura import _core
from mensura.memory import new_floats
from mensura.profiles.sampling import (
    TOLERANCE,
    Floats,
    Offsets,
    check_sizes,
    even_offsets,
    offsets_of,
)
from mensura.threads import threads_for


@dataclass(frozen=True)
class Segments:
    """Straight lines.

    Attributes
    ----------
    starts, stops : (N, ndim) float64 array
        In pixels. These may be arrays of the caller, who may write to them later.
    spacing : tuple of float
    change : (N, ndim) float64 array
        From start to stop, in pixels, as they were.
    """

    starts: Floats
    stops: Floats
    spacing: tuple[float, ...]
    change: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Find the change while the arrays are as they were given."""
        with np.errstate(invalid="ignore"):  # infinity less infinity
            change = np.subtract(self.stops, self.starts, out=new_floats(*self.starts.shape))
        object.__setattr__(self, "change", change)

    @cached_property
    def lengths(self) -> Floats:
        """The lengths in the unit of the spacing; 0 where they are not finite."""
        return _lengths(self.change * self.spacing)

    @cached_property
    def pixel_lengths(self) -> Floats:
        """The lengths in pixels; 0 where they are not finite."""
        return _lengths(self.change)


def _lengths(vectors: Floats) -> Floats:
    squares = vectors**2
    lengths = np.sqrt(reduce(np.add, squares.T))  # of columns, which are long; rows are short
    return np.where(np.isfinite(lengths), lengths, 0.0)


@dataclass(frozen=True)
class Lines:
    """Samples along straight lines.

    Attributes
    ----------
    segments : Segments
        What they are placed on, from its starts on.
    steps : (N, ndim) float64 array or None
        From one sample to the next, in pixels. None: the way to `ends` is divided evenly.
    offsets : (N + 1,) int64 array
        Where the samples of each line begin.
    parts : (N,) or () float64 array
        The number of steps that make up a segment.
    pitch : float, optional
        The length of all steps in the unit of the spacing, where they were asked for by it.
    ends : (N, ndim) float64 array, optional
        The last samples, if they are not where steps lead but where segments end.
    """

    segments: Segments
    steps: Floats | None
    offsets: Offsets
    parts: Floats
    pitch: float | None = None
    ends: Floats | None = None

    def distances(self, threads: int | None) -> Floats:
        """Return the distance of each sample from the start of its line."""
        samples = int(self.offsets[-1])
        distances = new_floats(samples)
        lengths = self.segments.lengths
        steps = lengths / self.parts if self.pitch is None else np.full(len(lengths), self.pitch)
        last = None if self.ends is None else lengths
        _core.line_distances(self.offsets, steps, last, distances, threads_for(threads, samples))
        return distances

    def all_steps(self) -> Floats:
        """Return `steps`, also where they are even."""
        if self.steps is not None:
            return self.steps
        return self.segments.change / self.parts[..., np.newaxis]

    def numbers(self) -> Offsets:
        """Return the number of each sample in its line."""
        return np.arange(self.offsets[-1]) - np.repeat(self.offsets[:-1], np.diff(self.offsets))

    def points(self) -> Floats:
        """Return where steps lead from the start of each line, in pixels."""
        sizes = np.diff(self.offsets)
        moved = self.numbers()[:, np.newaxis] * np.repeat(self.all_steps(), sizes, axis=0)
        return np.repeat(self.segments.starts, sizes, axis=0) + moved


def at_step(segments: Segments, step: float, endpoint: bool) -> Lines:
    """Place samples at 0, step, 2 step ... and, where asked for, at the end."""
    parts = segments.lengths / step
    whole = np.floor(parts + TOLERANCE)
    steps = _parts_of(segments, parts)
    if not endpoint:
        offsets = offsets_of(check_sizes(whole + 1, "step"), "step")
        return Lines(segments, steps, offsets, parts, pitch=step)
    sizes = check_sizes(whole + 1 + (parts - whole > TOLERANCE), "step")
    offsets = offsets_of(sizes, "step")
    return Lines(segments, steps, offsets, parts, pitch=step, ends=_ends(segments, sizes))


def so_many(segments: Segments, number: int) -> Lines:
    """Place so many samples on every line, equally spaced, both ends included."""
    offsets = even_offsets(number, len(segments.starts), "n")
    ends = segments.stops if number > 1 else segments.starts
    return Lines(segments, None, offsets, np.array(max(number - 1.0, 1.0)), ends=ends)


def _ends(segments: Segments, sizes: NDArray[np.int64]) -> Floats:
    """Return the last samples; one sample is that of the start."""
    several = sizes > 1
    if several.all():
        return segments.stops
    return np.where(several[:, np.newaxis], segments.stops, segments.starts)


def as_scikit_image(segments: Segments) -> Lines:
    """Place samples as scikit-image does: less than a pixel apart, both ends included."""
    sizes = check_sizes(np.ceil(segments.pixel_lengths + 1), "like")
    parts = np.maximum(sizes - 1.0, 1)
    ends = _ends(segments, sizes)
    return Lines(segments, None, offsets_of(sizes, "like"), parts, ends=ends)


def as_imagej(segments: Segments, shape: tuple[int, ...]) -> Lines:
    """Place samples as ImageJ does: about a pixel apart, both ends included.

    It leaves one out of a line along a whole row or column of the image.
    """
    parts = np.floor(segments.pixel_lengths + 0.5)
    height, width = shape
    upright = (segments.change[:, 1] == 0) & (parts == height)
    level = (segments.change[:, 0] == 0) & (parts == width)
    sizes = parts + np.where(upright | level, 0, 1)
    offsets = offsets_of(check_sizes(sizes, "like"), "like")
    return Lines(segments, _parts_of(segments, parts), offsets, np.maximum(parts, 1))


def _parts_of(segments: Segments, parts: Floats) -> Floats:
    """Return the steps that divide each segment in so many parts; no step where there is none."""
    divisor = np.where(parts > 0, parts, 1)[:, np.newaxis]
    return np.where(parts[:, np.newaxis] > 0, segments.change / divisor, 0.0)
