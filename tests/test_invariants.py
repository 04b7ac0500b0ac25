"""What must not change, or must change in a known way, when an image is flipped, turned, cropped,
renamed or stored otherwise. No reference is needed: the library is held against itself.
"""

import itertools

import instruction_sets
import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import tables
from oracles.agreement import assert_same_bits, assert_tables_agree

import mensura as ms

# Measurements without a direction: equal for any flip, turn or move.
SHAPE_ONLY = [
    "num_pixels",
    "area",
    "area_bbox",
    "extent",
    "equivalent_diameter_area",
    "inertia_tensor_eigvals",
    "axis_major_length",
    "axis_minor_length",
]
MOVING = {"intensity_argmin", "intensity_argmax"}
INTENSITY = [
    name
    for name in tables.PER_CHANNEL
    if name not in MOVING | {"intensity_mass_displacement"}
    and not name.startswith(("moments", "centroid_weighted"))
]

scenes = images.label_images(ids=(images.contiguous_ids,))


def noise_for(labels, seed=21):
    """Positive intensities of a label image's shape, in float64."""
    return 1 + np.random.default_rng(seed).random(labels.shape)


def by_label(table, order):
    return {column: values[order] for column, values in table.items()}


# ------------------------------------------------------------------------------ turns and flips


@given(labels=scenes, data=st.data())
def test_flipping(labels, data):
    axis = data.draw(st.integers(0, labels.ndim - 1))
    image, length = noise_for(labels), labels.shape[axis]
    flipped = np.flip(labels, axis), np.flip(image, axis)
    names = ["label", *SHAPE_ONLY, *INTENSITY]
    assert_tables_agree(
        ms.measure(*flipped, names), ms.measure(labels, image, names), intensity_scale=2
    )
    where = ["centroid", "centroid_weighted", "bbox"]
    before, after = ms.measure(labels, image, where), ms.measure(*flipped, where)
    for name in ("centroid", "centroid_weighted"):
        column = f"{name}-{axis}"
        np.testing.assert_allclose(after[column], length - 1 - before[column], atol=1e-9)
    start, stop = f"bbox-{axis}", f"bbox-{axis + labels.ndim}"
    np.testing.assert_array_equal(after[start], length - before[stop])
    np.testing.assert_array_equal(after[stop], length - before[start])


@given(labels=scenes, data=st.data())
def test_transposing(labels, data):
    order = data.draw(st.permutations(range(labels.ndim)))
    image, spacing = noise_for(labels), (0.5, 2.0, 3.0)[: labels.ndim]
    names = ["label", *SHAPE_ONLY, *INTENSITY, "touches_border"]
    places = ["centroid", "centroid_local", "bbox", "inertia_tensor", "centroid_weighted"]
    before = ms.measure(labels, image, [*names, *places], spacing=spacing)
    after = ms.measure(
        labels.transpose(order),
        image.transpose(order),
        [*names, *places],
        spacing=[spacing[axis] for axis in order],
    )
    expected = {c: before[transposed_column(c, order)] for c in before}
    assert_tables_agree(after, expected, intensity_scale=2)


