"""Rings of objects: equal to distances found one by one, and to each object's own pixels alone."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import intensity, rings
from strategies import generators, label_images, layouts

import mensura as ms

DTYPES = [np.dtype(name) for name in ("u1", "i2", "u4", "i8", "u8", "f2", "f4", "f8")]
# Powers of two and sums of few of them, so that squares and their sums are exact.
SPACINGS = st.sampled_from([1, 1, 0.5, 3, (2, 0.5, 1), (1, 3, 2), (0.25, 0.75, 0.75)])


def along(spacing, ndim):
    return (float(spacing),) * ndim if np.isscalar(spacing) else tuple(map(float, spacing[-ndim:]))


@st.composite
def scenes(draw, ndim=None):
    """Labels, an image of the same shape with NaN where it can have them, and a spacing."""
    labels = draw(label_images(ndim))
    rng = draw(generators)
    dtype = draw(st.sampled_from(DTYPES))
    if dtype.kind == "f":
        image = (rng.integers(-40, 40, labels.shape) / 4).astype(dtype)
        image[rng.random(labels.shape) < 0.1] = rng.choice([np.nan, np.inf])
    else:
        limits = np.iinfo(dtype)
        image = rng.integers(limits.min, limits.max, labels.shape, dtype=dtype, endpoint=True)
    return labels, draw(layouts)(image), along(draw(SPACINGS), labels.ndim)


BINS = st.one_of(
    st.none(),
    st.integers(1, 5),
    st.tuples(st.just("width"), st.sampled_from([0.5, 1.0, 2.0, 3.25])),
    st.tuples(st.just("equal_counts"), st.integers(1, 5)),
    st.sampled_from([(0, 1, 2), (0.5, 1.5, 4), (-3, -1.5, 0, 2), (1, 100)]).map(list),
)


def named(bins, metric, sides):
    """Bins as the oracle wants them."""
    if bins is None:
        return ("number", 4) if metric == "normalized" else ("width", min(sides))
    if isinstance(bins, int):
        return ("number", bins)
    return bins if isinstance(bins, tuple) else ("edges", bins)


def statistics_of(values):
    """count, mean, sum, std, min, max of pixels."""
    exact = [intensity.exact(v) for v in values]
    kept = intensity.finite(exact)
    if not kept:
        return (0,) + (math.nan,) * 5
    spread = math.sqrt(intensity.variance(exact))
    return (
        len(kept),
        float(intensity.mean(exact)),
        float(intensity.total(exact)),
        spread,
        float(intensity.lowest(exact)),
        float(intensity.highest(exact)),
    )


def check_object(profile, distances, bins, start, image, **how):
    """Compare a profile with pixels of these distances, or with those of them that are `among`."""
    among = how.pop("among", distances)
    found, count = rings.rings_of(distances, bins, start, **how)
    assert len(profile) == count
    for k in range(count):
        inside = [p for p in among if found[p] == k]
        n, mean, total, spread, low, high = statistics_of([image[p].item() for p in inside])
        assert profile.count[k] == n
        statistics = profile.statistics
        exact = image.dtype.kind != "f"
        close = {"rel": 1e-15 if exact else 1e-12, "nan_ok": True}
        assert profile.values[k] == pytest.approx(mean, abs=1e-12, **close)
        assert statistics["sum"][k] == pytest.approx(total, abs=1e-12, **close)
        assert statistics["std"][k] == pytest.approx(spread, rel=1e-12, abs=1e-6, nan_ok=True)
        assert statistics["min"][k] == pytest.approx(low, rel=0, abs=0, nan_ok=True)
        assert statistics["max"][k] == pytest.approx(high, rel=0, abs=0, nan_ok=True)


def exact_centroid(pixels):
    return tuple(float(Fraction(sum(axis), len(pixels))) for axis in zip(*pixels, strict=True))


@settings(max_examples=60)
@given(scenes(), BINS, st.booleans())
def test_distances_to_the_edge(scene, bins, border_is_edge):
    labels, image, sides = scene
    found = ms.radial_profiles(
        image, labels, metric="edge", bins=bins, spacing=sides, border_is_edge=border_is_edge
    )
    objects = rings.pixels_of(labels)
    assert found.keys["label"].tolist() == list(objects)
    for profile, pixels in zip(found, objects.values(), strict=True):
        distances = rings.edge_distances(pixels, labels.shape, sides, border_is_edge)
        check_object(profile, distances, named(bins, "edge", sides), min(sides) / 2, image)


@settings(max_examples=60)
@given(scenes(), BINS, st.sampled_from([0, 0.5, 1.5, 2, 40, math.inf]))
def test_signed_distances(scene, bins, outer):
    labels, image, sides = scene
    found = ms.radial_profiles(
        image, labels, metric="signed", outer=outer, bins=bins, spacing=sides
    )
    objects = rings.pixels_of(labels)
    outside = rings.outside_distances(objects, labels.shape, sides, outer)
    half = min(sides) / 2
    for profile, (label, pixels) in zip(found, objects.items(), strict=True):
        edges = rings.edge_distances(pixels, labels.shape, sides, True)
        distances = {p: half - edge for p, edge in edges.items()} | outside[label]
        check_object(profile, distances, named(bins, "signed", sides), 0.0, image, signed=True)


@settings(max_examples=60)
@given(scenes(), BINS, st.data())
def test_distances_to_points(scene, bins, data):
    labels, image, sides = scene
    objects = rings.pixels_of(labels)
    coordinate = st.integers(-8, 80).map(lambda n: n / 4)
    points = {
        label: data.draw(st.tuples(*[coordinate] * labels.ndim), label="point") for label in objects
    }
    found = ms.radial_profiles(image, labels, center=points, bins=bins, spacing=sides)
    listed = np.array(list(points.values())).reshape(-1, labels.ndim)
    again = ms.radial_profiles(image, labels, center=listed, bins=bins, spacing=sides)
    np.testing.assert_array_equal(found.count, again.count)
    for profile, (label, pixels) in zip(found, objects.items(), strict=True):
        distances = rings.center_distances(pixels, points[label], sides)
        check_object(profile, distances, named(bins, "distance", sides), 0.0, image)


@settings(max_examples=60)
@given(scenes(), BINS, st.booleans())
def test_distances_to_the_deepest_pixel(scene, bins, border_is_edge):
    labels, image, sides = scene
    found = ms.radial_profiles(
        image, labels, center="deepest", bins=bins, spacing=sides, border_is_edge=border_is_edge
    )
    for profile, pixels in zip(found, rings.pixels_of(labels).values(), strict=True):
        edges = rings.edge_distances(pixels, labels.shape, sides, border_is_edge)
        distances = rings.center_distances(pixels, rings.deepest(pixels, edges), sides)
        check_object(profile, distances, named(bins, "distance", sides), 0.0, image)


@settings(max_examples=60)
@given(scenes(), BINS)
def test_distances_to_the_pixels_of_another_image(scene, bins):
    labels, image, sides = scene
    other = np.where(np.indices(labels.shape).sum(axis=0) % 5 == 0, 7, 0)
    found = ms.radial_profiles(image, labels, center=other, bins=bins, spacing=sides)
    for profile, pixels in zip(found, rings.pixels_of(labels).values(), strict=True):
        targets = [p for p in pixels if other[p]]
        distances = rings.nearest_distances(pixels, targets, sides)
        check_object(profile, distances, named(bins, "distance", sides), 0.0, image)


@settings(max_examples=60)
@given(scenes(), st.one_of(st.none(), st.integers(1, 5)), st.booleans())
def test_normalized_distances(scene, bins, border_is_edge):
    labels, image, sides = scene
    found = ms.radial_profiles(
        image,
        labels,
        center="deepest",
        metric="normalized",
        bins=bins,
        spacing=sides,
        border_is_edge=border_is_edge,
    )
    # In pixels where all sides are equal, as the engine computes.
    steps = (1.0,) * len(sides) if len(set(sides)) == 1 else sides
    for profile, pixels in zip(found, rings.pixels_of(labels).values(), strict=True):
        edges = rings.edge_distances(pixels, labels.shape, steps, border_is_edge)
        ways = rings.way_lengths(pixels, [rings.deepest(pixels, edges)], steps)
        distances = rings.normalized(ways, edges, steps)
        wanted = named(bins, "normalized", sides)
        check_object(profile, distances, wanted, 0.0, image, fraction=True)


@settings(max_examples=60)
@given(scenes(), st.integers(2, 7))
def test_sectors(scene, sectors):
    labels, image, sides = scene
    found = ms.radial_profiles(image, labels, sectors=sectors, spacing=sides, center="deepest")
    objects = rings.pixels_of(labels)
    assert len(found) == sectors * len(objects)
    for k, (label, pixels) in enumerate(objects.items()):
        edges = rings.edge_distances(pixels, labels.shape, sides, True)
        center = rings.deepest(pixels, edges)
        distances = rings.center_distances(pixels, center, sides)
        for s in range(sectors):
            profile = found[k * sectors + s]
            assert profile.keys == {"label": label, "sector": s}
            check_object(
                profile,
                distances,
                ("width", min(sides)),
                0.0,
                image,
                among=[p for p in pixels if rings.sector(p, center, sides, sectors) == s],
            )


# --------------------------------------------------------------------------------------- centers


@settings(max_examples=60)
@given(scenes())
def test_distances_to_the_centroid(scene):
    labels, image, sides = scene
    found = ms.radial_profiles(image, labels, bins=[0, 1.3, 2.7, 90], spacing=sides)
    for profile, pixels in zip(found, rings.pixels_of(labels).values(), strict=True):
        distances = rings.center_distances(pixels, exact_centroid(pixels), sides)
        check_object(profile, distances, ("edges", [0, 1.3, 2.7, 90]), 0.0, image)


def test_the_centroid_of_intensities_is_that_of_measure():
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 4, (30, 40))
    image = rng.integers(0, 1000, (2, 30, 40)).astype(np.uint16)
    mask = rng.random((30, 40)) < 0.2
    options = {"channel_axis": 0, "channels": ["A", "B"], "mask": mask}
    table = ms.measure(labels, image, ["centroid_weighted"], **options)
    points = np.column_stack([table["centroid_weighted-0-B"], table["centroid_weighted-1-B"]])
    for center in (("intensity", "B"), ("intensity", 1)):
        found = ms.radial_profiles(image, labels, center=center, bins=[0, 4, 9, 20], **options)
        given_points = ms.radial_profiles(
            image, labels, center=points, bins=[0, 4, 9, 20], **options
        )
        np.testing.assert_array_equal(found.count, given_points.count)
        np.testing.assert_array_equal(found.values, given_points.values)


def test_an_object_without_a_center_has_a_profile_of_nothing():
    labels = np.array([[1, 1, 0, 2, 2]])
    image = np.array([[0, 0, 0, 3, 3]])
    found = ms.radial_profiles(image, labels, center="intensity")
    assert [len(profile) for profile in found] == [0, 1]
    found = ms.radial_profiles(image, labels, center="intensity", bins=2)
    assert found.count.tolist() == [0, 0, 0, 2]
    assert np.isnan(found.values[:2]).all()
    assert found.values[3] == 3


@pytest.mark.parametrize("options", [{"metric": "edge"}, {"metric": "signed", "outer": 1}])
def test_an_object_without_a_center_has_no_sectors(options):
    labels = np.zeros((12, 24), int)
    labels[1:9, 1:9] = 1
    labels[1:9, 13:21] = 2
    image = np.where(labels == 2, 3, 0)
    found = ms.radial_profiles(image, labels, center="intensity", bins=2, sectors=4, **options)
    assert not found.count[:8].any()
    assert np.isnan(found.values[:8]).all()
    assert found.count[8:].sum() == (64 if options["metric"] == "edge" else 100)


def test_a_nucleus_in_its_cell():
    cell = np.ones((9, 9), int)
    nucleus = np.zeros((9, 9), int)
    nucleus[3:6, 3:6] = 8
    image = np.where(nucleus, 100, 10)
    found = ms.radial_profiles(image, cell, center=nucleus, bins=[0, 0.5, 1.5, 6])
    assert found.count.tolist() == [9, 16, 56]
    assert found.values.tolist() == [100, 10, 10]


def test_one_point_for_all_objects():
    labels = np.array([[1, 1, 1, 0, 2, 2]])
    found = ms.radial_profiles(labels, labels, center=(0, 0), bins=[0, 2, 4, 6])
    assert found.count.tolist() == [2, 1, 0, 0, 0, 2]


@pytest.mark.parametrize("step", [0.1, 0.7, 1 / 3, 0.65, 2.3])
@pytest.mark.parametrize("metric", ["distance", "edge", "signed"])
def test_rings_hold_the_same_pixels_in_any_unit(step, metric):
    y, x = np.mgrid[:41, :41] - 20
    labels = (y * y + x * x < 200).astype(int)
    options = {"center": "deepest"} if metric == "distance" else {"metric": metric}
    outer = {"outer": 7.5} if metric == "signed" else {}
    of_pixels = ms.radial_profiles(labels, labels, **options, **outer)
    outer = {name: value * step for name, value in outer.items()}
    found = ms.radial_profiles(labels, labels, spacing=step, **options, **outer)
    np.testing.assert_array_equal(found.count, of_pixels.count)


def test_normalized_distances_from_a_point_begin_at_the_nearest_pixel():
    labels = np.ones((5, 5), int)
    away = ms.radial_profiles(labels, labels, metric="normalized", center=(-3.2, 2.4))
    near = ms.radial_profiles(labels, labels, metric="normalized", center=(0, 2))
    np.testing.assert_array_equal(away.count, near.count)


# ------------------------------------------------------------------------------------- invariants


def calls(shape):
    """Profiles of every kind, of an image and labels."""
    ndim = len(shape)
    kinds = [
        {},
        {"metric": "edge"},
        {"metric": "edge", "sectors": 5, "bins": 3},
        {"metric": "normalized", "center": "deepest"},
        {"center": "deepest", "bins": ("equal_counts", 4), "sectors": 2},
        {"center": "deepest", "metric": "edge", "sectors": 3},
    ]
    spacing = (1.5, 0.7, 1.1)[-ndim:]
    return kinds + [kind | {"spacing": spacing} for kind in kinds]


def bits(profiles):
    """All numbers of all profiles, by label, as bytes."""
    found = {}
    for profile in profiles:
        parts = [profile.values, profile.distance, profile.count, *profile.statistics.values()]
        found.setdefault(profile.keys["label"], []).append([part.tobytes() for part in parts])
    return found


def blobs(shape, rng):
    """Objects that touch, of many shapes, and an image of floats."""
    seeds = rng.random((12, len(shape))) * shape
    places = np.moveaxis(np.indices(shape), 0, -1)[..., np.newaxis, :]
    labels = 1 + ((places - seeds) ** 2).sum(axis=-1).argmin(axis=-1)
    labels[rng.random(shape) < 0.05] = 0
    return labels, rng.normal(size=shape)


SHAPES = [(40, 37), (9, 12, 11)]


@pytest.mark.parametrize("shape", SHAPES)
def test_other_numbers_for_the_objects_change_no_bit(shape):
    rng = np.random.default_rng(0)
    labels, image = blobs(shape, rng)
    numbers = np.concatenate([[0], rng.permutation(12) + 1])
    for options in calls(shape):
        before = bits(ms.radial_profiles(image, labels, **options))
        after = bits(ms.radial_profiles(image, numbers[labels], **options))
        assert {int(numbers[label]): of_label for label, of_label in before.items()} == after


@pytest.mark.parametrize("shape", SHAPES)
def test_a_crop_changes_no_bit(shape):
    labels, image = blobs(shape, np.random.default_rng(1))
    for options in calls(shape):
        whole = bits(ms.radial_profiles(image, labels, **options))
        for label in np.unique(labels[labels > 0]).tolist():
            at = np.argwhere(labels == label)
            crop = tuple(
                slice(a, b) for a, b in zip(at.min(axis=0), at.max(axis=0) + 1, strict=True)
            )
            cut = bits(ms.radial_profiles(image[crop], labels[crop], **options))
            assert cut[label] == whole[label]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_around_an_object_changes_no_bit(shape):
    labels, image = blobs(shape, np.random.default_rng(2))
    for options in calls(shape):
        whole = bits(ms.radial_profiles(image, labels, border_is_edge=False, **options))
        for label in (1, 5, 9):
            alone = np.where(labels == label, labels, 0)
            found = bits(ms.radial_profiles(image, alone, border_is_edge=False, **options))
            assert found == {label: whole[label]}


@pytest.mark.parametrize("options", [*calls((2, 2)), {"metric": "signed", "outer": 9}])
def test_threads_change_no_bit(options):
    rng = np.random.default_rng(3)
    labels = np.zeros((400, 500), np.int32)
    labels[::7] = rng.integers(0, 90, (58, 500))
    labels[100:300, 20:480] = 200
    image = rng.normal(size=labels.shape)
    results = [
        bits(ms.radial_profiles(image, labels, threads=threads, **options)) for threads in (1, 2, 5)
    ]
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8"])
def test_an_object_of_many_chunks(dtype):
    """Larger than what one thread takes at a time; sums of integers exact, others nearly."""
    rng = np.random.default_rng(4)
    image = rng.integers(0, 100, (1700, 1300)).astype(dtype)
    center = (700.5, 33.25)
    results = [
        ms.radial_profiles(image, None, center=center, bins=("width", 40), threads=threads)
        for threads in (1, 3)
    ]
    assert bits(results[0]) == bits(results[1])
    y, x = np.indices(image.shape)
    ring = (np.sqrt((y - center[0]) ** 2 + (x - center[1]) ** 2) / 40).astype(int).ravel()
    count = np.bincount(ring)
    total = np.bincount(ring, image.ravel().astype(float))
    squares = np.bincount(ring, image.ravel().astype(float) ** 2)
    found = results[0]
    np.testing.assert_array_equal(found.count, count)
    np.testing.assert_array_equal(found.statistics["sum"], total)
    np.testing.assert_allclose(found.values, total / count, rtol=1e-15)
    spread = np.sqrt(squares / count - (total / count) ** 2)
    np.testing.assert_allclose(found.statistics["std"], spread, rtol=1e-10)
    edge = ms.radial_profiles(image, np.ones(image.shape, int), metric="edge", bins=[0, 1, 2, 900])
    assert edge.count.tolist() == [0, 2 * (1700 + 1300) - 4, 1700 * 1300 - 2 * (1700 + 1300) + 4]


@settings(max_examples=60)
@given(label_images(), st.integers(1, 6))
def test_rings_hold_every_pixel_once(labels, number):
    pixels = np.zeros(labels.shape, np.uint8)
    area = ms.measure(labels, measurements=["area"])["area"]
    for bins in (None, number, ("equal_counts", number), ("width", 0.3 * number)):
        for metric in ("distance", "edge"):
            found = ms.radial_profiles(pixels, labels, bins=bins, metric=metric)
            np.testing.assert_array_equal([p.count.sum() for p in found], area)
    sectors = ms.radial_profiles(pixels, labels, sectors=number + 1)
    counts = np.array([p.count.sum() for p in sectors]).reshape(-1, number + 1)
    np.testing.assert_array_equal(counts.sum(axis=1), area)


def test_every_pixel_belongs_to_the_nearest_object():
    labels = np.zeros((40, 50), int)
    labels[4:9, 30:33], labels[20, 20], labels[35:, 2:7] = 3, 9, 4
    found = ms.radial_profiles(labels, labels, metric="signed", outer=math.inf)
    assert found.count.sum() == labels.size


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3, 1), (3, 1, 1), (3, 1), (1, 3)])
@pytest.mark.parametrize("labels", [(1, 0, 2), (2, 0, 1)])
def test_a_pixel_as_near_to_two_objects_goes_to_the_smaller_label(shape, labels):
    image = np.array(labels).reshape(shape)
    found = ms.radial_profiles(image, image, metric="signed", outer=9)
    assert [profile.count.sum() for profile in found] == [2, 1]


def test_equal_counts_keep_pixels_of_one_distance_together():
    labels = np.ones((1, 12), int)
    found = ms.radial_profiles(labels, labels, center=(0, 0), bins=("equal_counts", 3))
    assert found.count.tolist() == [4, 4, 4]
    assert found.distance.tolist() == [2, 6, 10]
    ring = ms.radial_profiles(labels, labels, center=(0, 5.5), bins=("equal_counts", 4))
    assert ring.count.tolist() == [2, 4, 2, 4]


# ------------------------------------------------------------------------------------------ images


def test_channels_have_the_numbers_that_they_have_alone():
    rng = np.random.default_rng(6)
    labels, _ = blobs((30, 33), rng)
    image = rng.integers(0, 60000, (30, 33, 3)).astype(np.uint16)
    mask = rng.random(image.shape) < 0.1
    found = ms.radial_profiles(image, labels, metric="edge", mask=mask, channels=["a", "b", "c"])
    assert found.channels == ("a", "b", "c")
    for c in range(3):
        alone = ms.radial_profiles(image[..., c], labels, metric="edge", mask=mask[..., c])
        assert alone.channels is None
        np.testing.assert_array_equal(found.values[:, c], alone.values)
        np.testing.assert_array_equal(found.count[:, c], alone.count)


def test_masks_and_regions_are_objects_too():
    mask = np.zeros((12, 14), bool)
    mask[2:5, 2:9], mask[8:, 3:] = True, True
    image = np.arange(mask.size).reshape(mask.shape)
    labels = ms.label(mask)
    expected = bits(ms.radial_profiles(image, labels))
    assert bits(ms.radial_profiles(image, mask)) == expected
    assert bits(ms.radial_profiles(image, ms.find_regions(mask))) == expected


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (4, 4), (0, 3, 3)])
def test_no_object(shape):
    nothing = np.zeros(shape, int)
    for options in ({}, {"metric": "edge"}, {"metric": "signed", "outer": 3}, {"bins": 4}):
        found = ms.radial_profiles(nothing, nothing, **options)
        assert len(found) == 0
        assert len(found.values) == 0


def test_an_object_without_an_edge_has_no_distances_to_it():
    labels = np.ones((6, 6), int)
    found = ms.radial_profiles(labels, labels, metric="edge", border_is_edge=False)
    assert len(found[0]) == 0
    numbered = ms.radial_profiles(labels, labels, metric="edge", border_is_edge=False, bins=2)
    assert numbered.count.tolist() == [0, 0]


def test_labels_of_64_bits_keep_their_type():
    labels = np.array([[0, 2**64 - 1]], np.uint64)
    assert ms.radial_profiles(labels, labels).keys["label"].tolist() == [2**64 - 1]


def test_units():
    labels = np.ones((4, 4), int)
    assert ms.radial_profiles(labels, labels).unit == "pixel"
    assert ms.radial_profiles(labels, labels, spacing=0.3).unit == "unit"
    assert ms.radial_profiles(labels, labels, metric="normalized").unit == "fraction"


def test_the_whole_image_is_what_diplib_measures():
    diplib = pytest.importorskip("diplib", reason="needs DIPlib (the extra compare)")
    image = np.random.default_rng(7).random((90, 71)).astype(np.float32)
    theirs = np.asarray(diplib.RadialMean(diplib.Image(image), binSize=1.5, center=[20, 31]))
    ours = ms.radial_profiles(image, None, center=(31, 20), bins=("width", 1.5))
    np.testing.assert_allclose(ours.values, np.ravel(theirs)[: len(ours.values)], rtol=1e-6)


# --------------------------------------------------------------------------------------- bad input

SQUARE = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 7]])


@pytest.mark.parametrize(
    ("options", "error", "fragments"),
    [
        ({"metric": "edges"}, ValueError, ["metric", "'edges'", "signed"]),
        ({"bins": 0}, ValueError, ["bins", "0"]),
        ({"bins": True}, TypeError, ["bins", "True"]),
        ({"bins": 2.5}, TypeError, ["bins", "2.5", '("width", 2.5)']),
        ({"bins": "width"}, TypeError, ["bins", "'width'"]),
        ({"bins": ("width", 0)}, ValueError, ["bins", "positive", "0"]),
        ({"bins": ("width", "1")}, TypeError, ["bins", "'1'"]),
        ({"bins": ("wide", 1)}, ValueError, ["bins", "'wide'"]),
        ({"bins": ("equal_counts", 2.0)}, TypeError, ["bins", "2.0"]),
        ({"bins": ("width", 1e-12)}, ValueError, ["bins", "rings"]),
        ({"bins": [0, 2, 2]}, ValueError, ["bins[2] = 2", "increasing"]),
        ({"bins": [0, math.nan]}, ValueError, ["bins[1]", "nan"]),
        ({"bins": [1]}, ValueError, ["bins", "(1,)"]),
        ({"bins": [0, 1 + 2j]}, TypeError, ["bins"]),
        ({"sectors": 0}, ValueError, ["sectors", "0"]),
        ({"sectors": 1.5}, TypeError, ["sectors", "1.5"]),
        ({"outer": 3}, ValueError, ["outer", "signed", "'distance'"]),
        ({"metric": "signed"}, ValueError, ["outer", "signed"]),
        ({"metric": "signed", "outer": -1}, ValueError, ["outer", "-1"]),
        ({"metric": "signed", "outer": math.nan}, ValueError, ["outer", "nan"]),
        ({"metric": "signed", "outer": "far"}, TypeError, ["outer", "'far'"]),
        ({"metric": "edge", "center": "deepest"}, ValueError, ["center", "'edge'"]),
        ({"border_is_edge": 1}, TypeError, ["border_is_edge", "1"]),
        ({"center": "middle"}, ValueError, ["center", "'middle'"]),
        ({"center": None}, TypeError, ["center", "None"]),
        ({"center": [[1, 1]]}, ValueError, ["center", "(1, 2)", "(2, 2)"]),
        ({"center": [[1, 1], [1]]}, ValueError, ["center", "[[1, 1], [1]]"]),
        (
            {"center": np.ones((3, 9), int)},
            ValueError,
            ["center has shape (3, 9)", f"{SQUARE.shape}, an image of the shape of labels"],
        ),
        ({"center": np.ones((3, 9), bool)}, ValueError, ["center has shape (3, 9)"]),
        ({"center": SQUARE + 0.5}, TypeError, ["center is an image", "float64", "integers or b"]),
        ({"center": SQUARE.tolist()}, TypeError, ["center is an image, a list", "NumPy array"]),
        ({"center": np.ones(2, bool)}, TypeError, ["center must be"]),
        ({"center": [[1, 1], [2, math.inf]]}, ValueError, ["center of label 7", "inf"]),
        ({"center": [[1, 1], [2, 1e200]]}, ValueError, ["center of label 7", "at most 1e+15"]),
        (
            {"metric": "normalized", "spacing": (1e-9, 1e9)},
            ValueError,
            ["spacing differs by more than 2^20"],
        ),
        ({"center": {1: (0, 0), 3: (1, 1)}}, ValueError, ["center", "label 3"]),
        ({"center": {1: (0, 0)}}, ValueError, ["center", "label 7"]),
        ({"center": {1: (0, 0), 7: (1,)}}, ValueError, ["center of label 7", "2 numbers"]),
        ({"center": {1: (0, 0), 7: ((1,), (1, 2))}}, ValueError, ["center of label 7"]),
        ({"center": ("intensity", 1)}, ValueError, ["center", "channel 1"]),
        ({"center": ("intensity", "DNA")}, ValueError, ["center", "'DNA'"]),
        ({"center": SQUARE, "sectors": 2}, ValueError, ["sectors", "center"]),
        ({"spacing": (1, 1, 1)}, ValueError, ["spacing", "(1, 1, 1)"]),
        ({"spacing": 0}, ValueError, ["spacing", "0"]),
        ({"mask": np.zeros((2, 2), bool)}, ValueError, ["mask", "(2, 2)", "(3, 3)"]),
    ],
)
def test_errors_name_the_argument_and_the_offender(options, error, fragments):
    with pytest.raises(error) as caught:
        ms.radial_profiles(SQUARE, SQUARE, **options)
    for fragment in fragments:
        assert fragment in str(caught.value)


@pytest.mark.parametrize("metric", ["distance", "edge"])
def test_sides_that_differ_very_much(metric):
    found = ms.radial_profiles(SQUARE, SQUARE, metric=metric, spacing=(1e-9, 1e9), bins=3)
    assert found.count.sum() == (SQUARE > 0).sum()


def test_a_centroid_of_several_channels_needs_one():
    image = np.zeros((3, 3, 2))
    with pytest.raises(ValueError, match=r'center=\("intensity", 0\)'):
        ms.radial_profiles(image, SQUARE, center="intensity")


def test_an_image_of_another_shape():
    with pytest.raises(ValueError, match=r"image has shape \(2, 2\) and labels \(3, 3\)"):
        ms.radial_profiles(np.zeros((2, 2)), SQUARE)


@pytest.mark.parametrize("axis", [None, 2, -1, np.int64(2)])
def test_provenance_tells_the_axis_of_channels(axis):
    image = np.zeros((3, 3, 2))
    for made in (
        ms.radial_profiles(image, SQUARE, channel_axis=axis),
        ms.radial_distribution(SQUARE, image, channel_axis=axis),
    ):
        assert json.loads(json.dumps(made.provenance))["channel_axis"] == 2


def test_labels_that_are_no_integers():
    with pytest.raises(TypeError, match="labels has dtype float64"):
        ms.radial_profiles(SQUARE, SQUARE.astype(float))


@pytest.mark.parametrize("difference", [1e-170, 1e-160, 1e160])
def test_a_spread_that_double_does_not_hold_is_nan(difference):
    """Not 0, which is what is left of its squares, nor infinite."""
    image = np.zeros((5, 5))
    image[2, 3] = difference
    rings = ms.radial_profiles(image, np.ones((5, 5), np.uint8), center=[[2, 2]])
    std = rings[0].statistics["std"]
    assert rings[0].statistics["max"][1] == difference
    assert np.isnan(std[1])
    assert std[0] == 0
    assert (std[2:] == 0).all()


@pytest.mark.parametrize("difference", [1e-150, 1e150])
def test_a_spread_that_double_just_holds(difference):
    image = np.zeros((5, 5))
    image[2, 3] = difference
    rings = ms.radial_profiles(image, np.ones((5, 5), np.uint8), center=[[2, 2]])
    n = rings[0].count[1]
    expected = difference * math.sqrt((n - 1) / n**2)
    assert rings[0].statistics["std"][1] == pytest.approx(expected, rel=1e-14)
