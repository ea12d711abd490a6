"""What a query says -> what it asks for."""

import pytest

from app.query.errors import (
    ArgumentWrong,
    MissingArguments,
    MixedArguments,
    NoSpan,
    NotSupported,
    QueryRefused,
    UnknownColumn,
    UnknownInformationSchemaTable,
    UnreadableTime,
)
from app.query.ppl.parser import parse
from app.query.ppl.plan import (
    DescribeMetric,
    Equal,
    Grouped,
    InformationSchemaTables,
    MetricScan,
    Plan,
    QueryExemplars,
    QueryRange,
    ShowDataSources,
    TimeBound,
    satisfied,
)
from app.query.ppl.planning import plan

_DAY = 1_667_433_600.0  # 2022-11-03
_RANGE = QueryRange("p", "up", 1.0, 2.0, "14")

_PLANS: dict[str, Plan] = {
    "show datasources": ShowDataSources(),
    "show datasources | where connector_type='PROMETHEUS'": ShowDataSources((Equal("CONNECTOR_TYPE", "PROMETHEUS"),)),
    "describe p.m": DescribeMetric("p", "m"),
    "describe p.default.a.b": DescribeMetric("p", "a.b"),
    "source = p.m": MetricScan("p", "m"),
    "source = p.m | where code='200' and n=5 | where room=='x'": MetricScan(
        "p", "m", labels=(Equal("code", "200"), Equal("n", "5"), Equal("room", "x"))
    ),
    "source = p.m | where @timestamp > '2022-11-03' and @timestamp <= 1667433601": MetricScan(
        "p", "m", times=(TimeBound(">", _DAY), TimeBound("<=", _DAY + 1))
    ),
    "source = p.m | where @timestamp >= '2022-11-03 00:00:01.5' and @timestamp < '2022-11-03T02:00:00+01:00'": (
        MetricScan("p", "m", times=(TimeBound(">=", _DAY + 1.5), TimeBound("<", _DAY + 3600)))
    ),
    "source = p.m | stats avg(@value) by span(@timestamp, 15s)": MetricScan(
        "p", "m", grouped=Grouped("avg", "15s", (), "avg(@value)", "span(@timestamp,15s)")
    ),
    "source = p.m | stats count() by room, span(@timestamp,1h), code": MetricScan(
        "p", "m", grouped=Grouped("count", "1h", (("room", "room"), ("code", "code")), "count()", "span(@timestamp,1h)")
    ),
    "source = p.m | stats Count(@value) as n by span(@timestamp,1h) as t, room as r": MetricScan(
        "p", "m", grouped=Grouped("count", "1h", (("room", "r"),), "n", "t")
    ),
    "source = p.query_range('up', 1, 2, 14)": _RANGE,
    "source = p.QUERY_RANGE('up', '1', '2', '14')": _RANGE,
    "source = p.query_range(query='up', starttime=1, endtime=2, step=14)": _RANGE,
    "source = p.query_range(step='14', endtime=2, StartTime=1, query='up')": _RANGE,
    "source = p.query_range('up', '2022-11-03', '2022-11-03T00:00:01Z', '1m30s')": QueryRange(
        "p", "up", _DAY, _DAY + 1, "1m30s"
    ),
    "source = p.query_exemplars('up', 1, 2)": QueryExemplars("p", "up", 1.0, 2.0),
    "source = p.query_exemplars(endtime=2, query='up', starttime=1)": QueryExemplars("p", "up", 1.0, 2.0),
    "source = p.information_schema.tables": InformationSchemaTables("p"),
    "source = p.information_schema.tables | where table_name='m'": InformationSchemaTables(
        "p", (Equal("TABLE_NAME", "m"),)
    ),
}


@pytest.mark.parametrize("text", _PLANS)
def test_a_query_becomes_a_plan(text: str) -> None:
    assert plan(parse(text)) == _PLANS[text]


