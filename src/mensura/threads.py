"""How many threads a call uses.

One rule for the whole package: ``threads=None`` means what :func:`set_num_threads` set, else the
environment variable ``MENSURA_NUM_THREADS``, else the CPUs this process may use. Small images run
on one thread, where starting another would cost more than it saves. Results never depend on it.
"""

import operator
import os
from typing import SupportsIndex

#: Below this number of pixels one thread is used.
SMALL_IMAGE = 1 << 17

#: More are not started, whatever is asked for.
MOST_THREADS = 1024

_chosen: int | None = None


def set_num_threads(threads: int | None) -> None:
    """Set the number of threads used where a call does not say.

    Parameters
    ----------
    threads : int or None
        At least 1, of which at most 1024 are used; None goes back to ``MENSURA_NUM_THREADS`` or the
        CPUs this process may use.

    Raises
    ------
    TypeError
        If `threads` is not an integer.
    ValueError
        If `threads` is below 1.

    Examples
    --------
    >>> import mensura as ms
    >>> ms.set_num_threads(2)
    >>> ms.get_num_threads()
    2
    >>> ms.set_num_threads(None)
    """
    global _chosen  # noqa: PLW0603 - the one setting of the package
    _chosen = None if threads is None else check_threads(threads)


def get_num_threads() -> int:
    """Return the number of threads used where a call does not say.

    Returns
    -------
    int
        What :func:`set_num_threads` set, else ``MENSURA_NUM_THREADS``, else the CPUs this process
        may use.

    Raises
    ------
    ValueError
        If ``MENSURA_NUM_THREADS`` is not a whole number of at least 1.

    Examples
    --------
    >>> import mensura as ms
    >>> ms.get_num_threads() >= 1
    True
    """
    if _chosen is not None:
        return _chosen
    stated = os.environ.get("MENSURA_NUM_THREADS", "").strip()
    if not stated:
        return _usable_cpus()
    if not stated.isdecimal() or int(stated) < 1:
        raise ValueError(
            f"MENSURA_NUM_THREADS is {stated!r}; it must be a whole number of at least 1"
        )
    return min(int(stated), MOST_THREADS)


def check_threads(threads: SupportsIndex) -> int:
    """Return `threads` as an int of at least 1."""
    if isinstance(threads, bool):
        raise TypeError("threads must be an integer or None, not a bool")
    try:
        number = operator.index(threads)
    except TypeError:
        raise TypeError(
            f"threads must be an integer or None, not {threads!r} ({type(threads).__name__})"
        ) from None
    if number < 1:
        raise ValueError(f"threads must be at least 1, not {number}")
    return min(number, MOST_THREADS)


def threads_for(threads: int | None, pixels: int) -> int:
    """Return the number of threads for one call on an image of that many pixels."""
    allowed = get_num_threads() if threads is None else check_threads(threads)
    return 1 if pixels < SMALL_IMAGE else allowed


def _usable_cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
