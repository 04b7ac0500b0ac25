"""Labels have the same bits for every instruction set, number of threads and kind of output, and
nothing outside an image is read or written.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import strategies as images
from instruction_sets import AVAILABLE, run
from peers import assert_labels

import mensura as ms

DIGESTS = Path(__file__).with_name("label_digests.py")


def test_every_instruction_set_gives_equal_labels():
    found = {isa: json.loads(run(isa, str(DIGESTS))) for isa in AVAILABLE}
    expected = found[AVAILABLE[0]]
    assert len(expected) > 100
    for isa in AVAILABLE[1:]:
        different = [case for case in expected if found[isa][case] != expected[case]]
        assert not different, f"{isa} differs from {AVAILABLE[0]}"
        assert list(found[isa]) == list(expected)


# --------------------------------------------------------------------------------------- painting


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
def test_runs_of_every_length_at_every_place_of_a_word(dtype):
    lengths = np.arange(1, 128)
    for gap in range(1, 66):
        # Background of a length, then runs of 1, 2, ... pixels, a pixel apart.
        pieces = np.insert(lengths, np.arange(1, 127), 1)
        numbers = np.zeros(len(pieces), dtype)
        numbers[::2] = lengths
        row = np.concatenate([np.zeros(gap, dtype), np.repeat(numbers, pieces)])[np.newaxis]
        regions = ms.find_regions(row != 0)
        assert_labels(regions.to_labels(dtype=dtype), row, gap)
        out = np.full(row.shape, 77, dtype)
        assert_labels(regions.to_labels(out=out), row, gap, "out")
        kept = regions.select(keep=lengths % 3 == 1)
        expected = np.where(row % 3 == 1, row // 3 + 1, 0)
        assert_labels(kept.to_labels(out=out), expected, gap, "selected")


@pytest.mark.parametrize("dtype", images.INTEGER_DTYPES, ids=str)
def test_what_surrounds_an_output_is_left_alone(dtype):
    rng = np.random.default_rng(53)
    for width in range(1, 201):
        mask = np.zeros((3, width), bool)
        mask[::2] = [rng.random(width) < 0.9, np.ones(width, bool)]
        larger = np.full((5, width + 70), 77, dtype)
        regions = ms.find_regions(mask, 1).select(largest=9)
        regions.to_labels(out=larger[1:-1, 35:-35])
        assert_labels(larger[1:-1, 35:-35], regions.to_labels(), width)
        larger[1:-1, 35:-35] = 77
        assert (larger == 77).all(), width


# ----------------------------------------------------------------------------------- guarded pages

# Images and outputs whose first or last byte is the first or last of a page, beside pages that may
# not be touched: a read or write outside ends the process.
GUARDED = """
import ctypes, itertools, mmap
import numpy as np
import mensura as ms

PAGE = mmap.PAGESIZE
libc = ctypes.CDLL(None, use_errno=True)
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
pages = 16
memory = mmap.mmap(-1, (pages + 2) * PAGE)
block = np.frombuffer(memory, np.uint8)
for guard in (0, pages + 1):
    assert libc.mprotect(block.ctypes.data + guard * PAGE, PAGE, 0) == 0
inside = block[PAGE:-PAGE]

def placed(values, at_end):
    room = inside[-values.nbytes:] if at_end else inside[:values.nbytes]
    array = room.view(values.dtype).reshape(values.shape)
    array[...] = values
    return array

rng = np.random.default_rng(54)
for width, dtype, at_end in itertools.product(
    [*range(1, 70), 127, 128, 129, 191, 193, 511], "? i1 u2 i4 u8 f2 f4 f8".split(), [True, False]
):
    values = rng.integers(0, 3, (5, width)).astype(dtype)
    image = placed(values, at_end)
    for connectivity in (1, 2):
        assert np.array_equal(ms.label(image, connectivity), ms.label(values, connectivity))
    if dtype != "?":
        assert np.array_equal(ms.label(image, threshold=1), ms.label(values, threshold=1))
    volume = values.reshape(5, 1, width)
    assert np.array_equal(ms.label(image.reshape(5, 1, width)), ms.label(volume))
    if np.dtype(dtype).kind in "iu":
        regions = ms.find_regions(values != 0)
        out = placed(np.full(values.shape, 77, dtype), at_end)
        if regions.count <= np.iinfo(dtype).max:
            assert np.array_equal(regions.to_labels(out=out), regions.to_labels())
print("unharmed")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="protects pages as Linux does")
@pytest.mark.parametrize("isa", AVAILABLE)
def test_nothing_beside_an_image_is_touched(isa):
    assert run(isa, "-c", GUARDED).strip() == "unharmed"
