"""Directions across a path in a volume that turn about it as little as can be.

They are carried from sample to sample by two reflections: W. Wang, B. Juttler, D. Zheng, Y. Liu,
"Computation of rotation minimizing frames", ACM Transactions on Graphics 27 (2008), whose error
falls with the fourth power of the step. One step of Python for each sample.
"""

import numpy as np

from mensura.profiles.sampling import Floats


def moving_frames(points: Floats, tangents: Floats) -> Floats:
    """Return two unit vectors across each sample of a path in a volume: (n, 2, 3).

    `points` and `tangents`, of any length, are (n, 3) in the unit of the spacing. At the first
    sample the first vector points along z as nearly as it can, or along y where the path runs along
    z more than along another axis; the second is the one that makes path, first, second a frame
    that is not mirrored. Where there is no direction, as on a path of no length, it is that of x.
    """
    along = _directions(tangents)
    first = np.empty_like(along)
    if len(first):
        first[0] = _first_across(along[0])
    for i in range(1, len(along)):
        carried, turned = _reflected(first[i - 1], along[i - 1], points[i] - points[i - 1])
        carried, _ = _reflected(carried, turned, along[i] - turned)
        carried -= (carried @ along[i]) * along[i]
        first[i] = carried / np.sqrt(carried @ carried)
    return np.stack([first, np.cross(along, first)], axis=1)


def _directions(tangents: Floats) -> Floats:
    lengths = np.sqrt((tangents**2).sum(axis=1, keepdims=True))
    along = np.zeros_like(tangents)
    along[:, -1] = 1
    return np.divide(tangents, lengths, out=along, where=lengths > 0)


def _first_across(along: Floats) -> Floats:
    axis = np.zeros(3)
    axis[1 if np.abs(np.nan_to_num(along)).argmax() == 0 else 0] = 1
    across = axis - (axis @ along) * along
    return across / np.sqrt(across @ across)


def _reflected(vector: Floats, other: Floats, normal: Floats) -> tuple[Floats, Floats]:
    """Return two vectors mirrored in the plane with this normal, as they are where it has none."""
    square = normal @ normal
    if square == 0:
        return vector, other
    twice = (2 / square) * normal
    return vector - (normal @ vector) * twice, other - (normal @ other) * twice
