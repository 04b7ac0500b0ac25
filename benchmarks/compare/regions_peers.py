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
    "simpleitk": "SimpleITK",
    "mahotas": "mahotas",
    "nyxus": "nyxus",
    "scikit-image": "skimage",
    "scipy": "scipy",
    "pandas": "pandas",
}
THREADS = 2  # of nyxus, which is told when it is made
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

NYXUS_FEATURES = {
    "AREA_PIXELS_COUNT": "area",
    "CENTROID_Y": "centroid-0",
    "CENTROID_X": "centroid-1",
    "BBOX_YMIN": "bbox-0",
    "BBOX_XMIN": "bbox-1",
    "BBOX_HEIGHT": "bbox-2",  # until the first row and column are added
    "BBOX_WIDTH": "bbox-3",
    "MEAN": "intensity_mean",
    "STANDARD_DEVIATION": "intensity_std",
    "MIN": "intensity_min",
    "MAX": "intensity_max",
}
MAHOTAS = ("intensity_sum", "intensity_min", "intensity_max")

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
        columns["intensity_std"] = of["Statistics"][:, 1] * _of_a_whole(area)
    return columns


def _nyxus(problem: Problem) -> Callable[[], Any]:
    from nyxus import Nyxus

    features = Nyxus(list(NYXUS_FEATURES), n_feature_calc_threads=THREADS)
    labels, image = problem.unsigned(), problem.image
    return lambda: features.featurize(image, labels)


def _nyxus_columns(found: Any) -> Columns:
    """Turn lengths to ends, and deviations of a sample to those of a whole."""
    columns = {name: found[feature].to_numpy() for feature, name in NYXUS_FEATURES.items()}
    for axis in range(2):
        columns[f"bbox-{2 + axis}"] = columns[f"bbox-{2 + axis}"] + columns[f"bbox-{axis}"]
    columns["intensity_std"] = columns["intensity_std"] * _of_a_whole(columns["area"])
    return {"label": found["ROI_label"].to_numpy()} | columns


def _simple_itk(problem: Problem) -> Callable[[], Any]:
    """Ask for every object by itself, for there is no other way to its results."""
    import SimpleITK

    labels, image = problem.labels, problem.image
    measured = SimpleITK.LabelIntensityStatisticsImageFilter()

    def measure() -> list[tuple[Any, ...]]:
        measured.Execute(SimpleITK.GetImageFromArray(labels), SimpleITK.GetImageFromArray(image))
        return [
            (
                label,
                measured.GetNumberOfPixels(label),
                measured.GetBoundingBox(label),
                measured.GetCentroid(label),
                measured.GetMean(label),
                measured.GetStandardDeviation(label),
                measured.GetMinimum(label),
                measured.GetMaximum(label),
            )
            for label in measured.GetLabels()
        ]

    return measure


def _simple_itk_columns(found: Any) -> Columns:
    """Turn x, y, z to axes, lengths to ends, and deviations of a sample to those of a whole."""
    label, area, box, centroid, mean, std, low, high = map(np.array, zip(*found, strict=True))
    ndim = centroid.shape[1]
    return {
        "label": label,
        "area": area,
        **_per_axis("bbox", box[:, :ndim]),
        **_per_axis("bbox", box[:, :ndim] + box[:, ndim:], start=ndim),
        **_per_axis("centroid", centroid),
        "intensity_mean": mean,
        "intensity_std": std * _of_a_whole(area),
        "intensity_min": low,
        "intensity_max": high,
    }


def _mahotas(problem: Problem) -> Callable[[], Any]:
    """Area, box and sum, extrema of intensities: what it has that needs no image of the centers."""
    from mahotas import labeled

    labels, image = problem.labels, problem.image
    return lambda: (
        labeled.labeled_size(labels),
        labeled.bbox(labels),
        labeled.labeled_sum(image, labels),
        labeled.labeled_min(image, labels),
        labeled.labeled_max(image, labels),
    )


def _mahotas_columns(found: Any) -> Columns:
    """Leave out the background, which is the first row, and labels that no pixel has."""
    area, boxes, *intensities = (np.asarray(column) for column in found)
    present = np.flatnonzero(area[1:]) + 1
    boxes, ndim = boxes[present], boxes.shape[1] // 2
    return {
        "label": present,
        "area": area[present],
        **{f"bbox-{axis}": boxes[:, 2 * axis] for axis in range(ndim)},
        **{f"bbox-{ndim + axis}": boxes[:, 2 * axis + 1] for axis in range(ndim)},
        **{name: c[present] for name, c in zip(MAHOTAS, intensities, strict=True)},
    }


def _of_a_whole(area: NDArray[Any]) -> NDArray[np.float64]:
    """By what to multiply the deviation of a sample."""
    return np.asarray(np.sqrt((area - 1) / area))


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
    "SimpleITK": Peer("SimpleITK", _simple_itk, _simple_itk_columns),
    "mahotas": Peer("mahotas", _mahotas, _mahotas_columns),
    "nyxus": Peer("nyxus", _nyxus, _nyxus_columns),
}
