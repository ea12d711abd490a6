"""The values of the registry: a data source, what is asked of one, and how one is named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.registry.json_data import JsonData

_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_FLAGS: Mapping[str, bool] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ById:
    """The data source with this number, which is unique over all orgs."""

    id: int


@dataclass(frozen=True, slots=True)
class ByUid:
    """The data source of the caller's org with this uid."""

    uid: str


@dataclass(frozen=True, slots=True)
class ByName:
    """The data source of the caller's org with exactly this name."""

    name: str


@dataclass(frozen=True, slots=True)
class ByArn:
    """The data source of the caller's org that this ARN stands for."""

    arn: str


Ref = ById | ByUid | ByName | ByArn


class Status(StrEnum):
    """What OpenSearch's API says of a data source. Only DISABLED keeps anybody from querying it."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    ERROR = "ERROR"  # the last test of its connection failed


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSearchSide:
    """What OpenSearch's API says of a data source and Grafana's has no words for.

    ``allowed_roles``: one of these roles or teams is needed to query it, beside the permission; None: none is,
    because nobody said. ``document`` holds what no column does, never a secret; None: that API never wrote it.
    """

    status: Status = Status.ACTIVE
    allowed_roles: tuple[str, ...] | None = None
    document: JsonData | None = None


UNSAID = OpenSearchSide()


# Final instead of frozen: the type checker forbids assignment all the same, and making one takes a fifth of the time,
# which a list of thousands feels.
@dataclass(slots=True, kw_only=True)
class DataSource:
    """A data source as it is stored. ``secure_json_fields`` says which secrets are set; it never holds one."""

    id: Final[int]
    uid: Final[str]
    org_id: Final[int]
    name: Final[str]
    type: Final[str]
    access: Final[str]
    url: Final[str]
    user: Final[str]
    database: Final[str]
    basic_auth: Final[bool]
    basic_auth_user: Final[str]
    with_credentials: Final[bool]
    is_default: Final[bool]
    json_data: Final[JsonData]
    read_only: Final[bool]
    api_version: Final[str]
    version: Final[int]
    has_permissions: Final[bool] = False  # whether a permission was ever set on it
    opensearch: Final[OpenSearchSide] = UNSAID
    ciphertexts: Final[Mapping[str, str]] = field(default_factory=lambda: _NOTHING, repr=False)
    secure_json_fields: Final[Mapping[str, bool]] = field(default_factory=lambda: _NO_FLAGS)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a caller says of a data source. Empty text means "not said"; secrets are plain here and not printed."""

    name: str = ""
    type: str
    access: str
    url: str = ""
    user: str = ""
    database: str = ""
    basic_auth: bool = False
    basic_auth_user: str = ""
    with_credentials: bool = False
    is_default: bool = False
    json_data: JsonData = field(default_factory=JsonData)
    secure_json_data: Mapping[str, str] = field(default_factory=lambda: _NOTHING, repr=False)
    uid: str = ""
    api_version: str = ""


@dataclass(frozen=True, kw_only=True)
class NewDataSource(Given):
    """A data source to create. ``read_only`` is for those that a file provisions; no API may set it."""

    read_only: bool = False
    opensearch: OpenSearchSide = UNSAID


@dataclass(frozen=True, kw_only=True)
class DataSourceChange(Given):
    """What replaces a stored data source, as Grafana's API has it: empty texts and secrets that are not given stay.

    ``version`` is the one the caller read; 0 skips the check.
    """

    version: int = 0


@dataclass(frozen=True, kw_only=True)
class WholeChange(DataSourceChange):
    """What replaces all of a stored data source, as OpenSearch's API has it: what is not given is gone, but for the
    secrets named in ``kept_secrets``. ``based_on`` is the row that it was made from, without flags: another one by now
    is a conflict, whatever its version says."""

    kept_secrets: frozenset[str] = frozenset()
    opensearch: OpenSearchSide
    based_on: DataSource
