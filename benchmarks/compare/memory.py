"""How much memory a call holds at most, and how much there is.

Linux alone keeps a record of the most memory of a process that can be set back to what is held now
(`/proc/self/clear_refs`).
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from . import ROOT


def growth(call: Callable[[], object]) -> int | None:
    """Bytes by which the memory of this process grows at most during a call; None if unknown."""
    record = Path("/proc/self/clear_refs")
    if not record.exists():
        return None
    record.write_text("5")
    before = _most_memory()
    call()
    return _most_memory() - before


def bytes_per_pixel(call: Callable[[], object], pixels: int) -> float:
    """Bytes that a call holds at most beside what there is, for each pixel; NaN if unknown."""
    grown = growth(call)
    return float("nan") if grown is None else grown / pixels


def _most_memory() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def check_growth_is_known() -> None:
    """Raise where `growth` is None."""
    if growth(bool) is None:
        raise OSError("peak memory can be measured on Linux only")


def peak_in_new_process(module: str, *arguments: str) -> int:
    """Run a module that prints a number of bytes, in a process of its own, and return them."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return int(done.stdout)


def fits(pixels: int, bytes_a_pixel: int, share: float = 0.5) -> bool:
    """Whether a share of the free memory holds that many pixels; where nobody knows, it does."""
    known = Path("/proc/meminfo")
    if not known.is_file():
        return True
    free = int(known.read_text().partition("MemAvailable:")[2].split()[0]) * 1024
    return pixels * bytes_a_pixel <= free * share
