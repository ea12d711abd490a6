"""A number that changes with every commit to the SQLite file, by any process; cheap enough to ask on each request."""

import sqlite3
import threading


class Revision:
    """Asks ``PRAGMA data_version`` on a connection of its own, which never writes: SQLite then counts every commit
    of every other connection, in this process and in others, and answers without reading a page of data."""

    def __init__(self, path: str, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._connection: sqlite3.Connection | None = None
        self._begun = 0
        self._value = 0
        self._lock = threading.Lock()

    def current(self) -> tuple[int, int]:
        """Differs from an earlier answer if anything was committed before this call and after that one."""
        seen = self._begun
        with self._lock:
            # A look that another thread began after this call is as good as one's own: under load they share.
            if self._begun == seen:
                self._begun += 1
                self._value = self._ask()
            return id(self._connection), self._value

    def close(self) -> None:
        """Closes the connection; the next call opens another. Called before a fork."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _ask(self) -> int:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self._path, timeout=self._timeout, isolation_level=None, check_same_thread=False
            )
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
