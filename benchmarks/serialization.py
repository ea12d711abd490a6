"""Times the standard library's json.dumps in this process: the reference for the list."""

import json
import time

from benchmarks.cores import on
from benchmarks.reading import Reading


def measure_dumps(decoded: object, *, seconds: int, core: frozenset[int]) -> Reading:
    """Dump the same object again and again on the core of the servers, which are idle meanwhile."""
    count = 0
    with on(core):
        started, cpu_started = time.perf_counter(), time.process_time()
        while time.perf_counter() - started < seconds:
            json.dumps(decoded)
            count += 1
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    return Reading(requests=count, seconds=wall, cpu_seconds=cpu)
