"""What other tools published of images that everyone can measure.

Answers of scikit-image's SAMPLE and of the IBSI phantom stand in ``test_measuring.py``.
"""

import csv
import math

import numpy as np
import pytest

import mensura as ms

# --------------------------------------------------------------------------------- ITK with spacing

# Modules/Filtering/LabelMap/test/itkShapeLabelMapFilterGTest.cxx (Apache-2.0), an image of 25^3.
# Its axes run x, y, z: first voxel, extent, spacing; then centroid, physical size, principal
# moments (variances, smallest first), elongation and flatness as asserted there.
ITK_BOXES = {
    "3D_T1x1x1": ((5, 7, 9), (1, 1, 1), (1, 1, 1), (5, 7, 9), 1, (0, 0, 0), None, None),
    "3D_T3x2x1": (
        (5, 9, 11),
        (3, 2, 1),
        (1, 1, 1),
        (6, 9.5, 11),
        6,
        (0, 0.25, 0.666667),
        1.63299,
        None,
    ),
    "3D_T2x2x2_Spacing": (
        (5, 9, 11),
        (2, 2, 2),
        (1, 1.1, 2.2),
        (5.5, 10.45, 25.3),
        19.36,
        (0.25, 0.3025, 1.21),
        2.0,
        1.1,
    ),
}


@pytest.mark.parametrize("name", ITK_BOXES)
def test_boxes_of_itk(name):
    first, extent, spacing, centroid, size, moments, elongation, flatness = ITK_BOXES[name]
    labels = np.zeros((25, 25, 25), np.uint8)
    labels[tuple(slice(a, a + n) for a, n in zip(first[::-1], extent[::-1], strict=True))] = 1
    table = ms.measure(labels, measurements="all", spacing=spacing[::-1])
    assert table["area"][0] == pytest.approx(size, rel=1e-12)
    found = [table[f"centroid-{axis}"][0] for axis in (2, 1, 0)]
    assert found == pytest.approx(list(centroid), rel=1e-12)
    # An ellipsoid of uniform mass has a variance of a^2 / 5 along its semi-axis a.
    lengths = [table[f"axis_lengths-{k}"][0] for k in range(3)]
    variances = [length**2 / 20 for length in reversed(lengths)]
    assert variances == pytest.approx(list(moments), rel=1e-6, abs=1e-15)
    if elongation:
        assert lengths[0] / lengths[1] == pytest.approx(elongation, rel=1e-5)
    if flatness:
        assert lengths[1] / lengths[2] == pytest.approx(flatness, rel=1e-5)


# ----------------------------------------------------------------------------------- DIPlib, cermet


def test_the_cermet_table_of_diplib(shared_reference):
    # pydip/test/measurement.md of DIPlib (Apache-2.0): gold grains in glass, below 120, those of
    # less than 30 pixels or at the edge left out; four digits. Deviation, skewness and kurtosis
    # there are estimates for a population, corrected for the sample size.
    image = np.fromfile(shared_reference / "diplib" / "cermet.ids", np.uint8).reshape(256, 256)
    with (shared_reference / "diplib_cermet.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = ["Size", "Mean", "StdDev", "Skewness", "ExcessKurtosis"]
    size, mean, deviation, skewness, kurtosis = (
        np.array([float(row[name]) for row in rows]) for name in names
    )
    grains = ms.find_regions(image < 120).select(min_size=30, clear_border=True)
    wanted = ["num_pixels", *(f"intensity_{n}" for n in ("mean", "std", "skewness", "kurtosis"))]
    table = grains.measure(image, wanted, ddof=1)
    assert table.num_rows == 43
    np.testing.assert_array_equal(table["num_pixels"], size)
    four_digits = {"rtol": 5e-4, "atol": 5e-5}
    np.testing.assert_allclose(table["intensity_mean"], mean, **four_digits)
    np.testing.assert_allclose(table["intensity_std"], deviation, **four_digits)
    corrected = table["intensity_skewness"] * np.sqrt(size * (size - 1)) / (size - 2)
    np.testing.assert_allclose(corrected, skewness, **four_digits)
    excess = (size + 1) * table["intensity_kurtosis"] + 6
    excess *= (size - 1) / ((size - 2) * (size - 3))
    np.testing.assert_allclose(excess, kurtosis, **four_digits)


# ---------------------------------------------------------------------------- shapes with a formula


@pytest.mark.parametrize("radius", [22, 60])
def test_discs_have_the_ellipse_of_discs(radius):
    y, x = np.indices((2 * radius + 5,) * 2) - radius - 2
    disc = y * y + x * x <= radius * radius
    table = ms.measure(disc, measurements="all")
    assert table["area"][0] == pytest.approx(math.pi * radius**2, rel=2 / radius**1.5)
    assert table["axis_major_length"][0] == pytest.approx(2 * radius, rel=1 / radius)
    assert table["eccentricity"][0] == pytest.approx(0, abs=1e-6)
    assert table["aspect_ratio"][0] == pytest.approx(1, rel=1e-12)
    assert table["roundness"][0] == pytest.approx(1, abs=1 / radius)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 8), (40, 7)])
@pytest.mark.parametrize("pixel_term", [False, True])
def test_rectangles_have_the_ellipse_of_rectangles(height, width, pixel_term):
    # The variance of n equidistant points is (n^2 - 1) / 12; with the extent of a pixel, n^2 / 12.
    table = ms.measure(
        np.ones((height, width), int), measurements="axis_lengths", pixel_term=pixel_term
    )
    sides = sorted((height, width), reverse=True)
    for axis, n in enumerate(sides):
        expected = 4 * math.sqrt((n * n - (0 if pixel_term else 1)) / 12)
        assert table[f"axis_lengths-{axis}"][0] == pytest.approx(expected, rel=1e-12)
