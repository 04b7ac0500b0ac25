"""The command ``mensura``: measures image files from a shell.

`main` is the entry point of the script. The commands need typer and rich (the extra ``cli``), which
load here and nowhere else; without them one line says how to get them.
"""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``mensura``; those of the process unless given.

    Returns
    -------
    int
        0, or 2 after an error of the user, which one line on standard error explains.

    Examples
    --------
    >>> from mensura.cli import main
    >>> main(["--version"])  # doctest: +ELLIPSIS
    mensura ...
    0
    """
    try:
        from mensura.cli.application import run  # noqa: PLC0415 - it needs typer and rich
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in ("typer", "rich"):
            raise
        sys.stderr.write(f"mensura: {missing} is not installed: pip install 'mensura[cli]'\n")
        return 2
    return run(arguments)
