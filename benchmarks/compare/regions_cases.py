"""What region measurements are compared on, and how much sooner than others mensura means to be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..scenes import (
    LABELS,
    LARGE_CELLS_3D,
    MANY_REAL_NUCLEI,
    REAL_FIELDS,
    SEED,
    Scene,
    intensity,
    real_mosaic,
)
from .regions_peers import BASICS, POSITIONS, Problem, moments_and_intensities

COLUMNS: dict[str, Callable[[], tuple[str, ...]]] = {
    "basics": lambda: BASICS,
    "positions": lambda: POSITIONS,
    "moments": moments_and_intensities,
}
CHANNELS = 4


@dataclass(frozen=True)
class Case:
    """A scene, what is measured in it, and the goals, each of which is one row of the table.

    Parameters
    ----------
    name : str
        How it is asked for.
    scene : Scene
        Labels and image.
    columns : str
        Which of `COLUMNS` is measured; "positions" goes without the image.
    faster : mapping of str to float
        By peer, how many times longer it is to take.
    crops : mapping of str to int
        By peer that would take minutes, the side of the corner it gets instead; its time is
        multiplied by the objects of the whole over those of the corner.
    baseline : (str, callable), optional
        Another problem for mensura itself: what it is called, and how it is made of this one.
    at_most : float
        How many times the time of the baseline may be taken.
    within : float, optional
        Seconds that may be taken until there is a pandas table.
    needs_bytes : int
        Memory that has to be free, or the case is left out.
    """

    name: str
    scene: Scene
    columns: str = "basics"
    faster: Mapping[str, float] = field(default_factory=dict)
    crops: Mapping[str, int] = field(default_factory=dict)
    baseline: tuple[str, Callable[[Problem], Problem]] | None = None
    at_most: float = 1
    within: float | None = None
    needs_bytes: int = 0

    def problem(self, size: str) -> Problem:
        """Make the input."""
        labels, image = self.scene.make(size)
        names = COLUMNS[self.columns]()
        return Problem(labels, None if self.columns == "positions" else image, names)


def _channels_last(side: int) -> Any:
    labels, _ = LABELS["nuclei"].build(side)
    return labels, intensity(labels.shape, channels=CHANNELS)


def _channels_first(side: int) -> Any:
    """Each channel lies by itself in memory; the axes are as they are for channels last."""
    labels, image = _channels_last(side)
    return labels, np.moveaxis(np.ascontiguousarray(np.moveaxis(image, -1, 0)), 0, -1)


def _one_channel(problem: Problem) -> Problem:
    assert problem.image is not None
    image = np.ascontiguousarray(problem.image[..., 0])
    return Problem(problem.labels, image, problem.measurements)


def _as_nuclei(build: Callable[[int], Any]) -> Scene:
    """Scene of the sizes of the nuclei."""
    return Scene(build, LABELS["nuclei"].full, LABELS["nuclei"].tiny)


def _sparse_ids(side: int) -> Any:
    """Nuclei under random int64 ids, no two equal."""
    labels, image = LABELS["nuclei"].build(side)
    ids = np.random.default_rng(SEED).integers(1, 2**63 - 1, 2 * int(labels.max()))
    ids = np.concatenate(([0], np.random.default_rng(SEED).permutation(np.unique(ids))))
    return ids[labels], image


def _dense_ids(problem: Problem) -> Problem:
    labels, image = LABELS["nuclei"].build(problem.labels.shape[0])
    return Problem(labels.astype(problem.labels.dtype), image, problem.measurements)


_CASES = (
    Case(
        "nuclei",
        LABELS["nuclei"],
        faster={
            "fast-regionprops": 40,
            "DIPlib": 25,
            "scikit-image": 200,
            "SimpleITK": 1,
            "mahotas": 1,
            "nyxus": 1,
        },
    ),
    Case("tiny objects", LABELS["tiny objects"], faster={"DIPlib": 10, "fast-regionprops": 15}),
    Case("cells 3-D", LABELS["cells 3-D"], faster={"DIPlib": 15, "cc3d": 10}),
    Case("large cells 3-D", LARGE_CELLS_3D, faster={"DIPlib": 15, "cc3d": 10}),
    Case("cells 3-D, no image", LABELS["cells 3-D"], "positions", faster={"cc3d": 10}),
    Case("large cells 3-D, no image", LARGE_CELLS_3D, "positions", faster={"cc3d": 10}),
    Case(
        "nuclei, moments",
        LABELS["nuclei"],
        "moments",
        faster={"DIPlib": 8, "scikit-image": 300},
        crops={"scikit-image": 1024},
    ),
    Case(
        "nuclei, 4 channels last",
        _as_nuclei(_channels_last),
        baseline=("one channel", _one_channel),
        at_most=2.2,
    ),
    Case(
        "nuclei, 4 channels first",
        _as_nuclei(_channels_first),
        baseline=("one channel", _one_channel),
        at_most=2.2,
    ),
    Case(
        "nuclei, sparse 64-bit ids",
        _as_nuclei(_sparse_ids),
        baseline=("dense 64-bit ids", _dense_ids),
        at_most=1.3,
    ),
    Case(
        "real nuclei",
        Scene(real_mosaic, 13 * REAL_FIELDS, 2),
        faster={"scikit-image": 100},
    ),
    Case(
        "many real nuclei to pandas",
        MANY_REAL_NUCLEI,
        within=1.0,
        needs_bytes=14 * 10**9,
    ),
)
CASES: dict[str, Case] = {case.name: case for case in _CASES}
