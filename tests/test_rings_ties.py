"""Pixels outside that are as near to several objects, whatever the sides of pixels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import rings

import mensura as ms

# Whole numbers of a unit in decimals, with ties that doubles of the squares would break; the same
# in the plane alone; and sides of which only mirrored steps are as long.
WHOLE = [(0.3, 0.1), (0.1, 0.3), (2, 0.65), (1.5, 0.7), (0.1083, 0.2), (0.1 + 0.2, 0.1)]
WHOLE_3D = [(0.6, 0.3, 0.1), (0.2, 0.3, 0.5), (2, 0.65, 0.65), (0.7, 1.1, 1.5)]
OTHER = [(math.pi, math.e), (1, math.sqrt(2))]
OTHER_3D = [(math.pi, 0.1, 0.3), (math.sqrt(7), 0.3, 0.3), (0.3, math.pi, math.e)]


@st.composite
def scenes(draw, sides_2d=tuple(WHOLE + OTHER), sides_3d=tuple(WHOLE_3D + OTHER_3D)):
    """Small objects far apart, their labels in any order, and an image that tells pixels apart."""
    sides = draw(st.sampled_from(sides_2d + sides_3d))
    most = 28 if len(sides) == 2 else 11
    shape = tuple(draw(st.integers(3, most)) for _ in sides)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    labels = np.zeros(shape, int)
    count = draw(st.integers(2, 9))
    for label in rng.permutation(count) + 1:
        labels[tuple(rng.integers(0, shape))] = label
    image = np.arange(labels.size, dtype=np.int64).reshape(shape) ** 2
    return labels, image, tuple(map(float, sides))


def measured(labels, image, sides, outer=math.inf):
    """The pixels of each label: ring by ring their distance, number and sum of squared names."""
    found = ms.radial_profiles(
        image, labels, metric="signed", outer=outer, spacing=sides, bins=("width", min(sides) / 8)
    )
    rows = {}
    for profile in found:
        kept = profile.count > 0
        ring = zip(
            profile.distance[kept].tolist(),
            profile.count[kept].tolist(),
            profile.statistics["sum"][kept].tolist(),
            strict=True,
        )
        rows[profile.keys["label"]] = list(ring)
    return rows


@settings(max_examples=150)
@given(scenes(tuple(WHOLE), tuple(WHOLE_3D)))
def test_ties_go_to_the_smallest_label(scene):
    labels, image, sides = scene
    found = ms.radial_profiles(
        image, labels, metric="signed", outer=math.inf, spacing=sides, bins=[0, 1e6]
    )
    outside = rings.outside_distances(rings.pixels_of(labels), labels.shape, sides, math.inf)
    for profile in found:
        pixels = list(outside[profile.keys["label"]])
        assert profile.count.tolist() == [len(pixels)]
        if pixels:
            assert profile.statistics["sum"].tolist() == [sum(int(image[at]) for at in pixels)]


@settings(max_examples=150)
@given(scenes(), st.integers(0, 7))
def test_mirrored_images_are_measured_alike(scene, which):
    labels, image, sides = scene
    axes = [axis for axis in range(labels.ndim) if which >> axis & 1]
    mirrored = measured(np.flip(labels, axes), np.flip(image, axes), sides)
    assert mirrored == measured(labels, image, sides)


@settings(max_examples=150)
@given(scenes(), st.integers(0, 2**32))
def test_other_labels_share_the_same_pixels_out(scene, seed):
    """In increasing order they share them alike; in any other, the rings of all hold as many."""
    labels, image, sides = scene
    rng = np.random.default_rng(seed)
    count = int(labels.max()) + 1
    ids = np.concatenate([[0], np.sort(rng.choice(10**9, count - 1, replace=False)) + 1])
    found = measured(labels, image, sides)
    renamed = measured(ids[labels], image, sides)
    assert renamed == {int(ids[label]): rows for label, rows in found.items()}
    ids[1:] = rng.permutation(ids[1:])
    shuffled = measured(ids[labels], image, sides)
    assert total(shuffled) == total(found)


def total(rows):
    """The number of pixels by distance."""
    counts = {}
    for of_label in rows.values():
        for distance, count, _ in of_label:
            counts[distance] = counts.get(distance, 0) + count
    return counts


@settings(max_examples=150)
@given(scenes(), st.sampled_from([0.5, 2, 5.5]), st.data())
def test_crops_are_measured_alike(scene, steps, data):
    """An object in a crop that holds all that is near to what is near to it."""
    labels, image, sides = scene
    outer = steps * min(sides)
    ids = np.unique(labels[labels > 0]).tolist()
    label = data.draw(st.sampled_from(ids))
    margins = [math.ceil(2 * (outer + min(sides)) / side) + 1 for side in sides]
    crop = tuple(
        slice(max(0, int(at.min()) - margin), int(at.max()) + margin + 1)
        for at, margin in zip(np.nonzero(labels == label), margins, strict=True)
    )
    whole = measured(labels, image, sides, outer)
    assert measured(labels[crop], image[crop], sides, outer)[label] == whole[label]


@pytest.mark.parametrize(("sides", "place"), [((0.3, 0.1), (1, 3)), ((0.65, 2), (40, 13))])
def test_two_ways_of_one_length(sides, place):
    """One object lies so many steps down, another as far to the right in other steps."""
    down, right = place
    for first, second in ((1, 2), (2, 1)):
        labels = np.zeros((down + 1, right + 1), int)
        labels[down, 0], labels[0, right] = first, second
        image = np.zeros(labels.shape, int)
        image[0, 0] = 1  # as near to either
        found = ms.radial_profiles(
            image, labels, metric="signed", outer=math.inf, spacing=sides, bins=[-9, 99]
        )
        assert found.statistics["sum"].tolist() == [1, 0]


def test_tiny_and_huge_sides_and_long_reaches():
    labels = np.zeros((5, 2000), int)
    labels[0, 0] = 2
    labels[4, -1] = 1
    for sides in ((1e-20, 3e-20), (1e20, 3e20), (1e-3, 1e3), (1e3, 1e-3), (1.0, 65535 / 65536)):
        found = ms.radial_profiles(
            labels, labels, metric="signed", outer=math.inf, spacing=sides, bins=3
        )
        assert found.count.sum() == labels.size
