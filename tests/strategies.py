"""Hypothesis strategies for images that are hard to label and to measure.

An image is drawn in steps: a shape (tiny, or wide enough to cross the edges of 64-bit words), a
pattern of pieces on it, ids for the pieces, a dtype, and last a memory layout. The values are the
same in every layout, so a failure that depends on the layout shows as such.
"""

import numpy as np
from hypothesis import strategies as st

INTEGER_DTYPES = [np.dtype(f"{kind}{size}") for size in (1, 2, 4, 8) for kind in "iu"]
FLOAT_DTYPES = [np.dtype(f"f{size}") for size in (2, 4, 8)]
ALL_DTYPES = [np.dtype(bool), *INTEGER_DTYPES, *FLOAT_DTYPES]

WORD_EDGES = (63, 64, 65, 127, 128, 129)


# ------------------------------------------------------------------------------------------ shapes


def shapes(ndim):
    """Shapes of 1 to 3 pixels an axis, of a dozen, and with one axis at a word's edge."""
    longest = 12 if ndim == 2 else 6
    tiny = st.tuples(*[st.integers(1, 3)] * ndim)
    small = st.tuples(*[st.integers(1, longest)] * ndim)
    wide = st.tuples(*[st.integers(1, 5)] * (ndim - 1), st.sampled_from(WORD_EDGES))
    tall = wide.map(lambda shape: shape[::-1])
    return st.one_of(tiny, small, wide, tall)


# ---------------------------------------------------------------------------------------- patterns
# Functions of a shape and a random generator; they return piece numbers, 0 is background.


def empty(shape, rng):
    return np.zeros(shape, int)


def full(shape, rng):
    return np.ones(shape, int)


def one_pixel(shape, rng):
    pieces = np.zeros(shape, int)
    pieces[tuple(rng.integers(0, shape))] = 1
    return pieces


def corners(shape, rng):
    """Every corner is an object: all of them touch the border, in one pixel each."""
    pieces = np.zeros(shape, int)
    ends = tuple(np.ix_(*[sorted({0, length - 1}) for length in shape]))
    pieces[ends] = 1 + np.arange(pieces[ends].size).reshape(pieces[ends].shape)
    return pieces


