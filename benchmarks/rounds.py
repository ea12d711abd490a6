"""Measures subjects in turn, round after round, so that a slow moment of the machine falls on all of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.comparisons import Comparison
from benchmarks.failure import BenchmarkFailure
from benchmarks.ratios import Ratio
from benchmarks.reading import Reading
from benchmarks.subjects import Measure

WARM_UP_SECONDS = 1


@dataclass(frozen=True)
class Readings:
    """What the rounds gave: a reading a round for each subject, or why there is none."""

    taken: Mapping[str, list[Reading]]
    failures: Mapping[str, str]


def measure_rounds(
    measures: Mapping[str, Measure], *, rounds: int, seconds: int, report: Callable[[str], None]
) -> Readings:
    """Warm every subject up once, then measure them in turn; every other round goes backwards."""
    failures: dict[str, str] = {}
    taken: dict[str, list[Reading]] = {name: [] for name in measures}
    lengths = [WARM_UP_SECONDS] + [seconds] * rounds if measures else []
    for number, length in enumerate(lengths):
        report(f"round {number} of {rounds}" if number else "warming up")
        for name in _order(measures, number):
            if name in failures:
                continue
            try:
                reading = measures[name](length)
            except BenchmarkFailure as failure:
                failures[name] = f"{name}: {failure}"
                continue
            if number:
                taken[name].append(reading)
    return Readings(taken=taken, failures=failures)


def median_ratio(comparison: Comparison, readings: Readings) -> Ratio | None:
    """Return the median over the rounds, each round's readings set against each other; None when one failed."""
    if any(name in readings.failures for name in comparison.readings):
        return None
    by_round = zip(*(readings.taken[name] for name in comparison.readings), strict=True)
    ratios = [comparison.ratio(*of_round) for of_round in by_round]
    cpus = [ratio.cpu for ratio in ratios if ratio.cpu is not None]
    return Ratio(wall=median(ratio.wall for ratio in ratios), cpu=median(cpus) if cpus else None)


def _order(names: Iterable[str], number: int) -> list[str]:
    return list(names) if number % 2 else list(reversed(list(names)))
