"""An installation of the service for tests: a data folder, a database, the use cases, and a real server on demand."""

import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from app.bootstrap import prepare
from app.services import Services
from app.settings import Settings
from servers.gunicorn import ADMIN_PASSWORD, Served, gunicorn_server

# One process and few threads: the cases are played one after the other.
_SMALL = {"SLUICE_HTTP_WORKERS": "1", "SLUICE_HTTP_THREADS": "8"}


@dataclass
class Installation:
    """``services`` are those of the test's own process, over the same database and key as the servers."""

    directory: Path
    database_url: str
    services: Services
    _stack: ExitStack = field(default_factory=ExitStack)
    _served: dict[frozenset[tuple[str, str]], Served] = field(default_factory=dict)

    def environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        """What the service is started with."""
        return {**_environment(self.directory, self.database_url), **_SMALL, **settings}

    def served(self, settings: Mapping[str, str]) -> Served:
        """A running server with these settings; the same one for the same settings."""
        key = frozenset(settings.items())
        if key not in self._served:
            started = gunicorn_server(self.directory, self.environment(settings))
            self._served[key] = self._stack.enter_context(started)
        return self._served[key]

    def close(self) -> None:
        """Stops its servers and closes its connections."""
        self._stack.close()
        self.services.storage.database.close()


def install(directory: Path, database_url: str) -> Installation:
    """A new installation in ``directory``; an empty ``database_url`` means SQLite there."""
    settings = Settings.from_environment(_environment(directory, database_url))
    return Installation(directory, database_url, prepare(settings).services)


def on_disk(directory: Path) -> bytes:
    """What all files there hold, read by another process: to close a file that SQLite has open in this one would drop
    its locks, and with them the database (sqlite.org/howtocorrupt.html, 2.2)."""
    files = [file for file in sorted(directory.rglob("*")) if file.is_file()]
    # A server that stops meanwhile takes its counters along.
    return subprocess.run(["cat", "--", *files], capture_output=True, check=False).stdout


def _environment(directory: Path, database_url: str) -> dict[str, str]:
    return {
        "GF_PATHS_DATA": str(directory / "data"),
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GF_DATABASE_URL": database_url,
    }
