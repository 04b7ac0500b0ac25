"""Profiles along lines and paths, held against plain Python, peers, and themselves."""

import math
import subprocess
import sys
import threading

import instruction_sets
import numpy as np
import pytest
import strategies as images
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import profiles as oracle
from scipy import interpolate, ndimage
from skimage import measure as skimage_measure

import mensura as ms
from mensura.profiles.reducing import STATISTICS
from mensura.skimage.measure import profile_line

REDUCERS = [*STATISTICS, ("quantile", 0.3)]
OUTSIDE = ["nan", "nearest", "reflect", 7.5]


def agree(got, want, scale):
    """Equal, NaN included, to rounding at the scale of the image."""
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11 * max(scale, 1))


def scale_of(image):
    values = np.abs(image.astype(np.float64))
    return float(values[np.isfinite(values)].max(initial=0))


@st.composite
def sampled_images(draw, ndim=None):
    shape = draw(images.shapes(ndim or draw(st.sampled_from([2, 3]))))
    return draw(images.intensity_images(shape, channels=[None]))


def random_points(rng, shape, count):
    """Positions in and around an image, far from any whole number's rounding."""
    return rng.uniform(-3, np.array(shape) + 2, (count, len(shape)))


# ------------------------------------------------------------------------------------- the oracle


@settings(max_examples=100)
@given(
    image=sampled_images(),
    rng=images.generators,
    order=st.sampled_from([0, 1, 3]),
    outside=st.sampled_from(OUTSIDE),
    reduce=st.sampled_from(REDUCERS),
    width=st.sampled_from([None, 0.4, 1, 2, 3.5]),
    data=st.data(),
)
def test_lines_are_those_of_the_oracle(*, image, rng, order, outside, reduce, width, data):
    spacing = tuple(rng.uniform(0.5, 2, image.ndim).tolist())
    mask = rng.random(image.shape) < 0.2 if data.draw(st.booleans()) else None
    placing = data.draw(
        st.sampled_from([{"step": 1.7}, {"step": 1.3, "endpoint": True}, {"n": 4}, {}])
    )
    wide = None if width is None else width * min(spacing)
    starts, stops = (random_points(rng, image.shape, 2) for _ in range(2))
    options = {"order": order, "outside": outside, "reduce": reduce}
    got = ms.line_profiles(
        image, starts, stops, width=wide, spacing=spacing, mask=mask, **placing, **options
    )
    for i in range(2):
        points, tangents, distance = oracle.line_points(
            starts[i].tolist(), stops[i].tolist(), spacing, **placing
        )
        values, count = oracle.profile(
            image, points, tangents, width=wide, spacing=spacing, mask=mask, **options
        )
        agree(got[i].distance, distance, 1)
        np.testing.assert_array_equal(got[i].count, count)
        agree(got[i].values, values, scale_of(image) * (1 if reduce != "sum" else 20))


@settings(max_examples=60)
@given(image=sampled_images(), rng=images.generators, step=st.sampled_from([0.7, 1.0, 2.9]))
def test_polylines_are_those_of_the_oracle(image, rng, step):
    spacing = tuple(rng.uniform(0.5, 2, image.ndim).tolist())
    paths = [random_points(rng, image.shape, count) for count in (2, 3, 6)]
    paths[1][1] = paths[1][0]  # a vertex twice
    got = ms.path_profiles(image, paths, step=step, spacing=spacing, width=min(spacing))
    for i, path in enumerate(paths):
        points, tangents, distance = oracle.polyline_points(path.tolist(), spacing, step)
        values, count = oracle.profile(
            image,
            points,
            tangents,
            width=min(spacing),
            spacing=spacing,
            reduce="mean",
            order=1,
            outside="nan",
        )
        agree(got[i].distance, distance, 1)
        agree(got[i].values, values, scale_of(image))
        np.testing.assert_array_equal(got[i].count, count)


# ------------------------------------------------------------------------- constants and ramps


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("reduce", ["mean", "min", "max", "median", ("quantile", 0.9), "std"])
def test_a_constant_gives_the_constant(dtype, order, reduce):
    image = np.full((40, 50), 0.1 if dtype in (np.float32, np.float64) else 77, dtype)
    rng = np.random.default_rng(2)
    starts, stops = (random_points(rng, image.shape, 50) for _ in range(2))
    mask = rng.random(image.shape) < 0.3
    for width in (None, 3, 4.7):
        values = ms.line_profiles(
            image, starts, stops, width=width, order=order, reduce=reduce, mask=mask
        ).values
        expected = 0.0 if reduce == "std" else float(image[0, 0])
        assert set(values[~np.isnan(values)].tolist()) == {expected}


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("width", [None, 1, 2, 3, 4.5])
@pytest.mark.parametrize("step", [0.3, 1, 2.5])
def test_a_ramp_is_exact_at_any_angle(ndim, order, width, step):
    spacing = (1.5, 0.8, 1.2)[-ndim:]
    shape = (60, 70, 80)[-ndim:]
    slope = np.array([2.0, -3.0, 0.5])[-ndim:]
    image = np.tensordot(slope, np.indices(shape), 1) + 11
    rng = np.random.default_rng(5)
    starts, stops = (rng.uniform(15, 45, (20, ndim)) for _ in range(2))
    got = ms.line_profiles(
        image, starts, stops, width=width, step=step, order=order, spacing=spacing
    )
    change = (stops - starts) * spacing
    units = change / np.linalg.norm(change, axis=1, keepdims=True) / spacing
    profile = np.repeat(np.arange(20), np.diff(got.offsets))
    points = starts[profile] + got.distance[:, np.newaxis] * units[profile]
    np.testing.assert_allclose(got.values, points @ slope + 11, rtol=1e-13, atol=1e-12)
    assert (got.count == got.count[0]).all()


def test_a_ramp_along_paths_and_splines():
    image = np.add.outer(3.0 * np.arange(80), -2.0 * np.arange(90))
    rng = np.random.default_rng(6)
    paths = [rng.uniform(25, 55, (count, 2)) for count in (2, 4, 9)]
    for i, path in enumerate(paths):
        got = ms.path_profiles(image, paths, spline=False, width=3)[i]
        ends = [3 * y - 2 * x for y, x in (path[0], path[-1])]
        np.testing.assert_allclose(got.values[[0, -1]], ends, rtol=1e-12, atol=1e-11)
        lengths = np.hypot(*np.diff(path, axis=0).T)
        assert got.distance[-1] == pytest.approx(lengths.sum(), rel=1e-14)


