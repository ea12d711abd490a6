"""How long a token may live; pure."""

from app.identity.errors import LifetimeMissing, LifetimeNegative, LifetimeTooLong

NO_LIMIT = -1
# The end of the year 9999: later moments cannot be written as dates.
_LAST_MOMENT = 253_402_300_799


def expiry(seconds_to_live: int, *, now: int, longest: int) -> int | None:
    """Epoch seconds at which a token ends, or None for never. ``longest`` is in seconds, -1 for no limit.

    Raises LifetimeNegative, LifetimeMissing or LifetimeTooLong.
    """
    if seconds_to_live < 0:
        raise LifetimeNegative
    if longest != NO_LIMIT:
        if seconds_to_live == 0:
            raise LifetimeMissing
        if seconds_to_live > longest:
            raise LifetimeTooLong
    if now + seconds_to_live > _LAST_MOMENT:
        raise LifetimeTooLong
    return now + seconds_to_live if seconds_to_live else None
