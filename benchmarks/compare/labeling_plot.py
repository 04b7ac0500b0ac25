"""Draws how many pixels a second mensura and its peers label, over the density of noise."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .labeling_cases import CASES
from .pictures import save_small, style_axes

Curves = dict[str, dict[float, float]]

THREADS = 2
SIZE = (7.2, 4.7)  # inches
DOTS_PER_INCH = 150
LABEL_GAP = 0.054  # between two names beside the curves, of the height of the axes
STYLES: Mapping[str, dict[str, Any]] = {
    "mensura, 2 threads": {"color": "#c8102e", "linewidth": 2.6},
    "mensura, 1 thread": {"color": "#c8102e", "linewidth": 1.6, "linestyle": (0, (4, 1.5))},
    "OpenCV Spaghetti": {"color": "#2166ac"},
    "OpenCV BBDT": {"color": "#2166ac", "linestyle": (0, (4, 1.5))},
    "OpenCV SAUF": {"color": "#2166ac", "linestyle": (0, (1, 1.2))},
    "kornia-rs": {"color": "#1b7837"},
    "cc3d": {"color": "#762a83"},
    "DIPlib": {"color": "#a6761d"},
    "SciPy": {"color": "#404040"},
    "SimpleITK": {"color": "#e08214"},
    "mahotas": {"color": "#35978f"},
    "scikit-image": {"color": "#8c8c8c"},
}


def throughputs(records: Sequence[Mapping[str, Any]]) -> Curves:
    """Mpixel/s of every side by density, of those records that are of noise with two threads."""
    curves: Curves = {}
    for record in records:
        density = CASES[record["case"]].density
        if density is None or record["threads"] != THREADS:
            continue
        for name, seconds in record["seconds"].items():
            rate = record["pixels"] / statistics.median(seconds) / 1e6
            curves.setdefault(name, {})[density] = rate
    return curves


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move heights apart until no two are nearer than `gap`, keeping their order and their middle.

    Examples
    --------
    >>> spread([0.0, 0.0, 5.0], 1.0)
    [-0.5, 0.5, 5.0]
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(heights)), key=lambda i: heights[i]):
        groups.append([index])
        while len(groups) > 1 and _bottom(groups[-1], heights, gap) < (
            _bottom(groups[-2], heights, gap) + len(groups[-2]) * gap
        ):
            last = groups.pop()
            groups[-1] += last
    moved = list(heights)
    for group in groups:
        for place, index in enumerate(group):
            moved[index] = _bottom(group, heights, gap) + place * gap
    return moved


def _bottom(group: Sequence[int], heights: Sequence[float], gap: float) -> float:
    """Height of the lowest of a group whose members stand `gap` apart around their mean."""
    return statistics.fmean(heights[i] for i in group) - (len(group) - 1) * gap / 2


def plot_noise(records: Sequence[Mapping[str, Any]], facts: Mapping[str, str], path: Path) -> None:
    """Draw the curves, each with its name at its end, and the machine below; write the picture."""
    from matplotlib.figure import Figure

    curves = throughputs(records)
    figure = Figure(figsize=SIZE, dpi=DOTS_PER_INCH)
    axes = figure.add_axes((0.085, 0.185, 0.70, 0.70))
    for name, curve in curves.items():
        axes.plot(*zip(*sorted(curve.items()), strict=True), **_style(name))
    axes.set_yscale("log")
    _format_axes(axes)
    _name_curves(axes, curves)
    pixels = next(" x ".join(map(str, r["shape"])) for r in records if CASES[r["case"]].density)
    left = axes.get_position().x0
    figure.text(left, 0.94, "Labeling random noise", fontsize=12, fontweight="bold")
    figure.text(
        left, 0.9, f"{pixels} mask, 8 neighbors, int32 labels; higher is faster", fontsize=8.5
    )
    figure.text(left, 0.015, _small_print(facts), fontsize=6.5, color="#555555", va="bottom")
    save_small(figure, path)


def _style(name: str) -> dict[str, Any]:
    return {"linewidth": 1.3, "solid_capstyle": "round", "zorder": 2} | STYLES.get(name, {})


def _format_axes(axes: Any) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks(np.arange(0, 1.01, 0.1))
    axes.set_xlabel("share of pixels that are set", fontsize=9)
    axes.set_ylabel("Mpixel/s", fontsize=9)
    axes.set_yticks((20, 50, 100, 200, 500, 1000, 2000, 5000))
    low, high = axes.dataLim.intervaly
    axes.set_ylim(low / 1.15, high * 1.15)
    style_axes(axes, 8)


def _name_curves(axes: Any, curves: Curves) -> None:
    """Write each curve's name to the right of the axes, with a thin line to the curve's end."""
    ends = [max(curve.items()) for curve in curves.values()]
    to_height = (axes.transData + axes.transAxes.inverted()).transform
    points = [to_height(end) for end in ends]
    heights = spread([float(y) for _, y in points], LABEL_GAP)
    for name, (x, y), height in zip(curves, points, heights, strict=True):
        color = _style(name).get("color")
        axes.plot(
            [x + 0.008, 1.02],
            [y, height],
            transform=axes.transAxes,
            color=color,
            linewidth=0.5,
            clip_on=False,
        )
        bold = "bold" if name.startswith("mensura") else "normal"
        axes.text(
            1.027,
            height,
            name,
            transform=axes.transAxes,
            color=color,
            fontsize=8,
            fontweight=bold,
            va="center",
        )


def _small_print(facts: Mapping[str, str]) -> str:
    machine = [facts["CPU"], f"{facts['CPUs usable']} CPUs", facts["instruction set"]]
    known = {"CPU", "CPUs usable", "instruction set", "system"}
    versions = [f"{name} {version}" for name, version in facts.items() if name not in known]
    lines = [
        ", ".join(machine) + "; medians of calls in turn; peers with 2 threads where they use them"
    ]
    half = (len(versions) + 1) // 2
    return "\n".join([*lines, ", ".join(versions[:half]) + ",", ", ".join(versions[half:])])
