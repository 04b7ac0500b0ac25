"""Profiles as a result: a sequence, a table, on one axis, means, peaks and edges, pictures."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import profile_shapes as oracle

import mensura as ms
from mensura.profiles import resampling
from mensura.profiles.shape import SHAPES


def profiles_of(lists, *, channels=None, lengths=None, keys=None, unit="um", statistics=None):
    """Profiles from lists of (distance, value) pairs; a value is a number, or one per channel."""
    flat = [sample for samples in lists for sample in samples]
    shape = (len(flat),) if channels is None else (len(flat), len(channels))
    values = np.array([v for _, v in flat], np.float64).reshape(shape)
    return ms.Profiles(
        values,
        np.cumsum([0, *map(len, lists)]),
        np.array([d for d, _ in flat], np.float64),
        np.isfinite(values).astype(np.int64),
        keys=keys or {"profile": np.arange(len(lists))},
        channels=channels,
        statistics=statistics,
        closed=lengths is not None,
        length=None if lengths is None else np.array(lengths, np.float64),
        unit=unit,
    )


# Few levels, so that plateaus, ties and values on a level are common; NaN and infinity are skipped.
numbers = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, 8.0, -1.5, math.nan, math.inf]) | st.floats(
    -1e3, 1e3
)


@st.composite
def one_profile(draw, closed=False):
    values = draw(st.lists(numbers, max_size=9))
    steps = draw(st.lists(st.sampled_from([0.5, 1.0, 0.0, 2.0]), min_size=9, max_size=9))
    if closed:
        steps = [step or 0.5 for step in steps]
    start = draw(st.sampled_from([0.0, -2.0, 3.5]))
    distances = [start + sum(steps[:k]) for k in range(len(values))]
    samples = list(zip(distances, values, strict=True))
    return samples, sum(steps[: len(values)]) if closed else None


@st.composite
def many_profiles(draw):
    closed = draw(st.booleans())
    drawn = draw(st.lists(one_profile(closed), min_size=1, max_size=5))
    lists = [samples for samples, _ in drawn]
    lengths = [length for _, length in drawn] if closed else None
    return lists, lengths


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(resampling, "_AT_ONCE", 7)


# ------------------------------------------------------------------------------------- a sequence


def three():
    return profiles_of(
        [[(0, 1), (1, 2), (2, 3)], [], [(0, 4), (1, 5)]],
        keys={"label": np.array([3, 5, 9]), "is_hole": np.array([False, True, False])},
    )


def test_one_profile_is_a_view():
    profiles = three()
    assert len(profiles) == 3
    assert profiles[2].values.tolist() == [4, 5]
    assert profiles[-3].distance.tolist() == [0, 1, 2]
    assert profiles[2].keys == {"label": 9, "is_hole": False}
    assert np.shares_memory(profiles[0].values, profiles.values)
    assert not profiles[0].values.flags.writeable
    assert [len(profile) for profile in profiles] == [3, 0, 2]
    with pytest.raises(IndexError, match="profile 3 of 3"):
        profiles[3]


@pytest.mark.parametrize(
    "which",
    [
        slice(1, 3),
        slice(None, None, -1),
        slice(2, 1),
        [2, 0, 0],
        [-1],
        np.array([True, False, True]),
    ],
)
def test_parts_are_those_profiles(which):
    profiles = three()
    part = profiles[which]
    numbers = np.arange(3)[which]
    assert [p.values.tolist() for p in part] == [profiles[int(k)].values.tolist() for k in numbers]
    assert part.keys["label"].tolist() == profiles.keys["label"][numbers].tolist()
    assert part.offsets[0] == 0


def test_a_slice_shares_memory():
    profiles = three()
    assert np.shares_memory(profiles[1:].values, profiles.values)


def test_parts_that_are_not_there():
    profiles = three()
    with pytest.raises(IndexError, match="a mask of 2 for 3 profiles"):
        profiles[np.array([True, False])]
    with pytest.raises(IndexError, match="profile 3 of 3"):
        profiles[[0, 3]]
    with pytest.raises(TypeError, match="integers or bools"):
        profiles[[0.5]]


def test_what_was_given_is_not_copied_and_not_written():
    values = np.arange(3.0)
    profiles = ms.Profiles(
        values, np.array([0, 3]), values + 1, np.ones(3, np.int64), keys={"profile": [0]}
    )
    assert np.shares_memory(profiles.values, values)
    assert values.flags.writeable
    assert not profiles.values.flags.writeable


def test_what_is_shown():
    assert (
        repr(three()) == "Profiles: 3 profiles; 0 to 3 samples; distance in um, by label, is_hole"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.zeros((3, 1))}, r"values has shape \(3, 1\); .* ask for \(3,\)"),
        ({"values": np.array(1.0)}, r"values has shape \(\); .* ask for \(S,\)"),
        ({"values": np.zeros(4)}, "begin with 0 and end with the 4 samples"),
        ({"distance": np.arange(4.0)}, r"distance has shape \(4,\), and values \(3,\)"),
        ({"offsets": np.array([0, 2])}, "offsets must be 1-D, begin with 0 and end with the 3"),
        ({"offsets": np.array([0, 2, 1, 3])}, r"offsets\[2\] = 1"),
        ({"count": np.zeros(2, np.int64)}, r"count has shape \(2,\)"),
        ({"distance": np.array([0.0, 2, 1])}, "distance decreases at sample 2, in profile 0"),
        ({"keys": {}}, "keys must have a column"),
        ({"keys": {"label": [1, 2]}}, r"keys\['label'\] has shape \(2,\), and there are 1"),
        ({"channels": ["a", "b"]}, r"ask for \(3, 2\)"),
        ({"statistics": {"median": np.zeros(3)}}, "not 'median'"),
        ({"statistics": {"std": np.zeros(2)}}, r"std has shape \(2,\)"),
        ({"length": np.ones(1)}, "closed is False"),
        ({"closed": True, "length": np.ones(2)}, r"length has shape \(2,\)"),
    ],
)
def test_what_does_not_fit(change, message):
    given_ = {
        "values": np.zeros(3),
        "offsets": np.array([0, 3]),
        "distance": np.arange(3.0),
        "count": np.ones(3, np.int64),
        "keys": {"profile": [0]},
    } | change
    with pytest.raises(ValueError, match=message):
        ms.Profiles(**given_)


def test_distances_may_be_found_when_they_are_asked_for():
    asked = []

    def distance():
        asked.append(1)
        return np.array([0.0, 0.5, 1.0])

    given_ = {"count": np.ones(3, np.int64), "keys": {"profile": [0]}}
    profiles = ms.Profiles(np.zeros(3), np.array([0, 3]), distance, **given_)
    assert len(profiles) == 1
    assert not asked
    assert profiles.distance.tolist() == profiles[0].distance.tolist() == [0, 0.5, 1]
    assert asked == [1]
    again = pickle.loads(pickle.dumps(profiles))  # the function, which cannot be pickled, is let go
    assert again.distance.tolist() == [0, 0.5, 1]
    wrong = ms.Profiles(np.zeros(3), np.array([0, 3]), lambda: np.arange(4.0), **given_)
    with pytest.raises(ValueError, match="distance has shape"):
        wrong.to_table()


def test_lines_are_pickled_before_their_distances_are_asked_for():
    profiles = ms.line_profiles(np.eye(9), [[1, 1]], [[7, 7]], n=4)
    again = pickle.loads(pickle.dumps(profiles))
    assert again.distance.tobytes() == profiles.distance.tobytes()


def test_other_dtypes_are_not_converted():
    with pytest.raises(TypeError, match="values must be of dtype float64, not float32"):
        ms.Profiles(
            np.zeros(3, np.float32),
            np.array([0, 3]),
            np.arange(3.0),
            np.ones(3, int),
            keys={"p": [0]},
        )


# --------------------------------------------------------------------------------------- the table


def test_table_is_tidy():
    profiles = profiles_of(
        [[(0, (1, 10)), (0.5, (2, math.nan))], [(0, (3, 30))]],
        channels=["DNA", "actin"],
        keys={"label": np.array([4, 7])},
        statistics={"std": np.arange(6.0).reshape(3, 2)},
    )
    table = profiles.to_table()
    assert table.columns == ["label", "channel", "distance", "value", "n", "std"]
    frame = table.to_pandas()
    assert frame["label"].tolist() == [4, 4, 4, 4, 7, 7]
    assert frame["channel"].tolist() == ["DNA", "actin"] * 3
    assert frame["distance"].tolist() == [0, 0, 0.5, 0.5, 0, 0]
    assert np.array_equal(frame["value"], [1, 10, 2, math.nan, 3, 30], equal_nan=True)
    assert frame["n"].tolist() == [1, 1, 1, 0, 1, 1]
    assert frame["std"].tolist() == [0, 1, 2, 3, 4, 5]
    assert table.units["distance"] == "um"
    assert table.units["value"] == table.units["std"] == "intensity"
    assert all(table.definitions[name] for name in ("distance", "value", "n", "std"))


def test_table_shares_the_samples():
    profiles = three()
    assert np.shares_memory(profiles.to_table()["value"], profiles.values)


def test_table_goes_into_files(tmp_path):
    pytest.importorskip("pyarrow", reason="needs pyarrow (the extra io)")
    import pandas as pd

    table = three().to_table()
    table.to_parquet(tmp_path / "profiles.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "profiles.parquet"), table.to_pandas())


# --------------------------------------------------------------------------------- on one axis


@given(many_profiles(), st.integers(1, 7), st.booleans())
def test_matrix_is_the_lines_between_the_samples(drawn, n, relative):
    lists, lengths = drawn
    profiles = profiles_of(lists, lengths=lengths)
    axis = profiles.common_axis(n, relative=relative)
    matrix = profiles.to_matrix(n, relative=relative)
    assert matrix.shape == (len(lists), n)
    for k, samples in enumerate(lists):
        length = None if lengths is None else lengths[k]
        scaled = oracle.relative(samples, length) if relative else (samples, length)
        expected = [oracle.at(scaled[0], place, scaled[1]) for place in axis.tolist()]
        np.testing.assert_allclose(matrix[k], expected, rtol=1e-12, atol=1e-12)


@given(many_profiles())
def test_matrix_without_n_has_every_sample_of_profiles_that_begin_alike(drawn):
    lists, _ = drawn
    longest = max(len(samples) for samples in lists)
    lists = [[(0.1 * k, v) for k, (_, v) in enumerate(samples)] for samples in lists]
    matrix = profiles_of(lists).to_matrix()
    assert matrix.shape == (len(lists), max(longest, 1))
    for row, samples in zip(matrix, lists, strict=True):
        assert np.array_equal(row[: len(samples)], [v for _, v in samples], equal_nan=True)
        assert np.isnan(row[len(samples) :]).all()


def test_matrix_of_channels():
    profiles = profiles_of([[(0, (1, 10)), (1, (3, math.nan))]], channels=["a", "b"])
    expected = [[[1, 10], [2, math.nan], [3, math.nan]]]
    assert np.array_equal(profiles.to_matrix(3), expected, equal_nan=True)


@pytest.mark.parametrize("n", [0, -1, [], [1, 1], [0, math.nan], [[0, 1]]])
def test_axes_that_are_none(n):
    with pytest.raises(ValueError, match="n must be"):
        three().common_axis(n)


@pytest.mark.parametrize("n", [True, 2.5])
def test_numbers_of_points_that_are_none(n):
    with pytest.raises(TypeError, match="n must be an integer"):
        three().common_axis(n)


# ------------------------------------------------------------------------------ peaks and edges


baselines = st.sampled_from(["min", "ends", 0.0, 1.0, -2.0])


@given(many_profiles(), baselines, st.sampled_from([0.5, 0.25]), st.sampled_from([0.9, 0.5]))
def test_measure(drawn, baseline, edge_fraction, plateau_fraction):
    lists, lengths = drawn
    options = {
        "baseline": baseline,
        "edge_fraction": edge_fraction,
        "plateau_fraction": plateau_fraction,
    }
    table = profiles_of(lists, lengths=lengths).measure(**options)
    assert table.columns == ["profile", *SHAPES]
    for k, samples in enumerate(lists):
        expected = oracle.measure(samples, lengths and lengths[k], **options)
        for name in SHAPES:
            default = False if name.endswith("_found") else math.nan
            np.testing.assert_allclose(
                table[name][k], expected.get(name, default), rtol=1e-9, atol=1e-9, err_msg=name
            )


def test_blocks_and_channels_change_nothing(small_blocks):
    rng = np.random.default_rng(3)
    lists = [
        [(d, tuple(rng.integers(0, 9, 2))) for d in range(size)] for size in rng.integers(0, 12, 50)
    ]
    both = profiles_of(lists, channels=["a", "b"])
    table = both.measure()
    for c, channel in enumerate("ab"):
        single = profiles_of([[(d, v[c]) for d, v in samples] for samples in lists])
        chosen = table["channel"] == channel
        for k in range(50):
            alone = single[k : k + 1].measure()
            for name in SHAPES:
                assert np.array_equal(table[name][chosen][k], alone[name][0], equal_nan=True)
        assert np.array_equal(both.to_matrix(5)[:, :, c], single.to_matrix(5), equal_nan=True)


def test_width_of_a_triangle_and_a_step():
    triangle = [(0.5 * k, max(0.0, 4 - abs(k - 6))) for k in range(13)]
    step = [(k, 10.0 if k < 4 else 2.0) for k in range(8)]
    table = profiles_of([triangle, step]).measure()
    assert table["fwhm"].tolist()[0] == 2.0
    assert math.isnan(table["fwhm"][1])
    assert table["half_left_found"].tolist() == [True, False]
    assert table["half_right_found"].tolist() == [True, True]
    assert table["edge_position"][1] == 3.5
    assert table["slope_max"][1] == -8
    assert table["plateau"][1] == 10


def test_a_peak_over_the_seam_of_a_closed_profile():
    around = [(float(k), v) for k, v in enumerate([8.0, 4, 0, 0, 0, 4])]
    table = profiles_of([around], lengths=[6.0]).measure()
    assert [table[name].item() for name in ("half_left", "half_right", "fwhm")] == [-1, 1, 2]
    assert table["area"].item() == 16


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"baseline": "mean"}, ValueError),
        ({"baseline": math.nan}, ValueError),
        ({"edge_fraction": 0}, ValueError),
        ({"edge_fraction": "half"}, TypeError),
        ({"plateau_fraction": 1.0}, ValueError),
    ],
)
def test_options_that_are_none(options, error):
    with pytest.raises(error, match=next(iter(options))):
        three().measure(**options)


# --------------------------------------------------------------------------------------- means


@given(many_profiles(), st.integers(1, 5), st.integers(0, 1), st.data())
def test_means_over_groups(drawn, n, ddof, data):
    lists, lengths = drawn
    groups = data.draw(st.lists(st.sampled_from([4, 7]), min_size=len(lists), max_size=len(lists)))
    profiles = profiles_of(lists, lengths=lengths)
    matrix = profiles.to_matrix(n)
    matrix[~np.isfinite(matrix)] = np.nan
    means = profiles.mean(np.array(groups), n, ddof=ddof)
    assert means.keys["group"].tolist() == sorted(set(groups))
    for k, group in enumerate(sorted(set(groups))):
        rows = matrix[np.array(groups) == group]
        assert means.keys["profiles"][k] == len(rows)
        for j in range(n):
            column = rows[~np.isnan(rows[:, j]), j]
            assert means[k].count[j] == len(column)
            expected = column.mean() if len(column) else math.nan
            spread = column.std(ddof=ddof) if len(column) > ddof else math.nan
            np.testing.assert_allclose(means[k].values[j], expected, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(means[k].statistics["std"][j], spread, rtol=1e-7, atol=1e-6)
            if len(column):
                assert means[k].statistics["min"][j] == column.min()
                assert means[k].statistics["max"][j] == column.max()


@pytest.mark.parametrize("other", [1e-170, 1e160, 1e200])
def test_spread_over_a_group_that_double_does_not_hold_is_nan(other):
    """Not 0 or infinite, which is what squares are then; of equal values it is 0."""
    profiles = profiles_of([[(0, 3), (1, 0)], [(0, 3), (1, other)]])
    means = profiles.mean()
    assert means[0].statistics["max"].tolist() == [3, other]
    assert means[0].values.tolist() == [3, other / 2]
    np.testing.assert_array_equal(means[0].statistics["std"], [0, np.nan])


def test_the_mean_of_equal_profiles_is_what_they_are(small_blocks):
    """Also of values whose sum is rounded."""
    means = profiles_of([[(0, 0.1), (1, 1e9 / 7)]] * 41).mean()
    assert means[0].values.tolist() == [0.1, 1e9 / 7]
    assert means[0].statistics["std"].tolist() == [0, 0]


def test_means_in_blocks(small_blocks):
    rng = np.random.default_rng(0)
    lists = [[(d, 1e9 + v) for d, v in enumerate(rng.random(4))] for _ in range(40)]
    profiles = profiles_of(lists, keys={"label": rng.integers(0, 3, 40)})
    means = profiles.mean(by="label")
    for k, label in enumerate(means.keys["label"]):
        rows = profiles.to_matrix()[profiles.keys["label"] == label] - 1e9
        np.testing.assert_allclose(means[k].values - 1e9, rows.mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(means[k].statistics["std"], rows.std(axis=0), rtol=1e-5)


def test_means_of_closed_profiles_by_fraction_are_closed():
    means = profiles_of([[(0, 1), (1, 3)]] * 2, lengths=[2.0, 2.0]).mean(n=4, relative=True)
    assert means.closed
    assert means[0].values.tolist() == [1, 2, 3, 2]
    assert means.unit == "fraction of length"


def test_groups_that_are_none():
    with pytest.raises(ValueError, match="one of the keys"):
        three().mean(by="cell")
    with pytest.raises(ValueError, match=r"by has shape \(2,\)"):
        three().mean(by=[1, 2])


# ------------------------------------------------------------------------------------- pictures


@pytest.fixture
def axes():
    figure = pytest.importorskip("matplotlib.figure")
    return figure.Figure().subplots()


def test_plot_draws_means_with_a_band(axes):
    profiles = profiles_of([[(0, 1), (1, 2)], [(0, 3), (1, 6)], [(0, 0), (1, 0)]])
    assert profiles.plot(by=np.array([0, 0, 1]), ax=axes) is axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[2, 4], [0, 0]]
    band = axes.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == (1, 6)
    assert axes.get_xlabel() == "distance (um)"
    assert axes.get_ylabel() == "intensity"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["group 0", "group 1"]


@pytest.mark.parametrize(
    ("band", "top"), [("sem", 4 + 2 / math.sqrt(2)), ("range", 6), (None, None)]
)
def test_bands(axes, band, top):
    profiles_of([[(0, 1), (1, 2)], [(0, 3), (1, 6)]]).plot(band=band, ax=axes)
    if top is None:
        assert not axes.collections
    else:
        assert axes.collections[0].get_paths()[0].vertices[:, 1].max() == pytest.approx(top)


def test_plot_of_each_profile_and_channel(axes):
    profiles = profiles_of([[(0, (1, 5)), (1, (2, 6))]] * 2, channels=["a", "b"])
    profiles.plot(individual=True, ax=axes)
    assert len(axes.lines) == 2
    assert sum(len(drawn.get_paths()) == 2 for drawn in axes.collections) == 2
    with pytest.raises(ValueError, match="band must be one of"):
        profiles.plot(band="iqr", ax=axes)
