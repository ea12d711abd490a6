"""Rows of orgs, users, service accounts and tokens."""

import secrets

import pytest

from app.identity.errors import LoginTaken, OrgNameTaken, ServiceAccountTaken, TokenNameTaken
from app.identity.roles import Role
from app.identity.store import NewToken, Org, ServiceAccount, ServiceAccountSearch, Token
from app.services import Storage

EVERY = ServiceAccountSearch(query="", page=1, per_page=1000, only_disabled=False, expired_tokens_at=None)
NOW = 1_000_000


def unique(word: str) -> str:
    return f"{word}-{secrets.token_hex(6)}"


def add_user(storage: Storage, org_id: int, login: str, email: str = "") -> int:
    with storage.directories.writing(org_id):
        return storage.directories.add_user(
            login=login,
            email=email,
            name=login,
            password_hash="hash",
            is_server_admin=False,
            org_id=org_id,
            role=Role.VIEWER,
        )


def add_account(storage: Storage, org_id: int, name: str, *, is_disabled: bool = False) -> int:
    with storage.directories.writing(org_id):
        return storage.directories.add_service_account(
            org_id, name=name, login=f"sa-{org_id}-{name}", role=Role.EDITOR, is_disabled=is_disabled
        )


def add_token(storage: Storage, org_id: int, name: str, account_id: int | None, expires_at: int | None = None) -> int:
    role = Role.VIEWER if account_id is None else None
    new = NewToken(org_id, name, secrets.token_hex(32), NOW, expires_at, role, account_id)
    with storage.directories.writing(org_id):
        return storage.directories.add_token(new)


def found(storage: Storage, org_id: int, **search: object) -> list[str]:
    wanted = ServiceAccountSearch(**{**vars(EVERY), **search})
    return [account.name for account in storage.directories.service_accounts(org_id, wanted)[1]]


def test_a_fresh_installation_has_neither_org_nor_user(empty_storage: Storage) -> None:
    assert empty_storage.directories.first_org() is None
    assert not empty_storage.directories.any_user()


def test_a_service_account_is_no_user(empty_storage: Storage) -> None:
    with empty_storage.directories.writing(None):
        org_id = empty_storage.directories.add_org("Acme").id
    add_account(empty_storage, org_id, "robot")
    assert not empty_storage.directories.any_user()
    add_user(empty_storage, org_id, "ada")
    assert empty_storage.directories.any_user()


def test_the_first_org_is_the_oldest(empty_storage: Storage) -> None:
    with empty_storage.directories.writing(None):
        oldest = empty_storage.directories.add_org("Zebra 🔥")
        empty_storage.directories.add_org("Acme")
    assert empty_storage.directories.first_org() == Org(oldest.id, "Zebra 🔥")


@pytest.mark.parametrize("name", ["robot", "Robot", "robot "])
def test_a_service_account_is_found_by_exactly_its_name(storage: Storage, org: int, other_org: int, name: str) -> None:
    number = add_account(storage, org, "robot")
    found = storage.directories.service_account_by_name(org, name)
    assert (found.id if found else None) == (number if name == "robot" else None)
    assert storage.directories.service_account_by_name(other_org, name) is None


def test_the_name_of_an_org_is_taken_once(storage: Storage) -> None:
    name = unique("Acme")
    with storage.directories.writing(None):
        storage.directories.add_org(name)
    with pytest.raises(OrgNameTaken), storage.directories.writing(None):
        storage.directories.add_org(name)


def test_a_login_is_taken_once_on_the_whole_server(storage: Storage, org: int, other_org: int) -> None:
    login = unique("ada")
    add_user(storage, org, login)
    with pytest.raises(LoginTaken):
        add_user(storage, other_org, login)


def test_an_email_is_taken_once_in_any_case(storage: Storage, org: int) -> None:
    email = unique("ada")
    add_user(storage, org, unique("ada"), f"{email}@Example.org")
    with pytest.raises(LoginTaken):
        add_user(storage, org, unique("bob"), f"{email}@example.ORG")


def test_any_number_of_users_may_have_no_email(storage: Storage, org: int) -> None:
    assert add_user(storage, org, unique("ada")) != add_user(storage, org, unique("bob"))


