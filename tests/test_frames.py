"""``measure(frame_axis=)``: a series in one call gives what its frames give one by one."""

import itertools
import json

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import tables
from oracles.agreement import assert_same_bits, assert_tables_agree

import mensura as ms


def one_by_one(labels, image=None, measurements=None, *, axis=0, mask=None, **options):
    """The tables of all frames, each measured alone, below each other, with a frame column."""
    channel_axis = options.get("channel_axis")
    image_axis = axis
    if channel_axis is not None and channel_axis % image.ndim <= axis:
        image_axis += 1
    inner = dict(options)
    if channel_axis is not None:
        inner["channel_axis"] = channel_axis % image.ndim - (image_axis < channel_axis % image.ndim)
    parts = []
    for k in range(labels.shape[axis]):
        frame = None if image is None else np.take(image, k, image_axis)
        left_out = mask
        if mask is not None:
            left_out = np.take(mask, k, axis if mask.ndim == labels.ndim else image_axis)
        table = ms.measure(np.take(labels, k, axis), frame, measurements, mask=left_out, **inner)
        parts.append({"frame": np.full(table.num_rows, k), **table})
    return {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}


@st.composite
def series(draw, ndim=None, count=None):
    """Label images of one dtype and shape, up to five of them, some without objects."""
    shape = draw(images.shapes(ndim or draw(st.sampled_from([2, 3]))))
    dtype = draw(st.sampled_from([np.dtype(bool), *images.INTEGER_DTYPES]))
    rng = draw(images.generators)
    ids = draw(st.sampled_from(images.IDS))
    patterns = draw(st.lists(st.sampled_from(images.PATTERNS), min_size=1, max_size=5))
    frames = [images.with_ids(pattern(shape, rng), ids, dtype, rng) for pattern in patterns]
    return np.stack(frames)


# ------------------------------------------------------------------------------------- every bit


@given(labels=series(), data=st.data())
def test_a_series_has_the_bits_of_its_frames(labels, data):
    image = data.draw(images.intensity_images(labels.shape))
    axis = data.draw(st.integers(0, labels.ndim - 1))
    labels, image = np.moveaxis(labels, 0, axis), np.moveaxis(image, 0, axis)
    layout = data.draw(images.layouts.filter(lambda f: f is not images.broadcast))
    spacing = data.draw(images.spacings(labels.ndim - 1))
    threads = data.draw(st.integers(1, 4))
    expected = one_by_one(labels, image, "all", axis=axis, spacing=spacing)
    frame_axis = data.draw(st.sampled_from([axis, axis - labels.ndim]))
    given = {"frame_axis": frame_axis, "spacing": spacing, "threads": threads}
    assert_same_bits(ms.measure(layout(labels), layout(image), "all", **given), expected)


@given(labels=series(), data=st.data())
def test_masks_saturations_and_conventions_are_those_of_each_frame(labels, data):
    dtypes = [d for d in images.ALL_DTYPES if d.kind != "b"]
    image = data.draw(images.intensity_images(labels.shape, dtypes=dtypes))
    rng = data.draw(images.generators)
    shape = image.shape if data.draw(st.booleans()) else labels.shape
    options = {"mask": rng.random(shape) < 0.3, "saturation": 2, "ddof": 1, "pixel_term": True}
    expected = one_by_one(labels, image, "all", **options)
    assert_same_bits(ms.measure(labels, image, "all", frame_axis=0, **options), expected)


@given(labels=series())
def test_geometry_alone_has_the_bits_of_its_frames(labels):
    expected = one_by_one(labels, None, "all")
    assert_same_bits(ms.measure(labels, measurements="all", frame_axis=0), expected)


@given(labels=series(), rng=images.generators)
def test_a_series_equals_the_oracles(labels, rng):
    if labels.dtype.kind == "b":
        labels = labels.astype(np.uint8)
    image = rng.integers(0, 50, labels.shape, np.uint8)
    names = ["label", "num_pixels", "bbox", "centroid", "intensity_sum", "intensity_argmax"]
    names += ["num_components", "num_border_pixels"]
    table = ms.measure(labels, image, names, frame_axis=0)
    rows = dict(table)
    frame = rows.pop("frame")
    for k in range(len(labels)):
        here = {column: values[frame == k] for column, values in rows.items()}
        assert_tables_agree(here, tables.measure(labels[k], image[k], names))
    assert np.all(np.diff(frame) >= 0)


