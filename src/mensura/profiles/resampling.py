"""Profiles on one axis of distances, and means over groups of them.

Between two samples a profile is a straight line; beyond its ends, and between samples one of which
is not finite, it is not defined (NaN). On a sample it is that sample. Which sample lies before a
place of the axis is counted, not searched: a histogram of the samples over the axis, summed up
along it. Cost: a search of each sample in the axis, a few operations per element of the result;
blocks of profiles, so that little memory is used beside the result.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Elements that are worked on at once.
_AT_ONCE = 1 << 20


def ranges_of(ends: NDArray[np.int64], at_once: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of things, each of one thing or of as many as make no more than `at_once`.

    `ends` tells how much there is before each thing, and last how much there is of all.
    """
    start = 0
    while start + 1 < len(ends):
        stop = int(np.searchsorted(ends, ends[start] + at_once, side="right")) - 1
        stop = max(stop, start + 1)
        yield start, stop
        start = stop


@dataclass(frozen=True)
class Samples:
    """Profiles as arrays: values (S, C), distances (S,) and offsets (N + 1,).

    `length` (N,) is the distance once around each, where they are closed.
    """

    values: NDArray[np.float64]
    distance: NDArray[np.float64]
    offsets: NDArray[np.int64]
    length: NDArray[np.float64] | None = None

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of samples of each profile."""
        return np.diff(self.offsets)

    def part(self, start: int, stop: int) -> "Samples":
        """Return the profiles of a range."""
        first, last = self.offsets[[start, stop]].tolist()
        return Samples(
            self.values[first:last],
            self.distance[first:last],
            self.offsets[start : stop + 1] - first,
            None if self.length is None else self.length[start:stop],
        )

    def blocks(self, per_profile: int) -> Iterator[tuple[int, int]]:
        """Return ranges of profiles of about as many elements as are worked on at once."""
        channels = self.values.shape[1]
        ends = self.offsets * channels + np.arange(len(self.offsets)) * (per_profile + 1)
        return ranges_of(ends, _AT_ONCE)

    def located(self) -> "Samples":
        """Return these without samples whose distance is NaN."""
        keep = ~np.isnan(self.distance)
        if keep.all():
            return self
        kept = np.concatenate([[0], np.cumsum(keep)])
        return Samples(self.values[keep], self.distance[keep], kept[self.offsets], self.length)

    def unrolled(self) -> "Samples":
        """Return open profiles: closed ones with their first sample once more at the end."""
        if self.length is None:
            return self
        filled = self.sizes > 0
        first = self.offsets[:-1][filled]
        at = self.offsets[1:][filled]
        return Samples(
            np.insert(self.values, at, self.values[first], axis=0),
            np.insert(self.distance, at, self.distance[first] + self.length[filled]),
            np.concatenate([[0], np.cumsum(self.sizes + filled)]),
        )


def common_axis(
    samples: Samples, n: int | ArrayLike | None, *, relative: bool
) -> NDArray[np.float64]:
    """Return the distances at which all profiles are compared."""
    if n is not None and np.ndim(n) > 0:
        return _as_axis(n)
    if n is None and not relative:
        shared = _shared_axis(samples)
        if shared is not None:
            return shared
    count = int(samples.sizes.max(initial=1)) if n is None else _as_count(n)
    if relative:
        return _even(0.0, 1.0, count, closed=samples.length is not None)
    located = samples.located()
    if not len(located.distance):
        return np.zeros(count)
    first = float(located.distance.min())
    if located.length is not None:
        return _even(first, first + float(located.length.max()), count, closed=True)
    return _even(first, float(located.distance.max()), count, closed=False)


def _even(first: float, last: float, count: int, *, closed: bool) -> NDArray[np.float64]:
    return np.linspace(first, last, count, endpoint=not closed)


def _as_count(n: object) -> int:
    if isinstance(n, (bool, np.bool_)) or not isinstance(n, (int, np.integer)):
        raise TypeError(f"n must be an integer, an array of distances or None, not {n!r}")
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    return int(n)


def _as_axis(n: ArrayLike) -> NDArray[np.float64]:
    axis = np.asarray(n, dtype=np.float64)
    if axis.ndim != 1 or not len(axis) or not np.isfinite(axis).all() or (np.diff(axis) <= 0).any():
        raise ValueError("n must be a number of points or 1-D increasing, finite distances")
    return axis


def _shared_axis(samples: Samples) -> NDArray[np.float64] | None:
    """Return the distances of the longest profile, if all others begin with the same."""
    sizes = samples.sizes
    if not len(sizes) or samples.length is not None:
        return None
    longest = int(sizes.argmax())
    axis = samples.distance[slice(*samples.offsets[longest : longest + 2].tolist())]
    if not len(axis) or np.isnan(axis).any() or (np.diff(axis) <= 0).any():
        return None
    for start, stop in samples.blocks(0):
        part = samples.part(start, stop)
        place = np.arange(len(part.distance)) - np.repeat(part.offsets[:-1], part.sizes)
        if not np.array_equal(part.distance, axis[place]):
            return None
    return axis.copy()


def resample(samples: Samples, axis: NDArray[np.float64], *, relative: bool) -> NDArray[np.float64]:
    """Return the profiles at the distances of `axis`: (N, n, C)."""
    shape = (len(samples.sizes), len(axis), samples.values.shape[1])
    result = np.empty(shape)
    for start, stop, part in resampled_blocks(samples, axis, relative=relative):
        result[start:stop] = part
    return result


def resampled_blocks(
    samples: Samples, axis: NDArray[np.float64], *, relative: bool
) -> Iterator[tuple[int, int, NDArray[np.float64]]]:
    """Yield the same in blocks of profiles: the range and the part of the result."""
    for start, stop in samples.blocks(len(axis) * samples.values.shape[1]):
        part = samples.part(start, stop).located().unrolled()
        yield start, stop, _interpolate(_relative(part) if relative else part, axis)


def _relative(samples: Samples) -> Samples:
    """Return profiles whose distances run from 0 to 1; those of length 0 stay at 0."""
    filled = samples.sizes > 0
    first = np.zeros(len(filled))
    span = np.ones(len(filled))
    first[filled] = samples.distance[samples.offsets[:-1][filled]]
    span[filled] = samples.distance[samples.offsets[1:][filled] - 1] - first[filled]
    span[span == 0] = 1.0
    sizes = samples.sizes
    distance = (samples.distance - np.repeat(first, sizes)) / np.repeat(span, sizes)
    return Samples(samples.values, distance, samples.offsets)


def _interpolate(samples: Samples, axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return straight lines between the samples at the distances of `axis`."""
    count, n = len(samples.sizes), len(axis)
    result = np.full((count, n, samples.values.shape[1]), np.nan)
    if not len(samples.distance):
        return result
    before = _samples_up_to(samples, axis)
    ends_here = before == samples.sizes[:, None]
    lower = samples.offsets[:-1, None] + before - 1
    inside = before > 0
    at = np.where(inside, lower, 0)
    following = np.minimum(at + 1, len(samples.distance) - 1)
    beyond = axis - samples.distance[at]
    on_sample = inside & (beyond == 0)
    between = inside & ~ends_here & ~on_sample
    gap = samples.distance[following] - samples.distance[at]
    fraction = (beyond[between] / gap[between])[:, None]
    low, high = samples.values[at[between]], samples.values[following[between]]
    with np.errstate(invalid="ignore"):
        lines = low + fraction * (high - low)
    result[between] = np.where(np.isfinite(low) & np.isfinite(high), lines, np.nan)
    result[on_sample] = samples.values[at[on_sample]]
    return result


