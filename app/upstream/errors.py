"""How an upstream exchange can fail. ``phase`` is dns, connect, tls, send, first-byte or body; ``limit`` the setting
that ended it, if one did."""


class UpstreamError(Exception):
    """The exchange failed. The text names the phase and the cause, never a header or a body."""

    def __init__(self, phase: str, cause: str, limit: str | None = None) -> None:
        super().__init__(f"{phase}: {cause}")
        self.phase = phase
        self.cause = cause
        self.limit = limit


class UpstreamUnreachable(UpstreamError):
    """No connection, or one that broke off or spoke something other than HTTP."""


class UpstreamTimeout(UpstreamError):
    """The time was over before the exchange was."""


class AddressDenied(UpstreamError):
    """The server's name leads to an address that the settings deny, so nothing was sent."""


class TooManyRequests(UpstreamError):
    """As many requests to this data source as the settings allow are under way already."""


class AnswerTooLarge(UpstreamError):
    """The answer has more bytes than the settings allow."""


class TlsMaterialInvalid(Exception):
    """A certificate or key of the data source cannot be loaded. The text never quotes it."""


class BodyTooLargeToSign(Exception):
    """The request has to be signed, and its body exceeds ``limit`` bytes, the most that is held for that."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"A signed request may have a body of {limit} bytes at most.")
        self.limit = limit


class CallerGone(Exception):
    """Whoever waited for the answer closed their connection, so the exchange was given up."""


class BodyUnavailable(Exception):
    """The caller's own request body ended early, so the upstream request was given up."""
