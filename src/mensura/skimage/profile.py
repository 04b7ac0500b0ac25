"""``skimage.measure.profile_line`` by the engine of mensura.

scikit-image rounds every interpolated sample of an integer image to the image's dtype, before it
reduces those across; here that is an option. Splines (orders 2 to 5) and the modes "mirror" and
"wrap" are sampled by scikit-image itself.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura.profiles.placing import Segments, as_scikit_image
from mensura.profiles.reducing import check_reduce
from mensura.profiles.sampling import (
    Floats,
    as_points,
    check_sampling,
    directions_across,
    make_geometry,
    read_source,
    sample,
    spread_across,
)
from mensura.skimage.delegation import import_scikit_image

_MODES = ("reflect", "nearest", "constant")


def profile_line(  # noqa: PLR0917 - as in scikit-image
    image: NDArray[Any],
    src: ArrayLike,
    dst: ArrayLike,
    linewidth: int = 1,
    order: int | None = None,
    mode: str = "reflect",
    cval: float = 0.0,
    *,
    reduce_func: Callable[..., Any] | None = np.mean,
    round_integers: bool = False,
) -> NDArray[Any]:
    """Sample an image along a line as scikit-image does, in float64.

    Parameters
    ----------
    image : ndarray, 2-D, or 3-D with channels last
        bool, integer or floating.
    src, dst : array_like of 2 numbers
        Where the line begins and ends: row, column. Both are sampled.
    linewidth : int, optional
        The number of samples across.
    order : int, optional
        0 (nearest) or 1 (linear); 2 to 5 by scikit-image. Default: 0 for a bool image, else 1.
    mode : {"constant", "nearest", "reflect", "mirror", "wrap"}, optional
        What lies beyond the image. The last two by scikit-image.
    cval : float, optional
        The constant of mode "constant"; in a bool image False where it is between -1 and 1, else
        True.
    reduce_func : callable or None, optional
        What the samples across become: called with them as an array and ``axis=1`` or, where it
        does not take that, with the samples of one point after the other. None: they are returned.
    round_integers : bool, optional
        Whether the samples of an integer image are rounded to its dtype, as in scikit-image. The
        default does not: a sample halfway between 0 and 3 is 1.5, and not 2.

    Returns
    -------
    ndarray
        What `reduce_func` makes of the samples, float64: (samples,), or with channels (samples,
        channels). Without it (samples, linewidth), or (samples, linewidth, channels).

    Raises
    ------
    TypeError, ValueError
        If an argument has a type or value that is not allowed.
    OverflowError
        If an end is infinite.
    ImportError
        If scikit-image is needed and missing.

    Notes
    -----
    float16 and float32 images are sampled in float64, and not in their dtype. A NaN pixel does not
    spoil samples that lie exactly on its neighbors; samples between are those of the neighbors.

    Examples
    --------
    >>> import numpy as np
    >>> from mensura.skimage.measure import profile_line
    >>> image = np.array([[0, 3], [0, 3]], np.uint8)
    >>> profile_line(image, (0, 0), (0, 1.5), order=1).round(2).tolist()
    [0.0, 2.25, 3.0]
    >>> profile_line(image, (0, 0), (0, 1.5), order=1, round_integers=True).tolist()
    [0.0, 2.0, 3.0]
    """
    order = _order(image.dtype, order)
    if order > 1 or mode not in _MODES:
        exact = image if round_integers or image.dtype.kind == "f" else image.astype(np.float64)
        measure = import_scikit_image(f"order={order} and mode={mode!r} would be sampled")
        return measure.profile_line(
            exact, src, dst, linewidth, order, mode, cval, reduce_func=reduce_func
        )
    sampling = check_sampling(order, _constant(image.dtype, cval) if mode == "constant" else mode)
    starts, stops = _end_point(src, "src"), _end_point(dst, "dst")
    samples = _samples_across(image, Segments(starts, stops, (1.0, 1.0)), linewidth, sampling)
    if round_integers and image.dtype.kind in "iu":
        samples = _rounded(samples, image.dtype)
    if reduce_func is None:
        return samples
    try:
        return reduce_func(samples, axis=1)
    except TypeError:  # it does not take an axis
        return np.apply_along_axis(reduce_func, 1, samples)


def _order(dtype: np.dtype[Any], order: int | None) -> int:
    if order is None:
        return 0 if dtype.kind == "b" else 1
    number = operator.index(order)
    if not 0 <= number <= 5:
        raise ValueError(f"order must be from 0 to 5, not {number}")
    if dtype.kind == "b" and number != 0:
        raise ValueError("a bool image has no values between pixels: order must be 0")
    return number


def _constant(dtype: np.dtype[Any], cval: float) -> float:
    """Return the constant outside, which in a bool image is one of its values, cut to a whole."""
    return float(abs(float(cval)) >= 1) if dtype.kind == "b" else float(cval)


def _end_point(point: ArrayLike, name: str) -> Floats:
    """Return one point as an array of one row; what is not finite raises as in scikit-image."""
    row = as_points(np.asarray(point)[np.newaxis], name, 2)
    if np.isnan(row).any():
        raise ValueError(f"{name} must be finite, not {point!r}")
    if np.isinf(row).any():
        raise OverflowError(f"{name} must be finite, not {point!r}")
    return row


def _samples_across(
    image: NDArray[Any],
    segments: Segments,
    linewidth: int,
    sampling: Any,
) -> NDArray[np.float64]:
    """Return all samples: (samples, linewidth), and channels where the image has them.

    The first across lies to the right of who walks along the line and sees rows downwards.
    """
    width = operator.index(linewidth)
    if width < 0:
        raise ValueError(f"linewidth must be a whole number of at least 0, not {linewidth!r}")
    along = as_scikit_image(segments).points()
    offsets = -(np.arange(float(width)) - (width - 1) / 2)
    one = spread_across(None, segments.spacing)
    across = directions_across(segments.change, one, segments.spacing)[0, 0]
    grid = along[:, np.newaxis] + offsets[:, np.newaxis] * across
    source = read_source(
        image,
        2,
        mask=None,
        channel_axis=-1 if image.ndim == 3 else None,
        channels=None,
        of="src",
    )
    geometry = make_geometry(
        np.array([0, grid.shape[0] * grid.shape[1]]),
        np.ascontiguousarray(grid.reshape(-1, 2)),
        one,
    )
    values, _ = sample(source, geometry, sampling, check_reduce("mean"), None)
    return values.reshape(*grid.shape[:2], *values.shape[1:])


def _rounded(samples: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Round half away from zero, as SciPy does."""
    limits = np.iinfo(dtype)
    rounded = np.trunc(samples + np.copysign(0.5, samples))
    return np.clip(rounded, limits.min, limits.max).astype(dtype)
