"""What the engine gathers over each region, seen by the definitions of the measurements.

Raw sums are in pixels. What several measurements share, such as the inertia tensor in the unit of
the spacing, is derived here once per call.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NotRequired, TypeAlias, TypedDict, cast

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


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


# Where each pair of the axes (z, y, x) stands among the second moments.
_PAIRS = {(0, 0): 0, (0, 1): 1, (0, 2): 2, (1, 1): 3, (1, 2): 4, (2, 2): 5}


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
    conventions: Conventions = Conventions()

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

    def covariance(self, i: int, j: int) -> Floats:
        """Central second moment / count of the axes i and j, in the unit of the spacing."""
        first = 3 - self.ndim
        pair = _PAIRS[min(i, j) + first, max(i, j) + first]
        return self.raw["covariance"][pair] * (self.spacing[i] * self.spacing[j])

    @cached_property
    def inertia(self) -> NDArray[np.float64]:
        """The inertia tensor per pixel of mass 1, of shape (regions, ndim, ndim)."""
        axes = range(self.ndim)
        return _inertia_of([[self.covariance(i, j) for j in axes] for i in axes])

    @cached_property
    def inertia_eigenvalues(self) -> NDArray[np.float64]:
        """Eigenvalues of the inertia tensor, largest first, of shape (ndim, regions)."""
        return _eigenvalues(self.inertia)

    @cached_property
    def ellipse_inertia(self) -> NDArray[np.float64]:
        """The inertia tensor of the ellipse: with the extent of a pixel where that is asked for."""
        if not self.conventions.pixel_term:
            return self.inertia
        axes = range(self.ndim)
        covariance = [[self.covariance(i, j) for j in axes] for i in axes]
        for i in axes:
            covariance[i][i] = covariance[i][i] + self.spacing[i] ** 2 / 12
        return _inertia_of(covariance)

    @cached_property
    def ellipse_eigenvalues(self) -> NDArray[np.float64]:
        """Eigenvalues of `ellipse_inertia`, largest first, of shape (ndim, regions)."""
        if not self.conventions.pixel_term:
            return self.inertia_eigenvalues
        return _eigenvalues(self.ellipse_inertia)

    @cached_property
    def shared(self) -> dict[str, list[Floats]]:
        """What several measurements derive alike, by name, once it was derived."""
        return {}

    @cached_property
    def _shared_of_channels(self) -> list[dict[str, list[Floats]]]:
        return [{} for _ in self.raw["channels"]]

    def channel(self, c: int) -> "ChannelSums":
        """Return the sums of channel c."""
        return ChannelSums(self.raw["channels"][c], self, self._shared_of_channels[c])


def _inertia_of(covariance: list[list[Floats]]) -> NDArray[np.float64]:
    axes = range(len(covariance))
    total = sum(covariance[i][i] for i in axes)
    tensor = np.empty((len(covariance[0][0]), len(covariance), len(covariance)))
    for i in axes:
        for j in axes:
            tensor[:, i, j] = total - covariance[i][i] if i == j else -covariance[i][j]
    return tensor


def _eigenvalues(tensor: NDArray[np.float64]) -> NDArray[np.float64]:
    if tensor.shape[1] == 2:
        return _eigenvalues_2d(tensor)
    values = np.linalg.eigvalsh(tensor)[:, ::-1].T
    # Rounding may leave the eigenvalue of a flat object slightly below zero.
    return np.ascontiguousarray(np.maximum(values, 0.0))


def _eigenvalues_2d(tensor: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = tensor[:, 0, 0], tensor[:, 0, 1], tensor[:, 1, 1]
    largest = (a + c) / 2 + np.hypot((a - c) / 2, b)
    # The product of both is the determinant; the difference would lose the digits of a small one.
    determinant = np.maximum(a * c - b * b, 0.0)
    smallest = np.divide(determinant, largest, out=np.zeros_like(largest), where=largest > 0)
    return np.stack([largest, np.minimum(smallest, largest)])


@dataclass(frozen=True)
class ChannelSums:
    """The sums of one channel. Values are NaN for a region without a finite pixel."""

    raw: ChannelColumns
    regions: RegionSums
    #: As that of regions.
    shared: dict[str, list[Floats]]

    @property
    def valid(self) -> NDArray[np.int64]:
        """The number of finite pixels."""
        return self.raw["valid"]

    @property
    def variance(self) -> Floats:
        """The sum of squares about the mean / (valid - ddof); NaN where that is not positive."""
        divisor = self.valid - self.regions.conventions.ddof
        variance = np.full(len(self.valid), np.nan)
        return np.divide(self.raw["squares"], divisor, out=variance, where=divisor > 0)

    def of_axes(self, columns: tuple[Floats, Floats, Floats]) -> list[Floats]:
        """Return those of columns along z, y and x that belong to axes of the label image."""
        return list(columns[-self.regions.ndim :])

    @property
    def centroid_from_corner(self) -> list[Floats]:
        """The weighted mean coordinate in pixels from the corner of the bounding box."""
        return self.of_axes(self.raw["centroid"])
