"""How an upstream exchange can fail. ``phase`` is dns, connect, tls, send, first-byte or body."""


class UpstreamError(Exception):
    """The exchange failed. The text names the phase and the cause, never a header or a body."""

    def __init__(self, phase: str, cause: str) -> None:
        super().__init__(f"{phase}: {cause}")
        self.phase = phase


class UpstreamUnreachable(UpstreamError):
    """No connection, or one that broke off or spoke something other than HTTP."""


class UpstreamTimeout(UpstreamError):
    """The time was over before the exchange was."""


class BodyUnavailable(Exception):
    """The caller's own request body ended early, so the upstream request was given up."""
