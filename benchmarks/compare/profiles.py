"""mensura's intensity profiles beside other libraries: the same samples, how soon.

Run from the project's root:

    python -m benchmarks.compare.profiles --output results

The cases of `profiles_cases`, `outlines_cases` and `rings_cases` are timed, mensura with two
threads and its rivals in turn, warm, seven calls each (three of a rival whose call takes more than
5 s); OpenCV gets two threads too, the others have none. First the samples are compared. Rivals that
go through lines, frames or objects one by one do some of them, and their time is multiplied by how
many there are to each: the table says "scaled". Those that take positions get them ready-made. Exit
code 1 when samples differ.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .outlines_cases import OUTLINE_CASES
from .peers import is_installed, use_threads
from .profiles_cases import CASES as LINE_CASES
from .profiles_cases import Problem, Rival
from .results import facts_of_this_run, heading_of, write_results
from .rings_cases import RING_CASES
from .timing import Side, checked_side, markdown_table, ratio, run_alternating

THREADS = 2
REPEATS = 7
SLOW_REPEATS = 3
MENSURA = "mensura"
PACKAGES = {
    "scipy": "scipy",
    "scikit-image": "skimage",
    "opencv-python-headless": "cv2",
    "cp_measure": "cp_measure",
    "diplib": "diplib",
}
CASES = LINE_CASES | OUTLINE_CASES | RING_CASES
COLUMNS = (
    "work",
    "mensura ms",
    "ns/sample",
    "beside",
    "its ms",
    "calls",
    "ratio",
    "goal",
    "reached",
)

Row = dict[str, Any]


def check_samples(rival: Rival, theirs: Any, ours: Any) -> None:
    """Raise where a rival's samples are others."""
    a, b = rival.compare(theirs, ours)
    if a.shape != b.shape:
        raise AssertionError(f"{rival.name} has {a.shape} samples and mensura {b.shape}")
    farthest = np.abs(a.astype(np.float64) - b).max(initial=0)
    if not farthest <= rival.tolerance * np.abs(b).max(initial=0):
        raise AssertionError(f"{rival.name} and mensura differ by {farthest:g}")


def rows_of(problem: Problem, repeats: int, slow_repeats: int) -> Iterator[Row]:
    """Time mensura and its rivals in turn; one row a rival, and one for a goal in seconds."""
    often = (repeats, slow_repeats)
    expected = problem.call()
    ours = checked_side(MENSURA, problem.call, lambda _: None, *often)
    rivals = [rival for rival in problem.rivals if is_installed(rival.module)]
    sides = [
        checked_side(
            rival.name,
            rival.prepare(),
            lambda found, rival=rival: check_samples(rival, found, expected),
            *often,
        )
        for rival in rivals
    ]
    run_alternating([ours, *sides])
    for rival, side in zip(rivals, sides, strict=True):
        scaled = Side(side.name, bool, seconds=[rival.scale * t for t in side.seconds])
        against = ratio(scaled, ours)
        yield {
            "work": problem.described,
            "samples": problem.samples,
            "seconds": ours.seconds,
            "beside": rival.name + (" (scaled)" if rival.scale != 1 else ""),
            "its seconds": scaled.seconds,
            "ratio": [against.median, against.low, against.high],
            "goal": f"at least {rival.times:g}",
            "reached": against.median >= rival.times,
        }
    if problem.within is not None:
        yield {
            "work": problem.described,
            "samples": problem.samples,
            "seconds": ours.seconds,
            "goal": f"at most {problem.within:g} s",
            "reached": ours.median <= problem.within,
        }


def table_of(rows: Sequence[Row]) -> str:
    """Markdown of all rows, and how many goals are reached."""
    reached = sum(row["reached"] for row in rows)
    table = markdown_table(list(COLUMNS), map(_cells, rows))
    return f"{table}\n\nGoals reached: {reached} of {len(rows)}."


def _cells(row: Row) -> list[str]:
    ours = float(np.median(row["seconds"]))
    other = ["-"] * 4
    if "beside" in row:
        theirs = float(np.median(row["its seconds"]))
        middle, low, high = row["ratio"]
        other = [
            row["beside"],
            f"{theirs * 1e3:.4g}",
            str(len(row["its seconds"])),
            f"{middle:.2f} ({low:.2f}..{high:.2f})",
        ]
    answer = "reached" if row["reached"] else "MISSED"
    per_sample = f"{ours / row['samples'] * 1e9:.2f}"
    return [row["work"], f"{ours * 1e3:.4g}", per_sample, *other, row["goal"], answer]


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare.profiles",
        description=(__doc__ or "").partition("\n")[0],
    )
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one")
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--repeats", type=int, default=REPEATS, help="timed calls of a side")
    parser.add_argument("--slow-repeats", type=int, default=SLOW_REPEATS, help="of a slow rival")
    parser.add_argument("--output", type=Path, help="folder for the table and a JSON record")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, write where asked to; 0 when all samples agree."""
    options = parse_arguments(arguments)
    facts: Mapping[str, str] = facts_of_this_run(PACKAGES)
    print(f"{heading_of(facts)}\n", flush=True)
    use_threads(THREADS)
    rows: list[Row] = []
    agree = True
    for name in options.case or CASES:
        problem = CASES[name].make(options.size, THREADS)
        try:
            rows += rows_of(problem, options.repeats, options.slow_repeats)
        except AssertionError as difference:
            print(f"{name}: {difference}", file=sys.stderr)
            agree = False
    text = (
        f"mensura with {THREADS} threads; medians of {options.repeats} calls in turn, of a rival "
        f"of more than 5 s of {options.slow_repeats}; ratios of medians, in brackets those of the "
        f"extremes.\n\n{table_of(rows)}"
    )
    print(text)
    if options.output is not None:
        write_results(options.output / "profiles", "Profiles", facts, {"rows": rows}, text)
    return int(not agree)


if __name__ == "__main__":
    sys.exit(main())
