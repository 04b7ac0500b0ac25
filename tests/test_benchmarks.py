"""Every benchmark runs, once and on a tiny input; its scenes are what they claim to be.

asv is not needed: benchmarks are found by asv's own naming rule and called as asv calls them.
"""

import doctest
import hashlib
import importlib
import inspect
import itertools
import json
import math
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mensura

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks is a package of the project, not of what is installed

import benchmarks  # noqa: E402
from benchmarks import scenes  # noqa: E402
from benchmarks.compare import labeling, regions, timing  # noqa: E402

BENCHMARK_NAME = re.compile(r"(time|timeraw|mem|peakmem|track)_.+")
LARGEST_CLASS = 19  # asv starts a process per combination; more than this is a slow suite


def modules():
    found = pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")
    return [importlib.import_module(module.name) for module in found]


def is_suite(module):
    return module.__name__.rpartition(".")[2].startswith("bench_")


def suite_classes():
    return [
        cls
        for module in modules()
        if is_suite(module)
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__ == module.__name__
    ]


def combinations(cls):
    return list(itertools.product(*getattr(cls, "params", ())))


def methods(cls):
    return [name for name, _ in inspect.getmembers(cls, callable) if BENCHMARK_NAME.fullmatch(name)]


def class_id(cls):
    return f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}"


CASES = [
    pytest.param(cls, params, id="-".join([class_id(cls), *map(str, params)]))
    for cls in suite_classes()
    for params in combinations(cls)
]


def set_up(cls, params):
    benchmark = type(cls.__name__, (cls,), {"size": "tiny"})()
    try:
        if hasattr(benchmark, "setup_cache"):
            benchmark.setup_cache()
        if hasattr(benchmark, "setup"):
            benchmark.setup(*params)
    except NotImplementedError as reason:  # what asv, too, takes for "skip this combination"
        pytest.skip(str(reason))
    return benchmark


def digest(made):
    arrays = made if isinstance(made, tuple) else (made,)
    return [(a.shape, str(a.dtype), hashlib.sha256(a.tobytes()).hexdigest()) for a in arrays]


def built(scene):
    try:
        return scene.build(scene.tiny)
    except scenes.NoSharedDataError as reason:
        pytest.skip(str(reason))


# --- suites ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cls", "params"), CASES)
def test_every_benchmark_runs(cls, params, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where setup_cache leaves its files
    benchmark = set_up(cls, params)
    for name in methods(cls):
        result = getattr(benchmark, name)(*params)
        if name.startswith("track_"):
            assert math.isfinite(result), name
            assert result > 0, name
        elif name.startswith("timeraw_"):
            assert subprocess.run([sys.executable, "-c", result], check=False).returncode == 0
        else:
            assert result is not None, name


@pytest.mark.parametrize("cls", suite_classes(), ids=class_id)
def test_classes_are_benchmarks_of_a_moderate_size(cls):
    assert methods(cls)
    assert 1 <= len(combinations(cls)) <= LARGEST_CLASS
    assert len(getattr(cls, "params", ())) == len(getattr(cls, "param_names", ()))


@pytest.mark.parametrize("cls", suite_classes(), ids=class_id)
def test_figures_have_a_unit_and_memory_a_reference(cls):
    names = methods(cls)
    assert all(getattr(cls, name).unit for name in names if name.startswith("track_"))
    in_memory = [name for name in names if name.startswith("peakmem_")]
    assert not in_memory or "peakmem_reference" in in_memory


def test_suites_were_found():
    assert {cls.__module__ for cls in suite_classes()} == {
        "benchmarks.bench_import",
        "benchmarks.bench_label",
        "benchmarks.bench_measure",
    }


def test_nothing_outside_the_suites_is_taken_for_a_benchmark():
    taken = [
        f"{module.__name__}.{name}"
        for module in modules()
        if not is_suite(module)
        for name, value in vars(module).items()
        if callable(value)
        for name in [name, *(dir(value) if inspect.isclass(value) else ())]
        if BENCHMARK_NAME.fullmatch(name)
    ]
    assert taken == []


# --- scenes ---------------------------------------------------------------------------------------

ALL_SCENES = [(kind, name) for kind in ("MASKS", "LABELS") for name in getattr(scenes, kind)]


@pytest.mark.parametrize(("kind", "name"), ALL_SCENES)
def test_scenes_are_the_same_every_time(kind, name):
    scene = getattr(scenes, kind)[name]
    assert digest(built(scene)) == digest(built(scene))


@pytest.mark.parametrize("name", scenes.MASKS)
def test_masks_are_boolean_and_mixed(name):
    mask = built(scenes.MASKS[name])
    assert mask.dtype == np.bool_
    assert mask.ndim == (3 if name.endswith("3-D") else 2)
    assert 0 < np.count_nonzero(mask) < mask.size


@pytest.mark.parametrize("name", scenes.LABELS)
def test_labels_are_numbered_without_a_gap_and_have_an_image(name):
    labels, image = built(scenes.LABELS[name])
    assert labels.dtype == np.int32
    assert image.shape == labels.shape
    assert image.dtype == (np.uint8 if name.startswith("real") else np.uint16)
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))


