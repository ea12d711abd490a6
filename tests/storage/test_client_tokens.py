"""Rows of client tokens: found as they were used, in their own org, Region and operation; forgotten by age."""

import secrets

import pytest

from app.attachments.store import UsedToken
from app.identity.identity import system
from app.services import Storage
from installations import Installation

REGION, OPERATION, TOKEN = "us-east-1", "AttachDataSource", "t1"
USED = UsedToken("f" * 64, '{"id":"é 🔥 \\u0000"}')


def use(storage: Storage, org: int, token: str = TOKEN, at: int = 2**40) -> None:
    with storage.applications.writing(org):
        storage.client_tokens.use(org, REGION, OPERATION, token, USED, at)


def test_a_token_is_found_as_it_was_used(storage: Storage, org: int) -> None:
    use(storage, org)
    assert storage.client_tokens.used(org, REGION, OPERATION, TOKEN, since=0) == USED


def test_a_long_answer_comes_back(storage: Storage, org: int) -> None:
    long = UsedToken("d", "é" * 100_000)
    with storage.applications.writing(org):
        storage.client_tokens.use(org, REGION, OPERATION, TOKEN, long, 2**40)
    assert storage.client_tokens.used(org, REGION, OPERATION, TOKEN, since=0) == long


@pytest.mark.parametrize(
    ("region", "operation"),
    [("eu-central-1", OPERATION), (REGION, "CreateApplication"), (REGION.upper(), OPERATION)],
    ids=["Region", "operation", "upper case"],
)
def test_another_region_or_operation_has_its_own(storage: Storage, org: int, region: str, operation: str) -> None:
    use(storage, org)
    assert storage.client_tokens.used(org, region, operation, TOKEN, since=0) is None


def test_another_org_has_its_own(storage: Storage, org: int, other_org: int) -> None:
    use(storage, org)
    assert storage.client_tokens.used(other_org, REGION, OPERATION, TOKEN, since=0) is None
    use(storage, other_org)
    assert storage.client_tokens.used(other_org, REGION, OPERATION, TOKEN, since=0) == USED


@pytest.mark.parametrize("token", ["", "T1", "t1 ", " t1", "t", "t\u0131", "tl"], ids=ascii)
def test_tokens_are_compared_byte_by_byte(storage: Storage, org: int, token: str) -> None:
    use(storage, org)
    assert storage.client_tokens.used(org, REGION, OPERATION, token, since=0) is None


@pytest.mark.parametrize("token", ["é" * 64, "🔥" * 64, "'%s ? \\"], ids=ascii)
def test_any_text_of_64_characters_is_a_token(storage: Storage, org: int, token: str) -> None:
    use(storage, org, token)
    assert storage.client_tokens.used(org, REGION, OPERATION, token, since=0) == USED


def test_what_a_token_is_used_for_anew_is_written_over(storage: Storage, org: int) -> None:
    use(storage, org)
    anew = UsedToken("another digest", "{}")
    with storage.applications.writing(org):
        storage.client_tokens.use(org, REGION, OPERATION, TOKEN, anew, 2**41)
    assert storage.client_tokens.used(org, REGION, OPERATION, TOKEN, since=2**41) == anew


def test_what_is_older_is_forgotten_in_all_orgs_and_nothing_else(
    empty_storage: Storage,
) -> None:
    storage = empty_storage
    orgs = [storage.people.add_org(secrets.token_hex(6)).id for _ in range(2)]
    for org in orgs:
        for token, at in (("old", 99), ("young", 100)):
            use(storage, org, token, at)
    with storage.applications.writing(orgs[0]):
        storage.client_tokens.forget(100)
    for org in orgs:
        assert storage.client_tokens.used(org, REGION, OPERATION, "old", since=0) is None
        assert storage.client_tokens.used(org, REGION, OPERATION, "young", since=0) == USED


def test_tokens_are_gone_with_their_org(installation: Installation, storage: Storage, org: int, other_org: int) -> None:
    for one in (org, other_org):
        use(storage, one)
    installation.services.orgs.delete(system(0, "test"), org)
    assert storage.client_tokens.used(org, REGION, OPERATION, TOKEN, since=0) is None
    assert storage.client_tokens.used(other_org, REGION, OPERATION, TOKEN, since=0) == USED


def test_a_token_is_not_found_that_is_older_than_asked_for(storage: Storage, org: int) -> None:
    use(storage, org, at=100)
    assert storage.client_tokens.used(org, REGION, OPERATION, TOKEN, since=101) is None
    assert storage.client_tokens.used(org, REGION, OPERATION, TOKEN, since=100) == USED
