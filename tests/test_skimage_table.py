"""``mensura.skimage.measure.regionprops_table`` against the live function of scikit-image.

What is native grows with the register; every test here holds for all properties, so that one is
tested from the day it becomes native.
"""

import inspect
import itertools
import subprocess
import sys
import warnings

import numpy as np
import pytest
import strategies as images
from hypothesis import given, settings
from hypothesis import strategies as st
from known_images import SAMPLE
from oracles.likeness import assert_like, assert_same_objects

import mensura as ms
from mensura.measurements.registry import REGISTRY, Measurement
from mensura.skimage.measure import regionprops_table
from mensura.skimage.properties import COLUMN_DTYPES, OLD_NAMES

measure = pytest.importorskip("skimage.measure", reason="compares with scikit-image")

OBJECTS = [
    "coords",
    "coords_scaled",
    "image",
    "image_convex",
    "image_filled",
    "image_intensity",
    "slice",
]
ALL = sorted([*COLUMN_DTYPES, *OBJECTS])
# scikit-image cannot measure these of a flat object in a volume.
OF_HULL = {"area_convex", "feret_diameter_max", "image_convex", "solidity"}
ONLY_2D = {
    "eccentricity",
    "moments_hu",
    "moments_weighted_hu",
    "orientation",
    "perimeter",
    "perimeter_crofton",
}
OF_INTENSITY = {name for name in ALL if "intensity" in name or "weighted" in name}


def per_axis(spacing, ndim):
    return np.broadcast_to(1 if spacing is None else spacing, (ndim,)).tolist()


def available(ndim, spacing=None, has_image=True):
    """The properties that scikit-image does not refuse."""
    refused = set() if has_image else set(OF_INTENSITY)
    steps = set(per_axis(spacing, ndim))
    if ndim > 2:
        refused |= ONLY_2D
    if steps != {1}:
        refused |= {"moments_hu", "moments_weighted_hu"}
    if len(steps) > 1:
        refused |= {"perimeter", "perimeter_crofton"}
    return [name for name in ALL if name not in refused]


def widened(image):
    """The image in the precision that mensura computes in."""
    return image.astype(np.float64) if image.dtype.kind == "f" else image


def theirs(labels, image=None, *args, **options):
    # Objects too thin for a hull and weights of 0 make scikit-image warn, and more so at each call.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        return measure.regionprops_table(labels, image, *args, **options)


def expected(labels, image, names, **options):
    """Their table, with floats widened for what is native: they compute in the image's dtype."""
    wide = theirs(labels, widened(image), names, **options)
    same = theirs(labels, image, names, **options)
    return {column: (wide if column.split("-")[0] in REGISTRY else same)[column] for column in wide}


