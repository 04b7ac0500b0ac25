"""Peaks, edges, plateaus and areas of profiles, all profiles at once.

A profile is the straight lines between its valid samples: NaN and infinite ones are skipped, and
the line goes across. A width ends where that line crosses a level. On closed profiles the way goes
round and round. Nothing is fitted. Cost: some fifty passes over the samples in blocks of profiles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mensura.profiles.resampling import Samples

#: Name of each measurement: its unit, "intensity", "distance" or both, and its definition.
SHAPES = {
    "n_valid": ("", "number of valid samples"),
    "peak": ("intensity", "largest sample"),
    "peak_position": ("distance", "distance of the first sample that is as large as the peak"),
    "baseline": ("intensity", "what heights are counted from"),
    "fwhm": (
        "distance",
        "full width at half maximum: half_right - half_left",
    ),
    "half_left": (
        "distance",
        "nearest place before the peak where the profile is half way between baseline and peak",
    ),
    "half_right": ("distance", "nearest such place behind the peak"),
    "half_left_found": ("", "whether there is such a place before the peak"),
    "half_right_found": ("", "whether there is such a place behind the peak"),
    "edge_position": (
        "distance",
        "steepest place where the profile crosses baseline + edge_fraction x (peak - baseline)",
    ),
    "edge_crossings": ("", "number of such places"),
    "slope_max": ("intensity / distance", "steepest slope between neighboring samples, signed"),
    "slope_max_position": ("distance", "the middle between these samples"),
    "center_of_mass": (
        "distance",
        "integral of distance x (value - baseline) / integral of (value - baseline)",
    ),
    "plateau": (
        "intensity",
        "mean of the samples around the peak > baseline + plateau_fraction x (peak - baseline)",
    ),
    "plateau_width": ("distance", "how far the profile stays above that, around the peak"),
    "area": ("intensity x distance", "integral of the value (trapezoids)"),
    "area_above": ("intensity x distance", "integral of (value - baseline)"),
}

_DTYPES = {
    "n_valid": np.dtype(np.int64),
    "edge_crossings": np.dtype(np.int64),
    "half_left_found": np.dtype(bool),
    "half_right_found": np.dtype(bool),
}


@dataclass(frozen=True)
class ShapeOptions:
    """What heights are counted from, and at which fractions of the height edges and plateaus lie.

    `baseline` is "min", "ends" or a number.
    """

    baseline: str | float
    edge_fraction: float
    plateau_fraction: float


def measure_shapes(samples: Samples, options: ShapeOptions) -> dict[str, NDArray[np.generic]]:
    """Return each measurement of `SHAPES` of all profiles and channels: arrays (N, C)."""
    shape = (len(samples.sizes), samples.values.shape[1])
    result = {
        name: np.zeros(shape, _DTYPES[name]) if name in _DTYPES else np.full(shape, np.nan)
        for name in SHAPES
    }
    for start, stop in samples.blocks(0):
        part = samples.part(start, stop)
        for channel in range(shape[1]):
            numbers, curves = _valid_curves(part, channel)
            if not len(numbers):
                continue
            for name, found in _shapes_of(curves, options).items():
                result[name][start + numbers, channel] = found
    return result


@dataclass(frozen=True)
class _Curves:
    """Profiles of one channel, each of at least one sample, all valid."""

    value: NDArray[np.float64]
    distance: NDArray[np.float64]
    start: NDArray[np.int64]
    size: NDArray[np.int64]
    length: NDArray[np.float64] | None

    @property
    def owner(self) -> NDArray[np.intp]:
        return np.repeat(np.arange(len(self.start)), self.size)

    def first_of(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the first chosen sample of each profile."""
        index = np.where(chosen, np.arange(len(chosen)), len(chosen))
        return np.minimum.reduceat(index, self.start)

    def twice(self) -> "_Curves":
        """Return closed profiles gone round twice; open ones as they are."""
        if self.length is None:
            return self
        turn = np.repeat(self.start, 2 * self.size)
        within = np.arange(len(turn)) - 2 * turn
        size = np.repeat(self.size, 2 * self.size)
        second = within >= size
        at = turn + within - second * size
        later = np.where(second, np.repeat(self.length, 2 * self.size), 0.0)
        return _Curves(
            self.value[at], self.distance[at] + later, 2 * self.start, 2 * self.size, None
        )


