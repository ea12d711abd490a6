"""The direct query: what is taken, what is asked, and the document that comes of it."""

from typing import Any

import pytest

from app.query import direct
from app.query.direct import DirectQuery
from app.query.errors import AnswerNotUnderstood, DirectQueryInvalid, NotSupported, QueryTooLong, RequestUnsuccessful
from query.server import Server, answered, success

_NOW = 1_700_000_000.25
_INSTANT = {"query": "up", "language": "promql", "options": {"queryType": "instant", "time": "1699999200"}}
_RANGE_OPTIONS = {"queryType": "range", "start": "1", "end": "3601", "step": "15s"}
_RANGE = {"query": "up", "language": "PROMQL", "options": _RANGE_OPTIONS}


def read(document: object, data_source: str = "p") -> DirectQuery:
    return direct.read(document, data_source=data_source, now=lambda: _NOW)


def ranged(**options: object) -> dict[str, Any]:
    return {**_RANGE, "options": {**_RANGE_OPTIONS, **options}}


def instant(**members: object) -> dict[str, Any]:
    return {**_INSTANT, **members}


def at(time: object) -> dict[str, Any]:
    return instant(options={"queryType": "instant", "time": time})


def run(document: object, server: Server) -> Any:
    return direct.run(read(document), server, new_query_id=lambda: "query-1", new_session_id=lambda: "session-1")


_FIELDS: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "instant": (_INSTANT, "api/v1/query", {"query": "up", "time": "1699999200"}),
    "instant, now": (
        instant(options={"queryType": "INSTANT"}),
        "api/v1/query",
        {"query": "up", "time": "1700000000.25"},
    ),
    "instant, RFC 3339": (at("2023-11-14T22:00:00Z"), "api/v1/query", {"query": "up", "time": "1699999200"}),
    "instant, a number": (at(1_699_999_200.5), "api/v1/query", {"query": "up", "time": "1699999200.5"}),
    "range": (_RANGE, "api/v1/query_range", {"query": "up", "start": "1", "end": "3601", "step": "15s"}),
    "range, RFC 3339": (
        ranged(start="2023-11-14T22:00:00Z", end="2023-11-14T23:00:00+00:00", step="1m"),
        "api/v1/query_range",
        {"query": "up", "start": "1699999200", "end": "1700002800", "step": "1m"},
    ),
    "range, numbers": (
        ranged(start=1, end=3601, step=15),
        "api/v1/query_range",
        {"query": "up", "start": "1", "end": "3601", "step": "15"},
    ),
    "limits": (
        instant(maxResults=5, timeout="30"),
        "api/v1/query",
        {"query": "up", "time": "1699999200", "limit": "5", "timeout": "30"},
    ),
    "unknown members": (instant(more={"a": 1}), "api/v1/query", {"query": "up", "time": "1699999200"}),
}


@pytest.mark.parametrize("case", _FIELDS)
def test_a_direct_query_is_asked(case: str) -> None:
    document, path, fields = _FIELDS[case]
    server = Server({path: success({"resultType": "vector", "result": []})})
    run(document, server)
    assert server.asked == [("GET", path, fields)]


def test_the_body_s_data_source_wins_over_the_path() -> None:
    assert read(instant(datasource="other")).data_source == "other"
    assert read(instant(datasource=None)).data_source == "p"