def transposed_column(column, order):
    """The column of the original that a column of the transposed image must equal."""
    name, *axes = column.split("-")
    if name == "inertia_tensor_eigvals":
        return column
    ndim = len(order)
    moved = [order[int(a) % ndim] + (int(a) // ndim) * ndim for a in axes]
    return "-".join([name, *map(str, moved)])


@given(labels=images.label_images(2, ids=(images.contiguous_ids,)))
def test_orientation_mirrors(labels):
    names = ["inertia_tensor_eigvals", "orientation"]
    before = ms.measure(labels, measurements=names)
    mirrored = ms.measure(np.flip(labels, 1), measurements=names)
    assert_tables_agree(mirrored, dict(before) | {"orientation": -before["orientation"]})
    turned = ms.measure(labels.T, measurements=names)
    angle = np.pi / 2 - before["orientation"]
    wrapped = angle - np.pi * np.round(angle / np.pi)
    assert_tables_agree(turned, dict(before) | {"orientation": wrapped})


@given(image=st.one_of(scenes, images.masks()), data=st.data())
def test_turned_images_have_the_same_components(image, data):
    connectivity = data.draw(st.integers(1, image.ndim))
    order = data.draw(st.permutations(range(image.ndim)))
    axes = data.draw(st.sets(st.integers(0, image.ndim - 1)))
    labels = ms.label(image, connectivity)
    turned = ms.label(np.flip(image, tuple(axes)).transpose(order), connectivity)
    back = np.flip(turned.transpose(np.argsort(order)), tuple(axes))
    pairs = np.unique(np.stack([labels.ravel(), back.ravel()]), axis=1)
    # One number here for one number there, and back: the same partition.
    assert len(np.unique(pairs[0])) == len(np.unique(pairs[1])) == pairs.shape[1]


# -------------------------------------------------------------------------------------- moving


@given(labels=scenes, data=st.data())
def test_padding_only_moves(labels, data):
    pads = data.draw(st.tuples(*[st.tuples(st.integers(0, 5), st.integers(0, 5))] * labels.ndim))
    image = noise_for(labels)
    padded = np.pad(labels, pads), np.pad(image, pads)
    names = ["label", *SHAPE_ONLY, "inertia_tensor", "centroid_local", *INTENSITY]
    assert_tables_agree(
        ms.measure(*padded, names), ms.measure(labels, image, names), intensity_scale=2
    )
    where = ["centroid", "centroid_weighted", "bbox"]
    before, after = ms.measure(labels, image, where), ms.measure(*padded, where)
    for column in before:
        moved_by = pads[int(column.split("-")[1]) % labels.ndim][0]
        np.testing.assert_allclose(after[column], before[column] + moved_by, rtol=1e-12)


def test_an_object_is_the_same_wherever_it_lies():
    rng = np.random.default_rng(22)
    piece = (rng.random((30, 40)) < 0.7).astype(np.uint8)
    values = rng.random(piece.shape)
    names = ["area", "inertia_tensor", "centroid_local", *INTENSITY]
    tables_found = []
    for at in [(0, 0), (1, 3), (500, 0), (0, 1013), (731, 987)]:
        labels, image = np.zeros((800, 1100), np.uint8), np.zeros((800, 1100))
        window = tuple(slice(a, a + n) for a, n in zip(at, piece.shape, strict=True))
        labels[window], image[window] = piece, values
        tables_found.append(ms.measure(labels, image, [*names, "inertia_tensor_eigvals"]))
    for table in tables_found[1:]:
        assert_tables_agree(table, tables_found[0], intensity_scale=1)


def test_measuring_a_tiled_image_repeats_the_table():
    rng = np.random.default_rng(23)
    tile = rng.integers(0, 9, (60, 70))
    image = rng.integers(0, 255, tile.shape, np.uint8)
    rows, columns = 5, 4
    offsets = 8 * np.arange(rows * columns).reshape(rows, columns)
    shift = np.kron(offsets, np.ones_like(tile))
    tiled = np.where(np.tile(tile, (rows, columns)) > 0, np.tile(tile, (rows, columns)) + shift, 0)
    names = ["num_pixels", *INTENSITY]
    once = ms.measure(tile, image, names)
    many = ms.measure(tiled, np.tile(image, (rows, columns)), names)
    assert_same_bits(many, {c: np.tile(values, rows * columns) for c, values in once.items()})


# -------------------------------------------------------------------------------------- naming


@given(labels=scenes, data=st.data())
def test_renaming_only_reorders_rows(labels, data):
    largest = int(labels.max(initial=0))
    new = np.array([0, *data.draw(st.permutations(range(1, largest + 1)))])
    image = noise_for(labels)
    before = ms.measure(labels, image, "all")
    after = ms.measure(new[labels], image, "all")
    assert after["label"].tolist() == sorted(new[before["label"].astype(int)].tolist())
    order = np.argsort(new[before["label"].astype(int)])
    expected = by_label(before, order)
    expected["label"] = after["label"]
    assert_same_bits(after, expected)


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
def test_the_dtype_of_the_labels_does_not_matter(dtype):
    rng = np.random.default_rng(24)
    labels = rng.integers(0, 100, (50, 130))
    image = rng.random(labels.shape)
    expected = dict(ms.measure(labels, image, "all"))
    table = ms.measure(labels.astype(dtype), image, "all")
    expected["label"] = expected["label"].astype(table["label"].dtype)
    assert_same_bits(table, expected)


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
def test_the_dtype_of_integer_intensities_does_not_matter(dtype):
    rng = np.random.default_rng(25)
    labels = rng.integers(0, 9, (50, 130))
    image = rng.integers(0, 100, labels.shape)
    assert_same_bits(
        ms.measure(labels, image.astype(dtype), "all"), ms.measure(labels, image, "all")
    )


# -------------------------------------------------------------------------------------- memory


@given(labels=images.label_images(), data=st.data())
def test_memory_order_does_not_matter(labels, data):
    image = data.draw(images.intensity_images(labels.shape))
    expected = ms.measure(np.ascontiguousarray(labels), np.ascontiguousarray(image), "all")
    layout, other = data.draw(st.tuples(*[st.sampled_from(images.LAYOUTS)] * 2))
    assert_same_bits(ms.measure(layout(labels), other(image), "all"), expected)


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.product(images.LAYOUTS, repeat=2)), ids=lambda f: f.__name__
)
def test_memory_order_does_not_matter_over_many_rows(first, second):
    rng = np.random.default_rng(26)
    labels = rng.integers(0, 50, (300, 130)).astype(np.int16)
    image = np.exp(rng.normal(0, 4, labels.shape)).astype(np.float32)
    expected = ms.measure(labels, image, "all")
    assert_same_bits(ms.measure(first(labels), second(image), "all"), expected)


