"""The inputs of every benchmark: named, seeded, always the same.

Synthetic scenes come from numpy's PCG64 generator and arithmetic that rounds the same everywhere,
so that two calls, and two machines, give the same pixels. Cells are ellipses, one in each square of
a grid and never touching its neighbors, drawn one row of squares at a time: scratch memory is one
strip, time about 10 ns a pixel. Blobs are noise smoothed by three box sums along each axis, cut at
the mean, about 150 ns a pixel; grey images are the same sums, not cut. Tissue is cells that touch,
each pixel's the nearest of jittered seeds, found on a grid half as fine, about 60 ns a pixel. Real
scenes tile the fluorescence nuclei of the 2018 Data Science Bowl, found through the environment
variable `MENSURA_SHARED`; nothing of them is kept here.

Published series are only comparable while scenes stay as they are: add new ones, change none.

Examples
--------
>>> MASKS["nuclei"].make("tiny").shape
(64, 64)
"""

import csv
import functools
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]
Shape = tuple[int, ...]

SEED = 20180101
NUCLEI_PITCH = 25.4  # pixels between nuclei: 6.5e3 in 2048^2, 2.6e4 in 4096^2
TINY_PITCH = 8.45  # 0.94e6 objects in 8192^2
CELLS_3D_PITCH = 16.0
BLOB_WIDTH = 25  # side of the smoothing box; three of them are a Gaussian of sigma 12.5
BLOB_WIDTH_3D = 9
TISSUE_PITCH = 12  # places of the coarse grid between seeds, each two pixels: 9,261 cells in 512^3
TISSUE_SWAY = 6  # how many places smooth noise moves a border at most; a quarter is typical
TISSUE_SWAY_WIDTH = 5
REAL_LEVEL = 20  # grey value between background and nuclei in most of the real fields
REAL_SHAPE = (520, 696)  # the one field size that most of the real pairs share
REAL_FIELDS = 57  # pairs of that size: one mosaic, 20.6 Mpixel, 8285 nuclei


class NoSharedDataError(NotImplementedError):
    """The real images are not on this machine. asv counts a setup that raises it as skipped."""


# --- synthetic ------------------------------------------------------------------------------------


def num_cells(shape: Shape, pitch: float) -> int:
    """Count the objects that `cells(shape, pitch)` has."""
    return math.prod(_cell_counts(shape, pitch))


def cells(shape: Shape, pitch: float, seed: int = SEED) -> NDArray[np.int32]:
    """Label image of slanted ellipses (ellipsoids in 3-D), one per grid square, none touching.

    Parameters
    ----------
    shape : tuple of int
        Shape of the image, at least 3 pixels along each axis.
    pitch : float
        Side of a grid square in pixels, at least 3. Semi-axes are about
        a quarter to a half of it.
    seed : int
        Seed of the generator.

    Returns
    -------
    ndarray of int32
        0 outside, every number from 1 to `num_cells(shape, pitch)` inside.

    Examples
    --------
    >>> int(cells((100, 50), 25.0).max())
    8
    """
    counts = _cell_counts(shape, pitch)
    edges = [_cell_edges(n, count) for n, count in zip(shape, counts, strict=True)]
    centers, extents, slant = _draw_ellipses(np.random.default_rng(seed), edges)
    numbers = np.arange(1, math.prod(counts) + 1, dtype=np.int32).reshape(counts)
    columns = np.ix_(*(np.repeat(np.arange(e.size - 1), np.diff(e)) for e in edges[1:]))
    labels = np.empty(shape, dtype=np.int32)
    for row in range(counts[0]):
        strip = slice(edges[0][row], edges[0][row + 1])
        inside = _inside_ellipses(
            np.arange(strip.start, strip.stop),
            shape[1:],
            [c[row][columns] for c in centers],
            [e[row][columns] for e in extents],
            slant[row][columns],
        )
        np.multiply(inside, numbers[row][columns], out=labels[strip])
    return labels


def _cell_counts(shape: Shape, pitch: float) -> Shape:
    return tuple(max(1, round(n / pitch)) for n in shape)


