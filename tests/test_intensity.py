"""What ``measure`` says of intensities beyond sums: spread and shape, positions, masks, counts."""

import math
from fractions import Fraction

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import tables
from oracles.agreement import assert_same_bits, assert_tables_agree
from scipy import stats

import mensura as ms

SHAPES_OF_VALUES = ["intensity_var", "intensity_skewness", "intensity_kurtosis"]
COUNTS = ["num_nan", "num_masked", "num_saturated", "num_at_min"]
PLACES = ["intensity_argmin", "intensity_argmax"]


def of_one_region(image, wanted, **options):
    """The measurements of an image that is one region, as a dict of numbers."""
    image = np.atleast_2d(image)
    table = ms.measure(np.ones(image.shape, np.uint8), image, wanted, **options)
    return {column: values[0] for column, values in table.items()}


# --------------------------------------------------------------------- variance, skewness, kurtosis


def exact_shape(values):
    """Skewness and excess kurtosis of rational numbers, rounded once, or NaN."""
    values = [Fraction(value) for value in values]
    center = sum(values) / len(values)
    second, third, fourth = (
        sum((v - center) ** k for v in values) / len(values) for k in (2, 3, 4)
    )
    if not second:
        return math.nan, math.nan
    skewness = math.copysign(math.sqrt(third**2 / second**3), third)
    return skewness, float(fourth / second**2 - 3)


@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "u8", "f8"])
def test_shapes_far_from_zero_keep_twelve_digits(dtype):
    rng = np.random.default_rng(1)
    image = (10**8 + rng.poisson(2, (70, 80))).astype(dtype)
    found = of_one_region(image, SHAPES_OF_VALUES)
    skewness, kurtosis = exact_shape(image.ravel().tolist())
    assert found["intensity_skewness"] == pytest.approx(skewness, rel=1e-12)
    assert found["intensity_kurtosis"] == pytest.approx(kurtosis, rel=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e8, -1e8])
def test_shapes_of_fractions_far_from_zero_keep_twelve_digits(offset):
    rng = np.random.default_rng(2)
    image = offset + rng.gamma(2, 1, (60, 70))
    found = of_one_region(image, SHAPES_OF_VALUES)
    skewness, kurtosis = exact_shape(image.ravel().tolist())
    assert found["intensity_skewness"] == pytest.approx(skewness, rel=1e-12)
    assert found["intensity_kurtosis"] == pytest.approx(kurtosis, rel=1e-12)


@pytest.mark.parametrize("dtype", ["u1", "i2", "u2", "i8", "f4", "f8"])
def test_shapes_equal_scipy(dtype):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 6, (50, 60))
    image = rng.gamma(2, 20, labels.shape).clip(0, 255).astype(dtype)
    table = ms.measure(labels, image, ["label", *SHAPES_OF_VALUES])
    assert table.num_rows == 5
    for row, label in enumerate(table["label"]):
        values = image[labels == label].astype(np.float64)
        assert table["intensity_var"][row] == pytest.approx(values.var(), rel=1e-12)
        skewness, kurtosis = stats.skew(values), stats.kurtosis(values)
        assert table["intensity_skewness"][row] == pytest.approx(skewness, rel=1e-10)
        assert table["intensity_kurtosis"][row] == pytest.approx(kurtosis, rel=1e-10)


def test_shapes_equal_diplib():
    diplib = pytest.importorskip("diplib")
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 4, (40, 50)).astype(np.uint32)
    image = rng.gamma(2, 20, labels.shape).astype(np.float32)
    measured = diplib.MeasurementTool.Measure(labels, image, ["Statistics"])
    theirs = np.asarray(measured["Statistics"])  # mean, deviation, skewness, excess kurtosis
    table = ms.measure(labels, image, SHAPES_OF_VALUES, ddof=1)
    n = ms.measure(labels, measurements="num_pixels")["num_pixels"].astype(float)
    # DIPlib's are estimates for a population, corrected for the sample size.
    skewness = table["intensity_skewness"] * np.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = ((n + 1) * table["intensity_kurtosis"] + 6) * (n - 1) / ((n - 2) * (n - 3))
    np.testing.assert_allclose(np.sqrt(table["intensity_var"]), theirs[:, 1], rtol=1e-9)
    np.testing.assert_allclose(skewness, theirs[:, 2], rtol=1e-9)
    np.testing.assert_allclose(kurtosis, theirs[:, 3], rtol=1e-9)