def test_a_user_who_is_refused_is_a_member_of_nothing(storage: Storage, org: int, other_org: int) -> None:
    login = unique("ada")
    number = add_user(storage, org, login)
    with pytest.raises(LoginTaken):
        add_user(storage, other_org, login)
    assert storage.authentications.role_in_org(number, org) is Role.VIEWER
    assert storage.authentications.role_in_org(number, other_org) is None


def test_a_password_is_set_for_a_user(storage: Storage, org: int) -> None:
    login = unique("ada")
    add_user(storage, org, login)
    with storage.directories.writing(None):
        assert storage.directories.set_password(login, "another hash")
    user = storage.authentications.user_by_login(login)
    assert user is not None
    assert user.password_hash == "another hash"


def test_setting_the_same_password_again_finds_the_user_too(storage: Storage, org: int) -> None:
    login = unique("ada")
    add_user(storage, org, login)
    with storage.directories.writing(None):
        assert storage.directories.set_password(login, "hash")


def test_no_password_is_set_for_a_stranger_or_a_service_account(storage: Storage, org: int) -> None:
    name = unique("robot")
    add_account(storage, org, name)
    with storage.directories.writing(None):
        assert not storage.directories.set_password(unique("nobody"), "hash")
        assert not storage.directories.set_password(f"sa-{org}-{name}", "hash")


def test_a_service_account_comes_back_with_the_number_of_its_tokens(storage: Storage, org: int) -> None:
    name = unique("robot")
    number = add_account(storage, org, name, is_disabled=True)
    for token in ("one", "two"):
        add_token(storage, org, token, number)
    account = storage.directories.service_account(org, number)
    assert account is not None
    assert account == ServiceAccount(number, account.uid, org, name, f"sa-{org}-{name}", Role.EDITOR, True, tokens=2)


def test_a_service_account_of_another_org_is_not_found(storage: Storage, org: int, other_org: int) -> None:
    number = add_account(storage, org, unique("robot"))
    assert storage.directories.service_account(other_org, number) is None
    assert found(storage, other_org) == []


def test_a_user_is_no_service_account(storage: Storage, org: int) -> None:
    number = add_user(storage, org, unique("ada"))
    assert storage.directories.service_account(org, number) is None
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
    total, page = storage.directories.service_accounts(org, second)
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
        before = storage.directories.service_account(org, number)
        assert before is not None
        assert (before.name, before.role, before.is_disabled) == ("old", Role.EDITOR, False)
        with storage.directories.writing(one):
            storage.directories.change_service_account(one, number, name="new", role=Role.ADMIN, is_disabled=True)
    after = storage.directories.service_account(org, number)
    assert after is not None
    assert (after.name, after.role, after.is_disabled) == ("new", Role.ADMIN, True)


def test_a_service_account_goes_with_its_tokens_and_its_role(storage: Storage, org: int) -> None:
    number = add_account(storage, org, "robot")
    add_token(storage, org, "token", number)
    with storage.directories.writing(org):
        storage.directories.delete_service_account(org, number)
    assert storage.directories.service_account(org, number) is None
    assert storage.directories.tokens(org, number) == []
    assert storage.authentications.role_in_org(number, org) is None


def test_neither_a_user_nor_an_account_of_another_org_goes_as_a_service_account(
    storage: Storage, org: int, other_org: int
) -> None:
    login = unique("ada")
    user, robot = add_user(storage, org, login), add_account(storage, other_org, "robot")
    with storage.directories.writing(org):
        storage.directories.delete_service_account(org, user)
        storage.directories.delete_service_account(org, robot)
    assert storage.authentications.user_by_login(login) is not None
    assert storage.directories.service_account(other_org, robot) is not None


def test_tokens_of_an_account_and_keys_of_the_org_are_listed_apart_and_by_name(storage: Storage, org: int) -> None:
    account = add_account(storage, org, "robot")
    later = add_token(storage, org, "z token", account, NOW + 60)
    first = add_token(storage, org, "a token", account)
    key = add_token(storage, org, "key", None)
    assert storage.directories.tokens(org, account) == [
        Token(first, "a token", None, NOW, None, None, is_revoked=False),
        Token(later, "z token", None, NOW, NOW + 60, None, is_revoked=False),
    ]
    assert storage.directories.tokens(org, None) == [Token(key, "key", Role.VIEWER, NOW, None, None, is_revoked=False)]


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
        with storage.directories.writing(org_id):
            assert storage.directories.delete_token(org_id, token, owner) is is_deleted
