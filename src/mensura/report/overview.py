"""One picture that shows what was measured: the objects on their image, and how large they are.

Left the image with every object outlined along its pixel edges and numbered as in the table, right
the histogram of the areas. The figure is made on matplotlib's Agg canvas without pyplot, so drawing
changes no global state and needs no display. Colors are from the palette of Okabe and Ito (Color
Universal Design, 2008), which people with any common color vision tell apart. Cost: a second or two
for hundreds of objects; every number is drawn on its own.
"""

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mensura.io import check_path, import_package, replacing
from mensura.report.outlines import find_anchors, find_outlines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mensura.table import Table

_YELLOW = "#F0E442"
_BLUE = "#0072B2"
_VERMILION = "#D55E00"

_IMAGE_INCHES = 11.0  # the longer side of the drawn image
_DOTS_PER_INCH = 150


def draw_overview(image: NDArray[Any], labels: NDArray[Any], table: "Table") -> "Figure":
    """Draw the objects of a label image, outlined and numbered, beside a histogram of their areas.

    Parameters
    ----------
    image : (y, x), (y, x, 3) or (y, x, 4) array
        What to show under the outlines: gray values of any real dtype, drawn from the smallest to
        the largest finite one, or colors as uint8 or as floats in 0..1.
    labels : (y, x) integer array
        The label image that was measured. Positive labels are drawn.
    table : Table
        Its measurements, with the column ``area``.

    Returns
    -------
    matplotlib.figure.Figure
        On an Agg canvas; two axes, the image first.

    Raises
    ------
    ValueError
        If `labels` is not a 2-D integer array with pixels, `image` is of another shape or has
        colors of another dtype, or `table` has no column ``area``.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np, mensura as ms
    >>> from mensura.report import draw_overview
    >>> labels = np.kron(np.array([[1, 0], [2, 2]]), np.ones((8, 8), dtype=int))
    >>> figure = draw_overview(labels * 10.0, labels, ms.measure(labels))
    >>> [axes.get_title() for axes in figure.axes]
    ['2 objects', 'Areas of 2 objects']
    """
    _check_drawable(image, labels, table)
    height, width = labels.shape
    scale = _IMAGE_INCHES / max(height, width)
    figure = import_package("matplotlib.figure", "report").Figure(
        figsize=(max(width * scale, 3.0) + 5.5, max(height * scale, 4.0) + 1.0),
        dpi=_DOTS_PER_INCH,
        layout="constrained",
    )
    import_package("matplotlib.backends.backend_agg", "report").FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=[max(width * scale, 3.0), 4.5])
    _draw_objects(left, image, labels, points_per_pixel=72 * scale)
    _draw_histogram(right, table)
    return figure


def save_overview(
    path: str | os.PathLike[str], image: NDArray[Any], labels: NDArray[Any], table: "Table"
) -> None:
    """Draw the overview of `draw_overview` into a PNG file, replacing one that exists.

    Parameters
    ----------
    path : path
        A file name that ends in ``.png``, in an existing directory.
    image, labels, table
        As for `draw_overview`.

    Raises
    ------
    ValueError
        As for `draw_overview`, and if `path` is empty or has another suffix.
    TypeError
        If `path` is no path.
    OSError
        If the file cannot be written. What was there before is then still there.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tempfile, numpy as np, mensura as ms
    >>> from mensura.report import save_overview
    >>> labels = np.kron(np.array([[1, 0], [2, 2]]), np.ones((8, 8), dtype=int))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_overview(f"{folder}/overview.png", labels, labels, ms.measure(labels))
    """
    if check_path(path).suffix.lower() != ".png":
        raise ValueError(f"{os.fspath(path)}: an overview is written as .png")
    figure = draw_overview(image, labels, table)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=_DOTS_PER_INCH)


