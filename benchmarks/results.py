"""Turns readings into the printed rows: numbers beside their targets, and no verdict."""

import math
from collections.abc import Sequence
from statistics import median

from benchmarks.comparisons import Comparison
from benchmarks.reading import Reading
from benchmarks.rounds import Readings, median_ratio
from benchmarks.table import format_table
from benchmarks.trials import Trial

HEAD = ("case", "ratio req/s", "ratio CPU/req", "must", "good")
FIGURES_HEAD = ("measured", "req/s", "lowest", "highest", "CPU us/req", "lowest", "highest", "p99 ms")
LEGEND = (
    "Ratios with >= : requests of Sluice for one of the reference, in equal time and in equal CPU time of the worker.\n"
    "Ratios with <= : time, and CPU time of the worker, of a request of Sluice over that of the reference."
)
NOT_MEASURED = "not measured"
NONE = ""


def ratio_row(comparison: Comparison, readings: Readings) -> tuple[str, ...]:
    """Return a comparison's row."""
    ratio = median_ratio(comparison, readings)
    by_clock = NOT_MEASURED if ratio is None else f"{ratio.wall:.3f}"
    by_cpu = NONE if ratio is None or ratio.cpu is None else f"{ratio.cpu:.3f}"
    return (comparison.case, by_clock, by_cpu, comparison.must, comparison.good)


def trial_rows(trial: Trial, figures: Sequence[str] | None) -> list[tuple[str, ...]]:
    """Return a trial's rows; None: it could not be measured."""
    given = figures or [NOT_MEASURED] * len(trial.rows)
    return [(row.case, figure, NONE, row.must, row.good) for row, figure in zip(trial.rows, given, strict=True)]


def format_ratios(rows: Sequence[Sequence[str]]) -> str:
    """Return the table of ratios."""
    return f"{format_table(HEAD, rows)}\n\n{LEGEND}"


def format_figures(readings: Readings) -> str:
    """Return the absolute figures, with their spread over the rounds."""
    rows = [(name, *_figures(taken)) for name, taken in readings.taken.items() if name not in readings.failures]
    return format_table(FIGURES_HEAD, rows)


def _figures(taken: Sequence[Reading]) -> list[str]:
    rates = [1 / reading.wall for reading in taken]
    cpus = [reading.cpu * 1e6 for reading in taken]
    slowest = median(reading.p99 for reading in taken)
    return [
        *(_short(figure) for series in (rates, cpus) for figure in (median(series), min(series), max(series))),
        NONE if math.isnan(slowest) else f"{slowest * 1e3:.2f}",
    ]


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}"
