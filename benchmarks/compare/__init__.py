"""Comparisons with other libraries, one module a stage: `python -m benchmarks.compare.regions`.

Each runs both sides on the same input in one process, in turn, and prints a table of ratios.
"""
