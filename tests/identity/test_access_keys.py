"""Access keys, over a real database and at a fixed time."""

import re

import pytest

from app.identity.access_keys import MOST_OF_AN_ACCOUNT, AccessKeys, IssuedAccessKey
from app.identity.authentication import Authenticator, LoginPolicy, Signature
from app.identity.errors import (
    AccessKeyNotFound,
    AccountDisabled,
    AccountNotFound,
    ExpiredAccessKey,
    InvalidAccount,
    LifetimeMissing,
    LifetimeNegative,
    LifetimeTooLong,
    OrgNotFound,
    PermissionDenied,
    RoleTooHigh,
    TooManyAccessKeys,
    UnknownAccessKey,
)
from app.identity.identity import Identity, system
from app.identity.limits import TokenLimits
from app.identity.roles import Role
from app.identity.store import AccessKey
from app.services import Services
from identity.accounts_in_memory import sealing
from identity.callers import admin, caller, editor_with_the_grants_of_an_admin
from identity.people import PASSWORDS, add_user, new_login

NOW = 1_700_000_000


def at(services: Services, now: float, *, longest_life: int = -1) -> AccessKeys:
    storage = services.storage
    return AccessKeys(storage.access_keys, storage.audit, sealing(), lambda: now, longest_life)


@pytest.fixture
def keys(services: Services) -> AccessKeys:
    return at(services, NOW + 0.5)


@pytest.fixture
def robot(services: Services, org: int) -> str:
    """The login of a service account of the org, an editor."""
    return services.service_accounts.create(admin(org), name="robot", role=Role.EDITOR, is_disabled=False).login


def create(keys: AccessKeys, org: int, login: str, name: str = "", seconds: int = 0) -> IssuedAccessKey:
    return keys.create(admin(org), login=login, name=name, seconds_to_live=seconds)


def sign_in(services: Services, key: IssuedAccessKey, now: int = NOW) -> Identity:
    """Signed with the key, at a time."""
    storage, policy = services.storage, LoginPolicy(passwords_allowed=False, block_after_wrong_passwords=False)
    asking = Authenticator(storage.authentications, PASSWORDS, policy, lambda: now, storage.access_keys, sealing())
    signature = Signature(key.access_key_id, key.session_token, lambda secret: secret == key.secret_access_key)
    return asking.authenticate(signature, door="test", org_id=None)


def ids(keys: AccessKeys, org: int) -> list[str]:
    return [key.access_key_id for key in keys.all(admin(org))]


def test_a_lasting_key_has_the_shape_that_clients_know_and_no_session_token(
    keys: AccessKeys, org: int, robot: str
) -> None:
    key = create(keys, org, robot, "pipeline")
    assert re.fullmatch("AKIA[A-Z2-7]{16}", key.access_key_id)
    assert re.fullmatch("[A-Za-z0-9+/]{40}", key.secret_access_key)
    assert (key.session_token, key.expires_at, key.login, key.name) == (None, None, robot, "pipeline")


def test_a_temporary_key_has_a_session_token_and_an_end(keys: AccessKeys, org: int, robot: str) -> None:
    key = create(keys, org, robot, seconds=60)
    assert re.fullmatch("ASIA[A-Z2-7]{16}", key.access_key_id)
    assert re.fullmatch("[A-Za-z0-9_-]{64}", key.session_token or "")
    assert key.expires_at == NOW + 60


def test_a_signature_with_the_key_is_that_of_the_service_account(
    services: Services, keys: AccessKeys, org: int, robot: str
) -> None:
    identity = sign_in(services, create(keys, org, robot))
    assert (identity.kind, identity.login, identity.org_id, identity.role) == (
        "service_account",
        robot,
        org,
        Role.EDITOR,
    )


def test_a_signature_with_the_key_of_a_server_admin_is_that_of_a_user_of_the_org_alone(
    services: Services, keys: AccessKeys, org: int
) -> None:
    login = new_login()
    user_id = add_user(services, org, Role.VIEWER, login=login, is_server_admin=True)
    identity = sign_in(services, create(keys, org, login))
    assert (identity.kind, identity.id, identity.role, identity.is_server_admin) == (
        "user",
        user_id,
        Role.VIEWER,
        False,
    )
    assert not identity.may("users:create")


