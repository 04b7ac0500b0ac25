"""Rings of objects: equal to distances found one by one, and to each object's own pixels alone."""

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
    """Compare a profile with the pixels whose distances are given, of which `among` may leave some."""
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
