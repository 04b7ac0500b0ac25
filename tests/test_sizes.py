"""Images of more pixels than 31 or 32 bits can count. They are one row or plane, repeated with
stride 0, so that only what is found in them takes memory: a gigabyte at most.
"""

import os

import numpy as np
import pytest

import mensura as ms

GIGABYTE = 2**30


@pytest.fixture(autouse=True)
def memory():
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if free < 2 * GIGABYTE:
        pytest.skip(f"needs 2 GiB of free memory, and {free / GIGABYTE:.1f} are free")


def repeated(row, rows):
    return np.broadcast_to(row, (rows, len(row)))


def moments_of_a_rectangle(height, width):
    """The larger and the smaller eigenvalue of its inertia tensor."""
    return (max(height, width) ** 2 - 1) / 12, (min(height, width) ** 2 - 1) / 12


@pytest.mark.parametrize("dtype", ["?", "u1"])
def test_a_plane_of_more_than_32_bits(dtype):
    # A column, a gap of one pixel, and all the rest.
    height, width = 70_000, 65_000
    row = np.ones(width, dtype)
    row[1] = 0
    regions = ms.find_regions(repeated(row, height))
    assert regions.sizes.tolist() == [height, height * (width - 2)]
    assert regions.sizes[1] > 2**32
    assert regions.bbox.tolist() == [[0, 0, height, 1], [0, 2, height, width]]
    corners = [[0, 0], [0, 1], [0, width - 1], [height - 1, 0], [height - 1, 1]]
    last = [height - 1, width - 1]
    found = regions.contains([*corners, last, [height, 0], [0, width]])
    assert found.tolist() == [True, False, True, True, False, True, False, False]
    table = regions.measure(measurements=["num_pixels", "centroid", "inertia_tensor_eigvals"])
    assert table["num_pixels"].tolist() == regions.sizes.tolist()
    assert table["centroid-0"].tolist() == [(height - 1) / 2] * 2
    assert table["centroid-1"].tolist() == [0, (width + 1) / 2]
    expected = [moments_of_a_rectangle(height, w) for w in (1, width - 2)]
    for k, column in enumerate(np.transpose(expected)):
        np.testing.assert_allclose(table[f"inertia_tensor_eigvals-{k}"], column, rtol=1e-12)


def test_a_volume_of_planes_of_more_than_31_bits():
    height = width = 47_000
    row = np.ones(width, bool)
    row[[5, width // 2]] = False
    image = np.broadcast_to(row, (2, height, width))
    regions = ms.find_regions(image)
    widths = [5, width // 2 - 6, width - width // 2 - 1]
    assert image.size > 2**32
    assert regions.sizes.tolist() == [2 * height * w for w in widths]
    starts = [0, 6, width // 2 + 1]
    assert regions.bbox.tolist() == [
        [0, 0, start, 2, height, start + w] for start, w in zip(starts, widths, strict=True)
    ]
    assert regions.contains([[1, height - 1, width - 1], [1, height - 1, 5]]).tolist() == [
        True,
        False,
    ]


def test_values_of_more_than_31_bits_of_pixels():
    widths = [20_000, 20_000, 1, 6341]
    image = repeated(np.repeat(np.uint16([1, 2, 0, 3]), widths), 46_400)
    assert image.size > 2**31
    for regions in (ms.find_regions(image), ms.find_regions(image, 1, 2**16 - 1)):
        kept = regions.select(keep=np.arange(1, regions.count + 1)[-1:])
        assert kept.sizes.tolist() == [46_400 * 6341]
        assert kept.bbox.tolist() == [[0, 40_001, 46_400, 46_342]]
        assert kept.contains([[46_399, 46_341], [46_399, 40_000]]).tolist() == [True, False]
    assert ms.find_regions(image, threshold=1).sizes.tolist() == [
        46_400 * w for w in (20_000, 6341)
    ]


def test_few_regions_far_apart():
    # Sparse: a pixel in every 30,000th column, in rows that are joined or single.
    row = np.zeros(65_600, np.uint8)
    row[::30_000] = 9
    regions = ms.find_regions(repeated(row, 65_600), threads=3)
    assert regions.sizes.tolist() == [65_600] * 3
    assert regions.coords(3)[-1].tolist() == [65_599, 60_000]
    assert regions.mask(2).shape == (65_600, 1)
