"""Neither an org nor the installation loses its last admin, but that an org's last one can be disabled; over a real
database."""

from collections.abc import Callable

import pytest

from app.identity.errors import AccountDisabled, LastOrgAdmin, LastServerAdmin
from app.identity.identity import Identity, system
from app.identity.roles import Role
from app.services import Services
from identity.callers import admin
from identity.people import add_user, join, new_login, person, role_of, sign_in, signed_in, users_of
from installations import Installation

Act = Callable[[Services, Identity, int, int], object]

# By whom, in which org, to whom.
ENDS_AN_ORG_ADMIN: dict[str, Act] = {
    "remove": lambda services, who, org, user: services.members.remove(who, org, user),
    "make editor": lambda services, who, org, user: services.members.change(who, org, user, Role.EDITOR),
    "make viewer": lambda services, who, org, user: services.members.change(who, org, user, Role.VIEWER),
    "delete": lambda services, who, _, user: users_of(services).delete(who, user),
}
ENDS_A_SERVER_ADMIN: dict[str, Act] = {
    "take the flag": lambda services, who, _, user: users_of(services).set_server_admin(
        who, user, is_server_admin=False
    ),
    "disable": lambda services, who, _, user: users_of(services).set_disabled(who, user, is_disabled=True),
    "delete": ENDS_AN_ORG_ADMIN["delete"],
}


def operator(org: int) -> Identity:
    return system(org, "test")


@pytest.mark.parametrize("act", ENDS_AN_ORG_ADMIN.values(), ids=ENDS_AN_ORG_ADMIN.keys())
def test_the_last_admin_of_an_org_stays(services: Services, org: int, other_org: int, act: Act) -> None:
    last = add_user(services, org, Role.ADMIN)
    add_user(services, org, Role.EDITOR)
    add_user(services, other_org, Role.ADMIN)
    with pytest.raises(LastOrgAdmin):
        act(services, operator(org), org, last)
    assert signed_in(services, last).role is Role.ADMIN


@pytest.mark.parametrize("act", ENDS_AN_ORG_ADMIN.values(), ids=ENDS_AN_ORG_ADMIN.keys())
def test_the_last_admin_does_not_end_themselves(services: Services, org: int, act: Act) -> None:
    last = person(services, org, Role.ADMIN, is_server_admin=True)
    with pytest.raises(LastOrgAdmin):
        act(services, last, org, last.id)
    assert signed_in(services, last.id).role is Role.ADMIN


@pytest.mark.parametrize("act", ENDS_AN_ORG_ADMIN.values(), ids=ENDS_AN_ORG_ADMIN.keys())
def test_one_of_two_admins_may_go(services: Services, org: int, act: Act) -> None:
    first, second = (add_user(services, org, Role.ADMIN) for _ in range(2))
    act(services, operator(org), org, first)
    with pytest.raises(LastOrgAdmin):
        act(services, operator(org), org, second)


@pytest.mark.parametrize("act", ENDS_AN_ORG_ADMIN.values(), ids=ENDS_AN_ORG_ADMIN.keys())
def test_a_disabled_admin_and_a_service_account_do_not_count(services: Services, org: int, act: Act) -> None:
    last, disabled = (add_user(services, org, Role.ADMIN) for _ in range(2))
    users_of(services).set_disabled(operator(org), disabled, is_disabled=True)
    services.service_accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=False)
    with pytest.raises(LastOrgAdmin):
        act(services, operator(org), org, last)


def test_the_last_admin_of_any_of_their_orgs_is_not_deleted(services: Services, org: int, other_org: int) -> None:
    user_id = add_user(services, org, Role.VIEWER)
    join(services, user_id, other_org, Role.ADMIN)
    with pytest.raises(LastOrgAdmin):
        users_of(services).delete(operator(org), user_id)
    assert role_of(services, user_id, other_org) is Role.ADMIN


