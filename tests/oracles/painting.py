"""Label images from lists of components or runs: the first gets 1, the second 2, ..."""

import numpy as np

from .joining import components


def paint(parts, shape, dtype=np.int64):
    """Write the number of each part, a collection of pixel coordinates, into its pixels."""
    labels = np.zeros(shape, dtype)
    for number, part in enumerate(parts, start=1):
        for at in part:
            labels[at] = number
    return labels


def label(image, connectivity=None, background=0):
    """Label an image the slow way: flood fill, then paint."""
    return paint(components(image, connectivity, background), image.shape)
