"""What is done to orgs, people, service accounts and keys is in the audit log, or it is not done."""

import json

import pytest

from app.audit import AuditEvent
from app.identity.api_keys import ApiKeys
from app.identity.errors import (
    MemberNotFound,
    ServiceAccountNotFound,
    ServiceAccountTaken,
    TeamNotFound,
    UserNotFound,
)
from app.identity.identity import system
from app.identity.members import Members
from app.identity.orgs import Orgs
from app.identity.people_store import Page
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.identity.teams import Teams
from app.identity.users import Users
from app.services import Services
from identity.callers import admin
from identity.full_log import DiskFullError, FullLog
from identity.people import PASSWORD, PASSWORDS, add_user, new_login, person, role_of, sign_in, users_of

NOW = 1_700_000_000


def events(services: Services, org: int) -> list[AuditEvent]:
    # The first one is of the org itself.
    return services.storage.audit.of_org(org)[1:]


def test_an_org_is_audited_in_itself(services: Services, org: int) -> None:
    event = services.storage.audit.of_org(org)[0]
    assert (event.actor, event.door, event.action) == ("system:0", "test", "orgs:create")
    assert event.target == f"orgs:id:{org}"


def test_each_change_of_a_service_account_is_audited(services: Services, org: int) -> None:
    accounts = services.service_accounts
    account = accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    accounts.change(admin(org), account.id, name="cd", role=None, is_disabled=None)
    token_id, _ = accounts.add_token(admin(org), account.id, name="one", seconds_to_live=0)
    accounts.delete_token(admin(org), account.id, token_id)
    accounts.delete(admin(org), account.id)
    assert [(event.actor, event.door, event.target, event.action) for event in events(services, org)] == [
        ("user:7", "test", f"serviceaccounts:id:{account.id}", action)
        for action in (
            "serviceaccounts:create",
            "serviceaccounts:write",
            "serviceaccounts.tokens:create",
            "serviceaccounts.tokens:delete",
            "serviceaccounts:delete",
        )
    ]


def test_each_change_of_an_api_key_is_audited(services: Services, org: int) -> None:
    key_id, _ = services.api_keys.create(admin(org), name="ci", role=Role.VIEWER, seconds_to_live=0)
    services.api_keys.delete(admin(org), key_id)
    assert [(event.target, event.action) for event in events(services, org)] == [
        (f"apikeys:id:{key_id}", "apikeys:create"),
        (f"apikeys:id:{key_id}", "apikeys:delete"),
    ]


def test_each_change_of_a_user_is_audited(services: Services, org: int, other_org: int) -> None:
    users, operator = users_of(services), system(org, "cli")
    user_id = users.create(
        operator,
        login=new_login(),
        password=PASSWORD,
        email="",
        role=Role.EDITOR,
        is_server_admin=False,
        org_id=other_org,
    )
    users.change(operator, user_id, login="", email="", name="Ada")
    users.set_password(operator, user_id, "battery staple")
    users.set_server_admin(operator, user_id, is_server_admin=True)
    users.set_disabled(operator, user_id, is_disabled=True)
    users.set_disabled(operator, user_id, is_disabled=False)
    users.delete(operator, user_id)
    assert [(event.door, event.target, event.action) for event in events(services, other_org)] == [
        ("cli", f"users:id:{user_id}", "users:create")
    ]
    assert [(event.actor, event.target, event.action) for event in events(services, org)] == [
        ("system:0", f"global.users:id:{user_id}", action)
        for action in (
            "users:write",
            "users.password:write",
            "users.permissions:write",
            "users:disable",
            "users:enable",
            "users:delete",
        )
    ]


def test_who_changes_their_own_password_is_the_actor(services: Services, org: int) -> None:
    asking = person(services, org, Role.VIEWER)
    users_of(services).change_my_password(asking, old=PASSWORD, new="battery staple")
    event = events(services, org)[-1]
    assert (event.actor, event.action) == (f"user:{asking.id}", "users.password:write")


