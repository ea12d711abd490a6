"""Rows of service accounts, tokens and API keys."""

import pytest

from app.identity.errors import ServiceAccountTaken, TokenNameTaken
from app.identity.limits import new_limits
from app.identity.roles import Role
from app.identity.store import NewToken, ServiceAccount, ServiceAccountSearch, Token
from app.services import Storage
from storage.accounts import NOW, add_account, add_token, add_user, unique

EVERY = ServiceAccountSearch(query="", page=1, per_page=1000, only_disabled=False, expired_tokens_at=None)


def found(storage: Storage, org_id: int, **search: object) -> list[str]:
    wanted = ServiceAccountSearch(**{**vars(EVERY), **search})
    return [account.name for account in storage.service_accounts.service_accounts(org_id, wanted)[1]]


@pytest.mark.parametrize("name", ["robot", "Robot", "robot "])
def test_a_service_account_is_found_by_exactly_its_name(storage: Storage, org: int, other_org: int, name: str) -> None:
    number = add_account(storage, org, "robot")
    found = storage.service_accounts.service_account_by_name(org, name)
    assert (found.id if found else None) == (number if name == "robot" else None)
    assert storage.service_accounts.service_account_by_name(other_org, name) is None


def test_a_service_account_comes_back_with_the_number_of_its_tokens(storage: Storage, org: int) -> None:
    name = unique("robot")
    number = add_account(storage, org, name, is_disabled=True)
    for token in ("one", "two"):
        add_token(storage, org, token, number)
    account = storage.service_accounts.service_account(org, number)
    assert account is not None
    assert account == ServiceAccount(number, account.uid, org, name, f"sa-{org}-{name}", Role.EDITOR, True, tokens=2)


def test_a_service_account_of_another_org_is_not_found(storage: Storage, org: int, other_org: int) -> None:
    number = add_account(storage, org, unique("robot"))
    assert storage.service_accounts.service_account(other_org, number) is None
    assert found(storage, other_org) == []


def test_a_user_is_no_service_account(storage: Storage, org: int) -> None:
    number = add_user(storage, org, unique("ada"))
    assert storage.service_accounts.service_account(org, number) is None
    assert found(storage, org) == []


def test_the_login_of_a_service_account_is_taken_once(storage: Storage, org: int) -> None:
    name = unique("robot")
    add_account(storage, org, name)
    with pytest.raises(ServiceAccountTaken):
        add_account(storage, org, name)


def test_service_accounts_are_counted_in_all_and_listed_by_page_and_name(storage: Storage, org: int) -> None:
    for name in ("c", "a", "b"):
        add_account(storage, org, name)
    second = ServiceAccountSearch(query="", page=2, per_page=2, only_disabled=False, expired_tokens_at=None)
    total, page = storage.service_accounts.service_accounts(org, second)
    assert (total, [account.name for account in page]) == (3, ["c"])
    assert found(storage, org) == ["a", "b", "c"]


@pytest.mark.parametrize("query", ["GRAF", "graf", "afana-pr", "sa-"], ids=["upper", "lower", "inside", "login"])
def test_service_accounts_are_searched_in_any_case(storage: Storage, org: int, query: str) -> None:
    add_account(storage, org, "Grafana-Provisioner")
    assert found(storage, org, query=query) == ["Grafana-Provisioner"]


@pytest.mark.parametrize("query", ["%", "_", "\\", "'"])
def test_characters_of_sql_patterns_mean_themselves_in_a_search(storage: Storage, org: int, query: str) -> None:
    add_account(storage, org, "plain")
    add_account(storage, org, f"with {query} inside")
    assert found(storage, org, query=query) == [f"with {query} inside"]


def test_disabled_service_accounts_are_found(storage: Storage, org: int) -> None:
    add_account(storage, org, "on")
    add_account(storage, org, "off", is_disabled=True)
    assert found(storage, org, only_disabled=True) == ["off"]


def test_service_accounts_with_an_expired_token_are_found(storage: Storage, org: int) -> None:
    for name, expires_at in (("forever", None), ("later", NOW + 1), ("over", NOW)):
        add_token(storage, org, name, add_account(storage, org, name), expires_at)
    assert found(storage, org, expired_tokens_at=NOW) == ["over"]


def test_a_service_account_is_changed_in_its_own_org_only(storage: Storage, org: int, other_org: int) -> None:
    number = add_account(storage, org, "old")
    for one in (other_org, org):
        before = storage.service_accounts.service_account(org, number)
        assert before is not None
        assert (before.name, before.role, before.is_disabled) == ("old", Role.EDITOR, False)
        with storage.service_accounts.writing(one):
            storage.service_accounts.change_service_account(one, number, name="new", role=Role.ADMIN, is_disabled=True)
    after = storage.service_accounts.service_account(org, number)
    assert after is not None
    assert (after.name, after.role, after.is_disabled) == ("new", Role.ADMIN, True)


def test_a_service_account_goes_with_its_tokens_and_its_role(storage: Storage, org: int) -> None:
    number = add_account(storage, org, "robot")
    add_token(storage, org, "token", number)
    with storage.service_accounts.writing(org):
        storage.service_accounts.delete_service_account(org, number)
    assert storage.service_accounts.service_account(org, number) is None
    assert storage.service_accounts.tokens(org, number) == []
    assert storage.authentications.standing(number, org) is None


