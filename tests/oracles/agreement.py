"""How near two tables must be, column by column, and why.

Counts, labels, boxes and flags must be equal. Everything else must agree to 1e-9 relative, where
"relative" needs care for these families, in which rounding the input by one unit in the last place
already moves the true answer by more than 1e-9 of itself:

* Inertia tensors and eigenvalues: an entry may be zero beside large ones (a line has one zero
  eigenvalue), so 1e-9 of the largest eigenvalue is allowed.
* Axis lengths and eccentricity are square roots of eigenvalues and of their difference; near zero a
  root turns an error of 1e-16 into 1e-8. Their squares are compared.
* Orientation is an axis (angles pi apart are equal) and means nothing for a round object. Compared
  are the doubled angles as unit vectors, scaled by (l1 - l2) / l1: full strictness where the
  eigenvalues differ, none where they are equal, and no cliff between.
* Principal axes: the products of the components of each are compared, which have no sign, scaled by
  the distance of its eigenvalue from the next, for the same reason.
* The aspect ratio of an object that is nearly without width: its inverse, squared, is compared.
* Hu's invariants are polynomials of moments of order 2 and 3 that cancel: by the size of their
  terms, which follows from the other invariants.
* Skewness and kurtosis are compared to 1e-9 of 1 where they are smaller than that: they cancel.
* Intensities: a mean or a weighted centroid of values of both signs, or a deviation of values far
  from zero, cancels. The caller states the largest magnitude in the image as ``intensity_scale``,
  and leaves out weighted centroids whose weights almost cancel. An integrated intensity has the
  slack of the mean times the area, so that the tables must hold ``area`` as well.
"""

import numpy as np

RELATIVE = 1e-9
EPSILON = np.finfo(np.float64).eps


def assert_same_bits(got, want):
    """Assert that two tables are equal in every bit, NaN included."""
    assert list(got) == list(want)
    for column in want:
        assert got[column].dtype == want[column].dtype, column
        assert got[column].tobytes() == want[column].tobytes(), column


def assert_tables_agree(got, want, *, intensity_scale=0.0):
    """Assert equal columns (names, order, dtypes) and values that agree as described above.

    Both tables must hold ``inertia_tensor_eigvals`` if they hold a column of the ellipse family.
    """
    assert list(got) == list(want)
    for column in want:
        assert got[column].dtype == want[column].dtype, column
        assert got[column].shape == want[column].shape, column
    for column in want:
        if want[column].dtype.kind in "iub":
            np.testing.assert_array_equal(got[column], want[column], err_msg=column)
        else:
            _comparison(column)(column, got, want, intensity_scale)


def _comparison(column):
    """The comparison for a column, by the longest name in the list below that starts its own."""
    matching = [start for start in COMPARISONS if column.startswith(start)]
    return COMPARISONS[max(matching, key=len)]


def _relative(column, got, want, _):
    _close(column, got[column], want[column], 0)


def _close(column, got, want, slack):
    """Assert |got - want| <= 1e-9 |want| + slack, with a slack per row."""
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want), err_msg=column)
    beyond = np.abs(got - want) > RELATIVE * np.abs(want) + slack
    assert not beyond.any(), f"{column}: {got[beyond]} is not {want[beyond]}"


def _against_largest_eigenvalue(column, got, want, _):
    _close(column, got[column], want[column], RELATIVE * want["inertia_tensor_eigvals-0"])


def _squares_against_largest_eigenvalue(column, got, want, _):
    # The major axis squared is 16 (2-D) or up to 20 (3-D) times the largest eigenvalue.
    slack = 20 * RELATIVE * want["inertia_tensor_eigvals-0"]
    _close(column, got[column] ** 2, want[column] ** 2, slack)


def _against_largest_position(column, got, want, _):
    # Weights of both signs may put a centroid at 0, where the sums behind it are not small.
    _close(column, got[column], want[column], RELATIVE * _largest(want[column]))


