"""What each type lets through, and for whom."""

import pytest

from app.identity.roles import Role
from app.proxy.errors import MethodNotListed, ProxyError, RouteDenied, TypeRefusesMethod
from app.proxy.rules import check_rules
from app.registry.catalog import backend_type

_CHANGES = ["POST", "PUT", "DELETE"]
_LISTING = ["prometheus", "loki", "grafana-amazonprometheus-datasource", "grafana-azureprometheus-datasource"]


def _check(type_id: str, method: str, path: str, role: Role | None = Role.VIEWER) -> None:
    check_rules(backend_type(type_id), type_id, method, path, role)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PATCH", "PROPFIND"])
@pytest.mark.parametrize("type_id", [*_LISTING, "graphite", "alertmanager", "elasticsearch"])
def test_methods_that_no_rule_names_are_free(type_id: str, method: str) -> None:
    _check(type_id, method, "api/v1/anything")


@pytest.mark.parametrize("method", _CHANGES)
@pytest.mark.parametrize("type_id", ["graphite", "influxdb", "tempo", "opentsdb"])
def test_types_without_rules_let_everything_through(type_id: str, method: str) -> None:
    _check(type_id, method, "anything", role=None)


@pytest.mark.parametrize("method", _CHANGES)
@pytest.mark.parametrize("path", ["", "api/v1/admin/tsdb/delete_series", "-/reload", "api/v1/write", "x/api/v1/query"])
@pytest.mark.parametrize("type_id", _LISTING)
def test_a_change_that_the_type_does_not_list_is_refused(type_id: str, path: str, method: str) -> None:
    with pytest.raises(MethodNotListed) as caught:
        _check(type_id, method, path, Role.ADMIN)
    assert (caught.value.method, caught.value.type_id) == (method, type_id)


@pytest.mark.parametrize(
    ("type_id", "path"),
    [
        ("prometheus", "api/v1/query"),
        ("prometheus", "api/v1/query_range"),
        ("prometheus", "api/v1/query_exemplars"),
        ("prometheus", "api/v1/series"),
        ("prometheus", "api/v1/labels"),
        ("loki", "api/v1/query_range"),
        ("loki", "api/v1/series"),
        ("loki", "api/v1/format_query"),
    ],
)
def test_a_viewer_may_post_what_only_asks(type_id: str, path: str) -> None:
    _check(type_id, "POST", path)


def test_a_post_to_lokis_own_prefix_is_not_listed() -> None:
    with pytest.raises(MethodNotListed):
        _check("loki", "POST", "loki/api/v1/query_range", Role.ADMIN)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("type_id", "path"),
    [
        ("prometheus", "rules/mine"),
        ("prometheus", "config/v1/rules/mine"),
        ("loki", "api/v1/rules/mine"),
        ("loki", "loki/api/v1/rules/mine"),
        ("loki", "rules/mine"),
        ("loki", "api/prom/rules/mine"),
    ],
)
def test_rules_are_changed_by_editors_and_read_by_viewers(type_id: str, path: str, method: str) -> None:
    _check(type_id, "GET", path)
    _check(type_id, method, path, Role.EDITOR)
    with pytest.raises(RouteDenied):
        _check(type_id, method, path)


@pytest.mark.parametrize(
    ("type_id", "path"), [("prometheus", "api/v1/status/flags"), ("alertmanager", "api/v1/alerts")]
)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None])
def test_what_shows_the_servers_settings_is_for_admins(type_id: str, path: str, role: Role | None) -> None:
    _check(type_id, "GET", path, Role.ADMIN)
    with pytest.raises(RouteDenied):
        _check(type_id, "GET", path, role)


@pytest.mark.parametrize(
    "path",
    [
        "api/v1/status/flags",
        "/api/v1/status/flags",
        "//api/v1/status/flags",
        "///api/v1/status/flags",
        "api//v1/status///flags",
        "api/v1/%73tatus/flags",
        "api%2Fv1%2Fstatus%2Fflags",
        "api/./v1/status/flags",
        "api/v1/%2e/status/flags",
        "%2Fapi/v1/status/flags",
    ],
)
def test_no_way_to_write_a_path_hides_it_from_the_rules(path: str) -> None:
    with pytest.raises(RouteDenied):
        _check("prometheus", "GET", path)


@pytest.mark.parametrize("method", _CHANGES)
@pytest.mark.parametrize("path", ["alertmanager/api/v2/silences", "alertmanager/api/v2/alerts", "-/reload"])
def test_changes_of_an_alertmanager_are_for_editors(path: str, method: str) -> None:
    _check("alertmanager", method, path, Role.EDITOR)
    with pytest.raises(RouteDenied):
        _check("alertmanager", method, path)


def test_someone_without_a_role_passes_no_listed_route() -> None:
    with pytest.raises(RouteDenied):
        _check("prometheus", "POST", "api/v1/query", role=None)


@pytest.mark.parametrize(("method", "word"), [("DELETE", "deletes"), ("PUT", "puts")])
def test_elasticsearch_is_never_deleted_from_or_put_to(method: str, word: str) -> None:
    with pytest.raises(TypeRefusesMethod) as caught:
        _check("elasticsearch", method, "_msearch", Role.ADMIN)
    assert (caught.value.methods, caught.value.title, caught.value.exception) == (word, "Elasticsearch", "")


def test_elasticsearch_is_posted_searches() -> None:
    _check("elasticsearch", "POST", "_msearch", role=None)


@pytest.mark.parametrize(
    "path", ["", "_search", "_msearch/", "/_msearch", "_msearch/template", "%5Fmsearch", "x/_msearch"]
)
def test_elasticsearch_is_posted_nothing_else(path: str) -> None:
    with pytest.raises(TypeRefusesMethod) as caught:
        _check("elasticsearch", "POST", path, Role.ADMIN)
    assert caught.value.exception == " except on /_msearch"


@pytest.mark.parametrize("type_id", ["prometheus", "elasticsearch"])
def test_refusals_are_errors_of_the_proxy(type_id: str) -> None:
    with pytest.raises(ProxyError):
        _check(type_id, "DELETE", "x")
