"""From a login and a password to an Identity, and the block after wrong ones, at times that the test sets."""

import pytest

from app.identity.authentication import Authenticator, LoginPolicy, Password
from app.identity.errors import (
    AccountDisabled,
    EmptyPassword,
    IdentityError,
    LoginBlocked,
    NotAuthenticated,
    WrongPassword,
)
from app.identity.identity import Identity
from app.identity.passwords import Passwords
from app.identity.roles import Role, grants_of
from app.identity.store import UserRecord
from identity.accounts_in_memory import AccountsInMemory, sealing
from installations import Installation

NOW = 1_700_000_000
FIVE_MINUTES = 300
PASSWORDS = Passwords(100)
PASSWORD = "correct horse"
HASH = PASSWORDS.hash(PASSWORD)


class Asker:
    """An authenticator with its store and its time; ada is a member of orgs 3 and 4."""

    def __init__(self) -> None:
        self.now: float = NOW
        self.store = AccountsInMemory()
        self.add_user("ada")
        self.store.roles = {(7, 3): Role.EDITOR, (7, 4): Role.VIEWER}

    def add_user(self, login: str, *, is_server_admin: bool = False, is_disabled: bool = False) -> None:
        self.store.users[login] = UserRecord(7, login, HASH, is_server_admin, is_disabled, 3)

    def ask(
        self,
        login: str = "ada",
        password: str = PASSWORD,
        *,
        org_id: int | None = None,
        allowed: bool = True,
        blocking: bool = True,
        query_role: Role = Role.VIEWER,
    ) -> Identity:
        policy = LoginPolicy(allowed, blocking, query_role)
        authenticator = Authenticator(self.store, PASSWORDS, policy, lambda: self.now, self.store, sealing())
        return authenticator.authenticate(Password(login, password), door="grafana", org_id=org_id)

    def fail(self, times: int, login: str = "ada", *, blocking: bool = True) -> None:
        for _ in range(times):
            with pytest.raises(WrongPassword):
                self.ask(login, "battery staple", blocking=blocking)


@pytest.fixture
def asker() -> Asker:
    return Asker()


def test_a_user_signs_in_to_the_org_of_their_account(asker: Asker) -> None:
    assert asker.ask() == Identity(
        kind="user",
        id=7,
        login="ada",
        org_id=3,
        role=Role.EDITOR,
        is_server_admin=False,
        door="grafana",
        grants=grants_of(Role.EDITOR, server_admin=False),
    )


def test_a_user_has_in_another_org_the_role_of_that_org(asker: Asker) -> None:
    identity = asker.ask(org_id=4)
    assert (identity.org_id, identity.role) == (4, Role.VIEWER)
    assert identity.grants == grants_of(Role.VIEWER, server_admin=False)


def test_a_user_may_do_nothing_in_an_org_they_are_no_member_of(asker: Asker) -> None:
    identity = asker.ask(org_id=5)
    assert identity.role is None
    assert identity.grants == {}


def test_a_server_admin_has_no_data_source_grants_where_they_are_no_member(asker: Asker) -> None:
    asker.add_user("root", is_server_admin=True)
    identity = asker.ask("root", org_id=5)
    assert identity.is_server_admin
    assert identity.grants == grants_of(None, server_admin=True)
    assert not [action for action in identity.grants if action.startswith("datasources")]


@pytest.mark.parametrize(
    ("of_org", "of_settings", "counts"),
    [
        (None, Role.VIEWER, Role.VIEWER),
        (None, Role.ADMIN, Role.ADMIN),
        (Role.ADMIN, Role.VIEWER, Role.ADMIN),
        (Role.VIEWER, Role.ADMIN, Role.VIEWER),
    ],
)
def test_what_the_org_says_of_queries_counts_before_the_settings(
    asker: Asker, of_org: Role | None, of_settings: Role, counts: Role
) -> None:
    if of_org is not None:
        asker.store.query_roles[3] = of_org
    identity = asker.ask(query_role=of_settings)
    assert identity.default_query_role is counts
    assert identity.grants == grants_of(Role.EDITOR, server_admin=False, query_role=counts)


@pytest.mark.parametrize(
    ("login", "password", "error"),
    [
        ("ada", "battery staple", WrongPassword),
        ("nobody", PASSWORD, WrongPassword),
        ("ADA", PASSWORD, WrongPassword),
        ("", PASSWORD, WrongPassword),
        ("ada", "", EmptyPassword),
        ("ada", "x" * 5_000, WrongPassword),
        ("a" * 10_000, PASSWORD, WrongPassword),
    ],
    ids=["password", "login", "letter case", "empty login", "empty password", "very long password", "very long login"],
)
def test_wrong_credentials_are_refused(asker: Asker, login: str, password: str, error: type[IdentityError]) -> None:
    with pytest.raises(error):
        asker.ask(login, password)


