"""The image of the demo and the nuclei found in it, by methods of scikit-image.

scikit-image bundles a photograph of colon tissue in which hematoxylin colors the nuclei blue and
DAB a protein brown. Its color deconvolution (Ruifrok and Johnston, 2001) separates the two. A
nucleus is where the hematoxylin exceeds both its neighborhood and a floor set by Otsu's method;
touching nuclei are divided by a watershed whose seeds lie deep inside and strongly stained. This is
a plain segmentation, good enough to have something real to measure, and not a tool for pathology: a
few nuclei are merged or cut. Cost: about a second, nearly all of it importing scikit-image.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura as ms
from mensura.io import import_package

_SMOOTHING = 1.5  # pixels: below the width of the thinnest nuclei
_NEIGHBORHOOD = 35  # pixels: two or three nuclei across
_FLOOR = 0.7  # of Otsu's threshold: the tissue between the nuclei stays below
_ROUNDING = 1.2  # pixels: thinner bridges and spurs go
_SEED_DISTANCE = 5  # pixels: nuclei are further apart
_SMALLEST = 50  # pixels: less is a speck


@dataclass(frozen=True)
class Nuclei:
    """The photograph (y, x, 3), its hematoxylin (y, x) and the label image of the nuclei (y, x)."""

    photograph: NDArray[np.uint8]
    hematoxylin: NDArray[np.float64]
    labels: NDArray[Any]


def find_nuclei() -> Nuclei:
    """Separate the stain of scikit-image's immunohistochemistry image and label its nuclei."""
    photograph = import_package("skimage.data", "skimage").immunohistochemistry()
    hematoxylin = import_package("skimage.color", "skimage").rgb2hed(photograph)[..., 0]
    filters = import_package("skimage.filters", "skimage")
    smooth = filters.gaussian(hematoxylin, _SMOOTHING)
    pieces = _divide_touching(_find_stained(smooth), smooth)
    specks = np.bincount(pieces.ravel()) < _SMALLEST
    pieces[specks[pieces]] = 0
    return Nuclei(photograph, hematoxylin, ms.label(pieces))


def _find_stained(smooth: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the mask of the nuclei, with smooth outlines and without holes."""
    filters = import_package("skimage.filters", "skimage")
    ndimage = import_package("scipy.ndimage", "skimage")
    stained = smooth > filters.threshold_local(smooth, _NEIGHBORHOOD)
    stained &= smooth > _FLOOR * filters.threshold_otsu(smooth)
    rounded = filters.gaussian(stained.astype(np.float64), _ROUNDING) > 0.5
    return np.asarray(ndimage.binary_fill_holes(rounded))


def _divide_touching(stained: NDArray[np.bool_], smooth: NDArray[np.float64]) -> NDArray[np.int32]:
    """Return a number for every piece of the mask that holds one seed."""
    ndimage = import_package("scipy.ndimage", "skimage")
    feature = import_package("skimage.feature", "skimage")
    segmentation = import_package("skimage.segmentation", "skimage")
    filters = import_package("skimage.filters", "skimage")
    depth = filters.gaussian(ndimage.distance_transform_edt(stained) * smooth, 2)
    seeds = np.zeros(stained.shape, dtype=np.int32)
    peaks = feature.peak_local_max(
        depth, min_distance=_SEED_DISTANCE, labels=ms.label(stained), exclude_border=False
    )
    seeds[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return np.asarray(segmentation.watershed(-depth, seeds, mask=stained))
