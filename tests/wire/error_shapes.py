"""The shape that every error of a dialect has, whatever it is about; so no case has to say it."""

import json

_OPENSEARCH = "/_plugins"
_REASONS = {429: "Too Many Requests"}
# Of a 400.
_BAD_REQUEST = "Invalid Request"
_OF_QUERIES = {
    "/_plugins/_ppl": "Invalid Query",
    "/_plugins/_async_query": "Invalid Query",
    "/_plugins/_sql": "Invalid SQL query",
}
# What the service does not do, and says so.
_NOT_DONE = {"/_plugins/_async_query": 501}
_OTHER_REASON = "There was internal problem at backend"


def check_error_shape(path: str, status: int, content_type: str | None, body: bytes, where: str) -> None:
    """OpenSearch's clients fail over anything but an object, and over a page. Raises AssertionError."""
    if not path.startswith(_OPENSEARCH) or status == 0:
        return
    shown = f"{where}, answered {status} {body[:2000]!r}"
    assert status < 500 or status == _NOT_DONE.get(path), f"{shown}: a client's mistake is no failure of the service"
    if body:
        assert content_type == "application/json; charset=UTF-8", f"{shown}: {content_type}"
    if status < 400:
        return
    answer = json.loads(body)
    assert isinstance(answer, dict), shown
    assert (type(answer["status"]), answer["status"]) == (int, status), shown
    error = answer["error"]
    assert set(error) == {"type", "reason", "details", "root_cause"}, shown
    assert isinstance(error["type"], str), shown
    assert error["reason"] == _reason(path.partition("?")[0], status), shown
    assert error["root_cause"] == [{"type": error["type"], "reason": error["details"]}], shown


def _reason(path: str, status: int) -> str:
    if status == 400:
        return _OF_QUERIES.get(path, _BAD_REQUEST)
    return _REASONS.get(status, _OTHER_REASON)
