"""Starts a server on a core, waits until it answers, and ends it through the Popen that started it."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cores import on
from benchmarks.failure import BenchmarkFailure
from benchmarks.loopback import wait_until_answers

PROJECT_ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 15.0
LOG_LINES_SHOWN = 20


@dataclass(frozen=True)
class Command:
    """How to start a server, and which path of it answers 200 once it is ready."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    port: int
    ready_path: str


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    pid: int
    port: int


@contextmanager
def running(command: Command, *, core: frozenset[int], directory: Path) -> Iterator[Server]:
    """Run the server for the length of the block; what it prints goes to a log in the directory."""
    log = directory / f"{command.name}.log"
    with log.open("wb") as output, on(core):
        process = subprocess.Popen(
            command.arguments,
            cwd=PROJECT_ROOT,
            env=command.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        try:
            wait_until_answers(command.port, command.ready_path, process=process)
        except BenchmarkFailure as failure:
            raise BenchmarkFailure(f"{command.name} {failure}\n{_last_lines(log)}") from failure
        yield Server(pid=process.pid, port=command.port)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
