"""Measures the most memory that mensura holds while it works, beside its input and its output.

One process a case: it loads the image, makes an output array and writes to every page of it, sets
the kernel's record of the most memory to what is held now, calls, and reads the record again.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import mensura

from .labeling_cases import CASES
from .labeling_peers import CONNECTIVITY, Problem
from .memory import check_growth_is_known, growth, peak_in_new_process
from .timing import markdown_table

NAMES = (
    "nuclei",
    "blobs",
    "noise 0.1",
    "noise 0.5",
    "noise 0.9",
    "smooth uint16 > 32767",
    "nuclei to table",
    "blobs to table",
    "large blobs 3-D, 26",
    "noise 3-D, 26",
    "noise 3-D, 6",
    "large tissue 3-D, 26",
)
BYTES_A_PIXEL = 0.3  # what may be held beside input and output: so much for each pixel ...
BYTES_A_RUN = 8  # ... and so much for each stretch of equal pixels on one row

Row = dict[str, Any]


def num_runs(problem: Problem) -> int:
    """Count the stretches of equal foreground pixels on the rows of the image."""
    rows = problem.mask
    differs = rows[..., 1:] != rows[..., :-1]
    first = np.count_nonzero(rows[..., 0])
    return int(first + np.count_nonzero(differs & (rows[..., 1:] != 0)))


def peak_memory(problem: Problem, threads: int) -> int | None:
    """Bytes that mensura holds at most, beside input and output, while it solves the problem."""
    mensura.measure(mensura.label(np.eye(3, dtype=bool)))  # loads what only a first call does
    if problem.table:
        tables = []
        grown = growth(lambda: tables.append(mensura.measure(problem.image, threads=threads)))
        return grown and grown - sum(column.nbytes for column in tables[0].values())
    out = np.full(problem.image.shape, -1, np.int32)
    steps, level = CONNECTIVITY[problem.neighbors], problem.threshold
    return growth(
        lambda: mensura.label(problem.image, steps, threshold=level, out=out, threads=threads)
    )


def measure_case(name: str, size: str, threads: int) -> Row:
    """Measure one case in a new process, which reads the image from a file."""
    problem = CASES[name].problem(size)
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.npy"
        np.save(image, problem.image)
        peak = peak_in_new_process(__spec__.name, name, str(image), str(threads))
    runs = num_runs(problem)
    allowed = BYTES_A_PIXEL * problem.image.size + BYTES_A_RUN * runs
    return {
        "case": name,
        "pixels": problem.image.size,
        "runs": runs,
        "peak": peak,
        "allowed": allowed,
        "reached": peak <= allowed,
    }


def compare_memory(size: str, threads: int = 2) -> tuple[dict[str, Any], str]:
    """Measure all cases; return the record to keep and the text to print."""
    check_growth_is_known()
    rows = [measure_case(name, size, threads) for name in NAMES]
    text = (
        f"Peak memory beside input and output, {threads} threads; allowed are {BYTES_A_PIXEL} "
        f"bytes a pixel and {BYTES_A_RUN} bytes a run:\n\n{memory_table(rows)}"
    )
    return {"memory": rows}, text


def memory_table(rows: Sequence[Row]) -> str:
    """Markdown of what `measure_case` found."""
    header = ["scene", "pixels", "runs a pixel", "peak MB", "bytes a pixel", "allowed", "reached"]
    return markdown_table(
        header,
        (
            [
                row["case"],
                row["pixels"],
                f"{row['runs'] / row['pixels']:.4f}",
                f"{row['peak'] / 1e6:.2f}",
                f"{row['peak'] / row['pixels']:.3f}",
                f"{row['allowed'] / row['pixels']:.3f}",
                "yes" if row["reached"] else "no",
            ]
            for row in rows
        ),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the peak of one case whose image lies in a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("case", choices=list(CASES))
    parser.add_argument("image", type=Path)
    parser.add_argument("threads", type=int)
    given = parser.parse_args(arguments)
    case = CASES[given.case]
    image = np.load(given.image)
    print(peak_memory(Problem(image, case.neighbors, case.threshold, case.table), given.threads))
    return 0


if __name__ == "__main__":
    sys.exit(main())
