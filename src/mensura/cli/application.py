"""The commands of ``mensura`` and what they print.

Each command is a thin wrapper of public functions: files in, one call, files out. Every error of
the user, found by the parser, a file reader or `mensura.measure`, becomes one line on standard
error and exit code 2; output files are replaced whole or not at all.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

import mensura as ms
from mensura.cli.demo import run_demo
from mensura.cli.printing import print_info, print_measurements
from mensura.io import import_package, read_image, read_labels
from mensura.io.errors import one_line

app = typer.Typer(
    name="mensura",
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)

# UsageError of click or of the copy inside typer, whichever this typer raises for bad arguments.
_BAD_ARGUMENTS: type[Exception] = typer.BadParameter.__mro__[1]
# RuntimeError: an instruction set in MENSURA_ISA that this machine lacks.
_USER_ERRORS = (
    ValueError,
    TypeError,
    OverflowError,
    OSError,
    ImportError,
    MemoryError,
    RuntimeError,
)

_WRITERS = {".csv": "to_csv", ".parquet": "to_parquet"}


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on `arguments` and return the exit code."""
    command = typer.main.get_command(app)
    try:
        code = command.main(arguments, prog_name="mensura", standalone_mode=False)
    except typer.Abort:
        return 130  # interrupted from the keyboard, as shells number it
    except _BAD_ARGUMENTS as error:
        return _fail(error.format_message())  # type: ignore[attr-defined]
    except _USER_ERRORS as error:
        return _fail(one_line(error))
    return int(code or 0)


def _fail(reason: str) -> int:
    typer.echo(f"mensura: {' '.join(reason.split())}", err=True)
    return 2


@app.callback(invoke_without_command=True)
def _mensura(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and nothing else.")
    ] = False,
) -> None:
    """Measure the objects in images: files in, tables out.

    ```
    mensura demo                             see it work on a real image
    mensura measure labels.tif -o cells.csv  one row per object
    mensura measure --help                   options and examples
    ```
    """
    if version:
        typer.echo(f"mensura {ms.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def demo(
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Directory for the files.")
    ] = Path("mensura-demo"),
) -> None:
    """Measure the nuclei of a real tissue image and draw them.

    The image comes with scikit-image: colon tissue with nuclei stained by hematoxylin. Nothing is
    downloaded. These files are written, and replaced when they exist: labels.tif (the label image),
    table.csv and table.parquet (one row per nucleus), table.csv-metadata.json (units and
    definitions of its columns), overview.png (the nuclei outlined and numbered, and a histogram of
    their areas).

    ```
    mensura demo
    mensura demo --output /tmp/nuclei
    ```
    """
    run_demo(output, Console())


_Labels = Annotated[
    Path, typer.Argument(metavar="LABELS", help="Label image, TIFF or PNG.", show_default=False)
]
_Image = Annotated[
    Path | None,
    typer.Argument(metavar="IMAGE", help="Intensities, TIFF or PNG.", show_default=False),
]
_Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="TABLE",
        help="File to write: .csv (and NAME.csv-metadata.json with units) or .parquet.",
        show_default=False,
    ),
]
_Mask = Annotated[
    bool,
    typer.Option("--mask", help="LABELS is a mask: measure the components of its nonzero pixels."),
]
_Measurements = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES", help="Measurements and groups, separated by commas.", show_default=False
    ),
]
_Spacing = Annotated[
    str, typer.Option(metavar="SIZE", help="Pixel size: one number, or one per axis: 2,0.5,0.5.")
]
_ChannelAxis = Annotated[
    int | None,
    typer.Option(
        metavar="AXIS", help="Axis of IMAGE with its channels; default: last.", show_default=False
    ),
]
_Channels = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES", help="Names of the channels, separated by commas.", show_default=False
    ),
]
_FrameAxis = Annotated[
    int | None,
    typer.Option(
        metavar="AXIS",
        help="Axis of LABELS that counts frames or images, measured one by one.",
        show_default=False,
    ),
]
_Threads = Annotated[
    int | None,
    typer.Option(metavar="N", help="Number of threads; default: all CPUs.", show_default=False),
]


