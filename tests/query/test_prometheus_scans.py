"""The samples of a metric and their aggregations: what is asked, and what is made of the answer."""

import pytest

from app.query import prometheus
from app.query.answers import MOST_SAMPLES
from app.query.errors import RequestUnsuccessful, TooManyRows, UnknownColumn
from app.query.ppl.plan import Equal, Grouped, MetricScan, TimeBound
from app.query.table import Column, Table
from query.server import Server, answered, matrix, success

_NOW = 1_700_000_000.5
_RANGE, _LABELS = "api/v1/query_range", "api/v1/labels"
_AVERAGE = Grouped("avg", "15s", (), "avg(@value)", "span(@timestamp,15s)")
_ONE = matrix(({"__name__": "up", "job": "x"}, [(1_700_000_000, "1")]))


def run(scan: MetricScan, server: Server) -> Table:
    return prometheus.run(scan, server, lambda: _NOW)


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def test_the_last_hour_is_asked_for_in_steps_of_14_seconds() -> None:
    server = Server({_RANGE: _ONE})
    run(MetricScan("p", "up"), server)
    fields = {"query": '{__name__="up"}', "start": "1699996400", "end": "1700000000", "step": "14s"}
    assert server.asked == [("GET", _RANGE, fields)]


def test_labels_and_times_of_the_query_are_asked_for() -> None:
    server = Server({_RANGE: matrix(({}, [(1_500, "1")]))})
    times = (TimeBound(">=", 1_000.5), TimeBound("<=", 2_000))
    run(MetricScan("p", "up", labels=(Equal("job", 'x"}'),), times=times), server)
    fields = {"query": '{__name__="up",job="x\\"}"}', "start": "1000.5", "end": "2000", "step": "3s"}
    assert server.asked == [("GET", _RANGE, fields)]


def test_each_sample_is_a_row_with_value_timestamp_and_labels() -> None:
    table = run(
        MetricScan("p", "up"),
        Server(
            {
                _RANGE: matrix(
                    ({"__name__": "up", "job": "x", "code": "200"}, [(1_700_000_000, "1"), (1_700_000_014.5, "0.5")]),
                    ({"__name__": "up", "job": "y"}, [(1_700_000_000, "NaN"), (1_700_000_014, "-Inf")]),
                )
            }
        ),
    )
    assert table.columns == (
        Column("@value", "double"),
        Column("@timestamp", "timestamp"),
        Column("code", "string"),
        Column("job", "string"),
    )
    assert table.rows == [
        [1.0, "2023-11-14 22:13:20", "200", "x"],
        [0.5, "2023-11-14 22:13:34.5", "200", "x"],
        ["NaN", "2023-11-14 22:13:20", None, "y"],
        ["-Inf", "2023-11-14 22:13:34", None, "y"],
    ]


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        ((TimeBound(">=", 100), TimeBound("<=", 102)), [100, 101, 102]),
        ((TimeBound(">", 100), TimeBound("<", 102)), [101]),
    ],
    ids=["with the ends", "without the ends"],
)
def test_samples_at_the_ends_count_as_the_query_says(bounds: tuple[TimeBound, ...], kept: list[int]) -> None:
    server = Server({_RANGE: matrix(({}, [(100, "100"), (101, "101"), (102, "102")]))})
    assert [row[0] for row in run(MetricScan("p", "up", times=bounds), server).rows] == kept


def test_without_samples_the_columns_are_the_labels_that_the_metric_has_elsewhere() -> None:
    server = Server({_RANGE: matrix(), _LABELS: success(["__name__", "job", "code"])})
    table = run(MetricScan("p", "up", labels=(Equal("job", "x"),)), server)
    assert (names(table), table.rows) == (["@value", "@timestamp", "code", "job"], [])
    assert server.asked[1:] == [("GET", _LABELS, {"match[]": '{__name__="up"}'})]


def test_a_label_that_the_metric_does_not_have_is_told() -> None:
    server = Server({_RANGE: matrix(), _LABELS: success(["__name__", "job"])})
    with pytest.raises(UnknownColumn) as refused:
        run(MetricScan("p", "up", labels=(Equal("jobs", "x"),)), server)
    assert str(refused.value) == "can't resolve Symbol(namespace=FIELD_NAME, name=jobs) in type env"


def test_an_unknown_metric_has_no_rows() -> None:
    server = Server({_RANGE: matrix(), _LABELS: success([])})
    table = run(MetricScan("p", "nothing", labels=(Equal("job", "x"),)), server)
    assert (names(table), table.rows) == (["@value", "@timestamp"], [])


def test_bounds_that_leave_no_time_leave_no_rows() -> None:
    server = Server({_LABELS: success(["job"])})
    table = run(MetricScan("p", "up", times=(TimeBound(">", 5), TimeBound("<", 1))), server)
    assert (names(table), table.rows) == (["@value", "@timestamp", "job"], [])


def test_an_aggregation_is_asked_for_by_span() -> None:
    server = Server({_RANGE: matrix()})
    run(MetricScan("p", "up", labels=(Equal("job", "x"),), grouped=_AVERAGE), server)
    query = 'avg (avg_over_time({__name__="up",job="x"}[15s]))'
    fields = {"query": query, "start": "1699996400", "end": "1700000000", "step": "15s"}
    assert server.asked == [("GET", _RANGE, fields)]


def test_an_aggregation_has_value_span_and_labels_as_they_are_asked_for() -> None:
    grouped = Grouped("max", "1m", (("job", "job"), ("code", "c")), "max(@value)", "span(@timestamp,1m)")
    found = matrix(({"code": "200", "job": "x"}, [(1_700_000_000, "2.5")]), ({"job": "y"}, [(1_700_000_060, "+Inf")]))
    table = run(MetricScan("p", "up", grouped=grouped), Server({_RANGE: found}))
    assert table.columns == (
        Column("max(@value)", "double"),
        Column("span(@timestamp,1m)", "timestamp"),
        Column("job", "string"),
        Column("c", "string"),
    )
    assert table.rows == [
        [2.5, "2023-11-14 22:13:20", "x", "200"],
        ["+Inf", "2023-11-14 22:14:20", "y", None],
    ]


def test_a_count_is_a_whole_number() -> None:
    grouped = Grouped("count", "15s", (), "count()", "t")
    table = run(MetricScan("p", "up", grouped=grouped), Server({_RANGE: matrix(({}, [(0, "3")]))}))
    assert table.columns[0] == Column("count()", "bigint")
    assert [(row[0], type(row[0])) for row in table.rows] == [(3, int)]


def test_more_samples_than_are_given_are_refused() -> None:
    samples = [(float(time), "1") for time in range(MOST_SAMPLES + 1)]
    with pytest.raises(TooManyRows):
        run(MetricScan("p", "up"), Server({_RANGE: matrix(({}, samples))}))


def test_what_the_server_refuses_is_told() -> None:
    server = Server({_RANGE: answered({"status": "error", "error": "exceeded maximum resolution"}, status=400)})
    with pytest.raises(RequestUnsuccessful) as refused:
        run(MetricScan("p", "up"), server)
    assert "with code: 400. Error details: " in str(refused.value)
    assert "exceeded maximum resolution" in str(refused.value)
