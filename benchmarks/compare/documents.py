"""The tables of comparisons in the README and the docs, made from what was recorded.

    python -m benchmarks.compare.documents         # writes them between their marks

A test fails where a page has another table than the record gives.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import ROOT
from .__main__ import RESULTS
from .results import replaced
from .timing import markdown_table

COMMAND = "python -m benchmarks.compare.documents"

#: The cases that are shown, and what to call them.
SHOWN = {
    "nuclei": "nuclei",
    "blobs": "blobs",
    "real nuclei": "real nuclei",
    "smooth uint8 > 127": "grey uint8 `> 127`",
    "noise 0.1": "noise of density 0.1",
    "noise 0.5": "noise of density 0.5",
    "noise 0.9": "noise of density 0.9",
    "nuclei to table": "nuclei to area, box and centroid, no labels",
    "blobs to table": "blobs to area, box and centroid, no labels",
    "large blobs 3-D, 26": "blobs, 26 neighbors",
    "large blobs 3-D, 6": "blobs, 6 neighbors",
    "noise 3-D, 26": "noise of density 0.3, 26 neighbors",
    "large tissue 3-D, 26": "tissue of touching cells, 26 neighbors",
}


def labeling_table(record: Mapping[str, Any]) -> str:
    """Write the rows with two threads; in brackets the ratio with one, where peers use threads."""
    by_case = {(row["case"], row["threads"]): row for row in record["rows"]}
    rows = []
    for case, shown in SHOWN.items():
        row = by_case.get((case, 2))
        if row is None or "fastest peer" not in row:
            continue
        peer = row["fastest peer"]
        shape = " x ".join(map(str, row["shape"]))
        faster = f"{row['times faster'][0]:.1f}"
        alone = by_case.get((case, 1))
        if alone is not None and "times faster" in alone:
            faster += f" ({alone['times faster'][0]:.1f})"
        cells = [f"{shown}, {shape}", _milliseconds(row["seconds"])]
        rows.append([*cells, f"{peer}, {_milliseconds(row['peers'][peer])}", faster])
    return markdown_table(["image", "mensura", "fastest peer", "times faster"], rows)


def regions_table(record: Mapping[str, Any]) -> str:
    """Write every row that has a goal; what is beside itself has another input."""
    inputs = {each["case"]: each for each in record["records"]}
    rows = []
    for row in record["rows"]:
        shape = " x ".join(map(str, inputs[row["case"]]["shape"]))
        scene = f"{row['case']}, {shape}, {inputs[row['case']]['objects']:,} objects"
        ratio = "{:.3g} ({:.3g}..{:.3g})".format(*row["ratio"]) if "ratio" in row else ""
        beside = f"{row['beside']}, {_time(row['its seconds'])}" if "ratio" in row else ""
        scaled = ", scaled from a corner" if row.get("scale") else ""
        rows.append(
            [scene, row["columns"], _time(row["seconds"]), beside + scaled, ratio, row["goal"]]
        )
    return markdown_table(["scene", "columns", "mensura", "beside", "ratio", "goal"], rows)


def _time(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else _milliseconds(seconds)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"


@dataclass(frozen=True)
class Document:
    """A page, the record that its table is made from, and how."""

    page: Path
    record: Path
    table_of: Callable[[Mapping[str, Any]], str]

    @property
    def marks(self) -> tuple[str, str]:
        """The lines before and behind the table."""
        stage = self.record.stem
        return f"<!-- {stage}: {COMMAND} -->", f"<!-- end of {stage} -->"

    def written(self) -> str:
        """Return the page with the table that the record gives."""
        table = self.table_of(json.loads(self.record.read_text()))
        return replaced(self.page.read_text(), *self.marks, table)


DOCUMENTS = (
    Document(ROOT / "README.md", RESULTS / "labeling.json", labeling_table),
    Document(ROOT / "docs" / "measuring.md", RESULTS / "regions.json", regions_table),
)


def main(documents: tuple[Document, ...] = DOCUMENTS) -> int:
    """Write the tables into their pages."""
    for document in documents:
        document.page.write_text(document.written())
    return 0


if __name__ == "__main__":
    sys.exit(main())
