"""Comparisons with others: `python -m benchmarks.compare.labeling`, `.regions`, `.profiles`.

Each runs all sides on the same input, in turn, and prints a table of ratios. Modules named for a
stage belong to it; the others are shared.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
