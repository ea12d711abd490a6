"""A successor for a service account token, while the old one goes on for a while; at times that the test sets."""

import pytest

from app.identity.authentication import Authenticator, BearerToken, LoginPolicy
from app.identity.errors import (
    ExpiredToken,
    LifetimeMissing,
    LifetimeNegative,
    LifetimeTooLong,
    RoleTooHigh,
    TokenNameTaken,
    TokenRotated,
)
from app.identity.identity import Identity
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.identity.service_accounts import ServiceAccounts
from app.identity.store import Token
from app.services import Services
from identity.accounts_in_memory import sealing
from identity.callers import admin, editor_with_the_grants_of_an_admin
from identity.people import PASSWORDS

NOW = 1_700_000_000
HOUR, DAY = 3_600, 86_400
LIMITS = TokenLimits(data_sources=frozenset({"one", "two"}), read_only=True, proxy=("GET api/**",))


class Org:
    """An org with the service account ``ci``, and a clock."""

    def __init__(self, services: Services, org_id: int) -> None:
        self.now = NOW
        self.id = org_id
        self._services = services
        self.account = self.accounts().create(admin(org_id), name="ci", role=Role.ADMIN, is_disabled=False).id

    def accounts(self, longest_life: int = -1) -> ServiceAccounts:
        storage = self._services.storage
        return ServiceAccounts(storage.service_accounts, storage.audit, lambda: self.now, longest_life)

    def add(self, name: str = "deploy", seconds: int = 0, limits: TokenLimits | None = None) -> tuple[int, str]:
        return self.accounts().add_token(
            admin(self.id), self.account, name=name, seconds_to_live=seconds, limits=limits
        )

    def rotate(
        self, token_id: int, overlap: int = 0, seconds: int | None = None, *, longest_life: int = -1
    ) -> tuple[int, str]:
        accounts = self.accounts(longest_life)
        return accounts.rotate_token(admin(self.id), token_id, overlap=overlap, seconds_to_live=seconds)

    def token(self, token_id: int) -> Token:
        return self.accounts().token(admin(self.id), token_id)

    def names(self) -> list[str]:
        return [token.name for token in self.accounts().all_tokens(admin(self.id))]

    def sign_in(self, text: str) -> Identity:
        policy = LoginPolicy(passwords_allowed=False, block_after_wrong_passwords=False)
        storage, clock = self._services.storage, lambda: self.now
        asking = Authenticator(storage.authentications, PASSWORDS, policy, clock, storage.access_keys, sealing())
        return asking.authenticate(BearerToken(text), door="test", org_id=None)


@pytest.fixture
def there(services: Services, org: int) -> Org:
    return Org(services, org)


def test_the_successor_has_the_name_the_account_and_the_limits(there: Org) -> None:
    old, _ = there.add(limits=LIMITS)
    new, text = there.rotate(old)
    found = there.token(new)
    assert (found.name, found.service_account_id, found.limits) == ("deploy", there.account, LIMITS)
    assert there.sign_in(text).id == there.account
    assert there.sign_in(text).limits == LIMITS


def test_the_old_token_goes_on_for_the_overlap_and_no_longer(there: Org) -> None:
    old, text = there.add()
    there.rotate(old, overlap=HOUR)
    there.now = NOW + HOUR - 1
    assert there.sign_in(text).id == there.account
    there.now = NOW + HOUR
    with pytest.raises(ExpiredToken):
        there.sign_in(text)


def test_without_overlap_the_old_token_ends_at_once(there: Org) -> None:
    old, text = there.add()
    there.rotate(old, overlap=0)
    with pytest.raises(ExpiredToken):
        there.sign_in(text)


def test_an_overlap_does_not_prolong_the_old_token(there: Org) -> None:
    old, _ = there.add(seconds=HOUR)
    there.rotate(old, overlap=DAY)
    assert there.token(old).expires_at == NOW + HOUR


def test_the_successor_lives_as_long_as_the_old_one_was_made_for(there: Org) -> None:
    old, _ = there.add(seconds=DAY)
    there.now = NOW + HOUR
    new, _ = there.rotate(old, overlap=HOUR)
    assert (there.token(new).created_at, there.token(new).expires_at) == (NOW + HOUR, NOW + HOUR + DAY)


def test_the_successor_of_a_token_that_never_ends_never_ends(there: Org) -> None:
    old, _ = there.add()
    new, _ = there.rotate(old)
    assert there.token(new).expires_at is None


