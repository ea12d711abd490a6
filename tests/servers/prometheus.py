"""A real Prometheus server for a test: it scrapes itself every second and asks every client for a password."""

import base64
import contextlib
import http.client
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from servers.missing import need
from servers.ports import LOOPBACK, free_port, stop, wait_until

USER = "prometheus-user"
PASSWORD = "prometheus-password"

# bcrypt of PASSWORD. A stored hash, because the test's environment need not have a bcrypt library; its cost is the
# lowest that exists (4), because the server computes it for the clients of every test.
_PASSWORD_HASH = "$2b$04$8gL9FIc0STyy77RiSiHUr.Xrwlb/M4fEevz0IYvOWgfunhkk/xZOa"

_WEB_CONFIG = f"""\
basic_auth_users:
  {USER}: {_PASSWORD_HASH}
"""

_SCRAPE_CONFIG = """\
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: prometheus
    basic_auth:
      username: {user}
      password: {password}
    static_configs:
      - targets: ["{target}"]
"""


@dataclass(frozen=True)
class Prometheus:
    """The address of a running server, without a slash at its end, and the credentials that it accepts."""

    url: str
    user: str
    password: str = field(repr=False)


@contextlib.contextmanager
def prometheus_server(directory: Path) -> Iterator[Prometheus]:
    """Run a server and yield its address once the query ``up`` has a sample with the value 1.

    That takes 5 to 6 seconds, because Prometheus hands even fixed targets to its scraper only every 5 seconds.
    Data and configuration are in ``directory/prometheus``, the log is ``directory/prometheus.log``. Raises RuntimeError
    with the tail of the log when the server does not start. Skips the test when Prometheus is not installed.
    """
    program = need("prometheus", "prometheus")
    home = directory / "prometheus"
    home.mkdir(parents=True)
    log = directory / "prometheus.log"
    port = free_port()
    web_config = home / "web.yml"
    web_config.write_text(_WEB_CONFIG, encoding="ascii")
    scrape_config = home / "prometheus.yml"
    scrape_config.write_text(
        _SCRAPE_CONFIG.format(user=USER, password=PASSWORD, target=f"{LOOPBACK}:{port}"), encoding="ascii"
    )
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={scrape_config}",
                f"--web.config.file={web_config}",
                f"--web.listen-address={LOOPBACK}:{port}",
                f"--storage.tsdb.path={home / 'data'}",
                "--storage.tsdb.retention.time=1h",
            ],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: _is_ready(port) and _has_scraped(port), process, log=log)
            yield Prometheus(url=f"http://{LOOPBACK}:{port}", user=USER, password=PASSWORD)
        finally:
            stop(process)


def _is_ready(port: int) -> bool:
    return _get(port, "/-/ready")[0] == 200


def _has_scraped(port: int) -> bool:
    status, body = _get(port, "/api/v1/query?query=up")
    if status != 200:
        return False
    # The first scrape can come before the server answers itself, and then its sample is 0.
    return [sample["value"][1] for sample in json.loads(body)["data"]["result"]] == ["1"]


def _get(port: int, target: str) -> tuple[int, bytes]:
    credentials = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode("ascii")
    with contextlib.closing(http.client.HTTPConnection(LOOPBACK, port, timeout=5)) as connection:
        connection.request("GET", target, headers={"Authorization": f"Basic {credentials}"})
        response = connection.getresponse()
        return response.status, response.read()
