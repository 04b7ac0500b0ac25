"""The command line: files that agree with the library, one line and exit code 2 for every error."""

import json
import re
import struct
import subprocess
import sys
import zlib

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import tifffile

import mensura as ms
from mensura.cli import main
from mensura.io import read_image, read_labels, write_labels

DEMO_FILES = [
    "labels.tif",
    "overview.png",
    "table.csv",
    "table.csv-metadata.json",
    "table.parquet",
]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """A directory with small image files in it, made the current one."""
    monkeypatch.chdir(tmp_path)
    labels = np.zeros((6, 8), np.uint16)
    labels[0:2, 0:3] = 4
    labels[0:2, 3:5] = 2  # touches 4
    labels[4:6, 6:8] = 900
    gray = np.arange(48, dtype=np.uint16).reshape(6, 8) * 3
    write_labels("labels.tif", labels)
    write_labels("stack.tif", np.stack([labels, labels, labels * 0]))
    tifffile.imwrite("gray.tif", gray)
    tifffile.imwrite("colors.tif", np.dstack([gray, gray + 1, gray + 2]), photometric="rgb")
    tifffile.imwrite("planes.tif", np.stack([gray, gray + 1]), photometric="minisblack")
    tifffile.imwrite("small.tif", gray[:5])
    tifffile.imwrite("real.tif", labels.astype(np.float32))
    tifffile.imwrite("bits.tif", labels > 0)
    tifffile.imwrite("mask.tif", (labels > 0).astype(np.uint8) * 255)
    return tmp_path


def run(capfd, *arguments):
    """Run a command and return its exit code and what it printed, lines of errors apart."""
    code = main([str(argument) for argument in arguments])
    printed = capfd.readouterr()
    return code, printed.out, printed.err.splitlines()


def fails(capfd, *arguments):
    """Run a command that must fail properly, and return its one line."""
    code, out, errors = run(capfd, *arguments)
    assert code == 2
    assert out == ""
    assert len(errors) == 1
    assert errors[0].startswith("mensura: ")
    return errors[0]


# --- measure --------------------------------------------------------------------------------------


def test_measure_writes_what_the_library_measures(scene, capfd):
    code, out, errors = run(capfd, "measure", "labels.tif", "gray.tif", "-o", "a.csv")
    assert (code, errors) == (0, [])
    assert out == "a.csv: 3 objects, 13 columns\n"
    expected = ms.measure(read_labels("labels.tif"), read_image("gray.tif"))
    pd.testing.assert_frame_equal(pd.read_csv("a.csv"), expected.to_pandas(), check_exact=True)
    assert pd.read_csv("a.csv")["label"].tolist() == [2, 4, 900]
    assert pd.read_csv("a.csv")["area"].tolist() == [4, 6, 4]


def test_measure_writes_parquet_with_units(scene, capfd):
    code, _, errors = run(capfd, "measure", "labels.tif", "-o", "a.parquet", "--spacing", "0.5")
    assert (code, errors) == (0, [])
    expected = ms.measure(read_labels("labels.tif"), spacing=0.5)
    assert pq.read_table("a.parquet").column_names == expected.columns
    assert pq.read_table("a.parquet")["area"].to_pylist() == [1.0, 1.5, 1.0]


def test_measure_takes_every_option(scene, capfd):
    options = ["--measurements", "ellipse, area,intensity_mean", "--spacing", "2,0.5"]
    options += ["--channel-axis", "0", "--channels", "DNA,actin", "--threads", "2"]
    code, _, errors = run(capfd, "measure", "labels.tif", "planes.tif", "-o", "a.csv", *options)
    assert (code, errors) == (0, [])
    expected = ms.measure(
        read_labels("labels.tif"),
        read_image("planes.tif"),
        ["ellipse", "area", "intensity_mean"],
        spacing=(2, 0.5),
        channel_axis=0,
        channels=["DNA", "actin"],
    )
    assert {"intensity_mean-DNA", "intensity_mean-actin"} < set(expected.columns)
    pd.testing.assert_frame_equal(pd.read_csv("a.csv"), expected.to_pandas(), check_exact=True)


def test_measure_takes_colors_as_channels(scene, capfd):
    code, _, _ = run(capfd, "measure", "labels.tif", "colors.tif", "-o", "a.csv")
    assert code == 0
    table = pd.read_csv("a.csv")
    assert (table["intensity_mean-2"] - table["intensity_mean-0"]).tolist() == [2, 2, 2]


