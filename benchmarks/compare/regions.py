"""mensura.measure beside every other library that measures regions: the same numbers, how soon.

Run from the project's root, with the folder of real images in the environment:

    MENSURA_SHARED=... python -m benchmarks.compare.regions --output results

First the default measurements are compared with scikit-image's on each of the 77 real pairs. Then
the cases of `regions_cases` are timed, mensura with two threads and the peers of `regions_peers` in
turn, warm, seven calls each (three of a peer whose call takes more than 5 s), and one table of
ratios is printed with the goal of each. Goals are of three kinds: so many times sooner than a peer,
at most so many times the time of another input, so many seconds at most. What is not installed,
has no data, or does not fit the memory is left out.

The share of the bandwidth counts the bytes of labels and image once, and is of what NumPy reads of
the same labels with as many threads, in turn with the others. The whole takes about six minutes and
needs 14 GB for the largest case. Exit code 1 when a number differs by more than 1e-9 of itself.
Another run is asked for by name:

    python -m benchmarks.compare.regions --memory     # peak memory beside the input, an object
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..scenes import NoSharedDataError
from . import regions_equality, regions_memory
from .regions_cases import CASES, COLUMNS
from .regions_peers import PACKAGES
from .regions_times import MENSURA, Record, run_cases
from .results import facts_of_this_run, heading_of, write_results
from .timing import Side, markdown_table, ratio

THREADS = 2
REPEATS = 7
SLOW_REPEATS = 3

RATIOS = (
    "scene",
    "columns",
    "mensura ms",
    "beside",
    "its ms",
    "calls",
    "ratio",
    "goal",
    "reached",
)
RATES = (
    "scene",
    "shape",
    "dtypes",
    "objects",
    "mensura ms",
    "Mpixel/s",
    "objects/s",
    "GB/s",
    "bandwidth",
)

Row = dict[str, Any]


# --- times ----------------------------------------------------------------------------------------


def rows_of(record: Record) -> list[Row]:
    """One row a goal of the case."""
    case = CASES[record["case"]]
    sides = {
        name: Side(name, bool, seconds=[record["scales"].get(name, 1) * t for t in times])
        for name, times in record["seconds"].items()
    }
    ours = sides[MENSURA]
    start = {"case": case.name, "columns": case.columns, "seconds": ours.median}
    rows = [
        start | _faster(sides[name], ours, times) | {"scale": record["scales"].get(name)}
        for name, times in case.faster.items()
        if name in sides
    ]
    if case.baseline is not None:
        rows.append(start | _at_most(sides[case.baseline[0]], ours, case.at_most))
    if case.within is not None:
        reached = ours.median <= case.within
        rows.append(start | {"goal": f"at most {case.within:g} s", "reached": reached})
    return rows


def _beside(side: Side, against: Any) -> Row:
    return {
        "beside": side.name,
        "its seconds": side.median,
        "calls": len(side.seconds),
        "ratio": [against.median, against.low, against.high],
    }


def _faster(peer: Side, ours: Side, times: float) -> Row:
    """Compare with a peer, which is to take at least so many times as long."""
    against = ratio(peer, ours)
    goal = {"goal": f"at least {times:g}", "reached": against.median >= times}
    return _beside(peer, against) | goal


def _at_most(other: Side, ours: Side, times: float) -> Row:
    """Compare with mensura on another input, of whose time at most so many times is to be taken."""
    against = ratio(ours, other)
    return _beside(other, against) | {
        "goal": f"at most {times:g}",
        "reached": against.median <= times,
    }


def ratios_table(rows: Sequence[Row]) -> str:
    """Markdown of all rows, and how many goals are reached."""
    reached = sum(row["reached"] for row in rows)
    table = markdown_table(list(RATIOS), map(_ratio_cells, rows))
    return f"{table}\n\nGoals reached: {reached} of {len(rows)}."


def _ratio_cells(row: Row) -> list[str]:
    """Write a row of the table of ratios, in the order of `RATIOS`."""
    other = ["-"] * 4
    if "beside" in row:
        median, low, high = row["ratio"]
        scaled = " (scaled)" if row.get("scale") else ""
        other = [
            row["beside"] + scaled,
            f"{row['its seconds'] * 1e3:.4g}",
            str(row["calls"]),
            f"{median:.2f} ({low:.2f}..{high:.2f})",
        ]
    answer = "reached" if row["reached"] else "MISSED"
    milliseconds = f"{row['seconds'] * 1e3:.4g}"
    return [row["case"], row["columns"], milliseconds, *other, row["goal"], answer]


def rates_table(records: Sequence[Record]) -> str:
    """Markdown of mensura's throughput in every case."""
    return markdown_table(list(RATES), map(_rate_cells, records))


