"""From a token to an Identity, at a fixed time."""

import pytest

from app.identity.authentication import Authenticator, BearerToken, LoginPolicy
from app.identity.errors import (
    AccountDisabled,
    ExpiredToken,
    IdentityError,
    InvalidToken,
    NotAuthenticated,
    RevokedToken,
    TokenOfAnotherOrg,
)
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.passwords import Passwords
from app.identity.roles import Role, grants_of
from app.identity.store import TokenRecord
from app.identity.tokens import legacy_token, service_token
from identity.accounts_in_memory import AccountsInMemory, key_record, sealing, token_record

NOW = 1_700_000_000
SECRET = "VVQjot0nijQ59lun6pMZRtsdBXxnFQ9M"
OTHER_SECRET = "x" * 32
TOKEN = service_token(SECRET)


@pytest.fixture
def store() -> AccountsInMemory:
    return AccountsInMemory()


def ask(store: AccountsInMemory, text: str, *, org_id: int | None = None, query_role: Role = Role.VIEWER) -> Identity:
    policy = LoginPolicy(True, True, query_role)
    # Half a second after: the clock has fractions and the stored times have none.
    authenticator = Authenticator(store, Passwords(100), policy, lambda: NOW + 0.5, store, sealing())
    return authenticator.authenticate(BearerToken(text), door="grafana", org_id=org_id)


def test_without_credentials_nobody_is_authenticated(store: AccountsInMemory) -> None:
    policy = LoginPolicy(passwords_allowed=True, block_after_wrong_passwords=True)
    authenticator = Authenticator(store, Passwords(100), policy, lambda: NOW, store, sealing())
    with pytest.raises(NotAuthenticated):
        authenticator.authenticate(None, door="grafana", org_id=None)


def test_a_token_stands_for_its_service_account(store: AccountsInMemory) -> None:
    store.tokens = [token_record(SECRET, org_id=3)]
    assert ask(store, TOKEN) == Identity(
        kind="service_account",
        id=40,
        login="sa-1-scripts",
        org_id=3,
        role=Role.EDITOR,
        is_server_admin=False,
        door="grafana",
        grants=grants_of(Role.EDITOR, server_admin=False),
    )


def test_a_narrow_token_comes_with_its_limits(store: AccountsInMemory) -> None:
    limits = TokenLimits(data_sources=frozenset({"one"}), read_only=True, proxy=None)
    store.tokens = [token_record(SECRET, role=Role.ADMIN, limits=limits)]
    identity = ask(store, TOKEN)
    assert identity.limits == limits
    assert not identity.may("serviceaccounts:read")


@pytest.mark.parametrize(("of_org", "counts"), [(None, Role.EDITOR), (Role.ADMIN, Role.ADMIN)], ids=str)
def test_what_the_org_says_of_queries_counts_for_tokens_too(
    store: AccountsInMemory, of_org: Role | None, counts: Role
) -> None:
    store.tokens = [token_record(SECRET, role=Role.EDITOR, default_query_role=of_org)]
    identity = ask(store, TOKEN, query_role=Role.EDITOR)
    assert identity.default_query_role is counts
    assert identity.grants == grants_of(Role.EDITOR, server_admin=False, query_role=counts)


def test_a_legacy_key_stands_for_itself(store: AccountsInMemory) -> None:
    store.tokens = [key_record(SECRET, org_id=3, name="ci")]
    assert ask(store, legacy_token(SECRET, "ci", 3)) == Identity(
        kind="api_key",
        id=6,
        login="ci",
        org_id=3,
        role=Role.VIEWER,
        is_server_admin=False,
        door="grafana",
        grants=grants_of(Role.VIEWER, server_admin=False),
    )


def test_a_token_of_an_account_without_a_role_may_do_nothing(store: AccountsInMemory) -> None:
    store.tokens = [token_record(SECRET, role=None)]
    assert ask(store, TOKEN).grants == {}


def test_a_token_may_name_its_own_org(store: AccountsInMemory) -> None:
    store.tokens = [token_record(SECRET, org_id=3)]
    assert ask(store, TOKEN, org_id=3).org_id == 3


