"""Callers for tests of use cases: who asks, in which org, with which role."""

import secrets
from dataclasses import replace

from app.identity.identity import Identity, system
from app.identity.roles import Role, grants_of
from app.services import Services


def new_org(services: Services) -> int:
    """The id of an org that nobody else uses."""
    return services.orgs.create(system(0, "test"), f"org {secrets.token_hex(6)}").id


def caller(org_id: int, role: Role | None, *, server_admin: bool = False) -> Identity:
    """A user with the built-in grants of ``role`` (None: not a member) in ``org_id``."""
    return Identity(
        kind="user",
        id=7,
        login="ada",
        org_id=org_id,
        role=role,
        is_server_admin=server_admin,
        door="test",
        grants=grants_of(role, server_admin=server_admin),
    )


def admin(org_id: int) -> Identity:
    """An org admin."""
    return caller(org_id, Role.ADMIN)


def editor(org_id: int) -> Identity:
    """An editor."""
    return caller(org_id, Role.EDITOR)


def viewer(org_id: int) -> Identity:
    """A viewer."""
    return caller(org_id, Role.VIEWER)


def editor_with_the_grants_of_an_admin(org_id: int) -> Identity:
    """Someone whose actions are an admin's while their role is lower, as custom grants could make it."""
    return replace(editor(org_id), grants=grants_of(Role.ADMIN, server_admin=False))