def test_each_change_of_a_member_is_audited_in_the_org_where_they_are(
    services: Services, org: int, other_org: int
) -> None:
    members, operator = services.members, system(other_org, "cli")
    login = new_login()
    user_id = add_user(services, other_org, login=login)
    members.add(operator, org, login=login, role=Role.VIEWER)
    members.change(operator, org, user_id, Role.EDITOR)
    members.remove(operator, org, user_id)
    assert [(event.target, event.action, event.detail.get("role")) for event in events(services, org)] == [
        (f"users:id:{user_id}", "org.users:add", "Viewer"),
        (f"users:id:{user_id}", "org.users:write", "Editor"),
        (f"users:id:{user_id}", "org.users:remove", None),
    ]


def test_each_change_of_a_team_is_audited(services: Services, org: int) -> None:
    teams, user_id = services.teams, add_user(services, org)
    team = teams.create(admin(org), name="crew", email="")
    teams.change(admin(org), team.id, name="night", email="")
    teams.add_member(admin(org), team.id, user_id)
    teams.remove_member(admin(org), team.id, user_id)
    teams.delete(admin(org), team.id)
    assert [(event.target, event.action) for event in events(services, org)[1:]] == [
        (f"teams:id:{team.id}", action)
        for action in (
            "teams:create",
            "teams:write",
            "teams.permissions:write",
            "teams.permissions:write",
            "teams:delete",
        )
    ]


def test_each_change_of_an_org_is_audited_in_itself(services: Services, org: int) -> None:
    services.orgs.rename(system(1, "cli"), org, new_login())
    services.orgs.set_default_query_role(system(org, "cli"), Role.ADMIN)
    services.orgs.delete(system(1, "cli"), org)
    assert [(event.target, event.action) for event in events(services, org)] == [
        (f"orgs:id:{org}", "orgs:write"),
        (f"orgs:id:{org}", "orgs:write"),
        (f"orgs:id:{org}", "orgs:delete"),
    ]


def test_no_event_holds_a_token_a_key_or_a_password(services: Services, org: int) -> None:
    asking = person(services, org, Role.EDITOR)
    users_of(services).set_password(system(org, "cli"), asking.id, "battery staple")
    users_of(services).change_my_password(asking, old="battery staple", new="third of all")
    account = services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    number, token = services.service_accounts.add_token(admin(org), account.id, name="one", seconds_to_live=0)
    _, rotated = services.service_accounts.rotate_token(admin(org), number, overlap=60, seconds_to_live=None)
    _, key = services.api_keys.create(admin(org), name="two", role=Role.VIEWER, seconds_to_live=0)
    told = json.dumps([[event.target, dict(event.detail)] for event in events(services, org)])
    for secret in (PASSWORD, "battery staple", "third of all", token, token.split("_")[1], rotated.split("_")[1], key):
        assert secret not in told


def test_what_is_refused_is_not_audited(services: Services, org: int) -> None:
    services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    with pytest.raises(ServiceAccountTaken):
        services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    with pytest.raises(ServiceAccountNotFound):
        services.service_accounts.delete(admin(org), 10**6)
    with pytest.raises(UserNotFound):
        users_of(services).set_password(system(org, "cli"), 10**6, "battery staple")
    with pytest.raises(MemberNotFound):
        services.members.remove(admin(org), org, 10**6)
    with pytest.raises(TeamNotFound):
        services.teams.delete(admin(org), 10**6)
    assert [event.action for event in events(services, org)] == ["serviceaccounts:create"]


