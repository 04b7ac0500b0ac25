"""The registry: ``measurements()`` describes what ``measure`` does, and all has an oracle."""

import numpy as np
import pytest
from oracles import tables

import mensura as ms

GROUPS = ["size", "position", "ellipse", "image_moments", "intensity", "quality"]
MEMBERS = {
    "ellipse": [
        "inertia_tensor",
        "inertia_tensor_eigvals",
        "axis_major_length",
        "axis_minor_length",
        "axis_lengths",
        "principal_axes",
        "aspect_ratio",
        "roundness",
        "eccentricity",
        "orientation",
    ],
    "image_moments": [
        "moments",
        "moments_central",
        "moments_normalized",
        "moments_hu",
        "moments_weighted",
        "moments_weighted_central",
        "moments_weighted_normalized",
        "moments_weighted_hu",
        "centroid_weighted_local",
    ],
    "intensity": [
        "intensity_sum",
        "intensity_mean",
        "intensity_std",
        "intensity_min",
        "intensity_max",
        "centroid_weighted",
        "intensity_var",
        "intensity_skewness",
        "intensity_kurtosis",
        "intensity_argmin",
        "intensity_argmax",
        "intensity_integrated",
        "intensity_corrected_sum",
        "intensity_mass_displacement",
    ],
    "quality": [
        "num_border_pixels",
        "num_border_sides",
        "num_components",
        "num_nan",
        "num_masked",
        "num_saturated",
        "num_at_min",
    ],
}


def registered():
    return [str(name) for name in ms.measurements()["name"]]


def test_every_measurement_has_an_oracle():
    without = set(registered()) - set(tables.ORACLES) - set(tables.PER_CHANNEL)
    assert not without, f"no oracle in tests/oracles/tables.py for {sorted(without)}"


def test_every_oracle_is_of_a_measurement():
    assert set(tables.ORACLES) | set(tables.PER_CHANNEL) <= set(registered())


def test_what_needs_an_image_is_what_the_oracles_measure_by_channel():
    table = ms.measurements()
    rows = zip(table["name"], table["needs_image"], strict=True)
    needing = {str(name) for name, needs_image in rows if needs_image}
    assert needing == set(tables.PER_CHANNEL)


def test_each_row_is_complete():
    table = ms.measurements()
    assert isinstance(table, ms.Table)
    assert list(table) == [
        "name",
        "group",
        "columns",
        "unit",
        "ndim",
        "needs_image",
        "definition",
        "source",
    ]
    assert table.num_rows == len(set(registered())) == len(registered())
    for column in ("name", "group", "columns", "definition", "source"):
        assert all(str(cell).strip() for cell in table[column]), column
    assert all(isinstance(str(cell), str) for cell in table["unit"])


@pytest.mark.parametrize("group", GROUPS)
def test_groups(group):
    named = [str(name) for name in ms.measurements(group)["name"]]
    assert set(ms.measurements(group)["group"]) == {group}
    everything = ms.measurements()
    assert named == [
        str(name)
        for name, of in zip(everything["name"], everything["group"], strict=True)
        if of == group
    ]
    assert named


def test_every_measurement_is_in_one_of_the_groups():
    assert set(map(str, ms.measurements()["group"])) == set(GROUPS)


@pytest.mark.parametrize("group", MEMBERS)
def test_groups_hold_what_their_names_say(group):
    assert set(map(str, ms.measurements(group)["name"])) == set(MEMBERS[group])


def test_all_is_every_measurement():
    assert list(ms.measurements("all")["name"]) == list(ms.measurements()["name"])


@pytest.mark.parametrize("ndim", [2, 3])
def test_each_measurement_can_be_asked_for_alone(ndim):
    labels = np.ones((3,) * ndim, np.uint8)
    image = np.ones(labels.shape)
    for name in tables.names(ndim, with_image=True):
        columns = list(ms.measure(labels, image, name))
        assert columns == list(tables.measure(labels, image, [name]))
        assert set(columns) == set(ms.measure(labels, image, [name]).units)


@pytest.mark.parametrize("group", [*GROUPS, "all"])
def test_a_group_measures_its_members_in_the_order_listed(group):
    labels = np.ones((3, 3), np.uint8)
    names = [str(name) for name in ms.measurements(group)["name"]]
    assert list(ms.measure(labels, labels, group)) == list(ms.measure(labels, labels, names))
