"""Times as Grafana writes them. Pure."""

from datetime import UTC, datetime


def moment(epoch_seconds: int) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
