"""``Accumulator``: tiles of any cut, in any order, give what the whole image gives."""

import copy
import pickle

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import tables
from oracles.agreement import RELATIVE, assert_same_bits

import mensura as ms

RNG_SEED = 11

# Everything that can be had from tiles.
FROM_TILES = {
    ndim: [
        str(name)
        for name in ms.measurements()["name"]
        if name in tables.names(ndim, with_image=True) and name != "num_components"
    ]
    for ndim in (2, 3)
}


def random_cuts(length, rng):
    """Borders of up to five tiles along an axis, empty tiles among them."""
    return np.concatenate([[0], np.sort(rng.integers(0, length, 4, endpoint=True)), [length]])


def tiles_of(shape, rng):
    """Slices that cover an image once, in random order."""
    cuts = [random_cuts(length, rng) for length in shape]
    tiles = [
        tuple(slice(cut[i], cut[i + 1]) for cut, i in zip(cuts, at, strict=True))
        for at in np.ndindex(*[len(cut) - 1 for cut in cuts])
    ]
    return [tiles[k] for k in rng.permutation(len(tiles))]


def start_of(tile):
    return [int(part.start) for part in tile]


def tile_by_tile(labels, image, rng, names="all"):
    accumulator = ms.Accumulator(names, shape=labels.shape)
    for tile in tiles_of(labels.shape, rng):
        accumulator.update(labels[tile], image[tile], offset=start_of(tile))
    return accumulator


def merged(labels, image, rng, names="all"):
    """One accumulator per tile, sent through bytes and merged in random order, as a tree."""
    parts = []
    for tile in tiles_of(labels.shape, rng):
        part = ms.Accumulator(names, shape=labels.shape)
        part.update(labels[tile], image[tile], offset=start_of(tile))
        parts.append(pickle.loads(pickle.dumps(part)))
    while len(parts) > 1:
        parts[int(rng.integers(len(parts) - 1))].merge(parts.pop())
    return parts[0]


@given(
    labels=images.label_images(),
    dtype=st.sampled_from([np.dtype(bool), *images.INTEGER_DTYPES]),
    rng=images.generators,
    way=st.sampled_from([tile_by_tile, merged]),
)
def test_integer_images_give_the_same_bits_for_any_tiling(labels, dtype, rng, way):
    image = rng.integers(0, 2, labels.shape).astype(bool)
    if dtype.kind != "b":
        limits = np.iinfo(dtype)
        image = rng.integers(limits.min, limits.max, labels.shape, dtype=dtype, endpoint=True)
    table = way(labels, image, rng).table()
    assert_same_bits(table, ms.measure(labels, image, FROM_TILES[labels.ndim]))


@given(labels=images.label_images(), rng=images.generators)
def test_floating_images_stay_within_the_stated_bound(labels, rng):
    image = (rng.random(labels.shape) - 0.3) * 1e3 + 1e5
    names = ["label", "area", "intensity_sum", "intensity_mean", "intensity_std", "intensity_max"]
    names += ["centroid_weighted"]
    table = merged(labels, image, rng, names).table()
    whole = ms.measure(labels, image, names)
    assert list(table) == list(whole)
    for column in whole:
        scale = 1e-6 if column == "intensity_std" else 0  # of values of 1e5, 16 digits
        np.testing.assert_allclose(table[column], whole[column], rtol=RELATIVE, atol=scale)


@pytest.mark.parametrize("channel_axis", [None, 0])
def test_channels_and_their_names(channel_axis):
    rng = np.random.default_rng(RNG_SEED)
    labels = rng.integers(0, 4, (30, 40))
    image = rng.integers(0, 9, (30, 40, 2)).astype(np.uint8)
    options = {"channels": ["DNA", "actin"], "spacing": (2, 0.5)}
    whole = ms.measure(labels, image, **options)
    accumulator = ms.Accumulator(channel_axis=channel_axis, **options)
    for part in (slice(0, 11), slice(11, 30)):
        tile = image[part] if channel_axis is None else np.moveaxis(image[part], -1, 0)
        accumulator.update(labels[part], tile, offset=(part.start, 0))
    assert accumulator.table() == whole
    assert accumulator.table("area").columns == ["area"]
    assert accumulator.table().units == whole.units
    assert accumulator.table().provenance["channels"] == ["DNA", "actin"]


