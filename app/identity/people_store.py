"""What the use cases of orgs, users and teams need of storage."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from app.identity.roles import Role


@dataclass(frozen=True)
class Org:
    """An org. ``default_query_role`` None: that of the settings."""

    id: int
    name: str
    default_query_role: Role | None = None


@dataclass(frozen=True)
class User:
    """A person who may sign in. ``org_id`` is the org used when a request names none. Times are epoch seconds."""

    id: int
    uid: str
    login: str
    email: str
    name: str
    is_server_admin: bool
    is_disabled: bool
    org_id: int
    created_at: int


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """A user to store."""

    login: str
    email: str
    name: str
    password_hash: str = field(repr=False)
    is_server_admin: bool


@dataclass(frozen=True)
class Member:
    """A user in an org."""

    user: User
    org_id: int
    role: Role


@dataclass(frozen=True)
class Membership:
    """An org that a user is a member of."""

    org: Org
    role: Role


@dataclass(frozen=True)
class Page:
    """Which part of a search to give. ``query`` matches in any case; ``number`` begins at 1."""

    query: str = ""
    number: int = 1
    size: int = 1_000


@dataclass(frozen=True)
class Team:
    """A team of one org, with the number of its members."""

    id: int
    uid: str
    org_id: int
    name: str
    email: str
    members: int


class PeopleStore(Protocol):
    """Orgs, users, and who is a member of which org."""

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """A transaction in which no other writer of the org overlaps. Raises OrgNotFound."""

    def writing_everywhere(self) -> AbstractContextManager[None]:
        """A transaction in which no other writer of any org overlaps."""

    def any_user(self) -> bool: ...

    def first_org(self) -> Org | None:
        """The oldest org."""

    def org(self, org_id: int) -> Org | None: ...

    def count_orgs(self) -> int: ...

    def org_by_name(self, name: str) -> Org | None: ...

    def orgs(self, name: str, page: Page) -> Sequence[Org]:
        """By name. With ``name`` only the org of exactly that name."""

    def add_org(self, name: str) -> Org:
        """Raises OrgNameTaken."""

    def rename_org(self, org_id: int, name: str) -> None:
        """Raises OrgNameTaken."""

    def set_default_query_role(self, org_id: int, role: Role | None) -> None: ...

    def delete_org(self, org_id: int) -> None:
        """With all that belongs to it, service accounts too. Its users go on in another org of theirs."""

    def user(self, user_id: int) -> User | None: ...

    def user_by_login(self, login_or_email: str) -> User | None: ...

    def users(self, page: Page) -> tuple[int, Sequence[User]]:
        """How many match by login, e-mail or name, and the page of them by login."""

    def add_user(self, new: NewUser, org_id: int, role: Role) -> int:
        """The new user's id, a member of ``org_id``; raises LoginTaken."""

    def change_user(self, user_id: int, *, login: str, email: str, name: str) -> None:
        """Raises LoginTaken."""

    def password_hash(self, user_id: int) -> str: ...

    def set_password(self, user: User, password_hash: str) -> None:
        """Forgets the wrong passwords that were counted for the user."""

    def set_disabled(self, user_id: int, *, is_disabled: bool) -> None: ...

    def set_server_admin(self, user_id: int, *, is_server_admin: bool) -> None: ...

    def set_org(self, user_id: int, org_id: int) -> None:
        """The org used when a request names none."""

    def delete_user(self, user_id: int) -> None:
        """With memberships and permissions."""

    def other_server_admins(self, user_id: int) -> bool:
        """Whether an enabled server admin would remain without this one."""

    def role_in_org(self, user_id: int, org_id: int) -> Role | None:
        """None for who is no member, and for service accounts."""

    def memberships(self, user_id: int) -> Sequence[Membership]:
        """By the orgs' names."""

    def members(self, org_id: int, query: str) -> Sequence[Member]:
        """Users of the org, by login."""

    def add_member(self, user_id: int, org_id: int, role: Role) -> None:
        """Raises AlreadyMember."""

    def set_role(self, user_id: int, org_id: int, role: Role) -> None: ...

    def remove_member(self, user_id: int, org_id: int) -> None:
        """With the teams, permissions and access keys of the user in the org."""

    def other_org_admins(self, user_id: int, org_id: int) -> bool:
        """Whether an enabled user with role Admin would remain in the org without this one."""


class TeamStore(Protocol):
    """Teams and their members. Each method names the org."""

    def writing(self, org_id: int) -> AbstractContextManager[None]:
        """A transaction in which no other writer of the org overlaps. Raises OrgNotFound."""

    def teams(self, org_id: int, name: str, page: Page) -> tuple[int, Sequence[Team]]:
        """How many match, and the page of them by name. With ``name`` only the team of exactly that name."""

    def team(self, org_id: int, team_id: int) -> Team | None: ...

    def team_id_by_uid(self, org_id: int, uid: str) -> int | None: ...

    def add_team(self, org_id: int, name: str, email: str) -> Team:
        """Raises TeamNameTaken."""

    def change_team(self, org_id: int, team_id: int, *, name: str, email: str) -> None:
        """Raises TeamNameTaken."""

    def delete_team(self, org_id: int, team_id: int) -> None:
        """With memberships and permissions."""

    def team_members(self, org_id: int, team_id: int) -> Sequence[User]:
        """By login."""

    def teams_of(self, org_id: int, user_id: int) -> Sequence[Team]:
        """By name."""

    def add_team_member(self, org_id: int, team_id: int, user_id: int) -> None:
        """Raises AlreadyTeamMember."""

    def remove_team_member(self, org_id: int, team_id: int, user_id: int) -> bool:
        """Whether they were in it."""
