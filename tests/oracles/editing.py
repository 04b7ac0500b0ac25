"""Masks and label images with holes filled, objects removed, labels renumbered: pixel by pixel."""

import numpy as np

from .geometry import touches_border
from .joining import components, neighbor_offsets


def objects(image, connectivity=None):
    """List the objects, each a set of pixel coordinates.

    In a mask they are the components, in raster order; in a label image all pixels of a positive
    label are one, in order of the labels.
    """
    if image.dtype.kind == "b":
        return components(image, connectivity)
    return [pixels for _, pixels in sorted(_pixels_by_label(image).items())]


def _pixels_by_label(image):
    found = {}
    for at in np.ndindex(image.shape):
        if image[at] > 0:
            found.setdefault(int(image[at]), set()).add(at)
    return found


def without(image, dropped):
    """Copy an image and set the pixels of some objects to 0."""
    edited = image.copy()
    for pixels in dropped:
        for at in pixels:
            edited[at] = 0
    return edited


def remove_small(image, min_size, connectivity=None):
    return without(image, [o for o in objects(image, connectivity) if len(o) < min_size])


def keep_largest(image, count, connectivity=None):
    found = objects(image, connectivity)
    # Sorting keeps the order of equals.
    return without(image, sorted(found, key=len, reverse=True)[count:])


def clear_border(image, connectivity=None):
    found = objects(image, connectivity)
    return without(image, [o for o in found if touches_border(o, image.shape)])


def fill_holes(image, connectivity=None, max_size=None):
    """Fill each hole whose face neighbors have one positive label with that label."""
    dual = image.ndim if connectivity == 1 else 1
    filled = image.copy()
    for part in components(image == 0, dual):
        if touches_border(part, image.shape) or (max_size is not None and len(part) > max_size):
            continue
        around = {image[at].item() for at in _face_neighbors(part)}
        label = around.pop()
        if not around and label > 0:
            for at in part:
                filled[at] = label
    return filled


def _face_neighbors(part):
    """Return the pixels that share a face with a part inside the image and do not belong to it."""
    steps = neighbor_offsets(len(next(iter(part))), 1)
    near = {tuple(a + s for a, s in zip(at, step, strict=True)) for at in part for step in steps}
    return near - part


def relabel_sequential(labels):
    """Return the renumbered image and the labels in increasing order."""
    ids = sorted(_pixels_by_label(labels))
    numbers = {label: number for number, label in enumerate(ids, start=1)}
    relabeled = np.zeros(labels.shape, np.int64)
    for at in np.ndindex(labels.shape):
        relabeled[at] = numbers.get(int(labels[at]), 0)
    return relabeled, ids
