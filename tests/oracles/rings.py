"""Rings of objects, pixel by pixel: every distance is the smallest of all that there are.

An object is a list of its pixels (tuples of ints) in raster order; `sides` are those of a pixel.
"""

import functools
import heapq
import itertools
import math

import numpy as np


def pixels_of(labels):
    """Label -> its pixels in raster order, for labels above 0."""
    found = {}
    for at in itertools.product(*map(range, labels.shape)):
        label = int(labels[at])
        if label > 0:
            found.setdefault(label, []).append(at)
    return dict(sorted(found.items()))


def squared(here, there, sides):
    """Squared distance, in units of the side where all are equal."""
    weights = [1.0] * len(sides) if len(set(sides)) == 1 else [side * side for side in sides]
    terms = [w * ((a - b) * (a - b)) for a, b, w in zip(here, there, weights, strict=True)]
    return sum(terms)


def length(squares, sides):
    """Distance from its square."""
    return math.sqrt(squares) * (sides[0] if len(set(sides)) == 1 else 1.0)


def smallest_squared(here, targets, sides):
    """Squared distance to the nearest target; infinite without any."""
    if not targets:
        return math.inf
    columns = np.array(targets, float).T
    return float(squared(here, columns, sides).min())


def edge_distances(pixels, shape, sides, border_is_edge):
    """Distance of each pixel to the nearest that is not among them; infinite without any.

    Nothing is nearer than the pixels next to the box around them.
    """
    own = set(pixels)
    reach = 1 if border_is_edge else 0
    ranges = [
        range(max(min(along) - 1, -reach), min(max(along) + 2, n + reach))
        for along, n in zip(zip(*pixels, strict=True), shape, strict=True)
    ]
    others = [at for at in itertools.product(*ranges) if at not in own]
    return nearest_distances(pixels, others, sides)


def center_distances(pixels, center, sides):
    """Straight distance of each pixel to a point."""
    return {p: length(squared(p, center, sides), sides) for p in pixels}


def nearest_distances(pixels, targets, sides):
    """Distance of each pixel to the nearest of some others."""
    return {p: length(smallest_squared(p, targets, sides), sides) for p in pixels}


@functools.cache
def whole_squares(sides):
    """Squared sides and the unit they are in: whole numbers of it, where that is but rounding."""
    parts = np.arange(1, 2**16 + 1)[:, np.newaxis]
    for some in (sides, sides[-2:]):
        numbers = np.array(some) / min(some) * parts
        whole = (np.abs(numbers - np.rint(numbers)) <= 1e-14 * numbers).all(axis=1)
        if whole.any():
            count = int(parts[whole.argmax(), 0])
            counted = [side / min(some) * count for side in sides]
            first = len(sides) - len(some)
            counted = counted[:first] + [float(round(side)) for side in counted[first:]]
            return [side * side for side in counted], min(some) / count
    return [side * side for side in sides], 1.0


def outside_distances(objects, shape, sides, outer):
    """Label -> the pixels of the background that it is nearest to (the smallest of several)."""
    labels = np.array([label for label, pixels in objects.items() for _ in pixels], np.uint64)
    sites = np.array([at for pixels in objects.values() for at in pixels], float).T
    taken = {at for pixels in objects.values() for at in pixels}
    weights, unit = whole_squares(sides)
    found = {label: {} for label in objects}
    for at in itertools.product(*map(range, shape)):
        if at in taken or not objects:
            continue
        steps = zip(at, sites, weights, strict=True)
        squares = sum(w * ((a - b) * (a - b)) for a, b, w in reversed(list(steps)))
        distance = math.sqrt(float(squares.min())) * unit - min(sides) / 2
        if distance <= outer:
            found[int(labels[squares == squares.min()].min())][at] = distance
    return found


def way_lengths(pixels, sources, sides):
    """Length of the shortest way of each pixel to a source, over touching pixels; Dijkstra's."""
    own = set(pixels)
    steps = [
        (step, math.sqrt(sum((s * side) * (s * side) for s, side in zip(step, sides, strict=True))))
        for step in itertools.product((-1, 0, 1), repeat=len(sides))
        if any(step)
    ]
    lengths = dict.fromkeys(pixels, math.inf)
    queue = []
    for source in sources:
        lengths[source] = 0.0
        heapq.heappush(queue, (0.0, source))
    while queue:
        here, at = heapq.heappop(queue)
        if here > lengths[at]:
            continue
        for step, cost in steps:
            there = tuple(a + s for a, s in zip(at, step, strict=True))
            if there in own and here + cost < lengths[there]:
                lengths[there] = here + cost
                heapq.heappush(queue, (here + cost, there))
    return lengths


def deepest(pixels, edges):
    """The first pixel that is farthest from the edge."""
    return max(pixels, key=lambda p: edges[p])


