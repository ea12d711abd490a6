"""/api/datasources/correlations and /api/datasources/uid/<uid>/correlations: links between data sources."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, post_load
from werkzeug.datastructures import MultiDict

from app.dialects.grafana.answers import (
    ON_CORRELATION_CREATE,
    ON_CORRELATION_DELETE,
    ON_CORRELATION_GET,
    ON_CORRELATION_LIST,
    ON_CORRELATION_UPDATE,
)
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import InvalidId, read_id
from app.edge.authentication import admitted, identity, services
from app.edge.schemas import Flag, FreeObject, Inner, Text, View
from app.registry.correlation import (
    EXTERNAL,
    QUERY,
    Config,
    Correlation,
    CorrelationChange,
    NewCorrelation,
    Transformation,
)
from app.registry.correlations import CorrelationPage
from app.registry.datasource import ByUid

blueprint = grafana_blueprint("correlations", "/datasources", "Correlations: links between data sources.")

_TYPES = {"enum": [QUERY, EXTERNAL]}
_PAGING: list[dict[str, Any]] = [
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "default": 100, "maximum": 1000},
        "description": "How many a page has. A larger number counts as 1000, what is no number above 0 as 100.",
    },
    {
        "name": "page",
        "in": "query",
        "schema": {"type": "integer", "default": 1},
        "description": "Pages begin at 1. What is no number above 0 counts as 1.",
    },
    {
        "name": "sourceUID",
        "in": "query",
        "schema": {"type": "array", "items": {"type": "string"}},
        "description": "Only those of this data source; may be given more than once.",
    },
]


class TransformationView(View):
    """How variables are taken from a field of the results; what was not said is left out."""

    type = fields.String()
    expression = fields.String()
    field = fields.String()
    map_value = fields.String(data_key="mapValue")

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The members that are not empty."""
        return [{name: text for name, text in one.items() if text} for one in super().dump(obj, many=many)]


class CorrelationConfigView(View):
    """The source's field, the target's query or address, and the transformations if there are any."""

    field = fields.String()
    target = fields.Dict()
    transformations = fields.Nested(TransformationView(many=True))

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Without ``transformations`` when there are none."""
        body = super().dump(obj, many=many)
        if not body["transformations"]:
            del body["transformations"]
        return body


class CorrelationView(View):
    """A correlation. ``targetUID`` is null for one that leads to an address."""

    uid = fields.String()
    source_uid = fields.String(data_key="sourceUID")
    org_id = fields.Integer(data_key="orgId")
    target_uid = fields.String(data_key="targetUID", allow_none=True)
    label = fields.String()
    description = fields.String()
    config = fields.Nested(CorrelationConfigView)
    provisioned = fields.Boolean()
    type = fields.String()


_SINGLE = CorrelationView()


class CorrelationPageView(View):
    """One page of the list. ``totalCount`` counts what the caller may see."""

    correlations = fields.Nested(CorrelationView(many=True))
    total_count = fields.Integer(data_key="totalCount")
    page = fields.Integer()
    limit = fields.Integer()


class CorrelationCreated(View):
    """The answer to a create."""

    message = fields.Constant("Correlation created")
    result = fields.Function(lambda row: _SINGLE.dump(row))


class CorrelationUpdated(View):
    """The answer to an update."""

    message = fields.Constant("Correlation updated")
    result = fields.Function(lambda row: _SINGLE.dump(row))


class CorrelationDeleted(View):
    """The answer to a delete."""

    message = fields.Constant("Correlation deleted")


class TransformationBody(Inner):
    """One of the transformations."""

    type = Text(required=True, metadata={"enum": ["regex", "logfmt"]})
    expression = Text()
    field = Text()
    map_value = Text(data_key="mapValue")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Transformation:
        """The loaded members as the registry's value."""
        return Transformation(**data)


