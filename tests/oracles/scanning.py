"""Runs of one row: maximal stretches of equal neighboring pixels that are not background."""

import math


def is_background(value, background=0):
    """Whether a pixel is background: it equals ``background``, or it is NaN."""
    return value == background or math.isnan(value)


def runs_of_row(row, background=0):
    """List the runs of a 1-D array as ``(start, stop, value)``, half open, left to right."""
    runs = []
    for position, value in enumerate(row.tolist()):
        if is_background(value, background):
            continue
        if runs and runs[-1][1] == position and runs[-1][2] == value:
            start = runs.pop()[0]
            runs.append((start, position + 1, value))
        else:
            runs.append((position, position + 1, value))
    return runs
