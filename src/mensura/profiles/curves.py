"""Curves through vertices, walked along by arc length: polylines and cubic splines, many at once.

A spline is the natural cubic one, its parameter the length of the chords between vertices: through
every vertex, with a continuous second derivative that is 0 at both ends. Its arc length is
integrated by Gauss and Legendre's rule (8 points on each 16th of the way between two vertices)
and inverted by Newton's method. The systems of all curves are solved together by parallel cyclic
reduction (R. W. Hockney, C. R. Jesshope, Parallel Computers, 1981).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mensura.arguments import check_flag
from mensura.profiles.sampling import TOLERANCE, Floats, Offsets, as_points

#: Parts of a spline between two vertices that are integrated one by one.
_PARTS = 16
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NEWTON_STEPS = 4


@dataclass(frozen=True)
class Polylines:
    """Straight lines from vertex to vertex.

    Attributes
    ----------
    vertices : (V, ndim) float64 array
        Of all curves, in pixels, no two neighbors equal; a curve of no length has one. Curves with
        a vertex that is not finite have one, which is NaN.
    offsets : (N + 1,) int64 array
        Where the vertices of each curve begin.
    spacing : tuple of float
    """

    vertices: Floats
    offsets: Offsets
    spacing: tuple[float, ...]

    @cached_property
    def is_last(self) -> Any:
        """Whether a vertex is the last of its curve: (V,)."""
        last = np.zeros(len(self.vertices), bool)
        last[self.offsets[1:] - 1] = True
        return last

    @cached_property
    def chords(self) -> Floats:
        """From each vertex to the next, in the unit of the spacing; 0 from the last: (V, ndim)."""
        chords = np.zeros_like(self.vertices)
        chords[:-1] = np.diff(self.vertices, axis=0) * self.spacing
        chords[self.is_last] = 0
        return chords

    @cached_property
    def pieces(self) -> Floats:
        """The length of the curve from each vertex to the next: (V,)."""
        return np.sqrt((self.chords**2).sum(axis=1))

    @cached_property
    def starts(self) -> Floats:
        """The arc length at each vertex, from the start of its curve: (V,)."""
        return _running_sums(self.pieces, self.offsets)

    @cached_property
    def lengths(self) -> Floats:
        """The length of each curve: (N,)."""
        return self.starts[self.offsets[1:] - 1]

    def at(self, curve: Offsets, distance: Floats) -> tuple[Floats, Floats]:
        """Return points, in pixels, and tangents, in the unit of the spacing, at arc lengths.

        At a vertex between two pieces the tangent is halfway between theirs.
        """
        piece = _piece_at(self.starts, self.offsets, curve, distance)
        rest = distance - self.starts[piece]
        length = self.pieces[piece]
        fraction = np.divide(rest, length, out=np.zeros_like(rest), where=length > 0)
        following = np.minimum(piece + 1, self.offsets[curve + 1] - 1)
        change = self.vertices[following] - self.vertices[piece]
        points = self.vertices[piece] + fraction[:, np.newaxis] * change
        return points, self._tangents(curve, piece, fraction)

    def _tangents(self, curve: Offsets, piece: Offsets, fraction: Floats) -> Floats:
        divisor = np.where(self.pieces > 0, self.pieces, 1)[:, np.newaxis]
        units = self.chords / divisor
        tangents = units[piece]
        begins = (fraction <= TOLERANCE) & (piece > self.offsets[curve])
        tangents[begins] += units[piece[begins] - 1]
        ends = (fraction >= 1 - TOLERANCE) & (piece + 2 < self.offsets[curve + 1])
        tangents[ends] += units[piece[ends] + 1]
        return tangents


@dataclass(frozen=True)
class Splines(Polylines):
    """Natural cubic splines through the vertices."""

    @cached_property
    def knots(self) -> Floats:
        """The parameter between each vertex and the next, the length of the chord: (V,)."""
        return np.sqrt((self.chords**2).sum(axis=1))

    @cached_property
    def curvatures(self) -> Floats:
        """The second derivative at each vertex: (V, ndim)."""
        after = self.knots
        before = np.zeros_like(after)
        before[1:] = after[:-1]
        inner = (before > 0) & (after > 0)
        slopes = self.chords / np.where(after > 0, after, 1)[:, np.newaxis]
        change = np.zeros_like(slopes)
        change[1:] = slopes[1:] - slopes[:-1]
        return _solve_tridiagonal(
            np.where(inner, before, 0.0),
            np.where(inner, 2 * (before + after), 1.0),
            np.where(inner, after, 0.0),
            np.where(inner[:, np.newaxis], 6 * change, 0.0),
            int(np.diff(self.offsets).max(initial=1)),
        )

    @cached_property
    def parts(self) -> Floats:
        """The lengths of the parts between each vertex and the next: (V, parts)."""
        vertex = np.repeat(np.arange(len(self.vertices)), _PARTS)
        width = self.knots[vertex] / _PARTS
        begin = np.tile(np.arange(float(_PARTS)), len(self.vertices)) * width
        return self._integral(vertex, begin, width).reshape(-1, _PARTS)

    @cached_property
    def pieces(self) -> Floats:
        """The length of the curve from each vertex to the next: (V,)."""
        return self.parts.sum(axis=1)

    def at(self, curve: Offsets, distance: Floats) -> tuple[Floats, Floats]:
        """Return points, in pixels, and tangents, in the unit of the spacing, at arc lengths."""
        piece = _piece_at(self.starts, self.offsets, curve, distance)
        rest = distance - self.starts[piece]
        ends = np.cumsum(self.parts[piece], axis=1)
        part = np.minimum((ends < rest[:, np.newaxis]).sum(axis=1), _PARTS - 1)
        each = np.arange(len(part))
        rest = rest - np.where(part > 0, ends[each, part - 1], 0.0)
        width = self.knots[piece] / _PARTS
        begin = part * width
        whole = self.parts[piece, part]
        u = begin + width * np.divide(rest, whole, out=np.zeros_like(rest), where=whole > 0)
        for _ in range(_NEWTON_STEPS):
            speed = _norms(self._derivative(piece, u))
            error = self._integral(piece, begin, u - begin) - rest
            u -= np.divide(error, speed, out=np.zeros_like(u), where=speed > 0)
            u = np.clip(u, begin, begin + width)
        points = self.vertices[piece] + self._moved(piece, u) / self.spacing
        return points, self._derivative(piece, u)

    def _integral(self, piece: Offsets, begin: Floats, width: Floats) -> Floats:
        """Return arc lengths from parameter `begin` on."""
        total = np.zeros_like(begin)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            u = begin + width * (node + 1) / 2
            total += weight * _norms(self._derivative(piece, u))
        return total * width / 2

    def _coefficients(self, piece: Offsets) -> tuple[Floats, Floats, Floats]:
        """Return first, half second and sixth of third derivative at the vertices."""
        h = np.where(self.knots[piece] > 0, self.knots[piece], 1)[:, np.newaxis]
        following = np.minimum(piece + 1, len(self.vertices) - 1)
        here, there = self.curvatures[piece], self.curvatures[following]
        slope = self.chords[piece] / h - h * (2 * here + there) / 6
        return slope, here / 2, (there - here) / (6 * h)

    def _moved(self, piece: Offsets, u: Floats) -> Floats:
        slope, square, cube = self._coefficients(piece)
        v = u[:, np.newaxis]
        return v * (slope + v * (square + v * cube))

    def _derivative(self, piece: Offsets, u: Floats) -> Floats:
        slope, square, cube = self._coefficients(piece)
        v = u[:, np.newaxis]
        return slope + v * (2 * square + v * 3 * cube)


def _norms(vectors: Floats) -> Floats:
    return np.sqrt((vectors**2).sum(axis=1))


def _running_sums(pieces: Floats, offsets: Offsets) -> Floats:
    """Return sums of the pieces before each vertex, from the start of its curve."""
    if len(offsets) == 2:
        return np.concatenate([[0.0], np.cumsum(pieces[:-1])])
    # Curve by curve, so that none is rounded at the size of all of them together.
    sums = np.zeros_like(pieces)
    sizes = np.diff(offsets)
    for size in np.unique(sizes[sizes > 1]):
        rows = offsets[:-1][sizes == size][:, np.newaxis] + np.arange(size)
        sums[rows[:, 1:]] = np.cumsum(pieces[rows[:, :-1]], axis=1)
    return sums


def _piece_at(starts: Floats, offsets: Offsets, curve: Offsets, distance: Floats) -> Offsets:
    """Return the vertex before each distance, by bisection in its curve."""
    low = offsets[curve]
    high = np.maximum(offsets[curve + 1] - 2, low)
    first = low.copy()
    while (low < high).any():
        middle = (low + high + 1) // 2
        reached = starts[middle] <= distance
        low = np.where(reached & (low < high), middle, low)
        high = np.where(~reached & (low < high), middle - 1, high)
        high = np.maximum(high, low)
    return np.maximum(low, first)


def _solve_tridiagonal(
    lower: Floats, diagonal: Floats, upper: Floats, right: Floats, longest: int
) -> Floats:
    """Solve systems of at most `longest` equations, of which the ends are 0 in lower and upper."""
    lower, diagonal, upper, right = lower.copy(), diagonal.copy(), upper.copy(), right.copy()
    size, reach = len(diagonal), 1
    while reach < min(longest, size):
        above = np.zeros(size)
        below = np.zeros(size)
        above[reach:] = -lower[reach:] / diagonal[:-reach]
        below[:-reach] = -upper[:-reach] / diagonal[reach:]
        new_diagonal, new_right = diagonal.copy(), right.copy()
        new_diagonal[reach:] += above[reach:] * upper[:-reach]
        new_diagonal[:-reach] += below[:-reach] * lower[reach:]
        new_right[reach:] += above[reach:, np.newaxis] * right[:-reach]
        new_right[:-reach] += below[:-reach, np.newaxis] * right[reach:]
        new_lower, new_upper = np.zeros(size), np.zeros(size)
        new_lower[reach:] = above[reach:] * lower[:-reach]
        new_upper[:-reach] = below[:-reach] * upper[reach:]
        lower, diagonal, upper, right = new_lower, new_diagonal, new_upper, new_right
        reach *= 2
    return right / diagonal[:, np.newaxis]


# ------------------------------------------------------------------------------------- at the door


def read_curves(
    paths: ArrayLike | Sequence[ArrayLike], spline: bool, spacing: Any, name: str = "paths"
) -> Polylines:
    """Return curves from one array, a sequence of arrays, or vertices and offsets."""
    kind = Splines if check_flag(spline, "spline") else Polylines
    vertices, offsets = _vertices(paths, name)
    steps = spacing(vertices.shape[1])
    return kind(*_without_repeats(vertices, offsets), steps)


def _vertices(paths: Any, name: str) -> tuple[Floats, Offsets]:
    if isinstance(paths, np.ndarray) and paths.dtype != object and paths.ndim == 2:
        points = as_points(paths, name)
        return _checked(points, np.array([0, len(points)]), lambda _: name)
    if isinstance(paths, tuple) and len(paths) == 2 and np.ndim(paths[1]) == 1:
        points = as_points(paths[0], f"{name}[0]")
        return _checked(
            points, _as_offsets(paths[1], len(points), name), lambda i: f"path {i} of {name}"
        )
    try:
        items = list(paths)
    except TypeError:
        raise TypeError(f"{name} must be a sequence of arrays of vertices, not {paths!r}") from None
    if not items:
        raise ValueError(
            f"{name} has no path, so that the number of axes is not known; for none at all pass "
            "(np.empty((0, ndim)), [0])"
        )
    arrays: list[Floats] = []
    for i, item in enumerate(items):
        arrays.append(as_points(item, f"{name}[{i}]", arrays[0].shape[1] if arrays else None))
    offsets = np.concatenate([[0], np.cumsum([len(array) for array in arrays])])
    return _checked(np.concatenate(arrays), offsets, lambda i: f"{name}[{i}]")


def _as_offsets(offsets: Any, vertices: int, name: str) -> Offsets:
    array = np.asarray(offsets)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}[1], the offsets, must be integers, not {array.dtype}")
    wrong = _wrong_offset(array, vertices)
    if wrong is not None:
        given = "it is empty" if not len(array) else f"{name}[1][{wrong}] is {array[wrong]}"
        raise ValueError(
            f"{name}[1], the offsets, must rise from 0 to the number of vertices, {vertices}; "
            f"{given}"
        )
    return array.astype(np.int64)


def _wrong_offset(offsets: Any, vertices: int) -> int | None:
    """Return which offset is not as it must be."""
    if not len(offsets) or offsets[0] != 0:
        return 0
    falls = offsets[1:] < offsets[:-1]
    if falls.any():
        return int(falls.argmax()) + 1
    return None if offsets[-1] == vertices else len(offsets) - 1


def _checked(vertices: Floats, offsets: Offsets, name_of: Any) -> tuple[Floats, Offsets]:
    sizes = np.diff(offsets)
    if (sizes < 2).any():
        short = int((sizes < 2).argmax())
        raise ValueError(f"{name_of(short)} has {sizes[short]} vertices; a path has at least two")
    return vertices, offsets


def _without_repeats(vertices: Floats, offsets: Offsets) -> tuple[Floats, Offsets]:
    """Leave out vertices equal to the one before, and all but one of curves that are not finite."""
    sizes = np.diff(offsets)
    first = np.zeros(len(vertices), bool)
    first[offsets[:-1]] = True
    keep = first.copy()
    keep[1:] |= (vertices[1:] != vertices[:-1]).any(axis=1)
    finite = np.isfinite(vertices).all(axis=1)
    if not finite.all():
        whole = np.logical_and.reduceat(finite, offsets[:-1])
        keep &= first | np.repeat(whole, sizes)
        vertices = vertices.copy()
        vertices[offsets[:-1][~whole]] = np.nan
    kept = np.concatenate([[0], np.cumsum(keep)])
    return vertices[keep], kept[offsets]
