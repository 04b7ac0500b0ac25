"""Samples between pixels, one at a time: taps and weights from the definitions, in plain Python."""

import functools
import itertools
import math

import numpy as np

TOLERANCE = 1e-9  # positions nearer than this to an edge or a tie lie on it


def cubic_weight(t):
    """Keys's kernel with a = -1/2."""
    t = abs(t)
    if t <= 1:
        return 1.5 * t**3 - 2.5 * t**2 + 1
    return -0.5 * t**3 + 2.5 * t**2 - 4 * t + 2 if t < 2 else 0.0


def taps(x, length, order, outside):
    """List (pixel, weight) along an axis, weights not 0; None where there is no sample.

    A pixel is None where there is none, and "constant" where there is a constant.
    """
    if not math.isfinite(x):
        return None
    if outside == "nan":
        rim = 0.5 if order == 0 else 0.0
        if not -rim - TOLERANCE <= x <= length - 1 + rim + TOLERANCE:
            return None
        x = min(max(x, 0.0), length - 1.0)
    if order == 0:
        if outside == "reflect":  # of two pixels, that of the mirrored position
            while not -0.5 <= x <= length - 0.5:
                x = -1 - x if x < -0.5 else 2 * length - 1 - x
        pairs = [(math.floor(x + 0.5 + TOLERANCE), 1.0)]
    elif order == 1:
        first = math.floor(x)
        pairs = [(first, 1 - (x - first)), (first + 1, x - first)]
    else:
        first = math.floor(x)
        pairs = [(p, cubic_weight(x - p)) for p in range(first - 1, first + 3)]
    return [(inside(p, length, outside), weight) for p, weight in pairs if weight != 0]


def inside(pixel, length, outside):
    if 0 <= pixel < length:
        return pixel
    if outside == "nan":
        return None
    if outside == "nearest":
        return min(max(pixel, 0), length - 1)
    if outside == "reflect":
        while not 0 <= pixel < length:
            pixel = -1 - pixel if pixel < 0 else 2 * length - 1 - pixel
        return pixel
    return "constant"


def pixel_value(image, mask, index, outside):
    """The value of a pixel, or None where it does not count."""
    if None in index:
        return None
    if "constant" in index:
        return outside
    if mask is not None and mask[index]:
        return None
    value = float(image[index])
    return value if math.isfinite(value) else None


def sample(image, position, order=1, outside="nan", mask=None):
    """One sample of an image at a position, NaN where there is none."""
    along = [
        taps(x, length, order, outside) for x, length in zip(position, image.shape, strict=True)
    ]
    if None in along:
        return math.nan
    pairs = [((), 1.0)]
    for axis in along:
        pairs = [((*index, p), weight * w) for index, weight in pairs for p, w in axis]
    found = [(pixel_value(image, mask, index, outside), weight) for index, weight in pairs]
    if order == 3 and any(value is None for value, _ in found):
        return sample(image, position, 1, outside, mask)
    found = [(value, weight) for value, weight in found if value is not None]
    total = math.fsum(weight for _, weight in found)
    if not found:
        return math.nan
    return math.fsum(value * weight for value, weight in found) / total


def across(width, spacing):
    """Offsets across a profile in pixels of the smallest size, and weights."""
    if width is None:
        return [(0.0,) * (len(spacing) - 1)], [1.0]
    steps = width / min(spacing)
    if len(spacing) == 3:
        return disc(steps)
    whole = math.floor(steps + TOLERANCE)
    rest = steps - whole
    if whole == 0:
        return [(0.0,)], [steps]
    offsets = [(k - (whole - 1) / 2,) for k in range(whole)]
    weights = [1.0] * whole
    if rest > TOLERANCE:
        offsets = [(-(whole + 1) / 2,), *offsets, ((whole + 1) / 2,)]
        weights = [rest / 2, *weights, rest / 2]
    return offsets, weights


@functools.cache
def disc(steps):
    radius = steps / 2
    reach = math.ceil(radius + 0.5)
    offsets, weights = [], []
    for a in range(-reach, reach + 1):
        for b in range(-reach, reach + 1):
            weight = area_in_disc(a, b, radius)
            if weight > TOLERANCE * min(1, radius**2):
                offsets.append((float(a), float(b)))
                weights.append(weight)
    return offsets, weights


def area_in_disc(a, b, radius):
    """How much of the pixel (a, b) lies in a disc, by integrals over smooth parts of its chords."""
    nodes, shares = np.polynomial.legendre.leggauss(20)
    kinks = [radius**2 - (b + side) ** 2 for side in (-0.5, 0.5)]
    kinks = [sign * math.sqrt(k) for k in kinks if k > 0 for sign in (-1, 1)]
    low, high = (min(max(side, -radius), radius) for side in (a - 0.5, a + 0.5))
    ends = sorted([low, *(min(max(kink, low), high) for kink in kinks), high])
    area = 0.0
    for begin, end in itertools.pairwise(math.asin(t / radius) for t in ends):
        for node, share in zip(nodes, shares, strict=True):
            angle = begin + (end - begin) * (node + 1) / 2
            chord = radius * math.cos(angle)
            inside = min(b + 0.5, chord) - max(b - 0.5, -chord)
            area += (end - begin) / 2 * share * max(inside, 0.0) * radius * math.cos(angle)
    return area


