"""The register of measurements: what each is called, means and needs.

One entry serves everything that speaks of a measurement: :func:`mensura.measure`, the list that
:func:`mensura.measurements` makes, the units of a table, and the tests, which hold an oracle
against every entry. The entries themselves stand beside their formulas in this package.
"""

import difflib
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mensura.measurements.sums import ChannelSums, RegionSums

Columns: TypeAlias = NDArray[Any] | Sequence[NDArray[Any]]
#: From regions, or from one channel of them, to one array or one per suffix.
Compute: TypeAlias = Callable[[Any], Columns]

#: Groups in the order in which they are listed.
GROUPS = ("size", "position", "ellipse", "image_moments", "intensity", "quality")

#: What is counted in a pass of its own over the whole label image, and not by the plan of sums.
WHOLE_IMAGE_NEEDS = frozenset({"components"})

#: What is measured where nothing is asked for, without and with an image.
DEFAULTS = ("label", "area", "bbox", "centroid")
DEFAULTS_WITH_IMAGE = (
    *DEFAULTS,
    "intensity_mean",
    "intensity_std",
    "intensity_min",
    "intensity_max",
    "intensity_sum",
)


#: Of so many choices of measurements what follows from them alone is kept, which takes as long as
#: to measure a small image.
KEPT_CHOICES = 256


# The suffixes of a measurement's columns, by the number of axes.
def one(ndim: int) -> tuple[str, ...]:  # noqa: ARG001 - the same for any
    """One column without a suffix."""
    return ("",)


def per_axis(ndim: int) -> tuple[str, ...]:
    """One column per axis."""
    return tuple(f"-{axis}" for axis in range(ndim))


def per_box_side(ndim: int) -> tuple[str, ...]:
    """All first, then all last coordinates of a box."""
    return tuple(f"-{side}" for side in range(2 * ndim))


def per_pair(ndim: int) -> tuple[str, ...]:
    """One column per pair of axes."""
    return tuple(f"-{i}-{j}" for i in range(ndim) for j in range(ndim))


def orders(ndim: int) -> list[tuple[int, ...]]:
    """List the powers of the axes in moments, the last axis fastest."""
    return list(itertools.product(range(4), repeat=ndim))


@cache
def per_order(ndim: int) -> tuple[str, ...]:
    """One column per combination of powers of the axes."""
    return tuple("".join(f"-{power}" for power in powers) for powers in orders(ndim))


@dataclass(frozen=True, eq=False)
class Measurement:
    """One entry of the register, equal to itself alone.

    Attributes
    ----------
    name, group : str
        How it is asked for.
    unit : str
        "" for a pure number, "pixel", "radian", "intensity", "intensity^2", or in terms of the
        spacing: "length", "size" (area in 2-D, volume in 3-D), "length^2" or "intensity x size".
        With "order" or "degree" in it, it differs from column to column of the moments.
    definition, source : str
        The formula in one line, and where it comes from.
    suffixes : callable
        From the number of axes to the suffixes of the columns.
    compute : callable
        From :class:`RegionSums`, or :class:`ChannelSums` where `needs_image`, to the columns.
    needs_image : bool
        Whether it is measured in an intensity image, once per channel.
    needs : frozenset of str
        Which sums it needs beside those that are always gathered, by their names in the plan or in
        WHOLE_IMAGE_NEEDS.
    dimensions : tuple of int
        For which numbers of axes it is defined.
    needs_shape : bool
        Whether it needs to know where the image ends, which an accumulator has to be told.
    """

    name: str
    group: str
    unit: str
    definition: str
    source: str
    suffixes: Callable[[int], tuple[str, ...]]
    compute: Compute
    needs_image: bool
    needs: frozenset[str]
    dimensions: tuple[int, ...]
    needs_shape: bool = False

    def columns(self, sums: RegionSums | ChannelSums) -> list[NDArray[Any]]:
        """Return the columns, one per suffix."""
        computed = self.compute(sums)
        return [computed] if isinstance(computed, np.ndarray) else list(computed)


REGISTRY: dict[str, Measurement] = {}


