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
import mmap
import pkgutil
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import mensura

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # benchmarks is a package of the project, not of what is installed

import benchmarks  # noqa: E402
from benchmarks import scenes  # noqa: E402
from benchmarks.compare import __main__ as compare  # noqa: E402
from benchmarks.compare import (  # noqa: E402
    documents,
    labeling,
    labeling_cases,
    labeling_memory,
    labeling_peers,
    labeling_plot,
    labeling_times,
    memory,
    regions,
    regions_cases,
    regions_equality,
    regions_memory,
    regions_peers,
    regions_times,
    results,
    scaling,
    scaling_curves,
    timing,
)
from benchmarks.compare import profiles as compare_profiles  # noqa: E402

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
            # What a tiny input takes may lie in memory that the process has already.
            assert result > 0 or getattr(cls, name).unit == "bytes/pixel", name
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
        "benchmarks.bench_instructions",
        "benchmarks.bench_label",
        "benchmarks.bench_measure",
        "benchmarks.bench_profiles",
        "benchmarks.bench_table",
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

ALL_SCENES = {
    f"{kind}-{name}": scene
    for kind in ("MASKS", "NOISE", "GREY", "VALUES", "LABELS")
    for name, found in getattr(scenes, kind).items()
    for scene in [found[0] if kind == "GREY" else found]
}


@pytest.mark.parametrize("scene", ALL_SCENES.values(), ids=ALL_SCENES)
def test_scenes_are_the_same_every_time(scene):
    assert digest(built(scene)) == digest(built(scene))


@pytest.mark.parametrize("name", scenes.MASKS)
def test_masks_are_boolean_and_mixed(name):
    mask = built(scenes.MASKS[name])
    assert mask.dtype == np.bool_
    assert mask.ndim == (3 if name.endswith("3-D") else 2)
    assert 0 < np.count_nonzero(mask) < mask.size


@pytest.mark.parametrize("name", scenes.GREY)
def test_grey_images_are_cut_by_their_level(name):
    scene, level = scenes.GREY[name]
    image = built(scene)
    assert image.dtype == (np.uint16 if name.endswith("uint16") else np.uint8)
    assert 0.1 < (image > level).mean() < 0.9
    if name.startswith("smooth"):
        assert level == scenes.grey_level(image.dtype)
        assert image.min() == 0 or image.max() >= 2 * level


def test_a_grey_image_is_blobs_cut_at_its_middle():
    image = scenes.grey((90, 80), 5, np.uint16)
    cut = image > scenes.grey_level(np.uint16)
    assert (cut != scenes.blobs((90, 80), 5)).mean() < 0.001


def test_tissue_is_cells_that_touch_under_sparse_ids():
    volume = scenes.tissue(72)
    ids, sizes = np.unique(volume, return_counts=True)
    assert volume.dtype == np.uint32
    assert ids[0] == 0
    assert 27 < ids.size < 200
    assert ids[-1] > 2**31
    assert 0.02 < sizes[0] / volume.size < 0.4
    assert (volume[:, :, 1:] != volume[:, :, :-1]).mean() > 0.05  # borders everywhere
    pieces = [mensura.measure(volume == cell)["area"] for cell in ids[1:][sizes[1:] > 1000]]
    assert np.median([areas.max() / areas.sum() for areas in pieces]) > 0.95  # in one piece


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
    for module in (scenes, labeling_plot):
        results = doctest.testmod(module)
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
    got = regions_equality.relative_difference(np.array(ours), np.array(theirs))
    assert got == pytest.approx(expected, rel=1e-6)
    assert regions_equality.relative_difference(np.array(theirs), np.array(ours)) == got


def test_a_column_that_one_side_lacks_is_a_difference():
    one, both = {"area": np.ones(2)}, {"area": np.ones(2), "label": np.ones(2)}
    assert regions_equality.column_differences(one, both) == {"area": 0.0, "label": math.inf}
    assert regions_equality.column_differences(both, one) == {"area": 0.0, "label": math.inf}


