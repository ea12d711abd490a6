"""Loads a server with wrk for some seconds and reads the CPU time its workers used meanwhile."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.accounting import cpu_seconds, workers_of
from benchmarks.cores import on
from benchmarks.failure import BenchmarkFailure
from benchmarks.loopback import HOST
from benchmarks.programs import find_program
from benchmarks.reading import Reading
from benchmarks.servers import Server

SCRIPT = Path(__file__).with_name("load.lua")
ANSWER_SECONDS = 10
MARGIN_SECONDS = 30


@dataclass(frozen=True)
class Load:
    """What wrk asks for; ``writes`` is empty for GET, otherwise the method, the run's name and the body."""

    server: Server
    path: str
    connections: int
    headers: Mapping[str, str] = field(default_factory=dict)
    writes: Sequence[str] = ()


def measure(load: Load, *, seconds: int, core: frozenset[int]) -> Reading:
    """Load the server from this core; an answer that is missing or an error makes the reading worthless."""
    workers = workers_of(load.server.pid)
    before = cpu_seconds(workers)
    totals = _run(load, seconds=seconds, core=core)
    used = cpu_seconds(workers) - before
    if workers != workers_of(load.server.pid):
        raise BenchmarkFailure(f"{load.path}: the server replaced its worker during the measurement")
    if totals["refused"] or totals["broken"]:
        raise BenchmarkFailure(
            f"{load.path}: of {totals['requests']} answers {totals['refused']} were errors; "
            f"{totals['broken']} requests failed on the connection"
        )
    if not totals["requests"] or used <= 0:
        raise BenchmarkFailure(f"{load.path}: nothing was answered; try more --seconds")
    return Reading(
        requests=totals["requests"],
        seconds=totals["microseconds"] / 1e6,
        cpu_seconds=used,
        p99=totals["p99_microseconds"] / 1e6,
    )


def _run(load: Load, *, seconds: int, core: frozenset[int]) -> dict[str, int]:
    headers = [part for name, value in load.headers.items() for part in ("-H", f"{name}: {value}")]
    arguments = [
        find_program("wrk"),
        "--threads=1",
        f"--connections={load.connections}",
        f"--duration={seconds}s",
        f"--timeout={ANSWER_SECONDS}s",
        f"--script={SCRIPT}",
        *headers,
        f"http://{HOST}:{load.server.port}{load.path}",
        "--",
        *load.writes,
    ]
    with on(core):
        try:
            answer = subprocess.run(
                arguments, capture_output=True, text=True, timeout=seconds + MARGIN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired as exc:
            raise BenchmarkFailure(f"{load.path}: wrk did not end in time") from exc
    if answer.returncode:
        raise BenchmarkFailure(f"{load.path}: wrk failed: {(answer.stderr or answer.stdout).strip()}")
    totals: dict[str, int] = json.loads(answer.stdout.rstrip().rpartition("\n")[2])
    return totals
