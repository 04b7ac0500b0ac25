"""asv suite: instructions of the kernels, which do not depend on how busy the machine is.

The benchmarks come with the wheel that asv builds (`MENSURA_BENCH=ON`); without them, or without
valgrind, the suite is skipped. Each figure is the sum over the kernels whose name starts so.
"""

# ruff: noqa: ARG002  (asv hands every parameter to setup and to every method)

from pathlib import Path

import mensura

from .instructions import ISAS, Counts, NotCountableError, check_binary, counts_of, names_of

BINARY = Path(mensura.__file__).parent / "bench" / "mensura_bench"
GROUPS = ("label", "find", "paint", "geometry", "sums", "squares", "powers", "weighted")


def names_in(group: str) -> list[str]:
    """Name the benchmarks of a group."""
    return [name for name in names_of(BINARY) if name.partition("_")[0] == group]


class Instructions:
    """One call of every kernel of a group, on one thread."""

    params = (list(GROUPS), list(ISAS))
    param_names = ("group", "isa")

    def setup(self, group: str, isa: str) -> None:
        try:
            check_binary(BINARY)
        except NotCountableError as reason:
            raise NotImplementedError(str(reason)) from reason

    def track_group(self, group: str, isa: str) -> int:
        return sum(self._counts(group, isa).values())

    track_group.unit = "instructions"  # type: ignore[attr-defined]

    def _counts(self, group: str, isa: str) -> Counts:
        return counts_of(BINARY, isa, names_in(group))