def test_measure_in_three_dimensions(scene, capfd):
    code, _, _ = run(capfd, "measure", "stack.tif", "-o", "a.csv", "--spacing", "3,1,1")
    assert code == 0
    assert pd.read_csv("a.csv")["area"].tolist() == [24, 36, 24]


def test_integers_are_labels_even_if_they_look_like_a_mask(scene, capfd):
    run(capfd, "measure", "mask.tif", "-o", "a.csv")
    assert pd.read_csv("a.csv")["label"].tolist() == [255]


def test_a_mask_taken_for_labels_is_pointed_out(scene, capfd):
    code, out, errors = run(capfd, "measure", "mask.tif", "-o", "a.csv")
    assert code == 0
    assert out == "a.csv: 1 object, 8 columns\n"
    assert len(errors) == 1
    assert "one number, 255" in errors[0]
    assert "--mask" in errors[0]
    assert run(capfd, "measure", "mask.tif", "-o", "a.csv", "--mask")[2] == []


def test_a_time_series_is_not_a_volume(scene, capfd):
    movie = np.ones((3, 4, 5), np.uint16)
    tifffile.imwrite("movie.tif", movie, imagej=True, metadata={"axes": "TYX"})
    error = fails(capfd, "measure", "movie.tif", "-o", "a.csv")
    assert "time series" in error
    assert "frame axis 0" in error
    assert "time series" in fails(capfd, "measure", "movie.tif", "-o", "a.csv", "--frame-axis", 1)
    assert not (scene / "a.csv").exists()


def test_the_frames_of_a_time_series_are_measured(scene, capfd):
    movie = np.zeros((3, 4, 5), np.uint16)
    movie[0, 1, 1:3] = movie[2, 2:, 4] = 6
    tifffile.imwrite("movie.tif", movie, imagej=True, metadata={"axes": "TYX"})
    tifffile.imwrite("cells.tif", movie + 1, photometric="minisblack")
    arguments = ["measure", "movie.tif", "cells.tif", "-o", "a.csv", "--frame-axis"]
    for axis in (0, -3):
        code, out, errors = run(capfd, *arguments, axis)
        assert (code, out, errors) == (0, "a.csv: 2 objects, 14 columns\n", [])
        expected = ms.measure(movie, movie + 1, frame_axis=0)
        pd.testing.assert_frame_equal(pd.read_csv("a.csv"), expected.to_pandas(), check_exact=True)
    assert pd.read_csv("a.csv")["frame"].tolist() == [0, 2]
    # A stack that does not say what its first axis is can be either.
    code, _, errors = run(capfd, "measure", "stack.tif", "-o", "a.csv", "--frame-axis", "0")
    assert (code, errors) == (0, [])
    assert pd.read_csv("a.csv")["frame"].tolist() == [0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    "arguments", [["mask.tif", "--mask"], ["bits.tif"], ["bits.tif", "--mask"]]
)
def test_a_mask_is_measured_by_its_components(scene, capfd, arguments):
    code, _, _ = run(capfd, "measure", *arguments, "-o", "a.csv")
    assert code == 0
    assert pd.read_csv("a.csv")["area"].tolist() == [10, 4]


def test_no_objects_give_a_header(scene, capfd):
    write_labels("none.tif", np.zeros((6, 8), int))
    code, out, _ = run(capfd, "measure", "none.tif", "gray.tif", "-o", "a.csv")
    assert (code, out) == (0, "a.csv: 0 objects, 13 columns\n")
    assert pd.read_csv("a.csv").shape == (0, 13)


