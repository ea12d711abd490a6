"""Times large downloads by several clients at once, and the CPU time the server's workers used meanwhile."""

import time

from benchmarks.accounting import cpu_seconds, workers_of
from benchmarks.cores import on
from benchmarks.downloads import CLIENTS, download_together
from benchmarks.nginx import FILES
from benchmarks.reading import Reading
from benchmarks.registry_client import RegistryClient
from benchmarks.servers import Server


def measure_streams(
    server: Server, client: RegistryClient, path: str, *, seconds: int, core: frozenset[int]
) -> Reading:
    """Download the file of 50 MB from this core, all clients together, until the seconds are over."""
    workers = workers_of(server.pid)
    count = 0
    with on(core):
        started, cpu_started = time.perf_counter(), cpu_seconds(workers)
        while time.perf_counter() - started < seconds:
            download_together(client, path, size=FILES["50m"], clients=CLIENTS)
            count += CLIENTS
        wall, cpu = time.perf_counter() - started, cpu_seconds(workers) - cpu_started
    return Reading(requests=count, seconds=wall, cpu_seconds=cpu)
