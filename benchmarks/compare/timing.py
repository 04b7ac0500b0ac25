"""Timing the sides of a comparison fairly, and saying on what machine it was done.

Shared machines drift, so the sides take turns and only ratios of medians are to be believed.
Every side is called once before its first timed call.
"""

import gc
import importlib.metadata
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONG = 5  # seconds of a call that is worth fewer repeats


@dataclass
class Side:
    """One contender: what it is called, the call to time, how often, and how it is warmed up.

    `warm` replaces the untimed first call where that would take minutes.
    """

    name: str
    call: Callable[[], object]
    repeats: int = 7
    warm: Callable[[], object] | None = None
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def run_alternating(sides: Iterable[Side]) -> None:
    """Fill in `seconds` of every side, one call of each in turn until its repeats are used up.

    What is there before is nothing for the garbage collector to go through before each call, which
    takes far longer than the calls where the images are small.
    """
    sides = list(sides)
    for side in sides:
        (side.warm or side.call)()
    gc.collect()
    gc.freeze()
    try:
        for turn in range(max(side.repeats for side in sides)):
            for side in sides:
                if turn < side.repeats:
                    side.seconds.append(call_seconds(side.call))
    finally:
        gc.unfreeze()


def checked_side(
    name: str,
    call: Callable[[], Any],
    check: Callable[[Any], object],
    repeats: int,
    long_repeats: int,
) -> Side:
    """Make a first call, which warms the side up and whose result is checked; return the side.

    A side whose first call takes longer than `LONG` seconds is timed `long_repeats` times.
    """
    started = time.perf_counter()
    result = call()
    is_long = time.perf_counter() - started > LONG
    check(result)
    return Side(name, call, min(repeats, long_repeats) if is_long else repeats, warm=bool)


def call_seconds(call: Callable[[], object]) -> float:
    """Wall-clock seconds of one call, with the garbage collector idle."""
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start
    finally:
        if collecting:
            gc.enable()


def median_seconds(call: Callable[[], object], repeats: int) -> float:
    """Median of `repeats` timed calls after an untimed one."""
    side = Side("only", call, repeats)
    run_alternating([side])
    return side.median


@dataclass(frozen=True)
class Ratio:
    """How many times longer one side takes: of the medians, and the extremes of single calls."""

    median: float
    low: float
    high: float


def ratio(slow: Side, fast: Side) -> Ratio:
    """Time of `slow` over time of `fast`; `low` is the least favorable pairing of two calls."""
    return Ratio(
        slow.median / fast.median,
        min(slow.seconds) / max(fast.seconds),
        max(slow.seconds) / min(fast.seconds),
    )


def copy_bandwidth(threads: int, num_bytes: int = 1 << 28, repeats: int = 7) -> float:
    """Bytes a second that NumPy reads and writes while `threads` of it copy an array in parts."""
    sources = np.array_split(np.ones(num_bytes, np.uint8), threads)
    targets = [source.copy() for source in sources]
    with ThreadPoolExecutor(threads) as pool:
        seconds = median_seconds(lambda: list(pool.map(np.copyto, targets, sources)), repeats)
    return 2 * num_bytes / seconds


def reading(array: NDArray[Any], pool: ThreadPoolExecutor, threads: int) -> Callable[[], object]:
    """Return a call in which NumPy reads every byte of an array, a part in each thread.

    Of NumPy's reductions `bitwise_or` of bytes does least but read.
    """
    parts = np.array_split(array.reshape(-1).view(np.uint8), threads)
    return lambda: list(pool.map(np.bitwise_or.reduce, parts))


def machine_facts(packages: Iterable[str]) -> dict[str, str]:
    """Name the processor, how much of it this process may use, the system, package versions."""
    facts = {
        "CPU": _cpu_name(),
        "CPUs usable": str(usable_cpus()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    return facts | {name: importlib.metadata.version(name) for name in packages}


def usable_cpus() -> int:
    """How many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def markdown_table(header: list[str], rows: Iterable[Iterable[Any]]) -> str:
    """Format a Markdown table whose columns line up as plain text too."""
    cells = [header, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)
