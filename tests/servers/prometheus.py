"""A real Prometheus server for a test: it has the samples of ``servers.samples`` and asks for a password."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from servers.missing import need
from servers.ports import LOOPBACK, free_port
from servers.processes import running
from servers.requests import Guarded, ask
from servers.samples import METRIC, ROOM, SAMPLES

USER = "prometheus-user"
PASSWORD = "prometheus-password"

# bcrypt of PASSWORD. A stored hash, because the test's environment need not have a bcrypt library; its cost is the
# lowest that exists (4), because the server computes it for the clients of every test.
_PASSWORD_HASH = "$2b$04$8gL9FIc0STyy77RiSiHUr.Xrwlb/M4fEevz0IYvOWgfunhkk/xZOa"

_WEB_CONFIG = f"""\
basic_auth_users:
  {USER}: {_PASSWORD_HASH}
"""

_PACKAGE = "prometheus"


@contextlib.contextmanager
def prometheus_server(directory: Path) -> Iterator[Guarded]:
    """Run a server that scrapes nothing.

    Data and configuration are in ``directory/prometheus``, the log is ``directory/prometheus.log``. Raises RuntimeError
    with the tail of the log when the server does not start. Skips the test when Prometheus is not installed.
    """
    program = need("prometheus", _PACKAGE)
    home = directory / "prometheus"
    home.mkdir(parents=True)
    _write_samples(home)
    web_config, config = home / "web.yml", home / "prometheus.yml"
    web_config.write_text(_WEB_CONFIG, encoding="ascii")
    config.touch()
    server = Guarded(f"http://{LOOPBACK}:{free_port()}", USER, PASSWORD)
    command = [
        program,
        f"--config.file={config}",
        f"--web.config.file={web_config}",
        f"--web.listen-address={server.url.removeprefix('http://')}",
        f"--storage.tsdb.path={home / 'data'}",
        "--storage.tsdb.retention.time=100y",
    ]
    log = directory / "prometheus.log"
    with running(command, lambda: ask(f"{server.url}/-/ready", server.headers).status == 200, home, log=log):
        yield server


def _write_samples(home: Path) -> None:
    text = home / "samples.txt"
    lines = [f'{METRIC}{{room="{ROOM}"}} {value} {time}\n' for time, value in SAMPLES]
    text.write_text(f"# TYPE {METRIC} gauge\n{''.join(lines)}# EOF\n", encoding="utf-8")
    promtool = need("promtool", _PACKAGE)
    subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", str(text), str(home / "data")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