@given(image=st.one_of(images.label_images(), images.masks(), images.float_images()))
def test_inputs_are_never_changed(image):
    bits = image.tobytes()
    flags = image.flags.writeable
    ms.label(image)
    ms.find_regions(image).measure(image, "all")
    if image.dtype.kind != "f":
        ms.measure(image, image, "all")
    assert image.tobytes() == bits
    assert image.flags.writeable == flags


# ------------------------------------------------------------------------------ instruction sets

# Prints a digest of labels and tables of noise, in pixels of every width, with gaps.
DIGEST = """
import hashlib, numpy as np, mensura as ms
digest = hashlib.sha256()
rng = np.random.default_rng(31)
for width in (1, 63, 64, 65, 200, 1025):
    noise = np.exp(rng.normal(0, 3, (40, width)))
    noise[rng.random(noise.shape) < 0.1] = np.nan
    for dtype in "? i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split():
        values = rng.integers(0, 3, noise.shape)
        digest.update(ms.label(values.astype(dtype), 1).tobytes())
        image = noise if dtype[0] == "f" else np.nan_to_num(noise).clip(0, 100)
        for column in ms.measure(values, image.astype(dtype), "all").values():
            digest.update(column.tobytes())
print(digest.hexdigest())
"""


def test_every_instruction_set_gives_equal_bits():
    instruction_sets.assert_all_print_the_same(DIGEST)


# ----------------------------------------------------------------------------- within one table


@given(labels=images.label_images(), data=st.data())
def test_the_columns_of_one_table_fit_together(labels, data):
    image = data.draw(images.intensity_images(labels.shape, channels=[None]))
    table = ms.measure(labels, image, "all")
    assert table["num_pixels"].sum() == np.count_nonzero(labels > 0)
    assert np.all(np.diff(table["label"].astype(object)) > 0)
    for axis in range(labels.ndim):
        start, stop = table[f"bbox-{axis}"], table[f"bbox-{axis + labels.ndim}"]
        center = table[f"centroid-{axis}"]
        assert np.all((start >= 0) & (start < stop) & (stop <= labels.shape[axis]))
        assert np.all((center >= start) & (center <= stop - 1))
        np.testing.assert_allclose(table[f"centroid_local-{axis}"], center - start, atol=1e-12)
    assert np.all((table["extent"] > 0) & (table["extent"] <= 1))
    assert np.all(table["axis_minor_length"] <= table["axis_major_length"])
    measured = ~np.isnan(table["intensity_mean"])
    lowest, highest = table["intensity_min"][measured], table["intensity_max"][measured]
    rounding = 1e-12 * np.maximum(np.abs(lowest), np.abs(highest))
    mean = table["intensity_mean"][measured]
    assert np.all((lowest - rounding <= mean) & (mean <= highest + rounding))
    assert np.all(table["intensity_std"][measured] <= (highest - lowest) / 2 + rounding)


@given(labels=images.label_images())
def test_a_constant_image_weighs_like_the_shape(labels):
    table = ms.measure(labels, np.full(labels.shape, 3), ["centroid", "centroid_weighted"])
    for axis in range(labels.ndim):
        np.testing.assert_allclose(
            table[f"centroid_weighted-{axis}"], table[f"centroid-{axis}"], rtol=1e-12
        )


@given(labels=scenes)
def test_spacing_scales_lengths_and_areas(labels):
    names = ["area", "area_bbox", "centroid", "equivalent_diameter_area", "axis_major_length"]
    single, scaled = (
        ms.measure(labels, measurements=names),
        ms.measure(labels, measurements=names, spacing=0.25),
    )
    for column in single:
        power = labels.ndim if column.startswith("area") else 1
        np.testing.assert_allclose(scaled[column], single[column] * 0.25**power, rtol=1e-12)
