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
    PermissionDenied,
    TokenNameTaken,
    TokenNotFound,
)
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.identity.store import ServiceAccount, Token
from app.services import Services
from identity.callers import admin, caller

NOW = 1_700_000_000
LIMITS = TokenLimits(data_sources=frozenset({"one", "two"}), read_only=True, proxy=("GET api/**",))


def at(services: Services, now: float, *, longest_life: int = -1) -> ServiceAccounts:
    storage = services.storage
    return ServiceAccounts(storage.service_accounts, storage.audit, lambda: now, longest_life)


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
    assert listed == [Token(token_id, "one", None, NOW, NOW + 60, None, False, made.id, None)]
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


def test_a_token_is_listed_with_its_limits(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    accounts.add_token(admin(org), made.id, name="narrow", seconds_to_live=0, limits=LIMITS)
    accounts.add_token(admin(org), made.id, name="wide", seconds_to_live=0)
    assert [token.limits for token in accounts.tokens(admin(org), made.id)] == [LIMITS, None]


def test_a_narrow_token_signs_in_with_its_limits(services: Services, org: int) -> None:
    accounts = services.service_accounts
    made = create(accounts, admin(org), "ci")
    _, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0, limits=LIMITS)
    identity = services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    assert identity.limits == LIMITS
    assert not identity.may("datasources:read", "datasources:uid:three")


def test_the_tokens_of_all_service_accounts_of_the_org_are_listed_by_name(
    services: Services, accounts: ServiceAccounts, org: int, other_org: int
) -> None:
    owners = {}
    for there, owner, name in ((org, "one", "c"), (org, "two", "a"), (org, "one", "b"), (other_org, "one", "d")):
        token_id, _ = accounts.add_token_for_role(
            admin(there), account=owner, role=Role.EDITOR, name=name, seconds_to_live=0, limits=None
        )
        owners[name] = accounts.token(admin(there), token_id).service_account_id
    services.api_keys.create(admin(org), name="key", role=Role.VIEWER, seconds_to_live=0)
    listed = accounts.all_tokens(admin(org))
    assert [(token.name, token.service_account_id) for token in listed] == [(name, owners[name]) for name in "abc"]
    assert [accounts.token(admin(org), token.id) for token in listed] == listed


def test_neither_a_key_nor_a_token_of_another_org_is_found_by_its_number(
    services: Services, accounts: ServiceAccounts, org: int, other_org: int
) -> None:
    key, _ = services.api_keys.create(admin(org), name="key", role=Role.VIEWER, seconds_to_live=0)
    elsewhere = create(accounts, admin(other_org), "ci")
    foreign, _ = accounts.add_token(admin(other_org), elsewhere.id, name="one", seconds_to_live=0)
    for number in (key, foreign, 10**6, 0, -1):
        with pytest.raises(TokenNotFound):
            accounts.token(admin(org), number)
        with pytest.raises(TokenNotFound):
            accounts.rotate_token(admin(org), number, overlap=0, seconds_to_live=None)
        with pytest.raises(TokenNotFound):
            accounts.delete_any_token(admin(org), number)
    assert [token.name for token in services.api_keys.all(admin(org), include_expired=True)] == ["key"]
    assert [token.name for token in accounts.all_tokens(admin(other_org))] == ["one"]


def test_a_token_can_be_deleted_by_its_number_alone(services: Services, accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    token_id, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    assert accounts.delete_any_token(admin(org), token_id).name == "one"
    assert accounts.all_tokens(admin(org)) == []
    with pytest.raises(InvalidToken):
        services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None], ids=str)
def test_only_admins_see_rotate_and_delete_tokens(accounts: ServiceAccounts, org: int, role: Role | None) -> None:
    made = create(accounts, admin(org), "ci")
    token_id, _ = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    asking = caller(org, role)
    with pytest.raises(PermissionDenied):
        accounts.all_tokens(asking)
    with pytest.raises(PermissionDenied):
        accounts.token(asking, token_id)
    with pytest.raises(PermissionDenied):
        accounts.rotate_token(asking, token_id, overlap=0, seconds_to_live=None)
    with pytest.raises(PermissionDenied):
        accounts.delete_any_token(asking, token_id)
    assert [token.name for token in accounts.all_tokens(admin(org))] == ["one"]
