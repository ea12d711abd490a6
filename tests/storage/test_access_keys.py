"""Rows of access keys on each of the three databases."""

import logging
import secrets
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.identity.access_key_text import LASTING, new_access_key_id
from app.identity.errors import OrgNotFound
from app.identity.identity import system
from app.identity.roles import Role
from app.identity.store import AccessKey, AccessKeyRecord, NewAccessKey, Signer
from app.registry.access import ForRole, Level
from app.services import Storage, open_storage
from app.settings import Settings
from conftest import NewDatabase
from installations import Installation
from storage.accounts import NOW, add_account, add_user, unique
from storage.rows import data_source_row


def add_key(
    storage: Storage, org_id: int, account_id: int, *, name: str = "", expires_at: int | None = None, at: int = NOW
) -> str:
    """The id of a new access key; its secret is ``sealed`` and that id."""
    access_key_id = new_access_key_id(LASTING)
    new = NewAccessKey(
        org_id=org_id,
        account_id=account_id,
        access_key_id=access_key_id,
        name=name,
        secret=f"sealed {access_key_id}",
        session_token_hash=None if expires_at is None else "hash",
        created_at=at,
        expires_at=expires_at,
    )
    with storage.access_keys.writing(org_id):
        storage.access_keys.add_access_key(new)
    return access_key_id


def read(storage: Storage, access_key_id: str) -> AccessKeyRecord:
    found = storage.access_keys.access_key(access_key_id)
    assert found is not None
    return found


def test_a_key_comes_with_its_service_account_and_what_the_org_says(storage: Storage, org: int) -> None:
    login = unique("robot")
    account = add_account(storage, org, "robot", login=login, is_disabled=True)
    key = add_key(storage, org, account, expires_at=NOW + 60)
    with storage.people.writing(org):
        storage.people.set_default_query_role(org, Role.ADMIN)
    assert read(storage, key) == AccessKeyRecord(
        id=read(storage, key).id,
        access_key_id=key,
        org_id=org,
        account_id=account,
        is_service_account=True,
        login=login,
        is_disabled=True,
        role=Role.EDITOR,
        secret=f"sealed {key}",
        session_token_hash="hash",
        expires_at=NOW + 60,
        last_used_at=None,
        default_query_role=Role.ADMIN,
        org_has_permissions=False,
    )


def test_the_key_of_a_user_comes_with_their_role_in_the_org_of_the_key(
    storage: Storage, org: int, other_org: int
) -> None:
    user = add_user(storage, other_org, "", role=Role.ADMIN)
    with storage.people.writing(org):
        storage.people.add_member(user, org, Role.VIEWER)
    here, there = (read(storage, add_key(storage, number, user)) for number in (org, other_org))
    assert (here.org_id, here.role, here.is_service_account) == (org, Role.VIEWER, False)
    assert (there.org_id, there.role, there.session_token_hash, there.expires_at) == (other_org, Role.ADMIN, None, None)


def test_the_key_of_who_leaves_the_org_goes_and_those_of_other_orgs_stay(
    storage: Storage, org: int, other_org: int
) -> None:
    user = add_user(storage, other_org, "", role=Role.ADMIN)
    with storage.people.writing(org):
        storage.people.add_member(user, org, Role.ADMIN)
    key = add_key(storage, org, user)
    elsewhere = add_key(storage, other_org, user)
    with storage.people.writing(org):
        storage.people.remove_member(user, org)
    assert storage.access_keys.access_key(key) is None
    assert read(storage, elsewhere).role is Role.ADMIN


def test_that_permissions_were_ever_set_comes_with_the_key(storage: Storage, org: int) -> None:
    key = add_key(storage, org, add_user(storage, org))
    assert not read(storage, key).org_has_permissions
    with storage.permissions.writing(org):
        source = storage.data_sources.add(org, data_source_row(org))
        storage.permissions.put(org, source, ForRole(Role.VIEWER), Level.QUERY)
    assert read(storage, key).org_has_permissions


@pytest.mark.parametrize(
    "asked", ["", "AKIA", "{key} ", "{lower}", "{key}\0", "\0", "%", "é", "' OR '1'='1", "x" * 10_000], ids=repr
)
def test_what_is_no_key_finds_none(storage: Storage, org: int, asked: str) -> None:
    key = add_key(storage, org, add_user(storage, org))
    assert storage.access_keys.access_key(asked.format(key=key, lower=key.lower())) is None


def test_a_deleted_key_is_unknown_to_every_process_at_once(storage: Storage, second_storage: Storage, org: int) -> None:
    key = add_key(storage, org, add_user(storage, org))
    assert read(second_storage, key) == read(storage, key)
    with storage.access_keys.writing(org):
        assert storage.access_keys.delete_access_key(org, key)
        assert not storage.access_keys.delete_access_key(org, key)
    assert storage.access_keys.access_key(key) is None
    assert second_storage.access_keys.access_key(key) is None


def test_a_role_that_changes_counts_at_once_in_every_process(
    storage: Storage, second_storage: Storage, org: int
) -> None:
    user = add_user(storage, org, role=Role.ADMIN)
    key = add_key(storage, org, user)
    assert read(second_storage, key).role is Role.ADMIN
    with storage.people.writing(org):
        storage.people.set_role(user, org, Role.VIEWER)
    assert read(second_storage, key).role is Role.VIEWER


