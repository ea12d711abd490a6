"""``sluice serve``."""

import resource
import shlex
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from app import create_app
from app.bootstrap import Prepared, StartRefused, prepare
from app.cli.completion import Completion
from app.cli.worker import Worker
from app.metrics import share_between_processes
from app.services import Services
from app.settings import Settings

# A client that sends nothing for this long gives its connection back.
_KEEP_ALIVE_SECONDS = 75
# More connections than threads may be open: the idle ones wait in the poller, not in a thread.
_CONNECTIONS_PER_THREAD = 4
_FEWEST_CONNECTIONS = 2_000
_COMPLETION_LOCK = "completion.lock"


@click.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Prepare what is missing and serve until stopped.

    Makes the data path, the secret key and the first admin, applies migrations, then answers on
    GF_SERVER_HTTP_ADDR:GF_SERVER_HTTP_PORT.

    \b
    Example:
      GF_SERVER_HTTP_PORT=3001 sluice serve
    """
    # First, so that a taken port does not swallow the greeting with the only sight of a new password.
    _require_free_port(settings)
    _raise_descriptor_limit()
    prepared = prepare(settings)
    for line in greeting(settings, prepared):
        click.echo(line)
    # Not in the folder for temporary files, which is cleaned while services run.
    counted = Path(mkdtemp(prefix="metrics-", dir=settings.data_path))
    share_between_processes(counted)
    _Server(create_app(prepared.services), prepared.services, counted).run()


def greeting(settings: Settings, prepared: Prepared) -> list[str]:
    """What the person who started it should read: where it listens, how to sign in, what to type first."""
    url = f"http://{_in_url(settings.http_addr)}:{settings.http_port}"
    lines = [f"Sluice listens on {url}", f"API documentation: {url}/docs/"]
    if prepared.made_key_file is not None:
        lines.append(f"Made the secret key {prepared.made_key_file}: keep a copy; without it no credential opens.")
    if prepared.made_password is not None:
        lines += [
            f"Made the first admin: login {prepared.made_admin}, password {prepared.made_password}",
            "This password is shown once; 'sluice user password' sets another.",
        ]
    login = prepared.made_admin or settings.admin_user
    password = prepared.made_password or "<password>"
    credentials = shlex.quote(f"{login}:{password}")
    lines += ["Try it:", f"  curl -u {credentials} {url}/api/datasources", "Stop with Ctrl+C."]
    return lines


def _raise_descriptor_limit() -> None:
    # Each connection takes one descriptor, or two with its upstream; a worker that runs out of them dies.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _require_free_port(settings: Settings) -> None:
    # gunicorn would try for five seconds, after the greeting, and then give up in five lines.
    family = socket.AF_INET6 if ":" in settings.http_addr else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.http_addr, settings.http_port))
        except OSError as exc:
            raise StartRefused(
                f"Cannot listen on {_in_url(settings.http_addr)}:{settings.http_port} ({exc.strerror}): "
                "stop what listens there, or set GF_SERVER_HTTP_ADDR or GF_SERVER_HTTP_PORT."
            ) from exc


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


class _Server(BaseApplication):
    """gunicorn with our settings; the application is built before the workers fork, so they share its memory."""

    def __init__(self, application: Flask, services: Services, counted: Path) -> None:
        """``counted``: a folder to remove at the end."""
        self._application = application
        self._counted = counted
        self._services = services
        self._settings = settings = services.settings
        self.client_timeout = settings.http_client_timeout  # the worker asks for it
        super().__init__()

    def load_config(self) -> None:
        """gunicorn asks for its own settings here."""
        settings = self._settings
        for name, value in {
            "bind": f"{_in_url(settings.http_addr)}:{settings.http_port}",
            "workers": settings.http_workers,
            "worker_class": Worker,
            "threads": settings.http_threads,
            "worker_connections": max(_FEWEST_CONNECTIONS, settings.http_threads * _CONNECTIONS_PER_THREAD),
            "keepalive": _KEEP_ALIVE_SECONDS,
            "preload_app": True,
            "http_parser": "auto",
            "accesslog": None,
            "errorlog": "-",
            "loglevel": {"warn": "warning"}.get(settings.log_level, settings.log_level),
            "proc_name": "sluice",
            # Not in the workers, who leave by the same exception as the process that started them.
            "on_exit": lambda _: shutil.rmtree(self._counted, ignore_errors=True),
            "post_worker_init": lambda _: self._begin_completion(),
            "control_socket_disable": True,
            # The most that gunicorn bounds; its only other choice is no limit at all.
            "limit_request_line": 8190,
            "limit_request_field_size": 16_384,
            "limit_request_fields": 64,
        }.items():
            self.cfg.set(name, value)

    def _begin_completion(self) -> None:
        # In the worker: threads do not live on through a fork.
        if self._settings.aws_enabled:
            lock_file = self._settings.data_path / _COMPLETION_LOCK
            Completion(self._services.attachments.settle_all, lock_file).start()

    def load(self) -> Callable[..., Any]:
        """gunicorn asks for the WSGI callable here."""
        return self._application
