"""Laws that hold for any labeling: order, disjoint unions, refinement, thresholds, backgrounds.

Flips and transpositions are in ``test_invariants.py``. Thresholds and backgrounds are held against
comparisons of Python numbers, which are exact.
"""

import itertools
import math

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from peers import renumbered, same_partition

import mensura as ms

any_image = st.one_of(images.label_images(), images.masks(), images.float_images())
integers_or_masks = st.one_of(images.label_images(), images.masks())


def draw_connectivity(data, ndim):
    return data.draw(st.integers(1, ndim), label="connectivity")


def refines(finer, coarser):
    """Whether every object of one labeling lies within one object of the other."""
    within = finer > 0
    pairs = np.unique(np.stack([finer[within], coarser[within]]), axis=1)
    return bool((coarser[within] > 0).all()) and pairs.shape[1] == len(np.unique(finer[within]))


# ------------------------------------------------------------------------------ numbers and parts


@given(image=any_image, data=st.data())
def test_numbers_are_1_to_n_in_raster_order(image, data):
    connectivity = draw_connectivity(data, image.ndim)
    labels, count = ms.label(image, connectivity, return_num=True)
    np.testing.assert_array_equal(labels, renumbered(labels))
    assert np.unique(labels[labels > 0]).tolist() == list(range(1, count + 1))
    values = [image[labels == number] for number in range(1, count + 1)]
    assert all((value == value[0]).all() for value in values)


@given(data=st.data(), connectivity=st.integers(1, 2))
def test_images_apart_are_labeled_apart(data, connectivity):
    first, second = (data.draw(integers_or_masks_of(2)) for _ in range(2))
    axis = data.draw(st.integers(0, 1), label="axis")
    sides = np.maximum(first.shape, second.shape)
    sides[axis] = 0
    parts = []
    for image in (first, second):
        pads = [(0, max(0, side - n)) for side, n in zip(sides, image.shape, strict=True)]
        pads[axis] = (0, 1)
        parts.append(np.pad(image.astype(np.int64), pads))
    whole = ms.label(np.concatenate(parts, axis), connectivity)
    apart = [ms.label(part, connectivity) for part in parts]
    apart[1] = np.where(apart[1] > 0, apart[1] + apart[0].max(), 0)
    expected = np.concatenate(apart, axis)
    assert same_partition(whole, expected)
    if axis == 0:
        np.testing.assert_array_equal(whole, expected)


def integers_or_masks_of(ndim):
    return st.one_of(images.label_images(ndim), images.masks(ndim)).filter(fits_int64)


def fits_int64(image):
    return image.dtype.kind != "u" or int(image.max(initial=0)) < 2**63


@given(image=integers_or_masks, data=st.data())
def test_more_neighbors_only_join(image, data):
    labels = [ms.label(image, c) for c in range(1, image.ndim + 1)]
    for fewer, more in itertools.pairwise(labels):
        assert refines(fewer, more)


@given(image=images.label_images(), data=st.data())
def test_values_only_part_the_mask(image, data):
    connectivity = draw_connectivity(data, image.ndim)
    assert refines(ms.label(image, connectivity), ms.label(image != 0, connectivity))


@given(mask=images.masks(), data=st.data())
def test_more_foreground_only_joins(mask, data):
    connectivity = draw_connectivity(data, mask.ndim)
    more = mask | (data.draw(images.generators).random(mask.shape) < 0.2)
    assert refines(ms.label(mask, connectivity), ms.label(more, connectivity))


@given(mask=images.masks(), data=st.data())
def test_every_region_alone_is_one_component(mask, data):
    connectivity = draw_connectivity(data, mask.ndim)
    regions = ms.find_regions(mask, connectivity)
    for number in range(1, min(regions.count, 5) + 1):
        assert ms.label(regions.mask(number), connectivity, return_num=True)[1] == 1


@given(image=st.one_of(images.label_images(2), images.masks(2)), data=st.data())
def test_a_plane_is_a_volume_of_one_plane(image, data):
    connectivity = draw_connectivity(data, 2)
    axis = data.draw(st.integers(0, 2), label="axis")
    labels = ms.label(image, connectivity)
    volume = np.expand_dims(image, axis)
    np.testing.assert_array_equal(ms.label(volume, connectivity), np.expand_dims(labels, axis))
    # Diagonals of three axes need three that are longer than 1.
    if connectivity == 2:
        np.testing.assert_array_equal(ms.label(volume, 3), np.expand_dims(labels, axis))


@given(image=images.label_images(ids=(images.contiguous_ids,)), data=st.data())
def test_other_values_give_equal_labels(image, data):
    connectivity = draw_connectivity(data, image.ndim)
    values, codes = np.unique(image, return_inverse=True)
    new = data.draw(images.generators).permutation(len(values)) + 1
    new[values == 0] = 0
    labels = ms.label(image, connectivity)
    renamed = new[codes.reshape(image.shape)]
    for dtype in (np.uint64, np.float64):
        np.testing.assert_array_equal(ms.label(renamed.astype(dtype), connectivity), labels)


# ---------------------------------------------------------------------- thresholds and backgrounds


def near(value):
    """Numbers at, beside and halfway beside a value."""
    steps = [value - 1, value, value + 1]
    if abs(value) < 2**52:
        steps += [value - 0.5, value + 0.5, float(value)]
    return steps


