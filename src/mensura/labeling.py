"""Number the connected components of an image."""

from collections.abc import Sequence
from typing import Any, Literal, overload

from numpy.typing import ArrayLike, DTypeLike, NDArray

from mensura.arguments import as_spatial_image, check_label_output
from mensura.regions import find_regions


@overload
def label(
    image: ArrayLike,
    connectivity: int | None = ...,
    background: float = ...,
    *,
    threshold: float | None = ...,
    periodic: bool | Sequence[bool] = ...,
    dtype: DTypeLike | None = ...,
    out: NDArray[Any] | None = ...,
    return_num: Literal[False] = ...,
    threads: int | None = ...,
) -> NDArray[Any]: ...
@overload
def label(
    image: ArrayLike,
    connectivity: int | None = ...,
    background: float = ...,
    *,
    threshold: float | None = ...,
    periodic: bool | Sequence[bool] = ...,
    dtype: DTypeLike | None = ...,
    out: NDArray[Any] | None = ...,
    return_num: Literal[True],
    threads: int | None = ...,
) -> tuple[NDArray[Any], int]: ...
def label(
    image: ArrayLike,
    connectivity: int | None = None,
    background: float = 0,
    *,
    threshold: float | None = None,
    periodic: bool | Sequence[bool] = False,
    dtype: DTypeLike | None = None,
    out: NDArray[Any] | None = None,
    return_num: bool = False,
    threads: int | None = None,
) -> NDArray[Any] | tuple[NDArray[Any], int]:
    """Label the connected components of an image.

    Neighboring pixels of equal value, other than `background`, belong to one component. Components
    are numbered 1..N in raster (C) order of their first pixel, whatever the memory order of the
    image or the number of threads.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        bool, integer or floating, of any strides and byte order. NaN is background.
    connectivity : int, optional
        How many axes two neighbors may differ in: 1 joins faces (4 neighbors in 2-D, 6 in 3-D),
        `image.ndim` joins corners too (8 and 26). Default: `image.ndim`.
    background : number, optional
        The value that belongs to no component.
    threshold : number, optional
        Label ``image > threshold`` instead, without making that mask; values are then not told
        apart.
    periodic : bool or sequence of bool, optional
        Whether the image continues at its opposite border, for all axes or one by one: pixels there
        are then neighbors, across corners too where `connectivity` joins them.
    dtype : integer dtype, optional
        Of the result: any that holds N. Default: int32, or int64 where N does not fit.
    out : ndarray, optional
        An integer array of the image's shape to write to; it may be `image` itself.
    return_num : bool, optional
        Whether to return N too.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    labels : ndarray
        Of the image's shape, 0 in the background. `out` where it was given. (A large new one shows
        memory of the library, so that it cannot be resized in place.)
    num : int
        N, only with `return_num`.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If an argument has a shape or value that is not allowed.
    OverflowError
        If N does not fit into `dtype` or `out`, which is then unchanged.
    MemoryError
        If memory does not suffice; `out` is then unchanged.

    Notes
    -----
    The numbers equal those of :func:`skimage.measure.label`, and for masks those of
    :func:`scipy.ndimage.label` with the structure of the same connectivity. (One exception, seen
    with scikit-image 0.26: it does not number in raster order where the last axis of a volume of
    values has length 1.) Runs of pixels are joined by union-find [1]_; time is linear in the
    pixels. Everything is found before the first label is written: where memory does not suffice,
    `out` is left as it was. On Linux, the memory of label images that were dropped is kept for the
    next ones, up to a sixteenth of the machine's, for the system to take back when it needs it.

    References
    ----------
    .. [1] L. He, Y. Chao, K. Suzuki, "A run-based two-scan labeling algorithm", IEEE Transactions
       on Image Processing 17(5), 2008.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> mask = np.array([[1, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]], bool)
    >>> ms.label(mask)
    array([[1, 1, 0, 0],
           [0, 0, 1, 0],
           [2, 0, 0, 1]], dtype=int32)
    >>> ms.label(mask, connectivity=1, return_num=True)[1]
    4
    """
    array = as_spatial_image(image, "image")
    check_label_output(dtype, out, array.shape)  # before the search, not after it
    regions = find_regions(
        array,
        connectivity,
        background,
        threshold=threshold,
        periodic=periodic,
        threads=threads,
    )
    labels = regions.to_labels(dtype=dtype, out=out, threads=threads)
    return (labels, regions.count) if return_num else labels
