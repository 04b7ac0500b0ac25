"""Outlines of label images: edge by edge, in plain Python.

Every edge between a pixel of an object and something else is an arrow with the object on its left.
Arrows are joined head to tail; where four meet in a corner, the object's connectivity decides.
"""

import math

#: Ways to go as steps (y, x), each the left turn of the one before.
WAYS = [(1, 0), (0, 1), (-1, 0), (0, -1)]


def trace(labels, diagonal):
    """Outlines as (label, is_hole, corners), sorted by label, then by the first corner."""
    found = []
    for label in sorted({int(v) for v in labels.ravel().tolist()}):
        if label > 0:
            found += [(label, *outline) for outline in _outlines_of(labels == label, diagonal)]
    return found


def edges(mask):
    """The arrows around the pixels of a mask: corner to the set of ways that start there."""
    height, width = mask.shape
    inside = {(y, x) for y in range(height) for x in range(width) if mask[y, x]}
    arrows = {}
    for y, x in inside:
        sides = [((0, -1), (y, x), 0), ((1, 0), (y + 1, x), 1)]
        sides += [((0, 1), (y + 1, x + 1), 2), ((-1, 0), (y, x + 1), 3)]
        for (dy, dx), start, way in sides:
            if (y + dy, x + dx) not in inside:
                arrows.setdefault(start, set()).add(way)
    return arrows


def _outlines_of(mask, diagonal):
    arrows = edges(mask)
    outlines = []
    for start in sorted(arrows):
        while start in arrows:
            outlines.append(_follow(arrows, start, min(arrows[start]), diagonal))
    return sorted(outlines, key=lambda outline: outline[1][0])


def _follow(arrows, start, way, diagonal):
    """Take one ring of arrows away, and return whether it is that of a hole, and its corners."""
    places, ways, at = [], [], start
    while at in arrows and way in arrows[at]:
        arrows[at].remove(way)
        if not arrows[at]:
            del arrows[at]
        places.append(at)
        ways.append(way)
        at = (at[0] + WAYS[way][0], at[1] + WAYS[way][1])
        here = arrows.get(at, {ways[0]} if at == start else set())
        turns = [way + 3, way, way + 1] if diagonal else [way + 1, way, way + 3]
        way = next((turn % 4 for turn in turns if turn % 4 in here), way)
    corners = [place for place, a, b in zip(places, ways, ways[-1:] + ways, strict=False) if a != b]
    first = corners.index(min(corners))
    points = [(y - 0.5, x - 0.5) for y, x in corners[first:] + corners[:first]]
    return area(points) < 0, points


def area(points):
    """The signed area of a polygon: positive where it runs counter-clockwise, row 0 on top."""
    following = points[1:] + points[:1]
    return sum(y * b - a * x for (y, x), (a, b) in zip(points, following, strict=True)) / 2


def length(points, spacing=(1, 1)):
    """The length of a closed polygon."""
    following = points[1:] + points[:1]
    return math.fsum(
        math.hypot((a - y) * spacing[0], (b - x) * spacing[1])
        for (y, x), (a, b) in zip(points, following, strict=True)
    )


# ---------------------------------------------------------------------------- points along outlines


def sample(corners, spacing, smooth, step):
    """Equally distant points of a smoothed outline: places, ways out, distances, and its length."""
    polygon = [(y * spacing[0], x * spacing[1]) for y, x in corners]
    if smooth > 0:
        polygon = _smoothed(polygon, smooth, min(spacing))
    total = length(polygon)
    count = max(1, math.ceil(total / step * (1 - 1e-12)))
    places, ways_out = [], []
    for k, fraction in _equally_distant(polygon, count):
        y, x = _between(polygon[k], polygon[(k + 1) % len(polygon)], fraction)
        places.append((y / spacing[0], x / spacing[1]))
        ways_out.append(_way_out(polygon, k, fraction, smooth > 0))
    return places, ways_out, [i * total / count for i in range(count)], total


def _between(a, b, fraction):
    return a[0] + fraction * (b[0] - a[0]), a[1] + fraction * (b[1] - a[1])


