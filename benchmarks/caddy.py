"""Writes a configuration of caddy that lives in one directory: a reverse proxy to the upstream, as nginx is."""

import os
from pathlib import Path

from benchmarks.loopback import HOST, free_port
from benchmarks.programs import find_program
from benchmarks.servers import Command

CONFIGURATION = """\
{{
    admin off
    auto_https off
}}
http://{host}:{port} {{
    bind {host}
    reverse_proxy {host}:{upstream_port} {{
        transport http {{
            keepalive_idle_conns_per_host 64
        }}
    }}
}}
"""


def caddy(directory: Path, *, upstream_port: int) -> Command:
    """Pass everything on to the upstream, over connections kept alive."""
    directory.mkdir(parents=True)
    port = free_port()
    configuration = directory / "Caddyfile"
    configuration.write_text(CONFIGURATION.format(host=HOST, port=port, upstream_port=upstream_port))
    return Command(
        name="caddy",
        arguments=[find_program("caddy"), "run", "--config", str(configuration), "--adapter", "caddyfile"],
        # Its state stays in the directory; pinned to one core, Go takes one.
        environment=dict(os.environ) | {"XDG_CONFIG_HOME": str(directory), "XDG_DATA_HOME": str(directory)},
        port=port,
        ready_path="/1k",
    )