def _valid_curves(samples: Samples, channel: int) -> tuple[NDArray[np.intp], _Curves]:
    """Return the numbers of the profiles that have valid samples, and these samples."""
    value = samples.values[:, channel]
    valid = np.isfinite(value) & np.isfinite(samples.distance)
    kept = np.concatenate([[0], np.cumsum(valid)])[samples.offsets]
    size = np.diff(kept)
    numbers = np.flatnonzero(size)
    length = None if samples.length is None else samples.length[numbers]
    return numbers, _Curves(
        value[valid], samples.distance[valid], kept[:-1][numbers], size[numbers], length
    )


def _shapes_of(curves: _Curves, options: ShapeOptions) -> dict[str, NDArray[np.generic]]:
    owner = curves.owner
    peak = np.maximum.reduceat(curves.value, curves.start)
    at_peak = curves.first_of(curves.value == peak[owner])
    baseline = _baseline(curves, options.baseline)
    height = np.where(peak > baseline, peak - baseline, np.nan)
    half = _Stretch(curves, at_peak, baseline + 0.5 * height)
    top = _Stretch(curves, at_peak, baseline + options.plateau_fraction * height)
    lines = _Lines(curves)
    steepest, slope_position = lines.steepest()
    edge, crossings = lines.crossing(baseline + options.edge_fraction * height)
    area, above, moment = lines.integrals(baseline)
    center = np.full(len(peak), np.nan)
    if curves.length is None:
        center[above > 0] = moment[above > 0] / above[above > 0]
    return {
        "n_valid": curves.size,
        "peak": peak,
        "peak_position": curves.distance[at_peak],
        "baseline": baseline,
        "fwhm": half.right - half.left,
        "half_left": half.left,
        "half_right": half.right,
        "half_left_found": half.left_found,
        "half_right_found": half.right_found,
        "edge_position": edge,
        "edge_crossings": crossings,
        "slope_max": steepest,
        "slope_max_position": slope_position,
        "center_of_mass": center,
        "plateau": np.where(np.isnan(height), np.nan, top.mean()),
        "plateau_width": np.where(np.isnan(height), np.nan, top.width()),
        "area": area,
        "area_above": above,
    }


def _baseline(curves: _Curves, baseline: str | float) -> NDArray[np.float64]:
    if baseline == "min":
        return np.minimum.reduceat(curves.value, curves.start)
    if baseline == "ends":
        first, last = curves.start, curves.start + curves.size - 1
        return 0.5 * curves.value[first] + 0.5 * curves.value[last]
    return np.full(len(curves.start), float(baseline))


