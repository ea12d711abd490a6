"""From a signature to an Identity, at a fixed time."""

import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.identity.authentication import Authenticator, LoginPolicy, Signature
from app.identity.errors import (
    AccessKeyUnreadable,
    AccountDisabled,
    ExpiredAccessKey,
    IdentityError,
    TokenOfAnotherOrg,
    UnknownAccessKey,
    WrongSignature,
)
from app.identity.identity import Identity
from app.identity.passwords import Passwords
from app.identity.roles import Role, grants_of
from app.identity.store import AccessKeyRecord
from app.identity.tokens import hash_secret
from identity.accounts_in_memory import AccountsInMemory, sealing

NOW = 1_700_000_000
LASTING_ID = "AKIAABCDEFGHIJKLMNOP"
TEMPORARY_ID = "ASIAABCDEFGHIJKLMNOP"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzabcdefghi"
SESSION_TOKEN = "session-token-of-the-temporary-key"

LASTING = AccessKeyRecord(
    id=5,
    access_key_id=LASTING_ID,
    org_id=3,
    account_id=40,
    is_service_account=True,
    login="sa-3-scripts",
    is_disabled=False,
    role=Role.EDITOR,
    secret=sealing().sealed(3, LASTING_ID, SECRET),
    session_token_hash=None,
    expires_at=None,
    last_used_at=None,
    default_query_role=None,
    org_has_permissions=False,
)
TEMPORARY = replace(
    LASTING,
    access_key_id=TEMPORARY_ID,
    secret=sealing().sealed(3, TEMPORARY_ID, SECRET),
    session_token_hash=hash_secret(SESSION_TOKEN),
    expires_at=NOW + 60,
)


def ask(
    *records: AccessKeyRecord,
    access_key_id: str = "",
    session_token: str | None = None,
    proves: Callable[[str], bool] = lambda secret: secret == SECRET,
    org_id: int | None = None,
    query_role: Role = Role.VIEWER,
    store: AccountsInMemory | None = None,
) -> Identity:
    """Signs with the first of the records unless another id is given."""
    store = store or AccountsInMemory()
    store.keys = list(records)
    # Half a second after: the clock has fractions and the stored times have none.
    policy = LoginPolicy(False, True, query_role)
    authenticator = Authenticator(store, Passwords(100), policy, lambda: NOW + 0.5, store, sealing())
    signature = Signature(access_key_id or records[0].access_key_id, session_token, proves)
    return authenticator.authenticate(signature, door="aws", org_id=org_id)


def test_a_signature_stands_for_the_account_of_the_key() -> None:
    assert ask(replace(LASTING, org_has_permissions=True)) == Identity(
        kind="service_account",
        id=40,
        login="sa-3-scripts",
        org_id=3,
        role=Role.EDITOR,
        is_server_admin=False,
        door="aws",
        grants=grants_of(Role.EDITOR, server_admin=False),
        org_has_permissions=True,
    )


def test_the_key_of_a_user_stands_for_the_user() -> None:
    identity = ask(replace(LASTING, is_service_account=False, login="ada", role=Role.ADMIN))
    assert (identity.kind, identity.id, identity.login, identity.account_id) == ("user", 40, "ada", 40)
    assert identity.grants == grants_of(Role.ADMIN, server_admin=False)


def test_a_temporary_key_works_with_its_session_token_until_the_second_before_its_end() -> None:
    assert ask(replace(TEMPORARY, expires_at=NOW + 1), session_token=SESSION_TOKEN).id == 40


def test_the_secret_that_is_proved_is_that_of_the_key() -> None:
    tried: list[str] = []
    with pytest.raises(WrongSignature):
        ask(LASTING, proves=tried.append)  # type: ignore[arg-type]
    assert tried == [SECRET]