@pytest.mark.parametrize("dtype", ["?", "u1", "i8", "f2", "f8"])
@pytest.mark.parametrize("count", [1, 2, 700])
def test_equal_values_have_no_shape(dtype, count):
    found = of_one_region(np.full(count, 0.1 if dtype[0] == "f" else 1, dtype), SHAPES_OF_VALUES)
    assert found["intensity_var"] == 0
    assert math.isnan(found["intensity_skewness"])
    assert math.isnan(found["intensity_kurtosis"])


def test_shapes_out_of_the_range_of_double_are_nan():
    for scale in (1e-200, 1e200):
        found = of_one_region(scale * np.array([0.0, 0.0, 1.0]), SHAPES_OF_VALUES)
        assert math.isnan(found["intensity_skewness"])
        assert math.isnan(found["intensity_kurtosis"])
    found = of_one_region(1e-70 * np.array([0.0, 0.0, 1.0]), SHAPES_OF_VALUES)
    assert found["intensity_kurtosis"] == pytest.approx(-1.5)


@given(labels=images.label_images(), data=st.data())
def test_ddof_equals_the_oracle(labels, data):
    image = data.draw(images.intensity_images(labels.shape, dtypes=images.INTEGER_DTYPES))
    ddof = data.draw(st.integers(0, 4))
    wanted = ["intensity_var", "intensity_std"]
    table = ms.measure(labels, image, wanted, ddof=ddof)
    assert_tables_agree(table, tables.measure(labels, image, wanted, ddof=ddof))


def test_ddof_up_to_the_number_of_pixels_leaves_nothing():
    image = np.array([1.0, 4.0, np.nan])
    spreads = [of_one_region(image, "intensity_var", ddof=n)["intensity_var"] for n in range(4)]
    assert spreads[:2] == [2.25, 4.5]
    assert np.isnan(spreads[2:]).all()


# -------------------------------------------------------------------------------- sums and places


def test_sums_of_more_than_2_to_the_32_pixels_are_exact():
    # 2^32 pixels of the largest value, in the memory of one row.
    side = 1 << 16
    labels = np.broadcast_to(np.ones(side, np.uint8), (side, side))
    image = np.broadcast_to(np.full(side, 65535, np.uint16), (side, side))
    table = ms.measure(labels, image, ["num_pixels", "intensity_sum", "intensity_mean"])
    assert table["num_pixels"].tolist() == [1 << 32]
    assert table["intensity_sum"].tolist() == [float(65535 << 32)]
    assert table["intensity_mean"].tolist() == [65535.0]


def test_the_first_of_equal_extremes_is_found_across_blocks():
    # Rows so long that they are cut, and so many that the image has several blocks.
    image = np.full((3, (1 << 20) + 7), 5, np.uint8)
    image[1, (1 << 20) + 3] = image[2, 1] = 9
    image[0, (1 << 20) + 5] = image[1, 0] = 1
    found = of_one_region(image, PLACES)
    assert [found[f"intensity_argmin-{axis}"] for axis in (0, 1)] == [0, (1 << 20) + 5]
    assert [found[f"intensity_argmax-{axis}"] for axis in (0, 1)] == [1, (1 << 20) + 3]


@given(labels=images.label_images(), data=st.data())
def test_places_of_few_values_equal_the_oracle(labels, data):
    rng = data.draw(images.generators)
    image = images.small_counts(labels.shape, np.dtype(data.draw(st.sampled_from("Bhf"))), rng)
    assert_tables_agree(ms.measure(labels, image, PLACES), tables.measure(labels, image, PLACES))


