"""Provenance: what a result was made from and how, as values that JSON holds.

Whatever reads JSON can read it: NaN and the infinities, which JSON has no numbers for, are the
words "NaN", "Infinity" and "-Infinity", which ``float`` takes back.
"""

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from mensura import _core


def of_call(function: str, **told: Any) -> dict[str, Any]:
    """Return what tells of a call: the version, the function, its inputs and options."""
    return {"version": _core.__version__, "function": function, **told}


def as_json(value: Any, name: str = "provenance") -> Any:
    """Return a copy of a value in dict, list, str, int, float, bool and None alone.

    Parameters
    ----------
    value : object
        Made of mappings with str keys, lists, tuples, arrays, text, numbers (NumPy's too), bool
        and None.
    name : str, optional
        How an error calls it.

    Returns
    -------
    object
        What :mod:`json` writes in strict JSON and reads back equal.

    Raises
    ------
    TypeError
        If there is anything else in it.

    Examples
    --------
    >>> import numpy as np
    >>> as_json({"spacing": (1, np.float32(0.5)), "saturation": float("-inf")})
    {'spacing': [1, 0.5], 'saturation': '-Infinity'}
    """
    return _as_json(value, (name,))


def _as_json(value: Any, path: tuple[Any, ...]) -> Any:
    """Convert a value that is found by the keys of a path, behind the name of the whole."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        return _number_or_word(value)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_as_json(part, (*path, i)) for i, part in enumerate(value)]
    # To ask whether something is a mapping takes long, and it nearly always is one of these.
    if kind is dict or isinstance(value, Mapping):
        return {
            _checked_key(key, path): _as_json(part, (*path, key)) for key, part in value.items()
        }
    return _scalar(value, path)


def _scalar(value: Any, path: tuple[Any, ...]) -> str | float | bool:
    for kind, convert in _SCALARS:
        if isinstance(value, kind):
            return convert(value)
    raise TypeError(
        f"{_named(path)} must be of mappings, sequences, text, numbers, bool and None, not "
        f"{value!r} ({type(value).__name__})"
    )


def _named(path: tuple[Any, ...]) -> str:
    name, *keys = path
    return f"{name}{''.join(f'[{key!r}]' for key in keys)}"


def _number_or_word(value: Real) -> float | str:
    number = float(value)
    if math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


_AS_THEY_ARE = frozenset({type(None), bool, int, str})

# For all else. Integers are real numbers too, so the order matters.
_SCALARS: tuple[tuple[Any, Callable[[Any], str | float | bool]], ...] = (
    (np.bool_, bool),
    (str, str),
    (Integral, int),
    (Real, _number_or_word),
)


def _checked_key(key: object, path: tuple[Any, ...]) -> str:
    if not isinstance(key, str):
        raise TypeError(
            f"{_named(path)} must have keys that are str, not {key!r} ({type(key).__name__})"
        )
    return str(key)