@pytest.mark.parametrize(
    ("record", "asked", "error"),
    [
        (LASTING, {"access_key_id": TEMPORARY_ID}, UnknownAccessKey),
        (LASTING, {"access_key_id": LASTING_ID.lower()}, UnknownAccessKey),
        (LASTING, {"session_token": SESSION_TOKEN}, UnknownAccessKey),
        (LASTING, {"session_token": ""}, UnknownAccessKey),
        (TEMPORARY, {}, UnknownAccessKey),
        (TEMPORARY, {"session_token": ""}, UnknownAccessKey),
        (TEMPORARY, {"session_token": SESSION_TOKEN[:-1]}, UnknownAccessKey),
        (TEMPORARY, {"session_token": f"{SESSION_TOKEN}é"}, UnknownAccessKey),
        (TEMPORARY, {"session_token": "\udcff\0"}, UnknownAccessKey),
        (LASTING, {"proves": lambda _: False}, WrongSignature),
        (TEMPORARY, {"session_token": SESSION_TOKEN, "proves": lambda _: False}, WrongSignature),
        (replace(TEMPORARY, expires_at=NOW), {"session_token": SESSION_TOKEN}, ExpiredAccessKey),
        (replace(TEMPORARY, expires_at=NOW - 1), {"session_token": SESSION_TOKEN}, ExpiredAccessKey),
        (LASTING, {"org_id": 4}, TokenOfAnotherOrg),
        (replace(LASTING, is_disabled=True), {}, AccountDisabled),
    ],
    ids=[
        "unknown key",
        "in another case",
        "session token for a lasting key",
        "empty session token for a lasting key",
        "no session token",
        "empty session token",
        "part of the session token",
        "session token with another letter",
        "session token of no encoding",
        "wrong signature",
        "wrong signature of a temporary key",
        "ends now",
        "ended before",
        "another org",
        "disabled account",
    ],
)
def test_a_signature_is_refused(record: AccessKeyRecord, asked: dict[str, object], error: type[IdentityError]) -> None:
    store = AccountsInMemory()
    with pytest.raises(error) as refused:
        ask(record, store=store, **asked)  # type: ignore[arg-type]
    assert type(refused.value) is error
    assert store.key_uses == []


@pytest.mark.parametrize(
    "record",
    [replace(TEMPORARY, expires_at=NOW - 1), replace(TEMPORARY, is_disabled=True)],
    ids=["ended", "disabled account"],
)
def test_who_cannot_sign_learns_nothing_of_a_key(record: AccessKeyRecord) -> None:
    with pytest.raises(WrongSignature):
        ask(record, session_token=SESSION_TOKEN, proves=lambda _: False, org_id=4)


def test_no_secret_is_tried_on_a_request_without_the_session_token() -> None:
    tried: list[str] = []
    with pytest.raises(UnknownAccessKey):
        ask(TEMPORARY, proves=tried.append)  # type: ignore[arg-type]
    assert tried == []


@pytest.mark.parametrize(
    "secret",
    [
        sealing().sealed(4, LASTING_ID, SECRET),
        sealing().sealed(3, TEMPORARY_ID, SECRET),
        LASTING.secret[:-4] + "AAA=",
        f"g1.unknown.{LASTING.secret.rpartition('.')[2]}",
        "",
    ],
    ids=["of another org", "of another key", "changed", "of a lost data key", "none"],
)
def test_a_key_whose_secret_cannot_be_decrypted_is_unreadable_and_logged(
    secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AccessKeyUnreadable):
        ask(replace(LASTING, secret=secret), proves=lambda _: True)
    assert [(record.levelno, vars(record)["event"]) for record in caplog.records] == [
        (logging.ERROR, "access_key_unreadable")
    ]


def test_an_account_that_is_no_member_any_more_may_do_nothing() -> None:
    identity = ask(replace(LASTING, role=None))
    assert (identity.role, identity.grants) == (None, {})


def test_a_signature_may_name_the_org_of_its_key() -> None:
    assert ask(LASTING, org_id=3).org_id == 3


@pytest.mark.parametrize(("of_org", "counts"), [(None, Role.EDITOR), (Role.ADMIN, Role.ADMIN)], ids=str)
def test_what_the_org_says_of_queries_counts_for_signatures_too(of_org: Role | None, counts: Role) -> None:
    identity = ask(replace(LASTING, default_query_role=of_org), query_role=Role.EDITOR)
    assert identity.default_query_role is counts
    assert identity.grants == grants_of(Role.EDITOR, server_admin=False, query_role=counts)


@pytest.mark.parametrize(
    ("last_used_at", "written"),
    [(None, True), (NOW - 60, True), (NOW - 59, False), (NOW, False)],
    ids=["never used", "a minute ago", "59 seconds ago", "now"],
)
def test_the_use_of_a_key_is_written_once_a_minute(last_used_at: int | None, written: bool) -> None:
    store = AccountsInMemory()
    ask(replace(LASTING, last_used_at=last_used_at), store=store)
    assert store.key_uses == ([(LASTING_ID, NOW)] if written else [])


def test_printed_signatures_and_records_do_not_show_secrets() -> None:
    printed = repr(Signature(TEMPORARY_ID, SESSION_TOKEN, lambda _: True)) + repr(TEMPORARY)
    assert SESSION_TOKEN not in printed
    assert hash_secret(SESSION_TOKEN) not in printed
    assert TEMPORARY.secret not in printed
