"""/api/serviceaccounts: service accounts and their tokens."""

import time
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from flask.views import MethodView
from marshmallow import EXCLUDE, Schema, fields, validate

from app.dialects.grafana.answers import ON_SERVICE_ACCOUNTS
from app.dialects.grafana.door import grafana_blueprint
from app.dialects.grafana.errors import answers
from app.dialects.grafana.ids import read_id
from app.dialects.grafana.roles import read_role
from app.dialects.grafana.times import moment
from app.edge.authentication import allowed, identity, services
from app.edge.schemas import Flag, Text, View, Whole
from app.identity.roles import Role
from app.identity.store import ServiceAccount, Token

blueprint = grafana_blueprint("serviceaccounts", "/serviceaccounts", "Service accounts and their tokens.")

_PER_PAGE = 1_000


class ServiceAccountView(View):
    """A service account."""

    id = fields.Integer()
    uid = fields.String()
    name = fields.String()
    login = fields.String()
    org_id = fields.Integer(data_key="orgId")
    is_disabled = fields.Boolean(data_key="isDisabled")
    role = fields.String()
    tokens = fields.Integer()
    avatar_url = fields.Constant("", data_key="avatarUrl")


class ServiceAccountPage(View):
    """One page of a search."""

    total_count = fields.Integer(data_key="totalCount")
    service_accounts = fields.Nested(ServiceAccountView(many=True), data_key="serviceAccounts")
    page = fields.Integer()
    per_page = fields.Integer(data_key="perPage")


class ServiceAccountChanged(View):
    """The answer to a change."""

    message = fields.Constant("Service account updated")
    id = fields.Integer()
    name = fields.String()
    serviceaccount = fields.Nested(ServiceAccountView)


class ServiceAccountDeleted(View):
    """The answer to a delete."""

    message = fields.Constant("Service account deleted")


class TokenDeleted(View):
    """The answer to a token's delete."""

    message = fields.Constant("Service account token deleted")


class TokenView(Schema):
    """A token without its text, as it stands at the time of the answer."""

    id = fields.Integer()
    name = fields.String()
    created = fields.String()
    last_used_at = fields.String(data_key="lastUsedAt")
    expiration = fields.String(allow_none=True)
    seconds_until_expiration = fields.Float(data_key="secondsUntilExpiration")
    has_expired = fields.Boolean(data_key="hasExpired")
    is_revoked = fields.Boolean(data_key="isRevoked")

    def dump(self, obj: Sequence[Token], *, many: bool | None = None) -> list[Mapping[str, Any]]:
        """The tokens as a list."""
        now = time.time()
        return [_token(token, now) for token in obj]


class NewTokenView(View):
    """The only answer that holds the token's text."""

    id = fields.Integer()
    name = fields.String()
    key = fields.String()


class SearchQuery(Schema):
    """How to search. Pages begin at 1."""

    query = Text(load_default="", longest=190)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    perpage = fields.Integer(load_default=_PER_PAGE, validate=validate.Range(1, _PER_PAGE))
    disabled = fields.Boolean(load_default=False)
    expired_tokens = fields.Boolean(data_key="expiredTokens", load_default=False)


class NewServiceAccountBody(Schema):
    """What POST takes."""

    class Meta:
        unknown = EXCLUDE

    name = Text(required=True, validate=validate.Length(min=1), longest=190)
    role = Text(load_default=Role.VIEWER.value)
    is_disabled = Flag(data_key="isDisabled", load_default=False)


class ServiceAccountChangeBody(Schema):
    """What PATCH takes; an absent member keeps what is stored."""

    class Meta:
        unknown = EXCLUDE

    name = Text(validate=validate.Length(min=1), longest=190, load_default=None)
    role = Text(load_default=None)
    is_disabled = Flag(data_key="isDisabled", load_default=None)


class NewTokenBody(Schema):
    """What POST takes; 0 seconds: the token never expires."""

    class Meta:
        unknown = EXCLUDE

    name = Text(required=True, validate=validate.Length(min=1), longest=190)
    seconds_to_live = Whole(data_key="secondsToLive", load_default=0)


