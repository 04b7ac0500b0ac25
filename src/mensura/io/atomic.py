"""Writing a file whole or not at all.

The new content goes to a temporary file in the directory of the target, and one rename puts
it in place: a reader sees the old file or the new one, and a failure leaves the old one. The cost
is disk space for both while writing.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mensura.io.paths import check_path


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path to write; put it in place of `path` when the block succeeds.

    The temporary name keeps the suffix of `path`, so writers that choose a format by suffix choose
    the same one. A symbolic link at `path` stays: the file it points to is replaced.

    Parameters
    ----------
    path : path
        The file to make or replace. Its directory must exist.

    Yields
    ------
    pathlib.Path
        A path in the same directory at which nothing exists.

    Raises
    ------
    FileNotFoundError
        If the directory of `path` does not exist.
    IsADirectoryError
        If `path` is a directory.
    TypeError, ValueError
        If `path` is no path.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from mensura.io import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = pathlib.Path(folder) / "note.txt"
    ...     with replacing(target) as temporary:
    ...         _ = temporary.write_text("done")
    ...     target.read_text(), len(list(target.parent.iterdir()))
    ('done', 1)
    """
    target = Path(os.path.realpath(check_path(path)))
    if not target.parent.is_dir():
        raise FileNotFoundError(f"{os.fspath(path)}: no such directory: {target.parent}")
    if target.is_dir():
        raise IsADirectoryError(f"{os.fspath(path)}: is a directory, not a file")
    # A name made here, not by tempfile: its files are closed to group and others (mode 0600), and
    # the output should have the permissions that any new file of this user gets.
    temporary = target.with_name(f".mensura-{secrets.token_hex(8)}{target.suffix}")
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
