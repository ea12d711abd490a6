"""What a query says -> what it asks for, or why it is not answered here."""

import re
from collections.abc import Sequence

from app.query.errors import NoSpan, NotSupported, UnknownColumn, UnknownInformationSchemaTable
from app.query.ppl.functions import function_plan
from app.query.ppl.plan import (
    Aggregate,
    DescribeMetric,
    Equal,
    Grouped,
    InformationSchemaTables,
    MetricScan,
    Plan,
    ShowDataSources,
    TimeBound,
)
from app.query.ppl.refusals import CONDITIONS, QUERIES
from app.query.ppl.syntax import (
    INFORMATION_SCHEMA,
    Comparison,
    Describe,
    Label,
    Search,
    Show,
    Span,
    Statement,
    Stats,
)
from app.query.times import read_number, read_text

VALUE, TIMESTAMP = "@value", "@timestamp"
DATA_SOURCE_COLUMNS = ("DATASOURCE_NAME", "CONNECTOR_TYPE")
TABLES_COLUMNS = ("TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "UNIT", "REMARKS")

_TABLES = "tables"
_EQUAL = frozenset({"=", "=="})
_AGGREGATES: dict[str, Aggregate] = {"avg": "avg", "max": "max", "min": "min", "sum": "sum", "count": "count"}
# Prometheus: the names of labels. Its newer versions allow others in quotes.
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Prometheus has no months, which OpenSearch writes M, and no quarters.
_SPAN = re.compile(r"0*[1-9]\d*(ms|s|m|h|d|w|y)")
_STATS = "one of avg, max, min, sum and count, of @value, by span(@timestamp, 15s) and labels"


def plan(statement: Statement) -> Plan:
    """Raises QueryRefused."""
    match statement:
        case Show(where):
            return ShowDataSources(_equals(where, DATA_SOURCE_COLUMNS))
        case Describe(name) if name.data_source is not None:
            if name.schema == INFORMATION_SCHEMA:
                raise NotSupported(f"describe {name.text}", "describe <data source>.<metric>")
            return DescribeMetric(name.data_source, name.table)
        case Search(name) if name.data_source is not None:
            return _search(statement, name.data_source)
        case Describe(name) | Search(name):
            raise NotSupported(f"{name.text}, an index of OpenSearch's own,", QUERIES)


def _search(search: Search, data_source: str) -> Plan:
    name = search.name
    if search.arguments is not None:
        if search.where or search.stats:
            raise NotSupported(
                "A command after a function", "the function alone, whose PromQL can filter and aggregate"
            )
        return function_plan(data_source, name.table, search.arguments)
    if name.schema == INFORMATION_SCHEMA:
        if name.table != _TABLES:
            raise UnknownInformationSchemaTable(name.table)
        if search.stats:
            raise NotSupported("stats of the information schema", "where")
        return InformationSchemaTables(data_source, _equals(search.where, TABLES_COLUMNS))
    return MetricScan(
        data_source,
        name.table,
        labels=tuple(_label_filter(comparison) for comparison in search.where if comparison.column != TIMESTAMP),
        times=tuple(_time_bound(comparison) for comparison in search.where if comparison.column == TIMESTAMP),
        grouped=_grouped(search.stats) if search.stats else None,
    )


def _equals(where: Sequence[Comparison], columns: Sequence[str]) -> tuple[Equal, ...]:
    for comparison in where:
        if comparison.operator not in _EQUAL:
            raise NotSupported(f"{comparison.operator} on {comparison.column}", "=")
        if comparison.column.upper() not in columns:
            raise UnknownColumn(comparison.column)
    return tuple(Equal(comparison.column.upper(), comparison.literal.text) for comparison in where)


def _label_filter(comparison: Comparison) -> Equal:
    if comparison.operator not in _EQUAL:
        raise NotSupported(f"{comparison.operator} on {comparison.column}", CONDITIONS)
    return Equal(_label(comparison.column), comparison.literal.text)


def _label(name: str) -> str:
    if not _LABEL.fullmatch(name):
        raise NotSupported(f"{name} as a label", "names of letters, digits and underscores")
    return name


def _time_bound(comparison: Comparison) -> TimeBound:
    literal = comparison.literal
    seconds = read_number(literal.text) if literal.is_number else read_text(literal.text)
    match comparison.operator:
        case "<" | "<=" | ">" | ">=" as operator:
            return TimeBound(operator, seconds)
        case operator:
            raise NotSupported(f"{operator} on {TIMESTAMP}", CONDITIONS)


def _grouped(stats: Stats) -> Grouped:
    if len(stats.aggregations) > 1:
        raise NotSupported("More than one aggregation", _STATS)
    aggregation = stats.aggregations[0]
    function = _AGGREGATES.get(aggregation.function)
    if function is None or (aggregation.column or VALUE) != VALUE or not (aggregation.column or function == "count"):
        raise NotSupported(f"{aggregation.function}({aggregation.column or ''})", _STATS)
    spans = [group for group in stats.groups if isinstance(group, Span)]
    if not spans:
        raise NoSpan
    span = spans[0]
    if len(spans) > 1 or span.column != TIMESTAMP:
        raise NotSupported(f"span({spans[-1].column})", _STATS)
    if not _SPAN.fullmatch(span.length):
        raise NotSupported(f"A span of {span.length}", "a whole number with one of ms, s, m, h, d, w and y behind it")
    return Grouped(
        function,
        span.length,
        tuple(
            (_label(group.column), group.alias or group.column) for group in stats.groups if isinstance(group, Label)
        ),
        value_name=aggregation.alias or f"{function}({aggregation.column or ''})",
        span_name=span.alias or f"span({TIMESTAMP},{span.length})",
    )