def test_places_do_not_depend_on_the_spacing():
    image = np.array([[0.0, 7.0], [-3.0, np.inf]])
    found = of_one_region(image, PLACES, spacing=(0.5, 3))
    assert found["intensity_argmin-0"] == 1
    assert found["intensity_argmax-1"] == 1


def test_mass_displacement_is_in_the_unit_of_the_spacing():
    image = np.array([[0, 0, 0, 0, 1]])
    found = of_one_region(image, "intensity_mass_displacement", spacing=(9, 0.25))
    assert found["intensity_mass_displacement"] == 0.5


def test_integrated_and_corrected_sums():
    image = np.array([[10.0, 14.0, np.nan]])
    wanted = ["intensity_integrated", "intensity_corrected_sum"]
    found = of_one_region(image, wanted, spacing=2)
    assert found["intensity_integrated"] == 12 * 12
    assert found["intensity_corrected_sum"] == 4
    top = np.iinfo(np.uint64).max
    far = of_one_region(np.array([top - 3, top, top], np.uint64), wanted)
    assert far["intensity_corrected_sum"] == 6


# ------------------------------------------------------------------------------------------- masks


@given(labels=images.label_images(), data=st.data())
def test_masked_pixels_are_left_out(labels, data):
    image = data.draw(images.intensity_images(labels.shape))
    rng = data.draw(images.generators)
    of_channels = data.draw(st.booleans())
    shape = image.shape if of_channels else labels.shape
    mask = data.draw(images.layouts)(rng.random(shape) < data.draw(st.sampled_from([0, 0.3, 1])))
    saturation = None if image.dtype.kind == "b" else data.draw(st.sampled_from([None, 1, 2.5]))
    options = {"mask": mask, "saturation": saturation}
    wanted = ["label", *COUNTS, *PLACES, "intensity_min", "intensity_max"]
    before = mask.copy()
    table = ms.measure(labels, image, wanted, **options)
    assert_same_bits(table, tables.measure(labels, image, wanted, **options))
    np.testing.assert_array_equal(mask, before)


@given(labels=images.label_images(), data=st.data())
def test_a_mask_does_what_removing_the_pixels_does(labels, data):
    dtypes = [np.dtype(bool), *images.INTEGER_DTYPES]
    image = data.draw(images.intensity_images(labels.shape, channels=[None], dtypes=dtypes))
    mask = data.draw(images.generators).random(labels.shape) < 0.4
    wanted = [f"intensity_{n}" for n in ("sum", "mean", "std", "var", "skewness", "kurtosis")]
    wanted += [*PLACES, "intensity_corrected_sum", "centroid_weighted"]
    masked = ms.measure(labels, image, ["label", *wanted], mask=mask)
    removed = ms.measure(np.where(mask, 0, labels), image, ["label", *wanted])
    # Only whole regions may be missing from the others, and are undefined.
    kept = np.isin(masked["label"], removed["label"])
    for name, values in masked.items():
        assert name == "label" or np.isnan(values[~kept]).all(), name
        if name.startswith("centroid_weighted"):  # summed from the corner of another box
            np.testing.assert_allclose(values[kept], removed[name], rtol=1e-9, atol=1e-9)
        else:
            assert values[kept].tobytes() == removed[name].tobytes(), name


def test_masks_leave_geometry_alone():
    rng = np.random.default_rng(5)
    labels, image = rng.integers(0, 5, (30, 40)), rng.random((30, 40))
    mask = rng.random(labels.shape) < 0.5
    geometry = tables.names(2, with_image=False)
    assert_same_bits(
        ms.measure(labels, image, geometry, mask=mask), ms.measure(labels, image, geometry)
    )


