"""How the programs of Python are started; Sluice and the bare applications alike, so that only these differ."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.loopback import HOST, free_port
from benchmarks.servers import Command
from benchmarks.slow_upstream import QUICK_PATH

WORKERS = 1
THREADS = 64
# The default of ``sluice serve``. By default too one data source may take three quarters of it; hundreds of slow
# requests to one take more.
CROWD_THREADS = 512
SEVERAL_WORKERS = 4
WORKER_CONNECTIONS = 2000
KEEP_ALIVE_SECONDS = 75
ADMIN_PASSWORD = "bench-password"


def clean_environment() -> dict[str, str]:
    """Return the environment without anybody's settings of gunicorn, Grafana or Sluice."""
    foreign = ("GF_", "SLUICE_", "GUNICORN_", "FLASK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def bare_flask() -> Command:
    """Serve the hello application with the gunicorn settings of ``sluice serve``."""
    return _gunicorn("hello", "benchmarks.hello:application", "--preload", environment=clean_environment())


def bare_wsgi() -> Command:
    """Serve the bare application with the gunicorn settings of ``sluice serve``."""
    return _gunicorn("bare", "benchmarks.bare:application", "--preload", environment=clean_environment())


def sluice(directory: Path, *, database_url: str | None) -> Command:
    """Serve Sluice with its data in the directory, or in the given database, on a port of its own each time."""
    port = free_port()
    environment = clean_environment() | {
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_PATHS_DATA": str(directory / "data"),
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GF_DATASOURCES_DATASOURCE_LIMIT": "0",
        "SLUICE_HTTP_WORKERS": str(WORKERS),
        "SLUICE_HTTP_THREADS": str(THREADS),
    }
    if database_url is not None:
        environment["GF_DATABASE_URL"] = database_url
    return Command(
        name="sluice",
        arguments=[sys.executable, "-m", "app.cli", "serve"],
        environment=environment,
        port=port,
        ready_path="/healthz",
    )


def crowded_sluice(plain: Command) -> Command:
    """The same with its default number of threads, any number of which one data source may take."""
    settings = {"SLUICE_HTTP_THREADS": str(CROWD_THREADS), "GF_DATAPROXY_MAX_CONNS_PER_HOST": str(CROWD_THREADS)}
    return replace(plain, name="sluice-crowded", environment={**plain.environment, **settings})


def several_workers(plain: Command, *, preload: bool) -> Command:
    """Serve the same by gunicorn's own command, which can also load the application in each worker."""
    name, flags = ("preload", ["--preload"]) if preload else ("no-preload", [])
    return replace(
        _gunicorn(name, "wsgi:application", *flags, workers=SEVERAL_WORKERS, environment=plain.environment),
        ready_path=plain.ready_path,
    )


def slow_upstream() -> Command:
    """Serve answers that take their time."""
    port = free_port()
    return Command(
        name="slow-upstream",
        arguments=[sys.executable, "-m", "benchmarks.slow_upstream", str(port)],
        environment=clean_environment(),
        port=port,
        ready_path=QUICK_PATH,
    )


def _gunicorn(
    name: str, application: str, *flags: str, environment: Mapping[str, str], workers: int = WORKERS
) -> Command:
    port = free_port()
    return Command(
        name=name,
        arguments=[
            *(sys.executable, "-m", "gunicorn", application),
            *("--bind", f"{HOST}:{port}"),
            *("--workers", str(workers)),
            *("--worker-class", "gthread"),
            *("--threads", str(THREADS)),
            *("--worker-connections", str(WORKER_CONNECTIONS)),
            *("--keep-alive", str(KEEP_ALIVE_SECONDS)),
            *("--no-control-socket", *flags),
        ],
        environment=environment,
        port=port,
        ready_path="/",
    )