def ours(labels, image=None, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        return regionprops_table(labels, image, *args, **options)


def blobs(shape, dtype=np.int64):
    """Objects of several sizes, none of them flat, with gaps in the labels and negative ones."""
    rng = np.random.default_rng(3)
    labels = np.zeros(shape, np.int64)
    corners = itertools.product(*[range(1, n - 7, 8) for n in shape])
    numbers = [-3, 2, 5, 6, -1, 9, 11, 12, 40, 41, 42, 50, 57, 90, 100, 101, 120, 125, 126, 127]
    for number, corner in zip(itertools.cycle(numbers), corners, strict=False):
        sides = rng.integers(3, 7, len(shape))
        box = tuple(slice(at, at + side) for at, side in zip(corner, sides, strict=True))
        ragged = rng.random(sides) < 0.8
        ragged[tuple(slice(0, 2) for _ in shape)] = True
        labels[box] = np.where(ragged, number, 0)
    limits = np.iinfo(dtype)
    return labels.clip(limits.min, limits.max).astype(dtype)


def intensities(shape, channels):
    rng = np.random.default_rng(4)
    return rng.uniform(1, 100, shape if channels is None else (*shape, channels))


@pytest.fixture
def no_scikit_image(monkeypatch):
    for name in ("skimage", "skimage.measure"):
        monkeypatch.setitem(sys.modules, name, None)


# ------------------------------------------------------------------------------------ the values


def test_the_names_are_those_of_scikit_image():
    _regionprops = pytest.importorskip("skimage.measure._regionprops")
    assert set(ALL) == set(_regionprops.COL_DTYPES)
    assert _regionprops.COL_DTYPES | COLUMN_DTYPES == _regionprops.COL_DTYPES
    assert {old: new for old, new in _regionprops.PROPS.items() if old != new} == OLD_NAMES
    assert set(_regionprops._require_intensity_image) == OF_INTENSITY


def test_the_signature_is_that_of_scikit_image():
    expected = inspect.signature(measure.regionprops_table).parameters
    found = inspect.signature(regionprops_table).parameters
    assert list(found) == list(expected)
    for name, parameter in expected.items():
        assert found[name].kind == parameter.kind, name
        assert found[name].default == parameter.default, name


@pytest.mark.parametrize("spacing", [None, 1, 0.5, 3.0, "unequal"])
@pytest.mark.parametrize("channels", [None, 1, 3])
@pytest.mark.parametrize("shape", [(41, 50), (17, 18, 25)])
def test_all_properties(shape, channels, spacing):
    spacing = (0.5, 2.0, 1.25)[: len(shape)] if spacing == "unequal" else spacing
    labels, image = blobs(shape), intensities(shape, channels)
    names = available(len(shape), spacing)
    want = theirs(labels, image, names, spacing=spacing)
    got = ours(labels, image, names, spacing=spacing)
    assert_like(got, want, per_axis(spacing, len(shape)), intensity_scale=100)


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(41, 50), (17, 18, 25)])
def test_label_dtypes(shape, dtype):
    labels = blobs(shape, dtype)
    names = [n for n in available(len(shape), has_image=False) if n not in OF_HULL]
    for layout in (images.c_order, images.fortran_order, images.byte_swapped, images.window):
        got = ours(layout(labels), None, names)
        assert_like(got, theirs(labels, None, names), [1] * len(shape))


@pytest.mark.parametrize("dtype", [d for d in images.ALL_DTYPES if d.itemsize < 8 or d.kind == "f"])
@pytest.mark.parametrize("channels", [None, 2])
def test_intensity_dtypes(channels, dtype):
    labels = blobs((41, 50))
    image = intensities(labels.shape, channels)
    image = image > 30 if dtype.kind == "b" else image.astype(dtype)
    names = available(2)
    got, want = ours(labels, image, names), expected(labels, image, names)
    assert_like(got, want, (1, 1), intensity_scale=100)


@settings(max_examples=60)
@given(labels=images.label_images(ids=(images.contiguous_ids,)), data=st.data())
def test_hard_images(labels, data):
    labels = np.array(labels, labels.dtype.newbyteorder("="), order="C")
    spacing = data.draw(st.one_of(st.none(), images.spacings(labels.ndim)))
    channels = data.draw(st.sampled_from([None, 1, 2]))
    shape = labels.shape if channels is None else (*labels.shape, channels)
    image = 1 + data.draw(images.generators).integers(0, 1000, shape).astype(np.float64)
    known = [n for n in available(labels.ndim, spacing) if n not in OF_HULL]
    names = [*data.draw(st.permutations([n for n in known if n in COLUMN_DTYPES])), "bbox"]
    want = theirs(labels, image, names, spacing=spacing)
    got = ours(labels, image, names, spacing=spacing)
    assert_like(got, want, per_axis(spacing, labels.ndim), intensity_scale=1000)


# scikit-image, tests/skimage2/measure/test_regionprops.py (BSD-3), and the values asserted there.
SAMPLE_VALUES = {
    "area": 72,
    "area_bbox": 180,
    "area_convex": 125,
    "area_filled": 72,
    "axis_major_length": 16.7924234999,
    "axis_minor_length": 9.739302807263,
    "centroid-0": 5.66666666666666,
    "centroid-1": 9.444444444444445,
    "eccentricity": 0.814629313427,
    "equivalent_diameter_area": 9.57461472963,
    "euler_number": 0,
    "extent": 0.4,
    "intensity_max": 2,
    "intensity_mean": 1.02777777777777,
    "intensity_min": 1,
    "intensity_std": 0.16433554953054486,
    "moments_weighted-0-0": 74,
    "centroid_weighted-0": 5.540540540540,
    "centroid_weighted-1": 9.445945945945,
    "num_pixels": 72,
    "orientation": -1.4663278802756865,
    "perimeter": 55.2487373415,
    "solidity": 0.576,
}


