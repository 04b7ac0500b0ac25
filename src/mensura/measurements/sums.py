"""What the engine gathers over each region, seen by the definitions of the measurements.

Raw sums are in pixels. What several measurements share, such as the inertia tensor in the unit of
the spacing, is derived here once per call.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any, NotRequired, TypeAlias, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

from mensura.memory import new_floats

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

#: A symmetric matrix for every region: its columns by pair of axes, each pair once.
Tensor: TypeAlias = dict[tuple[int, int], Floats]


class Shared(dict[str, list[Floats]]):
    """What several measurements derive alike, by name."""

    def once(self, name: str, derive: Callable[[], list[Floats]]) -> list[Floats]:
        """Return the columns of that name, which are derived the first time."""
        if name not in self:
            self[name] = derive()
        return self[name]


class ChannelColumns(TypedDict):
    """What the engine returns for one channel."""

    valid: Integers
    sum: Floats
    mean: Floats
    min: Floats
    max: Floats
    above_min: Floats
    squares: Floats
    skewness: Floats
    kurtosis: Floats
    min_at: tuple[Floats, Floats, Floats]
    max_at: tuple[Floats, Floats, Floats]
    nan: Integers
    masked: Integers
    saturated: Integers
    at_min: Integers
    centroid: tuple[Floats, Floats, Floats]
    displacement: tuple[Floats, Floats, Floats]
    moments: tuple[Floats, ...]
    central_moments: tuple[Floats, ...]


class RegionColumns(TypedDict):
    """What the engine returns; tuples are over the axes (z, y, x) and their pairs.

    In 2-D those along z are empty. Moments are in pixels, one column per combination of powers of
    the axes there are, and none where they were not asked for.
    """

    label: NDArray[np.uint64]
    count: Integers
    box_begin: tuple[Integers, Integers, Integers]
    box_end: tuple[Integers, Integers, Integers]
    centroid: tuple[Floats, Floats, Floats]
    size: Floats
    position: tuple[Floats, Floats, Floats]
    covariance: tuple[Floats, Floats, Floats, Floats, Floats, Floats]
    moments: tuple[Floats, ...]
    central_moments: tuple[Floats, ...]
    border_pixels: Integers
    components: NotRequired[Integers]  # in table order
    frame: NotRequired[Integers]  # of a series of images
    channels: list[ChannelColumns]


def unit_of_spacing(spacing: Sequence[float]) -> str:
    """Return the unit of lengths where none is named: pixels, or that of the spacing."""
    return "pixel" if set(spacing) == {1.0} else "unit"


@dataclass(frozen=True)
class Conventions:
    """Choices on which tools differ; the defaults are scikit-image's.

    Attributes
    ----------
    ddof : int
        Variances are divided by the number of values - ddof.
    pixel_term : bool
        Whether the extent of a pixel, 1/12 of its squared size, is added to the second moments of
        the axis lengths, as MATLAB does.
    orientation_reference : {"rows", "columns"}
        What angles are measured from: axis 0, along which rows are counted, or axis 1.
    """

    ddof: int = 0
    pixel_term: bool = False
    orientation_reference: str = "rows"


@dataclass(frozen=True)
class RegionSums:
    """The sums of all regions of one image; every array holds one value per region.

    Axes are those of the label image: (y, x) or (z, y, x).
    """

    raw: RegionColumns
    #: Of the whole image; None where it is not known, and then no measurement asks for it.
    shape: tuple[int, ...] | None
    spacing: tuple[float, ...]
    label_dtype: np.dtype[Any]
    conventions: Conventions
    threads: int

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.spacing)

    @property
    def pixel_size(self) -> float:
        """The area or volume of a pixel."""
        return math.prod(self.spacing)

    @property
    def label(self) -> NDArray[Any]:
        """The label of each region."""
        return self.raw["label"].view(self.label_dtype)

    @property
    def count(self) -> NDArray[np.int64]:
        """The number of pixels."""
        return self.raw["count"]

    @property
    def box_begin(self) -> list[NDArray[np.int64]]:
        """The first row, column ... of the bounding box, one array per axis."""
        return list(self.raw["box_begin"][-self.ndim :])

    @property
    def box_end(self) -> list[NDArray[np.int64]]:
        """One past the last row, column ... of the bounding box."""
        return list(self.raw["box_end"][-self.ndim :])

    @cached_property
    def border_sides(self) -> NDArray[np.int64]:
        """The number of sides of the image that the bounding box touches."""
        touched = np.zeros(len(self.count), np.int64)
        shape = cast(tuple[int, ...], self.shape)
        for begin, end, length in zip(self.box_begin, self.box_end, shape, strict=True):
            touched += begin == 0
            touched += end == length
        return touched

    @property
    def centroid_from_corner(self) -> list[Floats]:
        """The mean coordinate in pixels from `box_begin`, one array per axis."""
        return list(self.raw["centroid"][-self.ndim :])

    @property
    def centroid(self) -> list[Floats]:
        """The mean coordinate in the unit of the spacing, one array per axis."""
        return scaled(self.raw["position"][-self.ndim :], self.spacing)

    @cached_property
    def area(self) -> Floats:
        """The area or volume."""
        return scaled([self.raw["size"]], [self.pixel_size])[0]

    @property
    def covariance(self) -> list[Floats]:
        """Central second moments / count of all pairs of axes, in the unit of the spacing."""
        pairs = pairs_of_axes(self.ndim)
        factors = [self.spacing[i] * self.spacing[j] for i, j in pairs]
        return scaled(self.raw["covariance"][-len(pairs) :], factors)

    @cached_property
    def inertia(self) -> Tensor:
        """The inertia tensor per pixel of mass 1."""
        return self._inertia(self.covariance)

    @cached_property
    def inertia_eigenvalues(self) -> list[Floats]:
        """Eigenvalues of the inertia tensor, largest first."""
        return _eigenvalues(self.inertia, self.ndim)

    @cached_property
    def ellipse_inertia(self) -> Tensor:
        """The inertia tensor of the ellipse: with the extent of a pixel where that is asked for."""
        if not self.conventions.pixel_term:
            return self.inertia
        pairs = zip(pairs_of_axes(self.ndim), self.covariance, strict=True)
        return self._inertia(
            [values + self.spacing[i] ** 2 / 12 if i == j else values for (i, j), values in pairs]
        )

    @cached_property
    def ellipse_eigenvalues(self) -> list[Floats]:
        """Eigenvalues of `ellipse_inertia`, largest first."""
        if not self.conventions.pixel_term:
            return self.inertia_eigenvalues
        return _eigenvalues(self.ellipse_inertia, self.ndim)

    def _inertia(self, covariance: list[Floats]) -> Tensor:
        pairs = pairs_of_axes(self.ndim)
        return dict(zip(pairs, _inertia_of(covariance), strict=True))

    @cached_property
    def shared(self) -> Shared:
        """What several measurements derive alike."""
        return Shared()

    @cached_property
    def _shared_of_channels(self) -> list[Shared]:
        return [Shared() for _ in self.raw["channels"]]

    def channel(self, c: int) -> "ChannelSums":
        """Return the sums of channel c."""
        return ChannelSums(self.raw["channels"][c], self, self._shared_of_channels[c])


def pairs_of_axes(ndim: int) -> list[tuple[int, int]]:
    """List the pairs of axes, each once."""
    return list(combinations_with_replacement(range(ndim), 2))


def scaled(columns: Sequence[Floats], factors: Sequence[float]) -> list[Floats]:
    """Return each column times its factor, the column itself where that is 1."""
    return [
        values if factor == 1 else np.multiply(values, factor, out=new_floats(len(values)))
        for values, factor in zip(columns, factors, strict=True)
    ]


def _as_floats(values: NDArray[np.int64]) -> Floats:
    # A whole column is cast far faster than NumPy's arithmetic casts the numbers that it is given.
    floats = new_floats(len(values))
    np.copyto(floats, values)
    return floats


def _in_units(column: Floats, unit: float) -> Floats:
    """Multiply a column by a unit, in its own place, and return it."""
    if unit != 1:
        column *= unit
    return column


def _inertia_of(covariance: list[Floats]) -> Iterator[Floats]:
    """Give trace(covariance) - covariance on the diagonal and -covariance beside it."""
    pairs = pairs_of_axes(2 if len(covariance) == 3 else 3)
    total = sum(values for (i, j), values in zip(pairs, covariance, strict=True) if i == j)
    for (i, j), values in zip(pairs, covariance, strict=True):
        into = new_floats(len(values))
        yield np.subtract(total, values, out=into) if i == j else np.negative(values, out=into)


def as_matrices(tensor: Mapping[tuple[int, int], Floats], ndim: int) -> NDArray[np.float64]:
    """Return a symmetric tensor as an array of shape (regions, ndim, ndim)."""
    matrices = np.empty((len(tensor[0, 0]), ndim, ndim))
    for (i, j), values in tensor.items():
        matrices[:, i, j] = matrices[:, j, i] = values
    return matrices


def _eigenvalues(tensor: Tensor, ndim: int) -> list[Floats]:
    if ndim == 2:
        return _eigenvalues_2d(*tensor.values())
    values = np.linalg.eigvalsh(as_matrices(tensor, ndim))[:, ::-1].T
    # Rounding may leave the eigenvalue of a flat object slightly below zero.
    return list(np.ascontiguousarray(np.maximum(values, 0.0)))


def _eigenvalues_2d(a: Floats, b: Floats, c: Floats) -> list[Floats]:
    # (a + c) / 2 + hypot((a - c) / 2, b), in few arrays: fresh ones take longer than arithmetic.
    largest, smallest, determinant = (new_floats(len(a)) for _ in range(3))
    radius = np.subtract(a, c, out=determinant)
    radius /= 2
    np.hypot(radius, b, out=radius)
    np.add(a, c, out=largest)
    largest /= 2
    largest += radius
    # The product of both is the determinant; the difference would lose the digits of a small one.
    np.multiply(a, c, out=determinant)
    determinant -= np.multiply(b, b, out=smallest)
    np.maximum(determinant, 0.0, out=determinant)
    smallest.fill(0)
    np.divide(determinant, largest, out=smallest, where=largest > 0)
    return [largest, np.minimum(smallest, largest, out=smallest)]


def from_origin(regions: RegionSums, offsets: list[Floats]) -> list[Floats]:
    """Return positions in pixels from the corner of the bounding box as coordinates."""
    positions = [_as_floats(begin) for begin in regions.box_begin]
    return [
        _in_units(np.add(position, offset, out=position), step)
        for position, offset, step in zip(positions, offsets, regions.spacing, strict=True)
    ]


@dataclass(frozen=True)
class ChannelSums:
    """The sums of one channel. Values are NaN for a region without a finite pixel."""

    raw: ChannelColumns
    regions: RegionSums
    shared: Shared

    @property
    def spacing(self) -> tuple[float, ...]:
        """The size of a pixel."""
        return self.regions.spacing

    @property
    def threads(self) -> int:
        """How many threads to use."""
        return self.regions.threads

    @property
    def valid(self) -> NDArray[np.int64]:
        """The number of finite pixels."""
        return self.raw["valid"]

    @property
    def variance(self) -> Floats:
        """The sum of squares about the mean / (valid - ddof); NaN where that is not positive."""
        return self.shared.once("variance", lambda: [self._variance()])[0]

    def _variance(self) -> Floats:
        divisor = _as_floats(self.valid)
        divisor -= self.regions.conventions.ddof
        if divisor.min(initial=1) <= 0:
            divisor[divisor <= 0] = np.nan
        return np.divide(self.raw["squares"], divisor, out=divisor)

    def of_axes(self, columns: tuple[Floats, Floats, Floats]) -> list[Floats]:
        """Return those of columns along z, y and x that belong to axes of the label image."""
        return list(columns[-self.regions.ndim :])

    @property
    def centroid_from_corner(self) -> list[Floats]:
        """The weighted mean coordinate in pixels from the corner of the bounding box."""
        return self.of_axes(self.raw["centroid"])
