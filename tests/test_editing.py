"""Edits of masks and label images: equal to edits pixel by pixel, to SciPy and to scikit-image."""

import tracemalloc

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import editing
from scipy import ndimage
from skimage import morphology, segmentation

import mensura as ms

# Each edit with a number and a connectivity, in mensura and in the oracle.
EDITS = {
    "remove_small": (
        lambda image, number, steps=None, **more: ms.remove_small(
            image, number, connectivity=steps, **more
        ),
        editing.remove_small,
    ),
    "keep_largest": (
        lambda image, number, steps=None, **more: ms.keep_largest(
            image, number, connectivity=steps, **more
        ),
        editing.keep_largest,
    ),
    "clear_border": (
        lambda image, number, steps=None, **more: ms.clear_border(
            image, connectivity=steps, **more
        ),
        lambda image, number, steps=None: editing.clear_border(image, steps),
    ),
    "fill_holes": (
        lambda image, number, steps=None, **more: ms.fill_holes(image, connectivity=steps, **more),
        lambda image, number, steps=None: editing.fill_holes(image, steps),
    ),
    "fill_small_holes": (
        lambda image, number, steps=None, **more: ms.fill_holes(
            image, connectivity=steps, max_size=number, **more
        ),
        lambda image, number, steps=None: editing.fill_holes(image, steps, number),
    ),
}
every_edit = pytest.mark.parametrize(("edit", "expect"), EDITS.values(), ids=EDITS)
every_layout = pytest.mark.parametrize(
    "layout",
    [layout for layout in images.LAYOUTS if layout is not images.read_only],
    ids=lambda layout: layout.__name__,
)


