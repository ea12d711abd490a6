"""What authentication reads: tokens by hash, users by login, wrong passwords."""

import logging
import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.identity.identity import system
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.identity.store import NewToken, Standing, TokenRecord, UserRecord
from app.registry.access import ForRole, Level
from app.services import Storage, open_storage
from app.settings import Settings
from conftest import NewDatabase
from installations import Installation
from storage.accounts import NOW, add_account, add_user, set_email_unchecked, unique
from storage.rows import data_source_row

LIMITS = TokenLimits(data_sources=frozenset({"one"}), read_only=True, proxy=("GET api/**",))


def add_admin(storage: Storage, org_id: int, login: str, email: str = "") -> int:
    return add_user(storage, org_id, login, email, role=Role.EDITOR, is_server_admin=True)


def add_hashed_token(
    storage: Storage,
    org_id: int,
    account_id: int | None,
    *,
    is_revoked: bool = False,
    limits: TokenLimits | None = None,
) -> tuple[int, str]:
    token_hash = f"{secrets.token_hex(30)}abcd"
    role = Role.VIEWER if account_id is None else None
    new = NewToken(org_id, "token", token_hash, NOW, NOW + 60, role, account_id, is_revoked, limits)
    with storage.service_accounts.writing(org_id):
        return storage.service_accounts.add_token(new), token_hash


def wrong_passwords(storage: Storage, login: str, since: int = 0) -> int:
    return storage.authentications.wrong_passwords_since(login, since)


def test_a_token_comes_with_the_account_it_stands_for_and_its_role_in_the_org(storage: Storage, org: int) -> None:
    login = unique("robot")
    account = add_account(storage, org, "robot", login=login, is_disabled=True)
    token, token_hash = add_hashed_token(storage, org, account, is_revoked=True)
    assert storage.authentications.token_by_hash(token_hash) == TokenRecord(
        id=token,
        org_id=org,
        name="token",
        token_hash=token_hash,
        expires_at=NOW + 60,
        is_revoked=True,
        last_used_at=None,
        role=Role.EDITOR,
        service_account_id=account,
        service_account_login=login,
        service_account_disabled=True,
        default_query_role=None,
        limits=None,
    )


def test_a_token_comes_with_its_limits_and_what_the_org_says_of_queries(storage: Storage, org: int) -> None:
    account = add_account(storage, org, "robot")
    _, narrow = add_hashed_token(storage, org, account, limits=LIMITS)
    with storage.people.writing(org):
        storage.people.set_default_query_role(org, Role.EDITOR)
    found = storage.authentications.token_by_hash(narrow)
    assert found is not None
    assert (found.limits, found.default_query_role) == (LIMITS, Role.EDITOR)


def test_what_the_org_says_of_queries_is_read_anew_after_a_change(storage: Storage, org: int) -> None:
    _, token_hash = add_hashed_token(storage, org, None)
    said = []
    for role in (Role.ADMIN, None, Role.VIEWER):
        with storage.people.writing(org):
            storage.people.set_default_query_role(org, role)
        found = storage.authentications.token_by_hash(token_hash)
        assert found is not None
        said.append(found.default_query_role)
    assert said == [Role.ADMIN, None, Role.VIEWER]


def test_a_legacy_key_has_a_role_of_its_own_and_no_account(storage: Storage, org: int) -> None:
    token, token_hash = add_hashed_token(storage, org, None)
    assert storage.authentications.token_by_hash(token_hash) == TokenRecord(
        id=token,
        org_id=org,
        name="token",
        token_hash=token_hash,
        expires_at=NOW + 60,
        is_revoked=False,
        last_used_at=None,
        role=Role.VIEWER,
        service_account_id=None,
        service_account_login=None,
        service_account_disabled=False,
        default_query_role=None,
        limits=None,
    )


CHANGES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "space at the end": lambda text: f"{text} ",
    "last character missing": lambda text: text[:-1],
    "pattern": lambda text: f"{text[:-1]}_",
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_hash_that_only_resembles_a_stored_one_finds_no_token(
    storage: Storage, org: int, change: Callable[[str], str]
) -> None:
    _, token_hash = add_hashed_token(storage, org, None)
    assert storage.authentications.token_by_hash(change(token_hash)) is None


def test_the_last_use_of_a_token_is_kept(storage: Storage, org: int) -> None:
    token, token_hash = add_hashed_token(storage, org, None)
    storage.authentications.mark_token_used(token, NOW)
    found = storage.authentications.token_by_hash(token_hash)
    assert found is not None
    assert found.last_used_at == NOW


