"""The examples in the docstrings run and print what they say."""

import doctest
import importlib
import pkgutil

import pytest

import mensura

MODULES = [
    "mensura",
    *sorted(
        module.name
        for module in pkgutil.walk_packages(mensura.__path__, "mensura.")
        if not module.name.endswith(("_core", "__main__"))
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


@pytest.mark.parametrize("name", [name for name in mensura.__all__ if name != "__version__"])
def test_each_public_name_has_an_example(name):
    assert ">>> " in (getattr(mensura, name).__doc__ or "")
