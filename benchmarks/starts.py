"""Times a server from its start to its first answer."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from benchmarks.accounting import cpu_seconds, workers_of
from benchmarks.cores import on
from benchmarks.reading import Reading
from benchmarks.servers import Command, Server

Running = Callable[[Command], AbstractContextManager[Server]]


def measure_starts(running: Running, command: Callable[[], Command], *, seconds: int, core: frozenset[int]) -> Reading:
    """Start and end the server until the seconds are over; who asks for the first answer sits on this core."""
    count, wall, cpu = 0, 0.0, 0.0
    end = time.perf_counter() + seconds
    with on(core):
        while time.perf_counter() < end:
            given = command()
            started = time.perf_counter()
            with running(given) as server:
                wall += time.perf_counter() - started
                cpu += cpu_seconds((server.pid, *workers_of(server.pid)))
            count += 1
    return Reading(requests=count, seconds=wall, cpu_seconds=cpu)
