"""Permissions as a use case would hand them to the store, and those to whom they can be given."""

import secrets
from dataclasses import dataclass

from app.identity.identity import Identity, system
from app.identity.people_store import NewUser
from app.identity.roles import Role
from app.registry.access import ForAccount, ForRole, ForTeam, Grantee, Held, Level
from app.services import Services, Storage
from storage.rows import data_source_row

VIEWERS, EDITORS = ForRole(Role.VIEWER), ForRole(Role.EDITOR)
NOTHING = Held({}, [])


@dataclass(frozen=True)
class Crew:
    """A data source of an org, and who can be given permissions on it."""

    data_source: int
    user: int
    service_account: int
    team: int


def operator(org_id: int) -> Identity:
    return system(org_id, "test")


def add_data_source(storage: Storage, org_id: int, name: str) -> int:
    with storage.data_sources.writing(org_id):
        return storage.data_sources.add(org_id, data_source_row(org_id, name=name, uid=name))


def add_user(storage: Storage, org_id: int) -> int:
    login = f"user-{secrets.token_hex(6)}"
    new = NewUser(login=login, email="", name="Ada", password_hash="!", is_server_admin=False)
    with storage.people.writing(org_id):
        return storage.people.add_user(new, org_id, Role.VIEWER)


def add_crew(services: Services, org_id: int, data_source: str = "metrics") -> Crew:
    who = operator(org_id)
    account = services.service_accounts.create(who, name="scripts", role=Role.VIEWER, is_disabled=False)
    crew = Crew(
        add_data_source(services.storage, org_id, data_source),
        add_user(services.storage, org_id),
        account.id,
        services.teams.create(who, name="crew", email="").id,
    )
    services.teams.add_member(who, crew.team, crew.user)
    return crew


def put(storage: Storage, org_id: int, data_source: int, grantee: Grantee, level: Level | None) -> None:
    with storage.permissions.writing(org_id):
        storage.permissions.put(org_id, data_source, grantee, level)


def put_all(storage: Storage, org_id: int, crew: Crew) -> None:
    for grantee, level in (
        (VIEWERS, Level.NONE),
        (EDITORS, Level.EDIT),
        (ForAccount(crew.user), Level.QUERY),
        (ForAccount(crew.service_account), Level.ADMIN),
        (ForTeam(crew.team), Level.EDIT),
    ):
        put(storage, org_id, crew.data_source, grantee, level)


def levels(storage: Storage, org_id: int, data_source: int) -> dict[Grantee, Level]:
    return {found.grantee: found.level for found in storage.permissions.permissions(org_id, data_source)}
