"""No digits are lost far from zero: twelve of them against exact rational answers.

Intensities that are large beside their spread, and objects that lie far from the origin of the
image, cancel where sums are not exact or not about a center.
"""

import re
from fractions import Fraction

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import deriving, geometry, intensity

import mensura as ms

TWELVE_DIGITS = 1e-12
OFFSET = 10**8
FAR = 10**6

SPREADS = ["intensity_mean", "intensity_std", "intensity_var"]
SPREADS += ["intensity_skewness", "intensity_kurtosis"]


def assert_digits(found, exact, digits=TWELVE_DIGITS):
    if exact is None:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(float(exact), rel=digits, abs=0)


def exact_spreads(values):
    """Mean, deviation, variance, skewness and kurtosis of rational numbers."""
    variance = intensity.variance(values)
    return [
        intensity.mean(values),
        deriving.square_root(variance),
        variance,
        intensity.skewness(values),
        intensity.excess_kurtosis(values),
    ]


@given(
    rng=images.generators,
    dtype=st.sampled_from(["i4", "u4", "i8", "u8", "f8"]),
    spread=st.sampled_from([3, 1000, 10**6]),
    shape=st.sampled_from([(1, 2), (5, 7), (23, 31)]),
    sign=st.sampled_from([1, -1]),
)
def test_intensities_far_from_zero(rng, dtype, spread, shape, sign):
    values = OFFSET + rng.integers(0, spread, shape)
    image = (values if dtype[0] == "u" else sign * values).astype(dtype)
    if dtype[0] == "f":
        image += rng.random(shape)
    table = ms.measure(np.ones(shape, int), image, SPREADS)
    exact = [Fraction(value) for value in image.ravel().tolist()]
    for name, expected in zip(SPREADS, exact_spreads(exact), strict=True):
        found = table[name][0]
        if name in SPREADS[-2:] and expected is not None and abs(expected) < 1:
            assert found == pytest.approx(float(expected), abs=TWELVE_DIGITS)  # they cancel
        else:
            assert_digits(found, expected)


@pytest.mark.parametrize("dtype", ["u4", "i8", "f8"])
def test_weighted_centroids_of_intensities_far_from_zero(dtype):
    rng = np.random.default_rng(1)
    image = (OFFSET + rng.integers(0, 100, (40, 50))).astype(dtype)
    table = ms.measure(np.ones(image.shape, int), image, "centroid_weighted")
    values = [Fraction(value) for value in image.ravel().tolist()]
    exact = intensity.weighted_centroid(list(np.ndindex(image.shape)), values, (1, 1))
    for axis in (0, 1):
        assert_digits(table[f"centroid_weighted-{axis}"][0], exact[axis])


@given(
    rng=images.generators,
    dtype=st.sampled_from(["u4", "i4", "i8", "u8"]),
    spread=st.sampled_from([2, 100, 10**6]),
    shape=st.sampled_from([(5, 7), (23, 31), (3, 4, 5)]),
    with_moments=st.booleans(),
)
def test_displacements_of_intensities_far_from_zero(rng, dtype, spread, shape, with_moments):
    """The centroids differ in few of their digits, but all of those of the difference are there."""
    image = (OFFSET + rng.integers(0, spread, shape)).astype(dtype)
    inside = rng.random(shape) < 0.8
    inside.flat[0] = True
    names = ["intensity_mass_displacement"] + ["moments_weighted"] * with_moments
    steps = (2.5, 0.325, 0.7)[-len(shape) :]
    found = ms.measure(inside.astype(int), image, names, spacing=steps)
    pixels = [tuple(map(int, at)) for at in np.argwhere(inside)]
    values = [Fraction(int(image[at])) for at in pixels]
    steps = [Fraction(step) for step in steps]
    weighted = intensity.weighted_centroid(pixels, values, steps)
    exact = intensity.distance(geometry.centroid(pixels, steps), weighted)
    assert_digits(found["intensity_mass_displacement"][0], exact)