def test_the_sample_of_scikit_image():
    image = SAMPLE.copy()
    image[1, 9:11] = 2
    table = regionprops_table(SAMPLE, image, ALL)
    assert {name: table[name][0] for name in SAMPLE_VALUES} == pytest.approx(
        SAMPLE_VALUES, rel=1e-10
    )


# ------------------------------------------------------------------------------- the register


def entry(name, value, suffixes=("",)):
    """A measurement that gives every region the same numbers."""
    return Measurement(
        name=name,
        group="size",
        unit="",
        definition="",
        source="",
        suffixes=lambda ndim: suffixes,
        compute=lambda regions: [np.full(len(regions.count), value)] * len(suffixes),
        needs_image=False,
        needs=frozenset(),
        dimensions=(2,),
    )


def test_what_the_register_has_is_native(monkeypatch, no_scikit_image):
    for found in [
        entry("euler_number", 7.0),
        entry("solidity", 0.5),
        entry("moments_normalized", 0.25, ("-0-0", "-0-1")),
    ]:
        monkeypatch.setitem(REGISTRY, found.name, found)
    names = ["EulerNumber", "solidity", "moments_normalized"]
    table = regionprops_table(blobs((20, 30)), None, names, separator="/", spacing=2)
    assert list(table) == [
        "EulerNumber",
        "solidity",
        "moments_normalized/0/0",
        "moments_normalized/0/1",
    ]
    assert [values.dtype.kind for values in table.values()] == ["i", "f", "f", "f"]
    assert [values[0] for values in table.values()] == [7, 0.5, 0.25, 0.25]


def test_what_the_register_defines_otherwise_is_not(monkeypatch):
    for name in ("moments_normalized", "solidity"):
        monkeypatch.setitem(REGISTRY, name, entry(name, 0.25))
    for labels, names, spacing in [
        (blobs((20, 30)), ["moments_normalized", "bbox", "moments"], (1, 2)),
        (blobs((17, 18, 25)), ["solidity"], None),
    ]:
        got = ours(labels, None, names, spacing=spacing)
        want = theirs(labels, None, names, spacing=spacing)
        assert_like(got, want, per_axis(spacing, labels.ndim))


# --------------------------------------------------------------------- names, order and separators


@given(
    names=st.lists(st.sampled_from([*ALL, *OLD_NAMES]), max_size=8),
    separator=st.sampled_from(["-", "_", "", "-0", " of "]),
)
@settings(max_examples=60)
def test_any_names_in_any_order(names, separator):
    labels, image = blobs((20, 30)), intensities((20, 30), 2)
    want = theirs(labels, image, names, separator=separator)
    got = ours(labels, image, names, separator=separator)
    assert list(got) == list(want)
    assert [values.dtype for values in got.values()] == [values.dtype for values in want.values()]


@pytest.mark.parametrize("name", OLD_NAMES)
def test_old_names_name_their_columns(name):
    labels, image = blobs((20, 30)), intensities((20, 30), None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = regionprops_table(labels, image, [name, OLD_NAMES[name]])
        count = len(caught)
        want = measure.regionprops_table(labels, image, [name, OLD_NAMES[name]])
    assert [w.category for w in caught[:count]] == [w.category for w in caught[count:]]
    assert list(got) == list(want)
    columns = list(got)
    half = len(columns) // 2
    for old, new in zip(columns[:half], columns[half:], strict=True):
        assert old == name + new.removeprefix(OLD_NAMES[name])
        assert_same_objects(old, got[old], got[new])


def test_columns_are_the_caller_s_own():
    table = regionprops_table(blobs((20, 30)), properties=["area", "Area", "bbox", "perimeter"])
    for values in table.values():
        values[:] = 0
    assert regionprops_table(blobs((20, 30)))["label"].all()


def test_properties_may_be_any_iterable():
    labels = blobs((20, 30))
    assert list(regionprops_table(labels, None, iter(["area", "perimeter"]))) == [
        "area",
        "perimeter",
    ]
    assert regionprops_table(labels, properties=()) == {}
    assert list(regionprops_table(labels)) == ["label", "bbox-0", "bbox-1", "bbox-2", "bbox-3"]


def test_cache_changes_nothing():
    labels = blobs((20, 30))
    names = ["area", "solidity"]
    with_cache, without = (regionprops_table(labels, None, names, cache=c) for c in (True, False))
    for name in names:
        np.testing.assert_array_equal(with_cache[name], without[name])


# --------------------------------------------------------------------------------- no regions


@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 6)])
@pytest.mark.parametrize("channels", [None, 1, 2])
@pytest.mark.parametrize("value", [0, -2])
def test_no_regions_leave_all_columns(shape, channels, value):
    labels, image = np.full(shape, value, np.int16), intensities(shape, channels)
    # A dummy of one voxel is measured there, which has no hull.
    names = [n for n in available(len(shape)) if len(shape) == 2 or n not in OF_HULL]
    got, want = ours(labels, image, names), theirs(labels, image, names)
    assert list(got) == list(want)
    for column in want:
        assert got[column].dtype == want[column].dtype
        assert got[column].shape == (0,)


