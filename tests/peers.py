"""Labels made by SciPy and scikit-image, numbered as mensura numbers, and how to compare labels."""

import itertools

import numpy as np
from scipy import ndimage, sparse
from skimage import measure as skimage_measure
from skimage.measure._regionprops import COL_DTYPES

#: What scikit-image measures, by its own list.
SCIKIT_IMAGE_PROPERTIES = frozenset(COL_DTYPES)


def scipy_label(mask, connectivity):
    """Labels of a mask and their number."""
    structure = ndimage.generate_binary_structure(mask.ndim, connectivity)
    return ndimage.label(mask, structure)


def scikit_image_label(image, connectivity):
    """Labels of an image of values, which scikit-image reads as int64; 0 is background.

    Of a bool image it would ask SciPy, so that one is read as bytes.
    """
    native = np.array(image, np.int64, order="C")
    return numbered_by_raster(skimage_measure.label(native, connectivity=connectivity))


def numbered_by_raster(labels):
    """Number by first pixel in C order, as scikit-image does unless the last of 3 axes is 1 long.

    If it is, scikit-image moves it to the front, which turns the order of the other two around.
    """
    if labels.ndim == 2 or labels.shape[-1] > 1:
        return labels
    return renumbered(labels)


def renumbered(labels):
    """The same partition, numbered from 1 by first pixel in C order; 0 stays 0."""
    flat = labels.ravel()
    if flat.max(initial=0) == 0:
        return np.zeros(labels.shape, np.int64)
    # Assigned backwards, so that the first pixel of a label is the one that stays.
    first = np.full(int(flat.max()) + 1, flat.size)
    first[flat[::-1]] = np.arange(flat.size - 1, -1, -1)
    first[0] = -1
    order = np.argsort(first, kind="stable")
    number = np.empty(len(first), np.int64)
    number[order] = np.arange(len(first))
    return number[flat].reshape(labels.shape)


def periodic_label(image, connectivity, periodic):
    """Labels of an image some of whose axes wrap round, from labels of the padded image.

    Every wrapped axis gets a copy of its last plane before the first and of its first plane after
    the last. All contacts across the seam lie in that larger image; what remains is to unite the
    labels of each copied pixel and its original.
    """
    pads = [(int(wraps), int(wraps)) for wraps in periodic]
    inner = tuple(slice(pad, pad + n) for (pad, _), n in zip(pads, image.shape, strict=True))
    padded = np.pad(image, pads, mode="wrap")
    is_mask = image.dtype == bool
    labels = (
        scipy_label(padded, connectivity)[0]
        if is_mask
        else scikit_image_label(padded, connectivity)
    )
    copies = np.pad(labels[inner], pads, mode="wrap")
    return renumbered(_united(labels, copies)[inner])


def _united(labels, others):
    """Labels in which every pixel's label and its label in the other image are one."""
    count = int(max(labels.max(), others.max())) + 1
    differ = labels != others
    links = labels[differ], others[differ]
    graph = sparse.coo_array((np.ones(len(links[0]), np.int8), links), (count, count))
    component = sparse.csgraph.connected_components(graph, directed=False)[1]
    return np.where(labels > 0, component[labels] + 1, 0)


def same_partition(labels, others):
    """Whether two label images have the same background and the same objects, however numbered."""
    if labels.shape != others.shape or not np.array_equal(labels == 0, others == 0):
        return False
    return np.array_equal(renumbered(labels), renumbered(others))


def assert_labels(got, want, *what):
    """Assert equal labels; where they differ, say of what. Cheap enough for thousands of images."""
    if not np.array_equal(got, want):
        np.testing.assert_array_equal(got, want, err_msg=", ".join(map(str, what)))


def connectivities(ndim):
    return range(1, ndim + 1)


def wrappings(ndim):
    """Every choice of axes that wrap round, none of them first."""
    return list(itertools.product((False, True), repeat=ndim))
