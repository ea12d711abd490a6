"""What is done to orgs, people, service accounts and keys is in the audit log, or it is not done."""

import json
import secrets
from typing import NoReturn

import pytest

from app.audit import AuditEvent
from app.identity.api_keys import ApiKeys
from app.identity.directory import Directory
from app.identity.errors import ServiceAccountNotFound, ServiceAccountTaken, UserNotFound
from app.identity.identity import system
from app.identity.passwords import Passwords
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.services import Services
from identity.callers import admin

NOW = 1_700_000_000


class DiskFullError(Exception):
    pass


class FullLog:
    """An AuditLog that can store nothing."""

    def record(self, event: AuditEvent) -> NoReturn:
        raise DiskFullError


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
    login = f"user-{secrets.token_hex(6)}"
    directory = Directory(services.storage.directories, services.storage.audit, Passwords(100))
    user_id = directory.create_user(
        system(org, "cli"), login=login, password="correct horse", email="", role=Role.EDITOR, is_server_admin=False
    )
    directory.set_password(system(org, "cli"), login, "battery staple")
    directory.add_member(system(other_org, "cli"), login, Role.VIEWER)
    assert [(event.door, event.action) for event in events(services, org)] == [
        ("cli", "users:create"),
        ("cli", "users.password:write"),
    ]
    assert [(event.target, event.action) for event in events(services, other_org)] == [
        (f"users:id:{user_id}", "org.users:add")
    ]


def test_no_event_holds_a_token_a_key_or_a_password(services: Services, org: int) -> None:
    directory = Directory(services.storage.directories, services.storage.audit, Passwords(100))
    login = f"user-{secrets.token_hex(6)}"
    directory.create_user(
        system(org, "cli"), login=login, password="correct horse", email="", role=Role.EDITOR, is_server_admin=False
    )
    directory.set_password(system(org, "cli"), login, "battery staple")
    account = services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    _, token = services.service_accounts.add_token(admin(org), account.id, name="one", seconds_to_live=0)
    _, key = services.api_keys.create(admin(org), name="two", role=Role.VIEWER, seconds_to_live=0)
    told = json.dumps([[event.target, dict(event.detail)] for event in events(services, org)])
    for secret in ("correct horse", "battery staple", token, token.split("_")[1], key):
        assert secret not in told


def test_what_is_refused_is_not_audited(services: Services, org: int) -> None:
    services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    with pytest.raises(ServiceAccountTaken):
        services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    with pytest.raises(ServiceAccountNotFound):
        services.service_accounts.delete(admin(org), 10**6)
    with pytest.raises(UserNotFound):
        services.directory.set_password(system(org, "cli"), "nobody at all", "battery staple")
    assert [event.action for event in events(services, org)] == ["serviceaccounts:create"]


def test_a_service_account_that_cannot_be_audited_is_not_made(services: Services, org: int) -> None:
    unaudited = ServiceAccounts(services.storage.directories, FullLog(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    assert services.service_accounts.search(
        admin(org), query="", page=1, per_page=9, disabled=False, expired_tokens=False
    ) == (0, [])


def test_a_change_of_a_service_account_that_cannot_be_audited_is_not_done(services: Services, org: int) -> None:
    made = services.service_accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=False)
    unaudited = ServiceAccounts(services.storage.directories, FullLog(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.change(admin(org), made.id, name="cd", role=Role.ADMIN, is_disabled=True)
    with pytest.raises(DiskFullError):
        unaudited.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    with pytest.raises(DiskFullError):
        unaudited.delete(admin(org), made.id)
    assert services.service_accounts.get(admin(org), made.id) == made


def test_an_api_key_that_cannot_be_audited_is_neither_made_nor_deleted(services: Services, org: int) -> None:
    key_id, _ = services.api_keys.create(admin(org), name="ci", role=Role.VIEWER, seconds_to_live=0)
    unaudited = ApiKeys(services.storage.directories, FullLog(), lambda: NOW, longest_life=-1)
    with pytest.raises(DiskFullError):
        unaudited.create(admin(org), name="more", role=Role.VIEWER, seconds_to_live=0)
    with pytest.raises(DiskFullError):
        unaudited.delete(admin(org), key_id)
    assert [key.id for key in services.api_keys.all(admin(org), include_expired=True)] == [key_id]


def test_a_user_who_cannot_be_audited_is_not_made(services: Services, org: int) -> None:
    login = f"user-{secrets.token_hex(6)}"
    unaudited = Directory(services.storage.directories, FullLog(), Passwords(100))
    with pytest.raises(DiskFullError):
        unaudited.create_user(
            system(org, "cli"), login=login, password="correct horse", email="", role=Role.ADMIN, is_server_admin=True
        )
    assert services.storage.authentications.user_by_login(login) is None


def test_an_org_that_cannot_be_audited_is_not_made(services: Services) -> None:
    name = f"org {secrets.token_hex(6)}"
    with pytest.raises(DiskFullError):
        Directory(services.storage.directories, FullLog(), Passwords(100)).create_org(system(0, "cli"), name)
    assert services.directory.create_org(system(0, "cli"), name).name == name
