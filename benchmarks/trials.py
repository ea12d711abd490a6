"""The rows of the table that are no ratio of readings: each is measured by itself, with figures of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import memory, preload, slow
from benchmarks.stage import Stage


@dataclass(frozen=True)
class Row:
    """What a figure is of, and what must be and is good to be reached."""

    case: str
    must: str
    good: str


@dataclass(frozen=True)
class Trial:
    """Its name for ``--only``, and what measures it: given a number of rounds, it returns a figure for each row."""

    name: str
    measure: Callable[[Stage, int], tuple[str, ...]]
    rows: tuple[Row, ...]


TRIALS = (
    Trial(
        "memory",
        memory.growth_by_streams,
        (Row("worker RSS growth, 4 x 50 MB through the proxy", must="<= 16 MB", good="<= 4 MB"),),
    ),
    Trial(
        "slow-readers",
        memory.growth_by_slow_readers,
        (Row("worker RSS growth, 16 slow readers of 50 MB", must="<= 16 MB", good="<= 6 MB"),),
    ),
    Trial(
        "slow",
        slow.measure_slow,
        (
            Row("500 at once to a 2 s upstream: answered of 1,000", must="1,000", good="1,000"),
            Row("500 at once to a 2 s upstream: p99 less direct", must="<= 0.6 s", good="<= 0.35 s"),
            Row("500 at once to a 2 s upstream: worker RSS growth", must="<= 60 MB", good="<= 30 MB"),
        ),
    ),
    Trial(
        "preload",
        preload.measure_preload,
        (Row("USS of 4 workers, preload / without", must="<= 0.45", good="<= 0.35"),),
    ),
)
