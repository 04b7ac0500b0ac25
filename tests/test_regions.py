"""``find_regions`` and ``Regions``: the same objects as ``label`` finds, without a label image."""

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from oracles import joining, painting, tables
from oracles.agreement import assert_same_bits, assert_tables_agree

import mensura as ms


@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_regions_are_the_components(image, data):
    connectivity = data.draw(st.integers(1, image.ndim))
    background = data.draw(st.sampled_from([0, 1]))
    before = image.copy()
    regions = ms.find_regions(image, connectivity, background)
    components = joining.components(image, connectivity, background)
    assert regions.count == len(components)
    assert regions.shape == image.shape
    assert regions.ndim == image.ndim
    np.testing.assert_array_equal(regions.to_labels(), painting.paint(components, image.shape))
    np.testing.assert_array_equal(image, before)


@given(image=images.float_images())
def test_regions_of_floats(image):
    np.testing.assert_array_equal(ms.find_regions(image).to_labels(), painting.label(image))


@given(image=st.one_of(images.label_images(), images.masks()), data=st.data())
def test_regions_measure_like_their_label_image(image, data):
    regions = ms.find_regions(image)
    intensities = data.draw(images.intensity_images(image.shape))
    labels = regions.to_labels()
    spacing = data.draw(images.spacings(image.ndim))
    settings = {"measurements": "all", "spacing": spacing}
    direct = regions.measure(intensities, **settings)
    assert_same_bits(direct, ms.measure(labels, intensities, **settings))
    assert_same_bits(direct, ms.measure(regions, intensities, **settings))


@given(mask=images.masks())
def test_regions_of_a_mask_equal_the_oracles(mask):
    wanted = tables.names(mask.ndim, with_image=False)
    expected = tables.measure(painting.label(mask), measurements=wanted)
    assert_tables_agree(ms.find_regions(mask).measure(measurements=wanted), expected)


def test_to_labels_takes_a_dtype_and_an_output():
    regions = ms.find_regions(np.eye(5, dtype=bool), connectivity=1)
    assert regions.to_labels().dtype == np.int32
    labels = regions.to_labels(dtype=np.uint8)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, np.diag([1, 2, 3, 4, 5]))
    out = np.full((5, 5), 9, np.int16, order="F")
    assert regions.to_labels(out=out) is out
    np.testing.assert_array_equal(out, labels)


def test_to_labels_refuses_a_dtype_that_is_too_small():
    regions = ms.find_regions(np.arange(301)[np.newaxis] % 2)
    assert regions.count == 150
    with pytest.raises(OverflowError, match="150"):
        regions.to_labels(dtype=np.int8)


def test_regions_outlive_and_do_not_follow_their_image():
    image = np.zeros((4, 80), np.uint8)
    image[1:3, 5:70] = 1
    regions = ms.find_regions(image)
    expected = regions.to_labels()
    image[...] = 1
    np.testing.assert_array_equal(regions.to_labels(), expected)
    del image
    assert regions.measure()["area"].tolist() == [130.0]


def test_regions_of_several_values_keep_touching_values_apart():
    image = np.array([[1, 1, 2], [0, 1, 2], [3, 3, 2]])
    regions = ms.find_regions(image)
    assert regions.measure()["area"].tolist() == [3.0, 3.0, 2.0]


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (0, 4)])
def test_no_regions(shape):
    regions = ms.find_regions(np.zeros(shape, bool))
    assert regions.count == 0
    assert regions.shape == shape
    assert not regions.to_labels().any()
    table = regions.measure()
    assert table.num_rows == 0
    assert list(table) == list(ms.measure(np.zeros(shape, int)))


def test_repr_says_how_many_and_of_what_shape():
    text = repr(ms.find_regions(np.eye(5, dtype=bool), connectivity=1))
    assert "Regions" in text
    assert "5" in text
    assert "(5, 5)" in text


def test_regions_can_be_used_again():
    regions = ms.find_regions(np.eye(6, dtype=bool))
    image = np.arange(36.0).reshape(6, 6)
    first = regions.measure(image)
    regions.to_labels()
    assert_same_bits(regions.measure(image), first)
