"""/api/sluice/access-keys: access keys, with which AWS's clients sign requests for a user or service account."""

import time
from collections.abc import Sequence
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.native.door import native_blueprint
from app.dialects.native.times import moment
from app.edge.authentication import allowed, identity, services
from app.edge.schemas import Text, View, Whole
from app.identity.access_keys import IssuedAccessKey
from app.identity.store import AccessKey

blueprint = native_blueprint("access_keys", "/access-keys", "Access keys of users and service accounts.")


class AccessKeyView(View):
    """An access key without its secrets. Null: never expires, never used."""

    access_key_id = fields.String(data_key="accessKeyId")
    login = fields.String()
    name = fields.String()
    created_at = fields.Function(lambda key: moment(key.created_at), data_key="created")
    expires_at = fields.Function(lambda key: moment(key.expires_at), data_key="expiration")
    last_used_at = fields.Function(lambda key: moment(key.last_used_at), data_key="lastUsedAt")
    has_expired = fields.Function(
        lambda key: key.expires_at is not None and key.expires_at <= time.time(), data_key="hasExpired"
    )


class IssuedAccessKeyView(View):
    """The only answer that holds the secrets. A temporary key has a session token, to be sent with every request."""

    access_key_id = fields.String(data_key="accessKeyId")
    secret_access_key = fields.String(data_key="secretAccessKey")
    session_token = fields.String(data_key="sessionToken", allow_none=True)
    expires_at = fields.Function(lambda key: moment(key.expires_at), data_key="expiration")
    login = fields.String()
    name = fields.String()


class NewAccessKeyBody(Schema):
    """What POST takes. ``login`` is that of a user or service account of the organization; with ``secondsToLive`` the
    key is a temporary one, else it lasts."""

    class Meta:
        unknown = EXCLUDE

    login = Text(required=True, validate=validate.Length(min=1), longest=255)
    name = Text(load_default="", longest=190)
    seconds_to_live = Whole(data_key="secondsToLive", load_default=0)


@blueprint.route("/")
class AccessKeys(MethodView):
    """The access keys of the organization."""

    @blueprint.response(200, AccessKeyView(many=True))
    def get(self) -> Sequence[AccessKey]:
        """List the access keys, with expiry and last use."""
        return services().access_keys.all(identity())

    @allowed("accesskeys:create")
    @blueprint.arguments(NewAccessKeyBody())
    @blueprint.response(200, IssuedAccessKeyView)
    def post(self, body: dict[str, Any]) -> IssuedAccessKey:
        """Create an access key; its secrets are shown this once."""
        return services().access_keys.create(
            identity(), login=body["login"], name=body["name"], seconds_to_live=body["seconds_to_live"]
        )


@blueprint.route("/<access_key_id>")
class AccessKeyById(MethodView):
    """One access key."""

    @allowed("accesskeys:delete")
    @blueprint.response(200, AccessKeyView)
    def delete(self, access_key_id: str) -> AccessKey:
        """Delete an access key: it stops at once. Answers what was deleted."""
        return services().access_keys.delete(identity(), access_key_id)
