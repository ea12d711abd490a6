"""How Sluice and the bare Flask application are started: alike, so that only the application differs."""

import os
import sys
from pathlib import Path

from benchmarks.loopback import HOST, free_port
from benchmarks.servers import Command

WORKERS = 1
THREADS = 64
WORKER_CONNECTIONS = 2000
KEEP_ALIVE_SECONDS = 75
ADMIN_PASSWORD = "bench-password"


def clean_environment() -> dict[str, str]:
    """Return the environment without anybody's settings of gunicorn, Grafana or Sluice."""
    foreign = ("GF_", "SLUICE_", "GUNICORN_", "FLASK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def bare_flask() -> Command:
    """Serve the hello application with the gunicorn settings of ``sluice serve``."""
    port = free_port()
    return Command(
        name="hello",
        arguments=[
            *(sys.executable, "-m", "gunicorn", "benchmarks.hello:application"),
            *("--bind", f"{HOST}:{port}"),
            *("--workers", str(WORKERS)),
            *("--worker-class", "gthread"),
            *("--threads", str(THREADS)),
            *("--worker-connections", str(WORKER_CONNECTIONS)),
            *("--keep-alive", str(KEEP_ALIVE_SECONDS)),
            *("--preload", "--no-control-socket"),
        ],
        environment=clean_environment(),
        port=port,
        ready_path="/",
    )


def sluice(directory: Path, *, database_url: str | None) -> Command:
    """Serve Sluice with its data in the directory, or in the given database."""
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
