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

from mensura.measurements.sums import Conventions, unit_of_spacing
from mensura.overlaps import has_overlap

_INTEGERS = "8- to 64-bit integers"
_PIXELS = f"bool, {_INTEGERS} and float16, float32, float64"
# Within these bounds no moment over- or underflows: its order is up to 9.
_LEAST_SPACING = 1e-24
_MOST_SPACING = 1e24
_LABELS = f"{_INTEGERS} (one number per object, 0 the background) and bool (a mask)"


def as_image(value: ArrayLike, name: str, allowed: str = _PIXELS) -> NDArray[Any]:
    """Return an array of a real dtype that the engine reads: bool, integer or floating.

    `allowed` is what an error says is allowed.
    """
    if value is None:
        raise TypeError(f"{name} must be an array, not None")
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, whose mask would be ignored; pass a plain array with the "
            "masked pixels set to 0 (labels) or NaN (intensities)"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} is not an array: {error}") from None
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        given = "" if isinstance(value, np.ndarray) else f" (made from {type(value).__name__})"
        raise TypeError(f"{name} has dtype {array.dtype}{given}; allowed are {allowed}")
    if isinstance(value, (list, tuple)):
        _check_kept_whole(value, array.dtype, name)
    return array


def _check_kept_whole(arrays: Sequence[Any], common: np.dtype[Any], name: str) -> None:
    """Refuse arrays of 64-bit integers that their common floating dtype would round."""
    dtypes = {array.dtype for array in arrays if isinstance(array, np.ndarray)}
    if common.kind == "f" and any(dtype.kind in "iu" and dtype.itemsize > 4 for dtype in dtypes):
        given = " and ".join(sorted(map(str, dtypes)))
        raise TypeError(
            f"{name} mixes arrays of {given}, whose common dtype {common} does not hold every "
            "64-bit integer; give all of them one dtype"
        )


def as_spatial_image(value: ArrayLike, name: str, allowed: str = _PIXELS) -> NDArray[Any]:
    """Return a 2-D or 3-D array of a real dtype."""
    array = as_image(value, name, allowed)
    if array.ndim not in (2, 3):
        raise ValueError(f"{name} must be 2-D or 3-D, not {array.ndim}-D (shape {array.shape})")
    return array


def as_labels(value: ArrayLike, name: str = "labels") -> NDArray[Any]:
    """Return a 2-D or 3-D array of labels (integers) or a mask (bool)."""
    return _not_floating(as_spatial_image(value, name, _LABELS), name)


def as_label_frames(value: ArrayLike, frame_axis: SupportsIndex) -> tuple[NDArray[Any], int]:
    """Return labels or masks of several frames, 3-D or 4-D, and the axis that counts the frames."""
    array = _not_floating(as_image(value, "labels", _LABELS), "labels")
    if array.ndim not in (3, 4):
        raise ValueError(
            f"labels must be 3-D or 4-D where frame_axis is given, 2-D or 3-D for every frame, not "
            f"{array.ndim}-D (shape {array.shape})"
        )
    return array, axis_of(array, "labels", frame_axis, "frame_axis")


def check_axis(axis: SupportsIndex, argument: str, allowed: str = "an integer or None") -> int:
    """Return the number of an axis, which may be negative."""
    message = f"{argument} must be {allowed}, not {axis!r}"
    if isinstance(axis, bool):
        raise TypeError(message)
    try:
        return operator.index(axis)
    except TypeError:
        raise TypeError(message) from None


def axis_of(
    array: NDArray[Any],
    name: str,
    axis: SupportsIndex,
    argument: str,
    allowed: str = "an integer or None",
) -> int:
    """Return an axis of an array, counted from the first."""
    number = check_axis(axis, argument, allowed)
    if not -array.ndim <= number < array.ndim:
        raise ValueError(
            f"{argument} is {number}, and {name} has {array.ndim} axes (shape {array.shape})"
        )
    return number % array.ndim


def _not_floating(array: NDArray[Any], name: str) -> NDArray[Any]:
    if array.dtype.kind == "f":
        raise TypeError(
            f"{name} has dtype {array.dtype}; allowed are {_LABELS}. Convert it with "
            f"{name}.astype(np.int64) if its values are whole numbers"
        )
    return array


