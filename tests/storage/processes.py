"""A second process that uses the same database: a few lines of Python that talk over their pipes."""

import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from servers.gunicorn import PROJECT

_LIMIT_SECONDS = 60


@contextmanager
def second_process(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Runs the program; it is killed at the end if it has not ended by itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: subprocess.Popen[str]) -> str:
    """The next line that it prints, without its end."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def says_something(process: subprocess.Popen[str], within: float) -> bool:
    """Whether it prints, or ends, in so many seconds."""
    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], within)[0])


def go_on(process: subprocess.Popen[str]) -> None:
    """Gives a process that waits for a line of input what it waits for."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def end_of(process: subprocess.Popen[str]) -> int:
    """Its exit status."""
    return process.wait(_LIMIT_SECONDS)