# ------------------------------------------------------------------------------------- the peers


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize(
    ("outside", "mode"),
    [("nan", "constant"), ("nearest", "nearest"), ("reflect", "reflect"), (2.5, "grid-constant")],
)
@pytest.mark.parametrize("shape", [(30, 41), (12, 15, 20)])
def test_samples_are_those_of_scipy(order, outside, mode, shape):
    rng = np.random.default_rng(8)
    image = rng.random(shape)
    starts, stops = (random_points(rng, shape, 300) for _ in range(2))
    got = ms.line_profiles(image, starts, stops, n=25, order=order, outside=outside)
    fractions = np.linspace(0, 1, 25)[:, np.newaxis]
    points = (starts[:, np.newaxis] + fractions * (stops - starts)[:, np.newaxis]).reshape(
        -1, len(shape)
    )
    want = ndimage.map_coordinates(
        image, points.T, order=order, mode=mode, cval=np.nan if outside == "nan" else 2.5
    )
    if order == 0 and outside == "nan":  # here pixels reach half a pixel beyond their centers
        inside = ((points >= 0) & (points <= np.array(shape) - 1)).all(axis=1)
        np.testing.assert_array_equal(got.values[inside], want[inside])
    else:
        np.testing.assert_allclose(got.values, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("linewidth", [1, 2, 3, 6])
@pytest.mark.parametrize("order", [0, 1])
def test_like_scikit_image(linewidth, order):
    rng = np.random.default_rng(9)
    image = rng.random((40, 50))
    starts, stops = (random_points(rng, image.shape, 100) for _ in range(2))
    stops[:5] = starts[:5]
    stops[5:9, 0] = starts[5:9, 0] = 20
    got = ms.line_profiles(
        image, starts, stops, width=linewidth, order=order, like="skimage", reduce="mean"
    )
    for profile, start, stop in zip(got, starts, stops, strict=True):
        want = skimage_measure.profile_line(image, start, stop, linewidth, order)
        np.testing.assert_allclose(profile.values, want, rtol=1e-12, atol=1e-13)


def imagej_line(image, start, stop):
    """ImageJ's getLine: about a pixel a step, the rim by its nearest pixels, 0 beyond."""
    height, width = image.shape
    (y1, x1), (y2, x2) = start, stop
    n = int(np.floor(np.hypot(x2 - x1, y2 - y1) + 0.5))
    dx, dy = ((x2 - x1) / n, (y2 - y1) / n) if n else (0.0, 0.0)
    whole = (dx == 0 and n == height) or (dy == 0 and n == width)
    values = []
    y, x = float(y1), float(x1)
    for _ in range(n + (0 if whole else 1)):
        inside = -1 <= x < width and -1 <= y < height
        values.append(oracle.sample(image, (y, x), outside="nearest") if inside else 0.0)
        y, x = y + dy, x + dx  # and what is rounded adds up
    return values


def test_like_imagej():
    rng = np.random.default_rng(10)
    image = rng.integers(0, 255, (20, 30)).astype(np.uint8)
    starts, stops = (random_points(rng, image.shape, 100) for _ in range(2))
    starts[:4] = [[0, 3], [5, 0], [7, 7], [-5, -5]]
    stops[:4] = [[20, 3], [5, 30], [7, 7], [25, 35]]
    # To the very edge beyond which all is 0, in steps of which some are rounded.
    starts[4:20] = [[1, edge] for edge in (29, 28, 0, 1) for _ in range(4)]
    stops[4:20] = [[y, edge] for edge in (30, 31, -1, -2) for y in (4.8, 11, 13, 17.5)]
    got = ms.line_profiles(image, starts, stops, like="imagej")
    for profile, start, stop in zip(got, starts, stops, strict=True):
        np.testing.assert_allclose(
            profile.values, imagej_line(image, start, stop), rtol=1e-12, atol=1e-10
        )
    assert len(got[0]) == 20  # the whole column, without the last
    assert len(got[2]) == 1


def test_like_imagej_rounding_adds_up_at_the_edge():
    """Ten steps of 0.1 from 9 end short of 10, beyond which ImageJ reads 0."""
    image = np.full((20, 10), 7.0)
    start, stop = [1, 9], [1 + math.sqrt(99), 10]
    got = ms.line_profiles(image, [start], [stop], like="imagej")
    assert got.values.tolist() == [7.0] * 11
    np.testing.assert_allclose(imagej_line(image, start, stop), 7, rtol=1e-12)


@pytest.mark.parametrize("name", ["imagej", "skimage"])
@pytest.mark.parametrize(
    "option", [{"step": 2}, {"n": 3}, {"endpoint": True}, {"outside": "nearest"}]
)
def test_presets_decide_where_to_sample(name, option):
    with pytest.raises(ValueError, match=f"{next(iter(option))} is what like='{name}' decides"):
        ms.line_profiles(np.eye(4), [[0, 0]], [[3, 3]], like=name, **option)


# ------------------------------------------------------------------------ scikit-image's function


@pytest.mark.parametrize("mode", ["reflect", "nearest", "constant", "mirror", "wrap"])
@pytest.mark.parametrize("reduce_func", [np.mean, np.max, np.abs, None, lambda x: x.sum()])
@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_profile_line_of_floats(mode, reduce_func, shape):
    image = np.random.default_rng(11).random(shape)
    for src, dst, linewidth in [
        ((1, 2), (15, 25), 3),
        ((-3, 4.5), (22, 31), 4),
        ((5, 5), (5, 5), 1),
    ]:
        for order in (0, 1, 3):
            call = (image, src, dst, linewidth, order, mode, 0.25)
            want = skimage_measure.profile_line(*call, reduce_func=reduce_func)
            got = profile_line(*call, reduce_func=reduce_func)
            np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


def test_profile_line_of_integers_is_not_rounded_unless_asked():
    """Side by side: scikit-image rounds 0, 1.5, 3 to 0, 2, 3, and means of three to match."""
    image = np.array([[0, 3, 0, 3]] * 4, np.uint8)
    line = (image, (1, 0), (1, 1.5))
    theirs = skimage_measure.profile_line(*line)
    np.testing.assert_array_equal(theirs, [0, 2, 2])
    np.testing.assert_array_equal(profile_line(*line), [0, 2.25, 1.5])
    np.testing.assert_array_equal(profile_line(*line, round_integers=True), theirs)
    np.testing.assert_array_equal(
        skimage_measure.profile_line(image.astype(float), (1, 0), (1, 1.5)), [0, 2.25, 1.5]
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32])
@pytest.mark.parametrize("linewidth", [1, 4])
def test_profile_line_rounds_integers_as_scikit_image(dtype, linewidth):
    rng = np.random.default_rng(12)
    low = -100 if np.issubdtype(dtype, np.signedinteger) else 0
    image = rng.integers(low, 120, (20, 30)).astype(dtype)
    for reduce_func in (np.mean, np.max, None):
        for src, dst in zip(*(random_points(rng, image.shape, 20) for _ in range(2)), strict=True):
            want = skimage_measure.profile_line(image, src, dst, linewidth, reduce_func=reduce_func)
            got = profile_line(
                image, src, dst, linewidth, reduce_func=reduce_func, round_integers=True
            )
            np.testing.assert_allclose(got, want, rtol=1e-12)
            assert got.dtype == want.dtype