_TAKEN = "these are taken: [query,starttime,endtime,step]"
# The error, and words of its text.
_REFUSED: dict[str, tuple[type[QueryRefused], str]] = {
    "source = accounts": (NotSupported, "accounts, an index of OpenSearch's own, is not supported; supported: show"),
    "describe accounts": (NotSupported, "source = <data source>.<metric>"),
    "describe p.information_schema.tables": (NotSupported, "describe <data source>.<metric>"),
    "show datasources | where NAME='x'": (UnknownColumn, "can't resolve Symbol(namespace=FIELD_NAME, name=NAME)"),
    "show datasources | where DATASOURCE_NAME>'x'": (
        NotSupported,
        "> on DATASOURCE_NAME is not supported; supported: =",
    ),
    "source = p.m | where a != 'x'": (NotSupported, "where with = on labels"),
    "source = p.m | where a < 5": (NotSupported, "where with = on labels"),
    "source = p.m | where @value > 5": (NotSupported, "> on @value"),
    "source = p.m | where @value = 5": (NotSupported, "@value as a label"),
    "source = p.m | where `a\"} or up{b`='x'": (NotSupported, "letters, digits and underscores"),
    "source = p.m | where @timestamp = '2022-11-03'": (NotSupported, "= on @timestamp"),
    "source = p.m | where @timestamp > 'now'": (UnreadableTime, "timestamp:now in unsupported format"),
    "source = p.m | where @timestamp > 99999999999999": (UnreadableTime, "in unsupported format"),
    "source = p.m | stats avg(@value)": (
        NoSpan,
        "Prometheus Catalog doesn't support aggregations without span expression",
    ),
    "source = p.m | stats avg(@value) by room": (NoSpan, "without span expression"),
    "source = p.m | stats avg(@value), max(@value) by span(@timestamp,1m)": (NotSupported, "More than one aggregation"),
    "source = p.m | stats stddev(@value) by span(@timestamp,1m)": (NotSupported, "one of avg, max, min, sum and count"),
    "source = p.m | stats avg(room) by span(@timestamp,1m)": (NotSupported, "avg(room)"),
    "source = p.m | stats avg() by span(@timestamp,1m)": (NotSupported, "avg()"),
    "source = p.m | stats avg(@value) by span(@value,1m)": (NotSupported, "span(@value)"),
    "source = p.m | stats avg(@value) by span(@timestamp,1m), span(@timestamp,2m)": (NotSupported, "span(@timestamp)"),
    "source = p.m | stats avg(@value) by span(@timestamp,15)": (NotSupported, "A span of 15 is not supported"),
    "source = p.m | stats avg(@value) by span(@timestamp,0s)": (NotSupported, "A span of 0s"),
    "source = p.m | stats avg(@value) by span(@timestamp,1M)": (NotSupported, "A span of 1M"),
    "source = p.m | stats avg(@value) by span(@timestamp,1q)": (NotSupported, "ms, s, m, h, d, w and y"),
    "source = p.m | stats avg(@value) by span(@timestamp,1m), `a)`": (NotSupported, "a) as a label"),
    "source = p.query_range('m', 1)": (MissingArguments, "Missing arguments:[endtime,step]"),
    "source = p.query_range()": (MissingArguments, "Missing arguments:[query,starttime,endtime,step]"),
    "source = p.query_range(step=1, query='m')": (MissingArguments, "Missing arguments:[starttime,endtime]"),
    "source = p.query_exemplars('m')": (MissingArguments, "Missing arguments:[starttime,endtime]"),
    "source = p.query_range('m', 1, endtime=2, step=3)": (
        MixedArguments,
        "Arguments should be either passed by name or position",
    ),
    "source = p.query_range('m', 1, 2, 3, 4)": (ArgumentWrong, f"Too many arguments, {_TAKEN}"),
    "source = p.query_range(q='m', starttime=1)": (ArgumentWrong, "The argument q is unknown"),
    "source = p.query_range(query='m', query='n')": (ArgumentWrong, "given twice"),
    "source = p.query_range(5, 1, 2, 3)": (ArgumentWrong, "query must be a text"),
    "source = p.query_range(' ', 1, 2, 3)": (ArgumentWrong, "query must be a text"),
    "source = p.query_range('m', 2, 1, 3)": (ArgumentWrong, "endtime must not be before starttime"),
    "source = p.query_range('m', 'soon', 2, 3)": (UnreadableTime, "timestamp:soon"),
    "source = p.query_range('m', 1, 2, 0)": (ArgumentWrong, "step must be"),
    "source = p.query_range('m', 1, 2, -3)": (ArgumentWrong, "step must be"),
    "source = p.query_range('m', 1, 2, '1s&x')": (ArgumentWrong, "step must be"),
    "source = p.label_values('m')": (NotSupported, "query_range(query, starttime, endtime, step), query_exemplars("),
    "source = p.query_range('m', 1, 2, 3) | where a='x'": (NotSupported, "A command after a function"),
    "source = p.information_schema.columns": (
        UnknownInformationSchemaTable,
        "Information Schema doesn't contain columns table",
    ),
    "source = p.information_schema.tables | where X='m'": (UnknownColumn, "name=X"),
    "source = p.information_schema.tables | stats count()": (NotSupported, "supported: where"),
}


@pytest.mark.parametrize("text", _REFUSED)
def test_what_is_not_answered_here_is_refused_with_a_reason(text: str) -> None:
    kind, words = _REFUSED[text]
    statement = parse(text)
    with pytest.raises(QueryRefused) as refused:
        plan(statement)
    assert type(refused.value) is kind
    assert words in str(refused.value)


def test_the_data_source_is_known_before_the_plan() -> None:
    assert parse("source = `my.prom`.query_range('m', 1)").data_source == "my.prom"
    assert parse("describe p.m").data_source == "p"
    assert parse("show datasources").data_source is None
    assert parse("source = accounts").data_source is None


@pytest.mark.parametrize(("text", "kept"), [("a", True), ("b", False)])
def test_a_row_is_kept_when_all_that_was_asked_holds(text: str, kept: bool) -> None:
    assert satisfied([Equal("X", "1"), Equal("Y", text)], ("1", "a"), ("X", "Y")) is kept