def test_a_service_account_that_cannot_be_audited_is_not_made(services: Services, org: int) -> None:
    unaudited = ServiceAccounts(services.storage.service_accounts, FullLog(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    assert services.service_accounts.search(
        admin(org), query="", page=1, per_page=9, disabled=False, expired_tokens=False
    ) == (0, [])


def test_a_change_of_a_service_account_that_cannot_be_audited_is_not_done(services: Services, org: int) -> None:
    made = services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    unaudited = ServiceAccounts(services.storage.service_accounts, FullLog(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.change(admin(org), made.id, name="cd", role=Role.ADMIN, is_disabled=True)
    with pytest.raises(DiskFullError):
        unaudited.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    with pytest.raises(DiskFullError):
        unaudited.delete(admin(org), made.id)
    assert services.service_accounts.get(admin(org), made.id) == made


def test_an_api_key_that_cannot_be_audited_is_neither_made_nor_deleted(services: Services, org: int) -> None:
    key_id, _ = services.api_keys.create(admin(org), name="ci", role=Role.VIEWER, seconds_to_live=0)
    unaudited = ApiKeys(services.storage.service_accounts, FullLog(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.create(admin(org), name="more", role=Role.VIEWER, seconds_to_live=0)
    with pytest.raises(DiskFullError):
        unaudited.delete(admin(org), key_id)
    assert [key.id for key in services.api_keys.all(admin(org), include_expired=True)] == [key_id]


def test_a_user_who_cannot_be_audited_is_not_made(services: Services, org: int) -> None:
    login = new_login()
    unaudited = Users(services.storage.people, FullLog(), PASSWORDS)
    with pytest.raises(DiskFullError):
        unaudited.create(
            system(org, "cli"), login=login, password=PASSWORD, email="", role=Role.ADMIN, is_server_admin=True
        )
    assert services.storage.authentications.user_by_login(login) is None


def test_a_change_of_a_user_that_cannot_be_audited_is_not_done(services: Services, org: int) -> None:
    operator, login = system(org, "cli"), new_login()
    user_id = add_user(services, org, login=login)
    before = services.users.get(operator, user_id)
    unaudited = Users(services.storage.people, FullLog(), PASSWORDS)
    with pytest.raises(DiskFullError):
        unaudited.change(operator, user_id, login="", email="", name="Ada")
    with pytest.raises(DiskFullError):
        unaudited.set_password(operator, user_id, "battery staple")
    with pytest.raises(DiskFullError):
        unaudited.set_server_admin(operator, user_id, is_server_admin=True)
    with pytest.raises(DiskFullError):
        unaudited.set_disabled(operator, user_id, is_disabled=True)
    with pytest.raises(DiskFullError):
        unaudited.delete(operator, user_id)
    assert services.users.get(operator, user_id) == before
    assert sign_in(services, login).role is Role.EDITOR


def test_a_membership_that_cannot_be_audited_is_not_changed(services: Services, org: int, other_org: int) -> None:
    login = new_login()
    user_id = add_user(services, org, login=login)
    unaudited = Members(services.storage.people, FullLog())
    with pytest.raises(DiskFullError):
        unaudited.add(system(other_org, "cli"), other_org, login=login, role=Role.ADMIN)
    with pytest.raises(DiskFullError):
        unaudited.change(system(org, "cli"), org, user_id, Role.ADMIN)
    with pytest.raises(DiskFullError):
        unaudited.remove(system(org, "cli"), org, user_id)
    assert (role_of(services, user_id, org), role_of(services, user_id, other_org)) == (Role.EDITOR, None)


def test_a_team_that_cannot_be_audited_is_neither_made_nor_changed(services: Services, org: int) -> None:
    storage, user_id = services.storage, add_user(services, org)
    team = services.teams.create(admin(org), name="crew", email="")
    unaudited = Teams(storage.teams, storage.people, FullLog())
    with pytest.raises(DiskFullError):
        unaudited.create(admin(org), name="more", email="")
    with pytest.raises(DiskFullError):
        unaudited.change(admin(org), team.id, name="night", email="")
    with pytest.raises(DiskFullError):
        unaudited.add_member(admin(org), team.id, user_id)
    with pytest.raises(DiskFullError):
        unaudited.delete(admin(org), team.id)
    assert services.teams.search(admin(org), name="", page=Page()) == (1, [team])


def test_an_org_that_cannot_be_audited_is_neither_made_nor_changed(services: Services, org: int) -> None:
    name = new_login()
    unaudited = Orgs(services.storage.people, FullLog(), Role.VIEWER)
    before = services.orgs.get(system(org, "cli"), org)
    with pytest.raises(DiskFullError):
        unaudited.create(system(0, "cli"), name)
    with pytest.raises(DiskFullError):
        unaudited.rename(system(0, "cli"), org, name)
    with pytest.raises(DiskFullError):
        unaudited.set_default_query_role(system(org, "cli"), Role.ADMIN)
    with pytest.raises(DiskFullError):
        unaudited.delete(system(0, "cli"), org)
    assert services.orgs.get(system(org, "cli"), org) == before
    assert services.orgs.create(system(0, "cli"), name).name == name
