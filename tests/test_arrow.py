"""Tables as Arrow data: the columns' own memory, which lives as long as anyone reads it."""

import ctypes
import gc
import json
import pickle
import subprocess
import sys
import threading
import weakref

import arrow_abi
import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from oracles.agreement import assert_same_bits

import mensura as ms

NUMBERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]
TEXTS = ["", "µm", "a\0b", "細胞", "cell"]


def numbers_of(dtype, count=5):
    """Values at the limits of a dtype and, of floats, those that are not finite."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        special = [np.nan, np.inf, -0.0, np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal]
    else:
        special = [np.iinfo(dtype).min, np.iinfo(dtype).max, 0, 1, 2]
    return np.resize(np.array(special, dtype), count)


@pytest.fixture
def table():
    """A table with a column of every kind."""
    columns = {dtype: numbers_of(dtype) for dtype in NUMBERS}
    columns["bool"] = np.array([True, False, False, True, True])
    columns["text"] = np.array(TEXTS, object)
    columns["fixed text"] = np.array(["a", "", "ccc", "d", "é"])
    return ms.Table(
        columns, {"f8": "µm^2"}, {"b": [1, 2.5], "a": "ü"}, {"f8": "area", "text": "what it is"}
    )


def as_pyarrow(table, schema=None):
    return pa.RecordBatchReader.from_stream(table, schema).read_all()


def as_polars(table):
    return pl.Series(table).struct.unnest()


def address(array):
    return array.__array_interface__["data"][0]


def number_columns(table):
    return {name: values for name, values in table.items() if values.dtype.kind in "iuf"}


# -------------------------------------------------------------------------------- without a copy


@pytest.mark.parametrize("read", [as_pyarrow, pa.table], ids=["stream", "table"])
def test_pyarrow_reads_the_columns_memory(table, read):
    got = read(table)
    assert got.column_names == table.columns
    for name, values in number_columns(table).items():
        chunks = got[name].chunks
        assert [chunk.buffers()[1].address for chunk in chunks] == [address(values)], name


@pytest.mark.parametrize("read", [as_polars, pl.DataFrame], ids=["stream", "DataFrame"])
def test_polars_reads_the_columns_memory(table, read):
    got = read(table)
    assert got.columns == table.columns
    for name, values in number_columns(table).items():
        assert address(got[name].to_numpy(allow_copy=False)) == address(values), name


def test_pandas_reads_the_columns_memory(table):
    frame = table.to_pandas()
    assert list(frame.columns) == table.columns
    for name, values in table.items():
        if values.dtype.kind in "iufb":
            assert address(frame[name].to_numpy()) == address(values), name


def test_measured_labels_keep_their_dtype_and_memory():
    labels = np.array([[2**64 - 1, 0, 2**63]], np.uint64)
    table = ms.measure(labels)
    frame = as_polars(table)
    assert frame["label"].to_list() == [2**63, 2**64 - 1]
    assert address(frame["label"].to_numpy(allow_copy=False)) == address(table["label"])


# --------------------------------------------------------------------------------- what is read


def test_every_value_comes_back(table):
    got = as_pyarrow(table)
    numbers = number_columns(table)
    assert_same_bits({name: got[name].to_numpy() for name in numbers}, numbers)
    assert got["bool"].to_pylist() == table["bool"].tolist()
    assert got["text"].to_pylist() == TEXTS
    assert got["fixed text"].to_pylist() == table["fixed text"].tolist()
    got.validate(full=True)


def assert_same_numbers(got, want):
    for name, values in want.items():
        np.testing.assert_array_equal(got[name].to_numpy(), values, err_msg=name)


def test_polars_reads_every_kind_of_column(table):
    got = as_polars(table)
    assert_same_numbers(got, number_columns(table))
    assert got["bool"].to_list() == table["bool"].tolist()
    assert got["text"].to_list() == TEXTS
    assert got.null_count().sum_horizontal().to_list() == [0]


def test_the_list_of_measurements_is_text():
    listed = ms.measurements()
    got = as_pyarrow(listed)
    assert {name: got[name].to_pylist() for name in listed} == {
        name: values.tolist() for name, values in listed.items()
    }


def test_nan_is_a_value_and_nothing_is_null(table):
    got = as_pyarrow(table)
    assert all(column.null_count == 0 for column in got.columns)
    assert np.isnan(got["f8"][0].as_py())


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 64, 1001])
def test_bits_of_any_number(count):
    flags = np.random.default_rng(count).random(count) < 0.5
    table = ms.Table({"flags": flags, "turned": flags[::-1]})
    got = as_pyarrow(table)
    assert got["flags"].to_pylist() == flags.tolist()
    assert got["turned"].to_pylist() == flags[::-1].tolist()


@given(
    npst.arrays(
        st.sampled_from([np.dtype(order + code) for code in NUMBERS for order in "<>"]),
        st.integers(0, 40),
    ),
    st.integers(-3, 3).filter(bool),
)
def test_any_layout_of_memory(values, step):
    strided = values[::step]
    table = ms.Table({"a": strided})
    got = as_pyarrow(table)["a"].to_numpy()
    assert_same_bits({"a": got}, {"a": strided.astype(strided.dtype.newbyteorder("="))})
    assert np.shares_memory(table["a"], strided) or not strided.size


def test_unaligned_columns_are_copied():
    memory = np.zeros(8 * 3 + 1, np.uint8)
    unaligned = memory[1:].view(np.float64)
    unaligned[:] = [1.5, -2.5, 3.5]
    assert as_pyarrow(ms.Table({"a": unaligned}))["a"].to_pylist() == [1.5, -2.5, 3.5]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_text(texts):
    got = as_pyarrow(ms.Table({"a": np.array(texts, object)}))
    assert got["a"].to_pylist() == texts


def test_a_table_without_rows_keeps_its_types(table):
    empty = ms.Table({name: values[:0] for name, values in table.items()})
    assert as_pyarrow(empty).schema.types == as_pyarrow(table).schema.types
    assert as_pyarrow(empty).num_rows == 0
    assert as_polars(empty).shape == (0, len(table))


def test_a_table_without_columns():
    got = as_pyarrow(ms.Table({}, provenance={"version": "1"}))
    assert got.shape == (0, 0)
    assert got.schema.metadata == {b"mensura": b'{"version": "1"}'}
    assert pa.schema(ms.Table({})).names == []


def test_a_pickled_table_is_read_the_same(table):
    again = pickle.loads(pickle.dumps(table))
    assert as_pyarrow(again).schema.equals(as_pyarrow(table).schema, check_metadata=True)
    assert again == table


# ------------------------------------------------------------------------------------- metadata


def test_fields_carry_units_and_definitions(table):
    schema = as_pyarrow(table).schema
    units = {field.name: field.metadata[b"unit"].decode() for field in schema}
    definitions = {field.name: field.metadata[b"definition"].decode() for field in schema}
    assert units == table.units
    assert definitions == table.definitions
    assert units["f8"] == "µm^2"


def test_the_schema_carries_the_provenance(table):
    metadata = as_pyarrow(table).schema.metadata
    assert list(metadata) == [b"mensura"]
    assert json.loads(metadata[b"mensura"]) == table.provenance


def test_the_schema_alone_is_that_of_the_stream(table):
    assert pa.schema(table).equals(as_pyarrow(table).schema, check_metadata=True)


def test_the_schema_needs_no_look_at_the_values():
    table = ms.Table({"a": np.array([1, None], object)})
    assert pa.schema(table).types == [pa.large_string()]


# ------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("dtype", ["c16", "M8[s]", "m8[s]", "S3", "V4", "g"])
def test_other_dtypes_are_refused_by_name(dtype):
    table = ms.Table({"fine": np.zeros(2), "odd": np.zeros(2, dtype)})
    with pytest.raises(TypeError, match=r"column 'odd' is of dtype .*; Arrow takes bool"):
        table.__arrow_c_stream__()
    with pytest.raises(TypeError, match=r"column 'odd' is of dtype .*; Arrow takes bool"):
        table.__arrow_c_schema__()


@pytest.mark.parametrize("value", [None, 3, b"bytes", np.nan])
def test_objects_that_are_not_text_are_refused(value):
    table = ms.Table({"odd": np.array(["a", value], object)})
    with pytest.raises(TypeError, match=r"column 'odd' holds .*must hold str alone"):
        table.__arrow_c_stream__()


def test_a_request_for_other_types_is_left_to_the_consumer():
    table = ms.Table({"a": np.array([1, 2]), "b": np.array(["x", "y"])})
    wanted = pa.schema([("a", pa.int8()), ("b", pa.string())])
    got = as_pyarrow(table, wanted)
    assert got.schema.types == [pa.int64(), pa.large_string()]
    assert got.cast(wanted).to_pydict() == {"a": [1, 2], "b": ["x", "y"]}


@pytest.mark.parametrize(
    "schema",
    [pa.schema([]), pa.schema([("b", pa.int64())]), pa.schema([("a", pa.int64())] * 2), pa.int64()],
    ids=["none", "another", "more", "no table"],
)
def test_a_request_for_other_columns_is_refused(schema):
    table = ms.Table({"a": np.arange(3)})
    with pytest.raises(ValueError, match="requested_schema must be of the columns"):
        table.__arrow_c_stream__(schema.__arrow_c_schema__())


def test_a_request_that_is_no_schema_is_refused(table):
    with pytest.raises(TypeError, match="requested_schema must be a capsule named 'arrow_schema'"):
        table.__arrow_c_stream__(pa.schema(table))
    with pytest.raises(TypeError, match="requested_schema must be a capsule named 'arrow_schema'"):
        table.__arrow_c_stream__(table.__arrow_c_stream__())
    used = table.__arrow_c_schema__()
    arrow_abi.release(arrow_abi.schema_in(used))
    with pytest.raises(ValueError, match="requested_schema has been released"):
        table.__arrow_c_stream__(used)


# ------------------------------------------------------------------------------------ lifetimes


@pytest.fixture
def watched():
    """A table of one column whose memory says when it is gone, and that."""
    memory = np.arange(1000.0)
    gone = weakref.ref(memory)
    return [ms.Table({"a": memory, "b": memory})], gone


def is_gone(reference):
    gc.collect()
    return reference() is None


@pytest.mark.parametrize("read", [as_pyarrow, as_polars, ms.Table.to_pandas])
def test_what_was_read_outlives_the_table_and_then_lets_go(watched, read):
    tables, gone = watched
    got = read(tables.pop())
    gc.collect()
    assert np.array_equal(np.asarray(got["a"]), np.arange(1000))
    del got
    assert is_gone(gone)


def test_a_stream_that_nobody_reads_lets_go(watched):
    tables, gone = watched
    capsule = tables.pop().__arrow_c_stream__()
    assert not is_gone(gone)
    del capsule
    assert is_gone(gone)


def test_a_stream_that_is_read_in_part_lets_go(watched):
    tables, gone = watched
    reader = pa.RecordBatchReader.from_stream(tables.pop())
    assert reader.schema.names == ["a", "b"]
    assert not is_gone(gone)
    del reader
    assert is_gone(gone)


def test_a_capsule_is_read_once(table):
    capsule = table.__arrow_c_stream__()
    pa.RecordBatchReader._import_from_c_capsule(capsule)
    with pytest.raises(pa.ArrowInvalid, match="released"):
        pa.RecordBatchReader._import_from_c_capsule(capsule)


def test_a_table_is_exported_any_number_of_times(watched):
    tables, gone = watched
    first, second = as_pyarrow(tables[0]), as_pyarrow(tables[0])
    del first
    tables.clear()
    assert second["a"].to_pylist() == list(range(1000))
    del second
    assert is_gone(gone)


def test_one_batch_and_then_the_end(watched):
    tables, gone = watched
    stream = arrow_abi.stream_in(tables.pop().__arrow_c_stream__())
    batch = arrow_abi.next_batch(stream)
    assert (batch.length, batch.null_count, batch.offset) == (1000, 0, 0)
    assert (batch.n_buffers, batch.n_children) == (1, 2)
    for _ in range(2):
        assert not arrow_abi.next_batch(stream).release
    arrow_abi.release(stream)
    arrow_abi.release(batch)
    assert is_gone(gone)


def test_the_schema_is_given_again_and_again(table):
    stream = arrow_abi.stream_in(table.__arrow_c_stream__())
    for _ in range(2):
        schema = arrow_abi.Schema()
        assert stream.get_schema(stream, schema) == 0
        assert schema.format == b"+s"
        names = [schema.children[i].contents.name.decode() for i in range(schema.n_children)]
        assert names == table.columns
        arrow_abi.release(schema)
    arrow_abi.release(stream)


def test_a_column_moved_out_of_its_batch_lives_on_alone():
    a, b = np.arange(5.0), np.arange(5)
    a_gone, b_gone = weakref.ref(a), weakref.ref(b)
    stream = arrow_abi.stream_in(ms.Table({"a": a, "b": b}).__arrow_c_stream__())
    del a, b
    batch = arrow_abi.next_batch(stream)
    arrow_abi.release(stream)
    column = arrow_abi.moved(batch.children[1].contents)
    arrow_abi.release(batch)
    assert is_gone(a_gone)
    assert not is_gone(b_gone)
    assert arrow_abi.values_at(column, np.int64).tolist() == [0, 1, 2, 3, 4]
    arrow_abi.release(column)
    assert is_gone(b_gone)


def test_a_field_moved_out_of_its_schema_lives_on_alone(table):
    schema = arrow_abi.schema_in(table.__arrow_c_schema__())
    field = arrow_abi.moved(schema.children[0].contents)
    arrow_abi.release(schema)
    assert (field.name, field.format) == (b"i1", b"c")
    arrow_abi.release(field)


def test_batches_are_released_by_other_threads(watched):
    tables, gone = watched
    batches = []
    for _ in range(32):
        stream = arrow_abi.stream_in(tables[0].__arrow_c_stream__())
        batches.append(arrow_abi.next_batch(stream))
        arrow_abi.release(stream)
    tables.clear()
    threads = [threading.Thread(target=arrow_abi.release, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(batch.release for batch in batches)
    assert is_gone(gone)


def test_threads_export_at_the_same_time(table):
    want = as_pyarrow(table).schema
    schemas = []
    threads = [
        threading.Thread(target=lambda: schemas.append(as_pyarrow(table).schema)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert schemas == [want] * 8


# A consumer that lives on when the interpreter has ended releases what it holds by then.
AT_EXIT = """
import ctypes, numpy, mensura
import sys; sys.path.insert(0, sys.argv[1])
import arrow_abi
stream = arrow_abi.stream_in(mensura.Table({"a": numpy.arange(9)}).__arrow_c_stream__())
batch = arrow_abi.next_batch(stream)
kept = [stream, batch]
for node in kept:
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(node))
    pointer = ctypes.cast(node.release, ctypes.c_void_p).value
    libc = ctypes.CDLL(None)
    libc.__cxa_atexit.argtypes = [ctypes.c_void_p] * 3
    libc.__cxa_atexit(pointer, ctypes.addressof(node), None)
print("ready")
"""


def test_a_release_after_the_end_of_the_interpreter_is_harmless():
    folder = arrow_abi.__file__.rpartition("/")[0]
    command = [sys.executable, "-c", AT_EXIT, folder]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "ready\n", "")


def test_no_arrow_library_is_needed():
    code = (
        "import sys, numpy, mensura; "
        "table = mensura.measure(numpy.eye(3, dtype=int)); "
        "table.__arrow_c_stream__(table.__arrow_c_schema__()); "
        "print(*[name for name in ('pyarrow', 'polars', 'pandas') if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "\n"


def test_capsules_have_the_names_of_the_interface(table):
    name_of = ctypes.pythonapi.PyCapsule_GetName
    name_of.restype, name_of.argtypes = ctypes.c_char_p, [ctypes.py_object]
    assert name_of(table.__arrow_c_schema__()) == b"arrow_schema"
    assert name_of(table.__arrow_c_stream__()) == b"arrow_array_stream"
