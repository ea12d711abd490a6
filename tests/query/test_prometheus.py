"""Range queries, exemplars, descriptions and the information schema: what is asked, and what is made of the answer."""

import pytest

from app.query import prometheus
from app.query.answers import MOST_SAMPLES
from app.query.asking import Answered
from app.query.errors import AnswerNotUnderstood, TooManyRows, UnexpectedResultType
from app.query.ppl.plan import (
    DescribeMetric,
    Equal,
    InformationSchemaTables,
    OfOneDataSource,
    QueryExemplars,
    QueryRange,
)
from app.query.table import Column, Table
from query.server import Server, matrix, success

_RANGE, _EXEMPLARS = "api/v1/query_range", "api/v1/query_exemplars"
_LABELS, _METADATA = "api/v1/labels", "api/v1/metadata"
_QUERY_RANGE = QueryRange("p", 'rate(up{a="b"}[5m])', 1_000, 2_000.5, "14")
_QUERY_EXEMPLARS = QueryExemplars("p", "up", 1_000, 2_000)


def run(plan: OfOneDataSource, server: Server) -> Table:
    # None of these plans is about now.
    return prometheus.run(plan, server, lambda: -1.0)


def of(answer: Answered, plan: OfOneDataSource, path: str) -> Table:
    return run(plan, Server({path: answer}))


def test_a_range_query_is_asked_as_it_is_given() -> None:
    server = Server({_RANGE: matrix()})
    run(_QUERY_RANGE, server)
    fields = {"query": 'rate(up{a="b"}[5m])', "start": "1000", "end": "2000.5", "step": "14"}
    assert server.asked == [("GET", _RANGE, fields)]


def test_each_series_of_a_range_query_is_a_row() -> None:
    labels = {"__name__": "up", "job": "x"}
    found = matrix((labels, [(1_700_000_000, "1"), (1_700_000_014, "NaN")]), ({}, []))
    table = of(found, _QUERY_RANGE, _RANGE)
    assert table.columns == (Column("@labels", "struct"), Column("@timestamp", "array"), Column("@value", "array"))
    assert table.rows == [
        [labels, ["2023-11-14 22:13:20", "2023-11-14 22:13:34"], [1.0, "NaN"]],
        [{}, [], []],
    ]


def test_a_range_query_of_another_kind_is_told() -> None:
    with pytest.raises(UnexpectedResultType):
        of(success({"resultType": "scalar", "result": [1, "1"]}), _QUERY_RANGE, _RANGE)


@pytest.mark.parametrize("time", [1e15, -1e15, 1e300], ids=str)
def test_a_time_that_no_calendar_has_is_not_understood(time: float) -> None:
    with pytest.raises(AnswerNotUnderstood):
        of(matrix(({}, [(time, "1")])), _QUERY_RANGE, _RANGE)


def test_a_value_that_is_no_number_is_not_understood() -> None:
    with pytest.raises(AnswerNotUnderstood):
        of(matrix(({}, [(1, "one")])), _QUERY_RANGE, _RANGE)


def test_exemplars_are_asked_for() -> None:
    server = Server({_EXEMPLARS: success([])})
    run(_QUERY_EXEMPLARS, server)
    assert server.asked == [("GET", _EXEMPLARS, {"query": "up", "start": "1000", "end": "2000"})]


def test_each_series_with_exemplars_is_a_row() -> None:
    labels = {"__name__": "up", "job": "x"}
    given = [{"labels": {"trace_id": "a"}, "value": "6", "timestamp": 1_600_096_945.479}]
    table = of(success([{"seriesLabels": labels, "exemplars": given}]), _QUERY_EXEMPLARS, _EXEMPLARS)
    assert table.columns == (Column("seriesLabels", "struct"), Column("exemplars", "array"))
    exemplar = {"labels": {"trace_id": "a"}, "timestamp": "2020-09-14 15:22:25.479", "value": 6.0}
    assert table.rows == [[labels, [exemplar]]]


@pytest.mark.parametrize("given", [{}, [1], [{"seriesLabels": {}}], None], ids=str)
def test_other_exemplars_are_not_understood(given: object) -> None:
    answer = success({"x": given} if given == {} else given)
    with pytest.raises(AnswerNotUnderstood):
        of(answer, _QUERY_EXEMPLARS, _EXEMPLARS)


def test_a_metric_is_described_by_its_columns() -> None:
    server = Server({_LABELS: success(["room", "__name__", "floor"])})
    table = run(DescribeMetric("p", "temperature"), server)
    assert server.asked == [("GET", _LABELS, {"match[]": '{__name__="temperature"}'})]
    assert [(column.name, column.type) for column in table.columns] == [
        ("TABLE_CATALOG", "string"),
        ("TABLE_SCHEMA", "string"),
        ("TABLE_NAME", "string"),
        ("COLUMN_NAME", "string"),
        ("DATA_TYPE", "string"),
    ]
    assert table.rows == [
        ("p", "default", "temperature", "@value", "double"),
        ("p", "default", "temperature", "@timestamp", "timestamp"),
        ("p", "default", "temperature", "floor", "keyword"),
        ("p", "default", "temperature", "room", "keyword"),
    ]


_DESCRIBED = success(
    {
        "up": [{"type": "gauge", "help": "Is it up?", "unit": ""}],
        "cpu_seconds": [
            {"type": "counter", "help": "a", "unit": "seconds"},
            {"type": "gauge", "help": "b", "unit": ""},
        ],
        "bare": [{}],
    }
)


def test_the_information_schema_has_a_row_for_each_metric() -> None:
    server = Server({_METADATA: _DESCRIBED})
    table = run(InformationSchemaTables("p"), server)
    assert server.asked == [("GET", _METADATA, {})]
    assert [column.name for column in table.columns] == [
        "TABLE_CATALOG",
        "TABLE_SCHEMA",
        "TABLE_NAME",
        "TABLE_TYPE",
        "UNIT",
        "REMARKS",
    ]
    assert table.rows == [
        ("p", "default", "bare", "", "", ""),
        ("p", "default", "cpu_seconds", "counter", "seconds", "a"),
        ("p", "default", "up", "gauge", "", "Is it up?"),
    ]


def test_the_information_schema_shows_what_is_asked_for() -> None:
    plan = InformationSchemaTables("p", (Equal("TABLE_TYPE", "gauge"),))
    assert [row[2] for row in of(_DESCRIBED, plan, _METADATA).rows] == ["up"]


@pytest.mark.parametrize("given", [[], {"up": []}, {"up": [1]}, {"up": None}, 5], ids=str)
def test_other_descriptions_are_not_understood(given: object) -> None:
    with pytest.raises(AnswerNotUnderstood):
        of(success(given if given != [] else ["up"]), InformationSchemaTables("p"), _METADATA)


def test_more_metrics_than_are_given_are_refused() -> None:
    many: dict[str, object] = {str(number): [{}] for number in range(MOST_SAMPLES + 1)}
    with pytest.raises(TooManyRows):
        of(success(many), InformationSchemaTables("p"), _METADATA)