# -------------------------------------------------------------------------------------- far objects


@st.composite
def pieces(draw):
    """One object, of connected or scattered pixels, in 2-D or 3-D."""
    ndim = draw(st.sampled_from([2, 3]))
    shape = draw(images.shapes(ndim))
    rng = draw(images.generators)
    piece = rng.random(shape) < draw(st.sampled_from([0.2, 0.7, 1]))
    piece[tuple(rng.integers(0, shape))] = True
    return piece


@given(piece=pieces(), rng=images.generators, data=st.data())
def test_objects_far_from_the_origin(piece, rng, data):
    spacing = data.draw(st.sampled_from([(1,) * piece.ndim, (0.325, 0.7, 2.5)[: piece.ndim]]))
    far = data.draw(st.sampled_from([FAR, FAR + 1, 2**30 + 7, 2**40]))
    image = rng.integers(0, 1000, piece.shape, np.uint16)
    names = ["centroid", "centroid_local", "inertia_tensor", "inertia_tensor_eigvals"]
    names += ["centroid_weighted", "intensity_mass_displacement", "bbox"]
    accumulator = ms.Accumulator(names, spacing=spacing)
    accumulator.update(piece.astype(np.uint8), image, offset=(far,) * piece.ndim)
    row = {column: values[0] for column, values in accumulator.table().items()}

    inside = [tuple(map(int, at)) for at in np.argwhere(piece)]
    pixels = [tuple(a + far for a in at) for at in inside]
    values = [int(image[at]) for at in inside]
    steps = [Fraction(step) for step in spacing]
    tensor = geometry.inertia_tensor(pixels, steps)
    largest = geometry.eigenvalues(tensor)
    corner = geometry.bounding_box(inside)[: piece.ndim]
    in_box = [tuple(a - b for a, b in zip(at, corner, strict=True)) for at in inside]
    local = geometry.centroid(in_box, steps)
    weighted = intensity.weighted_centroid(pixels, values, steps)
    for i in range(piece.ndim):
        assert row[f"bbox-{i}"] == geometry.bounding_box(pixels)[i]
        assert_digits(row[f"centroid-{i}"], geometry.centroid(pixels, steps)[i], 1e-15)
        assert_digits(row[f"centroid_weighted-{i}"], weighted[i], 1e-15)
        assert_digits(row[f"centroid_local-{i}"], local[i])
        slack = TWELVE_DIGITS * float(largest[0])
        eigenvalue = row[f"inertia_tensor_eigvals-{i}"]
        assert eigenvalue == pytest.approx(float(largest[i]), rel=TWELVE_DIGITS, abs=slack)
        for j in range(piece.ndim):
            found = row[f"inertia_tensor-{i}-{j}"]
            assert found == pytest.approx(float(tensor[i][j]), rel=TWELVE_DIGITS, abs=slack)
    displacement = intensity.distance(geometry.centroid(pixels, steps), weighted)
    if displacement is None:
        assert np.isnan(row["intensity_mass_displacement"])
    else:
        # Of positions within the object, whose own digits its extent decides.
        extent = max(piece.shape) * max(spacing)
        assert row["intensity_mass_displacement"] == pytest.approx(
            displacement, rel=TWELVE_DIGITS, abs=1e-15 * extent
        )


def test_far_objects_in_an_image_are_those_of_tiles_far_away():
    # The same in one image, whose first million columns are empty and cost no memory of their own.
    rng = np.random.default_rng(2)
    piece = rng.random((30, 40)) < 0.6
    labels, image = np.zeros((30, FAR + 50), np.uint8), np.zeros((30, FAR + 50), np.uint16)
    labels[:, FAR : FAR + 40] = piece
    image[:, FAR : FAR + 40] = rng.integers(0, 1000, piece.shape)
    names = ["centroid", "inertia_tensor", "ellipse", "centroid_weighted", "intensity"]
    accumulator = ms.Accumulator(names)
    window = slice(FAR, FAR + 40)
    accumulator.update(labels[:, window], image[:, window], offset=(0, FAR))
    assert ms.measure(labels, image, names) == accumulator.table()


