"""The direct query: a query in the server's own language, its result as the server gives it.

OpenSearch: DirectQueryRequestConverter and DirectQueryRequestValidator, whose texts and order these are. Beyond it,
times may be in RFC 3339 or numbers instead of texts, and ``time`` may be missing: then it is now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.query import answers
from app.query.answers import understood
from app.query.asking import Ask
from app.query.errors import DirectQueryInvalid, NotSupported, QueryTooLong, UnreadableTime
from app.query.ppl.parser import MOST_CHARACTERS
from app.query.times import number, read_number, read_text

_LANGUAGE = "PROMQL"
# OpenSearch knows them here, but asks Prometheus in its own language only.
_OTHER_LANGUAGES = frozenset({"SQL", "PPL"})
_SHOWN = 200
_LONGEST_COUNT = 9


@dataclass(frozen=True)
class DirectQuery:
    """``path`` and ``parameters`` are Prometheus's; ``data_source`` is a name to look up.

    ``session`` is the caller's, or None. ``most_results`` bounds what is given, None: all.
    """

    data_source: str
    path: str
    parameters: Mapping[str, str]
    most_results: int | None
    session: str | None


def read(document: object, *, data_source: str, now: Callable[[], float]) -> DirectQuery:
    """Of a body, sent to the path of ``data_source``. Raises DirectQueryInvalid, NotSupported and QueryTooLong.

    OpenSearch: members that it does not know are passed over, and the body's ``datasource`` wins over the path.
    """
    if not isinstance(document, dict):
        raise _unparsable("the body must be an object")
    language = _text(document, "language")
    if language is not None and language.upper() not in {_LANGUAGE, *_OTHER_LANGUAGES}:
        raise _unparsable(f"Invalid languageType: {language[:_SHOWN]}")
    most_results, timeout = _count(document, "maxResults"), _count(document, "timeout")
    session = _text(document, "sessionId")
    options = document.get("options") or {}
    if not isinstance(options, dict):
        raise _unparsable("options must be an object")
    query_type = (_text(options, "queryType") or "").lower()
    if query_type not in {"", "instant", "range"}:
        raise _unparsable("queryType must be instant or range")
    named = _text(document, "datasource")
    name = data_source if named is None else named
    if not name:
        raise DirectQueryInvalid("Datasource is required")
    query = _text(document, "query")
    if not query:
        raise DirectQueryInvalid("Query is required")
    if len(query) > MOST_CHARACTERS:
        raise QueryTooLong(MOST_CHARACTERS)
    if language is None:
        raise DirectQueryInvalid("Language type is required")
    if language.upper() != _LANGUAGE:
        raise NotSupported(f"The language {language.upper()} in a direct query", _LANGUAGE)
    if not query_type:
        raise DirectQueryInvalid("Prometheus options are required for PROMQL queries")
    times = _range(options) if query_type == "range" else {"time": _instant(options, now)}
    parameters = {"query": query, **times}
    if most_results is not None:
        parameters["limit"] = str(most_results)
    if timeout is not None:
        parameters["timeout"] = str(timeout)
    path = "api/v1/query_range" if query_type == "range" else "api/v1/query"
    # Zero is no limit to Prometheus.
    return DirectQuery(name, path, parameters, most_results or None, session)


def run(query: DirectQuery, ask: Ask, *, new_query_id: Callable[[], str], new_session_id: Callable[[], str]) -> Any:
    """The document of the result. Raises RequestUnsuccessful, AnswerNotUnderstood, and what ``ask`` raises.

    OpenSearch: results are under the name of the data source.
    """
    given = answers.data(ask("GET", query.path, urlencode(query.parameters)))
    with understood():
        kind, result = given["resultType"], given["result"]
        if kind in {"vector", "matrix"}:
            # Prometheus knows ``limit`` since 3.0.
            result = result[: query.most_results]
    return {
        "queryId": new_query_id(),
        "results": {query.data_source: {"resultType": kind, "result": result}},
        "sessionId": query.session or new_session_id(),
    }


def _range(options: Mapping[str, Any]) -> dict[str, str]:
    start, end, step = (_number_or_text(options, name) for name in ("start", "end", "step"))
    if start is None or end is None:
        raise DirectQueryInvalid("Start and end times are required for range queries")
    if not step:
        raise DirectQueryInvalid("Step parameter is required for range queries")
    try:
        first, last = _seconds(start), _seconds(end)
    except UnreadableTime as exc:
        raise DirectQueryInvalid("Invalid time format: start and end must be numeric timestamps") from exc
    if last <= first:
        raise DirectQueryInvalid("End time must be after start time")
    return {"start": number(first), "end": number(last), "step": step}


def _instant(options: Mapping[str, Any], now: Callable[[], float]) -> str:
    time = _number_or_text(options, "time")
    if time is None:
        return number(now())
    try:
        return number(_seconds(time))
    except UnreadableTime as exc:
        raise DirectQueryInvalid("Invalid time format: time must be a numeric timestamp") from exc


def _seconds(text: str) -> float:
    try:
        return read_number(text)
    except UnreadableTime:
        return read_text(text)


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _unparsable(f"{name} must be a string")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        # JSON can say half a character, which no server can be asked for.
        raise _unparsable(f"{name} is not Unicode") from exc
    return value


def _number_or_text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return _text(members, name)


def _count(members: Mapping[str, Any], name: str) -> int | None:
    value = members.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_COUNT:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**_LONGEST_COUNT:
        raise _unparsable(f"{name} must be a whole number")
    return value


def _unparsable(why: str) -> DirectQueryInvalid:
    return DirectQueryInvalid(f"Error while parsing the direct query request: {why}")
