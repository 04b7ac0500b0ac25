"""Bad arguments raise at the door, naming the argument and what was given. Inputs stay as they are.

TypeError is for values of the wrong kind, ValueError for values out of range or shapes that do not
fit. Files and the command line have tests of their own.
"""

import re

import numpy as np
import pytest

import mensura as ms

LABELS = np.array([[1, 1, 0], [0, 2, 2]], np.int32)
IMAGE = np.arange(6, dtype=np.float64).reshape(2, 3)
COLORS = np.ones((2, 3, 2))

BAD_DTYPES = {
    "complex64": np.ones((2, 3), np.complex64),
    "complex128": np.ones((2, 3), np.complex128),
    "object": np.ones((2, 3), object),
    "str|U": np.full((2, 3), "a"),
    "bytes|S": np.full((2, 3), b"a"),
    "datetime64": np.full((2, 3), "2020-01-01", "M8[s]"),
    "timedelta64": np.full((2, 3), 1, "m8[s]"),
    "void|V|pixel": np.zeros((2, 3), [("pixel", "u1")]),
}

BAD_SHAPES = {
    "0-D": np.array(1),
    "1-D": np.ones(5, int),
    "4-D": np.ones((2, 2, 2, 2), int),
}


def naming(*fragments):
    """A pattern for a message that holds all these patterns, in any order and any case."""
    return "(?is)" + "".join(f"(?=.*{fragment})" for fragment in fragments)


# ------------------------------------------------------------------------------- images and labels

FINDERS = {"label": ms.label, "find_regions": ms.find_regions}


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize("dtype", BAD_DTYPES)
def test_images_of_other_dtypes_cannot_be_labeled(find, dtype):
    with pytest.raises(TypeError, match=naming("image", f"({dtype})")):
        find(BAD_DTYPES[dtype])


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize("ndim", BAD_SHAPES)
def test_images_of_other_dimensions_cannot_be_labeled(find, ndim):
    with pytest.raises(ValueError, match=naming("image", "2-?D", "3-?D", ndim[0])):
        find(BAD_SHAPES[ndim])


@pytest.mark.parametrize("dtype", [*BAD_DTYPES, "float16", "float32", "float64"])
def test_labels_of_other_dtypes_cannot_be_measured(dtype):
    labels = BAD_DTYPES[dtype] if dtype in BAD_DTYPES else LABELS.astype(dtype)
    with pytest.raises(TypeError, match=naming("labels", f"({dtype})", "integer")) as caught:
        ms.measure(labels)
    assert "float" not in str(caught.value).replace(str(labels.dtype), "", 1)


@pytest.mark.parametrize("ndim", BAD_SHAPES)
def test_labels_of_other_dimensions_cannot_be_measured(ndim):
    with pytest.raises(ValueError, match=naming("labels", "2-?D", "3-?D", ndim[0])):
        ms.measure(BAD_SHAPES[ndim])


@pytest.mark.parametrize("dtype", BAD_DTYPES)
def test_intensities_of_other_dtypes_cannot_be_measured(dtype):
    with pytest.raises(TypeError, match=naming("image", f"({dtype})")):
        ms.measure(LABELS, BAD_DTYPES[dtype])


@pytest.mark.parametrize(
    "shape", [(2, 4), (3, 3), (3, 2), (2,), (), (2, 3, 2, 2), (3, 3, 2), (2, 2, 3), (6,)], ids=str
)
def test_shapes_that_do_not_fit(shape):
    given, wanted = (re.escape(str(s)) for s in (shape, LABELS.shape))
    with pytest.raises(ValueError, match=naming("image", "labels", given, wanted)):
        ms.measure(LABELS, np.ones(shape))
    with pytest.raises(ValueError, match=naming("image", given, wanted)):
        ms.find_regions(LABELS).measure(np.ones(shape))


def test_an_image_without_channels():
    with pytest.raises(ValueError, match=naming("image", r"\(2, 3, 0\)", "channel")):
        ms.measure(LABELS, np.ones((2, 3, 0)))


def test_a_mask_and_an_image_of_other_shape():
    with pytest.raises(ValueError, match=naming("image", r"\(3, 2\)", r"\(2, 3\)")):
        ms.measure(LABELS > 0, IMAGE.T)


