"""The native module. Its arguments are checked and documented in Python, not here."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mensura.measurements.sums import RegionColumns

_Array: TypeAlias = NDArray[Any]

__version__: str

class Regions:
    @property
    def count(self) -> int: ...
    @property
    def runs(self) -> int: ...
    def select(self, keep: NDArray[np.bool_]) -> Regions: ...
    def runs_of(
        self, region: int, begin: tuple[int, int, int], end: tuple[int, int, int]
    ) -> NDArray[np.int64]: ...
    def regions_at(self, pixels: NDArray[np.int64]) -> NDArray[np.int64]: ...
    def paint(self, out: _Array, cleared: bool, threads: int) -> None: ...

def new_output(dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[_Array, bool]: ...

class MeasurePlan:
    def __init__(
        self,
        *,
        axes: int,
        second_moments: bool,
        intensity_squares: bool,
        intensity_weighted_centroid: bool,
    ) -> None: ...

def find_regions(
    image: _Array,
    connectivity: int,
    background: float | None,
    threshold: float | None,
    periodic: tuple[bool, ...],
    threads: int,
) -> Regions: ...
def measure_labels(
    labels: _Array, channels: list[_Array], plan: MeasurePlan, threads: int
) -> RegionColumns: ...
def measure_regions(
    regions: Regions, channels: list[_Array], plan: MeasurePlan, threads: int
) -> RegionColumns: ...
def relabel(
    labels: _Array,
    ids: NDArray[np.uint64],
    values: NDArray[np.uint64],
    out: _Array,
    threads: int,
) -> None: ...
def fill(regions: Regions, values: NDArray[np.uint64], out: _Array, threads: int) -> None: ...
def region_sizes(
    regions: Regions, axes: int, threads: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]: ...
def labels_around(regions: Regions, labels: _Array, threads: int) -> NDArray[np.uint64]: ...
def arrow_schema(
    fields: list[tuple[str, str, dict[str, str]]], metadata: dict[str, str]
) -> object: ...
def arrow_stream(
    fields: list[tuple[str, str, dict[str, str]]],
    metadata: dict[str, str],
    columns: list[list[_Array]],
    length: int,
) -> object: ...
def names_in_arrow_schema(schema: object) -> list[str] | None: ...
def compiler() -> str: ...
def has_assertions() -> bool: ...
def available_isas() -> list[str]: ...
def active_isa() -> str: ...
