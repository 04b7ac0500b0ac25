"""Where samples of straight lines lie: at a step, so many of them, or as other programs do it.

All functions take :class:`Segments` and return :class:`Lines`, one of them per segment. A segment
with an end that is not finite counts as one of no length.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mensura import _core
from mensura.profiles.sampling import TOLERANCE, Floats, Offsets, check_sizes, offsets_of
from mensura.threads import threads_for


@dataclass(frozen=True)
class Segments:
    """Straight lines.

    Attributes
    ----------
    starts, stops : (N, ndim) float64 array
        In pixels.
    spacing : tuple of float
    """

    starts: Floats
    stops: Floats
    spacing: tuple[float, ...]

    @cached_property
    def change(self) -> Floats:
        """From start to stop, in pixels."""
        with np.errstate(invalid="ignore"):  # infinity less infinity
            return self.stops - self.starts

    @cached_property
    def lengths(self) -> Floats:
        """The lengths in the unit of the spacing; 0 where they are not finite."""
        return _lengths(self.change * self.spacing)

    @cached_property
    def pixel_lengths(self) -> Floats:
        """The lengths in pixels; 0 where they are not finite."""
        return _lengths(self.change)


def _lengths(vectors: Floats) -> Floats:
    lengths = np.sqrt((vectors**2).sum(axis=1))
    return np.where(np.isfinite(lengths), lengths, 0.0)


@dataclass(frozen=True)
class Lines:
    """Samples along straight lines.

    Attributes
    ----------
    starts : (N, ndim) float64 array
        The first samples, in pixels.
    steps : (N, ndim) float64 array
        From one sample to the next, in pixels.
    lengths : (N,) float64 array
        The lengths of the steps, in the unit of the spacing.
    offsets : (N + 1,) int64 array
        Where the samples of each line begin.
    ends : (N, ndim) float64 array, optional
        The last samples, if they are not where steps lead.
    last : (N,) float64 array, optional
        The distances of the last samples, if not what steps add up to.
    """

    starts: Floats
    steps: Floats
    lengths: Floats
    offsets: Offsets
    ends: Floats | None = None
    last: Floats | None = None

    def distances(self, threads: int | None) -> Floats:
        """Return the distance of each sample from the start of its line."""
        samples = int(self.offsets[-1])
        distances, _ = _core.new_output(np.dtype(np.float64), (samples,))
        used = threads_for(threads, samples)
        _core.line_distances(self.offsets, self.lengths, self.last, distances, used)
        return distances

    def numbers(self) -> Offsets:
        """Return the number of each sample in its line."""
        return np.arange(self.offsets[-1]) - np.repeat(self.offsets[:-1], np.diff(self.offsets))

    def points(self) -> Floats:
        """Return where each sample lies, in pixels; without `ends`."""
        sizes = np.diff(self.offsets)
        moved = self.numbers()[:, np.newaxis] * np.repeat(self.steps, sizes, axis=0)
        return np.repeat(self.starts, sizes, axis=0) + moved


def at_step(segments: Segments, step: float, endpoint: bool) -> Lines:
    """Place samples at 0, step, 2 step ... and, where asked for, at the end."""
    parts = segments.lengths / step
    whole = np.floor(parts + TOLERANCE)
    steps = _parts_of(segments, parts)
    each = np.full(len(steps), step)
    if not endpoint:
        offsets = offsets_of(check_sizes(whole + 1, "step"), "step")
        return Lines(segments.starts, steps, each, offsets)
    sizes = check_sizes(whole + 1 + (parts - whole > TOLERANCE), "step")
    # One sample is that of the start.
    ends = np.where(sizes[:, np.newaxis] > 1, segments.stops, segments.starts)
    return Lines(segments.starts, steps, each, offsets_of(sizes, "step"), ends, segments.lengths)


def so_many(segments: Segments, sizes: Floats, of: str = "n") -> Lines:
    """Place so many samples on each line, equally spaced, both ends included."""
    parts = np.maximum(sizes - 1, 1)
    ends = np.where(sizes[:, np.newaxis] > 1, segments.stops, segments.starts)
    return Lines(
        segments.starts,
        segments.change / parts[:, np.newaxis],
        segments.lengths / parts,
        offsets_of(check_sizes(sizes, of), of),
        ends,
        segments.lengths,
    )


def as_scikit_image(segments: Segments) -> Lines:
    """Place samples as scikit-image does: less than a pixel apart, both ends included."""
    return so_many(segments, np.ceil(segments.pixel_lengths + 1), "like")


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
    lengths = segments.lengths / np.maximum(parts, 1)
    return Lines(segments.starts, _parts_of(segments, parts), lengths, offsets)


def _parts_of(segments: Segments, parts: Floats) -> Floats:
    """Return the steps that divide each segment in so many parts; no step where there is none."""
    divisor = np.where(parts > 0, parts, 1)[:, np.newaxis]
    return np.where(parts[:, np.newaxis] > 0, segments.change / divisor, 0.0)