class CorrelationConfigBody(Inner):
    """The source's field, the target's query or address, and transformations."""

    field = Text()
    target = FreeObject()
    transformations = fields.List(fields.Nested(TransformationBody))
    type = Text(metadata={"description": "Deprecated: say it beside config."})


class NewCorrelationBody(Schema):
    """What POST takes."""

    class Meta:
        unknown = EXCLUDE

    type = Text(required=True, metadata=_TYPES)
    target_uid = Text(data_key="targetUID")
    label = Text()
    description = Text()
    config = fields.Nested(CorrelationConfigBody, load_default=dict)
    provisioned = Flag()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NewCorrelation:
        """The loaded members as the registry's value."""
        config = data.pop("config")
        config_type = config.pop("type", "")
        return NewCorrelation(config=Config(**config), config_type=config_type, **data)


class CorrelationChangeBody(Schema):
    """What PATCH takes; an absent member keeps what is stored."""

    class Meta:
        unknown = EXCLUDE

    type = Text(metadata=_TYPES)
    label = Text()
    description = Text()
    config = fields.Nested(CorrelationConfigBody, load_default=dict)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CorrelationChange:
        """The loaded members as the registry's value. The type inside ``config`` never changed anything."""
        config = data.pop("config")
        config.pop("type", None)
        return CorrelationChange(**config, **data)


def _source_is_writable(*, uid: str, **_: str) -> None:
    services().registry.require(identity(), ByUid(uid), "datasources:write")


@blueprint.route("/correlations")
class Correlations(MethodView):
    """The correlations of the org."""

    @answers(ON_CORRELATION_LIST)
    @blueprint.doc(parameters=_PAGING)
    @blueprint.response(200, CorrelationPageView)
    def get(self) -> CorrelationPage:
        """Get all correlations."""
        given = request.args
        return services().correlations.all(
            identity(),
            source_uids=given.getlist("sourceUID"),
            limit=_number(given, "limit"),
            page=_number(given, "page"),
        )


@blueprint.route("/uid/<uid>/correlations")
class CorrelationsOfDataSource(MethodView):
    """The correlations that begin at one data source."""

    @answers(ON_CORRELATION_LIST)
    @blueprint.response(200, CorrelationView(many=True))
    def get(self, uid: str) -> Sequence[Correlation]:
        """Get all correlations that begin at a data source."""
        return services().correlations.of_source(identity(), uid)

    @answers(ON_CORRELATION_CREATE)
    @admitted(_source_is_writable)
    @blueprint.arguments(NewCorrelationBody())
    @blueprint.response(200, CorrelationCreated)
    def post(self, new: NewCorrelation, uid: str) -> Correlation:
        """Create a correlation."""
        return services().correlations.create(identity(), uid, new)


@blueprint.route("/uid/<uid>/correlations/<correlation_uid>")
class CorrelationByUid(MethodView):
    """One correlation that begins at a data source."""

    @answers(ON_CORRELATION_GET)
    @blueprint.response(200, CorrelationView)
    def get(self, uid: str, correlation_uid: str) -> Correlation:
        """Get a correlation."""
        return services().correlations.get(identity(), uid, correlation_uid)

    @answers(ON_CORRELATION_UPDATE)
    @admitted(_source_is_writable)
    @blueprint.arguments(CorrelationChangeBody())
    @blueprint.response(200, CorrelationUpdated)
    def patch(self, change: CorrelationChange, uid: str, correlation_uid: str) -> Correlation:
        """Update a correlation."""
        return services().correlations.change(identity(), uid, correlation_uid, change)

    @answers(ON_CORRELATION_DELETE)
    @blueprint.response(200, CorrelationDeleted)
    def delete(self, uid: str, correlation_uid: str) -> Correlation:
        """Delete a correlation."""
        return services().correlations.delete(identity(), uid, correlation_uid)


def _number(given: MultiDict[str, str], name: str) -> int:
    # As Grafana reads them: what is no number is 0, which counts as not given.
    try:
        return read_id(given.get(name, ""))
    except InvalidId:
        return 0
