"""The result of measuring: named columns of equal length, their units and where they are from."""

import copy
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

#: The key of the Parquet schema metadata under which a table's provenance is kept.
METADATA_KEY = b"mensura"


class Table(dict[str, NDArray[Any]]):
    """A read-only mapping of column name to one-dimensional array.

    A dict in every other respect, so ``pandas.DataFrame(table)`` and all else that takes a dict of
    columns works. Made by :func:`mensura.measure`.

    Parameters
    ----------
    columns : mapping of str to 1-D array
        All of one length.
    units : mapping of str to str, optional
        The unit of each column; a column without one is a pure number or a name.
    provenance : mapping, optional
        What the table was made from and how, as JSON-able values.

    Raises
    ------
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
    >>> table.to_pandas().shape
    (2, 2)
    """

    def __init__(
        self,
        columns: Mapping[str, NDArray[Any]],
        units: Mapping[str, str] | None = None,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__({name: _read_only(values) for name, values in columns.items()})
        lengths = {name: values.shape for name, values in self.items()}
        if any(len(shape) != 1 for shape in lengths.values()) or len(set(lengths.values())) > 1:
            raise ValueError(f"columns must be 1-D and of one length, not of shapes {lengths}")
        self._units = {name: (units or {}).get(name, "") for name in self}
        self._provenance = dict(provenance or {})

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
    def provenance(self) -> dict[str, Any]:
        """What the table was made from and how."""
        return copy.deepcopy(self._provenance)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the table as a pandas DataFrame that shares the columns' memory.

        Columns can be added and replaced. Single cells cannot be assigned, since that would change
        the table too: do that to ``table.to_pandas().copy()``.
        """
        import pandas as pd  # noqa: PLC0415 - loaded when used

        return pd.DataFrame(dict(self), copy=False)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table as comma-separated text, one header line, every digit kept.

        Parameters
        ----------
        path : path
            Replaced, whole or not at all, if it exists.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        from mensura.io import replacing  # noqa: PLC0415 - loaded when used

        with replacing(path) as temporary:
            self.to_pandas().to_csv(temporary, index=False)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the table as Parquet, with units and provenance in the schema's metadata.

        Each field carries its ``unit``; the schema carries a JSON object under ``mensura``.

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
        """
        from mensura.io import import_package, replacing  # noqa: PLC0415 - loaded when used

        parquet = import_package("pyarrow.parquet", "io")
        with replacing(path) as temporary:
            parquet.write_table(self._to_arrow(), temporary)

    def _to_arrow(self) -> "pa.Table":
        import pyarrow as pa  # noqa: PLC0415 - loaded when used

        arrays = [pa.array(values) for values in self.values()]
        fields = [
            pa.field(name, array.type, metadata={"unit": self._units[name]})
            for name, array in zip(self, arrays, strict=True)
        ]
        metadata = {METADATA_KEY: json.dumps(self._provenance, sort_keys=True)}
        return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))

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
        return Table, (dict(self), self._units, self._provenance)

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


def _read_only(values: NDArray[Any]) -> NDArray[Any]:
    """Return a view that cannot be written; the caller's own array is as it was."""
    view = np.asarray(values).view()
    view.flags.writeable = False
    return view


def _equal(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
