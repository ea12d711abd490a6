"""Service accounts, over a real database and at a fixed time."""

import pytest

from app.identity.authentication import BearerToken
from app.identity.errors import (
    InvalidAccount,
    InvalidToken,
    OrgNotFound,
    PermissionDenied,
    RoleTooHigh,
    ServiceAccountNotFound,
    ServiceAccountTaken,
    TokenNameTaken,
    TokenNotFound,
)
from app.identity.identity import Identity, system
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.identity.store import ServiceAccount
from app.services import Services
from identity.callers import admin, caller, editor_with_the_grants_of_an_admin, viewer

NOW = 1_700_000_000


def at(services: Services, now: float) -> ServiceAccounts:
    storage = services.storage
    return ServiceAccounts(storage.service_accounts, storage.audit, lambda: now, longest_life=-1)


@pytest.fixture
def accounts(services: Services) -> ServiceAccounts:
    return at(services, NOW)


def create(accounts: ServiceAccounts, identity: Identity, name: str, role: Role = Role.EDITOR) -> ServiceAccount:
    return accounts.create(identity, name=name, role=role, is_disabled=False)


def names(accounts: ServiceAccounts, identity: Identity, query: str = "", *, page: int = 1, size: int = 9) -> list[str]:
    _, found = accounts.search(identity, query=query, page=page, per_page=size, disabled=False, expired_tokens=False)
    return [account.name for account in found]


def test_a_service_account_has_its_org_role_and_a_login_made_of_both_names(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "Grafana CI: nightly")
    assert (made.org_id, made.name, made.role) == (org, "Grafana CI: nightly", Role.EDITOR)
    assert made.login == f"sa-{org}-grafana-ci-nightly"
    assert (made.is_disabled, made.tokens) == (False, 0)


