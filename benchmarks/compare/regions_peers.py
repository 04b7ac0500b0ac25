"""The libraries that region measurements are compared with, and how each is called at its best.

A problem is a label image, maybe an intensity image, and names of measurements. A peer makes what
it has of them: under the same names (scikit-image, fast-regionprops), as the nearest features
(DIPlib), or whatever it has (cc3d: area, bounding box, centroid). Labels are made unsigned for
those that want them so before the time starts. Each peer tells how its result reads in mensura's
columns, so that it can be checked to be the same work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

PACKAGES = {
    "fast-regionprops": "fast_regionprops",
    "diplib": "diplib",
    "connected-components-3d": "cc3d",
    "scikit-image": "skimage",
    "scipy": "scipy",
    "pandas": "pandas",
}
POSITIONS = ("label", "area", "bbox", "centroid")
BASICS = (*POSITIONS, "intensity_mean", "intensity_std", "intensity_min", "intensity_max")
SCIKIT_IMAGE = frozenset(
    {
        *BASICS,
        "axis_major_length",
        "axis_minor_length",
        "centroid_weighted",
        "inertia_tensor",
        "inertia_tensor_eigvals",
        *(
            f"moments{weighted}{kind}"
            for weighted in ("", "_weighted")
            for kind in ("", "_central", "_normalized", "_hu")
        ),
    }
)
DIPLIB_FEATURES = {
    "area": "Size",
    "centroid": "Center",
    "intensity_mean": "Statistics",  # sooner than Mean and StandardDeviation together
    "intensity_std": "Statistics",
    "intensity_skewness": "Statistics",
    "intensity_kurtosis": "Statistics",
    "intensity_min": "MinVal",
    "intensity_max": "MaxVal",
    "intensity_sum": "Mass",
    "intensity_argmin": "MinPos",
    "intensity_argmax": "MaxPos",
    "centroid_weighted": "Gravity",
    "inertia_tensor": "Mu",
    "inertia_tensor_eigvals": "Inertia",
    "axis_major_length": "DimensionsEllipsoid",
    "axis_minor_length": "DimensionsEllipsoid",
    "moments_central": "Mu",
    "moments_weighted": "Gravity",
    "moments_weighted_central": "GreyMu",
}

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Problem:
    """What every side gets."""

    labels: NDArray[Any]
    image: NDArray[Any] | None
    measurements: tuple[str, ...]

    @property
    def num_bytes(self) -> int:
        """Bytes that have to be read."""
        return self.labels.nbytes + (0 if self.image is None else self.image.nbytes)

    def cropped(self, side: int) -> "Problem":
        """Return the corner of that many pixels along each axis."""
        corner = (slice(side),) * self.labels.ndim
        image = None if self.image is None else np.ascontiguousarray(self.image[corner])
        return Problem(np.ascontiguousarray(self.labels[corner]), image, self.measurements)

    def unsigned(self) -> NDArray[Any]:
        """Return labels as some peers want them: unsigned, and free to be written to."""
        return self.labels.astype(f"u{self.labels.itemsize}")


@dataclass(frozen=True)
class Peer:
    """A library: the module it needs, how it is called, what its result is in mensura's columns."""

    module: str
    prepare: Callable[[Problem], Callable[[], Any]]
    columns: Callable[[Any], Columns] = dict


def moments_and_intensities() -> tuple[str, ...]:
    """Every moment, weighted moment and intensity statistic that mensura has in 2-D, and labels."""
    listed = mensura.measurements()
    prefixes = ("moments", "intensity_", "centroid_weighted", "inertia_tensor", "axis_")
    names = [
        str(name)
        for name, axes in zip(listed["name"], listed["ndim"], strict=True)
        if str(name).startswith(prefixes) and "2" in str(axes)
    ]
    return ("label", "area", *names)


def mensura_call(problem: Problem, threads: int) -> Callable[[], mensura.Table]:
    """Return the call of mensura."""
    labels, image, names = problem.labels, problem.image, problem.measurements
    return lambda: mensura.measure(labels, image, names, threads=threads)


