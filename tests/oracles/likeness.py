"""How near a table must be to the one that scikit-image makes of the same images.

Names, order and dtypes must be equal, and so must objects (coordinates, images, slices) and
integers. Moments are sums of powers of distances, in which rounding counts by the largest term: an
entry may be off by 1e-9 of the total weight times the powers of the sides of the bounding box. All
other columns must agree as ``oracles.agreement`` says.

Tables with moments must hold ``bbox`` and the zeroth of the moments compared (``moments-0-0``,
``moments_weighted-0-0``).
"""

import numpy as np

from oracles.agreement import RELATIVE, assert_tables_agree


def comparable(names, spacing):
    """Leave out what scikit-image does not have, or has otherwise, with this spacing per axis.

    Hu's moments are refused with a spacing, and normalized ones scaled by its smallest step.
    """
    if any(step != 1 for step in spacing):
        names = [name for name in names if not name.endswith("_hu")]
    if len(set(spacing)) > 1:
        names = [name for name in names if not name.endswith("_normalized")]
    return names


def assert_like(got, want, spacing, *, intensity_scale=0.0):
    """Assert that `got` is as near to `want` as described above; `spacing` is one per axis."""
    assert list(got) == list(want)
    for column in want:
        assert got[column].dtype == want[column].dtype, column
        assert got[column].flags.writeable, column
    moments = [column for column in want if column.startswith("moments")]
    for column in moments:
        _assert_near(column, got[column], want[column], _moment_scale(column, want, spacing))
    objects = [column for column in want if want[column].dtype == object]
    for column in objects:
        assert_same_objects(column, got[column], want[column])
    rest = [column for column in want if column not in {*moments, *objects}]
    assert_tables_agree(
        {column: got[column] for column in rest},
        {column: want[column] for column in rest},
        intensity_scale=intensity_scale,
    )


def assert_same_objects(column, got, want):
    assert len(got) == len(want), column
    for one, other in zip(got, want, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=column)
        assert getattr(one, "dtype", None) == getattr(other, "dtype", None), column


def _assert_near(column, got, want, scale):
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want), err_msg=column)
    beyond = np.abs(got - want) > RELATIVE * (np.abs(want) + scale)
    assert not beyond.any(), f"{column}: {got[beyond]} is not {want[beyond]}"


def _moment_scale(column, table, spacing):
    """The largest that rounding may count by, per row, in a column of moments."""
    name, *index = column.split("-")
    ndim = len(spacing)
    sides = [
        (table[f"bbox-{ndim + axis}"] - table[f"bbox-{axis}"]) * spacing[axis]
        for axis in range(ndim)
    ]
    zeroth = "moments_weighted" if "weighted" in name else "moments"
    is_hu = name.endswith("_hu")
    channel = index[1 if is_hu else ndim :]
    weight = table["-".join([zeroth, *["0"] * ndim, *channel])]
    if is_hu:
        return _hu_scale(int(index[0]), weight, sides)
    orders = [int(order) for order in index[:ndim]]
    powers = np.prod([side**order for side, order in zip(sides, orders, strict=True)], axis=0)
    if name.endswith("_normalized"):
        return powers / (min(spacing) * weight ** (1 / ndim)) ** sum(orders)
    return weight * powers


def _hu_scale(k, weight, sides):
    """Hu's invariants are polynomials of normalized moments of order 2 and 3."""
    side = np.maximum(*sides) / np.sqrt(weight)
    second, third = side**2, side**3
    of_k = [second, second**2, third**2, third**2, third**4, second * third**2, third**4]
    return 100 * of_k[k]