def _cell_edges(n: int, count: int) -> NDArray[np.int64]:
    """First pixel of each of `count` nearly equal stretches of `n` pixels, and `n` itself."""
    return np.arange(count + 1, dtype=np.int64) * n // count


def _draw_ellipses(
    rng: np.random.Generator, edges: Sequence[NDArray[np.int64]]
) -> tuple[list[Array], list[Array], Array]:
    """Integer centers and half extents per axis, and the slant, of an ellipse in every square.

    A center is a whole pixel, so no ellipse is empty, and it keeps the ellipse off the last
    row and column of its square, so no two touch.
    """
    counts = tuple(e.size - 1 for e in edges)
    centers, extents = [], []
    for axis, edge in enumerate(edges):
        along = [-1 if a == axis else 1 for a in range(len(edges))]
        first, width = edge[:-1].reshape(along), np.diff(edge).reshape(along)
        extent = np.maximum((width - 2) / 2 * rng.uniform(0.5, 1.0, counts), 0.5)
        reach = np.floor(extent).astype(np.int64)
        centers.append(rng.integers(first + reach, first + width - 1 - reach).astype(np.int32))
        extents.append(extent.astype(np.float32))
    return centers, extents, rng.uniform(-0.6, 0.6, counts).astype(np.float32)


def _inside_ellipses(
    rows: Array, rest: Shape, centers: list[Array], extents: list[Array], slant: Array
) -> NDArray[np.bool_]:
    """Which pixels of a strip lie in the ellipse of their square; arrays are per pixel of one row.

    Slanting an ellipse along axis 1 makes it a turned one; its half extent along that axis stays
    `extents[1]` because the unslanted axis is shortened by sqrt(1 - slant^2).
    """
    pixels = rows.reshape((-1,) + (1,) * len(rest)) - centers[0]
    down = pixels.astype(np.float32) / extents[0]
    square = down * down
    for axis in range(1, len(centers)):
        along = [-1 if a == axis - 1 else 1 for a in range(len(rest))]
        pixels = np.arange(rest[axis - 1]).reshape(along) - centers[axis]
        offset = pixels.astype(np.float32) / extents[axis]
        if axis == 1:
            slanted = (offset - slant * down) / np.sqrt(1 - slant * slant)
            square += slanted * slanted
        else:
            square += offset * offset
    return square <= 1


def blobs(shape: Shape, width: int, seed: int = SEED) -> NDArray[np.bool_]:
    """Mask of smooth blobs filling about half of the image, periodic at its borders.

    `width` is the side in pixels of the smoothing box; blobs are about twice as wide. All sums are
    of integers, so the mask is the same on every machine.

    Examples
    --------
    >>> blobs((40, 30), 5).dtype
    dtype('bool')
    """
    sums = _smooth_sums(shape, width, seed)
    mask: NDArray[np.bool_] = sums > sums.mean()
    return mask


def grey(shape: Shape, width: int, dtype: DTypeLike, seed: int = SEED) -> Array:
    """Smooth image of an unsigned dtype, spread over its whole range around the middle.

    Cut at `grey_level(dtype)`, it is `blobs` but for pixels of that very value.

    Examples
    --------
    >>> image = grey((40, 30), 5, np.uint8)
    >>> image.dtype, bool(0.3 < (image > grey_level(np.uint8)).mean() < 0.7)
    (dtype('uint8'), True)
    """
    return _scaled(_smooth_sums(shape, width, seed), grey_level(dtype)).astype(dtype)


def grey_level(dtype: DTypeLike) -> int:
    """Return the middle of the range of an unsigned dtype."""
    return int(np.iinfo(dtype).max // 2)


def _smooth_sums(shape: Shape, width: int, seed: int) -> NDArray[np.int64]:
    sums = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.int64)
    for axis in range(len(shape)):
        for _ in range(3):
            sums = _box_sum(sums, axis, width)
    return sums


