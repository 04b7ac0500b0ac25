"""A gate that does not depend on the machine's mood: instructions of each kernel, counted.

    cmake --preset bench && cmake --build --preset bench
    python -m benchmarks.instructions              # compare with benchmarks/instructions.json
    python -m benchmarks.instructions --record     # write the counts there, to be committed

Callgrind counts the instructions of one warm call of every benchmark of `cpp/bench`, on one thread,
without address randomization, once with each instruction set that valgrind knows. The same binary
gives the same counts. A kernel that takes more than 2 % more than what is recorded fails; one that
takes more than 2 % less is a reason to record. Counts know nothing of caches and of how long an
instruction takes: decide by time, and gate by counts.

What is recorded holds for one compiler, its flags, C library, valgrind and instruction set. Where
there is no record for those in use, the counts are compared with those of another commit, which
is built for it (`--or-against HEAD^`); without one the gate fails and says how to record.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARY = ROOT / "build" / "bench" / "cpp" / "mensura_bench"
RECORD = Path(__file__).with_suffix(".json")
ISAS = ("baseline", "avx2")  # valgrind knows none wider
TOLERANCE = 0.02
SLOWED = "label_binary"  # what does more than it should in the binary that is named so
COLLECTED = re.compile(r"Collected : (\d+)")

Counts = dict[str, int]


class NotCountableError(RuntimeError):
    """There is no way to count instructions here; the text says what is missing."""


# --- counting -------------------------------------------------------------------------------------


def valgrind_version() -> str:
    """Return what valgrind calls itself."""
    if shutil.which("valgrind") is None:
        raise NotCountableError("valgrind is not installed (Debian: apt-get install valgrind)")
    return _output(["valgrind", "--version"]).strip().replace("-", " ")


def check_binary(binary: Path) -> None:
    """Raise where the benchmarks were not built."""
    if not binary.is_file():
        raise NotCountableError(
            f"there is no {binary}; build it with: "
            "cmake --preset bench && cmake --build --preset bench"
        )


def names_of(binary: Path) -> list[str]:
    """Name the benchmarks of a binary."""
    return _output([str(binary), "--list"]).split()


def key_of(binary: Path, isa: str) -> str:
    """Name all that the counts of a binary depend on beside its sources."""
    facts = json.loads(_output([str(binary), "--facts"], isa))
    order = ("compiler", "flags", "c library")
    return ", ".join([*(facts[name] for name in order), valgrind_version(), facts["isa"]])


def count(binary: Path, name: str, isa: str) -> int:
    """Count the instructions of one warm call."""
    command = [
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
        "--collect-atstart=no",
        f"--toggle-collect=mensura_bench_{name}",
        str(binary),
        name,
    ]
    if shutil.which("setarch"):
        command = ["setarch", "-R", *command]
    found = COLLECTED.search(_output(command, isa, errors=True))
    if found is None or int(found[1]) == 0:
        raise NotCountableError(f"callgrind saw no call of {name}")
    return int(found[1])


def counts_of(binary: Path, isa: str, names: Sequence[str] | None = None) -> Counts:
    """Count every benchmark, as many at a time as there are CPUs."""
    names = names_of(binary) if names is None else names
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda name: count(binary, name, isa), names)
        return dict(zip(names, found, strict=True))


def _output(command: Sequence[str], isa: str = "baseline", *, errors: bool = False) -> str:
    """Run in an environment that is the same everywhere; return what was printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "LD_BIND_NOW": "1",
        "MENSURA_ISA": isa,
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotCountableError(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stderr if errors else done.stdout


def build(commit: str, folder: Path) -> Path:
    """Build the benchmarks of another commit in a folder; return the binary."""
    source = folder / "source"
    _build_step("git", "clone", "--quiet", "--no-checkout", str(ROOT), str(source))
    revision = _build_step("git", "-C", str(ROOT), "rev-parse", "--verify", f"{commit}^{{commit}}")
    _build_step("git", "-C", str(source), "checkout", "--quiet", revision.strip())
    if not (source / "cpp" / "bench").is_dir():
        raise NotCountableError(f"{commit} has no benchmarks to compare with")
    _build_step("cmake", "--preset", "bench", "-S", str(source), cwd=source)
    _build_step("cmake", "--build", "--preset", "bench", "--target", "mensura_bench", cwd=source)
    return source / "build" / "bench" / "cpp" / "mensura_bench"


def _build_step(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotCountableError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


# --- comparing ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What a comparison of counts comes to: lines to print, and whether the gate is passed."""

    lines: list[str]
    passed: bool


def compare(now: Mapping[str, int], before: Mapping[str, int], *, recorded: bool) -> Verdict:
    """Compare counts; `recorded` ones have to name the same benchmarks."""
    slower, faster, unknown = [], [], []
    for name, instructions in now.items():
        if name not in before:
            unknown.append(f"  {name}: {instructions}, not counted before")
            continue
        change = instructions / before[name] - 1
        line = f"  {name}: {before[name]} -> {instructions} ({change:+.1%})"
        if change > TOLERANCE:
            slower.append(f"{line} MORE")
        elif change < -TOLERANCE:
            faster.append(f"{line} fewer")
    unknown += [f"  {name}: gone" for name in before if name not in now]
    lines = [*slower, *faster, *unknown]
    record = "python -m benchmarks.instructions --record"
    if slower:
        lines.append(
            f"{len(slower)} of {len(now)} take more than {TOLERANCE:.0%} more instructions. "
            f"Where that is meant to be: {record}, and say why in the commit."
        )
    if faster:
        lines.append(f"{len(faster)} take fewer, which is worth keeping: {record}")
    if unknown and recorded:
        lines.append(f"Benchmarks came or went: {record}")
    if not lines:
        lines = [f"  all {len(now)} within {TOLERANCE:.0%}"]
    return Verdict(lines, not slower and not (unknown and recorded))


def read_record(file: Path) -> dict[str, Counts]:
    """Read the recorded counts, by key."""
    return json.loads(file.read_text()) if file.exists() else {}


def gate(binary: Path, record: Path, other: str | None) -> bool:
    """Compare the counts of a binary with the record, or with another commit; print it."""
    recorded = read_record(record)
    passed = True
    unknown = []
    for isa in ISAS:
        key = key_of(binary, isa)
        print(f"{key}:", flush=True)
        if key in recorded:
            verdict = compare(counts_of(binary, isa), recorded[key], recorded=True)
            print("\n".join(verdict.lines), flush=True)
            passed &= verdict.passed
        else:
            print("  nothing is recorded for these", flush=True)
            unknown.append(isa)
    if unknown:
        passed &= _gate_against(binary, unknown, other)
    return passed


def _gate_against(binary: Path, isas: Sequence[str], other: str | None) -> bool:
    if other is None:
        print(
            "Record them with: python -m benchmarks.instructions --record\n"
            "or compare with another commit: --or-against HEAD^"
        )
        return False
    print(f"building {other} to compare with", flush=True)
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        before = build(other, Path(folder))
        for isa in isas:
            verdict = compare(counts_of(binary, isa), counts_of(before, isa), recorded=False)
            print("\n".join([f"{isa}, against {other}:", *verdict.lines]), flush=True)
            passed &= verdict.passed
    return passed


def write_record(binary: Path, record: Path) -> None:
    """Replace what is recorded for these tools, and keep what is recorded for others."""
    recorded = read_record(record)
    for isa in ISAS:
        recorded[key_of(binary, isa)] = counts_of(binary, isa)
    content = {key: dict(sorted(recorded[key].items())) for key in sorted(recorded)}
    record.write_text(json.dumps(content, indent=1) + "\n")
    print(f"recorded in {record}")


def check_gate(binary: Path) -> bool:
    """Tell whether the gate fails a binary of which one benchmark does more than it should."""
    slowed = binary.with_name(f"{binary.name}_slowed")
    check_binary(slowed)
    caught = True
    for isa in ISAS:
        now, before = (counts_of(built, isa, [SLOWED]) for built in (slowed, binary))
        verdict = compare(now, before, recorded=True)
        print("\n".join([f"{isa}, {SLOWED} slowed on purpose:", *verdict.lines]), flush=True)
        caught &= not verdict.passed
    return caught


# --- command --------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, or record; the exit status is 1 where the gate is not passed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.instructions", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--binary", type=Path, default=BINARY, help="the built benchmarks")
    parser.add_argument("--counts", type=Path, default=RECORD, help="the file of recorded counts")
    parser.add_argument("--or-against", metavar="COMMIT", help="for tools without recorded counts")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--record", action="store_true", help="write the counts")
    what.add_argument("--check-gate", action="store_true", help="fail where a slowdown would pass")
    options = parser.parse_args(arguments)
    try:
        check_binary(options.binary)
        if options.record:
            write_record(options.binary, options.counts)
            return 0
        if options.check_gate:
            return 0 if check_gate(options.binary) else 1
        return 0 if gate(options.binary, options.counts, options.or_against) else 1
    except NotCountableError as reason:
        print(f"The instructions cannot be counted: {reason}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
