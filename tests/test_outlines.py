"""Outlines of objects, and profiles along and across them."""

import math
from collections import Counter

import numpy as np
import pytest
import strategies as images
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import joining
from oracles import outlines as oracle

import mensura as ms
from mensura import _core

SMALL = st.sampled_from([images.contiguous_ids, images.sparse_ids, images.signed_ids])


def traced(labels, diagonal=True, threads=1):
    """Outlines as (label, is_hole, corners)."""
    found = _core.trace_outlines(labels, diagonal, threads)
    bounds = zip(found.offsets, found.offsets[1:], strict=False)
    corners = [[tuple(c) for c in found.corners[a:b].tolist()] for a, b in bounds]
    return list(zip(found.labels.tolist(), found.is_hole.tolist(), corners, strict=True))


def blobs(shape, seed, labels=1):
    """Rounded objects with holes and bays, some touching."""
    rng = np.random.default_rng(seed)
    field = rng.random(shape)
    for _ in range(2):
        field = sum(np.roll(field, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)) / 9
    return np.where(field > 0.47, rng.integers(1, labels + 1), 0)


# ------------------------------------------------------------------------------------------ tracing


@given(images.label_images(2), st.booleans())
def test_outlines_are_those_of_the_oracle(labels, diagonal):
    assert traced(labels, diagonal) == oracle.trace(labels, diagonal)


@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("dtype", ["u1", "<i4", ">i8"])
def test_outlines_across_blocks_of_rows(dtype, diagonal):
    labels = np.zeros((420, 700), dtype)
    labels[3:417, 5:9] = labels[3:7, 5:690] = labels[410:417, 5:300] = 9  # over all blocks
    labels[60:400, 20:690] = np.random.default_rng(3).random((340, 670)) < 0.02
    labels[100:350, 300:320] = 7
    expected = oracle.trace(labels, diagonal)
    for threads in (1, 3):
        assert traced(labels, diagonal, threads) == expected


@given(images.label_images(2, ids=(images.contiguous_ids,)), st.booleans())
def test_areas_and_edges_of_outlines_are_those_of_the_object(labels, diagonal):
    outlines = traced(labels, diagonal)
    for label in {label for label, _, _ in outlines}:
        corners = [points for of, _, points in outlines if of == label]
        inside = np.pad(labels == label, 1)
        assert sum(map(oracle.area, corners)) == np.count_nonzero(inside)
        steps = sum(np.count_nonzero(np.diff(inside, axis=axis)) for axis in (0, 1))
        assert sum(map(oracle.length, corners)) == steps


@given(images.label_images(2, ids=(images.contiguous_ids,)), st.booleans())
def test_every_edge_is_part_of_one_outline(labels, diagonal):
    for label in set(labels.ravel().tolist()) - {0}:
        edges = Counter()
        for of, _, points in traced(labels, diagonal):
            if of == label:
                edges.update(unit_edges(points))
        assert max(edges.values(), default=1) == 1
        arrows = oracle.edges(labels == label)
        assert set(edges) == {(y, x, way) for (y, x), ways in arrows.items() for way in ways}


def unit_edges(points):
    """The edges of pixels along a polygon, each as its first corner and its way."""
    for (y, x), (b, a) in zip(points, points[1:] + points[:1], strict=True):
        steps = int(max(abs(b - y), abs(a - x)))
        way = oracle.WAYS.index((int((b - y) / steps), int((a - x) / steps)))
        for k in range(steps):
            dy, dx = oracle.WAYS[way]
            yield int(y + 0.5) + k * dy, int(x + 0.5) + k * dx, way


@given(images.masks(2), st.booleans())
def test_outer_outlines_are_as_many_as_components(mask, diagonal):
    outlines = traced(mask.astype(np.uint8), diagonal)
    components = joining.components(np.array(mask), 2 if diagonal else 1)
    assert sum(not is_hole for _, is_hole, _ in outlines) == len(components)
    for _, is_hole, points in outlines:
        assert (oracle.area(points) < 0) == is_hole


