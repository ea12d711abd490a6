"""/api/datasources: list, get, create, update, delete."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import request
from flask.views import MethodView

from app.dialects.grafana.answers import ON_CREATE, ON_DELETE, ON_GET_BY_UID, ON_LIST, ON_UPDATE
from app.dialects.grafana.door import NAME, PREFIX, grafana_blueprint
from app.dialects.grafana.errors import answers, render
from app.dialects.grafana.ids import IdMissing, IdNotPositive, InvalidId, by_id, by_id_to_delete
from app.dialects.grafana.schemas import (
    DataSourceAdded,
    DataSourceChangeBody,
    DataSourceDeleted,
    DataSourceDeletedById,
    DataSourceId,
    DataSourceListItem,
    DataSourceUpdated,
    DataSourceView,
    DataSourceWithAccess,
    Viewed,
)
from app.edge.authentication import admitted, identify, identity, services
from app.edge.data_source_body import NewDataSourceBody
from app.edge.entry import Answer, BusyRoute
from app.edge.inbound import Environ
from app.edge.json import dump
from app.identity.roles import EVERY_DATA_SOURCE
from app.registry.datasource import ByName, ByUid, DataSource, DataSourceChange, NewDataSource, Ref
from app.services import Services

_ACCESS_CONTROL = [
    {
        "name": "accesscontrol",
        "in": "query",
        "schema": {"type": "string", "enum": ["true"]},
        "description": "Adds `accessControl`: what the caller may do with this data source.",
    }
]

_View = TypeVar("_View", bound=Callable[..., Any])

_PATH = "/datasources"
_SINGLE = DataSourceView()

blueprint = grafana_blueprint("datasources", _PATH, "Data sources: list, get, create, update, delete.")


def _allowed_on(action: str, ref: Callable[[str], Ref]) -> Callable[[_View], _View]:
    """A decorator: the caller may do ``action`` with what the path names, which is decided before the body is read."""

    def check(**path: str) -> None:
        (text,) = path.values()
        try:
            named = ref(text)
        except (InvalidId, IdMissing, IdNotPositive):
            # Which of the two is said depends on the permission alone, as for an id that no data source has.
            identity().require(action, EVERY_DATA_SOURCE)
        else:
            services().registry.require(identity(), named, action)

    return admitted(check)


@blueprint.route("/")
class DataSources(MethodView):
    """The data sources of the org."""

    @answers(ON_LIST)
    @blueprint.response(200, DataSourceListItem(many=True))
    def get(self) -> Sequence[DataSource]:
        """Get all data sources."""
        return services().registry.all(identity())

    @answers(ON_CREATE)
    @admitted(lambda **_: services().registry.admit(identity()))
    @blueprint.arguments(NewDataSourceBody())
    @blueprint.response(200, DataSourceAdded)
    def post(self, new: NewDataSource) -> DataSource:
        """Create a data source."""
        return services().registry.create(identity(), new)


@blueprint.route("/<id>")
class DataSourceById(MethodView):
    """One data source by its number."""

    @answers(ON_LIST)
    @_allowed_on("datasources:read", by_id)
    @blueprint.doc(parameters=_ACCESS_CONTROL)
    @blueprint.response(200, DataSourceWithAccess)
    def get(self, id: str) -> Viewed:
        """Get a single data source by id."""
        return _viewed(by_id(id))

    @answers(ON_UPDATE)
    @_allowed_on("datasources:write", by_id)
    @blueprint.arguments(DataSourceChangeBody())
    @blueprint.response(200, DataSourceUpdated)
    def put(self, change: DataSourceChange, id: str) -> DataSource:
        """Update a data source by id."""
        return services().registry.replace(identity(), by_id(id), change)

    @answers(ON_DELETE)
    @_allowed_on("datasources:delete", by_id_to_delete)
    @blueprint.response(200, DataSourceDeletedById)
    def delete(self, id: str) -> DataSource:
        """Delete a data source by id."""
        return services().registry.delete(identity(), by_id_to_delete(id))


@blueprint.route("/uid/<uid>")
class DataSourceByUid(MethodView):
    """One data source by its uid."""

    @answers(ON_GET_BY_UID)
    @blueprint.doc(parameters=_ACCESS_CONTROL)
    @blueprint.response(200, DataSourceWithAccess)
    def get(self, uid: str) -> Viewed:
        """Get a single data source by uid."""
        return _viewed(ByUid(uid))

    @answers(ON_UPDATE)
    @_allowed_on("datasources:write", ByUid)
    @blueprint.arguments(DataSourceChangeBody())
    @blueprint.response(200, DataSourceUpdated)
    def put(self, change: DataSourceChange, uid: str) -> DataSource:
        """Update a data source by uid."""
        return services().registry.replace(identity(), ByUid(uid), change)

    @answers(ON_DELETE)
    @blueprint.response(200, DataSourceDeleted)
    def delete(self, uid: str) -> DataSource:
        """Delete a data source by uid."""
        return services().registry.delete(identity(), ByUid(uid))


@blueprint.route("/name/<rest:name>")
class DataSourceByName(MethodView):
    """One data source by its name, which may hold slashes."""

    @answers(ON_LIST)
    @blueprint.response(200, DataSourceView)
    def get(self, name: str) -> DataSource:
        """Get a single data source by name."""
        return services().registry.get(identity(), ByName(name))

    @answers(ON_DELETE)
    @blueprint.response(200, DataSourceDeleted)
    def delete(self, name: str) -> DataSource:
        """Delete a data source by name."""
        return services().registry.delete(identity(), ByName(name))


@blueprint.route("/id/<rest:name>")
class DataSourceIdByName(MethodView):
    """The number of a data source, for clients that know its name."""

    @answers(ON_LIST)
    @blueprint.response(200, DataSourceId)
    def get(self, name: str) -> DataSource:
        """Get a data source's id by its name."""
        return services().registry.get(identity(), ByName(name), "datasources.id:read")


def _viewed(ref: Ref) -> Viewed:
    registry = services().registry
    row = registry.get(identity(), ref)
    wanted = request.args.get("accesscontrol") == "true"
    return Viewed(row, registry.actions_on(identity(), row) if wanted else None)


def busy_route(services: Services) -> BusyRoute:
    """Get by uid before Flask, when nothing but the data source is asked for."""
    prefix = f"{PREFIX}{_PATH}/uid/"

    def takes(environ: Environ) -> bool:
        uid = environ["PATH_INFO"].removeprefix(prefix)
        return environ["REQUEST_METHOD"] == "GET" and "/" not in uid and uid != "" and not environ["QUERY_STRING"]

    def answer(environ: Environ) -> Answer:
        caller = identify(services.authenticator, environ, door=NAME)
        row = services.registry.get(caller, ByUid(environ["PATH_INFO"].removeprefix(prefix)))
        body = dump(_SINGLE.dump(row))
        return Answer(200, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], [body])

    return BusyRoute(prefix=prefix, takes=takes, answer=answer, render=lambda exc: render(exc, ON_GET_BY_UID))