def test_tiles_of_a_volume():
    rng = np.random.default_rng(RNG_SEED)
    labels = rng.integers(0, 5, (7, 20, 30)).astype(np.uint64) << np.uint64(61)
    image = rng.integers(-1000, 1000, labels.shape).astype(np.int32)
    table = tile_by_tile(labels, image, rng).table()
    assert table == ms.measure(labels, image, FROM_TILES[3])
    assert table["label"].dtype == np.uint64


def test_a_tile_far_away_keeps_its_digits():
    labels = np.ones((3, 5), np.uint8)
    near, far = ms.Accumulator(), ms.Accumulator()
    near.update(labels)
    far.update(labels, offset=(1 << 40, 1 << 40))
    np.testing.assert_array_equal(far.table()["centroid-1"] - (1 << 40), near.table()["centroid-1"])
    assert far.table("area") == near.table("area")


def test_no_tile_with_objects_gives_an_empty_table():
    accumulator = ms.Accumulator()
    accumulator.update(np.zeros((4, 4), int), np.zeros((4, 4)))
    assert accumulator.table() == ms.measure(np.zeros((4, 4), int), np.zeros((4, 4)))
    assert accumulator.table().num_rows == 0


def test_merging_leaves_the_other_as_it_is():
    labels = np.array([[1, 2, 2]])
    one, two = ms.Accumulator("area"), ms.Accumulator("area")
    two.update(labels)
    one.merge(two)
    one.merge(two)
    assert one.table()["area"].tolist() == [2, 4]
    assert two.table()["area"].tolist() == [1, 2]
    one.merge(ms.Accumulator("area"))
    assert copy.deepcopy(one).table() == one.table()


def test_small_when_pickled():
    labels = np.arange(1, 10001).reshape(100, 100)
    accumulator = ms.Accumulator()
    accumulator.update(labels, labels.astype(np.uint16))
    assert len(pickle.dumps(accumulator)) < 400 * labels.size


def test_readable():
    accumulator = ms.Accumulator()
    assert repr(accumulator) == "<Accumulator: no tile yet>"
    accumulator.update(np.ones((2, 2), int), np.ones((2, 2), np.uint16))
    assert repr(accumulator) == "<Accumulator: 1 objects of 2-D labels and an image of uint16>"


# -------------------------------------------------------------------------------------- bad input


LABELS = np.ones((4, 6), int)
TWO_CHANNELS = np.ones((4, 6, 2))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"measurements": "aera"}, ValueError, "'aera'.*did you mean 'area'"),
        ({"measurements": []}, ValueError, "measurements is empty"),
        ({"shape": (4,)}, ValueError, r"shape must be 2 or 3 whole numbers"),
        ({"shape": (4, -1)}, ValueError, r"shape must be 2 or 3 whole numbers"),
        ({"shape": (4, 1.5)}, TypeError, r"shape must be 2 or 3 whole numbers"),
        ({"measurements": 5}, TypeError, "measurements must be a name or a sequence"),
        ({"channels": "ab"}, TypeError, "channels must be a sequence of names, not the string"),
        ({"channels": 5}, TypeError, "channels must be a sequence of names, not 5"),
        ({"channel_axis": "0"}, TypeError, "channel_axis must be an integer or None, not '0'"),
        ({"spacing": 0}, ValueError, "spacing must be a positive number"),
        ({"spacing": [[1, 2]]}, ValueError, "spacing must be a positive number"),
        ({"spacing": (1, 2), "shape": (3, 4, 5)}, ValueError, "spacing must be .* or 3 of them"),
    ],
)
def test_bad_arguments(arguments, error, says):
    with pytest.raises(error, match=says):
        ms.Accumulator(**arguments)


