"""What is built is what runs: a wheel, installed elsewhere, makes its database and answers."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
import venv
from base64 import b64encode
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from servers.gunicorn import ADMIN_PASSWORD, PROJECT
from servers.missing import need_module
from servers.ports import LOOPBACK, free_port, stop, wait_until

# What a release is made of; the rest of a checkout must not be needed.
_SOURCES = ("app", "migrations", "setup.cfg", "setup.py", "wsgi.py", "README.rst", "LICENSE")
_NO_SETTINGS = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("GF_", "SLUICE_", "GUNICORN_", "PYTHON", "PIP_"))
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of the project, built from a copy, so that nothing is left in the checkout."""
    need_module("pip", "pip")
    if not _setuptools_makes_wheels():
        need_module("wheel", "setuptools >= 70.1")
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in _SOURCES:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (PROJECT / name).exists():
            shutil.copy(PROJECT / name, source / name)
    _pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(target), ".", cwd=source)
    [made] = target.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel; its libraries are those of the tests."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    _pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel), cwd=home)
    # Only afterwards: pip would find a checkout that is installed there already, and install nothing.
    libraries = [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    [packages] = (home / "lib").glob("python*/site-packages")
    (packages / "libraries-of-the-tests.pth").write_text("\n".join(libraries))
    return python.parent


def test_the_wheel_holds_the_migrations_and_no_tests(wheel: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", str(wheel)], capture_output=True, text=True, check=True
    )
    folders = {line.split("/")[0].split()[0] for line in listed.stdout.splitlines()[1:]}
    assert {"app", "migrations"} <= folders
    assert not {"tests", "benchmarks", "docs"} & folders
    steps = [file.name for file in (PROJECT / "migrations").glob("[0-9]*.py")]
    assert [step for step in steps if f"migrations/{step}" not in listed.stdout] == []


def test_the_installed_code_is_not_that_of_the_checkout(programs: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [programs / "python", "-c", "import app; print(app.__file__)"],
        cwd=tmp_path,
        env=_NO_SETTINGS,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).is_relative_to(programs.parent)


@pytest.fixture
def served(programs: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of ``sluice serve`` of the wheel, started in a folder that holds nothing."""
    port = free_port()
    log = tmp_path / "sluice.log"
    settings = {
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "SLUICE_HTTP_WORKERS": "1",
        "SLUICE_HTTP_THREADS": "2",
    }
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    url = f"http://{LOOPBACK}:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "sluice", "serve"],
            cwd=elsewhere,
            env={**_NO_SETTINGS, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: get(f"{url}/healthz")[0] == 200, process, log=log)
            yield url
        finally:
            stop(process)


def get(url: str) -> tuple[int, bytes]:
    authorization = "Basic " + b64encode(f"admin:{ADMIN_PASSWORD}".encode()).decode()
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": authorization})) as response:
        return response.status, response.read()


def test_an_installed_wheel_makes_its_tables_and_answers(served: str, tmp_path: Path) -> None:
    status, body = get(f"{served}/api/datasources")
    assert (status, json.loads(body)) == (200, [])
    assert (tmp_path / "elsewhere" / "var" / "sluice.db").exists()


def test_an_installed_wheel_shows_its_documentation(served: str) -> None:
    status, body = get(f"{served}/docs/")
    assert status == 200
    assert b"<html" in body.lower()


def _setuptools_makes_wheels() -> bool:
    try:
        major, minor = metadata.version("setuptools").split(".")[:2]
    except metadata.PackageNotFoundError:
        return False
    return (int(major), int(minor)) >= (70, 1)


def _pip(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", *arguments],
        cwd=cwd,
        env=_NO_SETTINGS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
