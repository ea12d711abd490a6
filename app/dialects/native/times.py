"""How this dialect writes moments."""

from datetime import UTC, datetime


def moment(epoch_seconds: int | None) -> str | None:
    """RFC 3339 in UTC, to the second; None stays None."""
    return None if epoch_seconds is None else datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
