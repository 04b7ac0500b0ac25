"""What the samples across a profile become: one of the named statistics, or a function of yours.

A function is compiled by Numba to a C function that the loop in C++ calls, without Python's lock,
once for each sample along the profile. Numba is loaded when the first one is compiled.
"""

import ctypes
import functools
import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mensura import _core

STATISTICS = ("mean", "sum", "min", "max", "std", "median")

#: A function from the valid samples across, at least one, to a number.
ReducingFunction: TypeAlias = Callable[[NDArray[np.float64]], float]

_SIGNATURE = ctypes.CFUNCTYPE(
    None,
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_int64,
    ctypes.POINTER(ctypes.c_double),
    ctypes.POINTER(ctypes.c_int32),
)


class ProfileReducer:
    """A function that Numba compiles, for the `reduce` of the functions that sample profiles.

    Made by :func:`profile_reducer`. Called from Python it is the function itself.

    Attributes
    ----------
    function : callable
        As it was written.
    """

    def __init__(self, function: ReducingFunction) -> None:
        if not callable(function):
            raise TypeError(f"a reducer is made of a function, not of {function!r}")
        self.function = function
        functools.update_wrapper(self, function)

    def __call__(self, samples: NDArray[np.float64]) -> float:
        """Return what the function makes of the samples, in Python."""
        return self.function(samples)

    def __repr__(self) -> str:
        """Name the function."""
        return f"profile_reducer({name_of(self.function)})"

    @functools.cached_property
    def compiled(self) -> Any:
        """The C function, which has to stay alive while its address is in use."""
        numba: Any = importlib.import_module("numba")  # slow to load
        body = numba.njit(self.function)

        def call(samples: Any, count: Any, result: Any, status: Any) -> None:
            result[0] = body(numba.carray(samples, count))
            status[0] = 0  # last, as an exception in `body` returns from here

        pointer = numba.types.CPointer
        signature = numba.void(
            pointer(numba.float64),
            numba.int64,
            pointer(numba.float64),
            pointer(numba.int32),
        )
        return numba.cfunc(signature)(call)

    def fail_again(self, samples: NDArray[np.float64]) -> None:
        """Call the C function once with samples that it failed for, to see its error."""
        values = samples.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        result, status = ctypes.c_double(), ctypes.c_int32()
        call = _SIGNATURE(self.compiled.address)
        call(values, samples.size, ctypes.byref(result), ctypes.byref(status))


def profile_reducer(function: ReducingFunction) -> ProfileReducer:
    """Make a function of yours a statistic across profiles, compiled by Numba.

    Parameters
    ----------
    function : callable
        Takes the valid samples across a profile, in order, as a float64 array of at least one
        element, and returns a number. It may use what Numba compiles in nopython mode. Samples have
        no weights. It is not called where all samples are NaN: the result is NaN there.

    Returns
    -------
    ProfileReducer
        For the `reduce` of :func:`line_profiles` and of the others that sample profiles. It is
        compiled at its first use, which takes a second or so.

    Raises
    ------
    TypeError
        If `function` cannot be called.

    Notes
    -----
    An exception in the function becomes a RuntimeError that names the first profile in which there
    is one, with the first of that profile, for any number of threads. As always with
    Numba, an index out of bounds is not noticed unless ``NUMBA_BOUNDSCHECK=1`` is set. To debug it,
    pass the undecorated function as `reduce`: that calls it in Python, slowly, and Ctrl-C ends it.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> @ms.profile_reducer
    ... def span(samples):
    ...     return samples.max() - samples.min()
    >>> image = np.arange(25.0).reshape(5, 5)
    >>> ms.line_profiles(image, [[2, 1]], [[2, 3]], width=3, reduce=span).values
    array([10., 10., 10.])
    """
    return ProfileReducer(function)


def name_of(function: Any) -> str:
    """Name a function in messages."""
    return str(getattr(function, "__name__", None) or repr(function))