def _equally_distant(polygon, count):
    """The side and the fraction of it of places half a step behind the first corner and on."""
    total, places = length(polygon), []
    for i in range(count):
        rest = (i + 0.5) * total / count
        for k, (a, b) in enumerate(zip(polygon, polygon[1:] + polygon[:1], strict=True)):
            side = math.dist(a, b)
            if rest < side or k + 1 == len(polygon):
                places.append((k, rest / side if side else 0.0))
                break
            rest -= side
    return places


def _smoothed(polygon, sigma, pixel):
    total = length(polygon)
    count = max(4, math.ceil(total / pixel * (1 - 1e-12)))
    ring = [
        _between(polygon[k], polygon[(k + 1) % len(polygon)], fraction)
        for k, fraction in _equally_distant(polygon, count)
    ]
    sigma = min(sigma, total / (4 * math.pi)) * count / total
    once = _blurred(ring, sigma)
    twice = _blurred(once, sigma)
    return [(2 * a[0] - b[0], 2 * a[1] - b[1]) for a, b in zip(once, twice, strict=True)]


def _blurred(ring, sigma):
    reach = math.ceil(4 * sigma)
    weights = {k: math.exp(-0.5 * (k / sigma) ** 2) for k in range(-reach, reach + 1)}
    total = sum(weights.values())
    return [
        tuple(
            sum(w * ring[(i + k) % len(ring)][axis] for k, w in weights.items()) / total
            for axis in (0, 1)
        )
        for i in range(len(ring))
    ]


def _way_out(polygon, k, fraction, curved):
    def along(corner):
        (y, x), (a, b) = polygon[corner - 1], polygon[(corner + 1) % len(polygon)]
        size = math.hypot(a - y, b - x) or 1.0
        return (a - y) / size, (b - x) / size

    (y, x), (a, b) = polygon[k], polygon[(k + 1) % len(polygon)]
    dy, dx = a - y, b - x
    if curved:
        dy, dx = _between(along(k), along((k + 1) % len(polygon)), fraction)
    size = math.hypot(dy, dx)
    return dx / size, -dy / size


# -------------------------------------------------------------------------------- across outlines


def value_at(image, y, x):
    """The image between its pixel centers, linearly; NaN outside of them."""
    height, width = image.shape
    if not (-1e-9 <= y <= height - 1 + 1e-9 and -1e-9 <= x <= width - 1 + 1e-9):
        return math.nan
    row, column = min(int(max(y, 0)), max(height - 2, 0)), min(int(max(x, 0)), max(width - 2, 0))
    below, behind = min(row + 1, height - 1), min(column + 1, width - 1)
    v, u = y - row, x - column
    top = (1 - u) * float(image[row, column]) + u * float(image[row, behind])
    bottom = (1 - u) * float(image[below, column]) + u * float(image[below, behind])
    return (1 - v) * top + v * bottom


def reach(labels, own, place, step, limits, *, order=1):
    """The first and last sample of a normal of an object; `step` is one of it, in pixels.

    `limits`: the most samples inward and outward, how many of them may lie on either side, and
    whether the normal stops at other objects. Between two pixels is the one nearer to the outline,
    but with order 0 the one behind, which is what is sampled.
    """
    less, more = (0.0, 1e-9) if order == 0 else (1e-9, 0.0)
    inward, outward, near, stop_at_neighbors = limits

    def found(k):
        at = (p + k * (1 - less) * s for p, s in zip(place, step, strict=True))
        y, x = (math.floor(place + 0.5 + more) for place in at)
        inside = 0 <= y < labels.shape[0] and 0 <= x < labels.shape[1]
        return max(int(labels[y, x]), 0) if inside else 0

    first = last = 0
    while first > -inward and (first - 1 >= -near or found(first - 1) == own):
        first -= 1
    while last < outward:
        label = found(last + 1)
        if label == own and last + 1 > near:
            break
        if label not in (0, own) and stop_at_neighbors:
            break
        last += 1
    return first, last