def test_a_temporary_key_works_until_its_end(services: Services, keys: AccessKeys, org: int, robot: str) -> None:
    key = create(keys, org, robot, seconds=60)
    assert sign_in(services, key, NOW + 59).login == robot
    with pytest.raises(ExpiredAccessKey):
        sign_in(services, key, NOW + 60)


def test_a_key_of_a_disabled_account_opens_nothing(services: Services, keys: AccessKeys, org: int) -> None:
    accounts = services.service_accounts
    account = accounts.create(admin(org), name="ci", role=Role.VIEWER, is_disabled=False)
    key = create(keys, org, account.login)
    accounts.change(admin(org), account.id, name=None, role=None, is_disabled=True)
    with pytest.raises(AccountDisabled):
        sign_in(services, key)


def test_who_leaves_the_org_leaves_the_keys_of_it_behind(services: Services, keys: AccessKeys, org: int) -> None:
    login = new_login()
    user_id = add_user(services, org, Role.ADMIN, login=login)
    add_user(services, org, Role.ADMIN)
    key = create(keys, org, login)
    services.members.remove(system(org, "test"), org, user_id)
    assert keys.all(admin(org)) == []
    services.members.add(system(org, "test"), org, login=login, role=Role.ADMIN)
    with pytest.raises(UnknownAccessKey):
        sign_in(services, key)


def test_keys_are_listed_with_their_times_and_without_secrets(
    services: Services, keys: AccessKeys, org: int, robot: str
) -> None:
    key = create(keys, org, robot, "pipeline", seconds=60)
    sign_in(services, key, NOW + 5)
    listed = keys.all(admin(org))
    assert listed == [
        AccessKey(
            access_key_id=key.access_key_id,
            login=robot,
            name="pipeline",
            created_at=NOW,
            expires_at=NOW + 60,
            last_used_at=NOW + 5,
        )
    ]


def test_what_is_printed_of_a_new_key_shows_no_secret(keys: AccessKeys, org: int, robot: str) -> None:
    key = create(keys, org, robot, seconds=60)
    assert key.access_key_id in repr(key)
    assert key.session_token is not None
    assert [secret for secret in (key.secret_access_key, key.session_token) if secret in repr(key)] == []


def test_a_deleted_key_opens_nothing_and_is_told_once(
    services: Services, keys: AccessKeys, org: int, robot: str
) -> None:
    gone, kept = create(keys, org, robot, "old"), create(keys, org, robot)
    assert sign_in(services, gone).login == robot
    deleted = keys.delete(admin(org), gone.access_key_id)
    assert (deleted.access_key_id, deleted.login, deleted.name) == (gone.access_key_id, robot, "old")
    with pytest.raises(UnknownAccessKey):
        sign_in(services, gone)
    with pytest.raises(AccessKeyNotFound):
        keys.delete(admin(org), gone.access_key_id)
    assert ids(keys, org) == [kept.access_key_id]


def test_a_key_of_another_org_does_not_exist(
    services: Services, keys: AccessKeys, org: int, other_org: int, robot: str
) -> None:
    key = create(keys, org, robot)
    assert ids(keys, other_org) == []
    with pytest.raises(AccessKeyNotFound):
        keys.delete(admin(other_org), key.access_key_id)
    assert sign_in(services, key).org_id == org


@pytest.mark.parametrize("text", ["", "AKIA", "x\0y", "\udcff", "AKIAABCDEFGHIJKLMNO\u0130"], ids=ascii)
def test_what_is_no_id_of_a_key_is_not_found(keys: AccessKeys, org: int, text: str) -> None:
    with pytest.raises(AccessKeyNotFound):
        keys.delete(admin(org), text)


def test_only_a_member_of_the_org_gets_a_key(
    services: Services, keys: AccessKeys, org: int, other_org: int, robot: str
) -> None:
    elsewhere = new_login()
    add_user(services, other_org, login=elsewhere)
    for login in (elsewhere, "nobody", robot.upper(), f"{robot}\0", ""):
        with pytest.raises(AccountNotFound):
            create(keys, org, login)
    with pytest.raises(AccountNotFound):
        create(keys, other_org, robot)
    assert ids(keys, org) == ids(keys, other_org) == []


