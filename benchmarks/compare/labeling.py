"""mensura.label beside every other library that is installed: as many components, and how soon.

Run from the project's root; scenes of real images need their folder in the environment:

    MENSURA_SHARED=... python -m benchmarks.compare.labeling

On each scene mensura and its peers take turns, seven calls each, warm, every peer in its best
setting: OpenCV with each of its algorithms and all its threads, kornia-rs, cc3d, SciPy and
scikit-image as they come. Each answer is compared with mensura's first: the same number of
components everywhere. A peer that is not installed, or that does not take a scene, is left out.
The whole takes about three minutes.
"""

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mensura

from ..scenes import MASKS, NoSharedDataError
from .timing import Side, machine_facts, markdown_table, ratio, run_alternating

REPEATS = 7
PACKAGES = {
    "opencv-python-headless": "cv2",
    "kornia_rs": "kornia_rs",
    "connected-components-3d": "cc3d",
    "scipy": "scipy",
    "scikit-image": "skimage",
}

Mask = NDArray[np.bool_]
Count = Callable[[], int]


@dataclass(frozen=True)
class Peer:
    """A library: how it is called, the module it needs, how many axes it takes."""

    name: str
    module: str
    dimensions: tuple[int, ...]
    prepare: Callable[[Mask], Count]


# Each prepares its input untimed and returns the call to time, which counts the components.


def _opencv(algorithm: str) -> Callable[[Mask], Count]:
    def prepare(mask: Mask) -> Count:
        import cv2

        pixels = mask.view(np.uint8)
        chosen = getattr(cv2, algorithm)
        return lambda: cv2.connectedComponentsWithAlgorithm(pixels, 8, cv2.CV_32S, chosen)[0] - 1

    return prepare


def _kornia(mask: Mask) -> Count:
    from kornia_rs.imgproc import connected_components

    pixels = mask.view(np.uint8)[:, :, np.newaxis]
    return lambda: int(connected_components(pixels, 8)[0]) - 1


def _cc3d(mask: Mask) -> Count:
    import cc3d

    full = {2: 8, 3: 26}[mask.ndim]
    writable = mask.copy()  # it refuses a read-only array
    return lambda: int(cc3d.connected_components(writable, connectivity=full, return_N=True)[1])


def _scipy(mask: Mask) -> Count:
    from scipy import ndimage

    structure = np.ones((3,) * mask.ndim, bool)
    return lambda: int(ndimage.label(mask, structure)[1])


def _scikit_image(mask: Mask) -> Count:
    from skimage.measure import label

    return lambda: int(label(mask, return_num=True)[1])


PEERS = (
    *(
        Peer(f"OpenCV {name.removeprefix('CCL_')}", "cv2", (2,), _opencv(name))
        for name in ("CCL_SPAGHETTI", "CCL_BBDT", "CCL_SAUF")
    ),
    Peer("kornia-rs", "kornia_rs", (2,), _kornia),
    Peer("cc3d", "cc3d", (2, 3), _cc3d),
    Peer("SciPy", "scipy", (2, 3), _scipy),
    Peer("scikit-image", "skimage", (2, 3), _scikit_image),
)


def installed(modules: Sequence[str]) -> list[str]:
    """Return those modules that can be imported, without importing them."""
    return [module for module in modules if importlib.util.find_spec(module) is not None]


def sides_for(mask: Mask, repeats: int) -> list[Side]:
    """Return mensura with two threads and with one, and every peer that takes the mask."""
    calls: dict[str, Count] = {
        "mensura, 2 threads": lambda: mensura.label(mask, return_num=True, threads=2)[1],
        "mensura, 1 thread": lambda: mensura.label(mask, return_num=True, threads=1)[1],
    }
    usable = installed([peer.module for peer in PEERS])
    for peer in PEERS:
        if peer.module in usable and mask.ndim in peer.dimensions:
            calls[peer.name] = peer.prepare(mask)
    expected = mensura.label(mask, return_num=True)[1]
    for name, call in calls.items():
        if (found := call()) != expected:
            raise AssertionError(f"{name} finds {found} components and mensura {expected}")
    return [Side(name, call, repeats) for name, call in calls.items()]


def compare(names: Sequence[str], size: str, repeats: int) -> Iterator[dict[str, Any]]:
    """Time every scene and yield a row of the table for each."""
    for name in names:
        try:
            mask = MASKS[name].make(size)
        except NoSharedDataError as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        sides = sides_for(mask, repeats)
        run_alternating(sides)
        two, one, *peers = sides
        fastest = min(peers, key=lambda side: side.median, default=one)
        against = ratio(fastest, two)
        yield {
            "scene": name,
            "shape": " x ".join(map(str, mask.shape)),
            **{side.name: round(side.median * 1e3, 2) for side in sides},
            "fastest peer": fastest.name,
            "times faster": f"{against.median:.2f} ({against.low:.2f}..{against.high:.2f})",
            "one thread": f"{fastest.median / one.median:.2f}",
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and write the results where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", action="append", choices=list(MASKS), help="only this one")
    parser.add_argument("--size", default="full", choices=("full", "tiny"))
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--output", type=Path, help="folder for labeling.md and labeling.json")
    options = parser.parse_args(arguments)
    present = [name for name, module in PACKAGES.items() if installed([module])]
    facts = machine_facts(["mensura", "numpy", *present])
    facts["instruction set"] = str(mensura.build_info()["isa"])
    rows = list(compare(options.scene or list(MASKS), options.size, options.repeats))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = markdown_table(columns, ([row.get(c, "") for c in columns] for row in rows))
    heading = "\n".join(f"- {name}: {fact}" for name, fact in facts.items())
    text = (
        f"# Labeling\n\n{heading}\n\nMedians in ms of {options.repeats} calls in turn, full "
        f"connectivity, labels written.\n\n{table}\n"
    )
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "labeling.md").write_text(text)
        record = json.dumps({"machine": facts, "rows": rows}, indent=1)
        (options.output / "labeling.json").write_text(record + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