@dataclass(eq=False)
class Reduction:
    """How samples across are reduced, ready for the loop in C++.

    Attributes
    ----------
    native : the same, for the engine
    name : str
        For provenance and messages.
    keep : object
        What must stay alive while the engine works.
    callback : callable, optional
        What is called back, where the function is one in Python.
    errors : list of exceptions
        What a function in Python raised, by the numbers that it told the engine, from 1.
    noted : list of exceptions
        What was raised where Python could only print it.
    """

    native: _core.Reducer
    name: str
    keep: Any = None
    callback: Any = None
    errors: list[BaseException] = field(default_factory=list)
    noted: list[BaseException] = field(default_factory=list)

    @contextmanager
    def noting_errors(self) -> Iterator[None]:
        """Keep what is raised where Python could only print it.

        That is what compiled functions raise, and what interrupts a function in Python before its
        first line, as Ctrl-C often does.
        """
        if isinstance(self.keep, ProfileReducer):
            with _compiled_lock, _noting(self):
                yield
        elif self.keep is not None:
            with _noting(self):
                yield
        else:
            yield

    def has_raised(self, unraisable: Any) -> bool:
        """Whether an error that Python could not raise is from this function.

        Of compiled functions there is one at a time, and the object is a word of Numba's. From
        Python 3.13 on, other functions are no longer the object, but named in the message.
        """
        if isinstance(self.keep, ProfileReducer):
            return isinstance(unraisable.object, str)
        message = unraisable.err_msg or ""
        return unraisable.object is self.callback or message.endswith(repr(self.callback))

    def raise_failure(self, where: str, status: int, samples: NDArray[np.float64]) -> NoReturn:
        """Raise the error that says for which profile the function failed, and why there.

        What is to end the program, such as KeyboardInterrupt, is raised as it is.

        Parameters
        ----------
        where : str
            The first profile for which it failed, in words.
        status : int
            The number of its error, from 1; -1 where that is not known.
        samples : (n,) array
            What it failed for there.
        """
        for error in self.errors + self.noted:
            if not isinstance(error, Exception):
                raise error
        reason = self.errors[status - 1] if status > 0 else self._reason(samples)
        detail = "" if reason is None else f": {type(reason).__name__}: {reason}"
        raise RuntimeError(f"reduce: {self.name} failed for {where}{detail}") from reason

    def _reason(self, samples: NDArray[np.float64]) -> BaseException | None:
        """Return why the function failed, where it could not tell.

        What compiled functions raise comes from all threads at once, so this one is called again.
        """
        if isinstance(self.keep, ProfileReducer):
            self.noted.clear()
            with self.noting_errors():
                self.keep.fail_again(samples)
        return self.noted[0] if self.noted else None


_compiled_lock = threading.RLock()
_hook_lock = threading.Lock()
_at_work: list[Reduction] = []
_hook_before: list[Callable[[Any], Any]] = []


@contextmanager
def _noting(reduction: Reduction) -> Iterator[None]:
    """Have errors that Python could only print kept by the function that raised them."""
    with _hook_lock:
        if not _at_work:
            _hook_before[:] = [sys.unraisablehook]
            sys.unraisablehook = _note
        _at_work.append(reduction)
    try:
        yield
    finally:
        with _hook_lock:
            _at_work.remove(reduction)
            if not _at_work:
                sys.unraisablehook = _hook_before.pop()


def _note(unraisable: Any) -> None:
    for reduction in reversed(_at_work):
        if unraisable.exc_value is not None and reduction.has_raised(unraisable):
            reduction.noted.append(unraisable.exc_value)
            return
    for earlier in _hook_before:
        earlier(unraisable)


def check_reduce(reduce: object) -> Reduction:
    """Return how to reduce, from the argument `reduce`."""
    allowed = (
        f"one of {', '.join(STATISTICS)}, ('quantile', q) with q from 0 to 1, a function made by "
        "profile_reducer, or a function of an array"
    )
    if isinstance(reduce, str):
        if reduce not in STATISTICS:
            raise ValueError(f"reduce must be {allowed}, not {reduce!r}")
        if reduce == "median":
            return Reduction(_core.Reducer("quantile", 0.5, 0), "median")
        return Reduction(_core.Reducer(reduce, 0.0, 0), reduce)
    if isinstance(reduce, ProfileReducer):
        address = int(reduce.compiled.address)
        return Reduction(_core.Reducer("function", 0.0, address), name_of(reduce.function), reduce)
    if callable(reduce):
        return _python_reduction(reduce)
    return _quantile(reduce, allowed)


def _quantile(reduce: object, allowed: str) -> Reduction:
    if not isinstance(reduce, (tuple, list)):
        raise TypeError(f"reduce must be {allowed}, not {reduce!r}")
    if len(reduce) != 2 or reduce[0] != "quantile":
        raise ValueError(f"reduce must be {allowed}, not {reduce!r}")
    if isinstance(reduce[1], bool) or not isinstance(reduce[1], Real):
        raise TypeError(f"reduce must be {allowed}, not {reduce!r}")
    quantile = float(reduce[1])
    if not 0 <= quantile <= 1:
        raise ValueError(f"reduce must be {allowed}, not {reduce!r}")
    return Reduction(_core.Reducer("quantile", quantile, 0), f"quantile {quantile}")


def _python_reduction(function: ReducingFunction) -> Reduction:
    """Call back a Python function, which takes the lock each time."""
    errors: list[BaseException] = []
    adding = threading.Lock()

    def call(samples: Any, count: int, result: Any, status: Any) -> None:
        try:
            result[0] = float(function(np.ctypeslib.as_array(samples, (count,)).copy()))
        except BaseException as error:  # raised again, by raise_failure
            with adding:
                errors.append(error)
                status[0] = len(errors)
            return
        status[0] = 0

    callback = _SIGNATURE(call)
    address = ctypes.cast(callback, ctypes.c_void_p).value or 0
    native = _core.Reducer("function", 0.0, address)
    return Reduction(native, name_of(function), callback, call, errors)
