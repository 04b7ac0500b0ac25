"""Checks at the door: what callers pass, turned into what the engine takes, or a clear error.

Every error names the argument, what was given and what is allowed. Nothing here copies an image.
"""

import math
import operator
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_image(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return an array of a real dtype that the engine reads: bool, integer or floating."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, whose mask would be ignored; pass a plain array with the "
            "masked pixels set to 0 (labels) or NaN (intensities)"
        )
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {array.dtype}; allowed are bool, 8- to 64-bit integers and "
            "float16, float32, float64"
        )
    return array


def as_spatial_image(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return a 2-D or 3-D array of a real dtype."""
    array = as_image(value, name)
    if array.ndim not in (2, 3):
        raise ValueError(f"{name} must be 2-D or 3-D, not {array.ndim}-D (shape {array.shape})")
    return array


def as_labels(value: ArrayLike) -> NDArray[Any]:
    """Return a 2-D or 3-D array of labels (integers) or a mask (bool)."""
    array = as_spatial_image(value, "labels")
    if array.dtype.kind == "f":
        raise TypeError(
            f"labels has dtype {array.dtype}; allowed are integers (one number per object, 0 the "
            "background) and bool (a mask). Convert it with labels.astype(np.int64) if its "
            "values are whole numbers"
        )
    return array


def check_connectivity(connectivity: SupportsIndex | None, ndim: int) -> int:
    """Return the connectivity as an int from 1 to `ndim`; None means `ndim`."""
    if connectivity is None:
        return ndim
    allowed = f"1 to {ndim} for a {ndim}-D image"
    if isinstance(connectivity, bool):
        raise TypeError(f"connectivity must be an integer, {allowed}, not a bool")
    try:
        number = operator.index(connectivity)
    except TypeError:
        raise TypeError(
            f"connectivity must be an integer, {allowed}, not {connectivity!r}"
        ) from None
    if not 1 <= number <= ndim:
        raise ValueError(f"connectivity must be {allowed}, not {number}")
    return number


def check_spacing(spacing: float | Sequence[float], ndim: int) -> tuple[float, ...]:
    """Return the spacing as one positive, finite float per axis."""
    allowed = f"a positive number or {ndim} of them, one per axis of labels"
    array = np.asarray(spacing)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"spacing must be {allowed}, not {spacing!r}")
    if array.shape not in ((), (ndim,)):
        raise ValueError(f"spacing must be {allowed}, not {spacing!r}")
    values = np.broadcast_to(array.astype(np.float64), (ndim,))
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError(f"spacing must be {allowed}, and finite, not {spacing!r}")
    return tuple(float(value) for value in values)


def check_background(background: object, dtype: np.dtype[Any]) -> int | float | None:
    """Return the background in the kind of the image, or None where no pixel can equal it."""
    if not isinstance(background, (Real, np.bool_)):
        raise TypeError(f"background must be a number, not {background!r}")
    value: Any = background.item() if isinstance(background, np.generic) else background
    if dtype.kind == "b":
        if value not in (0, 1):
            raise ValueError(f"background of a bool image must be False or True, not {value!r}")
        return int(value)
    if dtype.kind == "f":
        return float(value)
    if not math.isfinite(value) or value != int(value):
        raise ValueError(
            f"background must be a whole number for an image of dtype {dtype}, not {value!r}"
        )
    whole = int(value)
    limits = np.iinfo(dtype)
    return whole if limits.min <= whole <= limits.max else None


def check_label_dtype(dtype: object) -> np.dtype[Any]:
    """Return an integer dtype in native byte order."""
    try:
        checked = np.dtype(dtype)  # type: ignore[call-overload]
    except TypeError:
        raise TypeError(f"dtype must be an integer dtype, not {dtype!r}") from None
    if checked.kind not in "iu":
        raise TypeError(f"dtype must be an integer dtype, not {checked}")
    if not checked.isnative:
        raise ValueError(f"dtype must be in native byte order, not {checked.str!r}")
    return np.dtype(checked)


def check_label_range(dtype: np.dtype[Any], count: int, name: str) -> None:
    """Raise OverflowError where `count` labels do not fit into `dtype`."""
    largest = int(np.iinfo(dtype).max)
    if count > largest:
        raise OverflowError(
            f"{name} {dtype} holds labels up to {largest}, and the image has {count} regions"
        )


def check_out(out: object, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return an array that labels of an image of this shape can be written to."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, not {type(out).__name__}")
    if out.dtype.kind not in "iu":
        raise TypeError(f"out must have an integer dtype, not {out.dtype}")
    if not out.dtype.isnative:
        raise ValueError(f"out must be in native byte order, not {out.dtype.str!r}")
    if out.shape != shape:
        raise ValueError(f"out must have the shape of the image, {shape}, not {out.shape}")
    if not out.flags.writeable:
        raise ValueError("out must be writable, and is read-only")
    return out


def split_channels(
    image: ArrayLike, shape: tuple[int, ...], channel_axis: SupportsIndex | None
) -> tuple[list[NDArray[Any]], bool]:
    """Return views of the channels, each of that shape, and whether there is a channel axis."""
    array = as_image(image, "image")
    axis = _channel_axis(array, shape, channel_axis)
    if axis is None:
        return [array], False
    moved = np.moveaxis(array, axis, 0)
    if not len(moved):
        raise ValueError(f"image has shape {array.shape}, with no channel in axis {axis}")
    return [moved[c] for c in range(len(moved))], True


def _channel_axis(
    image: NDArray[Any], shape: tuple[int, ...], channel_axis: SupportsIndex | None
) -> int | None:
    ndim = len(shape)
    if channel_axis is not None:
        return _stated_channel_axis(image, shape, channel_axis)
    if image.shape == shape:
        return None
    if image.ndim == ndim + 1 and image.shape[:-1] == shape:
        return ndim
    message = f"image has shape {image.shape} and labels {shape}; they must be equal"
    matching = [
        axis
        for axis in range(image.ndim)
        if image.ndim == ndim + 1 and image.shape[:axis] + image.shape[axis + 1 :] == shape
    ]
    if matching:
        raise ValueError(f"{message}. If axis {matching[0]} holds channels, say channel_axis=...")
    raise ValueError(f"{message}, save for a last axis of channels")


def _stated_channel_axis(
    image: NDArray[Any], shape: tuple[int, ...], channel_axis: SupportsIndex
) -> int:
    try:
        axis = operator.index(channel_axis)
    except TypeError:
        raise TypeError(f"channel_axis must be an integer or None, not {channel_axis!r}") from None
    if not -image.ndim <= axis < image.ndim:
        raise ValueError(
            f"channel_axis is {axis}, and image has {image.ndim} axes (shape {image.shape})"
        )
    axis %= image.ndim
    rest = image.shape[:axis] + image.shape[axis + 1 :]
    if rest != shape:
        raise ValueError(
            f"image has shape {image.shape}, which without channel_axis {axis} is {rest}; it must "
            f"be that of labels, {shape}"
        )
    return axis


def check_channel_names(
    channels: Iterable[str] | None, count: int, has_axis: bool
) -> tuple[str, ...] | None:
    """Return a name per channel, or None for one channel without a name."""
    if channels is None:
        return tuple(str(c) for c in range(count)) if has_axis else None
    if isinstance(channels, str):
        raise TypeError(f"channels must be a sequence of names, not the string {channels!r}")
    try:
        names = tuple(channels)
    except TypeError:
        raise TypeError(f"channels must be a sequence of names, not {channels!r}") from None
    for name in names:
        if not isinstance(name, str) or not name:
            raise TypeError(f"channels must be non-empty strings, not {name!r}")
    if len(names) != count:
        raise ValueError(f"channels has {len(names)} names, and image has {count} channels")
    if len(set(names)) != len(names):
        raise ValueError(f"channels must be different names, not {list(names)}")
    return names