# --------------------------------------------------------------------------- the range of double

EXPONENT = re.compile(r"intensity(?:\^\(?(-?\d+(?:/2)?)\)?)?(?: x .*)?")


def power_of_intensity(unit):
    """How a column grows with its image, by its unit: "intensity^2" as the square."""
    matched = EXPONENT.fullmatch(unit)
    return 0.0 if matched is None else float(Fraction(matched[1] or 1))


def intensity_columns():
    names = ms.measurements()["name"].tolist()
    kinds = ("intensity", "centroid_weighted", "moments_weighted")
    return [name for name in names if name.startswith(kinds)]


@pytest.mark.parametrize("lowest", [-500, 0])
def test_images_of_any_scale_never_give_a_wrong_number(lowest):
    """A power of two in front of all values comes out in front, or else nothing that is finite."""
    rng = np.random.default_rng(7)
    labels = np.kron([[1, 2], [3, 0]], np.ones((9, 300), int))
    labels[10:, 300:] = rng.integers(4, 9, (8, 300))
    image = rng.integers(lowest, 501, labels.shape).astype(float)
    names = intensity_columns()
    reference = ms.measure(labels, image, names, threads=1)
    powers = {name: power_of_intensity(unit) for name, unit in reference.units.items()}
    assert powers["intensity_var"] == 2
    assert powers["moments_weighted_normalized-0-3"] == -1.5
    for k in [*range(-1022, 1015, 23), -540, -511, 511, 1014]:
        table = ms.measure(labels, np.ldexp(image, k), names, threads=1)
        for name, found in table.items():
            whole, rest = divmod(powers[name] * k, 1)
            with np.errstate(over="ignore", invalid="ignore"):
                expected = np.ldexp(reference[name] * 2**rest, int(whole))
                lost = 2e-320 if whole < 0 else 0  # of numbers that have few digits themselves
                close = np.abs(found - expected) <= 1e-9 * np.abs(expected) + lost
            assert (close | ~np.isfinite(found)).all(), (name, k, found, expected)
            if abs(k) < 60:
                np.testing.assert_array_equal(np.isnan(found), np.isnan(reference[name]), name)


@pytest.mark.parametrize(
    ("scale", "spread", "ratios"),
    [(1e-200, False, False), (1e-100, True, False), (1, True, True), (1e100, True, False),
     (1e200, False, False)],
)  # fmt: skip
def test_what_double_does_not_hold_is_nan(scale, spread, ratios):
    image = scale * np.arange(1.0, 9).reshape(2, 4)
    table = ms.measure(np.ones((2, 4), int), image, SPREADS)
    assert table["intensity_mean"][0] == pytest.approx(4.5 * scale)
    known = {"intensity_var": 5.25 * scale * scale, "intensity_std": np.sqrt(5.25) * scale}
    for name, value in known.items():
        expected = value if spread else np.nan
        assert table[name][0] == pytest.approx(expected, rel=TWELVE_DIGITS, abs=0, nan_ok=True)
    for name in ("intensity_skewness", "intensity_kurtosis"):
        assert np.isfinite(table[name][0]) == ratios


@pytest.mark.parametrize("value", [0.0, 5e-324, 1e-200, 1e200, np.finfo(float).max])
def test_a_constant_has_no_spread_whatever_its_size(value):
    table = ms.measure(np.ones((3, 3), int), np.full((3, 3), value), SPREADS)
    assert table["intensity_var"].tolist() == table["intensity_std"].tolist() == [0]


def test_sums_beyond_double_are_infinite():
    largest = np.finfo(float).max
    table = ms.measure(
        np.ones((1, 3), int), [[largest, largest, largest / 2]], ["intensity_sum", *SPREADS]
    )
    assert table["intensity_sum"].tolist() == [np.inf]
    assert not any(np.isfinite(table[name][0]) for name in SPREADS)
