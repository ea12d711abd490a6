"""README's section on Amazon's API: its lines as they stand there, and what a shell makes of the first ones."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from installations import Installation
from servers.gunicorn import PROJECT
from servers.missing import need_file

# Where README's server listens, and what an earlier key left in the shell.
_THERE = "http://127.0.0.1:3000"
_LEFT_BEHIND = {"AWS_SESSION_TOKEN": "of-a-key-that-was-there-before"}
_HEADING, _UNDERLINE = "The same through Amazon's API", re.compile(r"^.+\n-{4,}$", re.MULTILINE)
_BLOCK = re.compile(r"::\n\n((?:    .*\n)+)")


def lines_for_a_shell() -> str:
    """Those that make a key and point clients here."""
    return _blocks()[0]


def lines_of_python() -> str:
    """Those that use boto3."""
    return _blocks()[1]


def variables(installation: Installation, folder: Path) -> dict[str, str]:
    """What AWS's clients find in the environment after the lines for a shell, typed where ``.venv`` is the tests' own.

    The server is the installation's in place of README's. Raises AssertionError when a line printed an error.
    """
    need_file(Path(sys.prefix) / "bin" / "sluice", "make test")
    (folder / ".venv").symlink_to(sys.prefix)
    typed = lines_for_a_shell().replace(_THERE, installation.served({}).url)
    done = subprocess.run(
        ["sh", "-ec", f"{typed}env -0"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), **_LEFT_BEHIND, **installation.environment({})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = dict(entry.split("=", 1) for entry in done.stdout.split("\0") if entry)
    return {name: value for name, value in found.items() if name.startswith("AWS_")}


def _blocks() -> list[str]:
    text = (PROJECT / "README.rst").read_text()
    section = _UNDERLINE.split(text[text.index(_HEADING) :])[1]
    return [dedent(block) for block in _BLOCK.findall(section)]
