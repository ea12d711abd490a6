"""Prometheus's answers as values."""

import math

import pytest

from app.query.answers import MOST_SAMPLES, data, document, series, value
from app.query.asking import Answered
from app.query.errors import AnswerNotUnderstood, QueryError, RequestUnsuccessful, TooManyRows, UnexpectedResultType
from query.server import answered, matrix, success

_NOT_PROMETHEUS = {
    "no JSON": Answered(200, b"<html>"),
    "nothing": Answered(200, b""),
    "no text": Answered(200, b"\xff\xfe"),
    "deep brackets": Answered(200, b"[" * 100_000),
    "no object": answered([1]),
    "no status": answered({"data": []}),
    "no data": answered({"status": "success"}),
    "another status": answered({"status": "ok", "data": []}),
}
_NO_SERIES = {
    "data is text": success("x"),
    "no result type": success({"result": []}),
    "no result": success({"resultType": "matrix"}),
    "a result without metric": success({"resultType": "matrix", "result": [{"values": []}]}),
    "a metric that is a list": success({"resultType": "matrix", "result": [{"metric": [], "values": []}]}),
    "samples that are numbers": success({"resultType": "matrix", "result": [{"metric": {}, "values": [1]}]}),
    "samples of one": success({"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]}),
    "times that are words": success({"resultType": "matrix", "result": [{"metric": {}, "values": [["x", "1"]]}]}),
    "series that are null": success({"resultType": "matrix", "result": None}),
}


@pytest.mark.parametrize("case", _NOT_PROMETHEUS)
def test_an_answer_that_is_not_prometheus_s_is_not_understood(case: str) -> None:
    with pytest.raises(AnswerNotUnderstood):
        data(_NOT_PROMETHEUS[case])


@pytest.mark.parametrize("case", _NO_SERIES)
def test_an_answer_without_series_is_not_understood(case: str) -> None:
    with pytest.raises(AnswerNotUnderstood):
        series(_NO_SERIES[case])


@pytest.mark.parametrize("status", [300, 302, 400, 401, 422, 503])
def test_a_failure_is_told_in_the_server_s_own_words(status: int) -> None:
    with pytest.raises(RequestUnsuccessful) as refused:
        document(Answered(status, b"parse error"))
    text = f"Request to Prometheus is Unsuccessful with code: {status}. Error details: parse error"
    assert (str(refused.value), refused.value.status) == (text, status)


def test_a_failure_that_calls_itself_200_is_one() -> None:
    with pytest.raises(RequestUnsuccessful) as refused:
        data(answered({"status": "error", "error": "parse error"}))
    assert str(refused.value).endswith("with code: 200. Error details: parse error")


def test_long_words_of_the_server_are_cut() -> None:
    with pytest.raises(RequestUnsuccessful) as refused:
        document(Answered(500, b"\xff" + b"x" * 100_000))
    assert refused.value.details == "\ufffd" + "x" * 999 + "..."


def test_another_kind_of_result_is_named() -> None:
    with pytest.raises(UnexpectedResultType) as refused:
        series(success({"resultType": "vector", "result": []}))
    said = "Unexpected Result Type: vector during Prometheus Response Parsing. 'matrix' resultType is expected"
    assert str(refused.value) == said


def test_series_of_histograms_alone_have_no_samples() -> None:
    given = success({"resultType": "matrix", "result": [{"metric": {"a": "b"}, "histograms": [[1, {}]]}]})
    assert [(item.labels, item.samples) for item in series(given)] == [({"a": "b"}, [])]


def test_as_many_samples_as_are_given_are_read() -> None:
    half = [(float(time), "1") for time in range(MOST_SAMPLES // 2)]
    assert sum(len(item.samples) for item in series(matrix(({}, half), ({}, half)))) == MOST_SAMPLES
    with pytest.raises(TooManyRows) as refused:
        series(matrix(({}, half), ({}, half), ({}, half[:1])))
    assert isinstance(refused.value, QueryError)
    assert str(MOST_SAMPLES) in str(refused.value)


@pytest.mark.parametrize(("text", "read"), [("20.5", 20.5), ("5", 5.0), ("1e+06", 1e6), ("-0", -0.0)])
def test_a_value_is_a_number(text: str, read: float) -> None:
    given = value(text)
    assert isinstance(given, float)
    assert (given, math.copysign(1, given)) == (read, math.copysign(1, read))


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf"])
def test_a_value_that_json_cannot_say_stays_text(text: str) -> None:
    assert value(text) == text
