"""The command ``python -m benchmarks``: measures, and prints a table of numbers without a verdict."""

import signal
import sys
from collections.abc import Collection
from functools import partial

import click

from benchmarks.comparisons import COMPARISONS
from benchmarks.cores import choose_cores
from benchmarks.failure import BenchmarkFailure
from benchmarks.results import format_figures, format_ratios, ratio_row, trial_rows
from benchmarks.rounds import measure_rounds
from benchmarks.stage import Stage, set_up
from benchmarks.steal import stolen_share, ticks
from benchmarks.subjects import subjects
from benchmarks.surroundings import describe
from benchmarks.trials import TRIALS

NAMES = [comparison.name for comparison in COMPARISONS] + [trial.name for trial in TRIALS]


@click.command(context_settings={"show_default": True})
@click.option("--rounds", type=click.IntRange(1, 100), default=5, help="How often each case is measured, in turn.")
@click.option("--seconds", type=click.IntRange(1, 60), default=2, help="How long each measurement takes.")
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Measure this case; may be given again.")
@click.option("--database-url", help="An empty database, left filled; without it a temporary SQLite file.")
def main(rounds: int, seconds: int, only: tuple[str, ...], database_url: str | None) -> None:
    """Measure Sluice beside bare Flask, bare gunicorn, json.dumps, nginx and caddy, in one run.

    Exits with 0 whatever the numbers are, and with 1 when a case could not be measured.
    """
    # Ended from outside, this process still ends its servers on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    cores = choose_cores()
    try:
        click.echo(describe(cores))
        with set_up(cores, database_url=database_url) as stage:
            before = ticks()
            failures = _measure(stage, only or NAMES, rounds=rounds, seconds=seconds)
            click.echo(f"\nCPU time that other machines took meanwhile (steal): {stolen_share(before, ticks()):.0%}")
    except BenchmarkFailure as failure:
        raise click.ClickException(str(failure)) from failure
    for reason in failures:
        click.echo(f"not measured: {reason}", err=True)
    sys.exit(1 if failures else 0)


def _measure(stage: Stage, names: Collection[str], *, rounds: int, seconds: int) -> list[str]:
    failures: list[str] = []
    rows = []
    # Memory comes first: later the workers have grown for other reasons.
    for trial in [trial for trial in TRIALS if trial.name in names]:
        click.echo(f"measuring {trial.name}", err=True)
        figures = None
        try:
            figures = trial.measure(stage, rounds)
        except BenchmarkFailure as failure:
            failures.append(f"{trial.name}: {failure}")
        rows.extend(trial_rows(trial, figures))
    comparisons = [comparison for comparison in COMPARISONS if comparison.name in names]
    wanted = {name for comparison in comparisons for name in comparison.readings}
    measures = {name: measure for name, measure in subjects(stage).items() if name in wanted}
    readings = measure_rounds(measures, rounds=rounds, seconds=seconds, report=partial(click.echo, err=True))
    rows = [ratio_row(comparison, readings) for comparison in comparisons] + rows
    click.echo(f"rounds: {rounds}, of {seconds} s; medians\n\n{format_ratios(rows)}")
    if readings.taken:
        click.echo(f"\n{format_figures(readings)}")
    return failures + list(readings.failures.values())


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
