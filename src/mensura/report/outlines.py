"""Where to draw the objects of a 2-D label image: outlines on pixel edges, a place for each number.

An outline runs along the edges between pixels of different labels, so touching objects are told
apart and nothing is smoothed. Straight stretches are one segment. Pixel centers are at integers, as
matplotlib's `imshow` draws them, and points are (x, y). Cost: a few passes over the image, and for
the places a sort of the object pixels.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def find_outlines(labels: NDArray[Any]) -> NDArray[np.float64]:
    """Return the segments where pixels of different labels, or an object and the border, meet.

    Parameters
    ----------
    labels : (y, x) integer array
        0 is background.

    Returns
    -------
    (n, 2, 2) float64 array
        Start and end of each segment, each an (x, y) in pixels. No two overlap.

    Examples
    --------
    >>> import numpy as np
    >>> from mensura.report.outlines import find_outlines
    >>> find_outlines(np.array([[1, 1]])).tolist()[:2]  # top and bottom, each one segment
    [[[-0.5, -0.5], [1.5, -0.5]], [[-0.5, 0.5], [1.5, 0.5]]]
    """
    framed = np.pad(labels, 1)  # background all round: objects at the border are closed there
    lines, starts, stops = _stretches(framed[1:, 1:-1] != framed[:-1, 1:-1])
    horizontal = _segments((starts, lines), (stops, lines))
    lines, starts, stops = _stretches((framed[1:-1, 1:] != framed[1:-1, :-1]).T)
    vertical = _segments((lines, starts), (lines, stops))
    return np.concatenate([horizontal, vertical])


def _stretches(edges: NDArray[np.bool_]) -> tuple[NDArray[np.intp], ...]:
    """Return the row, first column and column after the last of every stretch of True in a row."""
    steps = np.diff(np.pad(edges, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(steps == 1)
    stops = np.nonzero(steps == -1)[1]
    return rows, starts, stops


def _segments(
    start: tuple[NDArray[np.intp], NDArray[np.intp]],
    stop: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> NDArray[np.float64]:
    corners = np.stack([np.stack(start, axis=-1), np.stack(stop, axis=-1)], axis=1)
    return corners.astype(np.float64) - 0.5


def find_anchors(labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return each label and the pixel of its object that is nearest to the object's centroid.

    The centroid itself can lie outside a bent object, where its number would name a neighbor.

    Parameters
    ----------
    labels : (y, x) integer array
        0 and negative labels are background.

    Returns
    -------
    ids : (n,) array
        The labels, ascending, in the dtype of `labels`.
    points : (n, 2) float64 array
        The (x, y) of that pixel's center; of several equally near, the first in raster order.

    Examples
    --------
    >>> import numpy as np
    >>> from mensura.report.outlines import find_anchors
    >>> find_anchors(np.array([[7, 7, 7], [7, 0, 0], [7, 7, 7]]))[1].tolist()
    [[0.0, 1.0]]
    """
    y, x = np.nonzero(labels > 0)
    ids, object_of = np.unique(labels[y, x], return_inverse=True)
    sizes = np.bincount(object_of)
    mean_y = np.bincount(object_of, weights=y) / sizes
    mean_x = np.bincount(object_of, weights=x) / sizes
    distance = (y - mean_y[object_of]) ** 2 + (x - mean_x[object_of]) ** 2
    order = np.lexsort((distance, object_of))
    first = order[np.searchsorted(object_of[order], np.arange(ids.size))]
    return ids, np.stack([x[first], y[first]], axis=-1).astype(np.float64)
