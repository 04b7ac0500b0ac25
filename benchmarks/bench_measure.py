"""asv suite: label images, masks and regions to tables of measurements."""

# ruff: noqa: ARG002  (asv hands every parameter to setup and to every method)

from typing import Any

import numpy as np

import mensura

from .compare.memory import bytes_per_pixel
from .compare.timing import median_seconds
from .scenes import LABELS, intensity


class Measuring:
    """The default measurements with an image, every scene, one thread and two."""

    size = "full"
    params = (list(LABELS), [1, 2])
    param_names = ("scene", "threads")

    def setup(self, scene: str, threads: int) -> None:
        self.labels, self.image = LABELS[scene].make(self.size)

    def time_default(self, scene: str, threads: int) -> Any:
        return mensura.measure(self.labels, self.image, threads=threads)

    def time_default_without_image(self, scene: str, threads: int) -> Any:
        return mensura.measure(self.labels, threads=threads)

    def track_pixels(self, scene: str, threads: int) -> float:
        return self._seconds(threads) * 1e9 / self.labels.size

    track_pixels.unit = "ns/pixel"  # type: ignore[attr-defined]

    def track_objects(self, scene: str, threads: int) -> float:
        return int(self.labels.max()) / self._seconds(threads)

    track_objects.unit = "objects/s"  # type: ignore[attr-defined]

    def _seconds(self, threads: int) -> float:
        return median_seconds(
            lambda: mensura.measure(self.labels, self.image, threads=threads), repeats=5
        )


class MeasuringGroups:
    """One group of measurements at a time, then all, in two and three dimensions."""

    size = "full"
    params = (
        ["nuclei", "cells 3-D"],
        ["size", "position", "ellipse", "intensity", "quality", "all"],
    )
    param_names = ("scene", "group")

    def setup(self, scene: str, group: str) -> None:
        self.labels, self.image = LABELS[scene].make(self.size)

    def time_group(self, scene: str, group: str) -> Any:
        return mensura.measure(self.labels, self.image, group)


class MeasuringImages:
    """Intensity images of several dtypes and channel counts on the same labels."""

    size = "full"
    params = (["uint8", "uint16", "float32", "float64"], [1, 4])
    param_names = ("dtype", "channels")

    def setup(self, dtype: str, channels: int) -> None:
        self.labels, _ = LABELS["nuclei 2048"].make(self.size)
        self.image = intensity(self.labels.shape, dtype, channels)

    def time_intensity(self, dtype: str, channels: int) -> Any:
        return mensura.measure(self.labels, self.image, "intensity")


class MeasuringLabels:
    """What the regions come as: labels of several dtypes and orders, a mask, regions."""

    size = "full"
    params = (["int32", "uint8 ids", "uint16", "int64", "sparse", "fortran", "mask", "regions"],)
    param_names = ("labels",)

    def setup(self, labels: str) -> None:
        dense, self.image = LABELS["nuclei 2048"].make(self.size)
        self.labels = _LABEL_KINDS[labels](dense)

    def time_default(self, labels: str) -> Any:
        return mensura.measure(self.labels, self.image)


class MeasuringFrames:
    """As many pixels as one image has, as frames of a series, in one call."""

    size = "full"
    params = (["labels", "mask"], [64, 256, 1024])
    param_names = ("objects", "side")

    def setup(self, objects: str, side: int) -> None:
        labels, image = LABELS["nuclei 2048"].make(self.size)
        frame = labels[:side, :side]
        shape = (labels.size // frame.size, *frame.shape)
        self.labels = np.broadcast_to(frame if objects == "labels" else frame > 0, shape).copy()
        self.image = np.broadcast_to(image[:side, :side], shape).copy()

    def time_default(self, objects: str, side: int) -> Any:
        return mensura.measure(self.labels, self.image, frame_axis=0)

    def time_default_without_image(self, objects: str, side: int) -> Any:
        return mensura.measure(self.labels, frame_axis=0)


_LABEL_KINDS: dict[str, Any] = {
    "int32": lambda dense: dense,
    "uint8 ids": lambda dense: np.where(dense > 0, dense % 255 + 1, 0).astype(np.uint8),
    "uint16": lambda dense: dense.astype(np.uint16),
    "int64": lambda dense: dense.astype(np.int64),
    "sparse": lambda dense: dense.astype(np.int64) * 1_000_000_007,
    "fortran": np.asfortranarray,
    "mask": lambda dense: dense > 0,
    "regions": lambda dense: mensura.find_regions(dense > 0),
}


class MeasuringMemory:
    """Peak memory of the process; what a call adds is the difference to `peakmem_reference`.

    The images are built by another process and read from files, or building them would be the peak.
    """

    size = "full"
    scenes = ("nuclei", "tiny objects", "cells 3-D")
    params = (list(scenes),)
    param_names = ("scene",)

    def setup_cache(self) -> None:
        for scene in self.scenes:
            labels, image = LABELS[scene].make(self.size)
            np.save(f"{scene} labels.npy", labels)
            np.save(f"{scene} image.npy", image)

    def setup(self, scene: str) -> None:
        self.labels = np.load(f"{scene} labels.npy")
        self.image = np.load(f"{scene} image.npy")

    def peakmem_reference(self, scene: str) -> Any:
        return self.labels, self.image

    def peakmem_default(self, scene: str) -> Any:
        return mensura.measure(self.labels, self.image)

    def peakmem_all(self, scene: str) -> Any:
        return mensura.measure(self.labels, self.image, "all")

    def track_default_bytes(self, scene: str) -> float:
        return bytes_per_pixel(lambda: mensura.measure(self.labels, self.image), self.labels.size)

    track_default_bytes.unit = "bytes/pixel"  # type: ignore[attr-defined]
