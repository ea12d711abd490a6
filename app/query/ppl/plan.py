"""What a query asks for, checked as far as that goes without asking a server. ``data_source`` is a name to look up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Aggregate = Literal["avg", "max", "min", "sum", "count"]


@dataclass(frozen=True)
class Equal:
    """``column = text``."""

    column: str
    text: str


@dataclass(frozen=True)
class TimeBound:
    """``@timestamp operator seconds``, seconds since 1970."""

    operator: Literal["<", "<=", ">", ">="]
    seconds: float


@dataclass(frozen=True)
class Grouped:
    """One aggregation over each ``span`` of time, and over the series that agree in ``labels``.

    ``span`` is a duration of Prometheus. ``value_name`` and ``span_name`` are columns of the result, and so is the
    second of each pair in ``labels``, whose first is the label.
    """

    function: Aggregate
    span: str
    labels: tuple[tuple[str, str], ...]
    value_name: str
    span_name: str


@dataclass(frozen=True)
class ShowDataSources:
    """Names and connectors."""

    where: tuple[Equal, ...] = ()


@dataclass(frozen=True)
class DescribeMetric:
    """The columns of a metric."""

    data_source: str
    metric: str


@dataclass(frozen=True)
class MetricScan:
    """The samples of a metric, or aggregations of them."""

    data_source: str
    metric: str
    labels: tuple[Equal, ...] = ()
    times: tuple[TimeBound, ...] = ()
    grouped: Grouped | None = None


@dataclass(frozen=True)
class QueryRange:
    """PromQL over a range; times in seconds since 1970, ``step`` a number of seconds or a duration of Prometheus."""

    data_source: str
    query: str
    start: float
    end: float
    step: str


@dataclass(frozen=True)
class QueryExemplars:
    """The exemplars of the series in a PromQL query; times in seconds since 1970."""

    data_source: str
    query: str
    start: float
    end: float


@dataclass(frozen=True)
class InformationSchemaTables:
    """The metrics that the server has descriptions of."""

    data_source: str
    where: tuple[Equal, ...] = ()


OfOneDataSource = DescribeMetric | MetricScan | QueryRange | QueryExemplars | InformationSchemaTables
Plan = ShowDataSources | OfOneDataSource


def satisfied(where: Sequence[Equal], row: Sequence[object], names: Sequence[str]) -> bool:
    """Whether the row, whose columns have ``names``, is as ``where`` says; each of its columns is among them."""
    return all(row[names.index(equal.column)] == equal.text for equal in where)