def lines(shape, rng):
    """Parallel lines along a random axis, one pixel thick and one apart."""
    place = np.indices(shape)[rng.integers(len(shape))]
    return np.where(place % 2 == 0, 1 + place // 2, 0)


def diagonals(shape, rng):
    """Staircases that touch only at corners, leaning left or right."""
    grid = np.indices(shape)
    lean = rng.choice([-1, 1])
    return ((grid[-2] + lean * grid[-1]) % 3 == 0).astype(int)


def comb(shape, rng):
    """Teeth that look apart until the last row joins them (or, flipped, fall apart)."""
    grid = np.indices(shape)
    teeth = (grid[-1] % 2 == 0) | (grid[-2] == shape[-2] - 1)
    return np.flip(teeth, axis=-2).astype(int) if rng.random() < 0.3 else teeth.astype(int)


def spiral(shape, rng):
    """One path that winds inwards: the deepest chain of joins for its area."""
    plane = np.zeros(shape[-2:], int)
    heading = [(0, 1), (1, 0), (0, -1), (-1, 0)]
    at, turn = (0, 0), 0
    plane[at] = 1
    while True:
        for _ in range(2):
            if _free_ahead(plane, at, heading[turn % 4]):
                break
            turn += 1
        else:
            return np.broadcast_to(plane, shape).copy()
        at = (at[0] + heading[turn % 4][0], at[1] + heading[turn % 4][1])
        plane[at] = 1


def _free_ahead(plane, at, step):
    """Whether the next pixel can join the path without meeting it again one step further on."""
    for distance in (1, 2):
        y, x = at[0] + distance * step[0], at[1] + distance * step[1]
        inside = 0 <= y < plane.shape[0] and 0 <= x < plane.shape[1]
        if not inside:
            return distance == 2
        if plane[y, x]:
            return False
    return True


def checkerboard(shape, rng):
    """Apart with faces only, one object with diagonals."""
    return (np.indices(shape).sum(axis=0) % 2 == 0).astype(int)


def rings(shape, rng):
    """Boxes in boxes."""
    depth = np.minimum.reduce(
        [np.minimum(g, n - 1 - g) for g, n in zip(np.indices(shape), shape, strict=True)]
    )
    return np.where(depth % 2 == 0, 1 + depth // 2, 0)


def noise(shape, rng):
    return (rng.random(shape) < rng.random()).astype(int)


def several_values(shape, rng):
    """Noise of three values beside background: pieces touch, and one id has many parts."""
    return rng.integers(0, 4, shape)


def touching_blocks(shape, rng):
    """Blocks of 3 pixels an axis that fill the image, each its own object."""
    blocks = [g // 3 for g in np.indices(shape)]
    return 1 + np.ravel_multi_index(blocks, [1 + n // 3 for n in shape])


def every_pixel_its_own(shape, rng):
    return 1 + np.arange(np.prod(shape)).reshape(shape)


PATTERNS = [
    empty,
    full,
    one_pixel,
    corners,
    lines,
    diagonals,
    comb,
    spiral,
    checkerboard,
    rings,
    noise,
    several_values,
    touching_blocks,
    every_pixel_its_own,
]


# --------------------------------------------------------------------------------------------- ids
# Functions of how many, a dtype and a random generator; they return the ids of pieces 1, 2, ...


def contiguous_ids(count, dtype, rng):
    return np.arange(1, count + 1, dtype=dtype)


def sparse_ids(count, dtype, rng):
    """Ids anywhere in the dtype's range: no table over all ids can be afforded."""
    return rng.integers(1, np.iinfo(dtype).max, count, dtype=dtype, endpoint=True)


def top_ids(count, dtype, rng):
    """The largest ids of the dtype; for uint64 they exceed every signed integer."""
    return np.iinfo(dtype).max - np.arange(count, dtype=dtype)


def signed_ids(count, dtype, rng):
    """Ids of both signs, the most negative one first (of one sign for unsigned dtypes)."""
    limits = np.iinfo(dtype)
    ids = rng.integers(limits.min, limits.max, count, dtype=dtype, endpoint=True)
    ids[0] = limits.min or 1
    return ids


IDS = [contiguous_ids, sparse_ids, top_ids, signed_ids]


def with_ids(pieces, ids, dtype, rng):
    """Replace piece numbers by ids of a dtype; pieces share an id where the dtype has too few."""
    if dtype.kind == "b":
        return pieces != 0
    count = min(max(int(pieces.max(initial=0)), 1), np.iinfo(dtype).max)
    table = ids(count, dtype, rng)
    return np.where(pieces > 0, table[(pieces - 1) % count], dtype.type(0))


# ----------------------------------------------------------------------------------------- layouts


def c_order(array):
    return np.ascontiguousarray(array)


def fortran_order(array):
    return np.asfortranarray(array)


def reversed_strides(array):
    """Every axis runs backwards through memory."""
    backwards = tuple(slice(None, None, -1) for _ in array.shape)
    return np.ascontiguousarray(array[backwards])[backwards]


def every_third_pixel(array):
    """A view into a larger array whose other pixels hold the dtype's largest value."""
    larger = np.full([3 * n for n in array.shape], _largest(array.dtype), array.dtype)
    view = larger[tuple(slice(1, None, 3) for _ in array.shape)]
    view[...] = array
    return view


def window(array):
    """A view with unused pixels around it, as a crop has."""
    larger = np.full([n + 2 for n in array.shape], _largest(array.dtype), array.dtype)
    view = larger[tuple(slice(1, -1) for _ in array.shape)]
    view[...] = array
    return view


def byte_swapped(array):
    return array.astype(array.dtype.newbyteorder())


def read_only(array):
    frozen = array.copy()
    frozen.flags.writeable = False
    return frozen


def unaligned(array):
    """Pixels at odd addresses, as fields of packed records have."""
    records = np.zeros(array.shape, dtype=[("pad", "u1"), ("pixel", array.dtype)])
    records["pixel"] = array
    return records["pixel"]


def broadcast(array):
    """One row along axis 0, repeated with stride 0. The only layout that changes the values."""
    return np.broadcast_to(array[:1].copy(), array.shape)


def _largest(dtype):
    if dtype.kind == "b":
        return True
    return np.iinfo(dtype).max if dtype.kind in "iu" else np.finfo(dtype).max


LAYOUTS = [
    c_order,
    fortran_order,
    reversed_strides,
    every_third_pixel,
    window,
    byte_swapped,
    read_only,
    unaligned,
]


# ---------------------------------------------------------------------------------- whole images

generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)
layouts = st.sampled_from([*LAYOUTS, broadcast])


@st.composite
def label_images(draw, ndim=None, dtypes=(*INTEGER_DTYPES,), ids=(*IDS,)):
    """Label images: integer arrays, 0 for background, any other value an id."""
    shape = draw(shapes(ndim or draw(st.sampled_from([2, 3]))))
    pattern = draw(st.sampled_from(PATTERNS))
    dtype = draw(st.sampled_from(dtypes))
    rng = draw(generators)
    image = with_ids(pattern(shape, rng), draw(st.sampled_from(ids)), dtype, rng)
    return draw(layouts)(image)


def masks(ndim=None):
    """Boolean images."""
    return label_images(ndim, dtypes=(np.dtype(bool),))


@st.composite
def float_images(draw, ndim=None):
    """Floating images to label: few values, among them both zeros, infinities and NaN."""
    shape = draw(shapes(ndim or draw(st.sampled_from([2, 3]))))
    rng = draw(generators)
    values = np.array([0.0, -0.0, 1.0, 1.5, -2.0, np.inf, -np.inf, np.nan])
    image = rng.choice(values, shape).astype(draw(st.sampled_from(FLOAT_DTYPES)))
    return draw(layouts)(image)


# ---------------------------------------------------------------------------------- intensities
# Functions of a shape, a dtype and a random generator.


def small_counts(shape, dtype, rng):
    return rng.integers(0, 5, shape).astype(dtype)


def whole_range(shape, dtype, rng):
    """Any integer of the dtype; for floats, both signs within what float16 holds."""
    if dtype.kind == "f":
        return (6e4 * (2 * rng.random(shape) - 1)).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def extremes(shape, dtype, rng):
    """Only the smallest and the largest number of the dtype (floats: plus and minus 1e4)."""
    limits = (-1e4, 1e4) if dtype.kind == "f" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return rng.choice(np.array(limits, dtype), shape)


def top_of_range(shape, dtype, rng):
    """Values near the top of the dtype: large, with a small spread."""
    if dtype.kind == "f":
        return (dtype.type(1000) + rng.random(shape)).astype(dtype)
    return np.iinfo(dtype).max - rng.integers(0, 5, shape).astype(dtype)


def unit_interval(shape, dtype, rng):
    return rng.random(shape).astype(dtype)


def with_gaps(shape, dtype, rng):
    """Floats with NaN and infinities sprinkled in; some objects have nothing else."""
    image = rng.random(shape).astype(dtype)
    if dtype.kind == "f":
        holes = rng.random(shape) < rng.random()
        image[holes] = rng.choice(np.array([np.nan, np.inf, -np.inf], dtype), int(holes.sum()))
    return image


INTENSITIES = [small_counts, whole_range, extremes, top_of_range, unit_interval, with_gaps]


@st.composite
def intensity_images(draw, shape, channels=(None, 1, 2, 3), dtypes=(*ALL_DTYPES,)):
    """Intensity images for a label image of a shape; a number of channels adds a last axis."""
    count = draw(st.sampled_from(channels))
    shape = shape if count is None else (*shape, count)
    dtype = draw(st.sampled_from(dtypes))
    rng = draw(generators)
    if dtype.kind == "b":
        return draw(layouts)(rng.random(shape) < 0.5)
    return draw(layouts)(draw(st.sampled_from(INTENSITIES))(shape, dtype, rng))


# Any positive float times a coordinate must stay far from overflow when squared.
step_sizes = st.floats(1e-3, 1e3)


def spacings(ndim):
    """One number for all axes, or one per axis."""
    return st.one_of(st.just(1), step_sizes, st.tuples(*[step_sizes] * ndim))
