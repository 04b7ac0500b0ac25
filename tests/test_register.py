"""The register of tests: a row for every measurement, an oracle in every row, and in step."""

import dataclasses

import pytest
import register

import mensura as ms


def test_every_measurement_has_a_row_with_an_oracle():
    described = ms.measurements()
    expected = {
        (name, ndim)
        for name, dimensions in zip(described["name"], described["ndim"], strict=True)
        for ndim in (2, 3)
        if str(ndim) in str(dimensions)
    }
    rows = register.rows()
    assert {(row.name, row.ndim) for row in rows} == expected
    assert [row.name for row in rows if row.oracle == "none"] == []


def test_every_measurement_of_profiles_has_an_oracle():
    assert [name for name, oracle in register.profile_rows().items() if oracle == "none"] == []


@pytest.mark.parametrize(
    ("where", "called"),
    [
        ("SHAPES", "skewness"),
        ("DEFINITIONS", "Entropy"),
        ("STATISTICS", "mode"),
    ],
)
def test_a_new_measurement_of_profiles_without_an_oracle_fails(where, called, monkeypatch):
    known = getattr(register, where)
    monkeypatch.setattr(register, where, dict.fromkeys([*known, called]))
    with pytest.raises(AssertionError, match=called):
        test_every_measurement_of_profiles_has_an_oracle()
    with pytest.raises(AssertionError, match="register"):
        test_the_register_is_in_step()


def test_a_new_measurement_without_an_oracle_fails(monkeypatch):
    known = register.REGISTRY["area"]
    new = dataclasses.replace(known, name="perimeter")
    monkeypatch.setitem(register.REGISTRY, "perimeter", new)
    with pytest.raises(AssertionError, match="perimeter"):
        test_every_measurement_has_a_row_with_an_oracle()
    with pytest.raises((AssertionError, KeyError)):
        test_the_register_is_in_step()


def test_every_option_of_the_oracles_is_tested_with_them():
    assert [option for option, tests in register.options().items() if not tests] == []


def test_every_public_function_is_held_against_an_oracle():
    assert [name for name, files in register.functions().items() if not files] == []


def test_every_comparison_is_described():
    comparisons = register.agreement.COMPARISONS.values()
    assert {comparison.__name__ for comparison in comparisons} <= set(register.ALLOWED)


def test_the_register_is_in_step():
    assert register.FILE.read_text() == register.text(), "run: python tests/register.py"
