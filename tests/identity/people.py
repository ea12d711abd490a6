"""People for tests of use cases: stored users, and the callers that they are when they sign in."""

import secrets

from app.identity.authentication import Password
from app.identity.identity import Identity, system
from app.identity.passwords import Passwords
from app.identity.roles import Role
from app.identity.users import Users
from app.services import Services

PASSWORD = "correct horse"
# Few rounds: what is hashed with them is quick to verify by anyone.
PASSWORDS = Passwords(100)


def users_of(services: Services) -> Users:
    """The installation's users, with few rounds of hashing."""
    return Users(services.storage.people, services.storage.audit, PASSWORDS)


def new_login() -> str:
    """Logins are unique over all orgs."""
    return f"user-{secrets.token_hex(6)}"


def add_user(
    services: Services,
    org_id: int,
    role: Role = Role.EDITOR,
    *,
    login: str = "",
    email: str = "",
    is_server_admin: bool = False,
) -> int:
    """The id of a new user who is a member of the org."""
    return users_of(services).create(
        system(org_id, "test"),
        login=login or new_login(),
        password=PASSWORD,
        email=email,
        role=role,
        is_server_admin=is_server_admin,
    )


def sign_in(services: Services, login: str, password: str = PASSWORD, org_id: int | None = None) -> Identity:
    """The caller by their password."""
    return services.authenticator.authenticate(Password(login, password), door="test", org_id=org_id)


def signed_in(services: Services, user_id: int, org_id: int | None = None) -> Identity:
    """The caller that a user of ``add_user`` is, in ``org_id`` or in the org of their account."""
    login = services.users.get(system(1, "test"), user_id).login
    return sign_in(services, login, org_id=org_id)


def person(
    services: Services, org_id: int, role: Role, *, is_server_admin: bool = False, now_in: int | None = None
) -> Identity:
    """A new user of ``org_id`` as a caller, whose request runs in ``now_in`` when that is given."""
    return signed_in(services, add_user(services, org_id, role, is_server_admin=is_server_admin), now_in)


def join(services: Services, user_id: int, org_id: int, role: Role) -> None:
    """Makes a user a member of another org too."""
    operator = system(org_id, "test")
    services.members.add(operator, org_id, login=services.users.get(operator, user_id).login, role=role)


def role_of(services: Services, user_id: int, org_id: int) -> Role | None:
    """The role of a user in an org, as the org's list of members has it."""
    members = services.members.all(system(org_id, "test"), org_id)
    return next((member.role for member in members if member.user.id == user_id), None)
