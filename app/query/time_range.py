"""Which stretch of time a scan of a metric covers, and how fine."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.query.ppl.plan import TimeBound

_HOUR = 3600
# OpenSearch: as many steps fill the range.
_STEPS = 250

_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class TimeRange:
    """Seconds since 1970, both ends in it. ``end`` may be before ``start``: then nothing is."""

    start: float
    end: float

    @property
    def step(self) -> str:
        """A duration of whole seconds."""
        return f"{max(int(self.end - self.start) // _STEPS, 1)}s"


def time_range(bounds: Iterable[TimeBound], now: float) -> TimeRange:
    """OpenSearch: the last hour; with a bound on one side, an hour from it. The narrowest bounds count."""
    starts = [bound.seconds for bound in bounds if bound.operator in {">", ">="}]
    ends = [bound.seconds for bound in bounds if bound.operator in {"<", "<="}]
    if starts and ends:
        return TimeRange(max(starts), min(ends))
    if starts:
        return TimeRange(max(starts), max(starts) + _HOUR)
    end = min(ends) if ends else int(now)
    return TimeRange(end - _HOUR, end)


def within(bounds: Iterable[TimeBound], seconds: float) -> bool:
    """Whether all bounds hold; a range of Prometheus has its ends in it, ``<`` and ``>`` do not."""
    return all(_HOLDS[bound.operator](seconds, bound.seconds) for bound in bounds)
