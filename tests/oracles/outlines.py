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