def normals(tangent, spacing):
    """Steps across, in pixels, of a profile that runs along a vector in the unit of the spacing."""
    length = math.sqrt(sum(t * t for t in tangent))
    ndim = len(spacing)
    t = [x / length for x in tangent] if length > 0 else [0.0] * (ndim - 1) + [1.0]
    if ndim == 2:
        units = [[t[1], -t[0]]]
    else:
        axis = [0.0, 0.0, 0.0]
        axis[min(range(3), key=lambda a: abs(t[a]))] = 1.0
        first = np.cross(axis, t)
        first = first / math.sqrt(float((first**2).sum()))
        units = [list(first), list(np.cross(t, first))]
    return [[min(spacing) * u / s for u, s in zip(unit, spacing, strict=True)] for unit in units]


def reduced(samples, weights, reduce):
    """What samples across become, and how many there are."""
    found = [(s, w) for s, w in zip(samples, weights, strict=True) if not math.isnan(s)]
    if not found:
        return math.nan, 0
    values = [value for value, _ in found]
    total = math.fsum(weight for _, weight in found)
    mean = math.fsum(v * w for v, w in found) / total
    if reduce == "mean":
        result = mean
    elif reduce == "sum":
        result = math.fsum(v * w for v, w in found)
    elif reduce == "std":
        result = math.sqrt(math.fsum(w * (v - mean) ** 2 for v, w in found) / total)
    elif reduce in ("min", "max"):
        result = (min if reduce == "min" else max)(values)
    elif reduce == "median":
        result = float(np.median(values))
    else:
        result = float(np.quantile(values, reduce[1]))
    return result, len(values)


def profile(image, points, tangents, *, width, spacing, reduce, order, outside, mask=None):
    """Values and counts at points with tangents."""
    offsets, weights = across(width, spacing)
    found = []
    for point, tangent in zip(points, tangents, strict=True):
        steps = normals(tangent, spacing)
        samples = []
        for offset in offsets:
            position = [
                p + sum(o * step[axis] for o, step in zip(offset, steps, strict=True))
                for axis, p in enumerate(point)
            ]
            samples.append(sample(image, position, order, outside, mask))
        found.append(reduced(samples, weights, reduce))
    return [value for value, _ in found], [count for _, count in found]


def line_points(start, stop, spacing, *, step=None, n=None, endpoint=False):
    """Positions and distances of the samples of a line."""
    change = [b - a for a, b in zip(start, stop, strict=True)]
    length = math.sqrt(sum((c * s) ** 2 for c, s in zip(change, spacing, strict=True)))
    if n is not None:
        fractions = [i / (n - 1) if n > 1 else 0.0 for i in range(n)]
    else:
        step = min(spacing) if step is None else step
        count = math.floor(length / step + TOLERANCE)
        fractions = [i * step / length if length else 0.0 for i in range(count + 1)]
        if endpoint and length / step - count > TOLERANCE:
            fractions.append(1.0)
    points = [[a + f * c for a, c in zip(start, change, strict=True)] for f in fractions]
    tangent = [c * s for c, s in zip(change, spacing, strict=True)]
    return points, [tangent] * len(points), [f * length for f in fractions]


def polyline_points(vertices, spacing, step):
    """Positions, tangents and distances along a polyline, its last vertex included."""
    pieces = [
        (a, b)
        for a, b in itertools.pairwise(vertices)
        if any(x != y for x, y in zip(a, b, strict=True))
    ]
    lengths = [
        math.sqrt(sum(((y - x) * s) ** 2 for x, y, s in zip(a, b, spacing, strict=True)))
        for a, b in pieces
    ]
    total = math.fsum(lengths)
    count = math.floor(total / step + TOLERANCE)
    distances = [i * step for i in range(count + 1)]
    if total / step - count > TOLERANCE:
        distances.append(total)
    points, tangents = [], []
    for distance in distances:
        before, k = 0.0, 0
        while k < len(pieces) - 1 and distance > before + lengths[k]:
            before += lengths[k]
            k += 1
        a, b = pieces[k]
        fraction = min(1.0, (distance - before) / lengths[k])
        points.append([x + fraction * (y - x) for x, y in zip(a, b, strict=True)])
        tangents.append([(y - x) * s for x, y, s in zip(a, b, spacing, strict=True)])
    return points, tangents, distances


def carried_across(along, first):
    """Carry a direction along a way of unit tangents, a little at a time, never turned about them.

    Between two tangents there are many on the great circle; at each, what points along it is taken
    off.
    """
    carried = [np.asarray(first, float)]
    for a, b in itertools.pairwise(along):
        vector = carried[-1]
        for fraction in np.linspace(0, 1, 50)[1:]:
            between = a + fraction * (b - a)
            between = between / np.linalg.norm(between)
            vector = vector - (vector @ between) * between
            vector = vector / np.linalg.norm(vector)
        carried.append(vector)
    return np.array(carried)
