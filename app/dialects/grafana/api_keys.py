"""/api/auth/keys: legacy API keys, which today's Grafana no longer makes."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_API_KEYS
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.roles import read_role
from app.dialects.grafana.times import moment
from app.edge.authentication import allowed, identity, services
from app.edge.schemas import Text, View, Whole
from app.identity.store import Token

blueprint = grafana_blueprint("api_keys", "/auth/keys", "Legacy API keys.")


class ApiKeyView(Schema):
    """A key without its text; ``expiration`` only when it has one."""

    id = fields.Integer()
    name = fields.String()
    role = fields.String()
    expiration = fields.String()

    def dump(self, obj: Sequence[Token], *, many: bool | None = None) -> list[dict[str, Any]]:
        """The keys as a list."""
        return [
            {"id": key.id, "name": key.name, "role": key.role}
            | ({} if key.expires_at is None else {"expiration": moment(key.expires_at)})
            for key in obj
        ]


class NewApiKeyBody(Schema):
    """What POST takes."""

    class Meta:
        unknown = EXCLUDE

    name = Text(required=True, validate=validate.Length(min=1), longest=190)
    role = Text(load_default="")
    seconds_to_live = Whole(data_key="secondsToLive", load_default=0)


class NewApiKeyView(View):
    """The only answer that holds the key's text."""

    id = fields.Integer()
    name = fields.String()
    key = fields.String()


class ApiKeysQuery(Schema):
    """``?includeExpired=true`` lists the expired ones too."""

    include_expired = fields.String(data_key="includeExpired", load_default="")


class ApiKeyDeleted(View):
    """The answer to a delete."""

    message = fields.Constant("API key deleted")


@blueprint.route("/")
class ApiKeys(MethodView):
    """The org's keys."""

    @allowed("apikeys:read")
    @blueprint.arguments(ApiKeysQuery(), location="query")
    @blueprint.response(200, ApiKeyView)
    def get(self, query: dict[str, Any]) -> Sequence[Token]:
        """List API keys."""
        return services().api_keys.all(identity(), include_expired=query["include_expired"] == "true")

    @answers(ON_API_KEYS)
    @allowed("apikeys:create")
    @blueprint.arguments(NewApiKeyBody())
    @blueprint.response(200, NewApiKeyView)
    def post(self, body: dict[str, Any]) -> SimpleNamespace:
        """Create an API key."""
        key_id, key = services().api_keys.create(
            identity(), name=body["name"], role=read_role(body["role"]), seconds_to_live=body["seconds_to_live"]
        )
        return SimpleNamespace(id=key_id, name=body["name"], key=key)


@blueprint.route("/<id>")
class ApiKey(MethodView):
    """One key."""

    @answers(ON_API_KEYS)
    @allowed("apikeys:delete")
    @blueprint.response(200, ApiKeyDeleted)
    def delete(self, id: str) -> None:
        """Delete an API key."""
        services().api_keys.delete(identity(), read_id(id))
