"""Optional packages, imported when they are used.

A missing package is the reader's to install, so the error says what to type.
"""

from importlib import import_module
from typing import Any


def import_package(name: str, extra: str) -> Any:
    """Import the optional module `name`, which the extra `extra` of mensura installs.

    Parameters
    ----------
    name : str
        Module, possibly dotted: ``"imageio.v3"``.
    extra : str
        The extra of mensura that brings it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    ImportError
        If the module, or one that it needs, is not installed; the message names both.

    Examples
    --------
    >>> from mensura.io import import_package
    >>> import_package("math", "io").sqrt(4)
    2.0
    >>> import_package("no_such_package", "io")
    Traceback (most recent call last):
    ...
    ImportError: no_such_package is not installed: pip install 'mensura[io]'
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        raise ImportError(
            f"{missing} is not installed: pip install 'mensura[{extra}]'", name=missing
        ) from error
