"""``label`` beside SciPy, scikit-image, OpenCV and cc3d: equal numbers where they number in raster
order, equal partitions elsewhere.

Other properties of single peers are in ``test_labeling.py``. OpenCV has seven algorithms; with four
neighbors all of them number in raster order, with eight only those that scan pixel by pixel.
"""

import numpy as np
import pytest
import strategies as images
from hypothesis import given
from hypothesis import strategies as st
from peers import (
    assert_labels,
    connectivities,
    renumbered,
    same_partition,
    scikit_image_label,
    scipy_label,
)
from scipy import ndimage

import mensura as ms

DENSITIES = (0.05, 0.3, 0.5, 0.7, 0.95)
PLANES = [(1, 1), (1, 200), (200, 1), (64, 64), (65, 129), (301, 277), (700, 900)]
VOLUMES = [(1, 1, 1), (1, 30, 70), (30, 1, 70), (30, 70, 1), (5, 64, 65), (33, 40, 129)]

OPENCV_IN_ORDER = {4: ["DEFAULT", "WU", "SAUF", "BBDT", "SPAGHETTI"], 8: ["WU", "SAUF"]}
OPENCV_BY_BLOCKS = ["DEFAULT", "BBDT", "SPAGHETTI"]
CC3D_NEIGHBORS = {(2, 1): 4, (2, 2): 8, (3, 1): 6, (3, 2): 18, (3, 3): 26}


@pytest.fixture(scope="module")
def cv2():
    return pytest.importorskip("cv2", reason="needs OpenCV: pip install opencv-python-headless")


@pytest.fixture(scope="module")
def cc3d():
    return pytest.importorskip("cc3d", reason="needs cc3d: pip install connected-components-3d")


def noise(shape, seed=80):
    """Masks of several densities."""
    rng = np.random.default_rng([seed, *shape])
    return [rng.random(shape) < density for density in DENSITIES]


def values(shape, dtype, seed=81):
    """Values of a dtype, among them its largest, in pieces of several pixels."""
    rng = np.random.default_rng([seed, *shape])
    coarse = rng.integers(0, 4, [-(-n // 2) for n in shape])
    for axis in range(len(shape)):
        coarse = coarse.repeat(2, axis)
    chosen = coarse[tuple(slice(n) for n in shape)]
    return np.array([0, 1, 2, np.iinfo(dtype).max], dtype)[chosen]


# -------------------------------------------------------------------------- SciPy, scikit-image


@pytest.mark.parametrize("shape", [*PLANES, *VOLUMES], ids=str)
def test_every_structure_of_scipy(shape):
    for mask in noise(shape):
        for connectivity in connectivities(len(shape)):
            structure = ndimage.generate_binary_structure(len(shape), connectivity)
            expected, expected_count = ndimage.label(mask, structure)
            labels, count = ms.label(mask, connectivity, return_num=True)
            assert_labels(labels, expected, connectivity)
            assert count == expected_count


@pytest.mark.parametrize("shape", [*PLANES, *VOLUMES], ids=str)
@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
def test_values_equal_scikit_image(dtype, shape):
    image = values(shape, dtype)
    for connectivity in connectivities(len(shape)):
        expected = scikit_image_label(image, connectivity)
        assert_labels(ms.label(image, connectivity), expected, connectivity)


# ----------------------------------------------------------------------------------------- OpenCV


def opencv_label(cv2, mask, neighbors, algorithm):
    chosen = getattr(cv2, f"CCL_{algorithm}")
    bytes_of_mask = np.ascontiguousarray(mask).view(np.uint8)
    return cv2.connectedComponentsWithAlgorithm(bytes_of_mask, neighbors, cv2.CV_32S, chosen)[1]


@pytest.mark.parametrize("shape", PLANES, ids=str)
@pytest.mark.parametrize("neighbors", [4, 8])
def test_masks_equal_opencv(cv2, neighbors, shape):
    for mask in noise(shape, 82):
        labels = ms.label(mask, neighbors // 4)
        for algorithm in OPENCV_IN_ORDER[neighbors]:
            found = opencv_label(cv2, mask, neighbors, algorithm)
            assert_labels(labels, found, neighbors, algorithm)


@pytest.mark.parametrize("shape", PLANES, ids=str)
def test_partitions_equal_those_of_opencv_by_blocks(cv2, shape):
    for mask in noise(shape, 83):
        labels = ms.label(mask, 2)
        for algorithm in OPENCV_BY_BLOCKS:
            assert same_partition(labels, opencv_label(cv2, mask, 8, algorithm)), algorithm


@given(mask=images.masks(2), data=st.data())
def test_hard_masks_equal_opencv(cv2, mask, data):
    neighbors = data.draw(st.sampled_from([4, 8]))
    algorithm = data.draw(st.sampled_from(OPENCV_IN_ORDER[neighbors]))
    found = opencv_label(cv2, mask, neighbors, algorithm)
    np.testing.assert_array_equal(ms.label(mask, neighbors // 4), found)


def test_boxes_sizes_and_centroids_equal_opencv(cv2):
    mask = noise((301, 277), 84)[1]
    found = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    _, labels, boxes, centroids = found
    regions = ms.find_regions(mask, 1)
    np.testing.assert_array_equal(regions.to_labels(), labels)
    left, top, width, height, area = boxes[1:].T
    np.testing.assert_array_equal(regions.sizes, area)
    expected = np.column_stack([top, left, top + height, left + width])
    np.testing.assert_array_equal(regions.bbox, expected)
    table = regions.measure(measurements="centroid")
    ours = np.column_stack([table["centroid-1"], table["centroid-0"]])
    np.testing.assert_allclose(ours, centroids[1:], rtol=1e-12)


# ------------------------------------------------------------------------------------------- cc3d

# cc3d 4.1 errs in single rows (8 neighbors) and raises for large uint64 values in single columns.
CC3D_SHAPES = [*(shape for shape in PLANES[:-1] if min(shape) > 1), *VOLUMES]


@pytest.mark.parametrize("shape", CC3D_SHAPES, ids=str)
def test_masks_are_parted_as_by_cc3d(cc3d, shape):
    for mask in noise(shape, 85):
        for connectivity in connectivities(len(shape)):
            neighbors = CC3D_NEIGHBORS[len(shape), connectivity]
            found = cc3d.connected_components(mask, connectivity=neighbors)
            assert same_partition(ms.label(mask, connectivity), found), connectivity


@pytest.mark.parametrize("shape", CC3D_SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8"])
def test_values_are_parted_as_by_cc3d(cc3d, dtype, shape):
    image = values(shape, np.dtype(dtype), 86)
    for connectivity in connectivities(len(shape)):
        neighbors = CC3D_NEIGHBORS[len(shape), connectivity]
        found = cc3d.connected_components(image, connectivity=neighbors)
        assert same_partition(ms.label(image, connectivity), found), connectivity


# ------------------------------------------------------------------------------------------ order


@pytest.mark.parametrize("shape", [*PLANES, *VOLUMES], ids=str)
def test_numbers_are_those_of_first_pixels_in_raster_order(shape):
    for mask in noise(shape, 87):
        for connectivity in connectivities(len(shape)):
            labels = ms.label(mask, connectivity)
            assert_labels(labels, renumbered(labels), connectivity)
            assert_labels(scipy_label(mask, connectivity)[0], renumbered(labels), connectivity)
