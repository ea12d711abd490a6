"""Legacy API keys, over a real database and at a fixed time."""

import pytest

from app.identity.api_keys import ApiKeys
from app.identity.authentication import BearerToken
from app.identity.errors import (
    ApiKeyNameTaken,
    ApiKeyNotFound,
    InvalidToken,
    LifetimeMissing,
    LifetimeNegative,
    LifetimeTooLong,
    PermissionDenied,
    RoleTooHigh,
)
from app.identity.roles import Role
from app.identity.store import Token
from app.identity.tokens import LegacyToken, read_token
from app.services import Services
from identity.callers import admin, caller, editor_with_the_grants_of_an_admin

NOW = 1_700_000_000


def at(services: Services, now: float, *, longest_life: int = -1) -> ApiKeys:
    storage = services.storage
    return ApiKeys(storage.service_accounts, storage.audit, lambda: now, longest_life)


@pytest.fixture
def keys(services: Services) -> ApiKeys:
    return at(services, NOW)


def create(keys: ApiKeys, org: int, name: str = "ci", role: Role = Role.EDITOR, seconds: int = 0) -> tuple[int, str]:
    return keys.create(admin(org), name=name, role=role, seconds_to_live=seconds)


def names(keys: ApiKeys, org: int, *, include_expired: bool = False) -> list[str]:
    return [key.name for key in keys.all(admin(org), include_expired=include_expired)]


def test_a_key_is_a_legacy_token_of_its_name_and_org(keys: ApiKeys, org: int) -> None:
    token = read_token(create(keys, org, "my key")[1])
    assert isinstance(token, LegacyToken)
    assert (token.name, token.org_id) == ("my key", org)


def test_a_key_signs_in_with_its_own_role(services: Services, keys: ApiKeys, org: int) -> None:
    key_id, text = create(keys, org, role=Role.VIEWER)
    identity = services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)
    assert (identity.kind, identity.id, identity.org_id, identity.role) == ("api_key", key_id, org, Role.VIEWER)


def test_a_key_is_listed_with_its_times_and_without_its_text(keys: ApiKeys, org: int) -> None:
    key_id, text = create(keys, org, "ci", Role.VIEWER, seconds=60)
    listed = keys.all(admin(org), include_expired=False)
    assert listed == [Token(key_id, "ci", Role.VIEWER, NOW, NOW + 60, None, False, None, None)]
    assert text not in repr(listed)


def test_keys_are_listed_by_name(keys: ApiKeys, org: int) -> None:
    for name in ("b", "c", "a"):
        create(keys, org, name)
    assert names(keys, org) == ["a", "b", "c"]


def test_expired_keys_are_listed_only_on_request(services: Services, org: int) -> None:
    for name, seconds in (("never", 0), ("now", 10), ("later", 11)):
        create(at(services, NOW), org, name, seconds=seconds)
    later = at(services, NOW + 10)
    assert names(later, org) == ["later", "never"]
    assert names(later, org, include_expired=True) == ["later", "never", "now"]


def test_tokens_of_service_accounts_are_no_api_keys(services: Services, keys: ApiKeys, org: int) -> None:
    accounts = services.service_accounts
    account = accounts.create(admin(org), name="ci", role=Role.VIEWER, is_disabled=False)
    token_id, _ = accounts.add_token(admin(org), account.id, name="token", seconds_to_live=0)
    assert names(keys, org) == []
    with pytest.raises(ApiKeyNotFound):
        keys.delete(admin(org), token_id)


def test_a_deleted_key_is_invalid(services: Services, keys: ApiKeys, org: int) -> None:
    key_id, text = create(keys, org)
    keys.delete(admin(org), key_id)
    assert names(keys, org) == []
    with pytest.raises(InvalidToken):
        services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


def test_a_taken_name_is_refused(keys: ApiKeys, org: int) -> None:
    create(keys, org, "ci")
    with pytest.raises(ApiKeyNameTaken):
        create(keys, org, "ci")


def test_a_name_that_another_org_uses_is_free(keys: ApiKeys, org: int, other_org: int) -> None:
    create(keys, org, "ci")
    create(keys, other_org, "ci")
    assert names(keys, other_org) == ["ci"]


def test_a_key_of_another_org_does_not_exist(keys: ApiKeys, org: int, other_org: int) -> None:
    key_id, _ = create(keys, org)
    assert names(keys, other_org) == []
    with pytest.raises(ApiKeyNotFound):
        keys.delete(admin(other_org), key_id)
    assert names(keys, org) == ["ci"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, None], ids=str)
def test_only_admins_have_to_do_with_keys(keys: ApiKeys, org: int, role: Role | None) -> None:
    key_id, _ = create(keys, org)
    asking = caller(org, role)
    with pytest.raises(PermissionDenied):
        keys.create(asking, name="more", role=Role.VIEWER, seconds_to_live=0)
    with pytest.raises(PermissionDenied):
        keys.all(asking, include_expired=False)
    with pytest.raises(PermissionDenied):
        keys.delete(asking, key_id)


def test_nobody_makes_a_key_above_their_own_role(keys: ApiKeys, org: int) -> None:
    with pytest.raises(RoleTooHigh):
        keys.create(editor_with_the_grants_of_an_admin(org), name="ci", role=Role.ADMIN, seconds_to_live=0)
    assert names(keys, org) == []


@pytest.mark.parametrize(
    ("seconds", "longest", "error"),
    [(-1, -1, LifetimeNegative), (0, 60, LifetimeMissing), (61, 60, LifetimeTooLong), (2**63 - 2, -1, LifetimeTooLong)],
    ids=["negative", "never with a limit", "above the limit", "beyond what a database holds"],
)
def test_a_key_cannot_live_so_long(
    services: Services, org: int, seconds: int, longest: int, error: type[Exception]
) -> None:
    keys = at(services, NOW, longest_life=longest)
    with pytest.raises(error):
        create(keys, org, seconds=seconds)
    assert names(keys, org) == []
