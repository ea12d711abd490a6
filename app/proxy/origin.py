"""Whose answer it is: the headers that every answer of the proxy has, in words that logs use too. Pure.

``X-Sluice-Origin`` is ``upstream`` for what the data source's server answered, ``policy`` for what the gateway refused,
``gateway`` for what it tried and could not do; then ``X-Sluice-Phase`` says where, and ``X-Sluice-Limit`` names the
setting that ended it, if one did.
"""

from app.proxy.headers import Headers
from app.upstream.errors import AddressDenied, BodyUnavailable, UpstreamError

ORIGIN = "X-Sluice-Origin"
PHASE = "X-Sluice-Phase"
LIMIT = "X-Sluice-Limit"
TIMING = "Server-Timing"

_FIRST_FAILURE = 500


def of_answer(upstream_seconds: float) -> Headers:
    """For an answer of the data source's server: who answered, and how long it took to begin."""
    return [(ORIGIN, "upstream"), (TIMING, f"upstream;dur={upstream_seconds * 1000:.1f}")]


def of_error(exc: Exception, status: int) -> Headers:
    """For an answer that tells of ``exc``."""
    if isinstance(exc, UpstreamError):
        headers = [(ORIGIN, "policy" if isinstance(exc, AddressDenied) else "gateway"), (PHASE, exc.phase)]
        return headers if exc.limit is None else [*headers, (LIMIT, exc.limit)]
    if isinstance(exc, BodyUnavailable):
        return [(ORIGIN, "gateway"), (PHASE, "send")]
    return [(ORIGIN, "policy" if status < _FIRST_FAILURE else "gateway")]