@pytest.mark.parametrize("nothing", [None, "labels.tif", 5])
def test_labels_that_are_no_array(nothing):
    with pytest.raises((TypeError, ValueError), match="labels"):
        ms.measure(nothing)


# --------------------------------------------------------------------------- arguments of labeling


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize(("ndim", "bad"), [(2, 0), (2, 3), (2, -1), (2, 8), (3, 4), (3, 26)])
def test_connectivity_out_of_range(find, ndim, bad):
    allowed = "1.*2" if ndim == 2 else "1.*3"
    with pytest.raises(ValueError, match=naming("connectivity", rf"(?<!\d){bad}(?!\d)", allowed)):
        find(np.ones((2,) * ndim, int), bad)


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize("bad", [1.5, 1.0, "full", [1], 1j, np.nan], ids=repr)
def test_connectivity_of_another_type(find, bad):
    with pytest.raises(TypeError, match=naming("connectivity", re.escape(str(bad).strip("[]()")))):
        find(LABELS, bad)


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
@pytest.mark.parametrize("bad", ["0", [0, 1], 1j, None, np.zeros(2)], ids=repr)
def test_background_of_another_type(find, bad):
    with pytest.raises(TypeError, match="background"):
        find(LABELS, background=bad)


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
def test_background_of_no_value_that_the_image_can_hold(find):
    with pytest.raises(ValueError, match=naming("background", "whole", "0.5", "int32")):
        find(LABELS, background=0.5)
    with pytest.raises(ValueError, match=naming("background", "bool", "2")):
        find(LABELS > 0, background=2)


@pytest.mark.parametrize("bad", ["float64", "float32", "bool", "complex64", "U3", "O", "M8[s]"])
def test_labels_need_an_integer_dtype(bad):
    said = np.dtype(bad)
    with pytest.raises(
        TypeError, match=naming("dtype", f"({re.escape(said.name)}|{said.kind}\\d)", "integer")
    ):
        ms.label(LABELS, dtype=bad)
    with pytest.raises(TypeError, match=naming("dtype", "integer")):
        ms.find_regions(LABELS).to_labels(dtype=bad)


def test_a_dtype_that_is_none():
    with pytest.raises(TypeError, match="nonsense"):
        ms.label(LABELS, dtype="nonsense")


def labelers():
    regions = ms.find_regions(LABELS)
    return [lambda out: ms.label(LABELS, out=out), lambda out: regions.to_labels(out=out)]


@pytest.mark.parametrize("write", labelers(), ids=["label", "to_labels"])
@pytest.mark.parametrize("shape", [(3, 2), (2, 4), (6,), (1, 2, 3)], ids=str)
def test_out_of_another_shape(write, shape):
    with pytest.raises(ValueError, match=naming("out", re.escape(str(shape)), r"\(2, 3\)")):
        write(np.zeros(shape, np.int32))


@pytest.mark.parametrize("write", labelers(), ids=["label", "to_labels"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "bool", "complex64", "object"])
def test_out_of_another_dtype(write, dtype):
    with pytest.raises(TypeError, match=naming("out", dtype, "integer")):
        write(np.zeros((2, 3), dtype))


@pytest.mark.parametrize("write", labelers(), ids=["label", "to_labels"])
def test_out_that_cannot_be_written(write):
    frozen = np.zeros((2, 3), np.int32)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match=naming("out", "read-?only|writ")):
        write(frozen)
    assert not frozen.any()


@pytest.mark.parametrize("write", labelers(), ids=["label", "to_labels"])
def test_out_in_foreign_byte_order(write):
    foreign = np.zeros((2, 3), np.dtype(np.int32).newbyteorder())
    with pytest.raises((TypeError, ValueError), match=naming("out", "byte")):
        write(foreign)


@pytest.mark.parametrize("write", labelers(), ids=["label", "to_labels"])
def test_out_that_is_no_array(write):
    with pytest.raises(TypeError, match=naming("out", "list")):
        write([[0, 0, 0], [0, 0, 0]])


def test_out_and_dtype_that_disagree():
    with pytest.raises((TypeError, ValueError), match=naming("out", "dtype")):
        ms.label(LABELS, dtype=np.int64, out=np.zeros((2, 3), np.int32))


# ------------------------------------------------------------------------------------------ edits