def _scaled(sums: NDArray[np.int64], reach: int) -> NDArray[np.int64]:
    """Move the mean to `reach` and the value farthest from it to 0 or to `2 * reach`."""
    sums -= int(sums.sum()) // sums.size
    farthest = max(int(sums.max()), -int(sums.min()), 1)
    return sums * reach // farthest + reach


def _box_sum(values: NDArray[np.int64], axis: int, width: int) -> NDArray[np.int64]:
    margin = [(width, 0) if a == axis else (0, 0) for a in range(values.ndim)]
    running = np.moveaxis(np.cumsum(np.pad(values, margin, mode="wrap"), axis=axis), axis, 0)
    return np.moveaxis(running[width:] - running[:-width], 0, axis)


def noise(shape: Shape, density: float, seed: int = SEED) -> NDArray[np.bool_]:
    """Mask whose pixels are set independently, each with probability `density`.

    Examples
    --------
    >>> round(float(noise((200, 200), 0.3).mean()), 1)
    0.3
    """
    return np.random.default_rng(seed).random(shape, dtype=np.float32) < density


def tissue(side: int, seed: int = SEED) -> NDArray[np.uint32]:
    """Volume of cells that touch, under sparse ids, every eighth of them background (0).

    A cell is what is nearest to its seed, one seed in each cube of a coarse grid, after the
    coordinates were moved by smooth noise, which makes it irregular. Each pixel then takes the
    cell of one of the two coarse places next to it, drawn at random, which roughens the borders.

    `side` is even. All steps are in integers; scratch memory is about 5 bytes a pixel.

    Examples
    --------
    >>> volume = tissue(24)
    >>> volume.shape, volume.dtype
    ((24, 24, 24), dtype('uint32'))
    """
    half = side // 2
    rng = np.random.default_rng(seed)
    coarse = _coarse_tissue(half, rng)
    volume = np.empty((side,) * 3, dtype=np.uint32)
    for z in range(side):
        nudges = rng.integers(0, 2, (3, side, side), dtype=np.uint8)
        places = (np.full((1, 1), z), np.arange(side)[:, np.newaxis], np.arange(side))
        volume[z] = coarse[
            tuple(
                np.minimum((place + nudge) // 2, half - 1)
                for place, nudge in zip(places, nudges, strict=True)
            )
        ]
    return volume


def _coarse_tissue(half: int, rng: np.random.Generator) -> NDArray[np.uint32]:
    """Id of the cell of every place of the coarse grid, found one plane at a time."""
    cubes = half // TISSUE_PITCH + 5  # two more on either side, where the noise moves places to
    grid = np.indices((cubes,) * 3).reshape(3, -1)
    seeds = (grid - 2) * TISSUE_PITCH + rng.integers(0, TISSUE_PITCH, grid.shape)
    sway = _scaled(_smooth_sums((half,) * 3, TISSUE_SWAY_WIDTH, SEED), TISSUE_SWAY) - TISSUE_SWAY
    sways = [np.roll(sway, axis * half // 3, axis=2) for axis in range(3)]
    nearest = np.empty((half,) * 3, dtype=np.int32)
    for z in range(half):
        places = np.broadcast_arrays(z, np.arange(half)[:, np.newaxis], np.arange(half))
        moved = [place + sway[z] for place, sway in zip(places, sways, strict=True)]
        nearest[z] = _nearest_seed(moved, seeds, cubes)
    numbers = np.arange(1, cubes**3 + 1, dtype=np.uint64)
    ids = numbers * 2654435761 % 2**32  # an odd factor: no two are equal
    ids[rng.integers(0, 8, ids.size) == 0] = 0
    return ids.astype(np.uint32)[nearest]


def _nearest_seed(places: Sequence[Array], seeds: Array, cubes: int) -> NDArray[np.int64]:
    """Index of the seed nearest to each place, of the 27 in its cube and in those around it."""
    home = np.ravel_multi_index([place // TISSUE_PITCH + 2 for place in places], (cubes,) * 3)
    nearest, least = home, np.full(home.shape, np.iinfo(np.int64).max)
    for step in np.ndindex(3, 3, 3):
        cube = home + np.dot(np.subtract(step, 1), (cubes * cubes, cubes, 1))
        offsets = [along[cube] - place for along, place in zip(seeds, places, strict=True)]
        distance = sum(offset * offset for offset in offsets)
        nearest = np.where(distance < least, cube, nearest)
        least = np.minimum(distance, least)
    return nearest


def intensity(
    shape: Shape, dtype: DTypeLike = np.uint16, channels: int | None = None, seed: int = SEED
) -> Array:
    """Intensity image: 12-bit counts for integers (8-bit for uint8), [0, 1) for floats.

    With `channels`, a last axis of that length is added.

    Examples
    --------
    >>> intensity((4, 5), np.float32, channels=3).shape
    (4, 5, 3)
    """
    full = shape if channels is None else (*shape, channels)
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return rng.random(full, dtype=np.float32).astype(kind, copy=False)
    return rng.integers(0, min(4096, np.iinfo(kind).max + 1), full, dtype=kind)


# --- real -----------------------------------------------------------------------------------------


def real_pairs() -> Iterator[tuple[str, Array, Array]]:
    """Name, uint16 labels and uint8 image of every real field, in the order of their index.

    Raises
    ------
    NoSharedDataError
        When `MENSURA_SHARED` is unset, or has no `data/dsb2018/index.csv` under it.
    """
    folder = _shared_folder()
    with (folder / "index.csv").open(newline="") as index:
        stems = [row["stem"] for row in csv.DictReader(index)]
    return ((stem, *_read_pair(folder, stem)) for stem in stems)


def _shared_folder() -> Path:
    root = os.environ.get("MENSURA_SHARED")
    if not root:
        raise NoSharedDataError(
            "the real scenes need the environment variable MENSURA_SHARED, "
            "the folder that holds data/dsb2018"
        )
    folder = Path(root) / "data" / "dsb2018"
    if not (folder / "index.csv").is_file():
        raise NoSharedDataError(f"MENSURA_SHARED={root} has no data/dsb2018/index.csv")
    return folder


def _read_pair(folder: Path, stem: str) -> tuple[Array, Array]:
    import tifffile

    labels = tifffile.imread(folder / f"{stem}_label.tif")
    return labels, tifffile.imread(folder / f"{stem}_image.tif")


def real_mosaic(fields: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Labels and image of `fields` real fields side by side, every object under its own number.

    The 57 fields of 520 x 696 pixels are used in turn, again and again from the first: 57 of them
    are 8,285 nuclei, 13 * 57 are 107,705, 121 * 57 are 1e6. The grid is the one without an empty
    place that is nearest to square. Numbers run from 1 without a gap. Nuclei cut by the edge of
    their field stay apart from those of the next field in the labels, though not in `labels > 0`.

    Raises
    ------
    NoSharedDataError
        When the real images are not there.
    """
    source = [(lab, img) for _, lab, img in real_pairs() if lab.shape == REAL_SHAPE]
    height, width = REAL_SHAPE
    rows, columns = _grid(fields)
    labels = np.empty((rows * height, columns * width), dtype=np.int32)
    image = np.empty(labels.shape, dtype=np.uint8)
    first = 0
    for field in range(fields):
        row, column = divmod(field, columns)
        place = np.s_[row * height : (row + 1) * height, column * width : (column + 1) * width]
        field_labels, image[place] = source[field % len(source)]
        labels[place] = np.where(field_labels, field_labels.astype(np.int32) + first, 0)
        first += int(field_labels.max())
    return labels, image


def _grid(fields: int) -> tuple[int, int]:
    """Rows and columns, of product `fields`, whose mosaic is nearest to square."""
    height, width = REAL_SHAPE
    grids = [(rows, fields // rows) for rows in range(1, fields + 1) if fields % rows == 0]
    return min(grids, key=lambda grid: abs(math.log(grid[0] * height / (grid[1] * width))))


# --- named ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """A scene by name: how it is built from one size, that size for benchmarks and for tests.

    The size is the side in pixels of a synthetic scene, the number of fields of a real one.
    """

    build: Callable[[int], Any]
    full: int
    tiny: int

    def make(self, size: str = "full") -> Any:
        """Build the scene in size "full" or "tiny", read-only, or give the one built before.

        asv runs a setup again before every sample; only the last two scenes are kept.
        """
        return _make(self, size)


@functools.lru_cache(maxsize=2)
def _make(scene: Scene, size: str) -> Any:
    made = scene.build({"full": scene.full, "tiny": scene.tiny}[size])
    for array in made if isinstance(made, tuple) else (made,):
        array.setflags(write=False)
    return made


def _square_noise(density: float, side: int) -> NDArray[np.bool_]:
    return noise((side, side), density)


def _labels_and_image(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], Array]:
    return labels, intensity(labels.shape)


NOISE: dict[float, Scene] = {
    density: Scene(functools.partial(_square_noise, density), 4096, 64)
    for density in (percent / 100 for percent in range(5, 100, 5))
}
"""Masks of noise, by density."""

MASKS: dict[str, Scene] = {
    "nuclei": Scene(lambda n: cells((n, n), NUCLEI_PITCH) > 0, 4096, 64),
    "blobs": Scene(lambda n: blobs((n, n), BLOB_WIDTH), 4096, 64),
    "noise 0.1": NOISE[0.1],
    "noise 0.5": NOISE[0.5],
    "noise 0.9": NOISE[0.9],
    "real nuclei": Scene(lambda n: real_mosaic(n)[0] > 0, REAL_FIELDS, 2),
    "blobs 3-D": Scene(lambda n: blobs((n, n, n), BLOB_WIDTH_3D), 256, 20),
    "noise 3-D": Scene(lambda n: noise((n, n, n), 0.3), 256, 20),
}
"""Boolean masks, for labeling."""

LARGE_BLOBS_3D = Scene(lambda n: blobs((n, n, n), BLOB_WIDTH_3D), 384, 20)
"""The mask "blobs 3-D", with a longer side."""

GREY: dict[str, tuple[Scene, int]] = {
    "smooth uint8": (Scene(lambda n: grey((n, n), BLOB_WIDTH, np.uint8), 4096, 64), 127),
    "smooth uint16": (Scene(lambda n: grey((n, n), BLOB_WIDTH, np.uint16), 4096, 64), 32767),
    "real image": (Scene(lambda n: real_mosaic(n)[1], REAL_FIELDS, 2), REAL_LEVEL),
}
"""Grey images with the level to cut them at, for labeling by threshold."""

VALUES: dict[str, Scene] = {
    "tissue 3-D": Scene(tissue, 256, 24),
    "large tissue 3-D": Scene(tissue, 512, 24),
}
"""Images of cells that touch, told apart by their values, for labeling."""

LABELS: dict[str, Scene] = {
    "nuclei": Scene(lambda n: _labels_and_image(cells((n, n), NUCLEI_PITCH)), 4096, 64),
    "nuclei 2048": Scene(lambda n: _labels_and_image(cells((n, n), NUCLEI_PITCH)), 2048, 64),
    "tiny objects": Scene(lambda n: _labels_and_image(cells((n, n), TINY_PITCH)), 8192, 64),
    "cells 3-D": Scene(lambda n: _labels_and_image(cells((n, n, n), CELLS_3D_PITCH)), 256, 34),
    "real nuclei": Scene(real_mosaic, REAL_FIELDS, 2),
}
"""Pairs of int32 labels (1 to N without a gap) and an intensity image, for measuring."""

LARGE_CELLS_3D = Scene(lambda n: _labels_and_image(cells((n, n, n), CELLS_3D_PITCH)), 384, 34)
"""The pair "cells 3-D", with a longer side."""

MANY_REAL_NUCLEI = Scene(real_mosaic, 121 * REAL_FIELDS, 2)
"""The pair "real nuclei", again and again: 1e6 of them in 2.5e9 pixels, 12.5 GB."""
