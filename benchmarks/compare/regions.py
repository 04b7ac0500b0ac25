"""mensura.measure beside scikit-image's regionprops_table: the same numbers, and how much sooner.

Run from the project's root, with the folder of real images in the environment:

    MENSURA_SHARED=... python -m benchmarks.compare.regions

First the default measurements are compared on each of the 77 real pairs; then both are timed, in
turn, on a mosaic of at least 1e5 of those nuclei, scikit-image with the sum of intensities as an
extra property, since it has none for that, and without it. The whole takes about five minutes,
nearly all of it scikit-image's. Exit code 1 when a number differs by more than 1e-9 of itself.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from ..scenes import REAL_FIELDS, real_mosaic, real_pairs
from .timing import Side, machine_facts, markdown_table, ratio, run_alternating

TOLERANCE = 1e-9
RATIO_WANTED = 100
FIELDS = 13 * REAL_FIELDS  # 107,705 nuclei
PROPERTIES = (
    "label",
    "area",
    "bbox",
    "centroid",
    "intensity_mean",
    "intensity_std",
    "intensity_min",
    "intensity_max",
)
PEER = "scikit-image"

Columns = Mapping[str, NDArray[Any]]


def intensity_sum(mask: NDArray[Any], values: NDArray[Any]) -> Any:
    """Sum the values of a region: the one default measurement that scikit-image lacks."""
    return values[mask].sum()


def scikit_image_table(labels: NDArray[Any], image: NDArray[Any], extra: Any = None) -> Columns:
    """scikit-image's table of the default measurements."""
    from skimage.measure import regionprops_table

    table: Columns = regionprops_table(labels, image, PROPERTIES, extra_properties=extra)
    return table


# --- equal ----------------------------------------------------------------------------------------


