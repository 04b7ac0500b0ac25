"""Measure objects tile by tile, or image by image, without ever holding the whole."""

import copy
import operator
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_channel_names,
    as_labels,
    check_axis,
    check_conventions,
    check_spacing,
)
from mensura.measurements.columns import plan_for, table_of
from mensura.measurements.registry import Measurement, Setting, choose
from mensura.measurements.sums import RegionSums
from mensura.pixels import Pixels, read_pixels
from mensura.table import Table
from mensura.threads import threads_for

# Beyond this, products of coordinates could leave 128 bits.
_LARGEST_OFFSET = 1 << 40


@dataclass(frozen=True)
class _Layout:
    """What the first tile settles for all that follow."""

    ndim: int
    dtypes: tuple[str, ...] | None  # of the channels; None without an image
    names: tuple[str, ...] | None  # of the channels; None for one without a name
    saturations: tuple[float | None, ...]
    channel_axis: int | None = field(compare=False)

    @property
    def has_image(self) -> bool:
        return self.dtypes is not None

    def __str__(self) -> str:
        image = "no image" if self.dtypes is None else f"an image of {', '.join(self.dtypes)}"
        return f"{self.ndim}-D labels and {image}"


@dataclass
class _Gathered:
    """What the tiles so far have given."""

    layout: _Layout
    sums: _core.Accumulator
    has_uint64: bool  # whether labels of that type were among them

    def merge(self, other: "_Gathered") -> None:
        self.sums.merge(other.sums)
        self.has_uint64 |= other.has_uint64


