"""The connected components of an image, kept as runs instead of a label image."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from mensura import _core
from mensura.arguments import (
    as_spatial_image,
    check_background,
    check_connectivity,
    check_label_dtype,
    check_label_range,
    check_out,
)
from mensura.table import Table
from mensura.threads import threads_for


class Regions:
    """The connected components of an image, numbered 1..N in raster order of their first pixel.

    Made by :func:`find_regions`. The pixels are kept as runs, stretches of one row, which takes far
    less memory than a label image and can be measured directly.

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

    def __init__(self, native: _core.Regions, shape: tuple[int, ...]) -> None:
        self._native = native
        self._shape = shape

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
        """
        used = threads_for(threads, math.prod(self._shape))
        if out is not None:
            if dtype is not None:
                raise ValueError("dtype and out exclude each other: out has a dtype already")
            labels = check_out(out, self._shape)
            check_label_range(labels.dtype, self.count, "out of dtype")
            self._native.paint(labels, False, used)
            return labels
        if dtype is None:
            chosen = np.dtype(np.int32 if self.count <= np.iinfo(np.int32).max else np.int64)
        else:
            chosen = check_label_dtype(dtype)
            check_label_range(chosen, self.count, "dtype")
        labels = np.zeros(self._shape, chosen)
        self._native.paint(labels, True, used)
        return labels

    def measure(
        self,
        image: ArrayLike | None = None,
        measurements: str | Iterable[str] | None = None,
        *,
        spacing: float | Sequence[float] = 1,
        channel_axis: int | None = None,
        channels: Iterable[str] | None = None,
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
    used = threads_for(threads, array.size)
    return Regions(_core.find_regions(array, steps, value, True, used), array.shape)
