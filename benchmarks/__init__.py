"""Benchmarks of mensura: asv suites (`bench_*.py`), inputs (`scenes.py`), comparisons (`compare/`).

Every suite class with an input has a class attribute `size`, "full" for asv. A subclass with
`size = "tiny"` is the same benchmark on a few thousand pixels; the tests run every method that way.

asv takes any function or method whose name starts with `time_`, `timeraw_`, `mem_`, `peakmem_` or
`track_` for a benchmark, in every module of this package: use such names in `bench_*.py` only.

From the project's root, with mensura installed:

    asv run --config benchmarks/asv.conf.json --quick --dry-run -E existing   # every benchmark once
    asv continuous --config benchmarks/asv.conf.json main HEAD                # what a change costs
    python -m benchmarks.compare.regions                                      # beside every peer
    python -m benchmarks.compare.labeling --plot

Real scenes need `MENSURA_SHARED`, the folder that holds `data/dsb2018`, and are else skipped.
"""