class Accumulator:
    """Sums over objects, gathered from tiles of an image that is never held as a whole.

    Tiles may cut objects: equal labels in different tiles are one object. What is kept is a few
    hundred bytes per object. For integer images the tables of any tiling, in any order, are equal
    in every bit to that of :func:`mensura.measure` on the whole image; sums of floating images
    differ by what rounding makes of another order, a few times 1e-16 of the sum of magnitudes.

    Can be pickled, for sending between processes of the same machine type and version.

    Parameters
    ----------
    measurements : str or sequence of str, optional
        What tables may be asked for; see :func:`mensura.measure`.
    spacing : float or sequence of float, optional
        The size of a pixel, one number or one per axis.
    shape : tuple of int, optional
        The shape of the whole image. Needed by measurements that ask where it ends, such as
        ``touches_border``; tiles must then lie inside.
    channel_axis : int, optional
        The axis of images that holds channels, the last unless stated.
    channels : sequence of str, optional
        Names of the channels for the column names, instead of 0, 1 ...
    saturation : number or sequence of number or None, optional
        As for :func:`mensura.measure`.
    ddof, pixel_term, orientation_reference : optional
        Conventions, as for :func:`mensura.measure`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, as soon as that can be known.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.array([[1, 1, 0, 2], [1, 0, 2, 2]])
    >>> accumulator = ms.Accumulator(["label", "area", "centroid"])
    >>> accumulator.update(labels[:, :2])
    >>> accumulator.update(labels[:, 2:], offset=(0, 2))
    >>> accumulator.table() == ms.measure(labels, measurements=["label", "area", "centroid"])
    True
    """

    def __init__(
        self,
        measurements: str | Iterable[str] | None = None,
        *,
        spacing: float | Sequence[float] = 1,
        shape: Sequence[int] | None = None,
        channel_axis: SupportsIndex | None = None,
        channels: Iterable[str] | None = None,
        saturation: float | Sequence[float | None] | None = None,
        ddof: int = 0,
        pixel_term: bool = False,
        orientation_reference: str = "rows",
    ) -> None:
        self._measurements = _as_names(measurements)
        # Every measurement is defined in 2-D with an image: this finds names that are unknown.
        choose(self._measurements, Setting(2, True, is_whole=False))
        self._shape = None if shape is None else _check_shape(shape)
        self._spacing = _check_spacing(spacing, self._shape)
        self._channel_axis = (
            None if channel_axis is None else check_axis(channel_axis, "channel_axis")
        )
        self._channels = None if channels is None else as_channel_names(channels)
        self._saturation = _as_comparable(saturation)
        self._conventions = check_conventions(ddof, pixel_term, orientation_reference)
        self._gathered: _Gathered | None = None

    def update(
        self,
        labels: ArrayLike,
        image: ArrayLike | None = None,
        *,
        offset: Sequence[int] | None = None,
        mask: ArrayLike | None = None,
        threads: int | None = None,
    ) -> None:
        """Add a tile.

        Parameters
        ----------
        labels : array_like of integers, 2-D or 3-D
            As for :func:`mensura.measure`, but no mask: its components would be numbered anew in
            every tile.
        image : array_like, optional
            Intensities of the tile; in every tile or in none, of the same dtype and channels.
        offset : sequence of int, optional
            The position of the tile's first pixel in the image, one number per axis. Default: 0.
        mask : array_like of bool, optional
            True where a pixel of the tile is left out of the intensities.
        threads : int, optional
            See :func:`mensura.set_num_threads`.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described or does not fit the tiles before.
        """
        tile = _as_tile_labels(labels)
        pixels = read_pixels(
            image,
            tile.shape,
            channel_axis=None if image is None else self._channel_axis,
            channels=None if image is None else self._channels,
            mask=mask,
            saturation=None if image is None else self._saturation,
        )
        layout = _layout_of(tile, image is not None, pixels)
        origin = self._check_offset(offset, tile.shape)
        so_far = self._gathered or _Gathered(layout, self._new_sums(layout, pixels), False)
        if layout != so_far.layout:
            raise ValueError(f"the tile has {layout}; the tiles before have {so_far.layout}")
        used = threads_for(threads, tile.size)
        so_far.sums.add_labels(tile, pixels.images, pixels.masks, origin, used)
        so_far.has_uint64 |= tile.dtype.kind == "u" and tile.dtype.itemsize == 8
        self._gathered = so_far

    def merge(self, other: "Accumulator") -> None:
        """Add what another accumulator has gathered.

        Parameters
        ----------
        other : Accumulator
            Made with the same arguments, from images of the same kind. It stays as it is.

        Raises
        ------
        TypeError
            If `other` is not an accumulator.
        ValueError
            If it was made with other arguments or from images of another kind.
        """
        if not isinstance(other, Accumulator):
            raise TypeError(f"other must be an Accumulator, not {type(other).__name__}")
        theirs, arguments = other._gathered, other._arguments()  # noqa: SLF001 - of this class
        for name, value in self._arguments().items():
            if value != arguments[name]:
                raise ValueError(
                    f"other was made with {name}={arguments[name]!r}, and this accumulator with "
                    f"{value!r}"
                )
        if theirs is None:
            return
        if self._gathered is None:
            self._gathered = copy.deepcopy(theirs)
        elif self._gathered.layout != theirs.layout:
            raise ValueError(
                f"other has {theirs.layout}; this accumulator has {self._gathered.layout}"
            )
        else:
            self._gathered.merge(theirs)

    def table(
        self, measurements: str | Iterable[str] | None = None, *, threads: int | None = None
    ) -> Table:
        """Return the table of all objects so far.

        Parameters
        ----------
        measurements : str or sequence of str, optional
            Which of those the accumulator was made for. Default: all of them.
        threads : int, optional
            See :func:`mensura.set_num_threads`.

        Returns
        -------
        Table
            As :func:`mensura.measure` returns for the whole image.

        Raises
        ------
        ValueError
            If there was no tile yet, or a measurement was not announced.
        """
        if self._gathered is None:
            raise ValueError("there is nothing to make a table of: update() was not called yet")
        layout, gathered = self._gathered.layout, self._gathered.sums
        chosen = self._chosen(layout)
        if measurements is not None:
            chosen = _announced(choose(measurements, self._setting(layout)), chosen)
        used = threads_for(threads, gathered.regions)
        sums = RegionSums(
            gathered.table(used),
            self._shape,
            check_spacing(self._spacing, layout.ndim),
            np.dtype(np.uint64 if self._gathered.has_uint64 else np.int64),
            self._conventions,
            used,
        )
        names = None if layout.names is None else list(layout.names)
        return table_of(chosen, sums, names, self._origin(layout))

    def __repr__(self) -> str:
        """Show what was gathered so far."""
        if self._gathered is None:
            return "<Accumulator: no tile yet>"
        return f"<Accumulator: {self._gathered.sums.regions} objects of {self._gathered.layout}>"

    # ------------------------------------------------------------------------------- what is kept

    def _arguments(self) -> dict[str, Any]:
        return {
            "measurements": self._measurements,
            "spacing": self._spacing,
            "shape": self._shape,
            "channel_axis": self._channel_axis,
            "channels": self._channels,
            "saturation": self._saturation,
            **asdict(self._conventions),
        }

    def _setting(self, layout: _Layout) -> Setting:
        return Setting(layout.ndim, layout.has_image, self._shape is not None, is_whole=False)

    def _chosen(self, layout: _Layout) -> list[Measurement]:
        return choose(self._measurements, self._setting(layout))

    def _new_sums(self, layout: _Layout, pixels: Pixels) -> _core.Accumulator:
        check_spacing(self._spacing, layout.ndim)
        plan = plan_for(self._chosen(layout), layout.ndim, self._shape)
        return _core.Accumulator(plan, pixels.images, pixels.saturations)

    def _origin(self, layout: _Layout) -> dict[str, Any]:
        return {
            "labels": {"shape": None if self._shape is None else list(self._shape)},
            "image": None if layout.dtypes is None else [{"dtype": t} for t in layout.dtypes],
            "channel_axis": layout.channel_axis,
            "saturation": None if layout.dtypes is None else list(layout.saturations),
        }

    # ---------------------------------------------------------------------------------- one tile

    def _check_offset(
        self, offset: Sequence[int] | None, tile: tuple[int, ...]
    ) -> tuple[int, int, int]:
        allowed = f"{len(tile)} whole numbers, one per axis of labels"
        at = _integers(offset, "offset", allowed) if offset is not None else (0,) * len(tile)
        if len(at) != len(tile):
            raise ValueError(f"offset must be {allowed}, not {offset!r}")
        if any(abs(start) > _LARGEST_OFFSET for start in at):
            raise ValueError(f"offset must be within 2^40 of 0 along each axis, not {offset!r}")
        if self._shape is not None:
            self._check_inside(at, tile)
        z, y, x = (0, *at)[-3:]
        return z, y, x

    def _check_inside(self, at: tuple[int, ...], tile: tuple[int, ...]) -> None:
        shape = self._shape or ()
        if len(shape) != len(tile):
            raise ValueError(f"labels is {len(tile)}-D, and shape has {len(shape)} axes: {shape}")
        ends = [start + length for start, length in zip(at, tile, strict=True)]
        if min(at) < 0 or any(end > length for end, length in zip(ends, shape, strict=True)):
            raise ValueError(
                f"offset is {at}, where a tile of shape {tile} is not inside the image of shape "
                f"{shape}"
            )


