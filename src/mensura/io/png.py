"""PNG pixels through imageio: the stored numbers, checked against the file's own header.

The decoder narrows some PNG files without a word (16-bit color to 8 bits) and spreads others (2-
and 4-bit gray over 0..255). The header, read here, says what the file holds; a result that does not
match it is an error, and the spread is undone.
"""

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mensura.io.errors import ImageFileError
from mensura.io.packages import import_package

_PALETTE = 3
_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}  # PNG specification: samples per pixel of each color type


@dataclass(frozen=True)
class _Header:
    """The fields of IHDR, the first chunk of every PNG file, that decide the array."""

    width: int
    height: int
    bits: int
    color_type: int

    @property
    def shape(self) -> tuple[int, ...]:
        channels = _CHANNELS[self.color_type]
        return (self.height, self.width) if channels == 1 else (self.height, self.width, channels)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype({1: np.bool_, 16: np.uint16}.get(self.bits, np.uint8))


def _read_header(path: Path, file: BinaryIO) -> _Header:
    start = file.read(26)
    file.seek(0)
    if len(start) < 26 or start[:8] != b"\x89PNG\r\n\x1a\n" or start[12:16] != b"IHDR":
        raise ImageFileError(f"{path}: is not a PNG file, whatever its name says")
    return _Header(*struct.unpack(">IIBB", start[16:]))


def _check_as_stored(path: Path, pixels: NDArray[Any], header: _Header) -> None:
    if header.bits == 16 and pixels.dtype != np.uint16:
        raise ImageFileError(
            f"{path}: stores 16 bits per sample but the PNG decoder returns {pixels.dtype}, "
            "so values would be lost; save it as TIFF"
        )
    if pixels.shape != header.shape or pixels.dtype != header.dtype:
        raise ImageFileError(
            f"{path}: stores {header.dtype} pixels of shape {header.shape} but the PNG decoder "
            f"returns {pixels.dtype} of shape {pixels.shape}; save it as TIFF"
        )


def read_png(path: Path) -> tuple[NDArray[Any], str]:
    """Return the pixels of a PNG file and its axes: YX (gray) or YXS (with color or alpha)."""
    imageio = import_package("imageio.v3", "io")
    with path.open("rb") as file:
        header = _read_header(path, file)
        if header.color_type == _PALETTE:
            raise ImageFileError(
                f"{path}: is a palette PNG, whose numbers may mean colors or labels; "
                "save it as grayscale or RGB"
            )
        with warnings.catch_warnings():
            # Pillow warns of images above 89 million pixels; large images are this library's job.
            warnings.filterwarnings("ignore", message="Image size")
            try:
                pixels = np.asarray(imageio.imread(file, plugin="pillow"))
            except Exception as error:
                # imageio says only that an error occurred, and keeps what Pillow said as the cause.
                raise error.__cause__ or error from None
    _check_as_stored(path, pixels, header)
    if header.bits in (2, 4):
        pixels //= 255 // (2**header.bits - 1)
    return pixels, "YX" if pixels.ndim == 2 else "YXS"
