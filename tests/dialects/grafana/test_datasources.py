"""Routes of one data source for callers who may use some only: what opens, and what a refusal gives away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, Grantee, Level
from app.registry.datasource import ById, DataSource, NewDataSource
from app.services import Services
from identity.callers import admin, new_org
from installations import install

Send = Callable[..., tuple[int, Any]]

_CHANGE = {"name": "changed", "type": "testdata", "access": "proxy"}
_UNKNOWN = {"id": "100000000", "uid": "nothing", "name": "nothing"}
# Each route of one data source, with the operation that it is.
_ROUTES = {
    "GET by id": ("GET", "/api/datasources/{id}", None),
    "GET by uid": ("GET", "/api/datasources/uid/{uid}", None),
    "GET by uid with access": ("GET", "/api/datasources/uid/{uid}?accesscontrol=true", None),
    "GET by name": ("GET", "/api/datasources/name/{name}", None),
    "GET id of name": ("GET", "/api/datasources/id/{name}", None),
    "PUT by id": ("PUT", "/api/datasources/{id}", _CHANGE),
    "PUT by uid": ("PUT", "/api/datasources/uid/{uid}", _CHANGE),
    "PUT by uid without body": ("PUT", "/api/datasources/uid/{uid}", None),
    "DELETE by id": ("DELETE", "/api/datasources/{id}", None),
    "DELETE by uid": ("DELETE", "/api/datasources/uid/{uid}", None),
    "DELETE by name": ("DELETE", "/api/datasources/name/{name}", None),
    "proxy by id": ("GET", "/api/datasources/proxy/{id}/x", None),
    "proxy by uid": ("POST", "/api/datasources/proxy/uid/{uid}/x", None),
    "correlations": ("GET", "/api/datasources/uid/{uid}/correlations", None),
    "permissions": ("GET", "/api/access-control/datasources/{uid}", None),
    "permit": ("POST", "/api/access-control/datasources/{uid}/builtInRoles/Viewer", {"permission": "Admin"}),
    "permit without body": ("POST", "/api/access-control/datasources/{uid}", None),
}


@dataclass(frozen=True)
class Token:
    """A bearer token and the service account that it is of."""

    account: int
    text: str


@dataclass(frozen=True)
class Org:
    """An org with two data sources; ``token`` makes tokens for it."""

    services: Services
    id: int
    open: DataSource
    closed: DataSource

    def token(self, name: str, *, role: Role = Role.VIEWER, data_sources: list[str] | None = None) -> Token:
        _, text = self.services.narrow_tokens.create(
            admin(self.id),
            name=name,
            account=name,
            role=role,
            data_sources=data_sources,
            read_only=False,
            proxy=None,
            seconds_to_live=0,
        )
        [made] = [one for one in self.services.service_accounts.all_tokens(admin(self.id)) if one.name == name]
        assert made.service_account_id is not None
        return Token(made.service_account_id, text)

    def permit(self, row: DataSource, levels: dict[Grantee, Level]) -> None:
        self.services.permissions.set(admin(self.id), ById(row.id), levels)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = install(tmp_path_factory.mktemp("datasources"), "")
    yield made.services
    made.close()


@pytest.fixture(scope="module")
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()


@pytest.fixture
def org(services: Services) -> Org:
    org_id = new_org(services)
    rows = (
        services.registry.create(admin(org_id), NewDataSource(name=name, type="testdata", access="proxy"))
        for name in ("open", "closed")
    )
    return Org(services, org_id, *rows)


@pytest.fixture
def send(client: FlaskClient) -> Send:
    """Sends a request about a data source and gives status and document, without the number of a denial."""

    def sent(token: Token, route: str, names: dict[str, str]) -> tuple[int, Any]:
        method, path, body = _ROUTES[route]
        headers = {"Authorization": f"Bearer {token.text}"}
        with client.open(path.format_map(names), method=method, headers=headers, json=body) as response:
            document = response.get_json()
        if isinstance(document, dict):
            document.pop("accessErrorId", None)
        return response.status_code, document

    return sent


def names_of(row: DataSource) -> dict[str, str]:
    return {"id": str(row.id), "uid": row.uid, "name": row.name}


def viewer_of_all_but_one(org: Org) -> Token:
    org.permit(org.closed, {ForRole(Role.VIEWER): Level.NONE})
    return org.token("wallboard")


def viewer_of_one(org: Org) -> Token:
    org.services.orgs.set_default_query_role(admin(org.id), Role.ADMIN)
    org.permit(org.open, {ForRole(Role.VIEWER): Level.ADMIN})
    return org.token("wallboard")


def narrow_token_of_an_admin(org: Org) -> Token:
    return org.token("wallboard", role=Role.ADMIN, data_sources=[org.open.uid])


@pytest.mark.parametrize(
    "limited",
    [viewer_of_all_but_one, viewer_of_one, narrow_token_of_an_admin],
    ids=lambda limited: limited.__name__.replace("_", " "),
)
@pytest.mark.parametrize("route", _ROUTES)
def test_a_closed_data_source_is_answered_like_one_that_is_not_there(
    org: Org, send: Send, limited: Callable[[Org], Token], route: str
) -> None:
    token = limited(org)
    closed = send(token, route, names_of(org.closed))
    assert closed[0] in {403, 404}
    assert closed == send(token, route, _UNKNOWN)


@pytest.mark.parametrize("route", ["PUT by id", "PUT by uid", "DELETE by id", "DELETE by uid", "DELETE by name"])
def test_a_viewer_who_may_edit_one_data_source_changes_or_deletes_it(org: Org, send: Send, route: str) -> None:
    viewer = org.token("editor of one")
    org.permit(org.open, {ForAccount(viewer.account): Level.EDIT})
    assert send(viewer, route, names_of(org.closed))[0] == 403
    assert send(viewer, route, names_of(org.open))[0] == 200


def test_a_viewer_who_may_edit_one_data_source_creates_none(org: Org, client: FlaskClient) -> None:
    viewer = org.token("editor of one")
    org.permit(org.open, {ForAccount(viewer.account): Level.EDIT})
    headers = {"Authorization": f"Bearer {viewer.text}"}
    response = client.post("/api/datasources", headers=headers, json={**_CHANGE, "name": "new"})
    assert response.status_code == 403
    assert response.get_json()["message"].endswith("Permissions needed: datasources:create")


@pytest.mark.parametrize(
    ("level", "status"), [(Level.QUERY, 403), (Level.EDIT, 403), (Level.ADMIN, 200)], ids=lambda value: str(value)
)
@pytest.mark.parametrize("route", ["permissions", "permit"])
def test_permissions_are_for_those_with_the_level_of_admin(
    org: Org, send: Send, route: str, level: Level, status: int
) -> None:
    viewer = org.token("admin of one")
    org.permit(org.open, {ForAccount(viewer.account): level})
    assert send(viewer, route, names_of(org.open))[0] == status
    assert send(viewer, route, names_of(org.closed))[0] == 403


@pytest.mark.parametrize("level", [Level.NONE, Level.QUERY, Level.EDIT, Level.ADMIN], ids=str)
def test_access_control_tells_what_the_caller_may_do(org: Org, send: Send, level: Level) -> None:
    org.permit(org.open, {ForRole(Role.VIEWER): Level.NONE})
    viewer = org.token("viewer")
    org.permit(org.open, {ForAccount(viewer.account): level})
    status, document = send(viewer, "GET by uid with access", names_of(org.open))
    query = {"datasources:read", "datasources:query", "datasources.id:read"}
    edit = query | {"datasources:write", "datasources:delete"}
    expected = {
        Level.NONE: None,
        Level.QUERY: query,
        Level.EDIT: edit,
        Level.ADMIN: edit | {"datasources.permissions:read", "datasources.permissions:write"},
    }[level]
    assert document.get("accessControl") == (expected and dict.fromkeys(expected, True))
    assert (status == 200) == (expected is not None)
