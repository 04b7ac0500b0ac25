"""``skimage.measure.regionprops_table``: what mensura measures, joined with what it does not.

Each property asked for is measured natively, in one pass over the images for all, or by
scikit-image. The columns then get the dtypes, the names and the order that scikit-image gives them.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura.skimage.delegation import ColumnsByIndex, by_scikit_image
from mensura.skimage.native import Scene
from mensura.skimage.properties import current_name


def regionprops_table(
    label_image: NDArray[Any],
    intensity_image: NDArray[Any] | None = None,
    properties: Iterable[str] = ("label", "bbox"),
    *,
    cache: bool = True,
    separator: str = "-",
    extra_properties: Iterable[Callable[..., Any]] | None = None,
    spacing: float | Sequence[float] | None = None,
) -> dict[str, NDArray[Any]]:
    """Measure the regions of a label image as scikit-image does.

    Parameters
    ----------
    label_image : ndarray of int, 2-D or 3-D
        Equal values are one region; 0 is the background, negative values are ignored.
    intensity_image : ndarray, optional
        Intensities of the same shape, with one more, last axis where there are channels.
    properties : sequence of str, optional
        Names as in :func:`skimage.measure.regionprops`; earlier names are taken too, and name their
        column.
    cache : bool, optional
        For scikit-image, where it measures; means nothing else.
    separator : str, optional
        Stands between a property and the indices of its elements and channels in a column's name.
    extra_properties : iterable of callable, optional
        Functions of the mask of a region or of its mask and intensities, called per region by
        scikit-image; each names its column.
    spacing : float or sequence of float, optional
        The size of a pixel, one number or one per axis. Default: 1.

    Returns
    -------
    dict of str to ndarray
        One row per region, sorted by label, and one column per number: in the order asked for,
        dtypes as scikit-image's. Without regions the columns are empty.

    Raises
    ------
    TypeError
        If labels are no integers, an image is neither 2-D nor 3-D, or a spacing is no number.
    ValueError
        If shapes differ, `label_image` has no pixels, or a spacing is not finite.
    AttributeError
        If a property is unknown, or needs an intensity image that is missing.
    NotImplementedError
        If a property is not defined for 3-D images or for this spacing.
    ImportError
        If scikit-image is needed and missing.

    See Also
    --------
    mensura.measure : the same measurements and more, as a table with units.

    Examples
    --------
    >>> import numpy as np
    >>> from mensura.skimage.measure import regionprops_table
    >>> labels = np.array([[1, 1, 0], [0, 0, 7]])
    >>> image = np.array([[10, 30, 0], [0, 0, 5]], np.uint8)
    >>> regionprops_table(labels, image, ["label", "mean_intensity", "centroid"], separator="_")
    ... # doctest: +NORMALIZE_WHITESPACE
    {'label': array([1, 7]), 'mean_intensity': array([20.,  5.]),
     'centroid_0': array([0., 1.]), 'centroid_1': array([0.5, 2. ])}
    """
    _check_labels(label_image)
    _check_intensities(intensity_image, label_image)
    scene = Scene(label_image, intensity_image, _as_steps(spacing, label_image.ndim))
    given = list(properties)
    extra = None if extra_properties is None else list(extra_properties)
    asked = [*given, *(function.__name__ for function in extra or ())]
    for name in asked:
        scene.refuse_unavailable(current_name(name))
    own = [name for name in map(current_name, asked) if scene.has(name)]
    others = [name for name in given if current_name(name) not in own]
    columns: ColumnsByIndex = {}
    if others or extra is not None:
        columns = by_scikit_image(
            label_image,
            intensity_image,
            others,
            spacing=spacing,
            cache=cache,
            extra_properties=extra,
        )
    # An extra property of a native name is shadowed by it, as by any of scikit-image's own.
    columns |= scene.measure(own)
    return _joined(asked, columns, separator)


def _check_labels(label_image: NDArray[Any]) -> None:
    if label_image.ndim not in (2, 3):
        raise TypeError(f"label_image must be 2-D or 3-D, not {label_image.ndim}-D")
    if label_image.dtype.kind not in "iu":
        hint = "; number its components with label" if label_image.dtype == bool else ""
        raise TypeError(f"label_image must be of integers, not of {label_image.dtype}{hint}")
    if not label_image.size:
        raise ValueError(f"label_image has no pixels (shape {label_image.shape})")


def _check_intensities(intensity_image: NDArray[Any] | None, label_image: NDArray[Any]) -> None:
    if intensity_image is None:
        return
    ndim, shape = label_image.ndim, intensity_image.shape
    if shape[:ndim] != label_image.shape or len(shape) > ndim + 1:
        raise ValueError(
            f"intensity_image has shape {shape} and label_image {label_image.shape}; they must be "
            "equal, save for a last axis of channels"
        )


def _as_steps(spacing: object, ndim: int) -> tuple[float, ...]:
    """Return one finite number per axis; scikit-image lets it be zero or negative."""
    steps = np.asarray(1 if spacing is None else spacing)
    message = f"spacing must be a finite number or {ndim} of them, one per axis, not {spacing!r}"
    if steps.shape not in ((), (ndim,)):
        raise ValueError(message)
    if steps.dtype.kind not in "iuf":
        raise TypeError(message)
    if not np.isfinite(steps).all():
        raise ValueError(message)
    return tuple(np.broadcast_to(steps, (ndim,)).astype(np.float64).tolist())


def _joined(asked: list[str], columns: ColumnsByIndex, separator: str) -> dict[str, NDArray[Any]]:
    """Return a flat table: each property's columns in order, under the name it was asked by."""
    table = {}
    for name in asked:
        found = columns[name] if name in columns else columns[current_name(name)]
        for index, values in found.items():
            table[separator.join((name, *index)) if index else name] = values.copy()
    return table