_PARSING = "Error while parsing the direct query request: "
_INVALID: dict[str, tuple[object, str]] = {
    "no object": ([], _PARSING + "the body must be an object"),
    "no data source": (instant(datasource=""), "Datasource is required"),
    "no query": ({"language": "PROMQL"}, "Query is required"),
    "an empty query": (instant(query=""), "Query is required"),
    "a query that is a number": (instant(query=5), _PARSING + "query must be a string"),
    "half a character": (instant(query="\ud800"), _PARSING + "query is not Unicode"),
    "no language": ({"query": "up"}, "Language type is required"),
    "an unknown language": (instant(language="KQL"), _PARSING + "Invalid languageType: KQL"),
    "no options": ({"query": "up", "language": "PROMQL"}, "Prometheus options are required for PROMQL queries"),
    "options without a type": (instant(options={"time": "1"}), "Prometheus options are required for PROMQL queries"),
    "options that are a list": (instant(options=[1]), _PARSING + "options must be an object"),
    "an unknown type": (
        instant(options={"queryType": "tail"}),
        _PARSING + "queryType must be instant or range",
    ),
    "a range without a start": (ranged(start=None), "Start and end times are required for range queries"),
    "a range without an end": (ranged(end=None), "Start and end times are required for range queries"),
    "a range without a step": (ranged(step=None), "Step parameter is required for range queries"),
    "a range with an empty step": (ranged(step=""), "Step parameter is required for range queries"),
    "a step before the times": (ranged(step="", start="soon"), "Step parameter is required for range queries"),
    "a range that ends at its start": (ranged(end="1"), "End time must be after start time"),
    "a range that ends before": (ranged(end="0"), "End time must be after start time"),
    "a start that is no time": (
        ranged(start="soon"),
        "Invalid time format: start and end must be numeric timestamps",
    ),
    "an end out of all time": (
        ranged(end="9" * 30),
        "Invalid time format: start and end must be numeric timestamps",
    ),
    "a time that is none": (at("soon"), "Invalid time format: time must be a numeric timestamp"),
    "a time that is empty": (at(""), "Invalid time format: time must be a numeric timestamp"),
    "a time that is true": (at(True), _PARSING + "time must be a string"),
    "a count that is text": (instant(maxResults="many"), _PARSING + "maxResults must be a whole number"),
    "a count below zero": (instant(maxResults=-1), _PARSING + "maxResults must be a whole number"),
    "a count that is true": (instant(timeout=True), _PARSING + "timeout must be a whole number"),
    "a huge count": (instant(timeout=10**9), _PARSING + "timeout must be a whole number"),
}


@pytest.mark.parametrize("case", _INVALID)
def test_what_is_not_whole_is_told_in_opensearch_s_words(case: str) -> None:
    document, text = _INVALID[case]
    with pytest.raises(DirectQueryInvalid) as refused:
        read(document)
    assert str(refused.value) == text


def test_a_time_to_the_path_alone_does_not_name_a_data_source() -> None:
    with pytest.raises(DirectQueryInvalid, match="Datasource is required"):
        read(_INSTANT, data_source="")


@pytest.mark.parametrize("language", ["SQL", "ppl"])
def test_other_languages_are_refused_with_what_is_supported(language: str) -> None:
    with pytest.raises(NotSupported) as refused:
        read(instant(language=language))
    assert refused.value.supported == "PROMQL"


def test_a_longer_query_is_refused() -> None:
    with pytest.raises(QueryTooLong):
        read(instant(query="x" * 20_001))


def test_the_result_is_under_the_name_of_the_data_source() -> None:
    result = [{"metric": {"a": "b"}, "value": [1_699_999_200, "NaN"]}]
    server = Server({"api/v1/query": success({"resultType": "vector", "result": result, "stats": {}})})
    assert run(_INSTANT, server) == {
        "queryId": "query-1",
        "results": {"p": {"resultType": "vector", "result": result}},
        "sessionId": "session-1",
    }


def test_the_caller_s_session_is_kept() -> None:
    server = Server({"api/v1/query": success({"resultType": "vector", "result": []})})
    assert run(instant(sessionId="mine"), server)["sessionId"] == "mine"


def test_no_more_results_are_given_than_asked_for() -> None:
    server = Server({"api/v1/query": success({"resultType": "vector", "result": [1, 2, 3]})})
    assert run(instant(maxResults=2), server)["results"]["p"]["result"] == [1, 2]
    assert run(instant(maxResults=0), server)["results"]["p"]["result"] == [1, 2, 3]


def test_a_scalar_is_never_cut() -> None:
    server = Server({"api/v1/query": success({"resultType": "scalar", "result": [1, "5"]})})
    assert run(instant(maxResults=1), server)["results"]["p"]["result"] == [1, "5"]


def test_what_the_server_refuses_is_told() -> None:
    server = Server({"api/v1/query": answered({"status": "error", "error": "parse error"}, status=400)})
    with pytest.raises(RequestUnsuccessful, match=r"with code: 400\. Error details: .*parse error"):
        run(_INSTANT, server)


@pytest.mark.parametrize("data", [{}, {"resultType": "vector"}, {"resultType": "vector", "result": 5}, 5, []], ids=str)
def test_another_answer_is_not_understood(data: object) -> None:
    with pytest.raises(AnswerNotUnderstood):
        run(instant(maxResults=1), Server({"api/v1/query": success(data)}))