def test_the_comparison_finds_a_difference_and_no_other():
    pytest.importorskip("skimage")
    labels, image = scenes.LABELS["nuclei"].make("tiny")
    theirs = regions_equality.scikit_image_table(labels, image)
    ours = dict(mensura.measure(labels, image))
    assert (
        max(regions_equality.column_differences(ours, theirs).values()) < regions_equality.TOLERANCE
    )
    ours["intensity_mean"] = ours["intensity_mean"] * (1 + 1e-7)
    differences = regions_equality.column_differences(ours, theirs)
    assert [name for name, value in differences.items() if value > regions_equality.TOLERANCE] == [
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


def test_a_side_that_takes_long_is_called_less_often(monkeypatch):
    found = []
    often = timing.checked_side("quick", lambda: 5, found.append, 7, 3)
    monkeypatch.setattr(timing, "LONG", -1.0)
    seldom = timing.checked_side("long", lambda: 6, found.append, 7, 3)
    assert found == [5, 6]
    assert (often.repeats, seldom.repeats) == (7, 3)


def test_machine_facts_name_the_processor_and_the_versions():
    facts = timing.machine_facts(["numpy"])
    assert facts["numpy"] == np.__version__
    assert facts["CPU"]
    assert int(facts["CPUs usable"]) >= 1


def test_bandwidth_is_bytes_read_and_written():
    assert timing.copy_bandwidth(2, num_bytes=10**5, repeats=3) > 1e7


def test_reading_reads_every_byte():
    array = np.arange(40, dtype=np.int16).reshape(5, 8)
    with ThreadPoolExecutor(2) as pool:
        assert np.bitwise_or.reduce(timing.reading(array, pool, 2)()) == 63


def test_labeling_is_compared_on_every_case_that_can_be_made(tmp_path, capsys):
    plot = tmp_path / "plots" / "noise.png"
    arguments = ["--size", "tiny", "--repeats", "1", "--slow-repeats", "1"]
    assert labeling.main([*arguments, "--output", str(tmp_path), "--plot", str(plot)]) == 0
    rows = json.loads((tmp_path / "labeling.json").read_text())["rows"]
    made = {(row["case"], row["threads"]) for row in rows}
    wanted = {
        (case.name, threads)
        for case in labeling_cases.CASES.values()
        for threads in (1, 2)
        if case.listed
    }
    assert {case.partition(" ")[0] for case, _ in wanted - made} <= {"real"}
    assert made <= wanted
    assert all(row["seconds"] > 0 and row["bandwidth share"] > 0 for row in rows)
    assert all(row["peers"]["SciPy"] > 0 for row in rows if row["case"].startswith("noise"))
    printed = capsys.readouterr().out
    assert "fastest peer" in printed
    assert printed in (tmp_path / "labeling.md").read_text().partition("# Labeling\n\n")[2]
    assert 10_000 < plot.stat().st_size < 150_000


def test_one_case_can_be_chosen(capsys, monkeypatch):
    here = lambda *chosen: list(labeling_times.run_cases(*chosen))  # noqa: E731
    monkeypatch.setattr(labeling, "run_in_new_process", here)
    arguments = ["--scene", "nuclei", "--size", "tiny", "--repeats", "1", "--slow-repeats", "1"]
    assert labeling.main(arguments) == 0
    assert len(re.findall(r"^\| nuclei ", capsys.readouterr().out, re.MULTILINE)) >= 2


@pytest.mark.parametrize("peer", labeling_peers.PEERS, ids=lambda peer: peer.name)
def test_peers_find_what_mensura_finds(peer):
    pytest.importorskip(peer.module)
    for case in labeling_cases.CASES.values():
        try:
            problem = case.problem("tiny")
        except scenes.NoSharedDataError:
            continue
        if peer.takes(problem):
            assert peer.prepare(problem)() == labeling_peers.mensura_call(problem, 1)(), case.name


def test_every_case_has_a_kind_that_some_peer_takes():
    kinds = frozenset().union(*(peer.kinds for peer in labeling_peers.PEERS))
    for case in labeling_cases.CASES.values():
        image = built(case.scene)
        problem = labeling_peers.Problem(image, case.neighbors, case.threshold, case.table)
        assert problem.kind in kinds


def test_peers_are_given_a_mask_made_at_the_time():
    image = np.array([[3, 5, 4]], np.uint8)
    problem = labeling_peers.Problem(image, 8, threshold=4)
    assert problem.kind == "mask 2-D to labels"
    assert problem.mask.tolist() == [[False, True, False]]
    assert problem.mask is not problem.mask
    assert labeling_peers.Problem(image, 8).kind == "values 2-D to labels"
    assert labeling_peers.Problem(image > 4, 8, table=True).kind == "mask 2-D to table"


def test_a_peer_that_finds_other_components_is_refused(monkeypatch):
    kinds = frozenset({"mask 2-D to labels"})
    wrong = labeling_peers.Peer("wrong", "numpy", kinds, lambda problem: lambda: -1)
    monkeypatch.setattr(labeling_times, "PEERS", (wrong,))
    with pytest.raises(AssertionError, match="wrong finds -1 components"):
        labeling_times.sides_for(labeling_peers.Problem(np.eye(3, dtype=bool), 8), 1, 1, 1)


def labeling_record(case, threads, threaded, **seconds):
    return {
        "case": case,
        "shape": [10, 100],
        "pixels": 1000,
        "neighbors": 8,
        "threads": threads,
        "threaded": threaded,
        "bytes per pixel": 5,
        "seconds": seconds,
    }


TWO, ONE = "mensura, 2 threads", "mensura, 1 thread"


def test_ratios_are_to_the_fastest_peer_and_to_those_the_goals_name():
    record = labeling_record(
        "large blobs 3-D, 26", 2, False, **{TWO: [1.0], ONE: [2.0], "cc3d": [6.0], "SciPy": [9.0]}
    )
    two, one = labeling.rows_of([record], {2: 10_000, 1: 5_000})
    assert (two["threads"], one["threads"]) == (2, 1)
    assert two["fastest peer"] == "cc3d"
    assert two["times faster"] == [6.0, 6.0, 6.0]
    assert one["times faster"] == [3.0, 3.0, 3.0]
    assert two["bandwidth share"] == 0.5
    assert [goal["is"] for goal in two["goals"]] == [6.0, 9.0]
    assert labeling.cells_of(two)[-2:] == ["5 x cc3d, 15 x SciPy", "yes (6.0), no (9.0)"]
    assert labeling.cells_of(one)[-2:] == ["-", "-"]
    assert "Goals reached: 1 of 2." in labeling.ratios_table([two, one])
    assert "9000.00" in labeling.peers_table([two, one])


def test_peers_that_use_threads_are_compared_thread_by_thread():
    many = {TWO: [1.0], ONE: [1.5], "kornia-rs": [2.0]}
    single = {ONE: [2.0], "kornia-rs": [4.0]}
    records = [
        labeling_record("nuclei", 2, True, **many),
        labeling_record("noise 0.05", 2, True, **many),
        labeling_record("nuclei", 1, True, **single),
    ]
    rows = labeling.rows_of(records, {2: 1.0, 1: 1.0})
    assert [(row["case"], row["threads"]) for row in rows] == [("nuclei", 2), ("nuclei", 1)]
    assert [row["times faster"][0] for row in rows] == [2.0, 2.0]
    assert [labeling.cells_of(row)[-1] for row in rows] == ["no", "yes"]
    assert set(labeling_plot.throughputs(records)) == {TWO, ONE, "kornia-rs"}
    assert labeling_plot.throughputs(records)["kornia-rs"] == {0.05: 0.0005}


def test_a_row_without_peers_has_no_ratio():
    record = labeling_record("nuclei", 2, False, **{TWO: [1.0], ONE: [2.0]})
    (row, _) = labeling.rows_of([record], {2: 1.0, 1: 1.0})
    assert labeling.cells_of(row)[-5:] == ["-", "-", "-", "-", "-"]


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ([], []),
        ([3.0], [3.0]),
        ([5.0, 0.0], [5.0, 0.0]),
        ([0.0, 0.0], [-0.5, 0.5]),
        ([0.5, 0.0, 0.0, 9.0], [1.0 + 1 / 6, -1 + 1 / 6, 1 / 6, 9.0]),
    ],
)
def test_names_beside_curves_keep_apart(heights, expected):
    assert labeling_plot.spread(heights, 1.0) == pytest.approx(expected)