@pytest.mark.parametrize("cval", [0, 0.5, -0.99, 1, 5, -3, True])
@pytest.mark.parametrize("linewidth", [1, 3])
def test_profile_line_of_masks_with_a_constant(cval, linewidth):
    image = np.eye(6, dtype=bool)
    line = (image, (0, 0), (9, 9), linewidth)
    got = profile_line(*line, mode="constant", cval=cval)
    want = skimage_measure.profile_line(*line, mode="constant", cval=cval)
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"linewidth": -1}, "linewidth must be a whole number of at least 0, not -1"),
        ({"linewidth": 1.5}, None),
        ({"src": (0, math.nan)}, "src must be finite"),
        ({"dst": (math.nan, 1)}, "dst must be finite"),
        ({"src": (math.inf, 0)}, "src must be finite"),
        ({"dst": (0, -math.inf)}, "dst must be finite"),
        ({"src": (0,)}, "src must have shape"),
        ({"order": 6}, "order must be from 0 to 5"),
    ],
)
def test_profile_line_rejects_what_scikit_image_does(wrong, named):
    options = {"src": (0, 0), "dst": (3, 3)} | wrong
    with pytest.raises((ValueError, TypeError, OverflowError)) as theirs:
        skimage_measure.profile_line(np.eye(4), **options)
    with pytest.raises(theirs.type, match=named):
        profile_line(np.eye(4), **options)


def test_profile_line_of_no_width_is_nothing():
    got = profile_line(np.eye(4), (0, 0), (3, 3), linewidth=0, reduce_func=None)
    want = skimage_measure.profile_line(np.eye(4), (0, 0), (3, 3), linewidth=0, reduce_func=None)
    assert got.shape == want.shape == (6, 0)


def test_profile_line_of_masks():
    mask = np.random.default_rng(13).random((20, 30)) < 0.5
    want = skimage_measure.profile_line(mask, (0, 0), (19, 29), 3)
    np.testing.assert_allclose(profile_line(mask, (0, 0), (19, 29), 3), want)
    for function in (profile_line, skimage_measure.profile_line):
        with pytest.raises(ValueError, match="bool"):
            function(mask, (0, 0), (19, 29), order=1)


# ------------------------------------------------------------------------------------ what is left


def test_nan_and_masked_pixels_are_left_out():
    image = np.array([[1.0, np.nan, 3.0]])
    got = ms.line_profiles(image, [[0, 0]], [[0, 2]], step=0.5)
    np.testing.assert_array_equal(got.values, [1, 1, np.nan, 3, 3])
    np.testing.assert_array_equal(got.count, [1, 1, 0, 1, 1])
    masked = ms.line_profiles(
        np.array([[1, 9, 3]]), [[0, 0]], [[0, 2]], step=0.5, mask=[[False, True, False]]
    )
    np.testing.assert_array_equal(masked.values, got.values)
    infinite = ms.line_profiles(np.array([[1, np.inf, 3]]), [[0, 0]], [[0, 2]], step=0.5)
    np.testing.assert_array_equal(infinite.values, got.values)


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("width", [1e-6, 0.01, 0.5, 0.999, 1, 1.01, 2, 3.7, 20])
def test_sums_grow_with_the_extent_across(ndim, width):
    """The width of the band in an image, the area of the disc in a volume."""
    image = np.full((9,) * ndim, 7.0)
    line = ([[4.0] * ndim], [[4.0] * (ndim - 1) + [7.0]])
    extent = width if ndim == 2 else math.pi * width**2 / 4
    got = ms.line_profiles(image, *line, width=width, reduce="sum", outside="nearest")
    np.testing.assert_allclose(got.values, 7 * extent, rtol=1e-9)
    scaled = ms.line_profiles(
        image, *line, width=0.3 * width, reduce="sum", outside="nearest", spacing=0.3
    )
    np.testing.assert_allclose(scaled.values, 7 * extent, rtol=1e-9)
    mean = ms.line_profiles(image, *line, width=width, outside="nearest")
    assert (mean.values == 7).all()


@pytest.mark.parametrize("outside", ["nan", "nearest", "reflect", 3])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_lines_that_go_far_are_right(order, outside):
    image = np.arange(20.0).reshape(4, 5)
    far = 2.0**49 + 1  # half way is a pixel as well
    got = ms.line_profiles(image, [[1, 1]], [[1, far]], n=3, width=3, order=order, outside=outside)
    assert got.distance.tolist() == [0, (far - 1) / 2, far - 1]
    beyond = {"nan": math.nan, "nearest": 9.0, 3: 3.0}.get(outside)
    if beyond is not None:
        np.testing.assert_allclose(got.values, [6, beyond, beyond])
    else:
        assert np.isin(got.values[1:], image[1]).all()


@pytest.mark.parametrize("far", [1.1e15, -1e200, 1.7e308])
def test_positions_too_far_for_pixels(far):
    for name, call in {
        "starts": lambda: ms.line_profiles(np.eye(4), [[0, 0], [1, far]], [[3, 3]] * 2),
        "stops": lambda: ms.line_profiles(np.eye(4), [[0, 0]] * 2, [[3, 3], [far, 1]], n=3),
        "path": lambda: ms.straighten(np.eye(4), [[0, 0], [far, 0]], 3),
        r"paths\[0\]": lambda: ms.path_profiles(np.eye(4), [[[0, 0], [far, 0]]], width=2),
    }.items():
        with pytest.raises(
            ValueError, match=name + r"\[1\] is .*; positions must be at most 1e\+15"
        ):
            call()


def test_no_profile_has_more_samples_than_memory():
    line = ([[0, 0], [0, 0]], [[3, 3], [0, 1e12]])
    of_one = "asks for .* samples of profile {}; at most 67,108,864 are possible"
    for call, name, profile in [
        (lambda: ms.line_profiles(np.eye(4), *line), "step", 1),
        (lambda: ms.line_profiles(np.eye(4), *line, endpoint=True), "step", 1),
        (lambda: ms.line_profiles(np.eye(4), *line, like="imagej"), "like", 1),
        (lambda: ms.line_profiles(np.eye(4), *line, like="skimage"), "like", 1),
        (lambda: ms.line_profiles(np.eye(4), *line, n=10**9), "n", 0),
        (lambda: ms.path_profiles(np.eye(4), list(zip(*line, strict=True))), "step", 1),
        (lambda: ms.path_profiles(np.eye(4), [np.eye(2)], n=10**9), "n", 0),
        (lambda: ms.kymograph(np.ones((2, 4, 4)), np.array([[0, 0], [0, 1e12]])), "step", 0),
        (lambda: ms.straighten(np.eye(4), [[0, 0], [0, 1e12]], 3), "step", 0),
    ]:
        with pytest.raises(ValueError, match=f"{name} {of_one.format(profile)}"):
            call()