@pytest.mark.parametrize(("seconds", "ends"), [(0, None), (HOUR, NOW + HOUR)], ids=["for ever", "an hour"])
def test_the_life_of_the_successor_can_be_said(there: Org, seconds: int, ends: int | None) -> None:
    old, _ = there.add(seconds=DAY)
    new, _ = there.rotate(old, seconds=seconds)
    assert there.token(new).expires_at == ends


def test_an_expired_token_stays_expired_and_gets_a_successor(there: Org) -> None:
    old, text = there.add(seconds=HOUR)
    there.now = NOW + DAY
    _, successor = there.rotate(old, overlap=DAY)
    with pytest.raises(ExpiredToken):
        there.sign_in(text)
    assert there.sign_in(successor).id == there.account


def test_a_token_gets_one_successor_that_it_names(there: Org) -> None:
    old, _ = there.add()
    assert there.token(old).successor_id is None
    new, _ = there.rotate(old, overlap=DAY)
    assert (there.token(old).successor_id, there.token(new).successor_id) == (new, None)
    with pytest.raises(TokenRotated):
        there.rotate(old, overlap=DAY)
    assert len(there.names()) == 2


def test_the_old_token_is_told_from_its_successor_by_its_name(there: Org) -> None:
    old, _ = there.add("deploy")
    new, _ = there.rotate(old)
    newest, _ = there.rotate(new)
    assert [there.token(number).name for number in (old, new, newest)] == [
        f"deploy (before rotation, {old})",
        f"deploy (before rotation, {new})",
        "deploy",
    ]


@pytest.mark.parametrize("name", ["x" * 190, "é" * 190, "🔑" * 190], ids=["ascii", "two bytes", "four bytes"])
def test_the_longest_name_stays_the_name_of_the_newest(there: Org, name: str) -> None:
    old, _ = there.add(name)
    new, _ = there.rotate(old)
    newest, _ = there.rotate(new)
    assert there.token(newest).name == name
    assert len({there.token(number).name for number in (old, new, newest)}) == 3


@pytest.mark.parametrize(
    ("overlap", "seconds", "longest", "error"),
    [
        (-1, None, -1, LifetimeNegative),
        (0, -1, -1, LifetimeNegative),
        (2**63 - 2, None, -1, LifetimeTooLong),
        (0, 2**63 - 2, -1, LifetimeTooLong),
        (0, HOUR + 1, HOUR, LifetimeTooLong),
        (0, 0, HOUR, LifetimeMissing),
        (0, None, HOUR, LifetimeTooLong),
    ],
    ids=[
        "negative overlap",
        "negative life",
        "overlap beyond the calendar",
        "life beyond the calendar",
        "life above the limit",
        "for ever with a limit",
        "as long as before, above the limit",
    ],
)
def test_what_cannot_be_rotated_stays_as_it_was(
    there: Org, overlap: int, seconds: int | None, longest: int, error: type[Exception]
) -> None:
    old, text = there.add(seconds=DAY)
    before = there.token(old)
    with pytest.raises(error):
        there.rotate(old, overlap, seconds, longest_life=longest)
    assert (there.names(), there.token(old)) == (["deploy"], before)
    assert there.sign_in(text).id == there.account


def test_nobody_rotates_a_token_above_their_own_role(there: Org) -> None:
    old, text = there.add()
    asking = editor_with_the_grants_of_an_admin(there.id)
    with pytest.raises(RoleTooHigh):
        there.accounts().rotate_token(asking, old, overlap=0, seconds_to_live=None)
    assert there.names() == ["deploy"]
    assert there.sign_in(text).id == there.account


def test_a_name_that_the_old_token_would_get_and_another_has_is_refused(there: Org) -> None:
    old, text = there.add()
    there.add(f"deploy (before rotation, {old})")
    with pytest.raises(TokenNameTaken):
        there.rotate(old)
    assert there.sign_in(text).id == there.account


def test_rotation_is_audited_with_what_ends_and_what_begins(services: Services, there: Org) -> None:
    old, _ = there.add()
    new, _ = there.rotate(old, overlap=HOUR)
    told = [(event.action, event.detail.get("token")) for event in services.storage.audit.of_org(there.id)[-2:]]
    assert told == [("serviceaccounts.tokens:rotate", old), ("serviceaccounts.tokens:create", new)]


def test_a_token_whose_successor_was_deleted_gets_no_other(there: Org) -> None:
    old, _ = there.add()
    new, _ = there.rotate(old)
    there.accounts().delete_any_token(admin(there.id), new)
    with pytest.raises(TokenRotated):
        there.rotate(old)
