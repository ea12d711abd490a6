"""Tokens of service accounts, over a real database and at a fixed time."""

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import (
    AccountDisabled,
    ExpiredToken,
    InvalidToken,
    LifetimeMissing,
    LifetimeNegative,
    LifetimeTooLong,
    TokenNameTaken,
)
from app.identity.identity import Identity
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.identity.store import ServiceAccount, Token
from app.services import Services
from identity.callers import admin

NOW = 1_700_000_000


def at(services: Services, now: float, *, longest_life: int = -1) -> ServiceAccounts:
    storage = services.storage
    return ServiceAccounts(storage.directories, storage.audit, lambda: now, longest_life)


@pytest.fixture
def accounts(services: Services) -> ServiceAccounts:
    return at(services, NOW)


def create(accounts: ServiceAccounts, identity: Identity, name: str) -> ServiceAccount:
    return accounts.create(identity, name=name, role=Role.EDITOR, is_disabled=False)


def test_a_token_signs_in_as_its_service_account(services: Services, org: int) -> None:
    accounts = services.service_accounts
    made = create(accounts, admin(org), "ci")
    _, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    identity = services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    assert (identity.kind, identity.id, identity.org_id, identity.role) == (
        "service_account",
        made.id,
        org,
        Role.EDITOR,
    )


def test_a_token_of_a_service_account_follows_its_role(services: Services, org: int) -> None:
    accounts = services.service_accounts
    made = create(accounts, admin(org), "ci")
    _, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    accounts.change(admin(org), made.id, name=None, role=Role.VIEWER, is_disabled=None)
    identity = services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    assert identity.role == Role.VIEWER


def test_a_token_of_a_disabled_service_account_is_refused(services: Services, org: int) -> None:
    accounts = services.service_accounts
    made = create(accounts, admin(org), "ci")
    _, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    accounts.change(admin(org), made.id, name=None, role=None, is_disabled=True)
    with pytest.raises(AccountDisabled):
        services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


def test_a_token_whose_time_is_over_is_refused(services: Services, org: int) -> None:
    accounts = at(services, NOW)
    made = create(accounts, admin(org), "ci")
    _, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=10)
    with pytest.raises(ExpiredToken):
        services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


def test_a_token_is_listed_with_its_times_and_without_its_text(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    token_id, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=60)
    listed = accounts.tokens(admin(org), made.id)
    assert listed == [Token(token_id, "one", None, NOW, NOW + 60, None, False)]
    assert text.split("_")[1] not in repr(listed)


def test_a_service_account_tells_how_many_tokens_it_has(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    for name in ("one", "two"):
        accounts.add_token(admin(org), made.id, name=name, seconds_to_live=0)
    assert accounts.get(admin(org), made.id).tokens == 2


def test_a_deleted_token_is_invalid(services: Services, accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    token_id, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    accounts.delete_token(admin(org), made.id, token_id)
    with pytest.raises(InvalidToken):
        services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


def test_a_token_name_is_given_once_in_an_org(accounts: ServiceAccounts, org: int) -> None:
    one, two = create(accounts, admin(org), "one"), create(accounts, admin(org), "two")
    accounts.add_token(admin(org), one.id, name="token", seconds_to_live=0)
    with pytest.raises(TokenNameTaken):
        accounts.add_token(admin(org), two.id, name="token", seconds_to_live=0)


@pytest.mark.parametrize(
    ("seconds", "longest", "error"),
    [(-1, -1, LifetimeNegative), (0, 60, LifetimeMissing), (61, 60, LifetimeTooLong), (2**63 - 2, -1, LifetimeTooLong)],
    ids=["negative", "never with a limit", "above the limit", "beyond what a database holds"],
)
def test_a_token_cannot_live_so_long(
    services: Services, org: int, seconds: int, longest: int, error: type[Exception]
) -> None:
    accounts = at(services, NOW, longest_life=longest)
    made = create(accounts, admin(org), "ci")
    with pytest.raises(error):
        accounts.add_token(admin(org), made.id, name="one", seconds_to_live=seconds)
    assert accounts.tokens(admin(org), made.id) == []
