"""Search, paint, measure and sample with less and less address space; what became of it, as JSON.

``test_memory_failure.py`` runs this file in a process of its own, with the first words of the calls
to try. Each is tried with limits from nothing to more than enough. Counted is how often it failed
with MemoryError, how often it then left its output torn, neither as it was nor complete, and how
often it gave a wrong result, then or once there was memory again.
"""

import json
import resource
import sys
from pathlib import Path

import numpy as np

import mensura as ms

LIMITS = 24
MOST = 2**27
GARBAGE = 77
PAGE = resource.getpagesize()

rng = np.random.default_rng(90)
MASK = rng.random((1500, 1400)) < 0.5
VALUES = rng.integers(0, 3, MASK.shape, np.uint16)
VOLUME = rng.random((5, 1100, 800)) < 0.3
# So many regions that each column is more than the allocator keeps at hand.
SPARSE = rng.random(MASK.shape) < 0.1
SCENES = {
    "mask": MASK,
    "values": VALUES,
    "backwards": VALUES[::-1, ::-1],
    "volume": VOLUME,
    "sparse": SPARSE,
}

# Squares, two pixels apart.
CELLS = np.kron(np.arange(1, 841).reshape(30, 28), np.pad(np.ones((48, 48), np.int32), 1))
# Repeated with stride 0.
BEYOND_MEMORY = np.broadcast_to(np.ones((1, 1), bool), (2**31, 2**31))

# Rows without a run before rows of many, so that painting needs more memory as it goes on.
WIDE = np.zeros((6, 600_000), bool)
WIDE[3:, ::2] = True
REGIONS = ms.find_regions(WIDE, threads=1)


def label(name, threads):
    return ms.label(SCENES[name], 1, threads=threads)


def label_out(name, threads, out):
    return ms.label(SCENES[name], 1, out=out, threads=threads)


def measure(name, threads):
    table = ms.measure(
        SCENES[name] != 0, measurements=["area", "bbox", "centroid"], threads=threads
    )
    return np.concatenate([column.astype(float) for column in table.values()])


def measure_labels(name, threads):
    columns = ms.measure(SCENES[name].astype(np.uint8), VALUES, "all", threads=threads)
    return np.concatenate([column.astype(float) for column in columns.values()])


def measure_frames(name, threads):
    frames = SCENES[name].reshape(60, 25, -1)
    columns = ms.measure(frames, frames, frame_axis=0, threads=threads)
    return np.concatenate([column.astype(float) for column in columns.values()])


def profile_outlines(threads):
    found = ms.contour_profiles(VALUES, CELLS, step=1, threads=threads)
    return np.concatenate([found.values, found.distance])


def profile_rings(threads):
    return ms.radial_profiles(VALUES, CELLS, metric="edge", threads=threads).values


def paint(threads, out):
    return REGIONS.to_labels(out=out, threads=threads)


def calls():
    """Name, function and output of every call that is tried."""
    for threads in (1, 3):
        for name, scene in SCENES.items():
            yield (
                f"label {name} with {threads} threads",
                lambda n=name, t=threads: label(n, t),
                None,
            )
            out = np.full(scene.shape, GARBAGE, np.int32)
            yield (
                f"label out {name} with {threads} threads",
                lambda n=name, t=threads, o=out: label_out(n, t, o),
                out,
            )
        yield f"measure mask with {threads} threads", lambda t=threads: measure("sparse", t), None
        yield (
            f"measure labels with {threads} threads",
            lambda t=threads: measure_labels("values", t),
            None,
        )
        for name in ("mask", "values"):
            yield (
                f"measure frames of {name} with {threads} threads",
                lambda n=name, t=threads: measure_frames(n, t),
                None,
            )
        # Not along lines: NumPy crashes where it has no memory to change the types of their ends.
        for profile in (profile_outlines, profile_rings):
            yield (
                f"{profile.__name__} with {threads} threads",
                lambda f=profile, t=threads: f(t),
                None,
            )
        wide = np.full((*WIDE.shape, 2), GARBAGE, np.int32)
        for name, out in (("rows", wide[..., 0].copy()), ("strided rows", wide[..., 0])):
            yield f"paint {name} with {threads} threads", lambda t=threads, o=out: paint(t, o), out


def address_space():
    return int(Path("/proc/self/statm").read_text().split()[0]) * PAGE


def drop_what_is_kept():
    """Have the engine give back the memory that it keeps, by asking for more than there is."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space(), hard))
    try:
        ms.label(BEYOND_MEMORY, threads=1)
    except MemoryError:
        return
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    raise AssertionError("there was memory for 2^62 pixels")


def limited(call, extra):
    """Whether a call succeeds with so many bytes more than the process has now."""
    drop_what_is_kept()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + extra, hard))
    try:
        return True, call()
    except MemoryError:
        return False, None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def starve(call, out):
    expected = call().copy()
    counts = dict.fromkeys(("failed", "succeeded", "torn", "wrong"), 0)
    for extra in np.geomspace(PAGE, MOST, LIMITS).astype(int).tolist():
        if out is not None:
            out[...] = GARBAGE
        done, result = limited(call, extra)
        counts["succeeded" if done else "failed"] += 1
        if done:
            counts["wrong"] += not np.array_equal(result, expected, equal_nan=True)
        elif out is not None:
            counts["torn"] += not (out == GARBAGE).all()
        del result
    counts["wrong"] += not np.array_equal(call(), expected, equal_nan=True)
    return counts


if __name__ == "__main__":
    first_words = tuple(sys.argv[1:])
    found = {name: starve(call, out) for name, call, out in calls() if name.startswith(first_words)}
    json.dump(found, sys.stdout)