def _check_drawable(image: NDArray[Any], labels: NDArray[Any], table: "Table") -> None:
    if labels.ndim != 2 or labels.size == 0 or labels.dtype.kind not in "iu":
        raise ValueError(
            "labels must be a 2-D integer array with pixels to be drawn, "
            f"got {labels.dtype} of shape {labels.shape}"
        )
    colors = image.shape[2:]
    if image.shape[:2] != labels.shape or colors not in ((), (3,), (4,)):
        raise ValueError(
            f"image must have the shape of labels {labels.shape}, or that with 3 or 4 colors, "
            f"got {image.shape}"
        )
    if colors and image.dtype != np.uint8 and image.dtype.kind != "f":
        raise ValueError(f"image with colors must be uint8 or floating, got {image.dtype}")
    if "area" not in table:
        raise ValueError(f"table must have the column 'area', got {', '.join(table)}")


def _draw_objects(
    axes: "Axes", image: NDArray[Any], labels: NDArray[Any], points_per_pixel: float
) -> None:
    axes.imshow(_as_drawn(image), cmap="gray", interpolation="nearest")
    ids, points = find_anchors(labels)
    _draw_outlines(axes, find_outlines(np.maximum(labels, 0)), points_per_pixel)
    typical = np.sqrt(np.count_nonzero(labels > 0) / max(ids.size, 1)) * points_per_pixel
    _draw_numbers(axes, ids, points, size=float(np.clip(0.3 * typical, 3.5, 11.0)))
    axes.set_title(_counted(ids.size))
    axes.spines[:].set_visible(False)  # they would cover outlines at the border
    axes.set_xlabel("x (pixels)")
    axes.set_ylabel("y (pixels)")


def _as_drawn(image: NDArray[Any]) -> NDArray[Any]:
    """Return gray values as matplotlib draws them: real, with what is not finite left blank."""
    if image.ndim == 3:
        return image
    return np.ma.masked_invalid(image.astype(np.float64))


def _draw_outlines(axes: "Axes", segments: NDArray[np.float64], points_per_pixel: float) -> None:
    collection = import_package("matplotlib.collections", "report").LineCollection
    line = float(np.clip(0.7 * points_per_pixel, 0.4, 1.6))
    # A dark line under the bright one keeps it visible on light and on dark pixels.
    for color, linewidth in (("black", 1.9 * line), (_YELLOW, line)):
        axes.add_collection(
            collection(
                segments,
                colors=color,
                linewidths=linewidth,
                capstyle="projecting",
                clip_on=False,  # at the image's border half of the line lies outside
            ),
            autolim=False,
        )


def _draw_numbers(
    axes: "Axes", ids: NDArray[Any], points: NDArray[np.float64], size: float
) -> None:
    effects = import_package("matplotlib.patheffects", "report")
    halo = [effects.withStroke(linewidth=0.22 * size, foreground="black")]
    for number, (x, y) in zip(ids.tolist(), points.tolist(), strict=True):
        axes.text(
            x, y, str(number), color="white", fontsize=size,
            ha="center", va="center_baseline", path_effects=halo, clip_on=True,
        )  # fmt: skip


def _draw_histogram(axes: "Axes", table: "Table") -> None:
    areas = np.asarray(table["area"], dtype=np.float64)
    unit = table.units["area"]
    axes.set_title(f"Areas of {_counted(areas.size)}")
    axes.set_xlabel(f"area ({unit})")
    axes.set_ylabel("number of objects")
    axes.spines[["top", "right"]].set_visible(False)
    if areas.size == 0:
        return
    # A number of bins that one giant object cannot drive up, as rules for their width can.
    bins = int(np.clip(np.sqrt(areas.size), 10, 50))
    axes.hist(
        areas, bins=bins, range=(0.0, areas.max()), color=_BLUE, edgecolor="white", linewidth=0.5
    )
    median = float(np.median(areas))
    axes.axvline(median, color=_VERMILION, linewidth=2, label=f"median {median:.4g} {unit}")
    axes.legend(frameon=False)
    axes.yaxis.set_major_locator(
        import_package("matplotlib.ticker", "report").MaxNLocator(integer=True)
    )


def _counted(number: int) -> str:
    return f"{number:,} object" if number == 1 else f"{number:,} objects"
