"""Times mensura and its peers on cases, every side with the same number of threads.

In a process of its own, because some peers read their number of threads only when they start:

    RAYON_NUM_THREADS=1 python -m benchmarks.compare.labeling_times 1 records.json "noise 0.5"

The sides take turns. Each is called once before, and has to find as many components as mensura.
Peers that are called less often than the others are marked slow in `labeling_peers`; a call of
more than 5 s is timed once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..scenes import NoSharedDataError
from . import ROOT
from .labeling_cases import CASES
from .labeling_peers import PEERS, Count, Problem, mensura_call
from .peers import use_threads
from .timing import Side, checked_side, run_alternating

LABEL_BYTES = 4  # every side writes 32-bit labels; cc3d 16-bit ones where they do

Record = dict[str, Any]


def mensura_name(threads: int) -> str:
    """Name of mensura's side."""
    return f"mensura, {threads} thread{'s' if threads > 1 else ''}"


def sides_for(problem: Problem, threads: int, repeats: int, slow_repeats: int) -> list[Side]:
    """Return mensura with every number of threads up to `threads`, and every peer that applies."""
    expected = mensura_call(problem, threads)()
    sides = [
        _checked_side(mensura_name(used), mensura_call(problem, used), expected, repeats)
        for used in range(threads, 0, -1)
    ]
    for peer in PEERS:
        if peer.takes(problem):
            times = slow_repeats if peer.slow else repeats
            sides.append(_checked_side(peer.name, peer.prepare(problem), expected, times))
    return sides


def _checked_side(name: str, call: Count, expected: int, repeats: int) -> Side:
    """Return the side, which has to count as expected."""

    def check(found: int) -> None:
        if found != expected:
            raise AssertionError(f"{name} finds {found} components and mensura {expected}")

    return checked_side(name, call, check, repeats, long_repeats=1)


def run_cases(
    names: Sequence[str], threads: int, size: str, repeats: int, slow_repeats: int
) -> Iterator[Record]:
    """Time every case and yield its record."""
    use_threads(threads)
    for name in names:
        started = time.perf_counter()
        try:
            problem = CASES[name].problem(size)
        except NoSharedDataError as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        sides = sides_for(problem, threads, repeats, slow_repeats)
        run_alternating(sides)
        yield {
            "case": name,
            "shape": problem.image.shape,
            "pixels": problem.image.size,
            "neighbors": problem.neighbors,
            "threads": threads,
            "threaded": any(peer.threaded and peer.takes(problem) for peer in PEERS),
            "bytes per pixel": problem.image.itemsize + (0 if problem.table else LABEL_BYTES),
            "seconds": {side.name: side.seconds for side in sides},
        }
        spent = time.perf_counter() - started
        print(f"{name}, threads={threads}: {spent:.1f} s", file=sys.stderr, flush=True)


def run_in_new_process(
    names: Sequence[str], threads: int, size: str, repeats: int, slow_repeats: int
) -> list[Record]:
    """`run_cases` in a process that was started with that number of threads."""
    if not names:
        return []
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "records.json"
        options = ["--size", size, "--repeats", str(repeats), "--slow-repeats", str(slow_repeats)]
        command = [sys.executable, "-m", __spec__.name, str(threads), str(written), *names]
        environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
        subprocess.run([*command, *options], check=True, cwd=ROOT, env=environment)
        return json.loads(written.read_text())


def main(arguments: Sequence[str] | None = None) -> int:
    """Time the cases that are named and write their records."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("threads", type=int)
    parser.add_argument("output", type=Path, help="file for the records")
    parser.add_argument("case", nargs="+", choices=list(CASES))
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--slow-repeats", type=int, default=3)
    given = parser.parse_args(arguments)
    records = run_cases(given.case, given.threads, given.size, given.repeats, given.slow_repeats)
    given.output.write_text(json.dumps(list(records)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