def test_runs_are_stretches_of_equal_pixels():
    values = np.array([[1, 1, 2, 0, 2], [0, 0, 0, 0, 0], [7, 0, 7, 7, 7]], np.uint8)
    assert labeling_memory.num_runs(labeling_peers.Problem(values, 8)) == 5
    assert labeling_memory.num_runs(labeling_peers.Problem(values, 8, threshold=1)) == 4
    assert labeling_memory.num_runs(labeling_peers.Problem(values > 0, 8)) == 4


def test_growth_is_of_the_most_memory_held_meanwhile():
    def hold():
        # Not NumPy's own, which may lie where other tests left memory of the process free.
        with mmap.mmap(-1, 10**8) as block:
            np.frombuffer(block, np.uint8)[::1024] = 1

    grown = memory.growth(hold)
    if grown is None:
        pytest.skip("no record of the most memory that can be set back")
    assert 0.9e8 < grown < 2e8


def test_memory_is_measured_and_written(tmp_path, monkeypatch, capsys):
    if memory.growth(bool) is None:
        pytest.skip("no record of the most memory that can be set back")
    names = ("smooth uint8 > 127", "nuclei to table")
    monkeypatch.setattr(labeling_memory, "NAMES", names)
    assert labeling.main(["--memory", "--size", "tiny", "--output", str(tmp_path)]) == 0
    rows = json.loads((tmp_path / "labeling-memory.json").read_text())["memory"]
    assert [row["case"] for row in rows] == list(names)
    assert all(0 <= row["peak"] < 10**8 and row["pixels"] == 64 * 64 for row in rows)
    assert all(row["allowed"] == 0.3 * 64 * 64 + 8 * row["runs"] for row in rows)
    assert "bytes a pixel" in capsys.readouterr().out


