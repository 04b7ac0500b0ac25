"""From the measurements asked for to the sums they need, and from sums to a table."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from numpy.typing import NDArray

from mensura import _core
from mensura.measurements import registry
from mensura.measurements.registry import WHOLE_IMAGE_NEEDS, Measurement
from mensura.measurements.sums import RegionSums, unit_of_spacing
from mensura.table import Table

# Of Hu's invariants in the inverse of the mass: half of the orders in a product.
_DEGREES = (1, 2, 3, 3, 6, 4, 6)


def plan_for(
    chosen: Iterable[Measurement], ndim: int, shape: tuple[int, ...] | None
) -> _core.MeasurePlan:
    """Return what the engine has to gather; `shape` is that of the whole image, where known."""
    plan = _core.MeasurePlan(ndim, None if shape is None else _as_volume(shape))
    for need in frozenset[str]().union(*(entry.needs for entry in chosen)) - WHOLE_IMAGE_NEEDS:
        setattr(plan, need, True)
    return plan


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
    columns: dict[str, NDArray[Any]] = {}
    units: dict[str, str] = {}
    definitions: dict[str, str] = {}
    length = unit_of_spacing(sums.spacing)
    if "frame" in sums.raw:
        columns["frame"] = sums.raw["frame"]
        units["frame"] = ""
        definitions["frame"] = "number of the frame along frame_axis, from 0"
    for entry in chosen:
        named = _columns_of(entry, sums, channels)
        columns |= named
        of_suffixes = _units_of(entry, sums.ndim, length)
        units |= zip(named, _of_columns(of_suffixes, len(named)), strict=True)
        definitions |= dict.fromkeys(named, entry.definition)
    provenance = {
        "version": _core.__version__,
        "measurements": [entry.name for entry in chosen],
        **origin,
        "channels": channels,
        "spacing": list(sums.spacing),
        **vars(sums.conventions),
    }
    return Table(columns, units, provenance, definitions)


def _columns_of(
    entry: Measurement, sums: RegionSums, names: list[str] | None
) -> dict[str, NDArray[Any]]:
    suffixes = entry.suffixes(sums.ndim)
    if not entry.needs_image:
        return {
            entry.name + suffix: values
            for suffix, values in zip(suffixes, entry.columns(sums), strict=True)
        }
    per_channel = [
        (f"-{name}" if name else "", entry.columns(sums.channel(c)))
        for c, name in enumerate([""] if names is None else names)
    ]
    return {
        entry.name + suffix + channel: values[k]
        for k, suffix in enumerate(suffixes)
        for channel, values in per_channel
    }


def _of_columns(of_suffixes: tuple[str, ...], columns: int) -> list[str]:
    """Return what belongs to suffixes by column: those of all channels stand side by side."""
    channels = columns // len(of_suffixes)
    return [each for each in of_suffixes for _ in range(channels)]


@cache
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