def test_made_scenes_are_kept_and_read_only():
    scene = scenes.LABELS["nuclei"]
    labels, image = scene.make("tiny")
    assert scene.make("tiny")[0] is labels
    assert not labels.flags.writeable
    assert not image.flags.writeable


@pytest.mark.parametrize(
    ("side", "pitch", "expected"),
    [
        (2048, scenes.NUCLEI_PITCH, 6.5e3),
        (4096, scenes.NUCLEI_PITCH, 2.6e4),
        (8192, scenes.TINY_PITCH, 0.94e6),
    ],
)
def test_scenes_have_the_objects_that_are_quoted(side, pitch, expected):
    assert scenes.num_cells((side, side), pitch) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("shape", "pitch"),
    [((300, 517), scenes.NUCLEI_PITCH), ((200, 211), scenes.TINY_PITCH), ((40, 50, 65), 16.0)],
)
def test_cells_are_as_many_as_promised_whole_and_apart(shape, pitch):
    labels = scenes.cells(shape, pitch)
    count = scenes.num_cells(shape, pitch)
    assert labels.max() == count
    found, components = mensura.label(labels > 0, return_num=True)
    assert components == count
    assert np.unique(np.stack([found[found > 0], labels[found > 0]]), axis=1).shape[1] == count


def test_the_examples_run():
    results = doctest.testmod(scenes)
    assert results.attempted > 0
    assert results.failed == 0


def test_another_seed_is_another_scene():
    shape = (64, 64)
    for build in (
        lambda seed: scenes.cells(shape, 16.0, seed),
        lambda seed: scenes.blobs(shape, 5, seed),
        lambda seed: scenes.noise(shape, 0.5, seed),
        lambda seed: scenes.intensity(shape, seed=seed),
    ):
        assert not np.array_equal(build(1), build(2))


def test_box_sums_are_sums_over_a_window_that_wraps():
    values = np.arange(12, dtype=np.int64).reshape(3, 4) ** 2
    expected = values + np.roll(values, 1, axis=1) + np.roll(values, 2, axis=1)
    assert np.array_equal(scenes._box_sum(values, 1, 3), expected)


@pytest.mark.parametrize("density", [0.1, 0.9])
def test_noise_has_its_density(density):
    assert scenes.noise((300, 300), density).mean() == pytest.approx(density, abs=0.01)


@pytest.mark.parametrize(
    ("dtype", "top"), [(np.uint8, 256), (np.uint16, 4096), (np.float32, 1), (np.float64, 1)]
)
def test_intensities_have_their_dtype_channels_and_range(dtype, top):
    image = scenes.intensity((50, 60), dtype, channels=3)
    assert image.shape == (50, 60, 3)
    assert image.dtype == dtype
    assert 0 <= image.min() < image.max() < top
    assert image.max() > 0.9 * top


