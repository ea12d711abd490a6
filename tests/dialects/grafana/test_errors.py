import inspect
import string
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType
from typing import Any

import orjson
import pytest
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotFound

from app.dialects import grafana
from app.dialects.grafana import answers, ids, levels, paths, plugins, roles
from app.dialects.grafana.answers import ANSWERS, ON_CREATE, ON_PROXY
from app.dialects.grafana.errors import render
from app.dialects.grafana.shapes import Answer, Answers, Shape
from app.edge import errors as edge
from app.identity import errors as identity
from app.proxy import errors as proxy
from app.registry import errors as registry
from app.upstream import errors as upstream

_ROOMS: tuple[ModuleType, ...] = (
    identity,
    registry,
    proxy,
    upstream,
    edge,
    ids,
    levels,
    paths,
    plugins,
    roles,
)
# Every table of the module, by its name.
_TABLES: dict[str, Answers] = {
    name: value for name, value in vars(answers).items() if name.isupper() and isinstance(value, dict)
}
# What is never raised itself. Everything else is, also where other errors descend from it.
_BASES = {identity.IdentityError, registry.RegistryError, proxy.ProxyError, upstream.UpstreamError}


def _defined_in(room: ModuleType) -> list[type[Exception]]:
    return [
        kind
        for kind in vars(room).values()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == room.__name__
    ]


_ERRORS = [kind for room in _ROOMS for kind in _defined_in(room)]
_CONCRETE = [kind for kind in _ERRORS if kind not in _BASES]
_ROWS = [(table, kind, answer) for table, rows in _TABLES.items() for kind, answer in rows.items()]
_ROW_IDS = [f"{table}-{kind.__name__}" for table, kind, _ in _ROWS]


def _named_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _made(kind: type[Exception]) -> Exception:
    """An error of the kind, whatever it wants to be made of."""
    parameters = [] if kind.__init__ is Exception.__init__ else list(inspect.signature(kind).parameters.values())
    wanted = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]
    return kind(*(7 if one.annotation is int else one.name for one in wanted))


def _rendered(exc: Exception, table: Answers = MappingProxyType({})) -> tuple[int, Any]:
    response = render(exc, table)
    return response.status_code, orjson.loads(response.data) if response.data else None


def test_there_are_errors_to_look_at() -> None:
    assert {identity.InvalidToken, registry.InvalidUrl, proxy.PathClimbs, upstream.UpstreamTimeout} <= set(_CONCRETE)


def test_the_tables_of_the_dialect_are_looked_at() -> None:
    assert {"ANSWERS", "ON_LIST", "ON_PROXY", "ON_TEAM_CHANGE"} <= set(_TABLES)


@pytest.mark.parametrize("module", [one.name for one in iter_modules(grafana.__path__)])
def test_every_error_of_the_dialect_itself_is_looked_at(module: str) -> None:
    assert set(_defined_in(import_module(f"{grafana.__name__}.{module}"))) <= set(_ERRORS)


@pytest.mark.parametrize("kind", _CONCRETE, ids=lambda kind: kind.__name__)
def test_every_error_of_the_rooms_below_has_a_row(kind: type[Exception]) -> None:
    assert kind in ANSWERS


@pytest.mark.parametrize(("table", "kind", "answer"), _ROWS, ids=_ROW_IDS)
def test_a_row_names_only_what_its_error_carries(table: str, kind: type[Exception], answer: Answer) -> None:
    carried = set() if kind is Exception else set(vars(_made(kind)))
    assert _named_in(answer.message) <= carried, table


@pytest.mark.parametrize(("table", "kind", "answer"), _ROWS, ids=_ROW_IDS)
def test_a_row_is_what_is_answered(table: str, kind: type[Exception], answer: Answer) -> None:
    status, body = _rendered(_made(kind), _TABLES[table])
    assert status == answer.status
    assert (body is None) == (answer.shape is Shape.EMPTY)


@pytest.mark.parametrize("answer", [answer for _, _, answer in _ROWS], ids=_ROW_IDS)
def test_only_structured_answers_have_a_message_id(answer: Answer) -> None:
    assert bool(answer.message_id) == (answer.shape in {Shape.E2, Shape.E3})