def test_regions_are_compared_on_every_case_that_can_be_made(tmp_path, capsys):
    arguments = ["--size", "tiny", "--repeats", "1", "--slow-repeats", "1"]
    assert regions.main([*arguments, "--output", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "regions.json").read_text())
    made = {measured["case"] for measured in record["records"]}
    assert all("real" in case for case in set(regions_cases.CASES) - made)
    assert all(row["seconds"] > 0 and row["goal"] for row in record["rows"])
    assert all(row["ratio"][0] > 0 for row in record["rows"] if "beside" in row)
    own = {"one channel", "dense 64-bit ids"}
    assert own <= {row.get("beside") for row in record["rows"]}
    assert all(measured["read bandwidth"] > 0 for measured in record["records"])
    printed = capsys.readouterr().out
    assert "MISSED" in printed
    assert (
        printed in (tmp_path / "regions.md").read_text().partition("# Region measurements\n\n")[2]
    )


def test_one_case_of_regions_can_be_chosen(capsys, monkeypatch):
    monkeypatch.setattr(regions_equality, "largest_differences", lambda: ({}, 0, 0))
    arguments = ["--scene", "nuclei, 4 channels first", "--size", "tiny", "--repeats", "2"]
    assert regions.main(arguments) == 0
    rows = re.findall(
        r"^\| nuclei.*reached|^\| nuclei.*MISSED", capsys.readouterr().out, re.MULTILINE
    )
    assert len(rows) == 1
    assert "| one channel | " in rows[0]
    assert " | 2     | " in rows[0]


@pytest.mark.parametrize(("difference", "exit_code"), [(2e-9, 1), (1e-10, 0)])
def test_the_command_fails_on_a_difference_and_writes_when_asked(
    difference, exit_code, monkeypatch, tmp_path, capsys
):
    found = {"area": (0.0, "field 1"), "centroid-0": (difference, "field 2")}
    monkeypatch.setattr(regions_equality, "largest_differences", lambda: (found, 2, 30))
    monkeypatch.setattr(regions, "compare_times", lambda options: ({"rows": []}, "timed"))
    folder = tmp_path / "results"
    assert regions.main([]) == exit_code
    assert not folder.exists()
    assert regions.main(["--output", str(folder)]) == exit_code
    assert "30 nuclei in 2 real images" in capsys.readouterr().out
    assert "timed" in (folder / "regions.md").read_text()
    record = json.loads((folder / "regions.json").read_text())
    assert record["differences"] == {"area": 0.0, "centroid-0": difference}


