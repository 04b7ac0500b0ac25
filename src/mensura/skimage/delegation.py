"""Properties that scikit-image itself measures, because mensura does not or must not.

scikit-image is loaded for that only, and is needed for that only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mensura.editing import relabel_sequential
from mensura.io.packages import import_package
from mensura.skimage.properties import current_name

#: From a property, as it was asked for, to its columns by index: () or ("0",) or ("0", "1") ...
ColumnsByIndex: TypeAlias = dict[str, dict[tuple[str, ...], NDArray[Any]]]

# Stands between the parts of a column's name: no property's name contains it, as "-" might be.
_SEPARATOR = "\x1f"


def import_scikit_image(purpose: str) -> Any:
    """Return the module skimage.measure; where it is missing, say what it is needed for."""
    try:
        return import_package("skimage.measure", "skimage")
    except ImportError as error:
        raise ImportError(f"{purpose} by scikit-image: {error}", name=error.name) from error


def by_scikit_image(
    label_image: NDArray[Any],
    intensity_image: NDArray[Any] | None,
    properties: Sequence[str],
    *,
    where: str = "",
    spacing: Any,
    cache: bool = True,
    extra_properties: Iterable[Callable[..., Any]] | None = None,
) -> ColumnsByIndex:
    """Return the columns of these properties and of the extra ones.

    `where` says in an error, after their names, what it is about.
    """
    asked = [*properties, *(function.__name__ for function in extra_properties or ())]
    measure = import_scikit_image(f"{', '.join(map(str, asked))}{where} would be measured")
    numbered = any(current_name(name) == "label" for name in properties)
    table = measure.regionprops_table(
        label_image if numbered else _dense(label_image),
        intensity_image,
        properties=properties,
        cache=cache,
        separator=_SEPARATOR,
        extra_properties=extra_properties,
        spacing=spacing,
    )
    return by_index(table, _SEPARATOR)


def by_index(table: Mapping[str, NDArray[Any]], separator: str) -> ColumnsByIndex:
    """Sort the columns of a table by property and index."""
    columns: ColumnsByIndex = {}
    for column, values in table.items():
        name, *index = column.split(separator)
        columns.setdefault(name, {})[tuple(index)] = values
    return columns


def _dense(label_image: NDArray[Any]) -> NDArray[Any]:
    """Return labels in the same order, close together where they are sparse.

    scikit-image has SciPy list every number up to the largest label.
    """
    if label_image.max() <= label_image.size:
        return label_image
    return relabel_sequential(np.maximum(label_image, 0))
