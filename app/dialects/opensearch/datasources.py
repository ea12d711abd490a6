"""/_plugins/_query/_datasources: create, list, get, update, patch, delete, and a test of the connection."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from flask import Response, request
from flask.views import MethodView

from app.dialects.opensearch.answering import CONTENT_TYPE, respond_json
from app.dialects.opensearch.bodies import (
    BUILT_IN,
    BuiltInSource,
    patched,
    read_name,
    read_new,
    read_replacement,
)
from app.dialects.opensearch.door import (
    NAME,
    PREFIX,
    body_rules,
    check_enabled,
    is_like_the_plugin,
    like_the_plugin,
    opensearch_blueprint,
    org_of,
    require_enabled,
)
from app.dialects.opensearch.errors import render
from app.dialects.opensearch.mapping import Columns, to_columns, to_document, to_editable, with_side
from app.dialects.opensearch.refusals import LimitReached, NameTaken, NoSuchSource, NothingToChange, NotPermitted
from app.dialects.opensearch.shown import Shown, shown
from app.edge.authentication import admitted, identify, identity, services
from app.edge.body import read_json_object
from app.edge.entry import Answer, BusyRoute
from app.edge.inbound import Environ, connection
from app.identity.errors import PermissionDenied
from app.identity.identity import Identity
from app.proxy.health import Health
from app.registry.datasource import ById, ByName, DataSource, NewDataSource, WholeChange
from app.registry.errors import DataSourceNameTaken, DataSourceNotFound, RoleMissing, VersionConflict
from app.services import Services

_CREATED, _DELETED = 201, 204
_PATH = "/_query/_datasources"
_ATTEMPTS = 5
# A test needs no name.
_UNNAMED = "unnamed"

blueprint = opensearch_blueprint("datasources", _PATH, "Data sources as OpenSearch has them.")

_Call = TypeVar("_Call")


def _verb(name: str, action: str) -> Callable[[Any], Any]:
    """A decorator: the API is on, and the caller may do ``action`` at all, before the body is read."""

    def check(**_: str) -> None:
        require_enabled()
        _permitted(name, lambda: identity().require(action))

    return admitted(check)


def _permitted(verb: str, call: Callable[[], _Call], caller: Identity | None = None) -> _Call:
    try:
        return call()
    except RoleMissing:
        raise
    except PermissionDenied as exc:
        raise NotPermitted(verb, (caller or identity()).login) from exc


@blueprint.route("")
class DataSources(MethodView):
    """The collection. The name of the data source that is changed is in the body."""

    @_verb("create", "datasources:create")
    @blueprint.response(_CREATED, description="Its id, name, status, and a message")
    def post(self) -> Response:
        """Register a data source."""
        document = read_new(_body(), body_rules())
        _check_limit()
        columns = to_columns(document, None)
        new = NewDataSource(name=document.name, opensearch=columns.side, **columns.given())
        try:
            row = services().registry.create(identity(), new)
        except DataSourceNameTaken as exc:
            raise NameTaken(document.name) from exc
        return _written(row, "created", "Created", status=_CREATED)

    @_verb("read", "datasources:read")
    @blueprint.response(200, description="All data sources that the caller may see, by name")
    def get(self) -> Response:
        """List data sources."""
        as_server = like_the_plugin()
        return respond_json([shown(row, as_server=as_server) for row in _all(services(), identity())])

    @_verb("update", "datasources:write")
    @blueprint.response(200, description="Its id, name, status, and a message")
    def put(self) -> Response:
        """Replace a data source: what is not said is gone, credentials too."""
        given = _body()
        name = read_name(given, "update")
        row = _replaced(name, "update", NothingToChange, partial(_replacement, given))
        return _written(row, "updated", "Updated")

    @_verb("patch", "datasources:write")
    @blueprint.response(200, description="Its id, name, status, and a message")
    def patch(self) -> Response:
        """Change some members of a data source; properties are merged."""
        given = _body()
        name = read_name(given, "patch")
        row = _replaced(name, "patch", NoSuchSource, partial(_patch, given))
        return _written(row, "updated", "Updated")


@blueprint.route("/_test")
class UnsavedDataSource(MethodView):
    """A body as for create, and whether what it describes can be reached. Nothing is stored."""

    @_verb("create", "datasources:create")
    @blueprint.response(200, description="`status` is OK, ERROR or UNKNOWN; the message says what to check")
    def post(self) -> Response:
        """Test a data source before it is registered."""
        document = read_new({"name": _UNNAMED, **_body()}, body_rules())
        columns = to_columns(document, None)
        new = NewDataSource(name=document.name, **columns.given())
        found = services().health_checks.check_unsaved(identity(), new, connection(request.environ))
        return _tested(document.name, found)


@blueprint.route("/<rest:name>/_test")
class DataSourceConnection(MethodView):
    """Whether a registered data source can be reached, which becomes its status."""

    @_verb("update", "datasources:write")
    @blueprint.response(200, description="`status` is OK, ERROR or UNKNOWN; the message says what to check")
    def post(self, name: str) -> Response:
        """Test a data source's connection."""
        try:
            found = _permitted(
                "update", lambda: services().health_checks.test(identity(), ByName(name), connection(request.environ))
            )
        except DataSourceNotFound as exc:
            raise NoSuchSource(name) from exc
        return _tested(name, found)


