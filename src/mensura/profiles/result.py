"""What sampling along geometries gives: the samples of many profiles, one behind the other.

Profiles differ in length, so their samples lie in one array and `offsets` tells where each begins,
as in a sparse matrix by rows. A profile, or a range of them, is a view. What is computed from the
samples has its own module: :mod:`mensura.profiles.resampling` puts profiles on one axis,
:mod:`mensura.profiles.shape` measures peaks and edges, :mod:`mensura.profiles.plotting` draws.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura.profiles.resampling import Samples, common_axis, means_over_groups, resample
from mensura.profiles.sampled import Sampled, frozen
from mensura.profiles.shape import SHAPES, ShapeOptions, measure_shapes
from mensura.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The statistics that a profile can carry beside its values, and what they are.
STATISTICS = {
    "sum": "sum of the pixels behind the value",
    "std": "standard deviation of the pixels behind the value",
    "min": "smallest of the pixels behind the value",
    "max": "largest of the pixels behind the value",
}


@dataclass(frozen=True, eq=False)
class Profile:
    """One of many profiles; its arrays are read-only views.

    Attributes
    ----------
    values : (n,) or (n, C) float64 array
        The samples, with channels (n, C); NaN where there is none.
    distance : (n,) float64 array
        Where along the profile each sample lies.
    count : (n,) or (n, C) int64 array
        The number of valid samples behind each value.
    keys : dict
        What identifies the profile: its number or label, and more.
    statistics : dict of str to array
        Further statistics of what is behind each value, of the shape of `values`.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> ms.Profile(np.array([2.0, 3.0]), np.array([0.0, 1.0]), np.array([1, 1]), {"profile": 0})
    Profile(values=array([2., 3.]), distance=array([0., 1.]), count=array([1, 1]), ...)
    """

    values: NDArray[np.float64]
    distance: NDArray[np.float64]
    count: NDArray[np.int64]
    keys: dict[str, Any]
    statistics: dict[str, NDArray[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.distance)


class Profiles(Sampled):
    """Many profiles of any lengths, read-only.

    A sequence of them: ``profiles[3]`` is one, ``profiles[2:5]`` and ``profiles[mask]`` are fewer.
    Made by the functions that sample images; the constructor shares the memory of what it is given.

    Parameters
    ----------
    values : (S,) or (S, C) float64 array
        The samples of all profiles, one profile behind the other; with channels (S, C). NaN where
        there is none.
    offsets : (N + 1,) int64 array
        Profile i is samples ``offsets[i]`` to ``offsets[i + 1]``; the first is 0, the last S.
    distance : (S,) float64 array, or a function that returns it
        Where along its profile each sample lies, in `unit`; never decreasing along a profile. A
        function, which takes no argument, is called when distances are first asked for, and what
        it returns is checked then.
    count : int64 array of the shape of `values`
        The number of valid samples behind each value.
    keys : mapping of str to (N,) array
        What identifies each profile. The first is its number or label.
    key_units : mapping of str to str, optional
        The units of those keys that have one, for tables.
    channels : sequence of str, optional
        The names of the channels; None where `values` has no axis of channels.
    statistics : mapping of str to array of the shape of `values`, optional
        "sum", "std", "min", "max" of what is behind each value.
    closed : bool, optional
        Whether the last sample of each profile is followed by its first, as on an outline.
    length : (N,) float64 array, optional
        The distance once around each closed profile. Default: from the first to the last sample
        and one mean step more.
    unit : str, optional
        The unit of `distance`.
    provenance : mapping, optional
        What the profiles were made from and how; see :class:`Table`.

    Raises
    ------
    TypeError
        If an array has another dtype, or there is something in `provenance` that JSON does not
        hold.
    ValueError
        If shapes do not fit each other, or distances decrease.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> profiles = ms.Profiles(
    ...     np.array([1.0, 5.0, 2.0, 7.0, 8.0]),
    ...     np.array([0, 3, 5]),
    ...     np.array([0.0, 0.5, 1.0, 0.0, 0.5]),
    ...     np.ones(5, np.int64),
    ...     keys={"profile": np.arange(2)},
    ...     unit="um",
    ... )
    >>> len(profiles), profiles[0].values.tolist(), profiles[-1].keys
    (2, [1.0, 5.0, 2.0], {'profile': 1})
    >>> profiles.to_table()["distance"].tolist()
    [0.0, 0.5, 1.0, 0.0, 0.5]
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        offsets: NDArray[np.int64],
        distance: NDArray[np.float64] | Callable[[], NDArray[np.float64]],
        count: NDArray[np.int64],
        *,
        keys: Mapping[str, ArrayLike],
        key_units: Mapping[str, str] | None = None,
        channels: Sequence[str] | None = None,
        statistics: Mapping[str, NDArray[Any]] | None = None,
        closed: bool = False,
        length: NDArray[np.float64] | None = None,
        unit: str = "pixel",
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(values, count, channels, unit, provenance)
        self._offsets = frozen(offsets, "offsets", np.int64)
        self._keys = {name: frozen(of_each, f"keys[{name!r}]") for name, of_each in keys.items()}
        self._key_units = dict(key_units or {})
        self._statistics = {
            name: frozen(of_each, f"statistics[{name!r}]")
            for name, of_each in (statistics or {}).items()
        }
        self._closed = bool(closed)
        self._check()
        self._given_distance = distance if callable(distance) else self._checked(distance)
        self._length = self._closed_lengths(length)

    def _check(self) -> None:
        shape = self._values.shape
        expected = (*shape[:1], *(() if self._channels is None else (len(self._channels),)))
        if not shape or shape != expected:
            raise ValueError(
                f"values has shape {shape}; one axis of samples and channels {self._channels} ask "
                f"for {expected or '(S,)'}"
            )
        _check_offsets(self._offsets, len(self._values))
        for name, of_each in {"count": self._count, **self._statistics}.items():
            if of_each.shape != shape:
                raise ValueError(f"{name} has shape {of_each.shape}, and values {shape}")
        unknown = [name for name in self._statistics if name not in STATISTICS]
        if unknown:
            raise ValueError(f"statistics must be of {list(STATISTICS)}, not {unknown[0]!r}")
        if not self._keys:
            raise ValueError("keys must have a column that tells the profiles apart")
        for name, of_each in self._keys.items():
            if of_each.shape != (len(self),):
                raise ValueError(
                    f"keys[{name!r}] has shape {of_each.shape}, and there are {len(self)} profiles"
                )
        unknown = [name for name in self._key_units if name not in self._keys]
        if unknown:
            raise ValueError(f"key_units must be of keys, and {unknown[0]!r} is none")

    @property
    def _distance(self) -> NDArray[np.float64]:
        distance = self._given_distance
        if callable(distance):  # then what it holds is let go
            distance = self._given_distance = self._checked(distance())
        return distance

    def _checked(self, distance: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return distances, read-only, that fit the values and decrease along no profile."""
        distance = frozen(distance, "distance", np.float64)
        if distance.shape != self._values.shape[:1]:
            raise ValueError(
                f"distance has shape {distance.shape}, and values {self._values.shape}"
            )
        falls = distance[1:] < distance[:-1]
        starts = self._offsets[1:-1]
        falls[starts[(starts > 0) & (starts < len(distance))] - 1] = False
        if falls.any():
            sample = int(falls.argmax()) + 1
            profile = int(np.searchsorted(self._offsets, sample, side="right")) - 1
            raise ValueError(f"distance decreases at sample {sample}, in profile {profile}")
        return distance

    def _closed_lengths(self, length: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        if not self._closed:
            if length is not None:
                raise ValueError("length is for closed profiles, and closed is False")
            return None
        if length is None:
            return frozen(_default_lengths(self._offsets, self._distance), "length", np.float64)
        checked = frozen(length, "length", np.float64)
        if checked.shape != (len(self),):
            raise ValueError(
                f"length has shape {checked.shape}, and there are {len(self)} profiles"
            )
        return checked

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each profile begins, and where the last one ends: (N + 1,)."""
        return self._offsets

    @property
    def distance(self) -> NDArray[np.float64]:
        """Where along its profile each sample lies, in `unit`: (S,)."""
        return self._distance

    @property
    def keys(self) -> dict[str, NDArray[Any]]:
        """What identifies each profile, by name: arrays (N,)."""
        return dict(self._keys)

    @property
    def statistics(self) -> dict[str, NDArray[Any]]:
        """Further statistics of what is behind each value, by name."""
        return dict(self._statistics)

    @property
    def closed(self) -> bool:
        """Whether the last sample of each profile is followed by its first."""
        return self._closed

    @property
    def length(self) -> NDArray[np.float64] | None:
        """The distance once around each closed profile: (N,); None where they are open."""
        return self._length

    def __len__(self) -> int:
        """Return the number of profiles."""
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[Profile]:
        """Go through the profiles one by one."""
        return (self._one(i) for i in range(len(self)))

    @overload
    def __getitem__(self, which: int | np.integer[Any]) -> Profile: ...
    @overload
    def __getitem__(self, which: slice | ArrayLike) -> "Profiles": ...
    def __getitem__(self, which: SupportsIndex | slice | ArrayLike) -> "Profile | Profiles":
        """Return one profile, or those of a slice, of a mask or of numbers.

        One profile and a slice without a step are views; the rest is copied.
        """
        if isinstance(which, slice):
            start, stop, step = which.indices(len(self))
            if step == 1:
                return self._range(start, max(start, stop))
            return self._gathered(np.arange(start, stop, step))
        if isinstance(which, SupportsIndex) and not isinstance(which, np.ndarray):
            return self._one(operator.index(which))
        return self._gathered(_as_numbers(which, len(self)))

    def _one(self, number: int) -> Profile:
        if not -len(self) <= number < len(self):
            raise IndexError(f"profile {number} of {len(self)}")
        number %= len(self)
        at = slice(*self._offsets[number : number + 2].tolist())
        return Profile(
            self._values[at],
            self._distance[at],
            self._count[at],
            {name: of_each[number].item() for name, of_each in self._keys.items()},
            {name: of_each[at] for name, of_each in self._statistics.items()},
        )

    def _range(self, start: int, stop: int) -> "Profiles":
        at = slice(*self._offsets[[start, stop]].tolist())
        offsets = self._offsets[start : stop + 1]
        return self._part(at, offsets if not start else offsets - offsets[0], slice(start, stop))

    def _gathered(self, numbers: NDArray[np.intp]) -> "Profiles":
        sizes = np.diff(self._offsets)[numbers]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(offsets[-1]) + np.repeat(self._offsets[numbers] - offsets[:-1], sizes)
        return self._part(at, offsets, numbers)

    def _part(
        self,
        samples: slice | NDArray[np.intp],
        offsets: NDArray[np.int64],
        profiles: slice | NDArray[np.intp],
    ) -> "Profiles":
        return Profiles(
            self._values[samples],
            offsets,
            self._distance[samples],
            self._count[samples],
            keys={name: of_each[profiles] for name, of_each in self._keys.items()},
            key_units=self._key_units,
            channels=self._channels,
            statistics={name: of_each[samples] for name, of_each in self._statistics.items()},
            closed=self._closed,
            length=None if self._length is None else self._length[profiles],
            unit=self._unit,
            provenance=self._provenance,
        )

    def __repr__(self) -> str:
        """Show how many profiles there are, of what."""
        sizes = np.diff(self._offsets)
        parts = [f"{len(self):,} profile" + ("s" if len(self) != 1 else "")]
        if len(self):
            low, high = int(sizes.min()), int(sizes.max())
            parts.append(f"{low:,} samples each" if low == high else f"{low:,} to {high:,} samples")
        if self._channels is not None:
            parts.append(f"channels {', '.join(self._channels)}")
        if self._closed:
            parts.append("closed")
        parts.append(f"distance in {self._unit}, by {', '.join(self._keys)}")
        return f"Profiles: {'; '.join(parts)}"

    def to_table(self) -> Table:
        """Return all samples in tidy form: one row per sample and channel.

        Returns
        -------
        Table
            The keys of the profile; ``channel``, where there are channels; ``distance``; ``value``;
            ``n``, the number of valid samples behind it; and the further statistics. Sorted by
            profile, then by sample, then by channel.
        """
        rows_of_sample = 1 if self._channels is None else len(self._channels)
        rows_of_each = np.diff(self._offsets) * rows_of_sample
        columns = {name: np.repeat(each, rows_of_each) for name, each in self._keys.items()}
        if self._channels is None:
            columns["distance"] = self._distance
        else:
            columns["channel"] = np.tile(np.array(self._channels, str), len(self._values))
            columns["distance"] = np.repeat(self._distance, rows_of_sample)
        columns |= {"value": self._values.reshape(-1), "n": self._count.reshape(-1)}
        columns |= {name: each.reshape(-1) for name, each in self._statistics.items()}
        units = (
            self._key_units
            | {"distance": self._unit}
            | dict.fromkeys(["value", *self._statistics], "intensity")
        )
        definitions = {
            "channel": "name of the channel",
            "distance": "position along the profile",
            "value": "sampled intensity; NaN where no valid pixel is behind it",
            "n": "number of valid samples behind the value",
            **{name: STATISTICS[name] for name in self._statistics},
        }
        return Table(columns, units, self._provenance, definitions)

    def common_axis(
        self, n: int | ArrayLike | None = None, *, relative: bool = False
    ) -> NDArray[np.float64]:
        """Return the distances to which `to_matrix` and `mean` bring all profiles.

        Parameters
        ----------
        n : int or 1-D array, optional
            How many, evenly from the smallest distance of any profile to the largest; or the
            distances themselves, increasing. Default: the distances that the profiles have, if
            each begins with the same; else as many as the longest profile has samples.
        relative : bool, optional
            In fractions of the length of each profile, from 0 to 1.

        Returns
        -------
        (n,) float64 array
            Round closed profiles, the end is the beginning, and is left out.

        Raises
        ------
        TypeError, ValueError
            If `n` is not a positive integer or increasing distances.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> one, two = np.ones(5, np.int64), np.array([0, 3, 5])
        >>> profiles = ms.Profiles(
        ...     np.arange(5.0), two, np.array([0.0, 1, 2, 0, 1]), one, keys={"profile": [0, 1]}
        ... )
        >>> profiles.common_axis().tolist(), profiles.common_axis(5, relative=True).tolist()
        ([0.0, 1.0, 2.0], [0.0, 0.25, 0.5, 0.75, 1.0])
        """
        return common_axis(self._samples(), n, relative=relative)

    def to_matrix(
        self, n: int | ArrayLike | None = None, *, relative: bool = False
    ) -> NDArray[np.float64]:
        """Return all profiles at the same distances, those of `common_axis`.

        Between two samples a profile is a straight line. It is NaN beyond its ends and between
        samples one of which is not finite.

        Parameters
        ----------
        n, relative
            As for `common_axis`.

        Returns
        -------
        (N, n) or (N, n, C) float64 array

        Raises
        ------
        TypeError, ValueError
            As `common_axis`.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> one, two = np.ones(5, np.int64), np.array([0, 3, 5])
        >>> profiles = ms.Profiles(
        ...     np.arange(5.0), two, np.array([0.0, 1, 2, 0, 1]), one, keys={"profile": [0, 1]}
        ... )
        >>> profiles.to_matrix()
        array([[ 0.,  1.,  2.],
               [ 3.,  4., nan]])
        >>> profiles.to_matrix(3, relative=True)
        array([[0. , 1. , 2. ],
               [3. , 3.5, 4. ]])
        """
        axis = self.common_axis(n, relative=relative)
        return self._without_channels(resample(self._samples(), axis, relative=relative))

    def measure(
        self,
        *,
        baseline: str | float = "min",
        edge_fraction: float = 0.5,
        plateau_fraction: float = 0.9,
    ) -> Table:
        """Measure peak, width, edge, slope, plateau and area of every profile.

        Samples that are NaN or infinite are skipped: the profile is the straight lines between the
        valid ones. Nothing is fitted. What is undefined is NaN, such as the width of a profile that
        does not fall to half of its height on both sides.

        Parameters
        ----------
        baseline : {"min", "ends"} or float, optional
            What heights are counted from: the smallest sample of the profile, the mean of its first
            and last one, or a number.
        edge_fraction : float, optional
            At which part of the height the edge lies, between 0 and 1.
        plateau_fraction : float, optional
            Above which part of the height the plateau lies, between 0 and 1.

        Returns
        -------
        Table
            One row per profile and channel, sorted by these: the keys, ``channel`` where there are
            channels, then ``n_valid``, ``peak``, ``peak_position``, ``baseline``, ``fwhm``,
            ``half_left``, ``half_right`` and whether they were found, ``edge_position``,
            ``edge_crossings``, ``slope_max``, ``slope_max_position``, ``center_of_mass``,
            ``plateau``, ``plateau_width``, ``area``, ``area_above``. ``table.definitions`` tells
            what each is. On closed profiles a stretch may begin before 0 or end beyond the length,
            and ``center_of_mass`` is NaN.

        Raises
        ------
        TypeError, ValueError
            If an option is not one of those above.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> values = np.array([0.0, 0, 4, 8, 4, 0])
        >>> profiles = ms.Profiles(
        ...     values, np.array([0, 6]), 0.5 * np.arange(6), np.ones(6, int), keys={"profile": [0]}
        ... )
        >>> table = profiles.measure()
        >>> [table[name].item() for name in ("peak", "peak_position", "fwhm", "slope_max", "area")]
        [8.0, 1.5, 1.0, 8.0, 8.0]
        """
        options = ShapeOptions(
            _checked_baseline(baseline),
            _checked_fraction(edge_fraction, "edge_fraction"),
            _checked_fraction(plateau_fraction, "plateau_fraction"),
        )
        found = measure_shapes(self._samples(), options)
        channels = 1 if self._channels is None else len(self._channels)
        columns = {name: np.repeat(of_each, channels) for name, of_each in self._keys.items()}
        if self._channels is not None:
            columns["channel"] = np.tile(np.array(self._channels, str), len(self))
        units = self._key_units | {
            name: unit.replace("distance", self._unit) for name, (unit, _) in SHAPES.items()
        }
        definitions = {name: definition for name, (_, definition) in SHAPES.items()}
        provenance = {
            **self._provenance,
            "baseline": baseline,
            "edge_fraction": float(edge_fraction),
            "plateau_fraction": float(plateau_fraction),
        }
        columns |= {name: of_each.reshape(-1) for name, of_each in found.items()}
        return Table(columns, units, provenance, definitions)

    def mean(
        self,
        by: str | ArrayLike | None = None,
        n: int | ArrayLike | None = None,
        *,
        relative: bool = False,
        ddof: int = 0,
    ) -> "Profiles":
        """Return the mean profile of each group, every profile counting alike.

        Parameters
        ----------
        by : str or (N,) array, optional
            The name of a key, or a group for each profile. Default: all are one group.
        n, relative
            At which distances, as for `common_axis`.
        ddof : int, optional
            ``std`` is divided by the number of profiles - `ddof`.

        Returns
        -------
        Profiles
            One per group, sorted: the means over the profiles that are defined at each distance;
            in `count` their number; in `statistics` their ``std``, ``min`` and ``max``. The keys
            are the group and ``profiles``, the number of profiles in it.

        Raises
        ------
        TypeError, ValueError
            If `by` names no key or has another length than the profiles, and as `common_axis`.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> profiles = ms.Profiles(
        ...     np.arange(6.0), np.array([0, 2, 4, 6]), np.array([0.0, 1] * 3), np.ones(6, int),
        ...     keys={"profile": np.arange(3), "label": np.array([7, 3, 7])},
        ... )
        >>> means = profiles.mean(by="label")
        >>> means.keys["label"].tolist(), means.to_matrix().tolist()
        ([3, 7], [[2.0, 3.0], [2.0, 3.0]])
        >>> means[1].statistics["std"].tolist(), means[1].count.tolist()
        ([2.0, 2.0], [2, 2])
        """
        name, groups = self._groups(by)
        if not isinstance(ddof, (int, np.integer)) or isinstance(ddof, bool) or ddof < 0:
            raise ValueError(f"ddof must be a whole number of at least 0, not {ddof!r}")
        ids, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
        axis = self.common_axis(n, relative=relative)
        means = means_over_groups(
            self._samples(), axis, group.reshape(-1), len(ids), relative=relative, ddof=int(ddof)
        )
        rows = (len(ids) * len(axis), *means.mean.shape[2:])
        statistics = {"std": means.std, "min": means.min, "max": means.max}
        closed = self._closed and relative
        return Profiles(
            self._without_channels(means.mean.reshape(rows)),
            np.arange(len(ids) + 1) * len(axis),
            np.tile(axis, len(ids)),
            self._without_channels(means.count.reshape(rows)),
            keys={name: ids, "profiles": sizes},
            channels=self._channels,
            statistics={
                of: self._without_channels(values.reshape(rows))
                for of, values in statistics.items()
            },
            closed=closed,
            length=np.ones(len(ids)) if closed else None,
            unit="fraction of length" if relative else self._unit,
            provenance={**self._provenance, "mean_by": name, "ddof": int(ddof)},
        )

    def plot(
        self,
        by: str | ArrayLike | None = None,
        n: int | ArrayLike | None = None,
        *,
        relative: bool = False,
        band: str | None = "std",
        individual: bool = False,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw the mean profile of each group, with a band for the spread of its profiles.

        Needs matplotlib. There is a line per group and channel.

        Parameters
        ----------
        by, n, relative
            As for `mean`.
        band : {"std", "sem", "range", None}, optional
            The half width of the band: the standard deviation of the profiles, or that of their
            mean, std / sqrt(number of profiles); "range" is from their minimum to their maximum.
            Where each group, by a key, is a single profile, its own statistics make the band.
        individual : bool, optional
            Whether each profile is drawn too, as a thin line.
        ax : matplotlib Axes, optional
            Where to draw. Default: a new figure of pyplot.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            If matplotlib is not installed; ``pip install 'mensura[report]'`` installs it.
        TypeError, ValueError
            As `mean`, or if `band` is none of the above.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> from matplotlib.figure import Figure
        >>> profiles = ms.Profiles(
        ...     np.arange(6.0), np.array([0, 2, 4, 6]), np.array([0.0, 1] * 3), np.ones(6, int),
        ...     keys={"profile": np.arange(3)}, unit="um",
        ... )
        >>> profiles.plot(ax=Figure().subplots()).get_xlabel()
        'distance (um)'
        """
        from mensura.profiles.plotting import draw_profiles  # noqa: PLC0415 - loaded when used

        return draw_profiles(
            self, by, n, relative=relative, band=band, individual=individual, ax=ax
        )

    def _samples(self) -> Samples:
        with_channels = self._values if self._channels is not None else self._values[:, None]
        return Samples(with_channels, self._distance, self._offsets, self._length)

    def _without_channels(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return an array whose last axis is channels as it is shown."""
        return array if self._channels is not None else array[..., 0]

    def _groups(self, by: str | ArrayLike | None) -> tuple[str, NDArray[Any]]:
        if by is None:
            return "group", np.zeros(len(self), np.int64)
        if isinstance(by, str):
            if by not in self._keys:
                raise ValueError(f"by must be one of the keys {list(self._keys)}, not {by!r}")
            return by, self._keys[by]
        groups = np.asarray(by)
        if groups.shape != (len(self),):
            raise ValueError(
                f"by has shape {groups.shape}; it must be a group for each of the {len(self)} "
                "profiles, or the name of a key"
            )
        return "group", groups


def _checked_baseline(baseline: object) -> str | float:
    if isinstance(baseline, str) and baseline in ("min", "ends"):
        return baseline
    if isinstance(baseline, (bool, str)) or not isinstance(baseline, Real):
        raise ValueError(f'baseline must be "min", "ends" or a number, not {baseline!r}')
    if not np.isfinite(float(baseline)):
        raise ValueError(f"baseline must be finite, not {baseline!r}")
    return float(baseline)


def _checked_fraction(fraction: object, name: str) -> float:
    if isinstance(fraction, bool) or not isinstance(fraction, Real):
        raise TypeError(f"{name} must be a number between 0 and 1, not {fraction!r}")
    if not 0 < float(fraction) < 1:
        raise ValueError(f"{name} must lie between 0 and 1, not {fraction!r}")
    return float(fraction)


def _check_offsets(offsets: NDArray[np.int64], samples: int) -> None:
    if offsets.ndim != 1 or not len(offsets) or offsets[0] != 0 or offsets[-1] != samples:
        raise ValueError(f"offsets must be 1-D, begin with 0 and end with the {samples} samples")
    if (offsets[1:] < offsets[:-1]).any():
        raise ValueError(f"offsets must not decrease; {_first_fall(offsets)} does")


def _first_fall(offsets: NDArray[np.int64]) -> str:
    at = int((offsets[1:] < offsets[:-1]).argmax()) + 1
    return f"offsets[{at}] = {offsets[at]}"


def _default_lengths(
    offsets: NDArray[np.int64], distance: NDArray[np.float64]
) -> NDArray[np.float64]:
    sizes = np.diff(offsets)
    lengths = np.zeros(len(sizes))
    several = sizes > 1
    span = distance[offsets[1:][several] - 1] - distance[offsets[:-1][several]]
    lengths[several] = span * sizes[several] / (sizes[several] - 1)
    return lengths


def _as_numbers(which: ArrayLike, count: int) -> NDArray[np.intp]:
    """Return the numbers of the profiles that a mask or an array of numbers picks."""
    array = np.asarray(which)
    if array.ndim != 1:
        raise TypeError(f"profiles are picked by a number, slice or 1-D array, not {which!r}")
    if array.dtype.kind == "b":
        if len(array) != count:
            raise IndexError(f"a mask of {len(array)} for {count} profiles")
        return np.flatnonzero(array)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError(f"profiles are picked by integers or bools, not {array.dtype}")
    numbers = array.astype(np.intp)
    outside = (numbers < -count) | (numbers >= count)
    if outside.any():
        raise IndexError(f"profile {numbers[outside][0]} of {count}")
    return numbers % max(count, 1)
