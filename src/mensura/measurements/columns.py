"""From the measurements asked for to the sums they need, and from sums to a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura import _core
from mensura.measurements import registry
from mensura.measurements.registry import KEPT_CHOICES, WHOLE_IMAGE_NEEDS, Measurement
from mensura.measurements.sums import RegionSums, unit_of_spacing
from mensura.table import Table

# Of Hu's invariants in the inverse of the mass: half of the orders in a product.
_DEGREES = (1, 2, 3, 3, 6, 4, 6)


def plan_for(
    chosen: Iterable[Measurement], ndim: int, shape: tuple[int, ...] | None
) -> _core.MeasurePlan:
    """Return what the engine has to gather; `shape` is that of the whole image, where known."""
    plan = _core.MeasurePlan(ndim, None if shape is None else _as_volume(shape))
    for need in _needs_of(tuple(chosen)):
        setattr(plan, need, True)
    return plan


@lru_cache(maxsize=KEPT_CHOICES)
def _needs_of(chosen: tuple[Measurement, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(entry.needs for entry in chosen)) - WHOLE_IMAGE_NEEDS


def _as_volume(shape: tuple[int, ...]) -> tuple[int, int, int]:
    depth, height, width = (1, *shape)[-3:]
    return depth, height, width


def table_of(
    chosen: list[Measurement],
    sums: RegionSums,
    channels: list[str] | None,
    origin: Mapping[str, Any],
) -> Table:
    """Return the table of the measurements; `origin` tells what the sums were gathered from."""
    head = _head_of(
        tuple(chosen),
        sums.ndim,
        unit_of_spacing(sums.spacing),
        None if channels is None else tuple(channels),
    )
    count = 1 if channels is None else len(channels)
    # Infinite or NaN where double does not suffice.
    with np.errstate(over="ignore", invalid="ignore"):
        arrays = [values for entry in chosen for values in _arrays_of(entry, sums, count)]
    columns = dict(zip(head.names, arrays, strict=True))
    units, definitions = head.units, head.definitions
    if "frame" in sums.raw:
        columns = {"frame": sums.raw["frame"], **columns}
        units = {"frame": "", **units}
        definitions = {"frame": "number of the frame along frame_axis, from 0", **definitions}
    provenance = {
        "version": _core.__version__,
        "measurements": [entry.name for entry in chosen],
        **origin,
        "channels": channels,
        "spacing": list(sums.spacing),
        **vars(sums.conventions),
    }
    return Table(columns, units, provenance, definitions)


def _arrays_of(entry: Measurement, sums: RegionSums, channels: int) -> Iterable[NDArray[Any]]:
    """Return the columns of a measurement: suffix by suffix, those of all channels side by side."""
    if not entry.needs_image:
        return entry.columns(sums)
    per_channel = [entry.columns(sums.channel(c)) for c in range(channels)]
    return (values for of_suffix in zip(*per_channel, strict=True) for values in of_suffix)


@dataclass(frozen=True)
class _Head:
    """What stands over the columns of a table, whatever was measured."""

    names: list[str]
    units: dict[str, str]
    definitions: dict[str, str]


@lru_cache(maxsize=KEPT_CHOICES)
def _head_of(
    chosen: tuple[Measurement, ...], ndim: int, length: str, channels: tuple[str, ...] | None
) -> _Head:
    """Return names, units and definitions, `length` being the unit of lengths."""
    head = _Head([], {}, {})
    of_channels = [""] if channels is None else [f"-{name}" for name in channels]
    for entry in chosen:
        behind = of_channels if entry.needs_image else [""]
        of_suffixes = zip(entry.suffixes(ndim), _units_of(entry, ndim, length), strict=True)
        for suffix, unit in of_suffixes:
            for channel in behind:
                name = entry.name + suffix + channel
                head.names.append(name)
                head.units[name] = unit
                head.definitions[name] = entry.definition
    return head


def _units_of(entry: Measurement, ndim: int, length: str) -> tuple[str, ...]:
    """Return the unit of each suffix, `length` being that of lengths."""
    if "order" in entry.unit:
        orders = registry.orders(ndim)
        return tuple(_unit_of_order(entry.unit, sum(p), length, ndim) for p in orders)
    if "degree" in entry.unit:
        return tuple(entry.unit.replace("(-degree)", f"(-{n})") for n in _DEGREES)
    size = f"{length}^{ndim}"
    named = {
        "length": length,
        "length^2": f"{length}^2",
        "size": size,
        "intensity x size": f"intensity x {size}",
    }
    return (named.get(entry.unit, entry.unit),) * len(entry.suffixes(ndim))


def _unit_of_order(unit: str, order: int, length: str, ndim: int) -> str:
    if order == 0:
        return "intensity" if unit.startswith("intensity x") else ""
    lengths = length if order == 1 else f"{length}^{order}"
    exponent = f"({Fraction(-order, ndim)})"
    return unit.replace("length^order", lengths).replace("(-order/ndim)", exponent)
