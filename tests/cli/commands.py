"""Runs ``sluice`` as a person would: a process of its own, with a clean environment."""

import os
import subprocess
import sys
from collections.abc import Mapping

from servers.gunicorn import PROJECT

_LIMIT_SECONDS = 60
_SETTING_PREFIXES = ("GF_", "SLUICE_", "GUNICORN_")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The test's own environment without its settings of the service, and with these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTING_PREFIXES)}
    return {**inherited, **settings}


def sluice(settings: Mapping[str, str], *arguments: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """The ended process; ``typed`` is what it reads."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=PROJECT,
        env=environment(settings),
        input=typed or "",
        capture_output=True,
        text=True,
        timeout=_LIMIT_SECONDS,
        check=False,
    )


def start(settings: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    """The running process."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=PROJECT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def printed(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that went well printed; it says nothing else."""
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence with which a command was refused; it printed nothing else and ended with status 1."""
    assert done.returncode == 1, done
    assert done.stderr.startswith("sluice: "), done.stderr
    assert done.stderr.endswith(".\n"), done.stderr
    [sentence] = done.stderr.removeprefix("sluice: ").splitlines()
    assert len(sentence.split()) > 2
    assert done.stdout == ""
    return sentence
