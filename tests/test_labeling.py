"""``label``: equal to flood fill, to SciPy and to scikit-image, whatever the image."""

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import painting, scanning
from peers import numbered_by_raster, scipy_label
from scipy import ndimage
from skimage import measure as skimage_measure

import mensura as ms

SHAPES = {2: (40, 67), 3: (6, 9, 65)}


def blobs(shape, seed=1):
    """Smooth random blobs: objects of all sizes, with holes and bays."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    return ndimage.gaussian_filter(noise, 2) > 0


# ------------------------------------------------------------------------------- the flood fill


@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_equals_flood_fill(image, data):
    connectivity = data.draw(st.integers(1, image.ndim))
    before = image.copy()
    labels, count = ms.label(image, connectivity, return_num=True)
    expected = painting.label(image, connectivity)
    np.testing.assert_array_equal(labels, expected)
    assert labels.dtype == np.int32
    assert count == expected.max(initial=0)
    np.testing.assert_array_equal(image, before)


@given(image=images.label_images(), data=st.data())
def test_any_value_can_be_the_background(image, data):
    background = data.draw(st.sampled_from(sorted(set(image.ravel().tolist()))))
    np.testing.assert_array_equal(
        ms.label(image, background=background), painting.label(image, background=background)
    )


@given(image=images.float_images(), background=st.sampled_from([0, 1.5, -2.0, float("inf")]))
def test_floats_join_where_equal_and_nan_is_background(image, background):
    np.testing.assert_array_equal(
        ms.label(image, background=background), painting.label(image, background=background)
    )


@given(row=st.one_of(images.label_images(2), images.float_images(2)).map(lambda im: im[:1]))
def test_the_components_of_one_row_are_its_runs(row):
    runs = scanning.runs_of_row(row[0])
    expected = painting.paint([[(0, x) for x in range(*run[:2])] for run in runs], row.shape)
    np.testing.assert_array_equal(ms.label(row), expected)


@given(image=st.one_of(images.label_images(), images.masks()))
def test_labels_of_full_connectivity_label_to_themselves(image):
    labels = ms.label(image)
    np.testing.assert_array_equal(ms.label(labels), labels)


# ------------------------------------------------------------------------- SciPy and scikit-image


@given(mask=images.masks(), data=st.data())
def test_masks_equal_scipy_and_scikit_image(mask, data):
    connectivity = data.draw(st.integers(1, mask.ndim))
    labels, count = ms.label(mask, connectivity, return_num=True)
    expected, expected_count = scipy_label(mask, connectivity)
    np.testing.assert_array_equal(labels, expected)
    assert count == expected_count
    np.testing.assert_array_equal(
        labels, skimage_measure.label(np.ascontiguousarray(mask), connectivity=connectivity)
    )


@given(image=images.label_images(ids=(images.contiguous_ids,)), data=st.data())
def test_values_equal_scikit_image(image, data):
    connectivity = data.draw(st.integers(1, image.ndim))
    background = data.draw(st.integers(0, 2))
    native = np.array(image, image.dtype.newbyteorder("="), order="C")
    expected = skimage_measure.label(native, background=background, connectivity=connectivity)
    np.testing.assert_array_equal(
        ms.label(image, connectivity, background), numbered_by_raster(expected)
    )


@pytest.mark.parametrize("connectivity", [1, 2])
@pytest.mark.parametrize("density", [0.1, 0.4, 0.5, 0.6, 0.9])
def test_large_noise_equals_scipy(connectivity, density):
    mask = np.random.default_rng(4).random((700, 900)) < density
    np.testing.assert_array_equal(ms.label(mask, connectivity), scipy_label(mask, connectivity)[0])


@pytest.mark.parametrize("connectivity", [1, 2, 3])
@pytest.mark.parametrize("density", [0.1, 0.3, 0.6])
def test_large_noise_in_3d_equals_scipy(connectivity, density):
    mask = np.random.default_rng(5).random((50, 60, 130)) < density
    np.testing.assert_array_equal(ms.label(mask, connectivity), scipy_label(mask, connectivity)[0])


@pytest.mark.parametrize("connectivity", [1, 2, 3])
@pytest.mark.parametrize("shape", [(3, 1500, 1400), (34, 510, 520)], ids=str)
def test_volumes_of_several_million_voxels_equal_scipy(shape, connectivity):
    # Large enough to be searched in several parts, which are joined between planes.
    mask = np.random.default_rng(27).random(shape) < 0.25
    np.testing.assert_array_equal(ms.label(mask, connectivity), scipy_label(mask, connectivity)[0])


def test_a_volume_of_several_million_values_equals_scikit_image():
    image = np.random.default_rng(28).integers(0, 5, (3, 1500, 1400))
    for connectivity in (1, 3):
        np.testing.assert_array_equal(
            ms.label(image, connectivity),
            skimage_measure.label(image, connectivity=connectivity),
        )


@pytest.mark.parametrize("connectivity", [1, 2])
def test_large_blobs_equal_scipy(connectivity):
    mask = blobs((1000, 1100))
    np.testing.assert_array_equal(ms.label(mask, connectivity), scipy_label(mask, connectivity)[0])


def test_large_image_of_many_touching_values_equals_scikit_image():
    image = np.random.default_rng(6).integers(0, 4, (600, 700)).repeat(2, 0).repeat(2, 1)
    for connectivity in (1, 2):
        np.testing.assert_array_equal(
            ms.label(image, connectivity),
            skimage_measure.label(image, connectivity=connectivity),
        )


# --------------------------------------------------------------- shapes that strain the union-find


def test_a_spiral_through_every_block_of_rows_is_one_object():
    spiral = images.spiral((801, 801), None)
    labels, count = ms.label(spiral, connectivity=1, return_num=True)
    assert count == 1
    np.testing.assert_array_equal(labels, spiral)


def test_a_comb_is_joined_by_its_last_row():
    comb = np.zeros((1500, 999), bool)
    comb[:, ::2] = True
    assert ms.label(comb, return_num=True)[1] == 500
    comb[-1] = True
    assert ms.label(comb, return_num=True)[1] == 1


def test_a_checkerboard_is_one_object_by_diagonals_only():
    board = np.indices((1200, 1301)).sum(axis=0) % 2 == 0
    assert ms.label(board, connectivity=2, return_num=True)[1] == 1
    labels, count = ms.label(board, connectivity=1, return_num=True)
    assert count == board.sum()
    np.testing.assert_array_equal(labels[board], np.arange(1, count + 1))


def test_numbers_run_in_raster_order_of_the_first_pixel():
    # The right piece starts in the first row, the left one only in the second.
    image = np.array([[0, 0, 0, 1], [1, 0, 0, 1], [1, 0, 0, 0]])
    expected = [[0, 0, 0, 1], [2, 0, 0, 1], [2, 0, 0, 0]]
    for layout in images.LAYOUTS:
        np.testing.assert_array_equal(ms.label(layout(image)), expected)


def test_diagonals_of_3d_need_their_connectivity():
    image = np.zeros((2, 2, 2), np.uint8)
    image[0, 0, 0] = image[1, 1, 1] = 1
    assert [ms.label(image, c, return_num=True)[1] for c in (1, 2, 3)] == [2, 2, 1]
    image[0, 1, 1] = 1
    assert [ms.label(image, c, return_num=True)[1] for c in (1, 2, 3)] == [2, 1, 1]


# -------------------------------------------------------------------------------- single arguments


def test_connectivity_is_full_unless_told():
    image = np.eye(5, dtype=np.uint8)
    np.testing.assert_array_equal(ms.label(image), ms.label(image, connectivity=2))
    assert ms.label(image, return_num=True)[1] == 1
    assert ms.label(image, np.int64(1), return_num=True)[1] == 5


@pytest.mark.parametrize("background", [-1, 256, 2**63, -(2**63)])
def test_a_background_that_no_pixel_can_hold_leaves_all_foreground(background):
    image = np.array([[0, 1], [1, 0]], np.uint8)
    np.testing.assert_array_equal(ms.label(image, 1, background), [[1, 2], [3, 4]])


def test_the_background_of_a_mask_can_be_true():
    mask = np.array([[True, False], [True, True]])
    np.testing.assert_array_equal(ms.label(mask, background=1), [[0, 1], [0, 0]])


def test_true_is_any_byte_but_zero():
    # What a mask of 0 and 255 gives when it is viewed, not converted.
    mask = np.array([[0, 2, 255, 1, 0, 4]], np.uint8).view(bool)
    np.testing.assert_array_equal(ms.label(mask), [[0, 1, 1, 1, 0, 2]])
    np.testing.assert_array_equal(ms.label(mask, background=1), [[1, 0, 0, 0, 2, 0]])


def test_negative_zero_is_zero():
    image = np.array([[0.0, -0.0, 1.0]])
    np.testing.assert_array_equal(ms.label(image), [[0, 0, 1]])
    np.testing.assert_array_equal(ms.label(image, background=1), [[1, 1, 0]])


def test_values_that_differ_in_the_last_bit_are_apart():
    large = np.uint64(2**64 - 2)
    image = np.array([[large, large + np.uint64(1)]], np.uint64)
    np.testing.assert_array_equal(ms.label(image), [[1, 2]])
    image = np.array([[1.0, np.nextafter(1.0, 2.0)]])
    np.testing.assert_array_equal(ms.label(image), [[1, 2]])


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
def test_dtype_of_the_labels(dtype):
    image = np.indices((10, 10)).sum(axis=0) % 2
    labels = ms.label(image, 1, dtype=dtype)
    assert labels.dtype == dtype
    np.testing.assert_array_equal(labels, skimage_measure.label(image, connectivity=1))


@pytest.mark.parametrize(("dtype", "largest"), [("i1", 127), ("u1", 255), ("i2", 32767)])
def test_a_dtype_holds_its_largest_number_and_no_more(dtype, largest):
    row = np.arange(2 * largest + 1)[np.newaxis] % 2
    assert ms.label(row, dtype=dtype).max() == largest
    one_more = np.append(row, [[0, 1]], axis=1)
    with pytest.raises(OverflowError, match=f"(?s){largest + 1}"):
        ms.label(one_more, dtype=dtype)
    with pytest.raises(OverflowError, match=f"(?s){largest + 1}"):
        ms.label(one_more, out=np.zeros(one_more.shape, dtype))


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
@pytest.mark.parametrize(
    "layout",
    [
        images.c_order,
        images.fortran_order,
        images.reversed_strides,
        images.every_third_pixel,
        images.window,
    ],
    ids=lambda layout: layout.__name__,
)
@pytest.mark.parametrize("ndim", [2, 3])
def test_out_is_filled_and_returned(ndim, layout, dtype):
    image = np.zeros(SHAPES[ndim], np.uint8)
    image[..., 3:5] = image[..., 60:65] = 1
    garbage = np.full(image.shape, 77, dtype)
    out = layout(garbage)
    labels, count = ms.label(image, out=out, return_num=True)
    assert labels is out
    assert count == 2
    np.testing.assert_array_equal(out, skimage_measure.label(image))


def test_out_leaves_its_surroundings_alone():
    larger = np.full((6, 70), 77, np.int32)
    ms.label(np.ones((4, 68), np.uint8), out=larger[1:-1, 1:-1])
    expected = np.full((6, 70), 77)
    expected[1:-1, 1:-1] = 1
    np.testing.assert_array_equal(larger, expected)


def test_out_can_be_the_image():
    image = np.array([[7, 7, 0, 5], [0, 0, 0, 5]])
    assert ms.label(image, out=image) is image
    np.testing.assert_array_equal(image, [[1, 1, 0, 2], [0, 0, 0, 2]])


def test_return_num():
    image = np.array([[1, 0, 1]])
    labels = ms.label(image)
    assert isinstance(labels, np.ndarray)
    both = ms.label(image, return_num=True)
    assert isinstance(both, tuple)
    np.testing.assert_array_equal(both[0], labels)
    assert both[1] == 2
    assert isinstance(both[1], int)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0), (0, 3, 4), (3, 0, 4), (3, 4, 0)])
@pytest.mark.parametrize("dtype", ["?", "u1", "f4"])
def test_an_image_without_pixels_has_no_objects(shape, dtype):
    labels, count = ms.label(np.zeros(shape, dtype), return_num=True)
    assert labels.shape == shape
    assert labels.dtype == np.int32
    assert count == 0


def test_the_result_is_a_new_array():
    image = np.ones((3, 3), np.int32)
    labels = ms.label(image)
    assert not np.shares_memory(labels, image)
    assert labels.flags.c_contiguous
    assert labels.flags.writeable


def test_the_background_is_rounded_to_the_image_as_numpy_does():
    assert ms.label(np.full((2, 2), 0.1, np.float16), background=0.1).max() == 0
    assert ms.label(np.full((2, 2), 0.1, np.float32), background=0.1).max() == 0
    assert ms.label(np.zeros((2, 2)), background=10**400).max() == 1
    assert ms.label(np.zeros((2, 2), int), background=10**400).max() == 1