def test_real_images_are_measured(shared_data, tmp_path, capfd):
    folder = shared_data / "dsb2018"
    labels, image = folder / "001_0ea22171_label.tif", folder / "001_0ea22171_image.tif"
    assert run(capfd, "measure", labels, image, "-o", tmp_path / "a.csv")[0] == 0
    table = pd.read_csv(tmp_path / "a.csv")
    counts = np.bincount(tifffile.imread(labels).ravel())
    assert table["label"].tolist() == (np.flatnonzero(counts[1:]) + 1).tolist()
    assert table["area"].tolist() == counts[table["label"]].tolist()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["labels.tif", "small.tif"], r"\(5, 8\)"),
        (["labels.tif", "planes.tif"], "image"),
        (["missing.tif"], "missing.tif: no such file"),
        (["labels.tif", "missing.tif"], "missing.tif: no such file"),
        (["."], "is a directory"),
        (["notes.txt"], "unsupported kind of file"),
        (["broken.tif"], "broken.tif: cannot be read"),
        (["broken.png"], "broken.png: is not a PNG file"),
        (["deep.png"], "stores 16 bits per sample"),
        (["colors.tif"], "holds colors or channels"),
        (["real.tif"], "labels"),
        (["real.tif", "--mask"], "--mask needs whole numbers"),
        (["labels.tif", "--measurements", "aera"], "did you mean 'area'"),
        (["labels.tif", "--measurements", "area,"], "measurements"),
        (["labels.tif", "--measurements", "intensity_mean"], "needs an intensity image"),
        (["stack.tif", "--measurements", "eccentricity"], "eccentricity"),
        (["labels.tif", "--spacing", "0"], "spacing"),
        (["labels.tif", "--spacing", "nan"], "spacing"),
        (["labels.tif", "--spacing", "1,1,1"], "spacing"),
        (["labels.tif", "--spacing", "wide"], "--spacing must be a number"),
        (["labels.tif", "--spacing", ""], "--spacing must be a number"),
        (["labels.tif", "gray.tif", "--channel-axis", "5"], "channel_axis"),
        (["labels.tif", "--channels", "a"], "channels"),
        (["stack.tif", "--frame-axis", "3"], "frame_axis is 3, and labels has 3 axes"),
        (["labels.tif", "--frame-axis", "0"], "labels must be 3-D or 4-D"),
        (["stack.tif", "gray.tif", "--frame-axis", "0"], r"labels \(3, 6, 8\)"),
        (["labels.tif", "colors.tif", "--channels", "a,b"], "channels"),
        (["labels.tif", "--threads", "0"], "threads"),
        (["labels.tif", "--threads", "two"], "--threads"),
        (["labels.tif", "--colour", "red"], "--colour"),
        (["labels.tif", "gray.tif", "gray.tif"], "unexpected"),
        ([], "LABELS"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_line_and_leaves_the_old_table(scene, capfd, arguments, reason):
    (scene / "notes.txt").write_text("no image")
    (scene / "broken.tif").write_bytes((scene / "gray.tif").read_bytes()[:50])
    (scene / "broken.png").write_bytes(b"no image")
    (scene / "deep.png").write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
        + png_chunk(b"IDAT", zlib.compress(bytes(7)))
        + png_chunk(b"IEND", b"")
    )
    (scene / "a.csv").write_text("old")
    before = names_in(scene)
    assert re.search(reason, fails(capfd, "measure", *arguments, "-o", "a.csv"))
    assert (scene / "a.csv").read_text() == "old"
    assert names_in(scene) == before


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("a.txt", r"--output must end in \.csv or \.parquet"),
        ("a", r"--output must end in \.csv or \.parquet"),
        ("no/a.csv", "no such directory: no"),
        ("folder.csv", "folder.csv: is a directory"),
    ],
)
def test_an_impossible_output_is_an_error(scene, capfd, output, reason):
    (scene / "folder.csv").mkdir()
    before = names_in(scene)
    assert re.search(reason, fails(capfd, "measure", "labels.tif", "-o", output))
    assert names_in(scene) == before


def test_an_output_is_required(scene, capfd):
    assert "--output" in fails(capfd, "measure", "labels.tif")


@pytest.mark.parametrize(
    ("name", "writer"),
    [("a.csv", (pd.DataFrame, "to_csv")), ("a.parquet", (pq, "write_table"))],
    ids=["csv", "parquet"],
)
def test_a_failed_write_leaves_the_old_table(scene, capfd, monkeypatch, name, writer):
    def write_half(_, path, **options):
        path.write_text("label,ar")
        raise OSError(28, "No space left on device")

    (scene / name).write_text("old")
    before = names_in(scene)
    owner, method = writer
    monkeypatch.setattr(owner, method, write_half)
    assert "No space left on device" in fails(capfd, "measure", "labels.tif", "-o", name)
    assert (scene / name).read_text() == "old"
    assert names_in(scene) == before


