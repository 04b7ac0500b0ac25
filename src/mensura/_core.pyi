"""The native module. Its arguments are checked and documented in Python, not here."""

from typing import Any, TypeAlias, overload

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
def normalized_moments(
    central: list[NDArray[np.float64]],
    root: NDArray[np.float64],
    units: list[float],
    threads: int,
) -> list[NDArray[np.float64]]: ...
def hu_invariants(
    normalized: list[NDArray[np.float64]], threads: int
) -> list[NDArray[np.float64]]: ...
def count_components(labels: _Array, threads: int) -> NDArray[np.int64]: ...
def measure_labels(
    labels: _Array,
    channels: list[_Array],
    masks: list[_Array | None],
    saturations: list[float | None],
    plan: MeasurePlan,
    threads: int,
) -> RegionColumns: ...
def measure_regions(
    regions: Regions,
    channels: list[_Array],
    masks: list[_Array | None],
    saturations: list[float | None],
    plan: MeasurePlan,
    threads: int,
) -> RegionColumns: ...
def measure_mask(mask: _Array, plan: MeasurePlan, threads: int) -> RegionColumns: ...
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

class RingPlan:
    border_is_edge: bool
    outer: float
    radius: float
    overflow: bool
    sectors: int
    octants: bool
    def __init__(self, metric: str, center: str, spacing: tuple[float, ...], axes: int) -> None: ...
    def set_bins(self, kind: str, width: float, number: int, edges: list[float]) -> None: ...

class RingObjects:
    @overload
    def __init__(self, labels: _Array, threads: int) -> None: ...
    @overload
    def __init__(self, shape: tuple[int, ...]) -> None: ...
    def labels(self) -> NDArray[np.uint64]: ...
    def boxes(self) -> NDArray[np.int64]: ...
    def measure(
        self,
        plan: RingPlan,
        points: NDArray[np.float64],
        pixels: _Array | None,
        channels: list[_Array],
        masks: list[_Array | None],
        threads: int,
    ) -> dict[str, _Array]: ...

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

class ProfileGeometry:
    def __init__(
        self,
        axes: int,
        offsets: NDArray[np.int64],
        points: NDArray[np.float64],
        steps: NDArray[np.float64] | None,
        ends: NDArray[np.float64] | None,
        across: NDArray[np.float64] | None,
        offsets_across: NDArray[np.float64],
        weights: NDArray[np.float64],
    ) -> None: ...

class Sampling:
    def __init__(self, interpolation: str, outside: str, constant: float) -> None: ...

class Reducer:
    def __init__(self, kind: str, quantile: float, function: int) -> None: ...

class Outlines:
    @property
    def corners(self) -> NDArray[np.float64]: ...
    @property
    def offsets(self) -> NDArray[np.int64]: ...
    @property
    def labels(self) -> NDArray[np.uint64]: ...
    @property
    def is_hole(self) -> NDArray[np.bool_]: ...
    def points(
        self, spacing: tuple[float, float], smooth: float, step: float, threads: int
    ) -> tuple[
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.float64],
        NDArray[np.int64],
        NDArray[np.float64],
    ]: ...

def trace_outlines(labels: _Array, diagonal: bool, threads: int) -> Outlines: ...
def reach_across(
    labels: _Array,
    points: NDArray[np.float64],
    steps: NDArray[np.float64],
    labels_of_ways: NDArray[np.uint64],
    inward: int,
    outward: int,
    near: int,
    stop_at_neighbors: bool,
    ties_are_behind: bool,
    threads: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
def average_crossings(
    values: NDArray[np.float64],
    channels: int,
    offsets: NDArray[np.int64],
    first: NDArray[np.int64],
    places: int,
    objects: NDArray[np.int64],
    threads: int,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
]: ...
def sample_profiles(
    images: list[_Array],
    masks: list[_Array | None],
    geometry: ProfileGeometry,
    sampling: Sampling,
    reducer: Reducer,
    values: NDArray[np.float64],
    counts: NDArray[np.int64],
    threads: int,
) -> tuple[bool, int, int, int, NDArray[np.float64]]: ...
def line_distances(
    offsets: NDArray[np.int64],
    steps: NDArray[np.float64],
    last: NDArray[np.float64] | None,
    distances: NDArray[np.float64],
    threads: int,
) -> None: ...
def compiler() -> str: ...
def has_assertions() -> bool: ...
def available_isas() -> list[str]: ...
def active_isa() -> str: ...