EDITS = {
    "remove_small": lambda image, **more: ms.remove_small(image, 2, **more),
    "keep_largest": ms.keep_largest,
    "clear_border": ms.clear_border,
    "fill_holes": ms.fill_holes,
}
every_edit = pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)


@every_edit
@pytest.mark.parametrize("dtype", [*BAD_DTYPES, "float16", "float32", "float64"])
def test_images_of_other_dtypes_cannot_be_edited(edit, dtype):
    image = BAD_DTYPES[dtype] if dtype in BAD_DTYPES else LABELS.astype(dtype)
    with pytest.raises(TypeError, match=naming("image", f"({dtype})", "integer", "bool")):
        edit(image)


@every_edit
@pytest.mark.parametrize("ndim", BAD_SHAPES)
def test_images_of_other_dimensions_cannot_be_edited(edit, ndim):
    with pytest.raises(ValueError, match=naming("image", "2-?D", "3-?D", ndim[0])):
        edit(BAD_SHAPES[ndim])


@every_edit
@pytest.mark.parametrize("image", [LABELS, LABELS > 0], ids=["labels", "mask"])
def test_connectivity_of_edits(edit, image):
    with pytest.raises(ValueError, match=naming("connectivity", "3", "1 to 2")):
        edit(image, connectivity=3)
    with pytest.raises(TypeError, match=naming("connectivity", "1.0", "1 to 2")):
        edit(image, connectivity=1.0)


@every_edit
def test_out_of_edits(edit):
    frozen = LABELS.copy()
    frozen.flags.writeable = False
    for out, error, fragments in [
        (np.full((2, 3), 7, np.int64), TypeError, ("dtype", "<i4", "<i8")),
        (np.full((2, 3), 7, ">i4"), TypeError, ("dtype", "<i4", ">i4")),
        (np.full((2, 3), True), TypeError, ("dtype", "<i4", "b1")),
        (np.full((3, 2), 7, np.int32), ValueError, (r"\(2, 3\)", r"\(3, 2\)")),
        (LABELS.tolist(), TypeError, ("list",)),
        (frozen, ValueError, ("read-only",)),
    ]:
        before = np.array(out)
        with pytest.raises(error, match=naming("out", *fragments)):
            edit(LABELS, out=out)
        np.testing.assert_array_equal(out, before)