@pytest.mark.parametrize(
    ("fields", "grid"), [(1, (1, 1)), (2, (2, 1)), (57, (19, 3)), (741, (39, 19))]
)
def test_mosaics_have_no_empty_place(fields, grid):
    assert scenes._grid(fields) == grid


def test_a_mosaic_keeps_every_real_object():
    try:
        pairs = [(lab, img) for _, lab, img in scenes.real_pairs()]
    except scenes.NoSharedDataError as reason:
        pytest.skip(str(reason))
    fields = [(lab, img) for lab, img in pairs if lab.shape == scenes.REAL_SHAPE]
    labels, image = scenes.real_mosaic(2)
    assert len(pairs) == 77
    assert len(fields) == scenes.REAL_FIELDS
    assert labels.max() == sum(int(lab.max()) for lab, _ in fields[:2])
    height = scenes.REAL_SHAPE[0]
    assert np.array_equal(labels[height:] > 0, fields[1][0] > 0)
    assert np.array_equal(image[height:], fields[1][1])


@pytest.mark.parametrize("place", [None, "", "nowhere"])
def test_real_scenes_without_their_data_say_so(place, monkeypatch, tmp_path):
    monkeypatch.delenv("MENSURA_SHARED", raising=False)
    if place is not None:
        monkeypatch.setenv("MENSURA_SHARED", place and str(tmp_path / place))
    with pytest.raises(scenes.NoSharedDataError, match="MENSURA_SHARED"):
        scenes.real_mosaic(1)


# --- comparisons ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0),
        ([0.0, np.nan, np.inf], [0.0, np.nan, np.inf], 0.0),
        ([], [], 0.0),
        ([1.0, 2.0], [1.0, 2.0 * (1 + 1e-8)], 1e-8),
        ([-1.0, 2.0], [1.0, 2.0], 2.0),
        ([0.0], [1e-300], 1.0),
        ([1.0], [np.nan], np.inf),
        ([np.inf], [1.0], np.inf),
        ([1.0], [1.0, 1.0], np.inf),
    ],
)
def test_relative_difference(ours, theirs, expected):
    got = regions.relative_difference(np.array(ours), np.array(theirs))
    assert got == pytest.approx(expected, rel=1e-6)
    assert regions.relative_difference(np.array(theirs), np.array(ours)) == got


def test_a_column_that_one_side_lacks_is_a_difference():
    one, both = {"area": np.ones(2)}, {"area": np.ones(2), "label": np.ones(2)}
    assert regions.column_differences(one, both) == {"area": 0.0, "label": math.inf}
    assert regions.column_differences(both, one) == {"area": 0.0, "label": math.inf}


def test_the_comparison_finds_a_difference_and_no_other():
    pytest.importorskip("skimage")
    labels, image = scenes.LABELS["nuclei"].make("tiny")
    theirs = regions.scikit_image_table(labels, image, extra=(regions.intensity_sum,))
    ours = dict(mensura.measure(labels, image))
    assert max(regions.column_differences(ours, theirs).values()) < regions.TOLERANCE
    ours["intensity_mean"] = ours["intensity_mean"] * (1 + 1e-7)
    differences = regions.column_differences(ours, theirs)
    assert [name for name, value in differences.items() if value > regions.TOLERANCE] == [
        "intensity_mean"
    ]


def test_sides_take_turns_after_one_untimed_call():
    calls = []
    sides = [
        timing.Side("a", lambda: calls.append("a"), repeats=3),
        timing.Side("b", lambda: calls.append("b"), repeats=1, warm=lambda: calls.append("warm")),
    ]
    timing.run_alternating(sides)
    assert calls == ["a", "warm", "a", "b", "a", "a"]
    assert [len(side.seconds) for side in sides] == [3, 1]


