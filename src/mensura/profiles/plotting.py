"""Profiles as a picture: a line per group and channel, with a band for the spread; and path images.

Colors are from the palette of Okabe and Ito (Color Universal Design, 2008), which people with any
common color vision tell apart, those first that show on white.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mensura.io import import_package

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mensura.profiles.path_image import PathImage
    from mensura.profiles.result import Profiles

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

_BANDS = ("std", "sem", "range", None)


def draw_profiles(
    profiles: "Profiles",
    by: str | ArrayLike | None,
    n: int | ArrayLike | None,
    *,
    relative: bool,
    band: str | None,
    individual: bool,
    ax: "Axes | None",
) -> "Axes":
    """Draw the means over groups of profiles; see :meth:`mensura.Profiles.plot`."""
    if band not in _BANDS:
        raise ValueError(f"band must be one of {_BANDS}, not {band!r}")
    means = profiles.mean(by, n, relative=relative)
    if ax is None:
        ax = import_package("matplotlib.pyplot", "report").subplots()[1]
    name = next(iter(means.keys)) if by is not None else None
    if not relative and n is None and (means.keys["profiles"] == 1).all():
        means = _themselves(profiles, means, name)
    if individual:
        _draw_each(ax, profiles, means, name, n, relative=relative)
    channels = means.channels or (None,)
    for k, mean in enumerate(means):
        group = None if name is None else f"{name} {mean.keys[name]}"
        for c, channel in enumerate(channels):
            label = ", ".join(part for part in (group, channel) if part is not None)
            color = COLORS[(k * len(channels) + c) % len(COLORS)]
            at = ... if means.channels is None else (slice(None), c)
            ax.plot(mean.distance, mean.values[at], color=color, linewidth=2, label=label or None)
            edges = _band_of(mean, band, at)
            if edges is not None:
                ax.fill_between(mean.distance, *edges, color=color, alpha=0.2, linewidth=0)
    if len(means) * len(channels) > 1:
        ax.legend(frameon=False)
    ax.set_xlabel("fraction of length" if relative else f"distance ({means.unit})")
    ax.set_ylabel("intensity")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _themselves(profiles: "Profiles", means: "Profiles", name: str | None) -> "Profiles":
    """Return the profiles instead of means over one of them each, since they have spreads."""
    if name is None:
        return profiles
    if name not in profiles.keys:
        return means
    return profiles[np.argsort(profiles.keys[name], kind="stable")]


def _band_of(mean: Any, band: str | None, at: Any) -> tuple[NDArray[Any], NDArray[Any]] | None:
    if band == "range" and {"min", "max"} <= set(mean.statistics):
        return mean.statistics["min"][at], mean.statistics["max"][at]
    if band in ("std", "sem") and "std" in mean.statistics:
        half = mean.statistics["std"][at]
        if band == "sem":
            half = half / np.sqrt(np.maximum(mean.count[at], 1))
        return mean.values[at] - half, mean.values[at] + half
    return None


def _draw_each(
    ax: "Axes",
    profiles: "Profiles",
    means: "Profiles",
    name: str | None,
    n: int | ArrayLike | None,
    *,
    relative: bool,
) -> None:
    """Draw each profile as a thin line in the color of its group's mean."""
    axis = profiles.common_axis(n, relative=relative)
    matrix = profiles.to_matrix(axis, relative=relative).reshape(len(profiles), len(axis), -1)
    group = np.zeros(len(profiles), np.intp)
    if name is not None and name in profiles.keys:
        group = np.searchsorted(means.keys[name], profiles.keys[name])
    collection = import_package("matplotlib.collections", "report").LineCollection
    channels = matrix.shape[2]
    opacity = float(np.clip(8 / max(len(profiles), 1), 0.02, 0.5))
    for c in range(channels):
        lines = np.stack([np.broadcast_to(axis, matrix.shape[:2]), matrix[:, :, c]], axis=-1)
        colors = [COLORS[(k * channels + c) % len(COLORS)] for k in group.tolist()]
        ax.add_collection(collection(list(lines), colors=colors, linewidths=0.6, alpha=opacity))


def draw_path_image(
    image: "PathImage", values: NDArray[np.float64], intensity: str, ax: "Axes | None"
) -> "Axes":
    """Draw values of an image along a path; see :meth:`mensura.PathImage.plot`."""
    if ax is None:
        ax = import_package("matplotlib.pyplot", "report").subplots()[1]
    (down, rows), (right, columns) = image.axes.items()
    mesh = ax.pcolormesh(_edges(columns), _edges(rows), values, cmap="gray", rasterized=True)
    ax.invert_yaxis()
    if "frame" not in image.axes:
        ax.set_aspect("equal")
    for name, set_label in ((right, ax.set_xlabel), (down, ax.set_ylabel)):
        set_label(name if name == "frame" else f"{name} ({image.unit})")
    ax.figure.colorbar(mesh, ax=ax, label=intensity)
    return ax


def _edges(places: NDArray[Any]) -> NDArray[np.float64]:
    """Return where the cells around places end: halfway between them."""
    if len(places) < 2:
        return np.array([-0.5, 0.5]) + places
    between = (places[1:] + places[:-1]) / 2
    return np.concatenate([[2 * places[0] - between[0]], between, [2 * places[-1] - between[-1]]])