def test_times_are_compared_without_real_images(monkeypatch, capsys):
    monkeypatch.delenv("MENSURA_SHARED", raising=False)
    monkeypatch.setattr(regions, "compare_times", lambda options: ({"rows": []}, "timed"))
    assert regions.main([]) == 0
    printed = capsys.readouterr()
    assert "timed" in printed.out
    assert "MENSURA_SHARED" in printed.err


def test_a_report_of_differences_holds_the_figures():
    report = regions_equality.difference_report({"area": (2e-10, "field 7")}, 77, 9000)
    assert "| area " in report
    assert "2e-10" in report
    assert "field 7" in report


@pytest.mark.parametrize("peer", regions_peers.PEERS)
@pytest.mark.parametrize("scene", ["nuclei", "tiny objects", "cells 3-D"])
@pytest.mark.parametrize("columns", regions_cases.COLUMNS)
def test_peers_measure_what_mensura_measures(peer, scene, columns):
    pytest.importorskip(regions_peers.PEERS[peer].module)
    labels, image = scenes.LABELS[scene].make("tiny")
    if labels.ndim == 3 and columns == "moments":
        pytest.skip("moments are compared in 2-D")
    if peer in {"SimpleITK", "mahotas", "nyxus"} and columns != "basics":
        pytest.skip("asked for the basics alone")
    if peer == "nyxus" and labels.ndim == 3:
        pytest.skip("measures images alone")
    names = regions_cases.COLUMNS[columns]()
    problem = regions_peers.Problem(labels, None if columns == "positions" else image, names)
    ours = regions_peers.mensura_call(problem, 1)()
    theirs = regions_peers.PEERS[peer].columns(regions_peers.PEERS[peer].prepare(problem)())
    regions_times.check_columns(peer, theirs, ours)
    both = set(ours) & set(theirs)
    less = peer in {"cc3d", "mahotas"} or columns == "moments"
    wanted = {"area"} if less else set(ours)
    assert wanted - {"label"} <= both


def test_columns_of_moments_are_those_of_the_register():
    names = regions_cases.COLUMNS["moments"]()
    assert {"area", "inertia_tensor", "axis_major_length", "intensity_std"} <= set(names)
    assert {"centroid", "eccentricity"}.isdisjoint(names)
    assert len(set(names)) == len(names)


def test_a_peer_that_measures_something_else_is_refused():
    ours = {"label": np.array([1, 2]), "area": np.array([3.0, 4.0])}
    regions_times.check_columns("peer", ours | {"other": np.zeros(1)}, ours)
    with pytest.raises(AssertionError, match="peer and mensura differ in area"):
        regions_times.check_columns("peer", {"area": np.array([3.0, 4.1])}, ours)
    with pytest.raises(AssertionError, match="peer finds 1 objects and mensura 2"):
        regions_times.check_columns("peer", {"area": np.array([3.0])}, ours)
    with pytest.raises(AssertionError, match="peer has no column of areas"):
        regions_times.check_columns("peer", {}, ours)
    with pytest.raises(AssertionError, match="sparse differs"):
        regions_times.check_baseline("sparse", {"area": np.array([4.0, 3.5])}, ours)


def test_sparse_ids_are_the_same_objects_in_another_order():
    case = regions_cases.CASES["nuclei, sparse 64-bit ids"]
    sparse = case.problem("tiny").labels
    dense = case.baseline[1](case.problem("tiny")).labels
    assert sparse.dtype == dense.dtype == np.int64
    pairs = {(int(s), int(d)) for s, d in zip(sparse.flat, dense.flat, strict=True)}
    assert len(pairs) == len({s for s, _ in pairs}) == len({d for _, d in pairs})
    assert (0, 0) in pairs
    assert max(s for s, _ in pairs) > 2**40


def test_channels_are_the_same_in_either_order():
    last = regions_cases.CASES["nuclei, 4 channels last"].problem("tiny").image
    first = regions_cases.CASES["nuclei, 4 channels first"].problem("tiny").image
    assert np.array_equal(last, first)
    assert last.flags["C_CONTIGUOUS"]
    assert first[..., 0].flags["C_CONTIGUOUS"]


def regions_record(case, scales=(), **seconds):
    return {
        "case": case,
        "columns": "basics",
        "shape": [10, 100],
        "dtypes": ["int32", "uint16"],
        "pixels": 1000,
        "objects": 50,
        "bytes": 6000,
        "read bandwidth": 9600.0,
        "scales": dict(scales),
        "seconds": seconds,
    }


