"""Writing label images as TIFF, compressed without loss by zlib, whole or not at all.

zlib comes with Python: no codec package is needed to write or read these files. The shape is
stored, so that an image with an axis of length 1 comes back as it was. Cost: one compression pass;
a copy of the image only if it is not C-ordered in native byte order.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mensura.io.atomic import replacing
from mensura.io.errors import ImageFileError
from mensura.io.packages import import_package
from mensura.io.paths import check_path

# Offsets in a classic TIFF have 32 bits. Compressed data is smaller, but how much is known too
# late.
_CLASSIC_TIFF_BYTES = 2**32 - 2**25


def write_labels(path: str | os.PathLike[str], labels: NDArray[Any]) -> None:
    """Write a label image to a zlib-compressed TIFF file, replacing one that exists.

    Parameters
    ----------
    path : path
        A file name that ends in ``.tif`` or ``.tiff``, in an existing directory.
    labels : (y, x) or (z, y, x) integer array
        Any integer dtype, byte order and strides; the file has the dtype. At least one pixel.

    Raises
    ------
    TypeError
        If `labels` is not an integer array, or `path` is no path.
    ValueError
        If `labels` has another number of axes or no pixels, or `path` is empty.
    ImageFileError
        If `path` has another suffix.
    OSError
        If the file cannot be written. What was there before is then still there.
    ImportError
        If tifffile is not installed.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from mensura.io import read_labels, write_labels
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_labels(f"{folder}/labels.tif", np.eye(2, dtype=np.int32))
    ...     read_labels(f"{folder}/labels.tif")
    array([[1, 0],
           [0, 1]], dtype=int32)
    """
    target = check_path(path)
    _check_labels(labels)
    if target.suffix.lower() not in (".tif", ".tiff"):
        raise ImageFileError(f"{os.fspath(path)}: a label image is written as .tif or .tiff")
    tifffile = import_package("tifffile", "io")
    native = labels.astype(labels.dtype.newbyteorder("="), order="C", copy=False)
    with replacing(target) as temporary:
        tifffile.imwrite(
            temporary,
            native,
            bigtiff=native.nbytes > _CLASSIC_TIFF_BYTES,
            photometric="minisblack",  # or tifffile takes a last axis of 3 or 4 for color
            compression="zlib",
            metadata={"axes": "ZYX"[-native.ndim :]},
        )


def _check_labels(labels: NDArray[Any]) -> None:
    if not isinstance(labels, np.ndarray) or labels.dtype.kind not in "iu":
        given = labels.dtype if isinstance(labels, np.ndarray) else type(labels).__name__
        raise TypeError(f"labels must be an integer array, got {given}")
    if labels.ndim not in (2, 3) or labels.size == 0:
        raise ValueError(f"labels must be 2-D or 3-D with pixels, got shape {labels.shape}")