def _against_weighted_centroids(column, got, want, _):
    # The distance may be 0 between positions that are not.
    positions = [want[c] for c in want if c.startswith("centroid_weighted")]
    _close(column, got[column], want[column], RELATIVE * _largest(np.concatenate(positions)))


def _largest(values):
    return np.nanmax(np.abs(values), initial=0)


def _squares_against_one(column, got, want, _):
    _close(column, got[column] ** 2, want[column] ** 2, RELATIVE)


def _as_axes(column, got, want, _):
    assert np.all(np.abs(got[column]) <= np.pi / 2)
    largest, smallest = want["inertia_tensor_eigvals-0"], want["inertia_tensor_eigvals-1"]
    elongation = np.divide(
        largest - smallest, largest, out=np.zeros_like(largest), where=largest > 0
    )
    for part in (np.cos, np.sin):
        turned = elongation * (part(2 * got[column]) - part(2 * want[column]))
        assert np.all(np.abs(turned) <= RELATIVE), f"{column}: {got[column]} is not {want[column]}"


def _as_axes_in_space(column, got, want, _):
    name, axis, _component = column.split("-")
    size = sum(other.startswith("inertia_tensor_eigvals-") for other in want)
    values = [want[f"inertia_tensor_eigvals-{k}"] for k in range(size)]
    own = size - 1 - int(axis)  # the inertia is smallest about the longest axis
    gaps = [np.abs(values[own] - values[k]) for k in range(size) if k != own]
    defined = values[0] > 0
    np.testing.assert_array_equal(np.isnan(got[column]), ~defined)
    gap = np.divide(np.min(gaps, axis=0), values[0], out=np.zeros_like(values[0]), where=defined)
    for k in range(size):
        other = f"{name}-{axis}-{k}"
        difference = got[column] * got[other] - want[column] * want[other]
        assert np.all(np.abs(gap * difference)[defined] <= RELATIVE), column


def _inverse_squares_against_one(column, got, want, _):
    ours, theirs = (np.nan_to_num(table[column], nan=np.inf) ** -2.0 for table in (got, want))
    _close(column, ours, theirs, RELATIVE)


def _against_intensity_scale(column, got, want, scale):
    # A mean or sum loses a few last places of the largest value; a deviation about one.
    places = 4 if column.startswith("intensity_std") else 1000
    _close(column, got[column], want[column], places * EPSILON * scale)


def _roots_against_intensity_scale(column, got, want, scale):
    _close(column, np.sqrt(got[column]), np.sqrt(want[column]), 4 * EPSILON * scale)


def _times_area_against_intensity_scale(column, got, want, scale):
    _close(column, got[column], want[column], 1000 * EPSILON * scale * want["area"])


def _against_one(column, got, want, _):
    _close(column, got[column], want[column], RELATIVE)


def _against_invariants(column, got, want, _):
    name, k, *channel = column.split("-")
    h = [np.abs(want["-".join([name, str(i), *channel])]) for i in range(7)]
    second = h[0] + np.sqrt(h[1])
    third = np.sqrt(h[2]) + np.sqrt(h[3])
    terms = [second, second**2, third**2, third**2, third**4, second * third**2, third**4]
    _close(column, got[column], want[column], RELATIVE * terms[int(k)])


COMPARISONS = {
    "": _relative,
    "inertia_tensor": _against_largest_eigenvalue,
    "axis_": _squares_against_largest_eigenvalue,
    "principal_axes": _as_axes_in_space,
    "aspect_ratio": _inverse_squares_against_one,
    "eccentricity": _squares_against_one,
    "orientation": _as_axes,
    "moments_hu": _against_invariants,
    "moments_weighted_hu": _against_invariants,
    "centroid_weighted": _against_largest_position,
    "intensity_": _against_intensity_scale,
    "intensity_var": _roots_against_intensity_scale,
    "intensity_skewness": _against_one,
    "intensity_kurtosis": _against_one,
    "intensity_arg": _relative,
    "intensity_integrated": _times_area_against_intensity_scale,
    "intensity_mass_displacement": _against_weighted_centroids,
}