@blueprint.route("/<rest:name>")
class DataSourceByName(MethodView):
    """One data source."""

    @_verb("read", "datasources:read")
    @blueprint.response(200, description="The data source, without its secrets")
    def get(self, name: str) -> Response:
        """Get a data source."""
        return respond_json(shown(_one(services(), identity(), name), as_server=like_the_plugin()))

    @_verb("delete", "datasources:delete")
    @blueprint.response(200, description="Its id, name, and a message")
    def delete(self, name: str) -> Response:
        """Delete a data source."""
        if name == BUILT_IN:
            raise BuiltInSource("delete")
        try:
            row = _permitted("delete", lambda: services().registry.delete(identity(), ByName(name)))
        except DataSourceNotFound as exc:
            raise NothingToChange(name) from exc
        if like_the_plugin():
            return Response(status=_DELETED)
        return respond_json({"dataSourceId": row.uid, "name": row.name, "message": "Data source deleted successfully."})


def _replacement(given: Mapping[str, Any], row: DataSource) -> Columns:
    return to_columns(read_replacement(given, to_document(row), body_rules()), row)


def _patch(given: Mapping[str, Any], row: DataSource) -> Columns:
    document = patched(given, to_editable(row), body_rules())
    # A switch or a new role must not touch what another API wrote.
    if given.get("properties") is None and given.get("configuration") is None:
        return with_side(document, row)
    return to_columns(document, row)


def _replaced(
    name: str, verb: str, missing: type[Exception], columns_for: Callable[[DataSource], Columns]
) -> DataSource:
    """Read, change and write, again when somebody else wrote in between."""
    registry = services().registry
    for attempt in range(_ATTEMPTS):
        old = _found(name, verb, verb, missing)
        columns = columns_for(old)
        change = WholeChange(
            name=old.name,
            version=old.version,
            is_default=old.is_default,
            opensearch=columns.side,
            kept_secrets=columns.kept,
            based_on=old,
            **columns.given(old.access),
        )
        try:
            return _permitted(verb, partial(registry.replace, identity(), ById(old.id), change))
        except VersionConflict:
            if attempt == _ATTEMPTS - 1:
                raise
        except DataSourceNotFound as exc:
            raise missing(name) from exc
    raise AssertionError


def _found(name: str, word: str, verb: str, missing: type[Exception]) -> DataSource:
    if name == BUILT_IN:
        raise BuiltInSource(word)
    try:
        return _permitted(verb, lambda: services().registry.look_up(identity(), ByName(name)))
    except DataSourceNotFound as exc:
        raise missing(name) from exc


def busy_route(services: Services) -> BusyRoute:
    """List and get before Flask."""
    prefix, as_server = f"{PREFIX}{_PATH}", is_like_the_plugin(services)
    texts, render_as = Shown(as_server=as_server), partial(render, as_server=as_server)

    def rest(environ: Environ) -> str:
        # WSGI gives the path's bytes one character each; a name is UTF-8.
        return str(environ["PATH_INFO"]).removeprefix(prefix).encode("latin-1").decode("utf-8", "replace")

    def takes(environ: Environ) -> bool:
        name = rest(environ)
        return environ["REQUEST_METHOD"] == "GET" and (not name or name[0] == "/") and not environ["QUERY_STRING"]

    def answer(environ: Environ) -> Answer:
        caller = identify(services.authenticator, environ, door=NAME, org=lambda _: org_of(services))
        check_enabled(services)
        _permitted("read", lambda: caller.require("datasources:read"), caller)
        name = rest(environ).removeprefix("/")
        body = texts.one(_one(services, caller, name)) if name else texts.all(_all(services, caller))
        return Answer(200, [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))], [body])

    return BusyRoute(prefix=prefix, takes=takes, answer=answer, render=render_as)


def _all(services: Services, caller: Identity) -> list[DataSource]:
    return sorted(services.registry.all(caller), key=lambda row: row.name)


def _one(services: Services, caller: Identity, name: str) -> DataSource:
    if name == BUILT_IN:
        raise BuiltInSource("fetch")
    try:
        return _permitted("read", lambda: services.registry.look_up(caller, ByName(name)), caller)
    except DataSourceNotFound as exc:
        raise NoSuchSource(name) from exc


def _check_limit() -> None:
    limit = services().settings.opensearch_limit
    if limit and len(services().registry.all(identity())) >= limit:
        raise LimitReached(limit)


def _body() -> Mapping[str, Any]:
    return read_json_object(request, services().settings.max_body_bytes)


def _written(row: DataSource, participle: str, verb: str, *, status: int = 200) -> Response:
    if like_the_plugin():
        return respond_json(f"{verb} DataSource with name {row.name}", status=status)
    body = {
        "dataSourceId": row.uid,
        "name": row.name,
        "status": row.opensearch.status.value,
        "message": f"Data source {participle} successfully.",
    }
    return respond_json(body, status=status)


def _tested(name: str, found: Health) -> Response:
    return respond_json({"name": name, "status": found.status, "message": found.message})
