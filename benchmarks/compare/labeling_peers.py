"""The libraries that labeling is compared with: what each takes, and how it is called at its best.

A problem is an image, the number of neighbors, maybe a threshold, and what is asked for: labels, or
a table of label, area, bounding box and centroid. A peer prepares its input untimed and returns
the call to time, which counts the components. Where there is a threshold, every peer makes the mask
`image > threshold` inside that call, as its users must.

Left out: other names for the same code (OpenCV's WU is SAUF, GRANA is BBDT, BOLELLI is SPAGHETTI),
SciPy for images of values, which it takes for masks, and DIPlib in 3-D, which as of version 3.6.1
counts other components than all others where pixels touch at edges or corners.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from .peers import is_installed

Count = Callable[[], int]

PACKAGES = {
    "opencv-python-headless": "cv2",
    "kornia_rs": "kornia_rs",
    "connected-components-3d": "cc3d",
    "scipy": "scipy",
    "scikit-image": "skimage",
    "diplib": "diplib",
    "simpleitk": "SimpleITK",
    "mahotas": "mahotas",
}
OPENCV_ALGORITHMS = {"Spaghetti": "CCL_SPAGHETTI", "BBDT": "CCL_BBDT", "SAUF": "CCL_SAUF"}
CONNECTIVITY = {4: 1, 6: 1, 8: 2, 18: 2, 26: 3}  # axes that so many neighbors may differ in


@dataclass(frozen=True)
class Problem:
    """What every side gets; `image` is a mask, values, or grey where there is a threshold."""

    image: NDArray[Any]
    neighbors: int
    threshold: int | None = None
    table: bool = False

    @property
    def kind(self) -> str:
        """What a peer has to be able to do."""
        values = self.image.dtype != np.bool_ and self.threshold is None
        pixels = "values" if values else "mask"
        return f"{pixels} {self.image.ndim}-D to {'table' if self.table else 'labels'}"

    @property
    def mask(self) -> NDArray[Any]:
        """What peers work on: the image, or a mask of it made now."""
        return self.image if self.threshold is None else self.image > self.threshold


@dataclass(frozen=True)
class Peer:
    """A library: how it is called, the module it needs, the kinds of problems it takes.

    `threaded` says that it uses the threads it is given, `slow` that it is called less often.
    """

    name: str
    module: str
    kinds: frozenset[str]
    prepare: Callable[[Problem], Count]
    threaded: bool = False
    slow: bool = False

    def takes(self, problem: Problem) -> bool:
        return problem.kind in self.kinds and is_installed(self.module)


def mensura_call(problem: Problem, threads: int) -> Count:
    """Return the call of mensura."""
    image, steps = problem.image, CONNECTIVITY[problem.neighbors]
    if problem.table:
        return lambda: len(mensura.measure(image, threads=threads)["label"])
    return lambda: mensura.label(
        image, steps, threshold=problem.threshold, return_num=True, threads=threads
    )[1]


def _opencv(algorithm: str) -> Callable[[Problem], Count]:
    def prepare(problem: Problem) -> Count:
        import cv2

        chosen, neighbors = getattr(cv2, algorithm), problem.neighbors
        label = (
            cv2.connectedComponentsWithStatsWithAlgorithm
            if problem.table
            else cv2.connectedComponentsWithAlgorithm
        )
        return lambda: label(problem.mask.view(np.uint8), neighbors, cv2.CV_32S, chosen)[0] - 1

    return prepare


def _kornia(problem: Problem) -> Count:
    from kornia_rs.imgproc import connected_components

    return lambda: (
        int(
            connected_components(problem.mask.view(np.uint8)[:, :, np.newaxis], problem.neighbors)[
                0
            ]
        )
        - 1
    )


def _cc3d(problem: Problem) -> Count:
    import cc3d

    def count() -> int:
        labels, found = cc3d.connected_components(
            problem.mask, connectivity=problem.neighbors, return_N=True
        )
        if problem.table:
            cc3d.statistics(labels)
        return int(found)

    return count


def _diplib(problem: Problem) -> Count:
    import diplib

    steps = CONNECTIVITY[problem.neighbors]

    def count() -> int:
        labels = diplib.Image()
        return int(diplib.Label(diplib.Image(problem.mask), out=labels, connectivity=steps))

    return count


def _scipy(problem: Problem) -> Count:
    from scipy import ndimage

    steps = CONNECTIVITY[problem.neighbors]
    structure = ndimage.generate_binary_structure(problem.image.ndim, steps)
    return lambda: int(ndimage.label(problem.mask, structure)[1])


def _scikit_image(problem: Problem) -> Count:
    from skimage.measure import label

    steps = CONNECTIVITY[problem.neighbors]
    return lambda: int(label(problem.mask, connectivity=steps, return_num=True)[1])


def _simple_itk(problem: Problem) -> Count:
    import SimpleITK

    components = SimpleITK.ConnectedComponentImageFilter()
    components.SetFullyConnected(CONNECTIVITY[problem.neighbors] == problem.image.ndim)

    def count() -> int:
        components.Execute(SimpleITK.GetImageFromArray(problem.mask.view(np.uint8)))
        return int(components.GetObjectCount())

    return count


def _mahotas(problem: Problem) -> Count:
    import mahotas
    from scipy import ndimage

    steps = CONNECTIVITY[problem.neighbors]
    structure = ndimage.generate_binary_structure(problem.image.ndim, steps)
    return lambda: int(mahotas.label(problem.mask, structure)[1])


_LABELS_2D = frozenset({"mask 2-D to labels"})
_TABLE_2D = frozenset({"mask 2-D to table"})
_LABELS_OF_MASKS = _LABELS_2D | {"mask 3-D to labels"}
_LABELS = _LABELS_OF_MASKS | {"values 2-D to labels", "values 3-D to labels"}

PEERS = (
    *(
        Peer(f"OpenCV {name}", "cv2", _LABELS_2D | _TABLE_2D, _opencv(flag), threaded=True)
        for name, flag in OPENCV_ALGORITHMS.items()
    ),
    Peer("kornia-rs", "kornia_rs", _LABELS_2D, _kornia, threaded=True),
    Peer("cc3d", "cc3d", _LABELS | _TABLE_2D, _cc3d),
    Peer("DIPlib", "diplib", _LABELS_2D, _diplib, slow=True),
    Peer("SciPy", "scipy", _LABELS_OF_MASKS, _scipy, slow=True),
    Peer("SimpleITK", "SimpleITK", _LABELS_OF_MASKS, _simple_itk, threaded=True, slow=True),
    Peer("mahotas", "mahotas", _LABELS_OF_MASKS, _mahotas, slow=True),
    Peer("scikit-image", "skimage", _LABELS, _scikit_image, slow=True),
)