class _Stretch:
    """How far each profile stays above a level, to either side of its peak."""

    def __init__(self, curves: _Curves, at_peak: NDArray[np.int64], level: NDArray[np.float64]):
        self._once = curves
        self._curves = way = curves.twice()
        first_turn = at_peak - curves.start + way.start
        second_turn = first_turn + (0 if curves.length is None else curves.size)
        below = way.value <= np.repeat(level, way.size)
        index = np.arange(len(below))
        before = np.maximum.accumulate(np.where(below, index, -1))[second_turn]
        after = np.minimum.accumulate(np.where(below, index, len(below))[::-1])[::-1][first_turn]
        self.left_found = before >= way.start
        self.right_found = after < way.start + way.size
        self._before, self._after = before, after
        self._first_turn, self._second_turn = first_turn, second_turn
        turn = 0.0 if curves.length is None else curves.length
        self.left = self._crossing(before, 1, level, self.left_found) - turn
        self.right = self._crossing(after, -1, level, self.right_found)

    def _crossing(
        self,
        outside: NDArray[np.int64],
        inward: int,
        level: NDArray[np.float64],
        found: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """Return where the line from a sample not above the level to its neighbor crosses it."""
        place = np.full(len(outside), np.nan)
        low = outside[found]
        value, distance = self._curves.value, self._curves.distance
        fraction = (level[found] - value[low]) / (value[low + inward] - value[low])
        place[found] = distance[low] + fraction * (distance[low + inward] - distance[low])
        return place

    def mean(self) -> NDArray[np.float64]:
        """Return the mean of the samples above the level, around the peak."""
        way, closed = self._curves, self._once.length is not None
        round_once = self._second_turn - self._once.size if closed else way.start - 1
        before = np.where(self.left_found, self._before, round_once)
        ahead = self._first_turn + 1 if closed else way.start + way.size
        after = np.where(self.right_found, self._after, ahead)
        index = np.arange(len(way.value))
        owner = way.owner
        inside = (index > before[owner]) & (index <= self._second_turn[owner])
        inside |= (index > self._first_turn[owner]) & (index < after[owner])
        # About the peak's value, so that nothing is lost where values are large and alike.
        top = way.value[self._first_turn]
        below_top = np.where(inside, top[owner] - way.value, 0.0)
        count = np.bincount(owner, inside, len(top))
        return top - np.bincount(owner, below_top, len(top)) / count

    def width(self) -> NDArray[np.float64]:
        """Return how far the profile stays above the level, up to its ends."""
        once = self._once
        if once.length is not None:
            return np.where(self.left_found, self.right - self.left, once.length)
        first, last = once.distance[once.start], once.distance[once.start + once.size - 1]
        left = np.where(self.left_found, self.left, first)
        return np.where(self.right_found, self.right, last) - left


class _Lines:
    """The straight lines between the samples of each profile, around the closed ones."""

    def __init__(self, curves: _Curves):
        start, size = curves.start, curves.size
        begin = np.arange(len(curves.value))
        end = begin + 1
        last = start + size - 1
        end[last] = start
        turn = np.zeros(len(begin))
        keep = np.ones(len(begin), bool)
        if curves.length is None:
            keep[last] = False
        else:
            turn[last] = curves.length
        begin, end, turn = begin[keep], end[keep], turn[keep]
        self._count = len(start)
        self._owner = curves.owner[keep]
        self._first = np.flatnonzero(np.diff(self._owner, prepend=-1))
        self._value = curves.value[begin]
        self._stop = curves.value[end]
        self._rise = self._stop - self._value
        self._place = curves.distance[begin]
        self._run = curves.distance[end] + turn - curves.distance[begin]

    def steepest(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the steepest slope of each profile, signed, and the middle of its line."""
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(self._run > 0, self._rise / self._run, np.nan)
        line = self._first_largest(np.abs(slope))
        middle = self._place + 0.5 * self._run
        return _at(slope, line), _at(middle, line)

    def crossing(self, level: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return where each profile crosses its level most steeply, and how often it does."""
        of_line = level[self._owner]
        crosses = (self._value <= of_line) != (self._stop <= of_line)
        crosses &= ~np.isnan(of_line)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.where(crosses, np.abs(self._rise) / self._run, np.nan)
            place = self._place + (of_line - self._value) / self._rise * self._run
        crossings = np.bincount(self._owner[crosses], minlength=self._count)
        return _at(place, self._first_largest(slope)), crossings

    def integrals(self, baseline: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Return the integrals of value, of height above a baseline and of distance x height."""
        low = self._value - baseline[self._owner]
        high = self._stop - baseline[self._owner]
        stop = self._place + self._run
        moments = self._run / 6 * (self._place * (2 * low + high) + stop * (low + 2 * high))
        half = 0.5 * self._run
        areas = half * (self._value + self._stop), half * (low + high), moments
        return tuple(self._sums(of_line) for of_line in areas)

    def _sums(self, of_line: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum over the lines of each profile, NaN where it has none."""
        sums = np.full(self._count, np.nan)
        if len(of_line):
            sums[self._owner[self._first]] = np.add.reduceat(of_line, self._first)
        return sums

    def _first_largest(self, size: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the line of each profile with the largest size, the first of several; -1: none."""
        known = np.flatnonzero(~np.isnan(size))
        found = np.full(self._count, -1)
        if not len(known):
            return found
        owner = self._owner[known]
        start = np.flatnonzero(np.diff(owner, prepend=-1))
        largest = np.maximum.reduceat(size[known], start)
        which = size[known] == np.repeat(largest, np.diff(np.append(start, len(owner))))
        place = np.where(which, np.arange(len(known)), len(known))
        found[owner[start]] = known[np.minimum.reduceat(place, start)]
        return found


def _at(values: NDArray[np.float64], where: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the values at places, NaN where there is none (-1)."""
    if not len(values):
        return np.full(len(where), np.nan)
    return np.where(where >= 0, values[where], np.nan)
