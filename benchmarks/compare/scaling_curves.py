"""Times labeling and measuring while one thing grows: pixels, objects, threads, channels, runs.

Three works are timed, each whole as a user calls it: `label` a mask into an array that was written
before (or the system's time to find memory would be counted), `measure` a mask straight to its
table of area, box and centroid, and `measure` labels with an image to the default table. Each
result is counted before it is timed. The bytes of a work are those it cannot do without: every
pixel read once, every label written once. Their share of the bandwidth is of what NumPy moves with
as many threads in the same run: of a copy for `label`, of reading for the others. Images that the
caches hold can be above 100 %.
"""

import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import mensura

from ..scenes import NUCLEI_PITCH, cells, intensity, num_cells
from .memory import fits, growth
from .timing import (
    Side,
    call_seconds,
    copy_bandwidth,
    median_seconds,
    reading,
    run_alternating,
    usable_cpus,
)

THREADS = 2
LABEL, FIND, MEASURE = "label", "measure a mask", "measure labels and image"
CALLS_PIXELS = 10**9  # calls of a work are as many as make this many pixels, 3 to 15

SIDES = {"full": (316, 1000, 3162, 10_000, 31_623), "tiny": (30, 60, 90)}  # 1e5 to 1e9 pixels
SIDE = {"full": 10_000, "tiny": 100}  # of the images that stay as large
PITCHES = {"full": (3162, 1000, 316.2, 100, 31.62, 10, 3.162), "tiny": (33, 10, 3.2)}  # to 1e7
CHANNELS = {"full": (1, 2, 3, 4, 8, 16), "tiny": (1, 2, 3)}
CHANNELS_SIDE = {"full": 3162, "tiny": 60}
LENGTHS = {"full": tuple(2**k for k in range(12)), "tiny": (1, 4, 16)}  # 1 to 2048 pixels
BANDWIDTH_BYTES = {"full": 1 << 28, "tiny": 1 << 16}
BANDWIDTH_CALLS = 7
BYTES_A_PIXEL = 8  # labels, image, mask, and less than one for the runs
TILE = {"full": 1000, "tiny": 60}
BEYOND = (44, 50)  # tiles: 2.2e9 pixels, more than 2^31
BEYOND_BYTES = 2  # a pixel

Row = dict[str, Any]


class Place(NamedTuple):
    """Where on which curve, and of which size its images are."""

    curve: str
    at: float
    size: str


# --- one scene ------------------------------------------------------------------------------------


@cache
def bandwidths(threads: int, num_bytes: int) -> tuple[float, float]:
    """Bytes a second of a copy, and of reading, with as many threads."""
    array = np.ones(num_bytes, np.uint8)
    with ThreadPoolExecutor(threads) as pool:
        seconds = median_seconds(reading(array, pool, threads), BANDWIDTH_CALLS)
    return copy_bandwidth(threads, num_bytes), num_bytes / seconds


def check(what: str, found: int, expected: int) -> None:
    """Raise where a count is not the one expected."""
    if found != expected:
        raise AssertionError(f"{what}: {found} objects and not {expected}")


