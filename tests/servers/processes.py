"""Runs one program of a server until the test is through with it."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from servers.ports import stop, wait_until


@contextlib.contextmanager
def running(
    command: Sequence[str],
    answers: Callable[[], bool],
    home: Path,
    *,
    log: Path,
    environ: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run the program in ``home`` from the moment when ``answers`` is true; nothing of the caller's environment but
    the search path reaches it.

    Raises RuntimeError with the tail of the log when it does not start.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=home,
            env={"HOME": str(home), "PATH": os.environ.get("PATH", os.defpath), **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(answers, process, log=log)
            yield
        finally:
            stop(process)
