"""Names of files, checked at the door of what reads and writes them."""

import os
from pathlib import Path


def check_path(path: object) -> Path:
    """Return the path of a file that is to be read or written.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    pathlib.Path

    Raises
    ------
    TypeError
        If it is anything else.
    ValueError
        If it is empty or holds a null character.

    Examples
    --------
    >>> check_path("cells.csv").suffix
    '.csv'
    """
    allowed = "the name of a file, str or os.PathLike"
    name = os.fspath(path) if isinstance(path, (str, os.PathLike)) else path
    if not isinstance(name, str):
        raise TypeError(f"path must be {allowed}, not {path!r}")
    if not name or "\0" in name:
        raise ValueError(f"path must be {allowed}, not {path!r}, which names none")
    return Path(name)
