"""What one worker process takes away, the other refuses from the next request on."""

import http.client
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from app.identity.identity import system
from app.identity.roles import Role
from app.registry.access import ForRole, ForTeam, Grantee, Level
from app.registry.datasource import ByUid, NewDataSource
from app.services import Services
from installations import Installation, install
from plain_http import ADMIN, ask
from servers.gunicorn import Served
from servers.ports import LOOPBACK
from servers.upstream import Upstream, recording_upstream
from servers.workers import a_connection_to_each
from wire.accounts import PASSWORD, new_org, new_person

_NEW_CONNECTIONS = 30

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Access:
    """Someone who may ask for ``path``; ``revoke`` is what takes it away from them, as (method, path, body)."""

    headers: Headers
    path: str
    revoke: tuple[str, str, Any]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = install(tmp_path_factory.mktemp("workers"), "")
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(installed: Installation) -> Served:
    return installed.served({"SLUICE_HTTP_WORKERS": "2"})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with recording_upstream() as running:
        yield running


def _basic(login: str) -> Headers:
    return {"Authorization": "Basic " + b64encode(f"{login}:{PASSWORD}".encode()).decode()}


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def _org_with_a_source(services: Services) -> int:
    org = new_org(services)
    new = NewDataSource(name="metrics", uid="metrics", type="prometheus", access="proxy", url="http://127.0.0.1:9")
    services.registry.create(system(org, "test"), new)
    return org


_SOURCE = "/api/datasources/uid/metrics"


def _token(services: Services, org: int, role: Role) -> tuple[int, int, str]:
    accounts, operator = services.service_accounts, system(org, "test")
    account = accounts.create(operator, name="robot", role=role, is_disabled=False)
    token_id, token = accounts.add_token(operator, account.id, name="robot", seconds_to_live=0)
    return account.id, token_id, token


def _disabled_service_account(services: Services, org: int) -> Access:
    account, _, token = _token(services, org, Role.VIEWER)
    return Access(_bearer(token), _SOURCE, ("PATCH", f"/api/serviceaccounts/{account}", {"isDisabled": True}))


def _deleted_service_account(services: Services, org: int) -> Access:
    account, _, token = _token(services, org, Role.VIEWER)
    return Access(_bearer(token), _SOURCE, ("DELETE", f"/api/serviceaccounts/{account}", None))


def _deleted_token(services: Services, org: int) -> Access:
    account, token_id, token = _token(services, org, Role.ADMIN)
    return Access(_bearer(token), _SOURCE, ("DELETE", f"/api/serviceaccounts/{account}/tokens/{token_id}", None))


def _rotated_token(services: Services, org: int) -> Access:
    _, token_id, token = _token(services, org, Role.ADMIN)
    return Access(_bearer(token), _SOURCE, ("POST", f"/api/sluice/tokens/{token_id}/rotate", {"overlapSeconds": 0}))


def _lowered_service_account(services: Services, org: int) -> Access:
    account, _, token = _token(services, org, Role.ADMIN)
    return Access(_bearer(token), "/api/org/users", ("PATCH", f"/api/serviceaccounts/{account}", {"role": "Editor"}))


def _deleted_legacy_key(services: Services, org: int) -> Access:
    key_id, key = services.api_keys.create(system(org, "test"), name="k", role=Role.VIEWER, seconds_to_live=0)
    return Access(_bearer(key), _SOURCE, ("DELETE", f"/api/auth/keys/{key_id}", None))


def _removed_member(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.EDITOR)
    return Access(_basic(person.login), _SOURCE, ("DELETE", f"/api/orgs/{org}/users/{person.id}", None))


def _demoted_member(services: Services, org: int) -> Access:
    new_person(services, org, Role.ADMIN)
    person = new_person(services, org, Role.ADMIN)
    revoke = ("PATCH", f"/api/orgs/{org}/users/{person.id}", {"role": "Viewer"})
    return Access(_basic(person.login), "/api/org/users", revoke)


def _disabled_user(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.VIEWER)
    return Access(_basic(person.login), _SOURCE, ("POST", f"/api/admin/users/{person.id}/disable", None))


def _deleted_user(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.VIEWER)
    return Access(_basic(person.login), _SOURCE, ("DELETE", f"/api/admin/users/{person.id}", None))


def _changed_password(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.VIEWER)
    revoke = ("PUT", f"/api/admin/users/{person.id}/password", {"password": "another-long-one"})
    return Access(_basic(person.login), _SOURCE, revoke)


def _former_server_admin(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.VIEWER, is_server_admin=True)
    revoke = ("PUT", f"/api/admin/users/{person.id}/permissions", {"isGrafanaAdmin": False})
    return Access(_basic(person.login), "/api/users", revoke)


def _closed_to_a_role(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.VIEWER)
    revoke = ("POST", "/api/access-control/datasources/metrics/builtInRoles/Viewer", {"permission": ""})
    return Access(_basic(person.login), _SOURCE, revoke)


def _closed_by_default(services: Services, org: int) -> Access:
    person = new_person(services, org, Role.VIEWER)
    return Access(_basic(person.login), _SOURCE, ("PUT", "/api/sluice/org/settings", {"defaultQueryRole": "Editor"}))


