"""Times the default table over growing images, and over growing numbers of objects in one image.

Time is to be linear in both: a pixel costs the same in images of any size with objects of one size,
and in an image of one size an object more costs the same however many there are. Every object is
counted. A size that would take more than half of the free memory is left out.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

import mensura

from ..scenes import NUCLEI_PITCH, cells, intensity
from .memory import fits
from .timing import markdown_table, median_seconds

SIDES = {"full": (1000, 3162, 10_000, 31_623), "tiny": (30, 60, 90)}
SIDE = {"full": 10_000, "tiny": 100}  # of the image with growing numbers of objects
PITCHES = {"full": (1000, 316.2, 100, 31.62, 10, 3.162), "tiny": (33, 10, 3.2)}
BYTES_A_PIXEL = 7  # labels, image, and less than one to make them
CALLS_PIXELS = 2 * 10**9  # calls of a size are as many as make this many pixels, 3 to 15
THREADS = 2

Row = dict[str, Any]


def size_row(side: int, pitch: float) -> Row:
    """Time the default table of one image, after checking the number of objects."""
    labels = cells((side, side), pitch)
    image = intensity(labels.shape)
    expected = int(labels.max())
    found = mensura.measure(labels, image, threads=THREADS)["label"]
    if not np.array_equal(found, np.arange(1, expected + 1)):
        raise AssertionError(f"{found.size} objects and not {expected}")
    seconds = median_seconds(
        lambda: mensura.measure(labels, image, threads=THREADS),
        min(max(CALLS_PIXELS // labels.size, 3), 15),
    )
    return {"pixels": labels.size, "objects": expected, "seconds": seconds}


def compare_sizes(size: str) -> tuple[dict[str, Any], str]:
    """Time all sizes; return the record to keep and the text to print."""
    growing = [
        _told(size_row(side, NUCLEI_PITCH))
        for side in SIDES[size]
        if fits(side * side, BYTES_A_PIXEL)
    ]
    crowded = [_told(size_row(SIDE[size], pitch)) for pitch in PITCHES[size]]
    text = (
        f"Default measurements, {THREADS} threads, medians. Growing images of nuclei:\n\n"
        f"{pixels_table(growing)}\n\n"
        f"One image with more and smaller objects; nanoseconds an object are of those beyond the "
        f"fewest:\n\n{objects_table(crowded)}"
    )
    return {"pixels": growing, "objects": crowded}, text


def _told(row: Row) -> Row:
    done = f"{row['pixels']:.1e} pixels, {row['objects']} objects done"
    print(done, file=sys.stderr, flush=True)
    return row


def pixels_table(rows: Sequence[Row]) -> str:
    """Markdown of nanoseconds a pixel, and what the slowest takes of the fastest."""
    times = [row["seconds"] * 1e9 / row["pixels"] for row in rows]
    cells_of_rows = [
        [f"{row['pixels']:.1e}", row["objects"], f"{row['seconds'] * 1e3:.4g}", f"{time:.3f}"]
        for row, time in zip(rows, times, strict=True)
    ]
    cells_of_rows.append(["slowest / fastest", "", "", f"{max(times) / min(times):.2f}"])
    return markdown_table(["pixels", "objects", "ms", "ns a pixel"], cells_of_rows)


def objects_table(rows: Sequence[Row]) -> str:
    """Markdown of nanoseconds that each object beyond the fewest takes."""
    first = rows[0]
    return markdown_table(
        ["pixels", "objects", "ms", "ns a pixel", "ns an object"],
        (
            [
                f"{row['pixels']:.1e}",
                row["objects"],
                f"{row['seconds'] * 1e3:.4g}",
                f"{row['seconds'] * 1e9 / row['pixels']:.3f}",
                _added(row, first),
            ]
            for row in rows
        ),
    )


def _added(row: Row, first: Row) -> str:
    """Nanoseconds that each of the objects that `first` lacks takes."""
    objects = row["objects"] - first["objects"]
    return "-" if not objects else f"{(row['seconds'] - first['seconds']) * 1e9 / objects:.1f}"
