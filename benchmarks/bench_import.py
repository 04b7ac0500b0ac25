"""asv suite: what mensura costs before it does anything: download, import, first call."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import mensura
from mensura import _core

FIRST_CALL = """
import time
import numpy as np
import mensura
mask = np.zeros((512, 512), bool)
mask[100:300, 100:300] = True
started = time.perf_counter()
mensura.measure(mensura.label(mask), mask)
print(time.perf_counter() - started)
"""


class Importing:
    """Each sample is a new process; the interpreter's own start is not counted."""

    def timeraw_mensura(self) -> str:
        return "import mensura"

    def timeraw_numpy(self) -> str:
        return "import numpy"


class First:
    """What is paid once."""

    def track_first_call(self) -> float:
        """Seconds of the first labels and table of a process, once mensura is imported."""
        command = [sys.executable, "-c", FIRST_CALL]
        return min(float(subprocess.check_output(command, text=True)) for _ in range(5))

    track_first_call.unit = "seconds"  # type: ignore[attr-defined]

    def track_wheel_size(self) -> int:
        """Bytes of the installed files, compressed as in a wheel."""
        package = Path(mensura.__file__).parent
        files = [path for path in package.rglob("*") if path.suffix in {".py", ".pyi", ".typed"}]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as wheel:
            for path in sorted(files):
                wheel.write(path, path.relative_to(package))
            wheel.write(_core.__file__, "core")
        return len(archive.getvalue())

    track_wheel_size.unit = "bytes"  # type: ignore[attr-defined]