def test_a_member_of_two_orgs_has_keys_of_each(services: Services, keys: AccessKeys, org: int, other_org: int) -> None:
    login = new_login()
    add_user(services, org, Role.ADMIN, login=login)
    services.members.add(system(other_org, "test"), other_org, login=login, role=Role.VIEWER)
    here, there = (sign_in(services, create(keys, number, login)) for number in (org, other_org))
    assert (here.org_id, here.role) == (org, Role.ADMIN)
    assert (there.org_id, there.role) == (other_org, Role.VIEWER)


@pytest.mark.parametrize("name", [" ", "x" * 191, "a\0b"], ids=["blank", "too long", "with NUL"])
def test_a_name_that_cannot_be_is_refused(keys: AccessKeys, org: int, robot: str, name: str) -> None:
    with pytest.raises(InvalidAccount):
        create(keys, org, robot, name)


@pytest.mark.parametrize(
    ("longest_life", "seconds", "error"),
    [
        (-1, -1, LifetimeNegative),
        (60, 0, LifetimeMissing),
        (60, 61, LifetimeTooLong),
        (-1, 10**18, LifetimeTooLong),
    ],
)
def test_a_life_that_cannot_be_is_refused(
    services: Services, org: int, robot: str, longest_life: int, seconds: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        create(at(services, NOW, longest_life=longest_life), org, robot, seconds=seconds)


def test_an_account_has_at_most_so_many_keys(services: Services, keys: AccessKeys, org: int, robot: str) -> None:
    other = services.service_accounts.create(admin(org), name="other", role=Role.VIEWER, is_disabled=False)
    made = [create(keys, org, robot) for _ in range(MOST_OF_AN_ACCOUNT)]
    with pytest.raises(TooManyAccessKeys, match="20 access keys"):
        create(keys, org, robot)
    create(keys, org, other.login)
    keys.delete(admin(org), made[0].access_key_id)
    create(keys, org, robot)
    assert len(ids(keys, org)) == MOST_OF_AN_ACCOUNT + 1


def test_keys_whose_time_is_over_make_room_for_others(services: Services, org: int, robot: str) -> None:
    early, late = at(services, NOW), at(services, NOW + 60)
    ended = [create(early, org, robot, seconds=60) for _ in range(MOST_OF_AN_ACCOUNT - 1)]
    lasting = create(early, org, robot)
    with pytest.raises(TooManyAccessKeys):
        create(early, org, robot)
    new = create(late, org, robot)
    assert ids(late, org) == [lasting.access_key_id, new.access_key_id]
    with pytest.raises(UnknownAccessKey):
        sign_in(services, ended[0], NOW + 60)


def test_a_key_whose_time_is_over_stays_while_there_is_room(services: Services, org: int, robot: str) -> None:
    ended = create(at(services, NOW), org, robot, seconds=60)
    create(at(services, NOW + 60), org, robot)
    with pytest.raises(ExpiredAccessKey):
        sign_in(services, ended, NOW + 60)


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.EDITOR], ids=str)
def test_only_an_admin_handles_keys(keys: AccessKeys, org: int, robot: str, role: Role | None) -> None:
    key, asking = create(keys, org, robot), caller(org, role)
    with pytest.raises(PermissionDenied, match="accesskeys:read"):
        keys.all(asking)
    with pytest.raises(PermissionDenied, match="accesskeys:create"):
        keys.create(asking, login=robot, name="", seconds_to_live=0)
    with pytest.raises(PermissionDenied, match="accesskeys:delete"):
        keys.delete(asking, key.access_key_id)
    assert ids(keys, org) == [key.access_key_id]


def test_a_narrow_token_makes_no_keys(keys: AccessKeys, org: int, robot: str) -> None:
    limits = TokenLimits(data_sources=None, read_only=False, proxy=("* **",))
    asking = Identity(**{**vars(admin(org)), "limits": limits})
    with pytest.raises(PermissionDenied):
        keys.create(asking, login=robot, name="", seconds_to_live=0)


def test_nobody_issues_a_key_of_somebody_with_a_higher_role(services: Services, keys: AccessKeys, org: int) -> None:
    login = new_login()
    add_user(services, org, Role.ADMIN, login=login)
    with pytest.raises(RoleTooHigh):
        keys.create(editor_with_the_grants_of_an_admin(org), login=login, name="", seconds_to_live=0)
    assert ids(keys, org) == []


def test_an_org_that_is_not_there_has_no_keys(keys: AccessKeys) -> None:
    with pytest.raises(OrgNotFound):
        keys.create(system(999_999_999, "cli"), login="admin", name="", seconds_to_live=0)
