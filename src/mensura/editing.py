"""Edit masks and label images: fill holes, drop objects, renumber.

The size and place of the objects tell what to drop or fill; then runs of pixels are written over a
copy of the image, or over the image itself. Cost: about that of finding or measuring the objects,
and one copy.
"""

from collections.abc import Callable
from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_labels,
    check_connectivity,
    check_count,
    check_label_dtype,
    check_label_range,
    check_out_like,
)
from mensura.measuring import measure
from mensura.regions import Regions, find_regions
from mensura.threads import threads_for


class _Objects(NamedTuple):
    """What tells which objects stay: a row per object, in order of their labels or numbers."""

    sizes: NDArray[np.int64]
    on_border: NDArray[np.bool_]


def remove_small(
    image: ArrayLike,
    min_size: int,
    *,
    connectivity: int | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> NDArray[Any]:
    """Remove the objects of fewer than `min_size` pixels.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        bool: a mask whose connected components are the objects. Integers: a label image, equal
        values are one object, connected or not, and 0 is the background.
    min_size : int
        The number of pixels of the smallest objects that stay.
    connectivity : int, optional
        Of a mask's components: 1 to `image.ndim`, the default. Labels are objects whatever it is.
    out : ndarray, optional
        An array of the image's shape and dtype to write to; it may be `image` itself.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    ndarray
        A copy of `image` in which the removed pixels are 0; `out` where it was given. Negative
        labels are no objects, and are kept as they are.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as a floating image.
    ValueError
        If an argument has a shape or value that is not allowed. `out` is then unchanged.

    Notes
    -----
    With ``max_size = min_size - 1``, the result is that of
    :func:`skimage.morphology.remove_small_objects`, whose default connectivity is 1.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> ms.remove_small(np.array([[3, 3, 0, 5], [3, 0, 7, 7]]), 2)
    array([[3, 3, 0, 0],
           [3, 0, 7, 7]])
    """
    smallest = check_count(min_size, "min_size")
    return _without(image, lambda objects: objects.sizes < smallest, connectivity, out, threads)


def keep_largest(
    image: ArrayLike,
    count: int = 1,
    *,
    connectivity: int | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> NDArray[Any]:
    """Remove all objects but the `count` of them with the most pixels.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        bool: a mask whose connected components are the objects. Integers: a label image, equal
        values are one object, connected or not, and 0 is the background.
    count : int, optional
        How many objects stay. Of equally large ones those stay whose label is smaller, or whose
        first pixel comes first in raster (C) order in a mask.
    connectivity : int, optional
        Of a mask's components: 1 to `image.ndim`, the default. Labels are objects whatever it is.
    out : ndarray, optional
        An array of the image's shape and dtype to write to; it may be `image` itself.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    ndarray
        A copy of `image` in which the removed pixels are 0; `out` where it was given. Negative
        labels are no objects, and are kept as they are.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as a floating image.
    ValueError
        If an argument has a shape or value that is not allowed. `out` is then unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> ms.keep_largest(np.array([[3, 3, 0, 5], [3, 0, 7, 7]]))
    array([[3, 3, 0, 0],
           [3, 0, 0, 0]])
    """
    kept = check_count(count, "count")

    def dropped(objects: _Objects) -> NDArray[np.bool_]:
        flags = np.ones(len(objects.sizes), bool)
        flags[np.argsort(-objects.sizes, kind="stable")[:kept]] = False
        return flags

    return _without(image, dropped, connectivity, out, threads)


def clear_border(
    image: ArrayLike,
    *,
    connectivity: int | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> NDArray[Any]:
    """Remove the objects with a pixel on the border of the image.

    The border is the first and the last row, column and, in 3-D, plane.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        bool: a mask whose connected components are the objects. Integers: a label image, equal
        values are one object, connected or not, and 0 is the background.
    connectivity : int, optional
        Of a mask's components: 1 to `image.ndim`, the default. Labels are objects whatever it is.
    out : ndarray, optional
        An array of the image's shape and dtype to write to; it may be `image` itself.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    ndarray
        A copy of `image` in which the removed pixels are 0; `out` where it was given. Negative
        labels are no objects, and are kept as they are.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as a floating image.
    ValueError
        If an argument has a shape or value that is not allowed. `out` is then unchanged.

    Notes
    -----
    For masks the result is that of :func:`skimage.segmentation.clear_border`. In a label image
    scikit-image looks at the connected components of equal labels: of an object in several parts it
    removes those on the border only, where mensura removes the object. It also removes negative
    labels. Where labels are positive and in one part each, the results are equal.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> ms.clear_border(np.array([[3, 0, 0, 0], [0, 5, 3, 0], [0, 0, 0, 0]]))
    array([[0, 0, 0, 0],
           [0, 5, 0, 0],
           [0, 0, 0, 0]])
    """
    return _without(image, lambda objects: objects.on_border, connectivity, out, threads)


def _without(
    image: ArrayLike,
    dropped: Callable[[_Objects], NDArray[np.bool_]],
    connectivity: int | None,
    out: NDArray[Any] | None,
    threads: int | None,
) -> NDArray[Any]:
    """Return an image without some of its objects."""
    array = as_labels(image, "image")
    steps = check_connectivity(connectivity, array.ndim)
    edited = _output(array, out)
    used = threads_for(threads, array.size)
    if array.dtype.kind == "b":
        regions = find_regions(array, steps, threads=threads)
        removed = regions.select(keep=dropped(_sized(regions, used)))
        _fill_copy(array, removed, np.zeros(removed.count, np.uint64), edited, used)
    else:
        wanted = ["label", "num_pixels", "touches_border"]
        table = measure(array, measurements=wanted, threads=threads)
        flags = dropped(_Objects(table["num_pixels"], table["touches_border"]))
        ids = table["label"][flags].astype(np.uint64)
        _core.relabel(_readable_beside(edited, array), ids, np.zeros_like(ids), edited, used)
    return edited


def _sized(regions: Regions, threads: int) -> _Objects:
    return _Objects(*_core.region_sizes(_native(regions), regions.ndim, threads))


def fill_holes(
    image: ArrayLike,
    *,
    connectivity: int | None = None,
    max_size: int | None = None,
    out: NDArray[Any] | None = None,
    threads: int | None = None,
) -> NDArray[Any]:
    """Fill the holes of objects.

    A hole is a connected component of the background with no pixel on the border of the image. In a
    label image, a hole is filled with the label around it: the one that all its neighbors across a
    face have. Holes between several labels stay, as do holes in negative labels.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        bool: a mask. Integers: a label image, whose background is 0.
    connectivity : int, optional
        Of the objects: 1 to `image.ndim`, the default. The background has the opposite one, so that
        no hole leaks through a closed border: faces only where objects join across edges or corners
        too, and full connectivity where objects join across faces only.
    max_size : int, optional
        The number of pixels of the largest holes to fill. Default: fill all.
    out : ndarray, optional
        An array of the image's shape and dtype to write to; it may be `image` itself.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    ndarray
        A copy of `image` in which the holes are filled; `out` where it was given.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as a floating image.
    ValueError
        If an argument has a shape or value that is not allowed. `out` is then unchanged.

    Notes
    -----
    For masks the result is that of :func:`scipy.ndimage.binary_fill_holes`, whose structure is that
    of the background. The pairs of connectivities are those of digital topology [1]_: 8 and 4
    neighbors in 2-D, 26 and 6 or 18 and 6 in 3-D, and 6 for objects with 26 for the background.

    References
    ----------
    .. [1] T. Y. Kong, A. Rosenfeld, "Digital topology: introduction and survey", Computer Vision,
       Graphics, and Image Processing 48(3), 1989.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> ms.fill_holes(np.array([[4, 4, 4, 0], [4, 0, 4, 9], [4, 4, 4, 9]]))
    array([[4, 4, 4, 0],
           [4, 4, 4, 9],
           [4, 4, 4, 9]])
    """
    array = as_labels(image, "image")
    steps = check_connectivity(connectivity, array.ndim)
    largest = array.size if max_size is None else check_count(max_size, "max_size")
    edited = _output(array, out)
    used = threads_for(threads, array.size)
    holes = _holes(array, array.ndim if steps == 1 else 1, largest, threads)
    if array.dtype.kind == "b":
        values = np.ones(holes.count, np.uint64)
    else:
        values = _core.labels_around(_native(holes), array, used)
        holes, values = holes.select(keep=values != 0), values[values != 0]
    _fill_copy(array, holes, values, edited, used)
    return edited


def _holes(array: NDArray[Any], connectivity: int, largest: int, threads: int | None) -> Regions:
    """Return the components of the background inside the image, up to a number of pixels."""
    mask = array if array.dtype.kind == "b" else array != 0
    background = find_regions(mask, connectivity, background=True, threads=threads)
    found = _sized(background, threads_for(threads, array.size))
    return background.select(keep=~found.on_border & (found.sizes <= largest))


@overload
def relabel_sequential(
    labels: ArrayLike,
    *,
    dtype: DTypeLike | None = ...,
    return_ids: Literal[False] = ...,
    threads: int | None = ...,
) -> NDArray[Any]: ...
@overload
def relabel_sequential(
    labels: ArrayLike,
    *,
    dtype: DTypeLike | None = ...,
    return_ids: Literal[True],
    threads: int | None = ...,
) -> tuple[NDArray[Any], NDArray[Any]]: ...
def relabel_sequential(
    labels: ArrayLike,
    *,
    dtype: DTypeLike | None = None,
    return_ids: bool = False,
    threads: int | None = None,
) -> NDArray[Any] | tuple[NDArray[Any], NDArray[Any]]:
    """Renumber the labels of a label image 1..N, in their order.

    Parameters
    ----------
    labels : array_like of int, 2-D or 3-D
        A label image; 0 is the background and stays 0. Labels may be as large as the dtype allows:
        memory depends on how many there are only.
    dtype : integer dtype, optional
        Of the result. Default: int32, or int64 where N does not fit.
    return_ids : bool, optional
        Whether to return the labels as they were, too.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    relabeled : ndarray
        Of the shape of `labels`. The smallest label is 1 in it, the next larger one 2 and so on.
    ids : ndarray, only with `return_ids`
        The labels in increasing order, so that ``ids[k - 1]`` became k. int64, and uint64 where
        `labels` is.

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed, such as a mask, whose components
        :func:`mensura.label` numbers.
    ValueError
        If an argument has a shape or value that is not allowed, such as a negative label: it is no
        object that could have a number, and no pixel is lost silently.
    OverflowError
        If N does not fit into `dtype`.

    Notes
    -----
    The numbers are those of :func:`skimage.segmentation.relabel_sequential`. It returns another
    dtype, and a map over all numbers up to the largest label.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> relabeled, ids = ms.relabel_sequential(np.array([[90, 0, 7], [7, 7, 2]]), return_ids=True)
    >>> relabeled
    array([[3, 0, 2],
           [2, 2, 1]], dtype=int32)
    >>> ids
    array([ 2,  7, 90])
    """
    array = as_labels(labels)
    if array.dtype.kind == "b":
        raise TypeError("labels is a mask (bool); number its components with mensura.label")
    chosen = None if dtype is None else check_label_dtype(dtype)
    if array.dtype.kind == "i" and array.min(initial=0) < 0:
        raise ValueError(f"labels must not be negative, and has the label {array.min()}")
    ids = measure(array, measurements="label", threads=threads)["label"]
    if chosen is None:
        chosen = np.dtype(np.int32 if len(ids) <= np.iinfo(np.int32).max else np.int64)
    check_label_range(chosen, len(ids), "dtype")
    relabeled = np.empty(array.shape, chosen)
    numbers = np.arange(1, len(ids) + 1, dtype=np.uint64)
    used = threads_for(threads, array.size)
    _core.relabel(array, ids.astype(np.uint64), numbers, relabeled, used)
    return (relabeled, ids) if return_ids else relabeled


def _output(image: NDArray[Any], out: NDArray[Any] | None) -> NDArray[Any]:
    return np.empty_like(image) if out is None else check_out_like(out, image)


def _fill_copy(
    image: NDArray[Any],
    regions: Regions,
    values: NDArray[np.uint64],
    out: NDArray[Any],
    threads: int,
) -> None:
    """Write the image to `out`, and over it a value per region."""
    if out is not image:
        np.copyto(out, image)
    _core.fill(_native(regions), values, out, threads)


def _readable_beside(out: NDArray[Any], image: NDArray[Any]) -> NDArray[Any]:
    """Return the image, or a copy where writing to `out` would change pixels yet to be read."""
    is_same = image.ctypes.data == out.ctypes.data and image.strides == out.strides
    return image if is_same or not np.may_share_memory(image, out) else image.copy()


def _native(regions: Regions) -> _core.Regions:
    return regions._native  # noqa: SLF001 - the two modules are one face of the engine
