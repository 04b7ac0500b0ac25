"""``mensura.skimage.measure.label`` against the live function of scikit-image."""

import inspect
import sys
import warnings

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st

from mensura.skimage.measure import label

measure = pytest.importorskip("skimage.measure", reason="compares with scikit-image")


def assert_same_labels(image, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of values that int64 does not hold
        want, expected_count = measure.label(image, return_num=True, **options)
        got, count = label(image, return_num=True, **options)
        alone = label(image, **options)
    assert got.dtype == want.dtype
    assert (count, type(count)) == (expected_count, type(expected_count))
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(alone, want)


def test_the_signature_is_that_of_scikit_image():
    expected = inspect.signature(measure.label).parameters
    found = inspect.signature(label).parameters
    assert list(found) == list(expected)
    for name, parameter in expected.items():
        assert found[name].kind == parameter.kind, name
        assert found[name].default == parameter.default, name


@given(image=images.label_images(), data=st.data())
def test_images_of_values(image, data):
    connectivity = data.draw(st.sampled_from([None, *range(1, image.ndim + 1)]))
    corner = int(image.flat[0].astype(np.int64))
    background = data.draw(st.sampled_from([None, -1, 0, 1, 2, corner]))
    assert_same_labels(image, connectivity=connectivity, background=background)


@given(mask=images.masks(), data=st.data())
def test_masks(mask, data):
    connectivity = data.draw(st.sampled_from([None, *range(1, mask.ndim + 1)]))
    background = data.draw(st.sampled_from([None, False, True, 0, 1, 5, -1]))
    assert_same_labels(mask, connectivity=connectivity, background=background)


@pytest.mark.parametrize("shape", [(6, 7, 1), (6, 1, 7), (1, 6, 7), (6, 1, 1), (6, 1), (1, 6)])
@pytest.mark.parametrize("connectivity", [1, None])
def test_axes_of_length_one(shape, connectivity):
    rng = np.random.default_rng(5)
    for _ in range(20):
        image = rng.integers(0, 3, shape)
        assert_same_labels(image, connectivity=connectivity)
        assert_same_labels(image > 0, connectivity=connectivity)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "g", "F", "O", "S1", ">i4", ">f8", "<u8"])
def test_values_are_read_as_int64(dtype):
    image = (np.random.default_rng(6).random((9, 12)) * 4).astype(dtype)
    assert_same_labels(image)
    assert_same_labels(image, background=1.0)


def test_values_that_int64_does_not_hold():
    assert_same_labels(np.array([[2**63 + 1, 2**63 + 1, 2**64 - 1, 5]], np.uint64))
    assert_same_labels(np.array([[2**63 + 1, 2**64 - 1, 5]], np.uint64), background=-1)


@pytest.mark.parametrize("shape", [(5,), (0,), (0, 3), (2, 0, 3)])
@pytest.mark.parametrize("dtype", [int, bool])
def test_lines_and_images_without_pixels(shape, dtype):
    assert_same_labels(np.ones(shape, dtype))


def test_masks_may_have_any_number_of_axes():
    assert_same_labels(np.random.default_rng(7).random((3, 4, 5, 6)) < 0.3)


@pytest.mark.parametrize("connectivity", [True, 1.0, np.int8(2)])
def test_connectivity_may_be_any_number(connectivity):
    assert_same_labels(np.eye(4, dtype=int), connectivity=connectivity)


@pytest.mark.parametrize("dtype", [int, bool])
@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((3, 4), {"connectivity": 0}),
        ((3, 4), {"connectivity": 3}),
        ((3, 4), {"connectivity": -1}),
        ((3, 4, 5), {"connectivity": 4}),
        ((3, 4), {"connectivity": "1"}),
        ((3, 4), {"no_such_option": 1}),
        ((), {}),
    ],
)
def test_errors_are_of_the_same_type(shape, options, dtype):
    with pytest.raises(Exception) as expected:  # noqa: PT011 - whatever scikit-image raises
        measure.label(np.ones(shape, dtype), **options)
    with pytest.raises(Exception) as found:  # noqa: PT011
        label(np.ones(shape, dtype), **options)
    assert found.type is expected.type


@pytest.mark.parametrize(
    ("image", "background", "error"),
    [
        ([[1, 0]], None, AttributeError),
        (np.ones((2, 2, 2, 2)), None, NotImplementedError),
        (np.eye(3), "0", TypeError),
        (np.eye(3), np.nan, ValueError),
    ],
)
def test_bad_images_and_backgrounds(image, background, error):
    for function in (measure.label, label):
        with pytest.raises(error):
            function(image, background=background)


def test_a_background_with_a_fraction_is_an_error():
    assert measure.label(np.ones((2, 2), int), background=0.5).max() == 1
    with pytest.raises(ValueError, match=r"background must be a whole number .* not 0\.5"):
        label(np.ones((2, 2), int), background=0.5)


def test_lines_need_scikit_image(monkeypatch):
    for name in ("skimage", "skimage.measure"):
        monkeypatch.setitem(sys.modules, name, None)
    assert label(np.eye(3, dtype=int)).max() == 1
    with pytest.raises(ImportError, match=r"a 1-D image would be labeled by .*mensura\[skimage\]"):
        label(np.ones(5, int))