# -------------------------------------------------------------------------- NaN, infinity, masks


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [None, 2])
@pytest.mark.parametrize("shape", [(41, 50), (17, 18, 25)])
def test_regions_with_nan_and_infinity(shape, channels, dtype):
    labels = blobs(shape)
    image = intensities(shape, channels).astype(dtype)
    regions = np.unique(labels[labels > 0])
    for label, value in zip(regions, [np.nan, np.inf, -np.inf], strict=False):
        image[tuple(np.argwhere(labels == label)[0])] = value
    image[tuple(np.argwhere(labels == regions[3])[:2].T)] = np.reshape(
        [np.inf, -np.inf], (2, 1) if channels else 2
    )
    names = [n for n in available(len(shape)) if n in OF_INTENSITY & set(COLUMN_DTYPES)]
    got, want = ours(labels, image, names), expected(labels, image, names)
    assert list(got) == list(want)
    touched = np.isin(regions, regions[:4])
    for column in want:
        np.testing.assert_array_equal(got[column][touched], want[column][touched], err_msg=column)
        np.testing.assert_allclose(
            got[column][~touched], want[column][~touched], rtol=1e-9, atol=1e-6, err_msg=column
        )


def test_nan_outside_of_regions_changes_nothing():
    labels, image = blobs((41, 50)), intensities((41, 50), None)
    hollow = np.where(labels > 0, image, np.nan)
    names = [n for n in COLUMN_DTYPES if n in OF_INTENSITY & set(ms.measurements()["name"])]
    got, want = ours(labels, hollow, names), ours(labels, image, names)
    for column in want:
        np.testing.assert_array_equal(got[column], want[column])


def test_weights_that_sum_to_zero_have_no_centroid():
    labels, image = np.ones((1, 2), int), np.array([[1.0, -1.0]])
    assert np.isinf(theirs(labels, image, ["centroid_weighted"])["centroid_weighted-1"])
    table = regionprops_table(labels, image, ["centroid_weighted"])
    assert np.isnan([values[0] for values in table.values()]).all()


def test_masked_arrays_and_wide_pixels_are_scikit_image_s():
    labels, image = blobs((20, 30)), intensities((20, 30), None)
    names = ["label", "area", "intensity_mean", "intensity_max"]
    masked = np.ma.masked_greater(image, 50)
    for one, other in [(labels, masked), (labels, image.astype(np.longdouble))]:
        got, want = ours(one, other, names), theirs(one, other, names)
        for column in want:
            np.testing.assert_array_equal(got[column], want[column])


# -------------------------------------------------------------------------- spacing, large labels


@pytest.mark.parametrize(
    "spacing", [0, -1, (1, -2), (0, 3), 1e200, (True, 2), (2, np.float32(0.1))]
)
def test_unusual_spacing(spacing):
    labels = blobs((20, 30))
    names = ["label", "area", "centroid", "bbox", "num_pixels", "coords_scaled"]
    got = ours(labels, None, names, spacing=spacing)
    want = theirs(labels, None, names, spacing=spacing)
    for column in want:
        if want[column].dtype == object:
            assert_same_objects(column, got[column], want[column])
        else:
            np.testing.assert_allclose(got[column], want[column], rtol=1e-12)