def test_a_ring_has_two_outlines():
    ring = np.ones((3, 3), int)
    ring[1, 1] = 0
    outer = [(-0.5, -0.5), (2.5, -0.5), (2.5, 2.5), (-0.5, 2.5)]
    hole = [(0.5, 0.5), (0.5, 1.5), (1.5, 1.5), (1.5, 0.5)]
    assert traced(ring) == [(1, False, outer), (1, True, hole)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (4, 0), (3, 3)])
def test_nothing_to_trace(shape):
    assert traced(np.zeros(shape, np.int32)) == []


# -------------------------------------------------------------------------------- equally distant


spacings = st.sampled_from([(1.0, 1.0), (0.5, 0.5), (0.7, 0.4)])


@settings(max_examples=60)
@given(
    images.label_images(2, ids=(images.contiguous_ids,)),
    spacings,
    st.sampled_from([0.0, 0.4, 2.0]),
    st.sampled_from([1.0, 0.5, 3.3, 1000.0]),
)
def test_points_are_those_of_the_oracle(labels, spacing, smooth, step):
    found = _core.trace_outlines(labels, True, 1)
    places, normals, distance, offsets, lengths = found.points(spacing, smooth, step, 1)
    for k, (_, _, corners) in enumerate(traced(labels)[:6]):
        here = slice(offsets[k], offsets[k + 1])
        expected = oracle.sample(corners, spacing, smooth, step)
        assert lengths[k] == pytest.approx(expected[3], rel=1e-12)
        assert offsets[k + 1] - offsets[k] == len(expected[0])
        np.testing.assert_allclose(places[here], expected[0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(distance[here], expected[2], rtol=1e-9, atol=1e-9)
        # On a corner of a polygon that is not smoothed rounding decides between two normals.
        apart = np.abs(places[here][:, None] - np.array(corners)).max(axis=2).min(axis=1)
        clear = (apart > 1e-6) | (smooth > 0)
        np.testing.assert_allclose(
            normals[here][clear], np.array(expected[1])[clear], rtol=1e-6, atol=1e-6
        )
        np.testing.assert_allclose((normals[here] ** 2).sum(axis=1), 1, rtol=1e-12)


def test_a_smoothed_circle_is_a_circle():
    y, x = np.mgrid[:81, :81] - 40
    disk = (y**2 + x**2 <= 30.25**2).astype(int)
    places, normals, _, _, lengths = _core.trace_outlines(disk, True, 1).points((1, 1), 2.0, 1, 1)
    radius = np.hypot(*(places - 40).T)
    assert np.abs(radius - math.sqrt(disk.sum() / math.pi)).max() < 0.35
    assert abs(radius.mean() - math.sqrt(disk.sum() / math.pi)) < 0.02
    assert lengths[0] == pytest.approx(2 * math.pi * radius.mean(), rel=0.01)
    outward = ((places - 40) / radius[:, None] * normals).sum(axis=1)
    assert outward.min() > math.cos(math.radians(11))


def test_normals_of_a_stretched_circle_are_those_in_units():
    y, x = np.mgrid[:81, :41] * np.array([0.5, 1.0])[:, None, None] - 20
    disk = (y**2 + x**2 <= 15**2).astype(int)
    places, normals, _, _, _ = _core.trace_outlines(disk, True, 1).points((0.5, 1), 2.0, 1, 1)
    from_center = places * [0.5, 1] - 20
    radius = np.hypot(*from_center.T)
    assert np.abs(radius - 15).max() < 0.8
    assert (from_center / radius[:, None] * normals).sum(axis=1).min() > math.cos(math.radians(12))


def test_points_are_the_same_on_any_number_of_threads():
    found = _core.trace_outlines(blobs((300, 400), 0), True, 1)
    assert len(found.labels) > 200
    one, three = (found.points((1, 1), 2.0, 1, threads) for threads in (1, 3))
    assert all(np.array_equal(a, b) for a, b in zip(one, three, strict=True))


# --------------------------------------------------------------------------------------- along


def scene(seed, shape=(24, 31), labels=3):
    rng = np.random.default_rng(seed)
    return blobs(shape, seed) * rng.integers(1, labels + 1, shape[1])[None, :], rng.random(shape)


@pytest.mark.parametrize(
    ("options", "shift"),
    [({}, 0), ({"smooth": 0}, 0), ({"smooth": 1.5, "offset": -0.6, "step": 0.7}, -0.6)],
)
def test_contours_sample_the_image_at_the_points(options, shift):
    labels, image = scene(1)
    profiles = ms.contour_profiles(image, labels, **options)
    outlines = oracle.trace(labels, diagonal=True)
    assert profiles.closed
    assert profiles.keys["label"].tolist() == [label for label, _, _ in outlines]
    assert profiles.keys["is_hole"].tolist() == [is_hole for _, is_hole, _ in outlines]
    smooth, step = options.get("smooth", 2), options.get("step", 1)
    for profile, (_, _, corners) in zip(profiles, outlines, strict=True):
        places, out, distance, _ = oracle.sample(corners, (1, 1), smooth, step)
        expected = [
            oracle.value_at(image, y + shift * a, x + shift * b)
            for (y, x), (a, b) in zip(places, out, strict=True)
        ]
        np.testing.assert_allclose(profile.distance, distance, rtol=1e-9, atol=1e-9)
        if shift == 0:
            np.testing.assert_allclose(profile.values, expected, rtol=1e-9)
        else:
            np.testing.assert_allclose(profile.values, expected, atol=1e-6)


def test_outlines_are_counted_by_label():
    labels, image = scene(4)
    keys = ms.contour_profiles(image, labels).keys
    for label in np.unique(keys["label"]):
        numbers = keys["outline"][keys["label"] == label]
        assert numbers.tolist() == list(range(len(numbers)))
    outer = ms.contour_profiles(image, labels, holes=False).keys
    assert not outer["is_hole"].any()
    assert len(outer["label"]) == np.count_nonzero(~keys["is_hole"])


def test_a_constant_image_has_constant_contours():
    labels, _ = scene(5)
    image = np.full(labels.shape, 7, np.uint16)
    profiles = ms.contour_profiles(image, labels, width=3, reduce="mean", outside="nearest")
    assert set(profiles.values.tolist()) == {7.0}
    assert set(profiles.count.tolist()) == {3}


def test_width_of_contours_is_across():
    y, x = np.mgrid[:60, :60] - 30.0
    radius = np.hypot(y, x)
    profiles = ms.contour_profiles(radius, radius < 20, width=5)
    thin = ms.contour_profiles(radius, radius < 20)
    assert np.abs(profiles.values - thin.values).max() < 0.05
    widest = ms.contour_profiles(radius, radius < 20, width=5, reduce="max")
    assert np.abs(widest.values - thin.values - 2).max() < 0.05


def test_masks_regions_and_labels_have_the_same_contours():
    labels, image = scene(6, labels=1)
    mask = labels > 0
    of_mask = ms.contour_profiles(image, mask)
    for other in (ms.find_regions(mask), ms.label(mask)):
        of_other = ms.contour_profiles(image, other)
        assert np.array_equal(of_mask.values, of_other.values, equal_nan=True)
        assert np.array_equal(of_mask.keys["label"], of_other.keys["label"])


def test_channels_are_named():
    labels, image = scene(7)
    both = ms.contour_profiles(np.stack([image, 2 * image], -1), labels, channels=["a", "b"])
    assert both.channels == ("a", "b")
    assert np.array_equal(both.values[:, 1], 2 * both.values[:, 0], equal_nan=True)
    first = ms.contour_profiles(np.stack([image, 2 * image]), labels, channel_axis=0)
    assert np.array_equal(first.values, both.values, equal_nan=True)


# --------------------------------------------------------------------------------------- across


@pytest.mark.parametrize("stop", [True, False])
@pytest.mark.parametrize("spacing", [1, (0.5, 0.8)])
@pytest.mark.parametrize("holes", [True, False])
def test_each_normal(stop, spacing, holes):
    labels, image = scene(2)
    labels[8:13, 8:14] = 1
    labels[10, 10:12] = 0
    pitch = min(np.broadcast_to(spacing, 2).tolist())
    normals = ms.normal_profiles(
        image, labels, average=False, inward=4 * pitch, outward=3 * pitch, stop_at_neighbors=stop,
        image_border=True, holes=holes, spacing=spacing,
    )  # fmt: skip
    assert holes == normals.keys["is_hole"].any()
    step = pitch / 2
    near = math.ceil(float(np.max(spacing)) / step) - 1
    assert len(normals) > 100
    for profile in normals[::5]:
        keys = profile.keys
        place = (keys["point-0"], keys["point-1"])
        out = np.array([keys["direction-0"], keys["direction-1"]]) / spacing * step
        first, last = oracle.reach(labels, keys["label"], place, out, (8, 6, near, stop))
        expected = [oracle.value_at(image, *(place + k * out)) for k in range(first, last + 1)]
        np.testing.assert_allclose(profile.distance, step * np.arange(first, last + 1))
        np.testing.assert_allclose(profile.values, expected, atol=1e-9)


@pytest.mark.parametrize("threads", [1, 3])
def test_averages_are_those_of_the_normals(threads, monkeypatch):
    monkeypatch.setattr("mensura.profiles.outlines._AT_ONCE", 500)
    labels, image = scene(3, shape=(60, 70))
    image[10:14, 10:30] = np.nan
    image = np.stack([image, image**2], axis=-1)
    options = {"inward": 3, "outward": 2, "threads": threads}
    each = ms.normal_profiles(image, labels, average=False, **options)
    means = ms.normal_profiles(image, labels, **options)
    assert means.keys["label"].tolist() == np.unique(labels[labels > 0]).tolist()
    axis = np.arange(-6, 5) / 2
    for profile in means:
        assert profile.distance.tolist() == axis.tolist()
        rows = each[each.keys["label"] == profile.keys["label"]]
        for k, place in enumerate(axis):
            for channel in range(2):
                samples = rows.values[rows.distance == place, channel]
                samples = samples[~np.isnan(samples)]
                assert profile.count[k, channel] == len(samples)
                if len(samples):
                    of = {name: profile.statistics[name][k, channel] for name in ("min", "max")}
                    assert of == {"min": samples.min(), "max": samples.max()}
                    assert profile.values[k, channel] == pytest.approx(samples.mean(), rel=1e-12)
                    std = profile.statistics["std"][k, channel]
                    assert std == pytest.approx(samples.std(), rel=1e-9, abs=1e-12)
                else:
                    assert np.isnan(profile.values[k, channel])


def test_a_ramp_of_distance_is_exact():
    y, x = np.mgrid[:90, :90] - 45.0
    radius = np.hypot(y, x)
    profiles = ms.normal_profiles(radius, radius <= 30, inward=10, outward=8)
    expected = math.sqrt(np.count_nonzero(radius <= 30) / math.pi) + profiles.distance
    assert np.abs(profiles.values - expected).max() < 0.06


def test_a_step_lies_on_the_outline():
    image = np.zeros((40, 50))
    image[10:30, 12:40] = 100
    profiles = ms.normal_profiles(image, image > 0, smooth=0, inward=6, outward=6)
    assert profiles.measure()["edge_position"].item() == pytest.approx(0, abs=1e-9)
    assert profiles.values[profiles.distance <= -0.5].tolist() == [100.0] * 12


def test_normals_stop_at_neighbors():
    labels = np.zeros((20, 30), int)
    labels[5:15, 3:13] = 1
    labels[5:15, 15:25] = 2  # two pixels apart
    image = 1000.0 * (labels == 2)
    stopping = ms.normal_profiles(image, labels, smooth=0, outward=4)
    going = ms.normal_profiles(image, labels, smooth=0, outward=4, stop_at_neighbors=False)
    of_one = stopping[0].values[stopping[0].distance > 0]
    assert of_one.max() < going[0].values.max()
    assert going[0].count[-1] > stopping[0].count[-1]


@pytest.mark.parametrize("gap", [1, 2, 3])
@pytest.mark.parametrize("step", [0.25, 0.5, 1])
@pytest.mark.parametrize("smooth", [0, None])
def test_with_order_0_no_sample_is_of_the_neighbor(gap, step, smooth):
    """In any direction, also where a sample lies between two pixels."""
    wide = 6
    ids = np.zeros((3 * wide + 4 * gap,) * 2, int)
    for row in range(3):
        for column in range(3):
            at = [gap + k * (wide + gap) for k in (row, column)]
            ids[at[0] : at[0] + wide, at[1] : at[1] + wide] = 1 + 3 * row + column
    normals = ms.normal_profiles(
        ids, ids, average=False, smooth=smooth, step=step, order=0, inward=9, outward=5
    )
    assert len(normals) > 100
    for profile in normals:
        label, distance, values = profile.keys["label"], profile.distance, profile.values
        values, distance = values[~np.isnan(values)], distance[~np.isnan(values)]
        assert set(values[distance > 0].tolist()) <= {0, label}
        assert set(values[distance <= -1].tolist()) <= {label}
        assert label not in values[distance >= 1]


@pytest.mark.parametrize("smooth", [0, None])
def test_each_normal_with_order_0(smooth):
    labels, image = scene(2)
    normals = ms.normal_profiles(
        image, labels, average=False, inward=4, outward=3, order=0, image_border=True, smooth=smooth
    )
    for profile in normals[::3]:
        keys = profile.keys
        place = (keys["point-0"], keys["point-1"])
        out = np.array([keys["direction-0"], keys["direction-1"]]) / 2
        first, last = oracle.reach(labels, keys["label"], place, out, (8, 6, 1, True), order=0)
        np.testing.assert_array_equal(profile.distance, np.arange(first, last + 1) / 2)


def test_thin_objects_are_not_left_on_the_other_side():
    labels = np.zeros((20, 40), int)
    labels[8:12, 5:35] = 1
    image = np.where(labels, 5.0, -100.0)
    normals = ms.normal_profiles(image, labels, smooth=0, average=False, inward=15, outward=0)
    sides = (normals.keys["direction-0"] != 0) & (np.abs(normals.keys["point-1"] - 20) < 10)
    lengths = np.diff(normals.offsets)[sides]
    assert set(lengths.tolist()) == {9}  # 0, -1/2 ... -4, which is on the other side


def test_objects_at_the_border_are_crossed_away_from_it():
    labels = np.zeros((30, 30), int)
    labels[0:12, 0:12] = 3
    labels[5:9, 20:30] = 4
    image = np.where(labels > 0, 1.0, 0.0)
    normals = ms.normal_profiles(image, labels, smooth=0, average=False)
    keys = normals.keys
    assert (np.minimum(keys["point-0"], keys["point-1"]) >= 0.5).all()
    everywhere = ms.normal_profiles(image, labels, smooth=0, average=False, image_border=True)
    assert len(everywhere) == len(normals) + 12 + 12 + 4 + 2 + 2


def test_an_object_that_is_nowhere_crossed_is_nan():
    labels = np.zeros((12, 12), int)
    labels[0, 0] = 2
    labels[5:9, 5:9] = 9
    means = ms.normal_profiles(np.ones((12, 12)), labels, smooth=0)
    assert means.keys["label"].tolist() == [2, 9]
    assert np.isnan(means[0].values).all()
    assert (means[0].count == 0).all()
    assert np.nanmax(means[1].values) == 1


def test_without_objects_there_are_no_profiles():
    empty = np.zeros((6, 7), int)
    image = np.ones((6, 7, 2))
    assert len(ms.contour_profiles(image, empty)) == 0
    assert len(ms.normal_profiles(image, empty)) == 0
    assert len(ms.normal_profiles(image, empty, average=False)) == 0


def test_labels_beyond_signed_integers():
    labels = np.zeros((9, 9), np.uint64)
    labels[2:6, 2:6] = 2**64 - 1
    for profiles in (
        ms.contour_profiles(np.ones((9, 9)), labels),
        ms.normal_profiles(np.ones((9, 9)), labels),
    ):
        assert profiles.keys["label"].tolist() == [2**64 - 1]


@given(images.label_images(2, dtypes=(np.dtype("i2"), np.dtype("u1"))), st.data())
@settings(max_examples=40)
def test_layouts_of_images_and_labels_change_nothing(labels, data):
    image = data.draw(images.intensity_images(labels.shape, channels=(None,)))
    plain = np.ascontiguousarray(labels).astype(np.int64)
    first = ms.normal_profiles(image, labels, average=False, image_border=True, inward=2, outward=2)
    again = ms.normal_profiles(
        image.copy(), plain, average=False, image_border=True, inward=2, outward=2
    )
    assert np.array_equal(first.values, again.values, equal_nan=True)
    assert np.array_equal(first.count, again.count)


def test_labels_can_be_permuted_and_tiled():
    labels, image = scene(9, shape=(80, 80))
    labels = ms.label(labels > 0)
    count = labels.max()
    order = np.random.default_rng(0).permutation(count) + 1
    permuted = np.append(0, order)[labels]
    plain, other = (ms.normal_profiles(image, of, outward=2) for of in (labels, permuted))
    for k in range(count):
        assert np.array_equal(plain[k].values, other[int(order[k]) - 1].values, equal_nan=True)
    padded = (np.pad(image, 7), np.pad(labels, 7))
    shifted = ms.normal_profiles(*padded, outward=2)
    inner = [k for k in range(count) if not touches_border(labels == k + 1)]
    assert inner
    for k in inner:
        np.testing.assert_allclose(plain[k].values, shifted[k].values, atol=1e-9)


def touches_border(mask, margin=3):
    return (
        mask[:margin].any()
        or mask[-margin:].any()
        or mask[:, :margin].any()
        or mask[:, -margin:].any()
    )


# -------------------------------------------------------------------------------------- real images


def test_outlines_of_real_labels_hold_their_areas(shared_data):
    tifffile = pytest.importorskip("tifffile")
    for path in sorted((shared_data / "neubias").rglob("*labels*.tif")):
        labels = tifffile.imread(path)
        found = _core.trace_outlines(labels, True, 2)
        y, x = found.corners.T
        last = found.offsets[1:] - 1
        following = np.arange(1, len(y) + 1)
        following[last] = found.offsets[:-1]
        area = np.add.reduceat(y * x[following] - y[following] * x, found.offsets[:-1]) / 2
        table = ms.measure(labels, measurements=["label", "area"])
        sums = [area[found.labels == label].sum() for label in table["label"]]
        assert sums == table["area"].tolist(), path.name


def test_nuclear_pores_lie_in_the_rim_of_the_nuclei(shared_data):
    tifffile = pytest.importorskip("tifffile")
    folder = shared_data / "neubias"
    image = tifffile.imread(folder / "xyc_16bit__nup_nuclei.tif")
    labels = tifffile.imread(folder / "xyc_16bit__nup_nuclei" / "xy_8bit_labels__nuclei.tif")
    profiles = ms.normal_profiles(
        image, labels, inward=20, outward=15, channel_axis=0, channels=["pores", "DNA"]
    )
    table = profiles.measure().to_pandas().set_index(["channel", "label"])
    pores, dna = table.loc["pores"], table.loc["DNA"]
    assert pores["peak_position"].between(-6, -2).all()
    assert pores["fwhm"].between(3, 7).all()
    assert dna["edge_position"].between(-3, 0).all()
    assert (pores["half_right"] < 0).all()
    inside = profiles.to_matrix()[:, profiles[0].distance < -15]
    outside = profiles.to_matrix()[:, profiles[0].distance > 10]
    assert (inside[..., 1].mean(axis=1) > 10 * outside[..., 1].mean(axis=1)).all()


# --------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"step": 0}, ValueError, "step must be a positive"),
        ({"step": "1"}, TypeError, "step must be a positive number"),
        ({"smooth": -1}, ValueError, "smooth must be at least 0, not -1"),
        ({"smooth": math.nan}, ValueError, "smooth must be finite"),
        ({"holes": 1}, TypeError, "holes must be True or False, not 1"),
        ({"connectivity": 3}, ValueError, "connectivity must be 1 to 2"),
        ({"spacing": (1, 0)}, ValueError, "spacing must be"),
        ({"spacing": (1, 1, 1)}, ValueError, "spacing must be"),
        ({"order": 2}, ValueError, "order must be"),
        ({"outside": "wrap"}, ValueError, "outside must be"),
    ],
)
@pytest.mark.parametrize("function", [ms.contour_profiles, ms.normal_profiles])
def test_bad_options(function, options, error, message):
    with pytest.raises(error, match=message):
        function(np.zeros((5, 6)), np.ones((5, 6), int), **options)


