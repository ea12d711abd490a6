"""What can be true of a data source or of a request for one; dialects choose the words and the number."""

from collections.abc import Sequence

from app.identity.errors import PermissionDenied


class RegistryError(Exception):
    """Any refusal of this room."""


class DataSourceNotFound(RegistryError):
    """No data source of the caller's org has this id, uid or name."""

    def __init__(self) -> None:
        super().__init__("The org has no data source of this uid, id or name.")


class DataSourceDenied(PermissionDenied):
    """The caller may do this, but not with this data source."""


class RoleMissing(DataSourceDenied):
    """The data source is for some roles, and the caller has none of them."""

    def __init__(self, name: str, roles: Sequence[str]) -> None:
        super().__init__("datasources:query")
        self.name = name
        self.roles = ", ".join(roles)


class DataSourceDisabled(RegistryError):
    """The data source's status keeps everybody from querying it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The data source {name!r} is disabled.")
        self.name = name


class GranteeNotFound(RegistryError):
    """The org has no such user, service account or team to give a permission to."""


class AdminsMayAll(RegistryError):
    """Nothing can be taken from org admins."""


class DataSourceNameTaken(RegistryError):
    """Another data source of the org has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The name {name!r} is taken.")


class DataSourceUidTaken(RegistryError):
    """Another data source of the org has this uid."""

    def __init__(self, uid: str) -> None:
        super().__init__(f"The uid {uid!r} is taken.")


class NameTooLong(RegistryError):
    """The name has more than 190 bytes."""


class UrlTooLong(RegistryError):
    """The URL has more than 255 bytes."""


class InvalidUid(RegistryError):
    """The uid has a character outside a-z A-Z 0-9 - _ or more than 40 of them."""


class InvalidArn(RegistryError):
    """The ARN that jsonData gives the data source is none of a domain or a serverless collection."""

    def __init__(self) -> None:
        super().__init__(
            "jsonData.awsArn must be the ARN of a domain or a serverless collection, such as "
            "arn:aws:es:us-east-1:123456789012:domain/logs; the name of a domain has 3 to 28 characters of a-z, 0-9 "
            "and -."
        )


class DataSourceArnTaken(RegistryError):
    """Another data source of the org was given this ARN."""

    def __init__(self, arn: str) -> None:
        super().__init__(f"Another data source has the ARN {arn}.")
        self.arn = arn


class InvalidUrl(RegistryError):
    """The URL cannot be read, or is missing for a type that needs one."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url!r} is not a URL for this type.")
        self.url = url


class ReadOnlyDataSource(RegistryError):
    """The data source is provisioned from a file and can be changed only there."""


class VersionConflict(RegistryError):
    """The data source was changed since the caller read it."""


class QuotaReached(RegistryError):
    """The org, or all orgs together, have as many data sources as the settings allow."""


class TeamHeadersRefused(RegistryError):
    """``teamHttpHeaders`` cannot be created through this call."""


class ReservedHeader(RegistryError):
    """A custom header has the name by which an authenticating proxy signs people in."""


class SecretsUnreadable(RegistryError):
    """A stored secret cannot be decrypted, so no request can be built with it."""


class CorrelationNotFound(RegistryError):
    """The data source has no correlation with this uid."""


class CorrelationProvisioned(RegistryError):
    """The correlation is provisioned from a file and can be changed only there."""


class InvalidCorrelation(RegistryError):
    """What is said of a correlation breaks a rule. The text is for people, and quotes no value."""


class EmptyCorrelationChange(RegistryError):
    """A change that names none of the members by which a correlation can be changed."""


class ConfigTypeDeprecated(RegistryError):
    """The type of a correlation, when it is not a query, is said beside ``config`` and no more in it."""
