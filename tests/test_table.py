"""``Table``: a read-only dict of columns that goes into pandas, CSV and Parquet without loss."""

import copy
import csv
import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from oracles.agreement import assert_same_bits

import mensura as ms


def table_of(count, **settings):
    """A table of ``count`` objects with integer, float and boolean columns, and a NaN."""
    labels = np.zeros((3, 2 * count + 1), np.int32)
    labels[1, 1::2] = np.arange(1, count + 1)
    image = np.arange(labels.size, dtype=float).reshape(labels.shape)
    image[1, 1:2] = np.nan
    settings = {"measurements": "all", "spacing": 0.1} | settings
    return ms.measure(labels, image, **settings)


@pytest.fixture
def table():
    return table_of(5)


# --------------------------------------------------------------------------------- as a dict


def test_it_is_a_dict_of_one_dimensional_arrays(table):
    assert isinstance(table, dict)
    assert isinstance(table, ms.Table)
    assert table.columns == list(table) == list(table.keys())
    assert isinstance(table.columns, list)
    assert table.num_rows == 5
    for column, values in table.items():
        assert isinstance(column, str)
        assert isinstance(values, np.ndarray)
        assert values.shape == (5,)
    assert table["label"] is table.get("label")
    assert "nothing" not in table
    with pytest.raises(KeyError, match="nothing"):
        table["nothing"]


MUTATIONS = {
    "set": lambda t: t.__setitem__("label", np.zeros(5)),
    "delete": lambda t: t.__delitem__("label"),
    "update": lambda t: t.update(label=np.zeros(5)),
    "pop": lambda t: t.pop("label"),
    "pop a missing column": lambda t: t.pop("nothing", None),
    "popitem": lambda t: t.popitem(),
    "clear": lambda t: t.clear(),
    "setdefault": lambda t: t.setdefault("new", np.zeros(5)),
    "in-place union": lambda t: t.__ior__({"new": np.zeros(5)}),
}


@pytest.mark.parametrize("mutate", MUTATIONS.values(), ids=MUTATIONS)
def test_it_is_read_only(table, mutate):
    before = dict(table)
    with pytest.raises(TypeError, match=r"read-only|read only"):
        mutate(table)
    assert_same_bits(table, before)


def test_a_dict_of_it_can_be_changed(table):
    plain = dict(table)
    plain["new"] = np.zeros(5)
    assert "new" not in table


def test_no_objects():
    table = table_of(0)
    assert table.num_rows == 0
    assert table.columns == table_of(3).columns
    assert len(table.to_pandas()) == 0


# ------------------------------------------------------------------------------ what it knows


def test_units_name_every_column(table):
    assert list(table.units) == table.columns
    assert all(isinstance(unit, str) for unit in table.units.values())
    assert table.units["area"] != table.units["centroid-0"]
    assert table.units["centroid-0"] == table.units["axis_major_length"]


def test_definitions_name_every_column(table):
    assert list(table.definitions) == table.columns
    listed = ms.measurements()
    rows = zip(listed["columns"], listed["definition"], strict=True)
    expected = {column: text for columns, text in rows for column in columns.split()}
    assert table.definitions == {column: expected[column] for column in table}
    assert not any("\n" in text for text in table.definitions.values())


def test_columns_of_channels_have_units_and_definitions():
    image = np.ones((1, 2, 2))
    table = ms.measure(
        np.array([[1, 2]]), image, ["intensity_mean", "centroid"], channels=["a", "b"]
    )
    assert table.definitions["intensity_mean-a"] == table.definitions["intensity_mean-b"] != ""
    assert table.definitions["centroid-0"] == table.definitions["centroid-1"] != ""
    assert set(table.units.values()) == {"intensity", "pixel"}


def test_units_and_definitions_are_empty_where_not_given():
    table = ms.Table({"a": [1], "b": [2]}, {"a": "m", "c": "s"}, {}, {"b": "what b is"})
    assert table.units == {"a": "m", "b": ""}
    assert table.definitions == {"a": "", "b": "what b is"}
    table.units["b"] = table.definitions["a"] = "changed"
    assert (table.units["b"], table.definitions["a"]) == ("", "")