@every_edit
def test_out_is_as_it_was_after_an_error(edit):
    out = np.full((2, 3), 7, np.int32)
    for bad in ({"threads": 0}, {"connectivity": 0}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            edit(LABELS, out=out, **bad)
    np.testing.assert_array_equal(out, 7)


NUMBERS = {
    "min_size": lambda number: ms.remove_small(LABELS, number),
    "count": lambda number: ms.keep_largest(LABELS, number),
    "max_size": lambda number: ms.fill_holes(LABELS, max_size=number),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_edits(name):
    for bad, error in [(-1, ValueError), (True, ValueError), (2.5, TypeError), ("2", TypeError)]:
        with pytest.raises(
            error, match=naming(name, re.escape(repr(bad)), "(integer|whole number)")
        ):
            NUMBERS[name](bad)


@pytest.mark.parametrize("dtype", [*BAD_DTYPES, "float32"])
def test_labels_of_other_dtypes_cannot_be_renumbered(dtype):
    labels = BAD_DTYPES[dtype] if dtype in BAD_DTYPES else LABELS.astype(dtype)
    with pytest.raises(TypeError, match=naming("labels", f"({dtype})", "integer")):
        ms.relabel_sequential(labels)


def test_labels_that_cannot_be_renumbered():
    with pytest.raises(TypeError, match=naming("labels", "bool", r"mensura\.label")):
        ms.relabel_sequential(LABELS > 0)
    with pytest.raises(ValueError, match=naming("labels", "negative", "-5")):
        ms.relabel_sequential(np.array([[1, -5], [0, -2]]))
    with pytest.raises(TypeError, match=naming("dtype", "integer", "float64")):
        ms.relabel_sequential(LABELS, dtype=float)


# ---------------------------------------------------------------------------------- measurements


@pytest.mark.parametrize(
    ("bad", "meant"),
    [
        ("aera", "area"),
        ("centriod", "centroid"),
        ("Area", "area"),
        ("eccentricty", "eccentricity"),
        ("intensity_men", "intensity_mean"),
        ("elipse", "ellipse"),
    ],
)
def test_an_unknown_measurement_brings_a_suggestion(bad, meant):
    for asked in (bad, ["label", bad]):
        with pytest.raises(ValueError, match=naming("measurement", f"'{bad}'", f"'{meant}'")):
            ms.measure(LABELS, measurements=asked)


def test_an_unknown_measurement_like_no_other():
    with pytest.raises(ValueError, match=naming("measurement", "zzzzzz")):
        ms.measure(LABELS, measurements=["zzzzzz"])
    with pytest.raises(ValueError, match=naming("measurement", "zzzzzz")):
        ms.find_regions(LABELS).measure(measurements=["zzzzzz"])


@pytest.mark.parametrize("bad", [3, ["area", 3], 2.5, [None]], ids=repr)
def test_measurements_that_are_no_names(bad):
    with pytest.raises(TypeError, match="measurements"):
        ms.measure(LABELS, measurements=bad)


def test_no_measurement_at_all():
    with pytest.raises(ValueError, match=naming("measurements", "empty")):
        ms.measure(LABELS, measurements=[])


@pytest.mark.parametrize("bad", ["intensity_mean", "intensity", "centroid_weighted"])
def test_intensities_without_an_image(bad):
    for asked in (bad, ["area", bad]):
        with pytest.raises(ValueError, match=naming(bad, "image")):
            ms.measure(LABELS, measurements=asked)
        with pytest.raises(ValueError, match=naming(bad, "image")):
            ms.find_regions(LABELS).measure(measurements=asked)


@pytest.mark.parametrize("bad", ["eccentricity", "orientation"])
def test_measurements_of_2d_only(bad):
    with pytest.raises(ValueError, match=naming(bad, "2-?D", "3")):
        ms.measure(LABELS[np.newaxis], measurements=["area", bad])


def test_an_unknown_group():
    with pytest.raises(ValueError, match=naming("group", "siez", "size", "intensity")):
        ms.measurements("siez")


# --------------------------------------------------------------------------------------- spacing


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 0, -1, 0.0, -0.5], ids=repr)
def test_spacing_must_be_positive_and_finite(bad):
    said = re.escape(str(float(bad))).replace(r"\.0", r"(\.0)?")
    for spacing in (bad, (1, bad), np.array([bad, 1.0])):
        with pytest.raises(ValueError, match=naming("spacing", said, "positive|finite")):
            ms.measure(LABELS, spacing=spacing)


@pytest.mark.parametrize("bad", [(1,), (1, 2, 3), [], np.ones((2, 2))], ids=repr)
def test_spacing_must_have_one_number_per_axis(bad):
    with pytest.raises(ValueError, match=naming("spacing", "2")):
        ms.measure(LABELS, spacing=bad)


@pytest.mark.parametrize("bad", [1j, (1, 1j), "1", ("1", "2"), None, {"y": 1}], ids=repr)
def test_spacing_must_be_real_numbers(bad):
    with pytest.raises(TypeError, match="spacing"):
        ms.measure(LABELS, spacing=bad)


# -------------------------------------------------------------------------------------- channels


@pytest.mark.parametrize("bad", [3, -4, 100])
def test_a_channel_axis_out_of_range(bad):
    with pytest.raises(ValueError, match=naming("channel_axis", str(bad))):
        ms.measure(LABELS, COLORS, channel_axis=bad)


@pytest.mark.parametrize("bad", [1.0, "last", [0]], ids=repr)
def test_a_channel_axis_of_another_type(bad):
    with pytest.raises(TypeError, match="channel_axis"):
        ms.measure(LABELS, COLORS, channel_axis=bad)


@pytest.mark.parametrize("name", ["channel_axis", "frame_axis"])
def test_a_bool_is_no_axis(name):
    with pytest.raises(TypeError, match=f"{name} must be an integer or None, not True"):
        ms.measure(np.stack([LABELS, LABELS]), np.ones((2, 2, 3, 2)), **{name: True})


def test_a_channel_axis_that_leaves_another_shape():
    with pytest.raises(ValueError, match=naming("image", r"\(2, 3, 2\)", r"\(2, 3\)")):
        ms.measure(LABELS, COLORS, channel_axis=0)


def test_a_channel_axis_of_an_image_that_has_none():
    with pytest.raises(ValueError, match="channel_axis"):
        ms.measure(LABELS, IMAGE, channel_axis=-1)


