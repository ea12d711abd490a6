"""A real PostgreSQL server for a test: made in a fresh directory, on a free loopback port, and removed afterwards."""

import contextlib
import os
import pwd
import re
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from servers.missing import need
from servers.ports import LOOPBACK, free_port, log_tail, stop, wait_until

USER = "sluice"
PASSWORD = "secret"
DATABASE = "sluice"
MAX_CONNECTIONS = 100

_SUPERUSER = "postgres"
_PACKAGE = "postgresql"


@contextlib.contextmanager
def postgresql_server(directory: Path) -> Iterator[str]:
    """Run a server and yield ``postgresql://sluice:secret@127.0.0.1:PORT/sluice``, the URL of an empty database.

    The user is no superuser but may create databases. Passwords are checked (scram-sha-256). The server's log is
    ``directory/postgresql.log``. Raises RuntimeError with the tail of the log when the server does not start. Skips the
    test when PostgreSQL is not installed.
    """
    programs = _programs()
    account = _account()
    user = None if account is None else account.pw_uid
    group = None if account is None else account.pw_gid
    further_groups: list[int] | None = None if account is None else []
    log = directory / "postgresql.log"
    port = free_port()
    superuser_password = secrets.token_hex(16)
    # Not in the given directory: only its owner may enter pytest's directories, and PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="sluice-postgresql-") as name, log.open("ab") as output:
        home = Path(name)
        password_file = home / "superuser-password"
        password_file.write_text(superuser_password, encoding="ascii")
        if account is not None:
            os.chown(password_file, account.pw_uid, account.pw_gid)
            os.chown(home, account.pw_uid, account.pw_gid)
        made = subprocess.run(
            [
                programs / "initdb",
                f"--pgdata={home / 'data'}",
                f"--username={_SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=group,
            extra_groups=further_groups,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb ended with status {made.returncode}:\n{log_tail(log)}")
        settings = {
            "listen_addresses": LOOPBACK,
            "port": port,
            "unix_socket_directories": "",
            "max_connections": MAX_CONNECTIONS,
            "shared_buffers": "32MB",
            # These three guard against a crash of the operating system only, after which no test goes on.
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        process = subprocess.Popen(
            [
                programs / "postgres",
                "-D",
                home / "data",
                *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
            ],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=group,
            extra_groups=further_groups,
        )
        try:
            # The port is open earlier than the database is ready, so that it is not enough to connect.
            ready = [str(programs / "pg_isready"), "--quiet", f"--host={LOOPBACK}", f"--port={port}"]
            wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, process, log=log)
            _psql(
                f"postgresql://{_SUPERUSER}:{superuser_password}@{LOOPBACK}:{port}/postgres",
                f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{PASSWORD}'",
                f"CREATE DATABASE {DATABASE} OWNER {USER}",
            )
            yield f"postgresql://{USER}:{PASSWORD}@{LOOPBACK}:{port}/{DATABASE}"
        finally:
            # SIGTERM would wait for clients that still hold a connection; SIGINT disconnects them.
            stop(process, signal.SIGINT)


def create_database(url: str, name: str) -> str:
    """Create an empty database on the server of ``url`` and return its URL.

    Raises ValueError for a name that is not made of lower-case letters, digits and underscores, and RuntimeError with
    the server's answer when the database cannot be created.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a database name that needs no quotes: {name!r}")
    _psql(url, f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _programs() -> Path:
    # The programs of one version: Debian's psql in the search path is a slow wrapper that picks a version by itself.
    return Path(need("postgres", _PACKAGE)).resolve().parent


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    known = {account.pw_name: account for account in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _psql(url: str, *statements: str) -> None:
    # One --command per statement: statements in one command share a transaction, where no database can be created.
    commands = [f"--command={statement}" for statement in statements]
    done = subprocess.run(
        [_programs() / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={url}", *commands],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"PostgreSQL refused {statements}: {done.stdout}")
