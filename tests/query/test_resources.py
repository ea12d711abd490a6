"""What can be read by path."""

import pytest

from app.query.errors import AnswerNotUnderstood, NotSupported, RequestUnsuccessful, UnknownResource
from app.query.resources import resource
from query.server import Server, answered, success

_OF_PROMETHEUS = [
    "api/v1/labels",
    "api/v1/metadata",
    "api/v1/series",
    "api/v1/alerts",
    "api/v1/rules",
    "api/v1/label/room/values",
    "api/v1/label/__name__/values",
]
_OF_ALERTMANAGER = [f"alertmanager/api/v2/{name}" for name in ("alerts", "alerts/groups", "receivers", "silences")]


@pytest.mark.parametrize("path", _OF_PROMETHEUS)
def test_what_prometheus_has_is_taken_out_of_its_envelope(path: str) -> None:
    server = Server({path: success(["a", "b"])})
    assert resource("GET", path, "match%5B%5D=up&start=1", server) == {"data": ["a", "b"]}
    assert server.asked == [("GET", path, {"match[]": "up", "start": "1"})]


@pytest.mark.parametrize("path", [*_OF_ALERTMANAGER, "alertmanager/api/v2/status"])
def test_what_alertmanager_has_has_no_envelope(path: str) -> None:
    server = Server({path: answered([{"id": "a"}])})
    assert resource("GET", path, "", server) == {"data": [{"id": "a"}]}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("api/v1/targets", "targets"),
        ("api/v1/admin/tsdb/delete_series", "admin/tsdb/delete_series"),
        ("api/v1/query", "query"),
        ("api/v1/labels/", "labels/"),
        ("api/v1/label/a%2Fb/values", "label/a%2Fb/values"),
        ("api/v1/label/../values", "label/../values"),
        ("api/v1/label//values", "label//values"),
        ("api/v1/labels\n", "labels\n"),
        ("alertmanager/api/v2/silence", "silence"),
        ("-/reload", "-/reload"),
        ("", ""),
        ("api/v1/" + "x" * 1_000, "x" * 200),
    ],
)
def test_any_other_path_is_no_resource_and_nothing_is_asked(path: str, named: str) -> None:
    server = Server()
    with pytest.raises(UnknownResource) as refused:
        resource("GET", path, "", server)
    assert (str(refused.value), server.asked) == (f"Invalid resource type: {named}", [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "alertmanager/api/v2/silences"),
        ("DELETE", "alertmanager/api/v2/silence/1"),
        ("GET", "api/v1/rules/namespace"),
        ("POST", "api/v1/rules/namespace"),
        ("DELETE", "api/v1/rules/namespace/group"),
        ("POST", "api/v1/series"),
    ],
)
def test_changes_are_refused_with_what_can_be_read(method: str, path: str) -> None:
    server = Server()
    with pytest.raises(NotSupported) as refused:
        resource(method, path, "", server)
    assert refused.value.what == f"{method} of {path}"
    assert "api/v1/{labels," in refused.value.supported
    assert server.asked == []


def test_what_the_server_refuses_is_told() -> None:
    with pytest.raises(RequestUnsuccessful):
        resource("GET", "api/v1/series", "", Server({"api/v1/series": answered({"status": "error"}, status=400)}))


def test_an_answer_without_envelope_is_not_prometheus_s() -> None:
    with pytest.raises(AnswerNotUnderstood):
        resource("GET", "api/v1/labels", "", Server({"api/v1/labels": answered([])}))
