"""The gate of instruction counts: what it lets pass, what it does not, and what it says."""

import json
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks is a package of the project, not of what is installed

from benchmarks import instructions  # noqa: E402
from benchmarks.instructions import ISAS, NotCountableError, compare  # noqa: E402

COUNTS = {"label": 1_000_000, "paint": 200_000}


@pytest.fixture
def counted(monkeypatch):
    """A binary that needs no building: its counts are what the returned dict holds."""
    counts = dict(COUNTS)
    monkeypatch.setattr(instructions, "check_binary", lambda binary: None)
    monkeypatch.setattr(instructions, "key_of", lambda binary, isa: f"a compiler, {isa}")
    monkeypatch.setattr(instructions, "counts_of", lambda binary, isa, names=None: dict(counts))
    return counts


def run(tmp_path, *options):
    return instructions.main(["--counts", str(tmp_path / "counts.json"), *options])


@pytest.mark.parametrize("change", [0, 0.019, -0.019, -0.5])
def test_what_passes(change):
    now = COUNTS | {"label": round(COUNTS["label"] * (1 + change))}
    assert compare(now, COUNTS, recorded=True).passed


@pytest.mark.parametrize("change", [0.021, 0.1, 5])
def test_more_instructions_fail(change):
    now = COUNTS | {"paint": round(COUNTS["paint"] * (1 + change))}
    verdict = compare(now, COUNTS, recorded=True)
    assert not verdict.passed
    assert "paint: 200000" in verdict.lines[0]
    assert not any("label" in line for line in verdict.lines)


def test_fewer_instructions_ask_to_be_recorded():
    lines = compare(COUNTS | {"label": 900_000}, COUNTS, recorded=True).lines
    assert "label: 1000000 -> 900000 (-10.0%)" in lines[0]
    assert "--record" in lines[-1]


def test_a_faster_kernel_does_not_hide_a_slower_one():
    now = {"label": 500_000, "paint": 210_000}
    assert not compare(now, COUNTS, recorded=True).passed


@pytest.mark.parametrize("now", [COUNTS | {"new": 1}, {"label": 1_000_000}])
def test_a_record_names_all_benchmarks_and_no_other(now):
    assert not compare(now, COUNTS, recorded=True).passed
    assert compare(now, COUNTS, recorded=False).passed


def test_recording_and_comparing(counted, tmp_path, capsys):
    assert run(tmp_path, "--record") == 0
    assert json.loads((tmp_path / "counts.json").read_text()) == {
        f"a compiler, {isa}": COUNTS for isa in ISAS
    }
    assert run(tmp_path) == 0
    counted["label"] += 30_000
    assert run(tmp_path) == 1
    assert "label: 1000000 -> 1030000 (+3.0%)" in capsys.readouterr().out


def test_recording_keeps_what_other_tools_counted(counted, tmp_path):
    (tmp_path / "counts.json").write_text(json.dumps({"another compiler": {"label": 3}}))
    run(tmp_path, "--record")
    assert json.loads((tmp_path / "counts.json").read_text())["another compiler"] == {"label": 3}


def test_without_a_record_the_gate_fails_and_says_how_to_make_one(counted, tmp_path, capsys):
    assert run(tmp_path) == 1
    said = capsys.readouterr().out
    assert "nothing is recorded" in said
    assert "--record" in said


def test_without_a_record_another_commit_is_compared_with(counted, tmp_path, monkeypatch, capsys):
    built = []
    monkeypatch.setattr(instructions, "build", lambda commit, folder: built.append(commit))
    before = {"label": 900_000, "paint": 200_000}
    monkeypatch.setattr(
        instructions,
        "counts_of",
        lambda binary, isa, names=None: dict(before if binary is None else counted),
    )
    assert run(tmp_path, "--or-against", "HEAD^") == 1
    assert built == ["HEAD^"]
    assert "label: 900000 -> 1000000 (+11.1%) MORE" in capsys.readouterr().out
    before["label"] = 1_000_000
    assert run(tmp_path, "--or-against", "HEAD^") == 0


def test_a_binary_that_is_missing_fails(tmp_path, capsys):
    assert run(tmp_path, "--binary", str(tmp_path / "mensura_bench")) == 1
    assert "cmake --build --preset bench" in capsys.readouterr().err


def test_a_program_that_never_enters_the_symbol_is_no_count(monkeypatch):
    monkeypatch.setattr(instructions, "_output", lambda *a, **k: "Collected : 0")
    with pytest.raises(NotCountableError, match="no call"):
        instructions.count(Path("mensura_bench"), "label", "baseline")


needs_bench = pytest.mark.skipif(
    shutil.which("valgrind") is None or not instructions.BINARY.is_file(),
    reason="needs valgrind and the benchmarks: cmake --build --preset bench",
)


@needs_bench
def test_counts_repeat_and_a_slowed_kernel_is_caught(capsys):
    first = instructions.count(instructions.BINARY, "find_binary", "baseline")
    assert first == instructions.count(instructions.BINARY, "find_binary", "baseline")
    assert instructions.check_gate(instructions.BINARY)
    assert "label_binary slowed on purpose" in capsys.readouterr().out


@needs_bench
def test_every_group_of_the_suite_has_kernels():
    names = instructions.names_of(instructions.BINARY)
    from benchmarks.bench_instructions import GROUPS

    assert {name.partition("_")[0] for name in names} >= set(GROUPS)
