"""The properties that mensura measures of the images of one call, as scikit-image states them.

One call of :func:`mensura.measure` serves them all. Two things are adapted: the dtypes of columns,
and regions with NaN or infinite pixels, which mensura leaves out of a sum and scikit-image adds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura.arguments import check_spacing
from mensura.measurements.registry import REGISTRY
from mensura.measuring import measure
from mensura.skimage.delegation import ColumnsByIndex, by_index, by_scikit_image
from mensura.skimage.properties import COLUMN_DTYPES, native, refuse_undefined


@dataclass(frozen=True)
class Scene:
    """A label image, the intensities if there are any, and the finite spacing of each axis."""

    labels: NDArray[Any]
    image: NDArray[Any] | None
    spacing: tuple[float, ...]

    def refuse_unavailable(self, name: str) -> None:
        """Raise the error for a property that cannot be had of these images."""
        refuse_undefined(name, self.spacing)
        entry = native(name, self.spacing)
        if entry is not None and entry.needs_image and self.image is None:
            raise AttributeError(f"property {name!r} is unavailable without an intensity_image")

    def has(self, name: str) -> bool:
        """Whether mensura measures this property of these images."""
        entry = native(name, self.spacing)
        if entry is None or not self._spacing_is_usual or not _is_readable(self.labels):
            return False
        return self.image is None or not entry.needs_image or _is_readable(self.image)

    def measure(self, names: Sequence[str]) -> ColumnsByIndex:
        """Return the columns of properties that mensura has."""
        if not names:
            return {}
        in_image = [name for name in names if REGISTRY[name].needs_image]
        image = self.image if in_image else None
        table = measure(self.labels, image, ["label", *names], spacing=self.spacing)
        columns = by_index(table, "-")
        if image is not None:
            self._take_over(columns, in_image, image)
        return {
            name: {i: _typed(v, COLUMN_DTYPES[name]) for i, v in columns[name].items()}
            for name in names
        }

    @cached_property
    def _spacing_is_usual(self) -> bool:
        try:
            check_spacing(self.spacing, self.labels.ndim)
        except ValueError:  # zero, negative, or so large that squares overflow
            return False
        return True

    def _take_over(self, columns: ColumnsByIndex, names: list[str], image: NDArray[Any]) -> None:
        """Let scikit-image measure these properties where a pixel is NaN or infinite."""
        rows = _rows_not_finite(self.labels, image)
        if not rows.any():
            return
        affected = np.isin(self.labels, columns["label"][()][rows])
        theirs = by_scikit_image(
            np.where(affected, self.labels, 0),
            image.astype(np.float64, copy=False),
            names,
            where=" in regions with NaN or infinite pixels",
            spacing=self.spacing,
        )
        for name in names:
            for index, values in theirs[name].items():
                patched = columns[name][index].copy()
                patched[rows] = values
                columns[name][index] = patched


def _is_readable(image: NDArray[Any]) -> bool:
    """Whether mensura reads such an array: numbers of at most 64 bits, no mask."""
    is_real = image.dtype.kind in "biuf" and image.dtype.itemsize <= 8
    return is_real and not isinstance(image, np.ma.MaskedArray)


def _rows_not_finite(labels: NDArray[Any], image: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each region whether it has a pixel that is NaN or infinite in any channel."""
    # The usual case, in which there is none, is found without a copy of the image.
    if image.dtype.kind != "f" or np.isfinite([image.min(), image.max()]).all():
        return np.zeros(1, bool)
    table = measure(labels, ~np.isfinite(image), ["intensity_max"])
    return np.logical_or.reduce([largest > 0 for largest in table.values()])


def _typed(values: NDArray[Any], dtype: type[int] | type[float]) -> NDArray[Any]:
    """Return a column in its dtype; labels beyond int64 stay as they are."""
    if values.dtype == np.uint64 and values.max(initial=0) > np.iinfo(np.int64).max:
        return values
    return values.astype(dtype, copy=False)
