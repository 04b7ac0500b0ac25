"""Label a fixed set of images every way there is and print a digest for each, as JSON.

``test_label_bits.py`` runs this file once per instruction set and compares what it prints. Within
one run every number of threads and every kind of output must give the same labels already.
"""

import hashlib
import itertools
import json
import sys

import numpy as np
import strategies as images
from peers import assert_labels, connectivities

import mensura as ms

THREADS = (1, 2, 3, 7)

# Two strips of a plane, and two of a volume.
PLANE = (1100, 517)
VOLUME = (5, 1100, 801)


def digest(labels):
    return hashlib.sha256(np.ascontiguousarray(labels)).hexdigest()


def scenes():
    """Name, image and keyword arguments: masks, values and thresholds, of every width of pixel."""
    rng = np.random.default_rng(50)
    noise = rng.random(PLANE, np.float32)
    values = rng.integers(0, 4, PLANE)
    few_rows = values[:50]
    yield "mask", noise < 0.5, {}
    yield "thin mask", noise < 0.05, {}
    yield "dense mask", noise < 0.95, {}
    for dtype in images.ALL_DTYPES[1:]:
        yield f"values {dtype}", few_rows.astype(dtype), {}
        yield f"other background {dtype}", few_rows.astype(dtype), {"background": 2}
        yield f"threshold {dtype}", few_rows.astype(dtype), {"threshold": 1}
    for dtype in ("u1", "i4", "f8"):
        yield f"strips of {dtype}", values.astype(dtype), {}
        yield f"strips above 1 of {dtype}", values.astype(dtype), {"threshold": 1}
    yield "volume", rng.random(VOLUME, np.float32) < 0.25, {}
    yield "volume of values", rng.integers(0, 4, VOLUME, np.uint8), {}
    for width in (1, 2, 31, 63, 64, 65, 66, 127, 128, 129, 255, 257):
        small = rng.integers(0, 3, (5, 7, width))
        yield f"width {width}", small != 0, {}
        yield f"values of width {width}", small.astype(np.uint16), {}


def label_digests():
    turns = itertools.cycle(THREADS[1:])
    for name, image, arguments in scenes():
        for connectivity in connectivities(image.ndim):
            # A volume of several strips in full and with faces only.
            if image.size > 10**6 and connectivity == 2:
                continue
            case = f"{name}, connectivity {connectivity}"
            first = ms.label(image, connectivity, threads=1, **arguments)
            # Every number of threads for bytes; the others take turns.
            counts = THREADS[1:] if image.itemsize == 1 else [next(turns)]
            for threads in counts if image.size > 10**5 else ():
                labels = ms.label(image, connectivity, threads=threads, **arguments)
                assert_labels(labels, first, case, f"{threads} threads")
            yield case, digest(first)


def outputs(shape, dtype):
    """Arrays to paint into, all full of garbage: in place, strided, backwards and misaligned."""
    garbage = np.full(shape, 77, dtype)
    for layout in (
        images.c_order,
        images.fortran_order,
        images.reversed_strides,
        images.every_third_pixel,
        images.window,
        images.unaligned,
    ):
        yield layout.__name__, layout(garbage)
    odd = np.full(garbage.nbytes + 1, 77, np.uint8)[1:].view(dtype).reshape(shape)
    yield "contiguous at an odd address", odd


def few_regions(shape):
    """At most 127 regions, so that every dtype holds them, of all lengths of run."""
    mask = np.zeros(shape, bool)
    rng = np.random.default_rng(51)
    for k in range(120):
        at = [rng.integers(0, n) for n in shape]
        mask[tuple(slice(a, a + 1 + k * k // 100) for a in at)] = True
    return mask


def paint_digests():
    rng = np.random.default_rng(52)
    many = rng.random(PLANE) < 0.4
    # Every second region is dropped, whose pixels are background in a painted image.
    scenes = {
        "few": ms.find_regions(few_regions(PLANE)),
        "few of a volume": ms.find_regions(few_regions((9, 31, 130))),
        "many": ms.find_regions(many),
        "selected": ms.find_regions(many, 1).select(
            keep=np.arange(ms.label(many, 1).max()) % 2 == 0
        ),
        "selected values": ms.find_regions(rng.integers(0, 4, PLANE)).select(min_size=3),
        "none": ms.find_regions(np.zeros((3, 70), bool)),
    }
    for (name, regions), dtype in itertools.product(scenes.items(), images.INTEGER_DTYPES):
        if regions.count > np.iinfo(dtype).max:
            continue
        case = f"{name} as {dtype}"
        first = regions.to_labels(dtype=dtype, threads=1)
        for threads in THREADS[1:]:
            assert_labels(regions.to_labels(dtype=dtype, threads=threads), first, case, threads)
        turns = itertools.cycle(THREADS)
        for (layout, out), threads in zip(outputs(regions.shape, dtype), turns, strict=False):
            assert regions.to_labels(out=out, threads=threads) is out
            assert_labels(out, first, case, layout, f"{threads} threads")
        yield case, digest(first)


if __name__ == "__main__":
    json.dump(dict([*label_digests(), *paint_digests()]), sys.stdout)
