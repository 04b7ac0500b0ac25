"""How plots look, and how they are written: as small pictures."""

from pathlib import Path
from typing import Any

import numpy as np


def save_small(figure: Any, path: Path) -> None:
    """Write a PNG of 64 colors, which takes a third of the bytes of one of all colors."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(64, dither=Image.Dither.NONE).save(path, format="png", optimize=True)


def style_axes(axes: Any, label_size: float) -> None:
    """Give axes whose scales and ticks are set the look of all plots."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=label_size, length=3)
    axes.tick_params(which="minor", length=0)
    axes.grid(color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