def check_flag(value: object, name: str) -> bool:
    """Return a bool."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def check_count(value: object, name: str) -> int:
    """Return a whole number that is not negative."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
    if isinstance(value, bool) or number < 0:
        raise ValueError(f"{name} must be a whole number of at least 0, not {value!r}")
    return number


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


def check_periodic(periodic: bool | Sequence[bool], ndim: int) -> tuple[bool, ...]:
    """Return for each axis whether it is periodic; one bool stands for all."""
    allowed = f"a bool or {ndim} of them, one per axis"
    try:
        array = np.asarray(periodic)
    except ValueError:
        raise ValueError(f"periodic must be {allowed}, not {periodic!r}") from None
    if array.shape not in ((), (ndim,)):
        raise ValueError(f"periodic must be {allowed}, not {periodic!r}")
    if array.dtype != bool:
        raise TypeError(f"periodic must be {allowed}, not {periodic!r}")
    return tuple(np.broadcast_to(array, (ndim,)).tolist())


def check_spacing(
    spacing: float | Sequence[float], ndim: int, *, of: str = "labels"
) -> tuple[float, ...]:
    """Return the spacing as one positive, finite float per axis."""
    # To make an array of the usual one takes as long as all else that is checked.
    if (
        isinstance(spacing, (int, float))
        and not isinstance(spacing, bool)
        and _LEAST_SPACING <= spacing <= _MOST_SPACING
    ):
        return (float(spacing),) * ndim
    allowed = f"a positive number or {ndim} of them, one per axis of {of}"
    try:
        array = np.asarray(spacing)
    except ValueError:
        raise ValueError(f"spacing must be {allowed}, not {spacing!r}") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(f"spacing must be {allowed}, not {spacing!r}{_first_no_number(spacing)}")
    if array.shape not in ((), (ndim,)):
        raise ValueError(f"spacing must be {allowed}, not {spacing!r}")
    values = array.astype(np.float64).ravel().tolist()
    for axis, value in enumerate(values):
        if not _LEAST_SPACING <= value <= _MOST_SPACING:
            which = f"; spacing[{axis}] is {value:g}" if array.ndim else ""
            raise ValueError(
                f"spacing must be {allowed}, from 1e-24 to 1e24, not {spacing!r}{which}"
            )
    return tuple(values) if array.ndim else tuple(values) * ndim


def _first_no_number(spacing: object) -> str:
    """Tell which of several numbers is none, to be added to a message."""
    if isinstance(spacing, (str, np.ndarray)) or not isinstance(spacing, Sequence):
        return ""
    for axis, size in enumerate(spacing):
        if isinstance(size, (bool, np.bool_)) or not isinstance(size, Real):
            return f"; spacing[{axis}] is {size!r}"
    return ""


def check_unit(unit: str | None, spacing: Sequence[float]) -> str:
    """Return the name of the unit of a checked spacing, and so of distances."""
    if unit is None:
        return unit_of_spacing(spacing)
    if not isinstance(unit, str) or not unit.strip():
        raise TypeError(f'unit must be a name, such as "µm", or None, not {unit!r}')
    return unit


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
        return _rounded_to(dtype, value)
    if not (isinstance(value, int) or float(value).is_integer()):
        raise ValueError(
            f"background must be a whole number for an image of dtype {dtype}, not {value!r}"
        )
    whole = int(value)
    limits = np.iinfo(dtype)
    return whole if limits.min <= whole <= limits.max else None


def _rounded_to(dtype: np.dtype[Any], value: float) -> float:
    """Return a number as a floating image holds it, as NumPy does before it compares."""
    try:
        with np.errstate(over="ignore"):
            return float(dtype.type(value))
    except OverflowError:  # an int beyond the range of double
        return math.inf if value > 0 else -math.inf


