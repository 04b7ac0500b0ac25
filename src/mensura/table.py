"""The result of measuring: named columns of equal length, what they mean and where they are from.

A table hands its columns on without a copy: to NumPy and pandas as arrays, to all that speaks Arrow
as described in :mod:`mensura.arrow`.
"""

import copy
import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from mensura.arrow import schema_capsule, stream_capsule
from mensura.provenance import as_json

if TYPE_CHECKING:
    import pandas as pd


class Table(dict[str, NDArray[Any]]):
    """A read-only mapping of column name to one-dimensional array.

    A dict in every other respect, so ``pandas.DataFrame(table)`` and all else that takes a dict of
    columns works. Whatever takes Arrow's PyCapsule interface reads its memory. Made by
    :func:`mensura.measure`.

    Parameters
    ----------
    columns : mapping of str to 1-D array
        All of one length.
    units : mapping of str to str, optional
        The unit of each column; a column without one is a pure number or a name.
    provenance : mapping, optional
        What the table was made from and how: mappings, sequences, text, numbers, bool and None.
        It is kept as strict JSON holds it, NaN and infinities as the words "NaN", "Infinity" and
        "-Infinity".
    definitions : mapping of str to str, optional
        The formula of each column, or what else it is, in one line.

    Raises
    ------
    TypeError
        If there is something in `provenance` that JSON does not hold.
    ValueError
        If a column is not one-dimensional or the columns differ in length.

    Examples
    --------
    >>> import numpy as np
    >>> import mensura as ms
    >>> labels = np.array([[1, 1, 0], [0, 0, 2]])
    >>> table = ms.measure(labels, measurements=["label", "area"])
    >>> table["area"]
    array([2., 1.])
    >>> table.units["area"]
    'pixel^2'
    >>> table.definitions["area"]
    'num_pixels x product of the spacing'
    >>> table.to_pandas().shape
    (2, 2)
    """

    def __init__(
        self,
        columns: Mapping[str, NDArray[Any]],
        units: Mapping[str, str] | None = None,
        provenance: Mapping[str, Any] | None = None,
        definitions: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__({name: _read_only(values) for name, values in columns.items()})
        shapes = {values.shape for values in self.values()}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            lengths = {name: values.shape for name, values in self.items()}
            raise ValueError(f"columns must be 1-D and of one length, not of shapes {lengths}")
        self._units = _of_columns(self, units)
        self._definitions = _of_columns(self, definitions)
        self._provenance = as_json(provenance or {})

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return next((len(values) for values in self.values()), 0)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self)

    @property
    def units(self) -> dict[str, str]:
        """The unit of each column; empty where a column has none."""
        return dict(self._units)

    @property
    def definitions(self) -> dict[str, str]:
        """What each column is, in one line; empty where that is not known."""
        return dict(self._definitions)

    @property
    def provenance(self) -> dict[str, Any]:
        """What the table was made from and how, as strict JSON holds it."""
        return copy.deepcopy(self._provenance)

    def __arrow_c_schema__(self) -> object:
        """Return the schema as an Arrow PyCapsule, with all that Parquet files of it carry."""
        return schema_capsule(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the table as an Arrow PyCapsule: a stream of one batch in the columns' memory.

        Can be called again and again; each capsule can be read once. See :mod:`mensura.arrow` for
        what is copied and for `requested_schema`.
        """
        return stream_capsule(self, requested_schema)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the table as a pandas DataFrame that shares the columns' memory.

        Nothing is copied but text, where pandas keeps that in a dtype of its own. Columns can be
        added and replaced. Single cells cannot be assigned, since that would change the table too:
        do that to ``table.to_pandas().copy()``.
        """
        import pandas as pd  # noqa: PLC0415 - loaded when used

        return pd.DataFrame(dict(self), copy=False)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table as comma-separated text, one header line, every digit kept.

        Numbers are written with as few digits as read back to the same bits (pandas does so with
        ``float_precision="round_trip"``); NaN is an empty cell. A second file, named as `path` with
        ``-metadata.json`` behind it, holds types, units, definitions and provenance in the W3C's
        vocabulary for CSV files: each column's ``schema:unitText`` and ``dc:description``, the
        table's ``dc:provenance``. The same table makes the same bytes.

        Parameters
        ----------
        path : path
            Replaced, whole or not at all, if it exists; so is the file beside it.

        Raises
        ------
        OSError
            If a file cannot be written.
        TypeError, ValueError
            If `path` is no path.
        """
        from mensura.io import check_path, replacing  # noqa: PLC0415 - loaded when used
        from mensura.io.csv_metadata import describe_csv, metadata_path  # noqa: PLC0415

        target = check_path(path)
        description = json.dumps(
            describe_csv(self, target.name), indent=2, sort_keys=True, allow_nan=False
        )
        # Both are written before either is put in place, the table last.
        with replacing(target) as table, replacing(metadata_path(target)) as metadata:
            metadata.write_text(f"{description}\n", encoding="utf-8", newline="\n")
            self.to_pandas().to_csv(table, index=False, lineterminator="\n")

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the table as Parquet, with units, definitions and provenance in its metadata.

        Each field carries its ``unit`` and ``definition``; the schema carries the provenance as a
        JSON object under ``mensura``. The same table makes the same bytes with the same pyarrow.

        Parameters
        ----------
        path : path
            Replaced, whole or not at all, if it exists.

        Raises
        ------
        ImportError
            If pyarrow is not installed; ``pip install 'mensura[io]'`` installs it.
        OSError
            If the file cannot be written.
        TypeError
            If a column is neither of numbers, bool nor text, or `path` is no path.
        ValueError
            If `path` is empty.
        """
        from mensura.io import (  # noqa: PLC0415 - loaded when used
            check_path,
            import_package,
            replacing,
        )

        target = check_path(path)
        parquet = import_package("pyarrow.parquet", "io")
        pyarrow = import_package("pyarrow", "io")
        with replacing(target) as temporary:
            reader = pyarrow.RecordBatchReader.from_stream(self)
            parquet.write_table(reader.read_all(), temporary)

    def __repr__(self) -> str:
        """Show the size and the first and last rows."""
        size = f"Table: {self.num_rows} rows x {len(self)} columns"
        if not self.num_rows:
            return f"{size}\n{', '.join(self)}"
        return f"{size}\n{self.to_pandas().to_string(max_rows=10, index=False)}"

    def _repr_html_(self) -> str:
        """Show the table in a notebook, units in brackets behind the names."""
        frame = self.to_pandas()
        frame.columns = [f"{name} [{unit}]" if unit else name for name, unit in self._units.items()]
        return str(frame.to_html(max_rows=10, index=False))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by the arguments, since items cannot be set one by one."""
        return Table, (dict(self), self._units, self._provenance, self._definitions)

    def __eq__(self, other: object) -> bool:
        """Tell whether two tables hold the same columns, NaN equal to NaN."""
        if not isinstance(other, Table):
            return NotImplemented
        return self.columns == other.columns and all(
            _equal(self[name], other[name]) for name in self
        )

    def __ne__(self, other: object) -> bool:
        """Tell whether two tables differ."""
        return not self == other

    __hash__ = None

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a Table is read-only; change a copy: table.to_pandas().copy()")

    __setitem__ = _refuse
    __delitem__ = _refuse
    __ior__ = _refuse
    clear = _refuse
    pop = _refuse
    popitem = _refuse
    setdefault = _refuse
    update = _refuse


def _of_columns(columns: Iterable[str], told: Mapping[str, str] | None) -> dict[str, str]:
    """Return what is told of each column, in their order; nothing where it is not."""
    known: Mapping[str, str] = told or {}
    return {name: known.get(name, "") for name in columns}


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be written; the caller's own array is as it was."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view


def _equal(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