def _samples_up_to(samples: Samples, axis: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many samples of each profile lie at or before each distance: (N, n)."""
    count, n = len(samples.sizes), len(axis)
    place = np.searchsorted(axis, samples.distance, side="left")
    owner = np.repeat(np.arange(count), samples.sizes)
    histogram = np.bincount(owner * (n + 1) + place, minlength=count * (n + 1))
    return np.cumsum(histogram.reshape(count, n + 1)[:, :n], axis=1)


@dataclass(frozen=True)
class GroupMeans:
    """Statistics over the profiles of each group, at each distance: (G, n, C)."""

    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]


def means_over_groups(
    samples: Samples,
    axis: NDArray[np.float64],
    group: NDArray[np.intp],
    groups: int,
    *,
    relative: bool,
    ddof: int,
) -> GroupMeans:
    """Return the statistics of the resampled profiles; `group` (N,) numbers each profile's group.

    Blocks are merged as by Chan, Golub and LeVeque (The American Statistician 37, 1983), so that
    the standard deviation does not suffer where the mean is large. The mean of a block is found
    from differences to its smallest value, so that a constant is its own mean.
    """
    shape = (groups, len(axis), samples.values.shape[1])
    count = np.zeros(shape, np.int64)
    mean, squares = np.zeros(shape), np.zeros(shape)
    least, most = np.full(shape, np.inf), np.full(shape, -np.inf)
    for start, stop, part in resampled_blocks(samples, axis, relative=relative):
        order = np.argsort(group[start:stop], kind="stable")
        ids = group[start:stop][order]
        first = np.flatnonzero(np.diff(ids, prepend=-1))
        here = ids[first]
        rows = part[order]
        valid = np.isfinite(rows)
        added = np.add.reduceat(valid, first, axis=0, dtype=np.int64)
        low = np.minimum.reduceat(np.where(valid, rows, np.inf), first, axis=0)
        high = np.maximum.reduceat(np.where(valid, rows, -np.inf), first, axis=0)
        base = np.where(added > 0, low, 0.0)
        sizes = np.diff(np.append(first, len(ids)))
        with np.errstate(over="ignore", invalid="ignore"):
            above = np.where(valid, rows - np.repeat(base, sizes, axis=0), 0.0)
            rest = np.add.reduceat(above, first, axis=0) / np.maximum(added, 1)
            residuals = np.where(valid, above - np.repeat(rest, sizes, axis=0), 0.0)
            spread = np.add.reduceat(residuals**2, first, axis=0)
            total = count[here] + added
            delta = base + rest - mean[here]
            share = added / np.maximum(total, 1)
            squares[here] += spread + delta**2 * count[here] * share
            mean[here] += delta * share
        count[here] = total
        least[here] = np.minimum(least[here], low)
        most[here] = np.maximum(most[here], high)
    none = count == 0
    with np.errstate(invalid="ignore", divide="ignore"):
        std = np.sqrt(np.where(count > ddof, squares / (count - ddof), np.nan))
    # Of values that differ by so little, or so much, that double does not hold their squares there
    # is none.
    limits = np.finfo(float)
    std[(most > least) & ~((squares >= count * limits.tiny) & (squares <= limits.max))] = np.nan
    mean[none], least[none], most[none], std[none] = np.nan, np.nan, np.nan, np.nan
    return GroupMeans(count, mean, std, least, most)
