"""The connected components of an image, kept as runs instead of a label image."""

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_spatial_image,
    check_background,
    check_connectivity,
    check_count,
    check_label_output,
    check_label_range,
    check_periodic,
    check_threshold,
)
from mensura.table import Table
from mensura.threads import threads_for


class Regions:
    """The connected components of an image, numbered 1..N in raster order of their first pixel.

    Made by :func:`find_regions`. The pixels are kept as runs, stretches of one row, which takes far
    less memory than a label image and can be measured directly.

    Where the image was searched as periodic, coordinates stay those of the image: a region that
    crosses a border has a bounding box from one side to the other, and counts as touching it.

    Attributes
    ----------
    count : int
        N, the number of regions.
    shape : tuple of int
        Of the image they were found in.
    ndim : int
        2 or 3.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> regions = ms.find_regions(np.eye(3, dtype=bool), connectivity=1)
    >>> regions
    <Regions: 3 regions in 3 runs, shape (3, 3)>
    >>> regions.measure(measurements="area")["area"]
    array([1., 1., 1.])
    """

    def __init__(
        self, native: _core.Regions, shape: tuple[int, ...], *, wraps: bool = False
    ) -> None:
        self._native = native
        self._shape = shape
        self._wraps = wraps  # whether a region may be joined across the border alone

    @property
    def count(self) -> int:
        """The number of regions."""
        return self._native.count

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the image the regions were found in."""
        return self._shape

    @property
    def ndim(self) -> int:
        """The number of axes of the image."""
        return len(self._shape)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """The number of pixels of each region, in order of their numbers."""
        return self._counts[0]

    @cached_property
    def bbox(self) -> NDArray[np.int64]:
        """Bounding boxes, of shape (count, 2 ndim): first coordinates, then one past the last."""
        boxes = np.stack(list(self.measure(measurements="bbox").values()), axis=1)
        boxes.setflags(write=False)
        return boxes

    @cached_property
    def _counts(self) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The number of pixels of each region, and whether it touches the border."""
        used = threads_for(None, math.prod(self._shape))
        counts = _core.region_sizes(self._native, self.ndim, used)
        for column in counts:
            column.setflags(write=False)
        return counts

    def select(
        self,
        *,
        min_size: int | None = None,
        max_size: int | None = None,
        largest: int | None = None,
        clear_border: bool = False,
        keep: ArrayLike | None = None,
    ) -> "Regions":
        """Keep some of the regions and number them 1..M in the same order.

        The conditions are applied together; `largest` counts among those that meet the others.
        No pixel is looked at again: the runs are shared with these regions.

        Parameters
        ----------
        min_size, max_size : int, optional
            The smallest and largest number of pixels to keep.
        largest : int, optional
            How many to keep, the largest first; of equal ones those with the smaller number.
        clear_border : bool, optional
            Whether to drop the regions that touch the border of the image.
        keep : array_like, optional
            The numbers to keep, or one bool per region.

        Returns
        -------
        Regions

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, such as a number that is not in 1..`count`.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> regions = ms.find_regions(np.array([[1, 0, 2, 2], [0, 0, 2, 2]]))
        >>> regions.select(min_size=2).count
        1
        """
        kept = np.ones(self.count, bool) if keep is None else self._flags(keep)
        if min_size is not None:
            kept &= self.sizes >= check_count(min_size, "min_size")
        if max_size is not None:
            kept &= self.sizes <= check_count(max_size, "max_size")
        if clear_border:
            kept &= ~self._counts[1]
        if largest is not None:
            candidates = np.flatnonzero(kept)
            order = np.argsort(-self.sizes[candidates], kind="stable")
            kept[candidates[order[check_count(largest, "largest") :]]] = False
        return Regions(self._native.select(kept), self._shape, wraps=self._wraps)

    def _flags(self, keep: ArrayLike) -> NDArray[np.bool_]:
        wanted = np.asarray(keep)
        if wanted.dtype == bool:
            if wanted.shape != (self.count,):
                raise ValueError(
                    f"keep must have one bool per region, {self.count}, not shape {wanted.shape}"
                )
            return wanted.copy()
        flags = np.zeros(self.count, bool)
        if not wanted.size:
            return flags
        if wanted.dtype.kind not in "iu":
            raise TypeError(
                f"keep must be an array of the numbers of regions or of one bool per region, not "
                f"{keep!r}"
            )
        outside = (wanted < 1) | (wanted > self.count)
        if outside.any():
            raise ValueError(
                f"keep must be of the numbers of regions, 1..{self.count}, and has "
                f"{wanted[outside][0]}"
            )
        flags[wanted.astype(np.int64) - 1] = True
        return flags

    def _checked(self, label: int) -> int:
        number = check_count(label, "label")
        if not 1 <= number <= self.count:
            raise ValueError(f"label must be the number of a region, 1..{self.count}, not {number}")
        return number

    def _runs_of(self, label: int) -> NDArray[np.int64]:
        """Return the runs of one region as rows of z, y, first x, one past the last x."""
        box = self.bbox[self._checked(label) - 1].tolist()
        lead = [0] * (3 - self.ndim)
        begin = (*lead, *box[: self.ndim])
        end = (*(1 for _ in lead), *box[self.ndim :])
        return self._native.runs_of(label, begin, end)

    def coords(self, label: int) -> NDArray[np.int64]:
        """Return the coordinates of a region's pixels, of shape (pixels, ndim), in raster order.

        Parameters
        ----------
        label : int
            The number of the region, 1..`count`.

        Raises
        ------
        TypeError, ValueError
            If there is no such region.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> ms.find_regions(np.array([[0, 1, 1]])).coords(1).tolist()
        [[0, 1], [0, 2]]
        """
        runs = self._runs_of(label)
        lengths = runs[:, 3] - runs[:, 2]
        starts = np.repeat(runs[:, 2] - np.cumsum(lengths) + lengths, lengths)
        x = starts + np.arange(lengths.sum())
        return np.column_stack([np.repeat(runs[:, 3 - self.ndim : 2], lengths, axis=0), x])

    def mask(self, label: int) -> NDArray[np.bool_]:
        """Return a region as a mask of the size of its bounding box.

        Parameters
        ----------
        label : int
            The number of the region, 1..`count`.

        Raises
        ------
        TypeError, ValueError
            If there is no such region.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> ms.find_regions(np.array([[0, 1, 1], [0, 0, 1]])).mask(1)
        array([[ True,  True],
               [False,  True]])
        """
        coords = self.coords(label)
        begin, end = np.split(self.bbox[label - 1], 2)
        mask = np.zeros(end - begin, bool)
        mask[tuple((coords - begin).T)] = True
        return mask

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Tell of each point whether the pixel there belongs to a region.

        Parameters
        ----------
        points : array_like of int, shape (n, ndim)
            Pixel coordinates; points outside the image belong to no region.

        Returns
        -------
        ndarray of bool, shape (n,)

        Raises
        ------
        TypeError, ValueError
            If `points` are not integers of that shape.

        Examples
        --------
        >>> import numpy as np
        >>> import mensura as ms
        >>> ms.find_regions(np.array([[0, 1, 1]])).contains([[0, 0], [0, 2], [0, 3]]).tolist()
        [False, True, False]
        """
        array = np.asarray(points)
        if array.ndim != 2 or array.shape[1] != self.ndim:
            raise ValueError(f"points must have shape (n, {self.ndim}), not {array.shape}")
        if array.dtype.kind not in "iu":
            raise TypeError(f"points must be integers, not {array.dtype}")
        inside = ((array >= 0) & (array < self._shape)).all(axis=1)
        pixels = np.zeros((np.count_nonzero(inside), 3), np.int64)
        pixels[:, 3 - self.ndim :] = array[inside]
        found = np.zeros(len(array), bool)
        found[inside] = self._native.regions_at(pixels) != 0
        return found

    def to_labels(
        self,
        dtype: DTypeLike | None = None,
        out: NDArray[Any] | None = None,
        *,
        threads: int | None = None,
    ) -> NDArray[Any]:
        """Write the regions as a label image.

        Parameters
        ----------
        dtype : integer dtype, optional
            Default: int32, or int64 where `count` does not fit.
        out : ndarray, optional
            An integer array of the regions' shape to write to, instead of `dtype`.
        threads : int, optional
            See :func:`mensura.set_num_threads`.

        Returns
        -------
        ndarray
            The number of each pixel's region, 0 outside.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described.
        OverflowError
            If `count` does not fit; `out` is then unchanged.
        MemoryError
            If memory does not suffice; `out` is then unchanged.
        """
        used = threads_for(threads, math.prod(self._shape))
        chosen = check_label_output(dtype, out, self._shape)
        if out is not None:
            check_label_range(out.dtype, self.count, "out of dtype")
            self._native.paint(out, False, True, used)
            return out
        if chosen is None:
            chosen = np.dtype(np.int32 if self.count <= np.iinfo(np.int32).max else np.int64)
        check_label_range(chosen, self.count, "dtype")
        labels, cleared = _core.new_output(chosen, self._shape)
        self._native.paint(labels, cleared, False, used)
        return labels

    def measure(
        self,
        image: ArrayLike | None = None,
        measurements: str | Iterable[str] | None = None,
        *,
        spacing: float | Sequence[float] = 1,
        channel_axis: int | None = None,
        channels: Iterable[str] | None = None,
        mask: ArrayLike | None = None,
        saturation: float | Sequence[float | None] | None = None,
        ddof: int = 0,
        pixel_term: bool = False,
        orientation_reference: str = "rows",
        threads: int | None = None,
    ) -> Table:
        """Measure the regions: :func:`mensura.measure` with these regions as its labels."""
        from mensura.measuring import measure  # noqa: PLC0415 - the modules need each other

        return measure(
            self,
            image,
            measurements,
            spacing=spacing,
            channel_axis=channel_axis,
            channels=channels,
            mask=mask,
            saturation=saturation,
            ddof=ddof,
            pixel_term=pixel_term,
            orientation_reference=orientation_reference,
            threads=threads,
        )

    def __repr__(self) -> str:
        """Count the regions and their runs."""
        return f"<Regions: {self.count} regions in {self._native.runs} runs, shape {self._shape}>"


def find_regions(
    image: ArrayLike,
    connectivity: int | None = None,
    background: float = 0,
    *,
    threshold: float | None = None,
    periodic: bool | Sequence[bool] = False,
    threads: int | None = None,
) -> Regions:
    """Find the connected components of an image without making a label image.

    The same search as :func:`mensura.label`, whose parameters and errors these are.

    Parameters
    ----------
    image : array_like, 2-D or 3-D
        bool, integer or floating. NaN is background.
    connectivity : int, optional
        1 to `image.ndim`, the default.
    background : number, optional
        The value that belongs to no region.
    threshold : number, optional
        Find the regions of ``image > threshold`` instead, without making that mask; values are then
        not told apart.
    periodic : bool or sequence of bool, optional
        Whether the image continues at its opposite border, for all axes or one by one.
    threads : int, optional
        See :func:`mensura.set_num_threads`.

    Returns
    -------
    Regions

    Raises
    ------
    TypeError
        If an argument has a type or dtype that is not allowed.
    ValueError
        If an argument has a shape or value that is not allowed.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> image = np.array([[5, 5, 7], [0, 7, 7]])
    >>> ms.find_regions(image).count
    2
    """
    array = as_spatial_image(image, "image")
    steps = check_connectivity(connectivity, array.ndim)
    value = check_background(background, array.dtype)
    level = None if threshold is None else check_threshold(threshold, array.dtype)
    wrapped = (False,) * (3 - array.ndim) + check_periodic(periodic, array.ndim)
    used = threads_for(threads, array.size)
    found = _core.find_regions(array, steps, value, level, wrapped, used)
    return Regions(found, array.shape, wraps=any(wrapped))
