"""The unit of distances: named once, and then wherever distances are."""

import json

import numpy as np
import pytest

import mensura as ms

IMAGE = np.random.default_rng(3).random((30, 40))
LABELS = np.zeros((30, 40), int)
LABELS[5:25, 8:30] = 2
PATH = np.array([[3, 4], [15, 6], [12, 24]])

PROFILES = {
    "line": lambda **options: ms.line_profiles(IMAGE, [[2, 3]], [[20, 30]], **options),
    "path": lambda **options: ms.path_profiles(IMAGE, PATH, **options),
    "contour": lambda **options: ms.contour_profiles(IMAGE, LABELS, **options),
    "normal": lambda **options: ms.normal_profiles(IMAGE, LABELS, **options),
    "radial": lambda **options: ms.radial_profiles(IMAGE, LABELS, **options),
}
PATH_IMAGES = {
    "kymograph": lambda **options: ms.kymograph(IMAGE[np.newaxis], PATH, **options),
    "straighten": lambda **options: ms.straighten(IMAGE, PATH, 3, **options),
}


@pytest.mark.parametrize("make", [*PROFILES.values(), *PATH_IMAGES.values()])
@pytest.mark.parametrize("spacing", [1, 0.25, (0.5, 0.25)])
def test_the_default_tells_pixels_from_units(make, spacing):
    assert make(spacing=spacing).unit == ("pixel" if spacing == 1 else "unit")
    named = make(spacing=spacing, unit="µm")
    assert named.unit == named.provenance["unit"] == "µm"
    assert json.dumps(named.provenance)
    np.testing.assert_array_equal(named.values, make(spacing=spacing).values)
    for wrong in ("", " ", 3, b"um"):
        with pytest.raises(TypeError, match="unit must be a name"):
            make(spacing=spacing, unit=wrong)


@pytest.mark.parametrize("make", PROFILES.values())
def test_tables_and_pictures_of_profiles_have_it(make):
    figure = pytest.importorskip("matplotlib.figure")
    profiles = make(spacing=0.25, unit="µm")
    assert profiles[:1].unit == profiles.mean().unit == "µm"
    assert profiles.to_table().units["distance"] == "µm"
    units = profiles.measure().units
    assert units["fwhm"] == units["plateau_width"] == units["edge_position"] == "µm"
    assert units["slope_max"] == "intensity / µm"
    assert units["area"] == "intensity x µm"
    assert profiles.plot(ax=figure.Figure().subplots()).get_xlabel() == "distance (µm)"
    assert "distance in µm" in repr(profiles)


@pytest.mark.parametrize("make", PATH_IMAGES.values())
def test_tables_and_pictures_of_path_images_have_it(make):
    figure = pytest.importorskip("matplotlib.figure")
    image = make(spacing=0.25, unit="µm")
    units = image.to_table().units
    assert units["distance"] == "µm"
    assert units.get("across", "µm") == "µm"
    axes = image.plot(ax=figure.Figure().subplots())
    assert "distance (µm)" in (axes.get_xlabel(), axes.get_ylabel())
    assert "distance in µm" in repr(image)


def test_places_of_normals_have_units_too():
    normals = ms.normal_profiles(IMAGE, LABELS, average=False, spacing=0.25, unit="µm")
    for table in (normals.to_table(), normals[3:9].measure()):
        assert table.units["position"] == "µm"
        assert table.units["point-0"] == table.units["point-1"] == "pixel"
        assert table.units["direction-0"] == table.units["label"] == ""
    one = np.ones(1)
    with pytest.raises(ValueError, match="key_units must be of keys, and 'place' is none"):
        ms.Profiles(
            one, np.array([0, 1]), one, one.astype(int), keys={"i": [0]}, key_units={"place": "m"}
        )


def test_fractions_stay_fractions():
    profiles = ms.radial_profiles(IMAGE, LABELS, metric="normalized", spacing=0.5, unit="µm")
    assert profiles.unit == "fraction"
    assert ms.contour_profiles(IMAGE, LABELS, unit="µm").mean(relative=True).unit == (
        "fraction of length"
    )


def test_files_of_tables_keep_it(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = PROFILES["line"](spacing=0.25, unit="µm").to_table()
    table.to_parquet(tmp_path / "table.parquet")
    schema = parquet.read_schema(tmp_path / "table.parquet")
    assert schema.field("distance").metadata[b"unit"].decode() == "µm"
    table.to_csv(tmp_path / "table.csv")
    described = (tmp_path / "table.csv-metadata.json").read_text(encoding="utf-8")
    assert "µm" in json.dumps(json.loads(described), ensure_ascii=False)
