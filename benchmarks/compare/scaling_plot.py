"""Draws the curves of `scaling_curves`: a panel for each thing that grows, a line for each work."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .pictures import save_small, style_axes

SIZE = (9.6, 6.2)  # inches
DOTS_PER_INCH = 140
COLORS = ("#c8102e", "#2166ac", "#1b7837", "#762a83", "#a6761d")

Row = Mapping[str, Any]


def _a_pixel(row: Row) -> float:
    return float(row["seconds"] * 1e9 / row["pixels"])


def _a_value(row: Row) -> float:
    return _a_pixel(row) / float(row["at"])


#: From each curve to its axis along, what is drawn up, its name, and the base of the steps along.
PANELS: dict[str, tuple[str, Callable[[Row], float], str, int]] = {
    "pixels": ("pixels", _a_pixel, "ns a pixel", 10),
    "objects": ("objects in one image", _a_pixel, "ns a pixel", 10),
    "run length": ("pixels of a run, and of a gap", _a_pixel, "ns a pixel", 2),
    "threads": ("threads", _a_pixel, "ns a pixel", 2),
    "channels": ("channels", _a_value, "ns a pixel of each channel", 2),
}


def plot_curves(rows: Sequence[Row], facts: Mapping[str, str], path: Path) -> None:
    """Draw all panels, name the works beside them and the machine below; write the picture."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH)
    names = list(dict.fromkeys(row["work"] for row in rows))
    colors = dict(zip(names, COLORS, strict=False))
    lines: dict[str, Any] = {}
    for place, curve in enumerate(PANELS, start=1):
        shown = [row for row in rows if row["curve"] == curve]
        if shown:
            lines |= _draw(figure.add_subplot(2, 3, place), curve, shown, colors)
    figure.legend(
        [lines[name] for name in names],
        names,
        loc="center left",
        bbox_to_anchor=(0.7, 0.32),
        frameon=False,
        fontsize=9,
    )
    machine = ", ".join((facts["CPU"], f"{facts['CPUs usable']} CPUs", facts["instruction set"]))
    figure.text(0.07, 0.955, "What a pixel costs", fontsize=12, fontweight="bold")
    figure.text(0.07, 0.015, f"{machine}; medians; lower is faster", fontsize=7, color="#555555")
    figure.subplots_adjust(0.07, 0.1, 0.985, 0.92, wspace=0.27, hspace=0.33)
    save_small(figure, path)


def _draw(axes: Any, curve: str, rows: Sequence[Row], colors: Mapping[str, str]) -> dict[str, Any]:
    """Draw one panel; return the line of each work."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    along, height, up, base = PANELS[curve]
    lines = {}
    for work in dict.fromkeys(row["work"] for row in rows):
        points = sorted((row["at"], height(row)) for row in rows if row["work"] == work)
        (lines[work],) = axes.plot(
            *zip(*points, strict=True), color=colors[work], marker="o", markersize=3, linewidth=1.4
        )
    axes.set_xscale("log", base=base)
    axes.set_yscale("log")
    axes.set_xlabel(along, fontsize=8.5)
    axes.set_ylabel(up, fontsize=8.5)
    if base == 2:
        axes.set_xticks(sorted({row["at"] for row in rows})[:: 1 if len(rows) < 24 else 2])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    low, high = axes.dataLim.intervaly
    axes.set_yticks([s * 10.0**e for e in range(-4, 4) for s in (1, 2, 5)])
    axes.set_ylim(low / 1.3, high * 1.3)
    style_axes(axes, 7.5)
    return lines