def test_a_last_use_that_cannot_be_written_is_logged_and_fails_nobody(
    new_database: NewDatabase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    without_tables = open_storage(Settings(data_path=tmp_path, database_url=new_database()))
    without_tables.authentications.mark_token_used(1, NOW)
    without_tables.database.close()
    assert [record.levelno for record in caplog.records][-1:] == [logging.WARNING]


def test_a_user_is_found_by_login(storage: Storage, org: int) -> None:
    login = unique("ada")
    number = add_admin(storage, org, login)
    assert storage.authentications.user_by_login(login) == UserRecord(number, login, "hash", True, False, org)


def test_a_user_is_found_by_email_in_any_case(storage: Storage, org: int) -> None:
    word = unique("ada")
    number = add_admin(storage, org, unique("login"), f"{word}@Example.org")
    found = storage.authentications.user_by_login(f"{word.upper()}@example.ORG")
    assert found is not None
    assert found.id == number


def test_a_login_wins_over_the_same_email_of_somebody_else(storage: Storage, org: int) -> None:
    word = unique("ada")
    number = add_admin(storage, org, word)
    set_email_unchecked(storage, add_admin(storage, org, unique("bob")), word)
    found = storage.authentications.user_by_login(word)
    assert found is not None
    assert found.id == number


@pytest.mark.parametrize("login", ["", "' OR '1'='1", "%", "nobody\x7f"])
def test_nobody_is_found_by_what_is_no_login(storage: Storage, login: str) -> None:
    assert storage.authentications.user_by_login(login) is None


def test_a_service_account_cannot_be_found_as_a_user(storage: Storage, org: int) -> None:
    login = unique("robot")
    add_account(storage, org, "robot", login=login)
    assert storage.authentications.user_by_login(login) is None


def test_a_standing_is_the_role_in_the_org_with_what_the_org_says_of_queries(
    storage: Storage, org: int, other_org: int
) -> None:
    number = add_user(storage, org, role=Role.EDITOR)
    assert storage.authentications.standing(number, org) == Standing(Role.EDITOR, None, org_has_permissions=False)
    assert storage.authentications.standing(number, other_org) is None
    with storage.people.writing(org):
        storage.people.set_default_query_role(org, Role.ADMIN)
    assert storage.authentications.standing(number, org) == Standing(Role.EDITOR, Role.ADMIN, org_has_permissions=False)


def test_that_permissions_were_ever_set_in_an_org_comes_with_its_callers(
    storage: Storage, org: int, other_org: int
) -> None:
    user, (_, token_hash) = add_user(storage, org), add_hashed_token(storage, org, None)
    elsewhere, (_, other_hash) = add_user(storage, other_org), add_hashed_token(storage, other_org, None)

    def told() -> list[bool]:
        standings = [storage.authentications.standing(*who) for who in ((user, org), (elsewhere, other_org))]
        records = [storage.authentications.token_by_hash(found) for found in (token_hash, other_hash)]
        return [found is not None and found.org_has_permissions for found in (*standings, *records)]

    assert told() == [False] * 4
    with storage.permissions.writing(org):
        source = storage.data_sources.add(org, data_source_row(org))
        storage.permissions.put(org, source, ForRole(Role.VIEWER), Level.QUERY)
    assert told() == [True, False, True, False]
    with storage.permissions.writing(org):
        storage.permissions.put(org, source, ForRole(Role.VIEWER), None)
    assert told() == [True, False, True, False]


def test_wrong_passwords_are_counted_for_their_login_and_time(storage: Storage) -> None:
    login = unique("ada")
    for at in (NOW, NOW + 1, NOW + 2):
        storage.authentications.add_wrong_password(login, at, forget_before=0)
    assert wrong_passwords(storage, login, since=NOW) == 2
    assert wrong_passwords(storage, unique("bob")) == 0


def test_wrong_passwords_that_are_too_old_are_forgotten(storage: Storage) -> None:
    login, other = unique("ada"), unique("bob")
    storage.authentications.add_wrong_password(login, 1, forget_before=0)
    storage.authentications.add_wrong_password(other, 3, forget_before=1)
    assert wrong_passwords(storage, login, since=-1) == 0
    assert wrong_passwords(storage, other, since=-1) == 1


def used_at(storage: Storage, token_hash: str) -> int | None:
    found = storage.authentications.token_by_hash(token_hash)
    assert found is not None
    return found.last_used_at


def test_nobody_waits_for_another_writer_to_have_a_last_use_marked(storage: Storage, org: int) -> None:
    token, token_hash = add_hashed_token(storage, org, None)
    with storage.database.writing(), ThreadPoolExecutor(1) as pool:
        pool.submit(storage.authentications.mark_token_used, token, NOW).result(20)
    storage.authentications.mark_token_used(token, NOW + 1)
    assert used_at(storage, token_hash) == NOW + 1


def test_nobody_waits_for_another_process_to_have_a_last_use_marked(sqlite_installation: Installation) -> None:
    storage = sqlite_installation.services.storage
    org = sqlite_installation.services.orgs.create(system(0, "test"), unique("org")).id
    token, token_hash = add_hashed_token(storage, org, None)
    with closing(sqlite3.connect(storage.database.peewee.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        storage.authentications.mark_token_used(token, NOW)
        other.execute("ROLLBACK")
    assert used_at(storage, token_hash) is None
    storage.authentications.mark_token_used(token, NOW + 1)
    assert used_at(storage, token_hash) == NOW + 1
