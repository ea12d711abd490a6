"""Rows of users."""

from collections.abc import Callable

import pytest

from app.identity.errors import LoginTaken
from app.identity.people_store import Page, User
from app.identity.roles import Role
from app.services import Storage
from storage.accounts import NOW, add_account, add_user, new_org, set_email_unchecked, unique

NO_ID = 2**63 - 1


def user(storage: Storage, user_id: int) -> User:
    found = storage.people.user(user_id)
    assert found is not None
    return found


def found(storage: Storage, query: str, number: int = 1, size: int = 9) -> tuple[int, list[str]]:
    total, page = storage.people.users(Page(query, number, size))
    return total, [found.login for found in page]


def test_a_fresh_installation_has_no_user(empty_storage: Storage) -> None:
    assert not empty_storage.people.any_user()


def test_a_service_account_is_no_user(empty_storage: Storage) -> None:
    org_id = new_org(empty_storage)
    add_account(empty_storage, org_id, "robot")
    assert not empty_storage.people.any_user()
    add_user(empty_storage, org_id)
    assert empty_storage.people.any_user()


def test_a_user_comes_back_as_stored(storage: Storage, org: int) -> None:
    login = unique("ada 🔥")
    number = add_user(storage, org, login, "Ada@Example.org" + login, name="Ädä", is_server_admin=True)
    ada = user(storage, number)
    email = "ada@example.org" + login
    assert ada == User(number, ada.uid, login, email, "Ädä", True, False, org, ada.created_at)
    assert ada.uid
    assert ada.created_at > NOW


def signs(which: str, text: str) -> tuple[str, str]:
    """A login and an e-mail, one of which is the text."""
    return (text, "") if which == "login" else (unique("other"), text)


@pytest.mark.parametrize("taken", ["login", "email"])
@pytest.mark.parametrize("wanted", ["login", "email"])
@pytest.mark.parametrize("case", [str, str.upper], ids=["same case", "another case"])
def test_what_one_signs_in_with_is_nobody_elses_login_or_email(
    storage: Storage, org: int, other_org: int, taken: str, wanted: str, case: Callable[[str], str]
) -> None:
    word = unique("ada")
    first = add_user(storage, org, *signs(taken, word))
    with pytest.raises(LoginTaken):
        add_user(storage, other_org, *signs(wanted, case(word)))
    second = add_user(storage, other_org)
    login, email = signs(wanted, case(word))
    with pytest.raises(LoginTaken), storage.people.writing_everywhere():
        storage.people.change_user(second, login=login, email=email, name="x")
    assert storage.people.user_by_login(word) == user(storage, first)


def test_a_user_may_have_their_login_as_email(storage: Storage, org: int) -> None:
    login = unique("ada")
    number = add_user(storage, org, login, login)
    with storage.people.writing_everywhere():
        storage.people.change_user(number, login=login, email=login, name="Ada")
    assert user(storage, number).email == login


def test_any_number_of_users_may_have_no_email(storage: Storage, org: int) -> None:
    assert add_user(storage, org) != add_user(storage, org)


def test_a_user_who_is_refused_is_a_member_of_nothing(storage: Storage, org: int, other_org: int) -> None:
    login = unique("ada")
    number = add_user(storage, org, login)
    with pytest.raises(LoginTaken):
        add_user(storage, other_org, login)
    assert storage.people.role_in_org(number, org) is Role.VIEWER
    assert storage.people.role_in_org(number, other_org) is None


@pytest.mark.parametrize("asked", ["ADA", "ada ", "ad", "%", "a\0da", ""])
def test_nobody_is_found_by_what_is_not_their_login(storage: Storage, org: int, asked: str) -> None:
    add_user(storage, org, unique("ada"))
    assert storage.people.user_by_login(asked) is None


def test_a_login_wins_over_the_same_email_of_somebody_else(storage: Storage, org: int) -> None:
    word = unique("ada")
    number = add_user(storage, org, word)
    set_email_unchecked(storage, add_user(storage, org), word)
    assert storage.people.user_by_login(word) == user(storage, number)


@pytest.mark.parametrize("number", [NO_ID, 0, -1])
def test_a_number_that_nobody_has_is_not_found(storage: Storage, org: int, number: int) -> None:
    assert storage.people.user(number) is None
    assert storage.people.memberships(number) == []
    assert storage.people.role_in_org(number, org) is None
    assert storage.people.role_in_org(org, number) is None


def test_a_service_account_is_neither_found_nor_changed_as_a_user(storage: Storage, org: int, other_org: int) -> None:
    robot = add_account(storage, org, "robot")
    before = storage.service_accounts.service_account(org, robot)
    people = storage.people
    assert people.user(robot) is None
    assert people.user_by_login(f"sa-{org}-robot") is None
    assert people.role_in_org(robot, org) is None
    assert people.members(org, "") == []
    with people.writing_everywhere():
        people.change_user(robot, login=unique("x"), email="", name="x")
        people.set_disabled(robot, is_disabled=True)
        people.set_server_admin(robot, is_server_admin=True)
        people.set_org(robot, other_org)
        people.delete_user(robot)
    assert storage.service_accounts.service_account(org, robot) == before


