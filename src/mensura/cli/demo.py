"""The command ``mensura demo``: a real image from its pixels to table and picture.

Everything is computed first and written last. What is timed is the measuring alone.
"""

from pathlib import Path
from statistics import median
from time import perf_counter

import typer
from rich.console import Console

import mensura as ms
from mensura.cli.nuclei import Nuclei, find_nuclei
from mensura.cli.printing import print_rows
from mensura.io import import_package, write_labels
from mensura.report import save_overview
from mensura.table import Table

_PACKAGES = ["skimage", "tifffile", "pyarrow", "matplotlib"]  # missing one, nothing is written
_CALLS = 5
_ROWS = 5
_SHOWN = ["label", "area", "centroid-0", "centroid-1", "intensity_mean", "intensity_sum"]


def run_demo(directory: Path, console: Console) -> None:
    """Find, measure and draw the nuclei; write four files into `directory`; print what was done."""
    if directory.exists() and not directory.is_dir():
        raise NotADirectoryError(f"--output {directory}: is a file, not a directory")
    if not directory.parent.is_dir():
        raise FileNotFoundError(f"--output {directory}: no such directory: {directory.parent}")
    for package in _PACKAGES:
        import_package(package, "all")
    nuclei = find_nuclei()
    table, seconds = _measure_timed(nuclei)
    directory.mkdir(exist_ok=True)
    _write(directory, nuclei, table)
    _print(directory, table, seconds, console)


def _measure_timed(nuclei: Nuclei) -> tuple[Table, float]:
    """Return the table and the median time of some calls: one alone may be disturbed."""
    times = []
    for _ in range(_CALLS):
        start = perf_counter()
        table = ms.measure(nuclei.labels, nuclei.hematoxylin)
        times.append(perf_counter() - start)
    return table, median(times)


def _write(directory: Path, nuclei: Nuclei, table: Table) -> None:
    write_labels(directory / "labels.tif", nuclei.labels)
    table.to_csv(directory / "table.csv")
    table.to_parquet(directory / "table.parquet")
    save_overview(directory / "overview.png", nuclei.photograph, nuclei.labels, table)


def _print(directory: Path, table: Table, seconds: float, console: Console) -> None:
    print_rows(table, _SHOWN, _ROWS, console)
    typer.echo(
        f"{table.num_rows:,} nuclei measured in {1000 * seconds:.2g} ms: "
        f"{table.num_rows / seconds:,.0f} objects per second"
    )
    typer.echo(
        f"(timed: mensura.measure of a label image with intensities, {len(table.columns)} columns, "
        f"median of {_CALLS} calls)"
    )
    tables = ("table.csv", "table.csv-metadata.json", "table.parquet")
    for name in ("labels.tif", *tables, "overview.png"):
        typer.echo(f"wrote {directory / name}")