@pytest.mark.parametrize("bad", [["DNA"], ["DNA", "actin", "tubulin"], []], ids=repr)
def test_channels_must_name_each_channel(bad):
    with pytest.raises(ValueError, match=naming("channels", str(len(bad)), "2")):
        ms.measure(LABELS, COLORS, channels=bad)


@pytest.mark.parametrize("bad", [[1, 2], 5, ["DNA", None], "AB"], ids=repr)
def test_channels_must_be_names(bad):
    with pytest.raises(TypeError, match="channels"):
        ms.measure(LABELS, COLORS, channels=bad)


def test_channels_of_the_same_name():
    with pytest.raises(ValueError, match=naming("channels", "DNA")):
        ms.measure(LABELS, COLORS, channels=["DNA", "DNA"])


# --------------------------------------------------------------------------------------- threads

CALLS = {
    "label": lambda threads: ms.label(LABELS, threads=threads),
    "find_regions": lambda threads: ms.find_regions(LABELS, threads=threads),
    "to_labels": lambda threads: ms.find_regions(LABELS).to_labels(threads=threads),
    "measure": lambda threads: ms.measure(LABELS, threads=threads),
    "Regions.measure": lambda threads: ms.find_regions(LABELS).measure(threads=threads),
    "remove_small": lambda threads: ms.remove_small(LABELS, 2, threads=threads),
    "keep_largest": lambda threads: ms.keep_largest(LABELS > 0, threads=threads),
    "clear_border": lambda threads: ms.clear_border(LABELS, threads=threads),
    "fill_holes": lambda threads: ms.fill_holes(LABELS, threads=threads),
    "relabel_sequential": lambda threads: ms.relabel_sequential(LABELS, threads=threads),
    "set_num_threads": ms.set_num_threads,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("bad", [0, -1])
def test_threads_out_of_range(call, bad):
    with pytest.raises(ValueError, match=naming("threads", str(bad))):
        call(bad)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("bad", [1.5, 2.0, "2", [2]], ids=repr)
def test_threads_of_another_type(call, bad):
    with pytest.raises(TypeError, match=naming("threads", re.escape(str(bad).strip("[]")))):
        call(bad)


# ------------------------------------------------------------------------------ after an error


def test_inputs_and_outputs_are_as_they_were_after_an_error():
    labels, image, out = LABELS.copy(), IMAGE.copy(), np.full((1, 300), 7, np.int8)
    with pytest.raises(ValueError, match="spacing"):
        ms.measure(labels, image, spacing=-1)
    with pytest.raises(OverflowError, match="300"):
        ms.label(np.arange(1, 301)[np.newaxis], out=out)
    np.testing.assert_array_equal(labels, LABELS)
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(out, 7)


def test_the_library_works_after_an_error():
    with pytest.raises(TypeError, match="labels"):
        ms.measure(IMAGE)
    assert ms.measure(LABELS).num_rows == 2


@pytest.mark.parametrize("spacing", [1e-61, 1e61, [1, 1e200], [[1], [1, 2]]])
def test_spacing_beyond_what_can_be_computed_with(spacing):
    with pytest.raises(ValueError, match="spacing must be"):
        ms.measure(LABELS, spacing=spacing)


def test_ragged_lists_name_their_argument():
    with pytest.raises(ValueError, match="labels is not an array"):
        ms.measure([[1, 2], [3]])


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("mean_intensity", "intensity_mean"), ("Area", "area"), ("centroids", "centroid")],
)
def test_suggestions_know_older_names(asked, meant):
    with pytest.raises(ValueError, match=f"did you mean '{meant}'"):
        ms.measure(LABELS, np.ones(LABELS.shape), [asked])


def test_no_suggestion_where_nothing_is_near():
    with pytest.raises(ValueError, match=r"unknown\. mensura"):
        ms.measure(LABELS, measurements=["perimeter"])


def test_a_bad_out_or_dtype_is_told_before_the_search():
    with pytest.raises(ValueError, match="out must have the shape"):
        ms.label(LABELS, out=np.zeros((9, 9), int))
    with pytest.raises(TypeError, match="dtype must be an integer dtype"):
        ms.label(LABELS, dtype=float)


# ----------------------------------------------------------------------- masks, saturation and ddof


