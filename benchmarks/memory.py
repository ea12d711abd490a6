"""Watches how far the worker's resident memory grows while large bodies stream through the proxy."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from benchmarks.accounting import resident_bytes, workers_of
from benchmarks.cores import on
from benchmarks.downloads import CLIENTS, download_together
from benchmarks.nginx import FILES
from benchmarks.stage import Stage

NAME = "memory"
CASE = f"worker RSS growth, {CLIENTS} x 50 MB through the proxy"
MUST = "<= 16 MB"
GOOD = "<= 4 MB"
SAMPLE_SECONDS = 0.02
WARM_UP_DOWNLOADS = 20


def measure_growth(stage: Stage, *, rounds: int) -> int:
    """Return the bytes between the memory before the first large body and the highest sample of all rounds."""
    proxied = f"/api/datasources/proxy/uid/{stage.population.read_uid}"
    workers = workers_of(stage.sluice.pid)
    with on(stage.cores.load):
        # Small bodies first: what the first requests load or start for good is not growth by streaming.
        for _ in range(WARM_UP_DOWNLOADS):
            download_together(stage.client, f"{proxied}/1k", size=FILES["1k"])
        before = resident_bytes(workers)
        with ThreadPoolExecutor(1) as pool:
            done = Event()
            peak = pool.submit(_peak, workers, done)
            try:
                for _ in range(rounds):
                    download_together(stage.client, f"{proxied}/50m", size=FILES["50m"])
            finally:
                done.set()
            return peak.result() - before


def _peak(workers: tuple[int, ...], done: Event) -> int:
    highest = resident_bytes(workers)
    while not done.wait(SAMPLE_SECONDS):
        highest = max(highest, resident_bytes(workers))
    return highest