def test_more_samples_than_an_outline_can_have():
    with pytest.raises(ValueError, match=r"step is 1e-12, which makes over 2\^26 samples"):
        ms.contour_profiles(np.zeros((5, 6)), np.ones((5, 6), int), step=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"inward": -1}, ValueError, "inward must be at least 0, not -1"),
        ({"outward": math.inf}, ValueError, "outward must be finite"),
        ({"along": 0}, ValueError, "along must be a positive"),
        ({"average": 0}, TypeError, "average must be True or False"),
        ({"stop_at_neighbors": None}, TypeError, "stop_at_neighbors must be True or False"),
        ({"image_border": "no"}, TypeError, "image_border must be True or False"),
        ({"step": 1e-9}, ValueError, "over a million samples"),
        ({"along": 1e-9}, ValueError, r"along is 1e-09, which makes over 2\^26 samples"),
    ],
)
def test_bad_options_of_normals(options, error, message):
    with pytest.raises(error, match=message):
        ms.normal_profiles(np.zeros((5, 6)), np.ones((5, 6), int), **options)


@pytest.mark.parametrize("function", [ms.contour_profiles, ms.normal_profiles])
def test_bad_images_and_labels(function):
    labels = np.ones((5, 6), int)
    with pytest.raises(ValueError, match=r"image has shape \(6, 5\).* labels \(5, 6\)"):
        function(np.zeros((6, 5)), labels)
    with pytest.raises(ValueError, match="labels must be 2-D to have outlines"):
        function(np.zeros((2, 5, 6)), np.ones((2, 5, 6), int))
    with pytest.raises(ValueError, match="labels must be 2-D to have outlines"):
        function(np.zeros((2, 5, 6)), ms.find_regions(np.ones((2, 5, 6), bool)))
    with pytest.raises(TypeError, match="labels has dtype float64"):
        function(np.zeros((5, 6)), labels.astype(float))
    with pytest.raises(TypeError, match="offset must be a number"):
        ms.contour_profiles(np.zeros((5, 6)), labels, offset="1")


@pytest.mark.parametrize("unit", [1e-170, 1e160])
def test_a_spread_of_normals_that_double_does_not_hold_is_nan(unit):
    """Not 0 or infinite, which is what squares are then; of equal values it is 0."""
    labels = np.zeros((30, 30), np.uint8)
    labels[8:22, 8:22] = 1
    image = np.zeros((30, 30))
    image[:15] = unit
    found = ms.normal_profiles(image, labels, inward=2, outward=2)
    assert np.isnan(found.statistics["std"]).all()
    same = ms.normal_profiles(np.full((30, 30), unit), labels, inward=2, outward=2)
    assert (same.statistics["std"] == 0).all()