def test_goals_are_of_three_kinds():
    faster = regions_record(
        "nuclei", mensura=[1.0], DIPlib=[25.0], **{"fast-regionprops": [39.0, 30.0, 60.0]}
    )
    at_most = regions_record(
        "nuclei, sparse 64-bit ids", mensura=[1.3], **{"dense 64-bit ids": [1.0]}
    )
    within = regions_record("many real nuclei to pandas", mensura=[1.25])
    rows = [row for record in (faster, at_most, within) for row in regions.rows_of(record)]
    assert [row["reached"] for row in rows] == [False, True, True, False]
    assert rows[0]["ratio"] == [39.0, 30.0, 60.0]
    assert [row["goal"] for row in rows] == [
        "at least 40",
        "at least 25",
        "at most 1.3",
        "at most 1 s",
    ]
    table = regions.ratios_table(rows)
    assert "39.00 (30.00..60.00)" in table
    assert "Goals reached: 2 of 4." in table
    assert "50%" in regions.rates_table([within])


def test_times_of_a_corner_are_scaled_and_said_to_be():
    record = regions_record(
        "nuclei, moments", {"scikit-image": 64.0}, mensura=[0.5], **{"scikit-image": [2.0]}
    )
    (row,) = regions.rows_of(record)
    assert row["ratio"][0] == 256.0
    assert "scikit-image (scaled)" in regions.ratios_table([row])
    assert "multiplied by 64" in regions.scaled_text([row])


def test_cases_that_do_not_fit_are_left_out(monkeypatch, capsys):
    monkeypatch.setattr(regions_times, "fits", lambda *_: False)
    names = ["many real nuclei to pandas"]
    assert list(regions_times.run_cases(names, 1, "full", 1, 1)) == []
    assert "needs 14 GB" in capsys.readouterr().err


def test_memory_of_regions_is_measured_and_written(tmp_path, monkeypatch, capsys):
    if memory.growth(bool) is None:
        pytest.skip("no record of the most memory that can be set back")
    monkeypatch.setattr(regions_memory, "NAMES", ("tiny objects",))
    assert regions.main(["--memory", "--size", "tiny", "--output", str(tmp_path)]) == 0
    (row,) = json.loads((tmp_path / "regions-memory.json").read_text())["memory"]
    assert 0 <= row["peak"] < 10**8
    assert row["allowed"] == 300 * row["objects"]
    assert row["table"] == 13 * 8 * row["objects"]
    assert "bytes an object" in capsys.readouterr().out


# ----------------------------------------------------------------------------- profiles, compared


def test_profiles_are_compared_with_every_rival(tmp_path, capsys):
    arguments = ["--size", "tiny", "--repeats", "1", "--output", str(tmp_path)]
    assert compare_profiles.main(arguments) == 0
    record = json.loads((tmp_path / "profiles.json").read_text())
    named = [row["beside"] for row in record["rows"] if "beside" in row]
    (alone,) = [row for row in record["rows"] if "beside" not in row]
    assert alone["work"].startswith("distance to the edge")
    assert alone["goal"] == "at most 1.5 s"
    assert alone["reached"] is True
    assert any(name.startswith("map_coordinates") for name in named)
    assert sum(name.startswith("profile_line") for name in named) == 4
    assert sum(name.startswith("find_contours") for name in named) == 2
    assert "Goals reached" in capsys.readouterr().out


def test_other_samples_are_noticed():
    problem = compare_profiles.CASES["lines of float32"].make("tiny", 1)
    rival = problem.rivals[0]
    ours = problem.call()
    theirs = rival.prepare()()
    compare_profiles.check_samples(rival, theirs, ours)
    with pytest.raises(AssertionError, match="map_coordinates, batched and mensura differ by"):
        compare_profiles.check_samples(rival, theirs + 1, ours)


# --- all stages, and the README -------------------------------------------------------------------