def test_a_created_service_account_is_read_back(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    assert accounts.get(admin(org), made.id) == made


def test_a_change_keeps_what_it_does_not_name(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    changed = accounts.change(admin(org), made.id, name=None, role=None, is_disabled=True)
    assert (changed.name, changed.role, changed.is_disabled) == ("ci", Role.EDITOR, True)


def test_a_change_writes_what_it_names(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    accounts.change(admin(org), made.id, name="cd", role=Role.VIEWER, is_disabled=None)
    stored = accounts.get(admin(org), made.id)
    assert (stored.name, stored.role, stored.is_disabled) == ("cd", Role.VIEWER, False)


def test_a_deleted_service_account_is_gone(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci")
    accounts.delete(admin(org), made.id)
    with pytest.raises(ServiceAccountNotFound):
        accounts.get(admin(org), made.id)


def test_the_tokens_of_a_deleted_service_account_no_longer_work(
    services: Services, accounts: ServiceAccounts, org: int
) -> None:
    made = create(accounts, admin(org), "ci")
    _, text = accounts.add_token(admin(org), made.id, name="one", seconds_to_live=0)
    accounts.delete(admin(org), made.id)
    with pytest.raises(InvalidToken):
        services.authenticator.authenticate(BearerToken(text), door="test", org_id=None)


@pytest.mark.parametrize("name", ["", "x" * 191, "a\0b"], ids=["empty", "191 characters", "NUL"])
def test_a_service_account_cannot_have_such_a_name(accounts: ServiceAccounts, org: int, name: str) -> None:
    with pytest.raises(InvalidAccount):
        create(accounts, admin(org), name)


@pytest.mark.parametrize("name", ["x", "x" * 190, "密码", "!!!"], ids=["short", "190 characters", "unicode", "signs"])
def test_a_service_account_may_have_such_a_name(accounts: ServiceAccounts, org: int, name: str) -> None:
    assert create(accounts, admin(org), name).name == name


def test_names_without_latin_letters_are_as_good_as_others(accounts: ServiceAccounts, org: int) -> None:
    create(accounts, admin(org), "密码")
    create(accounts, admin(org), "秘密")
    assert sorted(names(accounts, admin(org))) == ["密码", "秘密"]


def test_a_taken_name_is_refused(accounts: ServiceAccounts, org: int) -> None:
    create(accounts, admin(org), "ci")
    with pytest.raises(ServiceAccountTaken):
        create(accounts, admin(org), "ci")


def test_a_name_that_another_org_uses_is_free(accounts: ServiceAccounts, org: int, other_org: int) -> None:
    create(accounts, admin(org), "ci")
    assert create(accounts, admin(other_org), "ci").org_id == other_org


def test_an_org_that_does_not_exist_gets_no_service_account(accounts: ServiceAccounts) -> None:
    with pytest.raises(OrgNotFound):
        create(accounts, system(10**6, "test"), "ci")


# Escalation


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR], ids=str)
def test_only_admins_create_service_accounts(accounts: ServiceAccounts, org: int, role: Role) -> None:
    with pytest.raises(PermissionDenied):
        create(accounts, caller(org, role), "ci", Role.VIEWER)


def test_nobody_creates_a_service_account_above_their_own_role(accounts: ServiceAccounts, org: int) -> None:
    with pytest.raises(RoleTooHigh):
        create(accounts, editor_with_the_grants_of_an_admin(org), "ci", Role.ADMIN)


def test_nobody_raises_a_service_account_above_their_own_role(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci", Role.VIEWER)
    with pytest.raises(RoleTooHigh):
        accounts.change(editor_with_the_grants_of_an_admin(org), made.id, name=None, role=Role.ADMIN, is_disabled=None)
    assert accounts.get(admin(org), made.id).role == Role.VIEWER


def test_nobody_makes_a_token_for_a_service_account_above_their_own_role(accounts: ServiceAccounts, org: int) -> None:
    made = create(accounts, admin(org), "ci", Role.ADMIN)
    with pytest.raises(RoleTooHigh):
        accounts.add_token(editor_with_the_grants_of_an_admin(org), made.id, name="one", seconds_to_live=0)
    assert accounts.tokens(admin(org), made.id) == []


def test_nobody_enables_a_service_account_above_their_own_role(accounts: ServiceAccounts, org: int) -> None:
    made = accounts.create(admin(org), name="ci", role=Role.ADMIN, is_disabled=True)
    with pytest.raises(RoleTooHigh):
        accounts.change(editor_with_the_grants_of_an_admin(org), made.id, name=None, role=None, is_disabled=False)
    assert accounts.get(admin(org), made.id).is_disabled


def test_a_server_admin_who_is_no_member_creates_no_service_account(accounts: ServiceAccounts, org: int) -> None:
    with pytest.raises(PermissionDenied):
        create(accounts, caller(org, None, server_admin=True), "ci")


# Another org's rows do not exist


def test_a_service_account_of_another_org_does_not_exist(accounts: ServiceAccounts, org: int, other_org: int) -> None:
    made, stranger = create(accounts, admin(org), "ci"), admin(other_org)
    with pytest.raises(ServiceAccountNotFound):
        accounts.get(stranger, made.id)
    with pytest.raises(ServiceAccountNotFound):
        accounts.change(stranger, made.id, name="stolen", role=None, is_disabled=None)
    with pytest.raises(ServiceAccountNotFound):
        accounts.delete(stranger, made.id)
    with pytest.raises(ServiceAccountNotFound):
        accounts.tokens(stranger, made.id)
    with pytest.raises(ServiceAccountNotFound):
        accounts.add_token(stranger, made.id, name="one", seconds_to_live=0)
    assert accounts.get(admin(org), made.id) == made


def test_a_token_of_another_service_account_does_not_exist(accounts: ServiceAccounts, org: int) -> None:
    one, two = create(accounts, admin(org), "one"), create(accounts, admin(org), "two")
    token_id, _ = accounts.add_token(admin(org), one.id, name="token", seconds_to_live=0)
    with pytest.raises(TokenNotFound):
        accounts.delete_token(admin(org), two.id, token_id)
    assert [token.id for token in accounts.tokens(admin(org), one.id)] == [token_id]


def test_a_token_of_another_org_does_not_exist(accounts: ServiceAccounts, org: int, other_org: int) -> None:
    here, there = create(accounts, admin(org), "ci"), create(accounts, admin(other_org), "ci")
    token_id, _ = accounts.add_token(admin(org), here.id, name="token", seconds_to_live=0)
    with pytest.raises(TokenNotFound):
        accounts.delete_token(admin(other_org), there.id, token_id)
    assert [token.id for token in accounts.tokens(admin(org), here.id)] == [token_id]


def test_a_search_finds_only_the_callers_org(accounts: ServiceAccounts, org: int, other_org: int) -> None:
    create(accounts, admin(org), "here")
    create(accounts, admin(other_org), "there")
    assert names(accounts, admin(org)) == ["here"]


# Search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["100% sure", "alpha", "beta_one"]),
        ("ALPHA", ["alpha"]),
        ("a_o", ["beta_one"]),
        ("%", ["100% sure"]),
        ("_", ["beta_one"]),
        ("beta-one", ["beta_one"]),
        ("\\", []),
        ("gamma", []),
    ],
    ids=["all", "another letter case", "inside", "per cent sign", "underscore", "login", "backslash", "nothing"],
)
def test_a_search_looks_into_names_and_logins(
    accounts: ServiceAccounts, org: int, query: str, found: list[str]
) -> None:
    for name in ("beta_one", "alpha", "100% sure"):
        create(accounts, admin(org), name)
    assert names(accounts, admin(org), query) == found


def test_a_search_tells_how_many_match_and_gives_one_page(accounts: ServiceAccounts, org: int) -> None:
    for name in ("a", "b", "c"):
        create(accounts, admin(org), name)
    total, page = accounts.search(admin(org), query="", page=2, per_page=2, disabled=False, expired_tokens=False)
    assert (total, [account.name for account in page]) == (3, ["c"])


def test_a_search_for_disabled_ones_finds_only_those(accounts: ServiceAccounts, org: int) -> None:
    create(accounts, admin(org), "enabled")
    accounts.create(admin(org), name="disabled", role=Role.VIEWER, is_disabled=True)
    _, found = accounts.search(admin(org), query="", page=1, per_page=9, disabled=True, expired_tokens=False)
    assert [account.name for account in found] == ["disabled"]


def test_a_search_for_expired_tokens_finds_the_accounts_that_have_one_now(services: Services, org: int) -> None:
    accounts = at(services, NOW)
    for name, seconds in (("never", 0), ("later", 11), ("now", 10)):
        made = create(accounts, admin(org), name)
        accounts.add_token(admin(org), made.id, name=name, seconds_to_live=seconds)
    _, found = at(services, NOW + 10).search(
        admin(org), query="", page=1, per_page=9, disabled=False, expired_tokens=True
    )
    assert [account.name for account in found] == ["now"]


def test_a_viewer_may_not_search(accounts: ServiceAccounts, org: int) -> None:
    with pytest.raises(PermissionDenied):
        names(accounts, viewer(org))


# A token and the account it belongs to, made together


def token_for(accounts: ServiceAccounts, org: int, account: str, role: Role, token: str) -> tuple[int, str]:
    return accounts.add_token_for_role(
        system(org, "cli"), account=account, role=role, name=token, seconds_to_live=0, limits=None
    )


@pytest.mark.parametrize("name", ["ci", "Ärger", "50%", "back\\slash", "a_b"], ids=ascii)
def test_the_account_for_a_token_is_made_once(accounts: ServiceAccounts, org: int, name: str) -> None:
    for token in ("one", "two"):
        token_for(accounts, org, name, Role.EDITOR, token)
    assert names(accounts, admin(org)) == [name]
    assert len({token.service_account_id for token in accounts.all_tokens(admin(org))}) == 1


def test_an_account_of_that_name_with_another_role_is_not_handed_out(accounts: ServiceAccounts, org: int) -> None:
    token_for(accounts, org, "ci", Role.ADMIN, "one")
    with pytest.raises(ServiceAccountTaken):
        token_for(accounts, org, "ci", Role.VIEWER, "two")


def test_a_disabled_account_is_not_handed_out(accounts: ServiceAccounts, org: int) -> None:
    accounts.create(admin(org), name="ci", role=Role.EDITOR, is_disabled=True)
    with pytest.raises(ServiceAccountTaken):
        token_for(accounts, org, "ci", Role.EDITOR, "one")


def test_no_account_is_left_when_its_token_cannot_be_made(accounts: ServiceAccounts, org: int) -> None:
    token_for(accounts, org, "ci", Role.EDITOR, "taken")
    with pytest.raises(TokenNameTaken):
        token_for(accounts, org, "orphan", Role.EDITOR, "taken")
    assert names(accounts, admin(org)) == ["ci"]


def test_an_account_cannot_be_given_the_name_of_another(accounts: ServiceAccounts, org: int) -> None:
    one, two = (accounts.create(admin(org), name=name, role=Role.VIEWER, is_disabled=False) for name in ("one", "two"))
    with pytest.raises(ServiceAccountTaken):
        accounts.change(admin(org), two.id, name="one", role=None, is_disabled=None)
    assert accounts.get(admin(org), one.id).name == "one"
