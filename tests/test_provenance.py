"""Whatever a result was made with, its provenance is strict JSON, and so are files of it."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mensura as ms
from mensura.provenance import as_json

LABELS = np.array([[1, 1, 0], [0, 2, 2]], np.int32)
IMAGE = np.arange(6, dtype=np.float64).reshape(2, 3)
FRAMES = np.arange(60.0).reshape(3, 4, 5)
PATH = [[1, 1], [1, 3]]

SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

numbers = st.integers() | st.floats() | st.floats(width=32).map(np.float32) | st.booleans()
arrays = st.lists(st.floats(width=32), max_size=3).map(lambda v: np.array(v, np.float32))
values = st.recursive(
    st.none() | st.text() | numbers | st.integers(-128, 127).map(np.int8) | arrays,
    lambda each: (
        st.lists(each, max_size=3)
        | st.lists(each, max_size=3).map(tuple)
        | st.dictionaries(st.text(), each, max_size=3)
    ),
    max_leaves=8,
)


def refuse(word):
    raise AssertionError(f"{word} is not JSON")


def read_strictly(text):
    return json.loads(text, parse_constant=refuse)


@given(values)
def test_any_value_is_kept_as_strict_json_keeps_it(value):
    kept = as_json(value)
    assert read_strictly(json.dumps(kept, allow_nan=False)) == kept
    assert as_json(kept) == kept


@given(st.floats(), st.sampled_from([float, np.float64]))
def test_no_digit_of_a_number_is_lost(number, kind):
    kept = as_json([kind(number)])[0]
    assert kept in SPECIAL or type(kept) is float
    np.testing.assert_equal(float(kept), number)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.int64(5), 5),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.float16(0.5), 0.5),
        (np.bool_(1), True),
        (Fraction(1, 2), 0.5),
        (np.str_("a"), "a"),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array(math.nan), "NaN"),
        *((number, word) for word, number in SPECIAL.items()),
    ],
)
def test_a_value_becomes_one_of_python(value, kept):
    made = as_json(value)
    assert made == kept
    assert type(made) is type(kept)


ONE = np.ones(1)
MAKERS = {
    "Table": lambda provenance: ms.Table({}, provenance=provenance),
    "Profiles": lambda provenance: ms.Profiles(
        ONE,
        np.array([0, 1]),
        ONE,
        ONE.astype(np.int64),
        keys={"profile": [0]},
        provenance=provenance,
    ),
    "PathImage": lambda provenance: ms.PathImage(
        ONE, ONE.astype(np.int64), {"distance": ONE}, provenance=provenance
    ),
}


@pytest.mark.parametrize(
    ("provenance", "named"),
    [
        ({"a": {"b": [1, 1j]}}, r"provenance\['a'\]\['b'\]\[1\].*1j.*complex"),
        ({"a": object}, r"provenance\['a'\].*type"),
        ({"a": b"x"}, r"provenance\['a'\].*bytes"),
        ({1: "a"}, "provenance.*str.*1.*int"),
    ],
)
@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_what_json_does_not_hold_is_refused_where_it_is_given(make, provenance, named):
    with pytest.raises(TypeError, match=named):
        make(provenance)


# ----------------------------------------------------------------------------- options that are odd

ODD_OPTIONS = {
    "saturation -inf": lambda: ms.measure(LABELS, IMAGE, saturation=-math.inf),
    "saturation inf": lambda: ms.measure(LABELS, IMAGE, saturation=math.inf),
    "saturation below float32": lambda: ms.measure(
        LABELS, IMAGE.astype(np.float32), saturation=-1e300
    ),
    "saturation of integers": lambda: ms.measure(
        LABELS, IMAGE.astype(np.uint8), saturation=[-math.inf]
    ),
    "ddof": lambda: ms.measure(LABELS, IMAGE, ddof=np.int8(1), pixel_term=np.bool_(1)),
    "outside NaN": lambda: ms.line_profiles(IMAGE, [[0, 0]], [[1, 2]], outside=math.nan),
    "numbers of NumPy": lambda: ms.line_profiles(
        IMAGE,
        [[0, 0]],
        [[1, 2]],
        step=np.float32(0.5),
        width=np.float16(2),
        order=np.int64(1),
        endpoint=np.bool_(1),
        outside=np.float32(2),
    ),
    "path_profiles": lambda: ms.path_profiles(FRAMES[0], [PATH], n=np.uint8(3), spline=np.bool_(0)),
    "kymograph": lambda: ms.kymograph(FRAMES, PATH, n=np.int32(3), frame_axis=np.int64(0)),
    "straighten": lambda: ms.straighten(FRAMES[0], PATH, np.float32(3), step=Fraction(1, 2)),
    "radial_profiles": lambda: ms.radial_profiles(IMAGE, LABELS, bins=np.int64(2)),
    "measured profiles": lambda: ms.line_profiles(IMAGE, [[0, 0]], [[1, 2]]).measure(
        baseline=np.float32(0.5)
    ),
    "mean of profiles": lambda: ms.line_profiles(IMAGE, [[0, 0]], [[1, 2]]).mean(ddof=np.int64(0)),
}


@pytest.mark.parametrize("make", ODD_OPTIONS.values(), ids=ODD_OPTIONS)
def test_files_of_any_result_hold_strict_json(make, tmp_path):
    made = make()
    table = made if isinstance(made, ms.Table) else made.to_table()
    table.to_csv(tmp_path / "t.csv")
    beside = read_strictly((tmp_path / "t.csv-metadata.json").read_text(encoding="utf-8"))
    assert beside["dc:provenance"] == made.provenance == table.provenance
    parquet = pytest.importorskip("pyarrow.parquet")
    table.to_parquet(tmp_path / "t.parquet")
    metadata = parquet.read_schema(tmp_path / "t.parquet").metadata
    assert read_strictly(metadata[b"mensura"]) == table.provenance


def test_provenance_says_where_saturation_begins_also_where_that_is_no_number():
    below = ms.measure(LABELS, IMAGE, ["label", "num_saturated"], saturation=-math.inf)
    assert below.provenance["saturation"] == ["-Infinity"]
    assert below["num_saturated"].tolist() == [2, 2]
    assert ms.measure(LABELS, IMAGE, saturation=math.inf).provenance["saturation"] == [None]
    accumulator = ms.Accumulator("num_saturated", saturation=-math.inf)
    accumulator.update(LABELS, IMAGE)
    assert accumulator.table().provenance["saturation"] == ["-Infinity"]
