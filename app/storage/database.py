"""One database of three kinds: connections, transactions, raw rows; knows no table."""

import fcntl
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import peewee
from playhouse import db_url
from playhouse.pool import (
    MaxConnectionsExceeded,
    PooledMySQLDatabase,
    PooledPostgresqlDatabase,
    PooledSqliteDatabase,
)

from app.storage.errors import DatabaseUnreachable
from app.storage.revision import Revision

log = logging.getLogger(__name__)

# What drivers raise when the connection, and not the statement, is at fault.
_CONNECTION_LOST = (peewee.OperationalError, peewee.InterfaceError)
# CLIENT.FOUND_ROWS of the MySQL protocol; the driver that names it is an extra.
_FOUND_ROWS = 2
# InnoDB locks the gaps between index entries, also those between the entries of two orgs, so that writers of
# different orgs can deadlock. There they take this lock first, and follow one another.
_WRITER_LOCK = "sluice write "
_STARTUP_LOCK = "sluice start "
_STARTUP_SECONDS = 300.0
_STARTUP_LOCK_NUMBER = 0x51_01_CE
# A pooled connection older than this is replaced: shorter than the idle limits of common firewalls.
_CONNECTION_LIFE_SECONDS = 300

Row = tuple[Any, ...]


class Database:
    """Wraps peewee's database so that the stores need three words: ``rows``, ``writing`` and ``tables``' models."""

    def __init__(self, url: str, *, connections: int, timeout: float) -> None:
        """``url``: sqlite, postgresql or mysql (MariaDB); ``timeout``: seconds to wait for a connection or a lock."""
        self.peewee = _open(url, connections, timeout)
        self.is_sqlite = isinstance(self.peewee, PooledSqliteDatabase)
        self._is_mariadb = isinstance(self.peewee, PooledMySQLDatabase)
        self._timeout = timeout
        self._described = _without_password(url)
        # None where asking would cost as much as reading.
        self.revision = Revision(self.peewee.database, timeout) if self.is_sqlite else None
        # SQLite has one writer at a time; threads of this process queue here instead of polling the file.
        self._writer_lock = threading.Lock()
        self._one_writer: AbstractContextManager[Any] = self._writer_lock if self.is_sqlite else nullcontext()

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """All rows of one statement. Outside a transaction a lost connection is replaced, once."""
        if not self.peewee.is_closed():
            return list(self.peewee.execute_sql(sql, params).fetchall())
        self.peewee.connect()
        try:
            return list(self.peewee.execute_sql(sql, params).fetchall())
        except _CONNECTION_LOST:
            if self.is_sqlite:
                raise
            self._replace_connection()
            return list(self.peewee.execute_sql(sql, params).fetchall())
        finally:
            self.peewee.close()

    def in_transaction(self) -> bool:
        """Whether the calling thread is inside ``writing``."""
        return bool(self.peewee.in_transaction())

    def run(self, sql: str, params: Sequence[Any]) -> int:
        """Runs one statement inside ``writing`` and returns how many rows it changed."""
        return int(self.peewee.execute_sql(sql, params).rowcount)

    def fetch(self, query: Any) -> list[Row]:
        """All rows of a peewee query, as tuples of its columns."""
        sql, params = query.sql()
        return self.rows(sql, params)

    @contextmanager
    def writing(self, lock: Callable[[], None] | None = None) -> Iterator[None]:
        """A transaction; ``lock`` is called first inside it, to keep out those that it must not overlap."""
        with self._one_writer, self.connected(), ExitStack() as stack:
            try:
                self._begin(stack)
            except _CONNECTION_LOST:
                if self.is_sqlite:  # It has no connection to lose; it waited for the file's lock in vain.
                    raise
                self._replace_connection()
                self._begin(stack)
            if lock is not None:
                lock()
            yield

    def run_if_free(self, sql: str, params: Sequence[Any]) -> bool:
        """Runs one statement as a transaction of its own, or not at all where it would wait for another writer.

        Returns whether it ran.
        """
        if not self.is_sqlite:
            # Nothing waits there but for the very row.
            with self.connected():
                self.peewee.execute_sql(sql, params)
            return True
        if not self._writer_lock.acquire(blocking=False):
            return False
        try:
            with self.connected():
                return self._run_at_once(sql, params)
        finally:
            self._writer_lock.release()

    def _run_at_once(self, sql: str, params: Sequence[Any]) -> bool:
        self.peewee.execute_sql("PRAGMA busy_timeout = 0")
        try:
            with self._transaction():
                self.peewee.execute_sql(sql, params)
        except peewee.OperationalError as exc:
            if "locked" in str(exc):
                return False
            raise
        finally:
            self.peewee.execute_sql(f"PRAGMA busy_timeout = {int(self._timeout * 1000)}")
        return True

    @contextmanager
    def connected(self) -> Iterator[None]:
        """A pooled connection for the calling thread, given back at the end unless it had one before."""
        if not self.peewee.is_closed():
            yield
            return
        self.peewee.connect()
        try:
            yield
        finally:
            self.peewee.close()

    def ping(self) -> None:
        """Raises DatabaseUnreachable."""
        try:
            self.rows("SELECT 1")
        except peewee.ImproperlyConfigured as exc:
            raise DatabaseUnreachable(_driver_missing(self._described)) from exc
        except (peewee.PeeweeException, MaxConnectionsExceeded) as exc:
            raise DatabaseUnreachable(
                f"The database {self._described} cannot be reached ({_first_line(exc)}): check GF_DATABASE_URL, "
                "and that the server runs and lets this machine in."
            ) from exc

    def has_schema(self) -> bool:
        """Whether the database answers, and is one that was prepared."""
        try:
            return bool(self.rows("SELECT id FROM schema_migration LIMIT 1"))
        except (peewee.PeeweeException, MaxConnectionsExceeded):
            return False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Held by one process of all that use this database: for migrations and the first start.

        Raises DatabaseUnreachable.
        """
        if self.is_sqlite:
            with self._lock_file() as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
            return
        self.ping()
        with self.connected():
            if self._is_mariadb:
                with self._named_lock(_STARTUP_LOCK, _STARTUP_SECONDS):
                    yield
                return
            self.rows("SELECT pg_advisory_lock(%s)", (_STARTUP_LOCK_NUMBER,))
            try:
                yield
            finally:
                self.rows("SELECT pg_advisory_unlock(%s)", (_STARTUP_LOCK_NUMBER,))

    def close(self) -> None:
        """Closes every connection; the next use opens new ones. Called before a fork, which must not share them."""
        self.peewee.close_all()
        if self.revision is not None:
            self.revision.close()

    def _lock_file(self) -> IO[str]:
        try:
            return open(f"{self.peewee.database}.lock", "w")
        except OSError as exc:
            raise DatabaseUnreachable(
                f"The folder of the database {self._described} cannot be written ({exc.strerror}): "
                "check GF_DATABASE_URL, make the folder, or let this user write there."
            ) from exc

    def _begin(self, stack: ExitStack) -> None:
        if self._is_mariadb:
            stack.enter_context(self._named_lock(_WRITER_LOCK, self._timeout))
        stack.enter_context(self._transaction())

    @contextmanager
    def _named_lock(self, name: str, seconds: float) -> Iterator[None]:
        """MariaDB's lock of a name and this database, held by the connection."""
        if self.rows("SELECT GET_LOCK(CONCAT(%s, DATABASE()), %s)", (name, seconds)) != [(1,)]:
            raise DatabaseUnreachable(
                f"Another process has held the lock {name!r} of the database {self._described} for {seconds:g} "
                "seconds: look what it waits for, or stop it."
            )
        try:
            yield
        finally:
            self.rows("SELECT RELEASE_LOCK(CONCAT(%s, DATABASE()))", (name,))

    def _transaction(self) -> Any:
        # IMMEDIATE takes SQLite's write lock now: a transaction that reads first and writes later could find that
        # another one wrote in between, and would fail with "database is locked" without waiting.
        return self.peewee.transaction("IMMEDIATE") if self.is_sqlite else self.peewee.transaction()

    def _replace_connection(self) -> None:
        log.warning("a database connection was lost and is replaced", extra={"event": "database_reconnect"})
        self.peewee.manual_close()
        self.peewee.connect()