def sparse_holes(shape, seed=1):
    """Blobs with holes of one and more pixels, and specks between them."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), 2) > 0
    return smooth ^ (rng.random(shape) < 0.03)


def scenes(shape):
    """A mask, labels that touch, and scattered labels of both signs."""
    rng = np.random.default_rng(2)
    mask = sparse_holes(shape)
    touching = np.where(mask, 1 + np.indices(shape)[-1] // 40, 0).astype(np.int32)
    signed = np.where(mask, rng.integers(-2, 9, shape), 0).astype(np.int16)
    return {"mask": mask, "touching": touching, "signed": signed}


# ------------------------------------------------------------------------------- pixel by pixel


@every_edit
@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_equals_the_oracle(edit, expect, image, data):
    steps = data.draw(st.integers(1, image.ndim))
    number = data.draw(st.integers(0, 12))
    bits = image.tobytes()
    edited = edit(image, number, steps)
    np.testing.assert_array_equal(edited, expect(image, number, steps))
    assert edited.dtype == image.dtype
    assert image.tobytes() == bits
    assert not np.shares_memory(edited, image)


@every_edit
@pytest.mark.parametrize("kind", ["mask", "touching", "signed"])
@pytest.mark.parametrize("shape", [(40, 130), (7, 12, 66)], ids=["2-D", "3-D"])
def test_larger_images_equal_the_oracle(edit, expect, shape, kind):
    image = scenes(shape)[kind]
    for steps in range(1, len(shape) + 1):
        for number in (1, 3):
            edited = edit(image, number, steps)
            np.testing.assert_array_equal(edited, expect(image, number, steps))


@every_edit
@pytest.mark.parametrize("dtype", [np.dtype(bool), *images.INTEGER_DTYPES], ids=str)
def test_every_dtype(edit, expect, dtype):
    image = scenes((30, 70))["touching"].astype(dtype)
    edited = edit(image, 5)
    np.testing.assert_array_equal(edited, expect(image, 5))
    assert edited.dtype == dtype


# ------------------------------------------------------------------------------------------ out


@every_edit
@every_layout
@pytest.mark.parametrize("kind", ["mask", "signed"])
def test_in_place_and_into_any_layout(edit, expect, layout, kind):
    image = scenes((5, 9, 40))[kind]
    expected = edit(image, 4)
    out = layout(np.ones_like(image))
    assert edit(layout(image), 4, out=out) is out
    np.testing.assert_array_equal(out, expected)
    edited = layout(image)
    assert edit(edited, 4, out=edited) is edited
    np.testing.assert_array_equal(edited, expected)


@every_edit
@pytest.mark.parametrize("kind", ["mask", "signed"])
def test_pixels_beside_out_stay(edit, expect, kind):
    image = scenes((20, 30))[kind]
    larger = np.ones((42, 62), image.dtype)
    window = larger[1:-1:2, 1:-1:2]
    edit(image, 3, out=window)
    np.testing.assert_array_equal(window, expect(image, 3))
    window[...] = 1
    assert larger.all()


@every_edit
@pytest.mark.parametrize("kind", ["mask", "touching"])
@pytest.mark.parametrize("shift", [-1, 1])
def test_out_may_overlap_the_image(edit, expect, kind, shift):
    pixels = scenes((30, 70))[kind]
    image, out = (pixels[:-1], pixels[1:])[::shift]
    expected = expect(image, 3)
    np.testing.assert_array_equal(edit(image, 3, out=out), expected)


# -------------------------------------------------------------------------------------- threads


@every_edit
@pytest.mark.parametrize("kind", ["mask", "touching", "signed"])
@pytest.mark.parametrize("shape", [(700, 900), (20, 200, 210)], ids=["2-D", "3-D"])
def test_any_number_of_threads_gives_the_same(edit, expect, shape, kind):
    image = scenes(shape)[kind]
    first = edit(image, 4, threads=1)
    np.testing.assert_array_equal(edit(image, 4, threads=3), first)
    in_place = image.copy()
    np.testing.assert_array_equal(edit(in_place, 4, out=in_place, threads=3), first)


def test_labels_renumber_the_same_for_any_number_of_threads():
    labels = np.random.default_rng(3).integers(0, 2**60, (700, 900)) // 2**50
    first, ids = ms.relabel_sequential(labels, return_ids=True, threads=1)
    again, same = ms.relabel_sequential(labels, return_ids=True, threads=3)
    np.testing.assert_array_equal(again, first)
    np.testing.assert_array_equal(same, ids)


# ----------------------------------------------------------------------- SciPy and scikit-image


@pytest.mark.parametrize("shape", [(300, 400), (40, 60, 70)], ids=["2-D", "3-D"])
@pytest.mark.parametrize("density", [0.1, 0.5, 0.7, 0.95])
def test_masks_equal_scipy_and_scikit_image(shape, density):
    mask = np.random.default_rng(4).random(shape) < density
    ndim = len(shape)
    np.testing.assert_array_equal(ms.fill_holes(mask), ndimage.binary_fill_holes(mask))
    full = ndimage.generate_binary_structure(ndim, ndim)
    np.testing.assert_array_equal(
        ms.fill_holes(mask, connectivity=1), ndimage.binary_fill_holes(mask, full)
    )
    np.testing.assert_array_equal(ms.clear_border(mask), segmentation.clear_border(mask))
    for steps in range(1, ndim + 1):
        np.testing.assert_array_equal(
            ms.remove_small(mask, 6, connectivity=steps),
            morphology.remove_small_objects(mask, max_size=5, connectivity=steps),
        )


@pytest.mark.parametrize("shape", [(300, 400), (40, 60, 70)], ids=["2-D", "3-D"])
def test_labels_equal_scikit_image(shape):
    labels = ms.label(sparse_holes(shape)) * 5
    np.testing.assert_array_equal(ms.clear_border(labels), segmentation.clear_border(labels))
    np.testing.assert_array_equal(
        ms.remove_small(labels, 9), morphology.remove_small_objects(labels, max_size=8)
    )
    relabeled, ids = ms.relabel_sequential(labels, return_ids=True)
    expected, _, inverse = segmentation.relabel_sequential(labels)
    np.testing.assert_array_equal(relabeled, expected)
    np.testing.assert_array_equal(ids, np.array(inverse)[1:])


def test_an_object_in_parts_leaves_the_border_as_a_whole():
    labels = np.array([[3, 0, 0, 0], [0, 0, 3, 0], [0, 0, 0, 0]])
    assert not ms.clear_border(labels).any()
    assert segmentation.clear_border(labels)[1, 2] == 3


# --------------------------------------------------------------------------------- what is kept


def test_negative_labels_are_kept():
    labels = np.array([[-1, -1, -1, 0], [-1, 0, -1, 2], [-1, -1, -1, 0]], np.int8)
    kept = np.where(labels == 2, 0, labels)
    np.testing.assert_array_equal(ms.remove_small(labels, 5), kept)
    np.testing.assert_array_equal(ms.keep_largest(labels, 0), kept)
    np.testing.assert_array_equal(ms.clear_border(labels), kept)
    np.testing.assert_array_equal(ms.fill_holes(labels), labels)


def test_a_hole_between_labels_stays():
    labels = np.array([[1, 1, 1, 2, 2], [1, 0, 1, 0, 2], [1, 1, 1, 2, 2]], np.uint64)
    labels[labels == 2] = 2**64 - 1
    filled = ms.fill_holes(labels)
    assert filled[1].tolist() == [1, 1, 1, 0, 2**64 - 1]
    labels[1, 2] = 2**64 - 1
    filled = ms.fill_holes(labels)
    assert filled[1].tolist() == [1, 0, 2**64 - 1, 2**64 - 1, 2**64 - 1]


def test_a_hole_may_leak_through_a_corner_that_does_not_join():
    ring = np.array([[0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0]], bool)
    assert ms.fill_holes(ring).sum() == ring.sum() + 4
    assert ms.fill_holes(ring, connectivity=1).sum() == ring.sum()


def test_ties_keep_the_earlier_object():
    mask = np.array([[1, 0, 1, 0, 1]], bool)
    assert ms.keep_largest(mask, 2)[0].tolist() == [True, False, True, False, False]
    labels = np.array([[9, 0, 4, 0, 7]])
    assert ms.keep_largest(labels, 2)[0].tolist() == [0, 0, 4, 0, 7]


@every_edit
@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 3, 3), (3, 3, 0), (1, 1), (1, 1, 1)])
@pytest.mark.parametrize("dtype", [bool, np.int32])
def test_images_without_pixels_and_of_one(edit, expect, shape, dtype):
    image = np.ones(shape, dtype)
    np.testing.assert_array_equal(edit(image, 1), expect(image, 1))


def test_lists_are_images_too():
    assert ms.fill_holes([[1, 1, 1], [1, 0, 1], [1, 1, 1]]).all()
    assert ms.relabel_sequential([[0, 7], [3, 3]]).tolist() == [[0, 2], [1, 1]]


# ---------------------------------------------------------------------------------- renumbering


@given(labels=images.label_images(), data=st.data())
def test_labels_are_renumbered_as_by_the_oracle(labels, data):
    labels = np.where(labels < 0, 0, labels).astype(labels.dtype)
    expected, expected_ids = editing.relabel_sequential(labels)
    dtype = data.draw(st.sampled_from([None, np.int16, np.uint16, np.int64, np.uint64]))
    relabeled, ids = ms.relabel_sequential(labels, dtype=dtype, return_ids=True)
    np.testing.assert_array_equal(relabeled, expected)
    assert relabeled.dtype == (dtype or np.int32)
    assert ids.tolist() == expected_ids
    assert ids.dtype == (
        np.uint64 if labels.dtype.kind + str(labels.itemsize) == "u8" else np.int64
    )


def test_the_largest_labels_need_no_more_memory():
    labels = np.array([[0, 2**64 - 1, 2**63], [5, 5, 2**64 - 1]], np.uint64)
    tracemalloc.start()
    relabeled, ids = ms.relabel_sequential(labels, return_ids=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert relabeled.tolist() == [[0, 3, 2], [1, 1, 3]]
    assert ids.tolist() == [5, 2**63, 2**64 - 1]
    assert peak < 2**20


def test_renumbered_labels_fit_their_dtype():
    labels = 1000 * np.arange(1, 129)[np.newaxis]
    with pytest.raises(OverflowError, match=r"dtype int8 holds labels up to 127.*128"):
        ms.relabel_sequential(labels, dtype=np.int8)
    assert ms.relabel_sequential(labels[:, 1:], dtype=np.int8).max() == 127


def test_renumbering_again_changes_nothing():
    labels = ms.relabel_sequential(scenes((40, 130))["touching"])
    np.testing.assert_array_equal(ms.relabel_sequential(labels), labels)