def _closed_to_a_team(services: Services, org: int) -> tuple[Access, int]:
    operator = system(org, "test")
    person = new_person(services, org, Role.VIEWER)
    team = services.teams.create(operator, name="ops", email="")
    services.teams.add_member(operator, team.id, person.id)
    changes: dict[Grantee, Level] = {ForRole(Role.VIEWER): Level.NONE, ForTeam(team.id): Level.QUERY}
    services.permissions.set(operator, ByUid("metrics"), changes)
    revoke = ("DELETE", f"/api/teams/{team.id}/members/{person.id}", None)
    return Access(_basic(person.login), _SOURCE, revoke), team.id


def _left_team(services: Services, org: int) -> Access:
    return _closed_to_a_team(services, org)[0]


def _deleted_team(services: Services, org: int) -> Access:
    access, team = _closed_to_a_team(services, org)
    return Access(access.headers, access.path, ("DELETE", f"/api/teams/{team}", None))


def _deleted_org(services: Services, org: int) -> Access:
    _, _, token = _token(services, org, Role.ADMIN)
    return Access(_bearer(token), _SOURCE, ("DELETE", f"/api/orgs/{org}", None))


@pytest.mark.parametrize(
    ("access_of", "refused"),
    [
        pytest.param(_disabled_service_account, 401, id="disabled-service-account"),
        pytest.param(_deleted_service_account, 401, id="deleted-service-account"),
        pytest.param(_deleted_token, 401, id="deleted-token"),
        pytest.param(_rotated_token, 401, id="rotated-token"),
        pytest.param(_lowered_service_account, 403, id="lowered-service-account"),
        pytest.param(_deleted_legacy_key, 401, id="deleted-legacy-key"),
        pytest.param(_removed_member, 403, id="removed-member"),
        pytest.param(_demoted_member, 403, id="demoted-member"),
        pytest.param(_disabled_user, 401, id="disabled-user"),
        pytest.param(_deleted_user, 401, id="deleted-user"),
        pytest.param(_changed_password, 401, id="changed-password"),
        pytest.param(_former_server_admin, 403, id="former-server-admin"),
        pytest.param(_closed_to_a_role, 403, id="closed-to-a-role"),
        pytest.param(_closed_by_default, 403, id="closed-by-default"),
        pytest.param(_left_team, 403, id="left-team"),
        pytest.param(_deleted_team, 403, id="deleted-team"),
        pytest.param(_deleted_org, 401, id="deleted-org"),
    ],
)
def test_both_workers_refuse_at_the_next_request(
    installed: Installation, served: Served, access_of: Callable[[Services, int], Access], refused: int
) -> None:
    org = _org_with_a_source(installed.services)
    access = access_of(installed.services, org)
    with ExitStack() as stack:
        # Each of them has let the caller in before, and remembers what it could.
        workers = _a_connection_to_each_worker(served, access, stack)
        _revoke(installed.services, served, org, access)
        assert [_status(connection, access) for connection in workers] == [refused, refused]
    assert {_status_on_a_new_connection(served, access) for _ in range(_NEW_CONNECTIONS)} == {refused}


def test_a_changed_url_counts_in_both_workers_from_the_next_request_on(
    installed: Installation, served: Served, upstream: Upstream
) -> None:
    given = NewDataSource(name="moves", type="graphite", access="proxy", url=f"http://{upstream.address}/0")
    uid = installed.services.registry.create(system(1, "test"), given).uid
    access = Access({"Authorization": ADMIN}, f"/api/datasources/proxy/uid/{uid}/x", ("", "", None))
    with ExitStack() as stack:
        workers = _a_connection_to_each_worker(served, access, stack)
        for number, changing in enumerate([*workers, *workers], start=1):
            body = {
                "name": "moves",
                "type": "graphite",
                "access": "proxy",
                "url": f"http://{upstream.address}/{number}",
            }
            changing.request("PUT", f"/api/datasources/uid/{uid}", json.dumps(body), dict(access.headers))
            assert json.loads(changing.getresponse().read())["message"] == "Datasource updated"
            assert [_status(connection, access) for connection in workers] == [200, 200]
            assert [request.target for request in upstream.requests[-2:]] == [f"/{number}/x"] * 2


def _a_connection_to_each_worker(
    served: Served, access: Access, stack: ExitStack
) -> Sequence[http.client.HTTPConnection]:
    """Each of which has let the caller in."""
    workers = a_connection_to_each(served, 2, stack)
    assert [_status(connection, access) for connection in workers] == [200, 200]
    return workers


def _status(connection: http.client.HTTPConnection, access: Access) -> int:
    connection.request("GET", access.path, headers=dict(access.headers))
    response = connection.getresponse()
    response.read()
    return response.status


def _status_on_a_new_connection(served: Served, access: Access) -> int:
    with closing(http.client.HTTPConnection(LOOPBACK, served.port, timeout=30)) as connection:
        return _status(connection, access)


def _revoke(services: Services, served: Served, org: int, access: Access) -> None:
    method, path, body = access.revoke
    chief = new_person(services, new_org(services), Role.ADMIN, is_server_admin=True)
    services.members.add(system(org, "test"), org, login=chief.login, role=Role.ADMIN)
    headers = dict(_basic(chief.login))
    if not path.startswith("/api/orgs/"):
        headers["X-Grafana-Org-Id"] = str(org)
    text = None if body is None else json.dumps(body)
    response, answer = ask(served.port, method, path, body=text, headers=headers)
    assert response.status == 200, answer