def test_provenance_names_every_option_and_what_it_was_by_default():
    labels = np.array([[1, 2]], np.uint16)
    assert ms.measure(labels, measurements="area").provenance == {
        "version": ms.__version__,
        "measurements": ["area"],
        "labels": {"shape": [1, 2], "dtype": "<u2"},
        "image": None,
        "channel_axis": None,
        "frame_axis": None,
        "mask": False,
        "saturation": None,
        "channels": None,
        "spacing": [1.0, 1.0],
        "ddof": 0,
        "pixel_term": False,
        "orientation_reference": "rows",
    }
    image = np.zeros((2, 1, 2), np.uint8)
    given = {"spacing": 0.5, "channel_axis": 0, "channels": ["a", "b"]}
    provenance = ms.measure(labels, image, "intensity_max", **given).provenance
    assert provenance["image"] == [{"shape": [1, 2], "dtype": "|u1"}] * 2
    assert provenance["spacing"] == [0.5, 0.5]
    assert (provenance["channel_axis"], provenance["channels"]) == (0, ["a", "b"])


@pytest.mark.parametrize("given", [0, -3, np.int64(0), np.int8(-3)])
def test_provenance_has_the_axis_of_channels_however_it_was_given(given):
    image = np.zeros((2, 1, 2), np.uint8)
    table = ms.measure(np.array([[1, 2]]), image, "intensity_max", channel_axis=given)
    assert json.loads(json.dumps(table.provenance))["channel_axis"] == 0


def test_provenance_has_the_axis_of_channels_that_was_not_given():
    table = ms.measure(np.array([[1, 2]]), np.zeros((1, 2, 3)), "intensity_max")
    assert table.provenance["channel_axis"] == 2


def test_a_saturation_of_infinity_is_none_in_floating_images():
    labels, image = np.array([[1, 2]]), np.zeros((1, 2))
    for saturation in (np.inf, np.float32(np.inf), 10**400):
        table = ms.measure(labels, image, "num_saturated", saturation=saturation)
        assert json.dumps(table.provenance["saturation"], allow_nan=False) == "[null]"


def test_provenance_is_json_and_says_how_it_was_measured(table):
    assert json.loads(json.dumps(table.provenance)) == table.provenance
    text = json.dumps(table.provenance)
    assert ms.__version__ in text
    assert "spacing" in text
    assert "0.1" in text


# -------------------------------------------------------------------------------------- pandas


def test_pandas_takes_it_as_it_is(table):
    frame = pd.DataFrame(table)
    assert list(frame.columns) == table.columns
    assert_same_bits({column: frame[column].to_numpy() for column in frame}, table)


def test_to_pandas_shares_memory(table):
    frame = table.to_pandas()
    assert list(frame.columns) == table.columns
    for column in table:
        assert np.shares_memory(frame[column].to_numpy(), table[column]), column
    assert_same_bits({column: frame[column].to_numpy() for column in frame}, table)


# --------------------------------------------------------------------------------------- files


@pytest.mark.parametrize("count", [0, 1, 300])
def test_csv_round_trip(count, tmp_path):
    table = table_of(count)
    path = tmp_path / "objects.csv"
    table.to_csv(path)
    header, *rows = csv.reader(path.read_text().splitlines())
    assert header == table.columns
    assert len(rows) == count
    for column, cells in zip(header, zip(*rows, strict=True), strict=False):
        read = [FROM_TEXT[table[column].dtype.kind](cell) for cell in cells]
        np.testing.assert_array_equal(np.array(read), table[column], err_msg=column)


# How the text of a cell reads back: a float that is missing is NaN.
FROM_TEXT = {
    "i": int,
    "b": {"True": True, "False": False}.__getitem__,
    "f": lambda cell: float(cell or "nan"),
}


