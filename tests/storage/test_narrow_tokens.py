"""Limits of tokens: kept as they were given, however many there are."""

import secrets

import pytest

from app.identity.identity import system
from app.identity.limits import TokenLimits, new_limits
from app.identity.roles import Role
from app.identity.store import NewToken
from app.services import Services
from installations import Installation

LARGEST = [f"GET {letter * 500}" for letter in "a\U0001f600"]


@pytest.fixture
def services(installation: Installation) -> Services:
    return installation.services


def stored(services: Services, org: int, limits: TokenLimits | None) -> TokenLimits | None:
    """As authentication reads them."""
    storage, token_hash = services.storage, secrets.token_hex(32)
    account = services.service_accounts.create(
        system(org, "test"), name=secrets.token_hex(6), role=Role.VIEWER, is_disabled=False
    )
    with storage.service_accounts.writing(org):
        token_id = storage.service_accounts.add_token(
            NewToken(
                org_id=org,
                name=account.name,
                token_hash=token_hash,
                created_at=1,
                expires_at=None,
                role=None,
                service_account_id=account.id,
                limits=limits,
            )
        )
    listed = services.service_accounts.token(system(org, "test"), token_id).limits
    record = storage.authentications.token_by_hash(token_hash)
    assert record is not None
    assert record.limits == listed
    return listed


@pytest.mark.parametrize(
    "limits",
    [
        None,
        TokenLimits(frozenset({"one", "two"}), read_only=False, proxy=None),
        TokenLimits(None, read_only=True, proxy=None),
        TokenLimits(None, read_only=False, proxy=("GET api/v1/*", '* "quoted"\u65e5')),
        TokenLimits(None, read_only=False, proxy=("GET \U0001f600",)),
        TokenLimits(None, read_only=False, proxy=()),
    ],
    ids=["none", "data sources", "read only", "requests", "beyond the BMP", "no request"],
)
def test_limits_come_back_as_they_were_stored(services: Services, org: int, limits: TokenLimits | None) -> None:
    assert stored(services, org, limits) == limits


@pytest.mark.parametrize("rule", LARGEST, ids=lambda rule: f"{ord(rule[-1]):x}")
def test_the_largest_limits_that_can_be_given_are_stored(services: Services, org: int, rule: str) -> None:
    uids = [f"{number:040}" for number in range(1_000)]
    limits = new_limits(data_sources=uids, read_only=True, proxy=[rule] * 100)
    assert stored(services, org, limits) == limits
