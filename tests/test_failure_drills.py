"""Interrupted calls, forked processes, many callers, inputs that others hold or change.

Want of memory is tested in ``test_memory_failure.py``.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from oracles.agreement import assert_same_bits

import mensura as ms

DRILLS = Path(__file__).with_name("drills.py")
SOON = 0.2  # seconds

needs_signals = pytest.mark.skipif(os.name != "posix", reason="sends signals as POSIX does")


def drill(name, threads):
    done = subprocess.run(
        [sys.executable, str(DRILLS), name, str(threads)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout)


# ---------------------------------------------------------------------------------- interrupted


@needs_signals
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(
    "name", ["measure", "find", "mask", "sample", "ring", "accumulate", "label_out"]
)
def test_an_interrupt_ends_a_long_call_soon(name, threads):
    found = drill(name, threads)
    waited = [seconds for seconds in found["seconds"] if seconds is not None]
    assert len(waited) >= 3, "the calls were too short to be interrupted"
    assert statistics.median(waited) < SOON
    assert found["usable"]
    assert found.get("torn", 0) == 0
    assert found.get("same", True)


@needs_signals
@pytest.mark.parametrize("threads", [1, 3])
def test_a_handler_that_raises_nothing_lets_the_call_go_on(threads):
    found = drill("handled", threads)
    assert found["seconds"][0] < SOON
    assert found["before the end"]
    assert found["right"]


# ------------------------------------------------------------------------------- forks and threads


SCENE = np.random.default_rng(8).random((700, 900))
MASK = SCENE > 0.4
LABELS = ms.label(MASK)
LARGEST = ms.label(ms.keep_largest(MASK, 3))


def everything(threads=None):
    """Every stage on the shared inputs; tables, label images and profiles."""
    regions = ms.find_regions(MASK, threads=threads)
    return (
        ms.measure(LABELS, SCENE, "all", threads=threads),
        regions.measure(SCENE, threads=threads),
        ms.label(SCENE, threshold=0.5, threads=threads),
        ms.fill_holes(MASK, threads=threads),
        ms.relabel_sequential(LABELS * 3),
        regions.to_labels(threads=threads),
        *profiles(SCENE, LARGEST, threads),
    )


def profiles(image, labels, threads=None):
    """Samples along lines, along and across outlines, and in rings."""
    starts, stops = [[5, 5], [600, 3]], [[690, 800], [2, 880]]
    lines = ms.line_profiles(image, starts, stops, width=5, threads=threads)
    return (
        lines.values,
        ms.contour_profiles(image, labels, step=2, threads=threads).values,
        ms.normal_profiles(image, labels, inward=3, outward=2, step=1, threads=threads).values,
        ms.radial_profiles(image, labels, metric="edge", threads=threads).values,
        *ms.radial_distribution(labels, image, threads=threads).values(),
    )


def assert_all_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        if isinstance(other, ms.Table):
            assert_same_bits(one, other)
        else:
            np.testing.assert_array_equal(one, other)


def test_sixteen_callers_at_once_agree():
    expected = everything(threads=1)
    start = threading.Barrier(16)

    def call(turn):
        start.wait()
        return everything(threads=1 + turn % 3)

    with ThreadPoolExecutor(16) as pool:
        for found in pool.map(call, range(16)):
            assert_all_equal(found, expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_children_agree_with_their_parent():
    expected = everything(threads=3)
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                assert_all_equal(everything(threads=3), expected)
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert_all_equal(everything(threads=3), expected)


# ------------------------------------------------------------------- inputs that others hold


def test_inputs_are_read_where_writing_would_crash(tmp_path):
    """In a file that is mapped for reading a write is a segmentation fault."""
    labels_file, image_file = tmp_path / "labels.npy", tmp_path / "image.npy"
    np.save(labels_file, LABELS)
    np.save(image_file, SCENE)
    labels, image = np.load(labels_file, mmap_mode="r"), np.load(image_file, mmap_mode="r")
    assert_same_bits(ms.measure(labels, image, "all"), ms.measure(LABELS, SCENE, "all"))
    np.testing.assert_array_equal(ms.label(labels), ms.label(LABELS))
    np.testing.assert_array_equal(ms.label(image, threshold=0.4), LABELS)
    np.testing.assert_array_equal(ms.relabel_sequential(labels), LABELS)
    largest_file = tmp_path / "largest.npy"
    np.save(largest_file, LARGEST)
    largest = np.load(largest_file, mmap_mode="r")
    assert_all_equal(profiles(image, largest), profiles(SCENE, LARGEST))


def test_outputs_may_lie_in_a_file(tmp_path):
    out = np.lib.format.open_memmap(tmp_path / "out.npy", "w+", np.int32, MASK.shape)
    assert ms.label(MASK, out=out) is out
    out.flush()
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), LABELS)


def test_read_only_inputs_are_read_and_read_only_outputs_refused():
    mask, labels = MASK.copy(), LABELS.copy()
    mask.flags.writeable = labels.flags.writeable = False
    np.testing.assert_array_equal(ms.label(mask), LABELS)
    np.testing.assert_array_equal(ms.fill_holes(mask), ms.fill_holes(MASK))
    with pytest.raises(ValueError, match="read-only"):
        ms.label(mask, out=labels)


@pytest.mark.parametrize("threads", [1, 3])
def test_inputs_that_change_meanwhile_break_nothing(threads):
    found = drill("changing", threads)
    assert found["calls"] > 0
    assert found["usable"]
