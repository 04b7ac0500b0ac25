"""asv suite: masks and label images to labels, or to regions without a label image."""

# ruff: noqa: ARG002  (asv hands every parameter to setup and to every method)

from typing import Any

import numpy as np

import mensura

from .compare.memory import bytes_per_pixel
from .compare.timing import median_seconds
from .scenes import GREY, LABELS, MASKS, NOISE, VALUES


class Labeling:
    """Full connectivity, every kind of mask, one thread and two."""

    size = "full"
    params = (list(MASKS), [1, 2])
    param_names = ("scene", "threads")

    def setup(self, scene: str, threads: int) -> None:
        self.mask = MASKS[scene].make(self.size)
        self.out = np.full(self.mask.shape, -1, dtype=np.int32)

    def time_label(self, scene: str, threads: int) -> Any:
        return mensura.label(self.mask, threads=threads)

    def time_label_into(self, scene: str, threads: int) -> Any:
        return mensura.label(self.mask, out=self.out, threads=threads)

    def time_find_regions(self, scene: str, threads: int) -> Any:
        return mensura.find_regions(self.mask, threads=threads)

    def track_label_per_pixel(self, scene: str, threads: int) -> float:
        seconds = median_seconds(lambda: mensura.label(self.mask, threads=threads), repeats=5)
        return seconds * 1e9 / self.mask.size

    track_label_per_pixel.unit = "ns/pixel"  # type: ignore[attr-defined]


class LabelingConnectivity:
    """Each neighborhood of three dimensions, default threads."""

    size = "full"
    params = (["blobs 3-D", "noise 3-D"], [1, 2, 3])
    param_names = ("scene", "connectivity")

    def setup(self, scene: str, connectivity: int) -> None:
        self.mask = MASKS[scene].make(self.size)

    def time_label(self, scene: str, connectivity: int) -> Any:
        return mensura.label(self.mask, connectivity)


class LabelingValues:
    """Objects told apart by their values: an int32 image instead of a mask."""

    size = "full"
    params = (["nuclei", "real nuclei", "cells 3-D"],)
    param_names = ("scene",)

    def setup(self, scene: str) -> None:
        self.values, _ = LABELS[scene].make(self.size)

    def time_label(self, scene: str) -> Any:
        return mensura.label(self.values)


class LabelingTouching:
    """Cells that touch everywhere, in three dimensions: faces, then all neighbors."""

    size = "full"
    params = ([1, 3],)
    param_names = ("connectivity",)

    def setup(self, connectivity: int) -> None:
        self.values = VALUES["tissue 3-D"].make(self.size)

    def time_label(self, connectivity: int) -> Any:
        return mensura.label(self.values, connectivity)

    def time_find_regions(self, connectivity: int) -> Any:
        return mensura.find_regions(self.values, connectivity)


class LabelingDensity:
    """Noise from sparse to dense, full connectivity, default threads."""

    size = "full"
    params = ([percent / 100 for percent in range(5, 100, 10)],)
    param_names = ("density",)

    def setup(self, density: float) -> None:
        self.mask = NOISE[density].make(self.size)

    def time_label(self, density: float) -> Any:
        return mensura.label(self.mask)


class LabelingThreshold:
    """Grey images cut at a level, by the search itself and by a mask made before it."""

    size = "full"
    params = (list(GREY),)
    param_names = ("scene",)

    def setup(self, scene: str) -> None:
        grey, self.level = GREY[scene]
        self.image = grey.make(self.size)

    def time_label(self, scene: str) -> Any:
        return mensura.label(self.image, threshold=self.level)

    def time_label_of_mask(self, scene: str) -> Any:
        return mensura.label(self.image > self.level)


class LabelingTable:
    """A mask to label, area, bounding box and centroid, without a label image."""

    size = "full"
    params = (["nuclei", "blobs", "real nuclei"], [1, 2])
    param_names = ("scene", "threads")

    def setup(self, scene: str, threads: int) -> None:
        self.mask = MASKS[scene].make(self.size)

    def time_measure(self, scene: str, threads: int) -> Any:
        return mensura.measure(self.mask, threads=threads)


class LabelingMemory:
    """Peak memory of the process; what a call adds is the difference to `peakmem_reference`.

    The masks are built by another process and read from files, or building them would be the peak.
    """

    size = "full"
    scenes = ("nuclei", "blobs", "noise 0.5", "blobs 3-D", "tissue 3-D")
    params = (list(scenes),)
    param_names = ("scene",)

    def setup_cache(self) -> None:
        for scene in self.scenes:
            np.save(f"{scene}.npy", (MASKS | VALUES)[scene].make(self.size))

    def setup(self, scene: str) -> None:
        self.mask = np.load(f"{scene}.npy")

    def peakmem_reference(self, scene: str) -> Any:
        return self.mask

    def peakmem_label(self, scene: str) -> Any:
        return mensura.label(self.mask)

    def peakmem_find_regions(self, scene: str) -> Any:
        return mensura.find_regions(self.mask)

    def track_label_bytes(self, scene: str) -> float:
        out = np.full(self.mask.shape, -1, np.int32)
        return bytes_per_pixel(lambda: mensura.label(self.mask, out=out), self.mask.size)

    track_label_bytes.unit = "bytes/pixel"  # type: ignore[attr-defined]