def check_threshold(threshold: object, dtype: np.dtype[Any]) -> int | float:
    """Return a number that exactly those pixels exceed that exceed `threshold`.

    As in NumPy, where a Python number is rounded to the dtype of a floating image and a NumPy
    number is not. Integer images are compared exactly, also where NumPy rounds their pixels.
    """
    if dtype.kind == "b":
        raise ValueError("threshold is for images of numbers, and image is bool")
    if isinstance(threshold, (bool, np.bool_)) or not isinstance(threshold, Real):
        raise TypeError(f"threshold must be a number, not {threshold!r}")
    value: Any = threshold.item() if isinstance(threshold, np.generic) else threshold
    if value != value:  # noqa: PLR0124 - NaN
        raise ValueError("threshold must not be NaN")
    if dtype.kind == "f":
        rounded = _rounded_to(dtype, value)
        # A NumPy number is not rounded to the image's dtype, and a pixel that exceeds it exceeds
        # the next lower number that the image can hold.
        if isinstance(threshold, np.generic) and rounded > value:
            return float(np.nextafter(dtype.type(rounded), dtype.type(-math.inf)))
        return rounded
    # Beyond the range of all integer dtypes only the sign matters, and a float has it.
    if value >= 1 << 64:
        return 1e30
    return math.floor(value) if value >= -(1 << 63) else -1e30


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


def check_label_output(dtype: object, out: object, shape: tuple[int, ...]) -> np.dtype[Any] | None:
    """Return the dtype of the labels that are asked for; None leaves it to their number."""
    if out is None:
        return None if dtype is None else check_label_dtype(dtype)
    if dtype is not None:
        raise ValueError("dtype and out exclude each other: out has a dtype already")
    return check_out(out, shape).dtype


def check_label_range(dtype: np.dtype[Any], count: int, name: str) -> None:
    """Raise OverflowError where `count` labels do not fit into `dtype`."""
    largest = int(np.iinfo(dtype).max)
    if count > largest:
        raise OverflowError(
            f"{name} {dtype} holds labels up to {largest}, and the image has {count} regions"
        )


