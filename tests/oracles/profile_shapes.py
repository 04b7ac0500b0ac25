"""Peaks, edges, plateaus and areas of one profile, and its values elsewhere: in plain Python.

A profile is a list of (distance, value) pairs; `length` is the way round a closed one, else None.
"""

import itertools
import math

NAN = math.nan


def measure(samples, length=None, baseline="min", edge_fraction=0.5, plateau_fraction=0.9):
    """What `Profiles.measure` should say of one profile, name to value."""
    valid = [(d, v) for d, v in samples if math.isfinite(d) and math.isfinite(v)]
    result = {"n_valid": len(valid), "edge_crossings": 0}
    if not valid:
        return result
    values = [v for _, v in valid]
    peak = max(values)
    at = values.index(peak)
    level = {"min": min(values), "ends": 0.5 * values[0] + 0.5 * values[-1]}.get(baseline, baseline)
    lines = list(itertools.pairwise(valid))
    if length is not None:
        lines.append((valid[-1], (valid[0][0] + length, valid[0][1])))
    result |= {"peak": peak, "peak_position": valid[at][0], "baseline": level}
    result |= _slopes(lines) | _areas(lines, level, length)
    if peak > level:
        height = peak - level
        left, _ = _flank(valid, at, -1, level + 0.5 * height, length)
        right, _ = _flank(valid, at, 1, level + 0.5 * height, length)
        result |= {"half_left": left, "half_right": right, "fwhm": right - left}
        result |= _edge(lines, level + edge_fraction * height)
        result |= _plateau(valid, at, level + plateau_fraction * height, length)
    result["half_left_found"] = not math.isnan(result.get("half_left", NAN))
    result["half_right_found"] = not math.isnan(result.get("half_right", NAN))
    return result


def _flank(valid, at, way, level, length):
    """Where the profile first falls to a level on one side of a sample; the samples before that."""
    passed, (d, v) = [], valid[at]
    for k in range(1, len(valid) + 1):
        number, turn = at + way * k, 0.0
        if not 0 <= number < len(valid):
            if length is None:
                return NAN, passed
            turn, number = way * length, number % len(valid)
        nd, nv = valid[number][0] + turn, valid[number][1]
        if nv <= level:
            return nd + (level - nv) / (v - nv) * (d - nd), passed
        if number != at:
            passed.append((nd, nv))
        d, v = nd, nv
    return NAN, passed


def _plateau(valid, at, level, length):
    left, before = _flank(valid, at, -1, level, length)
    right, behind = _flank(valid, at, 1, level, length)
    if length is not None and math.isnan(left):
        inside, width = [v for _, v in valid], length
    else:
        inside = [v for _, v in [*before, valid[at], *behind]]
        start = valid[0][0] if math.isnan(left) else left
        stop = valid[-1][0] if math.isnan(right) else right
        width = stop - start
    return {"plateau": sum(inside) / len(inside), "plateau_width": width}


def _slopes(lines):
    slopes = [((w - v) / (e - d), (d + e) / 2) for (d, v), (e, w) in lines if e > d]
    if not slopes:
        return {}
    steepest = max(slopes, key=lambda slope: abs(slope[0]))
    return {"slope_max": steepest[0], "slope_max_position": steepest[1]}


def _edge(lines, level):
    found = []
    for (d, v), (e, w) in lines:
        if (v <= level) != (w <= level):
            steepness = abs(w - v) / (e - d) if e > d else math.inf
            found.append((steepness, d + (level - v) / (w - v) * (e - d)))
    if not found:
        return {}
    steepest = max(found, key=lambda crossing: crossing[0])
    return {"edge_position": steepest[1], "edge_crossings": len(found)}


def _areas(lines, level, length):
    if not lines:
        return {}
    area = sum((e - d) * (v + w) / 2 for (d, v), (e, w) in lines)
    above = sum((e - d) * (v - level + w - level) / 2 for (d, v), (e, w) in lines)
    result = {"area": area, "area_above": above}
    if length is None and above > 0:
        # Of a straight line from v to w over [d, e]: the mean of t x height, by Simpson's rule.
        moment = sum(
            (e - d)
            / 6
            * (d * (v - level) + 4 * (d + e) / 2 * ((v + w) / 2 - level) + e * (w - level))
            for (d, v), (e, w) in lines
        )
        result["center_of_mass"] = moment / above
    return result


def at(samples, place, length=None):
    """The value of a profile at a distance, on straight lines between its samples; NaN off them."""
    samples = [(d, v) for d, v in samples if not math.isnan(d)]
    if length is not None and samples:
        samples = [*samples, (samples[0][0] + length, samples[0][1])]
    on = [v for d, v in samples if d == place]
    if on:
        return on[-1]
    for (d, v), (e, w) in itertools.pairwise(samples):
        if d < place < e and math.isfinite(v) and math.isfinite(w):
            return v + (place - d) / (e - d) * (w - v)
    return NAN


def relative(samples, length=None):
    """The samples with distances in fractions of the length."""
    if not samples:
        return [], None
    first, last = samples[0][0], samples[-1][0]
    span = (length if length is not None else last - first) or 1.0
    scaled = [((d - first) / span, v) for d, v in samples]
    return scaled, None if length is None else 1.0
