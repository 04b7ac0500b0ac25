"""Memory of dropped label images is used again, and nobody sees it."""

import gc
import os
import sys
import threading

import numpy as np
import pytest

import mensura as ms

SHAPE = (1024, 1024)  # 4 MiB of int32: large enough to be kept
EMPTY = np.zeros(SHAPE, bool)
FULL = np.ones(SHAPE, bool)


def address(labels):
    return labels.__array_interface__["data"][0]


def test_what_was_painted_before_does_not_show():
    for shape in (SHAPE, (1023, 1021), (3, 700, 700)):
        for dtype in (np.int32, np.int64, np.uint16, np.uint8):
            full = ms.label(np.ones(shape, bool), dtype=dtype)
            assert full.min() == 1
            del full
            assert not ms.label(np.zeros(shape, bool), dtype=dtype).any()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is kept on Linux alone")
def test_dropped_memory_is_used_again():
    labels = ms.label(FULL)
    first = address(labels)
    del labels
    gc.collect()
    assert address(ms.label(EMPTY)) == first


def test_a_view_keeps_its_memory():
    view = ms.label(FULL)[5:7, ::3]
    others = [ms.label(EMPTY) for _ in range(6)]
    assert view.min() == view.max() == 1
    assert not any(labels.any() for labels in others)


def test_two_images_never_share_memory():
    kept = [ms.label(FULL) for _ in range(8)]
    assert len({address(labels) for labels in kept}) == 8


def test_threads_take_and_give_back_at_once():
    failures = []

    def work():
        for k in range(30):
            labels = ms.label(FULL if k % 2 else EMPTY, threads=1)
            if labels.min() != k % 2 or labels.max() != k % 2:
                failures.append(k)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_child_has_memory_of_its_own():
    labels = ms.label(FULL)
    del labels
    child = os.fork()
    if child == 0:
        good = not ms.label(EMPTY).any() and ms.label(FULL).all()
        os._exit(0 if good else 1)
    assert ms.label(FULL).all()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
