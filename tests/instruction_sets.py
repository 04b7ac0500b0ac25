"""Python processes whose kernels are those of one instruction set after the other."""

import os
import subprocess
import sys

import mensura as ms

AVAILABLE = ms.build_info()["isa_available"]


def run(isa, *command):
    """What a Python process prints whose kernels are those of an instruction set."""
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | {"MENSURA_ISA": isa},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{isa}: exit status {done.returncode}\n{done.stderr}"
    return done.stdout


def assert_all_print_the_same(code):
    """Run code with every instruction set there is."""
    assert AVAILABLE
    printed = {isa: run(isa, "-c", code) for isa in AVAILABLE}
    assert printed[AVAILABLE[0]].strip()
    assert len(set(printed.values())) == 1, printed
