"""Draw docs/images/nuclear-rim.png: profiles across the outlines of two nuclei.

The image shows nuclear pores (a fluorescent nucleoporin) and DNA. It and its labels are
``xyc_16bit__nup_nuclei`` of the training resources for bioimage analysis of NEUBIAS and the EMBL
(https://neubias.github.io/training-resources), CC-BY 4.0; the folder that the environment variable
MENSURA_SHARED names holds them in ``data/neubias``. Run ``python docs/nuclear_rim.py``.
"""

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

import mensura as ms
from mensura.profiles.plotting import COLORS

CHANNELS = ("nuclear pores", "DNA")
INWARD, OUTWARD = 20.0, 15.0
SMOOTH = 4.0
DRAWN = 16  # one normal in so many is drawn
TARGET = Path(__file__).parent / "images" / "nuclear-rim.png"


def read() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the image (channel, y, x) and its labels."""
    folder = Path(os.environ["MENSURA_SHARED"]) / "data" / "neubias"
    image = tifffile.imread(folder / "xyc_16bit__nup_nuclei.tif")
    return image, tifffile.imread(folder / "xyc_16bit__nup_nuclei" / "xy_8bit_labels__nuclei.tif")


def composite(image: NDArray[Any]) -> NDArray[Any]:
    """Return pores in green and DNA in magenta, brightened, up to a high percentile."""
    pores, dna = (np.clip(c / np.percentile(c, 99.7), 0, 1) ** 0.75 for c in image)
    return np.stack([dna, pores, dna], axis=-1)


def draw_image(ax: Axes, image: NDArray[Any], normals: ms.Profiles) -> None:
    """Draw the outlines and some of the normals on the image."""
    ax.imshow(composite(image), interpolation="antialiased")
    keys = normals.keys
    points = np.stack([keys["point-1"], keys["point-0"]], axis=-1)
    out = np.stack([keys["direction-1"], keys["direction-0"]], axis=-1)
    ends = np.stack([points - INWARD * out, points + OUTWARD * out], axis=1)
    for color, label in zip(COLORS, np.unique(keys["label"]), strict=False):
        chosen = np.flatnonzero(keys["label"] == label)
        ax.add_collection(LineCollection(ends[chosen[::DRAWN]], colors=color, linewidths=1.8))
        around = np.append(chosen, chosen[0])
        ax.plot(*points[around].T, color="white", linewidth=0.9)
        ax.text(
            *points[chosen].mean(axis=0), f"label {label}", color="white", fontsize=11,
            ha="center", va="center",
            bbox={"facecolor": color, "edgecolor": "none", "boxstyle": "round,pad=0.3"},
        )  # fmt: skip
    ax.set_axis_off()
    ax.set_title(f"{len(normals):,} normals, a pixel apart (1 in {DRAWN} drawn)", fontsize=10)


def draw_profiles(ax: Axes, profiles: ms.Profiles, channel: str) -> None:
    """Draw the mean profile of each nucleus with its standard deviation."""
    profiles.plot(by="label", ax=ax)
    ax.axvspan(-INWARD, 0, color="0.5", alpha=0.1, linewidth=0)
    ax.axvline(0, color="0.4", linewidth=1, linestyle="--")
    ax.set_xlim(-INWARD, OUTWARD)
    ax.set_ylim(bottom=0)
    ax.set_title(channel, fontsize=10)


def main() -> None:
    """Measure and draw."""
    image, labels = read()
    options = {"inward": INWARD, "outward": OUTWARD, "smooth": SMOOTH}
    figure = Figure(figsize=(11, 5.4), dpi=90, layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[1.15, 1])
    normals = ms.normal_profiles(image[0], labels, average=False, **options)
    draw_image(left.subplots(), image, normals)
    upper, lower = right.subplots(2, 1, sharex=True)
    for ax, channel, pixels in zip((upper, lower), CHANNELS, image, strict=True):
        draw_profiles(ax, ms.normal_profiles(pixels, labels, **options), channel)
    upper.set_xlabel("")
    lower.set_xlabel("distance from the outline (pixel)")
    lower.get_legend().remove()
    upper.text(-INWARD + 0.5, upper.get_ylim()[1] * 0.97, "inside", va="top", color="0.35")
    upper.text(OUTWARD - 0.5, upper.get_ylim()[1] * 0.6, "outside", ha="right", color="0.35")
    save_small(figure)


def save_small(figure: Figure) -> None:
    """Write the figure with a palette of 128 colors, which a noisy image needs no more than."""
    with io.BytesIO() as full:
        figure.savefig(full, format="png")
        full.seek(0)
        Image.open(full).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
            TARGET, optimize=True
        )


if __name__ == "__main__":
    main()