def normalized(ways, edges, sides):
    """CellProfiler's distances; NaN where no way leads."""
    little = 0.001 * min(sides)
    return {
        p: math.nan if math.isinf(way) else way / (way + edges[p] + little)
        for p, way in ways.items()
    }


# ------------------------------------------------------------------------------------------- rings


def ring_by_width(distance, width, start, first):
    """Number of the ring of one width, counted from ring `first`.

    What is short of the edge of a ring by no more than rounding lies on it.
    """
    raised = distance + 1e-12 * abs(distance)
    return math.floor((raised - start) / width) - first


def ring_by_number(distance, number, low, high):
    """One of so many rings from `low` to `high`, which is in the last."""
    scale = high - low if high > low else 1.0
    return min(int((distance - low) / scale * number), number - 1)


def ring_by_edges(distance, edges):
    """The ring between edges, the last closed; -1 for none."""
    for k in range(len(edges) - 1):
        if edges[k] <= distance < edges[k + 1]:
            return k
    return len(edges) - 2 if distance == edges[-1] else -1


def ring_by_rank(distance, distances, number):
    """The ring of the middle of the ranks of what is as far."""
    nearer = sum(d < distance for d in distances)
    as_near = sum(d == distance for d in distances)
    return number * (2 * nearer + as_near) // (2 * len(distances))


def sector(at, center, sides, sectors):
    """The sector of a pixel, by its angle from x towards y."""
    dy = (at[-2] - center[-2]) * sides[-2]
    dx = (at[-1] - center[-1]) * sides[-1]
    angle = math.atan2(dy, dx)
    if angle < 0:
        angle += 2 * math.pi
    return min(math.floor(angle / (2 * math.pi) * sectors), sectors - 1)


def rings_of(distances, bins, start, *, signed=False, fraction=False):
    """Pixel -> ring (-1 for none), and how many rings there are.

    `bins` is ("width", w), ("number", n), ("edges", edges) or ("equal_counts", n).
    """
    kind, value = bins
    finite = [d for d in distances.values() if math.isfinite(d)]
    low, high = min(finite, default=math.nan), max(finite, default=math.nan)
    first = ring_by_width(low, value, 0, 0) if kind == "width" and signed and finite else 0

    def ring(distance):
        if not math.isfinite(distance):
            return -1
        if kind == "width":
            return ring_by_width(distance, value, start, first)
        if kind == "number":
            begin, end = (low, high) if signed else (start, 1.0 if fraction else high)
            return ring_by_number(distance, value, begin, end)
        if kind == "edges":
            return ring_by_edges(distance, value)
        return ring_by_rank(distance, finite, value)

    rings = {p: ring(d) for p, d in distances.items()}
    if kind == "width":
        return rings, max(rings.values(), default=-1) + 1
    return rings, len(value) - 1 if kind == "edges" else value


# ------------------------------------------------------------------------------------ CellProfiler


#: What is found of each ring.
DISTRIBUTION = ("FracAtD", "MeanFrac", "RadialCV")


def radial_distribution(pixels, shape, image, bins, maximum_radius=None):
    """`DISTRIBUTION` of each ring of one object, one more where a radius is given.

    ``image`` holds finite numbers. NaN where a quotient has none.
    """
    sides = (1.0, 1.0)
    edges = edge_distances(pixels, shape, sides, border_is_edge=False)
    center = deepest(pixels, edges)
    ways = way_lengths(pixels, [center], sides)
    reached = [p for p in pixels if math.isfinite(ways[p])]
    rings = {}
    for p in reached:
        part = ways[p] / (ways[p] + edges[p] + 0.001)
        if maximum_radius is not None:
            part = ways[p] / maximum_radius
        rings.setdefault(min(int(part * bins), bins), []).append(p)
    total = sum(float(image[p]) for p in reached)
    measured = []
    for ring in range(bins + (maximum_radius is not None)):
        inside = rings.get(ring, [])
        fraction = quotient(sum(float(image[p]) for p in inside), total)
        share = len(inside) / len(reached) + np.finfo(float).eps
        measured.append((fraction, fraction / share, octant_variation(inside, center, image)))
    return measured


def octant_variation(inside, center, image):
    """Deviation over mean of octants, the former if the latter is 0; 0 without pixels."""
    octants = {}
    for i, j in inside:
        di, dj = i - center[0], j - center[1]
        octants.setdefault((di > 0, dj > 0, abs(di) > abs(dj)), []).append(float(image[i, j]))
    if not octants:
        return 0.0
    means = [sum(values) / len(values) for values in octants.values()]
    mean = sum(means) / len(means)
    spread = math.sqrt(sum((m - mean) ** 2 for m in means) / len(means))
    return spread if mean == 0 else quotient(spread, mean)


def quotient(a, b):
    """Quotient of floats as IEEE 754 has it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(a) / np.float64(b))