def test_lines_at_borders_of_no_length_outside_and_with_nan_ends():
    image = np.arange(12.0).reshape(3, 4)
    starts = [[0, 0], [2, 0], [0, 3], [1, 2], [5, 5], [np.nan, 0], [0, 0], [-np.inf, 0]]
    stops = [[0, 3], [2, 3], [2, 3], [1, 2], [7, 5], [1, 1], [1, np.inf], [np.inf, 0]]
    for image_kind in (image, image.astype(np.uint8), np.asfortranarray(image)):
        got = ms.line_profiles(image_kind, starts, stops)
        expected = [[0, 1, 2, 3], [8, 9, 10, 11], [3, 7, 11], [6], [np.nan] * 3, *[[np.nan]] * 3]
        for profile, values in zip(got, expected, strict=True):
            np.testing.assert_array_equal(profile.values, values)
            np.testing.assert_array_equal(profile.count, 1 - np.isnan(values))
            np.testing.assert_array_equal(profile.distance, np.arange(len(values)))
    with_n = ms.line_profiles(image, starts, stops, n=3)
    assert np.diff(with_n.offsets).tolist() == [3] * 8
    assert np.isnan(with_n.values[12:]).all()


def test_a_wide_line_at_the_border_counts_what_is_inside():
    got = ms.line_profiles(np.eye(5) + 1, [[0, 0]], [[0, 4]], width=3)
    np.testing.assert_array_equal(got.count, [2] * 5)
    np.testing.assert_array_equal(got.values, [1.5, 1.5, 1, 1, 1])


@pytest.mark.parametrize(
    ("options", "distance"),
    [
        ({}, [0, 1, 2, 3]),
        ({"step": 2}, [0, 2]),
        ({"step": 2, "endpoint": True}, [0, 2, 3.7]),
        ({"step": 3.7}, [0, 3.7]),
        ({"step": 0.37}, np.arange(11) * 0.37),
        ({"step": 9}, [0]),
        ({"step": 9, "endpoint": True}, [0, 3.7]),
        ({"n": 2}, [0, 3.7]),
        ({"n": 1}, [0]),
        ({"n": 5, "spacing": 2}, np.linspace(0, 7.4, 5)),
        ({"spacing": 2}, [0, 2, 4, 6]),
    ],
)
def test_where_samples_lie(options, distance):
    got = ms.line_profiles(np.eye(9), [[1, 1]], [[1, 4.7]], **options)
    np.testing.assert_allclose(got.distance, distance, rtol=1e-14)
    path = {"endpoint": False} | options
    same = ms.path_profiles(np.eye(9), [[[1, 1], [1, 2], [1, 4.7]]], **path)
    np.testing.assert_allclose(same.distance, distance, rtol=1e-14)
    np.testing.assert_allclose(same.values, got.values, atol=1e-14)


def test_no_lines_at_all():
    got = ms.line_profiles(np.eye(3), np.empty((0, 2)), np.empty((0, 2)), width=3)
    assert len(got) == 0
    assert got.values.shape == (0,)
    assert len(ms.path_profiles(np.eye(3), (np.empty((0, 2)), [0]))) == 0


# ---------------------------------------------------------------------------------- paths, frames


@pytest.mark.parametrize("spline", [False, True])
def test_ragged_paths_in_every_form(spline):
    rng = np.random.default_rng(14)
    image = rng.random((50, 60))
    paths = [rng.uniform(5, 45, (count, 2)) for count in (2, 5, 3, 9)]
    offsets = np.cumsum([0, *map(len, paths)])
    many = ms.path_profiles(image, paths, spline=spline, width=2)
    packed = ms.path_profiles(image, (np.concatenate(paths), offsets), spline=spline, width=2)
    np.testing.assert_array_equal(many.values, packed.values)
    for i, path in enumerate(paths):
        alone = ms.path_profiles(image, path, spline=spline, width=2)
        np.testing.assert_allclose(many[i].values, alone.values, rtol=1e-12)
        np.testing.assert_allclose(many[i].distance, alone.distance, rtol=1e-12)


def test_splines_are_natural_and_walked_by_arc_length():
    rng = np.random.default_rng(15)
    angle = np.sort(rng.uniform(0, 5, 9))
    path = np.stack([40 + 25 * np.sin(angle), 40 + 20 * np.cos(angle)], 1)
    rows = np.broadcast_to(np.arange(90.0)[:, np.newaxis], (90, 90))
    rowwise = ms.path_profiles(rows, path, spline=True, n=200)
    colwise = ms.path_profiles(rows.T, path, spline=True, n=200)
    chords = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    curve = interpolate.CubicSpline(chords, path, bc_type="natural")
    fine = np.linspace(0, chords[-1], 400_001)
    arcs = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve(fine), axis=0).T))])
    assert rowwise.distance[-1] == pytest.approx(arcs[-1], abs=1e-7)
    want = curve(np.interp(rowwise.distance, arcs, fine))
    np.testing.assert_allclose(rowwise.values, want[:, 0], atol=1e-7)
    np.testing.assert_allclose(colwise.values, want[:, 1], atol=1e-7)


def test_straightening_a_row_is_cropping():
    image = np.random.default_rng(16).random((20, 30))
    got = ms.straighten(image, [[10, 4], [10, 20]], 5)
    np.testing.assert_allclose(got, image[8:13, 4:21].T, rtol=1e-12)
    down = ms.straighten(image, [[4, 10], [16, 10]], 3)
    np.testing.assert_allclose(down, image[4:17, 11:8:-1], rtol=1e-12)
    colors = np.stack([image, 2 * image], -1)
    both = ms.straighten(colors, [[10, 4], [10, 20]], 5, channel_axis=-1)
    np.testing.assert_allclose(both, np.stack([got, 2 * got], -1), rtol=1e-12)


def test_the_mean_across_a_straightened_path_is_its_profile():
    rng = np.random.default_rng(17)
    image = rng.random((60, 60))
    path = rng.uniform(15, 45, (5, 2))
    straight = ms.straighten(image, path, 5, spline=False, step=0.5)
    profile = ms.path_profiles(image, path, width=5, step=0.5, endpoint=False)
    np.testing.assert_allclose(straight.values.mean(axis=1), profile.values, rtol=1e-12)


