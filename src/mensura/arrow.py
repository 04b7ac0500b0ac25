"""Tables as Arrow data, without any Arrow library: for polars, pyarrow, pandas, DuckDB and others.

NumPy's numbers lie in memory as Arrow's do, so the consumer is given the columns' own memory. Only
what Arrow stores in another way is copied: bool (as bits), text (as UTF-8 with 64-bit offsets), and
columns that are strided, unaligned or in foreign byte order. NaN stays NaN; nothing is null.

The formats are those of Arrow's C data interface,
https://arrow.apache.org/docs/format/CDataInterface.html.
"""

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mensura import _core

if TYPE_CHECKING:
    from mensura.table import Table

#: The key of the schema metadata under which a table's provenance is kept, as JSON.
METADATA_KEY = "mensura"

_FORMATS = {
    "b1": "b",
    "i1": "c",
    "u1": "C",
    "i2": "s",
    "u2": "S",
    "i4": "i",
    "u4": "I",
    "i8": "l",
    "u8": "L",
    "f2": "e",
    "f4": "f",
    "f8": "g",
}
_TEXT_FORMAT = "U"  # Offsets of 64 bits, so that no text is too long.


def schema_capsule(table: "Table") -> object:
    """Return the names, types and metadata of `table` as an ``arrow_schema`` capsule.

    Parameters
    ----------
    table : Table

    Returns
    -------
    PyCapsule

    Raises
    ------
    TypeError
        If a column has a dtype that Arrow has no type for.
    """
    return _core.arrow_schema(_fields(table), _metadata(table))


def stream_capsule(table: "Table", requested_schema: object = None) -> object:
    """Return `table` as an ``arrow_array_stream`` capsule that gives one batch.

    Parameters
    ----------
    table : Table
    requested_schema : PyCapsule, optional
        An ``arrow_schema``. Other types than the columns' own are not made, as the interface
        allows: the consumer casts.

    Returns
    -------
    PyCapsule
        Keeps the columns alive for as long as anything that was made of it.

    Raises
    ------
    TypeError
        If a column has a dtype that Arrow has no type for or an object that is not str, or if
        `requested_schema` is not a schema.
    ValueError
        If `requested_schema` has other columns than the table.
    """
    if requested_schema is not None:
        names = _core.names_in_arrow_schema(requested_schema)
        if names != table.columns:
            raise ValueError(
                f"requested_schema must be of the columns {table.columns}, not of {names}"
            )
    columns = [_buffers(name, values) for name, values in table.items()]
    return _core.arrow_stream(_fields(table), _metadata(table), columns, table.num_rows)


def _fields(table: "Table") -> list[tuple[str, str, dict[str, str]]]:
    units, definitions = table.units, table.definitions
    return [
        (
            name,
            _format(name, values.dtype),
            {"unit": units[name], "definition": definitions[name]},
        )
        for name, values in table.items()
    ]


def _metadata(table: "Table") -> dict[str, str]:
    return {METADATA_KEY: json.dumps(table.provenance, sort_keys=True, allow_nan=False)}


def _is_text(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in "OUT"


def _format(name: str, dtype: np.dtype[Any]) -> str:
    if _is_text(dtype):
        return _TEXT_FORMAT
    if dtype.str[1:] in _FORMATS:
        return _FORMATS[dtype.str[1:]]
    raise TypeError(
        f"column {name!r} is of dtype {dtype}; Arrow takes bool, integers, floats of up to 64 bits "
        "and text"
    )


def _buffers(name: str, values: NDArray[Any]) -> list[NDArray[Any]]:
    """Return what Arrow keeps of a column, behind the bits that tell which values are null."""
    if _is_text(values.dtype):
        return _text_buffers(name, values)
    if values.dtype.kind == "b":
        return [np.packbits(values, bitorder="little")]
    return [np.require(values, values.dtype.newbyteorder("="), ["C", "A"])]


def _text_buffers(name: str, values: NDArray[Any]) -> list[NDArray[Any]]:
    texts = [_checked_text(name, text) for text in values.tolist()]
    encoded = [text.encode() for text in texts]
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(text) for text in encoded], out=offsets[1:], dtype=np.int64)
    return [offsets, np.frombuffer(b"".join(encoded), np.uint8)]


def _checked_text(name: str, text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(
            f"column {name!r} holds {text!r} ({type(text).__name__}); a column of objects must "
            "hold str alone"
        )
    return text
