"""/_plugins/_ppl, _sql, _directquery and _async_query: queries over a data source that need no engine."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from flask import Response, request

from app.dialects.opensearch.answering import respond_json
from app.dialects.opensearch.door import PREFIX, is_enabled, opensearch_blueprint, require_enabled
from app.dialects.opensearch.errors import answers_as
from app.dialects.opensearch.refusals import (
    AsyncQueries,
    NeedsAnEngine,
    NoQuery,
    NoSuchIndex,
    NoSuchSource,
    UnknownFormat,
    UnreadableDirectQuery,
)
from app.edge.authentication import identity, services
from app.edge.body import read_json_object
from app.edge.errors import MalformedBody
from app.edge.inbound import connection, raw_target
from app.query import data_sources, direct, prometheus, resources
from app.query.asking import Ask, through
from app.query.errors import NotSupported
from app.query.ppl.parser import parse
from app.query.ppl.plan import ShowDataSources
from app.query.ppl.planning import plan
from app.query.ppl.syntax import Show
from app.query.table import Table
from app.registry.catalog import connector_of
from app.registry.datasource import ById, ByName, DataSource
from app.registry.errors import DataSourceNotFound

_FORMAT = "jdbc"
_OTHER_FORMATS = frozenset({"csv", "raw", "viz"})
_RESOURCES = f"{PREFIX}/_directquery/_resources/"
_QUERIED = "PROMETHEUS"

blueprint = opensearch_blueprint("queries", "", "Queries over data sources.")


@blueprint.post("/_ppl")
@answers_as("Invalid Query")
@blueprint.response(200, description="schema, datarows, total and size")
def ppl() -> Response:
    """Run a PPL query: `show datasources`, `describe`, or `source = <data source>.<metric>`."""
    identity().require("datasources:query")
    try:
        text = _body().get("query")
    except MalformedBody as exc:
        raise NoQuery from exc
    form = request.args.get("format", _FORMAT)
    if not isinstance(text, str) or not text:
        raise NoQuery
    if form != _FORMAT:
        raise NotSupported(f"The format {form}", _FORMAT) if form in _OTHER_FORMATS else UnknownFormat(form)
    statement = parse(text)
    if isinstance(statement, Show):
        return _rows(_shown(plan(statement)))
    name = statement.data_source
    row = _usable(name) if name is not None and is_enabled() else None
    if row is None:
        # OpenSearch: what names no data source is an index of the cluster's own, and there are none here.
        raise NoSuchIndex(statement.name.text)
    planned = plan(statement)
    assert not isinstance(planned, ShowDataSources)
    return _rows(prometheus.run(planned, _ask(row), time.time))


@blueprint.post("/_sql")
@answers_as("Invalid SQL query")
@blueprint.response(400, description="SQL needs an engine, which is not here")
def sql() -> Response:
    """Refused: SQL needs an engine."""
    raise NeedsAnEngine("SQL")


@blueprint.post("/_async_query")
@answers_as("Invalid Query")
@blueprint.response(501, description="Asynchronous queries need an engine, which is not here")
def async_query() -> Response:
    """Refused: asynchronous queries run on an engine."""
    require_enabled()
    name = _body().get("datasource")
    row = _admitted(name) if isinstance(name, str) else None
    if row is None:
        raise NoSuchSource(str(name))
    raise AsyncQueries(connector_of(row.type))


@blueprint.post("/_directquery/_query/<rest:name>")
@answers_as("Invalid Request")
@blueprint.response(200, description="queryId, results by data source, and sessionId")
def direct_query(name: str) -> Response:
    """Run a PromQL query as it is."""
    require_enabled()
    try:
        body = _body()
    except MalformedBody as exc:
        raise UnreadableDirectQuery(str(exc)) from exc
    asked = direct.read(dict(body), data_source=name, now=time.time)
    row = _usable(asked.data_source)
    if row is None:
        raise NoSuchSource(asked.data_source)
    found = direct.run(asked, _ask(row), new_query_id=_new_id, new_session_id=_new_id)
    return respond_json(found)


@blueprint.route("/_directquery/_resources/<rest:target>", methods=("GET", "POST", "DELETE"))
@answers_as("Invalid Request")
@blueprint.response(200, description="`data`, as Prometheus or Alertmanager has it")
def direct_resources(target: str) -> Response:
    """Read labels, metadata, series, alerts or rules."""
    require_enabled()
    path, query = raw_target(request.environ)
    # Cut from the path as it came: the name of a data source may hold a slash, escaped.
    name, _, rest = path.removeprefix(_RESOURCES).partition("/")
    row = _usable(unquote(name))
    if row is None:
        raise NoSuchSource(unquote(name))
    method = "GET" if request.method == "HEAD" else request.method
    return respond_json(resources.resource(method, rest, query, _ask(row)))


def _usable(name: str) -> DataSource | None:
    """A data source of the connector that can be queried; None: there is none of this name.

    Raises DataSourceDisabled, RoleMissing, PermissionDenied, NotSupported.
    """
    row = _admitted(name)
    if row is not None and connector_of(row.type) != _QUERIED:
        raise NotSupported(f"A query over the connector {connector_of(row.type)}", _QUERIED.lower())
    return row


def _admitted(name: str) -> DataSource | None:
    try:
        return services().registry.for_request(identity(), ByName(name))
    except DataSourceNotFound:
        return None


def _ask(row: DataSource) -> Ask:
    return through(
        services().proxy,
        identity(),
        ById(row.id),
        client_address=request.environ.get("REMOTE_ADDR", ""),
        connection=connection(request.environ),
    )


def _shown(planned: Any) -> Table:
    rows: Sequence[DataSource] = []
    if is_enabled():
        identity().require("datasources:read")
        rows = sorted(services().registry.all(identity()), key=lambda row: row.name)
    return data_sources.shown(planned, [(row.name, connector_of(row.type)) for row in rows])


def _rows(table: Table) -> Response:
    return respond_json(
        {
            "schema": [{"name": column.name, "type": column.type} for column in table.columns],
            "datarows": table.rows,
            "total": len(table.rows),
            "size": len(table.rows),
        }
    )


def _body() -> Mapping[str, Any]:
    return read_json_object(request, services().settings.max_body_bytes)


def _new_id() -> str:
    return str(uuid4())