@pytest.mark.parametrize(
    ("exc", "status", "body"),
    [
        pytest.param(registry.DataSourceNotFound(), 404, {"message": "Data source not found"}, id="E0"),
        pytest.param(
            registry.DataSourceNameTaken("x"),
            409,
            {"message": "data source with the same name already exists", "traceID": ""},
            id="E1",
        ),
        pytest.param(
            registry.InvalidUid(),
            400,
            {
                "message": "Invalid datasource UID.",
                "messageId": "datasource.uidInvalid",
                "statusCode": 400,
                "traceID": "",
            },
            id="E2",
        ),
        pytest.param(
            identity.InvalidToken(),
            401,
            {
                "extra": None,
                "message": "Invalid API key",
                "messageId": "api-key.invalid",
                "statusCode": 401,
                "traceID": "",
            },
            id="E3",
        ),
        pytest.param(upstream.UpstreamUnreachable("dns", "x"), 502, None, id="empty"),
    ],
)
def test_each_shape_has_exactly_its_members(exc: Exception, status: int, body: object) -> None:
    assert _rendered(exc) == (status, body)


def test_a_denial_names_the_permission_and_has_an_id_of_its_own() -> None:
    status, body = _rendered(identity.PermissionDenied("datasources:write"))
    assert (status, body["title"]) == (403, "Access denied")
    assert body["message"].endswith("Permissions needed: datasources:write")
    assert body["accessErrorId"][:3] == "ACE"
    assert body["accessErrorId"][3:].isdecimal()
    assert len(body["accessErrorId"]) == 13
    assert body.keys() == {"title", "message", "accessErrorId"}


def test_a_denial_of_one_data_source_reads_like_that_of_all() -> None:
    (status, one), (_, every) = (
        _rendered(kind("datasources:read")) for kind in (registry.DataSourceDenied, identity.PermissionDenied)
    )
    assert (status, {**one, "accessErrorId": ""}) == (403, {**every, "accessErrorId": ""})


def test_the_proxy_denies_one_data_source_in_words_of_its_own() -> None:
    denied = {"message": "Access denied to datasource", "traceID": ""}
    assert _rendered(registry.DataSourceDenied("datasources:query"), ON_PROXY) == (403, denied)


def test_a_request_that_a_token_does_not_open_is_not_repeated() -> None:
    status, body = _rendered(identity.ProxyRefusedByToken("POST", "admin/{secret}"), ON_PROXY)
    assert (status, body) == (403, {"message": "This token does not allow POST requests to this path"})


def test_what_is_wrong_with_the_limits_of_a_token_is_said() -> None:
    assert _rendered(identity.InvalidLimits("'x' {y}")) == (400, {"message": "'x' {y}"})


@pytest.mark.parametrize("exc", [NotFound(), MethodNotAllowed()], ids=lambda exc: type(exc).__name__)
def test_unknown_paths_and_methods_are_not_found(exc: Exception) -> None:
    assert _rendered(exc) == (404, {"message": "Not found"})


def test_other_failures_of_the_framework_keep_their_status() -> None:
    assert _rendered(BadRequest()) == (400, {"message": "Bad Request"})


def test_what_nobody_foresaw_tells_nothing_of_itself() -> None:
    assert _rendered(ZeroDivisionError("secret")) == (500, {"message": "Internal Server Error", "traceID": ""})


def test_an_operation_has_its_own_words_for_what_nobody_foresaw() -> None:
    assert _rendered(ZeroDivisionError("secret"), ON_CREATE)[1]["message"] == "Failed to add datasource"


def test_an_operation_without_a_word_for_an_error_uses_that_of_all() -> None:
    assert _rendered(registry.DataSourceNotFound(), ON_CREATE) == (404, {"message": "Data source not found"})


def test_braces_in_what_an_error_carries_are_not_read() -> None:
    status, body = _rendered(registry.InvalidUrl("http://{secret}{0}"), ON_PROXY)
    assert (status, body["message"]) == (400, 'Invalid data source URL: "http://{secret}{0}"')


def test_an_error_below_a_base_with_a_row_is_answered_by_it() -> None:
    class Special(registry.InvalidUrl):
        pass

    assert _rendered(Special("x"))[0] == ANSWERS[registry.InvalidUrl].status
