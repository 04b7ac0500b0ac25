"""What profiles along and across outlines are compared on, and how much sooner than others.

No library has them, so the rival is what is written today: for each object, scikit-image's
``find_contours`` on its box, places at equal distances, SciPy's ``map_coordinates`` of them all at
once. Its boxes are cut out before the clock runs. Its outlines run through the middles between
pixel centers and mensura's along the edges of pixels, so samples are not the same, but close in an
image without detail; the mean of each object is compared.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import mensura

from ..scenes import SEED, cells
from .profiles_cases import Array, Case, Problem, Rival

PITCH = 2048 / 100  # 1e4 objects in 2048^2
REACH = 3.0  # across, to either side
STEP = 0.5
SIGMA = 2.0  # of the Gaussian along an outline
LINEAR = {"order": 1, "mode": "constant", "cval": np.nan}


def _scene(size: str) -> tuple[Array, Array, slice]:
    """Labels; an image whose objects are soft, on a slope; and which objects a rival measures."""
    from scipy import ndimage

    side = 2048 if size == "full" else 128
    labels = cells((side, side), PITCH)
    slope = np.random.default_rng(SEED).uniform(0.2, 0.4) * np.arange(side) / side
    soft = ndimage.gaussian_filter((labels > 0).astype(np.float32), 2.5)
    image = (1000 * (1 + soft + slope)).astype(np.float32)
    return labels, image, slice(None, None, 50 if size == "full" else 1)


def _boxes(labels: Array, some: slice) -> list[tuple[Array, Array]]:
    """Return masks of objects, with a pixel around them, and the places of their corners."""
    from scipy import ndimage

    boxes = ndimage.find_objects(labels)
    cut = []
    for label in range(1, len(boxes) + 1)[some]:
        box = boxes[label - 1]
        mask = np.pad(labels[box] == label, 1)
        cut.append((mask, np.array([along.start - 1.0 for along in box])))
    return cut


def _contours(mask: Array) -> Iterator[Array]:
    """Yield equally distant places along each contour, about a pixel apart."""
    from skimage.measure import find_contours

    for contour in find_contours(mask, 0.5):
        way = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(contour, axis=0).T))])
        count = max(4, round(way[-1]))
        at = way[-1] / count * (np.arange(count) + 0.5)
        yield np.stack([np.interp(at, way, along) for along in contour.T], axis=1)


def _normals(points: Array) -> tuple[Array, Array]:
    """Return a smoothed contour and the directions across it."""
    from scipy import ndimage

    once = ndimage.gaussian_filter1d(points, SIGMA, axis=0, mode="wrap")
    smooth = 2 * once - ndimage.gaussian_filter1d(once, SIGMA, axis=0, mode="wrap")
    along = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    normals = np.stack([-along[:, 1], along[:, 0]], axis=1)
    return smooth, normals / np.hypot(*normals.T)[:, np.newaxis]


def _along(size: str, threads: int) -> Problem:
    labels, image, some = _scene(size)
    objects = int(labels.max())

    def prepare() -> Callable[[], list[float]]:
        from scipy import ndimage

        boxes = _boxes(labels, some)

        def call() -> list[float]:
            means = []
            for mask, corner in boxes:
                points = np.concatenate(list(_contours(mask))) + corner
                means.append(np.nanmean(ndimage.map_coordinates(image, points.T, **LINEAR)))
            return means

        return call

    def values(theirs: list[float], ours: Any) -> tuple[Array, Array]:
        sums = np.bincount(
            np.repeat(ours.keys["label"], np.diff(ours.offsets)), np.nan_to_num(ours.values)
        )
        counts = np.bincount(
            np.repeat(ours.keys["label"], np.diff(ours.offsets)), ~np.isnan(ours.values)
        )
        return np.array(theirs), (sums[1:] / counts[1:])[some]

    ours = mensura.contour_profiles(image, labels, smooth=SIGMA, threads=threads)
    scale = objects / len(range(objects)[some])
    return Problem(
        f"along the outlines of {objects:,} objects, a sample a pixel, {labels.shape[0]}^2",
        len(ours.values),
        lambda: mensura.contour_profiles(image, labels, smooth=SIGMA, threads=threads),
        [Rival("find_contours, map_coordinates", "skimage", prepare, 10, scale, values, 0.01)],
    )


def _across(size: str, threads: int) -> Problem:
    labels, image, some = _scene(size)
    objects = int(labels.max())
    distance = STEP * np.arange(-REACH / STEP, REACH / STEP + 1)

    def prepare() -> Callable[[], list[Array]]:
        from scipy import ndimage

        boxes = _boxes(labels, some)

        def call() -> list[Array]:
            means = []
            for mask, corner in boxes:
                parts = []
                for contour in _contours(mask):
                    points, normals = _normals(contour)
                    at = points + corner + distance[:, np.newaxis, np.newaxis] * normals
                    parts.append(ndimage.map_coordinates(image, np.moveaxis(at, -1, 0), **LINEAR))
                means.append(np.nanmean(np.concatenate(parts, axis=1), axis=1))
            return means

        return call

    def values(theirs: list[Array], ours: Any) -> tuple[Array, Array]:
        # Objects at the border are not crossed there, and some are thinner than the reach.
        rows = ours.to_matrix(distance)[some]
        kept = ~np.isnan(rows)
        return np.array(theirs)[kept], rows[kept]

    def call() -> Any:
        return mensura.normal_profiles(
            image,
            labels,
            inward=REACH,
            outward=REACH,
            step=STEP,
            smooth=SIGMA,
            stop_at_neighbors=False,
            holes=True,
            threads=threads,
        )

    ours = mensura.contour_profiles(image, labels, smooth=SIGMA, threads=threads)
    scale = objects / len(range(objects)[some])
    return Problem(
        f"across the outlines of {objects:,} objects, {len(distance)} samples on each normal, "
        f"{labels.shape[0]}^2",
        len(ours.values) * len(distance),
        call,
        [Rival("find_contours, map_coordinates", "skimage", prepare, 10, scale, values, 0.05)],
    )


_CASES = (Case("along outlines", _along), Case("across outlines", _across))
OUTLINE_CASES: dict[str, Case] = {case.name: case for case in _CASES}
