"""Reading images and label images from files, chosen by suffix.

The array has the numbers stored in the file, unscaled: axes (z,) y, x, then color if
the file has it. Whatever the decoders raise arrives as one `ImageFileError` with the file's name.
"""

import os
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from mensura.io.errors import ImageFileError, one_line
from mensura.io.paths import check_path
from mensura.io.png import read_png
from mensura.io.tiff import read_tiff

_READERS = {".tif": read_tiff, ".tiff": read_tiff, ".png": read_png}


def read_image(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read a TIFF or PNG file as the numbers it stores.

    Nothing is scaled, narrowed or converted. A TIFF with several pages becomes 3-D (z, y, x); TIFF
    axes of length 1 other than y and x are left out unless the file declares them as its shape.
    Color samples are the axis where the file keeps them, the last one as a rule. A 1-bit file is
    bool. A palette TIFF gives its stored numbers, a palette PNG is an error.

    Parameters
    ----------
    path : path
        A file named ``.tif``, ``.tiff`` or ``.png``, in any case.

    Returns
    -------
    ndarray
        2-D or more, of the file's dtype.

    Raises
    ------
    ImageFileError
        If the file does not exist, is a directory, is of another kind, is damaged or incomplete, or
        cannot be decoded without losing values.
    ImportError
        If the package that reads this kind is not installed.
    TypeError, ValueError
        If `path` is no path.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from mensura.io import read_image, write_labels
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_labels(f"{folder}/labels.tif", np.eye(2, dtype=np.int32))
    ...     read_image(f"{folder}/labels.tif")
    array([[1, 0],
           [0, 1]], dtype=int32)
    """
    return _read(path)[0]


def read_labels(path: str | os.PathLike[str], *, frame_axis: int | None = None) -> NDArray[Any]:
    """Read a TIFF or PNG file that holds a label image, or one for every frame.

    As `read_image`, except that a file with colors or channels is an error: its last axis would be
    taken for x.

    Parameters
    ----------
    path : path
        A file named ``.tif``, ``.tiff`` or ``.png``, in any case.
    frame_axis : int, optional
        The axis that is known to count frames; points in time along any other axis are an error.

    Returns
    -------
    ndarray
        The stored numbers; bool if the file has one bit per pixel.

    Raises
    ------
    ImageFileError
        As for `read_image`, and if the file has colors, channels or several points in time that are
        not along `frame_axis`.
    ImportError
        If the package that reads this kind is not installed.
    TypeError, ValueError
        If `path` is no path.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from mensura.io import read_labels, write_labels
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_labels(f"{folder}/labels.tif", np.zeros((2, 3, 4), dtype=np.uint16))
    ...     read_labels(f"{folder}/labels.tif").shape
    (2, 3, 4)
    """
    pixels, axes = _read(path)
    if "S" in axes or "C" in axes:
        raise ImageFileError(
            f"{os.fspath(path)}: holds colors or channels (shape {pixels.shape}, axes {axes}), "
            "and a label image has one number per pixel. A stack saved by tifffile needs "
            "photometric='minisblack'"
        )
    time = axes.find("T")
    if time >= 0 and pixels.shape[time] > 1 and frame_axis not in (time, time - pixels.ndim):
        raise ImageFileError(
            f"{os.fspath(path)}: holds a time series (shape {pixels.shape}, axes {axes}), which "
            f"would be measured as one volume; its frames are measured with frame axis {time}"
        )
    return pixels


def _read(path: str | os.PathLike[str]) -> tuple[NDArray[Any], str]:
    file = check_path(path)
    try:
        _check_readable(file)
        return _READERS[file.suffix.lower()](file)
    except (ImageFileError, ImportError):
        raise
    except Exception as error:
        # The decoders raise nearly everything on damaged bytes: ValueError, struct.error,
        # zlib.error, SyntaxError, OSError. For the caller it is one thing: this file cannot be
        # read.
        raise ImageFileError(f"{file}: cannot be read: {_explained(error)}") from error


def _check_readable(file: Path) -> None:
    if file.is_dir():
        raise ImageFileError(f"{file}: is a directory, not an image file")
    if not file.exists():
        raise ImageFileError(f"{file}: no such file")
    if file.suffix.lower() not in _READERS:
        raise ImageFileError(
            f"{file}: unsupported kind of file {file.suffix!r}; supported: {', '.join(_READERS)}"
        )
    if not file.is_file():
        raise ImageFileError(f"{file}: is not a regular file")


def _explained(error: Exception) -> str:
    reason = one_line(error)
    # tifffile's own words name the package that decodes LZW, JPEG and others, not how to get it.
    return f"{reason}: pip install imagecodecs" if "imagecodecs" in reason else reason