def interesting_numbers(image):
    """Numbers to compare the pixels of an integer image with: of the image, its dtype, beyond."""
    limits = np.iinfo(image.dtype)
    chosen = [limits.min, limits.max, 0, 2**63, 2**64, *np.unique(image)[:5].tolist()]
    beyond = [10**30, -(10**30), 1e19, -1e19, math.inf, -math.inf, 1e-300, -1e-300, 5e-324]
    return [*beyond, *[number for value in chosen for number in near(value)]]


def exact_mask(image, holds):
    flags = [holds(value) for value in image.ravel().tolist()]
    return np.array(flags, bool).reshape(image.shape)


@st.composite
def integer_scenes(draw):
    """Integer images of a few values that lie at the ends of the dtype and about zero."""
    dtype = draw(st.sampled_from(images.INTEGER_DTYPES))
    limits = np.iinfo(dtype)
    values = [limits.min, limits.min + 1, 0, 1, 2, limits.max // 2 + 1, limits.max - 1, limits.max]
    shape = draw(images.shapes(draw(st.sampled_from([2, 3]))))
    image = draw(images.generators).choice(np.array(values, dtype), shape)
    return draw(st.sampled_from(images.LAYOUTS))(image)


@given(image=integer_scenes(), data=st.data())
def test_thresholds_of_integers_are_exact(image, data):
    threshold = data.draw(st.sampled_from(interesting_numbers(image)), label="threshold")
    connectivity = draw_connectivity(data, image.ndim)
    mask = exact_mask(image, lambda value: value > threshold)
    labels = ms.label(image, connectivity, threshold=threshold)
    np.testing.assert_array_equal(labels, ms.label(mask, connectivity))


@st.composite
def float_scenes(draw):
    """Floating images of NaN, infinities, both zeros, subnormals and neighbors of one."""
    dtype = draw(st.sampled_from(images.FLOAT_DTYPES))
    kind = dtype.type
    limits = np.finfo(dtype)
    tiny = limits.smallest_subnormal
    one = [np.nextafter(kind(1), kind(0)), kind(1), np.nextafter(kind(1), kind(2))]
    edges = [limits.min, limits.max, tiny, -tiny, np.nan, np.inf, -np.inf, 0.0, -0.0]
    shape = draw(images.shapes(draw(st.sampled_from([2, 3]))))
    image = draw(images.generators).choice(np.array([*one, *edges], dtype), shape)
    return draw(st.sampled_from(images.LAYOUTS))(image)


FLOAT_NUMBERS = [0, -0.0, 1, 1.0, 0.1, 1 - 2**-11, 1 - 2**-24, 1 - 2**-53, 1 + 2**-10, 1 + 2**-52]
FLOAT_NUMBERS += [5e-324, -5e-324, 6e-8, 1e-45, 65504, 65520, 1e39, -1e39, 10**400, -(10**400)]
FLOAT_NUMBERS += [math.inf, -math.inf, 1.7976931348623157e308]


def as_held(number, dtype):
    """A number as a floating image holds it."""
    try:
        with np.errstate(over="ignore"):
            return dtype.type(number)
    except OverflowError:
        return dtype.type(math.inf if number > 0 else -math.inf)


@given(image=float_scenes(), threshold=st.sampled_from(FLOAT_NUMBERS), data=st.data())
def test_thresholds_of_floats_are_rounded_as_by_numpy(image, threshold, data):
    connectivity = draw_connectivity(data, image.ndim)
    with np.errstate(invalid="ignore"):
        mask = image > as_held(threshold, image.dtype)
    labels = ms.label(image, connectivity, threshold=threshold)
    np.testing.assert_array_equal(labels, ms.label(mask, connectivity))
    assert not labels[np.isnan(image)].any()


@given(image=integer_scenes(), data=st.data())
def test_backgrounds_of_integers_are_exact(image, data):
    numbers = [n for n in interesting_numbers(image) if n in (0, 1) or float(n).is_integer()]
    background = data.draw(st.sampled_from(numbers), label="background")
    connectivity = draw_connectivity(data, image.ndim)
    foreground = exact_mask(image, lambda value: value != background)
    codes = np.unique(image, return_inverse=True)[1]
    expected = ms.label(np.where(foreground, 1 + codes.reshape(image.shape), 0), connectivity)
    np.testing.assert_array_equal(ms.label(image, connectivity, background), expected)


@given(image=float_scenes(), background=st.sampled_from(FLOAT_NUMBERS), data=st.data())
def test_backgrounds_of_floats_are_rounded_as_by_numpy(image, background, data):
    connectivity = draw_connectivity(data, image.ndim)
    foreground = (image != as_held(background, image.dtype)) & ~np.isnan(image)
    codes = np.unique(image, return_inverse=True)[1]
    expected = ms.label(np.where(foreground, 1 + codes.reshape(image.shape), 0), connectivity)
    np.testing.assert_array_equal(ms.label(image, connectivity, background), expected)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("number", [0.1, 0.3, -0.1, 1e-30, 1e300, -1e300])
def test_thresholds_that_the_image_cannot_hold_mean_what_numpy_means(dtype, number):
    with np.errstate(over="ignore"):
        rounded = np.asarray(number).astype(dtype)
        near = np.nextafter(rounded, np.array([-np.inf, np.inf], dtype))
        single = np.float32(number)
    pixels = np.array([[rounded, *near, 0, 1]], dtype)
    for threshold in (number, np.float64(number), single):
        with np.errstate(over="ignore"):
            expected = pixels > threshold
        assert (ms.label(pixels, threshold=threshold) > 0).tolist() == expected.tolist()
