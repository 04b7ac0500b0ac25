"""What rings of objects are compared on, and how much sooner than others mensura means to be."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import mensura

from ..scenes import SEED, cells
from .profiles_cases import Array, Case, Problem, Rival

RING_PITCH = 8192 / 316  # 1e5 objects in 8192^2
CHANNELS = 4


def _noise(shape: tuple[int, ...], dtype: str) -> Array:
    return np.random.default_rng(SEED).integers(0, 60_000, shape, np.uint16).astype(dtype)


# -------------------------------------------------------------------------------- CellProfiler


def _distribution(objects: int) -> Callable[[str, int], Problem]:
    def make(size: str, threads: int) -> Problem:
        side, count = (1024, objects) if size == "full" else (96, 9)
        labels = cells((side, side), side / count**0.5)
        image = _noise(labels.shape, "float64") / 60_000

        def prepare() -> Callable[[], dict[str, Array]]:
            from cp_measure.core.measureobjectintensitydistribution import get_radial_distribution

            def call() -> dict[str, Array]:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return get_radial_distribution(labels, image)

            return call

        def values(theirs: dict[str, Array], ours: Any) -> tuple[Array, Array]:
            both = [np.stack([found[name] for name in theirs]) for found in (theirs, ours)]
            return both[0], both[1]

        return Problem(
            f"radial distribution, {side}^2, {labels.max():,} objects",
            labels.size,
            lambda: mensura.radial_distribution(labels, image, threads=threads),
            [Rival("cp_measure", "cp_measure", prepare, 20, 1, values, 1e-9)],
        )

    return make


# ------------------------------------------------------------------------------ distances to edges


def _edges(channels: int) -> Callable[[str, int], Problem]:
    def make(size: str, threads: int) -> Problem:
        side = 8192 if size == "full" else 128
        labels = cells((side, side), RING_PITCH)
        image = _noise((channels, side, side), "uint16")

        def call(some: int) -> Any:
            return mensura.radial_profiles(
                image[:some], labels, metric="edge", channel_axis=0, threads=threads
            )

        def first(theirs: Any, ours: Any) -> tuple[Array, Array]:
            return theirs.values[:, 0], ours.values[:, 0]

        described = f"distance to the edge, {side}^2, {labels.max():,} objects"
        if channels == 1:
            return Problem(described, labels.size, lambda: call(1), within=1.5)
        # At most twice the time is at least half the speed.
        one = Rival("mensura, one channel", "mensura", lambda: lambda: call(1), 0.5, 1, first, 0)
        return Problem(
            f"{described}, {channels} channels",
            labels.size * channels,
            lambda: call(channels),
            [one],
        )

    return make


# --------------------------------------------------------------------------------- whole images


def _whole(dtype: str) -> Callable[[str, int], Problem]:
    def make(size: str, threads: int) -> Problem:
        side = 4096 if size == "full" else 128
        image = _noise((side, side), dtype)
        center = [side // 2, side // 2]

        def prepare() -> Callable[[], Any]:
            import diplib

            wrapped = diplib.Image(image)
            return lambda: diplib.RadialMean(wrapped, binSize=1.0, center=center)

        def values(theirs: Any, ours: Any) -> tuple[Array, Array]:
            # It has a ring more for the corner that is farthest, or not.
            return np.ravel(np.asarray(theirs))[: len(ours.values)], ours.values

        return Problem(
            f"radial mean of the whole image, {dtype} {side}^2",
            image.size,
            lambda: mensura.radial_profiles(image, None, center=center, threads=threads),
            [Rival("DIPlib RadialMean", "diplib", prepare, 3, 1, values)],
        )

    return make


_CASES = (
    Case("radial distribution, 256 objects", _distribution(256)),
    Case("radial distribution, 1600 objects", _distribution(1600)),
    Case("distances to edges", _edges(1)),
    Case("distances to edges, 4 channels", _edges(CHANNELS)),
    Case("radial mean of uint16", _whole("uint16")),
    Case("radial mean of float32", _whole("float32")),
)
RING_CASES: dict[str, Case] = {case.name: case for case in _CASES}
