"""What a CSV file cannot say of itself, in a file beside it: types, units, definitions, provenance.

The W3C's Metadata Vocabulary for Tabular Data (https://www.w3.org/TR/tabular-metadata/, "CSV on the
Web") in its default place: ``cells.csv-metadata.json`` describes ``cells.csv``. The CSV itself
stays as plain as any.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

if TYPE_CHECKING:
    from mensura.table import Table

_DATATYPES: dict[str, str | dict[str, str]] = {
    "i1": "byte",
    "u1": "unsignedByte",
    "i2": "short",
    "u2": "unsignedShort",
    "i4": "int",
    "u4": "unsignedInt",
    "i8": "long",
    "u8": "unsignedLong",
    "f2": "float",
    "f4": "float",
    "f8": "double",
    "b1": {"base": "boolean", "format": "True|False"},
}


def metadata_path(path: Path) -> Path:
    """Return where the metadata of the CSV file at `path` is looked for."""
    return path.with_name(f"{path.name}-metadata.json")


def describe_csv(table: "Table", name: str) -> dict[str, Any]:
    """Describe a CSV file of a table.

    Parameters
    ----------
    table : Table
    name : str
        The name of the CSV file.

    Returns
    -------
    dict
        JSON-able. Every column has its title and ``datatype``, its unit as ``schema:unitText`` and
        its definition as ``dc:description`` where it has them; the table's provenance is
        ``dc:provenance``.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> table = ms.measure(np.array([[1, 1, 0]]), measurements="area")
    >>> describe_csv(table, "cells.csv")["tableSchema"]["columns"][0]["schema:unitText"]
    'pixel^2'
    """
    units, definitions = table.units, table.definitions
    columns = [
        _without_empty(
            {
                "titles": column,
                "datatype": _datatype(values.dtype),
                "schema:unitText": units[column],
                "dc:description": definitions[column],
            }
        )
        for column, values in table.items()
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": quote(name),
        "dc:provenance": table.provenance,
        "tableSchema": {"columns": columns},
    }


def _datatype(dtype: np.dtype[Any]) -> str | dict[str, str]:
    return _DATATYPES.get(dtype.str[1:], "string")


def _without_empty(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value}
