"""Threads: equal bits for any number of them, one rule for how many, and safe to call from many."""

import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import strategies as images
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.agreement import assert_same_bits
from scipy import ndimage

import mensura as ms

COUNTS = (1, 2, 3, 8)


def scene(shape=(1500, 1500)):
    """Labels of three kinds in an image of many row blocks, and the noise to measure.

    Blobs of all sizes; one object that is the whole image; ids scattered pixel by pixel, so that
    every object lies in every block.
    """
    rng = np.random.default_rng(14)
    smooth = ndimage.gaussian_filter(rng.standard_normal(shape), 3) > 0
    return {
        "blobs": ms.label(smooth, threads=1),
        "whole": np.ones(shape, np.uint8),
        "scattered": rng.integers(0, 40, shape).astype(np.uint64) * np.uint64(2**58 + 12345),
    }


SCENE = scene()
KINDS = list(SCENE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["u2", "i8", "f4", "f8"])
def test_measure_gives_equal_bits(kind, dtype):
    rng = np.random.default_rng(15)
    # Floats of all magnitudes: any other order of summation gives other bits.
    noise = np.exp(rng.normal(0, 4, SCENE[kind].shape))
    image = noise.astype(dtype)
    first = ms.measure(SCENE[kind], image, "all", threads=COUNTS[0])
    for threads in COUNTS[1:]:
        assert_same_bits(ms.measure(SCENE[kind], image, "all", threads=threads), first)


@given(
    shape=st.sampled_from([(700, 400), (5, 300, 190), (3, 150_001), (270_000, 1)]),
    kind=st.tuples(
        st.sampled_from([images.noise, images.several_values, images.touching_blocks]),
        st.sampled_from(images.IDS),
        st.sampled_from(images.INTEGER_DTYPES),
    ),
    image_dtype=st.sampled_from(images.ALL_DTYPES),
    threads=st.integers(2, 9),
    rng=images.generators,
)
@settings(max_examples=25)
def test_measure_gives_equal_bits_for_any_image_of_several_blocks(
    shape, kind, image_dtype, threads, rng
):
    pattern, ids, dtype = kind
    labels = images.with_ids(pattern(shape, rng), ids, dtype, rng)
    image = rng.random(shape) < 0.5
    if image_dtype.kind != "b":
        image = images.whole_range(shape, image_dtype, rng)
    one = ms.measure(labels, image, threads=1)
    assert_same_bits(ms.measure(labels, image, threads=threads), one)
    geometry = ["label", "ellipse", "num_border_pixels"]
    assert_same_bits(
        ms.measure(labels > 0, measurements=geometry, threads=threads),
        ms.measure(labels > 0, measurements=geometry, threads=1),
    )


def test_measure_gives_equal_bits_with_holes_and_channels():
    image = np.exp(np.random.default_rng(16).normal(0, 4, (1500, 1500, 2))).astype(np.float32)
    image[::7, ::5] = np.nan
    labels = SCENE["blobs"]
    first = ms.measure(labels, image, "all", threads=1)
    for threads in COUNTS[1:]:
        assert_same_bits(ms.measure(labels, image, "all", threads=threads), first)


def test_measure_gives_equal_bits_in_3d():
    rng = np.random.default_rng(17)
    labels = ms.label(ndimage.gaussian_filter(rng.standard_normal((60, 150, 200)), 2) > 0)
    image = np.exp(rng.normal(0, 4, labels.shape))
    first = ms.measure(labels, image, "all", spacing=(2.5, 0.3, 0.3), threads=1)
    for threads in COUNTS[1:]:
        table = ms.measure(labels, image, "all", spacing=(2.5, 0.3, 0.3), threads=threads)
        assert_same_bits(table, first)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_mask", [True, False], ids=["mask", "values"])
def test_label_gives_equal_numbers(kind, as_mask):
    image = SCENE[kind] != 0 if as_mask else SCENE[kind]
    for connectivity in (1, 2):
        first = ms.label(image, connectivity, threads=1)
        for threads in COUNTS[1:]:
            np.testing.assert_array_equal(ms.label(image, connectivity, threads=threads), first)


def test_regions_give_equal_bits():
    mask = SCENE["blobs"] != 0
    image = np.exp(np.random.default_rng(18).normal(0, 4, mask.shape))
    one = ms.find_regions(mask, threads=1)
    expected = one.measure(image, "all", threads=1)
    for threads in COUNTS[1:]:
        regions = ms.find_regions(mask, threads=threads)
        np.testing.assert_array_equal(regions.to_labels(threads=threads), one.to_labels(threads=1))
        assert_same_bits(regions.measure(image, "all", threads=threads), expected)
        assert_same_bits(ms.measure(mask, image, "all", threads=threads), expected)


