"""What the registry needs of storage. Every method names the org: there is no other way to a data source."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from app.registry.access import Grantee, Held, Level, Permission
from app.registry.datasource import DataSource, Ref


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether the org has data sources at all, and whether one has the name or the uid that was asked for."""

    any: bool
    name: bool
    uid: bool


class DataSourceStore(Protocol):
    """Rows of data sources. What is done inside ``writing`` is one transaction that no other writer of the org
    overlaps, so that what was read inside it still holds when it commits."""

    def writing(self, org_id: int) -> AbstractContextManager[None]: ...

    def find(self, org_id: int, ref: Ref) -> DataSource | None:
        """With ciphertexts."""

    def all(self, org_id: int, limit: int | None) -> Sequence[DataSource]:
        """By name as the database orders names; at most ``limit``."""

    def count(self, org_id: int) -> int: ...

    def count_everywhere(self) -> int: ...

    def names(self, org_id: int) -> Sequence[str]: ...

    def taken(self, org_id: int, name: str, uid: str, besides: int) -> Taken:
        """What data sources of the org other than ``besides`` have already."""

    def add(self, org_id: int, row: DataSource) -> int:
        """Stores ``row`` and returns its id. Raises DataSourceNameTaken if the schema finds what ``taken`` did not."""

    def replace(self, org_id: int, row: DataSource) -> None:
        """Writes all of ``row`` over the one with its id. Raises as ``add`` does."""

    def set_ciphertexts(self, org_id: int, data_source_id: int, ciphertexts: Mapping[str, str]) -> None: ...

    def clear_default(self, org_id: int, keep: int) -> None:
        """No data source of the org other than ``keep`` is the default."""

    def delete(self, org_id: int, data_source_id: int) -> None: ...


class HeldPermissions(Protocol):
    """The permissions that concern one caller. Every method names the org."""

    def held(self, org_id: int, account_id: int | None, data_source_id: int) -> Held:
        """Those on one data source (without account: only those of roles)."""

    def held_in_org(self, org_id: int, account_id: int | None) -> Mapping[int, Held]:
        """Those on all data sources of the org that have some, by id."""

    def team_names(self, org_id: int, account_id: int | None) -> frozenset[str]:
        """The names of the caller's teams."""


class PermissionStore(HeldPermissions, Protocol):
    """Permissions of an org. Every method names it."""

    def writing(self, org_id: int) -> AbstractContextManager[None]: ...

    def permissions(self, org_id: int, data_source_id: int) -> Sequence[Permission]:
        """All on one data source, those of NONE too."""

    def knows(self, org_id: int, grantee: Grantee) -> bool:
        """Whether the org has this user, service account or team."""

    def put(self, org_id: int, data_source_id: int, grantee: Grantee, level: Level | None) -> None:
        """Writes over what the grantee had; None removes it."""
