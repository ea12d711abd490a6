"""Many requests at once to an upstream that takes its time: through Sluice, and directly."""

from statistics import median

from benchmarks.accounting import workers_of
from benchmarks.cores import on
from benchmarks.crowd import Totals, ask_all
from benchmarks.growth import growth_during
from benchmarks.slow_upstream import QUICK_PATH, SLOW_PATH
from benchmarks.stage import Stage
from benchmarks.units import megabytes, seconds
from benchmarks.wrk import Load

CONNECTIONS = 500
REQUESTS = 1_000
WARM_UP_CONNECTIONS = 4
WARM_UP_REQUESTS = 80


def measure_slow(stage: Stage, rounds: int) -> tuple[str, ...]:
    """Return how many were answered in a round, the median of what p99 exceeds the direct one by, and the growth."""
    core = stage.cores.load
    service = stage.crowded()
    proxied = f"/api/datasources/proxy/uid/{stage.population.slow_uid}"
    warm_up = Load(service, f"{proxied}{QUICK_PATH}", WARM_UP_CONNECTIONS, stage.client.headers)
    through = Load(service, f"{proxied}{SLOW_PATH}", CONNECTIONS, stage.client.headers)
    direct = Load(stage.slow_upstream, SLOW_PATH, CONNECTIONS)
    taken: list[tuple[Totals, Totals]] = []

    def crowds() -> None:
        for _ in range(rounds):
            pair = [ask_all(load, requests=REQUESTS, core=core) for load in (direct, through)]
            taken.append((pair[0], pair[1]))

    with on(core):
        ask_all(warm_up, requests=WARM_UP_REQUESTS, core=core)
        growth = growth_during(workers_of(service.pid), crowds)
    answered = min(proxied.answered for _, proxied in taken)
    above = median(proxied.p99 - direct.p99 for direct, proxied in taken)
    return f"{answered:,}", seconds(above), megabytes(growth)
