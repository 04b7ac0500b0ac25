"""What the commands print for people, as rich tables that fit the width of the terminal."""

from typing import Any

import numpy as np
import typer
from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from mensura.table import Table


def print_rows(table: Table, columns: list[str], rows: int, console: Console) -> None:
    """Print the first `rows` rows of some `columns`, and say how many of each there are."""
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        grid.add_column(Text(name), justify="right")
    for row in zip(*(table[name][:rows].tolist() for name in columns), strict=True):
        grid.add_row(*(_as_text(value) for value in row))
    console.print(grid)
    shown = min(rows, table.num_rows)
    typer.echo(
        f"{shown} of {table.num_rows:,} rows, {len(columns)} of {len(table.columns)} columns"
    )


def print_measurements(table: Table, console: Console) -> None:
    """Print the table of `mensura.measurements`, one grid per group."""
    for group in dict.fromkeys(table["group"].tolist()):
        grid = Grid(
            title=Text(f"group {group}", style="bold"), title_justify="left",
            box=box.SIMPLE_HEAD, pad_edge=False, expand=True,
        )  # fmt: skip
        grid.add_column("name", no_wrap=True)
        grid.add_column("unit")
        grid.add_column("definition", ratio=1)
        for index in np.flatnonzero(table["group"] == group):
            definition = table["definition"][index]
            grid.add_row(*(Text(str(table[c][index])) for c in ("name", "unit")), Text(definition))
        console.print(grid)


def print_info(build: dict[str, Any], console: Console) -> None:
    """Print the facts of `mensura.build_info`, one per line."""
    grid = Grid.grid(padding=(0, 2))
    for name, value in build.items():
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        grid.add_row(Text(name), Text(text))
    console.print(grid)


def _as_text(value: object) -> Text:
    return Text(f"{value:.5g}" if isinstance(value, float) else str(value))
