"""The last two admins end each other at the same time, each through connections of their own, on each database:
exactly one of them succeeds."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest

from app.audit import AuditEvent, AuditLog
from app.identity.errors import LastOrgAdmin, LastServerAdmin
from app.identity.identity import system
from app.identity.members import Members
from app.identity.roles import Role
from app.identity.users import Users
from app.services import Services, Storage, open_storage
from app.settings import Settings
from conftest import NewDatabase
from identity.people import PASSWORDS, add_user, role_of
from installations import Installation, install

OPERATOR = system(1, "test")
# How long the first one waits before it commits; the other may not have come so far by then.
_WAITING_SECONDS = 0.3


class Meeting:
    """An AuditLog in whose transaction each of two waits for the other: those that do not exclude one another have
    both asked who remains, and both written, before either commits."""

    def __init__(self, log: AuditLog, meeting: Barrier) -> None:
        self._log = log
        self._meeting = meeting

    def record(self, event: AuditEvent) -> None:
        self._log.record(event)
        try:
            self._meeting.wait(_WAITING_SECONDS)
        except BrokenBarrierError:
            return


class Side:
    """The use cases of one of the two, over a storage of its own."""

    def __init__(self, storage: Storage, meeting: Barrier) -> None:
        log = Meeting(storage.audit, meeting)
        self.users = Users(storage.people, log, PASSWORDS)
        self.members = Members(storage.people, log)


Act = Callable[[Side, int, int], None]

ORG_ADMIN: dict[str, Act] = {
    "remove": lambda side, org, user: side.members.remove(system(org, "test"), org, user),
    "demote": lambda side, org, user: side.members.change(system(org, "test"), org, user, Role.VIEWER),
    "delete": lambda side, org, user: side.users.delete(system(org, "test"), user),
}
SERVER_ADMIN: dict[str, Act] = {
    "take the flag": lambda side, _, user: side.users.set_server_admin(OPERATOR, user, is_server_admin=False),
    "disable": lambda side, _, user: side.users.set_disabled(OPERATOR, user, is_disabled=True),
    "delete": ORG_ADMIN["delete"],
}
PAIRS = [("remove", "remove"), ("demote", "demote"), ("remove", "demote"), ("delete", "remove"), ("delete", "demote")]
SERVER_PAIRS = [("take the flag", "take the flag"), ("disable", "delete")]


def at_once(one: Callable[[], None], other: Callable[[], None], refusal: type[Exception]) -> list[bool]:
    """Whether each was done; otherwise it was refused for this reason."""
    start = Barrier(2)

    def run(act: Callable[[], None]) -> bool:
        start.wait(30)
        try:
            act()
        except refusal:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        return [running.result(60) for running in [pool.submit(run, act) for act in (one, other)]]


def sides(installation: Installation, meeting: Barrier) -> Iterator[tuple[Side, Side]]:
    settings = Settings.from_environment(installation.environment({}))
    storages = [open_storage(settings) for _ in range(2)]
    yield Side(storages[0], meeting), Side(storages[1], meeting)
    for storage in storages:
        storage.database.close()


@pytest.fixture
def both(installation: Installation) -> Iterator[tuple[Side, Side]]:
    """Two sides of the shared installation."""
    yield from sides(installation, Barrier(2))


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_of_the_last_two_admins_of_an_org_one_stays(
    installation: Installation, both: tuple[Side, Side], pair: tuple[str, str]
) -> None:
    services = installation.services
    org = services.orgs.create(OPERATOR, f"org {secrets.token_hex(6)}").id
    first, second = (add_user(services, org, Role.ADMIN) for _ in range(2))
    done = at_once(
        lambda: ORG_ADMIN[pair[0]](both[0], org, first),
        lambda: ORG_ADMIN[pair[1]](both[1], org, second),
        LastOrgAdmin,
    )
    assert sorted(done) == [False, True]
    remaining = second if done[0] else first
    assert role_of(services, remaining, org) is Role.ADMIN
    assert not services.users.get(OPERATOR, remaining).is_disabled


@pytest.fixture(scope="module")
def alone(new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation whose server admins are this module's."""
    made = install(tmp_path_factory.mktemp("last_admins"), new_database())
    yield made
    made.close()


@pytest.fixture
def both_alone(alone: Installation) -> Iterator[tuple[Side, Side]]:
    """Two sides of the installation of this module."""
    yield from sides(alone, Barrier(2))


def server_admins(services: Services) -> list[int]:
    members = services.members.all(OPERATOR, 1)
    return [one.user.id for one in members if one.user.is_server_admin and not one.user.is_disabled]


@pytest.mark.parametrize("pair", SERVER_PAIRS, ids=" and ".join)
def test_of_the_last_two_server_admins_one_stays(
    alone: Installation, both_alone: tuple[Side, Side], pair: tuple[str, str]
) -> None:
    services = alone.services
    add_user(services, 1, Role.ADMIN)  # so that nobody here is the org's last
    add_user(services, 1, Role.VIEWER, is_server_admin=True)
    first, second = server_admins(services)
    done = at_once(
        lambda: SERVER_ADMIN[pair[0]](both_alone[0], 1, first),
        lambda: SERVER_ADMIN[pair[1]](both_alone[1], 1, second),
        LastServerAdmin,
    )
    assert sorted(done) == [False, True]
    assert server_admins(services) == [second if done[0] else first]