def test_the_last_admin_of_an_org_can_be_shut_out_at_once(services: Services, org: int) -> None:
    login = new_login()
    user_id = add_user(services, org, Role.ADMIN, login=login)
    users_of(services).set_disabled(operator(org), user_id, is_disabled=True)
    with pytest.raises(AccountDisabled):
        sign_in(services, login)
    assert role_of(services, user_id, org) is Role.ADMIN


def test_the_last_admin_of_one_org_may_leave_another(services: Services, org: int, other_org: int) -> None:
    user_id = add_user(services, org, Role.ADMIN)
    join(services, user_id, other_org, Role.VIEWER)
    services.members.remove(operator(org), other_org, user_id)
    assert role_of(services, user_id, org) is Role.ADMIN


def test_the_last_admin_of_an_org_may_stay_what_they_are(services: Services, org: int) -> None:
    user_id = add_user(services, org, Role.ADMIN)
    services.members.change(operator(org), org, user_id, Role.ADMIN)
    users_of(services).set_disabled(operator(org), user_id, is_disabled=False)
    assert signed_in(services, user_id).role is Role.ADMIN


@pytest.mark.parametrize("act", ["remove", "make editor", "delete"])
def test_others_go_from_an_org_without_an_admin(services: Services, org: int, act: str) -> None:
    user_id = add_user(services, org, Role.VIEWER)
    ENDS_AN_ORG_ADMIN[act](services, operator(org), org, user_id)
    assert role_of(services, user_id, org) is not Role.VIEWER


def test_the_last_admin_goes_with_their_org(services: Services, org: int) -> None:
    user_id = add_user(services, org, Role.ADMIN)
    services.orgs.delete(operator(1), org)
    assert signed_in(services, user_id).role is None


class Server:
    """An installation that a test has to itself: its first admin is a server admin and admin of the first org."""

    def __init__(self, installation: Installation) -> None:
        self.services = installation.services
        self.first = self.services.users.by_login(operator(1), "admin").id
        add_user(self.services, 1, Role.ADMIN)  # so that the first one is not the org's last

    def is_server_admin(self, user_id: int) -> bool:
        user = self.services.users.get(operator(1), user_id)
        return user.is_server_admin and not user.is_disabled


@pytest.fixture
def server(sqlite_installation: Installation) -> Server:
    return Server(sqlite_installation)


@pytest.mark.parametrize("act", ENDS_A_SERVER_ADMIN.values(), ids=ENDS_A_SERVER_ADMIN.keys())
def test_the_last_server_admin_stays(server: Server, act: Act) -> None:
    with pytest.raises(LastServerAdmin):
        act(server.services, operator(1), 1, server.first)
    assert server.is_server_admin(server.first)


@pytest.mark.parametrize("act", ENDS_A_SERVER_ADMIN.values(), ids=ENDS_A_SERVER_ADMIN.keys())
def test_one_of_two_server_admins_may_go(server: Server, act: Act) -> None:
    second = add_user(server.services, 1, Role.VIEWER, is_server_admin=True)
    act(server.services, operator(1), 1, server.first)
    with pytest.raises(LastServerAdmin):
        act(server.services, operator(1), 1, second)
    assert server.is_server_admin(second)


@pytest.mark.parametrize("act", ENDS_A_SERVER_ADMIN.values(), ids=ENDS_A_SERVER_ADMIN.keys())
def test_a_disabled_server_admin_does_not_count(server: Server, act: Act) -> None:
    disabled = add_user(server.services, 1, Role.VIEWER, is_server_admin=True)
    users_of(server.services).set_disabled(operator(1), disabled, is_disabled=True)
    with pytest.raises(LastServerAdmin):
        act(server.services, operator(1), 1, server.first)
    act(server.services, operator(1), 1, disabled)
    assert server.is_server_admin(server.first)


def test_the_last_server_admin_may_leave_an_org_that_keeps_an_admin(server: Server) -> None:
    server.services.members.remove(operator(1), 1, server.first)
    assert server.is_server_admin(server.first)