def _open(url: str, connections: int, timeout: float) -> Any:
    scheme = url.partition("://")[0]
    kind = _KINDS.get(scheme)
    if kind is None:
        raise DatabaseUnreachable("GF_DATABASE_URL must begin with sqlite://, postgresql:// or mysql://.")
    try:
        given = db_url.parse(url.replace(scheme, _PEEWEE_SCHEMES[kind], 1), unquote_password=True, unquote_user=True)
    except ValueError:
        # Its own text would quote the part of the password that it stumbled over.
        raise DatabaseUnreachable(
            "GF_DATABASE_URL cannot be read: in user and password, write / @ : [ ] and the like as percent escapes."
        ) from None
    if "passwd" in given:  # peewee's parser still uses the driver's old name
        given["password"] = given.pop("passwd")
    if not given.get("database") or given["database"] == ":memory:":
        raise DatabaseUnreachable("GF_DATABASE_URL must name a database (for sqlite: a file).")
    pool = {"max_connections": connections, "timeout": timeout, "stale_timeout": _CONNECTION_LIFE_SECONDS}
    field_types = {"LONGTEXT": "LONGTEXT" if kind is PooledMySQLDatabase else "TEXT"}
    opened = kind(**{**_OPTIONS[kind](timeout), **given, **pool, "field_types": field_types})
    if kind is PooledSqliteDatabase:
        # SQLite's own knows the letters of ASCII only.
        opened.register_function(lambda text: text and text.lower(), "lower", 1)
    return opened