def test_straightening_along_an_axis_of_a_volume_is_cropping():
    volume = np.random.default_rng(19).random((12, 14, 16))
    z = ms.straighten(volume, [[1, 6, 7], [10, 6, 7]], 3)
    np.testing.assert_allclose(z, volume[1:11, 5:8, 6:9], rtol=1e-12)
    x = ms.straighten(volume, [[5, 6, 2], [5, 6, 13]], 5)
    np.testing.assert_allclose(x, np.moveaxis(volume[3:8, 4:9, 2:14], 2, 0), rtol=1e-12)
    y = ms.straighten(volume, [[5, 2, 7], [5, 11, 7]], 3)
    cut = np.moveaxis(volume[4:7, 2:12, 8:5:-1], 1, 0)
    np.testing.assert_allclose(y, cut, rtol=1e-12)
    both = ms.straighten(np.stack([volume, -volume]), [[1, 6, 7], [10, 6, 7]], 3, channel_axis=0)
    np.testing.assert_allclose(both, np.stack([z, -z], -1), rtol=1e-12)


@pytest.mark.parametrize("spacing", [1.0, (2.0, 0.5, 0.8)])
@pytest.mark.parametrize("spline", [True, False])
def test_directions_across_a_path_in_a_volume_turn_as_little_as_they_can(spacing, spline):
    sizes = np.broadcast_to(spacing, 3)
    turn = np.linspace(0, 5, 12)
    path = np.stack([10 + 8 * turn, 60 + 20 * np.cos(turn), 60 + 20 * np.sin(turn)], axis=1) / sizes
    places = np.indices(np.ceil(100 / sizes).astype(int), dtype=np.float64)
    got = ms.straighten(
        places, path, 3 * min(sizes), spacing=spacing, spline=spline, channel_axis=0
    )
    got = got * sizes
    pitch = min(sizes)
    middle = got[:, 1, 1]
    first, second = (got[:, 2, 1] - middle) / pitch, (got[:, 1, 2] - middle) / pitch
    np.testing.assert_allclose(got[:, 0, 0], middle - pitch * (first + second), atol=1e-9)
    np.testing.assert_allclose((first * first).sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose((second * second).sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose((first * second).sum(axis=1), 0, atol=1e-9)
    along = np.cross(first, second)  # not mirrored: it leads along the path
    assert (np.diff(middle, axis=0) * along[:-1]).sum() > 0.9 * np.sqrt(
        (np.diff(middle, axis=0) ** 2).sum(axis=1)
    ).sum()
    if spline:
        np.testing.assert_allclose(first, oracle.carried_across(along, first[0]), atol=0.01)


def test_a_flat_path_in_a_volume_keeps_its_plane():
    angle = np.linspace(0, 3 * np.pi / 2, 9)
    path = np.stack([np.full(9, 6.0), 20 + 12 * np.sin(angle), 20 + 12 * np.cos(angle)], axis=1)
    volume = np.broadcast_to(np.arange(13.0)[:, np.newaxis, np.newaxis], (13, 40, 40))
    got = ms.straighten(volume, path, 5)
    np.testing.assert_allclose(got, np.broadcast_to(np.arange(4.0, 9)[:, np.newaxis], got.shape))
    bent = ms.straighten(volume, path[:, [1, 0, 2]], 3, spline=False, outside="nearest")
    assert bent.shape[1:] == (3, 3)


def test_a_path_of_no_length_or_of_nan_in_a_volume_is_one_plane():
    volume = np.random.default_rng(20).random((5, 6, 7))
    point = ms.straighten(volume, [[2, 3, 4], [2, 3, 4]], 3)
    np.testing.assert_allclose(point, volume[1:4, 2:5, 4][np.newaxis], rtol=1e-12)
    assert np.isnan(ms.straighten(volume, [[2, 3, 4], [2, np.nan, 4]], 3)).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [None, 2])
def test_a_kymograph_is_a_profile_of_each_frame(dtype, channels):
    rng = np.random.default_rng(18)
    shape = (40, 30, 35) if channels is None else (40, 30, 35, channels)
    stack = (100 * rng.random(shape)).astype(dtype)
    path = rng.uniform(5, 25, (4, 2))
    mask = rng.random((30, 35)) < 0.05
    axis = None if channels is None else -1
    options = {"width": 3, "step": 0.8, "mask": mask, "channel_axis": axis}
    got = ms.kymograph(stack, path, **options)
    for frame, row in zip(stack, got, strict=True):
        want = ms.path_profiles(frame, path, endpoint=False, **options).values
        np.testing.assert_array_equal(row, want)
    moved = ms.kymograph(np.moveaxis(stack, 0, 1), path, frame_axis=1, **options)
    np.testing.assert_array_equal(moved, got)


def test_channels_are_sampled_as_if_alone():
    rng = np.random.default_rng(19)
    image = rng.random((3, 30, 40))
    starts, stops = (random_points(rng, (30, 40), 30) for _ in range(2))
    got = ms.line_profiles(image, starts, stops, channel_axis=0, channels=["a", "b", "c"], width=3)
    assert got.channels == ("a", "b", "c")
    for c in range(3):
        alone = ms.line_profiles(image[c], starts, stops, width=3)
        np.testing.assert_array_equal(got.values[:, c], alone.values)
        np.testing.assert_array_equal(got.count[:, c], alone.count)
    masks = rng.random(image.shape) < 0.1
    masked = ms.line_profiles(image, starts, stops, channel_axis=0, mask=masks)
    alone = ms.line_profiles(image[1], starts, stops, mask=masks[1])
    np.testing.assert_array_equal(masked.values[:, 1], alone.values)


# ------------------------------------------------------------------------------------ your reducers


def test_functions_compiled_and_not():
    pytest.importorskip("numba", reason="needs numba, which this Python does not have")

    def spread(samples):
        return samples.max() - samples.min() + samples[0] / 8

    rng = np.random.default_rng(20)
    image = rng.random((40, 40))
    starts, stops = (random_points(rng, image.shape, 40) for _ in range(2))
    plain = ms.line_profiles(image, starts, stops, width=5, reduce=spread)
    compiled = ms.line_profiles(image, starts, stops, width=5, reduce=ms.profile_reducer(spread))
    np.testing.assert_array_equal(plain.values, compiled.values)
    assert np.isnan(plain.values[plain.count == 0]).all()
    assert not np.isnan(plain.values[plain.count > 0]).any()
    assert compiled.provenance["reduce"] == "spread"


def test_errors_in_functions_name_the_profile():
    pytest.importorskip("numba", reason="needs numba, which this Python does not have")

    def inverse(samples):
        return 1 / (samples[0] - 5)

    image = np.arange(100.0).reshape(10, 10)
    starts = [[row, 0] for row in range(1, 10)] * 2000 + [[0, 0], [0, 5]]
    stops = [[row, 9] for row in range(1, 10)] * 2000 + [[0, 9], [0, 7]]
    message = "reduce: inverse failed for profile 18000: (Zero|RuntimeWarning)"
    for reduce in (inverse, ms.profile_reducer(inverse)):
        for threads in (1, 3):
            with pytest.raises(RuntimeError, match=message):
                ms.line_profiles(image, starts, stops, reduce=reduce, threads=threads)
    with pytest.raises(TypeError, match="a reducer is made of a function"):
        ms.profile_reducer(3)


@pytest.mark.parametrize("kind", ["compiled", "plain"])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_first_profile_that_fails_is_told_with_the_first_reason_in_it(kind, threads):
    """Though others, and later samples of the same, fail for other reasons, and sooner."""

    def picky(samples):
        samples.sort()  # what is told of are the samples before
        if samples[0] == 1:
            raise IndexError("one")
        if samples[0] == 2:
            raise KeyError("two")
        if samples[0] == 3:
            raise ValueError("three")
        return samples[0]

    if kind == "compiled":
        pytest.importorskip("numba", reason="needs numba, which this Python does not have")
    reduce = ms.profile_reducer(picky) if kind == "compiled" else picky
    image = np.zeros((12, 4000))
    image[1, 3000:] = 3
    image[1, 3500:] = 1
    image[2:, 3:] = 2
    image[2:, 4:] = 1
    image += 10 * (np.arange(12) % 2 == 0)[:, np.newaxis] * (image == 0)
    starts, stops = (np.column_stack([np.arange(0, 11), np.full(11, x)]) for x in (0, 3999))
    for _ in range(3):
        with pytest.raises(
            RuntimeError, match="picky failed for profile 1: ValueError: three"
        ) as told:
            ms.line_profiles(image, starts, stops, width=1, reduce=reduce, threads=threads)
        assert type(told.value.__cause__) is ValueError
    both = np.stack([image + 20, image, image])
    with pytest.raises(RuntimeError, match="profile 1 in channel 1: ValueError: three"):
        ms.line_profiles(
            both, starts, stops, width=1, channel_axis=0, reduce=reduce, threads=threads
        )
    with pytest.raises(RuntimeError, match="for the path in frame 1: ValueError: three"):
        ms.kymograph(both, [[1, 0], [1, 3999]], width=1, reduce=reduce, threads=threads)


class Ended(BaseException):
    """No Exception, like SystemExit."""


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("error", [KeyboardInterrupt, Ended])
def test_what_ends_a_program_goes_through_a_function(error, threads):
    def ending(samples):
        if samples[0] == 55:
            raise error
        return samples[0]

    image = np.arange(100.0).reshape(10, 10)
    with pytest.raises(error):
        ms.line_profiles(image, [[5, 0]], [[5, 9]], reduce=ending, threads=threads)


INTERRUPTED = """
import signal, sys, threading, time
import numpy as np
import mensura as ms

slow = sys.argv[1] == "slow"

def reduce(samples):
    if slow:
        time.sleep(0.001)
    return samples[0]

def sample(lines):
    ms.line_profiles(np.zeros((9, 9)), [[0, 0]] * lines, [[8, 8]] * lines, reduce=reduce)

sample(1)  # Numba is loaded
threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()
begin = time.monotonic()
try:
    while time.monotonic() < begin + 20:
        sample(2000)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("speed", ["slow", "quick"])
def test_ctrl_c_during_a_function_is_keyboard_interrupt(speed):
    """Also where it arrives before the first line of the function, as it does if that is quick."""
    pytest.importorskip("numba", reason="needs numba, which this Python does not have")
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, speed], capture_output=True, text=True, check=True
        )
        assert done.stdout == "interrupted\n"
        assert not done.stderr


def test_errors_of_others_are_left_to_them(monkeypatch):
    """While functions are at work, what Python cannot raise elsewhere goes where it went before."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: seen.append(unraisable.exc_value))

    class Lost:
        def __del__(self):
            raise OSError("lost")

    def losing(samples):
        Lost()
        return samples[0]

    got = ms.line_profiles(np.ones((4, 4)), [[0, 0]], [[3, 0]], reduce=losing)
    assert got.values.tolist() == [1, 1, 1, 1]
    assert [str(error) for error in seen] == ["lost"] * 4


def test_what_is_raised_before_the_first_line_of_a_function_is_not_lost():
    """A function for tracing raises it there, as an interrupt may, but every time."""
    traced = sys.gettrace()

    def interrupt(frame, event, argument):
        if frame.f_code.co_name == "call":
            raise KeyboardInterrupt

    sys.settrace(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            ms.line_profiles(np.ones((4, 4)), [[0, 0]], [[3, 0]], reduce=max, threads=1)
    finally:
        sys.settrace(traced)


def test_errors_of_functions_at_work_at_once_are_told_apart():
    """And what Python does with errors that it cannot raise is as it was afterwards."""
    pytest.importorskip("numba", reason="needs numba, which this Python does not have")
    before = sys.unraisablehook
    image = np.zeros((6, 6))

    def by_zero(samples):
        return 1 / samples[0]

    def no_index(samples):
        raise IndexError("none")

    compiled = ms.profile_reducer(by_zero)
    found = {"compiled": [], "plain": []}

    def work(name, reduce):
        for _ in range(8):
            try:
                ms.line_profiles(image, [[0, 0]] * 3, [[5, 5]] * 3, reduce=reduce, threads=1)
            except RuntimeError as error:
                found[name].append(type(error.__cause__))

    workers = [
        threading.Thread(target=work, args=arguments)
        for arguments in (("compiled", compiled), ("plain", no_index)) * 2
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == {"compiled": [ZeroDivisionError] * 16, "plain": [IndexError] * 16}
    assert sys.unraisablehook is before


# ------------------------------------------------------------------------------------- invariants


def wide_lines(image, **options):
    rng = np.random.default_rng(22)
    starts, stops = (random_points(rng, image.shape, 400) for _ in range(2))
    return ms.line_profiles(image, starts, stops, **options)


@pytest.mark.parametrize("layout", [*images.LAYOUTS])
@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "u2", "u8", "f2", "f4", "f8"])
def test_layouts_and_dtypes_do_not_matter(layout, dtype):
    values = np.random.default_rng(23).integers(0, 2 if dtype == "?" else 200, (40, 50))
    image = layout(values.astype(dtype))
    for options in ({}, {"order": 3}, {"order": 0}, {"width": 3}, {"mask": values > 190}):
        got = wide_lines(image, **options)
        want = wide_lines(values.astype(np.float64), **options)
        np.testing.assert_array_equal(got.values, want.values)
        np.testing.assert_array_equal(got.count, want.count)


def test_an_empty_mask_does_not_matter():
    image = np.random.default_rng(24).random((60, 70))
    for options in ({}, {"width": 4.5}, {"n": 17}):
        masked = wide_lines(image, mask=np.zeros(image.shape, bool), **options)
        np.testing.assert_array_equal(masked.values, wide_lines(image, **options).values)


@pytest.mark.parametrize("options", [{}, {"width": 3}, {"order": 3, "reduce": "median"}])
def test_threads_do_not_matter(options):
    image = np.random.default_rng(25).random((300, 400))
    image[100, 100] = np.nan
    rng = np.random.default_rng(26)
    starts, stops = (random_points(rng, image.shape, 3000) for _ in range(2))
    one, many = (
        ms.line_profiles(image, starts, stops, threads=threads, **options) for threads in (1, 5)
    )
    assert one.values.tobytes() == many.values.tobytes()
    assert one.count.tobytes() == many.count.tobytes()
    assert one.distance.tobytes() == many.distance.tobytes()


@pytest.mark.parametrize("dtype", ["u1", "u2", "i4", "f4", "f8"])
def test_samples_too_many_for_the_cache_are_those_of_few(dtype):
    """Such are written another way, from any place in memory on."""
    image = (np.random.default_rng(28).random((300, 400)) * 200).astype(dtype)
    if dtype[0] == "f":
        image[150, 200] = np.nan
    rng = np.random.default_rng(29)
    starts, stops = (random_points(rng, image.shape, 8000) for _ in range(2))
    for options in ({}, {"endpoint": True}):
        many = ms.line_profiles(image, starts, stops, **options)
        assert many.values.nbytes > 9e6
        for first in range(0, 8000, 2000):
            part = slice(first, first + 2000)
            few = ms.line_profiles(image, starts[part], stops[part], **options)
            assert few.values.nbytes < 8e6
            assert many[part].values.tobytes() == few.values.tobytes()
            assert many[part].count.tobytes() == few.count.tobytes()


DIGEST = """
import hashlib, numpy as np, mensura as ms
digest = hashlib.sha256()
rng = np.random.default_rng(27)
starts, stops = (rng.uniform(-3, 63, (500, 2)) for _ in range(2))
for dtype in "u1 u2 i4 f4 f8".split():
    image = (rng.random((60, 61)) * 200).astype(dtype)
    if dtype[0] == "f":
        image[20, 20] = np.nan
    for width in (None, 3, 2.5):
        for order in (0, 1, 3):
            got = ms.line_profiles(image, starts, stops, width=width, order=order)
            digest.update(got.values.tobytes() + got.count.tobytes())
many = [np.resize(ends, (30_000, 2)) for ends in (starts, stops)]
digest.update(ms.line_profiles((rng.random((60, 61)) * 200).astype("u2"), *many).values.tobytes())
print(digest.hexdigest())
"""


def test_every_instruction_set_gives_equal_bits():
    instruction_sets.assert_all_print_the_same(DIGEST)


def test_the_last_pixels_of_memory_are_not_overrun():
    """Lines over the last pixels of an image at the end of its memory page."""
    import mmap

    page = mmap.PAGESIZE
    memory = mmap.mmap(-1, page)
    for dtype in (np.uint8, np.uint16, np.float32, np.float64):
        size = np.dtype(dtype).itemsize
        image = np.frombuffer(memory, dtype, page // size).reshape(16, -1)
        height, width = image.shape
        got = ms.line_profiles(image, [[0, 0], [height - 2, 0]], [[height - 1, width - 1]] * 2)
        assert (got.values == 0).all()
        del image, got


# -------------------------------------------------------------------------------------- bad input

LINE = ([[0, 0]], [[3, 3]])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ms.line_profiles(np.eye(4), [0, 0], [3, 3]),
            ValueError,
            r"starts must have shape",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), [[0, 0]], [[3, 3], [1, 1]]),
            ValueError,
            r"starts has 1 positions and stops 2; stops\[1\] has no start",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), [[0, 0], [1, 1], [2, 2]], [[3, 3], [1, 1]]),
            ValueError,
            r"starts has 3 positions and stops 2; starts\[2\] has no stop",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), [[0, 0], [1, 1], [2]], [[3, 3]] * 3),
            ValueError,
            r"starts must have shape .*; starts\[2\] has 1 coordinates, and starts\[0\] has 2",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), LINE[0], [[1, [2, 3]]]),
            ValueError,
            r"stops must have shape .*; stops\[0\] is \[1, \[2, 3\]\]",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), [[0, 0], [1, None]], [[3, 3]] * 2),
            TypeError,
            r"starts must hold real numbers, and starts\[1\] is \[1, None\]",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), np.array([[0, 1j]]), LINE[1]),
            TypeError,
            "starts must hold real numbers, and has dtype complex128",
        ),
        *[
            (
                lambda spacing=spacing: ms.line_profiles(np.eye(4), *LINE, spacing=spacing),
                error,
                "spacing must be a positive number or 2 of them, .*" + said,
            )
            for spacing, error, said in [
                ((1, 0), ValueError, r"; spacing\[1\] is 0"),
                (np.array([np.nan, 2]), ValueError, r"; spacing\[0\] is nan"),
                ((1, "2"), TypeError, r"; spacing\[1\] is '2'"),
                ([None, 1], TypeError, r"; spacing\[0\] is None"),
                (0, ValueError, "not 0$"),
            ]
        ],
        (lambda: ms.line_profiles(np.eye(4), [[0, 0]], [[3]]), ValueError, "stops must have shape"),
        (
            lambda: ms.line_profiles(np.zeros((4, 4, 3)), *LINE),
            ValueError,
            "image has 3 axes .* say channel_axis",
        ),
        (lambda: ms.line_profiles(np.zeros((0, 4)), *LINE), ValueError, "holds no pixel"),
        (lambda: ms.line_profiles(np.eye(4, dtype=complex), *LINE), TypeError, "image has dtype"),
        (lambda: ms.line_profiles(np.eye(4), [["a", "b"]], LINE[1]), TypeError, "starts must hold"),
        *[
            (
                lambda name=name, bad=bad: ms.line_profiles(np.eye(4), *LINE, **{name: bad}),
                error,
                name,
            )
            for name in ("width", "step")
            for bad, error in [
                (0, ValueError),
                (-1, ValueError),
                (np.nan, ValueError),
                (np.inf, ValueError),
                ("3", TypeError),
                (True, TypeError),
            ]
        ],
        (lambda: ms.line_profiles(np.eye(4), *LINE, width=1e9), ValueError, "at most 20000 pixels"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, n=0), ValueError, "n must be at least 1"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, n=2.5), TypeError, "n must be an integer"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, n=2, step=1), ValueError, "exclude each other"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, order=2), ValueError, "order must be 0"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, order=None), TypeError, "order must be 0"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, outside="zero"), ValueError, "outside must be"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, outside=np.inf), ValueError, "outside must be"),
        (lambda: ms.line_profiles(np.eye(4), *LINE, reduce="mode"), ValueError, "reduce must be"),
        (
            lambda: ms.line_profiles(np.eye(4), *LINE, reduce=("quantile", 2)),
            ValueError,
            "reduce must be",
        ),
        (lambda: ms.line_profiles(np.eye(4), *LINE, reduce=0.5), TypeError, "reduce must be"),
        (
            lambda: ms.line_profiles(np.eye(4), *LINE, spacing=(1, 2, 3)),
            ValueError,
            "spacing must be .* one per axis of image",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), *LINE, mask=np.zeros((3, 3), bool)),
            ValueError,
            "mask has shape",
        ),
        (
            lambda: ms.line_profiles(np.eye(4), *LINE, mask=np.eye(4)),
            TypeError,
            "mask must be bool",
        ),
        (lambda: ms.line_profiles(np.eye(4), *LINE, like="matlab"), ValueError, "like must be one"),
        (
            lambda: ms.line_profiles(np.eye(4), *LINE, like="skimage", order=3),
            ValueError,
            "B-spline",
        ),
        *[
            (
                lambda options=options: ms.line_profiles(
                    np.eye(4), *LINE, like="imagej", **options
                ),
                ValueError,
                said,
            )
            for options, said in [
                ({"width": 3}, "width is not for like='imagej', whose lines of a width"),
                ({"order": 0}, "order must be 1 where like='imagej', not 0"),
            ]
        ],
        (
            lambda: ms.line_profiles(np.zeros((3, 3, 3)), [[0] * 3], [[2] * 3], like="imagej"),
            ValueError,
            "like='imagej' is for 2-D images, and starts has 3 coordinates",
        ),
        (lambda: ms.line_profiles(np.eye(4), *LINE, step=1e-300), ValueError, "of profile 0"),
        (
            lambda: ms.path_profiles(np.eye(4), [[[0, 0], [1, 1]], [[2, 2]]]),
            ValueError,
            r"paths\[1\] has 1 vertices; a path has at least two",
        ),
        (
            lambda: ms.path_profiles(np.eye(4), (np.zeros((3, 2)), [0, 2, 3])),
            ValueError,
            "path 1 of paths has 1 vertices",
        ),
        (
            lambda: ms.path_profiles(np.eye(4), [[[0, 0], [1, 1]], [[2, 2, 2], [1, 1, 1]]]),
            ValueError,
            r"paths\[1\] must have shape \(n, 2\)",
        ),
        (
            lambda: ms.path_profiles(np.eye(4), (np.zeros((3, 2)), [0, 2])),
            ValueError,
            r"must rise from 0 to the number of vertices, 3; paths\[1\]\[1\] is 2",
        ),
        *[
            (
                lambda offsets=offsets: ms.path_profiles(np.eye(4), (np.zeros((6, 2)), offsets)),
                ValueError,
                said,
            )
            for offsets, said in [
                ([1, 6], r"; paths\[1\]\[0\] is 1"),
                ([0, 4, 2, 6], r"; paths\[1\]\[2\] is 2"),
                (np.empty(0, int), "; it is empty"),
            ]
        ],
        (
            lambda: ms.path_profiles(np.eye(4), [[[0, 0], [1, 1]], [[2, 2], [3, 3, 3]]]),
            ValueError,
            r"paths\[1\] must have .*; paths\[1\]\[1\] has 3 coordinates, and paths\[1\]\[0\]",
        ),
        (lambda: ms.path_profiles(np.eye(4), []), ValueError, "has no path"),
        (lambda: ms.path_profiles(np.eye(4), 5), TypeError, "paths must be a sequence"),
        (lambda: ms.path_profiles(np.eye(4), [*LINE], spline=1), TypeError, "spline must be"),
        (lambda: ms.straighten(np.eye(4), [[0, 0]], 3), ValueError, "path has 1 vertices"),
        (
            lambda: ms.straighten(np.eye(4), [[0, 0], [1]], 3),
            ValueError,
            r"; path\[1\] has 1 coord",
        ),
        (lambda: ms.straighten(np.eye(4), [[0, 0], [3, 3]], 0), ValueError, "width must be"),
        (
            lambda: ms.straighten(np.eye(4), [[0, 0, 0], [3, 3, 3]], 3),
            ValueError,
            "image has 2 axes",
        ),
        (lambda: ms.kymograph(np.eye(4), [[0, 0], [3, 3]]), ValueError, "stack has 2 axes"),
        (
            lambda: ms.kymograph(np.zeros((2, 4, 4)), [[0, 0], [3, 3]], frame_axis=3),
            ValueError,
            "frame_axis is 3",
        ),
        (
            lambda: ms.kymograph(
                np.zeros((2, 4, 4)), [[0, 0], [3, 3]], mask=np.zeros((2, 2), bool)
            ),
            ValueError,
            "mask has shape",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("unit", [1e-200, 1e-160, 1.0, 1e150])
def test_std_across_of_values_of_any_size(unit):
    """Squares of the differences are below, or above, what double holds."""
    image = np.zeros((5, 9))
    image[1:4] = np.array([[1], [4], [7]]) * unit
    found = ms.line_profiles(image, [[2, 1]], [[2, 7]], width=3, reduce="std")
    assert found.values == pytest.approx(np.full(7, math.sqrt(6) * unit), rel=1e-14, abs=0)


@pytest.mark.parametrize("options", [{"n": 3}, {"step": 5.0}, {"like": "skimage"}])
def test_arrays_of_the_caller_may_be_written_to_after_the_call(options):
    """Distances are found when they are asked for."""
    starts, stops = np.array([[0.0, 0.0]]), np.array([[0.0, 10.0]])
    found = ms.line_profiles(np.ones((50, 50)), starts, stops, **options)
    starts[:], stops[:] = 30, 40
    expected = ms.line_profiles(np.ones((50, 50)), [[0, 0]], [[0, 10]], **options)
    np.testing.assert_array_equal(found.distance, expected.distance)
    assert found.distance[-1] == 10


@pytest.mark.parametrize("length", [1, 2, 5, 6])
def test_nearest_pixels_of_a_mirrored_image_at_ties(length):
    """Ties are decided where the position lies in the image, as scikit-image does."""
    image = np.arange(float(length))[np.newaxis].repeat(2, axis=0)
    for start in (-2.5 * length - 0.5, -length / 2, -3.5, 0.0):
        line = ((0, start), (0, start + 5 * length + 4))
        theirs = skimage_measure.profile_line(image, *line, order=0, mode="reflect")
        lines = [[line[0]], [line[1]]]
        by_preset = ms.line_profiles(image, *lines, order=0, like="skimage")
        np.testing.assert_array_equal(by_preset.values, theirs)
        drop_in = profile_line(image, *line, order=0, mode="reflect")
        np.testing.assert_array_equal(drop_in, theirs)
