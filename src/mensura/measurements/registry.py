"""The register of measurements: what each is called, means and needs.

One entry serves everything that speaks of a measurement: :func:`mensura.measure`, the list that
:func:`mensura.measurements` makes, the units of a table, and the tests, which hold an oracle
against every entry. The entries themselves stand beside their formulas in this package.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mensura.measurements.sums import ChannelSums, RegionSums

Columns: TypeAlias = NDArray[Any] | Sequence[NDArray[Any]]
#: From regions, or from one channel of them, to one array or one per suffix.
Compute: TypeAlias = Callable[[Any], Columns]

#: Groups in the order in which they are listed.
GROUPS = ("size", "position", "ellipse", "intensity", "quality")

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


@dataclass(frozen=True)
class Measurement:
    """One entry of the register.

    Attributes
    ----------
    name, group : str
        How it is asked for.
    unit : str
        "" for a pure number, "pixel", "radian", "intensity", "intensity^2", or in terms of the
        spacing: "length", "size" (area in 2-D, volume in 3-D), "length^2" or "intensity x size".
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
        )
        return compute

    return register


def in_order(group: str | None = None) -> list[Measurement]:
    """Return the entries group by group, or those of one group."""
    groups = GROUPS if group is None else (group,)
    return [entry for name in groups for entry in REGISTRY.values() if entry.group == name]


def choose(
    measurements: str | Iterable[str] | None, ndim: int, has_image: bool
) -> list[Measurement]:
    """Return the entries asked for by names and groups, in order and each once."""
    if measurements is None:
        names: list[str] = list(DEFAULTS_WITH_IMAGE if has_image else DEFAULTS)
    elif isinstance(measurements, str):
        names = [measurements]
    else:
        names = _as_names(measurements)
    chosen: dict[str, Measurement] = {}
    for name in names:
        for entry in _entries(name, ndim, has_image):
            chosen[entry.name] = entry
    return list(chosen.values())


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


def _entries(name: str, ndim: int, has_image: bool) -> list[Measurement]:
    if name in REGISTRY:
        return [_checked(REGISTRY[name], ndim, has_image)]
    if name == "all":
        return [
            entry
            for entry in in_order()
            if ndim in entry.dimensions and (has_image or not entry.needs_image)
        ]
    if name in GROUPS:
        fitting = [entry for entry in in_order(name) if ndim in entry.dimensions]
        possible = [entry for entry in fitting if has_image or not entry.needs_image]
        return possible or [_checked(entry, ndim, has_image) for entry in fitting]
    raise ValueError(f"measurements has {name!r}, which is unknown{_suggestion(name)}")


def _checked(entry: Measurement, ndim: int, has_image: bool) -> Measurement:
    if entry.needs_image and not has_image:
        raise ValueError(f"measurement {entry.name!r} needs an intensity image; pass image=...")
    if ndim not in entry.dimensions:
        defined = " and ".join(f"{n}-D" for n in entry.dimensions)
        raise ValueError(
            f"measurement {entry.name!r} is defined for {defined} images, and labels is {ndim}-D"
        )
    return entry


def _suggestion(name: str) -> str:
    # Words are sorted because older names differ in their order: mean_intensity, intensity_mean.
    known = {"_".join(sorted(key.split("_"))): key for key in ("all", *GROUPS, *REGISTRY)}
    wanted = "_".join(sorted(name.lower().split("_")))
    near = [known[key] for key in difflib.get_close_matches(wanted, known, n=1, cutoff=0.7)]
    nearest = f"; did you mean {near[0]!r}?" if near else "."
    return f"{nearest} mensura.measurements() lists all"
