"""mensura beside every peer that is installed, all stages or some, with tables, JSON and plots.

    python -m benchmarks.compare                        # all, to benchmarks/results
    python -m benchmarks.compare labeling               # one
    python -m benchmarks.compare.documents              # then: the tables of README and docs
    python -m benchmarks.compare.scaling --document     # mensura alone, over growing images

The peers are those of the extra `compare`; one that is not installed is left out. A stage is a
module of this package with a `main` that takes a command line, named in `STAGES`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import ROOT, labeling, profiles, regions

#: From each stage to its command, and what to hand it beside size and folder for all it can do.
STAGES: dict[str, tuple[Callable[[Sequence[str]], int], tuple[str, ...]]] = {
    "labeling": (labeling.main, ("--plot",)),
    "regions": (regions.main, ()),
    "profiles": (profiles.main, ()),
}
RESULTS = ROOT / "benchmarks" / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare stage after stage; 1 where one of them finds other numbers than its peers."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("stage", nargs="*", help=f"of {', '.join(STAGES)}; all unless stated")
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for tables and JSON")
    options = parser.parse_args(arguments)
    unknown = [stage for stage in options.stage if stage not in STAGES]
    if unknown:
        parser.error(f"there is no stage {unknown[0]!r}; there are {', '.join(STAGES)}")
    worst = 0
    for stage in options.stage or STAGES:
        command, more = STAGES[stage]
        if options.size == "tiny":
            more = ()  # a plot of tiny images would replace that of the documents
        given = ["--size", options.size, "--output", str(options.output), *more]
        worst = max(worst, command(given))
    return worst


if __name__ == "__main__":
    sys.exit(main())
