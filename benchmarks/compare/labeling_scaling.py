"""Times labeling from 1e6 pixels to 1e9, where time a pixel should not grow, and beyond 2^31.

The images are copies of one tile of nuclei, whose last row and column are empty: nothing touches
across tiles, so the objects of the whole are those of a tile times the tiles. Labels are written to
an array that was written to before, or the kernel's time to find memory for it would be counted. A
size that would take more than half of the memory that is free is left out.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from ..scenes import NUCLEI_PITCH, cells, num_cells
from .memory import fits, growth
from .timing import Side, call_seconds, markdown_table, run_alternating

TILE = {"full": 1000, "tiny": 60}
GRIDS = ((1, 1), (2, 5), (10, 10), (25, 40))  # 1e6 to 1e9 pixels of full tiles
BEYOND = (44, 50)  # 2.2e9 pixels: more than 2^31
CALLS_PIXELS = 2 * 10**9  # calls of a size are as many as make this many pixels, 3 to 15
THREADS = 2
LABELED_BYTES = 6  # a pixel: mask, uint32 labels, and less than one for the runs
MEASURED_BYTES = 2

Row = dict[str, Any]


def tiled(grid: tuple[int, int], size: str) -> tuple[NDArray[np.bool_], int]:
    """Return a mask of tiles and the number of its objects."""
    side = TILE[size]
    tile = cells((side, side), NUCLEI_PITCH) > 0
    return np.tile(tile, grid), num_cells(tile.shape, NUCLEI_PITCH) * grid[0] * grid[1]


def size_row(grid: tuple[int, int], size: str) -> Row:
    """Time the calls on one image, after checking the number of objects."""
    mask, objects = tiled(grid, size)
    calls: dict[str, Callable[[], int]] = {
        "find_regions": lambda: mensura.find_regions(mask, threads=THREADS).count,
        "measure": lambda: len(mensura.measure(mask, threads=THREADS)["label"]),
    }
    if fits(mask.size, LABELED_BYTES):
        out = np.ones(mask.shape, np.uint32)
        calls["label"] = lambda: mensura.label(mask, out=out, return_num=True, threads=THREADS)[1]
    for name, call in calls.items():
        check(name, call(), objects)
    repeats = min(max(CALLS_PIXELS // mask.size, 3), 15)
    sides = [Side(name, call, repeats, warm=bool) for name, call in calls.items()]
    run_alternating(sides)
    return {
        "pixels": mask.size,
        "objects": objects,
        "nanoseconds": {side.name: side.median * 1e9 / mask.size for side in sides},
    }


def check(what: str, found: int, expected: int) -> None:
    """Raise where a count is not the one expected."""
    if found != expected:
        raise AssertionError(f"{what}: {found} and not {expected}")


def measure_beyond(size: str) -> Row:
    """Find and measure the objects of one image of more than 2^31 pixels, without labels."""
    mask, objects = tiled(BEYOND, size)
    tables: list[mensura.Table] = []

    def work() -> None:
        regions = mensura.find_regions(mask, threads=THREADS)
        tables.append(regions.measure(threads=THREADS))

    grown: list[int | None] = []
    seconds = call_seconds(lambda: grown.append(growth(work)))
    check("objects", len(tables[0]["label"]), objects)
    check("pixels", int(tables[0]["area"].sum()), int(np.count_nonzero(mask)))
    return {
        "pixels": mask.size,
        "shape": mask.shape,
        "objects": objects,
        "seconds": seconds,
        "memory": grown[0],
    }


def compare_sizes(size: str) -> tuple[dict[str, Any], str]:
    """Time all sizes; return the record to keep and the text to print."""
    rows = []
    for grid in GRIDS:
        rows.append(size_row(grid, size))
        print(f"{rows[-1]['pixels']:.0e} pixels done", file=sys.stderr, flush=True)
    text = f"Nanoseconds a pixel, {THREADS} threads, medians of calls in turn:\n\n"
    text += scaling_table(rows)
    beyond = None
    if fits((BEYOND[0] * TILE[size]) * (BEYOND[1] * TILE[size]), MEASURED_BYTES):
        beyond = measure_beyond(size)
        text += f"\n\n{beyond_text(beyond)}"
    return {"scaling": rows, "beyond": beyond}, text


def scaling_table(rows: Sequence[Row]) -> str:
    """Markdown of the sizes, and how much the slowest takes of the fastest for each call."""
    names = list(rows[0]["nanoseconds"])
    taken = [[row["nanoseconds"].get(name) for row in rows] for name in names]
    cells = [
        [f"{row['pixels']:.1e}", row["objects"]]
        + ["-" if times[i] is None else f"{times[i]:.3f}" for times in taken]
        for i, row in enumerate(rows)
    ]
    known = [[time for time in times if time is not None] for times in taken]
    cells.append(["slowest / fastest", "", *(f"{max(t) / min(t):.2f}" for t in known)])
    return markdown_table(["pixels", "objects", *names], cells)


def beyond_text(beyond: Row) -> str:
    """Say what was found in the image of more than 2^31 pixels, how soon, in how much memory."""
    memory = beyond["memory"]
    held = "an unknown amount" if memory is None else f"{memory / 1e6:.0f} MB"
    height, width = beyond["shape"]
    return (
        f"{height} x {width} pixels ({beyond['pixels'] / 2**31:.3f} x 2^31): {beyond['objects']} "
        f"objects found and measured, every one, in {beyond['seconds']:.2f} s with {held} of "
        f"memory beside the mask."
    )
