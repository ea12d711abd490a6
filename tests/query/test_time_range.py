"""Which stretch of time a scan covers."""

import pytest

from app.query.ppl.plan import TimeBound
from app.query.time_range import TimeRange, time_range, within

_NOW = 1_700_000_000.75

_RANGES: dict[str, tuple[list[TimeBound], TimeRange]] = {
    "no bound: the last hour": ([], TimeRange(1_699_996_400, 1_700_000_000)),
    "from a time: the hour after": ([TimeBound(">=", 100.5)], TimeRange(100.5, 3_700.5)),
    "after a time: the hour after": ([TimeBound(">", 100)], TimeRange(100, 3_700)),
    "until a time: the hour before": ([TimeBound("<=", 10_000)], TimeRange(6_400, 10_000)),
    "before a time: the hour before": ([TimeBound("<", 10_000)], TimeRange(6_400, 10_000)),
    "both": ([TimeBound(">=", 1), TimeBound("<", 5)], TimeRange(1, 5)),
    "the narrowest": (
        [TimeBound(">=", 1), TimeBound(">", 2), TimeBound("<", 9), TimeBound("<=", 7)],
        TimeRange(2, 7),
    ),
    "none left": ([TimeBound(">=", 5), TimeBound("<", 1)], TimeRange(5, 1)),
}


@pytest.mark.parametrize("case", _RANGES)
def test_bounds_become_a_range(case: str) -> None:
    bounds, expected = _RANGES[case]
    assert time_range(bounds, _NOW) == expected


@pytest.mark.parametrize(
    ("length", "step"),
    [(3_600, "14s"), (0, "1s"), (249, "1s"), (499, "1s"), (500, "2s"), (86_400, "345s"), (500.9, "2s")],
)
def test_a_range_has_some_250_steps_of_whole_seconds(length: float, step: str) -> None:
    assert TimeRange(1_000, 1_000 + length).step == step


@pytest.mark.parametrize(
    ("bound", "kept"),
    [
        (TimeBound("<", 10), [9]),
        (TimeBound("<=", 10), [9, 10]),
        (TimeBound(">", 10), [11]),
        (TimeBound(">=", 10), [10, 11]),
    ],
    ids=lambda value: value.operator if isinstance(value, TimeBound) else "",
)
def test_the_ends_of_a_range_are_kept_as_the_bounds_say(bound: TimeBound, kept: list[int]) -> None:
    assert [time for time in (9, 10, 11) if within([bound], time)] == kept
