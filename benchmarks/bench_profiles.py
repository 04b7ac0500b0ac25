"""asv suite: intensity profiles along lines and paths, of outlines, in rings."""

# ruff: noqa: ARG002  (asv hands every parameter to setup and to every method)

from typing import Any

import numpy as np

import mensura

from .compare.profiles_cases import line_scene
from .scenes import LABELS


class Lines:
    """Many short lines: pixel types, orders, one sample across or a band."""

    size = "full"
    params = (["uint16", "float32"], [0, 1, 3], [None, 5])
    param_names = ("dtype", "order", "width")

    def setup(self, dtype: str, order: int, width: float | None) -> None:
        self.scene = line_scene(dtype, self.size)

    def time_lines(self, dtype: str, order: int, width: float | None) -> Any:
        scene = self.scene
        return mensura.line_profiles(
            scene.image, scene.starts, scene.stops, order=order, width=width
        )


class Paths:
    """Polylines and splines, straightened, and through many frames."""

    size = "full"
    params = ([False, True],)
    param_names = ("spline",)

    def setup(self, spline: bool) -> None:
        self.image = line_scene("uint16", self.size).image
        side = len(self.image)
        turn = np.linspace(0, 6, 40)[:, np.newaxis]
        self.path = side / 2 + side / 3 * np.hstack([np.cos(turn), np.sin(2 * turn)])
        self.stack = np.broadcast_to(self.image, (8, *self.image.shape))

    def time_paths(self, spline: bool) -> Any:
        return mensura.path_profiles(self.image, [self.path] * 50, spline=spline)

    def time_straighten(self, spline: bool) -> Any:
        return mensura.straighten(self.image, self.path, 25, spline=spline)

    def time_kymograph(self, spline: bool) -> Any:
        return mensura.kymograph(self.stack, self.path, spline=spline)


class Rings:
    """Rings of every object by each metric, one channel and four."""

    size = "full"
    params = (["nuclei", "real nuclei"], ["distance", "edge", "normalized"], [1, 4])
    param_names = ("scene", "metric", "channels")

    def setup(self, scene: str, metric: str, channels: int) -> None:
        self.labels, image = LABELS[scene].make(self.size)
        self.image = np.broadcast_to(image, (channels, *image.shape))

    def time_rings(self, scene: str, metric: str, channels: int) -> Any:
        return mensura.radial_profiles(self.image, self.labels, metric=metric, channel_axis=0)


class WholeImage:
    """Rings about a point in the whole image, for pixel types and threads."""

    size = "full"
    params = (["uint8", "uint16", "float32", "float64"], [1, 2])
    param_names = ("dtype", "threads")

    def setup(self, dtype: str, threads: int) -> None:
        self.image = LABELS["nuclei"].make(self.size)[1].astype(dtype)

    def time_radial_mean(self, dtype: str, threads: int) -> Any:
        center = [n // 2 for n in self.image.shape]
        return mensura.radial_profiles(self.image, None, center=center, threads=threads)


class Outlines:
    """Profiles along and across the outlines of every object."""

    size = "full"
    params = (["nuclei 2048", "real nuclei"],)
    param_names = ("scene",)

    def setup(self, scene: str) -> None:
        self.labels, self.image = LABELS[scene].make(self.size)

    def time_along(self, scene: str) -> Any:
        return mensura.contour_profiles(self.image, self.labels)

    def time_across(self, scene: str) -> Any:
        return mensura.normal_profiles(self.image, self.labels, inward=5, outward=5)
