"""The README's table of labeling, made from what `python -m benchmarks.compare labeling` recorded.

    python -m benchmarks.compare.readme         # writes it between its marks

A test fails where the README has another table than the record gives.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import ROOT
from .__main__ import RESULTS
from .results import replaced
from .timing import markdown_table

README = ROOT / "README.md"
RECORD = RESULTS / "labeling.json"
BEGIN = "<!-- labeling: python -m benchmarks.compare.readme -->"
END = "<!-- end of labeling -->"

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


def table_of(record: Mapping[str, Any]) -> str:
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


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"


def main(readme: Path = README, record: Path = RECORD) -> int:
    """Write the table into the README."""
    table = table_of(json.loads(record.read_text()))
    readme.write_text(replaced(readme.read_text(), BEGIN, END, table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
