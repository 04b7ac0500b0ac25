"""Measures the most memory that mensura holds beside its input while it makes the default table.

One process a case, which reads labels and image from files, so that making them is not the peak.
The table itself counts: what is held beside the input is to be so many bytes an object at most.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from .memory import check_growth_is_known, growth, peak_in_new_process
from .regions_cases import CASES
from .timing import markdown_table

NAMES = ("nuclei", "nuclei, sparse 64-bit ids", "tiny objects", "cells 3-D", "large cells 3-D")
BYTES_AN_OBJECT = 300

Row = dict[str, Any]


def peak_memory(labels: NDArray[Any], image: NDArray[Any], threads: int) -> int | None:
    """Bytes that mensura holds at most beside labels and image, the table among them."""
    # Loads the code that a first call does, also that of threads.
    shape = (512, 1024) if labels.ndim == 2 else (8, 256, 256)
    pixel, black = (np.zeros(shape, array.dtype) for array in (labels, image))
    pixel.flat[0] = 1
    mensura.measure(pixel, black, threads=threads)
    tables = []
    return growth(lambda: tables.append(mensura.measure(labels, image, threads=threads)))


def measure_case(name: str, size: str, threads: int) -> Row:
    """Measure one case in a new process."""
    problem = CASES[name].problem(size)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "labels.npy", problem.labels)
        np.save(Path(folder) / "image.npy", problem.image)
        peak = peak_in_new_process(__spec__.name, folder, str(threads))
    table = mensura.measure(problem.labels, problem.image, threads=threads)
    objects = table.num_rows
    return {
        "case": name,
        "pixels": problem.labels.size,
        "objects": objects,
        "table": sum(column.nbytes for column in table.values()),
        "peak": peak,
        "allowed": BYTES_AN_OBJECT * objects,
        "reached": peak <= BYTES_AN_OBJECT * objects,
    }


def compare_memory(size: str, threads: int = 2) -> tuple[dict[str, Any], str]:
    """Measure all cases; return the record to keep and the text to print."""
    check_growth_is_known()
    rows = [measure_case(name, size, threads) for name in NAMES]
    text = (
        f"Peak memory beside the input of the default measurements, {threads} threads; allowed are "
        f"{BYTES_AN_OBJECT} bytes an object, the table among them:\n\n{memory_table(rows)}"
    )
    return {"memory": rows}, text


def memory_table(rows: Sequence[Row]) -> str:
    """Markdown of what `measure_case` found."""
    header = ["scene", "pixels", "objects", "peak MB", "bytes an object", "of the table", "reached"]
    return markdown_table(
        header,
        (
            [
                row["case"],
                row["pixels"],
                row["objects"],
                f"{row['peak'] / 1e6:.2f}",
                f"{row['peak'] / row['objects']:.0f}",
                f"{row['table'] / row['objects']:.0f}",
                "reached" if row["reached"] else "MISSED",
            ]
            for row in rows
        ),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the peak of one case whose labels and image lie in a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("threads", type=int)
    given = parser.parse_args(arguments)
    labels, image = (np.load(given.folder / f"{name}.npy") for name in ("labels", "image"))
    print(peak_memory(labels, image, given.threads))
    return 0


if __name__ == "__main__":
    sys.exit(main())