def test_neither_a_user_nor_an_account_of_another_org_goes_as_a_service_account(
    storage: Storage, org: int, other_org: int
) -> None:
    login = unique("ada")
    user, robot = add_user(storage, org, login), add_account(storage, other_org, "robot")
    with storage.service_accounts.writing(org):
        storage.service_accounts.delete_service_account(org, user)
        storage.service_accounts.delete_service_account(org, robot)
    assert storage.authentications.user_by_login(login) is not None
    assert storage.service_accounts.service_account(other_org, robot) is not None


def test_tokens_of_an_account_and_keys_of_the_org_are_listed_apart_and_by_name(storage: Storage, org: int) -> None:
    account = add_account(storage, org, "robot")
    later = add_token(storage, org, "z token", account, NOW + 60)
    first = add_token(storage, org, "a token", account)
    key = add_token(storage, org, "key", None)
    assert storage.service_accounts.tokens(org, account) == [
        Token(first, "a token", None, NOW, None, None, False, account, None),
        Token(later, "z token", None, NOW, NOW + 60, None, False, account, None),
    ]
    assert storage.service_accounts.tokens(org, None) == [
        Token(key, "key", Role.VIEWER, NOW, None, None, False, None, None)
    ]


def test_the_name_of_a_token_is_taken_once_in_an_org(storage: Storage, org: int, other_org: int) -> None:
    add_token(storage, org, "same", None)
    add_token(storage, other_org, "same", None)
    with pytest.raises(TokenNameTaken):
        add_token(storage, org, "same", add_account(storage, org, "robot"))


def test_a_token_is_deleted_only_by_who_owns_it(storage: Storage, org: int, other_org: int) -> None:
    account, stranger = add_account(storage, org, "robot"), add_account(storage, org, "stranger")
    token = add_token(storage, org, "token", account)
    for org_id, owner, is_deleted in (
        (other_org, account, False),
        (org, stranger, False),
        (org, None, False),
        (org, account, True),
        (org, account, False),
    ):
        with storage.service_accounts.writing(org_id):
            assert storage.service_accounts.delete_token(org_id, token, owner) is is_deleted


def test_a_token_of_any_account_is_found_by_its_number_in_its_own_org(
    storage: Storage, org: int, other_org: int
) -> None:
    account = add_account(storage, org, "robot")
    token, key = add_token(storage, org, "token", account), add_token(storage, org, "key", None)
    found = storage.service_accounts.account_token(org, token)
    assert found is not None
    assert (found.id, found.name, found.service_account_id) == (token, "token", account)
    for org_id, number in ((other_org, token), (org, key), (org, 2**63 - 1), (org, -1)):
        assert storage.service_accounts.account_token(org_id, number) is None


def test_the_tokens_of_all_accounts_of_the_org_are_listed_by_name(storage: Storage, org: int, other_org: int) -> None:
    one, two = add_account(storage, org, "one"), add_account(storage, org, "two")
    for org_id, name, account in ((org, "c", one), (org, "a", two), (org, "b", one)):
        add_token(storage, org_id, name, account)
    add_token(storage, org, "key", None)
    add_token(storage, other_org, "foreign", add_account(storage, other_org, "robot"))
    listed = storage.service_accounts.account_tokens(org)
    assert [(token.name, token.service_account_id) for token in listed] == [("a", two), ("b", one), ("c", one)]


@pytest.mark.parametrize(
    ("uids", "rules"),
    [(1, 0), (0, 1), (1_000, 0), (1, 100), (1_000, 100)],
    ids=["one uid", "one rule", "the most uids", "the most rules", "the most of both"],
)
def test_limits_come_back_as_they_were_stored(storage: Storage, org: int, uids: int, rules: int) -> None:
    limits = new_limits(
        data_sources=[f"{number:x<40}" for number in range(uids)] or None,
        read_only=True,
        proxy=[f"GET {number}/{'é' * 490}" for number in range(rules)],
    )
    account = add_account(storage, org, "robot")
    with storage.service_accounts.writing(org):
        token = storage.service_accounts.add_token(
            NewToken(org, "token", unique("hash"), NOW, None, None, account, limits=limits)
        )
    found = storage.service_accounts.account_token(org, token)
    assert found is not None
    assert found.limits == limits


def test_a_retired_token_has_another_name_and_an_end_in_its_own_org_only(
    storage: Storage, org: int, other_org: int
) -> None:
    account = add_account(storage, org, "robot")
    token = add_token(storage, org, "token", account)
    add_token(storage, org, "bystander", account)
    for org_id in (other_org, org):
        before = storage.service_accounts.account_token(org, token)
        assert before is not None
        assert (before.name, before.expires_at) == ("token", None)
        with storage.service_accounts.writing(org_id):
            storage.service_accounts.retire_token(org_id, token, name="retired", expires_at=NOW + 60)
    listed = storage.service_accounts.tokens(org, account)
    assert [(found.name, found.expires_at) for found in listed] == [("bystander", None), ("retired", NOW + 60)]
