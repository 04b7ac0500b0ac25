"""What this build of mensura is and what it runs on."""

import platform

import numpy as np

from mensura import _core
from mensura.threads import get_num_threads


def build_info() -> dict[str, object]:
    """Return the facts that a bug report or a benchmark needs.

    Returns
    -------
    dict
        ``version``; ``compiler`` and ``assertions`` of the native module; ``isa``, the instruction
        set its kernels run on, chosen at load or by the environment variable ``MENSURA_ISA``, and
        ``isa_available``, what this machine can run; ``threads``, used where a call does not say;
        ``python``, ``numpy`` and ``platform``.

    Raises
    ------
    RuntimeError
        If ``MENSURA_ISA`` names an instruction set that this machine cannot run.

    Examples
    --------
    >>> import mensura as ms
    >>> ms.build_info()["version"] == ms.__version__
    True
    """
    return {
        "version": _core.__version__,
        "compiler": _core.compiler(),
        "assertions": _core.has_assertions(),
        "isa": _core.active_isa(),
        "isa_available": _core.available_isas(),
        "threads": get_num_threads(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "platform": platform.platform(),
    }
