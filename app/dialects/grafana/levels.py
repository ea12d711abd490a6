"""Names of permission levels in bodies. Pure."""

from app.registry.access import Level


class InvalidLevel(Exception):
    """The permission is not Query, Edit, Admin or empty."""


def read_level(name: str) -> Level:
    """Raises InvalidLevel."""
    try:
        return Level(name)
    except ValueError as exc:
        raise InvalidLevel from exc
