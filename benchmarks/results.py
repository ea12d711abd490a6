"""Turns readings into the printed rows: numbers beside their targets, and no verdict."""

from collections.abc import Sequence
from statistics import median

from benchmarks import memory
from benchmarks.comparisons import Comparison
from benchmarks.reading import Reading
from benchmarks.rounds import Readings, median_ratio
from benchmarks.table import format_table

HEAD = ("case", "ratio req/s", "ratio cpu/req", "must", "good")
FIGURES_HEAD = ("measured", "req/s", "lowest", "highest", "cpu us/req", "lowest", "highest")
LEGEND = (
    "Rows with >= : requests of Sluice for one of the reference, in equal time and in equal CPU time of the worker.\n"
    "Rows with <= : time, and CPU time of the worker, of a request of Sluice over that of the reference."
)
NOT_MEASURED = "not measured"


def ratio_row(comparison: Comparison, readings: Readings) -> tuple[str, ...]:
    """Return a comparison's row."""
    ratio = median_ratio(comparison, readings)
    figures = (NOT_MEASURED, "-") if ratio is None else (f"{ratio.wall:.3f}", f"{ratio.cpu:.3f}")
    return (comparison.case, *figures, comparison.must, comparison.good)


def memory_row(growth: int | None) -> tuple[str, ...]:
    """Return the row of the memory."""
    figure = NOT_MEASURED if growth is None else f"{growth / 1e6:+.1f} MB"
    return (memory.CASE, figure, "-", memory.MUST, memory.GOOD)


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
    return [f"{figure:,.0f}" for series in (rates, cpus) for figure in (median(series), min(series), max(series))]
