"""Orgs, people and tokens for a play, put straight into the store where no API makes them as they must be."""

import secrets
import time
from dataclasses import dataclass

from app.identity.identity import system
from app.identity.passwords import Passwords
from app.identity.people_store import NewUser
from app.identity.roles import Role
from app.identity.store import NewToken
from app.identity.tokens import hash_secret, new_secret, service_token
from app.services import Services

PASSWORD = "a-long-password"
# As many rounds as in production would take a tenth of a second for each sign-in.
_PASSWORD_HASH = Passwords(1_000).hash(PASSWORD)


@dataclass(frozen=True)
class Person:
    """A user who signs in with PASSWORD."""

    id: int
    uid: str
    login: str
    email: str


def new_org(services: Services) -> int:
    """An org that nobody is in."""
    return services.orgs.create(system(0, "test"), f"org {secrets.token_hex(6)}").id


def new_person(
    services: Services, org: int, role: Role, *, name: str = "user", is_server_admin: bool = False
) -> Person:
    """A member of the org, whose login begins with ``name`` and is nobody else's."""
    login = f"{name}-{secrets.token_hex(6)}"
    people = services.storage.people
    new = NewUser(
        login=login,
        email=f"{login}@example.com",
        name=f"Name of {login}",
        password_hash=_PASSWORD_HASH,
        is_server_admin=is_server_admin,
    )
    with people.writing(org):
        made = people.user(people.add_user(new, org, role))
    assert made is not None
    return Person(made.id, made.uid, made.login, made.email)


def new_token(services: Services, org: int, role: Role, *, ended: bool = False, revoked: bool = False) -> str:
    """The text of a token of a new service account; one that has expired or was revoked, where that is asked for."""
    name = f"player {secrets.token_hex(6)}"
    account = services.service_accounts.create(system(org, "test"), name=name, role=role, is_disabled=False)
    secret, now = new_secret(), int(time.time())
    rows = services.storage.service_accounts
    with rows.writing(org):
        rows.add_token(
            NewToken(
                org_id=org,
                name=account.name,
                token_hash=hash_secret(secret),
                created_at=now,
                expires_at=now if ended else None,
                role=None,
                service_account_id=account.id,
                is_revoked=revoked,
            )
        )
    return service_token(secret)
