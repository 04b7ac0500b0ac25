"""What mensura's time grows with: pixels, objects, threads, channels, the length of runs.

Run from the project's root:

    python -m benchmarks.compare.scaling --output results      # tables and a JSON record
    python -m benchmarks.compare.scaling --document            # and docs/scaling.md with its plot
    python -m benchmarks.compare.scaling --curve threads       # one of the curves

Images have 1e5 to 1e9 pixels, objects are 10 to 1e7 in 1e8 pixels; `scaling_curves` tells what is
timed. The last is one image of more than 2^31 pixels. An image that would take more than half of
the free memory is left out: all of them take 8 GB and about ten minutes.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import ROOT
from .__main__ import RESULTS
from .results import facts_of_this_run, heading_of, replaced, write_results
from .scaling_curves import BANDWIDTH_BYTES, CURVES, THREADS, bandwidths, beyond
from .scaling_plot import plot_curves
from .timing import markdown_table

DOCUMENT = ROOT / "docs" / "scaling.md"
PLOT = ROOT / "docs" / "images" / "scaling.png"
BEGIN = "<!-- scaling: python -m benchmarks.compare.scaling --document -->"
END = "<!-- end of scaling -->"

Row = Mapping[str, Any]

TITLES = {
    "pixels": "Ever larger images of nuclei",
    "objects": "Ever more and smaller objects in one image",
    "threads": "More threads, the same image of nuclei",
    "channels": "More channels in one call, apart in memory or side by side in each pixel",
    "run length": "Rows of runs and gaps of ever more pixels",
}
#: What is counted on the way, and how much each of those beyond the fewest takes.
COUNTED = {"objects": "objects", "run length": "runs"}


def by_place(rows: Sequence[Row]) -> dict[float, dict[str, Row]]:
    """From where on a curve to which work to its row."""
    places: dict[float, dict[str, Row]] = {}
    for row in rows:
        places.setdefault(row["at"], {})[row["work"]] = row
    return places


def curve_table(curve: str, rows: Sequence[Row]) -> str:
    """Markdown of one curve: ns a pixel of each work, in brackets its share of the bandwidth."""
    names = list(dict.fromkeys(row["work"] for row in rows))
    places = by_place(rows)
    cells = [
        [f"{at:.2g}" if at >= 1e4 else f"{at:g}"]
        + [f"{_nanoseconds(row):.3g} ({row['share']:.0%})" for row in map(works.get, names) if row]
        for at, works in places.items()
    ]
    return markdown_table([curve, *names], cells)


def _nanoseconds(row: Row) -> float:
    return float(row["seconds"] * 1e9 / row["pixels"])


def beyond_the_fewest(rows: Sequence[Row], counted: str) -> dict[str, float]:
    """Nanoseconds that each work takes for one of what is counted: most against fewest of them."""
    costs = {}
    for work in dict.fromkeys(row["work"] for row in rows):
        those = [row for row in rows if row["work"] == work]
        few, many = (choose(those, key=lambda row: row[counted]) for choose in (min, max))
        added = many[counted] - few[counted]
        costs[work] = (many["seconds"] - few["seconds"]) * 1e9 / added
    return costs


def section(curve: str, rows: Sequence[Row]) -> str:
    """Write the title and the table of a curve, and what one more of the counted costs."""
    text = f"**{TITLES[curve]}**, ns a pixel:\n\n{curve_table(curve, rows)}"
    if curve in COUNTED:
        costs = beyond_the_fewest(rows, COUNTED[curve])
        told = ", ".join(f"{work} {cost:.3g} ns" for work, cost in costs.items())
        text += f"\n\nFrom the fewest to the most, one of the {COUNTED[curve]} more takes: {told}."
    return text


def beyond_text(row: Row) -> str:
    """Say what was found in the image of more than 2^31 pixels, how soon, in how much memory."""
    height, width = row["shape"]
    memory = row["memory"]
    held = "an unknown amount" if memory is None else f"{memory / 1e6:.0f} MB"
    return (
        f"In an image of {height} x {width} pixels, {row['pixels'] / 2**31:.2f} x 2^31, the "
        f"{row['objects']:,} objects are found and measured in {row['seconds']:.2f} s, with {held} "
        f"of memory beside the mask."
    )


def bandwidth_text(size: str) -> str:
    """Say what NumPy moves."""
    copied, read = bandwidths(THREADS, BANDWIDTH_BYTES[size])
    return (
        f"With {THREADS} threads NumPy copies {copied / 1e9:.1f} GB/s, bytes read and written "
        f"together, and reads {read / 1e9:.1f} GB/s."
    )


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare.scaling", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--curve", action="append", choices=list(CURVES), help="only this one")
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for text and JSON")
    parser.add_argument("--plot", type=Path, help="draw what was timed to this file")
    parser.add_argument(
        "--document", action="store_true", help="write all tables into docs/scaling.md, and plot"
    )
    options = parser.parse_args(arguments)
    if options.document and (options.curve or options.size != "full"):
        parser.error("--document takes all curves at full size")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Time, print, write the results, and the document where asked to."""
    options = parse_arguments(arguments)
    facts = facts_of_this_run({})
    print(f"{heading_of(facts)}\n", flush=True)
    curves = {name: list(CURVES[name](options.size)) for name in options.curve or CURVES}
    sections = [bandwidth_text(options.size)]
    sections += [section(name, rows) for name, rows in curves.items()]
    largest = None if options.curve else beyond(options.size)
    if largest is not None:
        sections.append(beyond_text(largest))
    text = "\n\n".join(sections)
    print(text)
    record = {"curves": curves, "beyond": largest}
    write_results(options.output / "scaling", "Scaling", facts, record, text)
    if options.document:
        told = f"{facts['CPU']}, {facts['CPUs usable']} CPUs, {facts['instruction set']}.\n\n{text}"
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(), BEGIN, END, told))
    plot = options.plot or (PLOT if options.document else None)
    if plot is not None:
        plot_curves([row for rows in curves.values() for row in rows], facts, plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())