def test_regions_and_masks_of_objects_take_masks():
    rng = np.random.default_rng(6)
    objects = rng.random((90, 130)) < 0.5
    image = rng.integers(0, 255, (*objects.shape, 2), np.uint8)
    options = {"mask": rng.random(image.shape) < 0.3, "saturation": [200, None], "ddof": 1}
    expected = ms.measure(ms.label(objects), image, "all", **options)
    assert_same_bits(ms.measure(objects, image, "all", **options), expected)
    regions = ms.find_regions(objects)
    assert_same_bits(regions.measure(image, "all", **options), expected)
    assert_same_bits(ms.measure(regions, image, "all", **options), expected)


def test_a_mask_of_the_image_follows_the_channel_axis():
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 4, (20, 30))
    image, mask = rng.random((20, 30, 3)), rng.random((20, 30, 3)) < 0.5
    moved = np.moveaxis(image, -1, 0), np.moveaxis(mask, -1, 0)
    assert_same_bits(
        ms.measure(labels, moved[0], "all", channel_axis=0, mask=moved[1]),
        ms.measure(labels, image, "all", mask=mask),
    )


@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "u4", "f2", "f4", ">f4", "f8", "u8"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("density", [0.02, 0.6])
def test_channels_side_by_side_are_measured_as_each_alone(dtype, channels, density):
    """In dense rows and in those of few objects; cut out of more channels, and turned round."""
    rng = np.random.default_rng(8)
    labels = rng.integers(1, 6, (3, 40, 150)) * (rng.random((3, 40, 150)) < density)
    image = (300 * rng.random((*labels.shape, channels + 1))).astype(dtype)
    if image.dtype.kind == "f":
        image[rng.random(image.shape) < 0.1] = np.nan
    mask = rng.random(image.shape) < 0.2
    for part in (slice(None), slice(0, channels), slice(None, None, -1)):
        views, masks = image[..., part], mask[..., part]
        together = ms.measure(labels, views, "all", mask=masks)
        apart = [np.ascontiguousarray(np.moveaxis(each, -1, 0)) for each in (views, masks)]
        alone = ms.measure(labels, apart[0], "all", mask=apart[1], channel_axis=0)
        assert_same_bits(together, alone)


# ------------------------------------------------------------------------------------------ counts


def test_every_pixel_is_valid_or_counted_as_left_out():
    image = np.array([1.0, 1.0, 2.0, np.nan, np.inf, -np.inf, np.nan])
    mask = np.array([[False, False, False, False, False, False, True]])
    found = of_one_region(image, "quality", mask=mask)
    assert [found[name] for name in COUNTS] == [1, 1, 1, 2]
    assert all(ms.measurements("quality")["unit"][3:] == "pixel")


@pytest.mark.parametrize("dtype", images.ALL_DTYPES, ids=str)
def test_without_a_saturation_it_is_the_end_of_an_integer_type(dtype):
    if dtype.kind == "f":
        values = np.array([np.finfo(dtype).max, np.inf, -np.inf, np.nan], dtype)
    elif dtype.kind == "b":
        values = np.array([False, True])
    else:
        values = np.array([np.iinfo(dtype).max, np.iinfo(dtype).max - 1], dtype)
    found = of_one_region(values, "num_saturated")["num_saturated"]
    assert found == (0 if dtype.kind == "b" else 1)


@pytest.mark.parametrize(
    ("dtype", "saturation", "expected"),
    [
        ("u1", 254, 2),
        ("u1", 253.5, 2),
        ("u1", np.uint8(255), 1),
        ("u1", 256, 0),
        ("u1", 1e300, 0),
        ("u1", 1 << 70, 0),
        ("u1", -5, 3),
        ("u1", -(1 << 70), 3),
        ("u1", math.inf, 0),
        ("u1", -math.inf, 3),
        ("u8", 254, 2),
        ("i2", Fraction(507, 2), 2),
        ("f4", 254, 2),
        ("f2", math.inf, 0),
        ("f8", -math.inf, 3),
        ("f4", 10**400, 0),
    ],
)
def test_a_saturation_of_any_size(dtype, saturation, expected):
    found = of_one_region(np.array([0, 254, 255], dtype), "num_saturated", saturation=saturation)
    assert found["num_saturated"] == expected