@pytest.mark.parametrize(("package", "output"), [("tifffile", "a.csv"), ("pyarrow", "a.parquet")])
def test_a_missing_package_is_one_line_with_its_extra(scene, capfd, monkeypatch, package, output):
    monkeypatch.setitem(sys.modules, package, None)
    line = fails(capfd, "measure", "labels.tif", "-o", output)
    assert line == f"mensura: {package} is not installed: pip install 'mensura[io]'"


# --- demo -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The directory of one run of the demo, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, "-m", "mensura", "demo"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return folder / "mensura-demo", result.stdout


def test_demo_writes_its_files(demo):
    folder, _ = demo
    assert names_in(folder.parent) == ["mensura-demo"]
    assert names_in(folder) == DEMO_FILES


def test_demo_files_agree(demo):
    folder, _ = demo
    labels = read_labels(folder / "labels.tif")
    table = pd.read_csv(folder / "table.csv")
    assert labels.shape == (512, 512)
    assert len(table) == labels.max()
    assert table["label"].tolist() == list(range(1, labels.max() + 1))
    assert table["area"].tolist() == np.bincount(labels.ravel())[1:].tolist()
    assert np.array_equal(ms.label(labels), labels)  # each in one piece, numbered in raster order
    parquet = pd.read_parquet(folder / "table.parquet")
    pd.testing.assert_frame_equal(parquet, table, check_exact=True)


def test_demo_finds_nuclei(demo):
    """Against the stain, computed here: the objects are where it is, of the size of nuclei."""
    color = pytest.importorskip("skimage.color")
    data = pytest.importorskip("skimage.data")
    folder, _ = demo
    labels = read_labels(folder / "labels.tif")
    stain = color.rgb2hed(data.immunohistochemistry())[..., 0]
    assert 300 < labels.max() < 500
    assert stain[labels > 0].mean() > 2 * stain[labels == 0].mean()
    areas = np.bincount(labels.ravel())[1:]
    assert areas.min() >= 50
    assert areas.max() < 1500
    assert 120 < np.median(areas) < 260


def test_demo_measures_the_stain(demo):
    color = pytest.importorskip("skimage.color")
    data = pytest.importorskip("skimage.data")
    folder, _ = demo
    labels = read_labels(folder / "labels.tif")
    stain = color.rgb2hed(data.immunohistochemistry())[..., 0]
    sums = np.bincount(labels.ravel(), weights=stain.ravel())[1:]
    table = pd.read_csv(folder / "table.csv")
    np.testing.assert_allclose(table["intensity_sum"], sums, rtol=1e-9)


def test_demo_picture_shows_the_outlines(demo):
    folder, _ = demo
    labels = read_labels(folder / "labels.tif")
    picture = read_image(folder / "overview.png")[..., :3].astype(int)
    yellow = np.abs(picture - (240, 228, 66)).max(axis=2) < 40
    framed = np.pad(labels, 1)
    edges = np.count_nonzero(np.diff(framed, axis=0)) + np.count_nonzero(np.diff(framed, axis=1))
    # The image is drawn at more than three dots per pixel, and lines are more than one dot wide.
    assert np.count_nonzero(yellow) > 3 * edges
    assert min(picture.shape[:2]) > 1500


def test_demo_prints_rows_count_and_rate(demo):
    folder, out = demo
    table = pd.read_csv(folder / "table.csv")
    first = re.search(r"^ +1 +(\d+) +([\d.]+) +([\d.]+) ", out, re.MULTILINE)
    assert float(first[1]) == table["area"][0]
    assert float(first[2]) == pytest.approx(table["centroid-0"][0], rel=1e-4)
    assert f"5 of {len(table)} rows, 6 of 13 columns" in out
    rate = re.search(rf"{len(table)} nuclei measured in ([\d.]+) ms: ([\d,]+) objects per s", out)
    seconds = float(rate[1]) / 1000
    assert float(rate[2].replace(",", "")) == pytest.approx(len(table) / seconds, rel=0.1)
    assert "timed: mensura.measure" in out
    assert [line.split("/")[-1] for line in out.splitlines() if line.startswith("wrote")] == [
        "labels.tif",
        "table.csv",
        "table.csv-metadata.json",
        "table.parquet",
        "overview.png",
    ]


def test_demo_again_gives_the_same_files(demo, tmp_path, capfd):
    folder, _ = demo
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "table.csv").write_text("old")
    assert run(capfd, "demo", "--output", tmp_path / "out")[0] == 0
    assert names_in(tmp_path / "out") == DEMO_FILES
    for name in DEMO_FILES:
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes(), name


