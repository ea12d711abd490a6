"""Role names in bodies. Pure."""

from app.identity.roles import Role


class InvalidRole(Exception):
    """The role is not Viewer, Editor or Admin."""


def read_role(name: str) -> Role:
    """Raises InvalidRole."""
    try:
        return Role(name)
    except ValueError as exc:
        raise InvalidRole from exc