def test_a_key_of_another_org_is_not_deleted(storage: Storage, org: int, other_org: int) -> None:
    key = add_key(storage, org, add_user(storage, org))
    with storage.access_keys.writing(other_org):
        assert not storage.access_keys.delete_access_key(other_org, key)
    assert read(storage, key).org_id == org


def test_keys_are_listed_by_login_the_oldest_first_and_only_those_of_the_org(
    storage: Storage, org: int, other_org: int
) -> None:
    ada, bob = unique("ada"), unique("bob")
    of_bob, of_ada = add_user(storage, org, bob), add_user(storage, org, ada)
    first = add_key(storage, org, of_bob)
    second = add_key(storage, org, of_ada, name="laptop é", expires_at=NOW + 60)
    third = add_key(storage, org, of_bob, at=NOW + 1)
    add_key(storage, other_org, add_user(storage, other_org))
    storage.access_keys.mark_access_key_used(read(storage, third), NOW + 5)

    def row(key: str, login: str, name: str = "", *, made: int = NOW, end: int | None = None) -> AccessKey:
        used = NOW + 5 if key == third else None
        return AccessKey(access_key_id=key, login=login, name=name, created_at=made, expires_at=end, last_used_at=used)

    assert storage.access_keys.access_keys(org) == [
        row(second, ada, "laptop é", end=NOW + 60),
        row(first, bob),
        row(third, bob, made=NOW + 1),
    ]


def test_keys_are_counted_by_account_and_org(storage: Storage, org: int, other_org: int) -> None:
    user, other = add_user(storage, org), add_user(storage, org)
    for number, account in ((org, user), (org, user), (org, other), (other_org, user)):
        add_key(storage, number, account)
    assert storage.access_keys.count_access_keys(org, user) == 2


def test_only_keys_of_the_account_whose_time_is_over_are_forgotten(storage: Storage, org: int, other_org: int) -> None:
    user, other = add_user(storage, org), add_user(storage, org)
    ended = [add_key(storage, org, user, expires_at=end) for end in (NOW - 1, NOW)]
    kept = [
        add_key(storage, org, user, expires_at=NOW + 1),
        add_key(storage, org, user),
        add_key(storage, org, other, expires_at=NOW),
        add_key(storage, other_org, user, expires_at=NOW),
    ]
    with storage.access_keys.writing(org):
        storage.access_keys.delete_ended_access_keys(org, user, NOW)
    assert [storage.access_keys.access_key(key) for key in ended] == [None, None]
    assert [read(storage, key).access_key_id for key in kept] == kept


def test_keys_go_with_their_account(storage: Storage, org: int) -> None:
    account = add_account(storage, org, unique("robot"))
    key = add_key(storage, org, account)
    with storage.service_accounts.writing(org):
        storage.service_accounts.delete_service_account(org, account)
    assert storage.access_keys.access_key(key) is None


def test_a_signer_is_a_member_of_the_org_a_user_or_a_service_account(
    storage: Storage, org: int, other_org: int
) -> None:
    user_login, account_login, elsewhere = unique("ada"), unique("robot"), unique("bob")
    user = add_user(storage, org, user_login, role=Role.ADMIN)
    account = add_account(storage, org, "robot", login=account_login)
    add_user(storage, other_org, elsewhere)
    rows = storage.access_keys
    assert rows.signer(org, user_login) == Signer(user, user_login, Role.ADMIN)
    assert rows.signer(org, account_login) == Signer(account, account_login, Role.EDITOR)
    assert [rows.signer(org, login) for login in (elsewhere, user_login.upper(), f"{user_login}\0", "")] == [None] * 4


def test_an_org_that_is_not_there_cannot_be_written(storage: Storage) -> None:
    with pytest.raises(OrgNotFound), storage.access_keys.writing(999_999_999):
        pass


def test_the_last_use_is_kept(storage: Storage, org: int) -> None:
    key = add_key(storage, org, add_user(storage, org))
    storage.access_keys.mark_access_key_used(read(storage, key), NOW)
    assert read(storage, key).last_used_at == NOW


def test_nobody_waits_for_another_writer_to_have_a_last_use_marked(storage: Storage, org: int) -> None:
    key = read(storage, add_key(storage, org, add_user(storage, org)))
    with storage.database.writing(), ThreadPoolExecutor(1) as pool:
        pool.submit(storage.access_keys.mark_access_key_used, key, NOW).result(20)
    storage.access_keys.mark_access_key_used(key, NOW + 1)
    assert read(storage, key.access_key_id).last_used_at == NOW + 1


def test_nobody_waits_for_another_process_to_have_a_last_use_marked(sqlite_installation: Installation) -> None:
    storage = sqlite_installation.services.storage
    org = sqlite_installation.services.orgs.create(system(0, "test"), f"org {secrets.token_hex(6)}").id
    key = read(storage, add_key(storage, org, add_user(storage, org)))
    with closing(sqlite3.connect(storage.database.peewee.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        storage.access_keys.mark_access_key_used(key, NOW)
        other.execute("ROLLBACK")
    assert read(storage, key.access_key_id).last_used_at is None


def test_a_last_use_that_cannot_be_written_is_logged_and_fails_nobody(
    storage: Storage, org: int, new_database: NewDatabase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = read(storage, add_key(storage, org, add_user(storage, org)))
    without_tables = open_storage(Settings(data_path=tmp_path, database_url=new_database()))
    without_tables.access_keys.mark_access_key_used(key, NOW)
    without_tables.database.close()
    assert [record.levelno for record in caplog.records][-1:] == [logging.WARNING]
    assert "sealed" not in caplog.text