@app.command()
def measure(
    labels: _Labels,
    image: _Image = None,
    *,
    output: _Output,
    mask: _Mask = False,
    measurements: _Measurements = None,
    spacing: _Spacing = "1",
    channel_axis: _ChannelAxis = None,
    channels: _Channels = None,
    frame_axis: _FrameAxis = None,
    threads: _Threads = None,
) -> None:
    """Measure every object of a label image and write one row per object.

    LABELS holds an integer for every pixel: 0 is background, and the pixels with the same number
    are one object. A 1-bit file is a mask, whose connected components are measured; for a mask
    stored in integers (0 and 255, say) use --mask. IMAGE has the same shape, or one axis more for
    its channels. With --frame-axis both hold a time series or many images, and the table has a
    column with the number of the frame.

    ```
    mensura measure labels.tif -o shapes.csv
    mensura measure labels.tif cells.tif -o cells.parquet
    mensura measure labels.tif cells.tif -o cells.csv --measurements size
    mensura measure stack.tif -o volumes.csv --spacing 2,0.5,0.5
    mensura measure mask.png rgb.png -o spots.csv --mask --channels r,g,b
    mensura measure film.tif cells.tif -o tracks.csv --frame-axis 0
    ```
    """
    writer = _writer_of(output)
    pixel_size = _parse_spacing(spacing)
    objects = read_labels(labels, frame_axis=frame_axis)
    if mask:
        objects = _as_mask(labels, objects)
    table = ms.measure(
        objects,
        None if image is None else read_image(image),
        _split(measurements),
        spacing=pixel_size,
        channel_axis=channel_axis,
        channels=_split(channels),
        frame_axis=frame_axis,
        threads=threads,
    )
    getattr(table, writer)(output)
    objects_word = "object" if table.num_rows == 1 else "objects"
    typer.echo(f"{output}: {table.num_rows:,} {objects_word}, {len(table.columns)} columns")
    if table.num_rows == 1 and not mask and objects.dtype.kind != "b":
        typer.echo(
            f"mensura: all objects of {labels} have one number, {objects.max()}; if it is a mask, "
            "say --mask",
            err=True,
        )


def _writer_of(output: Path) -> str:
    """Return the method of `Table` that writes `output`, before any work is done for nothing."""
    suffix = output.suffix.lower()
    if suffix not in _WRITERS:
        raise ValueError(f"--output must end in {' or '.join(_WRITERS)}, got {str(output)!r}")
    if not output.parent.is_dir():
        raise FileNotFoundError(f"--output {output}: no such directory: {output.parent}")
    if suffix == ".parquet":
        import_package("pyarrow", "io")
    return _WRITERS[suffix]


def _as_mask(path: Path, pixels: NDArray[Any]) -> NDArray[np.bool_]:
    if pixels.dtype.kind not in "biu":
        raise ValueError(f"{path}: --mask needs whole numbers, and the file holds {pixels.dtype}")
    return pixels.astype(np.bool_)


def _split(names: str | None) -> list[str] | None:
    return None if names is None else [name.strip() for name in names.split(",")]


def _parse_spacing(text: str) -> float | list[float]:
    try:
        sizes = [float(size) for size in text.split(",")]
    except ValueError:
        raise ValueError(
            f"--spacing must be a number, or numbers separated by commas, got {text!r}"
        ) from None
    return sizes[0] if len(sizes) == 1 else sizes


@app.command()
def measurements(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List everything that can be measured: name, unit and definition.

    The names and the groups (the headings of the list) are what measure takes.

    ```
    mensura measurements
    mensura measurements --json
    mensura measure labels.tif -o table.csv --measurements size,centroid
    ```
    """
    table = ms.measurements()
    if as_json:
        columns = {name: column.tolist() for name, column in table.items()}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        typer.echo(json.dumps(rows, indent=2))
    else:
        print_measurements(table, Console())


@app.command()
def info(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Print how this mensura was built and what it uses on this machine.

    ```
    mensura info
    mensura info --json
    ```
    """
    build = ms.build_info()
    if as_json:
        typer.echo(json.dumps(build, indent=2))
    else:
        print_info(build, Console())