def test_csv_keeps_the_largest_ids(tmp_path):
    labels = np.array([[2**64 - 1, 0, 2**63]], np.uint64)
    ms.measure(labels).to_csv(str(tmp_path / "objects.csv"))
    lines = (tmp_path / "objects.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["label", str(2**63), str(2**64 - 1)]


def read_metadata(path):
    return json.loads((path.parent / f"{path.name}-metadata.json").read_text("utf-8"))


def test_csv_has_its_metadata_beside_it(table, tmp_path):
    path = tmp_path / "my objects.csv"
    table.to_csv(path)
    assert names_in(tmp_path) == ["my objects.csv", "my objects.csv-metadata.json"]
    metadata = read_metadata(path)
    assert metadata["@context"] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == "my%20objects.csv"
    assert metadata["dc:provenance"] == table.provenance
    columns = metadata["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == table.columns
    units = {column["titles"]: column.get("schema:unitText", "") for column in columns}
    assert units == table.units
    definitions = {column["titles"]: column["dc:description"] for column in columns}
    assert definitions == table.definitions


def test_csv_metadata_tells_the_types_of_columns(tmp_path):
    codes = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]
    columns = {code: np.zeros(1, code) for code in codes}
    columns |= {"bool": np.array([True]), "text": np.array(["a"], object)}
    ms.Table(columns).to_csv(tmp_path / "a.csv")
    described = read_metadata(tmp_path / "a.csv")["tableSchema"]["columns"]
    assert {column["titles"]: column["datatype"] for column in described} == {
        "i1": "byte",
        "u1": "unsignedByte",
        "i2": "short",
        "u2": "unsignedShort",
        "i4": "int",
        "u4": "unsignedInt",
        "i8": "long",
        "u8": "unsignedLong",
        "f4": "float",
        "f8": "double",
        "bool": {"base": "boolean", "format": "True|False"},
        "text": "string",
    }


def test_csv_metadata_properties_are_those_of_the_vocabulary(table, tmp_path):
    table.to_csv(tmp_path / "a.csv")
    metadata = read_metadata(tmp_path / "a.csv")
    assert set(metadata) == {"@context", "url", "tableSchema", "dc:provenance"}
    assert set(metadata["tableSchema"]) == {"columns"}
    allowed = {"titles", "datatype", "schema:unitText", "dc:description"}
    assert all(set(column) <= allowed for column in metadata["tableSchema"]["columns"])


@pytest.mark.parametrize(("writer", "name"), [("to_csv", "a.csv"), ("to_parquet", "a.parquet")])
def test_the_same_table_makes_the_same_files(table, writer, name, tmp_path):
    contents = []
    for k, twin in enumerate([table, table_of(5), pickle.loads(pickle.dumps(table))]):
        folder = tmp_path / str(k)
        folder.mkdir()
        getattr(twin, writer)(folder / name)
        contents.append({file: (folder / file).read_bytes() for file in names_in(folder)})
    assert contents[0] == contents[1] == contents[2]


@pytest.mark.parametrize("failing", ["table", "metadata"])
def test_csv_and_metadata_are_both_written_or_neither(table, tmp_path, monkeypatch, failing):
    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.csv"
    table_of(2).to_csv(path)
    before = {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)}
    owner, method = (pd.DataFrame, "to_csv") if failing == "table" else (Path, "write_text")
    monkeypatch.setattr(owner, method, fail)
    with pytest.raises(OSError, match="No space left"):
        table.to_csv(path)
    monkeypatch.undo()
    assert {name: (tmp_path / name).read_bytes() for name in names_in(tmp_path)} == before


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_csv_quotes_names_that_hold_commas(tmp_path):
    image = np.ones((1, 2, 2))
    table = ms.measure(np.array([[1, 2]]), image, "intensity_mean", channels=["a,b", 'c"d'])
    table.to_csv(tmp_path / "objects.csv")
    assert list(pd.read_csv(tmp_path / "objects.csv").columns) == table.columns


@pytest.mark.parametrize("count", [0, 1, 300])
def test_parquet_round_trip(count, tmp_path):
    table = table_of(count)
    path = tmp_path / "objects.parquet"
    table.to_parquet(path)
    read = pq.read_table(path)
    assert read.column_names == table.columns
    assert_same_bits({name: read[name].to_numpy() for name in table}, table)
    assert_same_bits(
        {name: column.to_numpy() for name, column in pd.read_parquet(path).items()}, table
    )


def test_parquet_keeps_units_definitions_and_provenance(table, tmp_path):
    table.to_parquet(tmp_path / "objects.parquet")
    schema = pq.read_schema(tmp_path / "objects.parquet")
    assert json.loads(schema.metadata[b"mensura"]) == table.provenance
    units = {field.name: field.metadata[b"unit"].decode() for field in schema}
    assert units == table.units
    definitions = {field.name: field.metadata[b"definition"].decode() for field in schema}
    assert definitions == table.definitions


