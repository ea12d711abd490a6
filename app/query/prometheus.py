"""Answers the plans over one data source by Prometheus's HTTP API."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from app.query import answers
from app.query.answers import Series, understood
from app.query.asking import Ask
from app.query.errors import UnknownColumn
from app.query.ppl.plan import (
    DescribeMetric,
    Grouped,
    InformationSchemaTables,
    MetricScan,
    OfOneDataSource,
    QueryExemplars,
    QueryRange,
    satisfied,
)
from app.query.ppl.planning import TABLES_COLUMNS, TIMESTAMP, VALUE
from app.query.ppl.syntax import DEFAULT_SCHEMA
from app.query.promql import aggregation, selector
from app.query.table import Column, Table, strings
from app.query.time_range import TimeRange, time_range, within
from app.query.times import number, timestamp

Clock = Callable[[], float]

_METRIC = "__name__"
_SAMPLE = (Column(VALUE, "double"), Column(TIMESTAMP, "timestamp"))


def run(plan: OfOneDataSource, ask: Ask, now: Clock) -> Table:
    """The rows that the server has. Raises QueryRefused, AnswerRefused, and what ``ask`` raises."""
    match plan:
        case MetricScan(grouped=grouped):
            return _aggregations(plan, grouped, ask, now) if grouped else _samples(plan, ask, now)
        case QueryRange():
            return _range(plan, ask)
        case QueryExemplars():
            return _exemplars(plan, ask)
        case DescribeMetric():
            return _description(plan, ask)
        case InformationSchemaTables():
            return _tables(plan, ask)


def _samples(scan: MetricScan, ask: Ask, now: Clock) -> Table:
    """``@value``, ``@timestamp``, and the labels of the series that were found, sorted; None where a series has none.
    When nothing was found the columns are the metric's labels, for which OpenSearch always asks.
    """
    covered = time_range(scan.times, now())
    found = [
        (item.labels, time, text)
        for item in _series(ask, selector(scan.metric, scan.labels), covered, covered.step)
        for time, text in item.samples
        if within(scan.times, time)
    ]
    if found:
        labels = sorted({label for of_series, _, _ in found for label in of_series} - {_METRIC})
    else:
        labels = _labels(scan.metric, ask)
        _check_columns(scan, labels)
    with understood():
        rows = [
            [answers.value(text), timestamp(time), *(of_series.get(label) for label in labels)]
            for of_series, time, text in found
        ]
    return Table((*_SAMPLE, *strings(*labels)), rows)


def _check_columns(scan: MetricScan, labels: list[str]) -> None:
    # A metric without labels is one that the server does not know, or has lost.
    for equal in scan.labels:
        if labels and equal.column not in labels:
            raise UnknownColumn(equal.column)


def _aggregations(scan: MetricScan, grouped: Grouped, ask: Ask, now: Clock) -> Table:
    """OpenSearch: the value, the span, then the labels as they stand in the query."""
    query = aggregation(selector(scan.metric, scan.labels), grouped)
    counted = grouped.function == "count"
    read: Callable[[str], object] = (lambda text: int(float(text))) if counted else answers.value
    found = _series(ask, query, time_range(scan.times, now()), grouped.span)
    with understood():
        rows = [
            [read(text), timestamp(time), *(item.labels.get(label) for label, _ in grouped.labels)]
            for item in found
            for time, text in item.samples
        ]
    columns = (
        Column(grouped.value_name, "bigint" if counted else "double"),
        Column(grouped.span_name, "timestamp"),
        *strings(*(name for _, name in grouped.labels)),
    )
    return Table(columns, rows)


def _range(plan: QueryRange, ask: Ask) -> Table:
    """A row for each series, its metric's name among the labels."""
    found = _series(ask, plan.query, TimeRange(plan.start, plan.end), plan.step)
    with understood():
        rows = [
            [
                item.labels,
                [timestamp(time) for time, _ in item.samples],
                [answers.value(text) for _, text in item.samples],
            ]
            for item in found
        ]
    return Table((Column("@labels", "struct"), Column(TIMESTAMP, "array"), Column(VALUE, "array")), rows)


def _exemplars(plan: QueryExemplars, ask: Ask) -> Table:
    parameters = {"query": plan.query, "start": number(plan.start), "end": number(plan.end)}
    found = _get(ask, "api/v1/query_exemplars", parameters)
    with understood():
        answers.bounded(sum(len(item["exemplars"]) for item in found))
        rows = [[item["seriesLabels"], [_exemplar(exemplar) for exemplar in item["exemplars"]]] for item in found]
    return Table((Column("seriesLabels", "struct"), Column("exemplars", "array")), rows)


def _exemplar(exemplar: Mapping[str, Any]) -> dict[str, object]:
    return {
        "labels": exemplar["labels"],
        "timestamp": timestamp(float(exemplar["timestamp"])),
        "value": answers.value(str(exemplar["value"])),
    }


def _description(plan: DescribeMetric, ask: Ask) -> Table:
    # OpenSearch calls texts by the name of its legacy type here, and only here.
    columns = [
        (VALUE, "double"),
        (TIMESTAMP, "timestamp"),
        *((label, "keyword") for label in _labels(plan.metric, ask)),
    ]
    rows = [(plan.data_source, DEFAULT_SCHEMA, plan.metric, name, type) for name, type in columns]
    return Table(strings("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE"), rows)


def _tables(plan: InformationSchemaTables, ask: Ask) -> Table:
    """Sorted by name. A metric that has several descriptions is shown with the first."""
    metrics = _get(ask, "api/v1/metadata", {})
    with understood():
        answers.bounded(len(metrics))
        rows = [
            (plan.data_source, DEFAULT_SCHEMA, name, *(str(said[0].get(key, "")) for key in ("type", "unit", "help")))
            for name, said in sorted(metrics.items())
        ]
    return Table(strings(*TABLES_COLUMNS), [row for row in rows if satisfied(plan.where, row, TABLES_COLUMNS)])


def _series(ask: Ask, query: str, covered: TimeRange, step: str) -> list[Series]:
    if covered.end < covered.start:
        return []
    times = {"start": number(covered.start), "end": number(covered.end)}
    return answers.series(ask("GET", "api/v1/query_range", urlencode({"query": query, **times, "step": step})))


def _labels(metric: str, ask: Ask) -> list[str]:
    found = _get(ask, "api/v1/labels", {"match[]": selector(metric)})
    with understood():
        return sorted({str(label) for label in found} - {_METRIC})


def _get(ask: Ask, path: str, parameters: Mapping[str, str]) -> Any:
    return answers.data(ask("GET", path, urlencode(parameters)))