def test_a_ratio_is_of_medians_with_the_extremes_around_it():
    slow = timing.Side("slow", bool, seconds=[30.0, 10.0, 20.0])
    fast = timing.Side("fast", bool, seconds=[1.0, 4.0, 2.0])
    assert timing.ratio(slow, fast) == timing.Ratio(median=10.0, low=2.5, high=30.0)


def test_reports_hold_the_figures():
    sides = [
        timing.Side("ours", bool, seconds=[0.5, 0.5, 0.5]),
        timing.Side("peer", bool, seconds=[50.0]),
    ]
    rows = regions.timing_rows(sides, pixels=10**7, objects=1000)
    assert rows[0]["megapixels_per_second"] == 20.0
    assert rows[0]["objects_per_second"] == 2000.0
    assert rows[0]["times_faster"] == {"median": 100.0, "low": 100.0, "high": 100.0}
    report = regions.timing_report(rows).splitlines()
    assert len({len(line) for line in report}) == 1
    assert "| ours | 3 " in report[2]
    assert "100 (100..100)" in report[2]
    difference = regions.difference_report({"area": (2e-10, "field 7")}, 77, 9000)
    assert "| area " in difference
    assert "2e-10" in difference
    assert "field 7" in difference


def test_times_are_compared_on_real_nuclei():
    pytest.importorskip("skimage")
    try:
        record, text = regions.compare_times(fields=1, repeats=2, peer_repeats=1)
    except scenes.NoSharedDataError as reason:
        pytest.skip(str(reason))
    assert [len(side["seconds"]) for side in record["sides"]] == [2, 2, 1, 1]
    assert "369 nuclei, 520 x 696 pixels, int32 labels, uint8 image" in text


@pytest.mark.parametrize(("difference", "exit_code"), [(2e-9, 1), (1e-10, 0)])
def test_the_command_fails_on_a_difference_and_writes_when_asked(
    difference, exit_code, monkeypatch, tmp_path, capsys
):
    found = {"area": (0.0, "field 1"), "centroid-0": (difference, "field 2")}
    monkeypatch.setattr(regions, "machine_facts", lambda packages: {"CPU": "some"})
    monkeypatch.setattr(regions, "largest_differences", lambda: (found, 2, 30))
    monkeypatch.setattr(regions, "compare_times", lambda *sizes: ({"sides": []}, f"timed {sizes}"))
    folder = tmp_path / "results"
    assert regions.main([]) == exit_code
    assert not folder.exists()
    arguments = ["--fields", "3", "--repeats", "2", "--peer-repeats", "1", "--output", str(folder)]
    assert regions.main(arguments) == exit_code
    assert "timed (3, 2, 1)" in capsys.readouterr().out
    assert "timed (3, 2, 1)" in (folder / "regions.md").read_text()
    record = json.loads((folder / "regions.json").read_text())
    assert record["differences"] == {"area": 0.0, "centroid-0": difference}


def test_machine_facts_name_the_processor_and_the_versions():
    facts = timing.machine_facts(["numpy"])
    assert facts["numpy"] == np.__version__
    assert facts["CPU"]
    assert int(facts["CPUs usable"]) >= 1


def test_labeling_is_compared_on_every_scene_that_can_be_made(tmp_path, capsys):
    assert labeling.main(["--size", "tiny", "--repeats", "1", "--output", str(tmp_path)]) == 0
    rows = json.loads((tmp_path / "labeling.json").read_text())["rows"]
    made = [row["scene"] for row in rows]
    assert set(scenes.MASKS) - set(made) <= {"real nuclei"}
    assert all(row["SciPy"] > 0 and row["mensura, 2 threads"] > 0 for row in rows)
    assert "fastest peer" in capsys.readouterr().out


def test_a_peer_that_finds_other_components_is_refused(monkeypatch):
    wrong = labeling.Peer("wrong", "numpy", (2,), lambda mask: lambda: -1)
    monkeypatch.setattr(labeling, "PEERS", (wrong,))
    with pytest.raises(AssertionError, match="wrong finds -1 components"):
        labeling.sides_for(np.eye(3, dtype=bool), 1)
