"""Writes nginx configurations that live in one directory: static files as the upstream, and a reverse proxy to it."""

import os
from pathlib import Path

from benchmarks.loopback import HOST, free_port
from benchmarks.programs import find_program
from benchmarks.servers import Command

# Path of each file the upstream serves, and its size.
FILES = {"1k": 1_000, "100k": 100_000, "50m": 50_000_000}

MAIN = """\
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 75s;
    keepalive_requests 100000000;
    client_body_temp_path {directory}/client_body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{servers}
}}
"""

STATIC = """\
    server {{
        listen {host}:{port};
        root {directory}/files;
    }}
"""

PROXY = """\
    upstream files {{
        server {host}:{upstream_port};
        keepalive 64;
        keepalive_requests 100000000;
    }}
    server {{
        listen {host}:{port};
        location / {{
            proxy_pass http://files;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
"""


def static_server(directory: Path) -> Command:
    """Serve FILES."""
    files = directory / "files"
    files.mkdir(parents=True)
    for name, size in FILES.items():
        with (files / name).open("wb") as file:
            file.truncate(size)
    port = free_port()
    return _command("upstream", port, STATIC.format(host=HOST, port=port, directory=directory), directory=directory)


def reverse_proxy(directory: Path, *, upstream_port: int) -> Command:
    """Pass everything on to the upstream, over connections kept alive."""
    directory.mkdir(parents=True)
    port = free_port()
    servers = PROXY.format(host=HOST, port=port, upstream_port=upstream_port)
    return _command("nginx-proxy", port, servers, directory=directory)


def _command(name: str, port: int, servers: str, *, directory: Path) -> Command:
    # Started by root, nginx would hand its workers to a user who may not read a private directory.
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = directory / "nginx.conf"
    configuration.write_text(MAIN.format(user=user, directory=directory, servers=servers))
    return Command(
        name=name,
        arguments=[
            find_program("nginx"),
            "-p",
            str(directory),
            "-e",
            str(directory / "error.log"),
            "-c",
            str(configuration),
        ],
        environment=dict(os.environ),
        port=port,
        ready_path="/1k",
    )
