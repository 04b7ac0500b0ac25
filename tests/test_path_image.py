"""What kymograph and straighten return: values with counts, axes, units and channels."""

import json
import re

import numpy as np
import pytest

import mensura as ms

MOVIE = np.random.default_rng(1).random((6, 20, 30, 2))
PATH = np.array([[3, 4], [15, 6], [12, 24]])


def test_a_kymograph_has_counts_distances_and_names():
    masked = MOVIE.copy()
    masked[2, 8:12, :, 1] = np.nan
    got = ms.kymograph(masked, PATH, width=3, step=0.7, channel_axis=-1, channels=["DNA", "actin"])
    assert got.channels == ("DNA", "actin")
    assert got.axes["frame"].tolist() == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(got.distance, got.axes["distance"])
    for frame in range(6):
        want = ms.path_profiles(
            masked[frame], PATH, width=3, step=0.7, endpoint=False, channel_axis=-1
        )
        np.testing.assert_array_equal(got[frame], want.values)
        np.testing.assert_array_equal(got.count[frame], want.count)
        np.testing.assert_array_equal(got.distance, want.distance)
    assert (got.count[2, :, 1] < 3).any()
    assert (got.count[:, :, 0] == 3).all()
    alone = ms.kymograph(masked[..., 1], PATH, width=3, step=0.7)
    assert alone.channels is None
    np.testing.assert_array_equal(alone, got[..., 1])
    np.testing.assert_array_equal(alone.count, got.count[..., 1])
    assert got.provenance["reduce"] == "mean"
    assert got.provenance["image"] == {"shape": [6, 20, 30, 2], "dtype": "<f8"}
    assert (got.provenance["frame_axis"], got.provenance["channel_axis"]) == (0, 3)
    axes = {"frame_axis": np.int64(0), "channel_axis": np.int64(3)}
    assert json.dumps(ms.kymograph(masked, PATH, **axes).provenance)


def test_no_frames_make_a_kymograph_of_none():
    got = ms.kymograph(MOVIE[:0, ..., 0], PATH)
    assert got.shape == got.count.shape == (0, len(got.distance))
    with pytest.raises(ValueError, match="plot has nothing to draw"):
        got.plot()


@pytest.mark.parametrize("spacing", [1, (0.5, 0.25)])
def test_a_straightened_image_has_counts_and_two_axes(spacing):
    image = MOVIE[0].copy()
    image[8:11] = np.nan
    pitch = np.min(spacing)
    got = ms.straighten(image, PATH, 4 * pitch, spacing=spacing, channel_axis=2, order=0)
    assert list(got.axes) == ["distance", "across"]
    np.testing.assert_allclose(got.axes["across"], pitch * np.array([-1.5, -0.5, 0.5, 1.5]))
    np.testing.assert_allclose(got.distance, pitch * np.arange(len(got)))
    np.testing.assert_array_equal(got.count, ~np.isnan(got))
    assert got.shape == (len(got.distance), 4, 2)
    assert 0 < got.count.sum() < got.count.size
    assert got.channels == ("0", "1")


def test_a_straightened_volume_has_three_axes():
    volume = np.random.default_rng(2).random((9, 10, 11))
    got = ms.straighten(volume, [[2, 4, 5], [7, 4, 5]], 3)
    assert list(got.axes) == ["distance", "across-0", "across-1"]
    assert got.axes["across-1"].tolist() == [-1, 0, 1]
    assert got.to_table().columns == ["distance", "across-0", "across-1", "value", "n"]
    with pytest.raises(ValueError, match="plot draws two axes, and this has distance, across-0"):
        got.plot()


def test_it_can_be_used_as_an_array():
    got = ms.kymograph(MOVIE[..., 0], PATH)
    values = np.asarray(got)
    assert np.shares_memory(values, got.values)
    assert not np.shares_memory(np.array(got), got.values)
    assert np.asarray(got, np.float32).dtype == np.float32
    assert (got.shape, got.ndim, got.dtype, len(got)) == (values.shape, 2, np.float64, 6)
    np.testing.assert_array_equal(got - got[0], values - values[0])
    np.testing.assert_array_equal(np.nanmax(got, axis=0), values.max(axis=0))
    np.testing.assert_array_equal(np.stack(list(got)), values)
    with pytest.raises(ValueError, match="read-only"):
        got.values[0, 0] = 1