def relative_difference(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Largest |a - b| / max(|a|, |b|) of two columns; NaN equals NaN and nothing else.

    Infinite when the lengths differ or only one of two values is NaN.
    """
    if ours.shape != theirs.shape:
        return float("inf")
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    a, b = a[~same], b[~same]
    if a.size == 0:
        return 0.0
    with np.errstate(invalid="ignore"):  # inf / inf
        difference = np.abs(a - b) / np.maximum(np.abs(a), np.abs(b))
    return float(np.where(np.isnan(difference), np.inf, difference).max())


def column_differences(ours: Columns, theirs: Columns) -> dict[str, float]:
    """Relative difference of every column; infinite for one that only one side has."""
    return {
        name: relative_difference(ours[name], theirs[name])
        if name in ours and name in theirs
        else float("inf")
        for name in dict.fromkeys([*theirs, *ours])
    }


def largest_differences() -> tuple[dict[str, tuple[float, str]], int, int]:
    """Largest difference of each column and the pair it is in; number of pairs; of objects."""
    worst: dict[str, tuple[float, str]] = {}
    pairs = objects = 0
    for name, labels, image in real_pairs():
        ours = mensura.measure(labels, image)
        theirs = scikit_image_table(labels, image, extra=(intensity_sum,))
        for column, difference in column_differences(ours, theirs).items():
            worst[column] = max(worst.get(column, (0.0, name)), (difference, name))
        pairs += 1
        objects += len(theirs["label"])
    return worst, pairs, objects


def difference_report(worst: dict[str, tuple[float, str]], pairs: int, objects: int) -> str:
    """Markdown of what `largest_differences` found."""
    rows = [
        (column, f"{difference:.2g}", name if difference else "-")
        for column, (difference, name) in worst.items()
    ]
    return (
        f"Default measurements of {objects} nuclei in {pairs} real images, mensura and {PEER}:\n\n"
        + markdown_table(["column", "largest relative difference", "in"], rows)
    )


# --- sooner ---------------------------------------------------------------------------------------


def measuring_sides(
    labels: NDArray[Any], image: NDArray[Any], repeats: int, peer_repeats: int
) -> list[Side]:
    """Pit mensura, with two threads and with one, against scikit-image, warmed on a corner.

    scikit-image makes the same table last, with the sum as an extra property, and before that the
    table without the sum, which it has no property for.
    """
    corner = np.s_[:512, :512]

    def peer(name: str, extra: Any) -> Side:
        return Side(
            name,
            lambda: scikit_image_table(labels, image, extra),
            peer_repeats,
            warm=lambda: scikit_image_table(labels[corner], image[corner], extra),
        )

    return [
        Side("mensura, 2 threads", lambda: mensura.measure(labels, image, threads=2), repeats),
        Side("mensura, 1 thread", lambda: mensura.measure(labels, image, threads=1), repeats),
        peer(f"{PEER}, no sum", None),
        peer(PEER, [intensity_sum]),
    ]


def timing_rows(sides: Sequence[Side], pixels: int, objects: int) -> list[dict[str, Any]]:
    """One record a side; the last side is the peer that the others are compared with."""
    return [
        {
            "side": side.name,
            "seconds": side.seconds,
            "median": side.median,
            "megapixels_per_second": pixels / side.median / 1e6,
            "objects_per_second": objects / side.median,
            "times_faster": dataclasses.asdict(ratio(sides[-1], side)),
        }
        for side in sides
    ]


def timing_report(rows: list[dict[str, Any]]) -> str:
    """Markdown of `timing_rows`."""
    header = ["", "repeats", "median s", "min..max s", "Mpixel/s", "objects/s", "times faster"]
    return markdown_table(header, [_timing_cells(row) for row in rows])


def _timing_cells(row: dict[str, Any]) -> list[str]:
    seconds, times = row["seconds"], row["times_faster"]
    return [
        row["side"],
        str(len(seconds)),
        f"{row['median']:.4g}",
        f"{min(seconds):.4g}..{max(seconds):.4g}",
        f"{row['megapixels_per_second']:.4g}",
        f"{row['objects_per_second']:.4g}",
        f"{times['median']:.4g} ({times['low']:.4g}..{times['high']:.4g})",
    ]


def compare_times(fields: int, repeats: int, peer_repeats: int) -> tuple[dict[str, Any], str]:
    """Time both on a mosaic of real fields; the record to keep and the text to print."""
    labels, image = real_mosaic(fields)
    objects = int(labels.max())
    sides = measuring_sides(labels, image, repeats, peer_repeats)
    run_alternating(sides)
    rows = timing_rows(sides, labels.size, objects)
    scene = (
        f"{objects} nuclei, {' x '.join(map(str, labels.shape))} pixels, "
        f"{labels.dtype} labels, {image.dtype} image"
    )
    reached = rows[0]["times_faster"]["median"]
    without_sum = ratio(sides[-2], sides[0]).median
    verdict = (
        f"With two threads mensura is {reached:.4g} times faster "
        f"({without_sum:.4g} times where {PEER} leaves out the sum); "
        f"at least {RATIO_WANTED} wanted: {'reached' if reached >= RATIO_WANTED else 'MISSED'}."
    )
    text = f"Default measurements of {scene}, warm, in turn:\n\n{timing_report(rows)}\n\n{verdict}"
    return {"scene": scene, "sides": rows}, text


# --- command --------------------------------------------------------------------------------------


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare.regions", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--fields", type=int, default=FIELDS, help="real fields in the timed mosaic"
    )
    parser.add_argument("--repeats", type=int, default=7, help="timed calls of mensura")
    parser.add_argument("--peer-repeats", type=int, default=7, help=f"timed calls of {PEER}")
    parser.add_argument("--output", type=Path, help="folder for regions.md and regions.json")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, write when asked to; 0 when all numbers agree."""
    options = parse_arguments(arguments)
    facts = machine_facts(["mensura", "scikit-image", "scipy", "numpy"])
    facts["instruction set"] = str(mensura.build_info()["isa"])
    facts_text = "\n".join(f"- {name}: {value}" for name, value in facts.items())
    print(facts_text, flush=True)

    worst, pairs, objects = largest_differences()
    differences_text = difference_report(worst, pairs, objects)
    print(f"\n{differences_text}\n", flush=True)

    times, times_text = compare_times(options.fields, options.repeats, options.peer_repeats)
    print(times_text)

    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        sections = ["# Region measurements", facts_text, differences_text, times_text]
        (options.output / "regions.md").write_text("\n\n".join(sections) + "\n")
        differences = {column: difference for column, (difference, _) in worst.items()}
        record = {"machine": facts, "differences": differences, "timing": times}
        (options.output / "regions.json").write_text(json.dumps(record, indent=2) + "\n")

    return int(any(difference > TOLERANCE for difference, _ in worst.values()))


if __name__ == "__main__":
    sys.exit(main())