def test_comparing_runs_the_stages_asked_for(monkeypatch, tmp_path):
    called = []
    for stage in compare.STAGES:
        command = (lambda arguments, stage=stage: called.append((stage, *arguments)) or 0, ("--x",))
        monkeypatch.setitem(compare.STAGES, stage, command)
    assert compare.main(["--output", str(tmp_path)]) == 0
    assert [stage for stage, *_ in called] == list(compare.STAGES)
    assert called[0][1:] == ("--size", "full", "--output", str(tmp_path), "--x")
    called.clear()
    compare.main(["regions", "--size", "tiny", "--output", str(tmp_path)])
    assert called == [("regions", "--size", "tiny", "--output", str(tmp_path))]


def test_other_numbers_than_the_peers_are_the_exit_status(monkeypatch, tmp_path):
    monkeypatch.setitem(compare.STAGES, "regions", (lambda arguments: 1, ()))
    monkeypatch.setitem(compare.STAGES, "labeling", (lambda arguments: 0, ()))
    assert compare.main(["--output", str(tmp_path)]) == 1


def test_a_stage_that_is_not_there_is_named(capsys):
    with pytest.raises(SystemExit):
        compare.main(["labelling"])
    assert "'labelling'" in capsys.readouterr().err


def labeling_row(threads, seconds, times):
    return {
        "case": "nuclei",
        "shape": [4096, 4096],
        "threads": threads,
        "seconds": seconds,
        "fastest peer": "cc3d",
        "peers": {"cc3d": seconds * times, "SciPy": 1.0},
        "times faster": [times, times / 2, times * 2],
    }


def test_a_table_of_labeling_is_written_between_its_marks(tmp_path):
    record = tmp_path / "labeling.json"
    rows = [labeling_row(2, 0.00581, 4), labeling_row(1, 0.01, 2.75)]
    record.write_text(json.dumps({"rows": rows}))
    document = documents.Document(tmp_path / "page.md", record, documents.labeling_table)
    begin, end = document.marks
    document.page.write_text(f"before\n{begin}\nold\n{end}\nbehind\n")
    assert documents.main((document,)) == 0
    text = document.page.read_text()
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("\nbehind\n")
    [line] = [line for line in text.splitlines() if line.startswith("| nuclei")]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["nuclei, 4096 x 4096", "5.81 ms", "cc3d, 23.2 ms", "4.0 (2.8)"]


def test_a_table_of_regions_has_every_goal():
    row = {
        "case": "nuclei",
        "columns": "basics",
        "seconds": 0.00962,
        "beside": "DIPlib",
        "its seconds": 0.235,
        "ratio": [24.43, 20.1, 30.2],
        "goal": "at least 25",
        "scale": None,
    }
    scaled = row | {"beside": "scikit-image", "its seconds": 1.77, "scale": 15.5}
    alone = {"case": "nuclei", "columns": "basics", "seconds": 0.9, "goal": "at most 1 s"}
    inputs = [{"case": "nuclei", "shape": [40, 50], "objects": 25921}]
    table = documents.regions_table({"rows": [row, scaled, alone], "records": inputs})
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    scene = ["nuclei, 40 x 50, 25,921 objects", "basics"]
    assert cells == [
        [*scene, "9.62 ms", "DIPlib, 235 ms", "24.4 (20.1..30.2)", "at least 25"],
        [
            *scene,
            "9.62 ms",
            "scikit-image, 1.77 s, scaled from a corner",
            cells[1][4],
            "at least 25",
        ],
        [*scene, "900 ms", "", "", "at most 1 s"],
    ]


def test_a_page_without_the_marks_is_an_error():
    with pytest.raises(ValueError, match="labeling"):
        results.replaced("no marks", *documents.DOCUMENTS[0].marks, "table")


def test_the_cases_of_the_readme_exist():
    assert set(documents.SHOWN) <= set(labeling_cases.CASES)


@pytest.mark.parametrize("document", documents.DOCUMENTS, ids=lambda document: document.page.name)
def test_pages_are_in_step_with_their_records(document):
    assert document.written() == document.page.read_text()


# ------------------------------------------------------------------------------------ scaling


@pytest.fixture
def few_calls(monkeypatch):
    monkeypatch.setattr(scaling_curves, "CALLS_PIXELS", 1)
    monkeypatch.setattr(scaling_curves, "BANDWIDTH_CALLS", 1)