def test_labels_may_be_any_size():
    labels = np.zeros((20, 30), np.int64)
    labels[2:5, 3:9], labels[9:12, 1:4], labels[0, 0] = 2**60, 2**40, -(2**62)
    table = regionprops_table(labels, None, ["label", "perimeter", "coords", "area"])
    assert table["label"].tolist() == [2**40, 2**60]
    assert table["area"].tolist() == [9, 18]
    assert table["perimeter"].tolist() == [8, 14]
    assert table["coords"][0][0].tolist() == [9, 1]


def test_labels_beyond_int64():
    labels = np.array([[0, 2**64 - 1, 7]], np.uint64)
    assert regionprops_table(labels)["label"].tolist() == [7, 2**64 - 1]
    assert regionprops_table(labels // 4)["label"].dtype == np.int64


# ------------------------------------------------------------------------------ extra properties


def count(mask):
    return np.sum(mask)


def spread(mask, values):
    return np.ptp(values[mask])


def quartiles(mask, values):
    return np.percentile(values[mask], [25, 75])


def profile(mask):
    return mask.sum(axis=0)


def area(mask):
    return -1


@pytest.mark.parametrize("functions", [(count,), (spread,), [quartiles, count], (profile, spread)])
@pytest.mark.parametrize("channels", [None, 1, 2])
def test_extra_properties(channels, functions):
    labels, image = blobs((20, 30)), intensities((20, 30), channels)
    names = ["area", "perimeter", "intensity_mean"]
    got = ours(labels, image, names, extra_properties=functions)
    want = theirs(labels, image, names, extra_properties=functions)
    assert list(got) == list(want)
    for column in want:
        assert got[column].dtype == want[column].dtype
        if want[column].dtype == object:
            assert_same_objects(column, got[column], want[column])
        else:
            np.testing.assert_allclose(got[column], want[column], rtol=1e-12, err_msg=column)


def test_extra_properties_may_be_asked_for_by_name():
    labels = blobs((20, 30))
    names = ["count", "area"]
    got = regionprops_table(labels, None, names, extra_properties=[count])
    want = measure.regionprops_table(labels, None, names, extra_properties=[count])
    assert list(got) == list(want)
    np.testing.assert_array_equal(got["count"], want["count"])


def test_an_extra_property_does_not_replace_another():
    labels = blobs((20, 30))
    with pytest.warns(UserWarning, match="shadowed"):
        got = regionprops_table(labels, None, ["label"], extra_properties=[area])
    with pytest.warns(UserWarning, match="shadowed"):
        want = measure.regionprops_table(labels, None, ["label"], extra_properties=[area])
    assert list(got) == list(want)
    np.testing.assert_array_equal(got["area"], want["area"])


# ----------------------------------------------------------------------------------------- errors

LABELS, IMAGE = blobs((20, 30)), intensities((20, 30), None)
VOLUME = blobs((9, 10, 17))


@pytest.mark.parametrize(
    ("labels", "image", "names", "options"),
    [
        (LABELS > 0, None, ["area"], {}),
        (LABELS.astype(float), None, ["area"], {}),
        (LABELS.astype(complex), None, ["area"], {}),
        (LABELS[0], None, ["area"], {}),
        (LABELS[None, None], None, ["area"], {}),
        (LABELS.tolist(), None, ["area"], {}),
        (LABELS[:0], None, ["area"], {}),
        (LABELS, IMAGE[:-1], ["area"], {}),
        (LABELS, IMAGE.T, ["intensity_mean"], {}),
        (LABELS, IMAGE[None], ["intensity_mean"], {}),
        (LABELS, IMAGE[..., None, None], ["intensity_mean"], {}),
        (LABELS, IMAGE[0], ["intensity_mean"], {}),
        (LABELS, IMAGE.tolist(), ["intensity_mean"], {}),
        (LABELS, np.zeros((20, 30, 0)), ["centroid_weighted"], {}),
        (LABELS, None, ["area", "no_such_property"], {}),
        (LABELS, None, ["intensity_sum"], {}),
        (LABELS, None, "area", {}),
        (LABELS, None, None, {}),
        (LABELS, None, [3], {}),
        (LABELS, None, [["area"]], {}),
        (LABELS, None, ["centroid"], {"separator": 1}),
        (LABELS, None, ["area"], {"extra_properties": [3]}),
        (LABELS, None, ["area"], {"extra_properties": [spread]}),
        (LABELS, None, ["area"], {"extra_properties": 3}),
        (LABELS, None, ["area"], {"no_such_option": 3}),
        *[(LABELS, None, [name], {}) for name in sorted(OF_INTENSITY)],
        *[(VOLUME, VOLUME, [name], {}) for name in sorted(ONLY_2D)],
        *[(VOLUME * 0, VOLUME, [name], {}) for name in sorted(ONLY_2D)],
        *[
            (LABELS, None, ["area"], {"spacing": spacing})
            for spacing in [
                1j,
                (1, 1j),
                "1",
                True,
                (None, 1),
                np.nan,
                np.inf,
                (1, np.nan),
                (1,),
                (1, 1, 1),
                [[1, 1]],
                (),
            ]
        ],
        *[
            (LABELS, LABELS, [name], {"spacing": spacing})
            for name in ["moments_hu", "moments_weighted_hu"]
            for spacing in [2, (1, 2)]
        ],
        (LABELS, None, ["perimeter"], {"spacing": (1, 2)}),
        (LABELS, None, ["perimeter_crofton"], {"spacing": (1, 2)}),
    ],
)
def test_errors_are_of_the_same_type(labels, image, names, options):
    with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever scikit-image raises
        theirs(labels, image, names, **options)
    with pytest.raises(Exception) as found:  # noqa: PT011
        ours(labels, image, names, **options)
    assert found.type is expected.type


def test_errors_name_what_is_wrong():
    with pytest.raises(TypeError, match="label_image must be of integers, not of bool; number its"):
        regionprops_table(LABELS > 0)
    with pytest.raises(ValueError, match=r"intensity_image has shape \(19, 30\)"):
        regionprops_table(LABELS, IMAGE[:-1])
    with pytest.raises(AttributeError, match="'intensity_mean' is unavailable without"):
        regionprops_table(LABELS, None, ["mean_intensity"])
    with pytest.raises(NotImplementedError, match="'orientation' is not implemented for 3D"):
        regionprops_table(VOLUME, None, ["orientation"])
    with pytest.raises(ValueError, match="spacing must be a finite number or 2 of them"):
        regionprops_table(LABELS, spacing=(1, 2, 3))


def test_shapes_are_compared_without_regions_too():
    with pytest.raises(ValueError, match="intensity_image has shape"):
        regionprops_table(LABELS * 0, IMAGE[:-1], ["intensity_mean"])


# --------------------------------------------------------------------------- without scikit-image


@pytest.mark.usefixtures("no_scikit_image")
def test_native_properties_need_no_scikit_image():
    table = regionprops_table(LABELS, IMAGE, ["label", "area", "mean_intensity", "Orientation"])
    assert list(table) == ["label", "area", "mean_intensity", "Orientation"]
    with pytest.raises(NotImplementedError):
        regionprops_table(VOLUME, None, ["perimeter"])


@pytest.mark.usefixtures("no_scikit_image")
def test_what_scikit_image_measures_names_its_extra():
    message = r"coords would be measured by scikit-image: .* pip install 'mensura\[skimage\]'"
    with pytest.raises(ImportError, match=message):
        regionprops_table(LABELS, None, ["label", "coords"])
    with pytest.raises(ImportError, match=r"count would be measured .*mensura\[skimage\]"):
        regionprops_table(LABELS, None, extra_properties=[count])
    with pytest.raises(ImportError, match=r"intensity_mean in regions with NaN .*\[skimage\]"):
        regionprops_table(LABELS, IMAGE * np.nan, ["intensity_mean"])


def test_scikit_image_is_loaded_only_when_it_measures():
    code = (
        "import sys, numpy as np; from mensura.skimage.measure import label, regionprops_table\n"
        "labels = label(np.eye(9) > 0)\n"
        "regionprops_table(labels, labels, ['area', 'intensity_mean'])\n"
        "print(*[name for name in ('skimage', 'scipy', 'pandas') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
