"""Where memory runs out: MemoryError, an output that was not touched, a process that goes on.

Limits on the address space are set in processes of their own (``starving.py``), where every
allocation of a call, also in its worker threads, is the first to fail at one limit or another.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

STARVING = Path(__file__).with_name("starving.py")

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits the address space as Linux does"
)


def run(*command, **environment):
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stderr}"
    return done.stdout


def starve(*first_words):
    # Memory is given back at once, and no thread holds a reserve, so that every limit bites.
    return json.loads(
        run(
            str(STARVING),
            *first_words,
            MALLOC_ARENA_MAX="1",
            MALLOC_MMAP_THRESHOLD_="65536",
            MALLOC_TRIM_THRESHOLD_="65536",
        )
    )


@pytest.mark.parametrize("call", ["label mask", "label values", "label backwards", "label volume"])
def test_labeling(call):
    for name, counts in starve(call, call.replace("label", "label out")).items():
        assert counts["failed"] >= 3, name
        assert counts["succeeded"] >= 3, name
        assert counts["wrong"] == 0, name
        assert counts["torn"] == 0, name


@pytest.mark.parametrize("call", ["measure", "profile"])
def test_measuring(call):
    for name, counts in starve(call).items():
        assert counts["failed"] >= 3, name
        assert counts["succeeded"] >= 3, name
        assert counts["wrong"] == 0, name


@pytest.fixture(scope="module")
def painting():
    return starve("paint")


def test_painting(painting):
    for name, counts in painting.items():
        assert counts["failed"] >= 3, name
        assert counts["succeeded"] >= 3, name
        assert counts["wrong"] == 0, name


def test_painting_leaves_its_output_as_it_was(painting):
    assert not any(counts["torn"] for counts in painting.values())


def test_workers_with_a_reserve_of_memory_each():
    counts = json.loads(run(str(STARVING), "label mask with 3", MALLOC_MMAP_THRESHOLD_="65536"))
    assert counts["label mask with 3 threads"]["wrong"] == 0


# Images of almost 2^63 pixels, repeated with stride 0: what is found in them cannot be held.
BEYOND_MEMORY = """
import ast, resource, sys
from pathlib import Path
import numpy as np
import mensura as ms

shape = ast.literal_eval(sys.argv[1])
image = np.broadcast_to(np.ones((1,) * len(shape), np.uint8), shape)
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
for call in (ms.label, ms.find_regions, lambda image: ms.measure(image.view(bool))):
    try:
        call(image)
    except MemoryError:
        print("MemoryError")
assert ms.label(np.eye(3, dtype=bool)).max() == 1
"""


@pytest.mark.parametrize(
    "shape",
    [(2**31, 2**31), (1, 2**40), (2**40, 1), (2**20, 2**20, 2**20), (2, 2**31, 2**30)],
    ids=str,
)
def test_images_beyond_all_memory(shape):
    found = run("-c", BEYOND_MEMORY, str(shape), MENSURA_NUM_THREADS="1")
    assert found.split() == ["MemoryError"] * 3


SPREAD_IDS = """
import resource
import numpy as np
import mensura as ms

ids = np.random.default_rng(0).integers(1, 2**31, 100_000, np.int32)
labels = np.repeat(ids, 3).reshape(300, 1000)
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
print(len(ms.measure(labels, threads=1)["label"]) == len(np.unique(ids)))
"""


def test_memory_does_not_grow_with_the_range_of_ids():
    # Ids that are spread evenly are near to one another here and there.
    assert run("-c", SPREAD_IDS).strip() == "True"