@pytest.mark.parametrize(
    ("accumulator", "arguments", "error", "says"),
    [
        ({}, {"labels": LABELS > 0}, TypeError, "must be integers: .* numbered anew"),
        ({}, {"labels": LABELS, "offset": (1,)}, ValueError, "offset must be 2 whole numbers"),
        ({}, {"labels": LABELS, "offset": (1, 0.5)}, TypeError, "offset must be 2 whole numbers"),
        (
            {},
            {"labels": LABELS, "offset": (0, 1 << 41)},
            ValueError,
            "offset must be within 2\\^40",
        ),
        ({}, {"labels": LABELS, "image": LABELS[1:]}, ValueError, "image has shape"),
        (
            {"shape": (9, 9)},
            {"labels": LABELS, "offset": (6, 0)},
            ValueError,
            "not inside the image",
        ),
        ({"shape": (9, 9, 9)}, {"labels": LABELS}, ValueError, "labels is 2-D, and shape has 3"),
        ({"spacing": (1, 2, 3)}, {"labels": LABELS}, ValueError, "spacing must be"),
        ({"measurements": "touches_border"}, {"labels": LABELS}, ValueError, "pass shape="),
        ({"measurements": "intensity_sum"}, {"labels": LABELS}, ValueError, "needs an intensity"),
        (
            {"channels": ["a"]},
            {"labels": LABELS, "image": np.ones((4, 6, 2))},
            ValueError,
            "1 names",
        ),
    ],
)
def test_bad_tiles(accumulator, arguments, error, says):
    made = ms.Accumulator(**accumulator)
    with pytest.raises(error, match=says):
        made.update(**arguments)
    assert repr(made) == "<Accumulator: no tile yet>"


@pytest.mark.parametrize(
    ("labels", "image"),
    [
        (LABELS, None),
        (LABELS, LABELS.astype(np.uint8)),
        (LABELS, np.ones((4, 6, 2), np.uint16)),
        (LABELS[np.newaxis], np.ones((1, 4, 6), np.uint16)),
    ],
)
def test_tiles_of_another_kind_are_refused(labels, image):
    accumulator = ms.Accumulator()
    accumulator.update(LABELS, LABELS.astype(np.uint16))
    before = accumulator.table()
    with pytest.raises(ValueError, match="the tiles before have 2-D labels and an image of uint16"):
        accumulator.update(labels, image)
    other = ms.Accumulator()
    other.update(labels, image)
    with pytest.raises(ValueError, match="this accumulator has 2-D labels and an image of uint16"):
        accumulator.merge(other)
    assert accumulator.table() == before


def test_what_was_not_announced_cannot_be_asked_for():
    accumulator = ms.Accumulator(["label", "area"])
    with pytest.raises(ValueError, match=r"update\(\) was not called"):
        accumulator.table()
    accumulator.update(LABELS)
    with pytest.raises(ValueError, match=r"'centroid', and .* made for label, area"):
        accumulator.table("centroid")


def test_others_must_be_made_alike():
    with pytest.raises(ValueError, match=r"other was made with spacing=2, and this .* with 1"):
        ms.Accumulator().merge(ms.Accumulator(spacing=2))
    with pytest.raises(TypeError, match="other must be an Accumulator, not dict"):
        ms.Accumulator().merge({})


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda pair: iter(list(pair))])
def test_others_made_alike_may_have_other_sequences(kind):
    options = {"spacing": (1.0, 0.5), "saturation": (2, 3)}
    parts = [
        ms.Accumulator(["num_saturated", "area"], **options),
        ms.Accumulator(
            kind(["num_saturated", "area"]), **{name: kind(pair) for name, pair in options.items()}
        ),
    ]
    image = np.arange(48).reshape(4, 6, 2) % 5
    for part, rows in zip(parts, (slice(0, 2), slice(2, 4)), strict=True):
        part.update(LABELS[rows], image[rows], offset=(rows.start, 0))
    parts[0].merge(parts[1])
    assert parts[0].table() == ms.measure(LABELS, image, ["num_saturated", "area"], **options)


def test_one_name_is_a_list_of_one():
    accumulator = ms.Accumulator("area")
    accumulator.merge(ms.Accumulator(["area"]))


def test_arguments_changed_afterwards_change_nothing():
    spacing = [1.0, 2.0]
    accumulator = ms.Accumulator("area", spacing=spacing)
    accumulator.update(LABELS)
    spacing[0] = 5.0
    assert accumulator.table()["area"].tolist() == [48.0]


def test_provenance_names_the_axis_that_held_channels():
    for stated, image in [(np.int64(0), np.ones((2, 4, 6))), (None, TWO_CHANNELS)]:
        accumulator = ms.Accumulator("intensity_sum", channel_axis=stated)
        accumulator.update(LABELS, image)
        axis = accumulator.table().provenance["channel_axis"]
        assert (type(axis), axis) == (int, 2 if stated is None else 0)
