"""The longest names, logins and addresses that are taken fit into every database, and no others are taken."""

import secrets

import pytest

from app.identity.errors import InvalidAccount
from app.identity.identity import Identity, system
from app.identity.people_store import User
from app.identity.roles import Role
from app.services import Services
from identity.people import PASSWORD, new_login, users_of
from installations import Installation

OPERATOR = system(1, "test")
SIGNS = ["x", "é", "🔑", "İ"]


@pytest.fixture
def services(installation: Installation) -> Services:
    return installation.services


@pytest.fixture
def org(services: Services) -> int:
    return services.orgs.create(OPERATOR, new_login()).id


def long(sign: str) -> str:
    """190 characters that nothing else has."""
    unique = secrets.token_hex(6)
    return unique + sign * (190 - len(unique))


def create(services: Services, org: int, login: str = "", email: str = "", name: str = "") -> User:
    asking: Identity = system(org, "test")
    users = users_of(services)
    user_id = users.create(
        asking,
        login=login or new_login(),
        password=PASSWORD,
        email=email,
        name=name,
        role=Role.VIEWER,
        is_server_admin=False,
    )
    return users.get(asking, user_id)


@pytest.mark.parametrize("sign", SIGNS)
def test_the_longest_login_and_name_of_a_user_are_kept(services: Services, org: int, sign: str) -> None:
    login, name = long(sign), long(sign)
    made = create(services, org, login=login, name=name)
    assert (made.login, made.name) == (login, name)


@pytest.mark.parametrize("sign", ["x", "é", "🔑", "Ä"])
def test_the_longest_email_is_kept_in_lower_case(services: Services, org: int, sign: str) -> None:
    email = long(sign)
    assert create(services, org, email=email).email == email.lower()


def test_an_email_that_is_too_long_in_lower_case_is_refused(services: Services, org: int) -> None:
    email = long("İ")  # two characters when lower-cased
    user = create(services, org)
    with pytest.raises(InvalidAccount):
        create(services, org, email=email)
    with pytest.raises(InvalidAccount):
        users_of(services).change(OPERATOR, user.id, login="", email=email, name="")


@pytest.mark.parametrize("sign", SIGNS)
def test_the_longest_name_of_an_org_is_kept(services: Services, org: int, sign: str) -> None:
    name = long(sign)
    services.orgs.rename(OPERATOR, org, name)
    assert services.orgs.by_name(OPERATOR, name).id == org


@pytest.mark.parametrize("sign", SIGNS)
def test_the_longest_name_and_email_of_a_team_are_kept(services: Services, org: int, sign: str) -> None:
    asking, name, email = system(org, "test"), long(sign), long(sign)
    team = services.teams.create(asking, name=name, email=email)
    assert services.teams.get(asking, team.id) == team
    assert (team.name, team.email) == (name, email)
