"""What the workers hold for themselves, with the application loaded before the fork and after it."""

import time

from benchmarks.accounting import cpu_seconds, unshared_bytes, workers_of
from benchmarks.failure import BenchmarkFailure
from benchmarks.stage import Stage
from benchmarks.under_test import SEVERAL_WORKERS, several_workers
from benchmarks.wrk import Load, measure

CONNECTIONS = 16
WARM_UP_SECONDS = 3
LOADING_SECONDS = 30.0
# As long as a worker uses no CPU time, it loads nothing.
IDLE_SECONDS = 0.3


def measure_preload(stage: Stage, rounds: int) -> tuple[str, ...]:
    """Return the workers' unshared memory with preload for that without; one start of each, whatever the rounds."""
    return (f"{_unshared(stage, preload=True) / _unshared(stage, preload=False):.2f}",)


def _unshared(stage: Stage, *, preload: bool) -> int:
    with stage.running(several_workers(stage.sluice_command(), preload=preload)) as server:
        _wait_until_loaded(server.pid)
        path = f"/api/datasources/uid/{stage.population.read_uid}"
        load = Load(server, path, CONNECTIONS, stage.client.headers)
        # Every worker serves some: what the first requests load is memory too.
        measure(load, seconds=WARM_UP_SECONDS, core=stage.cores.load)
        return unshared_bytes(workers_of(server.pid))


def _wait_until_loaded(master: int) -> None:
    deadline = time.monotonic() + LOADING_SECONDS
    while True:
        workers = workers_of(master)
        used = cpu_seconds(workers)
        time.sleep(IDLE_SECONDS)
        if len(workers) == SEVERAL_WORKERS and cpu_seconds(workers) == used:
            return
        if time.monotonic() > deadline:
            raise BenchmarkFailure(f"{SEVERAL_WORKERS} workers were not idle within {LOADING_SECONDS:.0f} s")
