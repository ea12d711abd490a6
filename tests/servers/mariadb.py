"""A real MariaDB server for a test: made in a fresh directory, on a free loopback port, and removed afterwards."""

import contextlib
import os
import re
import socket
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

# Database rights on every database, but nothing of an administrator: a service that needs more must not pass its tests.
_FIRST_STATEMENTS = f"""\
CREATE USER '{USER}'@'{LOOPBACK}' IDENTIFIED BY '{PASSWORD}';
GRANT ALL PRIVILEGES ON `%`.* TO '{USER}'@'{LOOPBACK}';
CREATE DATABASE `{DATABASE}`;
"""

_PACKAGE = "mariadb-server"


@contextlib.contextmanager
def mariadb_server(directory: Path) -> Iterator[str]:
    """Run a server and yield ``mysql://sluice:secret@127.0.0.1:PORT/sluice``, the URL of an empty database.

    Character set and collation are those compiled into the server (latin1 before MariaDB 11.6), not Debian's: the
    service must ask for its own. The server's log is ``directory/mariadb.log``. Raises RuntimeError with the tail of
    the log when the server does not start. Skips the test when MariaDB is not installed.
    """
    install = need("mariadb-install-db", _PACKAGE)
    server = need("mariadbd", _PACKAGE)
    need("mariadb", "mariadb-client")
    log = directory / "mariadb.log"
    port = free_port()
    # Not in the given directory: only its owner may enter pytest's directories, and as root MariaDB changes its user.
    with tempfile.TemporaryDirectory(prefix="sluice-mariadb-") as name, log.open("ab") as output:
        home = Path(name)
        home.chmod(0o755)
        data = home / "data"
        data.mkdir()
        first_statements = home / "first-statements.sql"
        first_statements.write_text(_FIRST_STATEMENTS, encoding="ascii")
        # First the option that keeps the machine's own configuration out: MariaDB demands that place for it.
        shared = ["--no-defaults", f"--datadir={data}", "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=32M"]
        if os.geteuid() == 0:
            shared.append("--user=mysql")
        made = subprocess.run(
            [install, *shared, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"mariadb-install-db ended with status {made.returncode}:\n{log_tail(log)}")
        process = subprocess.Popen(
            [
                server,
                *shared,
                f"--bind-address={LOOPBACK}",
                f"--port={port}",
                f"--socket={data / 'server.sock'}",
                f"--pid-file={data / 'server.pid'}",
                # Carried out before the first client is greeted, so that a greeting means that the user exists.
                f"--init-file={first_statements}",
                "--skip-name-resolve",
                # These two guard against a crash of the operating system only, after which no test goes on.
                "--innodb-flush-log-at-trx-commit=0",
                "--skip-innodb-doublewrite",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: _greets(port), process, log=log)
            yield f"mysql://{USER}:{PASSWORD}@{LOOPBACK}:{port}/{DATABASE}"
        finally:
            stop(process)


def create_database(url: str, name: str) -> str:
    """Create an empty database on the server of ``url`` and return its URL.

    Raises ValueError for a name that is not made of lower-case letters, digits and underscores, and RuntimeError with
    the server's answer when the database cannot be created.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a database name that needs no quotes: {name!r}")
    address = urlsplit(url)
    done = subprocess.run(
        [
            need("mariadb", "mariadb-client"),
            "--no-defaults",
            "--protocol=tcp",
            f"--host={address.hostname}",
            f"--port={address.port}",
            f"--user={address.username}",
            f"--execute=CREATE DATABASE `{name}`",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "MYSQL_PWD": address.password or ""},
    )
    if done.returncode != 0:
        raise RuntimeError(f"MariaDB refused to create {name}: {done.stdout}")
    return urlunsplit(address._replace(path=f"/{name}"))


def _greets(port: int) -> bool:
    # The kernel accepts connections for the port before the server is ready; in this protocol the server speaks first.
    with socket.create_connection((LOOPBACK, port), timeout=5) as connection:
        return connection.recv(1) != b""
