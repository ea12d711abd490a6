"""Users, service accounts and tokens put straight into the stores."""

import secrets

from app.identity.people_store import NewUser
from app.identity.roles import Role
from app.identity.store import NewToken
from app.services import Storage

NOW = 1_000_000


def unique(word: str) -> str:
    """A name that nothing else has."""
    return f"{word}-{secrets.token_hex(6)}"


def add_user(
    storage: Storage,
    org_id: int,
    login: str = "",
    email: str = "",
    *,
    role: Role = Role.VIEWER,
    name: str = "",
    is_server_admin: bool = False,
) -> int:
    """The id of a new user of the org with the password hash ``hash``."""
    login = login or unique("user")
    new = NewUser(login=login, email=email, name=name or login, password_hash="hash", is_server_admin=is_server_admin)
    with storage.people.writing(org_id):
        return storage.people.add_user(new, org_id, role)


def add_account(storage: Storage, org_id: int, name: str, *, login: str = "", is_disabled: bool = False) -> int:
    """The id of a new service account, an editor."""
    rows = storage.service_accounts
    with rows.writing(org_id):
        return rows.add_service_account(
            org_id, name=name, login=login or f"sa-{org_id}-{name}", role=Role.EDITOR, is_disabled=is_disabled
        )


def add_token(storage: Storage, org_id: int, name: str, account_id: int | None, expires_at: int | None = None) -> int:
    """The id of a new token, or of a viewer's API key when it is of no account."""
    role = Role.VIEWER if account_id is None else None
    new = NewToken(org_id, name, secrets.token_hex(32), NOW, expires_at, role, account_id)
    with storage.service_accounts.writing(org_id):
        return storage.service_accounts.add_token(new)


def new_org(storage: Storage) -> int:
    """The id of an org that nobody else uses."""
    with storage.people.writing_everywhere():
        return storage.people.add_org(unique("org")).id


def set_email_unchecked(storage: Storage, user_id: int, email: str) -> None:
    """As a release stored it that did not compare e-mails with logins."""
    parameter = storage.database.peewee.param
    with storage.people.writing_everywhere():
        storage.database.run(f"UPDATE account SET email = {parameter} WHERE id = {parameter}", (email, user_id))