@pytest.mark.parametrize("ndim", [2, 3])
@pytest.mark.parametrize("channel_axis", range(-1, 3))
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_channels_may_lie_along_any_axis(ndim, axis, channel_axis):
    rng = np.random.default_rng(1)
    shape = (4, 5, 6, 7)[: ndim + 1]
    labels = rng.integers(0, 3, shape)
    image = np.moveaxis(rng.random((2, *shape)), 0, channel_axis)
    options = {"channel_axis": channel_axis, "channels": ["DNA", "actin"]}
    defined = tables.names(ndim, with_image=True)
    names = ["label", *(name for name in tables.PER_CHANNEL if name in defined)]
    table = ms.measure(labels, image, names, frame_axis=axis, **options)
    assert_same_bits(table, one_by_one(labels, image, names, axis=axis % labels.ndim, **options))
    assert "intensity_mean-actin" in table


# Frames that are shared out whole, that are few, and that are cut into blocks.
SIZES = {"many small": (60, 90, 110), "few": (3, 500, 600), "large": (2, 2100, 2050)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("as_mask", [False, True], ids=["labels", "mask"])
def test_any_number_of_threads_gives_the_same_bits(size, as_mask):
    rng = np.random.default_rng(2)
    shape = SIZES[size]
    ids = rng.integers(0, 40, (shape[0], *(n // 10 for n in shape[1:])))
    labels = np.kron(ids, np.ones((10, 10))).astype(np.uint16)
    objects = labels > 20 if as_mask else labels
    image = np.exp(rng.normal(0, 4, labels.shape)).astype(np.float32)
    names = ["label", "area", "intensity", "num_components", "ellipse"]
    expected = one_by_one(objects, image, names, threads=1)
    for threads in (1, 2, 3, 7):
        table = ms.measure(objects, image, names, frame_axis=0, threads=threads)
        assert_same_bits(table, expected)


# ------------------------------------------------------------------------------------- the table


def test_frames_by_hand():
    film = np.zeros((4, 3, 5), np.uint8)
    film[0, 1, 1:3] = 7
    film[0, 0, 0] = 2
    film[3, 2, 2:] = 7
    image = np.arange(film.size).reshape(film.shape)
    table = ms.measure(film, image, ["area", "label", "intensity_max", "centroid"], frame_axis=0)
    assert list(table) == [
        "frame",
        "area",
        "label",
        "intensity_max",
        "centroid-0",
        "centroid-1",
    ]
    assert table["frame"].tolist() == [0, 0, 3]
    assert table["frame"].dtype == np.int64
    assert table["label"].tolist() == [2, 7, 7]
    assert table["area"].tolist() == [1, 2, 3]
    assert table["intensity_max"].tolist() == [0, 7, 59]
    assert table["centroid-1"].tolist() == [0, 1.5, 3]


def test_the_components_of_each_frame_are_numbered_from_one():
    film = np.zeros((3, 2, 5), bool)
    film[0, 0, [0, 2]] = film[2, 1, [1, 3]] = True
    film[2, 0, 2] = True  # joins its two by their corners
    table = ms.measure(film, measurements=["label", "num_components"], frame_axis=0)
    assert table["frame"].tolist() == [0, 0, 2]
    assert table["label"].tolist() == [1, 2, 1]
    assert table["num_components"].tolist() == [1, 1, 1]


def test_spacing_and_borders_are_those_of_a_frame():
    film = np.ones((2, 3, 4, 5), np.int16)
    names = ["area", "centroid", "num_border_sides"]
    table = ms.measure(film, measurements=names, frame_axis=1, spacing=(3, 2, 0.5))
    assert table["area"].tolist() == [2 * 4 * 5 * 3] * 3
    assert table["centroid-0"].tolist() == [1.5] * 3
    assert table["centroid-2"].tolist() == [1.0] * 3
    assert table["num_border_sides"].tolist() == [6] * 3
    assert table.units["area"] == "unit^3"


@pytest.mark.parametrize("shape", [(0, 4, 5), (3, 0, 5), (3, 4, 0), (3, 4, 5), (0, 2, 4, 5)])
@pytest.mark.parametrize("dtype", [bool, np.uint64])
def test_without_objects_all_columns_are_there(shape, dtype):
    image = np.zeros((*shape, 2), np.float32)
    names = ["label", "all"]
    table = ms.measure(np.zeros(shape, dtype), image, names, frame_axis=0)
    assert table.num_rows == 0
    single = ms.measure(np.zeros(shape[1:], dtype), image.sum(axis=0), names)
    assert_same_bits(table, {"frame": np.zeros(0, np.int64), **single})


def test_a_series_can_be_a_view_without_memory():
    labels = np.broadcast_to(np.array([[1, 0, 2], [1, 2, 2]]), (1000, 2, 3))
    table = ms.measure(labels, labels, ["num_pixels", "intensity_sum"], frame_axis=0)
    assert table["frame"].tolist() == np.repeat(np.arange(1000), 2).tolist()
    assert table["intensity_sum"].tolist() == [2.0, 6.0] * 1000


def test_what_the_table_says_of_its_frames():
    labels, image = np.ones((4, 3, 5), np.uint8), np.ones((4, 3, 5, 2), np.uint16)
    table = ms.measure(labels, image, "intensity_mean", frame_axis=-3)
    assert table.provenance["frame_axis"] == 0
    assert table.provenance["labels"] == {"shape": [4, 3, 5], "dtype": "|u1"}
    assert table.provenance["image"] == [{"shape": [4, 3, 5], "dtype": "<u2"}] * 2
    assert table.provenance["spacing"] == [1.0, 1.0]
    assert json.loads(json.dumps(table.provenance)) == table.provenance
    assert (table.units["frame"], bool(table.definitions["frame"])) == ("", True)
    assert ms.measure(labels).provenance["frame_axis"] is None


def test_inputs_stay_as_they_were():
    rng = np.random.default_rng(3)
    labels, image = rng.integers(0, 5, (3, 20, 30)), rng.random((3, 20, 30))
    before = labels.copy(), image.copy()
    ms.measure(labels, image, "all", frame_axis=1)
    np.testing.assert_array_equal(labels, before[0])
    np.testing.assert_array_equal(image, before[1])


# -------------------------------------------------------------------------------------- bad input

FILM = np.ones((3, 4, 5), np.uint8)


@pytest.mark.parametrize("axis", [3, -4, 100])
def test_a_frame_axis_out_of_range(axis):
    with pytest.raises(ValueError, match=rf"frame_axis is {axis}, and labels has 3 axes"):
        ms.measure(FILM, frame_axis=axis)


@pytest.mark.parametrize("axis", ["0", 1.0, (0,)])
def test_a_frame_axis_of_another_type(axis):
    with pytest.raises(TypeError, match="frame_axis must be an integer or None"):
        ms.measure(FILM, frame_axis=axis)


@pytest.mark.parametrize("ndim", [0, 1, 2, 5])
def test_a_series_of_images_that_are_neither_2d_nor_3d(ndim):
    with pytest.raises(ValueError, match=rf"labels must be 3-D or 4-D .* not {ndim}-D"):
        ms.measure(np.ones((2,) * ndim, int), frame_axis=0)


def test_labels_of_a_series_are_whole_numbers():
    with pytest.raises(TypeError, match="labels has dtype float64"):
        ms.measure(FILM.astype(float), frame_axis=0)


def test_regions_have_no_frames():
    with pytest.raises(TypeError, match=r"labels is Regions, .* no frame_axis"):
        ms.measure(ms.find_regions(FILM[0]), frame_axis=0)


@pytest.mark.parametrize("shape", [(2, 4, 5), (4, 5), (4, 4, 5, 2), (3, 5, 4)])
def test_an_image_of_other_frames(shape):
    with pytest.raises(ValueError, match=r"image has shape \(.*\) and labels \(3, 4, 5\)"):
        ms.measure(FILM, np.ones(shape), frame_axis=0)


@pytest.mark.parametrize("shape", [(2, 4, 5), (4, 5), (3, 4, 5, 2)])
def test_a_mask_of_other_frames(shape):
    with pytest.raises(ValueError, match=r"mask has shape \(.*\); allowed is .*\(3, 4, 5\)"):
        ms.measure(FILM, FILM, mask=np.zeros(shape, bool), frame_axis=0)


def test_spacing_of_another_number_of_axes():
    with pytest.raises(ValueError, match="2 of them, one per axis of a frame of labels"):
        ms.measure(FILM, spacing=(1, 2, 3), frame_axis=0)


def test_measurements_of_2d_frames_only():
    assert "orientation" in ms.measure(FILM, measurements="orientation", frame_axis=0)
    with pytest.raises(ValueError, match="'orientation' is defined for 2-D"):
        ms.measure(np.ones((2, 3, 4, 5), int), measurements="orientation", frame_axis=0)


def test_every_axis_of_a_volume_can_be_that_of_the_frames():
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 4, (3, 4, 5, 6))
    for axis, threads in itertools.product(range(-4, 4), (1, 3)):
        table = ms.measure(labels, measurements="all", frame_axis=axis, threads=threads)
        assert_same_bits(table, one_by_one(labels, None, "all", axis=axis % 4))
