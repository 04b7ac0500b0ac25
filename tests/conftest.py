"""Settings and fixtures of all tests.

The hypothesis profile ``ci`` is the default: repeatable and short. ``pytest
--hypothesis-profile=nightly`` tries many more examples, different ones each time; ``few`` fewer,
for runs in which everything takes many times as long.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline: on a shared machine one slow example says nothing. Building arrays in strategies is
# slow by hypothesis's measure, and that is fine.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "nightly",
    parent=settings.get_profile("ci"),
    derandomize=False,
    max_examples=3000,
    print_blob=True,
)
settings.register_profile("few", parent=settings.get_profile("ci"), max_examples=20)
settings.load_profile("ci")


def shared(name, what):
    """A folder that is shared and not part of the project; skips the test where there is none."""
    place = os.environ.get("MENSURA_SHARED")
    if not place:
        pytest.skip(f"needs the {what}: set MENSURA_SHARED to the folder that holds {name}/")
    folder = Path(place) / name
    if not folder.is_dir():
        pytest.skip(f"needs the {what}: MENSURA_SHARED={place} holds no folder {name}/")
    return folder


@pytest.fixture(scope="session")
def shared_data():
    """Folder of the shared real images."""
    return shared("data", "shared images")


@pytest.fixture(scope="session")
def shared_reference():
    """Folder of the answers of other tools that are too long to be written down in a test."""
    return shared("reference", "shared answers of other tools")


@pytest.fixture
def default_threads():
    """Leave the process-wide number of threads as it was found, after a test that sets it."""
    import mensura as ms

    yield
    ms.set_num_threads(None)