def test_users_are_counted_in_all_and_listed_by_page_and_login(storage: Storage, org: int) -> None:
    word = unique("team")
    for prefix in "cab":
        add_user(storage, org, f"{prefix}-{word}")
    assert found(storage, word) == (3, [f"a-{word}", f"b-{word}", f"c-{word}"])
    assert found(storage, word, number=2, size=2) == (3, [f"c-{word}"])
    assert found(storage, word, number=1_000_000, size=5_000) == (3, [])


@pytest.mark.parametrize("case", [str.upper, str.lower, str.title], ids=["upper", "lower", "title"])
@pytest.mark.parametrize("word", ["ada", "élan", "Ünal", "ΑΘΗΝΑ"])
def test_users_are_searched_in_any_case(storage: Storage, org: int, word: str, case: type[str]) -> None:
    word = unique(word)
    by_login = add_user(storage, org, f"b-{word}")
    by_name = add_user(storage, org, name=f"Mr. {word.upper()}")
    listed = {member.user.id for member in storage.people.members(org, case(word))}
    assert listed == {by_login, by_name}
    assert found(storage, case(word))[0] == 2


@pytest.mark.parametrize("query", ["%", "_", "\\", "'"])
def test_characters_of_sql_patterns_mean_themselves_in_a_search(storage: Storage, org: int, query: str) -> None:
    add_user(storage, org, unique("plain"))
    login = unique(f"with {query} inside")
    add_user(storage, org, login)
    assert [member.user.login for member in storage.people.members(org, query)] == [login]


@pytest.mark.parametrize("query", ["\0", "a\0"])
def test_a_search_may_hold_nul(storage: Storage, org: int, query: str) -> None:
    assert found(storage, query)[0] >= 0
    assert storage.people.members(org, query) == []


def test_a_profile_is_changed_and_another_left_alone(storage: Storage, org: int) -> None:
    bystander, number = add_user(storage, org), add_user(storage, org, email=unique("e"))
    before, login = user(storage, bystander), unique("new")
    with storage.people.writing_everywhere():
        storage.people.change_user(number, login=login, email=f"{login}@Example.ORG", name="New")
    changed = user(storage, number)
    assert (changed.login, changed.email, changed.name) == (login, f"{login}@example.org", "New")
    assert user(storage, bystander) == before


def test_a_profile_may_stay_as_it_is_and_lose_its_email(storage: Storage, org: int) -> None:
    for _ in range(2):
        before = user(storage, add_user(storage, org, email=unique("e")))
        with storage.people.writing_everywhere():
            storage.people.change_user(before.id, login=before.login, email=before.email, name=before.name)
        assert user(storage, before.id) == before
        with storage.people.writing_everywhere():
            storage.people.change_user(before.id, login=before.login, email="", name=before.name)
        assert user(storage, before.id).email == ""


def test_a_password_is_set_and_the_wrong_ones_of_that_login_forgotten(storage: Storage, org: int) -> None:
    ada, bob = (user(storage, add_user(storage, org, unique(name))) for name in ("Ada", "Bob"))
    for one in (ada, bob):
        storage.authentications.add_wrong_password(one.login.lower(), NOW, forget_before=0)
    with storage.people.writing_everywhere():
        storage.people.set_password(ada, "another hash")
    assert (storage.people.password_hash(ada.id), storage.people.password_hash(bob.id)) == ("another hash", "hash")
    wrong = storage.authentications.wrong_passwords_since
    assert (wrong(ada.login.lower(), 0), wrong(bob.login.lower(), 0)) == (0, 1)


def test_flags_are_set_and_taken_back(storage: Storage, org: int) -> None:
    number = add_user(storage, org)
    for flag in (True, False):
        with storage.people.writing_everywhere():
            storage.people.set_disabled(number, is_disabled=flag)
            storage.people.set_server_admin(number, is_server_admin=flag)
        assert (user(storage, number).is_disabled, user(storage, number).is_server_admin) == (flag, flag)


def test_only_an_enabled_server_admin_would_remain(empty_storage: Storage) -> None:
    org_id, people = new_org(empty_storage), empty_storage.people
    first, second = (add_user(empty_storage, org_id, is_server_admin=True) for _ in range(2))
    add_user(empty_storage, org_id, role=Role.ADMIN)
    assert people.other_server_admins(first)
    with people.writing_everywhere():
        people.set_disabled(second, is_disabled=True)
    assert not people.other_server_admins(first)
    assert people.other_server_admins(second)


def test_only_an_enabled_person_would_remain_as_org_admin(storage: Storage, org: int, other_org: int) -> None:
    people, first, second = storage.people, *(add_user(storage, org, role=Role.ADMIN) for _ in range(2))
    add_user(storage, org, role=Role.EDITOR)
    add_user(storage, other_org, role=Role.ADMIN)
    robot = add_account(storage, org, "robot")
    with storage.service_accounts.writing(org):
        storage.service_accounts.change_service_account(org, robot, name="robot", role=Role.ADMIN, is_disabled=False)
    assert people.other_org_admins(first, org)
    with people.writing_everywhere():
        people.set_disabled(second, is_disabled=True)
    assert not people.other_org_admins(first, org)
    assert people.other_org_admins(second, org)
