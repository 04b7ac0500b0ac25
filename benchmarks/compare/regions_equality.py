"""The default measurements of mensura beside those of scikit-image, on the 77 real pairs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from ..scenes import real_pairs
from .regions_peers import BASICS
from .timing import markdown_table

TOLERANCE = 1e-9
PEER = "scikit-image"

Columns = Mapping[str, NDArray[Any]]


def intensity_sum(mask: NDArray[Any], values: NDArray[Any]) -> Any:
    """Sum the values of a region: the one default measurement that scikit-image lacks."""
    return values[mask].sum()


def scikit_image_table(labels: NDArray[Any], image: NDArray[Any]) -> Columns:
    """scikit-image's table of the default measurements."""
    from skimage.measure import regionprops_table

    extra = (intensity_sum,)
    table: Columns = regionprops_table(labels, image, BASICS, extra_properties=extra)
    return table


def relative_difference(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Largest |a - b| / max(|a|, |b|) of two columns; NaN equals NaN and nothing else.

    Infinite when the lengths differ or only one of two values is NaN.
    """
    if ours.shape != theirs.shape:
        return float("inf")
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    a, b = a[~same], b[~same]
    if a.size == 0:
        return 0.0
    with np.errstate(invalid="ignore"):  # inf / inf
        difference = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
    return float(np.where(np.isnan(difference), np.inf, difference).max())


def column_differences(ours: Columns, theirs: Columns) -> dict[str, float]:
    """Relative difference of every column; infinite for one that only one side has."""
    return {
        name: relative_difference(ours[name], theirs[name])
        if name in ours and name in theirs
        else float("inf")
        for name in dict.fromkeys([*theirs, *ours])
    }


def largest_differences() -> tuple[dict[str, tuple[float, str]], int, int]:
    """Largest difference of each column and the pair it is in; number of pairs; of objects."""
    worst: dict[str, tuple[float, str]] = {}
    pairs = objects = 0
    for name, labels, image in real_pairs():
        ours = mensura.measure(labels, image)
        theirs = scikit_image_table(labels, image)
        for column, difference in column_differences(ours, theirs).items():
            worst[column] = max(worst.get(column, (0.0, name)), (difference, name))
        pairs += 1
        objects += len(theirs["label"])
    return worst, pairs, objects


def difference_report(worst: dict[str, tuple[float, str]], pairs: int, objects: int) -> str:
    """Markdown of what `largest_differences` found."""
    rows = [
        (column, f"{difference:.2g}", name if difference else "-")
        for column, (difference, name) in worst.items()
    ]
    return (
        f"Default measurements of {objects} nuclei in {pairs} real images, mensura and {PEER}:\n\n"
        + markdown_table(["column", "largest relative difference", "in"], rows)
    )
