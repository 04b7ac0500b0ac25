"""asv suite: tables to the libraries and files that take them from there."""

# ruff: noqa: ARG002  (asv hands every parameter to setup and to every method)

import importlib.util
from pathlib import Path
from typing import Any

import mensura

from .compare.timing import median_seconds
from .scenes import LABELS


class Tables:
    """A table of many objects and few columns, and of few objects and all columns."""

    size = "full"
    params = (["tiny objects", "nuclei"],)
    param_names = ("scene",)

    def setup(self, scene: str) -> None:
        labels, image = LABELS[scene].make(self.size)
        measurements = None if scene == "tiny objects" else "all"
        self.table = mensura.measure(labels, image, measurements)

    def time_to_pandas(self, scene: str) -> Any:
        return self.table.to_pandas()

    def time_arrow_stream(self, scene: str) -> Any:
        return self.table.__arrow_c_stream__()

    def time_repr(self, scene: str) -> Any:
        return repr(self.table)

    def track_rows_to_pandas(self, scene: str) -> float:
        return len(self.table["label"]) / median_seconds(self.table.to_pandas, repeats=5)

    track_rows_to_pandas.unit = "rows/s"  # type: ignore[attr-defined]


class TableFiles:
    """Tables written to the current folder, which asv makes for each benchmark."""

    size = "full"
    params = (["nuclei 2048"], ["csv", "parquet"])
    param_names = ("scene", "format")

    def setup(self, scene: str, format: str) -> None:  # noqa: A002 - a parameter's name
        if format == "parquet" and importlib.util.find_spec("pyarrow") is None:
            raise NotImplementedError("needs pyarrow")
        labels, image = LABELS[scene].make(self.size)
        self.table = mensura.measure(labels, image, "all")
        self.write = {"csv": self.table.to_csv, "parquet": self.table.to_parquet}[format]

    def time_write(self, scene: str, format: str) -> Any:  # noqa: A002
        self.write(f"table.{format}")
        return True

    def track_bytes_per_value(self, scene: str, format: str) -> float:  # noqa: A002
        self.write(f"table.{format}")
        values = len(self.table) * len(self.table["label"])
        return Path(f"table.{format}").stat().st_size / values

    track_bytes_per_value.unit = "bytes/value"  # type: ignore[attr-defined]