def test_a_wide_image_of_many_blocks():
    rng = np.random.default_rng(30)
    shape = (24, 300_000)
    labels = np.where(rng.random(shape) < 0.9, rng.integers(1, 4, shape), 0).astype(np.uint8)
    image = np.exp(rng.normal(0, 4, shape)).astype(np.float32)
    first = ms.measure(labels, image, "all", threads=1)
    numbered = ms.label(labels, threads=1)
    for threads in COUNTS[1:]:
        assert_same_bits(ms.measure(labels, image, "all", threads=threads), first)
        np.testing.assert_array_equal(ms.label(labels, threads=threads), numbered)


def test_more_threads_than_rows():
    labels = np.arange(1, 13).reshape(3, 4)
    assert_same_bits(ms.measure(labels, threads=64), ms.measure(labels, threads=1))
    np.testing.assert_array_equal(ms.label(labels, threads=64), labels)


def test_calls_from_many_python_threads():
    image = np.exp(np.random.default_rng(19).normal(0, 4, SCENE["blobs"].shape))
    expected = ms.measure(SCENE["blobs"], image)

    def work(turn):
        return ms.measure(SCENE["blobs"], image, threads=1 + turn % 3)

    with ThreadPoolExecutor(4) as pool:
        for table in pool.map(work, range(12)):
            assert_same_bits(table, expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_can_use_threads_after_its_parent_did():
    mask = SCENE["whole"][:600]
    ms.label(mask, threads=4)
    child = multiprocessing.get_context("fork").Process(target=_label_and_leave, args=(mask,))
    child.start()
    child.join(60)
    stuck = child.is_alive()
    if stuck:
        child.kill()
    assert not stuck, "the child hangs"
    assert child.exitcode == 0


def _label_and_leave(mask):
    # os._exit: the child must not run the parent's pytest to its end.
    os._exit(0 if ms.label(mask, threads=4, return_num=True)[1] == 1 else 1)


# -------------------------------------------------------------------------------- how many threads


def threads_of_a_new_process(value):
    """``get_num_threads()`` of a process with that MENSURA_NUM_THREADS, or its error's text."""
    environment = {k: v for k, v in os.environ.items() if k != "MENSURA_NUM_THREADS"}
    if value is not None:
        environment["MENSURA_NUM_THREADS"] = value
    return subprocess.run(
        [sys.executable, "-c", "import mensura; print(mensura.get_num_threads())"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_default_is_what_this_process_may_use():
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert 1 <= int(threads_of_a_new_process(None).stdout) <= available


@pytest.mark.parametrize("value", ["1", "2", "7"])
def test_the_environment_sets_the_default(value):
    assert threads_of_a_new_process(value).stdout.strip() == value


@pytest.mark.parametrize("value", ["garbage", "0", "-1", "1.5"])
def test_garbage_in_the_environment_is_an_error(value):
    run = threads_of_a_new_process(value)
    assert run.returncode != 0
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("ValueError")
    assert "MENSURA_NUM_THREADS" in last
    assert value in last


def test_set_num_threads(default_threads):
    before = ms.get_num_threads()
    ms.set_num_threads(3)
    assert ms.get_num_threads() == 3
    np.testing.assert_array_equal(ms.label(np.eye(3, dtype=int)), np.eye(3))
    ms.set_num_threads(None)
    assert ms.get_num_threads() == before


def test_set_num_threads_goes_before_the_environment():
    statements = [
        "import mensura as ms",
        "ms.set_num_threads(3)",
        "print(ms.get_num_threads())",
        "ms.set_num_threads(None)",
        "print(ms.get_num_threads())",
    ]
    run = subprocess.run(
        [sys.executable, "-c", "; ".join(statements)],
        env=os.environ | {"MENSURA_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["3", "2"]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted on Linux")
def test_no_thread_is_left_when_a_call_returns():
    labels, mask = SCENE["blobs"], SCENE["blobs"] != 0
    calls = [
        lambda: ms.measure(mask, threads=4),
        lambda: ms.measure(labels, labels.astype(np.uint16), "all", threads=4),
        lambda: ms.label(mask, threads=4),
        lambda: ms.measure(mask[np.newaxis], frame_axis=0, threads=4),
    ]
    before = len(list(Path("/proc/self/task").iterdir()))
    for call in calls:
        for _ in range(5):
            call()
            assert len(list(Path("/proc/self/task").iterdir())) == before


_WITHOUT_THREADS = """
import os, resource, sys, threading
import numpy as np
import mensura as ms
mask = np.random.default_rng(19).random((1500, 1500)) < 0.4
image = mask.astype(np.uint8)
expected = [ms.measure(mask, threads=1), ms.measure(ms.label(mask), image, "all", threads=1)]
os.setuid(65534)  # the limit does not hold for root
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    threading.Thread(target=print).start()
    sys.exit("threads can still be started")
except RuntimeError:
    pass
assert ms.measure(mask, threads=4) == expected[0]
assert ms.measure(ms.label(mask, threads=4), image, "all", threads=4) == expected[1]
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0,
    reason="to be refused threads takes another user's limits",
)
def test_threads_that_cannot_be_started_are_done_without():
    subprocess.run([sys.executable, "-c", _WITHOUT_THREADS], check=True)
