"""mensura.label beside every other library that is installed: as many components, and how soon.

Run from the project's root; scenes of real images need their folder in the environment:

    MENSURA_SHARED=... python -m benchmarks.compare.labeling --output results --plot

prints one table of ratios, with the goal of each, and writes it with all medians to a folder. Every
side gets two threads, then one, each time in a process of its own in which the sides take turns,
warm, seven calls each (three of slow peers); where no peer uses threads the second time is spared.
OpenCV runs with each of its algorithms. Cases are in `labeling_cases`, peers in `labeling_peers`;
one that is not installed, or does not take a case, is left out. With a plot, which is drawn to
docs/images, noise of more densities is timed.

The share of the bandwidth is of what NumPy copies with as many threads in the same run, counting
bytes read and written; a case has to move each pixel's bytes in and, where labels are asked for,
4 bytes out. The whole takes about seven minutes, in 4 GB. Another run is asked for by name:

    python -m benchmarks.compare.labeling --memory     # peak memory beside input and output
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import labeling_memory
from .labeling_cases import CASES, FASTEST
from .labeling_peers import PACKAGES
from .labeling_plot import plot_noise
from .labeling_times import Record, mensura_name, run_in_new_process
from .results import facts_of_this_run, heading_of, write_results
from .timing import Side, copy_bandwidth, markdown_table, ratio

REPEATS = 7
SLOW_REPEATS = 3
PLOT = Path("docs", "images", "labeling-noise.png")
THREADS = (2, 1)

COLUMNS = (
    "scene",
    "shape",
    "neighbors",
    "threads",
    "mensura ms",
    "Mpixel/s",
    "bandwidth",
    "fastest peer",
    "its ms",
    "times faster",
    "goal",
    "reached",
)

Row = dict[str, Any]


# --- times ----------------------------------------------------------------------------------------


def run_all(names: Sequence[str], size: str, repeats: int, slow_repeats: int) -> list[Record]:
    """Time the cases with two threads, and again with one those with a peer that uses threads."""
    options = (size, repeats, slow_repeats)
    two = run_in_new_process(names, 2, *options)
    again = [record["case"] for record in two if record["threaded"]]
    one = run_in_new_process([name for name in again if CASES[name].listed], 1, *options)
    return two + one


def rows_of(records: Sequence[Record], bandwidths: Mapping[int, float]) -> list[Row]:
    """One row a case and number of threads; peers without threads count for either."""
    order = list(CASES)
    return [
        row_of(record, threads, bandwidths[threads])
        for threads in THREADS
        for record in sorted(records, key=lambda record: order.index(record["case"]))
        if CASES[record["case"]].listed and (record["threads"] == threads or not record["threaded"])
    ]


def row_of(record: Record, threads: int, bandwidth: float) -> Row:
    """Compare mensura with the fastest peer, and with those that the goals name."""
    sides = {name: Side(name, bool, seconds=times) for name, times in record["seconds"].items()}
    ours = sides[mensura_name(threads)]
    peers = {name: side for name, side in sides.items() if not name.startswith("mensura")}
    row = {
        "case": record["case"],
        "shape": record["shape"],
        "neighbors": record["neighbors"],
        "threads": threads,
        "seconds": ours.median,
        "pixels per second": record["pixels"] / ours.median,
        "bandwidth share": record["pixels"] * record["bytes per pixel"] / ours.median / bandwidth,
        "peers": {name: side.median for name, side in peers.items()},
    }
    if peers:
        fastest = min(peers.values(), key=lambda side: side.median)
        against = ratio(fastest, ours)
        row["fastest peer"] = fastest.name
        row["times faster"] = [against.median, against.low, against.high]
        peers[FASTEST] = fastest
    row["goals"] = [
        {"times": goal.times, "over": goal.over, "is": ratio(peers[goal.over], ours).median}
        for goal in CASES[record["case"]].goals.get(threads, ())
        if goal.over in peers
    ]
    return row


def cells_of(row: Row) -> list[str]:
    """Write a row of the table of ratios, in the order of `COLUMNS`."""
    faster = "-"
    if "times faster" in row:
        median, low, high = row["times faster"]
        faster = f"{median:.2f} ({low:.2f}..{high:.2f})"
    fastest = row.get("fastest peer", "-")
    return [
        row["case"],
        " x ".join(map(str, row["shape"])),
        str(row["neighbors"]),
        str(row["threads"]),
        _milliseconds(row["seconds"]),
        f"{row['pixels per second'] / 1e6:.0f}",
        f"{row['bandwidth share']:.0%}",
        fastest,
        _milliseconds(row["peers"].get(fastest)),
        faster,
        ", ".join(_goal_text(goal) for goal in row["goals"]) or "-",
        ", ".join(_reached_text(goal) for goal in row["goals"]) or "-",
    ]


def _milliseconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1e3:.2f}"


def _goal_text(goal: Mapping[str, Any]) -> str:
    return f"{goal['times']:g}" + ("" if goal["over"] == FASTEST else f" x {goal['over']}")


def _reached_text(goal: Mapping[str, Any]) -> str:
    answer = "yes" if goal["is"] >= goal["times"] else "no"
    return answer + ("" if goal["over"] == FASTEST else f" ({goal['is']:.1f})")


def ratios_table(rows: Sequence[Row]) -> str:
    """Markdown of all rows, and how many goals are reached."""
    goals = [goal for row in rows for goal in row["goals"]]
    reached = sum(goal["is"] >= goal["times"] for goal in goals)
    table = markdown_table(list(COLUMNS), map(cells_of, rows))
    return f"{table}\n\nGoals reached: {reached} of {len(goals)}."


def peers_table(rows: Sequence[Row]) -> str:
    """Markdown of the median of every side in every row."""
    names = list(dict.fromkeys(name for row in rows for name in row["peers"]))
    return markdown_table(
        ["scene", "threads", "mensura", *names],
        (
            [row["case"], row["threads"], _milliseconds(row["seconds"])]
            + [_milliseconds(row["peers"].get(name)) for name in names]
            for row in rows
        ),
    )


# --- command --------------------------------------------------------------------------------------


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare.labeling", description=(__doc__ or "").partition("\n")[0]
    )
    listed = [case.name for case in CASES.values() if case.listed]
    parser.add_argument("--scene", action="append", choices=listed, help="only this one")
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--repeats", type=int, default=REPEATS, help="timed calls of a side")
    parser.add_argument("--slow-repeats", type=int, default=SLOW_REPEATS, help="of a slow peer")
    parser.add_argument("--output", type=Path, help="folder for the tables and a JSON record")
    parser.add_argument(
        "--plot",
        type=Path,
        nargs="?",
        const=PLOT,
        help=f"draw throughput over the density of noise, to {PLOT} where no file is named",
    )
    parser.add_argument("--memory", action="store_true", help="measure peak memory instead")
    return parser.parse_args(arguments)


def compare_times(options: argparse.Namespace) -> tuple[Record, str]:
    """Time, draw the plot where asked to; return the record to keep and the text to print."""
    bandwidths = {threads: copy_bandwidth(threads) for threads in THREADS}
    names = [
        case.name
        for case in CASES.values()
        if (case.name in options.scene if options.scene else case.listed)
        or (options.plot and case.density)
    ]
    records = run_all(names, options.size, options.repeats, options.slow_repeats)
    rows = rows_of(records, bandwidths)
    if options.plot is not None:
        plot_noise(records, facts_of_this_run(PACKAGES), options.plot)
    copied = ", ".join(
        f"{rate / 1e9:.1f} GB/s with {mensura_name(threads).removeprefix('mensura, ')}"
        for threads, rate in bandwidths.items()
    )
    text = (
        f"A copy of NumPy's reads and writes {copied}.\n\n"
        f"Medians of {options.repeats} calls in turn ({options.slow_repeats} of slow peers) and "
        f"the ratio of medians, in brackets those of the extremes. Masks of grey images (> level) "
        f"are made by the peers within the time; mensura makes none.\n\n{ratios_table(rows)}\n\n"
        f"Medians in ms, of each peer with as many threads as it can use:\n\n{peers_table(rows)}"
    )
    return {"bandwidths": bandwidths, "rows": rows, "records": records}, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and write the results where asked to."""
    options = parse_arguments(arguments)
    facts = facts_of_this_run(PACKAGES)
    print(f"{heading_of(facts)}\n", flush=True)
    if options.memory:
        name, (record, text) = "labeling-memory", labeling_memory.compare_memory(options.size)
    else:
        name, (record, text) = "labeling", compare_times(options)
    print(text)
    if options.output is not None:
        write_results(options.output / name, "Labeling", facts, record, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
