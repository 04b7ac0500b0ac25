"""CellProfiler's radial distribution: equal to an oracle, and to cp_measure where that is."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import rings
from skimage.segmentation import relabel_sequential
from strategies import generators, label_images

import mensura as ms


def names_of(bins, overflow=False, channel=""):
    of_rings = [f"{k + 1}of{bins}" for k in range(bins)] + ["Overflow"] * overflow
    return [
        f"RadialDistribution_{f}{channel}_{ring}" for ring in of_rings for f in rings.DISTRIBUTION
    ]


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@settings(max_examples=60)
@given(label_images(2), generators, st.integers(1, 6), st.sampled_from([None, None, 1, 2.5, 100]))
def test_equal_to_the_definition(labels, rng, bins, radius):
    image = rng.integers(0, 256, labels.shape).astype(float)
    options = {} if radius is None else {"scaled": False, "maximum_radius": radius}
    table = ms.radial_distribution(labels, image, bins=bins, **options)
    assert table.columns == ["label", *names_of(bins, radius is not None)]
    objects = rings.pixels_of(labels)
    assert table["label"].tolist() == list(objects)
    for k, pixels in enumerate(objects.values()):
        expected = rings.radial_distribution(pixels, labels.shape, image, bins, radius)
        found = [table[name][k] for name in names_of(bins, radius is not None)]
        assert_close(found, np.ravel(expected))


def cp_measure():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip(
            "cp_measure.core.measureobjectintensitydistribution",
            reason="needs cp_measure (the extra compare)",
        )
    return module.get_radial_distribution


def touching(shape, count, rng):
    seeds = rng.random((count, 2)) * shape
    places = np.moveaxis(np.indices(shape), 0, -1)[..., np.newaxis, :]
    return 1 + ((places - seeds) ** 2).sum(axis=-1).argmin(axis=-1)


def scattered(shape, count, rng):
    """Labels of many parts."""
    return rng.integers(1, count, shape) * (rng.random(shape) < 0.6)


def apart(shape, count, rng):
    labels = touching(shape, count, rng)
    edge = (np.diff(labels, axis=0, append=0) != 0) | (np.diff(labels, axis=1, append=0) != 0)
    return np.where(edge, 0, labels)


@pytest.mark.parametrize("make", [touching, scattered, apart])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bin_count": 7},
        {"scaled": False, "maximum_radius": 5},
        {"scaled": False, "maximum_radius": 100, "bin_count": 3},
    ],
)
def test_equal_to_cp_measure(make, options):
    theirs = cp_measure()
    rng = np.random.default_rng(len(str(options)))
    labels = relabel_sequential(make((90, 110), 25, rng))[0]
    image = rng.random(labels.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = theirs(labels, image, **options)
    ours = {"bins" if name == "bin_count" else name: value for name, value in options.items()}
    table = ms.radial_distribution(labels, image, **ours)
    assert table.columns == ["label", *expected]
    for name, values in expected.items():
        assert_close(table[name], np.asarray(values))


def test_rings_without_intensity_equal_cp_measure():
    y, x = np.mgrid[:25, :25] - 12
    labels = (np.hypot(y, x) < 10).astype(np.int32)
    image = np.where(np.hypot(y, x) > 8, 1.0, 0.0)
    expected = cp_measure()(labels, image)
    table = ms.radial_distribution(labels, image)
    assert table["RadialDistribution_RadialCV_1of4"] == 0
    for name, values in expected.items():
        assert_close(table[name], np.asarray(values))


def test_channels_carry_their_names():
    rng = np.random.default_rng(1)
    labels = touching((40, 40), 5, rng)
    image = rng.random((40, 40, 2))
    table = ms.radial_distribution(labels, image, channels=["DNA", "ER"], bins=2)
    assert table.columns == ["label", *names_of(2, channel="_DNA"), *names_of(2, channel="_ER")]
    alone = ms.radial_distribution(labels, image[..., 1], bins=2)
    for name, of_channel in zip(names_of(2), names_of(2, channel="_ER"), strict=True):
        np.testing.assert_array_equal(table[of_channel], alone[name])


def test_masked_and_undefined_pixels_are_left_out():
    labels = np.ones((5, 5), int)
    image = np.ones((5, 5))
    image[0, 0] = np.nan
    mask = np.zeros((5, 5), bool)
    mask[0, 1] = True
    table = ms.radial_distribution(labels, image, mask=mask, bins=1)
    assert table["RadialDistribution_FracAtD_1of1"].tolist() == [1.0]
    dark = ms.radial_distribution(labels, np.zeros((5, 5)), bins=1)
    assert np.isnan(dark["RadialDistribution_FracAtD_1of1"]).all()
    nothing = ms.radial_distribution(labels, image, mask=np.ones((5, 5), bool), bins=1)
    assert np.isnan(nothing["RadialDistribution_FracAtD_1of1"]).all()
    assert nothing["RadialDistribution_RadialCV_1of1"].tolist() == [0.0]


def test_no_object():
    nothing = np.zeros((4, 4), int)
    table = ms.radial_distribution(nothing, nothing)
    assert table.num_rows == 0
    assert table.columns == ["label", *names_of(4)]


def test_threads_change_no_bit():
    rng = np.random.default_rng(2)
    labels = touching((400, 400), 30, rng)
    image = rng.random(labels.shape)
    one, several = (ms.radial_distribution(labels, image, threads=n) for n in (1, 3))
    for name in one:
        assert one[name].tobytes() == several[name].tobytes()


@pytest.mark.parametrize(
    ("options", "error", "fragments"),
    [
        ({"like": "nyxus"}, ValueError, ["like", "'nyxus'"]),
        ({"bins": 0}, ValueError, ["bins", "0"]),
        ({"bins": [1, 2]}, TypeError, ["bins", "[1, 2]"]),
        ({"scaled": 1}, TypeError, ["scaled", "1"]),
        ({"maximum_radius": 0}, ValueError, ["maximum_radius", "0"]),
        ({"maximum_radius": "far"}, TypeError, ["maximum_radius", "'far'"]),
    ],
)
def test_errors_name_the_argument_and_the_offender(options, error, fragments):
    labels = np.ones((3, 3), int)
    with pytest.raises(error) as caught:
        ms.radial_distribution(labels, labels, **options)
    for fragment in fragments:
        assert fragment in str(caught.value)


def test_volumes_are_refused():
    volume = np.ones((3, 3, 3), int)
    with pytest.raises(ValueError, match="labels must be 2-D"):
        ms.radial_distribution(volume, volume)
