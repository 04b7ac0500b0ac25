"""The definitions of all measurements: what a measurement means is read here and nowhere else."""

import numpy as np

from mensura.measurements import ellipse, image_moments, intensity, position, quality, size
from mensura.measurements.registry import GROUPS, in_order
from mensura.table import Table

__all__ = ["ellipse", "image_moments", "intensity", "measurements", "position", "quality", "size"]


def measurements(group: str | None = None) -> Table:
    """List the measurements.

    Parameters
    ----------
    group : str, optional
        Only those of one group: "size", "position", "ellipse", "image_moments", "intensity" or
        "quality". Default: all.

    Returns
    -------
    Table
        One row per measurement: ``name``, ``group``, ``columns`` (for a 2-D image, separated by
        spaces), ``unit``, ``ndim`` ("2" or "2, 3"), ``needs_image``, ``definition``
        and ``source``. "length" and "size" (area or volume) are in the unit of the spacing; the
        order of a moment is the sum of its indices.

    Raises
    ------
    ValueError
        If there is no such group.

    Examples
    --------
    >>> import mensura as ms
    >>> listed = ms.measurements("size")
    >>> listed["name"][:3].tolist()
    ['label', 'num_pixels', 'area']
    """
    allowed = ("all", *GROUPS)
    if group is not None and group not in allowed:
        raise ValueError(f"group must be one of {', '.join(allowed)}, not {group!r}")
    entries = in_order(None if group == "all" else group)
    rows = {
        "name": [entry.name for entry in entries],
        "group": [entry.group for entry in entries],
        "columns": [
            " ".join(entry.name + suffix for suffix in entry.suffixes(2)) for entry in entries
        ],
        "unit": [entry.unit for entry in entries],
        "ndim": [", ".join(map(str, entry.dimensions)) for entry in entries],
        "needs_image": [entry.needs_image for entry in entries],
        "definition": [entry.definition for entry in entries],
        "source": [entry.source for entry in entries],
    }
    return Table(
        {
            name: np.array(values, dtype=bool if name == "needs_image" else object)
            for name, values in rows.items()
        }
    )
