"""How far the worker's memory grows while large bodies stream through the proxy, to clients fast and slow."""

from collections.abc import Callable

from benchmarks.accounting import workers_of
from benchmarks.cores import on
from benchmarks.downloads import CLIENTS, download_together
from benchmarks.growth import growth_during
from benchmarks.nginx import FILES
from benchmarks.slow_readers import READERS, read_slowly
from benchmarks.stage import Stage
from benchmarks.units import megabytes

WARM_UP_DOWNLOADS = 20


def growth_by_streams(stage: Stage, rounds: int) -> tuple[str, ...]:
    """Return the growth over all rounds, each of which downloads with several clients at full speed."""

    def downloads() -> None:
        for _ in range(rounds):
            download_together(stage.client, f"{_proxied(stage)}/50m", size=FILES["50m"], clients=CLIENTS)

    return _growth(stage, downloads, clients=CLIENTS)


def growth_by_slow_readers(stage: Stage, rounds: int) -> tuple[str, ...]:
    """Return the growth over all rounds, in each of which clients read the first part of a large body slowly."""

    def readers() -> None:
        for _ in range(rounds):
            read_slowly(stage.client, f"{_proxied(stage)}/50m")

    return _growth(stage, readers, clients=READERS)


def _growth(stage: Stage, work: Callable[[], None], *, clients: int) -> tuple[str, ...]:
    with on(stage.cores.load):
        # Small bodies first: what the first requests load or start for good is not growth by streaming.
        for _ in range(WARM_UP_DOWNLOADS):
            download_together(stage.client, f"{_proxied(stage)}/1k", size=FILES["1k"], clients=clients)
        return (megabytes(growth_during(workers_of(stage.sluice.pid), work)),)


def _proxied(stage: Stage) -> str:
    return f"/api/datasources/proxy/uid/{stage.population.read_uid}"
