"""The least role that may query what nobody restricted: that of the settings, or an org's own."""

import pytest

from app.identity.authentication import BearerToken, Credentials, Password
from app.identity.errors import OrgNotFound, PermissionDenied
from app.identity.identity import system
from app.identity.orgs import Orgs
from app.identity.roles import Role
from app.registry.datasource import ByUid, NewDataSource
from app.services import Services
from identity.callers import admin, caller, viewer
from identity.people import PASSWORD, add_user, join, new_login, person, signed_in

ONE = "datasources:uid:one"


def credentials(services: Services, org: int, role: Role) -> dict[str, Credentials]:
    """The three kinds of callers with the role."""
    login = new_login()
    add_user(services, org, role, login=login)
    account = services.service_accounts.create(admin(org), name="ci", role=role, is_disabled=False)
    _, token = services.service_accounts.add_token(admin(org), account.id, name="one", seconds_to_live=0)
    _, key = services.api_keys.create(admin(org), name="two", role=role, seconds_to_live=0)
    return {"user": Password(login, PASSWORD), "service account": BearerToken(token), "api key": BearerToken(key)}


@pytest.mark.parametrize("role", Role, ids=str)
def test_an_org_that_says_nothing_has_that_of_the_settings(services: Services, org: int, role: Role) -> None:
    orgs = Orgs(services.storage.people, services.storage.audit, role)
    assert orgs.default_query_role(viewer(org)) == (role, None)


def test_what_an_org_says_counts_before_the_settings(services: Services, org: int) -> None:
    orgs = Orgs(services.storage.people, services.storage.audit, Role.EDITOR)
    orgs.set_default_query_role(admin(org), Role.ADMIN)
    assert orgs.default_query_role(viewer(org)) == (Role.ADMIN, Role.ADMIN)
    orgs.set_default_query_role(admin(org), None)
    assert orgs.default_query_role(viewer(org)) == (Role.EDITOR, None)


def test_one_org_says_nothing_for_another(services: Services, org: int, other_org: int) -> None:
    services.orgs.set_default_query_role(admin(org), Role.ADMIN)
    assert services.orgs.default_query_role(viewer(other_org)) == (Role.VIEWER, None)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None], ids=str)
def test_only_admins_say_it_for_their_org(services: Services, org: int, role: Role | None) -> None:
    with pytest.raises(PermissionDenied):
        services.orgs.set_default_query_role(caller(org, role), Role.VIEWER)


def test_only_members_are_told(services: Services, org: int) -> None:
    with pytest.raises(PermissionDenied):
        services.orgs.default_query_role(caller(org, None))


def test_an_org_that_does_not_exist_says_nothing(services: Services) -> None:
    with pytest.raises(OrgNotFound):
        services.orgs.set_default_query_role(system(10**6, "test"), Role.VIEWER)
    with pytest.raises(OrgNotFound):
        services.orgs.default_query_role(system(10**6, "test"))


@pytest.mark.parametrize("kind", ["user", "service account", "api key"])
@pytest.mark.parametrize("least", Role, ids=lambda role: f"least {role}")
@pytest.mark.parametrize("role", Role, ids=str)
def test_who_has_at_least_that_role_may_query(services: Services, org: int, role: Role, least: Role, kind: str) -> None:
    services.orgs.set_default_query_role(admin(org), least)
    asking = services.authenticator.authenticate(credentials(services, org, role)[kind], door="test", org_id=None)
    assert asking.default_query_role is least
    allowed = {action: asking.may(action, ONE) for action in ("datasources:read", "datasources:query")}
    assert set(allowed.values()) == {role.includes(least)}


def test_a_signed_in_caller_feels_a_change_with_their_next_request(services: Services, org: int) -> None:
    made = services.registry.create(admin(org), NewDataSource(name="metrics", type="testdata", access="proxy"))
    token = credentials(services, org, Role.VIEWER)["service account"]
    ask = services.authenticator.authenticate
    services.registry.get(ask(token, door="test", org_id=None), ByUid(made.uid))
    services.orgs.set_default_query_role(admin(org), Role.EDITOR)
    with pytest.raises(PermissionDenied):
        services.registry.get(ask(token, door="test", org_id=None), ByUid(made.uid))
    services.orgs.set_default_query_role(admin(org), None)
    services.registry.get(ask(token, door="test", org_id=None), ByUid(made.uid))


def test_a_data_source_with_the_uid_of_grafanas_own_is_no_exception(services: Services, org: int) -> None:
    given = NewDataSource(name="metrics", uid="grafana", type="testdata", access="proxy")
    services.registry.create(admin(org), given)
    services.orgs.set_default_query_role(admin(org), Role.EDITOR)
    asking = person(services, org, Role.VIEWER)
    assert services.registry.all(asking) == []
    with pytest.raises(PermissionDenied):
        services.registry.get(asking, ByUid("grafana"))


def test_in_each_org_that_of_the_org_counts(services: Services, org: int, other_org: int) -> None:
    user_id = add_user(services, org, Role.VIEWER)
    join(services, user_id, other_org, Role.VIEWER)
    services.orgs.set_default_query_role(admin(other_org), Role.EDITOR)
    assert signed_in(services, user_id).may("datasources:query", ONE)
    assert not signed_in(services, user_id, other_org).may("datasources:query", ONE)
