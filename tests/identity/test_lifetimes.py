"""How long a token may live."""

import pytest

from app.identity.errors import IdentityError, LifetimeMissing, LifetimeNegative, LifetimeTooLong
from app.identity.lifetimes import NO_LIMIT, expiry

NOW = 1_700_000_000
LAST_SECOND_OF_THE_YEAR_9999 = 253_402_300_799


@pytest.mark.parametrize(
    ("seconds", "longest", "ends"),
    [
        (0, NO_LIMIT, None),
        (1, NO_LIMIT, NOW + 1),
        (86_400, NO_LIMIT, NOW + 86_400),
        (1, 3_600, NOW + 1),
        (3_600, 3_600, NOW + 3_600),
        (LAST_SECOND_OF_THE_YEAR_9999 - NOW, NO_LIMIT, LAST_SECOND_OF_THE_YEAR_9999),
    ],
    ids=["never", "a second", "a day", "below the limit", "at the limit", "to the end of the calendar"],
)
def test_a_token_ends_its_seconds_after_now(seconds: int, longest: int, ends: int | None) -> None:
    assert expiry(seconds, now=NOW, longest=longest) == ends


@pytest.mark.parametrize(
    ("seconds", "longest", "error"),
    [
        (-1, NO_LIMIT, LifetimeNegative),
        (-1, 3_600, LifetimeNegative),
        (0, 3_600, LifetimeMissing),
        (0, 0, LifetimeMissing),
        (1, 0, LifetimeTooLong),
        (3_601, 3_600, LifetimeTooLong),
        (LAST_SECOND_OF_THE_YEAR_9999 - NOW + 1, NO_LIMIT, LifetimeTooLong),
        (2**63 - 2, NO_LIMIT, LifetimeTooLong),
    ],
    ids=[
        "negative",
        "negative with a limit",
        "never with a limit",
        "never with a limit of nothing",
        "a second with a limit of nothing",
        "above the limit",
        "beyond the calendar",
        "beyond what a database holds",
    ],
)
def test_a_lifetime_that_cannot_be_is_refused(seconds: int, longest: int, error: type[IdentityError]) -> None:
    with pytest.raises(error):
        expiry(seconds, now=NOW, longest=longest)
