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
    def paint(self, out: _Array, cleared: bool, as_a_whole: bool, threads: int) -> None: ...

def new_output(dtype: np.dtype[Any], shape: tuple[int, ...]) -> tuple[_Array, bool]: ...

class MeasurePlan:
    second_moments: bool
    third_moments: bool
    border_pixels: bool
    intensity_squares: bool
    intensity_powers: bool
    intensity_weighted_centroid: bool
    intensity_weighted_moments: bool
    intensity_positions: bool
    intensity_quality: bool
    def __init__(self, axes: int, image: tuple[int, int, int] | None = None) -> None: ...

class Accumulator:
    def __init__(
        self, plan: MeasurePlan, channels: list[_Array], saturations: list[float | None]
    ) -> None: ...
    def add_labels(
        self,
        labels: _Array,
        channels: list[_Array],
        masks: list[_Array | None],
        origin: tuple[int, int, int],
        threads: int,
    ) -> None: ...
    def add_regions(
        self,
        regions: Regions,
        channels: list[_Array],
        masks: list[_Array | None],
        origin: tuple[int, int, int],
        threads: int,
    ) -> None: ...
    def merge(self, other: Accumulator) -> None: ...
    def table(self, threads: int) -> RegionColumns: ...
    @property
    def regions(self) -> int: ...
    def __getstate__(self) -> bytes: ...
    def __setstate__(self, state: bytes) -> None: ...

def find_regions(
    image: _Array,
    connectivity: int,
    background: float | None,
    threshold: float | None,
    periodic: tuple[bool, ...],
    threads: int,
) -> Regions: ...
def count_components(labels: _Array, threads: int) -> NDArray[np.int64]: ...
def measure_geometry(regions: Regions, plan: MeasurePlan, threads: int) -> RegionColumns: ...
def measure_stack(
    labels: _Array,
    channels: list[_Array],
    masks: list[_Array | None],
    saturations: list[float | None],
    plan: MeasurePlan,
    threads: int,
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
