"""Starts the program that asks over many connections at once, in a process of its own, and reads its totals."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.cores import on
from benchmarks.crowd_program import UNDER_WAY
from benchmarks.failure import BenchmarkFailure
from benchmarks.servers import PROJECT_ROOT
from benchmarks.wrk import Load

ALL_SECONDS = 30
MARGIN_SECONDS = 10
# More than are asked in the time.
ENDLESS = 1_000_000


@dataclass(frozen=True)
class Totals:
    """How many were answered with 200, and the 99th percentile of their seconds."""

    answered: int
    p99: float


def ask_all(load: Load, *, requests: int, core: frozenset[int]) -> Totals:
    """Ask so often over the load's connections together; anything but 200 is a failure."""
    with _program(load, requests=requests, seconds=ALL_SECONDS, core=core) as process:
        return _totals(process, load)


@contextmanager
def asking(load: Load, *, seconds: int, core: frozenset[int]) -> Iterator[None]:
    """Keep a request under way on each of the load's connections for the length of the block, which takes so long."""
    with _program(load, requests=ENDLESS, seconds=seconds + ALL_SECONDS, core=core) as process:
        line = process.stdout.readline() if process.stdout else ""
        if line.strip() != UNDER_WAY:
            raise BenchmarkFailure(f"{load.path}: {load.connections} connections did not come about: {line.strip()}")
        yield
        if process.poll() is not None:
            raise BenchmarkFailure(f"{load.path}: the slow requests ended before what was measured beside them")
        process.terminate()
        _totals(process, load)


@contextmanager
def _program(load: Load, *, requests: int, seconds: int, core: frozenset[int]) -> Iterator[subprocess.Popen[str]]:
    what = {
        "port": load.server.port,
        "path": load.path,
        "headers": dict(load.headers),
        "connections": load.connections,
        "requests": requests,
        "seconds": seconds,
    }
    with on(core):
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.crowd_program"],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    with process:
        try:
            assert process.stdin is not None
            process.stdin.write(f"{json.dumps(what)}\n")
            process.stdin.flush()
            yield process
        finally:
            process.kill()


def _totals(process: subprocess.Popen[str], load: Load) -> Totals:
    try:
        output, _ = process.communicate(timeout=ALL_SECONDS + MARGIN_SECONDS)
    except subprocess.TimeoutExpired as exc:
        raise BenchmarkFailure(f"{load.path}: the clients did not end in time") from exc
    if process.returncode or not output:
        raise BenchmarkFailure(f"{load.path}: the clients ended with status {process.returncode} and no totals")
    totals = json.loads(output.rstrip().rpartition("\n")[2])
    if totals["faults"]:
        raise BenchmarkFailure(f"{load.path}: {totals['answered']} requests were answered; {totals['faults']}")
    return Totals(totals["answered"], totals["p99"])
