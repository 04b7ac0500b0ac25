"""Regions once they are found: selected, cut out, looked up; against the label image they paint."""

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st

import mensura as ms


@pytest.fixture(scope="module", params=[(60, 170), (4, 30, 70)], ids=["2-D", "3-D"])
def scene(request):
    mask = np.random.default_rng(3).random(request.param) < 0.35
    regions = ms.find_regions(mask, connectivity=1)
    return regions, regions.to_labels()


def relabeled(labels, keep):
    """Keep the labels whose flag is set, numbered anew in order."""
    number = np.where(keep, np.cumsum(keep), 0)
    return np.concatenate([[0], number])[labels]


def sizes_of(labels):
    return np.bincount(labels.ravel(), minlength=labels.max() + 1)[1:]


def touching_border(labels):
    touching = set()
    for axis in range(labels.ndim):
        for side in (0, -1):
            touching |= set(np.take(labels, side, axis=axis).ravel().tolist())
    return np.array([k + 1 in touching for k in range(labels.max())])


def test_sizes_and_boxes_are_those_of_the_labels(scene):
    regions, labels = scene
    assert np.array_equal(regions.sizes, sizes_of(labels))
    for k in (1, regions.count // 2, regions.count):
        at = np.argwhere(labels == k)
        assert regions.bbox[k - 1].tolist() == [*at.min(axis=0), *(at.max(axis=0) + 1)]


def test_selecting_by_size(scene):
    regions, labels = scene
    sizes = sizes_of(labels)
    selected = regions.select(min_size=3, max_size=9)
    assert np.array_equal(selected.to_labels(), relabeled(labels, (sizes >= 3) & (sizes <= 9)))
    assert selected.count == np.count_nonzero((sizes >= 3) & (sizes <= 9))


def test_selecting_the_largest_breaks_ties_by_number(scene):
    regions, labels = scene
    sizes = sizes_of(labels)
    first = sorted(range(len(sizes)), key=lambda k: (-sizes[k], k))[:7]
    keep = np.isin(np.arange(len(sizes)), first)
    assert np.array_equal(regions.select(largest=7).to_labels(), relabeled(labels, keep))
    assert regions.select(largest=0).count == 0
    assert regions.select(largest=10**6).count == regions.count


def test_clearing_the_border(scene):
    regions, labels = scene
    expected = relabeled(labels, ~touching_border(labels))
    assert np.array_equal(regions.select(clear_border=True).to_labels(), expected)


def test_keeping_by_numbers_and_by_flags(scene):
    regions, labels = scene
    keep = np.arange(regions.count) % 4 == 1
    expected = relabeled(labels, keep)
    assert np.array_equal(regions.select(keep=keep).to_labels(), expected)
    assert np.array_equal(regions.select(keep=np.flatnonzero(keep) + 1).to_labels(), expected)
    assert regions.select(keep=[]).count == 0


def test_selections_can_be_selected_from_and_measured(scene):
    regions, labels = scene
    twice = regions.select(min_size=2).select(largest=5)
    assert np.array_equal(twice.to_labels(), regions.select(largest=5).to_labels())
    image = np.random.default_rng(4).random(labels.shape)
    assert twice.measure(image, "all") == ms.measure(twice.to_labels(), image, "all")
    assert f"{twice.count} regions" in repr(twice)
    assert regions.to_labels().max() == regions.count


def test_coordinates_masks_and_points(scene):
    regions, labels = scene
    for k in (1, regions.count // 3, regions.count):
        at = np.argwhere(labels == k)
        assert np.array_equal(regions.coords(k), at)
        begin, end = at.min(axis=0), at.max(axis=0) + 1
        box = tuple(slice(b, e) for b, e in zip(begin, end, strict=True))
        assert np.array_equal(regions.mask(k), labels[box] == k)
    points = np.argwhere(np.ones(labels.shape, bool))
    assert np.array_equal(regions.contains(points), labels.ravel() > 0)
    outside = np.array([[-1] * labels.ndim, list(labels.shape)])
    assert regions.contains(outside).tolist() == [False, False]
    assert regions.select(largest=0).contains(points).any() == np.False_


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"min_size": -1}, ValueError, "min_size"),
        ({"max_size": 2.5}, TypeError, "max_size"),
        ({"largest": "all"}, TypeError, "largest"),
        ({"keep": [0]}, ValueError, r"keep must be .* 1\.\."),
        ({"keep": [10**9]}, ValueError, r"keep must be .* 1\.\."),
        ({"keep": [1.5]}, TypeError, "keep must be"),
        ({"keep": [True]}, ValueError, "one bool per region"),
    ],
)
def test_bad_selections(scene, arguments, error, message):
    with pytest.raises(error, match=message):
        scene[0].select(**arguments)


