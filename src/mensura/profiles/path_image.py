"""Images one axis of which runs along a path: kymographs and straightened images."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from mensura.profiles.sampled import Sampled, frozen
from mensura.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DEFINITIONS = {
    "frame": "number of the frame, from 0",
    "channel": "name of the channel",
    "distance": "position along the path",
    "across": "position beside the path",
    "across-0": "position beside the path, in the first direction across",
    "across-1": "position beside the path, in the second direction across",
    "value": "sampled intensity; NaN where no valid pixel is behind it",
    "n": "number of valid samples behind the value",
}


class PathImage(Sampled, np.lib.mixins.NDArrayOperatorsMixin):
    """An image one axis of which runs along a path, read-only.

    Made by :func:`kymograph` and :func:`straighten`. It can be used as an array, that of its
    values: NumPy's functions take it, ``image[3]`` is a row of values, ``image.shape`` their shape,
    and ``image - 1`` an array.

    Parameters
    ----------
    values : float64 array
        The samples; NaN where there is none.
    count : int64 array of the shape of `values`
        The number of valid samples behind each value.
    axes : mapping of str to 1-D array
        The name of each axis of `values`, in order, and where along it the samples lie: "frame" (by
        number), "distance" (along the path), "across", or in a volume "across-0" and "across-1"
        (beside it, from its middle).
    channels : sequence of str, optional
        The names of the channels, which are one more axis of `values`, the last.
    unit : str, optional
        The unit of distances.
    provenance : mapping, optional
        What the image was made from and how; see :class:`Table`.

    Raises
    ------
    TypeError
        If an array has another dtype, or there is something in `provenance` that JSON does not
        hold.
    ValueError
        If shapes do not fit each other.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> frame = np.add.outer(10 * np.arange(5), np.arange(6))
    >>> image = ms.kymograph([frame, frame + 100], [[2, 1], [2, 4]], spacing=0.5, unit="um")
    >>> image
    PathImage: 2 frame x 4 distance; distance in um
    >>> image[1], image.values.mean(axis=1), np.diff(image, axis=0)
    (array([121., 122., 123., 124.]), array([ 22.5, 122.5]), array([[100., 100., 100., 100.]]))
    >>> image.distance.tolist(), image.count.tolist()
    ([0.0, 0.5, 1.0, 1.5], [[1, 1, 1, 1], [1, 1, 1, 1]])
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        count: NDArray[np.int64],
        axes: Mapping[str, ArrayLike],
        *,
        channels: Sequence[str] | None = None,
        unit: str = "pixel",
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(values, count, channels, unit, provenance)
        self._axes = {name: frozen(places, f"axes[{name!r}]") for name, places in axes.items()}
        unknown = [name for name in self._axes if name not in DEFINITIONS]
        if unknown or "distance" not in self._axes:
            raise ValueError(f"axes must be distance and others of {list(DEFINITIONS)[:6]}")
        shape = tuple(places.size for places in self._axes.values())
        if self._channels is not None:
            shape += (len(self._channels),)
        for name, array in {"values": self._values, "count": self._count}.items():
            if array.shape != shape:
                raise ValueError(
                    f"{name} has shape {array.shape}; axes and channels ask for {shape}"
                )

    @property
    def axes(self) -> dict[str, NDArray[Any]]:
        """Where samples lie along each axis, by its name, in order; without that of channels."""
        return dict(self._axes)

    @property
    def distance(self) -> NDArray[np.float64]:
        """Where along the path samples lie, in `unit`."""
        return self._axes["distance"]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `values`."""
        return self._values.shape

    @property
    def ndim(self) -> int:
        """The number of axes of `values`."""
        return self._values.ndim

    @property
    def dtype(self) -> np.dtype[np.float64]:
        """The dtype of `values`."""
        return self._values.dtype

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the values; a copy of them only where that is asked for or needed."""
        return np.array(self._values, dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Calculate with the values."""
        plain = [each.values if isinstance(each, PathImage) else each for each in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def __len__(self) -> int:
        """Return the length of the first axis."""
        return len(self._values)

    def __iter__(self) -> Iterator[Any]:
        """Go through the values along the first axis."""
        return iter(self._values)

    def __getitem__(self, which: Any) -> Any:
        """Return what NumPy picks from the values."""
        return self._values[which]

    def __repr__(self) -> str:
        """Show how many samples there are along what."""
        sizes = " x ".join(f"{len(places):,} {name}" for name, places in self._axes.items())
        channels = "" if self._channels is None else f"; channels {', '.join(self._channels)}"
        return f"PathImage: {sizes}{channels}; distance in {self._unit}"

    def to_table(self) -> Table:
        """Return all samples in tidy form: one row per sample and channel.

        Returns
        -------
        Table
            A column for each axis, with ``channel``, where there are channels, before those of
            distances; ``value``; and ``n``, the number of valid samples behind it. Rows are in the
            order of `values`.
        """
        along: dict[str, NDArray[Any]] = dict(self._axes)
        if self._channels is not None:
            along["channel"] = np.array(self._channels, str)
        grid = dict(zip(along, np.meshgrid(*along.values(), indexing="ij"), strict=True))
        names: list[str] = [name for name in ("frame", "channel") if name in grid]
        names += [name for name in grid if name not in names]
        columns: dict[str, NDArray[Any]] = {name: grid[name].reshape(-1) for name in names}
        columns |= {"value": self._values.reshape(-1), "n": self._count.reshape(-1)}
        units = {name: self._unit for name in names if name not in ("frame", "channel")}
        return Table(columns, units | {"value": "intensity"}, self._provenance, DEFINITIONS)

    def plot(self, channel: str | int | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw one channel as a picture whose axes are in units, with a bar of its intensities.

        Needs matplotlib. What is NaN stays white.

        Parameters
        ----------
        channel : str or int, optional
            The name or number of the channel. Default: the first.
        ax : matplotlib Axes, optional
            Where to draw. Default: a new figure of pyplot.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            If matplotlib is not installed; ``pip install 'mensura[report]'`` installs it.
        ValueError
            If there is no such channel, no frame, or this is a straightened volume, which is no
            picture.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> from matplotlib.figure import Figure
        >>> movie = np.random.default_rng(0).random((10, 20, 30))
        >>> image = ms.kymograph(movie, [[5, 5], [15, 25]], spacing=0.1, unit="um")
        >>> image.plot(ax=Figure().subplots()).get_xlabel()
        'distance (um)'
        """
        from mensura.profiles.plotting import draw_path_image  # noqa: PLC0415 - loaded when used

        if len(self._axes) > 2:
            raise ValueError(
                f"plot draws two axes, and this has {', '.join(self._axes)}; draw a plane of its "
                "values"
            )
        if not self._values.size:
            raise ValueError(f"plot has nothing to draw: the values have shape {self.shape}")
        if self._channels is None:
            if channel is not None:
                raise ValueError(f"channel is {channel!r}, and there are no channels")
            return draw_path_image(self, self._values, "intensity", ax)
        number = self._channel_number(channel)
        return draw_path_image(self, self._values[..., number], self._channels[number], ax)

    def _channel_number(self, channel: str | int | None) -> int:
        channels = self._channels or ()
        if channel is None:
            return 0
        if isinstance(channel, str) and channel in channels:
            return channels.index(channel)
        if isinstance(channel, (int, np.integer)) and 0 <= channel < len(channels):
            return int(channel)
        raise ValueError(
            f"channel must be one of {list(channels)}, or a number from 0 to {len(channels) - 1}, "
            f"not {channel!r}"
        )