def _fast_regionprops(problem: Problem) -> Callable[[], Any]:
    from fast_regionprops import ALL_PROPERTIES, regionprops_table_fast

    labels, image = problem.labels, problem.image
    names = [name for name in problem.measurements if name in ALL_PROPERTIES]
    return lambda: regionprops_table_fast(labels, image, names)


def _scikit_image(problem: Problem) -> Callable[[], Any]:
    from skimage.measure import regionprops_table

    labels, image = problem.labels, problem.image
    names = [name for name in problem.measurements if name in SCIKIT_IMAGE]
    return lambda: regionprops_table(labels, image, names)


def _cc3d(problem: Problem) -> Callable[[], Any]:
    import cc3d

    labels = problem.unsigned()
    return lambda: cc3d.statistics(labels, no_slice_conversion=True)


def _cc3d_columns(found: Any) -> Columns:
    """Leave out the background, which is the first row."""
    present = np.flatnonzero(found["voxel_counts"][1:]) + 1
    boxes = found["bounding_boxes"][present].astype(np.int64)
    centroids = found["centroids"][present]
    ndim = centroids.shape[1]
    return {
        "label": present,
        "area": found["voxel_counts"][present],
        **{f"bbox-{axis}": boxes[:, 2 * axis] for axis in range(ndim)},
        **{f"bbox-{ndim + axis}": boxes[:, 2 * axis + 1] + 1 for axis in range(ndim)},
        **{f"centroid-{axis}": centroids[:, axis] for axis in range(ndim)},
    }


def _diplib(problem: Problem) -> Callable[[], Any]:
    import diplib

    boxes = ["Minimum", "Maximum"] if "bbox" in problem.measurements else []
    features = boxes + [DIPLIB_FEATURES.get(name, "Size") for name in problem.measurements]
    names = list(dict.fromkeys(features))
    labels = problem.unsigned()
    image = np.empty(0) if problem.image is None else problem.image
    return lambda: diplib.MeasurementTool.Measure(diplib.Image(labels), diplib.Image(image), names)


def _diplib_columns(found: Any) -> Columns:
    """Turn x, y, z to axes, last pixels to ends, and deviations of a sample to those of a whole."""
    values = np.asarray(found)
    of = {
        feature.name: values[:, feature.startColumn :][:, : feature.numberValues]
        for feature in found.Features()
    }
    area = of["Size"][:, 0]
    columns = {"label": np.array(found.Objects()), "area": area}
    for feature, name in (("Center", "centroid"), ("Gravity", "centroid_weighted")):
        columns |= _per_axis(name, of.get(feature))
    if "Maximum" in of:
        columns |= _per_axis("bbox", of["Minimum"])
        columns |= _per_axis("bbox", of["Maximum"] + 1, start=of["Maximum"].shape[1])
    for feature, name in (
        ("MinVal", "intensity_min"),
        ("MaxVal", "intensity_max"),
        ("Mass", "intensity_sum"),
        ("Statistics", "intensity_mean"),
    ):
        if feature in of:
            columns[name] = of[feature][:, 0]
    if "Statistics" in of:
        columns["intensity_std"] = of["Statistics"][:, 1] * np.sqrt((area - 1) / area)
    return columns


def _per_axis(name: str, values: NDArray[Any] | None, start: int = 0) -> Columns:
    """Columns, numbered from `start`, of values that are given for x, y, z."""
    if values is None:
        return {}
    ndim = values.shape[1]
    return {f"{name}-{start + axis}": values[:, ndim - 1 - axis] for axis in range(ndim)}


PEERS: dict[str, Peer] = {
    "fast-regionprops": Peer("fast_regionprops", _fast_regionprops),
    "DIPlib": Peer("diplib", _diplib, _diplib_columns),
    "cc3d": Peer("cc3d", _cc3d, _cc3d_columns),
    "scikit-image": Peer("skimage", _scikit_image),
}