def test_every_curve_is_timed_counted_and_drawn(few_calls, tmp_path, capsys):
    plot = tmp_path / "scaling.png"
    given = ["--size", "tiny", "--output", str(tmp_path), "--plot", str(plot)]
    assert scaling.main(given) == 0
    record = json.loads((tmp_path / "scaling.json").read_text())
    assert list(record["curves"]) == list(scaling_curves.CURVES)
    at = {
        curve: list(dict.fromkeys(row["at"] for row in rows))
        for curve, rows in record["curves"].items()
    }
    assert at["pixels"] == [900, 3600, 8100]
    assert at["objects"] == [9, 100, 961]
    assert at["threads"][0] == 1
    assert at["channels"] == [1, 2, 3]
    assert at["run length"] == [1, 4, 16]
    rows = [row for rows in record["curves"].values() for row in rows]
    assert all(row["seconds"] > 0 and row["share"] > 0 for row in rows)
    assert record["beyond"]["objects"] == 4 * 44 * 50
    text = (tmp_path / "scaling.md").read_text()
    assert all(title in text for title in scaling.TITLES.values())
    assert text.count("more takes") == 2
    assert plot.stat().st_size > 10_000
    assert text.endswith(capsys.readouterr().out.partition("\n\n")[2])


def test_curves_reach_what_is_quoted():
    pixels = [side * side for side in scaling_curves.SIDES["full"]]
    assert pixels == pytest.approx([1e5, 1e6, 1e7, 1e8, 1e9], rel=0.01)
    shape = (scaling_curves.SIDE["full"],) * 2
    counts = [scenes.num_cells(shape, pitch) for pitch in scaling_curves.PITCHES["full"]]
    assert counts == pytest.approx([1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7], rel=0.1)
    beyond = scaling_curves.TILE["full"] ** 2 * math.prod(scaling_curves.BEYOND)
    assert beyond > 2**31


def test_stripes_are_runs_and_gaps_of_one_length():
    mask = scaling_curves.stripes(240, 3)
    for row in mask:
        edges = np.flatnonzero(np.diff(row)) + 1
        assert set(np.diff(edges)) == {3}
        assert edges[0] <= 3
        assert 240 - edges[-1] <= 3
    assert len({row.tobytes() for row in mask}) == 6


def test_other_counts_than_expected_are_an_error(few_calls):
    labels = scenes.cells((40, 40), 10.0)
    with pytest.raises(AssertionError, match="16 objects and not 17"):
        list(scaling_curves.works(scaling_curves.Place("pixels", 1600, "tiny"), labels, 17))


def test_what_is_beyond_the_fewest_is_told_apart_from_pixels():
    fewest = {"work": "label", "objects": 100, "seconds": 0.001}
    most = {"work": "label", "objects": 1100, "seconds": 0.0011}
    found = scaling.beyond_the_fewest([most, fewest], "objects")
    assert found == {"label": pytest.approx(100.0)}


def test_a_table_of_a_curve_has_a_work_a_column():
    rows = [
        {"at": 1e5, "work": "label", "seconds": 1e-3, "pixels": 10**6, "share": 0.25},
        {"at": 1e5, "work": "measure", "seconds": 2e-3, "pixels": 10**6, "share": 0.5},
    ]
    header, _, line = scaling.curve_table("pixels", rows).splitlines()
    assert header.split() == ["|", "pixels", "|", "label", "|", "measure", "|"]
    assert line.split() == ["|", "1e+05", "|", "1", "(25%)", "|", "2", "(50%)", "|"]


def test_images_that_do_not_fit_are_left_out(monkeypatch):
    assert memory.fits(10**6, 6)
    assert not memory.fits(10**15, 1) or not Path("/proc/meminfo").exists()
    monkeypatch.setattr(scaling_curves, "fits", lambda *_: False)
    assert list(scaling_curves.over_pixels("tiny")) == []
    assert scaling_curves.beyond("tiny") is None


def test_the_document_is_of_all_curves(capsys):
    with pytest.raises(SystemExit):
        scaling.main(["--document", "--curve", "threads"])
    assert "all curves" in capsys.readouterr().err


def test_the_document_has_the_marks():
    text = scaling.DOCUMENT.read_text()
    assert "new" in results.replaced(text, scaling.BEGIN, scaling.END, "new")
