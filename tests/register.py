"""The register of tests, ``docs/test-register.md``: what each measurement is held against.

    python tests/register.py        # writes it anew

Nothing in it is stated by hand but what the comparisons allow, in words. Measurements come from
the registry, oracles and comparisons from ``oracles``, options and tests from the sources of the
tests: a test counts for an option where it hands that option to an oracle.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from oracles import agreement, profile_shapes, profiles, rings, tables
from peers import SCIKIT_IMAGE_PROPERTIES

import mensura as ms
from mensura.measurements.registry import GROUPS, REGISTRY
from mensura.profiles.distribution import DEFINITIONS
from mensura.profiles.reducing import STATISTICS
from mensura.profiles.shape import SHAPES

TESTS = Path(__file__).parent
FILE = TESTS.parent / "docs" / "test-register.md"

#: What a comparison of `oracles.agreement` allows.
ALLOWED = {
    "_relative": "1e-9 relative",
    "_against_largest_eigenvalue": "1e-9 of the largest eigenvalue",
    "_squares_against_largest_eigenvalue": "squares, 20e-9 of the largest eigenvalue",
    "_as_axes_in_space": "products of components, 1e-9 over the gap of the eigenvalues",
    "_inverse_squares_against_one": "inverse squares, 1e-9",
    "_squares_against_one": "squares, 1e-9",
    "_as_axes": "doubled angle, 1e-9 over the elongation",
    "_against_largest_position": "1e-9 of the largest position",
    "_against_weighted_centroids": "1e-9 of the largest position",
    "_against_intensity_scale": "1e-9 relative and some last places of the largest value",
    "_roots_against_intensity_scale": "roots, 4 last places of the largest value",
    "_times_area_against_intensity_scale": "as the mean, times the area",
    "_against_invariants": "1e-9 of the terms that each invariant is made of",
    "_against_one": "1e-9 of 1 or of itself, whichever is larger",
}

#: Options of `measure` that an oracle takes as well.
OPTIONS = ("spacing", "image", "mask", "saturation", "ddof")

#: What is public and no computation.
NOT_COMPUTED = {
    "PathImage",  # what kymograph and straighten return
    "Profile",  # one of Profiles
    "Regions",  # what find_regions returns
    "Table",
    "__version__",
    "build_info",
    "get_num_threads",
    "measurements",
    "set_num_threads",
}


@dataclass(frozen=True)
class Row:
    """One measurement in one number of dimensions."""

    name: str
    ndim: int
    oracle: str
    allowed: str
    also: str

    def cells(self):
        return [f"`{self.name}`", f"{self.ndim}-D", self.oracle, self.allowed, self.also]


def rows():
    """A row for each measurement and number of dimensions; without an oracle it says so."""
    entries = sorted(REGISTRY.values(), key=lambda entry: GROUPS.index(entry.group))
    return [row_of(entry, ndim) for entry in entries for ndim in entry.dimensions]


def row_of(entry, ndim):
    oracles = tables.ORACLES | tables.PER_CHANNEL
    also = "scikit-image" if entry.name in SCIKIT_IMAGE_PROPERTIES else ""
    oracle = oracle_text(entry.name, oracles[entry.name]) if entry.name in oracles else "none"
    return Row(entry.name, ndim, oracle, allowed_for(entry.name), also)


def oracle_text(name, oracle):
    """The functions that an oracle is made of, as they stand in its source."""
    code = oracle.__code__
    modules = {"geometry", "deriving", "intensity", "quality"}
    used = [name for name in code.co_names if name not in modules]
    names = [n for n in used if any(hasattr(getattr(tables, m), n) for m in modules)]
    own = [n for n in used if n.startswith("_") and hasattr(tables, n)]
    named = [*names, *own] or [n for n in used if hasattr(tables.Region, n)] or used or [name]
    text = ", ".join(f"`{n.removeprefix('_')}`" for n in dict.fromkeys(named))
    return text if oracle.__name__ == "<lambda>" else f"`{oracle.__name__.removeprefix('_')}`"


def allowed_for(name):
    if name in tables.INTEGER_COLUMNS | tables.BOOLEAN_COLUMNS:
        return "equal"
    return ALLOWED[agreement._comparison(name).__name__]


#: A profile of which nothing is undefined: distances and values.
RISE_AND_FALL = list(enumerate([0.0, 0.0, 4.0, 8.0, 4.0, 0.0]))


def profile_rows():
    """From each measurement of profiles, rings and samples across to its oracle, or none."""
    shapes = profile_shapes.measure(RISE_AND_FALL)
    found = {name: "profile_shapes.measure" if name in shapes else "none" for name in SHAPES}
    for name in DEFINITIONS:
        found[name] = "rings.radial_distribution" if name in rings.DISTRIBUTION else "none"
    for name in STATISTICS:
        found[name] = "profiles.reduced" if reduces(name) else "none"
    return found


def reduces(name):
    """Whether the oracle knows how to reduce so."""
    try:
        return profiles.reduced([1.0, 2.0], [1.0, 1.0], name)[1] == 2
    except (TypeError, ValueError):
        return False


def options():
    """From each option to the tests that hand it to an oracle."""
    found = {option: [] for option in OPTIONS}
    for file, function in test_functions():
        calls = [call for call in ast.walk(function) if is_oracle_call(call)]
        given = {keyword.arg for call in calls for keyword in call.keywords}
        if None in given:  # **options, a dict of the function
            dicts = [node for node in ast.walk(function) if isinstance(node, ast.Dict)]
            given |= {key.value for d in dicts for key in d.keys if isinstance(key, ast.Constant)}
        given |= {"image" for call in calls if len(call.args) > 1}
        for option in given & set(OPTIONS):
            found[option].append(f"`{file.name}::{function.name}`")
    return found


def is_oracle_call(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "measure"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "tables"
    )


def test_functions():
    for file in sorted(TESTS.glob("test_*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield file, node


def functions():
    """From each public function to the oracles of the test files that call it."""
    found = {name: {} for name in ms.__all__ if name not in NOT_COMPUTED}
    for file in sorted(TESTS.glob("test_*.py")):
        source = file.read_text()
        imported = re.findall(r"^from oracles import (.+)$", source, re.MULTILINE)
        oracles = [name.split()[0] for line in imported for name in line.split(",")]
        for name, files in found.items():
            if oracles and re.search(rf"\bms\.{name}\(", source):
                files[file.name] = oracles
    return found


def function_cells(name, files):
    oracles = sorted({oracle for found in files.values() for oracle in found})
    return [
        f"`{name}`",
        ", ".join(f"`oracles.{oracle}`" for oracle in oracles) or "none",
        ", ".join(f"`{file}`" for file in files),
    ]


def table(header, body):
    lines = [header, ["---"] * len(header), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def text():
    """The whole register."""
    taken = options()
    return f"""# Test register

Made by `python tests/register.py`; a test fails where it is not what that makes. Oracles are slow,
obvious functions of pixels and exact numbers in `tests/oracles/`; values are compared on random
images of every dtype, layout and pattern of `tests/strategies.py`.

## Measurements

{table(["measurement", "axes", "oracle", "compared", "and with"], [row.cells() for row in rows()])}

## Measurements of profiles

Of the shape of a profile, of rings, and of what samples across become; all within 1e-9.

{table(["measurement", "oracle"], [[f"`{n}`", f"`{o}`"] for n, o in profile_rows().items()])}

## Options

Tests that hand the option to the oracles as well.

{table(["option", "tests"], [[f"`{o}`", ", ".join(taken[o])] for o in OPTIONS])}

## Functions

{table(["function", "oracles", "tests"], [function_cells(*item) for item in functions().items()])}
"""


if __name__ == "__main__":
    FILE.write_text(text())
