"""Finds the programs that are not Python, and names the Debian package of one that is missing."""

import os
import shutil
import subprocess

from benchmarks.failure import BenchmarkFailure

# Debian keeps nginx where the search path of ordinary users does not look.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])


def find_program(name: str) -> str:
    """Return the program's path; its Debian package has the same name."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise BenchmarkFailure(f"{name} is not installed; on Debian: apt-get install {name}")
    return found


def version_of(name: str, flag: str) -> str:
    """Return the first line the program prints about its version."""
    answer = subprocess.run(
        [find_program(name), flag], capture_output=True, text=True, errors="replace", timeout=10, check=False
    )
    return (answer.stdout + answer.stderr).strip().partition("\n")[0]
