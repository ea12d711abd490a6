"""What happens to a test whose program, file or Python driver is not installed: it is skipped, or it fails where all of
them are required."""

import glob
import importlib
import os
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

REQUIRE = "SLUICE_TEST_REQUIRE_SERVICES"

# Debian keeps servers out of the search path of ordinary users, and PostgreSQL's programs out of everybody's.
_POSTGRESQL_DIRECTORIES = "/usr/lib/postgresql/*/bin"


def need(program: str, package: str) -> str:
    """Return the path of the program, which the Debian package installs.

    The search path comes first, then /usr/sbin, then PostgreSQL's directories, newest version first. Without the
    program the running test is skipped, or fails when the environment has SLUICE_TEST_REQUIRE_SERVICES=1.
    """
    path = shutil.which(program) or shutil.which(program, path=os.pathsep.join(["/usr/sbin", *_postgresql_newest()]))
    if path is None:
        _give_up(f"install the Debian package {package}: {program} was not found")
    return path


def need_module(name: str, distribution: str) -> ModuleType:
    """Return the imported module, which the distribution on the Python package index installs.

    Without the module the running test is skipped, or fails when the environment has SLUICE_TEST_REQUIRE_SERVICES=1.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A driver that is there but misses a module of its own is broken, and that must not look like a skipped test.
        if error.name is None or name.partition(".")[0] != error.name.partition(".")[0]:
            raise
        _give_up(f"install the Python distribution {distribution}: {name} was not found")


def need_file(path: Path, remedy: str) -> Path:
    """Return the path, which ``remedy`` makes.

    Without the file the running test is skipped, or fails when the environment has SLUICE_TEST_REQUIRE_SERVICES=1.
    """
    if not path.exists():
        _give_up(f"run {remedy}: {path} was not found")
    return path


def _postgresql_newest() -> list[str]:
    # By number: as text 9 would be newer than 15.
    return sorted(glob.glob(_POSTGRESQL_DIRECTORIES), key=_version, reverse=True)


def _version(directory: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", directory)]


def _give_up(sentence: str) -> NoReturn:
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(sentence)
    pytest.skip(sentence)
