"""TIFF pixels through tifffile: the stored numbers, all of them, or an error.

The array is the file's only series at full resolution. Axes of length 1 other than y and x are left
out, unless the file says (as files of `write_labels` do) that they belong. tifffile reports a
damaged or incomplete file in its log and still returns an array, shorter or filled with zeros; here
every warning of that log is an error, because a measurement of invented pixels is worse than none.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from mensura.io.errors import ImageFileError
from mensura.io.packages import import_package


class _Complaints(logging.Handler):
    """Collects what tifffile logs in one thread: others may be reading other files."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.thread = threading.get_ident()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread:
            self.messages.append(record.getMessage())


@contextmanager
def _no_complaints() -> Iterator[None]:
    complaints = _Complaints()
    logger = logging.getLogger("tifffile")
    logger.addHandler(complaints)
    try:
        yield
    finally:
        logger.removeHandler(complaints)
    if complaints.messages:
        raise ValueError(complaints.messages[0])


def read_tiff(path: Path) -> tuple[NDArray[Any], str]:
    """Return the pixels of a TIFF file and its axes, one letter each (Y, X, S for samples ...)."""
    tifffile = import_package("tifffile", "io")
    with _no_complaints(), tifffile.TiffFile(path) as file:
        if not file.series:
            raise ImageFileError(f"{path}: holds no image")
        if len(file.series) != 1:
            raise ImageFileError(
                f"{path}: holds {len(file.series)} images of different kinds, and one is needed"
            )
        series = file.series[0]
        pixels = series.asarray()
        if pixels.ndim < 2 or pixels.size == 0:
            raise ImageFileError(f"{path}: holds no pixels")
        return pixels, series.axes
