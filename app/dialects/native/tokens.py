"""/api/sluice/tokens: tokens that open no more than they should, and their rotation."""

import time
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.native.door import native_blueprint
from app.dialects.native.times import moment
from app.edge.authentication import allowed, identity, services
from app.edge.errors import MalformedBody
from app.edge.schemas import Flag, Text, View, Whole
from app.identity.roles import Role
from app.identity.store import Token

blueprint = native_blueprint("tokens", "/tokens", "Service account tokens, also narrow ones.")

_DAY = 86_400
_LONGEST_OVERLAP = 30 * _DAY


class TokenView(View):
    """A token without its text. Null: not narrowed in this respect, never expires, never used."""

    id = fields.Integer()
    name = fields.String()
    service_account_id = fields.Integer(data_key="serviceAccountId")
    created_at = fields.Function(lambda token: moment(token.created_at), data_key="created")
    expires_at = fields.Function(lambda token: moment(token.expires_at), data_key="expiration")
    last_used_at = fields.Function(lambda token: moment(token.last_used_at), data_key="lastUsedAt")
    has_expired = fields.Function(
        lambda token: token.expires_at is not None and token.expires_at <= time.time(), data_key="hasExpired"
    )
    data_sources = fields.Function(
        lambda token: sorted(token.limits.data_sources) if token.limits and token.limits.data_sources else None,
        data_key="dataSources",
    )
    read_only = fields.Function(lambda token: token.limits is not None and token.limits.read_only, data_key="readOnly")
    proxy = fields.Function(
        lambda token: list(token.limits.proxy) if token.limits and token.limits.proxy is not None else None
    )


class NewTokenView(View):
    """The only answer that holds the token's text, as ``key``."""

    token = fields.Nested(TokenView)
    key = fields.String()


class NewTokenBody(Schema):
    """What POST takes. ``dataSources`` are uids; ``proxy`` are rules such as ``GET api/v1/query*``; what is absent does
    not narrow the token. ``serviceAccount`` is a name; one of that name and role is made when there is none."""

    class Meta:
        unknown = EXCLUDE

    name = Text(required=True, validate=validate.Length(min=1), longest=190)
    service_account = Text(data_key="serviceAccount", load_default="", longest=190)
    role = Text(load_default=Role.VIEWER.value, validate=validate.OneOf([role.value for role in Role]))
    data_sources = fields.List(Text(longest=40), data_key="dataSources", load_default=None)
    read_only = Flag(data_key="readOnly", load_default=False)
    proxy = fields.List(Text(longest=600), load_default=None)
    seconds_to_live = Whole(data_key="secondsToLive", load_default=0)


class RotationBody(Schema):
    """What POST takes: how long the old token goes on, at most 30 days, and how long the new one lives (as long as the
    old one was made for, unless it is said; 0: for ever)."""

    class Meta:
        unknown = EXCLUDE

    overlap = Whole(data_key="overlapSeconds", load_default=_DAY, validate=validate.Range(0, _LONGEST_OVERLAP))
    seconds_to_live = Whole(data_key="secondsToLive", load_default=None)


@blueprint.route("/")
class Tokens(MethodView):
    """The tokens of all service accounts of the organization."""

    @blueprint.response(200, TokenView(many=True))
    def get(self) -> Sequence[Token]:
        """List the tokens, with expiry, last use and limits."""
        return services().service_accounts.all_tokens(identity())

    @allowed("serviceaccounts:write")
    @blueprint.arguments(NewTokenBody())
    @blueprint.response(200, NewTokenView)
    def post(self, body: dict[str, Any]) -> SimpleNamespace:
        """Create a token; its text is shown this once."""
        return _issued(
            services().narrow_tokens.create(
                identity(),
                name=body["name"],
                account=body["service_account"] or body["name"],
                role=Role(body["role"]),
                data_sources=body["data_sources"],
                read_only=body["read_only"],
                proxy=body["proxy"],
                seconds_to_live=body["seconds_to_live"],
            )
        )


@blueprint.route("/<id>")
class TokenById(MethodView):
    """One token."""

    @allowed("serviceaccounts:read")
    @blueprint.response(200, TokenView)
    def get(self, id: str) -> Token:
        """Get a token, with expiry, last use and limits."""
        return services().service_accounts.token(identity(), _number(id))

    @allowed("serviceaccounts:write")
    @blueprint.response(200, TokenView)
    def delete(self, id: str) -> Token:
        """Delete a token: it stops at once. Answers what was deleted."""
        return services().service_accounts.delete_any_token(identity(), _number(id))


@blueprint.route("/<id>/rotate")
class TokenRotation(MethodView):
    """A successor for a token."""

    @allowed("serviceaccounts:write")
    @blueprint.arguments(RotationBody())
    @blueprint.response(200, NewTokenView)
    def post(self, body: dict[str, Any], id: str) -> SimpleNamespace:
        """Create a token with the name, account and limits of this one, which goes on for the overlap."""
        return _issued(
            services().service_accounts.rotate_token(
                identity(), _number(id), overlap=body["overlap"], seconds_to_live=body["seconds_to_live"]
            )
        )


def _issued(issued: tuple[int, str]) -> SimpleNamespace:
    token_id, key = issued
    return SimpleNamespace(token=services().service_accounts.token(identity(), token_id), key=key)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 10:
        raise MalformedBody("A token's id is a number.")
    return int(text)