def check_out(out: object, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return an array that labels of an image of this shape can be written to."""
    array = _as_out(out)
    if array.dtype.kind not in "iu":
        raise TypeError(f"out must have an integer dtype, not {array.dtype}")
    if not array.dtype.isnative:
        raise ValueError(f"out must be in native byte order, not {array.dtype.str!r}")
    return _writable(array, shape)


def check_out_like(out: object, image: NDArray[Any]) -> NDArray[Any]:
    """Return an array that an edited copy of this image can be written to."""
    array = _as_out(out)
    if array.dtype != image.dtype:
        raise TypeError(
            f"out must have the dtype of the image, {image.dtype.str!r}, not {array.dtype.str!r}"
        )
    return _writable(array, image.shape)


def _as_out(out: object) -> NDArray[Any]:
    if not isinstance(out, np.ndarray):
        raise TypeError(f"out must be a NumPy array, not {type(out).__name__}")
    return out


def _writable(out: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if out.shape != shape:
        raise ValueError(f"out must have the shape of the image, {shape}, not {out.shape}")
    if not out.flags.writeable:
        raise ValueError("out must be writable, and is read-only")
    if has_overlap(out.shape, out.strides, out.itemsize):
        raise ValueError(
            "out must have memory of its own for every element, and some share it (shape "
            f"{out.shape}, strides {out.strides}), as after np.broadcast_to"
        )
    return out


def split_channels(
    image: ArrayLike, shape: tuple[int, ...], channel_axis: SupportsIndex | None
) -> tuple[list[NDArray[Any]], int | None]:
    """Return views of the channels, each of that shape, and the axis that holds them, if any."""
    array = as_image(image, "image")
    axis = _channel_axis(array, shape, channel_axis)
    if axis is None:
        return [array], None
    moved = np.moveaxis(array, axis, 0)
    if not len(moved):
        raise ValueError(f"image has shape {array.shape}, with no channel in axis {axis}")
    return [moved[c] for c in range(len(moved))], axis


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
    axis = axis_of(image, "image", channel_axis, "channel_axis")
    rest = image.shape[:axis] + image.shape[axis + 1 :]
    if rest != shape:
        raise ValueError(
            f"image has shape {image.shape}, which without channel_axis {axis} is {rest}; it must "
            f"be that of labels, {shape}"
        )
    return axis


def split_mask(
    mask: ArrayLike,
    shape: tuple[int, ...],
    channels: int,
    channel_axis: int | None,
    whose: str = "labels",
) -> list[NDArray[np.uint8]]:
    """Return views of the masks of the channels, of which `channel_axis` is the checked axis.

    None where the image has no such axis. What is not 0 is masked. `shape` is that of what is
    called `whose`.
    """
    try:
        array = np.asarray(mask)
    except ValueError as error:
        raise ValueError(f"mask is not an array: {error}") from None
    if array.dtype != bool:
        raise TypeError(
            f"mask must be bool, True where a pixel is left out, and has dtype {array.dtype}; "
            "mask != 0 makes one"
        )
    bytes_of = array.view(np.uint8)
    if array.shape == shape:
        return [bytes_of] * channels
    allowed = f"of {whose}, {shape}"
    if channel_axis is not None:
        image_shape = (*shape[:channel_axis], channels, *shape[channel_axis:])
        if array.shape == image_shape:
            return list(np.moveaxis(bytes_of, channel_axis, 0))
        allowed += f", or of image, {image_shape}"
    raise ValueError(f"mask has shape {array.shape}; allowed is that {allowed}")


def check_saturation(
    saturation: object, channels: int, dtype: np.dtype[Any]
) -> list[int | float | None]:
    """Return for each channel the value from which on its pixels are saturated.

    None where there is none but infinity.
    """
    allowed = f"a number, None, or one of these per channel ({channels})"
    if isinstance(saturation, np.ndarray) and not saturation.ndim:
        saturation = saturation[()]
    if saturation is None or isinstance(saturation, (Real, np.bool_)):
        return [_saturation(saturation, dtype)] * channels
    if isinstance(saturation, (str, bytes)) or not isinstance(saturation, Iterable):
        raise TypeError(f"saturation must be {allowed}, not {saturation!r}")
    values = list(saturation)
    if len(values) != channels:
        raise ValueError(f"saturation must be {allowed}, not {len(values)} of them")
    return [_saturation(value, dtype) for value in values]


def _saturation(saturation: object, dtype: np.dtype[Any]) -> int | float | None:
    if saturation is None:
        return int(np.iinfo(dtype).max) if dtype.kind in "iu" else None
    if isinstance(saturation, (bool, np.bool_)) or not isinstance(saturation, Real):
        raise TypeError(f"saturation must be a number, not {saturation!r}")
    if dtype.kind == "b":
        raise ValueError("saturation is for images of numbers, and image is bool")
    value: Any = saturation.item() if isinstance(saturation, np.generic) else saturation
    if value != value:  # noqa: PLR0124 - NaN
        raise ValueError("saturation must not be NaN")
    if dtype.kind == "f":
        level = float(value) if isinstance(saturation, np.generic) else _rounded_to(dtype, value)
        return None if level == math.inf else level
    # Beyond the range of all integer dtypes only the sign matters, and a float has it.
    if value >= 1 << 64:
        return 1e30
    return math.ceil(value) if value >= -(1 << 63) else -1e30


def check_conventions(
    ddof: SupportsIndex, pixel_term: bool, orientation_reference: str
) -> Conventions:
    """Return the choices on which tools differ."""
    with_pixel_term = check_flag(pixel_term, "pixel_term")
    if orientation_reference not in ("rows", "columns"):
        raise ValueError(
            f'orientation_reference must be "rows" or "columns", not {orientation_reference!r}'
        )
    less = check_count(ddof, "ddof")
    if less > 1 << 53:
        raise ValueError(f"ddof must be a whole number of at most 2^53, not {ddof!r}")
    return Conventions(less, with_pixel_term, orientation_reference)


def check_channel_names(
    channels: Iterable[str] | None, count: int, has_axis: bool
) -> tuple[str, ...] | None:
    """Return a name per channel, or None for one channel without a name."""
    if channels is None:
        return tuple(str(c) for c in range(count)) if has_axis else None
    names = as_channel_names(channels)
    if len(names) != count:
        raise ValueError(f"channels has {len(names)} names, and image has {count} channels")
    return names


def as_channel_names(channels: Iterable[str]) -> tuple[str, ...]:
    """Return different names, of however many channels there are."""
    if isinstance(channels, str):
        raise TypeError(f"channels must be a sequence of names, not the string {channels!r}")
    try:
        names = tuple(channels)
    except TypeError:
        raise TypeError(f"channels must be a sequence of names, not {channels!r}") from None
    for name in names:
        if not isinstance(name, str) or not name:
            raise TypeError(f"channels must be non-empty strings, not {name!r}")
    if len(set(names)) != len(names):
        raise ValueError(f"channels must be different names, not {list(names)}")
    return names