def test_bad_look_ups(scene):
    regions, _ = scene
    for number in (0, regions.count + 1):
        with pytest.raises(ValueError, match=r"label must be .* 1\.\."):
            regions.coords(number)
    with pytest.raises(ValueError, match="points must have shape"):
        regions.contains([1, 2])
    with pytest.raises(TypeError, match="points must be integers"):
        regions.contains(np.zeros((1, regions.ndim)))


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", ">i4", "u8", "i8", "f2", "f4", ">f8"])
@pytest.mark.parametrize(
    "threshold", [-(10**400), -1000, -3, -0.5, 0, 1, 1.5, 40, 1e9, 2**63, 10**400, np.inf, -np.inf]
)
def test_a_threshold_equals_the_mask_it_stands_for(dtype, threshold):
    values = np.random.default_rng(5).integers(0, 90, (40, 130)) - (0 if "u" in dtype else 45)
    image = values.astype(dtype)
    if image.dtype.kind == "f":
        image[3, 5:9] = np.nan
    limit = max(min(threshold, 1e300), -1e300)
    if image.dtype.kind == "f":
        with np.errstate(over="ignore"):
            mask = image > image.dtype.type(limit)
    else:
        mask = image.astype(float) > limit
    for connectivity in (1, 2):
        found = ms.label(image, connectivity, threshold=threshold)
        assert np.array_equal(found, ms.label(mask, connectivity))
    assert ms.find_regions(image, threshold=threshold).count == ms.label(mask).max()


@pytest.mark.parametrize("threshold", [2**63 - 1, 2**63, 2**64 - 3, 2**64 - 2, 2**64 - 1])
def test_thresholds_of_unsigned_images_keep_every_digit(threshold):
    image = np.array([[0, 2**63 - 1, 2**63, 2**64 - 3, 2**64 - 2, 2**64 - 1]], np.uint64)
    above = [value > threshold for value in image[0].tolist()]
    assert (ms.label(image, threshold=threshold)[0] > 0).tolist() == above


@given(image=images.float_images() | images.label_images(), data=st.data())
def test_a_threshold_taken_from_the_image_equals_its_mask(image, data):
    values = image[np.isfinite(image)] if image.dtype.kind == "f" else image.ravel()
    threshold = data.draw(st.sampled_from(values.tolist() or [0]))
    with np.errstate(invalid="ignore"):
        mask = image > np.asarray(threshold, image.dtype)
    assert np.array_equal(ms.label(image, threshold=threshold), ms.label(mask))


@pytest.mark.parametrize(
    ("image", "threshold", "error", "message"),
    [
        (np.zeros((2, 2), bool), 0, ValueError, "threshold"),
        (np.zeros((2, 2)), np.nan, ValueError, "threshold must not be NaN"),
        (np.zeros((2, 2)), "1", TypeError, "threshold must be a number"),
        (np.zeros((2, 2)), True, TypeError, "threshold must be a number"),
        (np.zeros((2, 2)), 1j, TypeError, "threshold must be a number"),
    ],
)
def test_bad_thresholds(image, threshold, error, message):
    with pytest.raises(error, match=message):
        ms.label(image, threshold=threshold)


def test_what_regions_tell_cannot_be_changed():
    regions = ms.find_regions(np.array([[1, 1, 0, 1]], bool))
    for told in (regions.sizes, regions.bbox):
        with pytest.raises(ValueError, match="read-only"):
            told[:] = 0
    assert regions.coords(1).tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize("keep", [[0], [3], [1, -1], np.array([2**63], np.uint64)])
def test_numbers_to_keep_must_be_those_of_regions(keep):
    with pytest.raises(
        ValueError, match=r"keep must be of the numbers of regions, 1\.\.2, and has"
    ):
        ms.find_regions(np.array([[1, 1, 0, 1]], bool)).select(keep=keep)


@pytest.mark.parametrize("keep", [["1"], [1.0], {1, 2}])
def test_what_is_no_array_of_numbers_cannot_be_kept(keep):
    with pytest.raises(TypeError, match="keep must be an array of the numbers of regions"):
        ms.find_regions(np.array([[1, 1, 0, 1]], bool)).select(keep=keep)


@pytest.mark.parametrize(("label", "error"), [(0, ValueError), (3, ValueError), (1.0, TypeError)])
def test_a_region_is_asked_for_by_its_number(label, error):
    regions = ms.find_regions(np.array([[1, 1, 0, 1]], bool))
    for ask in (regions.coords, regions.mask):
        with pytest.raises(error, match=f"^label must be .*{label}"):
            ask(label)


def test_a_region_round_the_border_keeps_the_coordinates_of_the_image():
    image = np.zeros((4, 6), bool)
    image[1, [0, 5]] = True
    regions = ms.find_regions(image, periodic=[False, True])
    assert regions.count == 1
    assert regions.bbox.tolist() == [[1, 0, 2, 6]]
    assert regions.measure(measurements="centroid")["centroid-1"].tolist() == [2.5]
    assert regions.select(clear_border=True).count == 0