def _rate_cells(record: Record) -> list[str]:
    """Write a row of the table of throughput, in the order of `RATES`."""
    seconds = Side(MENSURA, bool, seconds=record["seconds"][MENSURA]).median
    return [
        record["case"],
        " x ".join(map(str, record["shape"])),
        ", ".join(record["dtypes"]),
        str(record["objects"]),
        f"{seconds * 1e3:.4g}",
        f"{record['pixels'] / seconds / 1e6:.0f}",
        f"{record['objects'] / seconds:.3g}",
        f"{record['bytes'] / seconds / 1e9:.1f}",
        f"{record['bytes'] / seconds / record['read bandwidth']:.0%}",
    ]


def compare_times(options: argparse.Namespace) -> tuple[Record, str]:
    """Time the cases; return the record to keep and the text to print."""
    names = [name for name in CASES if not options.scene or name in options.scene]
    records = list(run_cases(names, THREADS, options.size, options.repeats, options.slow_repeats))
    rows = [row for record in records for row in rows_of(record)]
    text = (
        f"mensura with {THREADS} threads; medians of {options.repeats} calls in turn, of a peer of "
        f"more than 5 s of {options.slow_repeats}; ratios of medians, in brackets those of the "
        f"extremes.\n\n{columns_text()}\n\n{ratios_table(rows)}{scaled_text(rows)}\n\n"
        f"Bytes of labels and image a second, and their share of what NumPy reads with {THREADS} "
        f"threads, in turn with the others:\n\n{rates_table(records)}"
    )
    return {"rows": rows, "records": records}, text


def columns_text() -> str:
    """Say what each set of columns is."""
    return "\n".join(f"- {name}: {', '.join(names())}" for name, names in COLUMNS.items())


def scaled_text(rows: Sequence[Row]) -> str:
    """Say of which times were measured on a corner and scaled."""
    return "".join(
        f"\n\n{row['case']}: {row['beside']} measures a corner of "
        f"{CASES[row['case']].crops[row['beside']]} pixels a side; its time is multiplied by "
        f"{row['scale']:.4g}, the objects of the whole over those of the corner."
        for row in rows
        if row.get("scale")
    )


# --- command --------------------------------------------------------------------------------------


def compare_all(options: argparse.Namespace) -> tuple[Record, str, bool]:
    """Compare numbers, then times; the record, the text, and whether the numbers agree."""
    try:
        worst, pairs, objects = regions_equality.largest_differences()
    except NoSharedDataError as reason:
        print(f"numbers are not compared: {reason}", file=sys.stderr)
        record, text = compare_times(options)
        return record, text, True
    report = regions_equality.difference_report(worst, pairs, objects)
    record, text = compare_times(options)
    differences = {column: difference for column, (difference, _) in worst.items()}
    agree = all(difference <= regions_equality.TOLERANCE for difference in differences.values())
    return record | {"differences": differences}, f"{report}\n\n{text}", agree


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare.regions", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--scene", action="append", choices=list(CASES), help="only this one")
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--repeats", type=int, default=REPEATS, help="timed calls of a side")
    parser.add_argument("--slow-repeats", type=int, default=SLOW_REPEATS, help="of a slow peer")
    parser.add_argument("--output", type=Path, help="folder for the tables and a JSON record")
    parser.add_argument("--memory", action="store_true", help="measure peak memory instead")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, write where asked to; 0 when all numbers agree."""
    options = parse_arguments(arguments)
    facts: Mapping[str, str] = facts_of_this_run(PACKAGES)
    print(f"{heading_of(facts)}\n", flush=True)
    agree = True
    if options.memory:
        name, (record, text) = "regions-memory", regions_memory.compare_memory(options.size)
    else:
        name, (record, text, agree) = "regions", compare_all(options)
    print(text)
    if options.output is not None:
        write_results(options.output / name, "Region measurements", facts, record, text)
    return int(not agree)


if __name__ == "__main__":
    sys.exit(main())
