"""What sampling of profiles is compared on, and how much sooner than others mensura means to be.

A case makes its input and says how each side is called. Other kinds of profiles add cases of their
own to `CASES`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from ..scenes import SEED

LINE_LENGTH = 100
BAND = 5
PATH_LENGTH = 400
# scikit-image takes one sample more where rounding makes a line longer than a whole number.
SHORTER = 1 - 1e-9

Array = NDArray[Any]


@dataclass(frozen=True)
class Rival:
    """A peer's way to do the same, and how many times longer it is to take.

    Parameters
    ----------
    name : str
        What it is called.
    module : str
        What has to be installed.
    prepare : callable
        Returns the call to time.
    times : float
        The goal.
    scale : float
        By what its time is multiplied, where it does a part of the work only.
    compare : callable
        Given its result and mensura's, returns the arrays that have to agree.
    tolerance : float
        How far they may be apart, relative to the largest value.
    """

    name: str
    module: str
    prepare: Callable[[], Callable[[], Any]]
    times: float
    scale: float
    compare: Callable[[Any, Any], tuple[Array, Array]]
    tolerance: float = 1e-5


@dataclass(frozen=True)
class Problem:
    """The input of a case, described, mensura's call on it, and its rivals."""

    described: str
    samples: int
    call: Callable[[], Any]
    rivals: Sequence[Rival] = field(default_factory=list)
    within: float | None = None  # seconds, where that is a goal of its own


@dataclass(frozen=True)
class Case:
    """A name, and a function of size ("full" or "tiny") and threads that makes the problem."""

    name: str
    make: Callable[[str, int], Problem]


# ------------------------------------------------------------------------------------------ lines


@dataclass(frozen=True)
class LineScene:
    """Lines of a length at any angle, inside an image of noise."""

    image: Array
    starts: Array
    stops: Array

    def points(self) -> Array:
        """Return where the samples lie: (lines, samples, 2)."""
        fractions = np.linspace(0, 1, LINE_LENGTH)[:, np.newaxis]
        change = (self.stops - self.starts)[:, np.newaxis]
        return self.starts[:, np.newaxis] + fractions * change


def line_scene(dtype: str, size: str) -> LineScene:
    """1e5 lines in an image of 2048 x 2048, or a few in a small one."""
    side, lines = (2048, 100_000) if size == "full" else (300, 64)
    rng = np.random.default_rng(SEED)
    image = (1000 * rng.random((side, side))).astype(dtype)
    center = rng.uniform(LINE_LENGTH + 6, side - LINE_LENGTH - 7, (lines, 2))
    angle = rng.uniform(0, 2 * np.pi, lines)
    change = (LINE_LENGTH - 1) * SHORTER * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return LineScene(image, center, center + change)


def _lines(dtype: str, width: int) -> Callable[[str, int], Problem]:
    def make(size: str, threads: int) -> Problem:
        scene = line_scene(dtype, size)
        options = {} if width == 1 else {"width": width}
        lines = (scene.starts, scene.stops)
        return Problem(
            f"{len(scene.starts):,} lines of {LINE_LENGTH} px, linear, width {width}, {dtype} "
            f"{scene.image.shape[0]}^2",
            width * LINE_LENGTH * len(scene.starts),
            lambda: mensura.line_profiles(
                scene.image, *lines, n=LINE_LENGTH, threads=threads, **options
            ),
            [*(_at_points(scene) if width == 1 else ()), _profile_line(scene, width)],
        )

    return make


def _at_points(scene: LineScene) -> list[Rival]:
    """SciPy and OpenCV get the positions of all samples ready-made."""

    def scipy_call() -> Callable[[], Array]:
        from scipy import ndimage

        points = np.ascontiguousarray(np.moveaxis(scene.points(), -1, 0).reshape(2, -1))
        return lambda: ndimage.map_coordinates(scene.image, points, np.float64, order=1)

    def remap_call() -> Callable[[], Array]:
        import cv2

        # Its outputs are limited to 32767 rows and columns.
        rows = scene.points().astype(np.float32).reshape(-1, 8 * LINE_LENGTH, 2)
        columns = np.ascontiguousarray(rows[..., 1])
        rows = np.ascontiguousarray(rows[..., 0])
        return lambda: cv2.remap(scene.image, columns, rows, cv2.INTER_LINEAR)

    def values(theirs: Array, ours: Any) -> tuple[Array, Array]:
        return theirs.reshape(-1), ours.values

    # OpenCV takes positions to 1/32 of a pixel.
    return [
        Rival("map_coordinates, batched", "scipy", scipy_call, 8, 1, values),
        Rival("cv2.remap, maps ready-made", "cv2", remap_call, 1.5, 1, values, tolerance=0.1),
    ]


def _profile_line(scene: LineScene, width: int) -> Rival:
    """Of each 500 lines one."""
    some = slice(None, None, 500 if len(scene.starts) > 500 else 8)
    lines = list(zip(scene.starts[some], scene.stops[some], strict=True))
    image = scene.image.astype(np.float64)  # which it does not round

    def prepare() -> Callable[[], list[Array]]:
        from skimage.measure import profile_line

        return lambda: [profile_line(image, *line, width) for line in lines]

    def values(theirs: list[Array], ours: Any) -> tuple[Array, Array]:
        return np.concatenate(theirs), ours[some].values

    goal = 500 if width == 1 else 300
    scale = len(scene.starts) / len(lines)
    return Rival("profile_line, one by one", "skimage", prepare, goal, scale, values)


# ------------------------------------------------------------------------------------- kymographs


def _kymograph(size: str, threads: int) -> Problem:
    frames, side, length = (1000, 512, PATH_LENGTH) if size == "full" else (6, 64, 40)
    rng = np.random.default_rng(SEED)
    frame = 1000 * rng.random((side, side))
    stack = np.empty((frames, side, side), np.uint16)
    for number in range(frames):
        stack[number] = frame + number % 64
    start = np.array([0.2, 0.15]) * side
    stop = start + length * SHORTER * np.array([np.sin(0.7), np.cos(0.7)])
    some = slice(None, None, 50 if frames > 50 else 1)

    def prepare() -> Callable[[], list[Array]]:
        from skimage.measure import profile_line

        few = [image.astype(np.float64) for image in stack[some]]
        return lambda: [profile_line(image, start, stop, BAND) for image in few]

    def values(theirs: list[Array], ours: Array) -> tuple[Array, Array]:
        return np.array(theirs), ours[some]

    scale = frames / len(stack[some])
    path = np.stack([start, stop])
    return Problem(
        f"{frames} frames of {side}^2, path of {length} px, width {BAND}",
        frames * (length + 1) * BAND,
        lambda: mensura.kymograph(stack, path, width=BAND, n=length + 1, threads=threads),
        [Rival("profile_line, frame by frame", "skimage", prepare, 50, scale, values, 1e-3)],
    )


_CASES = (
    Case("lines of float32", _lines("float32", 1)),
    Case("lines of uint16", _lines("uint16", 1)),
    Case("wide lines", _lines("uint16", BAND)),
    Case("kymograph", _kymograph),
)
CASES: dict[str, Case] = {case.name: case for case in _CASES}