@blueprint.route("/search")
class ServiceAccountSearch(MethodView):
    """Search the org's service accounts."""

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:read")
    @blueprint.arguments(SearchQuery(), location="query")
    @blueprint.response(200, ServiceAccountPage)
    def get(self, query: dict[str, Any]) -> SimpleNamespace:
        """Search service accounts by name or login."""
        total, found = services().service_accounts.search(
            identity(),
            query=query["query"],
            page=query["page"],
            per_page=query["perpage"],
            disabled=query["disabled"],
            expired_tokens=query["expired_tokens"],
        )
        return SimpleNamespace(total_count=total, service_accounts=found, page=query["page"], per_page=query["perpage"])


@blueprint.route("/")
class ServiceAccounts(MethodView):
    """The org's service accounts."""

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:create")
    @blueprint.arguments(NewServiceAccountBody())
    @blueprint.response(201, ServiceAccountView)
    def post(self, body: dict[str, Any]) -> ServiceAccount:
        """Create a service account."""
        return services().service_accounts.create(
            identity(), name=body["name"], role=read_role(body["role"]), is_disabled=body["is_disabled"]
        )


@blueprint.route("/<id>")
class ServiceAccountById(MethodView):
    """One service account."""

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:read")
    @blueprint.response(200, ServiceAccountView)
    def get(self, id: str) -> ServiceAccount:
        """Get a service account."""
        return services().service_accounts.get(identity(), read_id(id))

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:write")
    @blueprint.arguments(ServiceAccountChangeBody())
    @blueprint.response(200, ServiceAccountChanged)
    def patch(self, body: dict[str, Any], id: str) -> SimpleNamespace:
        """Change a service account's name, role or whether it is disabled."""
        account = services().service_accounts.change(
            identity(),
            read_id(id),
            name=body["name"],
            role=None if body["role"] is None else read_role(body["role"]),
            is_disabled=body["is_disabled"],
        )
        return SimpleNamespace(id=account.id, name=account.name, serviceaccount=account)

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:delete")
    @blueprint.response(200, ServiceAccountDeleted)
    def delete(self, id: str) -> None:
        """Delete a service account with its tokens."""
        services().service_accounts.delete(identity(), read_id(id))


@blueprint.route("/<id>/tokens")
class Tokens(MethodView):
    """The tokens of a service account."""

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:read")
    @blueprint.response(200, TokenView)
    def get(self, id: str) -> Sequence[Token]:
        """List the tokens of a service account."""
        return services().service_accounts.tokens(identity(), read_id(id))

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:write")
    @blueprint.arguments(NewTokenBody())
    @blueprint.response(200, NewTokenView)
    def post(self, body: dict[str, Any], id: str) -> SimpleNamespace:
        """Create a token; its text is shown this once."""
        token_id, key = services().service_accounts.add_token(
            identity(), read_id(id), name=body["name"], seconds_to_live=body["seconds_to_live"]
        )
        return SimpleNamespace(id=token_id, name=body["name"], key=key)


@blueprint.route("/<id>/tokens/<token_id>")
class TokenById(MethodView):
    """One token of a service account."""

    @answers(ON_SERVICE_ACCOUNTS)
    @allowed("serviceaccounts:write")
    @blueprint.response(200, TokenDeleted)
    def delete(self, id: str, token_id: str) -> None:
        """Delete a token: it stops at once."""
        services().service_accounts.delete_token(identity(), read_id(id), read_id(token_id))


def _token(token: Token, now: float) -> Mapping[str, Any]:
    remaining = 0.0 if token.expires_at is None else token.expires_at - now
    return {
        "id": token.id,
        "name": token.name,
        "created": moment(token.created_at),
        "lastUsedAt": None if token.last_used_at is None else moment(token.last_used_at),
        "expiration": None if token.expires_at is None else moment(token.expires_at),
        "secondsUntilExpiration": max(0.0, round(remaining, 3)),
        "hasExpired": token.expires_at is not None and remaining <= 0,
        "isRevoked": token.is_revoked,
    }