def test_demo_needs_a_place_for_its_files(tmp_path, capfd):
    (tmp_path / "file").write_text("")
    line = fails(capfd, "demo", "--output", tmp_path / "file")
    assert "is a file, not a directory" in line
    assert "no such directory" in fails(capfd, "demo", "--output", tmp_path / "no" / "demo")
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize("package", ["skimage", "tifffile", "pyarrow", "matplotlib"])
def test_demo_without_a_package_writes_nothing(tmp_path, capfd, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    line = fails(capfd, "demo", "--output", tmp_path / "out")
    assert line == f"mensura: {package} is not installed: pip install 'mensura[all]'"
    assert names_in(tmp_path) == []


# --- measurements, info, version, help ------------------------------------------------------------


def test_measurements_lists_all_with_unit_and_definition(capfd, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")  # so that no definition is wrapped
    code, out, errors = run(capfd, "measurements")
    assert (code, errors) == (0, [])
    table = ms.measurements()
    lines = out.splitlines()
    for name, unit, definition in zip(
        table["name"], table["unit"], table["definition"], strict=True
    ):
        row = next(line for line in lines if line.split()[:1] == [name])
        assert f" {unit} " in row
        assert definition in row
    headings = [line.split()[1] for line in lines if line.startswith("group ")]
    assert headings == list(dict.fromkeys(table["group"]))


def test_measurements_as_json(capfd):
    code, out, errors = run(capfd, "measurements", "--json")
    assert (code, errors) == (0, [])
    rows = json.loads(out)
    table = ms.measurements()
    assert [row["name"] for row in rows] == table["name"].tolist()
    assert all(row.keys() == set(table.columns) for row in rows)


def test_info(capfd):
    code, out, errors = run(capfd, "info")
    assert (code, errors) == (0, [])
    pairs = dict(line.strip().split(maxsplit=1) for line in out.splitlines())
    assert pairs["version"] == ms.__version__
    assert pairs.keys() == ms.build_info().keys()


def test_info_as_json(capfd):
    code, out, _ = run(capfd, "info", "--json")
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(ms.build_info()))


def test_info_with_an_instruction_set_that_is_not_there():
    code = "import os; os.environ['MENSURA_ISA'] = 'abacus'; from mensura.cli import main; "
    code += "raise SystemExit(main(['info']))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("mensura: MENSURA_ISA is 'abacus'")
    assert result.stderr.count("\n") == 1


def test_version(capfd):
    assert run(capfd, "--version") == (0, f"mensura {ms.__version__}\n", [])


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_the_commands(capfd, arguments):
    code, out, errors = run(capfd, *arguments)
    assert (code, errors) == (0, [])
    for word in ("demo", "measure", "measurements", "info", "--version"):
        assert word in out


@pytest.mark.parametrize("command", ["demo", "measure", "measurements", "info"])
def test_help_of_every_command_has_examples_that_parse(capfd, monkeypatch, command):
    """The examples name options that exist: the parser takes all of them."""
    monkeypatch.setenv("COLUMNS", "200")
    code, out, errors = run(capfd, command, "--help")
    assert (code, errors) == (0, [])
    examples = [line.split() for line in out.splitlines() if line.startswith("  mensura ")]
    assert len(examples) >= 2
    for words in examples:
        options = [word for word in words if word.startswith("-")]
        if words[1] == command:
            assert all(option in out.replace(" ".join(words), "") for option in options)


@pytest.mark.parametrize(
    "arguments", [["count"], ["--verbose"], ["info", "--xml"], ["info", "all"]]
)
def test_unknown_words_are_one_line(capfd, arguments):
    assert arguments[-1].lstrip("-") in fails(capfd, *arguments)


def test_the_module_runs_as_the_script_does(tmp_path):
    command = [sys.executable, "-m", "mensura", "measure", "no.tif", "-o", "a.csv"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "mensura: no.tif: no such file\n"


@pytest.mark.parametrize("package", ["typer", "rich"])
def test_without_its_packages_the_command_line_says_what_to_install(package):
    code = f"import sys; sys.modules['{package}'] = None; from mensura.cli import main; "
    code += "raise SystemExit(main(['info']))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"mensura: {package} is not installed: pip install 'mensura[cli]'\n"
