"""Times mensura and its peers on the cases of region measurements, the sides in turn.

Every side is called once before, and what it finds is compared with what mensura finds on the same
input: as many objects, and columns that both have equal to a millionth of the largest value, of
central moments of the largest of those about the corner of the bounding box.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ..scenes import NoSharedDataError
from .memory import fits
from .peers import is_installed, use_threads
from .regions_cases import CASES, Case
from .regions_peers import PEERS, Columns, Problem, mensura_call
from .timing import Side, checked_side, reading, run_alternating

MENSURA = "mensura"
TOLERANCE = 1e-6  # fast-regionprops takes variances as differences of large sums
SHARE_OF_FREE_MEMORY = 0.9

Record = dict[str, Any]


def check_columns(name: str, theirs: Columns, ours: Columns) -> None:
    """Raise where the objects differ, or a column that both have."""
    both = [column for column in ours if column in theirs]
    if "area" not in both:
        raise AssertionError(f"{name} has no column of areas")
    for column in both:
        mine, other = np.asarray(ours[column]), np.asarray(theirs[column])
        if mine.shape != other.shape:
            raise AssertionError(f"{name} finds {other.size} objects and mensura {mine.size}")
        # Central moments may all be 0, of terms that are not: those about the corner of the box.
        scale = ours.get(column.replace("_central", ""), mine)
        largest = np.nanmax(np.abs(scale), initial=0.0)
        if not np.allclose(other, mine, rtol=0, atol=TOLERANCE * largest, equal_nan=True):
            raise AssertionError(f"{name} and mensura differ in {column}")


def check_baseline(name: str, theirs: Columns, ours: Columns) -> None:
    """Raise where mensura finds other objects under other ids or channels."""
    if not np.array_equal(np.sort(theirs["area"]), np.sort(ours["area"])):
        raise AssertionError(f"{name} differs in area")


def sides_for(
    case: Case, problem: Problem, threads: int, repeats: int, slow_repeats: int
) -> tuple[list[Side], dict[str, float]]:
    """Return the sides, mensura first, and by what to multiply the times of those with a crop."""
    often = (repeats, slow_repeats)
    measure = mensura_call(problem, threads)
    ours = measure()
    timed = measure if case.within is None else lambda: measure().to_pandas()
    sides = [checked_side(MENSURA, timed, _check(MENSURA, ours), *often)]
    scales = {}
    for name in case.faster:
        peer = PEERS[name]
        if not is_installed(peer.module):
            continue
        given, expected = problem, ours
        if name in case.crops:
            given = problem.cropped(case.crops[name])
            expected = mensura_call(given, threads)()
            scales[name] = len(ours["area"]) / len(expected["area"])
        check = _check(name, expected, peer.columns)
        sides.append(checked_side(name, peer.prepare(given), check, *often))
    if case.baseline is not None:
        name, change = case.baseline
        other = mensura_call(change(problem), threads)
        check_baseline(name, other(), ours)
        sides.append(Side(name, other, repeats))
    return sides, scales


def _check(
    name: str, ours: Columns, columns: Callable[[Any], Columns] = dict
) -> Callable[[Any], None]:
    return lambda found: check_columns(name, columns(found), ours)


def run_cases(
    names: Sequence[str], threads: int, size: str, repeats: int, slow_repeats: int
) -> Iterator[Record]:
    """Time every case that can be made and yield its record."""
    use_threads(threads)
    for name in names:
        started = time.perf_counter()
        case = CASES[name]
        if size == "full" and not fits(1, case.needs_bytes, SHARE_OF_FREE_MEMORY):
            print(f"{name}: needs {case.needs_bytes / 1e9:.0f} GB", file=sys.stderr)
            continue
        try:
            problem = case.problem(size)
        except NoSharedDataError as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        sides, scales = sides_for(case, problem, threads, repeats, slow_repeats)
        with ThreadPoolExecutor(threads) as pool:
            reader = Side("NumPy", reading(problem.labels, pool, threads), repeats)
            run_alternating([*sides, reader])
        yield {
            "case": name,
            "columns": case.columns,
            "measurements": problem.measurements,
            "shape": problem.labels.shape,
            "dtypes": [str(a.dtype) for a in (problem.labels, problem.image) if a is not None],
            "pixels": problem.labels.size,
            "objects": len(mensura_call(problem, threads)()["label"]),
            "bytes": problem.num_bytes,
            "read bandwidth": problem.labels.nbytes / reader.median,
            "threads": threads,
            "scales": scales,
            "seconds": {side.name: side.seconds for side in sides},
        }
        spent = time.perf_counter() - started
        print(f"{name}: {spent:.1f} s", file=sys.stderr, flush=True)
