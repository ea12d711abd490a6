"""Whose answer it is: the headers that every answer of the proxy has, in words that logs use too. Pure.

``X-Sluice-Origin`` is ``upstream`` for what the data source's server answered, ``policy`` for what the gateway refused,
``gateway`` for what it tried and could not do; then ``X-Sluice-Phase`` says where, and ``X-Sluice-Limit`` names the
setting that ended it, if one did.
"""

from dataclasses import dataclass

from app.proxy.errors import GoesInCircles, UnsendableHeader
from app.proxy.headers import Headers
from app.upstream.errors import AddressDenied, BodyUnavailable, CallerGone, UpstreamError

ORIGIN = "X-Sluice-Origin"
PHASE = "X-Sluice-Phase"
LIMIT = "X-Sluice-Limit"
TIMING = "Server-Timing"

_FIRST_FAILURE = 500


@dataclass(frozen=True)
class Outcome:
    """How a proxied request ended. ``phase`` and ``limit`` are empty where there is nothing to say."""

    origin: str
    phase: str = ""
    limit: str = ""


ANSWERED = Outcome("upstream")
REFUSED = Outcome("policy")


def of_answer(upstream_seconds: float) -> Headers:
    """For an answer of the data source's server: who answered, and how long it took to begin."""
    return [(ORIGIN, "upstream"), (TIMING, f"upstream;dur={upstream_seconds * 1000:.1f}")]


def of_error(exc: Exception, status: int) -> Headers:
    """For an answer that tells of ``exc``."""
    outcome = failure(exc)
    if outcome is None:
        outcome = REFUSED if status < _FIRST_FAILURE else Outcome("gateway")
    headers = ((ORIGIN, outcome.origin), (PHASE, outcome.phase), (LIMIT, outcome.limit))
    return [(name, value) for name, value in headers if value]


def failure(exc: Exception) -> Outcome | None:
    """What became of a request that was, or was to be, sent; None for what was refused before."""
    match exc:
        case UpstreamError():
            return Outcome("policy" if isinstance(exc, AddressDenied) else "gateway", exc.phase, exc.limit or "")
        case BodyUnavailable():
            return Outcome("gateway", "send")
        case CallerGone() | GoesInCircles() | UnsendableHeader():
            return Outcome("gateway")
    return None
