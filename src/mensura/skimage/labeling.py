"""``skimage.measure.label`` by the engine of mensura: its conventions, checked and translated.

It reads an image that is not boolean as int64, which cuts the fractions off, and labels it in int64
too; for a boolean image it asks SciPy, which labels in int32.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura.labeling import label as label_regions
from mensura.skimage.delegation import import_scikit_image

# From this number of pixels on SciPy labels in int64.
_MANY_PIXELS = 2**31 - 2


def label(
    label_image: NDArray[Any],
    background: int | None = None,
    return_num: bool = False,
    connectivity: int | None = None,
) -> NDArray[Any] | tuple[NDArray[Any], int]:
    """Label the connected components of an image as scikit-image does.

    Parameters
    ----------
    label_image : ndarray
        Neighboring pixels of equal value belong together. Values are read as int64.
    background : int, optional
        The value that belongs to no component. Default: 0.
    return_num : bool, optional
        Whether to return the number of components too.
    connectivity : int, optional
        How many axes two neighbors may differ in, 1 to `label_image.ndim`, which is the default.

    Returns
    -------
    labels : ndarray
        Numbered as by :func:`skimage.measure.label`: in raster order of the first pixel, save in a
        volume of values whose last axis has length 1, where the first axis runs fastest. int64, or
        int32 for a boolean image.
    num : int
        The number of components, only with `return_num`.

    Raises
    ------
    TypeError
        If an argument has a type that is not allowed.
    ValueError
        If an argument has a value that is not allowed.
    ImportError
        If the image is neither 2-D nor 3-D and scikit-image, which then labels it, is missing.

    Examples
    --------
    >>> import numpy as np
    >>> from mensura.skimage.measure import label
    >>> label(np.array([[1, 1, 0], [0, 0, 1], [5, 0, 1]]), connectivity=1)
    array([[1, 1, 0],
           [0, 0, 2],
           [3, 0, 2]])
    """
    if label_image.ndim not in (2, 3):
        measure = import_scikit_image(f"a {label_image.ndim}-D image would be labeled")
        return measure.label(label_image, background, return_num, connectivity)
    _check_connectivity(connectivity, label_image.ndim)
    by_kind = _label_mask if label_image.dtype == bool else _label_values
    labels, count = by_kind(
        label_image, background, None if connectivity is None else int(connectivity)
    )
    return (labels, count) if return_num else labels


def _check_connectivity(connectivity: int | None, ndim: int) -> None:
    if connectivity is not None and not 1 <= connectivity <= ndim:
        raise ValueError(
            f"connectivity of a {ndim}D image must be in 1 to {ndim}, not {connectivity}"
        )


def _label_mask(
    mask: NDArray[Any], background: int | None, connectivity: int | None
) -> tuple[NDArray[Any], int]:
    return label_regions(
        np.asarray(mask),
        connectivity,
        bool(background == 1),
        dtype=np.int32 if mask.size < _MANY_PIXELS else np.int64,
        return_num=True,
    )


def _label_values(
    image: NDArray[Any], background: int | None, connectivity: int | None
) -> tuple[NDArray[Any], int]:
    # Integers that int64 holds need no conversion.
    keeps = np.can_cast(image.dtype, np.int64)
    values = np.asarray(image) if keeps else np.asarray(image).astype(np.int64)
    turned = image.ndim == 3 and image.shape[-1] == 1
    labels, count = label_regions(
        np.swapaxes(values, 0, 2) if turned else values,
        connectivity,
        0 if background is None else background,
        dtype=np.int64,
        return_num=True,
    )
    return (np.swapaxes(labels, 0, 2) if turned else labels), count
