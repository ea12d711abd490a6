"""Prometheus's answers as values; an answer that is none of Prometheus's is an error, whatever it has instead."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from app.query.asking import Answered
from app.query.errors import AnswerNotUnderstood, RequestUnsuccessful, TooManyRows, UnexpectedResultType

# A row of a metric is a sample; the series of query_range have all theirs in one row.
MOST_SAMPLES = 50_000

_SUCCESS = range(200, 300)


@dataclass(frozen=True)
class Series:
    """``samples``: seconds since 1970, and the value as Prometheus writes it."""

    labels: Mapping[str, str]
    samples: Sequence[tuple[float, str]]


def document(answer: Answered) -> Any:
    """The JSON of a successful answer. Raises RequestUnsuccessful and AnswerNotUnderstood."""
    if answer.status not in _SUCCESS:
        raise RequestUnsuccessful(answer.status, _text(answer.body))
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as exc:
        raise AnswerNotUnderstood from exc


def data(answer: Answered) -> Any:
    """What Prometheus wraps into ``{"status": "success", "data": ...}``. Raises as ``document``."""
    envelope = document(answer)
    if not isinstance(envelope, dict) or "data" not in envelope or envelope.get("status") != "success":
        if isinstance(envelope, dict) and envelope.get("status") == "error":
            raise RequestUnsuccessful(answer.status, str(envelope.get("error", "")))
        raise AnswerNotUnderstood
    return envelope["data"]


def series(answer: Answered) -> list[Series]:
    """Of a range query. Raises as ``data``, UnexpectedResultType and TooManyRows."""
    given = data(answer)
    with understood():
        if given["resultType"] != "matrix":
            raise UnexpectedResultType(str(given["resultType"]))
        # Series of native histograms have "histograms" beside the values, or instead of them.
        values = [(item["metric"], item.get("values", [])) for item in given["result"]]
        bounded(sum(len(samples) for _, samples in values))
        return [
            Series(
                {str(label): str(text) for label, text in metric.items()},
                [(float(time), str(value)) for time, value in samples],
            )
            for metric, samples in values
        ]


def bounded(samples: int) -> None:
    """Raises TooManyRows."""
    if samples > MOST_SAMPLES:
        raise TooManyRows(MOST_SAMPLES)


@contextmanager
def understood() -> Iterator[None]:
    """Around reading an answer: what it does not have, or has of another type, is AnswerNotUnderstood."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise AnswerNotUnderstood from exc


def value(text: str) -> float | str:
    """A sample's value. JSON has no NaN and no infinities: they stay texts, ``NaN``, ``+Inf`` and ``-Inf``, as in
    Prometheus's own answers."""
    return text if text in {"NaN", "+Inf", "-Inf"} else float(text)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
