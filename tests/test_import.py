"""``import mensura`` is light: NumPy and the native module, nothing that loads slowly."""

import subprocess
import sys

import mensura as ms

HEAVY = ["pandas", "numba", "pyarrow", "scipy", "skimage", "matplotlib", "dask", "typer", "rich"]


def loaded_after(statement):
    """Which of the heavy packages a new process has loaded after a statement."""
    code = f"{statement}; import sys; print(*[m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_import_loads_nothing_heavy():
    assert loaded_after("import mensura") == []


def test_measuring_loads_nothing_heavy():
    work = "import mensura, numpy; mensura.measure(numpy.eye(3, dtype=int))"
    assert loaded_after(work) == []


def test_public_names():
    expected = {
        "PathImage",
        "Profile",
        "Profiles",
        "Regions",
        "Table",
        "__version__",
        "build_info",
        "clear_border",
        "contour_profiles",
        "fill_holes",
        "find_regions",
        "get_num_threads",
        "keep_largest",
        "kymograph",
        "label",
        "line_profiles",
        "measure",
        "measurements",
        "normal_profiles",
        "path_profiles",
        "profile_reducer",
        "relabel_sequential",
        "remove_small",
        "set_num_threads",
        "straighten",
    }
    assert expected <= set(ms.__all__)
    assert all(hasattr(ms, name) for name in ms.__all__)
    assert all(getattr(ms, name).__doc__ for name in expected - {"__version__"})


def test_build_info():
    info = ms.build_info()
    assert info["version"] == ms.__version__
    assert info["compiler"]
    assert info["isa"] in info["isa_available"]
    assert info["threads"] == ms.get_num_threads()