def test_parquet_keeps_the_largest_ids(tmp_path):
    labels = np.array([[2**64 - 1, 0, 2**63]], np.uint64)
    ms.measure(labels).to_parquet(str(tmp_path / "objects.parquet"))
    assert pq.read_table(tmp_path / "objects.parquet")["label"].to_pylist() == [2**63, 2**64 - 1]


def test_parquet_of_text_and_of_nothing(tmp_path):
    ms.measurements().to_parquet(tmp_path / "listed.parquet")
    read = pd.read_parquet(tmp_path / "listed.parquet")
    assert read["name"].tolist() == ms.measurements()["name"].tolist()
    ms.Table({}, provenance={"version": "1"}).to_parquet(tmp_path / "none.parquet")
    assert pq.read_table(tmp_path / "none.parquet").shape == (0, 0)


@pytest.mark.parametrize("writer", ["to_csv", "to_parquet"])
def test_a_folder_that_is_not_there_is_an_error(table, writer, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        getattr(table, writer)(tmp_path / "nowhere" / "objects")


# ---------------------------------------------------------------------------------------- text


def test_repr_of_few_rows_shows_them_all():
    table = table_of(3, measurements=["label", "area"], spacing=1)
    text = repr(table)
    assert "label" in text
    assert "area" in text
    rows = [line.split() for line in text.splitlines()]
    assert all(any(label in row for row in rows) for label in ("1", "2", "3"))


def test_repr_of_no_rows_names_the_columns():
    text = repr(table_of(0, measurements=["label", "area"]))
    assert "label" in text
    assert "area" in text
    assert "0" in text


def test_repr_of_many_rows_shows_the_first_and_the_last():
    text = repr(table_of(54321, measurements=["label", "area"]))
    assert len(text.splitlines()) < 40
    words = text.replace("|", " ").split()
    assert "1" in words
    assert "54321" in words
    assert "27000" not in words


def test_repr_of_many_columns_stays_narrow_enough_to_read():
    table = table_of(5)
    text = repr(table)
    assert "label" in text
    assert len(text) < 160 * len(table)


@pytest.mark.parametrize("count", [0, 3, 1000])
def test_html_is_one_short_table(count):
    html = table_of(count, measurements=["label", "area"])._repr_html_()
    assert html.count("<table") == html.count("</table>") == 1
    assert "label" in html
    assert html.count("<tr") < 50


def test_html_escapes_channel_names():
    table = ms.measure(np.array([[1]]), np.ones((1, 1, 1)), "intensity_mean", channels=["<b>x"])
    html = table._repr_html_()
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html


# -------------------------------------------------------------------------------------- copies


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(table, protocol):
    assert_is_equal_table(pickle.loads(pickle.dumps(table, protocol)), table)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_copies_are_tables(table, copied):
    assert_is_equal_table(copied(table), table)


def test_a_deep_copy_has_its_own_arrays(table):
    twin = copy.deepcopy(table)
    assert not np.shares_memory(twin["area"], table["area"])


def assert_is_equal_table(got, want):
    assert type(got) is ms.Table
    assert_same_bits(got, want)
    assert got.units == want.units
    assert got.definitions == want.definitions
    assert got.provenance == want.provenance
    with pytest.raises(TypeError, match=r"read-only|read only"):
        got["label"] = want["label"]


def test_columns_cannot_be_written_and_frames_can():
    given = np.array([2.0, 1.0])
    table = ms.Table({"area": given})
    with pytest.raises(ValueError, match="read-only"):
        table["area"][0] = 7
    copied = table.to_pandas().copy()
    copied.loc[0, "area"] = 9.0
    assert copied["area"].tolist() == [9.0, 1.0]
    assert table["area"].tolist() == [2.0, 1.0]
    given[1] = 5  # the caller's own array stays the caller's
    assert given.flags.writeable


def test_tables_compare_by_their_columns():
    labels = np.array([[1, 2]])
    assert ms.measure(labels) == ms.measure(labels)
    differ = ms.measure(labels) != ms.measure(labels)
    assert differ is False
    assert ms.measure(labels) != ms.measure(labels, measurements="area")
    assert ms.measure(labels) != {"label": 1}


def test_provenance_is_a_copy():
    table = ms.measure(np.array([[1]]))
    table.provenance["spacing"].append(9)
    assert table.provenance["spacing"] == [1.0, 1.0]
