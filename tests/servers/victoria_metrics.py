"""A real VictoriaMetrics for a test: it has the samples of ``servers.samples`` and asks for a password."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from servers.missing import need
from servers.ports import LOOPBACK, free_port
from servers.processes import running
from servers.requests import Guarded, ask
from servers.samples import METRIC, ROOM, SAMPLES

USER = "victoria-user"
PASSWORD = "victoria-password"


@contextlib.contextmanager
def victoria_metrics_server(directory: Path) -> Iterator[Guarded]:
    """Run a server. Its data are in ``directory/victoria-metrics``, the log is ``directory/victoria-metrics.log``.

    Raises RuntimeError with the tail of the log when the server does not start. Skips the test when VictoriaMetrics is
    not installed.
    """
    program = need("victoria-metrics", "victoria-metrics")
    home = directory / "victoria-metrics"
    home.mkdir(parents=True)
    server = Guarded(f"http://{LOOPBACK}:{free_port()}", USER, PASSWORD)
    command = [
        program,
        f"-httpListenAddr={server.url.removeprefix('http://')}",
        f"-storageDataPath={home / 'data'}",
        "-retentionPeriod=100y",
        f"-httpAuth.username={USER}",
        f"-httpAuth.password={PASSWORD}",
        "-memory.allowedBytes=64MB",
    ]
    log = directory / "victoria-metrics.log"
    with running(command, lambda: ask(f"{server.url}/health", server.headers).status == 200, home, log=log):
        lines = [f'{METRIC}{{room="{ROOM}"}} {value} {time * 1000}\n' for time, value in SAMPLES]
        imported = ask(f"{server.url}/api/v1/import/prometheus", server.headers, method="POST", body="".join(lines))
        assert imported.status == 204, imported
        # Otherwise what is new is found after a second only.
        assert ask(f"{server.url}/internal/force_flush", server.headers).status == 200
        yield server