@pytest.mark.parametrize("dtype", ["u1", "i8", "f8"])
def test_masks_of_other_dtypes(dtype):
    with pytest.raises(TypeError, match=naming("mask", "bool", np.dtype(dtype).name)):
        ms.measure(LABELS, IMAGE, mask=np.zeros(LABELS.shape, dtype))


@pytest.mark.parametrize("shape", [(), (6,), (3, 2), (2, 3, 1), (2, 2, 3)], ids=str)
def test_masks_of_other_shapes(shape):
    mask = np.zeros(shape, bool)
    given, allowed = re.escape(str(shape)), re.escape(str(LABELS.shape))
    with pytest.raises(ValueError, match=naming("mask", given, allowed)):
        ms.measure(LABELS, IMAGE, mask=mask)
    with pytest.raises(ValueError, match=naming("mask", given, allowed, r"\(2, 3, 2\)")):
        ms.measure(LABELS, np.dstack([IMAGE, IMAGE]), mask=mask)


@pytest.mark.parametrize("options", [{"mask": np.zeros((2, 3), bool)}, {"saturation": 3}])
def test_options_of_an_image_that_is_missing(options):
    with pytest.raises(ValueError, match=naming(*options, "no image")):
        ms.measure(LABELS, **options)


@pytest.mark.parametrize("bad", ["255", b"255", True, 1j, ["a"], [True], {}, np.bool_(1)], ids=repr)
def test_saturations_that_are_no_numbers(bad):
    error = ValueError if isinstance(bad, dict) else TypeError
    with pytest.raises(error, match=naming("saturation", "number")):
        ms.measure(LABELS, IMAGE, saturation=bad)


@pytest.mark.parametrize("bad", [[], [1, 2], (None,) * 3], ids=repr)
def test_saturations_need_one_number_per_channel(bad):
    with pytest.raises(ValueError, match=naming("saturation", str(len(bad)), r"\(1\)")):
        ms.measure(LABELS, IMAGE, saturation=bad)


def test_a_saturation_in_an_array_without_axes():
    given = ms.measure(LABELS, IMAGE, "num_saturated", saturation=np.array(4.0))
    assert given == ms.measure(LABELS, IMAGE, "num_saturated", saturation=4.0)


def test_saturations_of_no_value():
    with pytest.raises(ValueError, match=naming("saturation", "nan")):
        ms.measure(LABELS, IMAGE, saturation=np.nan)
    with pytest.raises(ValueError, match=naming("saturation", "bool")):
        ms.measure(LABELS, LABELS > 0, saturation=1)


@pytest.mark.parametrize("bad", [-1, True], ids=repr)
def test_ddof_must_not_be_negative(bad):
    with pytest.raises(ValueError, match=naming("ddof", repr(bad))):
        ms.measure(LABELS, IMAGE, ddof=bad)


@pytest.mark.parametrize("bad", [2**53 + 1, 10**400])
def test_ddof_must_not_be_beyond_all_counts(bad):
    with pytest.raises(ValueError, match=naming("ddof", r"at most 2\^53", repr(bad))):
        ms.measure(LABELS, IMAGE, ddof=bad)


@pytest.mark.parametrize("bad", [0.5, "1", None], ids=repr)
def test_ddof_must_be_whole(bad):
    with pytest.raises(TypeError, match=naming("ddof", re.escape(repr(bad)))):
        ms.measure(LABELS, IMAGE, ddof=bad)


# ------------------------------------------------------------------------------ rows of one length

RAGGED = [[True], [True, False]]


def test_rows_of_other_lengths_are_told_by_the_arguments_name():
    with pytest.raises(ValueError, match=r"^image is not an array"):
        ms.label(RAGGED)
    with pytest.raises(ValueError, match=r"^mask is not an array"):
        ms.measure(LABELS, IMAGE, mask=RAGGED)


@pytest.mark.parametrize("other", ["int64", "float32"])
def test_channels_whose_common_dtype_would_round_them_are_refused(other):
    channels = [np.full(LABELS.shape, 2**63 + 1, np.uint64), np.ones(LABELS.shape, other)]
    with pytest.raises(TypeError, match=naming("image", "uint64", other, "float64")):
        ms.measure(LABELS, channels, channel_axis=0)
    narrow = [channels[0].astype(np.uint32), np.ones(LABELS.shape, "int32")]
    assert ms.measure(LABELS, narrow, channel_axis=0)["intensity_max-1"].tolist() == [1, 1]