def _sqlite_options(timeout: float) -> dict[str, Any]:
    # WAL lets readers go on while one writes. FULL: an acknowledged write also survives a power cut.
    pragmas = {"busy_timeout": int(timeout * 1000), "journal_mode": "wal", "synchronous": "full", "foreign_keys": 1}
    return {"pragmas": pragmas, "timeout": timeout, "check_same_thread": False}


def _postgresql_options(timeout: float) -> dict[str, Any]:
    return {
        "connect_timeout": max(2, min(int(timeout), 10)),
        "options": f"-c lock_timeout={int(timeout * 1000)}",
        # A server that vanished without a word, behind a firewall say, is given up as a lock is.
        "tcp_user_timeout": int(timeout * 1000),
        "keepalives_idle": max(1, int(timeout)),
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "prefer_psycopg3": True,
    }


def _mariadb_options(timeout: float) -> dict[str, Any]:
    return {
        "connect_timeout": max(2, min(int(timeout), 10)),
        # After waiting for a lock a transaction must see what the one before it wrote.
        "init_command": "SET SESSION tx_isolation = 'READ-COMMITTED', "
        f"SESSION innodb_lock_wait_timeout = {max(1, int(timeout))}",
        # Too long a value is an error, never cut off in silence.
        "sql_mode": "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
        # An UPDATE tells how many rows it found, as on the other databases, not how many it made different.
        "client_flag": _FOUND_ROWS,
        "charset": "utf8mb4",
    }


_KINDS = {
    "sqlite": PooledSqliteDatabase,
    "sqlite3": PooledSqliteDatabase,
    "postgres": PooledPostgresqlDatabase,
    "postgresql": PooledPostgresqlDatabase,
    "mysql": PooledMySQLDatabase,
    "mariadb": PooledMySQLDatabase,
}
_PEEWEE_SCHEMES = {
    PooledSqliteDatabase: "sqlite",
    PooledPostgresqlDatabase: "postgresql",
    PooledMySQLDatabase: "mysql",
}
_OPTIONS = {
    PooledSqliteDatabase: _sqlite_options,
    PooledPostgresqlDatabase: _postgresql_options,
    PooledMySQLDatabase: _mariadb_options,
}


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.hostname:
        return f"at {Path(parts.path.removeprefix('/')) if parts.path else url}"
    return f"{parts.path.lstrip('/')!r} on {parts.hostname}{f':{parts.port}' if parts.port else ''}"


def _first_line(exc: BaseException) -> str:
    return (str(exc).strip().splitlines() or [type(exc).__name__])[0]


def _driver_missing(described: str) -> str:
    return (
        f"The driver for the database {described} is not installed: install Sluice with the extra 'postgres' or "
        "'mysql', for example pip install 'sluice[postgres]'."
    )
