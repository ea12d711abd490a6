"""What can be true of a data source or of a request for one; dialects choose the words and the number."""


class RegistryError(Exception):
    """Any refusal of this room."""


class DataSourceNotFound(RegistryError):
    """No data source of the caller's org has this id, uid or name."""


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
