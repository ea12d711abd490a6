"""A real InfluxDB 1 for a test: it has the samples of ``servers.samples`` and asks for a password."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from servers.missing import need
from servers.ports import LOOPBACK, free_port
from servers.processes import running
from servers.requests import FORM, Guarded, ask, basic
from servers.samples import METRIC, ROOM, SAMPLES

DATABASE = "climate"
USER = "influxdb-user"
PASSWORD = "influxdb-password"

_OPERATOR = "operator"
_SETUP = (
    # The first statement of all needs no password: there is nobody yet.
    f"CREATE USER {_OPERATOR} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES",
    f"CREATE DATABASE {DATABASE}",
    f"CREATE USER \"{USER}\" WITH PASSWORD '{PASSWORD}'",
    f'GRANT READ ON {DATABASE} TO "{USER}"',
    # Every InfluxDB that watches itself has this one, and clients look for it to see that the server is well.
    f'CREATE DATABASE _internal; GRANT READ ON _internal TO "{USER}"',
)

_CONFIG = """\
reporting-enabled = false
# For backups, which nobody makes.
bind-address = "{host}:0"
[meta]
dir = "{home}/meta"
[data]
dir = "{home}/data"
wal-dir = "{home}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "{address}"
auth-enabled = true
log-enabled = false
"""


@contextlib.contextmanager
def influxdb_server(directory: Path) -> Iterator[Guarded]:
    """Run a server. Data and configuration are in ``directory/influxdb``, the log is ``directory/influxdb.log``.

    Raises RuntimeError with the tail of the log when the server does not start. Skips the test when InfluxDB is not
    installed.
    """
    program = need("influxd", "influxdb")
    home = directory / "influxdb"
    home.mkdir(parents=True)
    address = f"{LOOPBACK}:{free_port()}"
    server = Guarded(f"http://{address}", USER, PASSWORD)
    config = home / "influxdb.conf"
    config.write_text(_CONFIG.format(home=home, host=LOOPBACK, address=address), encoding="utf-8")
    with running(
        [program, "run", "-config", str(config)],
        lambda: ask(f"{server.url}/ping", {}).status == 204,
        home,
        log=directory / "influxdb.log",
    ):
        _load(server.url)
        yield server


def _load(url: str) -> None:
    operator = basic(_OPERATOR, PASSWORD)
    for statements in _SETUP:
        answer = ask(f"{url}/query", {**operator, **FORM}, method="POST", body=urlencode({"q": statements}))
        assert answer.status == 200, answer
        assert b"error" not in answer.body, answer
    room = ROOM.replace(" ", "\\ ")
    lines = "\n".join(f"{METRIC},room={room} value={value} {time}" for time, value in SAMPLES)
    written = ask(f"{url}/write?db={DATABASE}&precision=s", operator, method="POST", body=lines)
    assert written.status == 204, written