def test_a_python_number_is_rounded_to_the_image_and_a_numpy_number_is_not():
    image = np.full((1, 1), 0.1, np.float16)  # below 0.1
    assert of_one_region(image, "num_saturated", saturation=0.1)["num_saturated"] == 1
    assert of_one_region(image, "num_saturated", saturation=np.float64(0.1))["num_saturated"] == 0


def test_saturations_by_channel():
    image = np.dstack([[[1, 2, 3]]] * 3).astype(np.uint8)
    table = ms.measure(np.ones((1, 3), int), image, "num_saturated", saturation=[2, None, 1])
    assert [int(values[0]) for values in table.values()] == [2, 0, 3]


def test_borders_by_hand():
    labels = np.zeros((4, 5), int)
    labels[0, 1:4] = 1
    labels[2:, 0] = 2
    labels[2, 2] = 3
    table = ms.measure(labels, measurements=["num_border_pixels", "num_border_sides"])
    assert table["num_border_pixels"].tolist() == [3, 2, 0]
    assert table["num_border_sides"].tolist() == [1, 2, 0]
    whole = ms.measure(np.ones((4, 5), int), measurements="quality")
    assert whole["num_border_pixels"].tolist() == [14]
    assert whole["num_border_sides"].tolist() == [4]


def test_components_by_hand():
    labels = np.array([[5, 0, 2, 0, -1], [0, 5, 0, 0, 2], [0, 0, 0, 2, 0]])
    assert ms.measure(labels, measurements="num_components")["num_components"].tolist() == [2, 1]


def test_regions_are_one_component_unless_they_are_periodic():
    image = np.array([[1, 0, 1, 0, 1], [0, 0, 0, 0, 0], [1, 0, 1, 0, 0]])
    plain = ms.find_regions(image, connectivity=1).measure(measurements="num_components")
    assert plain["num_components"].tolist() == [1] * 5
    periodic = ms.find_regions(image, connectivity=1, periodic=True)
    assert periodic.measure(measurements="num_components")["num_components"].tolist() == [3, 2]
    some = periodic.select(keep=[2])
    assert some.measure(measurements="num_components")["num_components"].tolist() == [2]


def test_no_label_image_is_made_of_a_mask(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a label image was made")

    monkeypatch.setattr(ms.Regions, "to_labels", refuse)
    mask = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 0]], bool)
    table = ms.measure(mask, mask, "all")
    assert table["num_components"].tolist() == [1, 1]
    assert ms.find_regions(mask, 1).measure(mask, "all")["num_components"].tolist() == [1] * 4


def test_quality_without_an_image_is_that_of_the_labels():
    assert list(ms.measure(np.ones((2, 2), int), measurements="quality")) == [
        "num_border_pixels",
        "num_border_sides",
        "num_components",
    ]


# -------------------------------------------------------------------------------------- provenance


def test_provenance_tells_mask_saturation_and_ddof():
    labels, image = np.ones((2, 2), int), np.ones((2, 2, 2), np.uint8)
    default = ms.measure(labels, image).provenance
    assert (default["mask"], default["saturation"], default["ddof"]) == (False, [255, 255], 0)
    mask = np.zeros((2, 2), bool)
    told = ms.measure(labels, image, mask=mask, saturation=[7, 8.5], ddof=1).provenance
    assert (told["mask"], told["saturation"], told["ddof"]) == (True, [7, 9], 1)
    without = ms.measure(labels).provenance
    assert (without["mask"], without["saturation"], without["ddof"]) == (False, None, 0)


# Warnings are errors here.
@pytest.mark.parametrize("value", [np.finfo(np.float64).max, 1e-200, 5e-324])
def test_values_at_the_ends_of_double_give_no_warning(value):
    table = ms.measure(np.ones((2, 3), int), value * np.array([[1, 1, 0], [1, 0.5, 1]]), "all")
    assert table["intensity_max"].tolist() == [value]
