"""Watches how far the resident memory of processes grows while something else goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from benchmarks.accounting import resident_bytes

SAMPLE_SECONDS = 0.02


def growth_during(workers: tuple[int, ...], work: Callable[[], None]) -> int:
    """Return the bytes between the memory before the work and the highest sample during it."""
    before = resident_bytes(workers)
    with ThreadPoolExecutor(1) as pool:
        done = Event()
        peak = pool.submit(_peak, workers, done)
        try:
            work()
        finally:
            done.set()
        return peak.result() - before


def _peak(workers: tuple[int, ...], done: Event) -> int:
    highest = resident_bytes(workers)
    while not done.wait(SAMPLE_SECONDS):
        highest = max(highest, resident_bytes(workers))
    return highest
