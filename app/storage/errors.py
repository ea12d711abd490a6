"""What can be wrong with the database as a whole."""


class StorageError(Exception):
    """The database cannot be used."""


class DatabaseUnreachable(StorageError):
    """No connection; the text is one sentence that says what to check and holds no password."""


class SchemaBehind(StorageError):
    """Migrations wait to be applied."""

    def __init__(self, pending: list[str]) -> None:
        super().__init__(
            f"The database lacks {len(pending)} migration(s) ({', '.join(pending)}): run 'sluice db migrate'."
        )