@pytest.mark.parametrize(
    ("record", "org_id", "error"),
    [
        (token_record(SECRET, expires_at=NOW), None, ExpiredToken),
        (token_record(SECRET, expires_at=NOW - 1), None, ExpiredToken),
        (token_record(SECRET, is_revoked=True), None, RevokedToken),
        (token_record(SECRET, org_id=1), 2, TokenOfAnotherOrg),
        (token_record(SECRET, is_disabled=True), None, AccountDisabled),
        (token_record(OTHER_SECRET), None, InvalidToken),
    ],
    ids=["expired at exactly now", "expired before", "revoked", "another org", "disabled account", "unknown"],
)
def test_a_token_is_refused(
    store: AccountsInMemory, record: TokenRecord, org_id: int | None, error: type[IdentityError]
) -> None:
    store.tokens = [record]
    with pytest.raises(error):
        ask(store, TOKEN, org_id=org_id)


def test_a_token_works_until_the_second_before_its_end(store: AccountsInMemory) -> None:
    store.tokens = [token_record(SECRET, expires_at=NOW + 1)]
    assert ask(store, TOKEN).id == 40


@pytest.mark.parametrize("text", ["", "glsa_x", "not a token", TOKEN[:-1], TOKEN.upper()], ids=repr)
def test_a_malformed_token_is_invalid(store: AccountsInMemory, text: str) -> None:
    store.tokens = [token_record(SECRET)]
    with pytest.raises(InvalidToken):
        ask(store, text)


def test_a_legacy_text_with_the_secret_of_a_service_token_is_invalid(store: AccountsInMemory) -> None:
    store.tokens = [token_record(SECRET, org_id=1, name="ci")]
    with pytest.raises(InvalidToken):
        ask(store, legacy_token(SECRET, "ci", 1))


def test_a_service_text_with_the_secret_of_a_legacy_key_is_invalid(store: AccountsInMemory) -> None:
    store.tokens = [key_record(SECRET)]
    with pytest.raises(InvalidToken):
        ask(store, TOKEN)


@pytest.mark.parametrize(("name", "org_id"), [("other", 1), ("ci", 2)], ids=["another name", "another org"])
def test_a_legacy_key_that_says_something_else_of_itself_is_invalid(
    store: AccountsInMemory, name: str, org_id: int
) -> None:
    store.tokens = [key_record(SECRET, org_id=1, name="ci")]
    with pytest.raises(InvalidToken):
        ask(store, legacy_token(SECRET, name, org_id))


@pytest.mark.parametrize(
    "last_used_at", [None, NOW - 60, NOW - 3_600], ids=["never used", "a minute ago", "an hour ago"]
)
def test_the_use_of_a_token_is_written(store: AccountsInMemory, last_used_at: int | None) -> None:
    store.tokens = [token_record(SECRET, last_used_at=last_used_at)]
    ask(store, TOKEN)
    assert store.uses == [(5, NOW)]


@pytest.mark.parametrize("last_used_at", [NOW - 59, NOW], ids=["59 seconds ago", "now"])
def test_the_use_of_a_token_is_written_once_a_minute(store: AccountsInMemory, last_used_at: int) -> None:
    store.tokens = [token_record(SECRET, last_used_at=last_used_at)]
    ask(store, TOKEN)
    assert store.uses == []


def test_a_refused_token_is_not_used(store: AccountsInMemory) -> None:
    store.tokens = [token_record(SECRET, expires_at=NOW)]
    with pytest.raises(ExpiredToken):
        ask(store, TOKEN)
    assert store.uses == []


@pytest.mark.parametrize("text", [TOKEN, f"{TOKEN}x"], ids=["unknown", "malformed"])
def test_no_refusal_shows_the_token(store: AccountsInMemory, text: str) -> None:
    with pytest.raises(InvalidToken) as refused:
        ask(store, text)
    assert SECRET not in repr(refused.value)


def test_printed_credentials_and_records_do_not_show_the_token() -> None:
    record = token_record(SECRET)
    assert SECRET not in repr(BearerToken(TOKEN))
    assert record.token_hash not in repr(record)
