"""Real microscopy, against scikit-image and SciPy. The images are not part of the project."""

import numpy as np
import pytest
import tifffile
from oracles import tables
from oracles.agreement import assert_same_bits, assert_tables_agree
from oracles.likeness import assert_like, comparable
from peers import SCIKIT_IMAGE_PROPERTIES
from scipy import ndimage
from skimage import measure as skimage_measure

import mensura as ms

# What scikit-image has of the default measurements; intensity_sum is checked on its own.
DEFAULT = ["label", "area", "bbox", "centroid"]
DEFAULT += ["intensity_mean", "intensity_std", "intensity_min", "intensity_max"]


@pytest.fixture(scope="module")
def nuclei(shared_data):
    """The 77 pairs (image, labels) of fluorescent nuclei of the 2018 Data Science Bowl."""
    folder = shared_data / "dsb2018"
    paths = sorted(folder.glob("*_label.tif"))
    assert len(paths) == 77
    return [
        (tifffile.imread(str(path).replace("_label", "_image")), tifffile.imread(path))
        for path in paths
    ]


def test_all_nuclei_equal_scikit_image(nuclei):
    objects = 0
    for image, labels in nuclei:
        table = ms.measure(labels, image)
        expected = skimage_measure.regionprops_table(labels, image, properties=DEFAULT)
        assert_tables_agree({c: table[c] for c in expected}, expected)
        sums = ndimage.sum_labels(image, labels, table["label"])
        np.testing.assert_array_equal(table["intensity_sum"], sums)
        assert set(table) - set(expected) == {"intensity_sum"}
        objects += table.num_rows
    assert objects == 9907


def test_nuclei_masks_label_like_scipy_and_scikit_image(nuclei):
    for image, labels in nuclei:
        for mask in (labels > 0, image > image.mean()):
            for connectivity in (1, 2):
                structure = ndimage.generate_binary_structure(2, connectivity)
                found = ms.label(mask, connectivity)
                np.testing.assert_array_equal(found, ndimage.label(mask, structure)[0])
                np.testing.assert_array_equal(
                    found, skimage_measure.label(mask, connectivity=connectivity)
                )


def test_gray_values_label_like_scikit_image(nuclei):
    for image, labels in nuclei[::8]:
        for values in (image, labels):
            np.testing.assert_array_equal(
                ms.label(values, 1), skimage_measure.label(values, connectivity=1)
            )


def test_touching_cells_of_a_plant_equal_scikit_image(shared_data):
    folder = shared_data / "bioimage-notebooks"
    image = tifffile.imread(folder / "maize_clsm.tif")
    labels = tifffile.imread(folder / "maize_clsm_labels.tif").astype(np.int32)
    assert_all_agree(labels, image)


def test_nuclei_in_3d_equal_scikit_image(shared_data):
    folder = shared_data / "stardist"
    image = tifffile.imread(folder / "tests_data_img3d.tif")
    labels = tifffile.imread(folder / "tests_data_mask3d.tif")
    assert_all_agree(labels, image, spacing=(2.0, 0.5, 0.5))


def test_two_channels_of_cells_equal_scikit_image(shared_data):
    folder = shared_data / "bbbc007"
    channels = [tifffile.imread(folder / name) for name in ("dna.tif", "actin.tif")]
    labels = tifffile.imread(folder / "cell_labels.tif").astype(np.int32)
    assert_all_agree(labels, np.stack(channels, axis=-1))


def test_a_label_image_with_gaps_equals_scikit_image(shared_data):
    labels = tifffile.imread(shared_data / "bioimage-notebooks" / "label_map_with_index_gaps.tif")
    assert_all_agree(labels.astype(np.int64), labels)


def assert_all_agree(labels, image, spacing=1.0):
    """Assert that every measurement that scikit-image has comes out the same."""
    steps = np.broadcast_to(spacing, labels.ndim).tolist()
    names = [n for n in tables.names(labels.ndim, with_image=True) if n in SCIKIT_IMAGE_PROPERTIES]
    names = comparable(names, steps)
    expected = skimage_measure.regionprops_table(labels, image, properties=names, spacing=spacing)
    assert len(expected["label"]) > 0
    scale = float(np.abs(image).max())
    table = ms.measure(labels, image, names, spacing=spacing)
    copies = {column: values.copy() for column, values in table.items()}
    assert_like(copies, expected, steps, intensity_scale=scale)


# ----------------------------------------------------------------------------- tiles of an OME-Zarr


@pytest.fixture(scope="module")
def field(shared_data):
    """Nuclei of a field of cardiomyocytes, and their three channels at half the resolution."""
    zarr = pytest.importorskip("zarr")
    (folder,) = (shared_data / "ome-zarr-v04" / "v04").glob("*.zarr")
    group = zarr.open_group(folder, mode="r")
    full, half = (np.asarray(group[f"labels/nuclei/{level}"])[0] for level in (0, 1))
    return full, half, np.asarray(group["1"])[:, 0]


def test_random_tilings_of_nuclei_give_the_table_of_the_whole(field):
    full, half, channels = field
    assert len(np.unique(full)) == 3007
    rng = np.random.default_rng(5)
    everything = [n for n in tables.names(2, with_image=False) if n != "num_components"]
    settings = [
        (full, None, everything, {"spacing": 0.325}),
        (half, channels, "all", {"spacing": 0.65, "channel_axis": 0}),
    ]
    for labels, image, names, options in settings:
        whole = ms.measure(labels, image, names, **options)
        for merged in (False, True):
            found = tile_by_tile(labels, image, names, options, rng, merged=merged).table()
            assert_same_bits(found, {c: whole[c] for c in found})
            assert set(whole) - set(found) <= {"num_components"}


def tile_by_tile(labels, image, names, options, rng, *, merged):
    """Tiles of random cuts, in random order, added to one accumulator or merged from many."""
    cuts = [np.sort(rng.integers(0, n, 6, endpoint=True)) for n in labels.shape]
    edges = [[0, *cut, n] for cut, n in zip(cuts, labels.shape, strict=True)]
    total = ms.Accumulator(names, shape=labels.shape, **options)
    for k in rng.permutation((len(edges[0]) - 1) * (len(edges[1]) - 1)):
        i, j = divmod(int(k), len(edges[1]) - 1)
        window = slice(edges[0][i], edges[0][i + 1]), slice(edges[1][j], edges[1][j + 1])
        part = ms.Accumulator(names, shape=labels.shape, **options) if merged else total
        crop = None if image is None else image[(slice(None), *window)]
        part.update(labels[window], crop, offset=(int(edges[0][i]), int(edges[1][j])))
        if merged:
            total.merge(part)
    return total


def test_three_channels_of_nuclei_equal_scikit_image(field):
    _, half, channels = field
    assert_all_agree(half.astype(np.int32), np.moveaxis(channels, 0, -1), spacing=0.65)