def test_a_disabled_user_is_refused(asker: Asker) -> None:
    asker.add_user("eve", is_disabled=True)
    with pytest.raises(AccountDisabled):
        asker.ask("eve")


def test_that_a_user_is_disabled_is_told_only_to_who_knows_the_password(asker: Asker) -> None:
    asker.add_user("eve", is_disabled=True)
    with pytest.raises(WrongPassword):
        asker.ask("eve", "battery staple")


def test_where_passwords_are_not_allowed_the_right_one_is_no_credential(asker: Asker) -> None:
    with pytest.raises(NotAuthenticated):
        asker.ask(allowed=False)


def test_four_wrong_passwords_do_not_block(asker: Asker) -> None:
    asker.fail(4)
    assert asker.ask().login == "ada"


def test_after_five_wrong_passwords_the_right_one_is_blocked(asker: Asker) -> None:
    asker.fail(5)
    with pytest.raises(LoginBlocked):
        asker.ask()


def test_the_block_lasts_to_the_last_second_of_the_five_minutes(asker: Asker) -> None:
    asker.fail(5)
    asker.now = NOW + FIVE_MINUTES - 1
    with pytest.raises(LoginBlocked):
        asker.ask()


def test_after_five_minutes_the_login_is_free_again(asker: Asker) -> None:
    asker.fail(5)
    asker.now = NOW + FIVE_MINUTES
    assert asker.ask().login == "ada"


def test_a_try_while_blocked_does_not_prolong_the_block(asker: Asker) -> None:
    asker.fail(5)
    asker.now = NOW + FIVE_MINUTES - 1
    with pytest.raises(LoginBlocked):
        asker.ask(password="battery staple")
    asker.now = NOW + FIVE_MINUTES
    assert asker.ask().login == "ada"


def test_a_right_password_does_not_forgive_the_wrong_ones(asker: Asker) -> None:
    asker.fail(4)
    asker.ask()
    asker.fail(1)
    with pytest.raises(LoginBlocked):
        asker.ask()


def test_one_login_does_not_block_another(asker: Asker) -> None:
    asker.add_user("bob")
    asker.fail(5, "bob")
    assert asker.ask().login == "ada"


def test_a_login_that_does_not_exist_is_blocked_as_well(asker: Asker) -> None:
    asker.fail(5, "nobody")
    with pytest.raises(LoginBlocked):
        asker.ask("nobody")


def test_letter_case_does_not_give_five_more_tries(asker: Asker) -> None:
    asker.fail(5, "ADA")
    with pytest.raises(LoginBlocked):
        asker.ask("ada")


def test_without_protection_wrong_passwords_do_not_block(asker: Asker) -> None:
    asker.fail(20, blocking=False)
    assert asker.ask(blocking=False).login == "ada"


def test_without_protection_wrong_passwords_are_not_counted(asker: Asker) -> None:
    asker.fail(5, blocking=False)
    assert asker.store.wrong == []


# The last one grows when it is lower-cased.
@pytest.mark.parametrize("login", ["x" * 500, "ß" * 500, "İ" * 190], ids=["ascii", "two bytes", "grows"])
def test_wrong_passwords_are_counted_under_at_most_190_characters(asker: Asker, login: str) -> None:
    asker.fail(1, login)
    assert [len(counted) <= 190 for counted, _ in asker.store.wrong] == [True]


@pytest.mark.parametrize(
    "login",
    ["nobody", "a\0b", "x" * 10_000, "İ" * 190, "🔑"],
    ids=["unknown", "NUL", "long", "grows when lower-cased", "outside the basic plane"],
)
def test_no_login_of_a_stranger_is_more_than_wrong(installation: Installation, login: str) -> None:
    # The name goes into a query and into a row as it is, on every database.
    with pytest.raises(WrongPassword):
        installation.services.authenticator.authenticate(Password(login, "a-password"), door="test", org_id=None)


@pytest.mark.parametrize("login", ["ada", "grace@example.org"], ids=["known", "unknown"])
def test_no_refusal_shows_login_or_password(asker: Asker, login: str) -> None:
    for _ in range(5):
        with pytest.raises(WrongPassword) as refused:
            asker.ask(login, "battery staple")
        assert login not in repr(refused.value)
        assert "battery staple" not in repr(refused.value)
    with pytest.raises(LoginBlocked) as blocked:
        asker.ask(login)
    assert login not in repr(blocked.value)


def test_printed_credentials_do_not_show_the_password() -> None:
    assert PASSWORD not in repr(Password("ada", PASSWORD))


def test_a_printed_user_does_not_show_the_hash(asker: Asker) -> None:
    assert HASH not in repr(asker.store.users["ada"])