def measurement(
    *,
    unit: str,
    definition: str,
    source: str,
    suffixes: Callable[[int], tuple[str, ...]] = one,
    needs: Iterable[str] = (),
    needs_image: bool = False,
    dimensions: tuple[int, ...] = (2, 3),
    needs_shape: bool = False,
) -> Callable[[Compute], Compute]:
    """Register the decorated function under its own name, in the group its module is named for."""

    def register(compute: Compute) -> Compute:
        group = compute.__module__.rpartition(".")[2]
        REGISTRY[compute.__name__] = Measurement(
            name=compute.__name__,
            group=group,
            unit=unit,
            definition=definition,
            source=source,
            suffixes=suffixes,
            compute=compute,
            needs_image=needs_image,
            needs=frozenset(needs),
            dimensions=dimensions,
            needs_shape=needs_shape,
        )
        return compute

    return register


def in_order(group: str | None = None) -> list[Measurement]:
    """Return the entries group by group, or those of one group."""
    groups = GROUPS if group is None else (group,)
    return [entry for name in groups for entry in REGISTRY.values() if entry.group == name]


@dataclass(frozen=True)
class Setting:
    """What there is to measure in.

    Attributes
    ----------
    ndim : int
        The number of axes of the labels.
    has_image : bool
        Whether there are intensities.
    has_shape : bool
        Whether it is known where the image ends.
    is_whole : bool
        Whether the image is seen at once, and not tile by tile.
    """

    ndim: int
    has_image: bool
    has_shape: bool = True
    is_whole: bool = True

    def refusal(self, entry: Measurement) -> str | None:
        """Return why something cannot be measured, or None where it can."""
        if entry.needs_image and not self.has_image:
            return "needs an intensity image; pass image=..."
        if self.ndim not in entry.dimensions:
            defined = " and ".join(f"{n}-D" for n in entry.dimensions)
            return f"is defined for {defined} images, and labels is {self.ndim}-D"
        if entry.needs_shape and not self.has_shape:
            return "needs to know where the image ends; pass shape=..."
        if entry.needs & WHOLE_IMAGE_NEEDS and not self.is_whole:
            return "needs the whole image at once, and cannot be had from tiles"
        return None


def choose(measurements: str | Iterable[str] | None, setting: Setting) -> list[Measurement]:
    """Return the entries asked for by names and groups, in order and each once.

    A name must be possible in the setting; of a group, those that are possible are meant.
    """
    if measurements is None:
        names: list[str] = list(DEFAULTS_WITH_IMAGE if setting.has_image else DEFAULTS)
    elif isinstance(measurements, str):
        names = [measurements]
    else:
        names = _as_names(measurements)
    return list(_chosen(tuple(names), setting))


@lru_cache(maxsize=KEPT_CHOICES)
def _chosen(names: tuple[str, ...], setting: Setting) -> tuple[Measurement, ...]:
    chosen: dict[str, Measurement] = {}
    for name in names:
        for entry in _possible(_entries(name), setting):
            chosen[entry.name] = entry
    return tuple(chosen.values())


def _as_names(measurements: Iterable[object]) -> list[str]:
    try:
        names = list(measurements)
    except TypeError:
        raise TypeError(
            f"measurements must be a name or a sequence of names, not {measurements!r}"
        ) from None
    if not names:
        raise ValueError("measurements is empty; name at least one, or leave it out for the usual")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"measurements must be names, not {name!r} ({type(name).__name__})")
    return [str(name) for name in names]


def _entries(name: str) -> list[Measurement]:
    if name in REGISTRY:
        return [REGISTRY[name]]
    if name == "all":
        return in_order()
    if name in GROUPS:
        return in_order(name)
    raise ValueError(f"measurements has {name!r}, which is unknown{_suggestion(name)}")


def _possible(entries: list[Measurement], setting: Setting) -> list[Measurement]:
    possible = [entry for entry in entries if setting.refusal(entry) is None]
    if not possible:
        raise ValueError(f"measurement {entries[0].name!r} {setting.refusal(entries[0])}")
    return possible


def _suggestion(name: str) -> str:
    # Words are sorted because older names differ in their order: mean_intensity, intensity_mean.
    known = {"_".join(sorted(key.split("_"))): key for key in ("all", *GROUPS, *REGISTRY)}
    wanted = "_".join(sorted(name.lower().split("_")))
    near = [known[key] for key in difflib.get_close_matches(wanted, known, n=1, cutoff=0.7)]
    nearest = f"; did you mean {near[0]!r}?" if near else "."
    return f"{nearest} mensura.measurements() lists all"