def test_its_table_has_a_row_for_each_sample_and_channel():
    got = ms.kymograph(MOVIE, PATH, channel_axis=-1, channels=["a", "b"], spacing=0.5)
    table = got.to_table()
    assert table.columns == ["frame", "channel", "distance", "value", "n"]
    frame = table.to_pandas()
    part = frame[(frame["frame"] == 3) & (frame["channel"] == "b")]
    np.testing.assert_array_equal(part["value"], got[3, :, 1])
    np.testing.assert_array_equal(part["distance"], got.distance)
    assert table.units["value"] == "intensity"
    assert table.units["distance"] == got.unit == "unit"
    assert table.provenance["function"] == "kymograph"


@pytest.mark.parametrize("mask", [None, np.zeros((20, 30), bool)])
@pytest.mark.parametrize("threads", [1, 3])
def test_an_error_in_a_function_names_the_frame_and_the_channel(mask, threads):
    movie = np.ones((90, 20, 30, 2))
    movie[2, 12, 20, 1] = 0  # far along the path
    movie[40, 3, 4, 0] = 0  # in its first sample
    movie[80] = 0

    def inverse(samples):
        return 1 / samples.min()

    for reduce in (inverse, ms.profile_reducer(inverse)):
        options = {"reduce": reduce, "mask": mask, "threads": threads, "order": 0}
        with pytest.raises(RuntimeError, match="inverse failed for the path in frame 2, channel b"):
            ms.kymograph(movie, [[3, 4], [12, 4], [12, 25]], n=2000, channel_axis=3,
                         channels=["a", "b"], **options)  # fmt: skip
        with pytest.raises(RuntimeError, match=r"the path in frame 40: (Zero|Run)"):
            ms.kymograph(movie[..., 0], PATH, **options)
        options.pop("mask")
        with pytest.raises(RuntimeError, match="inverse failed for profile 1 in channel 1"):
            ms.line_profiles(
                movie[2], [[0, 0], [12, 0]], [[0, 29], [12, 29]], channel_axis=2, **options
            )


def test_the_picture_has_axes_in_units():
    figure = pytest.importorskip("matplotlib.figure")
    got = ms.kymograph(MOVIE, PATH, channel_axis=-1, channels=["a", "b"], spacing=0.5)
    axes = got.plot("b", ax=figure.Figure().subplots())
    assert axes.get_xlabel() == "distance (unit)"
    assert axes.get_ylabel() == "frame"
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # frames run down
    np.testing.assert_array_equal(
        axes.collections[0].get_array().reshape(got.shape[:2]), got[..., 1]
    )
    assert axes.get_xlim() == (-0.25, got.distance[-1] + 0.25)
    straight = ms.straighten(MOVIE[0, ..., 0], PATH, 1)
    axes = straight.plot(ax=figure.Figure().subplots())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("across (pixel)", "distance (pixel)")
    assert axes.get_xlim() == (-0.5, 0.5)
    for wrong in ("c", 2, -1):
        with pytest.raises(ValueError, match=r"channel must be one of \['a', 'b'\]"):
            got.plot(wrong)
    with pytest.raises(ValueError, match="channel is 0, and there are no channels"):
        straight.plot(0)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"values": np.ones((2, 3), np.float32)}, TypeError, "values must be of dtype float64"),
        ({"values": np.ones((3, 3))}, ValueError, "values has shape (3, 3); axes and channels ask"),
        ({"count": np.ones(3, np.int64)}, ValueError, "count has shape (3,)"),
        ({"axes": {"time": [0, 1], "distance": [0, 1, 2]}}, ValueError, "axes must be distance"),
        ({"axes": {"frame": [0, 1], "across": [0, 1, 2]}}, ValueError, "axes must be distance"),
        ({"channels": ["a"]}, ValueError, "ask for (2, 3, 1)"),
    ],
)
def test_bad_input(change, error, message):
    good = {
        "values": np.ones((2, 3)),
        "count": np.ones((2, 3), np.int64),
        "axes": {"frame": [0, 1], "distance": [0.0, 1, 2]},
    }
    with pytest.raises(error, match=re.escape(message)):
        ms.PathImage(**good | change)