def _layout_of(tile: NDArray[Any], has_image: bool, pixels: Pixels) -> _Layout:
    if not has_image:
        return _Layout(tile.ndim, None, None, (), None)
    return _Layout(
        tile.ndim,
        tuple(channel.dtype.newbyteorder("=").name for channel in pixels.images),
        None if pixels.names is None else tuple(pixels.names),
        tuple(pixels.saturations),
        pixels.channel_axis,
    )


def _as_tile_labels(labels: ArrayLike) -> NDArray[Any]:
    tile = as_labels(labels)
    if tile.dtype.kind == "b":
        raise TypeError(
            "labels of a tile must be integers: the objects of a mask would be numbered anew in "
            "every tile. Label the whole image first"
        )
    return tile


def _as_names(measurements: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return names that can be read more than once; what is not iterable is refused with them."""
    if isinstance(measurements, str):
        return (measurements,)
    return tuple(measurements) if isinstance(measurements, Iterable) else measurements


def _as_comparable(value: Any) -> Any:
    """Return one value or a tuple of them, which equals another one and does not change."""
    if isinstance(value, np.ndarray) and not value.ndim:
        return value[()]
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return value
    return tuple(value)


def _check_spacing(
    spacing: float | Sequence[float], shape: tuple[int, ...] | None
) -> float | tuple[float, ...]:
    """Return a spacing that is possible; of how many axes may be left for the tiles to tell."""
    values = _as_comparable(spacing)
    if shape is not None:
        return check_spacing(values, len(shape))
    check_spacing(values, 3 if isinstance(values, tuple) and len(values) == 3 else 2)
    return values


def _check_shape(shape: Sequence[int]) -> tuple[int, ...]:
    allowed = "2 or 3 whole numbers of at least 0"
    lengths = _integers(shape, "shape", allowed)
    if len(lengths) not in (2, 3) or min(lengths) < 0:
        raise ValueError(f"shape must be {allowed}, not {shape!r}")
    return lengths


def _integers(values: Sequence[int], name: str, allowed: str) -> tuple[int, ...]:
    try:
        return tuple(operator.index(value) for value in values)
    except TypeError:
        raise TypeError(f"{name} must be {allowed}, not {values!r}") from None


def _announced(wanted: list[Measurement], chosen: list[Measurement]) -> list[Measurement]:
    for entry in wanted:
        if entry not in chosen:
            names = ", ".join(known.name for known in chosen)
            raise ValueError(
                f"measurements has {entry.name!r}, and the accumulator was made for {names}"
            )
    return wanted