def repeats_of(pixels: int) -> int:
    """How often a call on so many pixels is timed."""
    return min(max(CALLS_PIXELS // pixels, 3), 15)


def row_of(place: Place, work: str, seconds: float, num_bytes: int, facts: Row) -> Row:
    """Make a row of the record, with the share of the bandwidth of as many threads."""
    curve, at, size = place
    copied, read = bandwidths(facts["threads"], BANDWIDTH_BYTES[size])
    share = num_bytes / seconds / (copied if work == LABEL else read)
    print(f"{curve} {at:g}, {work}: {seconds * 1e3:.4g} ms", file=sys.stderr, flush=True)
    return {"curve": curve, "at": at, "work": work, "seconds": seconds, "share": share} | facts


def works(
    place: Place, labels: NDArray[np.int32], objects: int, threads: int = THREADS
) -> Iterator[Row]:
    """Time the three works on one scene, whose labels are overwritten."""
    facts = {"pixels": labels.size, "objects": objects, "threads": threads}

    def timed(work: str, call: Callable[[], int], num_bytes: int) -> Row:
        check(f"{place.curve} {place.at:g}, {work}", call(), objects)
        seconds = median_seconds(call, repeats_of(labels.size))
        return row_of(place, work, seconds, num_bytes, facts)

    def measured() -> Row:  # the image is gone when it returns
        image = intensity(labels.shape)
        return timed(
            MEASURE,
            lambda: len(mensura.measure(labels, image, threads=threads)["label"]),
            labels.nbytes + image.nbytes,
        )

    yield measured()
    mask = labels > 0
    yield timed(FIND, lambda: len(mensura.measure(mask, threads=threads)["label"]), mask.nbytes)
    yield timed(
        LABEL,
        lambda: mensura.label(mask, out=labels, return_num=True, threads=threads)[1],
        mask.nbytes + labels.nbytes,
    )


# --- what grows -----------------------------------------------------------------------------------


def over_pixels(size: str) -> Iterator[Row]:
    """Images of nuclei, ever larger, as far as half of the free memory holds them."""
    for side in SIDES[size]:
        if fits(side * side, BYTES_A_PIXEL):
            labels = cells((side, side), NUCLEI_PITCH)
            place = Place("pixels", side * side, size)
            yield from works(place, labels, _num_cells(side, NUCLEI_PITCH))


def over_objects(size: str) -> Iterator[Row]:
    """Of ever more and smaller objects, which cover as much of the image."""
    side = SIDE[size]
    for pitch in PITCHES[size]:
        objects = _num_cells(side, pitch)
        yield from works(Place("objects", objects, size), cells((side, side), pitch), objects)


def over_threads(size: str) -> Iterator[Row]:
    """From one thread to twice the processors that this process may use."""
    side = SIDE[size]
    for threads in thread_counts(usable_cpus()):
        labels = cells((side, side), NUCLEI_PITCH)
        objects = _num_cells(side, NUCLEI_PITCH)
        yield from works(Place("threads", threads, size), labels, objects, threads)


def thread_counts(cpus: int) -> list[int]:
    """Powers of two below, the processors, and twice as many.

    Examples
    --------
    >>> thread_counts(6)
    [1, 2, 4, 6, 12]
    """
    return [2**k for k in range(math.ceil(math.log2(cpus)))] + [cpus, 2 * cpus]


def over_channels(size: str) -> Iterator[Row]:
    """Ever more channels measured at once, one after the other in memory and side by side."""
    side = CHANNELS_SIDE[size]
    labels = cells((side, side), NUCLEI_PITCH)
    objects = _num_cells(side, NUCLEI_PITCH)
    for channels in CHANNELS[size]:
        image = intensity(labels.shape, channels=channels)
        apart = np.ascontiguousarray(np.moveaxis(image, -1, 0))
        sides = [
            _measured("measure, channels apart", labels, apart, 0, objects),
            _measured("measure, channels side by side", labels, image, -1, objects),
        ]
        run_alternating(sides)
        num_bytes = labels.nbytes + image.nbytes
        place = Place("channels", channels, size)
        facts = {"pixels": labels.size, "objects": objects, "threads": THREADS}
        for timed in sides:
            yield row_of(place, timed.name, timed.median, num_bytes, facts)


def _measured(
    name: str, labels: NDArray[Any], image: NDArray[Any], axis: int, objects: int
) -> Side:
    def call() -> int:
        return len(mensura.measure(labels, image, channel_axis=axis, threads=THREADS)["label"])

    check(name, call(), objects)
    return Side(name, call, repeats_of(labels.size), warm=bool)


def over_run_lengths(size: str) -> Iterator[Row]:
    """Rows of runs and gaps of one length, each row moved at random: runs touch two others."""
    side = SIDE[size]
    for length in LENGTHS[size]:
        mask = stripes(side, length)
        labels, objects = mensura.label(mask, dtype=np.int32, return_num=True)
        runs = int(np.count_nonzero(mask[:, 1:] & ~mask[:, :-1]) + np.count_nonzero(mask[:, 0]))
        for row in works(Place("run length", length, size), labels, objects):
            yield row | {"runs": runs}


def stripes(side: int, length: int) -> NDArray[np.bool_]:
    """Square mask whose rows are runs and gaps of as many pixels.

    Examples
    --------
    >>> stripes(4, 1).sum(axis=1)
    array([2, 2, 2, 2])
    """
    rng = np.random.default_rng(length)
    shifts = rng.integers(0, 2 * length, side)[:, np.newaxis]
    mask = np.empty((side, side), np.bool_)
    columns = np.arange(side, dtype=np.int32)
    for rows in np.array_split(np.arange(side), max(side // 100, 1)):
        mask[rows] = (columns + shifts[rows]) // length % 2 == 0
    return mask


def beyond(size: str) -> Row | None:
    """Find and measure the objects of one image of more than 2^31 pixels, without labels.

    The image is copies of one tile whose last row and column are empty, so that no objects touch
    across tiles. None where the memory does not hold it.
    """
    side = TILE[size]
    pixels = side * side * math.prod(BEYOND)
    if not fits(pixels, BEYOND_BYTES):
        return None
    mask = np.tile(cells((side, side), NUCLEI_PITCH) > 0, BEYOND)
    tables: list[mensura.Table] = []

    def work() -> None:
        tables.append(mensura.find_regions(mask, threads=THREADS).measure(threads=THREADS))

    grown: list[int | None] = []
    seconds = call_seconds(lambda: grown.append(growth(work)))
    objects = _num_cells(side, NUCLEI_PITCH) * math.prod(BEYOND)
    check("beyond 2^31", len(tables[0]["label"]), objects)
    if int(tables[0]["area"].sum()) != np.count_nonzero(mask):
        raise AssertionError("beyond 2^31: the areas do not add up")
    facts = {"pixels": mask.size, "shape": mask.shape, "objects": objects}
    return facts | {"seconds": seconds, "memory": grown[0]}


CURVES: dict[str, Callable[[str], Iterator[Row]]] = {
    "pixels": over_pixels,
    "objects": over_objects,
    "threads": over_threads,
    "channels": over_channels,
    "run length": over_run_lengths,
}


def _num_cells(side: int, pitch: float) -> int:
    return num_cells((side, side), pitch)
