"""What labeling is compared on, and how many times faster than its peers mensura means to be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..scenes import GREY, LARGE_BLOBS_3D, MASKS, NOISE, VALUES, Scene
from .labeling_peers import Problem

FASTEST = "the fastest peer"


@dataclass(frozen=True)
class Goal:
    """Times faster than one peer, or than whichever is fastest."""

    times: float
    over: str = FASTEST


@dataclass(frozen=True)
class Case:
    """A scene and what is done with it. `goals` are by number of threads.

    `density` is that of noise; a case that is not `listed` is for the plot alone.
    """

    name: str
    scene: Scene
    neighbors: int = 8
    threshold: int | None = None
    table: bool = False
    goals: Mapping[int, tuple[Goal, ...]] = field(default_factory=dict)
    density: float | None = None
    listed: bool = True

    def problem(self, size: str) -> Problem:
        """Make the input, which may be written to: cc3d takes no other array."""
        image = self.scene.make(size).copy()
        return Problem(image, self.neighbors, self.threshold, self.table)


def _goals(two_threads: float, one_thread: float = 1.5) -> dict[int, tuple[Goal, ...]]:
    return {2: (Goal(two_threads),), 1: (Goal(one_thread),)}


def _cases() -> Iterator[Case]:
    for name in ("nuclei", "blobs", "real nuclei"):
        yield Case(name, MASKS[name], goals=_goals(2.5))
    for name, (grey, level) in GREY.items():
        yield Case(f"{name} > {level}", grey, threshold=level, goals=_goals(2.5))
    for density, noise in NOISE.items():
        listed = round(density * 100) % 10 == 0
        name = f"noise {density}"
        yield Case(name, noise, goals=_goals(2), density=density, listed=listed)
    for name in ("nuclei", "blobs"):
        goals = {2: (Goal(20),)}
        yield Case(f"{name} to table", MASKS[name], table=True, goals=goals)
    for name, volume, goal in (
        ("large blobs 3-D", LARGE_BLOBS_3D, (Goal(5, "cc3d"), Goal(15, "SciPy"))),
        ("noise 3-D", MASKS["noise 3-D"], (Goal(3, "cc3d"),)),
        ("large tissue 3-D", VALUES["large tissue 3-D"], (Goal(4, "cc3d"),)),
    ):
        for neighbors in (26, 6):
            yield Case(f"{name}, {neighbors}", volume, neighbors, goals={2: goal})


CASES: dict[str, Case] = {case.name: case for case in _cases()}
