"""Calls that are interrupted, or whose input changes under them, in a process of its own.

``test_failure_drills.py`` runs this file with the name of a drill. What it finds it prints as JSON.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time

import numpy as np

import mensura as ms

GARBAGE = 77
WAIT = 0.15  # seconds before the interrupt, at most; calls take longer
TRIES = 5

# Inputs of many pixels in little memory: one row of them, repeated with stride 0. Pixels in foreign
# byte order are read one by one, so that a row takes its time.
ROW = np.random.default_rng(3).random(4096)
STRIPES = np.broadcast_to((np.arange(4096) // 40 + 1).astype(np.uint8), (100_000, 4096))
VALUES = np.broadcast_to(ROW, STRIPES.shape)
DARK = np.broadcast_to(np.zeros(1 << 15, ">f8"), (1 << 16, 1 << 15))


def interrupted(call, wait):
    """Seconds from an interrupt to its KeyboardInterrupt; None where the call ended before."""
    sent = []

    def interrupt():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(wait, interrupt)
    timer.start()
    try:
        call()
        timer.cancel()
        timer.join()
    except KeyboardInterrupt:
        return time.perf_counter() - sent[0]
    return None


def is_usable():
    return int(ms.label(np.eye(3, dtype=bool)).max()) == 1


def wait_for(call):
    """Seconds after which the call, which is made once, is in its midst on any machine."""
    started = time.perf_counter()
    call()
    return min(WAIT, (time.perf_counter() - started) / 3)


def long_call(call):
    return {"seconds": [interrupted(call, WAIT) for _ in range(TRIES)], "usable": is_usable()}


def measure(threads):
    return long_call(lambda: ms.measure(STRIPES, VALUES, "all", threads=threads))


def find(threads):
    return long_call(lambda: ms.find_regions(DARK, threshold=0.5, threads=threads))


def mask(threads):
    """Many objects, whose table takes a part of the time."""
    dots = np.zeros((4096, 4096), bool)
    dots[::2, ::2] = True

    def call():
        ms.measure(dots, threads=threads)

    call()  # in fresh memory, which takes far longer
    wait = min(wait_for(call) for _ in range(3))
    tries = [interrupted(call, wait) for _ in range(TRIES)]
    return {"seconds": tries, "usable": is_usable()}


def sample(threads):
    starts = np.stack([np.arange(20.0), np.full(20, 2000.0)], axis=1)
    stops = starts + np.array([90_000, 1000])
    options = {"n": 20_000, "width": 301, "order": 3, "threads": threads}
    return long_call(lambda: ms.line_profiles(VALUES, starts, stops, **options))


def ring(threads):
    options = {"center": [5, 5], "bins": ("width", 1000), "threads": threads}
    return long_call(lambda: ms.radial_profiles(VALUES, None, **options))


def accumulate(threads):
    """An interrupted tile is not added, not even a part of it."""
    accumulator = ms.Accumulator("all", shape=(STRIPES.shape[0] + 2, STRIPES.shape[1]))
    small = STRIPES[:2], VALUES[:2]
    accumulator.update(*small)
    expected = accumulator.table()
    found = long_call(lambda: accumulator.update(STRIPES, VALUES, offset=(2, 0), threads=threads))
    after = accumulator.table()
    same = all(np.array_equal(after[name], expected[name], equal_nan=True) for name in expected)
    return found | {"same": same}


def label_out(threads):
    """An interrupted call leaves its output as it was, or complete."""
    rng = np.random.default_rng(5)
    image = rng.integers(0, 3, (6000, 8000), np.uint8).astype(">u8")
    expected = ms.label(image, threads=threads)
    out = np.empty_like(expected)
    wait = wait_for(lambda: ms.label(image, out=out, threads=threads))
    torn = 0
    seconds = []
    for _ in range(TRIES):
        out[...] = GARBAGE
        seconds.append(interrupted(lambda: ms.label(image, out=out, threads=threads), wait))
        torn += not ((out == GARBAGE).all() or np.array_equal(out, expected))
    return {"seconds": seconds, "usable": is_usable(), "torn": torn}


def handled(threads):
    """A signal whose handler raises nothing is handled in time, and the call goes on."""
    seen = []
    signal.signal(signal.SIGUSR1, lambda *_: seen.append(time.perf_counter()))
    sent = []

    def send():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGUSR1)

    threading.Timer(WAIT, send).start()
    table = ms.measure(STRIPES, VALUES, "all", threads=threads)
    ended = time.perf_counter()
    return {
        "seconds": [seen[0] - sent[0]],
        "before the end": seen[0] < ended - 0.1,
        "right": int(table["area"].sum()) == STRIPES.size,
    }


def changing(threads):
    """Inputs written to while they are labeled and measured: any values, or a ValueError.

    The latter where labels are looked at twice and other labels are found.
    """
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 4, (600, 700), np.uint8)
    image = rng.random(labels.shape)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            labels[...] = rng.integers(0, 4, labels.shape, np.uint8)
            image[...] = rng.choice([np.nan, 0.0, 1.0, 2.0], labels.shape)
            labels[::2] = 0

    writer = threading.Thread(target=write)
    writer.start()
    calls = 0
    end = time.perf_counter() + 2
    while time.perf_counter() < end:
        with contextlib.suppress(ValueError):
            ms.measure(labels, image, "all", threads=threads)
        ms.label(labels, threads=threads)
        ms.label(image, threshold=0.5, threads=threads)
        ms.relabel_sequential(labels)
        ms.line_profiles(image, [[3, 3]], [[590, 690]], width=9, threads=threads)
        with contextlib.suppress(ValueError):
            ms.normal_profiles(image, labels, inward=2, outward=2, step=1, threads=threads)
        with contextlib.suppress(ValueError):
            ms.radial_profiles(image, labels, metric="edge", threads=threads)
        ms.find_regions(labels, threads=threads).measure(image, threads=threads)
        calls += 1
    stop.set()
    writer.join()
    return {"calls": calls, "usable": is_usable()}


DRILLS = {
    drill.__name__: drill
    for drill in (measure, find, mask, sample, ring, accumulate, label_out, handled, changing)
}

if __name__ == "__main__":
    name, threads = sys.argv[1:]
    json.dump(DRILLS[name](int(threads)), sys.stdout)
